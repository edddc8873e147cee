/** `bauta policy explain`: how a policy decides one record, field by field and guard by guard, for each of its readers. Never a value. */

import type { EngineName } from "../engines/api.ts";
import { decodeSegment } from "../engines/portable/text/decode.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { type OpenPlan, openPlan } from "../open.ts";
import type { InspectedGuard, InspectedRecord } from "../pipeline/inspect.ts";
import { guardTests } from "../pipeline/route/guards.ts";
import { activatePolicy } from "../policies.ts";
import type { ViewPolicy } from "../policy/api.ts";
import { guardText } from "../policy/guards.ts";
import { wordsOf } from "../policy-changes.ts";
import { EXIT } from "./exit.ts";
import { Explained, type ExplainedValue } from "./explained.ts";
import { inspectorOf, recordsOf } from "./inspection.ts";
import { sourcesOf } from "./jobs.ts";
import { grantFacts, grantText, type PolicyCommandOptions, viewsOf } from "./policy.ts";
import { modelOf, openPolicy } from "./policy-option.ts";
import { colorsFor, print } from "./terminal.ts";

export interface PolicyExplainOptions extends PolicyCommandOptions {
  /** File with the record; - is standard input. */
  readonly record: string;
  readonly engine: EngineName;
}

interface TracedField {
  readonly path: string;
  readonly class: string;
  /** Type of the format's own standard. */
  readonly type: string;
  /** Values that it is so for. */
  readonly count: number;
  /** What becomes of them, as answers are written; with a guard what it chose. */
  readonly action: string;
  /** Label of the rule that decided: `policy`, or one of the model. */
  readonly rule: string;
  readonly outcome: ExplainedValue["status"];
  /** What the guard chooses between. */
  readonly guard?: { readonly name: string; readonly holds: boolean; readonly when: string; readonly else: string };
}

interface TracedRecord {
  readonly record: number;
  readonly format: string;
  readonly message: string;
  /** Code of the issue that refuses it; empty if it is masked. */
  readonly refused: string;
  readonly guards: readonly TracedGuard[];
  readonly fields: readonly TracedField[];
}

interface TracedGuard {
  readonly name: string;
  readonly holds: boolean;
  /** Comparisons, and whether each holds for every transaction of the record; all of one alternative have to. */
  readonly alternatives: readonly (readonly { readonly test: string; readonly holds: boolean }[])[];
}

/** Traces the records of the file for each view. Exit code 3 if the policy refuses one. */
export async function policyExplain(path: string, options: PolicyExplainOptions): Promise<number> {
  const model = modelOf(options);
  const policy = await openPolicy(path);
  try {
    const views = viewsOf(policy, options.view);
    const { views: decided, grants, revision } = await activatePolicy(policy, model, views);
    const traced: { readonly view: string; readonly records: readonly TracedRecord[] }[] = [];
    for (const { name } of views) traced.push({ view: name, records: await traceOf(options, decided.get(name)) });
    const isRefused = traced.some(({ records }) => records.some(({ refused }) => refused !== ""));
    const exit = isRefused ? EXIT.refused : EXIT.done;
    if (options.json === true)
      print(JSON.stringify({ exit, policy: path, revision, sha256: policy.sha256, grants: grants.map(grantFacts), views: traced }));
    else {
      for (const grant of grants) print(grantText(grant));
      for (const { view, records } of traced) for (const record of records) printRecord(view, record);
    }
    return exit;
  } finally {
    policy.close();
  }
}

