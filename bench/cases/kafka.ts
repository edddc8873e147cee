/** Topics of a real broker: Bauta masks what Java's own client copies as it is. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AnyRow, BenchCase, BenchRow, Context, Goal } from "../harness/case.ts";
import { fromSources, keyFileIn } from "../harness/command-line.ts";
import {
  bautaCopier,
  COMPRESSION,
  type Copier,
  javaCopier,
  KafkaBench,
  type Latency,
  LINGER_MS,
  onAllProcessors,
  PARTITIONS,
  RECORDS_PER_TRANSACTION,
  type Throughput,
} from "../harness/kafka.ts";
import { median } from "../harness/measure.ts";
import { type MessageKind, messageSet } from "../harness/messages.ts";
import { setUpPeer } from "../harness/peer.ts";
import { TWELVE_LEAVES } from "../harness/pipeline.ts";
import { figure } from "../harness/table.ts";
import { kafkaCopy } from "../peers/peers.ts";

/** What Connect's MaskField reaches: fields of the record itself, and none inside of another. */
const MASK_FIELDS = "endToEndId,uetr,remittance";
const RATE = 50_000;
const RATE_MS = 15;
const P50_MS = 15;
const P99_RATIO = 1.2;
const RSS_MB = 300;

interface Job {
  readonly kind: MessageKind;
  readonly name: string;
  /** Records of a run before it is measured, and while it is. */
  readonly warmUp: number;
  readonly count: number;
}

const JOBS: readonly Job[] = [
  { kind: "pacs008", name: "pacs.008, 3 KB", warmUp: 150_000, count: 250_000 },
  { kind: "json", name: "JSON, 1 KB", warmUp: 300_000, count: 500_000 },
];
/** Latency: before it is noted, and while it is. */
const SETTLED_MS = 6000;
const WATCHED_MS = 10_000;

export const kafka: BenchCase = {
  name: "kafka",
  group: "own",
  job: `From a topic to a topic of one Apache Kafka broker on the same host, exactly once: Bauta masks twelve leaves of each record in one process, Java's own client (linger ${LINGER_MS} ms, batches of 1 MB) copies the same records as they are. Both: ${PARTITIONS} partitions, up to ${RECORDS_PER_TRANSACTION.toLocaleString("en")} records a transaction or what comes within ${LINGER_MS} ms (with Bauta, until it can be masked), ${COMPRESSION}, acks=all, read_committed. Broker, worker and clock share the processors. Ratios are ours by theirs, of each pair. Latency: from the broker's time of the raw record to its copy at a reader of committed records, at half of the load that the slower side carries.`,
  goal: "At least Java's throughput; p50 under 15 ms and p99 at most 1.2 times Java's at half load; 50,000 JSON records a second at less than 15 ms on the average; less than 300 MB.",
  run: (context) => onAllProcessors(() => rowsOf(context)),
};

async function rowsOf(context: Context): Promise<AnyRow[]> {
  context.tell("setting up Java's client");
  setUpPeer(kafkaCopy, context.cache);
  const jar = join(context.cache, "peers", kafkaCopy.folder, "target/kafka.jar");
  if (!existsSync(jar)) throw new Error("Java's client was not built");
  const version = /version "([^"]+)"/.exec(spawnSync("java", ["-version"], { encoding: "utf8" }).stderr)?.[1] ?? "";
  const against = `kafka-clients 4.4.0, Java ${version}`;
  const bench = await KafkaBench.start(context.scratch);
  try {
    const rows: AnyRow[] = [];
    for (const job of JOBS) rows.push(...(await rowsOfJob(context, bench, job, jar, against)));
    return rows;
  } finally {
    await bench.stop();
  }
}

