/** Views of one set of messages: plans under made-up answers of policies, and what masks for one of them or for all. */
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Engine } from "../../runtime/engines/api.ts";
import { ephemeralKeyRing } from "../../runtime/keys/ephemeral.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { runnable } from "../../runtime/open.ts";
import type { Frames } from "../../runtime/pipeline/frame-scan.ts";
import { FramedMasker, type FramedParts } from "../../runtime/pipeline/framed.ts";
import { FramedResult } from "../../runtime/pipeline/framed-result.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";
import { type ViewOutput, ViewsMasker } from "../../runtime/pipeline/views-masker.ts";
import { PolicyActivator } from "../../runtime/policies.ts";
import type { WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { FieldFacts, ViewPolicy } from "../../runtime/policy/api.ts";
import type { GuardTree } from "../../runtime/policy/guards.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { openRoutes } from "../../runtime/routes.ts";
import { TWELVE_LEAVES } from "./pipeline.ts";

/** What a view gets of a field. */
export type Answering = (view: number, facts: FieldFacts) => WrittenAnswer;

/** What a guard asks for, in the events of the bench. */
const JSON_PATHS = { amount: "$.amount", currency: "$.currency" } as const;

/** Twelve leaves, and rules for what guards ask of JSON. */
const model = (): Model => {
  const rules = Object.values(JSON_PATHS).map((path) => ({ path: `json:${path}`, technique: "keep" }) as const);
  const twelve = parse(readFileSync(TWELVE_LEAVES, "utf8")) as ModelDocument;
  const loaded = loadModel({ name: "the bench", document: { ...twelve, rules: [...(twelve.rules ?? []), ...rules] } });
  if (loaded.model === undefined) throw new Error(`the model does not load: ${JSON.stringify(loaded.problems)}`);
  return loaded.model;
};

/** What masks for so many views under a policy that answers so; without one there is one, and the model alone. */
export async function viewParts(
  engine: Engine,
  views: number,
  answer?: Answering,
  guards: Readonly<Record<string, GuardTree>> = {},
): Promise<readonly FramedParts[]> {
  const policies = answer === undefined ? [undefined] : await policiesOf(views, answer, guards);
  return policies.map((policy) => {
    const plan = runnable(
      policy === undefined ? model() : underPolicy(model(), policy),
      ephemeralKeyRing((length) => new Uint8Array(length).fill(7)),
    );
    const table = { routes: [], otherwise: 0, jsonPaths: JSON_PATHS };
    const router = plan.guards === undefined ? undefined : openRoutes(table, plan.guards);
    return { engine, plan, formats: FORMATS, scan: { input: "strict" }, frame: "auto", direction: "mask", router };
  });
}

async function policiesOf(count: number, answer: Answering, guards: Readonly<Record<string, GuardTree>>): Promise<readonly ViewPolicy[]> {
  const reads = new Set(["class", "namespace"] as const);
  const place = (name: string): number => Number(name.slice(1));
  const { views } = await new PolicyActivator(model()).activate(
    {
      name: "made up",
      revision: "",
      sha256: "",
      reads,
      guards,
      grants: new Map(),
      views: new Map(),
      decide: async ({ name }, fields) => fields.map((facts) => answer(place(name), facts)),
      close: () => undefined,
    },
    Array.from({ length: count }, (_, i) => ({ name: `v${i}`, group: "", roles: [], purpose: "", recipient: "", environment: "" })),
  );
  return [...views.values()];
}

/** Messages as values of topics. */
export function framesOf(messages: readonly string[]): Frames {
  const values = messages.map((message) => new TextEncoder().encode(message));
  const bounds = new Uint32Array(2 * values.length);
  let at = 0;
  for (const [i, { length }] of values.entries()) {
    bounds[2 * i] = at;
    at += length;
    bounds[2 * i + 1] = at;
  }
  return { input: new Uint8Array(Buffer.concat(values)), bounds, count: values.length };
}

/** A work function that masks all values for all views: by one scan, or by one for each. */
export function viewsWork(parts: readonly FramedParts[], frames: Frames, isTogether: boolean): () => void {
  const outputs = parts.map((): ViewOutput => ({ output: new GrowingBytes(frames.input.length), result: new FramedResult() }));
  const masker = new ViewsMasker(parts);
  const maskers = parts.map((one) => new FramedMasker(one));
  return () => {
    for (const { output } of outputs) output.used = 0;
    if (isTogether) masker.mask(frames, outputs);
    else for (const [i, one] of maskers.entries()) one.mask(frames, outputs[i]?.output as GrowingBytes, outputs[i]?.result as FramedResult);
    for (const { result } of outputs)
      if (result.faults.size > 0) throw new Error(`refused: ${JSON.stringify([...result.faults.values()][0])}`);
  };
}
