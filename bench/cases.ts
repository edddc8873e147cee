/** The one-core cases: scanner, masking in process, portable against native, FF1, linearity. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Engine, EngineName } from "../runtime/engines/api.ts";
import { loadAddon } from "../runtime/engines/native/addon.ts";
import { selectEngine } from "../runtime/engines/select.ts";
import { iso20022 } from "../runtime/formats/iso20022/index.ts";
import { ephemeralKeyRing } from "../runtime/keys/ephemeral.ts";
import { loadModel } from "../runtime/model/load.ts";
import { presetSource } from "../runtime/model/sources.ts";
import { runnable } from "../runtime/open.ts";
import { Masker } from "../runtime/pipeline/masker.ts";
import { bytesOutlet } from "../runtime/pipeline/outlet.ts";
import { Batch } from "../runtime/record/tables.ts";
import { FORMATS } from "../runtime/registry.ts";
import { type BenchRow, median } from "./report.ts";

const MESSAGE = fileURLToPath(new URL("messages/payment-3k.xml", import.meta.url));
const PEERS = fileURLToPath(new URL("peers/target/release/bauta-bench-peers", import.meta.url));
const BATCH = 64;
/** Long enough for timers and compilers to be out of the picture. */
const MEASURE_MS = 1000;

interface Timed {
  /** Nanoseconds of wall and of CPU time for one unit of work. */
  readonly wall: number;
  readonly cpu: number;
}

/** Runs `work` (which does `units` units) for about a second after a warm-up. */
function timed(units: number, work: () => void): Timed {
  const until = (milliseconds: number): number => {
    let rounds = 0;
    const from = performance.now();
    while (performance.now() - from < milliseconds) {
      work();
      rounds++;
    }
    return rounds;
  };
  until(MEASURE_MS / 2);
  const cpu = process.cpuUsage();
  const from = performance.now();
  const rounds = until(MEASURE_MS);
  const wall = (performance.now() - from) * 1e6;
  const used = process.cpuUsage(cpu);
  return { wall: wall / (rounds * units), cpu: ((used.user + used.system) * 1e3) / (rounds * units) };
}

