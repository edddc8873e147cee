/** Where it is remembered over restarts which bundle was admitted last, so that no older one comes back while nobody looked. */
import { readFileSync } from "node:fs";
import { BautaError } from "./kit/errors.ts";
import { type BundleState, encodeState, parseState } from "./policy/bundle/admit.ts";
import { replaceFile } from "./sinks/replace.ts";

/**
 * What was admitted last; undefined if there is no file yet.
 * @throws BautaError 1002 if the file cannot be read, 1639 if it holds no state: it is never taken for one that is missing
 */
export function readBundleState(path: string): BundleState | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new BautaError(1002, { path, detail: String(code) });
  }
  return parseState(bytes, path);
}

/**
 * Remembers it, in one step and durably. To be called before the bundle is put in place: who is stopped in between remembers more than
 * was used, never less.
 * @throws BautaError 7002 or 7003
 */
export function writeBundleState(path: string, state: BundleState): void {
  replaceFile(path, new TextEncoder().encode(encodeState(state)));
}
