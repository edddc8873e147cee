/**
 * Sub-keys by HKDF with SHA-256 (RFC 5869): salt `bauta/v1`; info is a list of fields, each with its length as four bytes, big-endian,
 * in front, so that no two lists of fields give the same info.
 *
 * * a namespace: `namespace`, its name (for a recipient of its own: behind it a line end and the recipient), the key version as four bytes, big-endian
 * * a purpose of Bauta's own: `purpose`, its name
 * * the root of a seed (danger-seed-as-key): `seed-as-key`, over the seed's UTF-8 as input key material
 */
import { createHmac, hkdfSync } from "node:crypto";
import { KEY_LENGTH, type KeyNamespace } from "./api.ts";

const SALT = utf8("bauta/v1");

/** The sub-key of a namespace. Equal only for equal names, versions and roots. */
export function namespaceKey(root: Uint8Array, namespace: KeyNamespace): Uint8Array {
  return derive(root, [utf8("namespace"), utf8(namespace.name), u32(namespace.keyVersion)]);
}

/** A sub-key for a purpose that is no namespace. */
export function purposeKey(root: Uint8Array, purpose: string): Uint8Array {
  return derive(root, [utf8("purpose"), utf8(purpose)]);
}

/** The key check value in hex: the first three bytes of HMAC-SHA-256(root, `bauta-kcv`). */
export function checkValue(root: Uint8Array): string {
  return createHmac("sha256", root).update("bauta-kcv").digest("hex").slice(0, 6);
}

/** 128 bits in hex that only this root gives: the first 16 bytes of the purpose key `fingerprint`. */
export function fingerprintOf(root: Uint8Array): string {
  const key = purposeKey(root, "fingerprint");
  try {
    return Buffer.from(key).toString("hex").slice(0, 32);
  } finally {
    key.fill(0);
  }
}

/** The root that a seed stands for where the model says `danger-seed-as-key`. */
export function seedRoot(seed: string): Uint8Array {
  return derive(utf8(seed), [utf8("seed-as-key")]);
}

function derive(material: Uint8Array, fields: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", material, SALT, lengthPrefixed(fields), KEY_LENGTH));
}

/** Fields one behind the other, each behind its length. */
export function lengthPrefixed(fields: readonly Uint8Array[]): Uint8Array {
  const length = fields.reduce((sum, field) => sum + 4 + field.length, 0);
  const out = new Uint8Array(length);
  let at = 0;
  for (const field of fields) {
    out.set(u32(field.length), at);
    out.set(field, at + 4);
    at += 4 + field.length;
  }
  return out;
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function u32(value: number): Uint8Array {
  const out = new Uint8Array(4);
  new DataView(out.buffer).setUint32(0, value);
  return out;
}
