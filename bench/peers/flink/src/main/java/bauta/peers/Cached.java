package bauta.peers;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;

/** Masks by decisions that are a second old at most: all fields that were ever seen are asked for anew in one question. */
final class Cached extends RichMapFunction<byte[], byte[]> {
  private static final long KEPT_NANOS = 1_000_000_000;

  private final String url;
  private final String view;
  private transient Opa opa;
  private transient Masking masking;
  private transient List<Field> known;
  private transient long askedAt;

  Cached(String url, String view) {
    this.url = url;
    this.view = view;
  }

  @Override
  public void open(OpenContext context) throws Exception {
    opa = new Opa(url, view);
    masking = new Masking();
    known = new ArrayList<>();
  }

  @Override
  public void close() throws Exception {
    if (opa != null) opa.close();
  }

  @Override
  public byte[] map(byte[] message) throws Exception {
    if (!known.isEmpty() && System.nanoTime() - askedAt > KEPT_NANOS) {
      askedAt = System.nanoTime();
      opa.decide(known);
    }
    return masking.masked(message, this::decision);
  }

  private Action decision(Field field) throws Exception {
    if (field.action == null) meet(field);
    return field.action;
  }

  /** A field that no message had before. */
  private void meet(Field field) throws Exception {
    if (known.isEmpty()) askedAt = System.nanoTime();
    opa.decide(List.of(field));
    known.add(field);
  }
}
