/** The command line: file to file, standard input to standard output, start, memory. */
import { spawn } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyRow, BenchCase, Context } from "../harness/case.ts";
import { timesIn } from "../harness/case.ts";
import { executable, fromSources, hasOption, keyFileIn, run } from "../harness/command-line.ts";
import { median, type Subject, type Timed } from "../harness/measure.ts";
import { messageSet, streamOf, template } from "../harness/messages.ts";
import { TWELVE_LEAVES } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { masking } from "./in-process.ts";

/** Bytes of the file that is masked: enough that start-up, which counts, is a small part as it is in a run of any length. */
const FILE_BYTES = 256e6;
const START_RUNS = 15;
const BINARY_START_MS = 60;
const WRITE_BYTES = 1024 * 1024;
const FIGURE = `${FILE_BYTES / 1e6} MB of pacs.008, twelve leaves, start-up included`;

interface Files {
  readonly input: string;
  readonly output: string;
  readonly count: number;
  readonly mask: readonly string[];
}

function files(context: Context): Files {
  const set = streamOf(messageSet("pacs008"));
  const copies = Math.ceil(FILE_BYTES / set.length);
  const input = join(context.scratch, "messages.xml");
  writeFileSync(input, Buffer.concat(Array.from({ length: copies }, () => set)));
  return {
    input,
    output: join(context.scratch, "masked.xml"),
    count: copies * messageSet("pacs008").length,
    mask: ["mask", "--model", TWELVE_LEAVES, "--key-file", keyFileIn(context.scratch), "--quiet"],
  };
}

/** One run of the whole file, whatever length was asked for. */
const runs = (count: number, once: () => Promise<Timed>): Subject => ({
  async measure(): Promise<Timed> {
    const { wall, cpu } = await once();
    return { wall: wall / count, cpu: cpu / count };
  },
});

export const commandLine: BenchCase = {
  name: "command-line",
  group: "own",
  job: "`bauta mask` as a process of its own, file to file and standard input to standard output on tmpfs, beside the same job in process; CPU time of all its threads.",
  goal: "File to file at least 0.7 of in process.",
  async run(context: Context): Promise<AnyRow[]> {
    const { input, output, count, mask } = files(context);
    const inside = await masking(context, "pacs008");
    const pace = { ...context, pace: { ...context.pace, runs: 3 } };
    const text = { figure: FIGURE, unit: "µs", against: "in process" } as const;
    try {
      const toFile = [...fromSources, ...mask, "--in", input, "--out", output];
      const piped = [...fromSources, ...mask];
      return [
        await rowBeside(
          pace,
          { ...text, id: "command-line/file", name: "file to file", headline: true, goal: { sense: "at least", value: 0.7, of: "ratio" } },
          runs(count, () => run(toFile)),
          inside,
        ),
        await rowBeside(
          pace,
          { ...text, id: "command-line/pipe", name: "standard input to output" },
          runs(count, () => run(piped, input)),
          inside,
        ),
      ];
    } finally {
      rmSync(input, { force: true });
      rmSync(output, { force: true });
    }
  },
};

export const start: BenchCase = {
  name: "start",
  group: "own",
  job: "A process starts, reads key and model, masks one message to standard output and ends: from the sources, and as the executable that `npm run build:binary` makes.",
  goal: "The executable masks one message in less than 60 ms of CPU time.",
  async run(context: Context): Promise<AnyRow[]> {
    const message = join(context.scratch, "one.xml");
    writeFileSync(message, template("pacs008"));
    const mask = ["mask", "--preset", "test-data", "--key-file", keyFileIn(context.scratch), "--quiet", message];
    const figure = "one pacs.008, preset test-data";
    const startOf = async (command: readonly string[]): Promise<Timed> => {
      const rows: Timed[] = [];
      for (let i = 0; i < START_RUNS; i++) rows.push(await run([...command, ...mask]));
      return { cpu: median(rows.map((row) => row.cpu)), wall: median(rows.map((row) => row.wall)) };
    };
    const rows: AnyRow[] = [{ id: "start/sources", name: "start from the sources", figure, ...timesIn("ms", await startOf(fromSources)) }];
    const binary = executable();
    if (binary === undefined) {
      rows.push({ id: "start/executable", name: "start of the executable", failed: "this checkout has no build of an executable" });
      return rows;
    }
    rows.push({
      id: "start/executable",
      name: "start of the executable",
      figure,
      ...timesIn("ms", await startOf([binary])),
      goal: { sense: "less than", value: BINARY_START_MS, of: "ours" },
      headline: true,
    });
    return rows;
  },
};

