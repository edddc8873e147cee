package bauta.peers;

import com.prowidesoftware.swift.io.ConversionService;
import com.prowidesoftware.swift.io.parser.SwiftParser;
import com.prowidesoftware.swift.model.SwiftMessage;
import java.nio.charset.StandardCharsets;

/** prowide-core: an MT103 is parsed and written, and nothing else. */
public final class ProwideMt {
  private ProwideMt() {}

  public static void main(String[] args) throws Exception {
    ConversionService conversion = new ConversionService();
    String less = "masks nothing: parses and writes";
    Serve.over(args, "prowide-core parse + write", "SRU2025-10.3.19", 0, less, message -> {
      SwiftMessage mt = new SwiftParser(new String(message, StandardCharsets.UTF_8)).message();
      return conversion.getFIN(mt).getBytes(StandardCharsets.UTF_8);
    });
  }
}
