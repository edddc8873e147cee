/** Random plans, values, spellings and segmentations for the engines, hostile ones included. */
import fc from "fast-check";
import type { PlanFit, PlanKind, PlanOperation, PlanShape, PlanTechnique } from "../../runtime/engines/plan.ts";
import {
  Batch,
  ENCODING_JSON_STRING,
  ENCODING_XML_ATTRIBUTE,
  ENCODING_XML_TEXT_REFS,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_STATUS,
  RECORD_STRIDE,
} from "../../runtime/record/tables.ts";
import examples from "../../schemas/kinds/iban-examples.json" with { type: "json" };

export const NAMESPACES = ["alpha", "beta", "gamma"] as const;

const TECHNIQUES: readonly PlanTechnique[] = [
  "keep",
  "redact",
  "drop",
  "mask",
  "hash",
  "token",
  "fpe",
  "fpe",
  "fpe",
  "pseudonym",
  "pseudonym",
];
const KINDS: readonly PlanKind[] = [
  "text",
  "pan",
  "iban",
  "bic",
  "lei",
  "uetr",
  "digits",
  "alphanumeric",
  "mixed",
  "reference",
  "date",
  "amount",
  "phone",
  "email",
  "account",
  "account",
  "party-name",
];
const SHAPES: readonly PlanShape[] = [
  "text",
  "swift-x",
  "reference-16x",
  "alphanumeric",
  "upper-alphanumeric",
  "digits",
  "iban",
  "bic",
  "lt-address",
  "lei",
  "uuid4",
  "code",
  "country",
  "currency",
  "date",
  "date-time",
  "time",
  "year",
  "decimal",
  "boolean",
  "phone",
  "hex",
  "base64",
  "swift-amount",
  "swift-date",
  "number",
  "enum",
  "unknown",
  "swift-date-time",
];

const fitOf: fc.Arbitrary<PlanFit> = fc
  .record({
    shape: fc.oneof({ weight: 5, arbitrary: fc.constant<PlanShape>("text") }, { weight: 9, arbitrary: fc.constantFrom(...SHAPES) }),
    min: fc.constantFrom(0, 0, 1, 2, 8, 16, 30),
    max: fc.constantFrom(0, 0, 0, 1, 8, 12, 16, 19, 20, 24, 34, 35, 70, 140, 1000),
    fraction: fc.constantFrom(0, 2, 5),
    values: fc.constantFrom([], ["CRED", "DEBT"]),
    prefix: fc.constantFrom("", "", "", "", "CH", "é"),
  })
  .map((fit) => (fit.max > 0 && fit.min > fit.max ? { ...fit, min: 0 } : fit));

/** Any operation at all; engines must agree on which they refuse. */
export const anyOperation: fc.Arbitrary<PlanOperation> = fc.record({
  technique: fc.constantFrom(...TECHNIQUES),
  kind: fc.constantFrom(...KINDS),
  namespace: fc.constantFrom(...NAMESPACES),
  otherwise: fc.constantFrom("error", "token", "redact"),
  fit: fitOf,
  prefix: fc.constantFrom("", "", "NM", "x_", "/A", "A//B", "-", "é", "\u0001", "12"),
  width: fc.constantFrom(0, 0, 0, 1, 10, 20, 33, 48, 49, 64, 65, 128, 129),
  hash: fc.constantFrom("hmac-sha256", "hmac-sha512", "blake3"),
  bin: fc.constantFrom("none", 6, 8),
  keepFirst: fc.constantFrom(0, 1, 4, 6, 8, 100),
  keepLast: fc.constantFrom(0, 0, 2, 4, 5),
  maskCharacter: fc.constantFrom("", "", "*", "X", "0", "##", "é", "\u{1f60a}", "-"),
  detect: fc.boolean(),
  strict: fc.boolean(),
}) as fc.Arbitrary<PlanOperation>;

