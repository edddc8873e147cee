/** Finding and loading the addon. A missing or foreign one is refused here; nothing falls back to the other engine. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import process from "node:process";
import type * as Binding from "../../../bindings/engine/index.d.ts";
import { packageFile } from "../../kit/assets.ts";
import { BautaError } from "../../kit/errors.ts";
import { VERSION } from "../../kit/version.ts";
import { libcOf } from "../../platform/libc.ts";
import { isNoexec, unpackPrivately } from "../../platform/unpack.ts";
import { type EmbeddedAddon, embeddedAddon } from "./embedded.ts";

/** What the addon exports; generated from its source. */
export type Addon = typeof Binding;

/** An addon that is of this Bauta's version. */
export interface LoadedAddon {
  readonly addon: Addon;
  /** SHA-256 of the file, lower-case hex: what `doctor` and the run's first line say. */
  readonly sha256: string;
}

/** Names of the platforms that the addon can be built for, by `process.platform` and `process.arch`; on Linux the C library follows. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["linux x64", "linux-x64"],
  ["linux arm64", "linux-arm64"],
  ["darwin x64", "darwin-x64"],
  ["darwin arm64", "darwin-arm64"],
  ["win32 x64", "win32-x64-msvc"],
  ["win32 arm64", "win32-arm64-msvc"],
]);

/**
 * Name of the platform that this process runs on, as addons and their packages have it: `linux-x64-gnu`.
 * @throws BautaError 1301 on one that the addon cannot be built for
 */
export function addonPlatform(): string {
  const machine = `${process.platform} ${process.arch}`;
  const platform = PLATFORMS.get(machine);
  if (platform === undefined) throw new BautaError(1301, { detail: `no native engine for ${machine}` });
  const libc = libcOf(process.platform);
  return libc === undefined ? platform : `${platform}-${libc}`;
}

/**
 * Where the addon of this machine is: built in a checkout, or installed as a package of its own beside this one.
 * @throws BautaError 1301 on a platform that it cannot be built for, 1310 if its package is not installed
 */
export function addonPath(): string {
  const platform = addonPlatform();
  const built = packageFile(`bindings/engine/bauta-engine.${platform}.node`);
  // Sources are a checkout's; there the addon is built and nothing is installed.
  if (existsSync(built) || existsSync(packageFile("bindings/engine/Cargo.toml"))) return built;
  const name = `@bauta/engine-${platform}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bauta-engine.${platform}.node`);
  } catch {
    throw new BautaError(1310, { detail: name });
  }
}

/**
 * Loads the addon and compares its version with the package's.
 * @param path left out: the one that the executable carries, is installed or was built
 * @throws BautaError 1301 when it is not there or the runtime cannot load it, 1302 when it is of another version, 1310 when its package is
 * not installed, 1311 to 1313 when an executable cannot unpack its own
 */
export function loadAddon(path?: string): LoadedAddon {
  const embedded = path === undefined ? embeddedAddon() : undefined;
  if (embedded !== undefined) return loadEmbedded(embedded);
  return loadFile(path ?? addonPath());
}

function loadFile(path: string): LoadedAddon {
  if (!existsSync(path)) throw new BautaError(1301, { path });
  const bytes = readFileSync(path);
  if (isCutOff(bytes)) throw new BautaError(1301, { path, detail: "the file is cut off" });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { addon: ofThisVersion(requireAddon(path), path), sha256 };
}

function loadEmbedded({ bytes, sha256 }: EmbeddedAddon): LoadedAddon {
  const { path, remove } = unpackPrivately(bytes(), sha256, "bauta-engine.node");
  try {
    return { addon: ofThisVersion(requireAddon(path), path), sha256 };
  } catch (error) {
    if (isNoexec(path)) throw new BautaError(1312, { path: dirname(dirname(path)) });
    throw error;
  } finally {
    remove();
  }
}

function ofThisVersion(addon: Addon, path: string): Addon {
  const version = versionOf(addon);
  if (version !== VERSION) throw new BautaError(1302, { path, detail: `addon ${version}, package ${VERSION}` });
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

function requireAddon(path: string): Addon {
  try {
    return createRequire(import.meta.url)(path) as Addon;
  } catch {
    // The loader's own message depends on runtime and libc; the remedy is the same.
    throw new BautaError(1301, { path, detail: "the runtime cannot load it" });
  }
}

function versionOf(addon: Addon): string {
  if (typeof addon.version !== "function") return "unknown";
  return addon.version();
}
