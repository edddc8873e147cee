/**
 * schemas/kinds: the IBAN table's examples by a second implementation of README.md's algorithms (the first is the generator's),
 * the generator's own comparison with python-stdnum, and the shape of the files that the engines' builds rely on.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { projectRoot } from "../shared.ts";
import { runPython } from "./python.ts";

type Span = readonly [offset: number, length: number];
interface Check {
  readonly algorithm: "mod97" | "weighted" | "luhn" | "mod11-10" | "cin";
  readonly at: Span;
  readonly over: Span;
  readonly prefix?: string;
  readonly multiplier?: number;
  readonly minuend?: number;
  readonly letters?: "iso" | "rib";
  readonly modulus?: number;
  readonly weights?: readonly number[];
  readonly ten?: number;
}
interface Country {
  readonly code: string;
  readonly length: number;
  readonly bban: readonly (readonly [number, "n" | "a" | "c"])[];
  readonly bank: Span;
  readonly checks: readonly Check[];
  readonly bankCodes?: readonly (readonly [string, string])[];
}
interface Example {
  readonly iban: string;
  readonly national: "valid" | "invalid" | "none";
  readonly bank?: "listed" | "unlisted";
}

const read = (name: string): unknown => JSON.parse(readFileSync(`${projectRoot}schemas/kinds/${name}`, "utf8"));
const table = read("iban.json") as { registry: number; cinOdd: number[]; countries: Country[] };
const { examples } = read("iban-examples.json") as { examples: Example[] };
const { codes } = read("calling-codes.json") as { codes: string[] };
const byCode = new Map(table.countries.map((country) => [country.code, country]));

const slice = (text: string, [offset, length]: Span): string => text.slice(offset, offset + length);
const isDigit = (character: string): boolean => character >= "0" && character <= "9";
const letterRank = (character: string): number => character.charCodeAt(0) - 65;

/** The number that characters spell, modulo 97. */
function residue(text: string, letters: "iso" | "rib"): number {
  let value = 0;
  for (const character of text) {
    if (isDigit(character)) value = (value * 10 + Number(character)) % 97;
    else if (letters === "iso") value = (value * 100 + 10 + letterRank(character)) % 97;
    else value = (value * 10 + Number("12345678912345678923456789"[letterRank(character)])) % 97;
  }
  return value;
}

/** Undefined: no character fits. */
function computed(check: Check, bban: string): string | undefined {
  const text = slice(bban, check.over);
  const digits = Array.from(text, Number);
  switch (check.algorithm) {
    case "mod97": {
      const { multiplier = 0, minuend = 0, letters = "iso" } = check;
      return String(minuend - ((multiplier * residue(text, letters)) % 97)).padStart(2, "0");
    }
    case "weighted": {
      const { modulus = 0, weights = [], ten = -1 } = check;
      const sum = digits.reduce((total, digit, i) => total + digit * (weights[i] as number), 0);
      const rest = (modulus - (sum % modulus)) % modulus;
      if (rest < 10) return String(rest);
      return ten < 0 ? undefined : String(ten);
    }
    case "luhn": {
      // The digits of twice 0 … 9, added up.
      const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
      const fromRight = digits.reverse();
      const sum = fromRight.reduce((total, digit, i) => total + (i % 2 === 0 ? (doubled[digit] as number) : digit), 0);
      return String((10 - (sum % 10)) % 10);
    }
    case "mod11-10": {
      let product = 10;
      for (const digit of digits) {
        const sum = (product + digit) % 10;
        product = ((sum === 0 ? 10 : sum) * 2) % 11;
      }
      return String((11 - product) % 10);
    }
    case "cin": {
      const ranks = Array.from(text, (character) => (isDigit(character) ? Number(character) : letterRank(character)));
      const sum = ranks.reduce((total, rank, i) => total + (i % 2 === 0 ? (table.cinOdd[rank] as number) : rank), 0);
      return String.fromCharCode(65 + (sum % 26));
    }
  }
}

function applicable(country: Country, bban: string): Check[] {
  const inForce: Check[] = [];
  for (const check of country.checks) {
    if (bban.startsWith(check.prefix ?? "") && !inForce.some((other) => other.at[0] === check.at[0])) inForce.push(check);
  }
  return inForce;
}

const isNationallyValid = (country: Country, bban: string): boolean =>
  applicable(country, bban).every((check) => slice(bban, check.at) === computed(check, bban));

const hasValidCheckDigits = (iban: string): boolean =>
  slice(iban, [2, 2]) === String(98 - ((100 * residue(iban.slice(4) + iban.slice(0, 2), "iso")) % 97)).padStart(2, "0");

const countryOf = (example: Example): Country => byCode.get(example.iban.slice(0, 2)) as Country;

