/** Holds what a model made of a message against what a test expects. */

import { messageKey, type PathPattern, scopeCovers } from "../model/path.ts";
import type { Expectation, Law, ModelTest } from "../model/read-tests.ts";
import { segmentsMatch } from "../model/segments.ts";
import { isReversible } from "../model/vocabulary.ts";
import type { OpenPlan } from "../open.ts";
import type { InspectedFault, InspectedRecord, InspectedValue } from "../pipeline/inspect.ts";
import { MESSAGE_RULES } from "../registry.ts";
import { jsonPlaces } from "./json-place.ts";
import { KEYS_MAX, type ModelBench } from "./model-bench.ts";
import { clearLeaks } from "./no-clear.ts";

/** A test with its message at hand. */
export interface ReadyTest {
  readonly test: ModelTest;
  readonly given: Uint8Array;
}

/** One expectation or law that does not hold. */
export interface Failure {
  /** The path as the model says it, the law's name, or `given`. */
  readonly check: string;
  readonly line: number;
  readonly expected: string;
  /** What is the case, in words; never a value. */
  readonly found: string;
  /** The value that it is about. */
  readonly value?: InspectedValue;
  /** Can be the case by the chance of one key; fails the test only if it is under all. */
  readonly chance?: boolean;
}

/** All that does not hold; nothing, if the test passes. */
export function runTest(bench: ModelBench, test: ModelTest, given: Uint8Array): readonly Failure[] {
  let failures = new Trial(bench, test, given, 0).failures();
  for (let key = 1; key < KEYS_MAX && failures.some(({ chance }) => chance); key++) {
    const again = new Trial(bench, test, given, key).failures();
    failures = failures.filter(({ chance, check, found }) => !chance || again.some((one) => one.check === check && one.found === found));
  }
  return failures;
}

/** Values and, by the same index, their own paths. */
interface Place {
  readonly value: InspectedValue;
  readonly index: number;
}

/** One test under one key. */
class Trial {
  /** undefined where the message is not one record. */
  readonly #record: InspectedRecord | undefined;
  readonly #bench: ModelBench;
  readonly #test: ModelTest;
  readonly #given: Uint8Array;
  readonly #key: number;
  readonly #plan: OpenPlan;
  readonly #count: number;
  #again: readonly InspectedRecord[] | undefined;

