/** Random plans, and batches of random values spelled and cut in random ways. */
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
import { textFor } from "./engine-values.ts";
import { PEOPLE_VALUES } from "./people-values.ts";

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
  "constant",
  "bucket",
  "month",
  "round",
  "noise",
  "scale",
  "date-shift",
  "encrypt",
  "generate",
  "generate",
];
/** What generated values are like, one of them for a good part of the kinds. */
const LIKES = [
  "",
  "DE89370400440532013000",
  "4000000000000002",
  "AB-12/cd",
  "10115",
  "1970-01-01",
  "name@example.com",
  "Ottilie Brandhorst GmbH",
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
  ...PEOPLE_VALUES.map(([kind]) => kind),
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
  codeMax: fc.constantFrom(0, 0, 1, 4, 35),
  distinct: fc.constantFrom(false, false, false, true),
  truncated: fc.constantFrom(false, false, false, true),
  initials: fc.constantFrom(false, false, false, true),
  domain: fc.constantFrom("example", "example", "example", "mapped", "kept"),
  constant: fc.constantFrom("", "MASKED", "0", "é", "2024-01-01", "1,5"),
  bounds: fc.constantFrom([], ["0", "100.50", "1000"], ["5"], ["2", "1"], ["-1000", "0"], ["x"]),
  unit: fc.constantFrom("", "0", "0.05", "100", "-1"),
  withinPpm: fc.constantFrom(0, 1, 100_000, 900_000, 900_001),
  factorMin: fc.constantFrom(0, 1, 3, 10_000),
  factorMax: fc.constantFrom(0, 3, 90, 10_000, 10_001),
  days: fc.constantFrom(0, 1, 30, 36_525, 36_526),
  subject: fc.constantFrom(undefined, undefined, "record", ...NAMESPACES.map((namespace) => ({ namespace }))),
  monthDay: fc.constantFrom(false, false, true),
  cipher: fc.constantFrom("aes-siv", "aes-gcm"),
  like: fc.constantFrom(...LIKES, "é", "a\n"),
  places: fc.constantFrom([], ["A", "01"], [""], ["_"], ["/"], ["é"], ["0", "1", "2", "3", "4", "5", "6", "7", "8"]),
  from: fc.constantFrom("", "0", "-1.50", "2024-02-29", "x"),
  to: fc.constantFrom("", "10", "999999999999999999.999999999", "2024-03-01", "2024-02-30"),
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

/** Amounts and days by techniques of their own, with a value beside them that has a shift or factor of its own. */
export const figureOperation: fc.Arbitrary<PlanOperation> = fc
  .record({
    technique: fc.constantFrom<PlanTechnique>("bucket", "month", "round", "noise", "scale", "date-shift"),
    namespace: fc.constantFrom(...NAMESPACES),
    otherwise: fc.constantFrom("error", "token", "redact"),
    amountShape: fc.constantFrom<PlanShape>("decimal", "swift-amount", "number", "text"),
    dateShape: fc.constantFrom<PlanShape>("date", "date-time", "swift-date", "swift-date-time", "year", "unknown", "text"),
    subject: fc.constantFrom(undefined, "record", ...NAMESPACES.map((namespace) => ({ namespace }))),
    strict: fc.boolean(),
  })
  .map(({ technique, amountShape, dateShape, subject, ...rest }) => {
    const isDate = technique === "month" || technique === "date-shift";
    const hasSubject = subject !== undefined && (technique === "scale" || technique === "date-shift");
    return {
      ...rest,
      technique,
      kind: isDate ? "date" : "amount",
      bounds: ["0", "100.50", "1000"],
      unit: "0.05",
      withinPpm: 100_000,
      factorMin: 2,
      factorMax: 90,
      days: 30,
      ...(hasSubject ? { subject } : {}),
      monthDay: dateShape === "swift-date-time" && isDate,
      fit: { shape: isDate ? dateShape : amountShape, min: 0, max: isDate ? 0 : 18, fraction: 5 },
    } as PlanOperation;
  });

/** Ciphertexts and generated values. */
export const placedOperation: fc.Arbitrary<PlanOperation> = fc
  .record({
    technique: fc.constantFrom<PlanTechnique>("encrypt", "generate", "generate"),
    likeness: fc.constantFrom<readonly [PlanKind, string]>(
      ["iban", "DE89370400440532013000"],
      ["pan", "4000-0000-0000-0002"],
      ["bic", "BANKDEFF"],
      ["mixed", "AB-12/cd"],
      ["national-id", "12345678Z"],
      ["account", "GB82 WEST 1234 5698 7654 32"],
      ["party-name", "OTTILIE BRANDHORST"],
      ["organisation", "Brandhorst GmbH"],
      ["address-line", "10115 Berlin"],
      ["postcode", "SW1A 1AA"],
      ["birth-date", "30.08.1972"],
      ["email", "name@example.com"],
      ["free-text", "INVOICE 12 FOR THE ROOF"],
      ["text", ""],
      ["amount", ""],
      ["date", ""],
    ),
    cipher: fc.constantFrom("aes-siv", "aes-gcm"),
    namespace: fc.constantFrom(...NAMESPACES),
    otherwise: fc.constantFrom("error", "token", "redact"),
    shape: fc.constantFrom<PlanShape>("text", "text", "swift-x", "code"),
    max: fc.constantFrom(0, 0, 35, 70, 140),
    strict: fc.constantFrom(false, false, false, true),
  })
  .map(({ technique, likeness: [kind, like], shape, max, ...rest }) => {
    const isRange = kind === "amount" || kind === "date";
    return {
      ...rest,
      technique,
      kind: technique === "encrypt" ? "text" : kind,
      like,
      places: ["AB", "0123456789", "-", "x"],
      from: kind === "date" ? "1999-12-30" : "-0.5",
      to: kind === "date" ? "2024-02-29" : "1000",
      fit: { shape: isRange ? "text" : shape, min: 0, max },
    } as PlanOperation;
  });

/** Names, addresses, contacts, births, texts: mostly drawn. */
export const peopleOperation: fc.Arbitrary<PlanOperation> = fc
  .record({
    technique: fc.constantFrom<PlanTechnique>("pseudonym", "pseudonym", "pseudonym", "fpe", "token", "hash"),
    kind: fc.constantFrom(...PEOPLE_VALUES.map(([kind]) => kind)),
    namespace: fc.constantFrom(...NAMESPACES),
    otherwise: fc.constantFrom("error", "token", "redact"),
    fit: fc.record({
      shape: fc.constantFrom<PlanShape>("text", "text", "text", "swift-x"),
      min: fc.constantFrom(0, 1),
      max: fc.constantFrom(0, 0, 35, 70, 140),
    }),
    options: fc.record({
      distinct: fc.boolean(),
      truncated: fc.boolean(),
      initials: fc.boolean(),
      domain: fc.constantFrom("example", "mapped", "kept"),
    }),
  })
  .map(({ options: { domain, ...names }, ...operation }) => ({
    ...operation,
    ...(operation.kind === "party-name" || operation.kind === "organisation" ? names : {}),
    ...(operation.kind === "email" ? { domain } : {}),
  })) as fc.Arbitrary<PlanOperation>;

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
const encodings = fc.oneof({ weight: 40, arbitrary: fc.nat(8) }, { weight: 1, arbitrary: fc.constantFrom(9, 255) });
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
  .array(
    fc.oneof(
      anyOperation,
      usualOperation,
      usualOperation,
      usualOperation,
      peopleOperation,
      peopleOperation,
      peopleOperation,
      figureOperation,
      figureOperation,
      placedOperation,
      placedOperation,
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  )
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
    // Some records say what they are by themselves, and where they come from.
    const [first] = record.values;
    if (first !== undefined && (first.salt & 1) === 1) {
      const start = batch.records[index * RECORD_STRIDE] as number;
      batch.placeRecord(index, start, bytes.length - 1, first.salt * 2 ** 20, Uint32Array.of(first.salt, 0, 1, 2));
    }
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
