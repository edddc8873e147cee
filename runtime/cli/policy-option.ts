/** `--policy` and `--view`: a policy's answers for one reader, in force for a command. */

import { BautaError } from "../kit/errors.ts";
import { loadModel } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { modelError } from "../model/problem.ts";
import { fileSource, presetSource } from "../model/sources.ts";
import type { PolicyEngine, ViewPolicy } from "../policy/api.ts";
import { viewNamed } from "../policy/views.ts";

export interface PolicyOptions {
  readonly model?: string | undefined;
  readonly preset?: string | undefined;
  /** Folder or file of Rego. */
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
  // Loaded with the option only: most commands have no policy.
  const { activatePolicy } = await import("../policies.ts");
  const engine = await openPolicy(policy);
  try {
    const { views } = await activatePolicy(engine, modelOf(options), [viewNamed(engine.views, view)]);
    return views.get(view);
  } finally {
    engine.close();
  }
}

/** Compiles and opens a policy. */
export async function openPolicy(path: string): Promise<PolicyEngine> {
  const { compilePolicy } = await import("../policy/opa/compile.ts");
  const { openWasm } = await import("../policy/opa/wasm.ts");
  return openWasm(await compilePolicy(path));
}

/** The model that the options name. */
export function modelOf({ model: path, preset }: PolicyOptions): Model {
  if ((path === undefined) === (preset === undefined)) throw new BautaError(1001, { detail: "name a --model or a --preset" });
  const { model, problems } = loadModel(path === undefined ? presetSource(preset ?? "") : fileSource(path));
  if (model === undefined) throw modelError(problems);
  return model;
}
