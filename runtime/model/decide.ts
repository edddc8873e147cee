/** The decision for one field: which rule wins and what operation that is, or why there is none. Check, compile and explain share it. */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName } from "../formats/api.ts";
import { lower } from "./lower.ts";
import type { Rule } from "./model.ts";
import { operationKey } from "./operation-table.ts";
import { compareRanks } from "./rank.ts";
import type { RankedRule } from "./rule-index.ts";

export type Decision =
  | {
      readonly kind: "operation";
      readonly rule: Rule;
      readonly operation: PlanOperation;
      /** A record for which the policy's guard of that name holds has this operation instead. */
      readonly guarded?: { readonly guard: string; readonly held: PlanOperation };
    }
  /** No rule names the field. */
  | { readonly kind: "uncovered" }
  /** Two rules of one rank want different operations. */
  | { readonly kind: "ambiguous"; readonly rules: readonly [Rule, Rule] }
  /** The rule's operation does not fit the field's type; `issue` is 1211 or 1212. */
  | { readonly kind: "unfit"; readonly rule: Rule; readonly issue: number; readonly reason: string };

/** @param named the rules that name the field, the most specific first; those of the highest rank are enough */
export function decideAmong(named: readonly RankedRule[], format: FormatName, field: Field): Decision {
  const first = named[0];
  if (first === undefined) return { kind: "uncovered" };
  const decision = decideRule(first.rule, format, field);
  for (const { rule, rank } of named.slice(1)) {
    if (compareRanks(rank, first.rank) !== 0) break;
    if (keyOf(decideRule(rule, format, field)) !== keyOf(decision)) return { kind: "ambiguous", rules: [first.rule, rule] };
  }
  return decision;
}

/** What a rule that has won does to the field. */
export function decideRule(rule: Rule, format: FormatName, field: Field): Exclude<Decision, { readonly kind: "uncovered" | "ambiguous" }> {
  const typed = typedBy(rule, format, field);
  const lowered = lower(rule.action, format, typed);
  if ("operation" in lowered) return { kind: "operation", rule, operation: lowered.operation };
  if (rule.unfit === "redact") {
    const redacted = lower({ kind: "redact" }, format, typed);
    if ("operation" in redacted) return { kind: "operation", rule, operation: redacted.operation };
    return { kind: "unfit", rule, issue: redacted.issue, reason: `${lowered.reason}, and ${redacted.reason}` };
  }
  return { kind: "unfit", rule, ...lowered };
}

/** The field with the type that the rule declares, where no catalogue has one. */
export function typedBy({ declared }: Rule, format: FormatName, field: Field): Field {
  const isDescribed = format !== "json" && field.dataClass !== "envelope" && field.below === undefined;
  return declared === undefined || isDescribed ? field : { ...field, fit: declared };
}

function keyOf(decision: ReturnType<typeof decideRule>): string {
  return decision.kind === "operation" ? operationKey(decision.operation) : `unfit ${decision.reason}`;
}
