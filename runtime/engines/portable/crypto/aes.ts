/** AES in ECB over whole blocks, many at a call: the only form in which FF1 and its batches need it. */
import { type Cipheriv, createCipheriv } from "node:crypto";
import { BautaError } from "../../../kit/errors.ts";

/** Bytes of an AES block (FIPS 197). */
export const AES_BLOCK = 16;

/** One key's forward cipher. The object is kept for the key's life: node:crypto expands the key once and ECB has no state. */
export class Aes {
  readonly #cipher: Cipheriv;

  /**
   * @param key 16, 24 or 32 bytes
   * @throws BautaError 6020 on any other length
   */
  constructor(key: Uint8Array) {
    if (key.length !== 16 && key.length !== 24 && key.length !== 32) throw new BautaError(6020, { detail: "AES key length" });
    this.#cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null);
    this.#cipher.setAutoPadding(false);
  }

  /** Encrypts each block of `blocks` (a multiple of 16 bytes) by itself; returns as many new bytes. */
  encrypt(blocks: Uint8Array): Uint8Array {
    return this.#cipher.update(blocks);
  }

  /** CBC-MAC without padding, the PRF of FF1 (SP 800-38G Rev. 1, Algorithm 6), over a multiple of 16 bytes. */
  prf(message: Uint8Array): Uint8Array {
    let state: Uint8Array = new Uint8Array(AES_BLOCK);
    const block = new Uint8Array(AES_BLOCK);
    for (let start = 0; start < message.length; start += AES_BLOCK) {
      for (let i = 0; i < AES_BLOCK; i++) block[i] = (state[i] as number) ^ (message[start + i] as number);
      state = this.encrypt(block);
    }
    return state;
  }
}
