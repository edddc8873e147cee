/** The `tests` of a model: messages, and what the model is to make of them. They decide nothing about any output. */
import type { FormatName } from "../formats/api.ts";
import { ISSUES } from "../kit/issues.ts";
import { nearest } from "../kit/suggest.ts";
import type { Node } from "./node.ts";
import { type PathPattern, parsePath } from "./path.ts";
import type { Place } from "./problem.ts";
import { type Entries, join, list, type Reader } from "./reader.ts";

/** What may become of a value, in one word. */
export const EXPECTED_WORDS = ["kept", "masked", "reversible", "redacted", "removed"] as const;
/** What is expected of a value by another text or another value. */
export const EXPECT_KEYS = ["equals", "same-as", "differs-from"] as const;
export const LAWS = ["deterministic", "valid", "no-clear", "reversible"] as const;
export const TEST_KEYS = ["name", "given", "format", "expect", "laws"] as const;
export const GIVEN_KEYS = ["text"] as const;
/** Beside the paths of `expect`: the code that the whole message is refused with. */
export const REFUSED = "refused";

export type Law = (typeof LAWS)[number];

export type Expected =
  | { readonly kind: (typeof EXPECTED_WORDS)[number] }
  | { readonly kind: "equals"; readonly value: string }
  | { readonly kind: "same-as" | "differs-from"; readonly other: PathPattern };

export interface Expectation {
  readonly at: Place;
  readonly pattern: PathPattern;
  readonly expected: Expected;
}

export interface ModelTest {
  readonly name: string;
  readonly at: Place;
  /** A file by its path beside the model, or the message itself. */
  readonly given: { readonly file: string } | { readonly text: string };
  /** Of the message, where it cannot be told by itself. */
  readonly format: FormatName | undefined;
  /** Code of the issue that the message is refused with; there are no expectations then. */
  readonly refused: string | undefined;
  readonly expectations: readonly Expectation[];
  readonly laws: readonly Law[];
}

const FORMATS = ["iso20022", "swift-mt", "json"] as const satisfies readonly FormatName[];

export function readTests(reader: Reader, entries: Entries): readonly ModelTest[] {
  const tests: ModelTest[] = [];
  for (const [i, node] of (reader.list(entries, "tests", "")?.items ?? []).entries()) {
    const test = readTest(reader, node, `tests[${i}]`);
    if (test === undefined) continue;
    if (tests.some(({ name }) => name === test.name)) {
      reader.problems.add(1210, test.at, `tests[${i}].name`, "another test of this model has the same name");
    } else tests.push(test);
  }
  return tests;
}

function readTest(reader: Reader, node: Node, path: string): ModelTest | undefined {
  const entries = reader.map(node, path, TEST_KEYS);
  if (entries === undefined) return undefined;
  for (const key of ["name", "given"]) {
    if (!entries.has(key)) reader.problems.add(1210, node.at, join(path, key), `a test needs \`${key}\``);
  }
  if (!entries.has("expect") && !entries.has("laws")) {
    reader.problems.add(1210, node.at, path, "a test that expects nothing proves nothing: `expect`, `laws` or both belong here");
  }
  const name = reader.text(entries, "name", path);
  const given = readGiven(reader, entries, path);
  const format = reader.word(entries, "format", path, FORMATS);
  const { refused, expectations } = readExpect(reader, entries, path);
  const laws = reader.wordList(entries, "laws", path, LAWS) ?? [];
  if (refused !== undefined && laws.length > 0) {
    const at = entries.get("laws")?.at ?? node.at;
    reader.problems.add(1210, at, join(path, "laws"), "a message that is refused has no output for a law to hold of");
  }
  return name === undefined || given === undefined ? undefined : { name, at: node.at, given, format, refused, expectations, laws };
}