async function rowsOfJob(context: Context, bench: KafkaBench, job: Job, jar: string, against: string): Promise<AnyRow[]> {
  const { kind, name, warmUp, count } = context.quick ? { ...job, warmUp: job.warmUp / 10, count: job.count / 10 } : job;
  const [settledMs, watchedMs] = context.quick ? [2000, 2000] : [SETTLED_MS, WATCHED_MS];
  const messages = messageSet(kind);
  const raw = await bench.topic(`raw-${kind}`);
  context.tell(`${name}: records are written`);
  await bench.load(raw, messages, warmUp + count + RECORDS_PER_TRANSACTION * PARTITIONS);
  const files = { model: TWELVE_LEAVES, key: keyFileIn(context.scratch) };
  const bauta = bautaCopier(fromSources, files);
  const java = javaCopier(jar);
  const run = (copier: Copier): Promise<Throughput> => bench.throughput(copier, raw, warmUp, count);
  const id = (what: string): string => `kafka/${kind}-${what}`;
  const beside = async (what: string, ours: Copier, theirs: Copier, runs: number = context.pace.runs): Promise<Pair<Throughput>[]> => {
    context.tell(`${name}: ${what}`);
    return await pairs(
      runs,
      () => run(ours),
      () => run(theirs),
    );
  };
  // Rows without a goal are there to compare by, and have fewer pairs.
  const few = Math.ceil(context.pace.runs / 3);
  const rowOf = (
    what: string,
    text: Pick<BenchRow, "name" | "figure" | "against">,
    all: readonly Pair<Throughput>[],
    goal?: Goal,
  ): BenchRow => ({
    id: id(what),
    unit: "records/s",
    ...text,
    ...medians(all, ({ perSecond }) => perSecond),
    ...(goal === undefined ? {} : { goal, headline: true }),
  });

  const copied = await beside("beside Java's copy", bauta, java);
  const rows: AnyRow[] = [
    rowOf("copy", { name: `Kafka, ${name}`, figure: "masked, beside an untransformed copy", against }, copied, {
      sense: "at least",
      value: 1,
      of: "ratio",
    }),
    {
      id: id("cpu"),
      name: `Kafka, ${name}`,
      figure: "CPU time of a record, all threads of the process",
      unit: "µs",
      against,
      ...medians(copied, ({ cpu }) => cpu),
    },
    {
      id: id("memory"),
      name: `Kafka, ${name}`,
      figure: "resident memory, peak",
      unit: "MB",
      against,
      ...medians(copied, ({ peakRss }) => peakRss / 1e6),
      goal: { sense: "less than", value: RSS_MB, of: "ours" },
    },
  ];
  if (kind === "json") {
    const masked = await beside("beside MaskField", bauta, javaCopier(jar, { "mask-fields": MASK_FIELDS }), few);
    const text = {
      name: "Kafka, JSON, 1 KB",
      figure: "beside Connect's MaskField in Java's loop: three fields blanked, no more are in its reach",
      against,
    };
    rows.push(rowOf("maskfield", text, masked));
  }
  const audited = bautaCopier(fromSources, files, async (all) => `audit: { topic: ${await all.topic("audit")} }`);
  const filed = bautaCopier(fromSources, { ...files, sinks: `, file: { file: ${join(context.scratch, "$NAME.txt")} }` });
  for (const [what, figureText, copier] of [
    ["audit", "with an audit topic", audited],
    ["file", "with a file beside the topic", filed],
  ] as const)
    rows.push(
      rowOf(what, { name: `Kafka, ${name}`, figure: figureText, against: "without" }, await beside(figureText, copier, bauta, few)),
    );

  const [ours, theirs] = [median(copied.map((pair) => pair.ours.perSecond)), median(copied.map((pair) => pair.theirs.perSecond))];
  const half = Math.min(ours, theirs) / 2;
  const paced = (copier: Copier, rate: number): Promise<Latency> => bench.latency(copier, messages, rate, settledMs, watchedMs);
  context.tell(`${name}: latency`);
  rows.push(
    ...latencyRows(
      id("latency"),
      name,
      half,
      against,
      await pairs(
        context.pace.runs,
        () => paced(bauta, half),
        () => paced(java, half),
      ),
    ),
  );
  if (kind === "json") {
    context.tell(`${name}: latency at ${RATE} records a second`);
    const all = await pairs(
      context.pace.runs,
      () => paced(bauta, RATE),
      () => paced(java, RATE),
    );
    rows.push({
      id: id("rate"),
      name: `Kafka, ${name}`,
      figure: `latency at ${figure(RATE)} records a second, average`,
      unit: "ms",
      against,
      ...medians(all, ({ mean, share }) => (share > 0.95 ? mean : Number.POSITIVE_INFINITY)),
      goal: { sense: "less than", value: RATE_MS, of: "ours" },
      headline: true,
    });
  }
  return rows;
}

function latencyRows(id: string, name: string, rate: number, against: string, all: readonly Pair<Latency>[]): BenchRow[] {
  const text = (what: string): string => `latency at ${figure(rate)} records a second, ${what}`;
  const base = { name: `Kafka, ${name}`, unit: "ms", against } as const;
  return [
    {
      ...base,
      id: `${id}-p50`,
      figure: text("median"),
      ...medians(all, ({ p50 }) => p50),
      goal: { sense: "less than", value: P50_MS, of: "ours" },
      headline: true,
    },
    {
      ...base,
      id: `${id}-p99`,
      figure: text("99 of 100"),
      ...medians(all, ({ p99 }) => p99),
      goal: { sense: "at most", value: P99_RATIO, of: "ratio" },
    },
  ];
}

interface Pair<Figures> {
  readonly ours: Figures;
  readonly theirs: Figures;
}

/** In turn, so that what else the machine does falls on both. */
async function pairs<Figures>(count: number, ours: () => Promise<Figures>, theirs: () => Promise<Figures>): Promise<Pair<Figures>[]> {
  const all: Pair<Figures>[] = [];
  for (let run = 0; run < count; run++) all.push({ ours: await ours(), theirs: await theirs() });
  return all;
}

const medians = <Figures>(
  all: readonly Pair<Figures>[],
  of: (figures: Figures) => number,
): { ours: number; peer: number; ratio: number } => ({
  ours: median(all.map((pair) => of(pair.ours))),
  peer: median(all.map((pair) => of(pair.theirs))),
  ratio: median(all.map((pair) => of(pair.ours) / of(pair.theirs))),
});
