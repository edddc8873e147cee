/**
 * Laws of the JSON scanner over random documents, each against an oracle that works on the tree and knows nothing of the scanner.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type JsonRule, SCAN_FRAME_ERROR, SCAN_MORE, UNCOVERED } from "../../runtime/formats/api.ts";
import { Batch, ENCODING_JSON_NUMBER, ENCODING_JSON_STRING } from "../../runtime/record/tables.ts";
import { DEPTH, seeded } from "../seed.ts";
import { bytesOf, DROP, openJson, rulesetOf, rulesetOfRules, see, structureOf, textOf, withoutDropped } from "./json-support.ts";

const seed = seeded("json properties");
const numRuns = 400 * DEPTH;
const check = <T extends [unknown, ...unknown[]]>(property: fc.IProperty<T>): void => fc.assert(property, { seed, numRuns });

type Tree =
  | { readonly kind: "string"; readonly text: string; readonly style: readonly number[] }
  | { readonly kind: "number" | "literal"; readonly token: string }
  | { readonly kind: "array"; readonly items: readonly Tree[] }
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Tree])[] };

interface Leaf {
  readonly path: readonly (string | number)[];
  readonly raw: string;
  readonly encoding: number;
}

const names = fc.constantFrom("a", "b", "c", "dd", "e_e", "f.f");
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
  fc.bigInt({ min: 0n, max: 10n ** 40n }).map(String),
  fc.constantFrom("0", "-0", "1E+5", "2e-07", "-0.0", "123.4560"),
);
const style = fc.array(fc.nat(3), { maxLength: 8 });
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.string());

function trees(name: fc.Arbitrary<string>, text: fc.Arbitrary<string>): fc.Arbitrary<Tree> {
  const leaf: fc.Arbitrary<Tree> = fc.oneof(
    fc.record({ kind: fc.constant("string" as const), text, style }),
    fc.record({ kind: fc.constant("number" as const), token: number }),
    fc.record({ kind: fc.constant("literal" as const), token: fc.constantFrom("true", "false", "null") }),
  );
  const { container } = fc.letrec<{ container: Tree; node: Tree }>((tie) => ({
    node: fc.oneof({ depthSize: "small", withCrossShrink: true }, leaf, tie("container")),
    container: fc.oneof(
      fc.record({ kind: fc.constant("array" as const), items: fc.array(tie("node"), { maxLength: 5 }) }),
      fc.record({
        kind: fc.constant("object" as const),
        members: fc.uniqueArray(fc.tuple(name, tie("node")), { selector: ([key]) => key, maxLength: 5 }),
      }),
    ),
  }));
  return container;
}

/** Writes a tree with the white space and the escapes that `pick` gives, and lists its leaves in order. */
function write(tree: Tree, spaces: readonly number[]): { readonly text: string; readonly leaves: readonly Leaf[] } {
  const leaves: Leaf[] = [];
  let turn = 0;
  const space = (): string =>
    ["", "", " ", "\n\t", "\r\n "][spaces.length === 0 ? 0 : (spaces[turn++ % spaces.length] as number)] as string;
  const writeNode = (node: Tree, path: readonly (string | number)[]): string => {
    switch (node.kind) {
      case "array":
        return `[${space()}${node.items.map((item, index) => `${writeNode(item, [...path, index])}${space()}`).join(`,${space()}`)}]`;
      case "object":
        return `{${space()}${node.members
          .map(([key, member]) => `${quote(key, [])}${space()}:${space()}${writeNode(member, [...path, key])}${space()}`)
          .join(`,${space()}`)}}`;
      case "string": {
        const quoted = quote(node.text, node.style);
        leaves.push({ path, raw: quoted.slice(1, -1), encoding: ENCODING_JSON_STRING });
        return quoted;
      }
      default:
        if (node.token !== "null") leaves.push({ path, raw: node.token, encoding: ENCODING_JSON_NUMBER });
        return node.token;
    }
  };
  return { text: writeNode(tree, []), leaves };
}

