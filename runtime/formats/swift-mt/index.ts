/** SWIFT MT: the payment messages of categories 1, 2 and 9, with their headers, trailers, acknowledgements and framings. */
import type { Format, OpenFormat, Ruleset, ScanOptions } from "../api.ts";
import { isRecordStart } from "./frame.ts";
import { swiftMtRules } from "./rules.ts";
import { SwiftMtScanner } from "./scanner.ts";

export { swiftMtCatalogue } from "./catalogue.ts";

/**
 * The format. A record is one message with its acknowledgement, from `{1:`, SOH, `:20:` or the lines of a bank in front of that to behind its last brace, ETX or dash; line
 * ends, `$` and padding behind it belong to the framing.
 */
export const swiftMt: Format = {
  name: "swift-mt",
  detect: isRecordStart,
  open(rules: Ruleset, options: ScanOptions): OpenFormat {
    return new SwiftMtScanner(rules, options);
  },
  rules: swiftMtRules,
};
