/**
 * `npm run bench`: throughput as ratios against something run beside it, in the same minute on the same core.
 *
 * Every figure is the median of alternating runs. One-core cases pin this process and the peers to one CPU (taskset) where that exists.
 * `--json` prints the rows as JSON; `--only NAME` runs one case; `--stream-bytes N` sets the length of the streaming case (default 5e9).
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ff1Case, inProcessCase, linearCase, portableCase, scannerCase } from "./cases.ts";
import { type BenchRow, printRows } from "./report.ts";
import { streamCase } from "./stream.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    only: { type: "string" },
    runs: { type: "string", default: "5" },
    "stream-bytes": { type: "string", default: "5000000000" },
    pinned: { type: "boolean", default: false },
  },
});

// One core for everything: start over under taskset, so that garbage collector and compiler threads share it too.
if (!options.pinned && existsSync("/usr/bin/taskset")) {
  const self = fileURLToPath(import.meta.url);
  const result = spawnSync("taskset", ["-c", "0", process.execPath, self, ...process.argv.slice(2), "--pinned"], { stdio: "inherit" });
  process.exit(result.status ?? 1);
}

const runs = Number(options.runs);
const cases: Record<string, () => Promise<BenchRow[]>> = {
  scanner: () => scannerCase(runs),
  "in-process": () => inProcessCase(runs),
  portable: () => portableCase(runs),
  ff1: () => ff1Case(runs),
  linear: () => linearCase(runs),
  stream: () => streamCase(Number(options["stream-bytes"])),
};

if (options.only !== undefined && cases[options.only] === undefined) {
  process.stderr.write(`bench: no case ${options.only}; there are ${Object.keys(cases).join(", ")}\n`);
  process.exit(2);
}

const rows: BenchRow[] = [];
for (const [name, run] of Object.entries(cases)) {
  if (options.only !== undefined && name !== options.only) continue;
  if (process.stderr.isTTY) process.stderr.write(`  ${name} …\n`);
  rows.push(...(await run()));
}
const cpu =
  /model name\s*:\s*(.*)/.exec(existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "")?.[1] ??
  cpus()[0]?.model ??
  "unknown";
printRows(rows, { cpu, bun: process.versions["bun"] ?? "", pinned: options.pinned }, options.json);
