/**
 * Where a record begins and how far it may reach: the frame layer.
 *
 * `auto` knows no frames: the formats tell where a record ends. The other modes cut first, so that a broken record cannot swallow
 * its neighbours. Bytes between records (white space, RJE's `$`, padding) belong to the record before them, so that a refused record
 * takes its separator along.
 */

import { type Format, type OpenFormat, SCAN_FRAME_ERROR, SCAN_MORE } from "../formats/api.ts";
import { RECORD_BYTES_MAX } from "../kit/limits.ts";
import { type Batch, RECORD_STATUS, RECORD_STRIDE } from "../record/tables.ts";

export const FRAME_MODES = ["auto", "line", "nul", "length"] as const;
export type FrameMode = (typeof FRAME_MODES)[number];

export interface FormatSlot {
  readonly format: Format;
  readonly open: OpenFormat;
}

/** Frame cannot be told any further: nothing after this record may be read. */
export const NEXT_STOP = -2;
/** More bytes are needed. */
export const NEXT_MORE = -1;
/** First byte of a DOS-PCC record. */
export const SOH = 0x01;

export interface Next {
  /** Offset of the record's first byte. */
  start: number;
  /** Offset behind the record and what separates it from the next; or NEXT_MORE, NEXT_STOP. */
  end: number;
  /** Index of the record's format; -1 when it has none. */
  format: number;
}

/**
 * Scans the next record into the batch. `next.end` NEXT_MORE: nothing was added. NEXT_STOP: a refused record was added, and the stream
 * must end with it.
 * @param from behind the last record
 */
export function nextRecord(
  slots: readonly FormatSlot[],
  mode: FrameMode,
  batch: Batch,
  from: number,
  limit: number,
  last: boolean,
  next: Next,
): void {
  switch (mode) {
    case "auto":
      return nextByContent(slots, batch, from, limit, last, next);
    case "line":
      return nextDelimited(slots, batch, from, limit, last, next, 0x0a);
    case "nul":
      return nextDelimited(slots, batch, from, limit, last, next, 0x00);
    case "length":
      return nextByLength(slots, batch, from, limit, last, next);
    default:
      return mode satisfies never;
  }
}

function nextByContent(slots: readonly FormatSlot[], batch: Batch, from: number, limit: number, last: boolean, next: Next): void {
  const input = batch.input;
  const start = behindSeparators(input, from, limit);
  next.start = start;
  next.format = -1;
  if (start === limit) {
    next.end = NEXT_MORE;
    return;
  }
  const format = detect(slots, input, start, limit);
  if (format < 0) {
    // One byte may be too few to tell: `{` begins MT and JSON alike.
    if (!last && limit - start < 64) next.end = NEXT_MORE;
    else stop(batch, start, limit, 2001, next);
    return;
  }
  next.format = format;
  const before = batch.recordCount;
  const end = (slots[format] as FormatSlot).open.scan(batch, start, limit, last);
  if (end === SCAN_MORE) {
    if (last) stop(batch, start, limit, 2002, next);
    else next.end = NEXT_MORE;
    return;
  }
  if (end === SCAN_FRAME_ERROR) {
    if (batch.recordCount === before) adoptFault(batch, start, limit);
    next.end = NEXT_STOP;
    return;
  }
  next.end = behindSeparators(input, end, limit);
  // The sectors of a DOS-PCC record are filled up anew, so all that fills them must be at hand.
  if (input[start] === SOH && next.end === limit && !last && batch.records[before * RECORD_STRIDE + RECORD_STATUS] === 0) {
    batch.cancelRecord(before);
    next.end = NEXT_MORE;
  }
}

