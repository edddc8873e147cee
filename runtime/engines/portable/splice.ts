/** Writes records to the output: the input's bytes with the windows' outputs in place of segments. */
import { BautaError } from "../../kit/errors.ts";
import {
  type Batch,
  ENCODING_MT_LINE,
  ENCODING_MT_WRAP,
  NO_VALUE,
  RECORD_END,
  RECORD_FAULT_VALUE,
  RECORD_FIRST_VALUE,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_ISSUE_MIN,
  VALUE_FIRST_SEGMENT,
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../../record/tables.ts";
import { encodePiece } from "./text/encode.ts";
import { ACTION_COPY, ACTION_WRITE, ACTION_WRITE_LINES, type Window } from "./window.ts";

const CANNOT_STAND = 6012;
const LF = 0x0a;
/** Below this a loop is cheaper than a view and `set`. */
const SHORT_COPY = 24;

export class Splicer {
  readonly #window: Window;
  #output: Uint8Array = new Uint8Array(0);
  #input: Uint8Array = new Uint8Array(0);
  /** Next byte of the output. It may run beyond the output's end: a record's issues are known only when all of it was walked. */
  #at = 0;
  /** Next byte of the input that is neither written nor replaced. */
  #cursor = 0;

  constructor(window: Window) {
    this.#window = window;
  }

  /**
   * Writes one record at `at` and fills its row; returns the offset behind it, or −1 when the output has no room for it, in which
   * case its row is as it was.
   */
  write(batch: Batch, record: number, output: Uint8Array, at: number): number {
    const { records, values } = batch;
    const row = record * RECORD_STRIDE;
    this.#output = output;
    this.#input = batch.input;
    this.#at = at;
    this.#cursor = records[row + RECORD_START] as number;
    const latin1 = ((records[row + RECORD_FLAGS] as number) & RECORD_FLAG_LATIN1) !== 0;
    const first = records[row + RECORD_FIRST_VALUE] as number;
    const end = first + (records[row + RECORD_VALUE_COUNT] as number);
    for (let value = first; value < end; value++) {
      const status = values[value * VALUE_STRIDE + VALUE_STATUS] as number;
      const issue = status >= STATUS_ISSUE_MIN ? status : this.#writeValue(batch, value, latin1);
      if (issue !== 0) {
        values[value * VALUE_STRIDE + VALUE_STATUS] = issue;
        return finish(records, row, at, at, issue, value);
      }
    }
    this.#copyTo(records[row + RECORD_END] as number);
    if (this.#at > output.length) return -1;
    return finish(records, row, at, this.#at, 0, NO_VALUE);
  }

  /** Returns 0, or 6012 where the output cannot stand in its segments. */
  #writeValue(batch: Batch, value: number, latin1: boolean): number {
    const window = this.#window;
    const { values, segments } = batch;
    const index = value - window.firstValue;
    const action = window.actions[index] as number;
    if (action === ACTION_COPY) return 0;
    const first = values[value * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
    const end = first + (values[value * VALUE_STRIDE + VALUE_SEGMENT_COUNT] as number);
    if (action === ACTION_WRITE) return this.#writeSegments(segments, first, end, index, latin1);
    if (action === ACTION_WRITE_LINES) return this.#writeLines(segments, first, end, index, latin1);
    for (let segment = first; segment < end; segment++) this.#replace(segments, segment);
    return 0;
  }

  /** The write-back of docs/internals/engine.md: cut at the same places if the length is the same, else filled from the left. */
  #writeSegments(segments: Uint32Array, first: number, end: number, index: number, latin1: boolean): number {
    const window = this.#window;
    let from = window.outStarts[index] as number;
    let left = window.outCounts[index] as number;
    let total = 0;
    for (let segment = first; segment < end; segment++) total += window.segmentCounts[segment - window.firstSegment] as number;
    const sameLength = total === left;
    const encoding = segments[first * SEGMENT_STRIDE + SEGMENT_ENCODING];
    const least = encoding === ENCODING_MT_LINE || encoding === ENCODING_MT_WRAP ? 1 : 0;
    for (let segment = first; segment < end; segment++) {
      const own = window.segmentCounts[segment - window.firstSegment] as number;
      const behind = end - 1 - segment;
      const count = sameLength ? own : behind === 0 ? left : share(own, left, least, behind);
      if (!this.#writePiece(segments, segment, from, from + count, latin1)) return CANNOT_STAND;
      from += count;
      left -= count;
    }
    return 0;
  }

  /** The write-back of lines: each segment gets what is in front of the next line feed, the last one the rest. */
  #writeLines(segments: Uint32Array, first: number, end: number, index: number, latin1: boolean): number {
    const { texts, outStarts, outCounts } = this.#window;
    let from = outStarts[index] as number;
    const outEnd = from + (outCounts[index] as number);
    for (let segment = first; segment < end; segment++) {
      let to = from;
      while (to < outEnd && (segment === end - 1 || texts.data[to] !== LF)) to++;
      if (!this.#writePiece(segments, segment, from, to, latin1)) return CANNOT_STAND;
      from = to < outEnd ? to + 1 : to;
    }
    return 0;
  }

  /** Writes code points `from` to `to` − 1 in place of a segment; false where they cannot stand there. */
  #writePiece(segments: Uint32Array, segment: number, from: number, to: number, latin1: boolean): boolean {
    const row = segment * SEGMENT_STRIDE;
    const start = segments[row + SEGMENT_START] as number;
    const isEmpty = start === (segments[row + SEGMENT_END] as number);
    this.#replace(segments, segment);
    const encoding = segments[row + SEGMENT_ENCODING] as number;
    const firstByte = isEmpty ? -1 : (this.#input[start] as number);
    const next = encodePiece(this.#window.texts.data, from, to, encoding, latin1, firstByte, this.#output, this.#at);
    if (next >= 0) this.#at = next;
    return next >= 0;
  }

  /** Writes what is in front of the segment and passes over it. */
  #replace(segments: Uint32Array, segment: number): void {
    this.#copyTo(segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number);
    this.#cursor = segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
  }

  #copyTo(end: number): void {
    const from = this.#cursor;
    const length = end - from;
    if (length < 0) throw new BautaError(9001, { detail: "segments out of order" });
    const at = this.#at;
    this.#at = at + length;
    this.#cursor = end;
    if (length < SHORT_COPY) {
      for (let i = 0; i < length; i++) this.#output[at + i] = this.#input[from + i] as number;
    } else if (at + length <= this.#output.length) {
      this.#output.set(this.#input.subarray(from, end), at);
    }
  }
}

/** Code points of a segment that others follow: as many as it had, but at least `least` for each of them is left. */
function share(own: number, left: number, least: number, behind: number): number {
  let count = left - least * behind;
  if (count > own) count = own;
  if (count < least) count = least;
  return count > left ? left : count;
}

function finish(records: Uint32Array, row: number, start: number, end: number, issue: number, fault: number): number {
  records[row + RECORD_STATUS] = issue;
  records[row + RECORD_OUT_START] = start;
  records[row + RECORD_OUT_END] = end;
  records[row + RECORD_FAULT_VALUE] = fault;
  return end;
}
