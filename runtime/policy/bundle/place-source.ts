/** A bundle on this machine: a packed file, a file of Rego, or a folder. */
import { readFileSync } from "node:fs";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_FRESH_MS } from "../../kit/limits.ts";
import { systemClock } from "../../platform/clock.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import { type FolderFile, listFolder } from "./folder.ts";
import type { Place } from "./source-kinds.ts";

/**
 * Looked at by what the file system tells of it, and read when that is another. Looking costs a call for each file; being told of changes
 * would cost none, but is not to be had on every volume, and tells of the wrong file where a link is swapped.
 */
export function openPlace(path: string, everyMs: number): Place {
  let seen: string | undefined;
  let given: string | undefined;
  return {
    name: path,
    patienceMs: everyMs,
    pauseMs: () => everyMs,
    forget() {
      seen = undefined;
      given = undefined;
    },
    async next() {
      const files = listFolder(path);
      const looks = files.map(lookOf).join("\n");
      if (looks === seen && !isFresh(files)) return undefined;
      const bundle = readPlace(path, files);
      // What was changed while it was read looks otherwise next time.
      seen = looks;
      if (identity(bundle) === given) return undefined;
      given = identity(bundle);
      return bundle;
    },
  };
}

function readPlace(path: string, files: readonly FolderFile[]): Bundle {
  const [only] = files;
  if (only?.place !== path || path.endsWith(".rego")) return readBundle(path);
  try {
    return readBundle(readFileSync(path));
  } catch (error) {
    if (error instanceof BautaError) throw error;
    throw new BautaError(1002, { path, detail: String((error as NodeJS.ErrnoException).code) });
  }
}

const lookOf = ({ path, stats }: FolderFile): string => `${path} ${stats.dev}:${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;

/** Two changes within one tick of the file system's clock look like one. */
function isFresh(files: readonly FolderFile[]): boolean {
  const since = systemClock.date() - BUNDLE_FRESH_MS;
  return files.some(({ stats }) => stats.mtimeMs > since);
}

/** A new signature over the same content is another bundle. */
const identity = ({ digest, files }: Bundle): string => `${digest} ${Buffer.from(files.get(".signatures.json") ?? []).toString("latin1")}`;
