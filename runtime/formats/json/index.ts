/**
 * JSON (RFC 8259): one object or array for each record, alone, one behind the other, or one on each line (NDJSON).
 *
 * JSON has no catalogue, so rules name members by their path and what no rule names is refused. Strict and lenient reading are the
 * same: whatever RFC 8259 leaves to the reader (a name that comes twice, half a surrogate pair) is read differently by different
 * readers, and a mask must not be one of several readings.
 */
import type { Batch } from "../../record/tables.ts";
import type { DataClass, Format, OpenFormat, Ruleset, ScanOptions } from "../api.ts";
import { BEGIN_ARRAY, BEGIN_OBJECT, byteOrderMark, END_OBJECT, QUOTATION_MARK, skipWhiteSpace } from "./bytes.ts";
import { rulePath } from "./paths.ts";
import { JsonScanner } from "./scanner.ts";

export const json: Format = {
  name: "json",

  /** A lone `{` at the end of the bytes may still become a SWIFT block, so it is not claimed: the caller looks again with more bytes. */
  detect(input: Uint8Array, start: number, limit: number): boolean {
    const at = skipWhiteSpace(input, start + byteOrderMark(input, start, limit), limit);
    if (input[at] === BEGIN_ARRAY) return at < limit;
    if (at >= limit || input[at] !== BEGIN_OBJECT) return false;
    const inside = skipWhiteSpace(input, at + 1, limit);
    // White space behind the brace is enough: SWIFT has none there.
    if (inside >= limit) return inside > at + 1;
    return input[inside] === QUOTATION_MARK || input[inside] === END_OBJECT;
  },

  open(rules: Ruleset, options: ScanOptions): OpenFormat {
    return new OpenJson(rules, options);
  },
};

const SENSITIVE_BY_NAME = "sensitive authentication data, by name";
const SENSITIVE_BY_SHAPE = "sensitive authentication data, by shape";

class OpenJson implements OpenFormat {
  readonly #scanner: JsonScanner;
  readonly #paths: readonly string[];

  constructor(rules: Ruleset, options: ScanOptions) {
    this.#scanner = new JsonScanner(rules, options);
    this.#paths = [...rules.jsonRules.map((rule) => rulePath(rule.segments)), SENSITIVE_BY_NAME, SENSITIVE_BY_SHAPE];
  }

  scan(batch: Batch, start: number, limit: number, last: boolean): number {
    return this.#scanner.scan(batch, start, limit, last);
  }

  messageName(): string {
    return "json";
  }

  /** The path of the rule that took the field, since JSON has no other names for its fields. */
  fieldPath(_message: number, field: number): string {
    return this.#paths[field] ?? "";
  }

  /** JSON has no catalogue that classifies its fields: what was removed by itself is card verification data, of the rest nothing is known. */
  fieldClass(_message: number, field: number): DataClass {
    return field >= this.#scanner.fieldByName ? "signature" : "technical";
  }

  fieldOf(): undefined {
    return undefined;
  }
}
