/**
 * A model under a policy: what was answered for one view takes the place of what the model's own rules say.
 *
 * Answers are asked for before a run and are plain data, so that a model under a policy goes to other threads like any model.
 */
import type { Field, FormatName } from "../formats/api.ts";
import type { Answer, PlainAnswer } from "../policy/answer.ts";
import type { FactName, FieldFacts, ViewPolicy } from "../policy/api.ts";
import { factsKey } from "../policy/facts.ts";
import { summaryOf } from "../policy/summary.ts";
import { type Decision, decideRule } from "./decide.ts";
import { classByModel } from "./kind-classes.ts";
import { type Action, KEEP_RULE, type Model, type Namespace, type Rule } from "./model.ts";
import { HASH_WIDTH_DEFAULT } from "./vocabulary.ts";

/** What rules that a policy made are called. */
export const POLICY_LABEL = "policy";

/** Namespace of keyed digests of what the model gives no identity. */
const HASHED = "policy-hash";
/** Digests of values of a namespace are not its pseudonyms, so they have a key of their own. */
export const hashedName = (namespace: string): string => `${namespace}.hash`;

/** What is known of a field, for a policy; `decision` is what the model's rules say. */
export function factsOf(format: FormatName, message: string, field: Field, decision: Decision): FieldFacts {
  const operation = decision.kind === "operation" ? decision.operation : undefined;
  const tags = decision.kind === "operation" ? decision.rule.tags : [];
  const kind = operation?.kind ?? "";
  return {
    format,
    message,
    path: field.path,
    name: format === "json" ? lastMember(field.path) : field.path.slice(field.path.lastIndexOf("/") + 1),
    class: format === "json" ? classByModel(tags, kind) : field.dataClass,
    type: field.type,
    shape: field.fit.shape,
    technique: operation?.technique ?? "",
    namespace: operation?.namespace ?? "",
    kind,
    tags,
  };
}

/** Of `$.card.pan` `pan`, of `$['a b'][*]` `a b`; empty where the path ends in no name. */
const lastMember = (path: string): string => /(?:\.([^.[\]*]+)|\['([^']*)'\])(?:\[[\d*]+\])*$/.exec(path)?.slice(1).find(Boolean) ?? "";

/** The policy refuses records with the field. */
export interface Denied {
  readonly kind: "denied";
  readonly reason: string;
}

type Decided = Decision | Denied;

/** What a policy's answers make of a model's decisions. */
export class Policed {
  readonly #model: Model;
  readonly #policy: ViewPolicy;
  readonly #reads: ReadonlySet<FactName>;

  constructor(model: Model, policy: ViewPolicy) {
    this.#model = model;
    this.#policy = policy;
    this.#reads = new Set(policy.reads);
  }

  /** The decision under the policy; undefined: what the model's rules say. */
  decision(facts: FieldFacts, format: FormatName, field: Field, base: Decision): Decision | Denied | undefined {
    // A field about which nothing was asked is none that the policy was activated for.
    const answer = this.#policy.answers[factsKey(facts, this.#reads)] ?? UNASKED;
    if (answer.action !== "guarded") return this.#plain(answer, format, field, base);
    const [then, otherwise] = [answer.then, answer.otherwise].map((one) => this.#plain(one, format, field, base) ?? base) as [
      Decided,
      Decided,
    ];
    // What a record is refused for is known before it is read.
    if (otherwise.kind !== "operation" || then.kind !== "operation") return otherwise;
    // What is to be removed goes with what stands around it: the scan has to know.
    if (then.operation.technique === "drop" || otherwise.operation.technique === "drop")
      return { kind: "denied", reason: `guard ${answer.guard} cannot remove` };
    return { ...otherwise, guarded: { guard: answer.guard, held: then.operation } };
  }

  #plain(answer: PlainAnswer, format: FormatName, field: Field, base: Decision): Decided | undefined {
    const rule = ruleOf(answer, this.#model, base);
    if (rule === undefined) return undefined;
    // What type the values of a path are is the model's to say.
    const declared = "rule" in base ? base.rule.declared : undefined;
    return "refuse" in rule ? { kind: "denied", reason: rule.refuse } : decideRule({ ...rule, declared }, format, field);
  }
}

const UNASKED: Answer = { action: "refuse", reason: "the policy was not asked about it" };

/** The rule that an answer amounts to; undefined for the model's own. */
function ruleOf(answer: PlainAnswer, model: Model, base: Decision): Rule | { readonly refuse: string } | undefined {
  switch (answer.action) {
    case "model":
      return undefined;
    case "refuse":
      return { refuse: answer.reason };
    case "use":
      return useRule(model, answer.namespace);
    case "hash": {
      const namespace = base.kind === "operation" ? base.operation.namespace : undefined;
      return useRule(model, namespace === undefined ? HASHED : hashedName(namespace));
    }
    case "keep":
      return policyRule({ kind: "keep", strict: undefined, detect: answer.detect, codeMax: answer.codeMax, otherwise: "redact" });
    case "mask": {
      const { keepFirst, keepLast, character, kind } = answer;
      const isPan = base.kind === "operation" && base.operation.kind === "pan";
      return policyRule({ kind: "mask", form: kind ?? (isPan ? "pan" : "text"), keepFirst, keepLast, character });
    }
    case "redact":
    case "drop":
      return policyRule({ kind: answer.action });
  }
}

function useRule(model: Model, name: string): Rule | { readonly refuse: string } {
  const namespace = model.namespaces.find((one) => one.name === name);
  // Activation has looked: only a model that is not the one it was activated for comes here.
  return namespace === undefined
    ? { refuse: `the model has no namespace ${name}` }
    : policyRule({ kind: "use", namespace, otherwise: namespace.otherwise });
}

/** Where a type cannot hold what was answered, it gets a constant of its own: a policy speaks of kinds of data, not of types. */
const policyRule = (action: Action): Rule => ({ ...KEEP_RULE, label: POLICY_LABEL, path: POLICY_LABEL, action, unfit: "redact" });

/** The model under the answers for one view: with namespaces of their own for the digests that these want. */
export function underPolicy(model: Model, policy: ViewPolicy): Model {
  return { ...(summaryOf(policy).hashes ? withHashes(model) : model), policy };
}

/** Each namespace once more, with a digest for its technique. */
function withHashes(model: Model): Model {
  const hashed = model.namespaces.map((namespace) => hashOf(namespace, hashedName(namespace.name)));
  const [first] = model.namespaces;
  const plain = first === undefined ? [] : [hashOf({ ...first, kind: "text" }, HASHED)];
  const sorted = [...model.namespaces, ...hashed, ...plain].sort((a, b) => (a.name < b.name ? -1 : 1));
  const namespaces = sorted.map((namespace, index) => ({ ...namespace, index }));
  const byName = new Map(namespaces.map((namespace) => [namespace.name, namespace]));
  const moved = (namespace: Namespace): Namespace => byName.get(namespace.name) ?? namespace;
  const rules = model.rules.map((rule) =>
    rule.action.kind === "use" ? { ...rule, action: { ...rule.action, namespace: moved(rule.action.namespace) } } : rule,
  );
  const detects =
    model.detects && (Object.fromEntries(Object.entries(model.detects).map(([entity, one]) => [entity, moved(one)])) as Model["detects"]);
  return { ...model, namespaces, rules, detects };
}

const hashOf = (namespace: Namespace, name: string): Namespace => ({
  ...namespace,
  name,
  technique: "hash",
  otherwise: "error",
  bin: "none",
  prefix: "",
  width: HASH_WIDTH_DEFAULT,
  hash: "hmac-sha256",
  distinct: false,
  domain: "example",
});
