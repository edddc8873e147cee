/**
 * Records by where they came from: a digest of each, by source topic, partition and offset, whatever partition they stand in now. Forty bytes
 * for each record, and nothing of what it holds.
 */
import { createHash } from "node:crypto";
import type { RecordBatch } from "./batch.ts";
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

export const DIGEST_BYTES = 32;
const ROWS = 1024;
const SOURCE = Buffer.from("bauta.source");
const PLACE = /^([A-Za-z0-9._-]{1,249}\/\d{1,9})\/(\d{1,15})$/;

/** Records of one source partition, sorted by their offset. */
export interface SourceRecords {
  readonly count: number;
  offset(at: number): number;
  digest(at: number): Uint8Array;
}

export class RecordsBySource {
  readonly #columns = new Map<string, Columns>();
  #unplaced = 0;

  /** Adds the records of a batch. */
  add(batch: RecordBatch): void {
    for (let row = 0; row < batch.count; row++) {
      const [, source, offset] = PLACE.exec(sourceOf(batch, row)) ?? [];
      if (source === undefined) {
        this.#unplaced++;
        continue;
      }
      let columns = this.#columns.get(source);
      if (columns === undefined) {
        columns = new Columns();
        this.#columns.set(source, columns);
      }
      columns.add(Number(offset), digestOf(batch, row));
    }
  }

  /** Records that do not say where they came from. */
  get unplaced(): number {
    return this.#unplaced;
  }

  /** Names of source partitions. */
  get sources(): readonly string[] {
    return [...this.#columns.keys()].sort();
  }

  of(source: string): SourceRecords {
    return (this.#columns.get(source) ?? new Columns()).sorted();
  }
}

class Columns {
  #offsets = new Float64Array(ROWS);
  #digests = new Uint8Array(ROWS * DIGEST_BYTES);
  #count = 0;

  add(offset: number, digest: Uint8Array): void {
    if (this.#count === this.#offsets.length) {
      const [offsets, digests] = [this.#offsets, this.#digests];
      this.#offsets = new Float64Array(2 * offsets.length);
      this.#offsets.set(offsets);
      this.#digests = new Uint8Array(2 * digests.length);
      this.#digests.set(digests);
    }
    this.#offsets[this.#count] = offset;
    this.#digests.set(digest, this.#count++ * DIGEST_BYTES);
  }

  sorted(): SourceRecords {
    const offsets = this.#offsets.subarray(0, this.#count);
    const digests = this.#digests;
    const order = Uint32Array.from(offsets, (_, at) => at).sort((a, b) => (offsets[a] as number) - (offsets[b] as number) || a - b);
    return {
      count: this.#count,
      offset: (at) => offsets[order[at] as number] as number,
      digest: (at) => digests.subarray((order[at] as number) * DIGEST_BYTES, ((order[at] as number) + 1) * DIGEST_BYTES),
    };
  }
}

/** What the record says of where it came from; empty if it does not. */
function sourceOf({ bytes, records, headers }: RecordBatch, row: number): string {
  const at = row * RECORD_STRIDE;
  const first = records[at + RECORD_FIRST_HEADER] as number;
  for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
    const [name, nameLength, value, length] = headers.subarray(header * HEADER_STRIDE, (header + 1) * HEADER_STRIDE);
    if (length === NONE || nameLength !== SOURCE.length) continue;
    if (SOURCE.equals(bytes.subarray(name, (name as number) + nameLength)))
      return Buffer.from(bytes.subarray(value, (value as number) + (length as number))).toString("latin1");
  }
  return "";
}

/** SHA-256 over key, value and headers, each with its length in front. */
function digestOf({ bytes, records, headers }: RecordBatch, row: number): Uint8Array {
  const hash = createHash("sha256");
  const length = new Uint32Array(1);
  const put = (at: number, size: number): void => {
    length[0] = size;
    hash.update(length);
    if (size !== NONE) hash.update(bytes.subarray(at, at + size));
  };
  const at = row * RECORD_STRIDE;
  put(records[at + RECORD_KEY] as number, records[at + RECORD_KEY_LENGTH] as number);
  put(records[at + RECORD_VALUE] as number, records[at + RECORD_VALUE_LENGTH] as number);
  const first = records[at + RECORD_FIRST_HEADER] as number;
  for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
    put(headers[header * HEADER_STRIDE] as number, headers[header * HEADER_STRIDE + 1] as number);
    put(headers[header * HEADER_STRIDE + 2] as number, headers[header * HEADER_STRIDE + 3] as number);
  }
  return hash.digest();
}
