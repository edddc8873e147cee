/** A policy that somebody wrote for OPA, as OPA itself parses it: the syntax before 1.0, or that of today. */
import { dirname, resolve } from "node:path";
import { BautaError } from "../../kit/errors.ts";
import { runOpa } from "../opa/binary.ts";
import { isObject } from "../views.ts";

/** A node of OPA's syntax tree: `value` is a text, a number, or nodes, by its type. */
export interface Term {
  readonly type: string;
  readonly value: unknown;
}

export interface Expression {
  readonly negated: boolean;
  /** Undefined for what is no plain expression: `some`, `every`, `with`. */
  readonly terms: readonly Term[] | undefined;
  readonly declares: boolean;
}

/** One way in which a rule gets a value. */
export interface Definition {
  readonly line: number;
  readonly isDefault: boolean;
  /** Of a function. */
  readonly args: readonly Term[];
  /** `mask["email"] = …`: the key; undefined if there is none. */
  readonly key: Term | undefined;
  readonly value: Term | undefined;
  readonly body: readonly Expression[];
  /** What has to be false, of an `else`: the bodies in front of it. */
  readonly unless: readonly (readonly Expression[])[];
}

export interface OldPolicy {
  readonly package: string;
  /** Written for OPA before 1.0, which OPA today refuses to read. */
  readonly isOldSyntax: boolean;
  /** By name, in their order. */
  readonly rules: ReadonlyMap<string, readonly Definition[]>;
}

/** @throws BautaError 1601 without OPA, 1602 with what it says of a file that is neither */
export async function parsePolicy(path: string): Promise<OldPolicy> {
  const file = resolve(path);
  const parse = ["parse", "--format", "json", "--json-include", "locations,-comments", file];
  const today = await runOpa(parse, dirname(file));
  const call = today.ok ? today : await runOpa([...parse, "--v0-compatible"], dirname(file));
  if (!call.ok) throw new BautaError(1602, { path, detail: firstError(today.stdout) });
  const tree: unknown = JSON.parse(call.stdout.toString("utf8"));
  const rules = new Map<string, Definition[]>();
  for (const rule of listOf(at(tree, "rules"))) {
    const name = nameOf(rule);
    rules.set(name, [...(rules.get(name) ?? []), ...definitionsOf(rule)]);
  }
  const pack = listOf(at(at(tree, "package"), "path")).map((term) => String(at(term, "value")));
  return { package: pack.slice(1).join("."), isOldSyntax: !today.ok, rules };
}

const at = (node: unknown, key: string): unknown => (isObject(node) ? node[key] : undefined);
const listOf = (node: unknown): readonly unknown[] => (Array.isArray(node) ? node : []);

const nameOf = (rule: unknown): string => String(at(listOf(at(at(rule, "head"), "ref"))[0], "value") ?? at(at(rule, "head"), "name"));

/** The rule and its `else`s, each of which wants those in front of it to be false. */
function definitionsOf(rule: unknown): readonly Definition[] {
  const found: Definition[] = [];
  const unless: (readonly Expression[])[] = [];
  for (let one: unknown = rule; one !== undefined; one = at(one, "else")) {
    const head = at(one, "head");
    const body = listOf(at(one, "body"))
      .filter((expression) => at(expression, "generated") !== true)
      .map(expressionOf);
    const ref = listOf(at(head, "ref"));
    found.push({
      line: Number(at(at(one, "location"), "row") ?? at(at(rule, "location"), "row") ?? 0),
      isDefault: at(one, "default") === true,
      args: listOf(at(head, "args")).filter(isTerm),
      // Of `actions.admin.email = …` no part is the key.
      key: ref.length > 2 ? { type: "path", value: "" } : [at(head, "key"), ref[1]].find(isTerm),
      value: [at(head, "value")].find(isTerm),
      body,
      unless: [...unless],
    });
    unless.push(body);
  }
  return found;
}

function expressionOf(expression: unknown): Expression {
  const terms = at(expression, "terms");
  const isPlain = at(expression, "with") === undefined;
  const found = isTerm(terms) ? [terms] : Array.isArray(terms) && terms.every(isTerm) ? terms : undefined;
  // `some field in fields` is a call in the place of a symbol.
  const [symbol, ...more] = listOf(at(terms, "symbols"));
  if (isTerm(symbol) && symbol.type === "call" && more.length === 0) {
    return { negated: false, terms: isPlain ? termsIn(symbol) : undefined, declares: false };
  }
  const declares = Array.isArray(at(terms, "symbols")) && listOf(at(terms, "symbols")).every((symbol) => at(symbol, "type") === "var");
  return { negated: at(expression, "negated") === true, terms: isPlain ? found : undefined, declares };
}

export const isTerm = (node: unknown): node is Term => isObject(node) && typeof node["type"] === "string" && "value" in node;

/** Terms within a term. */
export const termsIn = (term: Term): readonly Term[] => (Array.isArray(term.value) ? (term.value as unknown[]).flat().filter(isTerm) : []);

/** A reference or a call as its texts: `input.user.role`, `crypto.sha256`; what is no text is `*`. */
export function pathOf(term: Term | undefined): readonly string[] {
  if (term === undefined) return [];
  if (term.type === "var") return [String(term.value)];
  if (term.type !== "ref") return [];
  return termsIn(term).map(({ type, value }, i) => (type === "string" || (type === "var" && i === 0) ? String(value) : "*"));
}

function firstError(stdout: Buffer): string {
  try {
    const error = listOf(at(JSON.parse(stdout.toString("utf8")), "errors"))[0];
    return `line ${String(at(at(error, "location"), "row") ?? "?")}: ${String(at(error, "message") ?? "")}`;
  } catch {
    return "OPA cannot read it";
  }
}
