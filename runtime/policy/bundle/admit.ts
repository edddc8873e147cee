/**
 * Whether a bundle may follow the one before it. A signature says who made a bundle, not that it is still meant: whoever can put files on
 * the way can put an older one there, validly signed. So its serial has to rise, and what was seen is remembered over restarts.
 */
import { BautaError } from "../../kit/errors.ts";
import { isJsonObject, type Json, JsonNumber, parseJson } from "./json.ts";
import type { VerifiedBundle } from "./verify.ts";

/** What is remembered of the last bundle that was admitted. */
export interface BundleState {
  readonly digest: string;
  readonly revision: string;
  readonly serial: number | undefined;
  /** Fingerprint of the key that signed; undefined if nobody did. */
  readonly key: string | undefined;
  readonly scope: string;
}

/**
 * What is to be remembered if the bundle is put in place; the same again is admitted, too.
 * @param previous undefined for the first one
 * @throws BautaError 1636 for one that is older, or of a serial that another had; 1637 without a signature or serial after one with it;
 * 1634 for one of another scope
 */
export function admit(previous: BundleState | undefined, { bundle, signer }: VerifiedBundle): BundleState {
  const { digest, serial, manifest } = bundle;
  const next: BundleState = { digest, revision: manifest.revision, serial, key: signer?.fingerprint, scope: signer?.scope ?? "" };
  if (previous === undefined) return next;
  if (previous.key !== undefined && next.key === undefined) throw new BautaError(1637, { detail: "it has no signature" });
  if (previous.key !== undefined && previous.scope !== next.scope)
    throw new BautaError(1634, { detail: "another than of the bundle before" });
  if (previous.serial === undefined) return next;
  if (serial === undefined) throw new BautaError(1637, { detail: "it has no serial" });
  const detail = `serial ${serial} after ${previous.serial}`;
  if (serial < previous.serial) throw new BautaError(1636, { detail });
  if (serial === previous.serial && digest !== previous.digest) throw new BautaError(1636, { detail: `${detail}, with another content` });
  return next;
}

const STATE_VERSION = 1;

/** The text of a state file. */
export function encodeState({ digest, revision, serial, key, scope }: BundleState): string {
  return `${JSON.stringify({ "bauta-bundle-state": STATE_VERSION, digest, revision, serial: serial ?? null, key: key ?? null, scope }, null, 1)}\n`;
}

/**
 * The state in a file's text. One that cannot be read is no state that is missing: what was admitted would be forgotten.
 * @throws BautaError 1639
 */
export function parseState(bytes: Uint8Array, path: string): BundleState {
  const wrong = new BautaError(1639, { path, detail: "no state of a bundle" });
  let written: Json;
  try {
    written = parseJson(bytes, path);
  } catch {
    throw wrong;
  }
  if (!isJsonObject(written) || numberOf(written.get("bauta-bundle-state")) !== STATE_VERSION) throw wrong;
  const [digest, revision, scope, key, serial] = ["digest", "revision", "scope", "key", "serial"].map((name) => written.get(name));
  const [number, fingerprint] = [numberOf(serial), key ?? undefined];
  const isState =
    typeof digest === "string" &&
    typeof revision === "string" &&
    typeof scope === "string" &&
    (fingerprint === undefined || typeof fingerprint === "string") &&
    (serial === null || Number.isSafeInteger(number));
  if (!isState) throw wrong;
  return { digest, revision, scope, key: fingerprint, serial: number };
}

const numberOf = (value: Json | undefined): number | undefined => (value instanceof JsonNumber ? Number(value.text) : undefined);
