/** A batch of records as one poll gives it: bytes and two tables, which the addon fills and nobody else touches meanwhile. */
import {
  COMMIT_STRIDE,
  HEADER_STRIDE,
  NONE,
  putWhole,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_LEADER_EPOCH,
  RECORD_OFFSET,
  RECORD_PARTITION,
  RECORD_STRIDE,
  RECORD_TOPIC,
  wholeAt,
} from "./layout.ts";

/** Rows of headers for each row of a record, on the average. */
const HEADERS_PER_RECORD = 8;

export class RecordBatch {
  bytes: Uint8Array<ArrayBuffer>;
  records: Uint32Array<ArrayBuffer>;
  headers: Uint32Array<ArrayBuffer>;
  count = 0;

  /** @param bytes of keys, values and headers together */
  constructor(bytes: number, records: number) {
    this.bytes = new Uint8Array(bytes);
    this.records = new Uint32Array(records * RECORD_STRIDE);
    this.headers = new Uint32Array(records * HEADERS_PER_RECORD * HEADER_STRIDE);
  }

  /** Makes room for a record of so many bytes, and as many headers as there may be in it. */
  reserve(bytes: number): void {
    if (bytes > this.bytes.length) this.bytes = new Uint8Array(2 * bytes);
    this.headers = new Uint32Array(2 * this.headers.length);
  }

  /** Overwrites what was polled: clear text does not outlive its use longer than it must. */
  wipe(): void {
    this.bytes.fill(0);
    this.count = 0;
  }
}

/** Fills a batch by a poll, which is made again where a record alone needs more room than there is. */
export async function fill(batch: RecordBatch, poll: (batch: RecordBatch) => Promise<number>): Promise<void> {
  for (;;) {
    const count = await poll(batch);
    batch.count = Math.max(0, count);
    if (count >= 0) return;
    batch.reserve(-count);
  }
}

/** The first header of that name that a row has; undefined if it has none, or one without a value. Part of the batch's bytes. */
export function headerOf({ bytes, records, headers }: RecordBatch, row: number, name: Uint8Array): Uint8Array | undefined {
  const at = row * RECORD_STRIDE;
  const first = records[at + RECORD_FIRST_HEADER] as number;
  for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
    const [start = 0, nameLength = 0, value = 0, length = NONE] = headers.subarray(header * HEADER_STRIDE, (header + 1) * HEADER_STRIDE);
    if (length === NONE || nameLength !== name.length) continue;
    if (Buffer.compare(name, bytes.subarray(start, start + nameLength)) === 0) return bytes.subarray(value, value + length);
  }
  return undefined;
}

/** The next offset of each partition of some batches, as rows for a commit. */
export class CommitRows {
  readonly #rows = new Map<number, Map<number, Next>>();

  /** The records of a batch are done: what comes next in each of its partitions is behind the last of them. */
  add({ records, count }: RecordBatch): void {
    for (let row = 0; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const offset = wholeAt(records, at + RECORD_OFFSET);
      this.put(
        records[at + RECORD_TOPIC] as number,
        records[at + RECORD_PARTITION] as number,
        offset + 1,
        records[at + RECORD_LEADER_EPOCH],
      );
    }
  }

  /** @param epoch of the leader that the record before `next` came from; NONE if unknown */
  put(topic: number, partition: number, next: number, epoch: number = 0xffff_ffff): void {
    const partitions = this.#rows.get(topic) ?? new Map<number, Next>();
    this.#rows.set(topic, partitions);
    partitions.set(partition, { next, epoch });
  }

  has(topic: number, partition: number): boolean {
    return this.#rows.get(topic)?.has(partition) === true;
  }

  *positions(): Generator<{ readonly topic: number; readonly partition: number; readonly next: number }> {
    for (const [topic, partitions] of this.#rows) for (const [partition, { next }] of partitions) yield { topic, partition, next };
  }

  rows(): Uint32Array<ArrayBuffer> {
    const rows: number[] = [];
    const halves = new Uint32Array(2);
    for (const [topic, partitions] of this.#rows) {
      for (const [partition, { next, epoch }] of partitions) {
        putWhole(halves, 0, next);
        rows.push(topic, partition, halves[0] as number, halves[1] as number, epoch);
      }
    }
    const table = new Uint32Array(rows.length);
    table.set(rows);
    if (table.length % COMMIT_STRIDE !== 0) throw new RangeError("rows of another width");
    return table;
  }

  clear(): void {
    this.#rows.clear();
  }
}

interface Next {
  readonly next: number;
  readonly epoch: number;
}
