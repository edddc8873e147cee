/** What the record of a run costs, beside hashing the same bytes once plain and once keyed. */
import { RunRecord } from "../../runtime/audit/record.ts";
import { DIGEST_BYTES, type EngineName } from "../../runtime/engines/api.ts";
import type { RunEvent } from "../../runtime/pipeline/observe.ts";
import { Delivery } from "../../runtime/record/delivery.ts";
import type { Sink } from "../../runtime/sinks/api.ts";
import type { BenchCase, BenchRow, Context } from "../harness/case.ts";
import { inProcess, type Subject } from "../harness/measure.ts";
import { type MessageKind, messageSet, streamOf } from "../harness/messages.ts";
import { openPipeline, TWELVE_LEAVES } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { figure } from "../harness/table.ts";

/** The sink of the record: only its name counts. */
const SINK = { name: "sink" } as Sink;

/** What a run's record does with the deliveries of a set of messages; and the two hashes of their bytes, each batch in one piece. */
async function subjects(context: Context, kind: MessageKind, engineName: EngineName): Promise<readonly [Subject, Subject, number]> {
  const messages = messageSet(kind);
  const { engine, masker, plan } = await openPipeline(engineName, TWELVE_LEAVES);
  const deliveries: Delivery[] = [];
  masker.push(streamOf(messages), {
    records: (delivery) => void deliveries.push(copyOf(delivery)),
    separators: () => undefined,
    refused: ({ issue }) => {
      throw new Error(`refused: ${issue.code}`);
    },
  });
  const { primitives } = engine;
  const evidence = plan.evidence();
  const record = new RunRecord({
    hashes: primitives,
    evidenceOf: () => evidence,
    runtime: {},
    signer: undefined,
    journaled: false,
    finish: () => undefined,
  });
  const begin: RunEvent = {
    event: "statement-start",
    at: 0,
    statement: "s",
    plan: plan.facts,
    onRefuse: "stop",
    frame: "auto",
    input: "strict",
    routes: [],
    sinks: [{ name: SINK.name, resume: "none" }],
  };
  record.observe(begin);
  const recording = inProcess(
    messages.length,
    () => {
      for (const delivery of deliveries) {
        record.delivered("s", "source", delivery);
        record.wrote(SINK, delivery, 0, delivery.count);
      }
    },
    context.pace,
  );
  const digest = new Uint8Array(DIGEST_BYTES);
  const range = new Uint32Array(2);
  const hashing = inProcess(
    messages.length,
    () => {
      for (const { bytes, input } of deliveries) {
        range[1] = bytes.length;
        primitives.leaves(bytes, range, 1, digest);
        range[1] = input.length;
        primitives.keyedLeaves(evidence.auditKey, input, range, 1, digest);
      }
    },
    context.pace,
  );
  return [recording, hashing, streamOf(messages).length / messages.length];
}

/** A delivery that stays: its input is cut to the records that it was made of. */
function copyOf(delivery: Delivery): Delivery {
  const { count } = delivery;
  const copy = new Delivery();
  copy.reserve(count);
  const from = delivery.inputStarts[0] ?? 0;
  const last = count - 1;
  copy.count = count;
  copy.bytes = delivery.bytes.slice(0, delivery.ends[last]);
  copy.input = delivery.input.slice(from, (delivery.inputStarts[last] ?? 0) + (delivery.lengths[last] ?? 0));
  for (let i = 0; i < count; i++) copy.inputStarts[i] = (delivery.inputStarts[i] ?? 0) - from;
  for (const column of ["lengths", "starts", "ends", "ownStarts", "ownEnds"] as const)
    copy[column].set(delivery[column].subarray(0, count));
  return copy;
}

const JOBS: readonly (readonly [MessageKind, EngineName])[] = [
  ["pacs008", "native"],
  ["mt103", "native"],
  ["pacs008", "portable"],
];

export const evidence: BenchCase = {
  name: "evidence",
  group: "own",
  job: "What the record of a run adds to it, over the masked batches of 256 messages: leaves of inputs (keyed) and outputs, their trees, what stands between records. Beside it SHA-256 of the outputs and HMAC-SHA-256 of the inputs by the same engine, each batch in one piece.",
  goal: "At most 1.2 times as much as hashing the same bytes once plain and once keyed (a ratio of at least 0.83), for messages of 3 KB on the native engine.",
  async run(context: Context): Promise<BenchRow[]> {
    const rows: BenchRow[] = [];
    for (const [kind, engine] of JOBS) {
      const [recording, hashing, bytes] = await subjects(context, kind, engine);
      const isGoal = kind === "pacs008" && engine === "native";
      rows.push(
        await rowBeside(
          context,
          {
            id: `evidence/${kind}-${engine}`,
            name: `record of ${kind}, ${engine}`,
            figure: `a message of ${figure(Math.round(bytes))} bytes`,
            unit: "µs",
            against: "the two hashes",
            ...(isGoal ? { goal: { sense: "at least", value: 0.83, of: "ratio" } as const } : {}),
          },
          recording,
          hashing,
        ),
      );
    }
    return rows;
  },
};
