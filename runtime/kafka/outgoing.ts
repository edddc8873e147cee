/** Records on their way to topics: rows and headers over bytes that are elsewhere. */
import {
  HEADER_STRIDE,
  NONE,
  putWhole,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_LEADER_EPOCH,
  RECORD_PARTITION,
  RECORD_STRIDE,
  RECORD_TIMESTAMP,
  RECORD_TOPIC,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
} from "./layout.ts";

const RECORDS = 1024;

export class Outgoing {
  records: Uint32Array<ArrayBuffer> = new Uint32Array(RECORDS * RECORD_STRIDE);
  headers: Uint32Array<ArrayBuffer> = new Uint32Array(RECORDS * HEADER_STRIDE);
  count = 0;
  headerCount = 0;

  clear(): void {
    this.count = 0;
    this.headerCount = 0;
  }

  /** Adds a record; headers that are added next are its own. Lengths may be NONE. Returns its row. */
  add(topic: number, timestamp: number, key: number, keyLength: number, value: number, valueLength: number): number {
    const row = this.count++;
    const at = row * RECORD_STRIDE;
    if (at + RECORD_STRIDE > this.records.length) this.records = grown(this.records);
    const { records } = this;
    records[at + RECORD_TOPIC] = topic;
    records[at + RECORD_PARTITION] = NONE;
    putWhole(records, at + RECORD_TIMESTAMP, timestamp);
    records[at + RECORD_KEY] = key;
    records[at + RECORD_KEY_LENGTH] = keyLength;
    records[at + RECORD_VALUE] = value;
    records[at + RECORD_VALUE_LENGTH] = valueLength;
    records[at + RECORD_FIRST_HEADER] = this.headerCount;
    records[at + RECORD_HEADER_COUNT] = 0;
    records[at + RECORD_LEADER_EPOCH] = NONE;
    return row;
  }

  /** The record added last, once more to another topic. */
  repeat(topic: number): void {
    const from = (this.count - 1) * RECORD_STRIDE;
    const at = this.count++ * RECORD_STRIDE;
    if (at + RECORD_STRIDE > this.records.length) this.records = grown(this.records);
    this.records.copyWithin(at, from, from + RECORD_STRIDE);
    this.records[at + RECORD_TOPIC] = topic;
  }

  /** Adds a header to the record added last. */
  header(name: number, nameLength: number, value: number, valueLength: number): void {
    const at = this.headerCount++ * HEADER_STRIDE;
    if (at + HEADER_STRIDE > this.headers.length) this.headers = grown(this.headers);
    const { headers } = this;
    headers[at] = name;
    headers[at + 1] = nameLength;
    headers[at + 2] = value;
    headers[at + 3] = valueLength;
    const count = (this.count - 1) * RECORD_STRIDE + RECORD_HEADER_COUNT;
    this.records[count] = (this.records[count] as number) + 1;
  }
}

function grown(table: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(table.length * 2);
  larger.set(table);
  return larger;
}
