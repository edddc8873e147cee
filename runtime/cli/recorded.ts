/** A run whose records go nowhere: only its record is wanted. */
import type { Manifest } from "../audit/generated/run_pb.ts";
import { RunRecord } from "../audit/record.ts";
import type { Direction, Engine } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import type { OpenPlan } from "../open.ts";
import type { FrameMode } from "../pipeline/frame.ts";
import type { RouteFacts } from "../pipeline/observe.ts";
import { run, type StatementParts } from "../pipeline/run.ts";
import { systemClock } from "../platform/clock.ts";
import type { RouteTable } from "../routes.ts";
import { nowhere } from "../sinks/nowhere.ts";
import type { Source } from "../sources/api.ts";
import { openRecordMasker } from "../workers.ts";

export interface Recorded {
  readonly statement: string;
  readonly direction: Direction;
  readonly frame: FrameMode;
  readonly input: "strict" | "lenient";
  readonly onRefuse: "stop" | "divert";
  /** Default: one. */
  readonly workers?: number;
  /** Of a pipeline: where records go. Default: one way for all. */
  readonly routing?: Routing;
}

export interface Routing {
  readonly table: RouteTable | undefined;
  readonly routes: readonly RouteFacts[];
  /** Names. */
  readonly sinks: readonly string[];
}

const ONE_WAY: Routing = { table: undefined, routes: [{ name: "all", sinks: [0] }], sinks: ["replay"] };

/** Runs over the sources and writes nothing; gives the manifest of it. */
export async function recordOf(how: Recorded, sources: readonly Source[], plan: OpenPlan, engine: Engine): Promise<Manifest> {
  const { statement: name, direction, frame, input, onRefuse, workers = 1, routing = ONE_WAY } = how;
  const { table, routes, sinks } = routing;
  const masker = openRecordMasker({ engine, plan, input, frame, direction, onRefuse, routes: table, workers, recorded: true });
  const statement: StatementParts = {
    name,
    facts: { plan: plan.facts, onRefuse, frame, input, routes },
    masker,
    frame,
    sources: sources.map((source) => ({ source })),
    open: () => sinks.map((sink) => nowhere(sink)),
    goesOn: onRefuse === "divert",
    operationFacts: (operation) => plan.operationFacts(operation),
    planDigest: () => plan.planDigest(),
  };
  let made: Manifest | undefined;
  const record = new RunRecord({
    hashes: engine.primitives,
    evidenceOf: () => plan.evidence(),
    runtime: {},
    signer: undefined,
    journaled: false,
    finish: (manifest) => {
      made = manifest;
    },
  });
  const { name: engineName, version, facts } = engine;
  try {
    await run({
      facts: {
        task: "replay",
        command: direction,
        pipeline: direction,
        bauta: VERSION,
        engine: { name: engineName, version, facts },
        configuration: {},
      },
      statements: [statement],
      observers: [record],
      recorder: record,
      clock: systemClock,
    });
  } finally {
    await masker.close();
  }
  if (made === undefined) throw new BautaError(9001, { detail: "a run without a manifest" });
  return made;
}
