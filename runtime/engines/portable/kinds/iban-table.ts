/** The countries of the IBAN registry and their national checks (schemas/kinds/iban.json, algorithms in its README.md). */
import { assetJson } from "../../../kit/assets.ts";
import { ALNUM36, DIGIT, isOf, UPPER } from "./alphabets.ts";
import { luhnDigit, mod97, mod1110Digit, weighted } from "./checks.ts";

const ZERO = 0x30;
/** Offset of the BBAN behind country and check digits. */
export const BBAN = 4;
const ALPHABET_OF_CLASS: Readonly<Record<string, number>> = { n: DIGIT, a: UPPER, c: ALNUM36 };

export interface Country {
  readonly code: string;
  readonly length: number;
  /** Alphabet of each character of the BBAN. */
  readonly alphabets: readonly number[];
  readonly hasChecks: boolean;
  readonly hasBankCodes: boolean;
  /** Offsets within the BBAN that a national check writes. */
  readonly checkPlaces: ReadonlySet<number>;
  /** Writes the national check digits of the IBAN at `start`; false where the algorithm has none for it. */
  writeChecks(iban: Uint8Array, start: number): boolean;
  /** Whether all national checks that apply are right; true for a country without. */
  checksValid(iban: Uint8Array, start: number): boolean;
  /** Whether the bank code is on the country's list. */
  isListed(iban: Uint8Array, start: number): boolean;
}

interface CheckRow {
  readonly algorithm: string;
  readonly at: readonly number[];
  readonly over: readonly number[];
  readonly prefix?: string;
  readonly multiplier?: number;
  readonly minuend?: number;
  readonly letters?: string;
  readonly modulus?: number;
  readonly weights?: readonly number[];
  readonly ten?: number;
}

interface CountryRow {
  readonly code: string;
  readonly length: number;
  readonly bban: readonly (readonly (number | string)[])[];
  readonly bank: readonly number[];
  readonly checks: readonly CheckRow[];
  readonly bankCodes?: readonly (readonly string[])[];
}

/** Computes a check into `out`; returns how many characters, 0 where there is none. `from` is the first place it reads. */
type Algorithm = (iban: Uint8Array, from: number, count: number, out: Uint8Array) => number;

const table = assetJson<{ readonly countries: readonly CountryRow[]; readonly cinOdd: readonly number[] }>("schemas/kinds/iban.json");
const scratch = new Uint8Array(2);
const COUNTRIES: readonly (Country | undefined)[] = countriesByLetters();

/** The country of two capital letters, by their ASCII codes. */
export function countryOf(first: number, second: number): Country | undefined {
  return COUNTRIES[(first - 0x41) * 26 + second - 0x41];
}

/** Whether `iban[start, start + length)` is of a country's length and structure; its check digits need only be digits. */
export function structureValid(country: Country, iban: Uint8Array, start: number, length: number): boolean {
  if (length !== country.length) return false;
  if (!isOf(DIGIT, iban[start + 2] as number) || !isOf(DIGIT, iban[start + 3] as number)) return false;
  for (let i = 0; i < country.alphabets.length; i++) {
    if (!isOf(country.alphabets[i] as number, iban[start + BBAN + i] as number)) return false;
  }
  return true;
}

/** V mod 97 of the BBAN followed by the country code (ISO 13616, ISO 7064). */
export function ibanRemainder(iban: Uint8Array, start: number, length: number): number {
  return mod97(mod97(0, iban, start + BBAN, start + length), iban, start, start + 2);
}

function countriesByLetters(): (Country | undefined)[] {
  const countries: (Country | undefined)[] = new Array<Country | undefined>(26 * 26).fill(undefined);
  for (const row of table.countries) {
    countries[(row.code.charCodeAt(0) - 0x41) * 26 + row.code.charCodeAt(1) - 0x41] = countryOfRow(row);
  }
  return countries;
}

