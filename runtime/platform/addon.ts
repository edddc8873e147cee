/** Finding and loading a native addon. A missing or foreign one is refused here; nothing falls back to something else. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import { packageFile } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import { type AddonName, type EmbeddedAddon, embeddedAddon, isEmbedding } from "./embedded-addon.ts";
import { libcOf } from "./libc.ts";
import { isNoexec, unpackPrivately } from "./unpack.ts";

/** One that is built in a folder of `bindings`, and installed as the package `@bauta/NAME-PLATFORM`. */
export interface AddonKind {
  readonly name: AddonName;
  /** Numbers of the issues that are raised: it is not there or cannot be loaded, is of another version, its package is not installed. */
  readonly issues: { readonly missing: number; readonly version: number; readonly notInstalled: number };
}

/** An addon that is of this Bauta's version. */
export interface LoadedAddon<Addon> {
  readonly addon: Addon;
  /** SHA-256 of the file, lower-case hex: what `doctor` and the run's first line say. */
  readonly sha256: string;
}

interface Versioned {
  version(): string;
}

/** Names of the platforms that addons can be built for, by `process.platform` and `process.arch`; on Linux the C library follows. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["linux x64", "linux-x64"],
  ["linux arm64", "linux-arm64"],
  ["darwin x64", "darwin-x64"],
  ["darwin arm64", "darwin-arm64"],
  ["win32 x64", "win32-x64-msvc"],
  ["win32 arm64", "win32-arm64-msvc"],
]);

/** Name of the platform that this process runs on, as addons and their packages have it: `linux-x64-gnu`. */
function platformOf({ issues }: AddonKind): string {
  const machine = `${process.platform} ${process.arch}`;
  const platform = PLATFORMS.get(machine);
  if (platform === undefined) throw new BautaError(issues.missing, { detail: `nothing native for ${machine}` });
  const libc = libcOf(process.platform);
  return libc === undefined ? platform : `${platform}-${libc}`;
}

/**
 * Where the addon of this machine is: built in a checkout, or installed as a package of its own beside this one.
 * @throws BautaError `missing` on a platform that it cannot be built for, `notInstalled` if its package is not there
 */
export function addonPath(kind: AddonKind): string {
  const platform = platformOf(kind);
  const file = `bauta-${kind.name}.${platform}.node`;
  const built = packageFile(`bindings/${kind.name}/${file}`);
  // Sources are a checkout's; there the addon is built and nothing is installed.
  if (existsSync(built) || existsSync(packageFile(`bindings/${kind.name}/Cargo.toml`))) return built;
  const name = `@bauta/${kind.name}-${platform}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/${file}`);
  } catch {
    throw new BautaError(kind.issues.notInstalled, { detail: name });
  }
}

/**
 * Loads an addon and compares its version with the package's.
 * @param path left out: the one that the executable carries, is installed or was built
 * @throws BautaError those of `kind`; 1311 to 1313 when an executable cannot unpack its own
 */
export function loadAddon<Addon extends Versioned>(kind: AddonKind, path?: string): LoadedAddon<Addon> {
  if (path !== undefined) return loadFile(kind, path);
  const embedded = embeddedAddon(kind.name);
  if (embedded !== undefined) return loadEmbedded(kind, embedded);
  if (isEmbedding()) throw new BautaError(kind.issues.missing, { detail: "this executable was built without it" });
  return loadFile(kind, addonPath(kind));
}

function loadFile<Addon extends Versioned>(kind: AddonKind, path: string): LoadedAddon<Addon> {
  if (!existsSync(path)) throw new BautaError(kind.issues.missing, { path });
  const bytes = readFileSync(path);
  if (isCutOff(bytes)) throw new BautaError(kind.issues.missing, { path, detail: "the file is cut off" });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { addon: ofThisVersion(requireAddon(kind, path), kind, path), sha256 };
}

function loadEmbedded<Addon extends Versioned>(kind: AddonKind, { bytes, sha256 }: EmbeddedAddon): LoadedAddon<Addon> {
  const { path, remove } = unpackPrivately(bytes(), sha256, `bauta-${kind.name}.node`);
  try {
    return { addon: ofThisVersion(requireAddon(kind, path), kind, path), sha256 };
  } catch (error) {
    if (isNoexec(path)) throw new BautaError(1312, { path: dirname(dirname(path)) });
    throw error;
  } finally {
    remove();
  }
}

function ofThisVersion<Addon extends Versioned>(addon: Addon, { issues }: AddonKind, path: string): Addon {
  const version = versionOf(addon);
  if (version !== VERSION) throw new BautaError(issues.version, { path, detail: `addon ${version}, package ${VERSION}` });
  return addon;
}

const ELF_HEADER_BYTES = 64;

/**
 * Whether an ELF file (64 bit, little endian) is shorter than its header says. The system's loader maps such a file all the same, and
 * the first access behind its end kills the process.
 */
function isCutOff(bytes: Buffer): boolean {
  if (bytes.toString("latin1", 0, 6) !== "\u007fELF\u0002\u0001") return false;
  if (bytes.length < ELF_HEADER_BYTES) return true;
  const sections = Number(bytes.readBigUInt64LE(0x28));
  return sections + bytes.readUInt16LE(0x3a) * bytes.readUInt16LE(0x3c) > bytes.length;
}

function requireAddon<Addon>({ issues }: AddonKind, path: string): Addon {
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch {
    // The loader's own message depends on runtime and libc; the remedy is the same.
    throw new BautaError(issues.missing, { path, detail: "the runtime cannot load it" });
  }
}

function versionOf(addon: Versioned): string {
  if (typeof addon.version !== "function") return "unknown";
  return addon.version();
}
