/**
 * Mutants of a model: what it becomes by one mistake of its author. Tests that pass for a mutant would let that mistake pass. Only the
 * author's own rules are changed; those of presets are tested where they are made.
 */
import type { Action, Model, Namespace, Rule } from "./model.ts";
import { isReversible, TOKEN_WIDTH_DEFAULT } from "./vocabulary.ts";

export const MUTATIONS = ["removed", "kept", "one-way", "linked", "merged", "default"] as const;
export type Mutation = (typeof MUTATIONS)[number];

export interface Mutant {
  readonly mutation: Mutation;
  /** What was done, in words. */
  readonly what: string;
  /** The rule that was changed, or the first that uses the namespace that was; undefined for the model's default. */
  readonly rule: Rule | undefined;
  readonly model: Model;
}

/** All mutants, in the order of the rules: of a rule, of the namespaces that rules use, of the default. */
export function mutantsOf(model: Model): readonly Mutant[] {
  const own = model.rules.filter(({ preset }) => !preset);
  return [...own.flatMap((rule) => ofRule(model, rule)), ...ofNamespaces(model, own), ...ofDefault(model)];
}

function ofRule(model: Model, rule: Rule): readonly Mutant[] {
  const removed: Mutant = {
    mutation: "removed",
    what: "the rule is removed",
    rule,
    model: withRules(
      model,
      model.rules.filter((one) => one !== rule),
    ),
  };
  if (rule.action.kind === "keep" && rule.action.codeMax === 0) return [removed];
  const rules = model.rules.map((one) => (one === rule ? { ...one, action: KEEP } : one));
  return [removed, { mutation: "kept", what: "the rule keeps what it takes", rule, model: withRules(model, rules) }];
}

const KEEP: Action = { kind: "keep", strict: undefined, detect: true, codeMax: 0, otherwise: "error" };

/** Each namespace without its way back, each of which equal values differ made equal, and each with another of its kind in its place. */
function ofNamespaces(model: Model, own: readonly Rule[]): readonly Mutant[] {
  const used = new Map<Namespace, Rule>();
  for (const rule of own) if (rule.action.kind === "use" && !used.has(rule.action.namespace)) used.set(rule.action.namespace, rule);
  const namespaces = [...used];
  return namespaces.flatMap(([namespace, rule], i): readonly Mutant[] => {
    const { name, kind, technique } = namespace;
    const oneWay: Mutant = {
      mutation: "one-way",
      what: `namespace ${name} draws pseudonyms, which cannot be undone`,
      rule,
      model: exchanged(model, namespace, { ...namespace, technique: "pseudonym", width: TOKEN_WIDTH_DEFAULT }),
    };
    const linked: Mutant = {
      mutation: "linked",
      what: `equal values of namespace ${name} are equal in the output`,
      rule,
      model: exchanged(model, namespace, linkedOf(namespace)),
    };
    if (isApart(namespace)) return isReversible(technique) ? [oneWay, linked] : [linked];
    const others = namespaces.slice(i + 1).filter(([other]) => other.kind === kind && other.technique === technique);
    const merged = others.map(
      ([other]): Mutant => ({
        mutation: "merged",
        what: `namespaces ${name} and ${other.name} are one`,
        rule,
        model: exchanged(model, namespace, other),
      }),
    );
    return isReversible(technique) ? [oneWay, ...merged] : merged;
  });
}

/** Whether one value has different outputs in two places. */
const isApart = ({ technique, cipher }: Namespace): boolean => technique === "generate" || cipher === "aes-gcm";

function linkedOf(namespace: Namespace): Namespace {
  return namespace.technique === "encrypt"
    ? { ...namespace, cipher: "aes-siv" }
    : { ...namespace, technique: "pseudonym", width: TOKEN_WIDTH_DEFAULT, otherwise: "redact" };
}

function ofDefault(model: Model): readonly Mutant[] {
  if (model.keepUncovered !== undefined) return [];
  const what = "values that no rule names are kept";
  return [{ mutation: "default", what, rule: undefined, model: { ...model, keepUncovered: "a mutant" } }];
}

const withRules = (model: Model, rules: readonly Rule[]): Model => ({
  ...model,
  rules: rules.map((rule, index) => ({ ...rule, index })),
});

/** Every rule that uses a namespace uses another one in its place. */
function exchanged(model: Model, from: Namespace, to: Namespace): Model {
  const namespaces = model.namespaces.map((one) => (one === from && one.name === to.name ? to : one));
  const rules = model.rules.map((rule) =>
    rule.action.kind === "use" && rule.action.namespace === from ? { ...rule, action: { ...rule.action, namespace: to } } : rule,
  );
  return { ...model, namespaces, rules };
}
