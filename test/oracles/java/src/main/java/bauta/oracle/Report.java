package bauta.oracle;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.prowidesoftware.swift.io.parser.SwiftParser;
import com.prowidesoftware.swift.io.parser.SwiftParserConfiguration;
import com.prowidesoftware.swift.model.SwiftBlock1;
import com.prowidesoftware.swift.model.SwiftBlock2;
import com.prowidesoftware.swift.model.SwiftBlock2Input;
import com.prowidesoftware.swift.model.SwiftBlock2Output;
import com.prowidesoftware.swift.model.SwiftBlock4;
import com.prowidesoftware.swift.model.SwiftBlockUser;
import com.prowidesoftware.swift.model.SwiftMessage;
import com.prowidesoftware.swift.model.SwiftTagListBlock;
import com.prowidesoftware.swift.model.Tag;
import com.prowidesoftware.swift.model.field.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** What pw-swift-core makes of one message: names, order, which components are filled, and whatever it did not understand. */
final class Report {
    private Report() {}

    static JsonObject of(String message, boolean hashes) {
        JsonObject report = new JsonObject();
        JsonArray errors = new JsonArray();
        report.add("errors", errors);
        report.addProperty("exception", (String) null);
        report.addProperty("unparsed", 0);
        try {
            if (message.startsWith(":")) {
                readText(report, message, hashes);
            } else {
                readMessage(report, errors, message, hashes);
            }
        } catch (IOException | RuntimeException problem) {
            // The class only: what a parser says may quote the message.
            report.addProperty("exception", problem.getClass().getSimpleName());
        }
        return report;
    }

    /** Block 4 by itself: there is no header that says a type. */
    private static void readText(JsonObject report, String text, boolean hashes) {
        SwiftBlock4 block = SwiftParser.parseBlock4("{4:\r\n" + text + "\r\n-}");
        report.addProperty("type", (String) null);
        report.addProperty("unparsed", block.getUnparsedTextsSize());
        report.add("tags", tags(block, hashes));
    }

    private static void readMessage(JsonObject report, JsonArray errors, String text, boolean hashes) throws IOException {
        String rest = text;
        SwiftMessage message = parse(rest, errors);
        if (message.isServiceMessage21()) {
            report.addProperty("acknowledged", message.isAck() ? "ACK" : message.isNack() ? "NAK" : "unknown");
            report.add("acknowledgement", tags(message.getBlock4(), hashes));
            report.add("acknowledgementHeader", header(message.getBlock1(), hashes));
            int next = rest.indexOf("{1:", 3);
            if (next < 0) {
                report.addProperty("type", (String) null);
                return;
            }
            rest = rest.substring(next);
            message = parse(rest, errors);
        }
        report.addProperty("type", message.getType());
        report.addProperty("variant", message.getVariant() == null ? null : message.getVariant().name());
        report.addProperty("direction", message.isInput() ? "input" : message.isOutput() ? "output" : null);
        report.addProperty("unparsed", unparsed(message));
        report.add("block1", header(message.getBlock1(), hashes));
        report.add("block2", header(message.getBlock2(), hashes));
        if (message.getBlock3() != null) {
            report.add("block3", tags(message.getBlock3(), hashes));
        }
        if (message.getBlock4() != null) {
            report.add("tags", tags(message.getBlock4(), hashes));
        }
        if (message.getBlock5() != null) {
            report.add("block5", tags(message.getBlock5(), hashes));
        }
        if (message.getUserBlocks() != null && !message.getUserBlocks().isEmpty()) {
            JsonArray names = new JsonArray();
            for (SwiftBlockUser block : message.getUserBlocks()) {
                names.add(block.getName());
            }
            report.add("userBlocks", names);
        }
    }

    private static SwiftMessage parse(String text, JsonArray errors) throws IOException {
        SwiftParser parser = new SwiftParser(text);
        SwiftParserConfiguration configuration = new SwiftParserConfiguration();
        configuration.setLenient(false);
        parser.setConfiguration(configuration);
        SwiftMessage message = parser.message();
        // How many, not what: an error's text may quote the message.
        List<String> found = parser.getErrors();
        for (int i = 0; i < found.size(); i++) {
            errors.add("parser");
        }
        return message;
    }

