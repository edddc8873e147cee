/**
 * What stands between the records of a segment, as one digest: SHA-256 over each gap (before the first record, behind each one) as four
 * bytes of length, big-endian, and its bytes. With the leaves it is every byte of the file.
 */
import { createHash, type Hash } from "node:crypto";

const LENGTH_BYTES = 4;
/** Gaps are mostly one line feed: they are hashed many at a time. */
const BUFFER_BYTES = 4096;

export class Gaps {
  #hash: Hash = createHash("sha256");
  #buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  /** Where the gap under way begins, its length first. */
  #start = 0;
  #end = LENGTH_BYTES;

  /** More of the gap under way. */
  add(bytes: Uint8Array, start: number, end: number): void {
    if (start === end) return;
    this.#reserve(end - start);
    // A view would cost more than a byte or two.
    for (let i = start; i < end; i++) this.#buffer[this.#end++] = bytes[i] as number;
  }

  /** A record stands behind the gap. */
  close(): void {
    const length = this.#end - this.#start - LENGTH_BYTES;
    const at = this.#start;
    this.#buffer[at] = length >>> 24;
    this.#buffer[at + 1] = length >>> 16;
    this.#buffer[at + 2] = length >>> 8;
    this.#buffer[at + 3] = length;
    this.#start = this.#end;
    this.#reserve(LENGTH_BYTES);
    this.#end = this.#start + LENGTH_BYTES;
  }

  /** The digest in hex; another segment begins. */
  finish(): string {
    this.close();
    const digest = this.#hash.update(this.#buffer.subarray(0, this.#start)).digest("hex");
    this.#hash = createHash("sha256");
    this.#start = 0;
    this.#end = LENGTH_BYTES;
    return digest;
  }

  #reserve(length: number): void {
    if (this.#end + length <= this.#buffer.length) return;
    this.#hash.update(this.#buffer.subarray(0, this.#start));
    const held = this.#buffer.subarray(this.#start, this.#end);
    const room = held.length + length > BUFFER_BYTES ? new Uint8Array(2 * (held.length + length)) : this.#buffer;
    if (room === this.#buffer) room.copyWithin(0, this.#start, this.#end);
    else room.set(held);
    this.#buffer = room;
    this.#end -= this.#start;
    this.#start = 0;
  }
}
