/**
 * What the rules of an OPA server read, found in the syntax trees that it shows: `opa deps` is not to be had over HTTP. Whatever could be
 * meant counts as read, so that fields are taken for alike only where no rule can tell them apart.
 */
import { DENY_RULE, FACTS, type FactName, GUARDS_RULE, PLAN_RULE } from "../api.ts";
import { isObject } from "../views.ts";
import { factsRead, pathOf } from "./syntax.ts";

export interface ServerRules {
  readonly reads: readonly FactName[];
  /** Names of guards. */
  readonly guards: readonly string[];
}

interface Rule {
  /** `bauta/masking/plan` */
  readonly path: string;
  /** Of `input`. */
  readonly inputs: readonly (readonly string[])[];
  /** Paths of data that it may mean. */
  readonly data: readonly string[];
}

/** @param modules syntax trees, as `GET /v1/policies` gives them */
export function rulesOfServer(modules: readonly unknown[]): ServerRules {
  const rules = modules.flatMap(rulesIn);
  const reached = new Set<Rule>();
  const visit = (path: string): void => {
    for (const rule of rules) {
      if (reached.has(rule) || !(isWithin(rule.path, path) || isWithin(path, rule.path))) continue;
      reached.add(rule);
      rule.data.forEach(visit);
    }
  };
  for (const asked of [PLAN_RULE, DENY_RULE]) visit(asked);
  const inputs = [...reached].flatMap((rule) => rule.inputs);
  const guards = rules.filter(({ path }) => path.startsWith(`${GUARDS_RULE}/`)).map(({ path }) => path.slice(GUARDS_RULE.length + 1));
  const isWhole = inputs.some((path) => path.length === 0);
  return { reads: isWhole ? FACTS : factsRead(inputs), guards: [...new Set(guards)].sort() };
}

const isWithin = (path: string, folder: string): boolean => folder === "" || path === folder || path.startsWith(`${folder}/`);

function rulesIn(module: unknown): readonly Rule[] {
  if (!isObject(module) || !isObject(module["package"])) return [];
  const pack = pathOf(module["package"]["path"]).slice(1);
  const imports = listOf(module["imports"]).filter(isObject);
  return listOf(module["rules"])
    .filter(isObject)
    .map((rule) => {
      const head = isObject(rule["head"]) ? rule["head"] : {};
      const reference = pathOf(head["ref"]);
      const path = [...pack, ...(reference.length > 0 ? reference : [String(head["name"])])].join("/");
      const found: { inputs: (readonly string[])[]; data: string[] } = { inputs: [], data: [] };
      // What stands in a rule under a name of its own may be a rule of its package, or something that was imported.
      for (const read of [rule, ...imports]) collect(read, pack, found);
      return { path, ...found };
    });
}

function collect(term: unknown, pack: readonly string[], found: { readonly inputs: (readonly string[])[]; readonly data: string[] }): void {
  if (Array.isArray(term)) {
    for (const one of term) collect(one, pack, found);
    return;
  }
  if (!isObject(term)) return;
  const { type, value } = term;
  if (type === "var" && value === "input") found.inputs.push([]);
  else if (type === "var" && value === "data") found.data.push("");
  else if (type === "var" && typeof value === "string") found.data.push([...pack, value].join("/"));
  else if (type === "ref" && Array.isArray(value)) {
    const [root, ...rest] = pathOf(value);
    if (root === "input") found.inputs.push(rest);
    else if (root === "data") found.data.push(rest.join("/"));
    else collect(value[0], pack, found);
    collect(value.slice(1), pack, found);
  } else for (const one of Object.values(term)) collect(one, pack, found);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
