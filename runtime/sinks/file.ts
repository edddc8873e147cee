/** A file that appears whole or not at all: written beside its place under a private name, synced, renamed. */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Sink } from "./api.ts";
import { writeAll, writeError } from "./write.ts";

/** @param mode permissions of a new file; 0o600 for what only its owner may read */
export function fileSink(path: string, mode = 0o666): Sink {
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`);
  let file = create(temporary, path, mode);
  const close = (): void => {
    if (file >= 0) closeSync(file);
    file = -1;
  };
  return {
    name: path,
    write: (bytes) => writeAll(file, bytes, path),
    commit() {
      try {
        fsyncSync(file);
        close();
        renameSync(temporary, path);
      } catch (error) {
        throw writeError((error as NodeJS.ErrnoException).code, path);
      }
    },
    abort() {
      close();
      rmSync(temporary, { force: true });
    },
  };
}

function create(temporary: string, path: string, mode: number): number {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openSync(temporary, "wx", mode);
  } catch (error) {
    throw writeError((error as NodeJS.ErrnoException).code, path);
  }
}
