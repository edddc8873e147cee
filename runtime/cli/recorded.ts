/** A run whose records go nowhere: only its record is wanted. */
import type { Manifest } from "../audit/generated/run_pb.ts";
import { RunRecord } from "../audit/record.ts";
import type { Direction, Engine } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import type { OpenPlan } from "../open.ts";
import type { FrameMode } from "../pipeline/frame.ts";
import { Masker } from "../pipeline/masker.ts";
import { run, type StatementParts } from "../pipeline/run.ts";
import { systemClock } from "../platform/clock.ts";
import { FORMATS } from "../registry.ts";
import { writtenThrough } from "../sinks/through.ts";
import type { Source } from "../sources/api.ts";

export interface Recorded {
  readonly statement: string;
  readonly direction: Direction;
  readonly frame: FrameMode;
  readonly input: "strict" | "lenient";
  readonly onRefuse: "stop" | "divert";
}

/** Runs over the sources and writes nothing; gives the manifest of it. */
export async function recordOf(how: Recorded, sources: readonly Source[], plan: OpenPlan, engine: Engine): Promise<Manifest> {
  const { statement: name, direction, frame, input, onRefuse } = how;
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input },
    frame,
    direction,
    onRefuse,
    keyedHash: (bytes) => plan.keyedHash(bytes),
  });
  const statement: StatementParts = {
    name,
    facts: { plan: plan.facts, onRefuse, frame, input, routes: [{ name: "all", sinks: [0] }] },
    masker,
    frame,
    sources: sources.map((source) => ({ source })),
    open: () => [
      writtenThrough(
        "replay",
        () => undefined,
        () => undefined,
      ),
    ],
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
    masker.close();
  }
  if (made === undefined) throw new BautaError(9001, { detail: "a run without a manifest" });
  return made;
}