/** A JSON string of a text, with some characters escaped in one of the ways there are. Lone surrogates are replaced first. */
function quote(text: string, styles: readonly number[]): string {
  let out = '"';
  let turn = 0;
  for (const character of textOf(bytesOf(text))) {
    const way = styles.length === 0 ? 0 : (styles[turn++ % styles.length] as number);
    const plain = JSON.stringify(character).slice(1, -1);
    out +=
      way === 3
        ? units(character, (unit) => unit.toString(16))
        : way === 2
          ? units(character, (unit) => unit.toString(16).toUpperCase())
          : plain;
  }
  return `${out}"`;
}

const units = (character: string, hex: (unit: number) => string): string =>
  Array.from({ length: character.length }, (_, i) => `\\u${hex(character.charCodeAt(i)).padStart(4, "0")}`).join("");

const treeValue = (tree: Tree): unknown => JSON.parse(write(tree, []).text);

const spaces = fc.array(fc.nat(4), { maxLength: 6 });
const segments = fc.array(fc.oneof(names, fc.constantFrom("*", "**")), { minLength: 1, maxLength: 5 });

/** Whether a rule takes a path in: by definition, not by automaton. */
function matches(rule: readonly string[], path: readonly (string | number)[]): boolean {
  const [head, ...tail] = rule;
  if (head === undefined) return path.length === 0;
  if (head === "**") return matches(tail, path) || (path.length > 0 && matches(rule, path.slice(1)));
  return path.length > 0 && (head === "*" || head === path[0]) && matches(tail, path.slice(1));
}

function operationOf(rules: readonly JsonRule[], path: readonly (string | number)[]): number {
  const taking = rules.filter((rule) => matches(rule.segments, path)).sort((a, b) => b.rank - a.rank);
  return taking[0]?.operation ?? UNCOVERED;
}

describe("leaves", () => {
  const everything = openJson(rulesetOf("$.**"));

  test("every leaf is a value exactly once, in order, as it is written", () => {
    check(
      fc.property(trees(names, anyText), spaces, (tree, white) => {
        const { text, leaves } = write(tree, white);
        const seen = see(everything, text);
        const tracks = seen.values.filter(({ operation }) => operation === DROP).length;
        fc.pre(tracks === 0);
        expect(seen.status).toBe(0);
        expect(seen.end).toBe(bytesOf(text).length);
        expect(seen.values.map(({ text: raw, encoding }) => [raw, encoding])).toEqual(leaves.map(({ raw, encoding }) => [raw, encoding]));
      }),
    );
  });

  test("every leaf has the operation of the highest rule that takes its path; the first without one refuses", () => {
    check(
      fc.property(trees(names, fc.constant("x")), spaces, fc.array(segments, { maxLength: 6 }), (tree, white, lists) => {
        const rules = lists.map((list, index) => ({ segments: list, rank: index, operation: index, label: "" }));
        const { text, leaves } = write(tree, white);
        const seen = see(openJson(rulesetOfRules(rules)), text);
        const expected = leaves.map(({ path }) => operationOf(rules, path));
        if (expected.includes(UNCOVERED)) {
          const first = leaves[expected.indexOf(UNCOVERED)] as Leaf;
          const path = first.path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
          expect(seen.fault).toMatchObject({ issue: 2201, path: `$${path}` });
          expect(seen.values).toEqual([]);
        } else {
          expect(seen.values.map(({ operation }) => operation)).toEqual(expected);
        }
      }),
    );
  });

  test("the bytes outside of segments are the document with its leaves taken out", () => {
    check(
      fc.property(trees(names, fc.constant("x")), spaces, (tree, white) => {
        const { text } = write(tree, white);
        expect(structureOf(text, see(everything, text))).toBe(write(hollow(tree), white).text.replaceAll("7", ""));
      }),
    );
  });
});

