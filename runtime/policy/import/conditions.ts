/**
 * Conditions of an old policy in the names of today's contract.
 *
 * Nothing is guessed: a condition that is not understood as a whole is none, and what depended on it is not brought over. What asks for
 * the absence of something about a field is kept apart, since a field that nobody thought of would fulfil it.
 */
import { type Definition, type Expression, type OldPolicy, pathOf, type Term, termsIn } from "./syntax.ts";
import { isValueName, RULES, type Subject, subjectOf, wordOf } from "./words.ts";

/** Lines of a body, all of which hold. */
export interface Condition {
  readonly lines: readonly string[];
  /** It names fields, or types of them. */
  readonly names: boolean;
  /** It asks that a field be none of some. */
  readonly excludes: boolean;
  /** It asked about the value, and that part was left out. */
  readonly asked: boolean;
}

const ALWAYS: Condition = { lines: [], names: false, excludes: false, asked: false };

/** Why a condition is none of today's. */
export class NotBrought extends Error {}

/** What was found of readers, for views. */
export type Readers = Readonly<Record<"roles" | "group" | "purpose" | "environment" | "recipient", Set<string>>>;

export class Conditions {
  readonly readers: Readers = { roles: new Set(), group: new Set(), purpose: new Set(), environment: new Set(), recipient: new Set() };
  /** What the policy calls types. */
  readonly types = new Set<string>();
  /** Rules that the brought ones need: each has one body or more. */
  readonly helpers = new Map<string, readonly (readonly string[])[]>();
  /** `RULE WORD` of those that others ask about. */
  readonly consumed = new Set<string>();
  readonly #policy: OldPolicy;
  readonly #known = new Map<string, Condition>();
  readonly #under = new Set<string>();
  #words = 0;

  constructor(policy: OldPolicy) {
    this.#policy = policy;
  }

  forgetConsumed(before: readonly string[]): void {
    for (const one of [...this.consumed]) if (!before.includes(one)) this.consumed.delete(one);
  }

  /** That a term of a definition is one of the texts. @throws NotBrought */
  is(term: Term, texts: readonly string[], { args }: Definition): Condition {
    return this.#compare(this.#subject(term, new Scope(args)), "==", texts);
  }

