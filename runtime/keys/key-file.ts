/** Key files on disk: made once, never overwritten, readable by their owner alone. */
import { randomBytes } from "node:crypto";
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  linkSync,
  openSync,
  readSync,
  type Stats,
  unlinkSync,
  writeSync,
} from "node:fs";
import { platform } from "node:process";
import { BautaError } from "../kit/errors.ts";
import { type Capability, KEY_LENGTH, type KeyRing } from "./api.ts";
import type { RandomBytes } from "./ephemeral.ts";
import {
  checkEnvironment,
  decodeKeyFile,
  encodeKeyFile,
  KEY_FILE_LENGTH_MAX,
  type KeyFile,
  type KeyFileHead,
  type KeyFileInfo,
} from "./key-file-format.ts";
import { RootKeyRing } from "./ring.ts";
import { Secret } from "./secret.ts";

export type { KeyFileInfo };

/** Others may do nothing at all with a key file. */
const OTHERS = 0o077;

export interface NewKeyFile {
  /** Lower-case letters, digits, `.`, `_` and `-`, at most 64. */
  readonly environment: string;
  /** Default: the clock's. */
  readonly now?: Date;
  /** Default: the operating system's generator. */
  readonly random?: RandomBytes;
}

/**
 * Makes a key file with a new 256-bit root, both capabilities and mode 0600.
 * @throws BautaError 1106 if the file exists, 1108 if it cannot be written, 1109 if the environment's name is none
 */
export function newKeyFile(path: string, { environment, now = new Date(), random = randomBytes }: NewKeyFile): KeyFileInfo {
  checkEnvironment(environment);
  const bytes = random(KEY_LENGTH);
  const root = new Secret(bytes);
  bytes.fill(0);
  const id = Array.from(random(16), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const created = now.toISOString();
  const signing = [{ version: 1, from: created }];
  return writeNew(path, { id, environment, capabilities: ["mask", "unmask"], created, signing }, new Map([[1, root]]));
}

/**
 * Makes a copy of a key file that lacks the capability to unmask. It holds the same key under the same id: FF1 is symmetric, so
 * that the copy keeps Bauta from unmasking, and not a person who can read the file.
 * @throws BautaError as `openKeyFile` for the original and as `newKeyFile` for the copy
 */
export function maskOnlyKeyFile(original: string, copy: string): KeyFileInfo {
  const { info, roots } = readKeyFile(original);
  const { id, environment, created, signing } = info;
  return writeNew(copy, { id, environment, capabilities: ["mask"], created, signing }, roots);
}

/**
 * Makes a copy of a key file whose manifests are signed by another key from now on. Pseudonyms stay as they are; what was signed before
 * stays trusted for the time before, once the trust file is exported anew.
 * @throws BautaError as `openKeyFile` for the original and as `newKeyFile` for the copy
 */
export function rotateSigning(original: string, copy: string, now: Date = new Date()): KeyFileInfo {
  const { info, roots } = readKeyFile(original);
  const { keys: _, ...head } = info;
  const version = (info.signing.at(-1)?.version ?? 0) + 1;
  return writeNew(copy, { ...head, signing: [...info.signing, { version, from: now.toISOString() }] }, roots);
}

/** What a key file says, without the keys: for `bauta keys show`. Throws as `openKeyFile`. */
export function showKeyFile(path: string): KeyFileInfo {
  const { info, roots } = readKeyFile(path);
  closeAll(roots);
  return info;
}

export interface OpenKeyFile {
  /** The environment that the operator means; undefined takes the file's. */
  readonly environment?: string | undefined;
  /** What the key is wanted for; undefined: nothing that could be a capability, such as to check or to sign. */
  readonly need?: Capability | undefined;
}

/**
 * The key ring of a file.
 * @throws BautaError 1002 if it cannot be read, 1102 if others can read it, 1103 or 1107 if it is damaged, 1104 if it belongs to
 * another environment, 1105 if it lacks the capability
 */
export function openKeyFile(path: string, options: OpenKeyFile): KeyRing {
  return ringOf(readKeyFile(path), path, options);
}

/**
 * The key ring of a key file's bytes, wherever they came from. The digits of every root in them are overwritten with zeros.
 * @param name what messages call them
 * @throws BautaError 1103 or 1107 if they are damaged, 1104 if they belong to another environment, 1105 if they lack the capability
 */
export function openKeyBytes(bytes: Uint8Array, name: string, options: OpenKeyFile): KeyRing {
  if (bytes.length > KEY_FILE_LENGTH_MAX) throw new BautaError(1103, { path: name });
  return ringOf(decode(bytes, name), name, options);
}

function ringOf({ info, roots }: KeyFile, path: string, { environment, need }: OpenKeyFile): KeyRing {
  const issue =
    environment !== undefined && environment !== info.environment
      ? 1104
      : need === undefined || info.capabilities.includes(need)
        ? undefined
        : 1105;
  if (issue !== undefined) {
    closeAll(roots);
    throw new BautaError(issue, { path, detail: `the file says: ${info.environment}, ${info.capabilities.join(" and ")}` });
  }
  const { id, capabilities, signing } = info;
  return new RootKeyRing({ origin: "file", id, environment: info.environment, capabilities, signing, roots });
}

function closeAll(roots: KeyFile["roots"]): void {
  for (const root of roots.values()) root.close();
}

/** Reads and checks a key file; its bytes are overwritten, whatever comes of it. */
function readKeyFile(path: string): KeyFile {
  const bytes = readPrivate(path);
  try {
    return decode(bytes, path);
  } finally {
    bytes.fill(0);
  }
}

/** The content of a key file; what is wrong with it is told with its name. */
function decode(bytes: Uint8Array, path: string): KeyFile {
  try {
    return decodeKeyFile(bytes);
  } catch (error) {
    throw error instanceof BautaError ? new BautaError(error.issue.number, { ...error.context, path }) : error;
  }
}

/** Bytes of a regular file that only its owner can read. Mode and content are of one descriptor: nobody can swap the file between. */
function readPrivate(path: string): Uint8Array {
  let descriptor: number;
  try {
    // Without NONBLOCK a named pipe in place of the file would be waited for.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch {
    throw new BautaError(1002, { path });
  }
  try {
    const stats = fstatSync(descriptor);
    checkPrivate(stats, path);
    return readWhole(descriptor, stats.size, path);
  } finally {
    closeSync(descriptor);
  }
}

function checkPrivate(stats: Stats, path: string): void {
  if (!stats.isFile() || stats.size === 0 || stats.size > KEY_FILE_LENGTH_MAX) throw new BautaError(1103, { path });
  // Windows has no such modes; there the folder's access list has to protect the file.
  if (platform !== "win32" && (stats.mode & OTHERS) !== 0) {
    throw new BautaError(1102, { path, detail: `mode 0${(stats.mode & 0o777).toString(8)}` });
  }
}

/** Reads into memory of our own: Node's whole-file reads may use a pool that is not ours to overwrite. */
function readWhole(descriptor: number, size: number, path: string): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const count = readSync(descriptor, bytes, at, size - at, null);
    if (count === 0) throw new BautaError(1103, { path });
    at += count;
  }
  return bytes;
}

