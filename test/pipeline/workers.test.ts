/**
 * Several threads give what one gives: output, refusals, positions, counts, and how it ended.
 *
 * First with workers that mask in this thread, in any order and cut anywhere, so that many streams can be tried: the seed is printed,
 * BAUTA_SEED repeats a run. Then with threads.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { warehouseEvent } from "../../examples/warehouse/event.ts";
import { INPUTS_PURPOSE, LeafMaker } from "../../runtime/audit/leaves.ts";
import type { Engine, Primitives } from "../../runtime/engines/api.ts";
import type { PlanOperation } from "../../runtime/engines/plan.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { handedPlan, type OpenPlan, runnable } from "../../runtime/open.ts";
import type { Boundaries } from "../../runtime/pipeline/boundaries.ts";
import { FRAME_MODES, type FrameMode } from "../../runtime/pipeline/frame.ts";
import { Masker, type RecordMasker, reconcile, type SourcePoint } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet, type Outlet } from "../../runtime/pipeline/outlet.ts";
import { ParallelMasker, type PieceWorkerEvents } from "../../runtime/pipeline/parallel.ts";
import { type PieceLeaves, PieceMasker, type PieceTask } from "../../runtime/pipeline/piece.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { openRecordMasker } from "../../runtime/workers.ts";
import { ENGINES } from "../harness.ts";
import { effort, type Tape, tapeOf } from "../property/tape.ts";
import { DEPTH } from "../seed.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";

const example = (name: string): Buffer => readFileSync(`${projectRoot}examples/messages/${name}`);
const XML = example("payment.pacs.008.xml");
const MT = example("payment.mt103");
const JSON_EVENT = example("payment.json");
const line = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const ONE_LINE = line(JSON.parse(JSON_EVENT.toString()));
const wide = (index: number): Buffer => line(warehouseEvent(5, index));
const replaced = (message: Buffer, what: string, by: string): Buffer => {
  const text = message.toString("latin1");
  if (!text.includes(what)) throw new Error(`no ${what}`);
  return Buffer.from(text.replace(what, by), "latin1");
};

/** Records that go through, that are refused, and that look like others inside. */
const RECORDS: readonly Buffer[] = [
  XML,
  Buffer.from(XML.toString().replace(/^<\?xml[^>]*>\s*/, "")),
  replaced(XML, "2026-11-20<", "2026-13-20<"),
  replaced(XML, "</Document>", '</Document><!-- a comment behind, with <?xml and {"event" in it -->'),
  MT,
  replaced(MT, ":23B:CRED", ":23Z:CRED"),
  JSON_EVENT,
  ONE_LINE,
  wide(1),
  wide(2),
  Buffer.from(`{"nobody":"named this"}`),
  Buffer.from(`[\n{"event":1},\n{"event":2}]`),
  replaced(ONE_LINE, "{", `{"note":"} {1:F01 <?xml \\n{ ]",`),
  Buffer.from(`{\n"event":"BOOKED"\n,\n"note":"x"\n}`),
];
/** What nothing can be read behind. */
const ENDS: readonly Buffer[] = [
  Buffer.from("nothing of the kind, for more than sixty-four bytes, so that it is certain what it is not"),
  XML.subarray(0, 900),
  Buffer.from(`{"event":`),
  Buffer.from("<!DOCTYPE x>"),
];
const BETWEEN: readonly string[] = ["\n", "\n", "\r\n", "\n\n", " ", "", "$", "\r\n$\r\n", "\n\0\0"];

const MODEL: ModelDocument = {
  bauta: 1,
  name: "both",
  extends: `${projectRoot}examples/models/warehouse-160.yaml`,
  rules: [
    ...["event", "bookedAt", "amount", "currency", "creditor.bic", "debtor.bic"].map((path) => ({
      path: `json:$.${path}`,
      technique: "keep" as const,
    })),
    { path: "json:$.**.name", use: "party" },
    { path: ["json:$.id", "json:$.endToEndId", "json:$.uetr", "json:$.**.iban", "json:$.**.lei", "json:$.**.email"], use: "reference" },
    { path: "json:$.card.pan", use: "card" },
    { path: ["json:$.note", "json:$.card.expires"], technique: "redact" },
  ],
};

function planOf(document: ModelDocument): OpenPlan {
  const { model, problems } = loadModel({ name: `${projectRoot}test/model.yaml`, document });
  if (model === undefined) throw new Error(JSON.stringify(problems));
  return runnable(
    model,
    ephemeralKeyRing(() => new Uint8Array(createHash("sha256").update("workers").digest())),
  );
}

interface Setting {
  readonly engine: Engine;
  readonly frame: FrameMode;
  readonly onRefuse: "stop" | "divert";
}

