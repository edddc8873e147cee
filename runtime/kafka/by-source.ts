/**
 * Records by where they came from: a digest of each, by source topic, partition and offset, whatever partition they stand in now. Forty bytes
 * for each record, and nothing of what it holds.
 */
import { createHash } from "node:crypto";
import type { RecordBatch } from "./batch.ts";
import { encodeRecord, type Growing } from "./encoding.ts";
import { HEADER_STRIDE, NONE, RECORD_FIRST_HEADER, RECORD_HEADER_COUNT, RECORD_STRIDE, RECORD_TOPIC } from "./layout.ts";

export const DIGEST_BYTES = 32;
const ROWS = 1024;
const SOURCE = Buffer.from("bauta.source");
/** In front of the data of a leaf. */
const LEAF = Uint8Array.of(0);
const PLACE = /^([A-Za-z0-9._-]{1,249}\/\d{1,9})\/(\d{1,15})$/;

/** Records of one source partition, sorted by their offset. */
export interface SourceRecords {
  readonly count: number;
  offset(at: number): number;
  /** SHA-256 of a zero and the record as encoding.ts has it: the leaf hash of RFC 6962. */
  digest(at: number): Uint8Array;
  /** The topic that it stands in. */
  topic(at: number): string;
}

export class RecordsBySource {
  readonly #columns = new Map<string, Columns>();
  readonly #encoded = new Scratch();
  #unplaced = 0;

  /** @param topics names by the index that rows have */
  add(batch: RecordBatch, topics: readonly string[]): void {
    for (let row = 0; row < batch.count; row++) {
      const [, source, offset] = PLACE.exec(sourceOf(batch, row)) ?? [];
      if (source === undefined) {
        this.#unplaced++;
        continue;
      }
      const topic = topics[batch.records[row * RECORD_STRIDE + RECORD_TOPIC] as number] ?? "";
      this.put(source, Number(offset), this.#digestOf(batch, row), topic);
    }
  }

  /** Adds a record of which somebody else made the digest. */
  put(source: string, offset: number, digest: Uint8Array, topic: string): void {
    let columns = this.#columns.get(source);
    if (columns === undefined) {
      columns = new Columns();
      this.#columns.set(source, columns);
    }
    columns.add(offset, digest, topic);
  }

  #digestOf(batch: RecordBatch, row: number): Uint8Array {
    const encoded = this.#encoded;
    encoded.used = 0;
    encodeRecord(encoded, batch, row);
    return createHash("sha256").update(LEAF).update(encoded.bytes.subarray(0, encoded.used)).digest();
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

class Scratch implements Growing {
  bytes = new Uint8Array(ROWS);
  used = 0;

  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.used + more));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}

class Columns {
  #offsets = new Float64Array(ROWS);
  #digests = new Uint8Array(ROWS * DIGEST_BYTES);
  #topics = new Uint16Array(ROWS);
  readonly #names: string[] = [];
  #count = 0;
  #sorted: SourceRecords | undefined;

  add(offset: number, digest: Uint8Array, topic: string): void {
    this.#sorted = undefined;
    if (this.#count === this.#offsets.length) {
      const [offsets, digests] = [this.#offsets, this.#digests];
      this.#offsets = new Float64Array(2 * offsets.length);
      this.#offsets.set(offsets);
      this.#digests = new Uint8Array(2 * digests.length);
      this.#digests.set(digests);
      const topics = this.#topics;
      this.#topics = new Uint16Array(2 * topics.length);
      this.#topics.set(topics);
    }
    let name = this.#names.indexOf(topic);
    if (name < 0) name = this.#names.push(topic) - 1;
    this.#topics[this.#count] = name;
    this.#offsets[this.#count] = offset;
    this.#digests.set(digest, this.#count++ * DIGEST_BYTES);
  }

  sorted(): SourceRecords {
    this.#sorted ??= this.#sort();
    return this.#sorted;
  }

  #sort(): SourceRecords {
    const offsets = this.#offsets.subarray(0, this.#count);
    const [digests, topics, names] = [this.#digests, this.#topics, this.#names];
    const order = Uint32Array.from(offsets, (_, at) => at).sort((a, b) => (offsets[a] as number) - (offsets[b] as number) || a - b);
    return {
      count: this.#count,
      offset: (at) => offsets[order[at] as number] as number,
      topic: (at) => names[topics[order[at] as number] as number] as string,
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
