/** Where a record and a value stand: what generated values and nonces are drawn by besides their key. */
import { createHmac, type KeyObject } from "node:crypto";
import {
  type Batch,
  RECORD_END,
  RECORD_OFFSET,
  RECORD_OWN_END,
  RECORD_OWN_START,
  RECORD_SOURCE,
  RECORD_START,
  RECORD_STRIDE,
} from "../../record/tables.ts";
import type { WasmHashes } from "./crypto/hashes.ts";
import { apart } from "./crypto/seal.ts";

const WORDS = [RECORD_SOURCE, RECORD_SOURCE + 1, RECORD_SOURCE + 2, RECORD_SOURCE + 3, RECORD_OFFSET + 1, RECORD_OFFSET] as const;
const CONTENT_BYTES = 8;
const LENGTH_BYTES = 8;

export class Origin {
  readonly #hashes: WasmHashes;
  readonly #parts: Buffer;
  readonly #place = Buffer.alloc(LENGTH_BYTES);
  #start = 0;

  constructor(seed: string, hashes: WasmHashes) {
    this.#hashes = hashes;
    const bytes = Buffer.from(seed, "utf8");
    this.#parts = Buffer.alloc(CONTENT_BYTES + LENGTH_BYTES + bytes.length + 4 * WORDS.length);
    this.#parts.writeBigUInt64BE(BigInt(bytes.length), CONTENT_BYTES);
    bytes.copy(this.#parts, CONTENT_BYTES + LENGTH_BYTES);
  }

  begin(batch: Batch, record: number): void {
    const { records } = batch;
    const own = ownBytes(batch, record);
    this.#start = own.start;
    this.#parts.set(this.#hashes.xxh3(own.bytes));
    WORDS.forEach((word, i) => {
      this.#parts.writeUInt32BE(records[record * RECORD_STRIDE + word] as number, this.#parts.length - 4 * (WORDS.length - i));
    });
  }

  /** A key for a value that begins at a place of the input. */
  key(secret: KeyObject, label: string, at: number, detail: Uint8Array = NOTHING): Uint8Array {
    this.#place.writeUInt32BE(at >= this.#start ? at - this.#start : 0, LENGTH_BYTES - 4);
    return createHmac("sha256", secret)
      .update(apart(`${label}\0`))
      .update(this.#parts)
      .update(this.#place)
      .update(detail)
      .digest();
  }
}

const NOTHING = new Uint8Array(0);

/**
 * What a record is by itself, and where that begins: without what separates it from others, where the caller says so, and without the
 * white space around it.
 */
export function ownBytes({ input, records }: Batch, record: number): { readonly start: number; readonly bytes: Uint8Array } {
  const at = record * RECORD_STRIDE;
  const isTold = records[at + RECORD_OWN_END] !== 0;
  let start = records[at + (isTold ? RECORD_OWN_START : RECORD_START)] as number;
  let end = records[at + (isTold ? RECORD_OWN_END : RECORD_END)] as number;
  while (start < end && isSpace(input[start])) start++;
  while (end > start && isSpace(input[end - 1])) end--;
  return { start, bytes: input.subarray(start, end) };
}

const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0c || byte === 0x0d;