  /** All that has to hold for a definition. @throws NotBrought */
  of(definition: Definition): Condition {
    const args = definition.args.map(({ type, value }) => (type === "var" ? String(value) : undefined));
    if (args.includes(undefined) || new Set(args).size < args.length)
      throw new NotBrought("it holds for some arguments only, by their pattern");
    const key = definition.key === undefined ? [] : [this.#compare("field", "==", textsOf(definition.key))];
    const before = definition.unless.map((body) => this.#not(this.body(body, definition.args), "earlier"));
    return all([...key, this.body(definition.body, definition.args), ...before]);
  }

  body(body: readonly Expression[], args: readonly Term[]): Condition {
    const scope = new Scope(args);
    refuseTogether(body, args);
    return all(body.map((expression) => this.#expression(expression, scope)));
  }

  #expression({ terms, negated, declares }: Expression, scope: Scope): Condition {
    if (declares) return ALWAYS;
    if (terms === undefined) throw new NotBrought("it is written in a way that the vocabulary does not have (every, with)");
    const condition = this.#plain(terms, scope);
    return negated ? this.#not(condition, "excluded") : condition;
  }

  #plain(terms: readonly Term[], scope: Scope): Condition {
    const [operator, left, right] = terms as [Term, Term?, Term?];
    if (left === undefined) return this.#alone(operator, scope);
    const name = pathOf(operator).join(".");
    if (right !== undefined && (name === "assign" || (name === "eq" && this.#isFree(left, scope))) && scope.bind(left, right))
      return ALWAYS;
    if (asksValue(terms.slice(1), scope)) return { ...ALWAYS, asked: true };
    if (right === undefined) throw new NotBrought(`\`${name}\` is not understood`);
    if (name === "equal" || name === "eq") return this.#equal(left, right, scope);
    if (name === "neq") return this.#unequal(left, right, scope);
    if (name === "internal.member_2" && this.#isFree(left, scope)) return scope.each(left, right);
    if (name === "internal.member_2") return this.#member(left, right, scope);
    if (["startswith", "endswith", "contains", "regex.match", "glob.match"].includes(name)) return this.#like(name, left, right, scope);
    throw new NotBrought(`\`${name}\` is not understood`);
  }

  /** `admin`, `pii[input.field]`, `input.admin`. */
  #alone(term: Term, scope: Scope): Condition {
    const found = scope.resolve(term);
    if (found.type === "boolean" && found.value === true) return ALWAYS;
    if (found.type === "call") return this.#plain(termsIn(found), scope);
    const [rule] = pathOf(found);
    if (rule !== undefined && found.type === "var") return this.#rule(rule);
    const [head, key] = termsIn(found);
    const table = head === undefined ? undefined : this.#table(head, scope);
    if (table !== undefined && key !== undefined && termsIn(found).length === 2)
      return this.#compare(this.#subject(key, scope), "==", table);
    throw new NotBrought(`\`${pathOf(found).join(".")}\` is not understood`);
  }

  #equal(left: Term, right: Term, scope: Scope): Condition {
    const [a, b] = [scope.resolve(left), scope.resolve(right)];
    for (const [one, other] of [[a, b] as const, [b, a] as const]) {
      if (other.type === "string" && one.type === "var" && !this.#isSubject(one, scope))
        return this.#says(String(one.value), String(other.value));
      if (other.type === "boolean" && one.type === "var") return this.#truth(String(one.value), other.value === true);
      const texts = other.type === "string" ? [String(other.value)] : this.#table(termsIn(other)[0] ?? other, scope);
      if (texts !== undefined && (one.type === "ref" || this.#isSubject(one, scope)))
        return this.#compare(this.#subject(one, scope), "==", texts);
    }
    throw new NotBrought("it compares what is neither an input nor a constant of the vocabulary");
  }

  /** `restricted == false` is undefined where `restricted` is: what is not said is not false. */
  #truth(rule: string, isTrue: boolean): Condition {
    if (isTrue) return this.#rule(rule);
    const hasDefault = this.#policy.rules.get(rule)?.some(({ isDefault }) => isDefault) === true;
    if (!hasDefault) throw new NotBrought(`\`${rule}\` is never false, only undefined`);
    return this.#not(this.#rule(rule), "excluded");
  }

  #unequal(left: Term, right: Term, scope: Scope): Condition {
    const [a, b] = [scope.resolve(left), scope.resolve(right)];
    for (const [one, other] of [[a, b] as const, [b, a] as const]) {
      if (other.type === "string" && this.#isSubject(one, scope)) {
        return this.#compare(this.#subject(one, scope), "!=", [String(other.value)]);
      }
    }
    throw new NotBrought("it compares what is neither an input nor a constant of the vocabulary");
  }

  #member(element: Term, set: Term, scope: Scope): Condition {
    const [one, many] = [scope.resolve(element), scope.resolve(set)];
    // `"admin" in input.roles`, and `input.role in {"admin"}`.
    if (one.type === "string" && this.#isSubject(many, scope)) return this.#compare(this.#subject(many, scope), "==", [String(one.value)]);
    const texts = this.#table(many, scope);
    if (texts === undefined) throw new NotBrought("it looks in what is no constant");
    return this.#compare(this.#subject(one, scope), "==", texts);
  }

  #like(name: string, left: Term, right: Term, scope: Scope): Condition {
    const [text, pattern] = (name.endsWith(".match") ? [right, left] : [left, right]).map((term) => scope.resolve(term)) as [Term, Term];
    if (pattern.type !== "string" || name === "glob.match") throw new NotBrought(`\`${name}\` with a pattern that is no constant`);
    const subject = this.#subject(text, scope);
    const place = PLACES[subject];
    if (place === undefined || subject === "type") throw new NotBrought(`\`${name}\` of ${subject}`);
    const args = name.endsWith(".match") ? `${quote(String(pattern.value))}, ${place}` : `${place}, ${quote(String(pattern.value))}`;
    return { lines: [`${name}(${args})`], names: isOfField(subject), excludes: false, asked: false };
  }

  /** Whether a rule of words says that word: the ways in which it does, or for its default that none of the others says something. */
  #says(rule: string, word: string): Condition {
    const definitions = this.#policy.rules.get(rule);
    if (definitions === undefined || definitions.some(({ args }) => args.length > 0))
      throw new NotBrought(`\`${rule}\` is no rule of words`);
    const isIt = ({ value }: Definition): boolean => value?.type === "string" && value.value === word;
    if (!definitions.every(({ value }) => value?.type === "string")) throw new NotBrought(`\`${rule}\` has values that are no words`);
    const meaning = wordOf(word);
    if (meaning !== undefined) this.consumed.add(`${rule} ${meaning}`);
    if (definitions.some((definition) => definition.isDefault && isIt(definition))) {
      const others = definitions.filter((definition) => !definition.isDefault && !isIt(definition));
      if (others.length === 0) return ALWAYS;
      return this.#not(this.#helper(`${rule}_says_otherwise`, others), "excluded");
    }
    const says = definitions.filter((one) => !one.isDefault && isIt(one));
    if (says.length === 0) throw new NotBrought(`\`${rule}\` never says that`);
    return this.#helper(`${rule}_is_${identifier(word)}`, says);
  }

  /** A rule that is true or undefined. */
  #rule(name: string): Condition {
    const definitions = this.#policy.rules.get(name);
    if (definitions === undefined) throw new NotBrought(`\`${name}\` is not understood`);
    const isTruth = ({ value, isDefault }: Definition): boolean => value?.type === "boolean" && value.value === !isDefault;
    if (!definitions.every(isTruth)) throw new NotBrought(`\`${name}\` is more than true or undefined`);
    return this.#helper(
      name,
      definitions.filter(({ isDefault }) => !isDefault),
    );
  }

  /** The bodies of a rule, brought over as a rule. Every one of them has to be understood: less of it would be more of its opposite. */
  #helper(name: string, definitions: readonly Definition[]): Condition {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    if (definitions.length === 0) throw new NotBrought(`\`${name}\` is never true`);
    if (this.#under.has(name)) throw new NotBrought(`\`${name}\` is about itself`);
    this.#under.add(name);
    const conditions = definitions.map((definition) => this.of(definition));
    this.#under.delete(name);
    if (conditions.some(({ asked }) => asked)) throw new NotBrought(`\`${name}\` asks about the value`);
    const condition: Condition = {
      lines: [
        this.#define(
          name,
          conditions.map(({ lines }) => lines),
        ),
      ],
      names: conditions.length > 0 && conditions.every(({ names }) => names),
      excludes: conditions.some(({ excludes }) => excludes),
      asked: false,
    };
    this.#known.set(name, condition);
    return condition;
  }

