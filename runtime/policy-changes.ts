/** What changes for whom when one policy takes another's place: every field of every catalogued message, view by view. */
import type { PlanOperation } from "./engines/plan.ts";
import type { Field, FormatName } from "./formats/api.ts";
import { covered } from "./model/coverage.ts";
import { decideRule } from "./model/decide.ts";
import { Explainer, type Explanation } from "./model/explain.ts";
import type { Model } from "./model/model.ts";
import { underPolicy } from "./model/policed.ts";
import { RuleIndex } from "./model/rule-index.ts";
import { JSON_FIELD, jsonRulesOf } from "./model/uncatalogued.ts";
import { cataloguedFields } from "./policies.ts";
import { LEVELS } from "./policy/answer.ts";
import type { FactName, ViewPolicy } from "./policy/api.ts";
import { guardText } from "./policy/guards.ts";

/** More than any detail counts. */
const DETAILS = 1000;
/** Characters that a mask keeps at both ends, at most: 15 each. */
const MASK_ENDS = 30;

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

/** By name of the view; `model`: what the model alone says, for whoever asks. */
export type Decided = ReadonlyMap<string, ViewPolicy> | "model";

/** Those that loosen first. A view that one side does not have gets nothing there. */
export function changesBetween(model: Model, before: Decided, after: ReadonlyMap<string, ViewPolicy>): readonly PolicyChange[] {
  const reads = new Set<FactName>();
  for (const decided of [before, after])
    if (decided !== "model") for (const each of decided.values()) for (const fact of each.reads) reads.add(fact);
  const changes = new Map<string, PolicyChange>();
  const names = [...(before === "model" ? [] : before.keys()), ...after.keys()];
  for (const view of [...new Set(names)].sort()) {
    const [a, b] = [before, after].map((decided) => modelUnder(model, decided, view));
    compareView({ view, model, before: a, after: b, reads, changes });
    compareKeys(view, a?.policy, b?.policy, changes);
  }
  return [...changes.values()].sort((x, y) => Number(y.loosens) - Number(x.loosens));
}

/** Copies under other keys can be joined with others than before. */
function compareKeys(
  view: string,
  before: ViewPolicy | undefined,
  after: ViewPolicy | undefined,
  changes: Map<string, PolicyChange>,
): void {
  if (after === undefined) return;
  const [was, is] = [before?.recipient ?? "", after.recipient].map((recipient) => `keys of ${recipient === "" ? "the house" : recipient}`);
  if (was === undefined || is === undefined || was === is) return;
  const fields = ["all that is masked under a key"];
  changes.set(`${view} keys`, { view, class: "", before: was, after: is, loosens: before !== undefined, fields });
}

function modelUnder(model: Model, decided: Decided, view: string): Model | undefined {
  if (decided === "model") return model;
  const policy = decided.get(view);
  return policy === undefined ? undefined : underPolicy(model, policy);
}

interface ViewComparison {
  readonly view: string;
  readonly model: Model;
  /** undefined: the policy has no such view, so nobody reads as it. */
  readonly before: Model | undefined;
  readonly after: Model | undefined;
  readonly reads: ReadonlySet<FactName>;
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
  const known: (readonly [Done, Done])[] = [];
  const note = (dataClass: string, [was, is]: readonly [Done, Done], field: string): void => {
    if (was.text === is.text) return;
    const key = `${view}\n${dataClass}\n${was.text}\n${is.text}`;
    const change = changes.get(key) ?? {
      view,
      class: dataClass,
      before: was.text,
      after: is.text,
      loosens: loosensTo(was, is),
      fields: [],
    };
    change.fields.push(field);
    changes.set(key, change);
  };
  for (const { format, message, field, alike } of cataloguedFields(model, new RuleIndex(model.rules), reads)) {
    known[alike] ??= sides.map((one) => (one === undefined ? NOBODY : doneTo(one, format, message, field))) as [Done, Done];
    note(field.dataClass, known[alike], `${message} ${field.path}`);
  }
  for (const [i, { rule }] of jsonRulesOf(new RuleIndex(model.rules)).entries()) {
    const pair = sides.map((one) => {
      const found = one?.explainer.json(i);
      return found === undefined || one === undefined ? NOBODY : doneBy(found, one.side, "refuse");
    }) as [Done, Done];
    const declared = decideRule(rule, "json", JSON_FIELD);
    note(declared.kind === "operation" ? (declared.operation.kind ?? "") : "", pair, `json ${rule.pattern?.text ?? rule.label}`);
  }
}

/** What becomes of a field. */
interface Done {
  readonly text: string;
  /** How much is to be seen where no guard holds, and where one does. */
  readonly level: number;
  readonly most: number;
  /** When it does; empty where there is none. */
  readonly condition: string;
}

const done = (text: string): Done => ({ text, level: levelOf(text), most: levelOf(text), condition: "" });

/** Whether some record shows more. A condition that is another one may hold for more records. */
const loosensTo = (was: Done, is: Done): boolean =>
  is.level > was.level || is.most > was.most || (is.most > is.level && is.condition !== was.condition);

/** What a view that there is not gets. */
const NOBODY = done("nothing");

function doneTo({ explainer, side }: Side, format: FormatName, message: string, field: Field): Done {
  const { outcome, technique } = covered(explainer, side, format, message, field);
  if (outcome === "refused") return done("refuse");
  const found = explainer.field(format, message, field);
  // Where the format itself removes something, whatever the rules say.
  return found.operation === undefined || found.operation.technique !== technique.split(" ")[0]
    ? done(technique)
    : doneBy(found, side, technique);
}

/** @param otherwise of what has no operation */
function doneBy({ operation, held }: Explanation, { policy }: Model, otherwise: string): Done {
  if (operation === undefined) return done(otherwise);
  const plain = done(wordsOf(operation));
  if (held === undefined) return plain;
  const [more, condition] = [wordsOf(held.operation), guardText(policy?.guards[held.guard] ?? [])];
  return { text: `${more} when ${held.guard} (${condition}), else ${plain.text}`, level: plain.level, most: levelOf(more), condition };
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
