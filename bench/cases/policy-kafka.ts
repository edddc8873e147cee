/** One view of a topic under a policy: Bauta, which compiles it into its plan, beside Flink jobs that ask an OPA server. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildOpa, hasOpa, opaPath } from "../../scripts/opa.mjs";
import { OpaServer } from "../../test/services/opa.ts";
import type { AnyRow, BenchCase, BenchRow, Context } from "../harness/case.ts";
import { fromSources, keyFileIn } from "../harness/command-line.ts";
import {
  bautaCopier,
  CHECKPOINT_MS,
  COMPRESSION,
  type Copier,
  flinkCopier,
  KafkaBench,
  LINGER_MS,
  onAllProcessors,
  PARTITIONS,
  RECORDS_PER_TRANSACTION,
  type Throughput,
} from "../harness/kafka.ts";
import { wrongIn } from "../harness/leaves.ts";
import { median } from "../harness/measure.ts";
import { messageSet } from "../harness/messages.ts";
import { setUpPeer } from "../harness/peer.ts";
import { TWELVE_LEAVES } from "../harness/pipeline.ts";
import { flinkOpa } from "../peers/peers.ts";

const POLICY = fileURLToPath(new URL("../policies/one-view", import.meta.url));
const FIELDS = fileURLToPath(new URL("../peers/flink/fields.rego", import.meta.url));
const VIEW = "analytics";
const CPU_RATIO = 3;
/** Events of each of the job's threads that wait for decisions: OPA always has more to answer than it can. */
const IN_FLIGHT = 2;
/** Messages of the check: all leaves but the masked ones are the same in all. */
const CHECKED = 32;

/** Records of a run before it is measured, and while it is. Flink's are many checkpoints long, and its compiler has done its work. */
const BAUTA = { warmUp: 500_000, count: 800_000 };
const CACHED = { warmUp: 800_000, count: 1_000_000 };
const FIELD = { warmUp: 4000, count: 4000 };
/** What Flink reads between two checkpoints at most: so much more is there, lest it wait for records while it is measured. */
const BETWEEN_CHECKPOINTS = 200_000;

export const policyKafka: BenchCase = {
  name: "policy-kafka",
  group: "own",
  job: `One view of a topic of JSON payments of 1 KB under one policy (bench/policies/one-view: four kinds of fields by a keyed digest of 32 hex digits, HMAC-SHA-256, five by \`********\`, all others as they are: twelve of 38 values are masked), through one Apache Kafka broker on the same host, exactly once. Bauta compiles the policy into its plan and looks every 200 ms whether it is another; a Flink 2.3.0 job (bench/peers/flink) asks an OPA 1.22.2 server on the same host, by names and never with values. Once with answers that it keeps for a second (all fields in one question), once for each field of each event (by asynchronous I/O over 16 kept connections, ${IN_FLIGHT} events at a time for each of its threads). Flink runs in one process on all processors of the machine, with object reuse, one chain from source to sink, Jackson's streaming parser, a heap of 1 GB under the parallel collector, a checkpoint every ${CHECKPOINT_MS} ms (Bauta: a transaction every ${LINGER_MS} ms or ${RECORDS_PER_TRANSACTION.toLocaleString("en")} records); it carries no keys and headers and looks for no card numbers in what it keeps, which Bauta does. Both: ${PARTITIONS} partitions, linger ${LINGER_MS} ms, ${COMPRESSION}, acks=all, read_committed. CPU time is of all threads of the process, of Flink's together with the OPA server's; the broker's is nobody's. Outputs of both are read again before they are measured: the twelve leaves changed, no other did. Ratios are ours by theirs, of each run.`,
  goal: `At least ${CPU_RATIO} times the events for a second of CPU time that Flink makes with decisions kept for a second.`,
  run: (context) => onAllProcessors(() => rowsOf(context)),
};

interface Run {
  readonly ours: Throughput;
  readonly cached: Throughput;
  readonly field: Throughput;
}

