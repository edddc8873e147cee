package bauta.peers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.UnaryOperator;

/** Jackson's tree of a JSON payment, twelve leaves set, written again. */
public final class JacksonFf1 {
  private static final ObjectMapper JSON = new ObjectMapper();

  private JacksonFf1() {}

  public static void main(String[] args) throws Exception {
    Masks masks = new Masks();
    String version = JSON.version() + ", bcprov 1.87";
    Serve.over(args, "Jackson + Bouncy Castle FF1", version, 12, Masks.LESS + "; 1845.50 becomes 1845.5", message -> {
      ObjectNode payment = (ObjectNode) JSON.readTree(message);
      ObjectNode debtor = (ObjectNode) payment.get("debtor");
      ObjectNode creditor = (ObjectNode) payment.get("creditor");
      ObjectNode address = (ObjectNode) debtor.get("address");
      set(payment, "endToEndId", masks::reference);
      set(payment, "uetr", masks::uetr);
      set(debtor, "name", masks::name);
      set((ObjectNode) debtor.get("account"), "iban", masks::iban);
      set((ObjectNode) debtor.get("agent"), "bic", masks::bic);
      set(address, "street", masks::street);
      set(address, "postcode", masks::postcode);
      set(address, "town", masks::town);
      set(creditor, "name", masks::name);
      set((ObjectNode) creditor.get("account"), "iban", masks::iban);
      set((ObjectNode) creditor.get("agent"), "bic", masks::bic);
      set(payment, "remittance", masks::text);
      return JSON.writeValueAsBytes(payment);
    });
  }

  private static void set(ObjectNode holder, String name, UnaryOperator<String> mask) {
    holder.put(name, mask.apply(holder.get(name).textValue()));
  }
}
