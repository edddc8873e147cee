/**
 * Checks a model against the messages there are: every field of every catalogue is decided as a run would decide it, and what is
 * wrong is reported once for each rule, with an example.
 */
import type { Field, Fit, FormatName } from "../formats/api.ts";
import { withNamed } from "./below.ts";
import type { Catalogue } from "./catalogue.ts";
import { decideAmong } from "./decide.ts";
import { explainNoMatch, type FieldNames, namesOf } from "./did-you-mean.ts";
import type { Model, Rule } from "./model.ts";
import { ENVELOPE, messageKey, scopeCovers } from "./path.ts";
import type { Problem } from "./problem.ts";
import { AS_IS_FOR } from "./read-rules.ts";
import { RuleIndex } from "./rule-index.ts";
import { describe, isJsonRule, problemAt } from "./uncatalogued.ts";

export interface Check {
  readonly problems: readonly Problem[];
  /** Fields that no rule names, by message: their records will be refused. Messages without any are left out. */
  readonly uncovered: ReadonlyMap<string, readonly Field[]>;
  /** Fields looked at, over all messages. */
  readonly fieldCount: number;
}

/**
 * Everything in a loaded model that the catalogues show to be wrong: rules that match nothing (1205, 1217, 1218), that others take
 * everything from (1209), that contradict each other (1208), or whose operation a field's type does not admit (1211, 1212).
 */
export function checkModel(model: Model, catalogues: readonly Catalogue[]): Check {
  const opened = catalogues.map((catalogue) => withNamed(catalogue, model.rules));
  const judge = new Judge(model);
  const uncovered = new Map<string, Field[]>();
  let fieldCount = 0;
  for (const catalogue of opened) {
    for (const message of catalogue.messages()) {
      fieldCount += judge.message(catalogue, message, (field) => append(uncovered, message, field));
    }
  }
  return { problems: judge.problems(opened), uncovered, fieldCount };
}

/**
 * The same before a run, which should not wait for hundreds of messages that it will not meet: messages are gone through only until each
 * of the model's own rules has had a field to take. What is wrong in a message that was not gone through is found when that is met, for
 * a field whose rules contradict each other or its type refuses its record; a rule that can take nothing is found here.
 */
export function checkRules(model: Model, catalogues: readonly Catalogue[]): readonly Problem[] {
  const opened = catalogues.map((catalogue) => withNamed(catalogue, model.rules));
  const judge = new Judge(model);
  for (const [catalogue, message, isNamed] of likelyFirst(model, opened)) {
    if (!isNamed && judge.isSettled()) break;
    judge.message(catalogue, message);
  }
  return judge.problems(opened);
}

/** All messages: first those that the model's own rules name, then the newest version of each, then the others. */
function likelyFirst(model: Model, catalogues: readonly Catalogue[]): readonly (readonly [Catalogue, string, boolean])[] {
  const scopes = model.rules.filter(({ preset }) => !preset).flatMap(({ pattern }) => (pattern === undefined ? [] : [pattern.scope]));
  const naming = scopes.filter(({ message }) => message !== undefined);
  const all = catalogues.flatMap((catalogue) => catalogue.messages().map((message) => [catalogue, message] as const));
  const newest = new Map(all.map(([{ format }, message]) => [`${format} ${familyOf(message)}`, message]));
  const placed = all.map(([catalogue, message]) => {
    const isNamed = naming.some((scope) => scopeCovers(scope, catalogue.format, messageKey(message)));
    const isNewest = newest.get(`${catalogue.format} ${familyOf(message)}`) === message;
    return { order: isNamed ? 0 : isNewest ? 1 : 2, row: [catalogue, message, isNamed] as const };
  });
  return placed.sort((a, b) => a.order - b.order).map(({ row }) => row);
}

/** `pacs.008` of `pacs.008.001.08`. */
const familyOf = (message: string): string => message.split(".").slice(0, 2).join(".");

/** Goes through messages and keeps what was seen of each rule. */
class Judge {
  readonly #model: Model;
  readonly #index: RuleIndex;
  readonly #tallies: readonly Tally[];
  readonly #clashes = new Map<string, Problem>();
  /** By which rules speak of a message. */
  readonly #judged = new Map<string, Judged>();

  constructor(model: Model) {
    this.#model = model;
    this.#index = new RuleIndex(model.rules);
    this.#tallies = model.rules.map(() => new Tally());
  }

  /** Judges all fields of a message and returns how many there are. */
  message(catalogue: Catalogue, message: string, uncovered?: (field: Field) => void): number {
    const key = messageKey(message);
    const view = this.#judgedOf(viewOf(this.#model, catalogue.format, key));
    let count = 0;
    for (const field of catalogue.fieldsOf(message)) {
      count++;
      // Versions of a message have most fields in common, and most rules ask for no more of a place than its last name: what no rule can
      // tell apart is judged once.
      let covered = view.fields.get(field);
      if (covered === undefined) {
        const { format } = catalogue;
        const place = this.#index.isByKind(format, key, field) ? field.path.slice(field.path.lastIndexOf("/") + 1) : field.path;
        const text = `${place} ${field.type} ${field.dataClass} ${fitKey(field.fit)}`;
        covered = view.texts.get(text) ?? judge(this.#index, format, key, message, field, this.#tallies, this.#clashes);
        view.texts.set(text, covered);
        view.fields.set(field, covered);
      }
      if (!covered) uncovered?.(field);
    }
    return count;
  }

  /** Whether each of the model's own rules had a field to take. */
  isSettled(): boolean {
    return this.#model.rules.every((rule) => {
      const { matched, takenAbove, won } = this.#tallies[rule.index] as Tally;
      return rule.preset || isUncatalogued(rule) || won > 0 || (matched > 0 && takenAbove);
    });
  }

  problems(catalogues: readonly Catalogue[]): readonly Problem[] {
    // Only mistakes need suggestions, and a model without any should be checked fast: a run checks it too.
    let names: FieldNames | undefined;
    const allNames = (): FieldNames => (names ??= namesOf(catalogues));
    return [...this.#clashes.values(), ...this.#model.rules.flatMap((rule) => problemsOf(rule, this.#tallies, allNames))];
  }

  #judgedOf(view: string): Judged {
    const known = this.#judged.get(view) ?? { fields: new Map(), texts: new Map() };
    this.#judged.set(view, known);
    return known;
  }
}