/** Operations that are mostly accepted and meet values of their own kind: the deep end of the pool. */
export const usualOperation: fc.Arbitrary<PlanOperation> = fc.record({
  technique: fc.constantFrom<PlanTechnique>("fpe", "fpe", "pseudonym", "token", "hash", "mask", "redact", "keep", "drop"),
  kind: fc.constantFrom<PlanKind>(
    "pan",
    "iban",
    "bic",
    "lei",
    "uetr",
    "digits",
    "alphanumeric",
    "mixed",
    "reference",
    "phone",
    "account",
    "account",
  ),
  namespace: fc.constantFrom(...NAMESPACES),
  otherwise: fc.constantFrom("error", "token", "token", "redact"),
  fit: fc.record({
    shape: fc.constantFrom<PlanShape>("text", "text", "text", "swift-x", "code"),
    min: fc.constant(0),
    max: fc.constantFrom(0, 0, 24, 35, 140),
  }),
  hash: fc.constantFrom("hmac-sha256", "hmac-sha512", "blake3"),
  bin: fc.constantFrom("none", 6, 8),
  keepFirst: fc.constantFrom(0, 4, 6),
  keepLast: fc.constantFrom(0, 4),
  detect: fc.boolean(),
  strict: fc.constantFrom(false, false, false, true),
}) as fc.Arbitrary<PlanOperation>;

const DIGITS = [..."0123456789"];
const CAPITALS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SMALLS = [..."abcdefghijklmnopqrstuvwxyz"];
const HEX = [..."0123456789abcdef"];

function textOf(letters: readonly string[], min: number, max: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...letters), { minLength: min, maxLength: max }).map((parts) => parts.join(""));
}

export const panOf: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom("4", "51", "34", "62", "9", "0"), textOf(DIGITS, 9, 17))
      .map(([lead, rest]) => withLuhn((lead + rest).slice(0, 18))),
  },
  { weight: 1, arbitrary: textOf(DIGITS, 10, 20) },
);
export const ibanOf: fc.Arbitrary<string> = fc.constantFrom(...examples.examples.map((example) => example.iban));
export const bicOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf(CAPITALS, 4, 4),
    textOf(CAPITALS, 2, 2),
    textOf([...CAPITALS, ...DIGITS], 2, 2),
    fc.constantFrom("", "", "XXX", "500", "A1B"),
  )
  .map((parts) => parts.join(""));
export const wideBicOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf([...CAPITALS, ...DIGITS], 4, 4),
    textOf(CAPITALS, 2, 2),
    textOf([...CAPITALS, ...DIGITS], 2, 2),
    fc.constantFrom("", "XXX", "5O0"),
  )
  .map((parts) => parts.join(""));
export const leiOf: fc.Arbitrary<string> = textOf([...CAPITALS, ...DIGITS], 18, 18).map(withLeiCheck);
export const uetrOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf(HEX, 8, 8),
    textOf(HEX, 4, 4),
    textOf(HEX, 3, 3),
    fc.constantFrom("8", "9", "a", "b"),
    textOf(HEX, 3, 3),
    textOf(HEX, 12, 12),
  )
  .map(([a, b, c, variant, d, e]) => `${a}-${b}-4${c}-${variant}${d}-${e}`);
export const phoneOf: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom("1", "44", "49", "353", "999", "2"), textOf(DIGITS, 4, 14))
  .map(([code, rest]) => `+${code}${rest}`);
export const referenceOf: fc.Arbitrary<string> = fc.oneof(
  textOf(DIGITS, 1, 20),
  textOf([...CAPITALS, ...DIGITS], 1, 35),
  textOf([...CAPITALS, ...SMALLS, ...DIGITS], 1, 45),
  textOf([...CAPITALS, ...SMALLS, ...DIGITS, "-", "/", ".", " "], 1, 35),
  textOf(DIGITS, 60, 90),
  fc.tuple(textOf(CAPITALS, 2, 2), textOf(DIGITS, 2, 2), textOf([...CAPITALS, ...DIGITS], 10, 31)).map((parts) => parts.join("")),
);

