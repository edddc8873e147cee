/** `bauta policy diff`: what changes for whom when one policy takes another's place. */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName } from "../formats/api.ts";
import { printable } from "../kit/errors.ts";
import { covered } from "../model/coverage.ts";
import { decideRule } from "../model/decide.ts";
import { Explainer } from "../model/explain.ts";
import type { Model } from "../model/model.ts";
import { underPolicy } from "../model/policed.ts";
import { RuleIndex } from "../model/rule-index.ts";
import { JSON_FIELD, jsonRulesOf } from "../model/uncatalogued.ts";
import { activatePolicy, cataloguedFields } from "../policies.ts";
import { LEVELS } from "../policy/answer.ts";
import type { PolicyEngine } from "../policy/api.ts";
import { EXIT } from "./exit.ts";
import { type PolicyCommandOptions, viewsOf } from "./policy.ts";
import { modelOf, openPolicy } from "./policy-option.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface PolicyChange {
  readonly view: string;
  readonly class: string;
  readonly before: string;
  readonly after: string;
  /** More of the value is to be seen than before. */
  readonly loosens: boolean;
  /** `pacs.008.001.08 FIToFICstmrCdtTrf/…`, all of them. */
  readonly fields: string[];
}

export interface PolicyDiffOptions extends PolicyCommandOptions {
  /** Exit with 9 if a change loosens. */
  readonly refuseLoosening?: boolean;
}

export async function policyDiff(before: string, after: string, options: PolicyDiffOptions): Promise<number> {
  const model = modelOf(options);
  const engines = [await openPolicy(before), await openPolicy(after)] as const;
  try {
    const changes = await changesOf(model, engines, options.view);
    const loosenings = changes.filter(({ loosens }) => loosens).length;
    const exit = options.refuseLoosening === true && loosenings > 0 ? EXIT.evidence : EXIT.done;
    if (options.json === true) print(JSON.stringify({ exit, model: model.name, before, after, changes }));
    else printChanges(changes, loosenings);
    return exit;
  } finally {
    for (const engine of engines) engine.close();
  }
}

/** Changes of all views that both policies have, and of those that one has alone. */
async function changesOf(
  model: Model,
  [before, after]: readonly [PolicyEngine, PolicyEngine],
  only: string | undefined,
): Promise<readonly PolicyChange[]> {
  const [was, is] = [viewsOf(before, only), viewsOf(after, only)].map((views) => views.map(({ name }) => name)) as [string[], string[]];
  const [old, next] = [
    await activatePolicy(before, model, viewsOf(before, only)),
    await activatePolicy(after, model, viewsOf(after, only)),
  ];
  const reads = new Set([...before.reads, ...after.reads]);
  const changes = new Map<string, PolicyChange>();
  for (const view of [...new Set([...was, ...is])].sort()) {
    const [a, b] = [old, next].map(({ views }) => {
      const policy = views.get(view);
      return policy === undefined ? undefined : underPolicy(model, policy);
    }) as [Model | undefined, Model | undefined];
    compareView({ view, model, before: a, after: b, reads, changes });
  }
  return [...changes.values()].sort((x, y) => Number(y.loosens) - Number(x.loosens));
}

interface ViewComparison {
  readonly view: string;
  readonly model: Model;
  /** undefined: the policy has no such view, so nobody reads as it. */
  readonly before: Model | undefined;
  readonly after: Model | undefined;
  readonly reads: PolicyEngine["reads"];
  readonly changes: Map<string, PolicyChange>;
}

interface Side {
  readonly side: Model;
  readonly explainer: Explainer;
}

