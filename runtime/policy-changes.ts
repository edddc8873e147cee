/** What changes for whom when one policy takes another's place: every field of every catalogued message, view by view. */
import type { PlanOperation } from "./engines/plan.ts";
import type { Field, FormatName } from "./formats/api.ts";
import { covered } from "./model/coverage.ts";
import { decideRule } from "./model/decide.ts";
import { jsonFacts, partRule } from "./model/decider.ts";
import { Explainer, type Explanation } from "./model/explain.ts";
import { classByModel } from "./model/kind-classes.ts";
import { KEEP_RULE, type Model, type Namespace, type Rule } from "./model/model.ts";
import { underPolicy } from "./model/policed.ts";
import { RuleIndex } from "./model/rule-index.ts";
import { JSON_FIELD, jsonRulesOf } from "./model/uncatalogued.ts";
import { Turns } from "./platform/turns.ts";
import { cataloguedFields, FIELDS_AT_ONCE, type Timeline } from "./policies.ts";
import { LEVELS } from "./policy/answer.ts";
import type { FactName, ViewPolicy } from "./policy/api.ts";
import { type GuardTree, guardText, implies } from "./policy/guards.ts";

/** More than any detail counts. */
const DETAILS = 1000;

export interface PolicyChange {
  readonly view: string;
  readonly class: string;
  readonly before: string;
  readonly after: string;
  /** More of the value is to be seen than before. */
  readonly loosens: boolean;
  /** When it changes, where that is not at once: ISO 8601, UTC. */
  readonly from?: string;
  /** `pacs.008.001.08 FIToFICstmrCdtTrf/…`, all of them. */
  readonly fields: string[];
}

/** By name of the view; `model`: what the model alone says, for whoever asks. */
export type Decided = ReadonlyMap<string, ViewPolicy> | "model";

/** The same at once, and whenever a grant of either side ends: what changes then that did not change before. */
export async function changesOverTime(model: Model, before: Timeline, after: Timeline): Promise<readonly PolicyChange[]> {
  const moments = new Set([...before.later, ...after.later].map(({ from }) => from));
  const changes = [...(await changesBetween(model, before.views, after.views))];
  const known = new Set(changes.map(nameOf));
  for (const moment of [...moments].sort((a, b) => a - b)) {
    for (const change of await changesBetween(model, viewsAt(before, moment), viewsAt(after, moment))) {
      if (known.has(nameOf(change))) continue;
      known.add(nameOf(change));
      changes.push({ ...change, from: new Date(moment).toISOString() });
    }
  }
  return changes.sort((x, y) => Number(y.loosens) - Number(x.loosens));
}

const nameOf = ({ view, class: dataClass, before, after }: PolicyChange): string => `${view}\n${dataClass}\n${before}\n${after}`;

const viewsAt = ({ views, later }: Timeline, moment: number): ReadonlyMap<string, ViewPolicy> =>
  later.findLast(({ from }) => from <= moment)?.views ?? views;

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
  const turns = new Turns();
  let fields = 0;
  for (const { format, message, field, alike } of cataloguedFields(model, new RuleIndex(model.rules), reads)) {
    // Records are masked meanwhile.
    if (++fields % FIELDS_AT_ONCE === 0 && turns.isOver) await turns.next();
    for (const view of views) view.field(format, message, field, alike);
  }
  for (const view of views) {
    for (const [i, { rule }] of jsonRulesOf(new RuleIndex(model.rules)).entries()) view.json(rule, i);
    if (model.keepUncovered !== undefined) view.jsonDefault();
    for (const namespace of model.namespaces) view.part(namespace);
    view.keys();
  }
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
    const facts = jsonFacts(rule, decideRule(rule, "json", JSON_FIELD));
    this.#note(facts.class, pair, () => `json ${rule.pattern?.text ?? rule.label}`);
  }

  /** Members that no rule of the model names. */
  jsonDefault(): void {
    this.#note(
      "",
      this.#both(({ side, explainer }) => doneBy(explainer.rule(KEEP_RULE), side, "refuse")),
      () => "json **",
    );
  }

  /** Keys and headers of records that a pipeline has masked by a namespace. */
  part(namespace: Namespace): void {
    const pair = this.#both(({ side, explainer }) => doneBy(explainer.part(partRule(namespace)), side, "refuse"));
    this.#note(classByModel([], namespace.kind ?? ""), pair, () => `kafka ${namespace.name}`);
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
  /** Where no guard holds. */
  readonly plain: Shown;
  /** Where the guard holds, if there is one. */
  readonly held: { readonly shown: Shown; readonly guard: GuardTree } | undefined;
}

