/** Where it is remembered over restarts which bundle was admitted last, so that no older one comes back while nobody looked. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { type BundleState, encodeState, parseState } from "./admit.ts";

/**
 * What was admitted last; undefined if there is no file yet.
 * @throws BautaError 1639 if the file cannot be read or holds no state: it is never taken for one that is missing
 */
export function readBundleState(path: string): BundleState | undefined {
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new BautaError(1639, { path, detail: `the state cannot be read: ${String(code)}` });
  }
  return parseState(bytes, path);
}

/**
 * Remembers it, in one step and durably. To be called before the bundle is put in place: who is stopped in between remembers more than
 * was used, never less.
 * @throws BautaError 1639
 */
export function writeBundleState(path: string, state: BundleState): void {
  try {
    inFile(`${path}.new`, "w", (file) => {
      const bytes = new TextEncoder().encode(encodeState(state));
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
      fsyncSync(file);
    });
    renameSync(`${path}.new`, path);
    // The new name, too; Windows has no folders that can be opened.
    if (process.platform !== "win32") inFile(dirname(path), "r", fsyncSync);
  } catch (error) {
    throw new BautaError(1639, { path, detail: `the state cannot be written: ${String((error as NodeJS.ErrnoException).code)}` });
  }
}

function inFile(path: string, flags: "r" | "w", action: (file: number) => void): void {
  const file = openSync(path, flags, 0o600);
  try {
    action(file);
  } finally {
    closeSync(file);
  }
}
