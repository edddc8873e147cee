/**
 * Checks a model against the messages there are: every field of every catalogue is decided as a run would decide it, and what is
 * wrong is reported once for each rule, with an example.
 */
import type { Field, FormatName } from "../formats/api.ts";
import type { Catalogue } from "./catalogue.ts";
import { decide } from "./decide.ts";
import { explainNoMatch, type FieldNames, namesOf } from "./did-you-mean.ts";
import type { Model, Rule } from "./model.ts";
import { ENVELOPE, messageKey } from "./path.ts";
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
  let fieldCount = 0;
  for (const catalogue of catalogues) {
    for (const message of catalogue.messages()) {
      for (const field of catalogue.fieldsOf(message)) {
        fieldCount++;
        const decided = judge(index, catalogue.format, message, field, tallies, clashes);
        if (!decided) append(uncovered, message, field);
      }
    }
  }
  const names = namesOf(catalogues);
  const problems = [...clashes.values(), ...model.rules.flatMap((rule) => problemsOf(rule, tallies, names))];
  return { problems, uncovered, fieldCount };
}

/** What was seen of one rule over all fields. */
class Tally {
  matched = 0;
  won = 0;
  /** A rule of the same or a deeper level that took a field from it, and whether one of a higher level did. */
  taker: Rule | undefined = undefined;
  takenAbove = false;
  unfit: { readonly issue: number; readonly reason: string; readonly where: string; count: number } | undefined = undefined;
}

/** Decides one field and notes the outcome; false if no rule names it. */
function judge(
  index: RuleIndex,
  format: FormatName,
  message: string,
  field: Field,
  tallies: readonly Tally[],
  clashes: Map<string, Problem>,
): boolean {
  const key = messageKey(message);
  const decision = decide(index, format, key, field);
  if (decision.kind === "uncovered") return false;
  const where = `${message} ${field.path}`;
  const winner = decision.kind === "ambiguous" ? decision.rules[0] : decision.rule;
  for (const { rule } of index.matching(format, key, field)) {
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

function problemsOf(rule: Rule, tallies: readonly Tally[], names: FieldNames): readonly Problem[] {
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
    const { issue, message, suggestion } = explainNoMatch(rule, names);
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
