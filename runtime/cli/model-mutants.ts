/** Which mutants of a model its tests let pass, and what would catch each. */
import type { Engine } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import type { Model, Rule } from "../model/model.ts";
import { type Mutant, type Mutation, mutantsOf } from "../model/mutants.ts";
import { Explained } from "./explained.ts";
import { ModelBench } from "./model-bench.ts";
import { type ReadyTest, runTest } from "./model-test-run.ts";

export interface Survivor {
  readonly mutation: Mutation;
  readonly what: string;
  readonly source: string;
  readonly line: number;
  /** `rules[3]`; empty for the model's default. */
  readonly place: string;
  /** What to add to the tests. */
  readonly remedy: string;
}

export interface MutantReport {
  readonly mutants: number;
  readonly caught: number;
  readonly survivors: readonly Survivor[];
  /** Mutants that are no model, so that nobody could run them. */
  readonly unbuildable: number;
  /** Mutants for which there was no time. */
  readonly untried: number;
}

/**
 * Tries every mutant until a test catches it.
 * @param until `performance.now()` behind which no other mutant is begun
 */
export function tryMutants(
  engine: Engine,
  model: Model,
  tests: readonly ReadyTest[],
  keys: readonly string[],
  until: number,
  progress: (done: number, of: number) => void,
): MutantReport {
  const mutants = mutantsOf(model);
  const met = rulesMet(engine, model, tests, keys);
  const survivors: Survivor[] = [];
  let [caught, unbuildable, tried] = [0, 0, 0];
  for (const mutant of mutants) {
    if (performance.now() > until) break;
    progress(tried++, mutants.length);
    const outcome = fate(engine, mutant, tests, keys);
    if (outcome === "caught") caught++;
    else if (outcome === "unbuildable") unbuildable++;
    else survivors.push(survivorOf(mutant, model, met));
  }
  return { mutants: mutants.length, caught, survivors, unbuildable, untried: mutants.length - tried };
}

function fate(
  engine: Engine,
  { model }: Mutant,
  tests: readonly ReadyTest[],
  keys: readonly string[],
): "caught" | "survived" | "unbuildable" {
  const bench = new ModelBench(engine, model, keys);
  try {
    return tests.some(({ test, given }) => runTest(bench, test, given).length > 0) ? "caught" : "survived";
  } catch (error) {
    if (error instanceof BautaError && error.issue.blame === "operator") return "unbuildable";
    throw error;
  } finally {
    bench.close();
  }
}

/** Labels of rules that decide a value of some test's message. */
function rulesMet(engine: Engine, model: Model, tests: readonly ReadyTest[], keys: readonly string[]): ReadonlySet<string> {
  const bench = new ModelBench(engine, model, keys);
  try {
    const explained = new Explained(bench.plan(0), false);
    const records = tests.flatMap(({ test, given }) => bench.look(bench.plan(0), test, given));
    const rules = records.flatMap((record) => explained.record({ source: "", record }).values.map(({ rule }) => rule?.label ?? ""));
    return new Set(rules);
  } finally {
    bench.close();
  }
}

function survivorOf({ mutation, what, rule }: Mutant, model: Model, met: ReadonlySet<string>): Survivor {
  return {
    mutation,
    what,
    source: rule?.source ?? model.origins.at(-1)?.source ?? model.name,
    line: rule?.at.line ?? 0,
    place: rule?.path ?? "",
    remedy: remedyOf(mutation, rule, rule !== undefined && met.has(rule.label)),
  };
}

function remedyOf(mutation: Mutation, rule: Rule | undefined, isMet: boolean): string {
  if (rule === undefined) return "give a message with a value that no rule names, and `expect: {refused: BAUTA-2201}`";
  const path = rule.pattern?.text ?? "PATH";
  const first = isMet ? "" : "no test's message has a value that this rule takes: give one; ";
  switch (mutation) {
    case "one-way":
      return `${first}\`expect: {"${path}": reversible}\``;
    case "linked":
      return `${first}one value in two places, and \`expect: {"${path}": {differs-from: PATH}}\``;
    case "merged":
      return `${first}one value in both namespaces, and \`expect: {"${path}": {differs-from: PATH}}\``;
    case "default":
    case "removed":
    case "kept":
      return `${first}\`expect: {"${path}": ${wordOf(rule)}}\``;
  }
}

function wordOf({ action }: Rule): string {
  switch (action.kind) {
    case "use":
      return "masked";
    case "mask":
    case "constant":
    case "bucket":
    case "month":
    case "round":
      return "{equals: TEXT}";
    case "redact":
      return "redacted";
    case "drop":
      return "removed";
    case "keep":
      return action.codeMax > 0 && action.otherwise === "redact" ? "redacted" : "kept";
  }
}
