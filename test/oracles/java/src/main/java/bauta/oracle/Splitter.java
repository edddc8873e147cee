package bauta.oracle;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a file into messages, by other means than the scanner that is judged: text has no braces in it, so that every block 1 begins
 * a message or the acknowledgement before one.
 */
final class Splitter {
    private Splitter() {}

    /** Messages in their order; an acknowledgement and the message behind it are one. */
    static List<String> split(String text) {
        List<String> messages = new ArrayList<>();
        if (trim(text).startsWith(":")) {
            for (String part : text.split("(?m)^(?:\\$|-\\}|-\\r?$)")) {
                add(messages, part);
            }
            return messages;
        }
        String acknowledgement = "";
        for (String part : text.split("(?=\\{1:)")) {
            String message = trim(part);
            if (message.startsWith("{1:F21") && acknowledgement.isEmpty()) {
                acknowledgement = message;
                continue;
            }
            add(messages, acknowledgement + message);
            acknowledgement = "";
        }
        add(messages, acknowledgement);
        return messages;
    }

    private static void add(List<String> messages, String part) {
        String message = trim(part);
        if (!message.isEmpty()) {
            messages.add(message);
        }
    }

    /** Without the framing: SOH, ETX, padding, the separator of RJE files, line ends. */
    private static String trim(String text) {
        int start = 0;
        int end = text.length();
        while (start < end && isFraming(text.charAt(start))) {
            start++;
        }
        while (end > start && isFraming(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(start, end);
    }

    private static boolean isFraming(char character) {
        return character <= ' ' || character == '$';
    }
}