/** Whether a rule names a field, of fields that were judged: by the field itself, and by all that rules know of it. */
interface Judged {
  readonly fields: Map<Field, boolean>;
  readonly texts: Map<string, boolean>;
}

/** What names alone can be blamed for: unknown paths, messages and types, and criteria that no field meets together. */
const NAME_ISSUES: readonly number[] = [1205, 1217, 1218];

/**
 * The mistakes in names of a model that did not load, so that they are shown together with those that kept it from loading.
 * @param draft of `loadModel`
 */
export function checkNames(draft: Model, catalogues: readonly Catalogue[]): readonly Problem[] {
  return checkModel(draft, catalogues).problems.filter(({ issue }) => NAME_ISSUES.includes(issue));
}

/** Which of the model's rules speak of a message, as far as their paths' prefixes say: equal for messages that no rule tells apart. */
export function viewOf(model: Model, format: FormatName, key: string): string {
  const spoken = model.rules.map(({ pattern }) => pattern === undefined || scopeCovers(pattern.scope, format, key));
  return `${format} ${spoken.map((covers) => (covers ? "1" : "0")).join("")}`;
}

const fitKeys = new WeakMap<Fit, number>();
const fitKeysByText = new Map<string, number>();

/** A number for each type there is, alike for types that are equal. */
export function fitKey(fit: Fit): number {
  let key = fitKeys.get(fit);
  if (key === undefined) {
    const text = JSON.stringify(fit);
    key = fitKeysByText.get(text) ?? fitKeysByText.size;
    fitKeysByText.set(text, key);
    fitKeys.set(fit, key);
  }
  return key;
}

/** What was seen of one rule over all fields that rules can tell apart. */
class Tally {
  matched = 0;
  won = 0;
  /** A rule of the same or a deeper level that took a field from it, and whether one of a higher level did. */
  taker: Rule | undefined = undefined;
  takenAbove = false;
  unfit: { readonly issue: number; readonly reason: string; readonly where: string; count: number } | undefined = undefined;
  /** A field of a catalogue, although the rule declares a type. */
  described: string | undefined = undefined;
}

/**
 * Decides one field and notes the outcome in the tallies and clashes; false if no rule names it.
 * @param key the message in the form of `messageKey`
 */
function judge(
  index: RuleIndex,
  format: FormatName,
  key: string,
  message: string,
  field: Field,
  tallies: readonly Tally[],
  clashes: Map<string, Problem>,
): boolean {
  const matching = index.matching(format, key, field);
  const decision = decideAmong(matching, format, field);
  if (decision.kind === "uncovered") return false;
  const where = `${message} ${field.path}`;
  const winner = decision.kind === "ambiguous" ? decision.rules[0] : decision.rule;
  for (const { rule } of matching) {
    const tally = tallies[rule.index] as Tally;
    tally.matched++;
    if (rule.declared !== undefined && field.below === undefined) tally.described ??= where;
    if (rule === winner || (decision.kind === "ambiguous" && rule === decision.rules[1])) tally.won++;
    else if (winner.level > rule.level) tally.takenAbove = true;
    else tally.taker ??= winner;
  }
  if (decision.kind === "ambiguous") {
    const [first, second] = decision.rules;
    const pair = `${first.index} ${second.index}`;
    const text = `${describe(first)} is as specific, names the same field, and wants another operation: ${where}`;
    if (!clashes.has(pair)) clashes.set(pair, problemAt(second, 1208, text));
  } else if (decision.kind === "unfit") {
    const tally = tallies[winner.index] as Tally;
    tally.unfit ??= { issue: decision.issue, reason: decision.reason, where: `${where}, type ${field.type}`, count: 0 };
    tally.unfit.count++;
  }
  return true;
}

function problemsOf(rule: Rule, tallies: readonly Tally[], names: () => FieldNames): readonly Problem[] {
  if (isUncatalogued(rule)) return [];
  const tally = tallies[rule.index] as Tally;
  const problems: Problem[] = [];
  if (tally.unfit !== undefined) {
    const { issue, reason, where, count } = tally.unfit;
    problems.push(problemAt(rule, issue, `${reason}: ${where}${count === 1 ? "" : `, and ${count - 1} more kinds of fields`}`));
  }
  if (tally.described !== undefined) problems.push(problemAt(rule, 1210, `${AS_IS_FOR}: ${tally.described}`));
  // Presets speak of classes of data of which a message type to come may have the first field.
  if (rule.preset) return problems;
  if (tally.matched === 0) {
    const { issue, message, suggestion } = explainNoMatch(rule, names());
    problems.push(problemAt(rule, issue, message, suggestion));
  } else if (tally.won === 0 && !tally.takenAbove && tally.taker !== undefined) {
    const message = `more specific rules take every field that this names, such as ${describe(tally.taker)}`;
    problems.push(problemAt(rule, 1209, message));
  }
  return problems;
}

/** Whether a rule speaks of what no catalogue has. */
const isUncatalogued = (rule: Rule): boolean => isJsonRule(rule) || rule.pattern?.scope.message === ENVELOPE;

function append(map: Map<string, Field[]>, key: string, field: Field): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [field]);
  else known.push(field);
}