/** The tree with empty strings for strings, and `7` for what is no string and not null. */
function hollow(tree: Tree): Tree {
  switch (tree.kind) {
    case "array":
      return { kind: "array", items: tree.items.map(hollow) };
    case "object":
      return { kind: "object", members: tree.members.map(([key, member]) => [key, hollow(member)] as const) };
    case "string":
      return { kind: "string", text: "", style: [] };
    default:
      return tree.token === "null" ? tree : { kind: "number", token: "7" };
  }
}

describe("removal", () => {
  const SENSITIVE = ["cvv", "CVC2", "pin_block", "track2Data", "iccData"];
  const TRACK = ";4111111111111111=29121010000012345678?";
  const name = fc.oneof(names, fc.constantFrom(...SENSITIVE));
  const text = fc.constantFrom("x", TRACK, "4111111111111111");

  test("what is left is JSON: the tree without its sensitive members", () => {
    const everything = openJson(rulesetOf("$.**"));
    check(
      fc.property(trees(name, text), spaces, (tree, white) => {
        const written = write(tree, white).text;
        const seen = see(everything, written);
        expect(seen.status).toBe(0);
        const left = withoutDropped(written, seen);
        expect(JSON.parse(left)).toEqual(treeValue(pruned(tree)) as never);
        expect(left).not.toContain("=2912101");
      }),
    );
  });

  function pruned(tree: Tree): Tree {
    if (tree.kind === "array") return { kind: "array", items: tree.items.filter((item) => !isTrack(item)).map(pruned) };
    if (tree.kind !== "object") return tree;
    const members = tree.members.filter(([key, member]) => !SENSITIVE.includes(key) && !isTrack(member));
    return { kind: "object", members: members.map(([key, member]) => [key, pruned(member)] as const) };
  }
  const isTrack = (tree: Tree): boolean => tree.kind === "string" && tree.text === TRACK;
});

describe("hostile bytes", () => {
  const everything = openJson(rulesetOf("$.**"));

  test("a prefix asks for more and adds nothing, or is refused when there is no more", () => {
    check(
      fc.property(trees(names, anyText), spaces, fc.nat(), (tree, white, at) => {
        const bytes = bytesOf(write(tree, white).text);
        const limit = 1 + (at % (bytes.length - 1));
        const batch = new Batch(1, 1, 1);
        batch.input = bytes;
        expect(everything.scan(batch, 0, limit, false)).toBe(SCAN_MORE);
        expect([batch.recordCount, batch.valueCount, batch.segmentCount, batch.faults.length]).toEqual([0, 0, 0, 0]);
        expect(everything.scan(batch, 0, limit, true)).toBe(limit);
        expect(batch.faults.map(({ issue }) => issue)).toEqual([2002]);
      }),
    );
  });

  test("what the grammar takes and refuses is what JSON.parse takes and refuses", () => {
    // Where it matters: bytes that mean something to the grammar are put in the place of others.
    const bytes = fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf('{}[]",:\\ue0-.+ \n\t1')));
    const edits = fc.array(fc.tuple(fc.nat(), bytes, fc.nat(2)), { minLength: 1, maxLength: 4 });
    check(
      fc.property(trees(names, anyText), spaces, edits, (tree, white, changes) => {
        const input = edited(bytesOf(write(tree, white).text), changes);
        const batch = new Batch(1, 1, 1);
        batch.input = input;
        const end = everything.scan(batch, 0, input.length, false);
        if (end === SCAN_FRAME_ERROR || end === SCAN_MORE) return expect(parses(input)).toBe(false);
        expect(end).toBeGreaterThan(0);
        expect(end).toBeLessThanOrEqual(input.length);
        expect(parses(input.subarray(0, end))).toBe(true);
        expect([undefined, 2201, 5002, 5003]).toContain(batch.faults[0]?.issue);
      }),
    );
  });

  test("any bytes at all: a verdict, within the limit, and never an exception", () => {
    const soup = fc.array(fc.oneof(fc.nat(255), fc.constantFrom(...bytesOf('{}[]",:\\u0dD^=1'))), { maxLength: 60 });
    check(
      fc.property(soup, fc.boolean(), fc.constantFrom("{", "[", '{"', "\ufeff["), (list, last, first) => {
        const input = Uint8Array.from([...bytesOf(first), ...list, ...bytesOf("]}]}")]);
        const limit = input.length - 4;
        const seen = see(everything, input, 0, limit, last);
        expect([SCAN_MORE, SCAN_FRAME_ERROR].includes(seen.result) || (seen.result > 0 && seen.result <= limit)).toBe(true);
        for (const value of seen.values) expect(value.start >= 0 && value.end <= limit && value.start <= value.end).toBe(true);
      }),
    );
  });

  function edited(bytes: Uint8Array, changes: readonly (readonly [number, number, number])[]): Uint8Array {
    let list = [...bytes];
    for (const [at, byte, kind] of changes) {
      const place = 1 + (at % Math.max(1, list.length - 1));
      list = kind === 0 ? list.with(place % list.length, byte) : list.toSpliced(place, kind === 1 ? 1 : 0, ...(kind === 1 ? [] : [byte]));
    }
    list[0] = bytes[0] as number;
    return Uint8Array.from(list);
  }

  /** Lone surrogates are grammar to JSON.parse, and so are names that come twice; bytes that are no UTF-8 become U+FFFD on the way. */
  function parses(bytes: Uint8Array): boolean {
    try {
      JSON.parse(textOf(bytes));
      return true;
    } catch {
      return false;
    }
  }
});