const maskerOver = (plan: OpenPlan, { engine, frame, onRefuse }: Setting): Masker =>
  new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame,
    direction: "mask",
    onRefuse,
    keyedHash: (bytes) => plan.keyedHash(bytes),
  });

/** A stream of records in a frame mode. */
function streamOf(tape: Tape, frame: FrameMode, count: number): Buffer {
  const same = tape.chance(1, 2) ? [tape.pick(RECORDS), tape.pick(RECORDS)] : RECORDS;
  const parts: Buffer[] = [];
  if (frame !== "length" && tape.chance(1, 4)) parts.push(Buffer.from(tape.pick(BETWEEN)));
  for (let i = 0; i < count; i++) {
    const record = tape.chance(1, 30) ? tape.pick(ENDS) : tape.pick(same);
    if (frame === "auto" && ENDS.includes(record) && i < count - 1) continue;
    if (frame === "length") {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(record.length);
      parts.push(length, record);
    } else if (frame === "auto") parts.push(record, Buffer.from(tape.pick(BETWEEN)));
    else {
      const delimiter = frame === "line" ? "\n" : "\0";
      const flat = frame === "line" ? Buffer.from(record.toString("latin1").replaceAll(/[\r\n]+/g, " "), "latin1") : record;
      parts.push(flat, Buffer.from(delimiter), Buffer.from(tape.chance(1, 5) ? delimiter : ""));
    }
  }
  const stream = Buffer.concat(parts);
  return tape.chance(1, 6) ? stream.subarray(0, stream.length - 1 - tape.below(40)) : stream;
}

interface Told {
  readonly output: string;
  readonly refusals: readonly unknown[];
  readonly rows: readonly unknown[];
  readonly counts: string;
  readonly fields: readonly string[];
  readonly position: SourcePoint;
  readonly stopped: string | undefined;
}

const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Makes the leaf hashes that a run's record has. */
function leavesOf(plan: OpenPlan, primitives: Primitives): PieceLeaves {
  const key = plan.handOver([INPUTS_PURPOSE]).keys.purposes.find(({ purpose }) => purpose === INPUTS_PURPOSE)?.key ?? new Uint8Array(0);
  const maker = new LeafMaker(primitives);
  return {
    inputs: (delivery) => maker.inputs(key, delivery),
    outputs: (delivery) => maker.outputs(delivery),
    input: (bytes) => maker.input(key, bytes),
  };
}

const leafOf = (digests: Uint8Array, row: number): string => Buffer.from(digests.subarray(32 * row, 32 * row + 32)).toString("hex");

async function through(masker: RecordMasker, plan: OpenPlan, stream: Uint8Array, sizes: () => number): Promise<Told> {
  const operations = (operation: number): unknown => plan.operationFacts(operation);
  const output = createHash("sha256");
  const refusals: unknown[] = [];
  const rows: unknown[] = [];
  const leaves = leavesOf(plan, hashes);
  const outlet: Outlet = {
    records(delivery) {
      output.update(delivery.bytes);
      let tiled = 0;
      // As a recorder takes them: those that came along, or its own.
      const inputs = (delivery.leaves?.inputs ?? leaves.inputs(delivery)).slice();
      const outputs = delivery.leaves?.outputs ?? leaves.outputs(delivery);
      for (let row = 0; row < delivery.count; row++) {
        const at = (column: ArrayLike<number>): number => column[row] as number;
        expect(at(delivery.starts)).toBe(tiled);
        tiled = at(delivery.ends);
        const input = delivery.input.subarray(at(delivery.inputStarts), at(delivery.inputStarts) + at(delivery.lengths));
        rows.push([
          at(delivery.ordinals),
          at(delivery.offsets),
          at(delivery.lengths),
          masker.messageName(at(delivery.messages)),
          at(delivery.routes),
          digest(delivery.bytes.subarray(at(delivery.ownStarts), at(delivery.ownEnds))),
          digest(input),
          leafOf(inputs, row),
          leafOf(outputs, row),
        ]);
      }
      expect(tiled).toBe(delivery.bytes.length);
    },
    separators: (bytes) => void output.update(bytes),
    refused({ bytes, inputLeaf = leaves.input(bytes), issue, ...refusal }) {
      refusals.push({ ...refusal, code: issue.code, bytes: digest(bytes), leaf: leafOf(inputLeaf, 0), rows: rows.length });
    },
  };
  masker.beginSource();
  for (let at = 0; at < stream.length && masker.stopped === undefined; ) {
    const size = Math.max(1, sizes());
    await masker.push(stream.subarray(at, at + size), outlet);
    at += size;
  }
  await masker.end(outlet);
  reconcile(masker.counts);
  const { refusedByCode, recordsByMessage, ...numbers } = masker.counts;
  const counts = JSON.stringify([numbers, [...refusedByCode].sort(), [...recordsByMessage].sort()]);
  const fields = masker.fieldCounts().map(({ operation, ...field }) => JSON.stringify([field, operations(operation)]));
  const { position } = masker;
  return { output: output.digest("hex"), rows, refusals, counts, fields: fields.sort(), stopped: masker.stopped, position };
}

