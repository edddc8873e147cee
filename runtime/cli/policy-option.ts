/** `--policy` and `--view`: a policy's answers for one reader, in force for a command. */

import { BautaError } from "../kit/errors.ts";
import { loadModel } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { modelError } from "../model/problem.ts";
import { fileSource, presetSource } from "../model/sources.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { Activation } from "../policies.ts";
import type { PolicyEngine, PolicySource, PolicySourceDefinition, ViewPolicy } from "../policy/api.ts";
import { viewNamed } from "../policy/views.ts";

export interface PolicyOptions {
  readonly model?: string | undefined;
  readonly preset?: string | undefined;
  /** Folder or file of Rego, a bundle, or the address of an OPA server. */
  readonly policy?: string | undefined;
  /** Name of a view in the policy's data. */
  readonly view?: string | undefined;
}

/** The policy that the options name, activated for their view; undefined if they name none. */
export async function policyOf(options: PolicyOptions): Promise<ViewPolicy | undefined> {
  const { policy, view } = options;
  if (policy === undefined && view === undefined) return undefined;
  if (policy === undefined) throw new BautaError(1001, { detail: "--view needs a --policy" });
  if (view === undefined) throw new BautaError(1001, { detail: "--policy needs a --view: who will read the output" });
  return activated(await openPolicy(policy), options);
}

async function activated(engine: PolicyEngine, options: PolicyOptions): Promise<ViewPolicy | undefined> {
  try {
    return (await decided(engine, modelOf(options), options.view ?? "")).views.get(options.view ?? "");
  } finally {
    engine.close();
  }
}

async function decided(engine: PolicyEngine, model: Model, view: string): Promise<Activation> {
  // Loaded with a policy only: most commands have none.
  const { activatePolicy } = await import("../policies.ts");
  // What masks files does so under one policy to its end, when a grant may have ended long ago.
  return activatePolicy(engine, model, [viewNamed(engine.views, view)], { at: Number.POSITIVE_INFINITY });
}

/** Compiles and opens a policy. */
export function openPolicy(path: string): Promise<PolicyEngine> {
  // Whoever names a policy on the command line has it in hand; who signed it is asked of what a run takes up by itself.
  const from = /^https?:\/\//.test(path) ? ({ kind: "opa-server", url: path } as const) : ({ kind: "file", path } as const);
  return openFrom({ from, trust: { keys: {}, dangerUnsigned: true }, state: undefined });
}

async function openFrom(definition: PolicySourceDefinition): Promise<PolicyEngine> {
  const { source, engine } = await looked(definition);
  source.accept();
  return engine;
}

/** The policy as it is now, verified as a run would; nothing is remembered. */
export const engineOf = async (definition: PolicySourceDefinition): Promise<PolicyEngine> => (await looked(definition)).engine;

async function looked(definition: PolicySourceDefinition): Promise<{ readonly source: PolicySource; readonly engine: PolicyEngine }> {
  const { openPolicySource } = await import("../policy/source.ts");
  const source = openPolicySource(definition);
  const engine = await source.next(new AbortController().signal);
  if (engine === undefined) throw new BautaError(1602, { path: source.name, detail: "it changes while it is read" });
  return { source, engine };
}

/** The model that the options name. */
export function modelOf({ model: path, preset }: PolicyOptions): Model {
  if ((path === undefined) === (preset === undefined)) throw new BautaError(1001, { detail: "name a --model or a --preset" });
  const { model, problems } = loadModel(path === undefined ? presetSource(preset ?? "") : fileSource(path));
  if (model === undefined) throw modelError(problems);
  return model;
}

/** What the policy of a pipeline over files answers for its one view; undefined if it has none. */
export async function policyOfPipeline({ model: path, preset, policy, sinks }: PipelineDefinition): Promise<ViewPolicy | undefined> {
  if (policy === undefined) return undefined;
  const { archive, looseningSignatures: signatures } = policy;
  const view = sinks[0]?.view ?? "";
  const { source, engine } = await looked(policy.source);
  try {
    const model = modelOf({ model: path, preset });
    const next = await decided(engine, model, view);
    if (signatures === undefined || archive === undefined) {
      source.accept();
      for (const one of next.views.values()) if (archive !== undefined) (await import("../policy-archive.ts")).archive(archive, one);
    } else {
      const { remembered, requireSignatures } = await import("../policy-loosening.ts");
      await requireSignatures({ signatures, archive }, source.offered, { model, active: undefined, next });
      source.accept(remembered(archive, next.views));
    }
    return next.views.get(view);
  } finally {
    engine.close();
  }
}