/** What is to be seen of a value. */
interface Shown {
  /** `nothing`: the view is not there. */
  readonly technique: string;
  readonly namespace: string;
  readonly kind: string;
  readonly keepFirst: number;
  readonly keepLast: number;
  readonly codeMax: number;
  /** Card numbers and IBANs in it refuse the record. */
  readonly detect: boolean;
}

const SHOWN: Shown = { technique: "", namespace: "", kind: "text", keepFirst: 0, keepLast: 0, codeMax: 0, detect: true };

/** By the technique alone. */
const done = (technique: string): Done => ({ text: technique, plain: { ...SHOWN, technique }, held: undefined });

/** Whether some record shows more, or cannot be shown not to. */
function loosensTo(was: Done, is: Done): boolean {
  if (isLooser(was.plain, is.plain)) return true;
  if (is.held === undefined) return false;
  const isNarrower = was.held !== undefined && implies(is.held.guard, was.held.guard);
  return isLooser(isNarrower && was.held !== undefined ? was.held.shown : was.plain, is.held.shown);
}

/** Whether something may be seen of a value that was not to be seen before. */
function isLooser(was: Shown, is: Shown): boolean {
  if (was.technique !== is.technique) return rankOf(is) > rankOf(was) || (showsPart(is) && !showsPart(was) && was.technique !== "keep");
  switch (is.technique) {
    case "mask":
      return is.keepFirst > was.keepFirst || is.keepLast > was.keepLast || (is.kind !== was.kind && is.kind !== "text");
    case "keep":
      return keptBy(is) > keptBy(was);
    default:
      // Under another namespace it can be joined with other copies, or is rounded less.
      return is.namespace !== was.namespace;
  }
}

const rankOf = ({ technique }: Shown): number => (LEVELS as readonly string[]).indexOf(technique);

/** Characters of the value itself: a keyed digest, though looser by rank, has none of them. */
const showsPart = ({ technique, kind, keepFirst, keepLast }: Shown): boolean =>
  technique === "mask" && (keepFirst > 0 || keepLast > 0 || kind !== "text");

/** Of values that stay: code words up to a length, then whatever holds no number, then all. */
const keptBy = ({ codeMax, detect }: Shown): number => (codeMax > 0 ? codeMax : detect ? DETAILS : 2 * DETAILS);

/** What a view that there is not gets. */
const NOBODY = done("nothing");

function doneTo({ explainer, side }: Side, format: FormatName, message: string, field: Field): Done {
  const { outcome, technique } = covered(explainer, side, format, message, field);
  if (outcome === "refused") return done("refuse");
  const found = explainer.field(format, message, field);
  const [word = ""] = technique.split(" ");
  // Where the format itself removes something, whatever the rules say.
  return found.operation === undefined || found.operation.technique !== word ? done(word) : doneBy(found, side, word);
}

/** @param otherwise of what has no operation */
function doneBy({ operation, held }: Explanation, { policy }: Model, otherwise: string): Done {
  if (operation === undefined) return done(otherwise);
  const [text, plain] = [wordsOf(operation), shownBy(operation)];
  if (held === undefined) return { text, plain, held: undefined };
  const guard = policy?.guards[held.guard] ?? [];
  const more = `${wordsOf(held.operation)} when ${held.guard} (${guardText(guard)})`;
  return { text: `${more}, else ${text}`, plain, held: { shown: shownBy(held.operation), guard } };
}

function shownBy({
  technique,
  namespace = "",
  kind = "text",
  keepFirst = 0,
  keepLast = 0,
  codeMax = 0,
  detect = false,
}: PlanOperation): Shown {
  return { technique, namespace, kind, keepFirst, keepLast, codeMax, detect };
}

/** The operation as answers of policies are written, with all that says how much is to be seen. */
export function wordsOf(operation: PlanOperation): string {
  const { technique, namespace, kind, keepFirst, keepLast, codeMax, detect } = shownBy(operation);
  if (technique === "mask") {
    const form = kind === "text" ? "" : ` ${kind}`;
    return `mask${form}${keepFirst > 0 ? ` keep-first ${keepFirst}` : ""}${keepLast > 0 ? ` keep-last ${keepLast}` : ""}`;
  }
  if (technique === "keep" && codeMax > 0) return `keep code-max ${codeMax}`;
  if (technique === "keep") return detect ? "keep" : "keep danger-no-detect";
  return namespace === "" ? technique : `${technique} ${namespace}`;
}
