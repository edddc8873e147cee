/** A policy inside this process, compiled to WebAssembly by OPA. */
import { BautaError } from "../../kit/errors.ts";
import type { Turns } from "../../platform/turns.ts";
import { answerOf, type WrittenAnswer } from "../answer.ts";
import { DENY_RULE, type FieldFacts, PLAN_RULE, type PolicyEngine } from "../api.ts";
import { grantsOf } from "../grants.ts";
import { isObject, type View, viewsOf } from "../views.ts";
import type { CompiledPolicy } from "./compile.ts";
import { type Ask, loadModule } from "./module.ts";

/** Opens it. @throws BautaError 1603, 1608, or 1606 for views that are none, 1648 for grants */
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
    grants: grantsOf(policy.data),
    decide: (view, fields, turns) => decideAll({ ask, hasDeny: policy.hasDeny, known: new Map() }, view, fields, turns),
    close: () => undefined,
  };
}

interface Asking {
  readonly ask: Ask;
  readonly hasDeny: boolean;
  /** Answers by what a rule gave, as text: a hundred thousand fields have a handful. */
  readonly known: Map<string, WrittenAnswer>;
}

/** One answer after the other, in slices: the thread that asks also masks. */
async function decideAll(asking: Asking, view: View, fields: readonly FieldFacts[], turns: Turns): Promise<readonly WrittenAnswer[]> {
  const answers: WrittenAnswer[] = [];
  for (const field of fields) {
    answers.push(decideOne(asking, view, field));
    if (turns.isOver) await turns.next();
  }
  return answers;
}

function decideOne({ ask, hasDeny, known }: Asking, view: View, field: FieldFacts): WrittenAnswer {
  const { format, message, ...facts } = field;
  const input = { format, message, field: facts, view };
  const where = `${message} ${field.path}`.trim();
  const denied = hasDeny ? reasonsOf(resultIn(ask(DENY_RULE, input, where)), where) : [];
  if (denied.length > 0) return { action: "refuse", reason: denied.join("; ") };
  const told = ask(PLAN_RULE, input, where);
  const same = known.get(told);
  if (same !== undefined) return same;
  const written = resultIn(told);
  // A rule that says nothing of a field leaves it to the model, which refuses what it does not know either.
  const answer: WrittenAnswer = written === undefined ? { action: "model" } : answerOf(written, where);
  if (known.size < KNOWN_MAX) known.set(told, answer);
  return answer;
}

const KNOWN_MAX = 4096;

/** What a rule gives; undefined if it is undefined. */
function resultIn(told: string): unknown {
  const results: unknown = JSON.parse(told);
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