  #not({ lines, names, excludes, asked }: Condition, name: string): Condition {
    if (asked) throw new NotBrought("it asks that a value be otherwise");
    const [line, ...more] = lines;
    const single = line !== undefined && more.length === 0 && !line.startsWith("not ") && !line.startsWith("some ");
    return { lines: [`not ${single ? line : this.#define(name, [lines])}`], names: false, excludes: names || excludes, asked: false };
  }

  /** A name for a rule of those bodies. */
  #define(name: string, bodies: readonly (readonly string[])[]): string {
    const said = JSON.stringify(bodies);
    for (const [other, there] of this.helpers) if (JSON.stringify(there) === said && other.startsWith(identifier(name))) return other;
    let free = identifier(name);
    for (let i = 2; this.helpers.has(free) || RESERVED.has(free); i++) free = `${identifier(name)}_${i}`;
    this.helpers.set(
      free,
      bodies.map((lines) => (lines.length === 0 ? ["true"] : lines)),
    );
    return free;
  }

  /** A variable that goes through a set: `some field in fields`. */
  #isFree(term: Term, scope: Scope): boolean {
    return term.type === "var" && !scope.isArgument(String(term.value)) && !this.#policy.rules.has(String(term.value));
  }

  #isSubject(term: Term, scope: Scope): boolean {
    return subjectIn(term, scope) !== undefined;
  }

  #subject(term: Term, scope: Scope): Subject {
    const subject = subjectIn(scope.resolve(term), scope);
    if (subject === undefined) throw new NotBrought(`${shown(scope.resolve(term))} is no input of the vocabulary`);
    return subject;
  }

  /** Texts of a constant: of a set, list or object's keys that is written there, or is a rule of its own. */
  #table(term: Term, scope: Scope): readonly string[] | undefined {
    const found = scope.resolve(term);
    const rule = found.type === "var" ? this.#policy.rules.get(String(found.value)) : undefined;
    const [definition, ...more] = rule ?? [];
    const constant = rule === undefined ? found : more.length === 0 && definition?.body.length === 0 ? definition.value : undefined;
    return constant === undefined ? undefined : textsIn(constant);
  }

  #compare(subject: Subject, operator: "==" | "!=", texts: readonly string[]): Condition {
    if (texts.length === 0) throw new NotBrought("it looks in an empty set");
    if (subject in this.readers) for (const text of texts) this.readers[subject as keyof Readers].add(text);
    if (operator === "!=") return this.#differs(subject, texts[0] as string);
    const found = { names: isOfField(subject), excludes: false, asked: false };
    if (subject === "type") {
      for (const text of texts) this.types.add(text);
      if (texts.length === 1) return { lines: [`is_a(${quote(texts[0] as string)})`], ...found };
      const word = `word_${++this.#words}`;
      return { lines: [`some ${word} in ${setOf(texts)}`, `is_a(${word})`], ...found };
    }
    if (subject === "roles") {
      if (texts.length === 1) return { lines: [`${quote(texts[0] as string)} in input.view.roles`], ...found };
      const role = `role_${++this.#words}`;
      return { lines: [`some ${role} in input.view.roles`, `${role} in ${setOf(texts)}`], ...found };
    }
    // A name with a point in it is a path of JSON.
    const isPath = subject === "field" && texts.every((text) => text.includes("."));
    const place = isPath ? "input.field.path" : (PLACES[subject] as string);
    const names = isPath ? texts.map((text) => `$.${text.replace(/^\$\./, "")}`) : texts;
    return { lines: [names.length === 1 ? `${place} == ${quote(names[0] as string)}` : `${place} in ${setOf(names)}`], ...found };
  }

  /** Undefined is not unequal in Rego; here it is an empty text or list. */
  #differs(subject: Subject, text: string): Condition {
    if (isOfField(subject)) return this.#not(this.#compare(subject, "==", [text]), "excluded");
    if (subject === "roles") {
      return { ...ALWAYS, lines: ["count(input.view.roles) > 0", `not ${quote(text)} in input.view.roles`] };
    }
    const place = PLACES[subject] as string;
    return { ...ALWAYS, lines: [`${place} != ""`, `${place} != ${quote(text)}`] };
  }
}

