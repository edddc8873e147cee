/** What changes for whom when one policy takes another's place: every field of every catalogued message, view by view. */
import type { PlanOperation } from "./engines/plan.ts";
import type { Field, FormatName } from "./formats/api.ts";
import { covered } from "./model/coverage.ts";
import { decideRule } from "./model/decide.ts";
import { Explainer, type Explanation } from "./model/explain.ts";
import type { Model, Rule } from "./model/model.ts";
import { underPolicy } from "./model/policed.ts";
import { RuleIndex } from "./model/rule-index.ts";
import { JSON_FIELD, jsonRulesOf } from "./model/uncatalogued.ts";
import { cataloguedFields, FIELDS_AT_ONCE, turn } from "./policies.ts";
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
export async function changesBetween(
  model: Model,
  before: Decided,
  after: ReadonlyMap<string, ViewPolicy>,
): Promise<readonly PolicyChange[]> {
  const reads = new Set<FactName>();
  for (const decided of [before, after])
    if (decided !== "model") for (const each of decided.values()) for (const fact of each.reads) reads.add(fact);
  const names = new Set([...(before === "model" ? [] : before.keys()), ...after.keys()]);
  const views = [...names].sort().map((view) => new ViewChanges(view, modelUnder(model, before, view), modelUnder(model, after, view)));
  let fields = 0;
  for (const { format, message, field, alike } of cataloguedFields(model, new RuleIndex(model.rules), reads)) {
    // Records are masked meanwhile.
    if (++fields % FIELDS_AT_ONCE === 0) await turn();
    for (const view of views) view.field(format, message, field, alike);
  }
  for (const [i, { rule }] of jsonRulesOf(new RuleIndex(model.rules)).entries()) for (const view of views) view.json(rule, i);
  for (const view of views) view.keys();
  return views.flatMap((view) => [...view.changes.values()]).sort((x, y) => Number(y.loosens) - Number(x.loosens));
}

function modelUnder(model: Model, decided: Decided, view: string): Model | undefined {
  if (decided === "model") return model;
  const policy = decided.get(view);
  return policy === undefined ? undefined : underPolicy(model, policy);
}

interface Side {
  readonly side: Model;
  readonly explainer: Explainer;
}

/** What changes for one view. */
class ViewChanges {
  readonly #view: string;
  /** undefined: the policy has no such view, so nobody reads as it. */
  readonly #sides: readonly (Side | undefined)[];
  /** By `alike`. */
  readonly #known: (readonly [Done, Done])[] = [];
  readonly changes: Map<string, PolicyChange> = new Map();

  constructor(view: string, before: Model | undefined, after: Model | undefined) {
    this.#view = view;
    this.#sides = [before, after].map((side) => (side === undefined ? undefined : { side, explainer: new Explainer(side) }));
  }

  field(format: FormatName, message: string, field: Field, alike: number): void {
    this.#known[alike] ??= this.#both((one) => doneTo(one, format, message, field));
    this.#note(field.dataClass, this.#known[alike], () => `${message} ${field.path}`);
  }

  json(rule: Rule, i: number): void {
    const pair = this.#both(({ side, explainer }) => {
      const found = explainer.json(i);
      return found === undefined ? NOBODY : doneBy(found, side, "refuse");
    });
    const declared = decideRule(rule, "json", JSON_FIELD);
    const kind = declared.kind === "operation" ? (declared.operation.kind ?? "") : "";
    this.#note(kind, pair, () => `json ${rule.pattern?.text ?? rule.label}`);
  }

  /** Copies under other keys can be joined with others than before. */
  keys(): void {
    const [before, after] = this.#sides.map((one) => one?.side.policy);
    if (after === undefined) return;
    const [was, is] = [before?.recipient ?? "", after.recipient].map(
      (recipient) => `keys of ${recipient === "" ? "the house" : recipient}`,
    );
    if (was === undefined || is === undefined || was === is) return;
    const fields = ["all that is masked under a key"];
    this.changes.set("keys", { view: this.#view, class: "", before: was, after: is, loosens: before !== undefined, fields });
  }

  #both(doneOn: (side: Side) => Done): readonly [Done, Done] {
    return this.#sides.map((one) => (one === undefined ? NOBODY : doneOn(one))) as [Done, Done];
  }

  #note(dataClass: string, [was, is]: readonly [Done, Done], field: () => string): void {
    if (was.text === is.text) return;
    const key = `${dataClass}\n${was.text}\n${is.text}`;
    const facts = { view: this.#view, class: dataClass, before: was.text, after: is.text };
    const change = this.changes.get(key) ?? { ...facts, loosens: loosensTo(was, is), fields: [] };
    change.fields.push(field());
    this.changes.set(key, change);
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
