// Comparing what a step makes with what is committed, and writing it.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** Text of a file, or undefined when there is none. */
export function textOf(path) {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Whether the file already says this; if not, and unless `check`, it says so afterwards. */
export function settle(path, text, check) {
  if (textOf(path) === text) return true;
  if (!check) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }
  return false;
}

/** Paths of all files below a folder, relative to it, in the order of their names; none when the folder does not exist. */
export function filesBelow(folder, from = folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .map((name) => join(folder, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path, from) : [relative(from, path)]));
}
