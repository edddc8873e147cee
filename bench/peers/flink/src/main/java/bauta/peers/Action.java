package bauta.peers;

import com.fasterxml.jackson.databind.JsonNode;

/** What a policy answers for a field, as far as this job knows it. */
enum Action {
  KEEP,
  HASH,
  MASK;

  /** @throws IllegalStateException for an answer that is missing or that the job cannot carry out */
  static Action of(JsonNode answer, Field field) {
    if (answer != null && answer.isTextual())
      switch (answer.textValue()) {
        case "keep":
          return KEEP;
        case "hash":
          return HASH;
        case "mask":
          return MASK;
        default:
      }
    throw new IllegalStateException("OPA has no usable answer for " + field.path);
  }
}
