/** Where the shared samples, vectors and hostile inputs are; tests over them are skipped, visibly, only where that folder does not exist. */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Root of the project, with a trailing slash. */
export const projectRoot: string = fileURLToPath(new URL("../", import.meta.url));
/** `../shared/` beside the project. */
export const sharedRoot: string = fileURLToPath(new URL("../../shared/", import.meta.url));
export const sharedExists: boolean = existsSync(sharedRoot);
/** Append to a test's name when `sharedExists` is false. */
export const SHARED_SKIP_REASON = "skipped: ../shared is not here";
