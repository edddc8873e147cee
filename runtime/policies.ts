/** Composition: a policy asked about all that a model can meet, before a run. */

import { type Field, type FormatName, SHAPES } from "./formats/api.ts";
import { BautaError } from "./kit/errors.ts";
import { GRANT_ENDS_MAX } from "./kit/limits.ts";
import { nearest } from "./kit/suggest.ts";
import { fitKey, viewOf } from "./model/check.ts";
import { decideRule } from "./model/decide.ts";
import { Decider, jsonFacts, partFacts, partRule } from "./model/decider.ts";
import { KEEP_RULE, type Model } from "./model/model.ts";
import { messageKey } from "./model/path.ts";
import { factsOf } from "./model/policed.ts";
import type { RuleIndex } from "./model/rule-index.ts";
import { JSON_FIELD, jsonRulesOf } from "./model/uncatalogued.ts";
import { systemClock } from "./platform/clock.ts";
import { sortedInTurns, Turns } from "./platform/turns.ts";
import { type Answer, LEVELS, type PlainAnswer, type WrittenAnswer } from "./policy/answer.ts";
import type { ViewPolicy } from "./policy/api.ts";
import { FACTS, type FactName, type FieldFacts, type PolicyEngine } from "./policy/api.ts";
import { digestInTurns } from "./policy/decisions.ts";
import { factsKey } from "./policy/facts.ts";
import { answerAt, checkEnds, type Grant } from "./policy/grants.ts";
import { keepSummary, Summary } from "./policy/summary.ts";
import type { View } from "./policy/views.ts";
import { cataloguesOf } from "./registry.ts";

/** What a policy answered, for all fields of all messages that the model can meet. */
export interface Activation extends Timeline {
  /** What the bundle calls it, or empty, with `+NAME` for each grant in force. */
  readonly revision: string;
  /** Fields of all catalogued messages, rules for JSON, and keys and headers. */
  readonly fields: number;
  /** Of those the policy can tell apart. */
  readonly kinds: number;
  /** Those that answers name. */
  readonly grants: readonly (Grant & { readonly isEnded: boolean })[];
}

/** Who sees what now, and what becomes of it by itself. */
export interface Timeline {
  /** By name of the view. */
  readonly views: ReadonlyMap<string, ViewPolicy>;
  /** In their order: each takes the place of the one before when its time has come. */
  readonly later: readonly PolicyStep[];
}

/** What is left when a grant has ended. */
export interface PolicyStep {
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly revision: string;
  readonly views: ReadonlyMap<string, ViewPolicy>;
}

/** What models can meet, by what a policy reads of it. */
const ASKED = new WeakMap<Model, Map<string, Asked>>();

/** Asks policies about what one model can meet. What that is does not change, so policies that read the same are asked the same. */
export class PolicyActivator {
  readonly #model: Model;
  readonly #asked: Map<string, Asked>;

  constructor(model: Model) {
    this.#model = { ...model, policy: undefined };
    this.#asked = ASKED.get(model) ?? new Map<string, Asked>();
    ASKED.set(model, this.#asked);
  }

  /**
   * Asks for all views, and looks at every answer: one that names what the model does not have refuses the whole policy.
   * Records are masked meanwhile, where the thread has any.
   * @throws BautaError 1603 or 1604 of the engine, 1605 for an answer that the model cannot follow, 1648 for grants that end too far away
   */
  async activate(
    engine: PolicyEngine,
    views: readonly View[],
    { at = systemClock.date(), stop }: ActivationOptions = {},
  ): Promise<Activation> {
    checkEnds(engine.grants, Number.isFinite(at) ? at : systemClock.date());
    const turns = new Turns(stop);
    const reads = FACTS.filter((fact) => engine.reads.has(fact));
    const { fields, keys, facts } = await this.#askedOf(reads, turns);
    const written: WrittenView[] = [];
    const named = new Set<string>();
    for (const view of views) {
      const found = await engine.decide(view, facts, turns);
      await this.#check(engine, found, facts, named, turns);
      written.push({ view, found });
    }
    const grants = [...engine.grants.values()].filter(({ name }) => named.has(name));
    const ends = [...new Set(grants.map(({ until }) => until).filter((until) => until > at))].sort((a, b) => a - b);
    if (ends.length > GRANT_ENDS_MAX)
      throw new BautaError(1648, { path: "data.bauta.grants", detail: `more than ${GRANT_ENDS_MAX} different ends` });
    const steps: PolicyStep[] = [];
    for (const from of [at, ...ends]) {
      const revision = engine.revision + grants.flatMap(({ name, until }) => (until > from ? [`+${name}`] : [])).join("");
      const made = new Map<string, ViewPolicy>();
      for (const one of written) made.set(one.view.name, await viewAt(one, { engine, keys, reads, revision, from }, turns));
      steps.push({ from, revision, views: made });
    }
    const [now, ...later] = steps as [PolicyStep, ...PolicyStep[]];
    const { revision, views: made } = now;
    return {
      revision,
      views: made,
      later,
      fields,
      kinds: keys.length,
      grants: grants.map((one) => ({ ...one, isEnded: one.until <= at })),
    };
  }

  /** Looks at every answer, and which grants they name. */
  async #check(
    engine: PolicyEngine,
    found: readonly WrittenAnswer[],
    facts: readonly FieldFacts[],
    named: Set<string>,
    turns: Turns,
  ): Promise<void> {
    for (const [i, each] of facts.entries()) {
      const answer = found[i];
      if (answer === undefined) throw new BautaError(1603, { detail: "fewer answers than questions" });
      checkAnswer(answer, this.#model, engine, each);
      if (answer.action === "granted") named.add(answer.grant);
      if (turns.isOver) await turns.next();
    }
  }

  async #askedOf(reads: readonly FactName[], turns: Turns): Promise<Asked> {
    const key = reads.join(" ");
    const asked = this.#asked.get(key) ?? (await kindsOf(this.#model, new Set(reads), turns));
    this.#asked.set(key, asked);
    return asked;
  }
}

