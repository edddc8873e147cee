/**
 * The text of a key file, and back. It is JSON that a person can read, except that roots never become JavaScript strings: those
 * cannot be overwritten. Their hex digits are copied from and to bytes around the JSON library, which sees zeros in their place.
 *
 *     {
 *      "bauta-key": 1,
 *      "id": "…32 hex digits, random",
 *      "environment": "test",
 *      "capabilities": ["mask", "unmask"],
 *      "created": "2025-01-31T08:00:00.000Z",
 *      "keys": [{"version": 1, "root": "…64 hex digits", "check": "…6", "seal": "…32"}],
 *      "signing": [{"version": 1, "from": "2025-01-31T08:00:00.000Z"}, {"version": 2, "from": "2025-07-01T08:00:00.000Z"}]
 *     }
 *
 * `signing` is there once the key that signs manifests was changed; without it, it has version 1 since the file was made.
 *
 * `check` is the key check value, the first three bytes of HMAC-SHA-256(root, `bauta-kcv`): two files with the same one hold the same
 * key. `seal` is the first 16 bytes of HMAC-SHA-256(root, everything else that the file says): an edited file does not open.
 */
import { createHmac } from "node:crypto";
import { BautaError } from "../kit/errors.ts";
import { type Capability, KEY_LENGTH, type SigningVersion } from "./api.ts";
import { checkValue, lengthPrefixed, utf8 } from "./derive.ts";
import { Secret } from "./secret.ts";

export const KEY_FILE_VERSION = 1;
/** Bytes of a key file at most: room for hundreds of versions. */
export const KEY_FILE_LENGTH_MAX = 65_536;

/** What a key file says besides the keys. */
export interface KeyFileInfo {
  readonly id: string;
  readonly environment: string;
  readonly capabilities: readonly Capability[];
  /** RFC 3339, UTC. */
  readonly created: string;
  /** Versions of the key that signs manifests, ascending. */
  readonly signing: readonly SigningVersion[];
  /** Ascending by version. */
  readonly keys: readonly { readonly version: number; readonly check: string }[];
}

/** A key file's content. Whoever gets one closes its roots. */
export interface KeyFile {
  readonly info: KeyFileInfo;
  readonly roots: ReadonlyMap<number, Secret>;
}

/** What a new file says; check values are computed. */
export type KeyFileHead = Omit<KeyFileInfo, "keys">;

const ZEROS = "0".repeat(2 * KEY_LENGTH);
/** Lower case, so that two spellings cannot be two environments. */
const ENVIRONMENT = /^[a-z0-9][a-z0-9._-]{0,63}$/;
const ROOT_KEY = utf8('"root"');

/** @throws BautaError 1109 if a name cannot be an environment's */
export function checkEnvironment(name: string): void {
  if (!ENVIRONMENT.test(name)) throw new BautaError(1109);
}

/** Bytes of the file; the caller overwrites them once they are written. */
export function encodeKeyFile(head: KeyFileHead, roots: ReadonlyMap<number, Secret>): Uint8Array {
  const versions = [...roots.keys()].sort((a, b) => a - b);
  const keys = versions.map((version) => {
    const root = roots.get(version) as Secret;
    return { version, root: ZEROS, check: root.open(checkValue), seal: root.open((bytes) => sealOf(bytes, head, version)) };
  });
  const { signing, ...said } = head;
  const more = hasFirstSigner(head) ? {} : { signing };
  const bytes = utf8(`${JSON.stringify({ "bauta-key": KEY_FILE_VERSION, ...said, keys, ...more }, null, 1)}\n`);
  for (const [i, at] of rootOffsets(bytes).entries()) {
    (roots.get(versions[i] as number) as Secret).open((root) => writeHex(root, bytes, at));
  }
  return bytes;
}

/**
 * The content of a key file. The digits of every root in `bytes` are overwritten with zeros, even if the file is refused.
 * @throws BautaError 1103 if it is not a key file, 1107 if check value or seal do not belong to a root
 */
export function decodeKeyFile(bytes: Uint8Array): KeyFile {
  const secrets = takeRoots(bytes);
  try {
    const { id, environment, capabilities, created, signing, keys } = readInfo(bytes, secrets);
    const info = { id, environment, capabilities, created, signing, keys: keys.map(({ version, check }) => ({ version, check })) };
    return { info, roots: new Map(keys.map(({ version }, i) => [version, secrets[i] as Secret])) };
  } catch (error) {
    for (const secret of secrets) secret.close();
    throw error;
  }
}

function sealOf(root: Uint8Array, head: KeyFileHead, version: number): string {
  const fields = ["bauta/v1 key file", head.id, head.environment, head.capabilities.join(","), head.created, String(version)];
  // Left out for the first signing key alone: files from before there were others stay as they are.
  if (!hasFirstSigner(head)) fields.push("signing", ...head.signing.flatMap((signer) => [String(signer.version), signer.from]));
  return createHmac("sha256", root)
    .update(lengthPrefixed(fields.map(utf8)))
    .digest("hex")
    .slice(0, 32);
}

const firstSigner = (created: string): SigningVersion => ({ version: 1, from: created });

/** Whether the key that signs was never changed. */
const hasFirstSigner = ({ signing }: KeyFileHead): boolean => signing.length === 1 && signing[0]?.version === 1;

interface RawInfo extends KeyFileHead {
  readonly keys: readonly { readonly version: number; readonly root: string; readonly check: string; readonly seal: string }[];
}

