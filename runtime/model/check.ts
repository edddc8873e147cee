/**
 * Checks a model against the messages there are: every field of every catalogue is decided as a run would decide it, and what is
 * wrong is reported once for each rule, with an example.
 */
import type { Field, Fit, FormatName } from "../formats/api.ts";
import type { Catalogue } from "./catalogue.ts";
import { decideAmong } from "./decide.ts";
import { explainNoMatch, type FieldNames, namesOf } from "./did-you-mean.ts";
import type { Model, Rule } from "./model.ts";
import { ENVELOPE, messageKey, scopeCovers } from "./path.ts";
import type { Problem } from "./problem.ts";
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
  const index = new RuleIndex(model.rules);
  const tallies = model.rules.map(() => new Tally());
  const uncovered = new Map<string, Field[]>();
  const clashes = new Map<string, Problem>();
  const judged = new Map<string, Map<string, boolean>>();
  const judgedOf = (view: string): Map<string, boolean> => {
    const known = judged.get(view) ?? new Map<string, boolean>();
    judged.set(view, known);
    return known;
  };
  let fieldCount = 0;
  for (const catalogue of catalogues) {
    for (const message of catalogue.messages()) {
      const messageName = messageKey(message);
      const view = judgedOf(viewOf(model, catalogue.format, messageName));
      for (const field of catalogue.fieldsOf(message)) {
        fieldCount++;
        // Versions of a message have most fields in common: those that no rule can tell apart are judged once.
        const key = `${field.path} ${field.type} ${field.dataClass} ${fitKey(field.fit)}`;
        let covered = view.get(key);
        if (covered === undefined) {
          covered = judge(index, catalogue.format, messageName, message, field, tallies, clashes);
          view.set(key, covered);
        }
        if (!covered) append(uncovered, message, field);
      }
    }
  }
  // Only mistakes need suggestions, and a model without any should be checked fast: a run checks it too.
  let names: FieldNames | undefined;
  const allNames = (): FieldNames => (names ??= namesOf(catalogues));
  const problems = [...clashes.values(), ...model.rules.flatMap((rule) => problemsOf(rule, tallies, allNames))];
  return { problems, uncovered, fieldCount };
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
function viewOf(model: Model, format: FormatName, key: string): string {
  const spoken = model.rules.map(({ pattern }) => pattern === undefined || scopeCovers(pattern.scope, format, key));
  return `${format} ${spoken.map((covers) => (covers ? "1" : "0")).join("")}`;
}

const fitKeys = new WeakMap<Fit, number>();
const fitKeysByText = new Map<string, number>();

/** A number for each type there is, alike for types that are equal. */
function fitKey(fit: Fit): number {
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
  if (isJsonRule(rule) || rule.pattern?.scope.message === ENVELOPE) return [];
  const tally = tallies[rule.index] as Tally;
  const problems: Problem[] = [];
  if (tally.unfit !== undefined) {
    const { issue, reason, where, count } = tally.unfit;
    problems.push(problemAt(rule, issue, `${reason}: ${where}${count === 1 ? "" : `, and ${count - 1} more fields`}`));
  }
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

function append(map: Map<string, Field[]>, key: string, field: Field): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [field]);
  else known.push(field);
}
