/** Where manifests stand. Apart from what writes them, which a run without a manifest does not load. */
import { statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";

/** What the name of a manifest ends with. */
export const MANIFEST_SUFFIX = ".manifest.json";

/**
 * Where the manifest of an output goes if nobody says: beside the file or folder. undefined for outputs that stand nowhere: standard
 * output, a device, a pipe.
 */
export function manifestPathOf(out: string): string | undefined {
  if (out === "-") return undefined;
  const stats = statSync(out, { throwIfNoEntry: false });
  if (stats !== undefined && !stats.isFile() && !stats.isDirectory()) return undefined;
  const path = resolve(out);
  // A root has nothing beside it.
  if (basename(path) === "") return join(path, `bauta${MANIFEST_SUFFIX}`);
  // Told as it was named: a path that was relative stays so.
  const named = out.replace(/\/+$/, "");
  return basename(named) === basename(path) ? `${named}${MANIFEST_SUFFIX}` : join(dirname(path), `${basename(path)}${MANIFEST_SUFFIX}`);
}
