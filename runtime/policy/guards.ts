/**
 * Guards: conditions on a record that answers name with `when`. OPA evaluates a guard as far as it goes without a record; what is left is a
 * tree of comparisons, which is decided natively, on values that are neither a person's nor an account's.
 */
import { BautaError } from "../kit/errors.ts";
import { isJsonObject, type Json, JsonNumber, type JsonObject } from "./bundle/json.ts";

/** What a guard may ask of a record. */
export const GUARD_INPUTS = ["amount", "currency", "sender_country", "receiver_country", "debtor_country", "creditor_country"] as const;
export type GuardInput = (typeof GUARD_INPUTS)[number];

/** One comparison; of an amount with a decimal, of anything else with words. */
export type GuardTest =
  | { readonly input: "amount"; readonly is: "below" | "upTo" | "above" | "from"; readonly than: string }
  | { readonly input: Exclude<GuardInput, "amount">; readonly is: "of" | "notOf"; readonly words: readonly string[] };

/** It holds if all tests of one alternative hold; without alternatives it never does. Plain data. */
export type GuardTree = readonly (readonly GuardTest[])[];

const SIGNS = { below: "<", upTo: "<=", above: ">", from: ">=" } as const;

/** As a person reads it: `amount < 1000 and currency in CHF, EUR`. */
export function guardText(tree: GuardTree): string {
  if (tree.length === 0) return "never";
  const alternatives = tree.map((tests) => (tests.length === 0 ? "always" : tests.map(testText).join(" and ")));
  return alternatives.join(" or ");
}

const testText = (test: GuardTest): string =>
  test.input === "amount"
    ? `amount ${SIGNS[test.is]} ${test.than}`
    : `${test.input}${test.is === "of" ? "" : " not"} in ${test.words.join(", ")}`;

/**
 * Whether it can be told that the first guard holds for no record for which the second does not: each of its alternatives has one of the
 * other's whose tests it passes. What is so for another reason is not told.
 */
export const implies = (narrow: GuardTree, wide: GuardTree): boolean =>
  narrow.every((tests) => wide.some((wanted) => wanted.every((want) => tests.some((test) => testImplies(test, want)))));

function testImplies(test: GuardTest, want: GuardTest): boolean {
  if (test.input === "amount" || want.input === "amount")
    return test.input === "amount" && want.input === "amount" && bandImplies(test, want);
  if (test.input !== want.input) return false;
  if (test.is === "of") return test.words.every((word) => want.words.includes(word) === (want.is === "of"));
  return want.is === "notOf" && want.words.every((word) => test.words.includes(word));
}

type Band = Extract<GuardTest, { readonly input: "amount" }>;

function bandImplies(test: Band, want: Band): boolean {
  const isUpper = test.is === "below" || test.is === "upTo";
  if (isUpper !== (want.is === "below" || want.is === "upTo")) return false;
  const order = isUpper ? compareDecimals(test.than, want.than) : compareDecimals(want.than, test.than);
  // Up to 5 is not below 5.
  const isWithin = test.is === want.is || test.is === "below" || test.is === "above";
  return order < 0 || (order === 0 && isWithin);
}

/** Of decimals without sign and exponent, whatever their length. */
function compareDecimals(a: string, b: string): number {
  const [[whole = "", fraction = ""], [otherWhole = "", otherFraction = ""]] = [a.split("."), b.split(".")];
  const places = Math.max(fraction.length, otherFraction.length);
  const [x, y] = [BigInt(whole + fraction.padEnd(places, "0")), BigInt(otherWhole + otherFraction.padEnd(places, "0"))];
  return x < y ? -1 : x > y ? 1 : 0;
}

const ALTERNATIVES_MAX = 256;

/**
 * The tree that is left of a guard.
 * @param partial what `opa eval --partial` says, as JSON with numbers as written
 * @throws BautaError 1612 for what is no comparison of an input with a constant
 */
export function guardTree(name: string, partial: Json): GuardTree {
  return guardTreeOf(name, isJsonObject(partial) ? partial.get("partial") : undefined);
}

/** The same of what a server calls the result: queries, and modules where they alone do not say it. */
export function guardTreeOf(name: string, found: Json | undefined): GuardTree {
  if (!isJsonObject(found) || found.has("modules") || found.has("support")) throw wrong(name, "it does not come down to comparisons");
  const queries = found.get("queries") ?? [];
  if (!Array.isArray(queries) || queries.length > ALTERNATIVES_MAX) throw wrong(name, "it has too many alternatives");
  return (queries as readonly Json[]).map((query) => (query as readonly Json[]).flatMap((expression) => testsOf(name, expression)));
}

