/**
 * The flat tables between scan and engine: records, values, segments.
 *
 * Layout and meaning of every column: docs/internals/engine.md. The tables are plain `Uint32Array`s with a stride, so that a
 * batch crosses into the native engine without conversion and the portable engine reads the very same memory.
 */

import { release } from "../platform/bytes.ts";

export const RECORD_STRIDE = 18;
export const RECORD_START = 0;
export const RECORD_END = 1;
export const RECORD_MESSAGE = 2;
export const RECORD_FIRST_VALUE = 3;
export const RECORD_VALUE_COUNT = 4;
export const RECORD_STATUS = 5;
export const RECORD_OUT_START = 6;
export const RECORD_OUT_END = 7;
export const RECORD_FAULT_VALUE = 8;
export const RECORD_FLAGS = 9;
/** Where the record itself begins and ends, without what separates it from others; an end of 0: it is the whole row. */
export const RECORD_OWN_START = 10;
export const RECORD_OWN_END = 11;
/** Its offset in its source, two words, the less significant first. */
export const RECORD_OFFSET = 12;
/** Which source that is, four words. */
export const RECORD_SOURCE = 14;

/** Bit of RECORD_FLAGS: the record's bytes are ISO-8859-1, not UTF-8. */
export const RECORD_FLAG_LATIN1 = 1;

export const VALUE_STRIDE = 8;
export const VALUE_RECORD = 0;
export const VALUE_OPERATION = 1;
export const VALUE_FIRST_SEGMENT = 2;
export const VALUE_SEGMENT_COUNT = 3;
export const VALUE_SCOPE = 4;
export const VALUE_STATUS = 5;
export const VALUE_FIELD = 6;
/** 0, or one more than the index of the first term that an amount is made of. */
export const VALUE_TERMS = 7;

/** An amount that stands in sums is made of the places where its curve is read off (docs/internals/engine.md, "Terms"). */
export const TERM_STRIDE = 10;
export const TERM_FLAGS = 0;
export const TERM_DECIMALS = 1;
export const TERM_PRODUCT_DECIMALS = 2;
export const TERM_FACTOR_DECIMALS = 3;
/** A count of 10⁻⁹, four words of two's complement, the least first. */
export const TERM_PLACE = 4;
/** Without its mark, two words. */
export const TERM_FACTOR = 8;
/** The term is taken off. */
export const TERM_FLAG_NEGATIVE = 1;
/** The place is one that others are counted up to. */
export const TERM_FLAG_RUNNING = 2;
export const TERM_FLAG_LAST = 4;
/** What is read off is multiplied. */
export const TERM_FLAG_FACTOR = 8;

export const SEGMENT_STRIDE = 3;
export const SEGMENT_START = 0;
export const SEGMENT_END = 1;
export const SEGMENT_ENCODING = 2;

/** How the bytes of a segment spell code points (docs/internals/engine.md, "Encodings of a segment"). */
export const ENCODING_XML_TEXT = 0;
export const ENCODING_XML_TEXT_REFS = 1;
export const ENCODING_XML_ATTRIBUTE = 2;
export const ENCODING_XML_CDATA = 3;
export const ENCODING_JSON_STRING = 4;
export const ENCODING_JSON_NUMBER = 5;
export const ENCODING_MT_LINE = 6;
export const ENCODING_RAW = 7;
export const ENCODING_MT_WRAP = 8;

/** Outcome of a value; numbers of 1000 and more are issue numbers. */
export const STATUS_PENDING = 0;
export const STATUS_MASKED = 1;
export const STATUS_KEPT = 2;
export const STATUS_REMOVED = 3;
export const STATUS_TOKEN = 4;
export const STATUS_REDACTED = 5;
export const STATUS_LEFT = 6;
export const STATUS_ISSUE_MIN = 1000;

/** "No value is to blame" in RECORD_FAULT_VALUE. */
export const NO_VALUE = 0xffff_ffff;

