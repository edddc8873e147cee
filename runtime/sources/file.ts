/** Files, and folders as the files in them, in the order of their names. */
import { closeSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { READ_BYTES } from "../kit/limits.ts";
import type { Source } from "./api.ts";

export interface FileSource extends Source {
  /** Path below the folder that was named, or the file's own name. */
  readonly relativePath: string;
}

/** The files that a path names. Throws BautaError 1002 when there is nothing to read. */
export function filesAt(path: string): FileSource[] {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new BautaError(1002, { path });
  if (!stat.isDirectory()) return [fileSource(path, path.split("/").at(-1) ?? path, stat.isFile() ? stat.size : undefined)];
  return [...walk(path)].map((file) => fileSource(file, relative(path, file), statSync(file).size));
}

/** Byte order of names, not the locale's: the same everywhere. */
function* walk(folder: string): Generator<string> {
  const entries = readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile()) yield path;
  }
}

const fileSource = (path: string, relativePath: string, size: number | undefined): FileSource => ({
  name: path,
  relativePath,
  size,
  *chunks() {
    const file = open(path);
    try {
      const buffer = new Uint8Array(READ_BYTES);
      for (;;) {
        const length = read(file, buffer, path);
        if (length === 0) return;
        yield buffer.subarray(0, length);
      }
    } finally {
      closeSync(file);
    }
  },
});

function open(path: string): number {
  try {
    return openSync(path, "r");
  } catch {
    throw new BautaError(1002, { path });
  }
}

function read(file: number, buffer: Uint8Array, path: string): number {
  try {
    return readSync(file, buffer);
  } catch {
    throw new BautaError(7004, { path });
  }
}