const FLIPPED: Readonly<Record<string, string>> = { lt: "gt", gt: "lt", lte: "gte", gte: "lte", eq: "eq", equal: "eq", neq: "neq" };
const NEGATED: Readonly<Record<string, string>> = { lt: "gte", gt: "lte", lte: "gt", gte: "lt", eq: "neq", equal: "neq", neq: "eq" };

function testsOf(name: string, expression: Json): readonly GuardTest[] {
  const terms = isJsonObject(expression) ? expression.get("terms") : undefined;
  const isNegated = isJsonObject(expression) && expression.get("negated") === true;
  if (!isJsonObject(expression) || expression.has("with") || !Array.isArray(terms) || terms.length !== 3)
    throw wrong(name, "a comparison of an input with a constant belongs here");
  const [operator = null, left = null, right = null] = terms as readonly Json[];
  const operation = referenceOf(operator).join(".");
  const [a, b] = [inputOf(left), inputOf(right)];
  if (operation === "internal.member_2" && a !== undefined) return [wordTest(name, a, isNegated ? "notOf" : "of", membersOf(name, right))];
  if ((a === undefined) === (b === undefined)) throw wrong(name, "one side is an input, the other a constant");
  const straight = b === undefined ? operation : FLIPPED[operation];
  const told = isNegated && straight !== undefined ? NEGATED[straight] : straight;
  const [input, constant] = b === undefined ? [a as string, right] : [b, left];
  return comparison(name, input, told === "equal" ? "eq" : told, constant);
}

function comparison(name: string, input: string, operation: string | undefined, constant: Json): readonly GuardTest[] {
  const value = isJsonObject(constant) ? constant.get("value") : undefined;
  if (input !== "amount") {
    if (operation !== "eq" && operation !== "neq") throw wrong(name, `${input} is compared by ==, != or in`);
    if (typeof value !== "string") throw wrong(name, `${input} is a text`);
    return [wordTest(name, input, operation === "eq" ? "of" : "notOf", [value])];
  }
  if (!(value instanceof JsonNumber) || !/^\d+(?:\.\d+)?$/.test(value.text))
    throw wrong(name, "amounts are decimals without sign and exponent");
  const than = value.text;
  switch (operation) {
    case "lt":
      return [{ input, is: "below", than }];
    case "lte":
      return [{ input, is: "upTo", than }];
    case "gt":
      return [{ input, is: "above", than }];
    case "gte":
      return [{ input, is: "from", than }];
    case "eq":
      return [
        { input, is: "from", than },
        { input, is: "upTo", than },
      ];
    default:
      throw wrong(name, "amounts are compared by <, <=, >, >= or ==");
  }
}

function wordTest(name: string, input: string, is: "of" | "notOf", words: readonly string[]): GuardTest {
  if (!isInput(input) || input === "amount")
    throw wrong(name, input === "amount" ? "amounts are in no set" : `there is no input ${input}; there are ${GUARD_INPUTS.join(", ")}`);
  return { input, is, words: [...words].sort() };
}

const isInput = (word: string): word is GuardInput => GUARD_INPUTS.some((input) => input === word);

/** `input.NAME`; undefined for anything else. */
function inputOf(term: Json): string | undefined {
  const path = referenceOf(term);
  return path[0] === "input" && path.length === 2 ? path[1] : undefined;
}

function referenceOf(term: Json): readonly string[] {
  if (!isJsonObject(term) || term.get("type") !== "ref") return [];
  return (term.get("value") as readonly JsonObject[]).map((one) => String(one.get("value")));
}

function membersOf(name: string, term: Json): readonly string[] {
  const type = isJsonObject(term) ? term.get("type") : undefined;
  const members = isJsonObject(term) && (type === "set" || type === "array") ? (term.get("value") as readonly Json[]) : undefined;
  const words = members?.map((member) => (isJsonObject(member) ? member.get("value") : undefined));
  if (words === undefined || !words.every((word) => typeof word === "string")) throw wrong(name, "a set of texts belongs behind `in`");
  return words as readonly string[];
}

const wrong = (name: string, detail: string): BautaError => new BautaError(1612, { path: `guards.${name}`, detail });