/** Why a record is refused: an issue number and a place, never a value. */
export interface Fault {
  readonly record: number;
  readonly issue: number;
  /** Absolute offset in the batch's input. */
  readonly offset: number;
  readonly length: number;
  /** Path of names, where it is known. */
  readonly path: string;
}

/** Rows of the first table of terms: most runs have none. */
const TERMS_MIN = 1024;

/** A batch: input bytes and the three growing tables that describe them. One batch is reused for a whole run. */
export class Batch {
  input: Uint8Array = new Uint8Array(0);
  records: Uint32Array;
  values: Uint32Array;
  segments: Uint32Array;
  terms: Uint32Array = new Uint32Array(0);
  recordCount = 0;
  valueCount = 0;
  segmentCount = 0;
  termCount = 0;
  /** Faults of refused records of this batch (and of a framing error, under record = recordCount). */
  faults: Fault[] = [];

  constructor(records = 256, values = 8192, segments = 8192) {
    this.records = new Uint32Array(records * RECORD_STRIDE);
    this.values = new Uint32Array(values * VALUE_STRIDE);
    this.segments = new Uint32Array(segments * SEGMENT_STRIDE);
  }

  /** Empties the tables; the input and the capacity stay. */
  clear(): void {
    this.recordCount = 0;
    this.valueCount = 0;
    this.segmentCount = 0;
    this.termCount = 0;
    this.faults.length = 0;
  }

  /**
   * Takes over the rows of another batch, as they are before the engine's turn, with other operations. Segments stay the other's: nothing
   * may be added to this one, and it is to be followed anew when rows were added to the other.
   * @param operations by operation of the other batch
   */
  follow(other: Batch, operations: Uint32Array): void {
    const records = other.recordCount * RECORD_STRIDE;
    const values = other.valueCount * VALUE_STRIDE;
    if (this.records.length < records) this.records = new Uint32Array(other.records.length);
    if (this.values.length < values) this.values = new Uint32Array(other.values.length);
    this.input = other.input;
    this.recordCount = other.recordCount;
    this.valueCount = other.valueCount;
    this.segments = other.segments;
    this.segmentCount = other.segmentCount;
    this.termCount = 0;
    this.faults.length = 0;
    this.records.set(other.records.subarray(0, records));
    const own = this.values;
    own.set(other.values.subarray(0, values));
    for (let at = VALUE_OPERATION; at < values; at += VALUE_STRIDE) own[at] = operations[own[at] as number] as number;
  }

  /** Opens a record that starts at `start`; its values are whatever is added until `endRecord` or `cancelRecord`. */
  beginRecord(start: number, message: number): number {
    const index = this.recordCount;
    let at = index * RECORD_STRIDE;
    if (at + RECORD_STRIDE > this.records.length) this.records = grow(this.records);
    const records = this.records;
    records[at++] = start;
    records[at++] = start;
    records[at++] = message;
    records[at++] = this.valueCount;
    records[at++] = 0;
    records[at++] = 0;
    records[at++] = 0;
    records[at++] = 0;
    records[at++] = NO_VALUE;
    records[at] = 0;
    records.fill(0, at + 1, at + 1 + RECORD_STRIDE - RECORD_OWN_START);
    this.recordCount = index + 1;
    return index;
  }

  /**
   * Says what a record is by itself, and where it came from: what generated values are drawn by.
   * @param offset in its source, a whole number
   * @param source four words that name the source; undefined: the one that has no name
   */
  placeRecord(record: number, ownStart: number, ownEnd: number, offset: number, source?: Uint32Array): void {
    const { records } = this;
    const at = record * RECORD_STRIDE;
    records[at + RECORD_OWN_START] = ownStart;
    records[at + RECORD_OWN_END] = ownEnd;
    records[at + RECORD_OFFSET] = offset % WORD;
    records[at + RECORD_OFFSET + 1] = (offset - (offset % WORD)) / WORD;
    if (source !== undefined) records.set(source, at + RECORD_SOURCE);
  }

  endRecord(record: number, end: number): void {
    const at = record * RECORD_STRIDE;
    this.records[at + RECORD_END] = end;
    this.records[at + RECORD_VALUE_COUNT] = this.valueCount - (this.records[at + RECORD_FIRST_VALUE] as number);
  }