/** Valid values in canonical spelling, by the kind that takes them. */
export const CANONICAL_VALUES: readonly (readonly [PlanKind, fc.Arbitrary<string>])[] = [
  ["pan", panOf],
  ["iban", ibanOf],
  ["bic", bicOf],
  ["bic", wideBicOf],
  ["lei", leiOf],
  ["uetr", uetrOf],
  ["digits", textOf(DIGITS, 6, 70)],
  ["alphanumeric", textOf([...CAPITALS, ...SMALLS, ...DIGITS], 4, 40)],
  ["mixed", textOf([...CAPITALS, ...SMALLS, ...DIGITS], 4, 40)],
  ["reference", referenceOf],
  ["account", fc.oneof(referenceOf, panOf, ibanOf)],
  ["phone", phoneOf],
];

const hostileLetters = [
  " ",
  " ",
  "\t",
  "\n",
  "\r",
  "-",
  ".",
  "/",
  ":",
  "&",
  "<",
  ">",
  '"',
  "'",
  "\\",
  "]",
  "]]>",
  "{",
  "}",
  "\u0000",
  "\u001f",
  "\u007f",
  "\u0080",
  "\u00a0",
  "é",
  "É",
  "e\u0301",
  "ß",
  "ẞ",
  "İ",
  "Å",
  "\u212b",
  "ﬁ",
  "각",
  "\u1100\u1161\u11a8",
  "\u0327\u0301",
  "\u0301\u0327",
  "\ufffe",
  "\uffff",
  "\u0378",
  "\u{1f60a}",
  "\u{1e900}",
  "\u{10ffff}",
  "\u{e000}",
  "１",
  "Α",
  "ſ",
  "K",
  "0",
  "1",
  "A",
  "b",
  "Z",
  "+",
  "@",
  "_",
  ",",
  "(",
  ")",
];

/** Date-like, number-like and other texts near the edges of a fit. */
const edgeTexts = [
  "",
  "0",
  "-0",
  "00",
  "1.0",
  "+1.50",
  ".5",
  "5.",
  "1e5",
  "-1.25E-3",
  "01",
  "123,45",
  ",5",
  "5,",
  "2024-02-29",
  "2023-02-29",
  "1900-02-29Z",
  "0000-01-01",
  "2024-01-01+14:59",
  "2024-01-01+15:00",
  "2024-01-01T23:59:59.123Z",
  "2024-01-01T24:00:00",
  "10:00:00",
  " 10:00:00 ",
  "2024",
  "2024Z",
  "240229",
  "230229",
  "231301",
  "true",
  "false",
  "1",
  "TRUE",
  "+49-123",
  "+1234-1",
  "+1-()",
  "00ff",
  "AAAA",
  "AA==",
  "A===",
  "AA=A",
  "A A A A",
  "CRED",
  "CREDX",
  "US",
  "us",
  "EUR",
  "REF//1",
  "/REF",
  "REF/",
  "a_b./+ -",
  "ZZZZZZ22AXXX",
  "DEUTDEFFA500",
  "deutdeffaxxx",
  "4111 1111 1111 1111",
  "4111-1111-1111-1111",
  "4111  111111111111",
  "Pay 4111111111111111 now",
  "5555 5555 5555 4444 12",
  "DE89 3704 0044 0532 0130 00",
  "xDE89370400440532013000",
  "DE89370400440532013000x",
  "gb82-west-1234-5698-7654-32.",
  "CHABCDEF",
  "CH123456",
  "0123456789012345678901234567890123456789",
];

const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...edgeTexts) },
  { weight: 3, arbitrary: textOf(hostileLetters, 0, 40) },
  { weight: 2, arbitrary: textOf([...CAPITALS, ...SMALLS, ...DIGITS, " "], 0, 60) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: textOf([...DIGITS, ...SMALLS, "-"], 250, 262) },
);