function readGiven(reader: Reader, entries: Entries, path: string): ModelTest["given"] | undefined {
  const entry = entries.get("given");
  if (entry === undefined) return undefined;
  const here = join(path, "given");
  if (entry.value.kind !== "map") {
    const file = reader.textOf(entry.value, here);
    return file === undefined ? undefined : { file };
  }
  const inner = reader.map(entry.value, here, GIVEN_KEYS);
  const value = inner?.get("text")?.value;
  if (value?.kind === "scalar" && typeof value.value === "string" && value.value !== "") return { text: value.value };
  reader.problems.add(1210, value?.at ?? entry.value.at, here, "the path of a file belongs here, or `{text: …}` with the message itself");
  return undefined;
}

function readExpect(reader: Reader, entries: Entries, path: string): Pick<ModelTest, "refused" | "expectations"> {
  const nothing = { refused: undefined, expectations: [] };
  const entry = entries.get("expect");
  if (entry === undefined) return nothing;
  const here = join(path, "expect");
  if (entry.value.kind !== "map" || entry.value.entries.length === 0) {
    reader.problems.add(
      1210,
      entry.value.at,
      here,
      "a map of paths and what becomes of their values belongs here, or `refused: BAUTA-nnnn`",
    );
    return nothing;
  }
  let refused: string | undefined;
  const expectations: Expectation[] = [];
  for (const { key, at, value } of reader.once(entry.value, here, 1201)) {
    if (key === REFUSED) refused = readCode(reader, value, join(here, key));
    else {
      const expectation = readExpectation(reader, key, at, value, here);
      if (expectation !== undefined) expectations.push(expectation);
    }
  }
  if (refused !== undefined && entry.value.entries.length > 1) {
    reader.problems.add(1210, entry.value.at, here, `\`${REFUSED}\` stands alone: a message that is refused has no values in any output`);
  }
  return { refused, expectations };
}

function readExpectation(reader: Reader, key: string, at: Place, value: Node, here: string): Expectation | undefined {
  const path = join(here, key);
  if (!/[:/$*]/.test(key) && nearest(key, [REFUSED]) !== undefined) {
    reader.problems.add(1202, at, path, `paths belong here, or \`${REFUSED}\``, REFUSED);
    return undefined;
  }
  const pattern = readPath(reader, key, at, path);
  const expected = readExpected(reader, value, path);
  return pattern === undefined || expected === undefined ? undefined : { at, pattern, expected };
}

function readExpected(reader: Reader, node: Node, path: string): Expected | undefined {
  if (node.kind !== "map") {
    const word = reader.wordOf(node, path, EXPECTED_WORDS);
    return word === undefined ? undefined : { kind: word };
  }
  const entries = reader.map(node, path, EXPECT_KEYS);
  if (entries === undefined) return undefined;
  const [entry, ...others] = [...entries.values()];
  if (entry === undefined || others.length > 0) {
    if (node.entries.length !== 1) reader.problems.add(1210, node.at, path, `one of ${list(EXPECT_KEYS)} belongs here`);
    return undefined;
  }
  const text = reader.textOf(entry.value, join(path, entry.key));
  if (text === undefined) return undefined;
  if (entry.key === "equals") return { kind: "equals", value: text };
  const other = readPath(reader, text, entry.value.at, join(path, entry.key));
  return other === undefined ? undefined : { kind: entry.key === "same-as" ? "same-as" : "differs-from", other };
}

function readPath(reader: Reader, text: string, at: Place, path: string): PathPattern | undefined {
  const pattern = parsePath(text);
  if (!("issue" in pattern)) return pattern;
  reader.problems.add(pattern.issue, at, path, pattern.message, pattern.suggestion);
  return undefined;
}

function readCode(reader: Reader, node: Node, path: string): string | undefined {
  const text = reader.textOf(node, path);
  if (text === undefined) return undefined;
  const codes = [...ISSUES.values()].map(({ code }) => code);
  if (codes.includes(text)) return text;
  reader.problems.add(1210, node.at, path, "the code of an issue belongs here, such as `BAUTA-2201`", nearest(text, codes));
  return undefined;
}
