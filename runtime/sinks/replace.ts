/** Puts a file in the place of another in one step, durable when the call returns. */
import { closeSync, fchmodSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { syncFolder, writeAll, writeError } from "./write.ts";

const PRIVATE = 0o600;

/**
 * @param mode of the file. Default: its owner alone reads it
 * @throws BautaError 7002 or 7003; the older file is as it was
 */
export function replaceFile(path: string, bytes: Uint8Array, mode = PRIVATE): void {
  const temporary = join(dirname(path), `.${basename(path)}.new`);
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(temporary, "w", PRIVATE);
    try {
      writeAll(file, bytes, path);
      // The process's mask has a say in what a file is opened with.
      if (mode !== PRIVATE) fchmodSync(file, mode);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    syncFolder(dirname(path));
  } catch (error) {
    removeQuietly(temporary);
    throw error instanceof BautaError ? error : writeError((error as NodeJS.ErrnoException).code, path);
  }
}

/** The error that brought us here is the one to tell. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // On a disk that cannot be written to nothing was left, either.
  }
}