/** The same identity in another spelling: grouped, in small letters, or with one character changed. */
function respelled(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(value, fc.nat(7), fc.nat(1000)).map(([text, how, where]) => {
    const at = text.length === 0 ? 0 : where % text.length;
    switch (how) {
      case 1:
        return text.replace(/(.{4})(?=.)/g, "$1 ");
      case 2:
        return text.replace(/(.{4})(?=.)/g, "$1-");
      case 3:
        return asciiSmall(text);
      case 4:
        return asciiCapital(text);
      case 5:
        return `${text.slice(0, at)}${"0Aa -é&".charAt(where % 7)}${text.slice(at + 1)}`;
      case 6:
        return text.slice(0, at);
      default:
        return text;
    }
  });
}

const anyIdentifier: fc.Arbitrary<string> = respelled(fc.oneof(panOf, ibanOf, bicOf, wideBicOf, leiOf, uetrOf, phoneOf, referenceOf));

/** Values that mostly are of the kind. */
function textFor(kind: PlanKind): fc.Arbitrary<string> {
  const own = CANONICAL_VALUES.filter(([name]) => name === kind).map(([, values]) => respelled(values));
  return fc.oneof(
    { weight: 6, arbitrary: own.length > 0 ? fc.oneof(...own) : anyText },
    { weight: 1, arbitrary: anyIdentifier },
    { weight: 2, arbitrary: anyText },
  );
}

/** How one value is written: its text, cut and spelled. */
export interface WrittenValue {
  readonly operation: number;
  readonly text: string;
  readonly encoding: number;
  /** Cuts of the text as fractions of 1000; each is the border of two segments. */
  readonly cuts: readonly number[];
  /** Chooses which characters are spelled as references or escapes. */
  readonly salt: number;
  /** Bytes put in place of the segment's, to be ill-formed now and then; empty: none. */
  readonly garbage: readonly number[];
}

export interface WrittenRecord {
  readonly values: readonly WrittenValue[];
  readonly latin1: boolean;
  /** Refused before the engine saw it. */
  readonly refused: boolean;
}

