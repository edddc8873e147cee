/**
 * What a worker thread runs, and the only module that a thread is started on: opens the plan that it is handed, masks the pieces that it
 * gets, one after the other, and overwrites its keys when it is told to end. Whoever bundles Bauta bundles this as an entry of its own.
 */
import { LeafMaker } from "./audit/leaves.ts";
import type { Direction, EngineName, Primitives } from "./engines/api.ts";
import { loadComparedEngine } from "./engines/select.ts";
import type { ScanOptions } from "./formats/api.ts";
import { handedKeyRing } from "./keys/handed.ts";
import { BautaError, type IssueContext } from "./kit/errors.ts";
import { type HandedPlan, handedPlan, type OpenPlan } from "./open.ts";
import type { FrameMode } from "./pipeline/frame.ts";
import { Masker } from "./pipeline/masker.ts";
import { type PieceLeaves, PieceMasker, type PieceResult, type PieceTask } from "./pipeline/piece.ts";
import { thisThread } from "./platform/thread.ts";
import { FORMATS } from "./registry.ts";
import { openRoutes, type RouteTable } from "./routes.ts";

export interface WorkerSetup {
  readonly engine: EngineName;
  readonly plan: HandedPlan;
  readonly scan: Pick<ScanOptions, "input">;
  readonly frame: FrameMode;
  readonly direction: Direction;
  readonly onRefuse: "stop" | "divert";
  readonly routes: RouteTable | undefined;
  /** The purpose of the handed key that input leaves are made with; undefined: no leaves are made. */
  readonly leaves: string | undefined;
  /** One number that both threads see: not 0 when pieces that wait are to be dropped. */
  readonly dropping: SharedArrayBuffer;
}

export type ToWorker =
  | { readonly kind: "open"; readonly setup: WorkerSetup }
  | { readonly kind: "piece"; readonly task: PieceTask }
  | { readonly kind: "close" };

export type FromWorker =
  | { readonly kind: "done"; readonly result: PieceResult }
  | { readonly kind: "failed"; readonly issue: number; readonly context: IssueContext }
  | { readonly kind: "closed" };

const thread = thisThread<ToWorker, FromWorker>();
let opening: Promise<Opened> | undefined;

interface Opened {
  readonly pieces: PieceMasker;
  readonly dropping: Int32Array;
  close(): void;
}

// Messages are taken one after the other, though the engine is loaded in between.
let turn: Promise<void> = Promise.resolve();
thread.receive((message) => {
  turn = turn.then(() => take(message)).catch(fail);
});

async function take(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case "open":
      opening = open(message.setup);
      await opening;
      return;
    case "piece": {
      const opened = await opening;
      if (opened === undefined || Atomics.load(opened.dropping, 0) !== 0) return;
      const result = opened.pieces.mask(message.task);
      thread.post({ kind: "done", result }, [result.output]);
      return;
    }
    case "close":
      await opening?.then((opened) => opened.close()).catch(() => undefined);
      thread.post({ kind: "closed" });
      return;
    default:
      return message satisfies never;
  }
}

async function open({
  engine: name,
  plan: handed,
  scan,
  frame,
  direction,
  onRefuse,
  routes,
  leaves,
  dropping,
}: WorkerSetup): Promise<Opened> {
  const engine = await loadComparedEngine(name);
  // After an error everything is made anew: what a piece that began in the wrong place left behind must not fail those after it.
  const plans: OpenPlan[] = [];
  const key = leaves === undefined ? undefined : handedKeyRing(handed.keys).purposeKey(leaves);
  const pieces = new PieceMasker(
    () => {
      const plan = handedPlan(handed);
      plans.push(plan);
      const masker = new Masker({
        engine,
        plan,
        formats: FORMATS,
        scan,
        frame,
        direction,
        onRefuse,
        router: openRoutes(routes, plan.guards),
        keyedHash: (bytes) => plan.keyedHash(bytes),
      });
      return { masker, plan };
    },
    key === undefined ? undefined : leavesUnder(key, engine.primitives),
  );
  return {
    pieces,
    dropping: new Int32Array(dropping),
    close() {
      pieces.close();
      for (const plan of plans) plan.close();
      key?.fill(0);
      handedKeyRing(handed.keys).close();
    },
  };
}

function leavesUnder(key: Uint8Array, hashes: Primitives): PieceLeaves {
  const maker = new LeafMaker(hashes);
  return {
    inputs: (delivery) => maker.inputs(key, delivery),
    outputs: (delivery) => maker.outputs(delivery),
    input: (bytes) => maker.input(key, bytes),
  };
}

/** A bug's own text stays here: it could hold anything. */
function fail(error: unknown): void {
  if (error instanceof BautaError) thread.post({ kind: "failed", issue: error.issue.number, context: error.context });
  else thread.post({ kind: "failed", issue: 9001, context: { detail: error instanceof Error ? error.constructor.name : typeof error } });
}
