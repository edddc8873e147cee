package bauta.peers;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.apache.hc.client5.http.async.methods.SimpleHttpRequest;
import org.apache.hc.client5.http.async.methods.SimpleHttpResponse;
import org.apache.hc.client5.http.async.methods.SimpleRequestBuilder;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.config.TlsConfig;
import org.apache.hc.client5.http.impl.async.CloseableHttpAsyncClient;
import org.apache.hc.client5.http.impl.async.HttpAsyncClients;
import org.apache.hc.client5.http.impl.nio.PoolingAsyncClientConnectionManagerBuilder;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http2.HttpVersionPolicy;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.util.Timeout;

/** Asks an OPA server for decisions, by Apache's asynchronous client over a pool of kept connections. Names go there, values never. */
final class Opa implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Timeout TIMEOUT = Timeout.ofSeconds(2);
  /** OPA answers no more when it has more to do at once; what is behind that waits in the client. */
  private static final int CONNECTIONS = 16;

  private final CloseableHttpAsyncClient client;
  private final String one;
  private final String many;
  private final String view;

  Opa(String url, String view) {
    one = url + "/v1/data/bauta/masking/plan";
    many = url + "/v1/data/bauta/fields/plans";
    this.view = view;
    client =
        HttpAsyncClients.custom()
            .setConnectionManager(
                PoolingAsyncClientConnectionManagerBuilder.create()
                    .setMaxConnPerRoute(CONNECTIONS)
                    .setMaxConnTotal(CONNECTIONS)
                    .setDefaultTlsConfig(TlsConfig.custom().setVersionPolicy(HttpVersionPolicy.FORCE_HTTP_1).build())
                    .build())
            .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(TIMEOUT).build())
            .setIOReactorConfig(IOReactorConfig.custom().setIoThreadCount(1).build())
            .disableCookieManagement()
            .disableAuthCaching()
            .disableAutomaticRetries()
            .disableRedirectHandling()
            .build();
    client.start();
  }

  /** The decision for one field. */
  CompletableFuture<Action> ask(Field field) throws IOException {
    ObjectNode input = input();
    describe(field, input.putObject("field"));
    return send(one, input).thenApply(response -> Action.of(result(response), field));
  }

  /** Decides for all of them, by one question. */
  void decide(Collection<Field> fields) throws IOException, InterruptedException, ExecutionException {
    ObjectNode input = input();
    ArrayNode list = input.putArray("fields");
    for (Field field : fields) describe(field, list.addObject());
    JsonNode plans = result(send(many, input).get());
    for (Field field : fields) field.action = Action.of(plans.path(field.path), field);
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  private ObjectNode input() {
    ObjectNode input = JSON.createObjectNode().put("format", "json").put("message", "json");
    input.putObject("view").put("name", view);
    return input;
  }

  private static void describe(Field field, ObjectNode to) {
    to.put("path", field.path).put("name", field.name);
  }

  private CompletableFuture<SimpleHttpResponse> send(String url, ObjectNode input) throws IOException {
    byte[] body = JSON.writeValueAsBytes(JSON.createObjectNode().set("input", input));
    SimpleHttpRequest request = SimpleRequestBuilder.post(url).setBody(body, ContentType.APPLICATION_JSON).build();
    CompletableFuture<SimpleHttpResponse> answer = new CompletableFuture<>();
    client.execute(
        request,
        new FutureCallback<>() {
          @Override
          public void completed(SimpleHttpResponse response) {
            answer.complete(response);
          }

          @Override
          public void failed(Exception error) {
            answer.completeExceptionally(error);
          }

          @Override
          public void cancelled() {
            answer.cancel(false);
          }
        });
    return answer;
  }

  /** @throws IllegalStateException if OPA does not answer as it should */
  private static JsonNode result(SimpleHttpResponse response) {
    try {
      if (response.getCode() == 200) return JSON.readTree(response.getBodyBytes()).path("result");
    } catch (IOException error) {
      throw new IllegalStateException("OPA's answer is no JSON", error);
    }
    throw new IllegalStateException("OPA answers " + response.getCode());
  }
}
