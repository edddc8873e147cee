/** A bundle on this machine: a packed file, a file of Rego, or a folder. */
import { type FSWatcher, lstatSync, readFileSync, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_FRESH_MS, BUNDLE_SETTLE_MS } from "../../kit/limits.ts";
import { systemClock } from "../../platform/clock.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import { type FolderFile, listFolder } from "./folder.ts";
import type { Place } from "./source-kinds.ts";

/**
 * Looked at by what the file system tells of it, and read when that is another. Being told of changes is quicker, but not to be had on every
 * volume, and tells of the wrong file where a link is swapped: it only ends the pause between two looks.
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
      const looks = looksOf(files);
      if (looks === seen && !isFresh(files)) return undefined;
      const bundle = readPlace(path, files);
      // What was changed while it was read looks otherwise next time.
      seen = looks;
      if (identity(bundle) === given) return undefined;
      given = identity(bundle);
      return bundle;
    },
    async pause(milliseconds, signal) {
      const told = new AbortController();
      const changed = (): void => told.abort();
      const watchers = watchersOf(path, changed);
      try {
        // What came while the last one was read was told to nobody.
        if (hasChanged(path, seen)) return;
        await systemClock.sleep(milliseconds, AbortSignal.any([signal, told.signal]));
      } finally {
        for (const watcher of watchers) watcher.close();
      }
      // A file that is written over is empty first.
      if (told.signal.aborted) await systemClock.sleep(BUNDLE_SETTLE_MS, signal);
    },
  };
}

/** Of the folders that its files are in, and of the one that a link to it is in; none where there are none to be had. */
function watchersOf(path: string, changed: () => void): readonly FSWatcher[] {
  const watchers: FSWatcher[] = [];
  const add = (folder: string, only: string | undefined): void => {
    const told = (_: string, name: string | null): void => {
      if (only === undefined || name === null || name === only) changed();
    };
    watchers.push(watch(folder, { persistent: false }, told).on("error", () => undefined));
  };
  try {
    const root = lstatSync(path);
    const folders = new Set(root.isFile() ? [] : listFolder(path).map(({ place }) => dirname(place)));
    for (const folder of folders) add(folder, undefined);
    // Others come and go beside it.
    if (!root.isDirectory()) add(dirname(path), basename(path));
  } catch {
    // The next look says what is wrong.
  }
  return watchers;
}

function hasChanged(path: string, seen: string | undefined): boolean {
  try {
    return seen !== undefined && looksOf(listFolder(path)) !== seen;
  } catch {
    return false;
  }
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

const looksOf = (files: readonly FolderFile[]): string => files.map(lookOf).join("\n");
const lookOf = ({ path, stats }: FolderFile): string => `${path} ${stats.dev}:${stats.ino} ${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;

/** Two changes within one tick of the file system's clock look like one. */
function isFresh(files: readonly FolderFile[]): boolean {
  const since = systemClock.date() - BUNDLE_FRESH_MS;
  return files.some(({ stats }) => stats.mtimeMs > since);
}

/** A new signature over the same content is another bundle. */
const identity = ({ digest, files }: Bundle): string => `${digest} ${Buffer.from(files.get(".signatures.json") ?? []).toString("latin1")}`;