/** Encodings by weight; the last ones do not exist. */
const encodings = fc.oneof({ weight: 40, arbitrary: fc.nat(7) }, { weight: 1, arbitrary: fc.constantFrom(8, 255) });
const cuts = fc.oneof(
  { weight: 3, arbitrary: fc.constant<number[]>([]) },
  { weight: 1, arbitrary: fc.array(fc.nat(1000), { maxLength: 4 }) },
);
const garbage = fc.oneof(
  { weight: 40, arbitrary: fc.constant<number[]>([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.oneof(fc.nat(255), fc.constantFrom(0x26, 0x23, 0x3b, 0x5c, 0x75, 0xc3, 0xed, 0xf4)), {
      minLength: 1,
      maxLength: 12,
    }),
  },
);

/** Operations and records whose values go with them, for the most part. */
export const operationsAndRecords: fc.Arbitrary<[PlanOperation[], WrittenRecord[]]> = fc
  .array(fc.oneof(anyOperation, usualOperation, usualOperation, usualOperation), { minLength: 1, maxLength: 8 })
  .chain((operations) => {
    const value = fc.nat(operations.length - 1).chain((operation) =>
      fc.record({
        operation: fc.constant(operation),
        text: textFor((operations[operation] as PlanOperation).kind ?? "text"),
        encoding: encodings,
        cuts,
        salt: fc.nat(1 << 20),
        garbage,
      }),
    );
    const record = fc.record({
      values: fc.array(value, { maxLength: 8 }),
      latin1: fc.constantFrom(false, false, false, false, true),
      refused: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    });
    return fc.tuple(fc.constant(operations), fc.array(record, { minLength: 1, maxLength: 6 }));
  });

/** The records as a batch: structure bytes around every segment. */
export function batchOf(records: readonly WrittenRecord[]): Batch {
  const batch = new Batch(1, 1, 1);
  const bytes: number[] = [];
  for (const record of records) {
    const index = batch.beginRecord(bytes.length, 0);
    if (record.refused) batch.records[index * RECORD_STRIDE + RECORD_STATUS] = 2201;
    if (record.latin1) batch.records[index * RECORD_STRIDE + RECORD_FLAGS] = RECORD_FLAG_LATIN1;
    bytes.push(0x3c);
    for (const value of record.values) writeValue(batch, bytes, value, record.latin1);
    batch.endRecord(index, bytes.length);
  }
  batch.input = Uint8Array.from(bytes);
  return batch;
}

function writeValue(batch: Batch, bytes: number[], value: WrittenValue, latin1: boolean): void {
  batch.addValue(value.operation, 0);
  // Half a surrogate pair has no UTF-8 and cannot be in a record.
  const points = Array.from(value.text, (character) => character.codePointAt(0) as number).filter((code) => code < 0xd800 || code > 0xdfff);
  const borders = [...value.cuts.map((cut) => Math.floor((cut * points.length) / 1000)), points.length].sort((a, b) => a - b);
  let from = 0;
  for (const border of borders) {
    const start = bytes.length;
    if (value.garbage.length > 0) bytes.push(...value.garbage);
    else for (let i = from; i < border; i++) bytes.push(...spelled(points[i] as number, value.encoding, latin1, value.salt >> (i % 17)));
    batch.addSegment(start, bytes.length, value.encoding);
    bytes.push(0x3e);
    from = border;
  }
}

/** A code point in its encoding; `salt` decides between spellings of the same. */
function spelled(code: number, encoding: number, latin1: boolean, salt: number): readonly number[] {
  const references = encoding === ENCODING_XML_TEXT_REFS || encoding === ENCODING_XML_ATTRIBUTE;
  const isChar = (code >= 0x20 && code !== 0xfffe && code !== 0xffff) || code === 9 || code === 10 || code === 13;
  if (references && isChar && (code === 0x26 || (salt & 7) === 1 || (latin1 && code > 0xff))) return ascii(reference(code, salt));
  if (encoding === ENCODING_JSON_STRING && (code < 0x20 || code === 0x22 || code === 0x5c || (salt & 7) === 1))
    return ascii(jsonEscape(code, salt));
  if (!latin1) return [...new TextEncoder().encode(String.fromCodePoint(code))];
  return [code > 0xff ? 0x3f : code];
}

function reference(code: number, salt: number): string {
  const named = new Map([
    [0x26, "&amp;"],
    [0x3c, "&lt;"],
    [0x3e, "&gt;"],
    [0x22, "&quot;"],
    [0x27, "&apos;"],
  ]).get(code);
  if (named !== undefined && (salt & 8) === 0) return named;
  return (salt & 16) === 0 ? `&#${code};` : `&#x00${code.toString(16)};`;
}

function jsonEscape(code: number, salt: number): string {
  const short = new Map([
    [0x22, '\\"'],
    [0x5c, "\\\\"],
    [0x2f, "\\/"],
    [8, "\\b"],
    [12, "\\f"],
    [10, "\\n"],
    [13, "\\r"],
    [9, "\\t"],
  ]).get(code);
  if (short !== undefined && (salt & 8) === 0) return short;
  const unit = (number: number): string => `\\u${number.toString(16).padStart(4, "0")}`;
  if (code < 0x1_0000) return unit(code);
  return unit(0xd800 + ((code - 0x1_0000) >> 10)) + unit(0xdc00 + ((code - 0x1_0000) & 0x3ff));
}

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

function asciiSmall(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function asciiCapital(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
}

/** Appends the Luhn digit. */
function withLuhn(digits: string): string {
  let sum = 0;
  Array.from(digits)
    .reverse()
    .forEach((digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
  return digits + ((10 - (sum % 10)) % 10);
}

/** Appends the two check digits of ISO 17442. */
function withLeiCheck(text: string): string {
  const number = BigInt(Array.from(text, (letter) => Number.parseInt(letter, 36)).join(""));
  return text + (98n - ((number * 100n) % 97n)).toString().padStart(2, "0");
}
