/** Where the shared samples, vectors and hostile inputs are; tests over them are skipped, visibly, only where that folder does not exist. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Root of the project, with a trailing slash. */
export const projectRoot: string = fileURLToPath(new URL("../", import.meta.url));
/** `../shared/` beside the project. */
export const sharedRoot: string = fileURLToPath(new URL("../../shared/", import.meta.url));
export const sharedExists: boolean = existsSync(sharedRoot);
/** Append to a test's name when `sharedExists` is false. */
export const SHARED_SKIP_REASON = "skipped: ../shared is not here";

/** Files below a folder in the order of their names; schemas are no samples. */
export function filesBelow(path: string): readonly string[] {
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .flatMap((entry) => (statSync(entry).isDirectory() ? (entry.endsWith("/xsd") ? [] : filesBelow(entry)) : [entry]));
}
