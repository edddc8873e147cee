/**
 * What a format is: it cuts a record out of a run of bytes, walks it once and fills the batch's tables.
 *
 * A format knows its own grammar and catalogue. It does not know techniques: it asks the `Ruleset` for the operation of a field
 * when it compiles a message type, and writes operation indexes into the value table.
 */
import type { Batch } from "../record/tables.ts";

export type FormatName = "iso20022" | "swift-mt" | "json";

/** Class of data of a field. `structure` never reaches a ruleset. */
export const DATA_CLASSES = [
  "person", // natural person: name, birth, private identification
  "organisation", // legal entity that is a party (debtor, creditor, …)
  "agent", // financial institution: BIC, clearing member, name, address
  "account", // account numbers, IBANs, cards, proxies
  "identifier", // identifiers of parties: LEI, tax id, national id, other ids
  "contact", // phone, e-mail, postal address lines and parts
  "reference", // ids of messages, transactions, mandates, invoices; UETR
  "free-text", // remittance information, instructions, any narrative
  "amount",
  "currency",
  "rate",
  "number", // counts and quantities
  "date", // dates, times and periods that are not a person's
  "country",
  "code", // items of code lists, proprietary codes of short form
  "technical", // indicators, versions, media, checksums of structure
  "envelope", // text and attributes of wrappers around a message
  "signature", // signatures and digests over clear content
] as const;
export type DataClass = (typeof DATA_CLASSES)[number];

/** Names of bauta.plan.v1.Shape without the prefix, in its order (docs/internals/engine.md). */
export const SHAPES = [
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
] as const;
export type Shape = (typeof SHAPES)[number];

export interface Fit {
  readonly shape: Shape;
  readonly min: number;
  /** Characters; 0 = no limit. */
  readonly max: number;
  /** Characters of one line, where the value may run over several (SWIFT MT): what is written instead of it should not be longer. */
  readonly lineMax?: number;
  readonly fraction?: number;
  readonly values?: readonly string[];
  readonly prefix?: string;
}

/** A catalogue entry. */
export interface Field {
  /** `FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm`, `…/InstdAmt/@Ccy`; `50K/name`; JSON has no catalogue. */
  readonly path: string;
  /** Type name in the format's own standard: `Max140Text`, `IBAN2007Identifier`; `35x`. */
  readonly type: string;
  readonly dataClass: DataClass;
  readonly fit: Fit;
  /** The standard does not have it in its message: only a lenient reading finds values there. */
  readonly isLenient?: true;
  /** Levels below any content that rules open (opened.ts). No catalogue describes it, and so a rule may declare its type. */
  readonly below?: number;
}

/** No rule covers the field. */
export const UNCOVERED = -1;

/** A model's answers, asked while a message type is compiled; never per record. */
export interface Ruleset {
  /** Index of the operation for a field, or `UNCOVERED`. */
  operationFor(format: FormatName, messageType: string, field: Field): number;
  /**
   * What rules name below a field of any content, as paths below it: `Ext/AcctId`, `Ext/AcctId/@scheme`. Elements that hold others are in
   * none of them but on the way. Absent or empty: the content goes or refuses as a whole.
   */
  namedBelow?(format: FormatName, messageType: string, field: Field): readonly string[];
  /** Operation that removes a region (comments, trailers); always there. */
  readonly dropOperation: number;
  /** Rules for formats without a catalogue. Higher `rank` wins; equal ranks with different operations were refused by the model. */
  readonly jsonRules: readonly JsonRule[];
  readonly envelope: EnvelopeRules;
  /** Descriptions of messages that come with the model; they go before those of the format. */
  readonly catalogues?: readonly OwnCatalogue[];
}

/** A message's description of the user's own. What it holds is its format's matter. */
export interface OwnCatalogue {
  readonly format: FormatName;
  readonly message: string;
  /** As the model names it. */
  readonly reference: string;
  /** SHA-256 (hex) of its file. */
  readonly sha256: string;
  readonly content: object;
}

export interface JsonRule {
  /** Segments of the path after `$`: a member name, `*` (any member or index of one level) or `**` (any depth, none included). Array levels count as `*`. */
  readonly segments: readonly string[];
  readonly rank: number;
  readonly operation: number;
  /** It does more than keep. If what it names turns out to be an object or array, no rule for all that is left may keep what is inside. */
  readonly protects?: boolean;
  /** Whether it does so for what is inside of what it names. Default: as it protects. */
  readonly claims?: boolean;
  /** Where the rule is in the model, for messages. */
  readonly label: string;
}

