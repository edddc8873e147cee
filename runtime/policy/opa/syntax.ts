/** OPA's syntax trees, as it writes them in JSON. */
import { FACTS, type FactName } from "../api.ts";
import { isObject } from "../views.ts";

/** A reference of the syntax tree as its texts, up to what is no text. */
export function pathOf(terms: unknown): string[] {
  const path: string[] = [];
  for (const term of Array.isArray(terms) ? terms : []) {
    if (!isObject(term) || typeof term["value"] !== "string" || (term["type"] === "var" && path.length > 0)) break;
    path.push(term["value"]);
  }
  return path;
}

/** Of `input.field.class` the fact; of `input.field` or `input` as a whole, all of them. */
export function factsRead(inputs: readonly (readonly string[])[]): readonly FactName[] {
  const read = new Set<FactName>();
  for (const [root, name] of inputs) {
    if (root === "view") continue;
    if (root === "format" || root === "message") read.add(root);
    else if (root !== undefined && (root !== "field" || name !== undefined)) for (const fact of FACTS) if (fact === name) read.add(fact);
    if (root === undefined || (root === "field" && name === undefined)) for (const fact of FACTS) read.add(fact);
  }
  return FACTS.filter((fact) => read.has(fact));
}
