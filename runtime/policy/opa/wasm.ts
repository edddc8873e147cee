/** A policy inside this process, compiled to WebAssembly by OPA. */
import { BautaError } from "../../kit/errors.ts";
import { type Answer, answerOf } from "../answer.ts";
import { DENY_RULE, type FieldFacts, PLAN_RULE, type PolicyEngine } from "../api.ts";
import { isObject, type View, viewsOf } from "../views.ts";
import type { CompiledPolicy } from "./compile.ts";
import { type Ask, loadModule } from "./module.ts";

/** Opens it. @throws BautaError 1603, 1608, or 1606 for views that are none */
export async function openWasm(policy: CompiledPolicy): Promise<PolicyEngine> {
  const ask = await loadModule(policy.wasm, policy.dataJson);
  const views = viewsOf(policy.data);
  return {
    name: "opa-wasm",
    revision: policy.revision,
    sha256: policy.sha256,
    reads: new Set(policy.reads),
    views,
    guards: Object.fromEntries(policy.guards.map(({ name, tree }) => [name, tree])),
    decide: async (view, fields) => fields.map((field) => decideOne(ask, policy.hasDeny, view, field)),
    close: () => undefined,
  };
}

function decideOne(ask: Ask, hasDeny: boolean, view: View, field: FieldFacts): Answer {
  const { format, message, ...facts } = field;
  const input = { format, message, field: facts, view };
  const where = `${message} ${field.path}`.trim();
  const denied = hasDeny ? reasonsOf(ruleValue(ask, DENY_RULE, input, where), where) : [];
  if (denied.length > 0) return { action: "refuse", reason: denied.join("; ") };
  const written = ruleValue(ask, PLAN_RULE, input, where);
  // A rule that says nothing of a field leaves it to the model, which refuses what it does not know either.
  return written === undefined ? { action: "model" } : answerOf(written, where);
}

/** What a rule gives; undefined if it is undefined. */
function ruleValue(ask: Ask, rule: string, input: object, where: string): unknown {
  const results: unknown = JSON.parse(ask(rule, input, where));
  const [first] = Array.isArray(results) ? (results as unknown[]) : [];
  return isObject(first) ? first["result"] : undefined;
}

/** Texts of a set, sorted. */
export function reasonsOf(written: unknown, where: string): readonly string[] {
  if (written === undefined) return [];
  if (!Array.isArray(written) || !written.every((reason) => typeof reason === "string")) {
    throw new BautaError(1604, { path: where, detail: '`deny` is a set of texts: `deny contains "why" if …`' });
  }
  return [...(written as string[])].sort();
}
