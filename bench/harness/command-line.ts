/** The command line as others run it: a process of its own, its time and memory by the system's accounts. */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newKeyFile } from "../../runtime/keys/key-file.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MAIN = join(ROOT, "runtime/cli/main.ts");

/** Commands that stand for `bauta`. */
export const fromSources: readonly string[] = [process.execPath, "--no-install", MAIN];

const BUILD = join(ROOT, "scripts/package/binary.mjs");
const EXECUTABLE = join(ROOT, "dist/bin/bauta");

/**
 * Builds the executable from the sources at hand; undefined where this checkout cannot.
 * @throws Error with the end of what the build had to say
 */
export function executable(): string | undefined {
  if (!existsSync(BUILD)) return undefined;
  const built = spawnSync("node", [BUILD], { cwd: ROOT, encoding: "utf8" });
  if (built.status !== 0) throw new Error(`build:binary failed: ${`${built.stdout}${built.stderr}`.trim().slice(-200)}`);
  return EXECUTABLE;
}

export interface Ran {
  /** Nanoseconds. */
  readonly wall: number;
  readonly cpu: number;
  readonly peakRssBytes: number;
}

/**
 * Runs a command line to its end, all its output but standard error thrown away or in the file that it names.
 * @param input file that is its standard input
 * @throws Error with the end of its standard error if it does not exit with 0
 */
export async function run(command: readonly string[], input?: string): Promise<Ran> {
  const from = performance.now();
  const child = Bun.spawn([...command], {
    stdin: input === undefined ? "ignore" : Bun.file(input),
    stdout: "ignore",
    stderr: "pipe",
    cwd: ROOT,
  });
  const complaints = await new Response(child.stderr).text();
  const code = await child.exited;
  const wall = (performance.now() - from) * 1e6;
  if (code !== 0) throw new Error(`${command.slice(0, 3).join(" ")} ended with ${code}: ${complaints.slice(-300)}`);
  const usage = child.resourceUsage();
  return { wall, cpu: Number(usage?.cpuTime.total ?? 0n) * 1e3, peakRssBytes: Number(usage?.maxRSS ?? 0) };
}

/** A key file in a folder. */
export function keyFileIn(folder: string): string {
  const path = join(folder, "bench.key");
  if (!existsSync(path)) newKeyFile(path, { environment: "bench" });
  return path;
}

/** Whether `bauta mask` has an option, by what the sources say of it. */
export const hasOption = (option: string): boolean => readFileSync(MAIN, "utf8").includes(option);
