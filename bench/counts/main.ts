/**
 * `npm run bench:counts`: instructions and heap allocations of the native engine for a message, against bench/counts/baseline.json.
 * Ends with 1 when one grew. `--update` writes the baseline anew. Wall time has no part in it.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { FormatName } from "../../runtime/formats/api.ts";
import { fileSource } from "../../runtime/model/sources.ts";
import { Batch, RECORD_STRIDE, SEGMENT_STRIDE, VALUE_STRIDE } from "../../runtime/record/tables.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { type MessageKind, messageSet, streamOf } from "../harness/messages.ts";
import { openModel, TWELVE_LEAVES } from "../harness/pipeline.ts";
import { scanWork } from "../harness/values.ts";

/** Instructions may grow by so much: what links and versions of libraries make of it. */
const TOLERANCE = 0.03;
const MESSAGES = 64;
const ROUNDS = 8;
const FORMAT_OF: Readonly<Record<MessageKind, FormatName>> = { pacs008: "iso20022", mt103: "swift-mt", json: "json" };

interface Counts {
  readonly instructions: number;
  readonly allocations: number;
}

interface Baseline {
  /** Another compiler makes other instructions of the same source: they are compared under this one only. */
  readonly rustc: string;
  readonly architecture: string;
  readonly perMessage: Readonly<Record<string, Counts>>;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const BASELINE = fileURLToPath(new URL("baseline.json", import.meta.url));

const { values: options } = parseArgs({ options: { update: { type: "boolean", default: false } } });
const rustc = command("rustc", ["--version"]).trim();
command("cargo", ["build", "--release", "--locked", "--quiet", "-p", "bauta-bench-counts"]);
const measured = counted();
if (options.update) {
  const baseline: Baseline = { rustc, architecture: process.arch, perMessage: measured };
  writeFileSync(BASELINE, `${JSON.stringify(baseline, undefined, 2)}\n`);
  process.stdout.write(`written: bench/counts/baseline.json\n`);
}
process.exit(compared(JSON.parse(readFileSync(BASELINE, "utf8")) as Baseline) ? 0 : 1);

function counted(): Record<string, Counts> {
  const folder = mkdtempSync(join(tmpdir(), "bauta-counts-"));
  try {
    return Object.fromEntries((Object.keys(FORMAT_OF) as MessageKind[]).map((kind) => [kind, countsOf(kind, folder)]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function countsOf(kind: MessageKind, folder: string): Counts {
  const path = join(folder, kind);
  writeFileSync(path, batchFile(kind));
  const program = join(ROOT, "target/release/bauta-bench-counts");
  const { records, refused, allocations } = JSON.parse(command(program, [path, String(ROUNDS)])) as Record<string, number>;
  if (records !== MESSAGES || refused !== 0) throw new Error(`${kind}: ${refused} of ${records} messages refused`);
  const instructionsOf = (rounds: number): number => {
    const told = command("valgrind", ["--tool=callgrind", "--callgrind-out-file=/dev/null", program, path, String(rounds)]);
    const total = /Collected : (\d+)/.exec(told)?.[1];
    if (total === undefined) throw new Error(`valgrind did not say what it counted: ${told.slice(-300)}`);
    return Number(total);
  };
  const instructions = (instructionsOf(1 + ROUNDS) - instructionsOf(1)) / (ROUNDS * MESSAGES);
  return { instructions: Math.round(instructions), allocations: Number(((allocations ?? 0) / (ROUNDS * MESSAGES)).toFixed(3)) };
}

/** Plan, keys, input and tables, each behind its length: what bench/counts/src/main.rs reads. */
function batchFile(kind: MessageKind): Uint8Array {
  const plan = openModel(fileSource(TWELVE_LEAVES));
  const scanner = FORMATS.find((format) => format.name === FORMAT_OF[kind])?.open(plan, { input: "strict" });
  if (scanner === undefined) throw new Error(`no format for ${kind}`);
  const batch = new Batch();
  scanWork(scanner, batch, streamOf(messageSet(kind, MESSAGES)))();
  const bytes = (words: Uint32Array, count: number): Uint8Array => new Uint8Array(words.buffer, 0, count * Uint32Array.BYTES_PER_ELEMENT);
  const parts = [
    plan.planBytes(),
    plan.keyBytes(),
    batch.input,
    bytes(batch.records, batch.recordCount * RECORD_STRIDE),
    bytes(batch.values, batch.valueCount * VALUE_STRIDE),
    bytes(batch.segments, batch.segmentCount * SEGMENT_STRIDE),
  ];
  return new Uint8Array(
    Buffer.concat(
      parts.flatMap((part) => {
        const length = Buffer.alloc(4);
        length.writeUInt32LE(part.length);
        return [length, part];
      }),
    ),
  );
}

/** Says of each count how it stands; false when one grew. */
function compared(baseline: Baseline): boolean {
  let good = true;
  const sameCompiler = baseline.rustc === rustc && baseline.architecture === process.arch;
  if (!sameCompiler) process.stdout.write(`skipped: instructions are compared under ${baseline.rustc} on ${baseline.architecture} only\n`);
  for (const [kind, now] of Object.entries(measured)) {
    const was = baseline.perMessage[kind];
    if (was === undefined) throw new Error(`the baseline has no ${kind}; run npm run bench:counts -- --update`);
    const growth = now.instructions / was.instructions - 1;
    const grew = { instructions: sameCompiler && growth > TOLERANCE, allocations: now.allocations > was.allocations };
    const percent = `${growth < 0 ? "−" : "+"}${Math.abs(100 * growth).toFixed(1)} %`;
    process.stdout.write(
      `${grew.instructions || grew.allocations ? "FAIL" : "ok  "} ${kind}: ${now.instructions} instructions a message (${percent}), ${now.allocations} allocations (was ${was.allocations})\n`,
    );
    if (grew.instructions || grew.allocations) good = false;
  }
  if (!good) process.stdout.write("counts grew; if that is meant: npm run bench:counts -- --update, and say why in the commit\n");
  return good;
}

/** Standard output and error of a command that must succeed. */
function command(name: string, args: readonly string[]): string {
  const result = spawnSync(name, args, { cwd: ROOT, encoding: "utf8", maxBuffer: 1 << 26 });
  if (result.error !== undefined) throw new Error(`${name} cannot be run: ${result.error.message}`);
  if (result.status !== 0) throw new Error(`${name} ended with ${result.status}: ${result.stderr.slice(-2000)}`);
  return name === "valgrind" ? result.stderr : result.stdout;
}
