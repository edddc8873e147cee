package bauta.peers;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.functions.async.ResultFuture;
import org.apache.flink.streaming.api.functions.async.RichAsyncFunction;

/** Asks for each field of each event; gives out events with the decisions for their values, in order. */
final class Asking extends RichAsyncFunction<byte[], Tuple2<byte[], Action[]>> {
  private final String url;
  private final String view;
  private transient Opa opa;
  private transient Masking masking;

  Asking(String url, String view) {
    this.url = url;
    this.view = view;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    opa = new Opa(url, view);
    masking = new Masking();
  }

  @Override
  public void close() throws Exception {
    if (opa != null) opa.close();
  }

  @Override
  public void asyncInvoke(byte[] message, ResultFuture<Tuple2<byte[], Action[]>> result) throws Exception {
    List<Field> fields = new ArrayList<>();
    masking.fields(message, fields::add);
    @SuppressWarnings("unchecked")
    CompletableFuture<Action>[] answers = new CompletableFuture[fields.size()];
    for (int i = 0; i < answers.length; i++) answers[i] = opa.ask(fields.get(i));
    CompletableFuture.allOf(answers)
        .whenComplete(
            (done, error) -> {
              if (error != null) result.completeExceptionally(error);
              else result.complete(List.of(Tuple2.of(message, Stream.of(answers).map(CompletableFuture::join).toArray(Action[]::new))));
            });
  }

  /** Masks by what was decided. */
  static final class Apply extends RichMapFunction<Tuple2<byte[], Action[]>, byte[]> {
    private transient Masking masking;
    private transient Action[] decided;
    private transient int next;

    @Override
    public void open(OpenContext context) throws Exception {
      masking = new Masking();
    }

    @Override
    public byte[] map(Tuple2<byte[], Action[]> event) throws Exception {
      decided = event.f1;
      next = 0;
      return masking.masked(event.f0, field -> decided[next++]);
    }
  }
}
