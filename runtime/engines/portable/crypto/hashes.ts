/** Keyed hashes and XXH3. HMAC is node:crypto's; BLAKE3 and XXH3 are hash-wasm's, whose modules load asynchronously, once. */
import { createHmac, type KeyObject } from "node:crypto";
import { createBLAKE3, createXXHash3 } from "hash-wasm";
import { BautaError } from "../../../kit/errors.ts";
import { xxh3Seeded } from "./xxh3-seeded.ts";

/** Bytes of a BLAKE3 key. */
const BLAKE3_KEY_BYTES = 32;

export function hmacSha256(key: Uint8Array | KeyObject, data: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(data).digest();
}

export function hmacSha512(key: Uint8Array | KeyObject, data: Uint8Array): Uint8Array {
  return createHmac("sha512", key).update(data).digest();
}

/** The hashes that need a WebAssembly module; synchronous once made. */
export interface WasmHashes {
  /** BLAKE3 keyed_hash, 32 bytes (BLAKE3 specification, section 2.3). @throws BautaError 9001 unless the key has 32 bytes */
  blake3Keyed(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** XXH3-64, big-endian bytes; seedless without a seed. */
  xxh3(data: Uint8Array, seed?: bigint): Uint8Array;
}

export async function loadWasmHashes(): Promise<WasmHashes> {
  const blake3Keyed = await loadBlake3();
  const seedless = await createXXHash3();
  return {
    blake3Keyed,
    xxh3(data, seed = 0n) {
      if (seed === 0n) return seedless.init().update(data).digest("binary");
      const out = new Uint8Array(8);
      new DataView(out.buffer).setBigUint64(0, xxh3Seeded(data, seed));
      return out;
    },
  };
}

/**
 * hash-wasm takes a key only when it makes a hasher, asynchronously; but it keeps a view of the key's memory and reads it at
 * every `init`. So one hasher over a slot that we rewrite serves all keys synchronously. That is no promise of the library:
 * the proof below runs at every load, and refuses a version that copies the key instead.
 */
async function loadBlake3(): Promise<WasmHashes["blake3Keyed"]> {
  const slot = new Uint8Array(BLAKE3_KEY_BYTES);
  const hasher = await createBLAKE3(256, slot);
  const keyed = (key: Uint8Array, data: Uint8Array): Uint8Array => {
    if (key.length !== BLAKE3_KEY_BYTES) throw new BautaError(9001, { detail: "BLAKE3 keys have 32 bytes" });
    slot.set(key);
    hasher.init();
    slot.fill(0);
    return hasher.update(data).digest("binary");
  };
  for (const fill of [1, 2]) {
    const key = new Uint8Array(BLAKE3_KEY_BYTES).fill(fill);
    const expected = (await createBLAKE3(256, key)).init().update(key).digest("binary");
    if (keyed(key, key).some((byte, i) => byte !== expected[i])) throw new BautaError(1303, { detail: "BLAKE3" });
  }
  return keyed;
}
