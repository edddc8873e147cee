package bauta.oracle;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * Reads paths of message files from standard input, one a line, and writes one JSON object a line for each message in them.
 *
 * <p>With {@code --hashes} every component also has the SHA-256 of its value. Values themselves are never written.
 */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws IOException {
        Logger.getLogger("com.prowidesoftware").setLevel(Level.OFF);
        boolean hashes = List.of(arguments).contains("--hashes");
        Gson gson = new GsonBuilder().serializeNulls().disableHtmlEscaping().create();
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            if (path.isBlank()) {
                continue;
            }
            // One byte is one character, so that a file that is not UTF-8 is read all the same.
            String text = Files.readString(Path.of(path), StandardCharsets.ISO_8859_1);
            List<String> messages = Splitter.split(text);
            for (int index = 0; index < messages.size(); index++) {
                JsonObject report = Report.of(messages.get(index), hashes);
                report.addProperty("file", path);
                report.addProperty("index", index);
                out.println(gson.toJson(report));
            }
        }
        out.flush();
    }
}
