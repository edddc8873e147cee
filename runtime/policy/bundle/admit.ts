/**
 * Whether a bundle may follow the one before it. A signature says who made a bundle, not that it is still meant: whoever can put files on
 * the way can put an older one there, validly signed. So its serial has to rise, and what was seen is remembered over restarts.
 */
import { BautaError } from "../../kit/errors.ts";
import { isJsonObject, type Json, JsonNumber, parseJson, plainValue } from "./json.ts";
import type { VerifiedBundle } from "./verify.ts";

/** What is remembered of the last bundle that was admitted. */
export interface BundleState {
  readonly digest: string;
  readonly revision: string;
  readonly serial: number | undefined;
  /** Fingerprint of the key that signed; undefined if nobody did. */
  readonly key: string | undefined;
  readonly scope: string;
  /** The highest serial that was admitted: above `serial` after a rollback, and what comes has to be above it. */
  readonly floor: number | undefined;
  /** How often somebody went back on purpose: what knows of more of them is newer, whatever its serial. */
  readonly rollbacks: number;
  /** What a run put in force last, for comparing; undefined: nobody asked for it to be remembered. */
  readonly inForce: InForce | undefined;
  /** The latest moment that a run has seen, milliseconds since 1970, where there are grants: a clock that is set back revives none. */
  readonly seen: number | undefined;
}

export interface InForce {
  /** Of the bundle. */
  readonly digest: string;
  /** Digests of what it decides, by view: what an archive keeps it by. */
  readonly decisions: Readonly<Record<string, string>>;
}

/**
 * What is to be remembered if the bundle is put in place; the same again is admitted, too.
 * @param previous undefined for the first one
 * @throws BautaError 1636 for one that is older, or of a serial that another had; 1637 without a signature or serial after one with it;
 * 1634 for one of another scope
 */
export function admit(previous: BundleState | undefined, { bundle, signer }: VerifiedBundle): BundleState {
  const { digest, serial, manifest } = bundle;
  const { fingerprint: key, scope = "" } = signer ?? {};
  const { rollbacks = 0, inForce, seen } = previous ?? {};
  const next: BundleState = { digest, revision: manifest.revision, serial, key, scope, floor: serial, rollbacks, inForce, seen };
  if (previous === undefined) return next;
  if (previous.key !== undefined && next.key === undefined) throw new BautaError(1637, { detail: "it has no signature" });
  if (previous.key !== undefined && previous.scope !== next.scope)
    throw new BautaError(1634, { detail: "another than of the bundle before" });
  const { floor } = previous;
  if (digest === previous.digest && serial === previous.serial) return { ...next, floor };
  if (floor === undefined) return next;
  if (serial === undefined) throw new BautaError(1637, { detail: "it has no serial" });
  const detail = `serial ${serial} after ${floor}`;
  if (serial < floor) throw new BautaError(1636, { detail });
  if (serial === floor) throw new BautaError(1636, { detail: `${detail}, with another content` });
  return next;
}

/**
 * What is to be remembered if somebody goes back to the bundle on purpose: it is in place, and what comes behind it has to be newer than
 * all that there was, so that what was gone back from does not come again by itself.
 * @param previous undefined: nothing is remembered
 * @throws BautaError as `admit`, but for the serial
 */
export function admitBack(previous: BundleState | undefined, verified: VerifiedBundle): BundleState {
  const next = admit(previous === undefined ? undefined : { ...previous, serial: undefined, floor: undefined }, verified);
  const floors = [previous?.floor, next.serial].filter((serial) => serial !== undefined);
  return { ...next, floor: floors.length === 0 ? undefined : Math.max(...floors), rollbacks: next.rollbacks + 1 };
}

/**
 * What counts of what this process remembers and what the state file tells now. The file may have a rollback that this process does not
 * know of; it is never a reason to forget a serial.
 */
export function later(known: BundleState | undefined, told: BundleState | undefined): BundleState | undefined {
  if (known === undefined || told === undefined) return known ?? told;
  return told.rollbacks > known.rollbacks && (told.floor ?? -1) >= (known.floor ?? -1) ? told : known;
}

/** Of states that tell of no rollback and of nothing in force, and of those that do: what does not know of these must not read them. */
const STATE_VERSIONS = [1, 2] as const;

/** The text of a state file. */
export function encodeState({ digest, revision, serial, key, scope, floor, rollbacks, inForce, seen }: BundleState): string {
  const [plain, more] = STATE_VERSIONS;
  const isPlain = rollbacks === 0 && inForce === undefined && seen === undefined;
  const state = { "bauta-bundle-state": isPlain ? plain : more, digest, revision, serial: serial ?? null, key: key ?? null, scope };
  const rest = isPlain ? {} : { floor: floor ?? null, rollbacks, "in-force": inForce ?? null, seen: seen ?? null };
  return `${JSON.stringify({ ...state, ...rest }, null, 1)}\n`;
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
  const version = isJsonObject(written) ? numberOf(written.get("bauta-bundle-state")) : undefined;
  if (!isJsonObject(written) || !STATE_VERSIONS.some((one) => one === version)) throw wrong;
  const [digest, revision, scope, key, serial] = ["digest", "revision", "scope", "key", "serial"].map((name) => written.get(name));
  const [number, fingerprint] = [numberOf(serial), key ?? undefined];
  const hasBack = version === STATE_VERSIONS[1];
  const [floor, rollbacks] = hasBack ? [written.get("floor"), numberOf(written.get("rollbacks"))] : [serial, 0];
  const isState =
    typeof digest === "string" &&
    typeof revision === "string" &&
    typeof scope === "string" &&
    (fingerprint === undefined || typeof fingerprint === "string") &&
    (serial === null || Number.isSafeInteger(number)) &&
    (floor === null || Number.isSafeInteger(numberOf(floor))) &&
    Number.isSafeInteger(rollbacks);
  const inForce = hasBack ? inForceOf(written.get("in-force") ?? null) : undefined;
  const seen = hasBack ? (written.get("seen") ?? null) : null;
  const isSeen = seen === null || Number.isSafeInteger(numberOf(seen));
  if (!isState || rollbacks === undefined || inForce === null || !isSeen) throw wrong;
  return { digest, revision, scope, key: fingerprint, serial: number, floor: numberOf(floor), rollbacks, inForce, seen: numberOf(seen) };
}

/** null: it is none. */
function inForceOf(written: Json): InForce | undefined | null {
  if (written === null) return undefined;
  const { digest, decisions } = plainValue(written) as { readonly digest?: unknown; readonly decisions?: unknown };
  const isDecisions =
    typeof decisions === "object" && decisions !== null && Object.values(decisions).every((one) => typeof one === "string");
  return typeof digest === "string" && isDecisions ? { digest, decisions: decisions as InForce["decisions"] } : null;
}

const numberOf = (value: Json | undefined): number | undefined => (value instanceof JsonNumber ? Number(value.text) : undefined);
