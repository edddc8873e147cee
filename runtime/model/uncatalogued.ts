/**
 * Rules for values that no catalogue describes: JSON, and the wrappers around ISO 20022 messages. Their paths cannot be checked
 * against names, but against each other they can, and what they declare with `as` against their operation.
 */
import type { Field, FormatName } from "../formats/api.ts";
import { type Decision, decideRule } from "./decide.ts";
import { patternContains, patternsMeet } from "./json-path.ts";
import { ANY_TEXT } from "./lower.ts";
import type { Model, Rule } from "./model.ts";
import { operationKey } from "./operation-table.ts";
import { ENVELOPE } from "./path.ts";
import type { Problem } from "./problem.ts";
import { compareRanks, rankOf } from "./rank.ts";
import type { RankedRule, RuleIndex } from "./rule-index.ts";

/** What a JSON value is to a rule: any text, of no type and class that a criterion could name. */
export const JSON_FIELD: Field = { path: "", type: "", dataClass: "free-text", fit: ANY_TEXT };
/** What text and attributes of a wrapper are to a rule. */
export const ENVELOPE_FIELD: Field = { path: "", type: ENVELOPE, dataClass: "envelope", fit: { shape: "text", min: 0, max: 0 } };

export const isJsonRule = (rule: Rule): boolean => rule.pattern?.scope.format === "json";
/** The JSON rules with their ranks, the least specific first: the order in which a compiled model has them. */
export const jsonRulesOf = (index: RuleIndex): readonly RankedRule[] => index.ranked.filter(({ rule }) => isJsonRule(rule)).reverse();

const isEnvelopeRule = (rule: Rule): boolean => rule.pattern?.scope.message === ENVELOPE;

/** Rules whose operation does not fit what they declare, that contradict each other, or that can never come to their turn. */
export function checkUncatalogued(model: Model): readonly Problem[] {
  const json = model.rules.filter(isJsonRule);
  const envelope = model.rules.filter(isEnvelopeRule);
  return [...checkRules(json, "json", JSON_FIELD), ...checkRules(envelope, "iso20022", ENVELOPE_FIELD), ...findShadowed(json)];
}

function checkRules(rules: readonly Rule[], format: FormatName, field: Field): readonly Problem[] {
  const problems: Problem[] = [];
  const decisions = rules.map((rule) => ({ rule, rank: rankOf(rule), decision: decideRule(rule, format, field) }));
  for (const [i, { rule, rank, decision }] of decisions.entries()) {
    if (decision.kind === "unfit") problems.push(problemAt(rule, decision.issue, decision.reason));
    for (const other of decisions.slice(0, i)) {
      if (compareRanks(rank, other.rank) !== 0 || sameOutcome(decision, other.decision)) continue;
      if (!patternsMeet(rule.pattern?.segments ?? [], other.rule.pattern?.segments ?? [])) continue;
      const message = `${describe(other.rule)} is as specific, can name the same value, and wants another operation`;
      problems.push(problemAt(rule, 1208, message));
    }
  }
  return problems;
}

function sameOutcome(a: Decision, b: Decision): boolean {
  // An operation that fits nowhere is reported by itself.
  if (a.kind !== "operation" || b.kind !== "operation") return true;
  return operationKey(a.operation) === operationKey(b.operation);
}

/** JSON rules all of whose values another rule takes first. What an extending model takes from its base is no mistake. */
function findShadowed(rules: readonly Rule[]): readonly Problem[] {
  return rules.flatMap((rule) => {
    if (rule.preset) return [];
    const shadow = rules.find((other) => other !== rule && other.level <= rule.level && precedes(other, rule) && covers(other, rule));
    return shadow === undefined ? [] : [problemAt(rule, 1209, `${describe(shadow)} comes first for every value that this names`)];
  });
}

function precedes(other: Rule, rule: Rule): boolean {
  const order = compareRanks(rankOf(other), rankOf(rule));
  return order > 0 || (order === 0 && other.index < rule.index);
}

const covers = (outer: Rule, inner: Rule): boolean => patternContains(outer.pattern?.segments ?? [], inner.pattern?.segments ?? []);

/** A rule as another's problem names it. */
export const describe = (rule: Rule): string => (rule.at.line === 0 ? rule.label : `${rule.label} on line ${rule.at.line}`);

export function problemAt(rule: Rule, issue: number, message: string, suggestion?: string): Problem {
  const place = { source: rule.source, line: rule.at.line, column: rule.at.column, path: rule.path };
  return { issue, ...place, message, ...(suggestion === undefined ? {} : { suggestion }) };
}