export const workers: BenchCase = {
  name: "workers",
  group: "own",
  job: "`bauta mask` file to file with two workers beside one, on two processors, wall time.",
  goal: "Two workers do at least 1.7 times what one does, on two free cores.",
  async run(context: Context): Promise<AnyRow[]> {
    const name = "two workers / one";
    if (!hasOption("--workers")) return [{ id: "workers/file", name, failed: "this command line has no --workers" }];
    const { input, output, count, mask } = files(context);
    const with_ = (workerCount: number): Subject =>
      runs(count, () =>
        run([...onAllProcessors(), ...fromSources, ...mask, "--workers", String(workerCount), "--in", input, "--out", output]),
      );
    try {
      const row = await rowBeside(
        { ...context, pace: { ...context.pace, runs: 5 } },
        {
          id: "workers/file",
          name,
          figure: `${FIGURE}; wall time`,
          unit: "µs",
          against: "one worker",
          headline: true,
          goal: { sense: "at least", value: 1.7, of: "ratio" },
        },
        with_(2),
        with_(1),
        "wall",
      );
      const { wall } = row;
      return [{ ...row, ours: (wall?.ours ?? Number.NaN) / 1e3, peer: (wall?.peer ?? Number.NaN) / 1e3 }];
    } finally {
      rmSync(input, { force: true });
      rmSync(output, { force: true });
    }
  },
};

/** Undoes the pinning of one-core cases. */
const onAllProcessors = (): readonly string[] =>
  process.env["BAUTA_BENCH_PINNED"] === undefined ? [] : ["taskset", "-c", process.env["BAUTA_BENCH_PROCESSORS"] ?? "0-1"];

export const memory: BenchCase = {
  name: "memory",
  group: "own",
  job: "A stream of pacs.008 messages, preset test-data, piped through `bauta mask`; its resident memory sampled all the while.",
  goal: "Memory does not depend on the length of the stream.",
  async run(context: Context): Promise<AnyRow[]> {
    const total = context.streamBytes;
    const child = spawn(
      fromSources[0] as string,
      [...fromSources.slice(1), "mask", "--preset", "test-data", "--key-file", keyFileIn(context.scratch), "--json"],
      {
        stdio: ["pipe", "ignore", "pipe"],
      },
    );
    let report = "";
    child.stderr.on("data", (chunk: Buffer) => {
      report += chunk.toString();
    });
    let peak = 0;
    const sampler = setInterval(() => {
      peak = Math.max(peak, residentBytes(child.pid ?? 0));
    }, 50);
    const from = performance.now();
    const set = streamOf(messageSet("pacs008"));
    const chunk = Buffer.concat(Array.from({ length: Math.ceil(WRITE_BYTES / set.length) }, () => set));
    for (let sent = 0; sent < total; sent += chunk.length) {
      if (!child.stdin.write(chunk)) await new Promise((resume) => child.stdin.once("drain", resume));
    }
    child.stdin.end();
    const code = await new Promise<number | null>((resume) => child.once("close", resume));
    clearInterval(sampler);
    if (code !== 0) throw new Error(`bauta mask ended with ${code}: ${report.slice(-400)}`);
    const rate = total / 1e6 / ((performance.now() - from) / 1000);
    return [
      {
        id: "memory/stream",
        name: "resident memory of a stream",
        figure: `peak while ${(total / 1e9).toFixed(1)} GB stream through (${rate.toFixed(0)} MB/s)`,
        unit: "MB",
        ours: peak / 1e6,
        goal: { sense: "at most", value: 200, of: "ours" },
        headline: true,
      },
    ];
  },
};

function residentBytes(pid: number): number {
  try {
    const match = /VmRSS:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return match === null ? 0 : Number(match[1]) * 1024;
  } catch {
    return 0;
  }
}