  constructor(bench: ModelBench, test: ModelTest, given: Uint8Array, key: number) {
    this.#bench = bench;
    this.#test = test;
    this.#given = given;
    this.#key = key;
    this.#plan = bench.plan(key);
    const records = bench.look(this.#plan, test, given);
    this.#count = records.length;
    this.#record = records.length === 1 ? records[0] : undefined;
  }

  failures(): readonly Failure[] {
    const { at, refused, expectations, laws } = this.#test;
    const record = this.#record;
    if (record === undefined) return [{ check: "given", line: at.line, expected: "one message", found: `${this.#count} messages` }];
    const code = record.fault?.issue.code;
    const outcome = record.fault === undefined ? "the message is masked" : `the message is refused, ${refusalText(record.fault)}`;
    if (refused !== undefined) {
      return code === refused ? [] : [{ check: "refused", line: at.line, expected: `a refusal, ${refused}`, found: outcome }];
    }
    if (code !== undefined) return [{ check: "given", line: at.line, expected: "no refusal", found: outcome }];
    return [...expectations.flatMap((one) => this.#expectation(record, one)), ...laws.flatMap((law) => this.#law(record, law))];
  }

  #expectation(record: InspectedRecord, { pattern, expected, at }: Expectation): readonly Failure[] {
    const places = placesOf(record, pattern);
    const failure = (found: string, value?: InspectedValue, chance = false): Failure => ({
      check: pattern.text,
      line: at.line,
      expected: expected.kind,
      found,
      chance,
      ...(value === undefined ? {} : { value }),
    });
    if (places.length === 0) return [failure("no value of the message has this path")];
    switch (expected.kind) {
      case "kept":
      case "removed":
      case "redacted":
        return places.flatMap(({ value }) => {
          const word = this.#wordOf(value);
          return word === expected.kind ? [] : [failure(word, value)];
        });
      case "masked":
        return places.flatMap(({ value, index }) => {
          const word = this.#wordOf(value);
          if (word !== "masked") return [failure(word, value)];
          if (value.masked === value.clear) return [failure("the same as before", value, true)];
          return this.#isInForm(record, index) ? [] : [failure("not of the field's form", value)];
        });
      case "reversible": {
        const back = this.#undone(record);
        return places.flatMap(({ value }) => {
          if (this.#wordOf(value) !== "masked") return [failure(this.#wordOf(value), value)];
          return back?.get(value) === true ? [] : [failure("masked for good", value)];
        });
      }
      case "equals":
        return places.flatMap(({ value }) =>
          value.masked === expected.value ? [] : [failure(`another text (${this.#wordOf(value)})`, value)],
        );
      case "same-as":
      case "differs-from": {
        const others = placesOf(record, expected.other);
        if (others.length === 0) return [failure(`no value of the message has the path ${expected.other.text}`)];
        return this.#compare(expected.kind, [...places, ...others], failure);
      }
    }
  }

  /** Pseudonyms of values of which all are masked. */
  #compare(
    kind: "same-as" | "differs-from",
    places: readonly Place[],
    failure: (found: string, value?: InspectedValue, chance?: boolean) => Failure,
  ): readonly Failure[] {
    const plain = places.find(({ value }) => this.#wordOf(value) !== "masked");
    if (plain !== undefined) return [failure(`one of them is ${this.#wordOf(plain.value)}`, plain.value)];
    const pseudonyms = new Set(places.map(({ value }) => identityOf(value.masked ?? "")));
    if (kind === "same-as") return pseudonyms.size === 1 ? [] : [failure("another pseudonym", places[0]?.value)];
    const clear = new Set(places.map(({ value }) => identityOf(value.clear)));
    if (clear.size > 1) return [failure("they are not one value in the message, so that it says nothing", places[0]?.value)];
    return pseudonyms.size > 1 ? [] : [failure("the same pseudonym", places[0]?.value, true)];
  }

  /** What became of a value, as tests say it. */
  #wordOf({ outcome, operation }: InspectedValue): string {
    switch (outcome) {
      case "masked":
        return this.#plan.operationOf(operation)?.technique === "redact" ? "redacted" : "masked";
      case "otherwise-token":
        return "masked";
      case "otherwise-redacted":
        return "redacted";
      default:
        return outcome;
    }
  }

  #law(record: InspectedRecord, law: Law): readonly Failure[] {
    const failure = (found: string, value?: InspectedValue, chance = false): Failure => ({
      check: law,
      line: this.#test.at.line,
      expected: law,
      found,
      chance,
      ...(value === undefined ? {} : { value }),
    });
    switch (law) {
      case "deterministic": {
        const [other] = this.#bench.look(this.#bench.plan(this.#key, 1), this.#test, this.#given);
        return sameBytes(other?.after, record.after) ? [] : [failure("two runs under one key gave different outputs")];
      }
      case "valid":
        return this.#valid(record, failure);
      case "no-clear":
        return clearLeaks(record, (value) => this.#wordOf(value) === "redacted").map((value) =>
          failure(`the clear value of ${value.path} stands in the output`, value, true),
        );
      case "reversible":
        return this.#reversible(record, failure);
    }
  }

  #valid(record: InspectedRecord, failure: (found: string, value?: InspectedValue) => Failure): readonly Failure[] {
    const [again, ...more] = this.#readAgain(record);
    if (again === undefined || more.length > 0) return [failure("the output is not one message")];
    if (again.fault !== undefined) return [failure(`the output is refused, ${refusalText(again.fault)}`)];
    if (again.message !== record.message) return [failure("the output is a message of another type")];
    const rules = MESSAGE_RULES.find(({ format }) => format === record.format);
    const keyOf = ({ issue, path }: { readonly issue: number; readonly path: string }): string => `${issue} ${path}`;
    const before = new Set(rules?.verify(record.before)?.findings.map(keyOf));
    const broken = rules?.verify(again.before)?.findings.find((finding) => !before.has(keyOf(finding)));
    if (broken !== undefined) return [failure(`the output no longer adds up, BAUTA-${broken.issue} ${broken.path}`)];
    const wrong = record.values.findIndex((value, i) => this.#wordOf(value) === "masked" && !this.#isInForm(record, i));
    const value = record.values[wrong];
    return value === undefined ? [] : [failure(`${value.path} is not of its form`, value)];
  }

  #reversible(record: InspectedRecord, failure: (found: string, value?: InspectedValue) => Failure): readonly Failure[] {
    const back = this.#undone(record);
    if (back === undefined) return [failure("the output cannot be unmasked")];
    if (back.size === 0) return [failure("no value of the message is masked by technique fpe or encrypt")];
    const [wrong] = [...back].find(([, isBack]) => !isBack) ?? [];
    return wrong === undefined ? [] : [failure(`${wrong.path} is another value after unmasking`, wrong)];
  }