async function rowsOf(context: Context): Promise<AnyRow[]> {
  context.tell("setting up Flink and OPA");
  buildOpa();
  if (!hasOpa()) throw new Error("there is no OPA");
  setUpPeer(flinkOpa, context.cache);
  const jar = join(context.cache, "peers", flinkOpa.folder, "target/flink.jar");
  if (!existsSync(jar)) throw new Error("Flink's job was not built");
  // It would log each question otherwise.
  const opa = await OpaServer.start(["--log-level", "error", POLICY, FIELDS]);
  try {
    const bench = await KafkaBench.start(context.scratch);
    try {
      return table(await runs(context, bench, jar, opa));
    } finally {
      await bench.stop();
    }
  } finally {
    await opa.kill();
  }
}

async function runs(context: Context, bench: KafkaBench, jar: string, opa: OpaServer): Promise<readonly Run[]> {
  const bauta = bautaCopier(fromSources, {
    model: TWELVE_LEAVES,
    key: keyFileIn(context.scratch),
    rest: `policy: { path: ${POLICY}, danger-unsigned: true }\nview: ${VIEW}`,
    env: { BAUTA_OPA: opaPath() },
  });
  const cached = flinkCopier(jar, { opa, view: VIEW, ask: "cached", inFlight: IN_FLIGHT });
  const field = flinkCopier(jar, { opa, view: VIEW, ask: "field", inFlight: IN_FLIGHT });
  for (const copier of [bauta, cached, field]) await check(bench, copier);
  context.tell("records are written");
  const shorter = context.quick ? 4 : 1;
  const raw = await bench.topic("raw");
  await bench.load(raw, messageSet("json"), (CACHED.warmUp + CACHED.count) / shorter + BETWEEN_CHECKPOINTS);
  const measured = (what: string, copier: Copier, { warmUp, count }: typeof BAUTA): Promise<Throughput> => {
    context.tell(what);
    return bench.throughput(copier, raw, warmUp / shorter, count / shorter);
  };
  const all: Run[] = [];
  for (let run = 0; run < context.pace.runs; run++)
    all.push({
      ours: await measured("Bauta", bauta, BAUTA),
      cached: await measured("Flink, decisions kept for a second", cached, CACHED),
      field: await measured("Flink, each field is asked for", field, FIELD),
    });
  return all;
}

/** @throws Error if a copier masks other leaves than it should */
async function check(bench: KafkaBench, copier: Copier): Promise<void> {
  const messages = messageSet("json", CHECKED);
  for (const output of await bench.outputs(copier, messages))
    for (const message of messages) {
      const wrong = wrongIn("json", message, output);
      if (wrong !== undefined) throw new Error(`wrongly masked: ${wrong}`);
    }
}

function table(all: readonly Run[]): BenchRow[] {
  const rows = (peer: "cached" | "field", asked: string): BenchRow[] => {
    const row = (id: string, what: string, of: (figures: Throughput) => number): BenchRow => ({
      id: `policy-kafka/${peer}-${id}`,
      name: "one view under a policy",
      figure: what,
      unit: "records/s",
      against: `Flink, ${asked}`,
      ours: median(all.map(({ ours }) => of(ours))),
      peer: median(all.map((run) => of(run[peer]))),
      ratio: median(all.map((run) => of(run.ours) / of(run[peer]))),
    });
    return [
      row("cpu", "for a second of CPU time", ({ cpu }) => MICROSECONDS / cpu),
      row("throughput", "throughput", ({ perSecond }) => perSecond),
    ];
  };
  const [cpu, ...more] = rows("cached", "OPA's answers kept for 1 s");
  const goal = { sense: "at least", value: CPU_RATIO, of: "ratio" } as const;
  return [{ ...(cpu as BenchRow), goal, headline: true }, ...more, ...rows("field", "OPA asked for each field")];
}

const MICROSECONDS = 1_000_000;
