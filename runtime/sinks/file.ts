/** A file that appears whole or not at all: written beside its place under a private name, synced, renamed. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { beforeExit } from "../platform/process.ts";
import type { Sink } from "./api.ts";
import { writtenThrough } from "./through.ts";
import { syncFolder, writeAll, writeError } from "./write.ts";

/** Characters of a file's name that its temporary one begins with. */
const NAME_SHOWN = 48;

export interface FileSinkOptions {
  /** Only its owner may read the file: mode 0600, whatever an older file of that name had. */
  readonly private?: boolean;
}

/**
 * A file to write. An older file of that name stays as it was until `publish`, and its permissions become those of the new one. A link
 * stays a link. What is no file (a device, a named pipe) cannot appear at once: it is written directly.
 * @throws BautaError 7002 or 7003 when it cannot be opened
 */
export function fileSink(path: string, options: FileSinkOptions = {}): Sink {
  try {
    const existing = statSync(path, { throwIfNoEntry: false });
    if (existing?.isDirectory()) throw writeError("EISDIR", path);
    if (existing !== undefined && !existing.isFile()) return directSink(path);
    return atomicSink(path, existing, options.private === true);
  } catch (error) {
    throw asWriteError(error, path);
  }
}

function atomicSink(path: string, existing: Stats | undefined, isPrivate: boolean): Sink {
  const target = existing === undefined ? path : realpathSync(path);
  mkdirSync(dirname(target), { recursive: true });
  // A name as long as names may be leaves no room for more.
  const temporary = join(dirname(target), `.${basename(target).slice(0, NAME_SHOWN)}.${randomBytes(6).toString("hex")}.tmp`);
  // Nobody else may read it until it has the permissions of the file that it replaces.
  let file = openSync(temporary, "wx", isPrivate || existing !== undefined ? 0o600 : 0o666);
  const forget = beforeExit(() => rmSync(temporary, { force: true }));
  let records = 0;
  let size = 0;
  const close = (): void => {
    if (file >= 0) closeSync(file);
    file = -1;
  };
  return {
    name: path,
    resume: "exact",
    whole: true,
    write(bytes, count) {
      writeAll(file, bytes, path);
      records += count;
      size += bytes.length;
    },
    prepare() {
      if (file < 0) return undefined;
      try {
        if (!isPrivate && existing !== undefined) fchmodSync(file, existing.mode & 0o777);
        fsyncSync(file);
        close();
      } catch (error) {
        throw asWriteError(error, path);
      }
      return { sink: path, name: path, privateName: temporary, firstRecord: 0, records, bytes: size };
    },
    publish({ privateName }) {
      try {
        renameSync(privateName, target);
        syncFolder(dirname(target));
        forget();
      } catch (error) {
        throw asWriteError(error, path);
      }
    },
    close() {
      close();
      rmSync(temporary, { force: true });
      forget();
    },
  };
}

/** Removes what a killed process left of a file that it had not finished. Nobody else may be writing it. */
export function sweepTemporary(path: string): void {
  const folder = dirname(path);
  const prefix = `.${basename(path).slice(0, NAME_SHOWN)}.`;
  try {
    for (const name of readdirSync(folder))
      if (name.startsWith(prefix) && /^[0-9a-f]{12}\.tmp$/.test(name.slice(prefix.length))) rmSync(join(folder, name), { force: true });
  } catch {
    // It is in nobody's way.
  }
}

function directSink(path: string): Sink {
  let file = openSync(path, "w");
  const close = (): void => {
    if (file >= 0) closeSync(file);
    file = -1;
  };
  return writtenThrough(path, (bytes) => writeAll(file, bytes, path), close);
}

const asWriteError = (error: unknown, path: string): Error =>
  error instanceof BautaError ? error : writeError((error as NodeJS.ErrnoException).code, path);
