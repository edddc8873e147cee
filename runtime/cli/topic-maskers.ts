/** What masks the records of topics, and the rules of their keys and headers. */
import type { Engine } from "../engines/api.ts";
import type { TopicWriter } from "../kafka/writer.ts";
import { BautaError } from "../kit/errors.ts";
import { isReversible } from "../model/vocabulary.ts";
import type { OpenPlan } from "../open.ts";
import type { PipelineDefinition, RouteDefinition, SourceDefinition } from "../pipeline/definition/definition.ts";
import type { FramedParts } from "../pipeline/framed.ts";
import { BatchMasker, type ValueSeal } from "../pipeline/topics/mask-batch.ts";
import { PartMasker } from "../pipeline/topics/part-masker.ts";
import { TopicRules } from "../pipeline/topics/plan.ts";
import { refusalOf } from "../pipeline/topics/run.ts";
import { FORMATS } from "../registry.ts";
import { openRoutes } from "../routes.ts";
import { routesOf } from "./pipeline-file.ts";
import { refusedRow } from "./refused.ts";

type TopicSource = Extract<SourceDefinition, { readonly kind: "topics" }>;

/** What one view has, whatever cluster it is for. */
export interface TopicView {
  readonly name: string | undefined;
  readonly plan: OpenPlan;
  readonly rules: TopicRules;
  /** Those of the pipeline, with the sinks of this view alone. */
  readonly routes: readonly RouteDefinition[];
  /** Places of its sinks. */
  readonly sinks: ReadonlySet<number>;
}

/** Rules of keys and headers, each namespace looked up. Throws for what `bauta check` would find. */
export function rulesOf(definition: PipelineDefinition, plan: OpenPlan): TopicRules {
  const sources = definition.sources.filter((source): source is TopicSource => source.kind === "topics");
  return new TopicRules({
    sources,
    operationOf(namespace) {
      if (plan.model.mode === "random") throw new BautaError(1214, { detail: "keys and headers are masked in mode deterministic only" });
      const operation = plan.operationOfNamespace(namespace);
      if (operation === undefined) throw new BautaError(1207, { path: namespace });
      const { technique = "", cipher, otherwise = "error" } = plan.operationOf(operation) ?? {};
      if (technique === "generate" || cipher === "aes-gcm") throw new BautaError(1527, { path: namespace });
      // A permutation of what is of its kind, or a cipher of all that fits; whatever is not, is refused.
      return { operation, isBijective: isReversible(technique) && otherwise === "error" };
    },
  });
}

export interface MaskerChoice {
  readonly definition: PipelineDefinition;
  readonly engine: Engine;
  readonly plan: OpenPlan;
  readonly writer: TopicWriter;
  readonly seal: ValueSeal | undefined;
  /** Who reads what comes of it, told with what is refused; undefined: there is no policy. */
  readonly view?: string | undefined;
  /** Routes with the sinks that are meant. Default: those of the pipeline. */
  readonly routes?: readonly RouteDefinition[] | undefined;
}

export interface OpenMaskers {
  /** What masks its values is made of. */
  readonly values: FramedParts;
  readonly parts: PartMasker;
  readonly batches: BatchMasker;
}

export function openMaskers({ definition, engine, plan, writer, seal, view, routes = definition.routes }: MaskerChoice): OpenMaskers {
  const { frame, input, onRefuse, kafka } = definition;
  const keyedHash = (bytes: Uint8Array): string => plan.keyedHash(bytes);
  const router = openRoutes(routesOf(definition), plan.guards);
  const values: FramedParts = { engine, plan, formats: FORMATS, scan: { input }, frame, direction: "mask", router };
  const parts = new PartMasker(engine, plan);
  const batches = new BatchMasker({
    parts,
    keyedHash,
    refusedTopic: kafka?.refused === undefined ? undefined : writer.topic(kafka.refused),
    seal,
    refusedValue: (refused) => {
      const row = refusedRow(`${refused.topic}/${refused.partition}`, refusalOf(refused));
      return new TextEncoder().encode(JSON.stringify(view === undefined ? row : { ...row, view }));
    },
    stops: onRefuse === "stop",
    keeps: routes.map(({ sinks }) => sinks.some((at) => definition.sinks[at]?.kind !== "topic")),
  });
  return { values, parts, batches };
}
