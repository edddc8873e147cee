/**
 * Files of a tar archive: ustar (POSIX.1-1988) with the pax headers of POSIX.1-2001, as `opa build` and tar programs write it.
 *
 * Strict, since what is read here is not verified yet, and readers that forgive differ in what they see: only plain files and folders, each
 * path once and within the archive, every header's checksum right, nothing behind the end.
 */
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_FILE_BYTES_MAX, BUNDLE_FILES_MAX, BUNDLE_PATH_CHARACTERS_MAX } from "../../kit/limits.ts";
import { isUtf8 } from "../../platform/bytes.ts";

const BLOCK = 512;

/** Fields of a header: offset and length, POSIX.1-1988. */
const NAME = [0, 100] as const;
const SIZE = [124, 12] as const;
const CHECKSUM = [148, 8] as const;
const TYPE = 156;
const MAGIC = [257, 8] as const;
const PREFIX = [345, 155] as const;

const USTAR = "ustar\0" + "00";
/** Of GNU's tar before POSIX; it has other things where ustar has the prefix. */
const GNU = "ustar  \0";

/**
 * The files by path, without a stroke or `./` in front.
 * @throws BautaError 1621 if it is no such archive, 1622 for an entry that must not be in it, 1623 for one that is too large
 */
export function filesOfTar(tar: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  let next: Pax = {};
  for (let at = 0; ; ) {
    const header = blocksAt(tar, at, BLOCK);
    if (isZero(header)) {
      if (!isZero(tar.subarray(at))) throw new BautaError(1621, { offset: at, detail: "something stands behind the end of the archive" });
      return files;
    }
    const entry = entryOf(header, next, at);
    const content = blocksAt(tar, at + BLOCK, entry.size);
    at += BLOCK + Math.ceil(entry.size / BLOCK) * BLOCK;
    next = take(files, entry, content);
  }
}

/** What a pax header says of the entry behind it. */
interface Pax {
  readonly path?: string;
  readonly size?: number;
}

interface Entry {
  readonly type: string;
  readonly name: string;
  readonly size: number;
  /** Of its header. */
  readonly at: number;
}

function entryOf(header: Uint8Array, pax: Pax, at: number): Entry {
  if (octal(header, CHECKSUM, at) !== sumOf(header)) throw new BautaError(1621, { offset: at, detail: "a header's checksum is wrong" });
  const magic = latin(header, MAGIC);
  if (magic !== USTAR && magic !== GNU) throw new BautaError(1621, { offset: at, detail: "a header is not of ustar" });
  const type = String.fromCharCode(header[TYPE] as number);
  const prefix = magic === USTAR ? text(header, PREFIX, at) : "";
  const short = text(header, NAME, at);
  const size = pax.size ?? octal(header, SIZE, at);
  if (size > BUNDLE_FILE_BYTES_MAX)
    throw new BautaError(1623, { offset: at, detail: `a file of more than ${BUNDLE_FILE_BYTES_MAX} bytes` });
  return { type, name: pax.path ?? (prefix === "" ? short : `${prefix}/${short}`), size, at };
}

/** Puts a file among the others; answers what is said of the entry behind. */
function take(files: Map<string, Uint8Array>, entry: Entry, content: Uint8Array): Pax {
  switch (entry.type) {
    case "0":
    case "\0": {
      const path = safePath(entry.name);
      if (files.has(path)) throw new BautaError(1622, { path, detail: "two files of one path" });
      if (files.size === BUNDLE_FILES_MAX) throw new BautaError(1623, { detail: `more than ${BUNDLE_FILES_MAX} files` });
      files.set(path, content);
      return {};
    }
    case "5":
      if (entry.size > 0) throw new BautaError(1622, { offset: entry.at, detail: "a folder with a content" });
      // `./` is the archive itself.
      if (!/^(\.?\/)*\.?$/.test(entry.name)) safePath(entry.name.replace(/\/$/, ""));
      return {};
    case "x":
      return paxOf(content, entry.at);
    case "g": {
      const all = paxOf(content, entry.at);
      if (all.path !== undefined || all.size !== undefined)
        throw new BautaError(1622, { offset: entry.at, detail: "one path for all files" });
      return {};
    }
    default:
      throw new BautaError(1622, { offset: entry.at, detail: KINDS[entry.type] ?? "an entry that is no file" });
  }
}

