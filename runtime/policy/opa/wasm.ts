/** A policy inside this process: the WebAssembly that OPA compiled, in OPA's own runtime for JavaScript. */
import { type LoadedPolicy, loadPolicy } from "@open-policy-agent/opa-wasm";
import { BautaError } from "../../kit/errors.ts";
import { type Answer, answerOf } from "../answer.ts";
import { DENY_RULE, type FieldFacts, PLAN_RULE, type PolicyEngine } from "../api.ts";
import { isObject, type View, viewsOf } from "../views.ts";
import type { CompiledPolicy } from "./compile.ts";

/** Pages of 64 KB: what a policy and its data may take. */
const MEMORY = { initial: 5, maximum: 4096 };

/** Built-in functions that OPA leaves to the host of its WebAssembly, as far as its runtime for JavaScript has them. */
const HOST_BUILTINS: ReadonlySet<string> = new Set([
  "json.is_valid",
  "regex.split",
  "sprintf",
  "yaml.is_valid",
  "yaml.marshal",
  "yaml.unmarshal",
]);

/** Opens it. @throws BautaError 1603 if it cannot run here, 1608 for built-in functions that are not to be had, 1606 for views that are none */
export async function openWasm(policy: CompiledPolicy): Promise<PolicyEngine> {
  let loaded: LoadedPolicy;
  try {
    loaded = await loadPolicy(policy.wasm, MEMORY);
    // As it is written: a large number would be another one behind JSON.parse.
    const { buffer, byteOffset, byteLength } = policy.dataJson;
    loaded.setData(buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer);
  } catch (error) {
    throw new BautaError(1603, { detail: `the WebAssembly does not load: ${said(error)}` });
  }
  const missing = required(loaded).filter((name) => !HOST_BUILTINS.has(name));
  if (missing.length > 0) throw new BautaError(1608, { detail: missing.sort().join(", ") });
  const views = viewsOf(policy.data);
  return {
    name: "opa-wasm",
    revision: policy.revision,
    sha256: policy.sha256,
    reads: new Set(policy.reads),
    views,
    guards: Object.fromEntries(policy.guards.map(({ name, tree }) => [name, tree])),
    decide: async (view, fields) => fields.map((field) => decideOne(loaded, policy.hasDeny, view, field)),
    close: () => undefined,
  };
}

function decideOne(loaded: LoadedPolicy, hasDeny: boolean, view: View, field: FieldFacts): Answer {
  const { format, message, ...facts } = field;
  const input = { format, message, field: facts, view };
  const where = `${message} ${field.path}`.trim();
  const denied = hasDeny ? reasonsOf(ask(loaded, DENY_RULE, input, where), where) : [];
  if (denied.length > 0) return { action: "refuse", reason: denied.join("; ") };
  const written = ask(loaded, PLAN_RULE, input, where);
  // A rule that says nothing of a field leaves it to the model, which refuses what it does not know either.
  return written === undefined ? { action: "model" } : answerOf(written, where);
}

/** What a rule gives; undefined if it is undefined. */
function ask(loaded: LoadedPolicy, rule: string, input: object, where: string): unknown {
  let results: unknown;
  try {
    results = loaded.evaluate(input, rule);
  } catch (error) {
    throw new BautaError(1603, { path: where, detail: `${rule}: ${said(error)}` });
  }
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

/** What was thrown, in a line: the runtime throws texts and objects as well as errors. */
function said(error: unknown): string {
  if (typeof error === "string") return error;
  return isObject(error) && typeof error["message"] === "string" ? error["message"] : error instanceof Error ? error.message : "it failed";
}

/** Built-in functions that the policy takes from its host. */
function required(loaded: LoadedPolicy): readonly string[] {
  const instance = loaded.wasmInstance as WebAssembly.Instance;
  const { builtins, opa_json_dump: dump } = instance.exports as Record<string, (at?: number) => number>;
  if (builtins === undefined || dump === undefined) return [];
  const bytes = new Uint8Array(loaded.mem.buffer);
  const start = dump(builtins());
  let end = start;
  while (bytes[end] !== 0) end++;
  const names: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(loaded.mem.buffer).subarray(start, end)));
  return isObject(names) ? Object.keys(names) : [];
}