  /** Whether unmasking gives them back, of values that technique fpe or encrypt masked; undefined if nothing can be unmasked. */
  #undone(record: InspectedRecord): ReadonlyMap<InspectedValue, boolean> | undefined {
    const undoable = ({ operation }: InspectedValue): boolean => isReversible(this.#plan.operationOf(operation)?.technique ?? "");
    const before = record.values.filter(undoable);
    if (before.length === 0) return new Map();
    const output = this.#bench.unmask(this.#plan, this.#test, record.after ?? new Uint8Array());
    const [again] = output === undefined ? [] : this.#bench.look(this.#plan, this.#test, output);
    const after = again?.values.filter(undoable);
    if (after?.length !== before.length) return undefined;
    // What is not of its kind became a token, which nobody can undo.
    const rows = before.map((value, i) => [value, after[i]?.clear === value.clear] as const);
    return new Map(rows.filter(([{ outcome }]) => outcome === "masked"));
  }

  /** Whether the output's value is one that the model would take again in the same way. */
  #isInForm(record: InspectedRecord, index: number): boolean {
    const [again] = this.#readAgain(record);
    const alive = record.values.filter(({ outcome }) => outcome !== "removed");
    const value = record.values[index] as InspectedValue;
    if (again?.values.length !== alive.length) return false;
    const outcome = again.values[alive.indexOf(value)]?.outcome;
    return outcome === value.outcome || (outcome === "masked" && value.outcome === "otherwise-token");
  }

  #readAgain({ after }: InspectedRecord): readonly InspectedRecord[] {
    this.#again ??= this.#bench.look(this.#plan, this.#test, after ?? new Uint8Array());
    return this.#again;
  }
}

/** Names that only the sender knows are not in its path. */
const refusalText = ({ issue, path }: InspectedFault): string => `${issue.code} ${issue.name}${path === "" ? "" : ` at ${path}`}`;

/** Values that a path names, as a rule with it would. */
function placesOf(record: InspectedRecord, pattern: PathPattern): readonly Place[] {
  if (record.format === "unknown") return [];
  const { format, values } = record;
  const places = format === "json" ? jsonPlaces(record) : [];
  return values.flatMap((value, index) => {
    const message = messageKey(value.asked?.message ?? record.message);
    if (!scopeCovers(pattern.scope, format, message)) return [];
    const segments = format === "json" ? jsonSegments(places[index] ?? "$") : (value.asked?.field.path ?? value.path).split("/");
    return segmentsMatch(pattern.segments, segments) ? [{ value, index }] : [];
  });
}

/** The steps of a place such as `$.items[0]["a name"]`. */
const jsonSegments = (place: string): readonly string[] =>
  [...place.slice(1).matchAll(/\.([^.[\]]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/g)].map(
    ([, name, index, quoted]) => name ?? index ?? (JSON.parse(quoted as string) as string),
  );

/** A text without what spellings of one value differ in: case, marks, white space and separators. */
const identityOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toUpperCase();

const sameBytes = (a: Uint8Array | undefined, b: Uint8Array | undefined): boolean =>
  a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
