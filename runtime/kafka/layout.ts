/** The tables that calls of the addon share: rows of u32 (bindings/kafka/src/layout.rs says the same). Positions are bytes in the batch's buffer. */

export const RECORD_STRIDE = 14;
/** Index of the topic among those that the client has named so far. */
export const RECORD_TOPIC = 0;
/** Partition; NONE lets the partitioner choose. */
export const RECORD_PARTITION = 1;
/** Lower half; the upper one follows. */
export const RECORD_OFFSET = 2;
/** Milliseconds since 1970, lower half; the upper one follows. 0 when a record is sent: now. */
export const RECORD_TIMESTAMP = 4;
/** 0 unknown, 1 set by the producer, 2 set by the broker. */
export const RECORD_TIMESTAMP_TYPE = 6;
export const RECORD_KEY = 7;
/** NONE: there is none. */
export const RECORD_KEY_LENGTH = 8;
export const RECORD_VALUE = 9;
/** NONE: a tombstone. */
export const RECORD_VALUE_LENGTH = 10;
/** First row in the table of headers. */
export const RECORD_FIRST_HEADER = 11;
export const RECORD_HEADER_COUNT = 12;
/** NONE if unknown. */
export const RECORD_LEADER_EPOCH = 13;

/** Name, its bytes, value, its bytes (NONE: null). */
export const HEADER_STRIDE = 4;

/** Topic, partition, offset (two), leader epoch. */
export const COMMIT_STRIDE = 5;

/** What is not there. */
export const NONE = 0xffff_ffff;

const HALF = 0x1_0000_0000;

/** A number of two columns. */
export const wholeAt = (table: Uint32Array, at: number): number => ((table[at + 1] as number) | 0) * HALF + (table[at] as number);

/** Writes a whole number into two columns. */
export function putWhole(table: Uint32Array, at: number, value: number): void {
  table[at] = value >>> 0;
  table[at + 1] = Math.floor(value / HALF) >>> 0;
}
