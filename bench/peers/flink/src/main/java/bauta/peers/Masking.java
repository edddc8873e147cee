package bauta.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Walks over messages and writes them again with fields masked. For one thread. */
final class Masking {
  private static final JsonFactory JSON = new JsonFactory();
  private static final String MASKED = "********";
  private static final int HASH_BYTES = 16;

  private final Field root = Field.root();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(2048);
  private final Mac mac;

  Masking() throws GeneralSecurityException {
    byte[] key = new byte[32];
    java.util.Arrays.fill(key, (byte) 0x2b);
    mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
  }

  interface Decision {
    /** Asked once for each value, in the order of the message. */
    Action of(Field field) throws Exception;
  }

  /** The field of each value of a message, in its order. */
  void fields(byte[] message, Consumer<Field> to) throws IOException {
    try (JsonParser parser = JSON.createParser(message)) {
      Field at = root;
      Field holder = null;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case FIELD_NAME -> at = holder.child(parser.currentName());
          case START_OBJECT -> holder = at;
          case END_OBJECT -> {
            at = holder;
            holder = holder.parent;
          }
          case START_ARRAY, END_ARRAY -> {}
          default -> to.accept(at);
        }
      }
    }
  }

  byte[] masked(byte[] message, Decision decision) throws Exception {
    out.reset();
    try (JsonParser parser = JSON.createParser(message);
        JsonGenerator generator = JSON.createGenerator(out)) {
      Field at = root;
      Field holder = null;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        switch (token) {
          case FIELD_NAME -> {
            String name = parser.currentName();
            at = holder.child(name);
            generator.writeFieldName(name);
          }
          case START_OBJECT -> {
            holder = at;
            generator.writeStartObject();
          }
          case END_OBJECT -> {
            at = holder;
            holder = holder.parent;
            generator.writeEndObject();
          }
          case START_ARRAY -> generator.writeStartArray();
          case END_ARRAY -> generator.writeEndArray();
          default -> {
            switch (decision.of(at)) {
              case KEEP -> keep(parser, token, generator);
              case HASH -> generator.writeString(hash(parser.getText()));
              case MASK -> generator.writeString(MASKED);
            }
          }
        }
      }
    }
    return out.toByteArray();
  }

  /** Numbers as they are written: 1845.50 stays 1845.50. */
  private static void keep(JsonParser parser, JsonToken token, JsonGenerator generator) throws IOException {
    switch (token) {
      case VALUE_STRING -> generator.writeString(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          generator.writeNumber(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
      default -> generator.copyCurrentEvent(parser);
    }
  }

  private String hash(String value) {
    return HexFormat.of().formatHex(mac.doFinal(value.getBytes(StandardCharsets.UTF_8)), 0, HASH_BYTES);
  }
}
