import { decodeManifest } from "../audit/manifest.ts";
import { openKeyFile } from "../keys/key-file.ts";
import { BautaError } from "../kit/errors.ts";
import { readBytes } from "./read-file.ts";

export interface KeyPair {
  readonly one: string;
  readonly other: string;
  /**
   * `shared`: one key in two environments. `same`: one key in one environment, or what a file says of itself. `alike`: the short check
   * values agree by chance, the keys do not. `apart`: nothing in common.
   */
  readonly verdict: "shared" | "same" | "alike" | "apart";
  /** Check values that agree. */
  readonly checks: readonly string[];
}

interface Held {
  readonly path: string;
  readonly keys: readonly { readonly environment: string; readonly check: string; readonly fingerprint: string }[];
}

/** All pairs of the files, in their order. Throws BautaError as `openKeyFile`, 1001 for fewer than two. */
export function compareKeys(paths: readonly string[]): readonly KeyPair[] {
  if (paths.length < 2) throw new BautaError(1001, { detail: "--against compares two files or more: name another, or --key-file" });
  const held = paths.map(heldIn);
  return held.flatMap((one, i) => held.slice(i + 1).map((other) => pairOf(one, other)));
}

function pairOf(one: Held, other: Held): KeyPair {
  const pairs = one.keys.flatMap((a) => other.keys.map((b) => ({ a, b })));
  const same = pairs.filter(({ a, b }) => a.fingerprint !== "" && a.fingerprint === b.fingerprint);
  const alike = pairs.filter(({ a, b }) => a.check !== "" && a.check === b.check);
  const isShared = same.some(({ a, b }) => a.environment !== b.environment);
  const verdict = isShared ? "shared" : same.length > 0 ? "same" : alike.length > 0 ? "alike" : "apart";
  return { one: one.path, other: other.path, verdict, checks: [...new Set(alike.map(({ a }) => a.check))] };
}

function heldIn(path: string): Held {
  const manifest = manifestAt(path);
  if (manifest !== undefined) {
    const keys = manifest.statements.flatMap(({ key }) => (key === undefined ? [] : [key]));
    return { path, keys: keys.map(({ environment, check, fingerprint }) => ({ environment, check, fingerprint })) };
  }
  const ring = openKeyFile(path, {});
  try {
    const { environment, facts } = ring;
    return { path, keys: facts.map(({ check, fingerprint }) => ({ environment, check, fingerprint })) };
  } finally {
    ring.close();
  }
}

/** The manifest in a file that says it is one. A key file's bytes are not looked at here: only who opens it as such may. */
function manifestAt(path: string): ReturnType<typeof decodeManifest> | undefined {
  return path.endsWith(".json") ? decodeManifest(readBytes(path)) : undefined;
}
