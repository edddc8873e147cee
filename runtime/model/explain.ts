/** Says what a model does to a field, and why: for `bauta explain` and for reviews of a model. */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName } from "../formats/api.ts";
import { type Decision, decide, decideRule } from "./decide.ts";
import { lower } from "./lower.ts";
import type { Model, Rule } from "./model.ts";
import { messageKey } from "./path.ts";
import { compareRanks, type Rank, rankOf } from "./rank.ts";
import { RuleIndex } from "./rule-index.ts";
import { segmentText } from "./segments.ts";
import { JSON_FIELD, jsonRulesOf } from "./uncatalogued.ts";

export interface Explanation {
  readonly outcome: Decision["kind"];
  readonly operation: PlanOperation | undefined;
  /** All rules that name the field, the most specific first. Those with `wins` have the highest rank. */
  readonly rules: readonly { readonly rule: Rule; readonly wins: boolean }[];
  /** What the field's type has against the winner's own operation: `unfit: redact` took its place, or the record is refused. */
  readonly unfit?: string;
}

/** A model's answers to why; the rules are put in order once. */
export class Explainer {
  readonly #index: RuleIndex;
  readonly #json: readonly Rule[];

  constructor(model: Model) {
    this.#index = new RuleIndex(model.rules);
    this.#json = jsonRulesOf(this.#index).map(({ rule }) => rule);
  }

  field(format: FormatName, messageType: string, field: Field): Explanation {
    const message = messageKey(messageType);
    const matching = this.#index.matching(format, message, field);
    const first = matching[0];
    const decision = decide(this.#index, format, message, field);
    return {
      ...outcomeOf(decision, format, field),
      rules: matching.map(({ rule, rank }) => ({ rule, wins: first !== undefined && compareRanks(rank, first.rank) === 0 })),
    };
  }

  /**
   * For a value that no catalogue describes.
   * @param index place in `Ruleset.jsonRules`; undefined is given back for what the model's default takes
   */
  json(index: number): Explanation | undefined {
    const rule = this.#json[index];
    if (rule === undefined) return undefined;
    return { ...outcomeOf(decideRule(rule, "json", JSON_FIELD), "json", JSON_FIELD), rules: [{ rule, wins: true }] };
  }
}

export const explainField = (model: Model, format: FormatName, messageType: string, field: Field): Explanation =>
  new Explainer(model).field(format, messageType, field);

function outcomeOf(decision: Decision, format: FormatName, field: Field): Omit<Explanation, "rules"> {
  if (decision.kind === "unfit") return { outcome: "unfit", operation: undefined, unfit: decision.reason };
  if (decision.kind !== "operation") return { outcome: decision.kind, operation: undefined };
  const { rule, operation } = decision;
  const own = lower(rule.action, format, rule.declared === undefined ? field : { ...field, fit: rule.declared });
  return { outcome: "operation", operation, ...("issue" in own ? { unfit: own.reason } : {}) };
}

/** What a rule says of the fields that it takes, as far as this field meets it: `class account`, `path pacs.008:Dbtr/Nm`. */
export function criteriaOf(rule: Rule, field: Field | undefined): readonly string[] {
  return [
    ...(rule.pattern === undefined ? [] : [`path ${rule.pattern.text}`]),
    ...(rule.types === undefined ? [] : [`type ${rule.types.map(segmentText).join(" or ")}`]),
    ...(rule.classes === undefined ? [] : [`class ${field?.dataClass ?? [...rule.classes].join(" or ")}`]),
    ...(rule.shapes === undefined ? [] : [`shape ${field?.fit.shape ?? [...rule.shapes].join(" or ")}`]),
    ...(rule.format === undefined ? [] : [`format ${rule.format}`]),
  ];
}

/** The rank in words, the weightiest first: what makes the rule more specific than others. */
export function specificityOf(rule: Rule): string {
  const rank: Rank = rankOf(rule);
  const [path = 0, names = 0, partial = 0, single = 0, scope = 0, type = 0, classes = 0, shapes = 0, format = 0] = rank;
  const words = [
    ["", "path with wildcards", "path without wildcards"][path],
    names === 0 ? "" : `${names} ${names === 1 ? "name" : "names"}`,
    partial === 0 ? "" : `${partial} in part`,
    single === 0 ? "" : `${single} of any name`,
    ["", "one format", "one message", "one version"][scope],
    ["", "types by pattern", "type"][type],
    classes === 0 ? "" : "class",
    shapes === 0 ? "" : "shape",
    format === 0 ? "" : "format",
  ].filter((word) => word !== "" && word !== undefined);
  return words.join(", ") || "any field";
}
