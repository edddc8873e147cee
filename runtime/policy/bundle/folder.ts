/** The files of a policy that lie in a folder, or are one file. */
import { readdirSync, readFileSync, type Stats, statSync } from "node:fs";
import { basename, join } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_FILE_BYTES_MAX, BUNDLE_FILES_MAX, BUNDLE_UNPACKED_BYTES_MAX } from "../../kit/limits.ts";
import { safePath } from "./tar.ts";

export interface FolderFile {
  /** Below the folder, with `/` between. */
  readonly path: string;
  readonly stats: Stats;
  /** Where it is read from. */
  readonly place: string;
}

/**
 * Lists what belongs to the policy: all files but hidden ones, of which manifest and signatures are none here, and what editors leave
 * behind. Links are followed (a mounted volume is made of them), but folders that begin with two dots, where such a volume keeps its
 * versions, are hidden, too.
 * @throws BautaError 1002, 1622, 1623
 */
export function listFolder(root: string): readonly FolderFile[] {
  const files: FolderFile[] = [];
  const stats = statsOf(root);
  if (!stats.isDirectory() && !stats.isFile()) throw new BautaError(1002, { path: root, detail: "it is no file" });
  if (stats.isFile()) return [{ path: safePath(basename(root)), stats, place: root }];
  const visit = (folder: string, prefix: string, depth: number): void => {
    for (const name of namesIn(folder).filter(isOfPolicy)) {
      const place = join(folder, name);
      const found = statsIfThere(place);
      if (found?.isDirectory() === true) {
        // A link to a folder above would have no end.
        if (depth === FOLDERS_MAX) throw new BautaError(1622, { path: place, detail: `more than ${FOLDERS_MAX} folders deep` });
        visit(place, `${prefix}${name}/`, depth + 1);
      } else if (found?.isFile() === true) files.push({ path: safePath(`${prefix}${name}`), stats: found, place });
      if (files.length > BUNDLE_FILES_MAX) throw new BautaError(1623, { path: root, detail: `more than ${BUNDLE_FILES_MAX} files` });
    }
  };
  visit(root, "", 0);
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @throws BautaError 1002, 1621 for a folder without a file, 1622, 1623 */
export function filesOfFolder(root: string): ReadonlyMap<string, Uint8Array> {
  const listed = listFolder(root);
  if (listed.length === 0) throw new BautaError(1621, { path: root, detail: "the folder is empty" });
  const total = listed.reduce((sum, { stats }) => sum + stats.size, 0);
  if (total > BUNDLE_UNPACKED_BYTES_MAX) throw new BautaError(1623, { path: root, detail: `more than ${BUNDLE_UNPACKED_BYTES_MAX} bytes` });
  return new Map(listed.map(({ path, stats, place }) => [path, contentOf(place, stats)]));
}

const FOLDERS_MAX = 32;
const SHOWN = [".manifest", ".signatures.json"];

const isOfPolicy = (name: string): boolean => SHOWN.includes(name) || !/^\.|~$|^#.*#$/.test(name);

function contentOf(place: string, { size }: Stats): Uint8Array {
  if (size > BUNDLE_FILE_BYTES_MAX) throw new BautaError(1623, { path: place, detail: `more than ${BUNDLE_FILE_BYTES_MAX} bytes` });
  try {
    return readFileSync(place);
  } catch (error) {
    throw notRead(place, error);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    throw notRead(folder, error);
  }
}

function statsOf(place: string): Stats {
  try {
    return statSync(place);
  } catch (error) {
    throw notRead(place, error);
  }
}

/** A file that was just taken away, or a link that leads nowhere, is not there. */
function statsIfThere(place: string): Stats | undefined {
  return statSync(place, { throwIfNoEntry: false });
}

function notRead(path: string, error: unknown): BautaError {
  const code = (error as NodeJS.ErrnoException).code;
  return new BautaError(1002, { path, ...(code === undefined ? {} : { detail: code }) });
}
