/** The record of a worker over topics: what of the pipeline, the plan and the process goes into its manifests. */
import { encodeManifest } from "../audit/manifest.ts";
import { RunRecord } from "../audit/record.ts";
import { AuditTrail } from "../audit/trail.ts";
import type { Engine } from "../engines/api.ts";
import { MANIFEST_SEGMENTS_MAX } from "../kit/limits.ts";
import type { OpenPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { RunFacts, StatementFacts } from "../pipeline/observe.ts";
import type { Targets } from "../pipeline/topics/targets.ts";
import { systemClock } from "../platform/clock.ts";
import { runtimeFacts } from "../platform/process.ts";
import { REFUSED_SINK } from "./pipeline-places.ts";

export interface OpenTrail {
  readonly record: AuditTrail;
  readonly topic: string;
  close(): void;
}

export interface TrailChoice {
  readonly definition: PipelineDefinition;
  readonly engine: Engine;
  readonly plan: OpenPlan;
  readonly facts: RunFacts;
  readonly statementFacts: StatementFacts;
  readonly targets: Pick<Targets, "sinkOf">;
}

/** undefined for a pipeline that keeps no record. */
export function openTrail({ definition, engine, plan, facts, statementFacts, targets }: TrailChoice): OpenTrail | undefined {
  const { kafka, sinks, name } = definition;
  if (kafka?.audit === undefined) return undefined;
  const { topic, manifestMs } = kafka.audit;
  const signer = plan.signer();
  const evidence = plan.evidence();
  const runtime = runtimeFacts();
  const record = new AuditTrail({
    hashes: engine.primitives,
    auditKey: evidence.auditKey,
    facts,
    statement: name,
    statementFacts,
    sinks: sinks.map((sink) => sink.name),
    everyMs: manifestMs,
    segmentsMax: MANIFEST_SEGMENTS_MAX,
    date: () => systemClock.date(),
    sinkOf: (target) => targets.sinkOf(target) ?? REFUSED_SINK,
    open: (finish) =>
      new RunRecord({
        hashes: engine.primitives,
        evidenceOf: () => evidence,
        runtime: { runtime: `${runtime.name} ${runtime.version}`, platform: `${process.platform} ${process.arch}` },
        signer: signer === undefined ? undefined : { key: signer.key, version: signer.version, environment: signer.environment },
        journaled: true,
        keepsTrees: false,
        finish,
      }),
    encode(manifest) {
      const bytes = encodeManifest(manifest);
      return { bytes, signature: signer?.sign(bytes) };
    },
  });
  return { record, topic, close: () => signer?.close() };
}
