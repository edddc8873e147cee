/** Writing whole buffers to a file descriptor, with the failures that an operator can do something about told apart. */
import { closeSync, fsyncSync, openSync, writeSync } from "node:fs";
import { BautaError } from "../kit/errors.ts";

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Writes all bytes. A pipe that is set not to block is waited for. */
export function writeAll(file: number, bytes: Uint8Array, name: string): void {
  let at = 0;
  while (at < bytes.length) {
    try {
      at += writeSync(file, bytes, at, bytes.length - at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "EAGAIN") Atomics.wait(pause, 0, 0, 1);
      else throw writeError(code, name);
    }
  }
}

export function writeError(code: string | undefined, name: string): BautaError {
  if (code === "EPIPE") return new BautaError(7001, { path: name });
  if (code === "ENOSPC" || code === "EDQUOT" || code === "EFBIG") return new BautaError(7002, { path: name });
  return new BautaError(7003, code === undefined ? { path: name } : { path: name, detail: code });
}

/** Makes the names in a folder durable, where the system can: after a power cut a rename may else never have happened. */
export function syncFolder(path: string): void {
  let folder: number;
  try {
    folder = openSync(path, "r");
  } catch {
    return;
  }
  try {
    fsyncSync(folder);
  } catch {
    // Some file systems do not sync folders; they say so by an error, and the rename stands all the same.
  } finally {
    closeSync(folder);
  }
}
