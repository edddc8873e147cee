/**
 * A folder into which files are put: each is read once, whole, in the order of their names among those that are there. A file belongs
 * there by a rename, when it is complete; names that begin with a dot are not looked at.
 */
import { type FSWatcher, readdirSync, statSync, watch } from "node:fs";
import { join } from "node:path";
import { BautaError } from "../kit/errors.ts";
import { WATCH_FILES_MAX } from "../kit/limits.ts";
import type { Source } from "./api.ts";
import { filesAt } from "./file.ts";

export interface WatchOptions {
  readonly path: string;
  /** How often the folder is looked at, should the system tell of nothing. */
  readonly pollMs: number;
  /** Whether the file at this path was read already. */
  isDone(path: string): boolean;
  /** Ends the wait for more. */
  readonly stop?: AbortSignal | undefined;
}

/**
 * Files as they come; ends only when it is told to.
 * @throws BautaError 1002 when the folder is not there, 7004 when it cannot be read any more, 1424 when it holds more files than can be
 * remembered
 */
export async function* watchedFiles({ path, pollMs, isDone, stop }: WatchOptions): AsyncGenerator<Source> {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) throw new BautaError(1002, { path });
  const given = new Set<string>();
  const changes = new Changes(path);
  try {
    while (stop?.aborted !== true) {
      const seen = changes.count;
      const names = namesIn(path);
      // A name that is gone may come again, as another file.
      for (const name of given) if (!names.includes(name)) given.delete(name);
      const next = names.find((name) => !given.has(name) && !isDone(join(path, name)));
      if (next === undefined) {
        await changes.wait(seen, pollMs, stop);
        continue;
      }
      given.add(next);
      const [file] = filesIfThere(join(path, next));
      if (file !== undefined) yield file;
    }
  } finally {
    changes.close();
  }
}

/** Regular files of the folder, byte order. */
function namesIn(path: string): readonly string[] {
  let names: string[];
  try {
    names = readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => entry.name);
  } catch {
    throw new BautaError(7004, { path });
  }
  if (names.length > WATCH_FILES_MAX) throw new BautaError(7008, { path, detail: `more than ${WATCH_FILES_MAX}` });
  return names.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** Somebody may have taken the file away in the meantime. */
function filesIfThere(path: string): readonly Source[] {
  try {
    return filesAt(path);
  } catch (error) {
    if (error instanceof BautaError && error.issue.number === 1002) return [];
    throw error;
  }
}

/** That something happened in a folder; where the system cannot tell, only the clock says so. */
class Changes {
  count = 0;
  readonly #watcher: FSWatcher | undefined;
  #wake = (): void => undefined;

  constructor(path: string) {
    try {
      this.#watcher = watch(path, () => {
        this.count++;
        this.#wake();
      });
      this.#watcher.on("error", () => this.close());
    } catch {
      this.#watcher = undefined;
    }
  }

  /** Until something happens after `seen`, the time is up, or the signal says so. */
  wait(seen: number, milliseconds: number, stop: AbortSignal | undefined): Promise<void> {
    if (this.count !== seen) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        stop?.removeEventListener("abort", end);
        this.#wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(end, milliseconds);
      stop?.addEventListener("abort", end, { once: true });
      this.#wake = end;
    });
  }

  close(): void {
    this.#watcher?.close();
  }
}