/**
 * Writes a new key file and closes the roots. The bytes go to a temporary file first, which gets its name by a hard link: the name
 * appears with the whole content or not at all, and a file that has it already stays as it is.
 */
function writeNew(path: string, head: KeyFileHead, roots: KeyFile["roots"]): KeyFileInfo {
  const bytes = encodeAndClose(head, roots);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    writePrivate(temporary, bytes);
    linkNew(temporary, path);
    return decodeInfo(bytes);
  } finally {
    bytes.fill(0);
    removeTemporary(temporary);
  }
}

function encodeAndClose(head: KeyFileHead, roots: KeyFile["roots"]): Uint8Array {
  try {
    return encodeKeyFile(head, roots);
  } finally {
    closeAll(roots);
  }
}

function writePrivate(path: string, bytes: Uint8Array): void {
  try {
    const descriptor = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      if (platform !== "win32") fchmodSync(descriptor, 0o600);
      for (let at = 0; at < bytes.length; ) at += writeSync(descriptor, bytes, at, bytes.length - at);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw new BautaError(1108, { path, detail: codeOf(error) });
  }
}

function linkNew(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (error) {
    throw codeOf(error) === "EEXIST" ? new BautaError(1106, { path }) : new BautaError(1108, { path, detail: codeOf(error) });
  }
}

function removeTemporary(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    // It never came to be; anything else would leave a copy of the key behind.
    if (codeOf(error) !== "ENOENT") throw new BautaError(1108, { path, detail: codeOf(error) });
  }
}

/** What the new file says, read back from what was written. */
function decodeInfo(bytes: Uint8Array): KeyFileInfo {
  const { info, roots } = decodeKeyFile(bytes);
  closeAll(roots);
  return info;
}

/** `EACCES` and the like; a system error's message would repeat the path. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "unknown";
}
