/** AES-SIV (RFC 5297) and AES-256-GCM (SP 800-38D) under keys that are derived from a namespace's. */
import { createCipheriv, createDecipheriv, type KeyObject } from "node:crypto";
import { aessiv } from "@noble/ciphers/aes.js";
import { hmacSha256, hmacSha512 } from "./hashes.ts";

/** Bytes of a nonce (SP 800-38D, 5.2.1.1). */
export const NONCE_BYTES = 12;
/** Bytes of a tag, and of a synthetic initialization vector. */
export const TAG_BYTES = 16;
/** No canonical form begins with this byte, which no UTF-8 has: what a namespace's key is asked for elsewhere is never one of these. */
export const APART = 0xff;

/** Bytes that are the key's alone, by what they are for. */
export const apart = (label: string): Uint8Array => Buffer.concat([Uint8Array.of(APART), Buffer.from(label, "latin1")]);

export class Ciphers {
  readonly #secret: KeyObject;
  #siv: Uint8Array | undefined;
  #gcm: Uint8Array | undefined;

  constructor(secret: KeyObject) {
    this.#secret = secret;
  }

  /** AES-256 and no associated data: the synthetic vector, then the ciphertext. */
  sealSiv(clear: Uint8Array): Uint8Array {
    return aessiv(this.#sivKey()).encrypt(clear);
  }

  /** undefined for what was not sealed under this key. */
  openSiv(sealed: Uint8Array): Uint8Array | undefined {
    return opened(() => aessiv(this.#sivKey()).decrypt(sealed));
  }

  /** Nonce, ciphertext, tag. */
  sealGcm(nonce: Uint8Array, clear: Uint8Array): Uint8Array {
    const cipher = createCipheriv("aes-256-gcm", this.#gcmKey(), nonce, { authTagLength: TAG_BYTES });
    return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
  }

  /** undefined for what was not sealed under this key. */
  openGcm(sealed: Uint8Array): Uint8Array | undefined {
    const behind = sealed.length - TAG_BYTES;
    if (behind < NONCE_BYTES) return undefined;
    return opened(() => {
      const nonce = sealed.subarray(0, NONCE_BYTES);
      const cipher = createDecipheriv("aes-256-gcm", this.#gcmKey(), nonce, { authTagLength: TAG_BYTES });
      cipher.setAuthTag(sealed.subarray(behind));
      return Buffer.concat([cipher.update(sealed.subarray(NONCE_BYTES, behind)), cipher.final()]);
    });
  }

  wipe(): void {
    this.#siv?.fill(0);
    this.#gcm?.fill(0);
  }

  #sivKey(): Uint8Array {
    this.#siv ??= hmacSha512(this.#secret, apart("aes-siv"));
    return this.#siv;
  }

  #gcmKey(): Uint8Array {
    this.#gcm ??= hmacSha256(this.#secret, apart("aes-gcm"));
    return this.#gcm;
  }
}

/** A tag that is wrong is an answer here and no error: whatever was thrown says no more. */
function opened(open: () => Uint8Array): Uint8Array | undefined {
  try {
    return open();
  } catch {
    return undefined;
  }
}
