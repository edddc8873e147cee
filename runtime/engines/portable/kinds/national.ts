/**
 * National identifiers of persons and firms: one row each, in the order in which a value is tried (docs/internals/engine.md).
 *
 * A row is a form, the characters that vary, and a function that writes the check characters and says whether the number can
 * exist. A value is of the row if it has the form and the function leaves it as it is.
 */
import { isRealDay } from "../text/lexical.ts";
import { BIRTH_DAY_PAIR, DIGIT, FOREIGNER_LETTER, MONTH_LETTER, MONTH_PAIR, SUFFIX_LETTER, UPPER } from "./alphabets.ts";
import { mod97, mod1110Digit, weighted } from "./checks.ts";
import type { Complete, DomainSpec } from "./domain.ts";
import { cinLetter } from "./iban-table.ts";
import { ascii, run, textOf } from "./spec.ts";
import type { Subject } from "./subject.ts";

const ZERO = 0x30;
const LENGTH_MAX = 16;

/** What stands between the letters and digits, as far as rows ask for it. */
export const LAYOUT_NONE = 0;
/** Hyphens behind the third and the fifth of nine. */
export const LAYOUT_SSN = 1;
export const LAYOUT_OTHER = 2;
export type NationalLayout = 0 | 1 | 2;

interface Variable {
  readonly positions: readonly number[];
  readonly alphabets: readonly number[];
}

interface Row {
  /** Behind `id/` the tweak. */
  readonly name: string;
  readonly length: number;
  readonly form: RegExp;
  /** The one layout that it has, if it asks for one. */
  readonly layout?: NationalLayout;
  readonly variable: readonly Variable[];
  readonly complete: Complete;
}

const digits = (from: number, to: number): Variable => run(DIGIT, from, to);
const letters = (from: number, to: number): Variable => run(UPPER, from, to);
const one = (alphabet: number, at: number): Variable => run(alphabet, at, at + 1);

