/** AES-SIV and AES-GCM as the portable engine has them, against the vectors of their standards; ChaCha20 against its own. */
import { expect, test } from "bun:test";
import { createCipheriv } from "node:crypto";
import { aessiv } from "@noble/ciphers/aes.js";
import { Stream } from "../../runtime/engines/portable/crypto/stream.ts";
import { bytesOfHex, hexOfBytes } from "./hex.ts";
import vectors from "./seal.json" with { type: "json" };

test("RFC 5297", () => {
  for (const { source, key, ad, clear, sealed } of vectors.siv) {
    const cipher = aessiv(bytesOfHex(key), ...ad.map(bytesOfHex));
    expect(hexOfBytes(cipher.encrypt(bytesOfHex(clear))), source).toBe(sealed);
    expect(hexOfBytes(cipher.decrypt(bytesOfHex(sealed))), source).toBe(clear);
  }
});

test("SP 800-38D", () => {
  for (const { source, key, nonce, clear, sealed } of vectors.gcm) {
    const cipher = createCipheriv("aes-256-gcm", bytesOfHex(key), bytesOfHex(nonce), { authTagLength: 16 });
    expect(hexOfBytes(Buffer.concat([cipher.update(bytesOfHex(clear)), cipher.final(), cipher.getAuthTag()])), source).toBe(sealed);
  }
});

test("RFC 8439, A.1, vectors 1 and 2", () => {
  const stream = new Stream(new Uint8Array(32));
  expect(hexOfBytes(stream.key())).toBe("76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
  expect(hexOfBytes(stream.key())).toBe("da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586");
  expect(stream.below(1_000_003n)).toBe((0x9f07e7be5551387an * 1_000_003n) >> 64n);
});
