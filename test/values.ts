/** Lists the values of records with their paths and classes, by the scanners alone: what the laws about values quantify over. */
import { type DataClass, type Field, type Format, type Ruleset, SCAN_MORE } from "../runtime/formats/api.ts";
import {
  Batch,
  ENCODING_JSON_STRING,
  ENCODING_XML_ATTRIBUTE,
  ENCODING_XML_TEXT_REFS,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_STATUS,
  RECORD_STRIDE,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_RECORD,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../runtime/record/tables.ts";
import { FORMATS } from "../runtime/registry.ts";

export interface FoundValue {
  readonly record: number;
  readonly message: string;
  readonly path: string;
  readonly type: string;
  readonly dataClass: DataClass;
  readonly shape: string;
  /** Decoded; the lines of an MT value joined by a line feed. */
  readonly text: string;
}

export interface FoundRecord {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly format: string;
  readonly status: number;
}

export interface Found {
  readonly records: readonly FoundRecord[];
  readonly values: readonly FoundValue[];
}

const DROP = 0x7fff_0000;

/** Walks all records of the bytes. JSON values are found by their own paths, all of class free-text. */
export function valuesIn(input: Uint8Array, mode: "strict" | "lenient" = "lenient"): Found {
  const fields: Field[] = [];
  const rules: Ruleset = {
    operationFor(_format, _message, field) {
      if (field.type === "any") return DROP;
      fields.push(field);
      return fields.length - 1;
    },
    dropOperation: DROP,
    jsonRules: [{ segments: ["**"], rank: 1, operation: DROP - 1, label: "$.**" }],
    envelope: { open: true, elements: [], namespaces: [] },
  };
  const slots = FORMATS.map((format: Format) => ({ format, open: format.open(rules, { input: mode }) }));
  const records: FoundRecord[] = [];
  const values: FoundValue[] = [];
  for (let at = 0; at < input.length; ) {
    while (at < input.length && " \t\r\n$\0".includes(String.fromCharCode(input[at] as number))) at++;
    const slot = slots.find(({ format }) => format.detect(input, at, input.length));
    if (at >= input.length || slot === undefined) break;
    const batch = new Batch(4, 64, 64);
    batch.input = input;
    const end = slot.open.scan(batch, at, input.length, true);
    const message = slot.open.messageName(batch.records[RECORD_MESSAGE] as number);
    const status = end === SCAN_MORE ? -1 : (batch.records[RECORD_STATUS] as number);
    for (let value = 0; value < batch.valueCount; value++) {
      const row = value * VALUE_STRIDE;
      const operation = batch.values[row + VALUE_OPERATION] as number;
      if (operation === DROP) continue;
      const field = fields[operation];
      const first = batch.values[row + VALUE_FIRST_SEGMENT] as number;
      const count = batch.values[row + VALUE_SEGMENT_COUNT] as number;
      const latin1 =
        ((batch.records[(batch.values[row + VALUE_RECORD] as number) * RECORD_STRIDE + RECORD_FLAGS] as number) & RECORD_FLAG_LATIN1) !== 0;
      const parts = Array.from({ length: count }, (_, i) => decodeSegment(batch, first + i, latin1));
      values.push({
        record: records.length,
        message,
        path: slot.open.fieldPath(batch.records[RECORD_MESSAGE] as number, batch.values[row + VALUE_FIELD] as number),
        type: field?.type ?? "json",
        dataClass: field?.dataClass ?? "free-text",
        shape: field?.fit.shape ?? "text",
        text: parts.join(slot.format.name === "swift-mt" ? "\n" : ""),
      });
    }
    records.push({ start: at, end: end < 0 ? input.length : end, message, format: slot.format.name, status });
    if (end < 0) break;
    at = end;
  }
  return { records, values };
}

function decodeSegment(batch: Batch, segment: number, latin1: boolean): string {
  const at = segment * SEGMENT_STRIDE;
  const bytes = batch.input.subarray(batch.segments[at + SEGMENT_START], batch.segments[at + SEGMENT_END]);
  const text = latin1 ? Buffer.from(bytes).toString("latin1") : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const encoding = batch.segments[at + SEGMENT_ENCODING];
  if (encoding === ENCODING_JSON_STRING) return JSON.parse(`"${text}"`) as string;
  return encoding === ENCODING_XML_TEXT_REFS || encoding === ENCODING_XML_ATTRIBUTE ? unescapeXml(text) : text;
}

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (_, hex: string, decimal: string, name: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }[name] ?? "";
  });
