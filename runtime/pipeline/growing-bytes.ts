/** Bytes that grow, and records that the engine appends to them. */
import type { EngineHandle } from "../engines/api.ts";
import { type Batch, RECORD_OUT_END, RECORD_OUT_START, RECORD_STRIDE } from "../record/tables.ts";

/** What was appended before stays where it is, by offset. */
export class GrowingBytes {
  bytes: Uint8Array<ArrayBuffer>;
  used = 0;

  constructor(size: number) {
    this.bytes = new Uint8Array(size);
  }

  /** Makes room for so many more. */
  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    let size = this.bytes.length * 2;
    while (size < this.used + more) size *= 2;
    const larger = new Uint8Array(size);
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }

  /** Returns where the copy begins. */
  append(part: Uint8Array): number {
    this.reserve(part.length);
    const at = this.used;
    this.bytes.set(part, at);
    this.used += part.length;
    return at;
  }
}

/** Masks all records of a batch, and appends what they became; RECORD_OUT_START and RECORD_OUT_END are places in `output`. */
export function appendTransformed(handle: EngineHandle, batch: Batch, output: GrowingBytes): void {
  const { records, recordCount } = batch;
  let done = 0;
  while (done < recordCount) {
    const base = output.used;
    const now = handle.transform(batch, output.bytes.subarray(base), done);
    if (now === done) {
      output.reserve(output.bytes.length);
      continue;
    }
    for (let record = done; record < now; record++) {
      const at = record * RECORD_STRIDE;
      records[at + RECORD_OUT_START] = (records[at + RECORD_OUT_START] as number) + base;
      records[at + RECORD_OUT_END] = (records[at + RECORD_OUT_END] as number) + base;
    }
    output.used = records[(now - 1) * RECORD_STRIDE + RECORD_OUT_END] as number;
    done = now;
  }
}
