/** What the tests of the SWIFT MT scanner share: a small ruleset, scanned records as plain objects, and an independent reading of what may be structure. */
import {
  DATA_CLASSES,
  type DataClass,
  type Field,
  type OpenFormat,
  type Ruleset,
  SCAN_FRAME_ERROR,
  SCAN_MORE,
  UNCOVERED,
} from "../../runtime/formats/api.ts";
import { swiftMt } from "../../runtime/formats/swift-mt/index.ts";
import {
  Batch,
  RECORD_FIRST_VALUE,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";

/** Operation 0 drops; every class of data has its own operation. */
export const DROP = 0;

export function rules(covers: (field: Field, message: string) => boolean = () => true): Ruleset {
  return {
    operationFor: (_format, message, field) => (covers(field, message) ? DATA_CLASSES.indexOf(field.dataClass) + 1 : UNCOVERED),
    dropOperation: DROP,
    jsonRules: [],
    envelope: { open: true, elements: [], namespaces: [] },
  };
}

export interface ScannedValue {
  readonly path: string;
  readonly dataClass: DataClass;
  readonly operation: number;
  readonly scope: number;
  /** Text of each segment, one character for each byte. */
  readonly texts: readonly string[];
  readonly segments: readonly { readonly start: number; readonly end: number; readonly encoding: number }[];
}

export interface ScannedRecord {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** 0, or the issue. */
  readonly status: number;
  readonly faultPath: string;
  readonly faultOffset: number;
  readonly flags: number;
  readonly values: readonly ScannedValue[];
}

export type Mode = "strict" | "lenient";

export const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

/** Scans one record; a frame error is a record of status 2002, 4001 or 4005 that ends where the input ends. */
export function scanOne(input: string | Uint8Array, mode: Mode = "strict", ruleset: Ruleset = rules()): ScannedRecord {
  const records = scanAll(input, mode, ruleset);
  if (records.length !== 1) throw new Error(`${records.length} records`);
  return records[0] as ScannedRecord;
}

/** Scans all records as the frame layer would: separators between them are passed over. Throws where no record begins. */
export function scanAll(input: string | Uint8Array, mode: Mode = "strict", ruleset: Ruleset = rules()): ScannedRecord[] {
  const { records, unknownAt } = scanKnown(input, mode, ruleset);
  if (unknownAt >= 0) throw new Error(`no record begins at ${unknownAt}`);
  return records;
}

/** Scans records as long as one is detected. `unknownAt`: where something else begins, or -1. */
export function scanKnown(
  input: string | Uint8Array,
  mode: Mode = "strict",
  ruleset: Ruleset = rules(),
): { records: ScannedRecord[]; unknownAt: number } {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  const open = swiftMt.open(ruleset, { input: mode });
  const batch = new Batch(1, 1, 1);
  batch.input = bytes;
  const records: ScannedRecord[] = [];
  let at = skipSeparators(bytes, 0);
  while (at < bytes.length) {
    if (!swiftMt.detect(bytes, at, bytes.length)) return { records, unknownAt: at };
    const index = batch.recordCount;
    const end = open.scan(batch, at, bytes.length, true);
    if (end === SCAN_MORE) throw new Error("SCAN_MORE with nothing to come");
    const fault = batch.faults.find(({ record }) => record === index);
    if (end === SCAN_FRAME_ERROR) {
      if (fault === undefined) throw new Error("a frame error without a fault");
      records.push(frameError(at, bytes.length, fault.issue, fault.offset));
      break;
    }
    records.push(recordAt(batch, open, index, at, end));
    at = skipSeparators(bytes, end);
  }
  return { records, unknownAt: -1 };
}

/** Path → texts of a record's values, joined by `|` where a value has several segments; repeated paths in an array. */
export function valuesByPath(record: ScannedRecord): Record<string, string | string[]> {
  const found: Record<string, string | string[]> = {};
  for (const { path, texts } of record.values) {
    const text = texts.join("|");
    const before = found[path];
    found[path] = before === undefined ? text : [...(Array.isArray(before) ? before : [before]), text];
  }
  return found;
}

/** The record with every segment replaced by one NUL: what is left is what the scanner took for structure. */
export function structureText(input: string | Uint8Array, record: ScannedRecord): string {
  const bytes = typeof input === "string" ? bytesOf(input) : input;
  let text = "";
  let at = record.start;
  for (const { segments } of record.values) {
    for (const { start, end } of segments) {
      text += `${textOf(bytes.subarray(at, start))}\0`;
      at = end;
    }
  }
  return text + textOf(bytes.subarray(at, record.end));
}

/** Whether what the scanner took for structure is of the closed set: headers, tags, line ends, slashes and the code words of the standard. */
export function isStructure(text: string): boolean {
  let isKnown = true;
  // Field 86 has forms of its own, which lines and subfields may cut anywhere.
  const rest = text.replaceAll(/:86:([^:]*?)(?=\r?\n(?::\d\d[A-Z]?:|:NS:|-|\$|$)|$)/g, (_, content: string) => {
    isKnown &&= isInformation(content);
    return ":86:";
  });
  return isKnown && (RECORD.test(rest) || TEXT_ONLY.test(rest));
}

function isInformation(content: string): boolean {
  const joined = content.replaceAll(/\r?\n/g, "");
  return INFORMATION.test(joined) || INFORMATION.test(joined.replaceAll(/[?<>~^@|!#&*=][0-9]{2}/g, ""));
}

function frameError(start: number, end: number, status: number, faultOffset: number): ScannedRecord {
  return { start, end, message: "", status, faultPath: "", faultOffset, flags: 0, values: [] };
}

function recordAt(batch: Batch, open: OpenFormat, index: number, start: number, end: number): ScannedRecord {
  const row = index * RECORD_STRIDE;
  const fault = batch.faults.find(({ record }) => record === index);
  const message = batch.records[row + RECORD_MESSAGE] as number;
  const first = batch.records[row + RECORD_FIRST_VALUE] as number;
  const count = batch.records[row + RECORD_VALUE_COUNT] as number;
  return {
    start,
    end,
    message: open.messageName(message),
    status: batch.records[row + RECORD_STATUS] as number,
    faultPath: fault?.path ?? "",
    faultOffset: fault?.offset ?? -1,
    flags: batch.records[row + RECORD_FLAGS] as number,
    values: Array.from({ length: count }, (_, value) => {
      const field = batch.values[(first + value) * VALUE_STRIDE + VALUE_FIELD] as number;
      return { path: open.fieldPath(message, field), dataClass: open.fieldClass(message, field), ...valueAt(batch, first + value) };
    }),
  };
}

function valueAt(batch: Batch, value: number): Pick<ScannedValue, "operation" | "scope" | "texts" | "segments"> {
  const row = value * VALUE_STRIDE;
  const first = batch.values[row + VALUE_FIRST_SEGMENT] as number;
  const segments = Array.from({ length: batch.values[row + VALUE_SEGMENT_COUNT] as number }, (_, i) => {
    const at = (first + i) * SEGMENT_STRIDE;
    return {
      start: batch.segments[at + SEGMENT_START] as number,
      end: batch.segments[at + SEGMENT_END] as number,
      encoding: batch.segments[at + SEGMENT_ENCODING] as number,
    };
  });
  return {
    operation: batch.values[row + VALUE_OPERATION] as number,
    scope: batch.values[row + VALUE_SCOPE] as number,
    texts: segments.map(({ start, end }) => textOf(batch.input.subarray(start, end))),
    segments,
  };
}

function skipSeparators(input: Uint8Array, from: number): number {
  let at = from;
  while (at < input.length && [0x20, 0x09, 0x0a, 0x0d, 0x24, 0x00].includes(input[at] as number)) at++;
  return at;
}

// Written here by hand and not taken from the catalogue, so that a code word added there shows here. `V` is a value.
const V = "\\x00";
const EOL = "\\r?\\n";
const CLEARING = "(?:AT|AU|BL|CC|CH|CN|CP|ES|FW|GR|HK|IE|IN|IT|NZ|PL|PT|RT|RU|SC|SW|ZA)";
const CODE_WORDS =
  "(?:INV|IPI|AGNT|COMM|CORCOM|DISC|INSUR|POST|STAMP|TELECHAR|WAREHOUS|PURP|RELID|RFB|ROC|SRI|TSU|ULTB|ULTD|URI|ACC|BNF|BUP|CATPURP|CHGS|CODTYPTR|INS|INT|INTA|LOCINS|MREF|OCMT|PHON|PHONBEN|PHONIBK|REC|REJT|RETN|SVCLVL|TELE|TELEBEN|TELEIBK|TEXT|TREF|BENEFRES|ORDERRES|ANSI|IXML|NARR|PROP|SWIF|UEDI)";
const IDENTIFIER = `(?:/{1,40}${V}|/[CD]/{1,40}${V}?|(?:/[CD])?//${CLEARING}/*${V}?|/{1,40})`;
const NUMBERED = `(?:[1-8]/${V}|[1-8]/${V}/${V}|[1-8]/)`;
const PARTY_CODE = `(?:ARNU|CCPT|CUST|DRLC|EMPL|NIDN|SOSE|TXID)/${V}/${V}`;
const NARRATIVE = `(?://|/${CODE_WORDS}/)${V}?`;
/** Code words of field 86, by their forms. */
const INFORMATION_CODES =
  "(?:TRTP|TRCD|RTRN|RTYP|PURP|SVCL|SQTP|CDTRREFTP|IBAN|ACCT|BIC|NAME|ORDP|BENM|ULTD|ULTC|ULTB|ADDR|CNTP|EREF|MARF|MREF|CSID|ID|PREF|IREF|KREF|RREF|CDTRREF|REMI|USTD|STRD|ISDT|OCMT|CHGS|EXCH)";
const INFORMATION_WORDS = "(?:EREF|KREF|MREF|BREF|RREF|CRED|DEBT|SVWZ|COAM|OAMT|ABWA|ABWE|IBAN|BIC|PURP)";
const INFORMATION = new RegExp(`^(?:${V}|/${INFORMATION_CODES}(?=/)|${INFORMATION_WORDS}\\+|/| )*$`);
const ONE_LINE = `(?:${V}{1,4}|/${V}/${V}[+-]${V}|/${V}|${V}{2}[+-]${V}|${V}/${V}|${V}/${V} *${V}|${V} +${V} *|NONREF| *${V} *)`;
/** A statement line, and a line of what is no field of SWIFT. */
const ENTRY = `(?:${V}{1,2} *${V}{2,4}(?:NONREF|${V})?(?://${V}?)?|[0-9]{2}${V}?)`;
const LINE = `(?:${IDENTIFIER}|${NUMBERED}|${PARTY_CODE}|${NARRATIVE}|${ONE_LINE}|${ENTRY}|)`;
const TAG =
  "(?:11[RS]|12|13[CD]|19|20|21[CDEFR]?|23[BE]?|25[AP]?|26T|28[CD]?|30|32[A-D]|33B|34F|36|5[0-9][A-DFGHKL]?|60[FM]|61|62[FM]|64|65|70|71[ABFG]|72|75|76|77[ABET]|79|86|90[CD]|NS)";
const FIELDS = `(?:(?::${TAG}:)?${LINE}${EOL})*`;
const BLOCK_3 = `(?:\\{3:(?:\\{[0-9A-Z]{3}:(?:${V}{0,4}|/${V}/${V}?)\\})*\\})?`;
const TYPE = "(?:10[1-47]|11[0-2]|[12]9[0-25689]|20[0-5]|210|9[0-2]0|94[0-2]|910|950)";
const BLOCK_2 = `\\{2:(?:[IO]${TYPE}${V}[SUN][123]?(?:003|020)?|O${TYPE}${V}{7}[SUN])\\}`;
const BETWEEN = "[\\r\\n]*";
const BLOCK_5 = `(?:\\{5:(?:${V}|\\{(?:TNG|DLM|[A-Z0-9]{3}):${V}{0,6}\\})*\\}|${V}+)?`;
const ACKNOWLEDGEMENT = `\\{1:F21${V}{3}\\}\\{4:(?:\\{[0-9A-Z]{3}:${V}?\\})*\\}`;
const MESSAGE = `\\{1:F01${V}{3}\\}${BETWEEN}(?:${BLOCK_2})?${BETWEEN}${BLOCK_3}${BETWEEN}\\{4:${EOL}${FIELDS}-\\}${BETWEEN}${BLOCK_5}${BETWEEN}${V}?\\{?`;
const RECORD = new RegExp(`^\\x01?(?:${ACKNOWLEDGEMENT}|(?:${ACKNOWLEDGEMENT})?${MESSAGE})\\x03?$`);
const BANK_LINES = `(?:(?:${V}|:?9[45]\\d:?|9[45]\\d 00|0000 01${V}{2})${EOL}){0,4}`;
const TEXT_ONLY = new RegExp(
  `^\\x01?${BETWEEN}${BANK_LINES}(?::${TAG}:)${LINE}(?:${EOL}(?::${TAG}:)?${LINE})*(?:${EOL}-\\}?)?${BETWEEN}\\x03?$`,
);