function countryOfRow(row: CountryRow): Country {
  const alphabets: number[] = [];
  for (const [count, name] of row.bban) {
    for (let i = 0; i < Number(count); i++) alphabets.push(ALPHABET_OF_CLASS[String(name)] as number);
  }
  const checks = row.checks.map((check) => ({
    run: algorithmOf(check),
    at: check.at[0] as number,
    width: check.at[1] as number,
    from: check.over[0] as number,
    count: check.over[1] as number,
    prefix: check.prefix ?? "",
  }));
  const [bankAt, bankLength] = row.bank as readonly [number, number];

  /** Runs the checks that apply, the first for each place; `use` gets place and number of characters, in `scratch`. */
  const each = (iban: Uint8Array, start: number, use: (at: number, width: number) => boolean): boolean => {
    const bban = start + BBAN;
    let doneAt = -1;
    for (const check of checks) {
      if (check.at === doneAt || !beginsWith(iban, bban, check.prefix)) continue;
      doneAt = check.at;
      if (check.run(iban, bban + check.from, check.count, scratch) === 0 || !use(bban + check.at, check.width)) return false;
    }
    return true;
  };

  return {
    code: row.code,
    length: row.length,
    alphabets,
    hasChecks: checks.length > 0,
    hasBankCodes: row.bankCodes !== undefined,
    checkPlaces: new Set(checks.flatMap(({ at, width }) => Array.from({ length: width }, (_, i) => at + i))),
    writeChecks: (iban, start) =>
      each(iban, start, (at, width) => {
        for (let i = 0; i < width; i++) iban[at + i] = scratch[i] as number;
        return true;
      }),
    checksValid: (iban, start) =>
      each(iban, start, (at, width) => {
        for (let i = 0; i < width; i++) if (iban[at + i] !== scratch[i]) return false;
        return true;
      }),
    isListed: (iban, start) => {
      let code = "";
      for (let i = 0; i < bankLength; i++) code += String.fromCharCode(iban[start + BBAN + bankAt + i] as number);
      return (row.bankCodes ?? []).some(([first, last]) => (first as string) <= code && code <= (last as string));
    },
  };
}

function beginsWith(codes: Uint8Array, at: number, prefix: string): boolean {
  for (let i = 0; i < prefix.length; i++) if (codes[at + i] !== prefix.charCodeAt(i)) return false;
  return true;
}

function algorithmOf(check: CheckRow): Algorithm {
  switch (check.algorithm) {
    case "mod97":
      return mod97Check(check.multiplier as number, check.minuend as number, check.letters === "rib");
    case "weighted":
      return weightedCheck(check.modulus as number, check.weights as readonly number[], check.ten as number);
    case "luhn":
      return (iban, from, count, out) => {
        out[0] = ZERO + luhnDigit(iban, from, from + count);
        return 1;
      };
    case "mod11-10":
      return mod1110Check;
    case "cin":
      return cinCheck;
    default:
      throw new Error(`schemas/kinds/iban.json: unknown algorithm ${check.algorithm}`);
  }
}

function mod97Check(multiplier: number, minuend: number, rib: boolean): Algorithm {
  return (iban, from, count, out) => {
    let remainder = 0;
    for (let i = from; i < from + count; i++) {
      const code = iban[i] as number;
      if (code < 0x40) remainder = (remainder * 10 + code - ZERO) % 97;
      else if (rib) remainder = (remainder * 10 + ribDigit(code)) % 97;
      else remainder = (remainder * 100 + code - 55) % 97;
    }
    const check = minuend - ((multiplier * remainder) % 97);
    out[0] = ZERO + Math.floor(check / 10);
    out[1] = ZERO + (check % 10);
    return 2;
  };
}

/** A–I and J–R are 1–9, S–Z are 2–9. */
function ribDigit(code: number): number {
  const rank = code - 0x41;
  if (rank < 9) return rank + 1;
  return rank < 18 ? rank - 8 : rank - 16;
}

function weightedCheck(modulus: number, weights: readonly number[], ten: number): Algorithm {
  return (iban, from, _count, out) => {
    let digit = (modulus - (weighted(iban, from, weights) % modulus)) % modulus;
    if (digit === 10) {
      if (ten < 0) return 0;
      digit = ten;
    }
    out[0] = ZERO + digit;
    return 1;
  };
}

function mod1110Check(iban: Uint8Array, from: number, count: number, out: Uint8Array): number {
  out[0] = mod1110Digit(iban, from, count);
  return 1;
}

function cinCheck(iban: Uint8Array, from: number, count: number, out: Uint8Array): number {
  out[0] = cinLetter(iban, from, count);
  return 1;
}

/** The check letter of Italian accounts and tax codes. */
export function cinLetter(codes: Uint8Array, from: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const code = codes[from + i] as number;
    const rank = code < 0x40 ? code - ZERO : code - 0x41;
    sum += i % 2 === 0 ? (table.cinOdd[rank] as number) : rank;
  }
  return 0x41 + (sum % 26);
}