function compareView({ view, model, before, after, reads, changes }: ViewComparison): void {
  const sides = [before, after].map((side): Side | undefined =>
    side === undefined ? undefined : { side, explainer: new Explainer(side) },
  );
  const known: (readonly [string, string])[] = [];
  const note = (dataClass: string, [was, is]: readonly [string, string], field: string): void => {
    if (was === is) return;
    const key = `${view}\n${dataClass}\n${was}\n${is}`;
    const change = changes.get(key) ?? { view, class: dataClass, before: was, after: is, loosens: levelOf(is) > levelOf(was), fields: [] };
    change.fields.push(field);
    changes.set(key, change);
  };
  for (const { format, message, field, alike } of cataloguedFields(model, new RuleIndex(model.rules), reads)) {
    known[alike] ??= sides.map((one) => (one === undefined ? NOBODY : doneTo(one, format, message, field))) as [string, string];
    note(field.dataClass, known[alike], `${message} ${field.path}`);
  }
  for (const [i, { rule }] of jsonRulesOf(new RuleIndex(model.rules)).entries()) {
    const pair = sides.map((one) => {
      const found = one?.explainer.json(i);
      return found === undefined ? NOBODY : found.operation === undefined ? "refuse" : wordsOf(found.operation);
    }) as [string, string];
    const declared = decideRule(rule, "json", JSON_FIELD);
    note(declared.kind === "operation" ? (declared.operation.kind ?? "") : "", pair, `json ${rule.pattern?.text ?? rule.label}`);
  }
}

/** What a view that there is not gets. */
const NOBODY = "nothing";

function doneTo({ explainer, side }: Side, format: FormatName, message: string, field: Field): string {
  const { outcome, technique } = covered(explainer, side, format, message, field);
  if (outcome === "refused") return "refuse";
  const { operation } = explainer.field(format, message, field);
  // Where the format itself removes something, whatever the rules say.
  return operation === undefined || operation.technique !== technique.split(" ")[0] ? technique : wordsOf(operation);
}

/** The operation as answers of policies are written, with all that says how much is to be seen. */
function wordsOf({ technique, namespace, kind, keepFirst = 0, keepLast = 0, codeMax = 0, detect = false }: PlanOperation): string {
  if (technique === "mask") {
    const form = kind === undefined || kind === "text" ? "" : ` ${kind}`;
    return `mask${form}${keepFirst > 0 ? ` keep-first ${keepFirst}` : ""}${keepLast > 0 ? ` keep-last ${keepLast}` : ""}`;
  }
  if (technique === "keep" && codeMax > 0) return `keep code-max ${codeMax}`;
  if (technique === "keep") return detect ? "keep" : "keep danger-no-detect";
  return namespace === undefined ? technique : `${technique} ${namespace}`;
}

/** How much is to be seen of a value: the technique first, then what it keeps. */
function levelOf(done: string): number {
  const [technique = ""] = done.split(" ");
  const level = (LEVELS as readonly string[]).indexOf(technique) * DETAILS;
  const kept = [...done.matchAll(/keep-(?:first|last) (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
  // The domain of an address says more than its ends.
  if (technique === "mask") return level + kept + (done.includes(" email") ? MASK_ENDS : 0);
  if (technique !== "keep") return level;
  const codes = /code-max (\d+)/.exec(done)?.[1];
  return level + (codes !== undefined ? Number(codes) : done.includes("danger-no-detect") ? DETAILS - 1 : DETAILS - 2);
}

/** More than any detail counts. */
const DETAILS = 1000;
/** Characters that a mask keeps at both ends, at most: 15 each. */
const MASK_ENDS = 30;

const SHOWN = 40;

function printChanges(changes: readonly PolicyChange[], loosenings: number): void {
  const colors = colorsFor(process.stdout);
  if (changes.length === 0) return print(colors.green("no field of any view changes"));
  const width = (pick: (change: PolicyChange) => string): number => Math.max(...changes.map((change) => pick(change).length));
  const [views, classes, befores] = [width(({ view }) => view), width((change) => change.class), width(({ before }) => before)];
  for (const { view, class: dataClass, before, after, loosens, fields } of changes.slice(0, SHOWN)) {
    const mark = loosens ? colors.red("looser ") : colors.green("tighter");
    const facts = `${view.padEnd(views)}  ${dataClass.padEnd(classes)}  ${before.padEnd(befores)} → ${after}`;
    const example = printable(fields[0] ?? "");
    print(`${mark}  ${facts}  ${colors.dim(`${grouped(fields.length)} ${fields.length === 1 ? "field" : "fields"}, such as ${example}`)}`);
  }
  if (changes.length > SHOWN) print(`and ${grouped(changes.length - SHOWN)} more (--json tells all)`);
  const fields = changes.reduce((sum, change) => sum + change.fields.length, 0);
  print(
    `${grouped(fields)} changes of fields; ${loosenings === 0 ? "none loosens" : colors.red(`${grouped(loosenings)} kinds of them loosen`)}`,
  );
}