  /** Marks a record as refused, and closes it at `end`. Its values are no record's any more, and those of the last one are dropped. */
  refuse(record: number, issue: number, end: number, offset: number, length = 0, path = ""): void {
    const at = record * RECORD_STRIDE;
    const first = this.records[at + RECORD_FIRST_VALUE] as number;
    if (record === this.recordCount - 1) this.forgetValues(first);
    this.records[at + RECORD_END] = end;
    this.records[at + RECORD_VALUE_COUNT] = 0;
    this.records[at + RECORD_STATUS] = issue;
    this.faults.push({ record, issue, offset, length, path });
  }

  /** Takes back the values of the open record from the one of that index on. */
  forgetValues(from: number): void {
    if (from >= this.valueCount) return;
    this.segmentCount = this.values[from * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
    this.valueCount = from;
  }

  /** Takes the last record back with all its values, as if it had never begun. */
  cancelRecord(record: number): void {
    const first = this.records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    this.forgetValues(first);
    this.recordCount = record;
  }

  /** Opens a value of the last record; segments added from now on are its own. Returns the value's index. */
  addValue(operation: number, field: number, scope = 0): number {
    const index = this.valueCount;
    const at = index * VALUE_STRIDE;
    if (at + VALUE_STRIDE > this.values.length) this.values = grow(this.values);
    const values = this.values;
    values[at] = this.recordCount - 1;
    values[at + 1] = operation;
    values[at + 2] = this.segmentCount;
    values[at + 3] = 0;
    values[at + 4] = scope;
    values[at + 5] = 0;
    values[at + 6] = field;
    values[at + 7] = 0;
    this.valueCount = index + 1;
    return index;
  }

  /** A value of one segment: the common case, in one call. */
  addSimpleValue(operation: number, field: number, scope: number, start: number, end: number, encoding: number): void {
    const index = this.valueCount;
    const at = index * VALUE_STRIDE;
    if (at + VALUE_STRIDE > this.values.length) this.values = grow(this.values);
    const segment = this.segmentCount;
    const segmentAt = segment * SEGMENT_STRIDE;
    if (segmentAt + SEGMENT_STRIDE > this.segments.length) this.segments = grow(this.segments);
    const values = this.values;
    values[at] = this.recordCount - 1;
    values[at + 1] = operation;
    values[at + 2] = segment;
    values[at + 3] = 1;
    values[at + 4] = scope;
    values[at + 5] = 0;
    values[at + 6] = field;
    values[at + 7] = 0;
    const segments = this.segments;
    segments[segmentAt] = start;
    segments[segmentAt + 1] = end;
    segments[segmentAt + 2] = encoding;
    this.valueCount = index + 1;
    this.segmentCount = segment + 1;
  }

  /** Adds a row of nought to the terms; returns where it begins. Terms of a record that is taken back stay, and nothing names them. */
  addTerm(): number {
    const at = this.termCount * TERM_STRIDE;
    if (this.terms.length === 0) this.terms = new Uint32Array(TERMS_MIN * TERM_STRIDE);
    if (at + TERM_STRIDE > this.terms.length) this.terms = grow(this.terms);
    this.termCount++;
    return at;
  }

  /** Adds a segment to the last value. */
  addSegment(start: number, end: number, encoding: number): void {
    const index = this.segmentCount;
    const at = index * SEGMENT_STRIDE;
    if (at + SEGMENT_STRIDE > this.segments.length) this.segments = grow(this.segments);
    this.segments[at] = start;
    this.segments[at + 1] = end;
    this.segments[at + 2] = encoding;
    this.segmentCount = index + 1;
    const count = (this.valueCount - 1) * VALUE_STRIDE + VALUE_SEGMENT_COUNT;
    this.values[count] = (this.values[count] as number) + 1;
  }
}

/** What one word of a table counts to. */
const WORD = 2 ** 32;

function grow(table: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(table.length * 2);
  larger.set(table);
  release(table);
  return larger;
}
