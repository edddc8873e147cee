/** Finding and loading the addon. A missing or foreign one is refused here; nothing falls back to the other engine. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import { fileURLToPath } from "node:url";
import type * as Binding from "../../../bindings/engine/index.d.ts";
import { VERSION } from "../../kit/assets.ts";
import { BautaError } from "../../kit/errors.ts";

/** What the addon exports; generated from its source. */
export type Addon = typeof Binding;

/** An addon that is of this Bauta's version. */
export interface LoadedAddon {
  readonly addon: Addon;
  /** SHA-256 of the file, lower-case hex: what `doctor` and the run's first line say. */
  readonly sha256: string;
}

/** Node-API's names of the platforms that the addon can be built for, by `process.platform` and `process.arch`. */
const PLATFORMS: ReadonlyMap<string, string> = new Map([
  ["linux x64", "linux-x64-gnu"],
  ["linux arm64", "linux-arm64-gnu"],
  ["darwin x64", "darwin-x64"],
  ["darwin arm64", "darwin-arm64"],
  ["win32 x64", "win32-x64-msvc"],
]);

/**
 * Where the addon of this machine is, whether it was built or not.
 * @throws BautaError 1301 on a platform that it cannot be built for
 */
export function addonPath(): string {
  const machine = `${process.platform} ${process.arch}`;
  const platform = PLATFORMS.get(machine);
  if (platform === undefined) throw new BautaError(1301, { detail: `no native engine for ${machine}` });
  return fileURLToPath(new URL(`../../../bindings/engine/bauta-engine.${platform}.node`, import.meta.url));
}

/**
 * Loads the addon and compares its version with the package's.
 * @throws BautaError 1301 when it is not there or the runtime cannot load it, 1302 when it is of another version
 */
export function loadAddon(path: string = addonPath()): LoadedAddon {
  if (!existsSync(path)) throw new BautaError(1301, { path });
  const bytes = readFileSync(path);
  if (isCutOff(bytes)) throw new BautaError(1301, { path, detail: "the file is cut off" });
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  const addon = requireAddon(path);
  const version = versionOf(addon);
  if (version !== VERSION) {
    throw new BautaError(1302, { path, detail: `addon ${version}, package ${VERSION}` });
  }
  return { addon, sha256 };
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
