/**
 * A record as the evidence of a run has it: key, value, and names and values of its headers in their order, each behind its length in four
 * bytes, big-endian; ffffffff stands for what is not there. Timestamp and place are no part of it.
 */
import {
  HEADER_STRIDE,
  NONE,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_STRIDE,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
} from "./layout.ts";

/** Bytes that grow. */
export interface Growing {
  bytes: Uint8Array;
  used: number;
  /** Makes room for so many more. */
  reserve(more: number): void;
}

/** Records and headers over bytes: a batch that was read, or what is about to be written. */
export interface RecordTables {
  readonly bytes: Uint8Array;
  readonly records: Uint32Array;
  readonly headers: Uint32Array;
}

const LENGTH_BYTES = 4;

/** Appends a record. */
export function encodeRecord(out: Growing, { bytes, records, headers }: RecordTables, row: number): void {
  const at = row * RECORD_STRIDE;
  encodePart(out, bytes, records[at + RECORD_KEY] as number, records[at + RECORD_KEY_LENGTH] as number);
  encodePart(out, bytes, records[at + RECORD_VALUE] as number, records[at + RECORD_VALUE_LENGTH] as number);
  const first = records[at + RECORD_FIRST_HEADER] as number;
  const behind = first + (records[at + RECORD_HEADER_COUNT] as number);
  for (let header = first * HEADER_STRIDE; header < behind * HEADER_STRIDE; header += HEADER_STRIDE) {
    encodePart(out, bytes, headers[header] as number, headers[header + 1] as number);
    encodePart(out, bytes, headers[header + 2] as number, headers[header + 3] as number);
  }
}

/** Appends a record that is a value alone. */
export function encodeValue(out: Growing, bytes: Uint8Array, start: number, length: number): void {
  encodePart(out, bytes, 0, NONE);
  encodePart(out, bytes, start, length);
}

function encodePart(out: Growing, bytes: Uint8Array, start: number, length: number): void {
  const size = length === NONE ? 0 : length;
  out.reserve(LENGTH_BYTES + size);
  const to = out.bytes;
  to[out.used++] = length >>> 24;
  to[out.used++] = length >>> 16;
  to[out.used++] = length >>> 8;
  to[out.used++] = length;
  if (size === 0) return;
  to.set(bytes.subarray(start, start + size), out.used);
  out.used += size;
}

/**
 * The topics that a record was written to, in front of its digest: how many, and each name behind its length in two bytes. Names are in the
 * order of their code units.
 */
export function encodeTopics(topics: readonly string[]): Uint8Array {
  const names = topics.toSorted().map((name) => new TextEncoder().encode(name));
  const parts = names.flatMap((name) => [Uint8Array.of(name.length >>> 8, name.length), name]);
  return new Uint8Array(Buffer.concat([Uint8Array.of(names.length), ...parts]));
}
