/** Says what a model does to a field, and why: for `bauta explain` and for reviews of a model. */
import type { PlanOperation } from "../engines/plan.ts";
import type { Field, FormatName } from "../formats/api.ts";
import { type Decision, typedBy } from "./decide.ts";
import { Decider } from "./decider.ts";
import { lower } from "./lower.ts";
import type { Model, Rule } from "./model.ts";
import { messageKey } from "./path.ts";
import { type Denied, POLICY_LABEL } from "./policed.ts";
import { compareRanks, type Rank, rankOf } from "./rank.ts";
import { segmentText } from "./segments.ts";
import { JSON_FIELD, jsonRulesOf } from "./uncatalogued.ts";

export interface Explanation {
  readonly outcome: (Decision | Denied)["kind"];
  readonly operation: PlanOperation | undefined;
  /** All rules that name the field, the most specific first. Those with `wins` have the highest rank. */
  readonly rules: readonly { readonly rule: Rule; readonly wins: boolean }[];
  /** What the field's type has against the winner's own operation: `unfit: redact` took its place, or the record is refused. */
  readonly unfit?: string;
  /** Why the policy refuses records with it; empty where it does not say. */
  readonly denied?: string;
  /** Of a field whose answer names a guard: what is done where that holds; `operation` is what is done where it does not. */
  readonly held?: { readonly guard: string; readonly operation: PlanOperation };
}

/** A model's answers to why; the rules are put in order once. */
export class Explainer {
  readonly #decider: Decider;
  readonly #json: readonly Rule[];

  constructor(model: Model) {
    this.#decider = new Decider(model);
    this.#json = jsonRulesOf(this.#decider.index).map(({ rule }) => rule);
  }

  field(format: FormatName, messageType: string, field: Field): Explanation {
    const message = messageKey(messageType);
    const matching = this.#decider.index.matching(format, message, field);
    const first = matching[0];
    const decision = this.#decider.field(format, messageType, field);
    const outcome = outcomeOf(decision, format, field);
    const answered = answeredBy(decision);
    if (answered !== undefined) return { ...outcome, rules: [answered, ...matching.map(({ rule }) => ({ rule, wins: false }))] };
    return {
      ...outcome,
      rules: matching.map(({ rule, rank }) => ({ rule, wins: first !== undefined && compareRanks(rank, first.rank) === 0 })),
    };
  }

  /**
   * For a value that no catalogue describes.
   * @param index place in `Ruleset.jsonRules`; undefined is given back for what the model's default takes
   */
  json(index: number): Explanation | undefined {
    const rule = this.#json[index];
    return rule === undefined ? undefined : this.rule(rule);
  }

  /** For the values that a rule for JSON takes, or that the model's default does. */
  rule(rule: Rule): Explanation {
    return byRule(rule, this.#decider.json(rule));
  }

  /** For a text that stands in no message. */
  part(rule: Rule): Explanation {
    return byRule(rule, this.#decider.part(rule));
  }
}

export const explainField = (model: Model, format: FormatName, messageType: string, field: Field): Explanation =>
  new Explainer(model).field(format, messageType, field);

function byRule(rule: Rule, decision: Decision | Denied): Explanation {
  const answered = answeredBy(decision);
  const rules = answered === undefined ? [{ rule, wins: true }] : [answered, { rule, wins: false }];
  return { ...outcomeOf(decision, "json", JSON_FIELD), rules };
}

/** The rule that a policy's answer made of a decision, which goes before the model's. */
function answeredBy(decision: Decision | Denied): { readonly rule: Rule; readonly wins: true } | undefined {
  const isAnswer = (decision.kind === "operation" || decision.kind === "unfit") && decision.rule.label === POLICY_LABEL;
  return isAnswer ? { rule: decision.rule, wins: true } : undefined;
}

function outcomeOf(decision: Decision | Denied, format: FormatName, field: Field): Omit<Explanation, "rules"> {
  if (decision.kind === "unfit") return { outcome: "unfit", operation: undefined, unfit: decision.reason };
  if (decision.kind === "denied") return { outcome: "denied", operation: undefined, denied: decision.reason };
  if (decision.kind !== "operation") return { outcome: decision.kind, operation: undefined };
  const { rule, operation, guarded } = decision;
  const held = guarded === undefined ? {} : { held: { guard: guarded.guard, operation: guarded.held } };
  const own = lower(rule.action, format, typedBy(rule, format, field));
  return { outcome: "operation", operation, ...held, ...("issue" in own ? { unfit: own.reason } : {}) };
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