function nextDelimited(
  slots: readonly FormatSlot[],
  batch: Batch,
  from: number,
  limit: number,
  last: boolean,
  next: Next,
  delimiter: number,
): void {
  const input = batch.input;
  // Empty frames and white space before the record are passed over with it.
  const start = behindSeparators(input, from, limit);
  next.start = start;
  next.format = -1;
  const found = start === limit ? -1 : input.indexOf(delimiter, start);
  const closed = found >= 0 && found < limit;
  if (start === limit || (!closed && !last)) {
    next.end = NEXT_MORE;
    return;
  }
  const end = closed ? found : limit;
  scanFramed(slots, batch, start, end, next);
  next.end = closed ? found + 1 : limit;
}

/** Four bytes of length, big-endian, then the record. The sink writes the new length. */
function nextByLength(slots: readonly FormatSlot[], batch: Batch, from: number, limit: number, last: boolean, next: Next): void {
  const input = batch.input;
  next.format = -1;
  next.start = from;
  if (from === limit && last) {
    next.end = NEXT_MORE;
    return;
  }
  if (limit - from < 4) {
    if (last) stop(batch, from, limit, 2002, next);
    else next.end = NEXT_MORE;
    return;
  }
  const length = lengthAt(input, from);
  next.start = from + 4;
  if (length === 0 || length > RECORD_BYTES_MAX) return stop(batch, from, limit, 2003, next);
  if (limit - from - 4 < length) {
    if (last) stop(batch, from, limit, 2002, next);
    else next.end = NEXT_MORE;
    return;
  }
  scanFramed(slots, batch, from + 4, from + 4 + length, next);
  next.end = from + 4 + length;
}

/** A record between known bounds: whatever is wrong with it stays inside. */
function scanFramed(slots: readonly FormatSlot[], batch: Batch, start: number, end: number, next: Next): void {
  const input = batch.input;
  const first = behindSeparators(input, start, end);
  const format = detect(slots, input, first, end);
  next.start = first;
  next.format = format;
  if (format < 0) return refuseWhole(batch, first, end, 2001);
  const before = batch.recordCount;
  const found = (slots[format] as FormatSlot).open.scan(batch, first, end, true);
  if (found === SCAN_MORE) return refuseWhole(batch, first, end, 2002);
  if (found === SCAN_FRAME_ERROR) {
    if (batch.recordCount === before) adoptFault(batch, first, end);
    return;
  }
  if (behindSeparators(input, found, end) !== end) batch.refuse(before, 2001, end, found);
}

function detect(slots: readonly FormatSlot[], input: Uint8Array, start: number, limit: number): number {
  // A frame of nothing but white space: what stands behind it is not its own.
  if (start >= limit) return -1;
  for (let i = 0; i < slots.length; i++) if ((slots[i] as FormatSlot).format.detect(input, start, limit)) return i;
  return -1;
}

function stop(batch: Batch, start: number, limit: number, issue: number, next: Next): void {
  refuseWhole(batch, start, limit, issue);
  next.end = NEXT_STOP;
}

function refuseWhole(batch: Batch, start: number, end: number, issue: number): void {
  const record = batch.beginRecord(start, 0);
  batch.refuse(record, issue, end, start);
}

/** A format that stopped without adding the record left its reason under the index that the record gets now. */
function adoptFault(batch: Batch, start: number, end: number): void {
  const record = batch.beginRecord(start, 0);
  const at = batch.faults.findIndex((fault) => fault.record === record);
  const fault = batch.faults[at];
  if (fault === undefined) return batch.refuse(record, 2001, end, start);
  batch.faults.splice(at, 1);
  batch.refuse(record, fault.issue, end, fault.offset, fault.length, fault.path);
}

/** Offset behind what may stand between records: white space, RJE's `$`, and the NUL padding of block devices. */
export function behindSeparators(input: Uint8Array, from: number, limit: number): number {
  let p = from;
  while (p < limit && isSeparator(input[p] as number)) p++;
  return p;
}

export const isSeparator = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09 || c === 0x24 || c === 0x00;

const lengthAt = (input: Uint8Array, at: number): number =>
  (input[at] as number) * 0x100_0000 + ((input[at + 1] as number) << 16) + ((input[at + 2] as number) << 8) + (input[at + 3] as number);
