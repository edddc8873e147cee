/** Files that an executable carries inside and the system's loader wants to see on disk. */
import { createHash, type Hash, randomBytes } from "node:crypto";
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { READ_BYTES } from "../kit/limits.ts";
import { beforeExit } from "./process.ts";

/** A file in a folder of its own that only this user can look into. */
export interface Unpacked {
  readonly path: string;
  /** Removes file and folder. Where the system keeps a loaded file (Windows), they stay until the process ends. */
  remove(): void;
}

/**
 * Writes the bytes into a new folder with a name that nobody can guess, mode 0700, below the one for temporary files (TMPDIR). Nothing
 * that is there already is reused, and what was written is read back: the hash is that of the file that will be loaded.
 * @throws BautaError 1313 if the bytes have another hash, 1311 if they cannot be written
 */
export function unpackPrivately(bytes: Uint8Array, sha256: string, name: string): Unpacked {
  requireHash(createHash("sha256").update(bytes), sha256);
  const folder = join(tmpdir(), `bauta-${randomBytes(16).toString("hex")}`);
  const remove = (): void => {
    // A file system that takes no folder takes no removal of one either.
    if (existsSync(folder)) rmSync(folder, { recursive: true, force: true });
  };
  const forget = beforeExit(remove);
  try {
    const path = join(folder, name);
    mkdirSync(folder, { mode: 0o700 });
    write(path, bytes);
    requireHash(hashOf(path), sha256);
    return {
      path,
      remove() {
        try {
          remove();
          forget();
        } catch {
          // The loader holds it: when the process ends it goes.
        }
      },
    };
  } catch (error) {
    remove();
    forget();
    if (error instanceof BautaError) throw error;
    throw new BautaError(1311, { path: tmpdir(), detail: codeOf(error) });
  }
}

/**
 * Whether nothing may be executed from where a path lies: what the system's loader then says is no help.
 * Known on Linux; false elsewhere.
 */
export function isNoexec(path: string): boolean {
  const mount = mountOf(path);
  return mount?.options.includes("noexec") === true;
}

function requireHash(hash: Hash, sha256: string): void {
  if (hash.digest("hex") !== sha256) throw new BautaError(1313);
}

/** Of a file, which is not held in memory: megabytes that are soon given up again would have a short run collect garbage. */
function hashOf(path: string): Hash {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(READ_BYTES);
  const file = openSync(path, "r");
  try {
    for (let length = readSync(file, buffer); length > 0; length = readSync(file, buffer)) hash.update(buffer.subarray(0, length));
  } finally {
    closeSync(file);
  }
  return hash;
}

function write(path: string, bytes: Uint8Array): void {
  const file = openSync(path, "wx", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at);
  } finally {
    closeSync(file);
  }
  chmodSync(path, 0o500);
}

interface Mount {
  readonly point: string;
  readonly options: readonly string[];
}

/** The mount that a path lies on: of those whose point leads to it the longest, and of equal ones the last, which hides the others. */
function mountOf(path: string): Mount | undefined {
  let found: Mount | undefined;
  for (const { point, options } of mounts()) {
    const leads = point === "/" || path === point || path.startsWith(`${point}/`);
    if (leads && point.length >= (found?.point.length ?? 0)) found = { point, options };
  }
  return found;
}

/** Rows of /proc/self/mountinfo: `36 35 98:0 /root /point options …`, with blanks and the like as octal escapes. */
function mounts(): readonly Mount[] {
  try {
    return readFileSync("/proc/self/mountinfo", "utf8")
      .split("\n")
      .map((row) => row.split(" "))
      .filter((fields) => fields.length > 5)
      .map((fields) => ({
        point: (fields[4] as string).replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8))),
        options: (fields[5] as string).split(","),
      }));
  } catch {
    return [];
  }
}

/** `EROFS` and the like; a system error's message would repeat the path. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown";
}
