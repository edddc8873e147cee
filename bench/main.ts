/**
 * `npm run bench`, `npm run bench:peers`: what things cost, each beside something run with it, in the same minutes on the same core.
 * Figures are medians of alternating runs, CPU time of whole processes. One-core cases pin everything to one processor, where taskset is.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CASES } from "./cases/index.ts";
import type { AnyRow, BenchCase, Context } from "./harness/case.ts";
import { machineFacts, scratchRoot } from "./harness/machine.ts";
import { BENCHMARKS, fullText, joined, jsonText, type Report, writeChart, writeDocumentation } from "./harness/report.ts";

const HELP = `npm run bench [-- options]         our own cases
npm run bench:peers [-- options]   peers, each set up first
  --all            both, in one run
  --only NAME…     these cases: ${CASES.map((benchCase) => benchCase.name).join(", ")}
  --json           rows as JSON instead of tables
  --chart PATH     writes a chart of the peers, SVG
  --write          with --all: writes README's tables, docs/benchmarks.md, docs/benchmarks.json and docs/images/bench.svg;
                   with --only: the same, and what was measured before of other cases stays
  --render         writes the same anew from docs/benchmarks.json, without measuring
  --quick          short runs, to see that everything works; no figures to trust
  --runs N, --window MS, --stream-bytes N
`;
const CHART = "docs/images/bench.svg";

const { values: options } = parseArgs({
  options: {
    help: { type: "boolean", short: "h", default: false },
    peers: { type: "boolean", default: false },
    all: { type: "boolean", default: false },
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    chart: { type: "string" },
    write: { type: "boolean", default: false },
    render: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    runs: { type: "string" },
    window: { type: "string" },
    "stream-bytes": { type: "string" },
  },
});
if (options.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (options.render) {
  writeDocumentation(lastReport(), CASES, CHART);
  process.exit(0);
}
const wanted = selected();
pinToOneProcessor();

const root = fileURLToPath(new URL("../", import.meta.url));
const cache = join(root, ".cache/bench");
mkdirSync(cache, { recursive: true });
const scratch = mkdtempSync(join(scratchRoot().path, "bauta-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(1));

const context: Context = {
  quick: options.quick,
  pace: {
    runs: Number(options.runs ?? (options.quick ? 3 : 5)),
    windowMs: Number(options.window ?? (options.quick ? 100 : 300)),
    warmUpMs: options.quick ? 200 : 700,
  },
  streamBytes: Number(options["stream-bytes"] ?? (options.quick ? 3e8 : 5e9)),
  scratch,
  cache,
  tell: (text) => void (process.stderr.isTTY && process.stderr.write(`    ${text} …\n`)),
};
const node = spawnSync("node", ["--version"], { encoding: "utf8" }).stdout?.trim().replace("v", "") ?? "none";
const machine = machineFacts(pinnedTo(), node, Number(process.env["BAUTA_BENCH_LOAD"] ?? loadavg()[0]), options.quick);
const results: { name: string; rows: AnyRow[] }[] = [];
for (const benchCase of wanted) {
  process.stderr.write(`  ${benchCase.name} …\n`);
  results.push({ name: benchCase.name, rows: await rowsOf(benchCase) });
}
const report: Report = { machine, results };
process.stdout.write(options.json ? jsonText(report) : `${fullText(report, CASES)}\n`);
if (options.chart !== undefined) writeChart(report, options.chart);
if (options.write)
  for (const path of writeDocumentation(options.only === undefined ? report : joined(lastReport(), report), CASES, options.chart ?? CHART))
    process.stderr.write(`  written: ${path}\n`);
process.exit(0);

/** A case that fails is a row that says why: the others are measured all the same. */
async function rowsOf(benchCase: BenchCase): Promise<AnyRow[]> {
  try {
    return await benchCase.run(context);
  } catch (error) {
    const failed = error instanceof Error ? error.message : String(error);
    return [{ id: `${benchCase.name}/`, name: benchCase.name, failed }];
  }
}

function selected(): readonly BenchCase[] {
  const { only } = options;
  if (options.write && !options.all && only === undefined) usage("--write goes with --all or --only");
  if (only === undefined) return CASES.filter(({ group }) => options.all || group === (options.peers ? "peers" : "own"));
  const unknown = only.filter((name) => !CASES.some((benchCase) => benchCase.name === name));
  if (unknown.length > 0) usage(`no case ${unknown.join(", ")}`);
  return CASES.filter((benchCase) => only.includes(benchCase.name));
}

function lastReport(): Report {
  return JSON.parse(readFileSync(new URL(`../${BENCHMARKS}`, import.meta.url), "utf8")) as Report;
}

function usage(problem: string): never {
  process.stderr.write(`bench: ${problem}\n${HELP}`);
  process.exit(2);
}

/** Starts over under taskset, so that garbage collector and compiler threads, and the peers, share the one processor. */
function pinToOneProcessor(): void {
  if (process.env["BAUTA_BENCH_PINNED"] !== undefined || !existsSync("/usr/bin/taskset")) return;
  const allowed = allowedProcessors();
  const processor = allowed.at(-1) ?? 0;
  const self = fileURLToPath(import.meta.url);
  const result = spawnSync("taskset", ["-c", String(processor), process.execPath, "--no-install", self, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: {
      ...process.env,
      BAUTA_BENCH_PINNED: String(processor),
      BAUTA_BENCH_PROCESSORS: allowed.join(","),
      BAUTA_BENCH_LOAD: String(loadavg()[0]),
    },
  });
  process.exit(result.status ?? 1);
}

function pinnedTo(): number | undefined {
  const pinned = process.env["BAUTA_BENCH_PINNED"];
  return pinned === undefined ? undefined : Number(pinned);
}

/** Numbers of the processors that this process may use. */
function allowedProcessors(): number[] {
  const list = /Cpus_allowed_list:\s*(\S+)/.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "0";
  return list.split(",").flatMap((part) => {
    const [from = 0, to = from] = part.split("-").map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}