    private static int unparsed(SwiftMessage message) {
        int count = message.isServiceMessage21() ? 0 : message.getUnparsedTextsSize();
        for (SwiftTagListBlock block : new SwiftTagListBlock[] {message.getBlock3(), message.getBlock4(), message.getBlock5()}) {
            if (block != null) {
                count += block.getUnparsedTextsSize();
                for (Tag tag : block.getTags()) {
                    count += tag.getUnparsedTextsSize();
                }
            }
        }
        return count;
    }

    /** For each tag its name, its filled components, and whether the components spell the whole of its value. */
    private static JsonArray tags(SwiftTagListBlock block, boolean hashes) {
        JsonArray rows = new JsonArray();
        for (Tag tag : block.getTags()) {
            JsonObject row = new JsonObject();
            row.addProperty("tag", tag.getName());
            Field field = tag.asField();
            row.addProperty("known", field != null);
            if (field != null) {
                row.addProperty("whole", lines(field.getValue()).equals(lines(tag.getValue())));
                row.add("components", components(field, hashes));
            }
            rows.add(row);
        }
        return rows;
    }

    private static JsonArray components(Field field, boolean hashes) {
        JsonArray rows = new JsonArray();
        for (int number = 1; number <= field.componentsSize(); number++) {
            JsonObject row = new JsonObject();
            String value = field.getComponent(number);
            row.addProperty("name", label(field, number));
            row.addProperty("filled", value != null && !value.isEmpty());
            if (hashes && value != null) {
                row.addProperty("hash", hash(value));
            }
            rows.add(row);
        }
        return rows;
    }

    private static String label(Field field, int number) {
        String label = field.getComponentLabel(number);
        return label == null ? Integer.toString(number) : label;
    }

    private static JsonObject header(SwiftBlock1 block, boolean hashes) {
        JsonObject row = new JsonObject();
        if (block == null) {
            return row;
        }
        put(row, "applicationId", block.getApplicationId(), hashes);
        put(row, "serviceId", block.getServiceId(), hashes);
        put(row, "logicalTerminal", block.getLogicalTerminal(), hashes);
        put(row, "sessionNumber", block.getSessionNumber(), hashes);
        put(row, "sequenceNumber", block.getSequenceNumber(), hashes);
        return row;
    }

    private static JsonObject header(SwiftBlock2 block, boolean hashes) {
        JsonObject row = new JsonObject();
        if (block == null) {
            return row;
        }
        put(row, "messageType", block.getMessageType(), hashes);
        put(row, "messagePriority", block.getMessagePriority(), hashes);
        if (block instanceof SwiftBlock2Input input) {
            put(row, "receiverAddress", input.getReceiverAddress(), hashes);
            put(row, "deliveryMonitoring", input.getDeliveryMonitoring(), hashes);
            put(row, "obsolescencePeriod", input.getObsolescencePeriod(), hashes);
        }
        if (block instanceof SwiftBlock2Output output) {
            put(row, "senderInputTime", output.getSenderInputTime(), hashes);
            put(row, "mirDate", output.getMIRDate(), hashes);
            put(row, "mirLogicalTerminal", output.getMIRLogicalTerminal(), hashes);
            put(row, "mirSessionNumber", output.getMIRSessionNumber(), hashes);
            put(row, "mirSequenceNumber", output.getMIRSequenceNumber(), hashes);
            put(row, "receiverOutputDate", output.getReceiverOutputDate(), hashes);
            put(row, "receiverOutputTime", output.getReceiverOutputTime(), hashes);
        }
        return row;
    }

    /** true or false for filled, or the hash. */
    private static void put(JsonObject row, String name, String value, boolean hashes) {
        boolean filled = value != null && !value.isEmpty();
        if (filled && hashes) {
            row.addProperty(name, hash(value));
        } else {
            row.addProperty(name, filled);
        }
    }

    private static String lines(String value) {
        return value == null ? "" : value.replace("\r\n", "\n");
    }

    private static String hash(String value) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(value.getBytes(StandardCharsets.ISO_8859_1));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