export interface ActivationOptions {
  /** Moment, milliseconds since 1970: grants that have ended are none. Infinity: all have. Default: now. */
  readonly at?: number;
  /** The answers are not wanted any more. */
  readonly stop?: AbortSignal;
}

interface WrittenView {
  readonly view: View;
  /** In the order of the questions. */
  readonly found: readonly WrittenAnswer[];
}

interface StepFacts {
  readonly engine: PolicyEngine;
  readonly keys: readonly string[];
  readonly reads: readonly FactName[];
  readonly revision: string;
  readonly from: number;
}

/** What is answered for a view at a moment. */
async function viewAt({ view, found }: WrittenView, { engine, keys, reads, revision, from }: StepFacts, turns: Turns): Promise<ViewPolicy> {
  const answers: Record<string, Answer> = {};
  const summary = new Summary();
  for (const [i, key] of keys.entries()) {
    const answer = answerAt(found[i] as WrittenAnswer, engine.grants, from);
    answers[key] = answer;
    summary.add(answer);
    if (turns.isOver) await turns.next();
  }
  const { name, recipient } = view;
  const policy: ViewPolicy = { view: name, recipient, guards: engine.guards, revision, policy: engine.sha256, reads, answers };
  keepSummary(policy, summary);
  await digestInTurns(policy, keys, turns);
  return policy;
}

/** Asks one policy about a model. @see PolicyActivator.activate */
export const activatePolicy = (
  engine: PolicyEngine,
  model: Model,
  views: readonly View[],
  options?: ActivationOptions,
): Promise<Activation> => new PolicyActivator(model).activate(engine, views, options);

/** SHA-256 of no policy. */
export const REDACTED = "0".repeat(64);

/**
 * Every field of a view as its type's constant, whatever the model says: where no policy may decide any more. A word of a list that the
 * standard closes is nobody's own and has no constant: of it the model decides.
 */
export const redactedView = (view: string): ViewPolicy => ({
  view,
  recipient: "",
  revision: "redact",
  policy: REDACTED,
  reads: ["shape"],
  answers: Object.fromEntries(SHAPES.map((shape) => [`${shape}\n`, { action: shape === "enum" ? "model" : "redact" }])),
  guards: {},
});

/** What a policy is asked about: one field for each kind that it can tell apart, by `factsKey` in its order. */
interface Asked {
  readonly fields: number;
  readonly keys: readonly string[];
  readonly facts: readonly FieldFacts[];
}

/** Fields that are gone through between two looks at the clock. */
export const FIELDS_AT_ONCE = 64;

async function kindsOf(model: Model, reads: ReadonlySet<FactName>, turns: Turns): Promise<Asked> {
  const decider = new Decider(model);
  const kinds = new Map<string, FieldFacts>();
  const met: string[] = [];
  let fields = 0;
  const add = (facts: FieldFacts): void => {
    const key = factsKey(facts, reads);
    if (kinds.has(key)) return;
    kinds.set(key, facts);
    met.push(key);
  };
  let last = -1;
  for (const { format, message, field, alike } of cataloguedFields(model, decider.index, reads)) {
    if (++fields % FIELDS_AT_ONCE === 0 && turns.isOver) await turns.next();
    if (alike <= last) continue;
    last = alike;
    add(factsOf(format, message, field, decider.byRules(format, message, field)));
  }
  const rules = jsonRulesOf(decider.index);
  fields += rules.length + model.namespaces.length;
  for (const { rule } of rules) add(jsonFacts(rule, decideRule(rule, "json", JSON_FIELD)));
  if (model.keepUncovered !== undefined) add(jsonFacts(KEEP_RULE, decideRule(KEEP_RULE, "json", JSON_FIELD)));
  for (const namespace of model.namespaces) add(partFacts(decideRule(partRule(namespace), "json", JSON_FIELD)));
  const keys = await sortedInTurns(met, turns);
  const facts: FieldFacts[] = [];
  for (const key of keys) {
    facts.push(kinds.get(key) as FieldFacts);
    if (facts.length % FIELDS_AT_ONCE === 0 && turns.isOver) await turns.next();
  }
  return { fields, keys, facts };
}