const PLACES: Partial<Record<Subject, string>> = {
  field: "input.field.name",
  path: "input.field.path",
  group: "input.view.group",
  purpose: "input.view.purpose",
  environment: "input.view.environment",
  recipient: "input.view.recipient",
  message: "input.message",
};
/** Names that the brought policy gives itself. */
const RESERVED: ReadonlySet<string> = new Set([
  ...["plan", "deny", "guards", "is_a", "masked", "input", "data", "not", "some", "in", "if", "else", "every", "contains", "default"],
  ...["digits_mask", "card_mask", "email_mask"],
  ...Object.values(RULES),
]);

const isOfField = (subject: Subject): boolean => subject === "field" || subject === "path" || subject === "type";

export function all(conditions: readonly Condition[]): Condition {
  return {
    lines: [...new Set(conditions.flatMap(({ lines }) => lines))],
    names: conditions.some(({ names }) => names),
    excludes: conditions.some(({ excludes }) => excludes),
    asked: conditions.some(({ asked }) => asked),
  };
}

/** `names[i] == input.field; roles[i] == input.role` is about rows: of each list alone it would hold for more. */
function refuseTogether(body: readonly Expression[], args: readonly Term[]): void {
  const seen = new Set<unknown>();
  const visit = (term: Term): void => {
    const members = termsIn(term);
    for (const [i, member] of members.entries()) {
      const isIndex = term.type === "ref" && i > 0 && member.type === "var" && !args.some(({ value }) => value === member.value);
      if (isIndex && seen.has(member.value)) throw new NotBrought("it looks into two lists by one index");
      if (isIndex) seen.add(member.value);
      visit(member);
    }
  };
  for (const { terms } of body) for (const term of terms ?? []) visit(term);
}