function peer(...args: string[]): number {
  const result = spawnSync(PEERS, args, { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`peer ${args[0]} failed: ${result.stderr}`);
  const row = JSON.parse(result.stdout) as { ns: number; passes?: number; values?: number };
  return row.ns / (row.passes ?? row.values ?? 1);
}

/** Alternating runs of us and a peer: the medians, and the median of the ratios pair by pair. */
function against(runs: number, ours: () => Timed, theirs: () => number): { wall: number; cpu: number; peer: number; ratio: number } {
  const rows = Array.from({ length: runs }, () => {
    const us = ours();
    const them = theirs();
    return { us, them, ratio: them / us.wall };
  });
  return {
    wall: median(rows.map((row) => row.us.wall)),
    cpu: median(rows.map((row) => row.us.cpu)),
    peer: median(rows.map((row) => row.them)),
    ratio: median(rows.map((row) => row.ratio)),
  };
}

const repeated = (message: Uint8Array, count: number): Uint8Array =>
  new Uint8Array(Buffer.concat(Array.from({ length: count }, () => message)));
const quickXml = (): number => peer("quick-xml", MESSAGE, "100000");

export async function scannerCase(runs: number): Promise<BenchRow[]> {
  const { masker: _, plan } = await open("native");
  const scanner = iso20022.open(plan, { input: "strict" });
  const message = new Uint8Array(readFileSync(MESSAGE));
  const batch = new Batch();
  batch.input = repeated(message, BATCH);
  const work = (): void => {
    batch.clear();
    for (let at = 0; at < batch.input.length; ) {
      const end = scanner.scan(batch, at, batch.input.length, true);
      if (end < 0) throw new Error(`the scanner stopped: ${end}`);
      at = end + 1;
    }
  };
  const { wall, cpu, peer: them, ratio } = against(runs, () => timed(BATCH, work), quickXml);
  return [
    {
      name: "scanner / quick-xml events",
      figure: `ns a message of ${message.length} bytes`,
      ours: wall,
      cpu,
      peer: them,
      ratio,
      goal: 1,
      sense: "at least",
    },
  ];
}

export async function inProcessCase(runs: number): Promise<BenchRow[]> {
  const { work, figure } = await maskingWork("native", readFileSync(MESSAGE), BATCH);
  const { wall, cpu, peer: them, ratio } = against(runs, () => timed(BATCH, work), quickXml);
  return [{ name: "mask in process / quick-xml events", figure, ours: wall, cpu, peer: them, ratio, goal: 0.45, sense: "at least" }];
}

export async function portableCase(runs: number): Promise<BenchRow[]> {
  const native = await maskingWork("native", readFileSync(MESSAGE), BATCH);
  const portable = await maskingWork("portable", readFileSync(MESSAGE), BATCH);
  const {
    wall,
    cpu,
    peer: them,
    ratio,
  } = against(
    runs,
    () => timed(BATCH, portable.work),
    () => timed(BATCH, native.work).wall,
  );
  return [{ name: "portable / native", figure: portable.figure, ours: wall, cpu, peer: them, ratio, goal: 0.25, sense: "at least" }];
}

export async function ff1Case(runs: number): Promise<BenchRow[]> {
  const { addon } = loadAddon();
  const key = new Uint8Array(32).fill(0x2b);
  const values = 1024;
  const text = new TextEncoder().encode(Array.from({ length: values }, (_, i) => String(1_000_000_000 + i * 7_919)).join(""));
  const work = (): void => addon.ff1EncryptDecimals(key, new Uint8Array(0), 10, text);
  const {
    wall,
    cpu,
    peer: them,
    ratio,
  } = against(
    runs,
    () => timed(values, work),
    () => peer("fpe", "300000"),
  );
  return [
    {
      name: "FF1 batch / crate fpe",
      figure: "ns for ten digits, AES-256",
      ours: wall,
      cpu,
      peer: them,
      ratio,
      goal: 15,
      sense: "at least",
    },
  ];
}

/** Cost a byte at one size over the cost a byte at 16 to 64 times that size: 1 is linear. */
export async function linearCase(runs: number): Promise<BenchRow[]> {
  const message = new Uint8Array(readFileSync(MESSAGE));
  const cost = async (input: Uint8Array, count: number): Promise<number> => {
    const { work } = await maskingWork("native", input, count);
    return timed(count * input.length, work).wall;
  };
  const ratioOf = async (
    small: () => Promise<number>,
    large: () => Promise<number>,
  ): Promise<{ small: number; large: number; ratio: number }> => {
    const pairs: [number, number][] = [];
    for (let run = 0; run < runs; run++) pairs.push([await small(), await large()]);
    return { small: median(pairs.map(([s]) => s)), large: median(pairs.map(([, l]) => l)), ratio: median(pairs.map(([s, l]) => l / s)) };
  };
  const batch = await ratioOf(
    () => cost(message, 8),
    () => cost(message, 512),
  );
  const size = await ratioOf(
    () => cost(transactions(message, 4), 16),
    () => cost(transactions(message, 1024), 1),
  );
  return [
    {
      name: "linear in the batch",
      figure: "ns a byte: 512 messages / 8 messages",
      ours: batch.large,
      peer: batch.small,
      ratio: batch.ratio,
      goal: 1.2,
      sense: "at most",
    },
    {
      name: "linear in the message",
      figure: "ns a byte: 1,024 transactions / 4",
      ours: size.large,
      peer: size.small,
      ratio: size.ratio,
      goal: 1.2,
      sense: "at most",
    },
  ];
}

/** The same message with its transaction repeated. */
function transactions(message: Uint8Array, count: number): Uint8Array {
  const text = new TextDecoder().decode(message);
  const start = text.indexOf("<CdtTrfTxInf>");
  const end = text.indexOf("</CdtTrfTxInf>") + "</CdtTrfTxInf>".length;
  return new TextEncoder().encode(text.slice(0, start) + `${text.slice(start, end)}\n`.repeat(count) + text.slice(end));
}

async function open(name: EngineName): Promise<{ engine: Engine; plan: ReturnType<typeof runnable>; masker: Masker }> {
  const engine = await selectEngine(name);
  const { model } = loadModel(presetSource("test-data"));
  if (model === undefined) throw new Error("the preset does not load");
  const plan = runnable(
    model,
    ephemeralKeyRing((length) => new Uint8Array(length).fill(7)),
  );
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "stop",
    keyedHash: () => "",
  });
  return { engine, plan, masker };
}

async function maskingWork(name: EngineName, message: Uint8Array, count: number): Promise<{ work: () => void; figure: string }> {
  const { masker } = await open(name);
  const chunk = repeated(new Uint8Array(message), count);
  const outlet = bytesOutlet(
    () => undefined,
    (refusal) => {
      throw new Error(`refused: ${refusal.issue.code} ${refusal.path}`);
    },
  );
  masker.push(chunk, outlet);
  masker.end(outlet);
  const { counts } = masker;
  const leaves = `${(counts.masked / counts.out).toFixed(0)} masked leaves`;
  return { work: () => masker.push(chunk, outlet), figure: `ns a message of ${message.length} bytes, ${leaves}` };
}
