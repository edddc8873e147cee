/** Our side, in process: a model or preset opened as a run opens it, and a set of messages pushed through it again and again. */
import { fileURLToPath } from "node:url";
import type { Engine, EngineName } from "../../runtime/engines/api.ts";
import { selectEngine } from "../../runtime/engines/select.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { fileSource, type ModelSource, presetSource } from "../../runtime/model/sources.ts";
import { type OpenPlan, runnable } from "../../runtime/open.ts";
import { type Counts, Masker } from "../../runtime/pipeline/masker.ts";
import { bytesOutlet, type Outlet } from "../../runtime/pipeline/outlet.ts";
import { Recall } from "../../runtime/pipeline/recall.ts";
import { FORMATS } from "../../runtime/registry.ts";

export const TWELVE_LEAVES: string = fileURLToPath(new URL("../models/twelve-leaves.yaml", import.meta.url));

export interface Pipeline {
  readonly engine: Engine;
  readonly plan: OpenPlan;
  readonly masker: Masker;
}

/** @param model name of a preset, or path of a model file */
export const openPipeline = async (engineName: EngineName, model: string): Promise<Pipeline> =>
  pipelineOf(await selectEngine(engineName), isFile(model) ? fileSource(model) : presetSource(model));

export function pipelineOf(engine: Engine, source: ModelSource): Pipeline {
  const plan = openModel(source);
  const masker = new Masker({
    engine,
    plan,
    formats: FORMATS,
    scan: { input: "strict" },
    frame: "auto",
    direction: "mask",
    onRefuse: "stop",
    keyedHash: () => "",
  });
  return { engine, plan, masker };
}

/** A plan under a fixed key, so that every run of the bench does the same work. */
export function openModel(source: ModelSource): OpenPlan {
  const { model, problems } = loadModel(source);
  if (model === undefined) throw new Error(`${source.name} does not load: ${problems.map((problem) => problem.message).join("; ")}`);
  return runnable(
    model,
    ephemeralKeyRing((length) => new Uint8Array(length).fill(7)),
  );
}

const isFile = (model: string): boolean => model.includes("/") || model.endsWith(".yaml");

/** The templates of the native engine, as a masker has them. */
export async function openRecall(): Promise<Recall> {
  const { templates } = await selectEngine("native");
  if (templates === undefined) throw new Error("the native engine has no templates");
  return new Recall(templates());
}

/** What of a set of messages becomes what, by one run of it. */
export function countsOf(pipeline: Pipeline, stream: Uint8Array): Counts {
  pipeline.masker.push(stream, COUNTED);
  pipeline.masker.end(COUNTED);
  return pipeline.masker.counts;
}

/** A work function that masks the whole stream. Output goes to a function that does nothing with it. */
export const maskingWork =
  (pipeline: Pipeline, stream: Uint8Array): (() => void) =>
  () =>
    pipeline.masker.push(stream, COUNTED);

/** Masks a set of messages and hands out the bytes. */
export function masked(pipeline: Pipeline, stream: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  const outlet = bytesOutlet((bytes) => void parts.push(bytes.slice()), COUNTED.refused);
  pipeline.masker.push(stream, outlet);
  pipeline.masker.end(outlet);
  return new Uint8Array(Buffer.concat(parts));
}

const COUNTED: Outlet = bytesOutlet(
  () => undefined,
  (refusal) => {
    throw new Error(`refused: ${refusal.issue.code} ${refusal.path}`);
  },
);
