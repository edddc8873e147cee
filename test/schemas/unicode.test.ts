/**
 * schemas/unicode/tables.bin against two oracles: this runtime's own `normalize` and case mappings, over the code points that both
 * Unicode versions have assigned, and Python's unicodedata and casefold by the generator's own check.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { seeded } from "../seed.ts";
import { projectRoot } from "../shared.ts";
import { runPython } from "./python.ts";

const SEED = seeded("unicode");
const LAST_CODE_POINT = 0x10ffff;
const HANGUL_FIRST = 0xac00;
const HANGUL_COUNT = 11172;
/** Full case folding maps these to upper case; toLowerCase goes the other way. */
const CHEROKEE = /^[\u13a0-\u13f5]$/u;

const bytes = readFileSync(`${projectRoot}schemas/unicode/tables.bin`);
const words = new Uint32Array(bytes.length / 4);
for (let i = 0; i < words.length; i++) words[i] = bytes.readUInt32LE(4 * i);
const section = (index: number): Uint32Array => {
  const offset = words[4 + 2 * index] as number;
  return words.subarray(offset, offset + (words[5 + 2 * index] as number));
};
const assigned = section(0);
const classes = section(4);
const decompositions = mapping(1);
const foldings = mapping(5);

function mapping(first: number): Map<number, readonly number[]> {
  const [keys, starts, pool] = [section(first), section(first + 1), section(first + 2)];
  return new Map(Array.from(keys, (key, k) => [key, Array.from(pool.subarray(starts[k], starts[k + 1]))]));
}

const combining = new Map<number, number>();
for (let i = 0; i < classes.length; i += 3) {
  for (let point = classes[i] as number; point <= (classes[i + 1] as number); point++) combining.set(point, classes[i + 2] as number);
}

function decompose(point: number): readonly number[] {
  const syllable = point - HANGUL_FIRST;
  if (syllable < 0 || syllable >= HANGUL_COUNT) return decompositions.get(point) ?? [point];
  const trail = syllable % 28;
  const lead = [0x1100 + Math.floor(syllable / 588), 0x1161 + Math.floor((syllable % 588) / 28)];
  return trail === 0 ? lead : [...lead, 0x11a7 + trail];
}

function nfd(points: readonly number[]): number[] {
  const out: number[] = [];
  for (const part of points.flatMap(decompose)) {
    const own = combining.get(part) ?? 0;
    let place = out.length;
    while (own > 0 && place > 0 && (combining.get(out[place - 1] as number) ?? 0) > own) place--;
    out.splice(place, 0, part);
  }
  return out;
}

const fold = (points: readonly number[]): number[] => points.flatMap((point) => foldings.get(point) ?? [point]);
const canonical = (text: string): string => textOf(nfd(fold(nfd(pointsOf(text)))));
const pointsOf = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0) as number);
const textOf = (points: readonly number[]): string => points.map((point) => String.fromCodePoint(point)).join("");

/** Code points that the tables and this runtime both know. */
const common: number[] = [];
for (let i = 0; i < assigned.length; i += 2) {
  for (let point = assigned[i] as number; point <= (assigned[i + 1] as number); point++) {
    if (!/\p{Cn}/u.test(String.fromCodePoint(point))) common.push(point);
  }
}