async function traceOf(
  { model, preset, record: file, engine: name }: PolicyExplainOptions,
  policy: ViewPolicy | undefined,
): Promise<readonly TracedRecord[]> {
  const [source, ...others] = sourcesOf({ in: [file], out: "-", alsoRead: [model, undefined] });
  if (source === undefined || others.length > 0) throw new BautaError(1001, { detail: "--record takes one file" });
  const plan = openPlan({ model, preset, keyFile: undefined, keyOfTheMoment: true, direction: "mask", input: "strict", policy });
  try {
    const engine = await selectEngine(name);
    const guards = guardTests({ trees: policy?.guards ?? {}, jsonPaths: {}, decode: decodeSegment });
    const inspector = inspectorOf(engine, plan, { input: "strict", values: false, guards });
    try {
      const explained = new Explained(plan, false);
      const records: TracedRecord[] = [];
      for await (const record of recordsOf(inspector, source)) records.push(tracedOf(record, source.name, explained, plan));
      return records;
    } finally {
      inspector.close();
    }
  } finally {
    plan.close();
  }
}

function tracedOf(record: InspectedRecord, source: string, explained: Explained, plan: OpenPlan): TracedRecord {
  const { values, refusal, format, message } = explained.record({ source, record });
  const fields = new Map<string, TracedField>();
  for (const [i, value] of values.entries()) {
    const field = fieldOf(value, record.values[i]?.operation ?? -1, record.guards, plan);
    const key = JSON.stringify(field);
    fields.set(key, { ...field, count: (fields.get(key)?.count ?? 0) + 1 });
  }
  const guards = record.guards.map((guard) => guardOf(guard, plan));
  return { record: record.record, format, message, refused: refusal?.code ?? "", guards, fields: [...fields.values()] };
}

function fieldOf(value: ExplainedValue, operation: number, guards: readonly InspectedGuard[], plan: OpenPlan): TracedField {
  const { path, class: dataClass, type, status, rule } = value;
  const guarded = plan.guards?.operations.get(operation);
  const words = (index: number): string => {
    const found = plan.operationOf(index);
    return found === undefined ? value.technique : wordsOf(found);
  };
  const facts = { path, class: dataClass, type, count: 0, rule: rule?.label ?? "", outcome: status };
  if (guarded === undefined) return { ...facts, action: status === "refused" ? "refuse" : words(operation) };
  const holds = guards.find(({ name }) => name === guarded.guard)?.holds ?? false;
  const [when, otherwise] = [words(guarded.held), words(guarded.otherwise)];
  return { ...facts, action: holds ? when : otherwise, guard: { name: guarded.guard, holds, when, else: otherwise } };
}

function guardOf({ name, holds, alternatives }: InspectedGuard, plan: OpenPlan): TracedGuard {
  const tree = plan.model.policy?.guards[name] ?? [];
  const texts = tree.map((tests) => tests.map((test) => guardText([[test]])));
  return {
    name,
    holds,
    alternatives: alternatives.map((tests, i) => tests.map((is, j) => ({ test: texts[i]?.[j] ?? "", holds: is }))),
  };
}

function printRecord(view: string, { record, message, refused, guards, fields }: TracedRecord): void {
  const colors = colorsFor(process.stdout);
  const end = refused === "" ? "" : `  ${colors.red(`refused ${refused}`)}`;
  print(`${colors.bold(printable(view))}  record ${record}  ${printable(message)}${end}`);
  const sign = (holds: boolean): string => (holds ? colors.green("holds") : colors.dim("does not hold"));
  for (const { name, holds, alternatives } of guards) {
    print(`  guard ${printable(name)} ${sign(holds)}`);
    for (const tests of alternatives)
      print(`    ${tests.map(({ test, holds: is }) => `${printable(test)}: ${is ? "yes" : "no"}`).join(" and ")}`);
  }
  const width = Math.max(0, ...fields.map(({ path }) => path.length));
  for (const { path, class: dataClass, count, action, rule, guard } of fields) {
    const both = guard === undefined ? "" : `  ${guard.name} ? ${guard.when} : ${guard.else}`;
    const facts = `${dataClass}${count > 1 ? `, ${count} values` : ""}${rule === "" ? "" : `, by ${rule}`}`;
    print(`  ${printable(path).padEnd(width)}  ${printable(action)}  ${colors.dim(printable(facts + both))}`);
  }
}
