/** Composition: maskers of one thread and of several over the same plan. */
import { INPUTS_PURPOSE } from "./audit/leaves.ts";
import type { Direction, Engine } from "./engines/api.ts";
import type { PlanOperation } from "./engines/plan.ts";
import { memoryOf } from "./keys/handed.ts";
import { BautaError } from "./kit/errors.ts";
import type { OpenPlan } from "./open.ts";
import type { FrameMode } from "./pipeline/frame.ts";
import { Masker, type RecordMasker } from "./pipeline/masker.ts";
import { ParallelMasker, type PieceWorker, type PieceWorkerEvents } from "./pipeline/parallel.ts";
import { startThread } from "./platform/thread.ts";
import { workerModule } from "./platform/worker-module.ts";
import { FORMATS } from "./registry.ts";
import { openRoutes, type RouteTable } from "./routes.ts";
import type { FromWorker, ToWorker } from "./worker.ts";

export interface MaskerChoice {
  readonly engine: Engine;
  readonly plan: OpenPlan;
  readonly input: "strict" | "lenient";
  readonly frame: FrameMode;
  readonly direction: Direction;
  readonly onRefuse: "stop" | "divert";
  /** Without one all records have route 0. */
  readonly routes?: RouteTable | undefined;
  /** Somebody records the run: workers make the leaf hashes of what they mask. Default: nobody does. */
  readonly recorded?: boolean;
  /** Threads that mask; 1: this one, and no other is started. */
  readonly workers: number;
  /** Bytes that a worker gets at a time; default PIECE_BYTES. */
  readonly pieceBytes?: number;
}

/** A masker with so many threads. Output, refusals and counts are the same for every number. */
export function openRecordMasker(choice: MaskerChoice): RecordMasker {
  const { engine, plan, input, frame, direction, onRefuse, routes, workers, pieceBytes } = choice;
  const openMasker = (): Masker =>
    new Masker({
      engine,
      plan,
      formats: FORMATS,
      scan: { input },
      frame,
      direction,
      onRefuse,
      router: openRoutes(routes, plan.guards),
      keyedHash: (bytes) => plan.keyedHash(bytes),
    });
  if (workers === 1) return openMasker();
  return new ParallelMasker({
    workers,
    frame,
    openMasker,
    pieceBytes,
    adopt: (operation) => plan.adopt(operation as PlanOperation),
    openWorker: (events) => openWorker(choice, events),
  });
}

function openWorker(
  { engine, plan, input, frame, direction, onRefuse, routes, recorded }: MaskerChoice,
  events: PieceWorkerEvents,
): PieceWorker {
  const dropping = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  let closed = (): void => undefined;
  let open = true;
  const thread = startThread<ToWorker, FromWorker>(workerModule(), {
    message(message) {
      if (message.kind === "done") events.done(message.result);
      else if (message.kind === "failed") events.failed(new BautaError(message.issue, message.context));
      else closed();
    },
    failed(name) {
      open = false;
      events.failed(new BautaError(9001, { detail: `a worker ended: ${name}` }));
      closed();
    },
  });
  const leaves = recorded === true ? INPUTS_PURPOSE : undefined;
  const handed = plan.handOver(leaves === undefined ? [] : [leaves]);
  thread.post(
    { kind: "open", setup: { engine: engine.name, plan: handed, scan: { input }, frame, direction, onRefuse, routes, leaves, dropping } },
    memoryOf(handed.keys),
  );
  return {
    mask: (task) => thread.post({ kind: "piece", task }, task.spare === undefined ? [] : [task.spare]),
    async close() {
      if (!open) return;
      open = false;
      Atomics.store(new Int32Array(dropping), 0, 1);
      // A thread is ended when nothing of the addon runs in it, and its keys are overwritten.
      await new Promise<void>((resume) => {
        closed = resume;
        thread.post({ kind: "close" });
      });
      await thread.end();
    },
  };
}