/** Workers in this thread: they mask when it is their turn, which is drawn. */
function drawnWorkers(plan: OpenPlan, setting: Setting, tape: Tape) {
  return ({ done }: PieceWorkerEvents) => {
    const inner = handedPlan(plan.handOver([INPUTS_PURPOSE]));
    const leaves = tape.chance(1, 2) ? leavesOf(inner, setting.engine.primitives) : undefined;
    const pieces = new PieceMasker(() => ({ masker: maskerOver(inner, setting), plan: inner }), leaves);
    const waiting: PieceTask[] = [];
    let busy = false;
    const work = (): void => {
      if (tape.chance(1, 2)) return void setImmediate(work);
      const task = waiting.shift();
      busy = task !== undefined;
      if (task === undefined) return;
      done(pieces.mask(task));
      setImmediate(work);
    };
    return {
      mask(task: PieceTask) {
        waiting.push(task);
        if (!busy) setImmediate(work);
        busy = true;
      },
      async close() {
        waiting.length = 0;
        pieces.close();
        inner.close();
      },
    };
  };
}

/** Cuts anywhere, right or wrong. */
const anywhere = (tape: Tape): Boundaries => ({
  learn: () => undefined,
  last: (_, from, limit) => (limit - from < 2 || tape.chance(1, 8) ? -1 : from + 1 + tape.below(limit - from - 1)),
  first: (_, from, limit) => (limit - from < 2 || tape.chance(1, 8) ? -1 : from + 1 + tape.below(limit - from - 1)),
});

const { seed } = effort("workers")(1);
const engines = await Promise.all(ENGINES.map((name) => selectEngine(name)));
const hashes = (engines[0] as Engine).primitives;

for (const engine of engines) {
  describe(`${engine.name}, workers in this thread`, () => {
    for (const frame of FRAME_MODES) {
      for (const onRefuse of ["divert", "stop"] as const) {
        test(`${frame}, ${onRefuse}`, async () => {
          const setting = { engine, frame, onRefuse };
          const plan = planOf(MODEL);
          for (let round = 0; round < 5 * DEPTH; round++) {
            const tape = tapeOf(seed + round * 7, 40_000);
            const workers = 2 + tape.below(3);
            const pieceBytes = [256, 900, 4096, 20_000][tape.below(4)] as number;
            const one = maskerOver(plan, setting);
            const many = new ParallelMasker({
              workers,
              frame,
              pieceBytes,
              adopt: (operation) => plan.adopt(operation as PlanOperation),
              openMasker: () => maskerOver(plan, setting),
              openWorker: drawnWorkers(plan, setting, tape),
              boundaries: round % 3 === 2 ? anywhere(tape) : undefined,
            });
            // Sources one after the other: what one leaves behind must not show in the next.
            for (let source = 0; source < 3; source++) {
              const stream = streamOf(tape, frame, tape.below(60));
              const expected = await through(one, plan, stream, () => stream.length);
              const found = await through(many, plan, stream, () => tape.below(tape.chance(1, 2) ? 9000 : 200_000));
              expect({ round, source, ...found }).toEqual({ round, source, ...expected });
            }
            await many.close();
            one.close();
          }
          plan.close();
        }, 120_000);
      }
    }
  });
}

test("the cuts are right, nearly always, for streams of one kind", async () => {
  const [engine] = engines as [Engine];
  for (const [name, frame, record] of [
    ["XML", "auto", XML],
    ["XML without declaration", "auto", RECORDS[1]],
    ["MT", "auto", MT],
    ["NDJSON", "auto", wide(3)],
    ["JSON over lines", "auto", JSON_EVENT],
    ["lines", "line", wide(4)],
  ] as const) {
    const setting = { engine, frame, onRefuse: "divert" as const };
    const plan = planOf(MODEL);
    let here = 0;
    let there = 0;
    const count = (masker: Masker, add: (bytes: number) => void): Masker => {
      const push = masker.push.bind(masker);
      masker.push = (chunk, outlet, until) => {
        add(chunk.length);
        push(chunk, outlet, until);
      };
      return masker;
    };
    const many = new ParallelMasker({
      workers: 2,
      frame,
      pieceBytes: 16_384,
      adopt: (operation) => plan.adopt(operation as PlanOperation),
      openMasker: () => count(maskerOver(plan, setting), (bytes) => (here += bytes)),
      openWorker: ({ done }) => {
        const pieces = new PieceMasker(() => ({ masker: count(maskerOver(plan, setting), (bytes) => (there += bytes)), plan }));
        return { mask: (task) => setImmediate(() => done(pieces.mask(task))), close: async () => pieces.close() };
      },
    });
    const stream = Buffer.concat(Array.from({ length: 400 }, () => Buffer.concat([record as Buffer, Buffer.from("\n")])));
    await through(many, plan, stream, () => 30_000);
    await many.close();
    expect({ name, inThisThread: here / (here + there) < 0.1 }).toEqual({ name, inThisThread: true });
  }
});

