/** The keystream of ChaCha20 (RFC 8439) under one key, nonce 0, from block 0 on: the generator of random numbers of generated fields. */
import { chacha20 } from "@noble/ciphers/chacha.js";

const KEY_BYTES = 32;
const WORD_BYTES = 8;
const BLOCK_BYTES = 64;
const NONCE = new Uint8Array(12);

export class Stream {
  readonly #key: Uint8Array;
  #block = new Uint8Array(0);
  #blocks = 0;
  #at = 0;

  /** @param key 32 bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The next 32 bytes. */
  key(): Uint8Array {
    return this.#take(KEY_BYTES);
  }

  /** A number below a count: the next eight bytes, big-endian, as a part of 2⁶⁴. */
  below(count: bigint): bigint {
    const bytes = this.#take(WORD_BYTES);
    return (new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0) * count) >> 64n;
  }

  /** Both lengths part a block, so that no piece lies in two where all of them are of one length. */
  #take(length: number): Uint8Array {
    if (this.#at === this.#block.length) {
      this.#block = chacha20(this.#key, NONCE, new Uint8Array(BLOCK_BYTES), undefined, this.#blocks++);
      this.#at = 0;
    }
    this.#at += length;
    return this.#block.subarray(this.#at - length, this.#at);
  }
}
