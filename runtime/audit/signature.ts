/**
 * Signatures of manifests: Ed25519 (RFC 8032) over the bytes of the manifest's file, 64 bytes in a file of their own beside it, so that
 * `openssl pkeyutl -verify -rawin` is all that an auditor needs. The private key is a purpose key of the ring, `manifest-signing/N`.
 */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from "node:crypto";
import type { KeyRing, SigningVersion } from "../keys/api.ts";
import { BautaError } from "../kit/errors.ts";

export const SIGNATURE_BYTES = 64;
export const SIGNATURE_SUFFIX = ".sig";

export interface ManifestSigner {
  /** Id of the public key: SHA-256 of its SubjectPublicKeyInfo (DER), first 32 hex digits. */
  readonly key: string;
  /** Of the signing key in its ring. */
  readonly version: number;
  readonly environment: string;
  /** Signature of the bytes, 64 bytes. @throws BautaError 9001 after `close` */
  sign(bytes: Uint8Array): Uint8Array;
  /** Forgets the key. */
  close(): void;
}

/** What signs for the ring; undefined for rings that no file stores. */
export function signerOf(ring: KeyRing): ManifestSigner | undefined {
  const signing = ring.signing.at(-1);
  if (signing === undefined) return undefined;
  let key: KeyObject | undefined = privateKey(ring, signing.version);
  return {
    key: keyIdOf(createPublicKey(key)),
    version: signing.version,
    environment: ring.environment,
    sign(bytes) {
      if (key === undefined) throw new BautaError(9001, { detail: "a key was used after it was closed" });
      return sign(null, bytes, key);
    },
    close() {
      key = undefined;
    },
  };
}

/** Public keys of all versions of a ring's signing key, ascending. */
export function publicKeysOf(ring: KeyRing): readonly (SigningVersion & { readonly key: KeyObject; readonly id: string })[] {
  return ring.signing.map((signing) => {
    const key = createPublicKey(privateKey(ring, signing.version));
    return { ...signing, key, id: keyIdOf(key) };
  });
}

export function keyIdOf(publicKey: KeyObject): string {
  const info = publicKey.export({ format: "der", type: "spki" });
  return createHash("sha256").update(info).digest("hex").slice(0, 32);
}

/** Whether the signature is that of the bytes. */
export function isSignedBy(publicKey: KeyObject, bytes: Uint8Array, signature: Uint8Array): boolean {
  return signature.length === SIGNATURE_BYTES && verify(null, bytes, publicKey, signature);
}

/** PrivateKeyInfo of RFC 8410 up to the seed of 32 bytes. */
const PRIVATE_KEY_INFO = Uint8Array.from(Buffer.from("302e020100300506032b657004220420", "hex"));

function privateKey(ring: KeyRing, version: number): KeyObject {
  const seed = ring.purposeKey(`manifest-signing/${version}`);
  const info = new Uint8Array([...PRIVATE_KEY_INFO, ...seed]);
  try {
    return createPrivateKey({ key: Buffer.from(info.buffer), format: "der", type: "pkcs8" });
  } finally {
    seed.fill(0);
    info.fill(0);
  }
}