test("an error in a worker is met again in this thread, in its place; a worker's alone is none", async () => {
  const [engine] = engines as [Engine];
  const setting = { engine, frame: "auto" as const, onRefuse: "divert" as const };
  const plan = planOf(MODEL);
  const stream = Buffer.concat(Array.from({ length: 60 }, (_, index) => Buffer.concat([wide(index), Buffer.from("\n")])));
  const one = maskerOver(plan, setting);
  const expected = await through(one, plan, stream, () => stream.length);
  let opened = 0;
  const many = new ParallelMasker({
    workers: 2,
    frame: "auto",
    pieceBytes: 16_384,
    adopt: (operation) => plan.adopt(operation as PlanOperation),
    openMasker: () => maskerOver(plan, setting),
    openWorker: ({ done }) => {
      const pieces = new PieceMasker(() => {
        if (opened++ % 2 === 0) throw new Error("what a wrong cut left behind");
        return { masker: maskerOver(plan, setting), plan };
      });
      return { mask: (task) => setImmediate(() => done(pieces.mask(task))), close: async () => pieces.close() };
    },
  });
  expect(await through(many, plan, stream, () => 40_000)).toEqual(expected);
  await many.close();

  // The sink's error ends the run, and nothing is written behind it.
  const failing = new ParallelMasker({
    workers: 2,
    frame: "auto",
    pieceBytes: 16_384,
    adopt: (operation) => plan.adopt(operation as PlanOperation),
    openMasker: () => maskerOver(plan, setting),
    openWorker: drawnWorkers(plan, setting, tapeOf(seed, 4096)),
  });
  let writes = 0;
  const outlet = bytesOutlet(
    () => {
      if (++writes > 1) throw new Error("the disk is full");
    },
    () => undefined,
  );
  failing.beginSource();
  const run = async (): Promise<void> => {
    await failing.push(stream, outlet);
    await failing.end(outlet);
  };
  await expect(run()).rejects.toThrow("the disk is full");
  expect(writes).toBe(2);
  await failing.close();
});

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* filesBelow(path);
    else yield path;
  }
}

const samples = sharedExists ? [...filesBelow(`${sharedRoot}samples`)].map((path) => readFileSync(path)) : [];

for (const engine of engines) {
  describe(`${engine.name}, threads`, () => {
    for (const frame of FRAME_MODES) {
      for (const onRefuse of ["divert", "stop"] as const) {
        const title = `${frame}, ${onRefuse}: 1, 2 and 4 workers${sharedExists ? "" : `, without samples (${SHARED_SKIP_REASON})`}`;
        test(title, async () => {
          const setting = { engine, frame, onRefuse };
          const plans = [1, 2, 4].map(() => planOf(MODEL));
          const open = (workers: number, at: number): RecordMasker =>
            openRecordMasker({
              ...setting,
              plan: plans[at] as OpenPlan,
              input: "strict",
              direction: "mask",
              workers,
              pieceBytes: 8192,
              recorded: workers === 2,
            });
          const maskers = [1, 2, 4].map(open);
          const tape = tapeOf(seed + 1, 40_000);
          // All samples where most of them are read, and some where next to none is.
          const isWhole = frame === "auto" && onRefuse === "divert" && engine.name === "native";
          const streams = [
            ...Array.from({ length: 6 * DEPTH }, () => streamOf(tape, frame, 120)),
            ...(isWhole ? samples : samples.filter((_, i) => i % 9 === 0)),
          ];
          // All samples behind one another are one more stream.
          if (isWhole) streams.push(Buffer.concat(samples.flatMap((sample) => [sample, Buffer.from("\n")])));
          for (const [index, stream] of streams.entries()) {
            const [expected, ...found] = await Promise.all(
              maskers.map((masker, at) => through(masker, plans[at] as OpenPlan, stream, () => 65_536)),
            );
            for (const told of found) expect({ index, ...told }).toEqual({ index, ...(expected as Told) });
          }
          for (const masker of maskers) await masker.close();
          // Which message types were met, in which order and in which thread, does not show.
          expect(new Set(plans.map((plan) => plan.planDigest())).size).toBe(1);
          for (const plan of plans) plan.close();
        }, 300_000);
      }
    }
  });
}

afterAll(() => console.log(`seed ${seed}`));
