/** Which C library this process runs on: an addon that was built against the other one cannot be loaded. */
import { readFileSync } from "node:fs";

/** `gnu` or `musl` on Linux, by what the process has mapped; undefined elsewhere. */
export function libcOf(platform: string): "gnu" | "musl" | undefined {
  if (platform !== "linux") return undefined;
  try {
    return readFileSync("/proc/self/maps", "latin1").includes("/ld-musl-") ? "musl" : "gnu";
  } catch {
    return "gnu";
  }
}