describe("work is linear", () => {
  /** Reads of the input's bytes during a scan. */
  function reads(input: string, ...rules: string[]): number {
    let count = 0;
    const bytes = bytesOf(input);
    const counted = new Proxy(bytes, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key);
        if (typeof key === "string" && key >= "0" && key <= "9~") count++;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const batch = new Batch();
    batch.input = counted;
    const end = openJson(rulesetOf(...rules)).scan(batch, 0, bytes.length, true);
    expect(end).toBe(bytes.length);
    return count;
  }

  const list = (count: number, each: (index: number) => string): string => Array.from({ length: count }, (_, i) => each(i)).join();

  test.each<[string, (size: number) => string]>([
    ["many members of one object", (n) => `{${list(n, (i) => `"k${i.toString(36)}_":1`)}}`],
    ["many members whose names are refused", (n) => `{${list(n, (i) => `"k k ${i.toString(36)}":1`)}}`],
    [
      "names of one length that collide in nothing but their beginning",
      (n) => `{${list(n, (i) => `"${"a".repeat(40)}${i.toString(36).padStart(4, "_")}":1`)}}`,
    ],
    ["many small objects", (n) => `[${list(n, () => '{"a":1,"b":2,"c":3}')}]`],
    ["nested to the depth limit again and again", (n) => `[${list(n / 50, () => `${'{"a":'.repeat(60)}1${"}".repeat(60)}`)}]`],
    ["nested without end", (n) => "[".repeat(n) + "]".repeat(n)],
    ["one long string", (n) => `["${"x".repeat(n * 4)}"]`],
    ["one long string of escapes", (n) => `["${"\\u0034".repeat(n)}"]`],
    ["one long string that is nearly a track everywhere", (n) => `["${"123456789012^".repeat(n / 4)}"]`.replaceAll("^", "D1")],
    ["names that are nearly tracks", (n) => `["${"1 ".repeat(n)}^"]`],
    ["one long number", (n) => `[${"1".repeat(n * 4)}]`],
    ["members to be removed", (n) => `{${list(n, (i) => `"x${i.toString(36)}_cvv":{"a":[1,2]}`)}}`],
  ])("%s", (_, make) => {
    const rules = ["$.**", "$.a.b.*", "$.**.b.**.c", "$.*.*.a"];
    const single = reads(make(2000), ...rules);
    const double = reads(make(4000), ...rules);
    expect(double / single).toBeLessThan(2.2);
    expect(single).toBeLessThan(bytesOf(make(2000)).length * 8);
  });
});
