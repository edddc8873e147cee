/** What is asked of the operating system about this process. */
import { writeFileSync } from "node:fs";

export interface RuntimeFacts {
  readonly name: "bun" | "node" | "deno";
  readonly version: string;
}

export function runtimeFacts(): RuntimeFacts {
  const versions = process.versions as Record<string, string | undefined>;
  if (versions["bun"] !== undefined) return { name: "bun", version: versions["bun"] };
  if (versions["deno"] !== undefined) return { name: "deno", version: versions["deno"] };
  return { name: "node", version: process.versions.node };
}

/**
 * Keeps clear values and keys out of core dumps: on Linux a dump of this process holds no memory from now on. macOS and Windows write
 * no dumps unless an administrator asked for them. Returns whether it is certain.
 */
export function disableCoreDumps(): boolean {
  try {
    writeFileSync("/proc/self/coredump_filter", "0");
    return true;
  } catch {
    return false;
  }
}
