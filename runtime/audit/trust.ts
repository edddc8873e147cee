/**
 * Whose signature counts: a file with public keys, the environment that each signs for, and from when to when. It is made of key files
 * (`bauta keys trust`), holds nothing secret, and is all that somebody without a key needs to check who wrote a manifest.
 *
 *     {
 *      "bauta-trust": 1,
 *      "keys": [
 *       {"id": "…32 hex digits", "environment": "qa", "version": 1, "from": "2025-01-31T08:00:00.000Z", "to": null,
 *        "publicKey": "-----BEGIN PUBLIC KEY-----\n…"}
 *      ]
 *     }
 */
import { createPublicKey, type KeyObject } from "node:crypto";
import { readFileSync } from "node:fs";
import type { KeyRing } from "../keys/api.ts";
import { BautaError } from "../kit/errors.ts";
import { isSignedBy, keyIdOf, publicKeysOf } from "./signature.ts";

export const TRUST_VERSION = 1;

export interface TrustedKey {
  readonly id: string;
  readonly environment: string;
  /** Of the signing key in its ring. */
  readonly version: number;
  /** RFC 3339, UTC; what was signed before is not trusted. */
  readonly from: string;
  /** What was signed from then on is not trusted; null: no end. */
  readonly to: string | null;
  /** SubjectPublicKeyInfo as PEM. */
  readonly publicKey: string;
}

export interface Trust {
  readonly keys: readonly TrustedKey[];
}

/** All signing keys of the rings; the last one of each has no end. */
export function trustOf(rings: readonly KeyRing[]): Trust {
  return { keys: rings.flatMap(keysOf) };
}

/** The file's text. */
export const encodeTrust = ({ keys }: Trust): string => `${JSON.stringify({ "bauta-trust": TRUST_VERSION, keys }, null, 1)}\n`;

/**
 * The trust in a file's text.
 * @throws BautaError 8512 if it is none, or a key's id is not that of its public key
 */
export function parseTrust(text: string): Trust {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BautaError(8512, { detail: "no JSON" });
  }
  if (!isTrust(value)) throw new BautaError(8512);
  for (const key of value.keys) if (keyIdOf(publicKeyOf(key)) !== key.id) throw new BautaError(8512, { detail: `key ${key.id}` });
  return { keys: value.keys };
}

/** @throws BautaError 1002 if there is no file, 8512 if it is no trust file */
export function readTrust(path: string): Trust {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    throw new BautaError(1002, { path });
  }
  return parseTrust(text);
}

export interface Signed {
  readonly bytes: Uint8Array;
  readonly signature: Uint8Array;
  /** What the bytes say of who signed them, and when: checked here. */
  readonly key: string;
  readonly environment: string;
  /** RFC 3339, UTC. */
  readonly at: string;
}

/**
 * The key that signed, if it is trusted to have done so.
 * @throws BautaError 8504 unknown key, 8506 another environment's, 8505 outside of its time, 8503 the signature is not of these bytes
 */
export function verifySignature(trust: Trust, { bytes, signature, key, environment, at }: Signed): TrustedKey {
  const same = trust.keys.filter(({ id }) => id === key);
  if (same.length === 0) throw new BautaError(8504, { detail: `key ${key}` });
  const ours = same.filter((one) => one.environment === environment);
  if (ours.length === 0) throw new BautaError(8506, { detail: `key ${key}` });
  // Whether it is theirs comes before whether it was in time: a forged time says nothing.
  if (!isSignedBy(publicKeyOf(ours[0] as TrustedKey), bytes, signature)) throw new BautaError(8503);
  const trusted = ours.find(({ from, to }) => Date.parse(from) <= Date.parse(at) && (to === null || Date.parse(at) < Date.parse(to)));
  if (trusted === undefined) throw new BautaError(8505, { detail: `key ${key}` });
  return trusted;
}

function keysOf(ring: KeyRing): TrustedKey[] {
  const keys = publicKeysOf(ring);
  return keys.map(({ id, version, from, key }, i) => ({
    id,
    environment: ring.environment,
    version,
    from,
    to: keys[i + 1]?.from ?? null,
    publicKey: key.export({ format: "pem", type: "spki" }).toString(),
  }));
}

function publicKeyOf({ publicKey, id }: TrustedKey): KeyObject {
  try {
    const key = createPublicKey(publicKey);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // Told below.
  }
  throw new BautaError(8512, { detail: `key ${id}` });
}

const MEMBERS = ["id", "environment", "version", "from", "to", "publicKey"];

function isTrust(value: unknown): value is Trust {
  if (typeof value !== "object" || value === null) return false;
  const { keys, ...rest } = value as Record<string, unknown>;
  return Object.keys(rest).length === 1 && rest["bauta-trust"] === TRUST_VERSION && Array.isArray(keys) && keys.every(isTrustedKey);
}

function isTrustedKey(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const key = value as Record<string, unknown>;
  const { id, environment, version, from, to, publicKey } = key;
  return (
    Object.keys(key).length === MEMBERS.length &&
    MEMBERS.every((name) => name in key) &&
    typeof id === "string" &&
    /^[0-9a-f]{32}$/.test(id) &&
    typeof environment === "string" &&
    Number.isInteger(version) &&
    isDate(from) &&
    (to === null || isDate(to)) &&
    typeof publicKey === "string"
  );
}

const isDate = (value: unknown): boolean =>
  typeof value === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value) && !Number.isNaN(Date.parse(value));
