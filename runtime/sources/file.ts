/** Files, and folders as the files in them, in the order of their names. */
import { closeSync, openSync, readdirSync, readSync, realpathSync, type Stats, statSync } from "node:fs";
import { join, relative } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { READ_BYTES } from "../kit/limits.ts";
import type { Source } from "./api.ts";

export interface FileSource extends Source {
  /** Path below the folder that was named, or the file's own name. */
  readonly relativePath: string;
}

/**
 * The files that a path names; of a folder those below it, links followed.
 * @throws BautaError 1002 when there is nothing to read, or a link in a folder leads nowhere
 */
export function filesAt(path: string): FileSource[] {
  const stat = statAt(path);
  if (!stat.isDirectory()) return [fileSource(path, path.split("/").at(-1) ?? path, stat.isFile() ? stat.size : undefined)];
  return [...walk(path, [])].map((file) => fileSource(file, relative(path, file), statAt(file).size));
}

/**
 * Byte order of names, not the locale's: the same everywhere.
 * @param above real paths of the folders above, so that a link that leads back up is not followed for ever
 */
function* walk(folder: string, above: readonly string[]): Generator<string> {
  const real = realpathSync(folder);
  if (above.includes(real)) return;
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const stat = statAt(path);
    if (stat.isDirectory()) yield* walk(path, [...above, real]);
    else if (stat.isFile()) yield path;
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  } catch {
    throw new BautaError(1002, { path: folder });
  }
}

function statAt(path: string): Stats {
  try {
    return statSync(path);
  } catch {
    throw new BautaError(1002, { path });
  }
}

const fileSource = (path: string, relativePath: string, size: number | undefined): FileSource => ({
  name: path,
  relativePath,
  size,
  *chunks(from = 0) {
    const file = open(path);
    try {
      const buffer = new Uint8Array(READ_BYTES);
      // What is no file (a pipe, a device) has no places to read from.
      let at = from > 0 ? from : undefined;
      for (;;) {
        const length = read(file, buffer, at, path);
        if (length === 0) return;
        if (at !== undefined) at += length;
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

function read(file: number, buffer: Uint8Array, at: number | undefined, path: string): number {
  try {
    return readSync(file, buffer, 0, buffer.length, at ?? null);
  } catch {
    throw new BautaError(7004, { path });
  }
}