/** What may stand around a message. Names are schema, not data; what is not named here is refused. */
export interface EnvelopeRules {
  /** true: wrapper elements of any (sane) name and namespaces of any (sane) URI are structure; false: only the known ones and those below. */
  readonly open: boolean;
  readonly elements: readonly string[];
  readonly namespaces: readonly string[];
}

export interface ScanOptions {
  /** strict refuses what the standard forbids; lenient masks it where that is safe. */
  readonly input: "strict" | "lenient";
  /**
   * Names that paths of faults tell. `known` (the default): those of catalogues and of the model; any other name is the sender's, may
   * say anything, and is told as `?`. `all`: every name that could be copied; for whoever looks at samples of their own.
   */
  readonly names?: "known" | "all";
  /**
   * Called with the path of every JSON value that no rule names, which is then dropped instead of refusing its record: for whoever
   * wants to know all of them at once.
   */
  readonly uncovered?: (path: string) => void;
}

/** More bytes are needed before this record can be scanned; nothing was added to the batch. */
export const SCAN_MORE = -1;
/** The end of the record cannot be found; `batch.faults` has the reason under record index `batch.recordCount`. The stream must stop. */
export const SCAN_FRAME_ERROR = -2;

export interface Scanner {
  /**
   * Scans the record that begins at `start` (its first byte, leading white space already passed over).
   * Returns its end offset, having added one record to the batch; or SCAN_MORE; or SCAN_FRAME_ERROR.
   * A record that must be refused is added too: `batch.refuse` has set its status, and it has no values.
   * @param limit end of the bytes at hand, at most `batch.input.length`
   * @param last no bytes will follow `limit`
   */
  scan(batch: Batch, start: number, limit: number, last: boolean): number;
}

export interface Format {
  readonly name: FormatName;
  /** Whether a record of this format can begin with these bytes (white space before it already passed over). Cheap, and disjoint between formats. */
  detect(input: Uint8Array, start: number, limit: number): boolean;
  open(rules: Ruleset, options: ScanOptions): OpenFormat;
  /** What holds between the values of its messages; undefined: nothing is known to. */
  readonly rules?: MessageRules;
}

export interface OpenFormat extends Scanner {
  /** Name of a message index of RECORD_MESSAGE: `pacs.008.001.08`, `MT103`, `json`. */
  messageName(index: number): string;
  /** Path of a field index of VALUE_FIELD under a message index. For JSON the rule's path. */
  fieldPath(message: number, field: number): string;
  fieldClass(message: number, field: number): DataClass;
  /**
   * The field as the ruleset was asked for it, and under which message: a header inside of a business message has its own. undefined for
   * what no ruleset was asked about: JSON, and regions that go whatever the model says.
   */
  fieldOf(message: number, field: number): AskedField | undefined;
}

export interface AskedField {
  readonly message: string;
  readonly field: Field;
}

// ── rules between values ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface Finding {
  /** Number of an issue, 8601 and following. */
  readonly issue: number;
  /** Where the value stands that says otherwise: names and the places of repeated elements, no value. */
  readonly path: string;
}

export interface Verdict {
  readonly message: string;
  /** Rules that the message had something for. */
  readonly checked: number;
  readonly findings: readonly Finding[];
}

export interface MessageRules {
  readonly format: FormatName;
  /**
   * undefined where the record is no message that these rules know.
   * @param series takes the statements of several messages, and adds to the findings when it is closed; without it a message stands alone
   */
  verify(record: Uint8Array, series?: StatementSeries): Verdict | undefined;
  /** Tells what the amounts of a record that was scanned are made of (terms.ts), so that what adds up does so when each was changed. */
  addTerms(scanned: ScannedRecord): void;
}

export interface ScannedRecord {
  readonly batch: Batch;
  readonly record: number;
  /** Of its own bytes in the batch's input, without what separates it from others. */
  readonly start: number;
  readonly end: number;
  readonly open: OpenFormat;
  /** Whether an operation changes amounts by a function of them. */
  isAmount(operation: number): boolean;
}

/** What a statement says of its place among the statements of its account. Numbers and amounts as decimal.ts has them. */
export interface Place {
  /** Of the closing balance; statements of one account have their dates in one form. */
  readonly date: string;
  /** Of the statement, and of the sheet within it. */
  readonly number: bigint | undefined;
  readonly sheet: bigint | undefined;
  readonly opening: bigint | undefined;
  readonly closing: bigint | undefined;
}

/** What of a statement does not go on: its number, where some seem to be missing in between, or its opening balance. */
export type Follows = "continues" | "number" | "balance";
export type Report = (follows: Follows) => void;

/** Takes the statements of several messages. */
export interface StatementSeries {
  /** @param account with the currency: what the statement is one of */
  add(account: string, place: Place, report: Report): void;
}
