/** Says what a model does to a field, and why: for `bauta check --explain` and for reviews of a model. */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName } from "../formats/api.ts";
import { type Decision, decide } from "./decide.ts";
import type { Model, Rule } from "./model.ts";
import { messageKey } from "./path.ts";
import { compareRanks } from "./rank.ts";
import { RuleIndex } from "./rule-index.ts";

export interface Explanation {
  readonly outcome: Decision["kind"];
  readonly operation: PlanOperation | undefined;
  /** All rules that name the field, the most specific first. Those with `wins` have the highest rank. */
  readonly rules: readonly { readonly rule: Rule; readonly wins: boolean }[];
}

export function explainField(model: Model, format: FormatName, messageType: string, field: Field): Explanation {
  const index = new RuleIndex(model.rules);
  const message = messageKey(messageType);
  const matching = index.matching(format, message, field);
  const first = matching[0];
  const decision = decide(index, format, message, field);
  return {
    outcome: decision.kind,
    operation: decision.kind === "operation" ? decision.operation : undefined,
    rules: matching.map(({ rule, rank }) => ({ rule, wins: first !== undefined && compareRanks(rank, first.rank) === 0 })),
  };
}
