// The runtimes that the built package is tested on, besides the Bun that runs the sources: npm has them as packages. Plain Node; puts
// them into .cache/runtimes, where test/runtimes looks. Where npm cannot get them, the tests over them are skipped, and say so.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { root } from "./setup.mjs";

const os = process.platform === "win32" ? "win" : process.platform;
const machine = `${os}-${process.arch}`;
const exe = process.platform === "win32" ? ".exe" : "";
const denoMachine = `${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;

/** The oldest Node that is supported, the newest there is, and Deno. */
export const RUNTIMES = [
  { name: "node-20", package: `node-${machine}`, version: "20.20.2", file: `bin/node${exe}` },
  { name: "node-newest", package: `node-${machine}`, version: "26.12.1", file: `bin/node${exe}` },
  { name: "deno", package: `@deno/${denoMachine}`, version: "2.9.6", file: `deno${exe}` },
];

const folder = join(root, ".cache", "runtimes");

/** Path of a runtime's executable; undefined if it is not installed. */
export function runtimePath({ name, file }) {
  const path = join(folder, "node_modules", name, file);
  return existsSync(path) ? path : undefined;
}

export function installRuntimes() {
  const mark = join(folder, "installed");
  const wanted = JSON.stringify(RUNTIMES);
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return;
  mkdirSync(folder, { recursive: true });
  // By their own names: two versions of one package stand beside each other.
  const dependencies = Object.fromEntries(RUNTIMES.map((runtime) => [runtime.name, `npm:${runtime.package}@${runtime.version}`]));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true, dependencies }));
  const options = ["--no-save", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"];
  const result = spawnSync("npm", ["install", ...options], { cwd: folder, encoding: "utf8" });
  if (result.status !== 0) {
    // The tests over them are skipped then, visibly; `npm test` repeats this line.
    process.stdout.write(`${result.stdout}${result.stderr}runtimes: skipped: npm cannot install them; the lines above say why.\n`);
    return;
  }
  writeFileSync(mark, wanted);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installRuntimes();