/** Reads and checks everything but the roots, which are zeros by now. */
function readInfo(bytes: Uint8Array, secrets: readonly Secret[]): RawInfo {
  const raw = parse(bytes);
  const info: RawInfo = { ...raw, signing: raw.signing ?? [firstSigner(raw.created)] };
  const versions = info.keys.map((key) => key.version);
  const ascending = versions.every((version, i) => i === 0 || version > (versions[i - 1] as number));
  if (!ascending || info.keys.length !== secrets.length) throw new BautaError(1103);
  for (const [i, { version, root, check, seal }] of info.keys.entries()) {
    if (root !== ZEROS) throw new BautaError(1103);
    const matches = (secrets[i] as Secret).open((key) => checkValue(key) === check && sealOf(key, info, version) === seal);
    if (!matches) throw new BautaError(1107, { detail: `version ${version}` });
  }
  return info;
}

type Parsed = Omit<RawInfo, "signing"> & Partial<Pick<RawInfo, "signing">>;

function parse(bytes: Uint8Array): Parsed {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    // The parser's message would quote the file.
    throw new BautaError(1103);
  }
  if (!isRawInfo(value)) throw new BautaError(1103);
  return value;
}

const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;

function isRawInfo(value: unknown): value is Parsed {
  const members = ["bauta-key", "id", "environment", "capabilities", "created", "keys"];
  if (!hasKeys(value, members) && !(hasKeys(value, [...members, "signing"]) && isSigning(value.signing))) return false;
  const { id, environment, capabilities, created, keys } = value;
  return (
    value["bauta-key"] === KEY_FILE_VERSION &&
    matchesText(id, /^[0-9a-f]{32}$/) &&
    matchesText(environment, ENVIRONMENT) &&
    Array.isArray(capabilities) &&
    ["mask", "mask,unmask"].includes(capabilities.join(",")) &&
    matchesText(created, DATE) &&
    Array.isArray(keys) &&
    keys.length > 0 &&
    keys.every(isRawKey)
  );
}

/** At least two, one after the other: one alone is not written. */
function isSigning(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 1 &&
    value.every((one, i) => hasKeys(one, ["version", "from"]) && one.version === i + 1 && matchesText(one.from, DATE))
  );
}

function isRawKey(value: unknown): boolean {
  if (!hasKeys(value, ["version", "root", "check", "seal"])) return false;
  const { version } = value;
  if (typeof version !== "number" || !Number.isInteger(version) || version < 1 || version > 0xffff_ffff) return false;
  return typeof value.root === "string" && matchesText(value.check, /^[0-9a-f]{6}$/) && matchesText(value.seal, /^[0-9a-f]{32}$/);
}

/** Whether a value is an object with exactly these keys. */
function hasKeys(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const own = Object.keys(value);
  return own.length === keys.length && own.every((key) => keys.includes(key));
}

const matchesText = (value: unknown, form: RegExp): boolean => typeof value === "string" && form.test(value);

/** Takes every root out of the bytes and leaves zeros; refuses, with all of them overwritten, if one is not 64 hex digits. */
function takeRoots(bytes: Uint8Array): readonly Secret[] {
  const secrets: Secret[] = [];
  let damaged = false;
  for (const at of rootOffsets(bytes)) {
    const root = new Uint8Array(KEY_LENGTH);
    damaged = !readHex(bytes, at, root) || damaged;
    bytes.fill(0x30, at, at + 2 * KEY_LENGTH);
    secrets.push(new Secret(root));
    root.fill(0);
  }
  if (!damaged) return secrets;
  for (const secret of secrets) secret.close();
  throw new BautaError(1103);
}

/** Offsets of the first digit behind each `"root": "`. */
function rootOffsets(bytes: Uint8Array): readonly number[] {
  const offsets: number[] = [];
  for (let at = 0; at + ROOT_KEY.length < bytes.length; at++) {
    if (!ROOT_KEY.every((unit, i) => bytes[at + i] === unit)) continue;
    const colon = skipSpace(bytes, at + ROOT_KEY.length);
    const quote = bytes[colon] === 0x3a ? skipSpace(bytes, colon + 1) : -1;
    if (quote !== -1 && bytes[quote] === 0x22) offsets.push(quote + 1);
  }
  return offsets;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 0x20 || bytes[at] === 0x09 || bytes[at] === 0x0a || bytes[at] === 0x0d) at++;
  return at;
}

function writeHex(root: Uint8Array, out: Uint8Array, at: number): void {
  for (const [i, byte] of root.entries()) {
    out[at + 2 * i] = hexDigit(byte >> 4);
    out[at + 2 * i + 1] = hexDigit(byte & 15);
  }
}

function readHex(bytes: Uint8Array, at: number, out: Uint8Array): boolean {
  for (let i = 0; i < out.length; i++) {
    const high = hexValue(bytes[at + 2 * i] ?? 0);
    const low = hexValue(bytes[at + 2 * i + 1] ?? 0);
    if (high < 0 || low < 0) return false;
    out[i] = high * 16 + low;
  }
  return bytes[at + 2 * out.length] === 0x22;
}

const hexDigit = (value: number): number => (value < 10 ? 0x30 + value : 0x57 + value);

/** Value of a lower-case hex digit, -1 of anything else. */
function hexValue(unit: number): number {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  return unit >= 0x61 && unit <= 0x66 ? unit - 0x57 : -1;
}