export interface CataloguedField {
  readonly format: FormatName;
  readonly message: string;
  readonly field: Field;
  /** One number for all fields that neither the model's rules nor the policy can tell apart; a new one is one more than all before. */
  readonly alike: number;
}

/** Messages of which the same rules speak. */
interface Group {
  readonly fields: Map<Field, number>;
  /** By fit and last name. No texts are made of them: there are a hundred and fifty thousand fields. */
  readonly kinds: Map<number, Map<string, Kind[]>>;
}

/** All that a field is without its place. */
interface Kind {
  readonly type: string;
  readonly dataClass: string;
  /** Number of all of them, or that the place tells them apart; undefined: nobody has looked. */
  alike: number | undefined;
  /** Numbers by path. */
  readonly places: Map<string, number>;
}

function kindOf({ kinds }: Group, { path, type, dataClass, fit }: Field): Kind {
  const fitted = kinds.get(fitKey(fit)) ?? new Map<string, Kind[]>();
  if (fitted.size === 0) kinds.set(fitKey(fit), fitted);
  const last = path.slice(path.lastIndexOf("/") + 1);
  const named = fitted.get(last) ?? [];
  if (named.length === 0) fitted.set(last, named);
  const known = named.find((kind) => kind.type === type && kind.dataClass === dataClass);
  if (known !== undefined) return known;
  const made: Kind = { type, dataClass, alike: undefined, places: new Map() };
  named.push(made);
  return made;
}

const BY_PLACE = -1;

/** All fields of all messages. Versions of a message have most of their fields in common, so few are alike none before. */
export function* cataloguedFields(model: Model, index: RuleIndex, reads: ReadonlySet<FactName>): Generator<CataloguedField> {
  const groups = new Map<string, Group>();
  let count = 0;
  for (const catalogue of cataloguesOf(model)) {
    const { format } = catalogue;
    for (const message of catalogue.messages()) {
      const key = messageKey(message);
      const name = `${viewOf(model, format, key)} ${reads.has("message") ? message : ""}`;
      const group = groups.get(name) ?? { fields: new Map(), kinds: new Map() };
      groups.set(name, group);
      for (const field of catalogue.fieldsOf(message)) {
        let alike = group.fields.get(field);
        if (alike === undefined) {
          const kind = kindOf(group, field);
          kind.alike ??= !reads.has("path") && index.isByKind(format, key, field) ? count++ : BY_PLACE;
          alike = kind.alike;
          if (alike === BY_PLACE) {
            alike = kind.places.get(field.path) ?? count++;
            kind.places.set(field.path, alike);
          }
          group.fields.set(field, alike);
        }
        yield { format, message, field, alike };
      }
    }
  }
}

function checkAnswer(answer: WrittenAnswer, model: Model, engine: PolicyEngine, facts: FieldFacts): void {
  if (answer.action === "granted") {
    const { grant, during, otherwise } = answer;
    if (!engine.grants.has(grant)) throw unknown("grant", grant, [...engine.grants.keys()], facts);
    const most = during.action === "guarded" ? during.then : during;
    if (levelOf(otherwise, model, facts) > levelOf(most, model, facts)) {
      const detail = `without grant ${grant} more is let through than with it`;
      throw new BautaError(1604, { path: `${facts.message} ${facts.path}`.trim(), detail });
    }
    checkPlain(otherwise, model, facts);
    return checkAnswer(during, model, engine, facts);
  }
  const { guards } = engine;
  if (answer.action !== "guarded") return checkPlain(answer, model, facts);
  if (guards[answer.guard] === undefined) throw unknown("guard", answer.guard, Object.keys(guards), facts);
  if (levelOf(answer.otherwise, model, facts) > levelOf(answer.then, model, facts)) {
    const detail = `without guard ${answer.guard} more is let through than with it: say when it may, not when it may not`;
    throw new BautaError(1604, { path: `${facts.message} ${facts.path}`.trim(), detail });
  }
  checkPlain(answer.then, model, facts);
  checkPlain(answer.otherwise, model, facts);
}

/** How much an answer lets through. */
function levelOf(answer: PlainAnswer, model: Model, { technique }: FieldFacts): number {
  const { action } = answer;
  const done =
    action === "model"
      ? technique
      : action === "use"
        ? (model.namespaces.find(({ name }) => name === answer.namespace)?.technique ?? "")
        : action;
  // A field that no rule of the model names is refused by it.
  return Math.max(0, (LEVELS as readonly string[]).indexOf(done));
}

function checkPlain(answer: PlainAnswer, model: Model, facts: FieldFacts): void {
  if (answer.action !== "use") return;
  const names = model.namespaces.map(({ name }) => name);
  if (!names.includes(answer.namespace)) throw unknown("namespace", answer.namespace, names, facts);
}

function unknown(what: string, name: string, names: readonly string[], { message, path }: FieldFacts): BautaError {
  const near = nearest(name, names);
  const detail = `there is no ${what} ${name}${near === undefined ? "" : `; did you mean ${near}?`}`;
  return new BautaError(1605, { path: `${message} ${path}`.trim(), detail });
}
