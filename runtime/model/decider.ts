/** Decides fields by a model's rules and, where the model is under a policy, by what that answered. */
import type { Field, FormatName } from "../formats/api.ts";
import type { FieldFacts } from "../policy/api.ts";
import { type Decision, decideAmong, decideRule } from "./decide.ts";
import { KEEP_RULE, type Model, type Namespace, type Rule } from "./model.ts";
import { messageKey } from "./path.ts";
import { type Denied, factsOf, Policed } from "./policed.ts";
import { RuleIndex } from "./rule-index.ts";
import { JSON_FIELD } from "./uncatalogued.ts";

export class Decider {
  readonly index: RuleIndex;
  readonly #policed: Policed | undefined;

  constructor(model: Model) {
    this.index = new RuleIndex(model.rules);
    this.#policed = model.policy === undefined ? undefined : new Policed(model, model.policy);
  }

  /** @param message as scanners name it */
  field(format: FormatName, message: string, field: Field): Decision | Denied {
    const decision = this.byRules(format, message, field);
    return this.#policed?.decision(factsOf(format, message, field, decision), format, field, decision) ?? decision;
  }

  /** What a JSON rule does to the values that it takes. */
  json(rule: Rule): Decision | Denied {
    const decision = decideRule(rule, "json", JSON_FIELD);
    return this.#policed?.decision(jsonFacts(rule, decision), "json", JSON_FIELD, decision) ?? decision;
  }

  /** What becomes of a text that stands in no message, such as a record's key. */
  part(rule: Rule): Decision | Denied {
    const decision = decideRule(rule, "json", JSON_FIELD);
    return this.#policed?.decision(partFacts(decision), "json", JSON_FIELD, decision) ?? decision;
  }

  /** What the model's rules alone say. */
  byRules(format: FormatName, message: string, field: Field): Decision {
    return decideAmong(this.index.best(format, messageKey(message), field), format, field);
  }
}

/** What is known of the values that a JSON rule takes. */
export const jsonFacts = (rule: Rule, decision: Decision): FieldFacts =>
  factsOf("json", "json", { ...JSON_FIELD, path: rule.pattern?.text.replace(/^json:/, "") ?? "**" }, decision);

/** What is known of a text that stands in no message: by which namespace the pipeline wants it masked. */
export const partFacts = (decision: Decision): FieldFacts => ({
  ...factsOf("json", "", { ...JSON_FIELD, path: "" }, decision),
  format: "kafka",
});

/** The rule by which a namespace masks a text that stands in no message. */
export const partRule = (namespace: Namespace): Rule => ({
  ...KEEP_RULE,
  label: namespace.name,
  action: { kind: "use", namespace, otherwise: namespace.otherwise },
});
