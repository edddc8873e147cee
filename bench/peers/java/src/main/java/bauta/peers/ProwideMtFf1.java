package bauta.peers;

import com.prowidesoftware.swift.io.ConversionService;
import com.prowidesoftware.swift.io.parser.SwiftParser;
import com.prowidesoftware.swift.model.SwiftBlock4;
import com.prowidesoftware.swift.model.SwiftMessage;
import com.prowidesoftware.swift.model.Tag;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** prowide-core: an MT103 is parsed, twelve of its lines are masked, and it is written. */
public final class ProwideMtFf1 {
  private ProwideMtFf1() {}

  public static void main(String[] args) throws Exception {
    ConversionService conversion = new ConversionService();
    Masks masks = new Masks();
    Serve.over(args, "prowide-core + Bouncy Castle FF1", "SRU2025-10.3.19, bcprov 1.87", 12, Masks.LESS, message -> {
      SwiftMessage mt = new SwiftParser(new String(message, StandardCharsets.UTF_8)).message();
      Tag uetr = mt.getBlock3().getTagByName("121");
      uetr.setValue(masks.uetr(uetr.getValue()));
      SwiftBlock4 block4 = mt.getBlock4();
      party(block4.getTagByName("50K"), masks);
      party(block4.getTagByName("59"), masks);
      Tag sender = block4.getTagByName("52A");
      sender.setValue(masks.bic(sender.getValue()));
      Tag receiver = block4.getTagByName("57A");
      receiver.setValue(masks.bic(receiver.getValue()));
      Tag remittance = block4.getTagByName("70");
      remittance.setValue("/INV/" + masks.text(remittance.getValue().substring(5)));
      return conversion.getFIN(mt).getBytes(StandardCharsets.UTF_8);
    });
  }

  /** Account, name, street and number, postcode and town: a line each. */
  private static void party(Tag tag, Masks masks) {
    String[] lines = tag.getValue().split("\r\n");
    String number = lines[2].substring(lines[2].lastIndexOf(' '));
    String code = lines[3].substring(0, lines[3].indexOf(' '));
    tag.setValue("/" + masks.iban(lines[0].substring(1)) + "\r\n" + upper(masks.name(lines[1])) + "\r\n" + upper(masks.street(lines[2])) + number
        + "\r\n" + masks.postcode(code) + " " + upper(masks.town(lines[3])));
  }

  private static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }
}