/** What the variables of a body stand for. */
class Scope {
  readonly #bound = new Map<string, Term>();
  readonly #args: ReadonlySet<string>;

  constructor(args: readonly Term[]) {
    this.#args = new Set(args.map(({ type, value }) => (type === "var" ? String(value) : "")));
  }

  isArgument(name: string): boolean {
    return this.#args.has(name);
  }

  /** Whether it gives a name to something, rather than compare. */
  bind(left: Term, right: Term): boolean {
    if (left.type !== "var" || this.isArgument(String(left.value)) || this.#bound.has(String(left.value))) return false;
    if (right.type === "string" || right.type === "boolean") return false;
    this.#bound.set(String(left.value), right);
    return true;
  }

  /** It stands for any one of them. */
  each(variable: Term, of: Term): Condition {
    const members = of.type === "ref" ? termsIn(of) : [of];
    this.#bound.set(String(variable.value), { type: "ref", value: [...members, { type: "var", value: "$any" }] });
    return ALWAYS;
  }

  resolve(term: Term): Term {
    let found = term;
    for (let i = 0; i < BINDINGS_MAX && found.type === "var" && this.#bound.has(String(found.value)); i++) {
      found = this.#bound.get(String(found.value)) as Term;
    }
    return found;
  }
}

const BINDINGS_MAX = 16;

function subjectIn(term: Term, scope: Scope): Subject | undefined {
  const found = scope.resolve(term);
  if (found.type === "call") {
    // Names of fields are compared as they are written.
    const [call, inner] = termsIn(found);
    const subject = inner !== undefined && pathOf(call).join(".") === "lower" ? subjectIn(inner, scope) : undefined;
    return subject !== undefined && isOfField(subject) ? subject : undefined;
  }
  const path = pathOf(found);
  const [root, ...names] = path.filter((name, i) => name !== "*" || i === 0);
  if (root === undefined) return undefined;
  if (names.length === 0) return scope.isArgument(root) ? subjectOf(root) : undefined;
  if (root !== "input" && !scope.isArgument(root)) return undefined;
  const last = names.at(-1) as string;
  // `input.field.name`, `input.user.role`.
  const wide = names.length > 1 ? subjectOf(names.at(-2) as string) : undefined;
  return last === "name" || last === "id" ? wide : (subjectOf(last) ?? undefined);
}

/** Whether it is about the value itself. */
function asksValue(terms: readonly Term[], scope: Scope): boolean {
  return terms.some((term) => {
    const found = scope.resolve(term);
    const path = pathOf(found).filter((name) => name !== "*");
    const [root, ...names] = path;
    if (root === "input" && isValueName(names.at(-1) ?? "")) return true;
    if (found.type === "var" && scope.isArgument(root ?? "") && subjectOf(root ?? "") === undefined) return true;
    return (found.type === "call" || found.type === "array") && asksValue(termsIn(found).slice(found.type === "call" ? 1 : 0), scope);
  });
}

function textsOf(term: Term): readonly string[] {
  if (term.type !== "string") throw new NotBrought("its key is no constant");
  return [String(term.value)];
}

function textsIn({ type, value }: Term): readonly string[] | undefined {
  if (!["set", "array", "object"].includes(type)) return undefined;
  const terms = (value as readonly unknown[]).map((one) => (type === "object" ? (one as readonly Term[])[0] : one) as Term);
  return terms.every((term) => term.type === "string") ? terms.map((term) => String(term.value)) : undefined;
}

/** For messages: a name of the policy's own. */
const shown = (term: Term): string =>
  term.type === "call" ? `\`${pathOf(termsIn(term)[0]).join(".")}\` of something` : `\`${pathOf(term).join(".")}\``;

export const quote = (text: string): string => JSON.stringify(text);
const setOf = (texts: readonly string[]): string => `{${[...new Set(texts)].sort().map(quote).join(", ")}}`;
const identifier = (text: string): string => text.replace(/\W+/g, "_").replace(/^(?=\d)/, "_") || "rule";
