/** The record of a worker over topics: what of the pipeline, the plans and the process goes into its manifests. One for each view. */
import { encodeManifest } from "../audit/manifest.ts";
import { RunRecord } from "../audit/record.ts";
import { AuditTrail, type TrailPlan } from "../audit/trail.ts";
import type { Engine } from "../engines/api.ts";
import { MANIFEST_SEGMENTS_MAX } from "../kit/limits.ts";
import type { PipelineDefinition, SinkDefinition } from "../pipeline/definition/definition.ts";
import type { RunFacts } from "../pipeline/observe.ts";
import type { ViewTrail } from "../pipeline/topics/trails.ts";
import { systemClock } from "../platform/clock.ts";
import { runtimeFacts } from "../platform/process.ts";
import { routeFactsOf } from "./pipeline-file.ts";
import { REFUSED_SINK } from "./pipeline-places.ts";
import type { TopicView } from "./topic-maskers.ts";

export interface OpenTrails {
  readonly all: readonly ViewTrail[];
  readonly topic: string;
  /** Other plans for the same views: a policy has changed. */
  renew(views: readonly TopicView[]): void;
  close(): void;
}

export interface TrailChoice {
  readonly definition: PipelineDefinition;
  readonly engine: Engine;
  /** In the order of the run's passes. */
  readonly views: readonly TopicView[];
  readonly facts: RunFacts;
}

/** undefined for a pipeline that keeps no record. */
export function openTrails({ definition, engine, views, facts }: TrailChoice): OpenTrails | undefined {
  const { kafka } = definition;
  if (kafka?.audit === undefined) return undefined;
  const { topic, manifestMs } = kafka.audit;
  // One key for all: views differ in what is masked, not in who runs.
  const signer = views[0]?.plan.signer();
  const all = views.map((view) => {
    const sinks = definition.sinks.filter((_, at) => view.sinks.has(at));
    const record = new AuditTrail({
      hashes: engine.primitives,
      facts: views.length === 1 ? facts : { ...facts, task: `${facts.task}-${view.name ?? ""}` },
      statement: definition.name,
      plan: planOf(definition, engine, view, signer),
      sinks: sinks.map((sink) => sink.name),
      everyMs: manifestMs,
      segmentsMax: MANIFEST_SEGMENTS_MAX,
      date: () => systemClock.date(),
      sinkOf: (target) => sinks.find((sink) => isOf(sink, target))?.name ?? REFUSED_SINK,
      encode(manifest) {
        const bytes = encodeManifest(manifest);
        return { bytes, signature: signer?.sign(bytes) };
      },
    });
    return { record, sinks: new Set(sinks.map(({ name }) => name)) };
  });
  return {
    all,
    topic,
    renew(renewed) {
      for (const [i, view] of renewed.entries()) all[i]?.record.renew(planOf(definition, engine, view, signer));
    },
    close: () => signer?.close(),
  };
}

type Signer = { readonly key: string; readonly version: number; readonly environment: string } | undefined;

function planOf(definition: PipelineDefinition, engine: Engine, { plan, routes }: TopicView, signer: Signer): TrailPlan {
  const evidence = plan.evidence();
  const runtime = runtimeFacts();
  const { onRefuse, frame, input } = definition;
  return {
    auditKey: evidence.auditKey,
    statementFacts: { plan: plan.facts, onRefuse, frame, input, routes: routeFactsOf({ ...definition, routes }, plan) },
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
  };
}

/** Whether a topic is of a sink, whose name may have that of the source topic in it. */
function isOf(sink: SinkDefinition, topic: string): boolean {
  if (sink.kind !== "topic") return false;
  const [start = "", end] = sink.topic.split("{topic}");
  if (end === undefined) return topic === start;
  return topic.length > start.length + end.length && topic.startsWith(start) && topic.endsWith(end);
}