describe("unicode tables", () => {
  test("header: magic, layout 1, Unicode 14.0.0, eight sections that follow one another to the end", () => {
    expect(bytes.subarray(0, 4).toString("latin1")).toBe("BUNI");
    expect(Array.from(words.subarray(1, 4))).toEqual([1, 0x0e0000, 8]);
    let next = 4 + 2 * 8;
    for (let i = 0; i < 8; i++) {
      expect(words[4 + 2 * i]).toBe(next);
      next += words[5 + 2 * i] as number;
    }
    expect(next).toBe(words.length);
  });

  test("keys and ranges ascend, starts enclose the pool", () => {
    for (const keys of [section(1), section(5)]) expect(isAscending(keys)).toBe(true);
    expect(isAscending(assigned, 2)).toBe(true);
    expect(isAscending(classes, 3)).toBe(true);
    for (const first of [1, 5]) {
      const starts = section(first + 1);
      expect(starts.length).toBe(section(first).length + 1);
      expect(starts[0]).toBe(0);
      expect(starts[starts.length - 1]).toBe(section(first + 2).length);
      expect(isAscending(starts)).toBe(true);
    }
  });

  test("what the tables assign is what Unicode 14 assigned: letters and emoji of later versions are not there", () => {
    const isAssigned = (point: number): boolean => {
      for (let i = 0; i < assigned.length; i += 2)
        if (point >= (assigned[i] as number) && point <= (assigned[i + 1] as number)) return true;
      return false;
    };
    expect([0x41, 0x1f600, 0xe000, 0x10fffd, 0x1fae0].map(isAssigned)).toEqual([true, true, true, true, true]);
    // A surrogate, a noncharacter, a hole in Greek, an emoji and a script of Unicode 15, a letter of 16.
    expect([0xd800, 0xffff, 0x378, 0x1fae8, 0x11f00, 0xa7cb].map(isAssigned)).toEqual([false, false, false, false, false, false]);
    expect(common.length).toBeGreaterThan(280_000);
  });

  test("NFD of every common code point is the runtime's", () => {
    const wrong = common.filter((point) => textOf(nfd([point])) !== String.fromCodePoint(point).normalize("NFD"));
    expect(wrong).toEqual([]);
  });

  test(`NFD of strings, marks in any order, is the runtime's (seed ${SEED})`, () => {
    const marks = common.filter((point) => combining.has(point));
    const composed = common.filter((point) => decompositions.has(point));
    const point = fc.oneof(fc.constantFrom(...marks), fc.constantFrom(...composed), fc.constantFrom(...common));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 12 }), (points) => textOf(nfd(points)) === textOf(points).normalize("NFD")),
      { seed: SEED, numRuns: 3000 },
    );
  });

  test("a code point that folding leaves alone is its own lower case, Cherokee apart", () => {
    const wrong = common.filter((point) => {
      const character = String.fromCodePoint(point);
      return !foldings.has(point) && character.toLowerCase() !== character && !CHEROKEE.test(character);
    });
    expect(wrong).toEqual([]);
  });

  test("a folding to one code point is an equivalence that the runtime's caseless matching knows", () => {
    const single = [...foldings].filter(([point, to]) => to.length === 1 && common.includes(point));
    const wrong = single.filter(
      ([point, to]) => !new RegExp(`^\\u{${(to[0] as number).toString(16)}}$`, "iu").test(String.fromCodePoint(point)),
    );
    expect(wrong).toEqual([]);
    expect(single.length).toBeGreaterThan(1400);
  });

  test("a folding to several code points is the runtime's lower case of its upper case", () => {
    const several = [...foldings].filter(([, to]) => to.length > 1);
    const wrong = several.filter(([point, to]) => {
      const character = String.fromCodePoint(point);
      return textOf(nfd(to)) !== character.toUpperCase().toLowerCase().normalize("NFD");
    });
    // The capital sharp s is its own upper case, and its lower case is one letter.
    expect(wrong).toEqual([[0x1e9e, [0x73, 0x73]]]);
    expect(several.length).toBe(104);
  });

  test("canonical caseless forms merge what they should and nothing else", () => {
    const same = ["STRASSE", "Straße", "straße", "STRAẞE"];
    expect(new Set(same.map(canonical)).size).toBe(1);
    expect(canonical("ÅSE")).toBe(canonical("a\u030ase"));
    expect(canonical("ΣΊΣΥΦΟΣ")).toBe(canonical("σίσυφος"));
    expect(canonical("\uac01")).toBe("\u1100\u1161\u11a8");
    // No Turkic rules, no compatibility mappings.
    expect(canonical("I")).not.toBe(canonical("ı"));
    expect(canonical("①")).not.toBe(canonical("1"));
    expect(canonical("Müller")).not.toBe(canonical("Mueller"));
  });

  test("Python agrees, over all assigned code points and random strings", () => {
    const run = runPython("schemas/unicode/generate.py", "--check", "--seed", String(SEED));
    expect(run, run.output).toMatchObject({ status: 0 });
    expect(run.output).toContain("Unicode 14.0.0: 282230 code points agree");
  });
});

/** Whether the numbers ascend strictly; of ranges (`stride` 2 or 3): first ≤ last, and each behind the one before. */
function isAscending(values: Uint32Array, stride = 1): boolean {
  let last = -1;
  for (let i = 0; i < values.length; i += stride) {
    const first = values[i] as number;
    const end = stride === 1 ? first : (values[i + 1] as number);
    if (first <= last || end < first || end > LAST_CODE_POINT) return false;
    last = end;
  }
  return true;
}