const KINDS: Readonly<Record<string, string>> = {
  "1": "a hard link",
  "2": "a symbolic link",
  "3": "a device",
  "4": "a device",
  "6": "a named pipe",
  L: "a path of GNU's own form; give tar --format=pax",
  S: "a file with holes",
};

/**
 * The path as it is looked up and signed.
 * @throws BautaError 1622 for one that leads out of the archive, or can be read in two ways
 */
export function safePath(name: string): string {
  const path = name.replace(/^\.?\//, "");
  const isSafe =
    path.length <= BUNDLE_PATH_CHARACTERS_MAX &&
    path.split("/").every((part) => part !== "" && part !== "." && part !== "..") &&
    !/[\\\u0000-\u001f\u007f]/.test(path);
  if (!isSafe) throw new BautaError(1622, { path: name.slice(0, BUNDLE_PATH_CHARACTERS_MAX), detail: "a path that is not safe" });
  return path;
}

/** Records of a pax header: `LENGTH KEY=VALUE\n`, the length being that of the whole record. */
function paxOf(content: Uint8Array, at: number): Pax {
  if (!isUtf8(content, 0, content.length)) throw new BautaError(1621, { offset: at, detail: "a pax header is not UTF-8" });
  let [path, size]: [string?, number?] = [];
  for (let start = 0; start < content.length; ) {
    const head = /^([1-9]\d{0,6}) ([^=\n]+)=/.exec(Buffer.from(content.subarray(start, start + 256)).toString("utf8"));
    const [all = "", length = "", key = ""] = head ?? [];
    const end = start + Number(length);
    if (head === null || end > content.length || content[end - 1] !== 0x0a || Number(length) <= Buffer.byteLength(all)) {
      throw new BautaError(1621, { offset: at, detail: "a pax header is broken" });
    }
    const value = Buffer.from(content.subarray(start + Buffer.byteLength(all), end - 1)).toString("utf8");
    if (key === "path") path = value;
    else if (key === "size") size = wholeNumber(value, at);
    else if (key.startsWith("GNU.sparse")) throw new BautaError(1622, { offset: at, detail: KINDS["S"] as string });
    start = end;
  }
  return { ...(path === undefined ? {} : { path }), ...(size === undefined ? {} : { size }) };
}

function wholeNumber(text: string, at: number): number {
  if (!/^\d{1,12}$/.test(text)) throw new BautaError(1621, { offset: at, detail: "a pax header's size is none" });
  return Number(text);
}

/** The bytes, which have to be there with the rest of their last block. */
function blocksAt(tar: Uint8Array, at: number, length: number): Uint8Array {
  if (at + Math.ceil(length / BLOCK) * BLOCK > tar.length)
    throw new BautaError(1621, { offset: tar.length, detail: "the archive is cut off" });
  return tar.subarray(at, at + length);
}

const isZero = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

const latin = (header: Uint8Array, [start, length]: readonly [number, number]): string =>
  Buffer.from(header.subarray(start, start + length)).toString("latin1");

function text(header: Uint8Array, [start, length]: readonly [number, number], at: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  const bytes = end < 0 ? field : field.subarray(0, end);
  if (!isUtf8(bytes, 0, bytes.length)) throw new BautaError(1622, { offset: at, detail: "a path that is not UTF-8" });
  return Buffer.from(bytes).toString("utf8");
}

function octal(header: Uint8Array, field: readonly [number, number], at: number): number {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(latin(header, field))?.[1];
  if (digits === undefined) throw new BautaError(1621, { offset: at, detail: "a header's number is none" });
  return Number.parseInt(digits, 8);
}

/** Sum of all bytes, those of the checksum itself taken for spaces. */
function sumOf(header: Uint8Array): number {
  const [from, length] = CHECKSUM;
  let sum = 0;
  for (let i = 0; i < BLOCK; i++) sum += i >= from && i < from + length ? 0x20 : (header[i] as number);
  return sum;
}