describe("iban.json", () => {
  test("countries ascend, segments add up, banks and checks lie inside", () => {
    expect(table.registry).toBe(101);
    expect(table.countries.length).toBe(89);
    for (const [i, country] of table.countries.entries()) {
      const before = table.countries[i - 1];
      if (before !== undefined) expect(country.code > before.code).toBe(true);
      const length = country.bban.reduce((sum, [count]) => sum + count, 0);
      expect(length).toBe(country.length - 4);
      expect(country.bank[0] + country.bank[1]).toBeLessThanOrEqual(length);
      for (const { at, over, weights } of country.checks) {
        expect(at[0] + at[1]).toBeLessThanOrEqual(length);
        expect(over[0] + over[1]).toBeLessThanOrEqual(length);
        expect(at[0] >= over[0] + over[1] || at[0] + at[1] <= over[0]).toBe(true);
        if (weights !== undefined) expect(weights.length).toBe(over[1]);
      }
    }
  });

  test("29 countries have national checks, by five algorithms", () => {
    expect(table.countries.filter((country) => country.checks.length > 0).map((country) => country.code)).toEqual(
      "AL BA BE BI CZ DJ EE ES FI FR HR HU IS IT MC ME MK MR NO PL PT RS SI SK SM ST TL TN XK".split(" "),
    );
    const algorithms = new Set(table.countries.flatMap((country) => country.checks.map((check) => check.algorithm)));
    expect([...algorithms].sort()).toEqual(["cin", "luhn", "mod11-10", "mod97", "weighted"]);
  });

  test("a list of bank codes has the bank identifier's width and ascends", () => {
    const listed = table.countries.filter((country) => country.bankCodes !== undefined);
    expect(listed.map((country) => country.code)).toEqual(["BE"]);
    for (const { bank, bankCodes = [] } of listed) {
      let last = "";
      for (const [first, end] of bankCodes) {
        expect([first.length, end.length]).toEqual([bank[1], bank[1]]);
        expect(first > last && end >= first).toBe(true);
        last = end;
      }
    }
  });
});

describe("iban-examples.json", () => {
  test("every country has two or more, and one that fails where there is a national check", () => {
    for (const country of table.countries) {
      const states = examples.filter((example) => example.iban.startsWith(country.code)).map((example) => example.national);
      expect(states.filter((state) => state === (country.checks.length > 0 ? "valid" : "none")).length).toBeGreaterThanOrEqual(2);
      expect(states.includes("invalid")).toBe(country.checks.length > 0);
    }
  });

  test("length, structure and check digits are right", () => {
    const places = { n: /^[0-9]*$/, a: /^[A-Z]*$/, c: /^[0-9A-Z]*$/ };
    for (const example of examples) {
      const country = countryOf(example);
      expect(example.iban.length).toBe(country.length);
      expect(hasValidCheckDigits(example.iban)).toBe(true);
      let offset = 4;
      for (const [length, kind] of country.bban) {
        expect(slice(example.iban, [offset, length])).toMatch(places[kind]);
        offset += length;
      }
    }
  });

  test("the national check says what the example says, and the bank code is listed or not", () => {
    for (const example of examples) {
      const country = countryOf(example);
      const bban = example.iban.slice(4);
      expect([example.iban, isNationallyValid(country, bban)]).toEqual([example.iban, example.national !== "invalid"]);
      const bank = slice(bban, country.bank);
      const isListed = country.bankCodes?.some(([first, last]) => bank >= first && bank <= last);
      expect(example.bank).toBe(isListed === undefined ? undefined : isListed ? "listed" : "unlisted");
    }
  });

  test("any other character in a check's place is wrong", () => {
    for (const example of examples.filter(({ national }) => national === "valid")) {
      const country = countryOf(example);
      const bban = example.iban.slice(4);
      for (const { at, algorithm } of applicable(country, bban)) {
        const alphabet = algorithm === "cin" ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ" : "0123456789";
        for (let place = at[0]; place < at[0] + at[1]; place++) {
          const others = Array.from(alphabet).filter((character) => character !== bban[place]);
          const passing = others.filter((other) => isNationallyValid(country, bban.slice(0, place) + other + bban.slice(place + 1)));
          expect([example.iban, place, passing]).toEqual([example.iban, place, []]);
        }
      }
    }
  });

  test("both checks behind one place are exercised: Norway's postal giro and its other numbers", () => {
    const norway = byCode.get("NO") as Country;
    const algorithms = examples
      .filter((example) => example.iban.startsWith("NO") && example.national === "valid")
      .map((example) => applicable(norway, example.iban.slice(4))[0]?.algorithm);
    expect(new Set(algorithms)).toEqual(new Set(["luhn", "weighted"]));
  });

  test("some numbers do not exist: a remainder of ten leaves no digit where `ten` is -1, and a one in Spain", () => {
    const norway = byCode.get("NO")?.checks[1] as Check;
    // Weight 5 at the first place: 1 gives 5, so the digit is 6; 9 gives 45 = 4 · 11 + 1, so it would be ten.
    expect(computed(norway, "10000000000")).toBe("6");
    expect(computed(norway, "90000000000")).toBeUndefined();
    const spain = byCode.get("ES")?.checks[1] as Check;
    expect(computed(spain, "00000000001000000000")).toBe("1");
  });

  test("python-stdnum agrees, and the committed files are what the generator writes", () => {
    const run = runPython("schemas/kinds/generate.py", "--check");
    expect(run, run.output).toMatchObject({ status: 0 });
    expect(run.output).toContain(`89 countries, 29 with national checks, ${examples.length} examples`);
  });
});

describe("calling-codes.json", () => {
  test("one to three digits, ascending, none the beginning of another", () => {
    expect(codes.length).toBe(216);
    for (const code of codes) {
      expect(code).toMatch(/^[1-9][0-9]{0,2}$/);
      expect(codes.filter((other) => other.startsWith(code))).toEqual([code]);
    }
    expect([...codes].sort()).toEqual(codes);
  });
});