const ROWS: readonly Row[] = [
  {
    name: "it-cf",
    length: 16,
    form: /^[A-Z]{6}[0-9]{2}[ABCDEHLMPRST](?:0[1-9]|[12][0-9]|3[01]|4[1-9]|[56][0-9]|7[01])[A-Z][0-9]{3}[A-Z]$/,
    variable: [letters(0, 6), digits(6, 8), one(MONTH_LETTER, 8), one(BIRTH_DAY_PAIR, 9), letters(11, 12), digits(12, 15)],
    complete: completeCodiceFiscale,
  },
  {
    name: "fr-nir",
    length: 15,
    form: /^[12][0-9]{2}(?:0[1-9]|1[0-2])[0-9]{10}$/,
    variable: [digits(1, 3), one(MONTH_PAIR, 3), digits(5, 13)],
    complete: (codes, start) => writeRemainder97(mod97(0, codes, start, start + 13), codes, start + 13),
  },
  corsican("A", 19),
  corsican("B", 18),
  {
    name: "es-dni",
    length: 9,
    form: /^[0-9]{8}[A-Z]$/,
    variable: [digits(0, 8)],
    complete: (codes, start) => writeSpanishLetter(numberOf(codes, start, 8), codes, start + 8),
  },
  {
    name: "es-nie",
    length: 9,
    form: /^[XYZ][0-9]{7}[A-Z]$/,
    variable: [one(FOREIGNER_LETTER, 0), digits(1, 8)],
    complete: (codes, start) =>
      writeSpanishLetter(((codes[start] as number) - 0x58) * 1e7 + numberOf(codes, start + 1, 7), codes, start + 8),
  },
  {
    name: "gb-nino",
    length: 9,
    form: /^(?!BG|GB|KN|NK|NT|TN|ZZ)(?![DFIQUV]|.[DFIOQUV])[A-Z]{2}[0-9]{6}[A-D]$/,
    variable: [letters(0, 2), digits(2, 8), one(SUFFIX_LETTER, 8)],
    complete: noCheck,
  },
  {
    name: "ch-ahv",
    length: 13,
    form: /^756[0-9]{10}$/,
    variable: [digits(3, 12)],
    complete: (codes, start) => write(codes, start + 12, toTen(weighted(codes, start, EAN_WEIGHTS))),
  },
  {
    name: "br-cnpj",
    length: 14,
    form: /^(?!([0-9])\1{13})[0-9]{14}$/,
    variable: [digits(0, 12)],
    complete: (codes, start) => writeBrazilian(codes, start, 12, CNPJ_WEIGHTS) && writeBrazilian(codes, start, 13, [6, ...CNPJ_WEIGHTS]),
  },
  { name: "pl-pesel", length: 11, form: /^[0-9]{11}$/, variable: [digits(0, 10)], complete: completePesel },
  belgian(0, 1900),
  belgian(2, 2000),
  { name: "de-idnr", length: 11, form: /^[1-9][0-9]{10}$/, variable: [digits(0, 10)], complete: completeGermanTaxNumber },
  {
    name: "br-cpf",
    length: 11,
    form: /^(?!([0-9])\1{10})[0-9]{11}$/,
    variable: [digits(0, 9)],
    complete: (codes, start) => writeBrazilian(codes, start, 9, CPF_WEIGHTS) && writeBrazilian(codes, start, 10, [11, ...CPF_WEIGHTS]),
  },
  {
    name: "pl-nip",
    length: 10,
    form: /^[1-9][0-9]{9}$/,
    variable: [digits(0, 9)],
    complete: (codes, start) => write(codes, start + 9, weighted(codes, start, [6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11),
  },
  {
    name: "gb-nhs",
    length: 10,
    form: /^[0-9]{10}$/,
    variable: [digits(0, 9)],
    complete: (codes, start) => write(codes, start + 9, (11 - (weighted(codes, start, [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11),
  },
  {
    name: "gb-utr",
    length: 10,
    form: /^[0-9]{10}$/,
    variable: [digits(1, 10)],
    complete: (codes, start) => {
      codes[start] = "21987654321".charCodeAt(weighted(codes, start + 1, [6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11);
      return true;
    },
  },
  { ...socialSecurity(), layout: LAYOUT_SSN },
  {
    name: "nl-bsn",
    length: 9,
    form: /^(?!0{9})[0-9]{9}$/,
    variable: [digits(0, 8)],
    complete: (codes, start) => write(codes, start + 8, weighted(codes, start, [9, 8, 7, 6, 5, 4, 3, 2]) % 11),
  },
  { ...socialSecurity(), layout: LAYOUT_NONE },
];

/** Index of the first row that `length` capitals and digits are of; −1 if there is none. */
export function nationalRowOf(codes: Uint8Array, start: number, length: number, layout: NationalLayout): number {
  if (length > LENGTH_MAX || length < 9) return -1;
  const text = textOf(codes, start, start + length);
  return ROWS.findIndex((row) => row.length === length && (row.layout ?? layout) === layout && isOfRow(row, text, codes, start));
}

/** The layout of a value; undefined for one that no national identifier has. */
export function nationalLayoutOf(subject: Subject): NationalLayout | undefined {
  if (subject.layout === 0) return LAYOUT_NONE;
  const { points, start, count, length } = subject;
  if (count === 11 && length === 9 && points[start + 3] === 0x2d && points[start + 6] === 0x2d) return LAYOUT_SSN;
  return subject.isGroupedAlnum(true) ? LAYOUT_OTHER : undefined;
}

/** Whether the value, in capitals, is a national identifier. */
export function isNationalIdentifier(subject: Subject): boolean {
  const layout = nationalLayoutOf(subject);
  return layout !== undefined && nationalRowOf(subject.alnum, 0, subject.length, layout) >= 0;
}

/** The class of a row. Its members are of no row above it. */
export function nationalSpec(index: number, layout: NationalLayout): DomainSpec & { readonly complete: Complete } {
  const { name, length, variable, complete } = ROWS[index] as Row;
  return {
    tweak: ascii(`id/${name}`),
    positions: variable.flatMap(({ positions }) => positions),
    alphabets: variable.flatMap(({ alphabets }) => alphabets),
    complete: (codes, start) => complete(codes, start) && nationalRowOf(codes, start, length, layout) === index,
  };
}

const scratch = new Uint8Array(LENGTH_MAX);

function isOfRow(row: Row, text: string, codes: Uint8Array, start: number): boolean {
  if (!row.form.test(text)) return false;
  for (let i = 0; i < row.length; i++) scratch[i] = codes[start + i] as number;
  if (!row.complete(scratch, 0)) return false;
  for (let i = 0; i < row.length; i++) if (scratch[i] !== codes[start + i]) return false;
  return true;
}

/** A number of somebody born in Corsica: `2A` or `2B` counts as `value`. */
function corsican(letter: string, value: number): Row {
  return {
    name: "fr-nir",
    length: 15,
    form: new RegExp(`^[12][0-9]{2}(?:0[1-9]|1[0-2])2${letter}[0-9]{8}$`),
    variable: [digits(1, 3), one(MONTH_PAIR, 3), digits(7, 13)],
    complete: (codes, start) => {
      const head = (mod97(0, codes, start, start + 5) * 100 + value) % 97;
      return writeRemainder97(mod97(head, codes, start + 7, start + 13), codes, start + 13);
    },
  };
}

/** A Belgian number of somebody born in a century, of which the digit in front counts in the check. */
function belgian(front: number, century: number): Row {
  return {
    name: "be-nn",
    length: 11,
    form: /^[0-9]{6}(?!000|999)[0-9]{5}$/,
    variable: [digits(0, 9)],
    complete: (codes, start) => {
      if (!isRealDay(century + numberOf(codes, start, 2), numberOf(codes, start + 2, 2), numberOf(codes, start + 4, 2))) return false;
      return writeRemainder97(mod97(front, codes, start, start + 9), codes, start + 9);
    },
  };
}

function socialSecurity(): Row {
  return {
    name: "us-ssn",
    length: 9,
    form: /^(?!000|666|9|...00|.....0000|078051120|219099999|457555462)[0-9]{9}$/,
    variable: [digits(0, 9)],
    complete: noCheck,
  };
}

function noCheck(): boolean {
  return true;
}

/** Decreto 23 December 1976: the check letter is the CIN of an Italian account, and the day of a woman's birth is 40 more. */
function completeCodiceFiscale(codes: Uint8Array, start: number): boolean {
  const year = numberOf(codes, start + 6, 2);
  const month = 1 + "ABCDEHLMPRST".indexOf(String.fromCharCode(codes[start + 8] as number));
  const day = numberOf(codes, start + 9, 2) % 40;
  codes[start + 15] = cinLetter(codes, start, 15);
  return isRealDay(1900 + year, month, day) || isRealDay(2000 + year, month, day);
}

/** PESEL: the month says the century. */
function completePesel(codes: Uint8Array, start: number): boolean {
  const month = numberOf(codes, start + 2, 2);
  const century = [1900, 2000, 2100, 2200, 1800][Math.floor(month / 20)] as number;
  if (!isRealDay(century + numberOf(codes, start, 2), month % 20, numberOf(codes, start + 4, 2))) return false;
  return write(codes, start + 10, toTen(weighted(codes, start, [1, 3, 7, 9, 1, 3, 7, 9, 1, 3])));
}

/** Of the first ten digits one occurs twice or three times, all others once at most; ISO 7064, MOD 11,10. */
function completeGermanTaxNumber(codes: Uint8Array, start: number): boolean {
  const counts = new Uint8Array(10);
  for (let i = start; i < start + 10; i++) {
    const digit = (codes[i] as number) - ZERO;
    counts[digit] = (counts[digit] as number) + 1;
  }
  codes[start + 10] = mod1110Digit(codes, start, 10);
  const repeated = counts.filter((count) => count > 1);
  return codes[start] !== ZERO && repeated.length === 1 && (repeated[0] as number) <= 3;
}

const EAN_WEIGHTS: readonly number[] = [1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3];
const CNPJ_WEIGHTS: readonly number[] = [5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2];
const CPF_WEIGHTS: readonly number[] = [10, 9, 8, 7, 6, 5, 4, 3, 2];

/** One of two check digits of modulus 11, of the `weights.length` digits in front of it. */
function writeBrazilian(codes: Uint8Array, start: number, at: number, weights: readonly number[]): boolean {
  const rest = weighted(codes, start, weights) % 11;
  return write(codes, start + at, rest < 2 ? 0 : 11 - rest);
}

function writeSpanishLetter(number: number, codes: Uint8Array, at: number): boolean {
  codes[at] = "TRWAGMYFPDXBNJZSQVHLCKE".charCodeAt(number % 23);
  return true;
}

/** 97 less the remainder, in two digits. */
function writeRemainder97(remainder: number, codes: Uint8Array, at: number): boolean {
  const check = 97 - remainder;
  codes[at] = ZERO + Math.floor(check / 10);
  codes[at + 1] = ZERO + (check % 10);
  return true;
}

/** Writes a check digit; false where there is none, because it would have two digits. */
function write(codes: Uint8Array, at: number, check: number): boolean {
  codes[at] = ZERO + check;
  return check < 10;
}

/** What a sum lacks to the next multiple of ten. */
const toTen = (sum: number): number => (10 - (sum % 10)) % 10;

function numberOf(codes: Uint8Array, at: number, count: number): number {
  let number = 0;
  for (let i = at; i < at + count; i++) number = number * 10 + (codes[i] as number) - ZERO;
  return number;
}
