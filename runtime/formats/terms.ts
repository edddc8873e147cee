/**
 * Of what places of its curve an amount is made, so that amounts that add up still do when each was changed (docs/internals/sums.md).
 *
 * A format's planner says it in the words of a message: this one stands alone, that one is a balance, these are the steps between two
 * balances, that is their sum. What comes of it are the rows that engines read (docs/internals/engine.md, "Rows").
 */
import {
  type Batch,
  TERM_DECIMALS,
  TERM_FACTOR,
  TERM_FACTOR_DECIMALS,
  TERM_FLAG_FACTOR,
  TERM_FLAG_LAST,
  TERM_FLAG_NEGATIVE,
  TERM_FLAG_RUNNING,
  TERM_FLAGS,
  TERM_PLACE,
  TERM_PRODUCT_DECIMALS,
  TERM_STRIDE,
  VALUE_STRIDE,
  VALUE_TERMS,
} from "../record/tables.ts";
import { decimalsOf } from "./currencies.ts";
import { decimalOf, fractionDigitsOf, ONE, sumOf } from "./decimal.ts";
import { exchangeOf, type Money } from "./exchange.ts";

/** What a place is multiplied by. */
export interface Factor {
  /** Digits without their mark. */
  readonly digits: bigint;
  /** How many of them are behind it. */
  readonly decimals: number;
  /** Of the product. */
  readonly productDecimals: number;
}

export interface Term {
  /** Where the curve is read off: an amount as decimal.ts has it. */
  readonly place: bigint;
  /** What is read off is rounded to so many. */
  readonly decimals: number;
  readonly isRunning: boolean;
  readonly isNegative: boolean;
  readonly factor?: Factor;
}

export type Terms = readonly Term[];

/** An amount of a message, and the row of the batch that changes it. */
export interface Amount extends Money {
  /** As the message writes amounts of this currency. */
  readonly decimals: number;
  /** undefined where it is no value by itself, or none that is changed. */
  readonly value: number | undefined;
}

/** Decimals of the places of the engines' tables. */
const DECIMALS_MAX = 9;
/** One of those places, in units of decimal.ts. */
const GRAIN: bigint = ONE / 10n ** BigInt(DECIMALS_MAX);
const FACTOR_LIMIT = 1n << 64n;
/** Digits of a reciprocal: as many as leave room for products. */
const RECIPROCAL_LIMIT: bigint = 10n ** 15n;
const RECIPROCAL_DECIMALS_MAX = 30;

/** Decimals that amounts are written with, one of which is this: those of the currency, and more if it has more. */
export function decimalsIn(currency: string, text: string): number {
  const own = fractionDigitsOf(text.replace(",", "."));
  const known = decimalsOf(currency);
  return Math.min(DECIMALS_MAX, Number.isFinite(known) ? Math.max(own, known) : own);
}

/** An amount by itself: wherever it stands it becomes the same. */
export const alone = (amount: bigint, decimals: number): Terms => [{ place: amount, decimals, isRunning: false, isNegative: false }];

/** A balance; debits are negative. Its sign stands elsewhere. */
export const balance = (amount: bigint, decimals: number): Terms => [{ place: amount, decimals, isRunning: true, isNegative: false }];

/** The size of a step between two balances. */
export function step(from: bigint, to: bigint, decimals: number): Terms {
  const [low, high] = from < to ? [from, to] : [to, from];
  return [
    { place: high, decimals, isRunning: true, isNegative: false },
    { place: low, decimals, isRunning: true, isNegative: true },
  ];
}

export const sum = (parts: readonly Terms[]): Terms => parts.flat();
export const negative = (terms: Terms): Terms => terms.map((term) => ({ ...term, isNegative: !term.isNegative }));

/** Terms times a rate; undefined for what was multiplied before. */
export function times(terms: Terms, factor: Factor | undefined): Terms | undefined {
  if (factor === undefined || terms.some((term) => term.factor !== undefined)) return undefined;
  return terms.map((term) => ({ ...term, factor }));
}

/** @param rate an amount of decimal.ts, above nought */
export function factorOf(rate: bigint, productDecimals: number): Factor | undefined {
  let [digits, decimals] = [rate, 18];
  while (decimals > 0 && digits % 10n === 0n) {
    digits /= 10n;
    decimals--;
  }
  return digits < FACTOR_LIMIT ? { digits, decimals, productDecimals } : undefined;
}

/** One divided by the rate, as exactly as there is room. */
export function reciprocalOf(rate: bigint, productDecimals: number): Factor | undefined {
  for (let decimals = RECIPROCAL_DECIMALS_MAX; decimals >= 0; decimals--) {
    const digits = (ONE * 10n ** BigInt(decimals) + rate / 2n) / rate;
    if (digits < RECIPROCAL_LIMIT) return digits === 0n ? undefined : { digits, decimals, productDecimals };
  }
  return undefined;
}

/**
 * Makes one of two amounts of the other: at a rate, less or with charges. Amounts of one currency need no rate.
 * @param one what was ordered
 * @param other what is paid for it
 * @param charges in the currency of the latter
 */
export function exchange(one: Amount, other: Amount, rateText: string | undefined, charges: readonly Amount[], table: TermTable): void {
  const isOne = rateText === undefined && one.currency === other.currency;
  const total = sumOf(charges.map(({ amount }) => amount));
  const [text, rate] = isOne ? ["1", ONE] : [rateText, decimalOf(rateText)];
  if (text === undefined || rate === undefined || rate <= 0n) return;
  // Of one currency it is to the unit, or it is something else.
  if (isOne && one.amount !== other.amount + total && one.amount !== other.amount - total) return;
  const found = exchangeOf(one, other, text, total);
  if (found === undefined || (isOne && total === 0n)) return;
  const taken = sum(charges.map((charge) => table.madeOf(charge)));
  const fee = (sign: number): Terms => (sign === 0 ? [] : sign < 0 ? taken : negative(taken));
  if (found.isForward) {
    const product = isOne ? table.madeOf(one) : times(table.madeOf(one), factorOf(rate, other.decimals));
    table.give(other.value, product === undefined ? undefined : sum([product, fee(found.charges)]));
  } else {
    const exchanged = sum([table.madeOf(other), fee(-found.charges)]);
    table.give(one.value, isOne ? exchanged : times(exchanged, factorOf(rate, one.decimals)));
  }
}

/**
 * Terms of the values of one record, before they go into the batch's table: in rows as that has them, since a statement has some hundred
 * thousand. What such rows have no room for is kept as it is.
 */
export class TermTable {
  /** Where the rows of a value begin. */
  readonly #rows = new Map<number, number>();
  readonly #others = new Map<number, Terms>();
  #terms = new Uint32Array(ROWS_FIRST * TERM_STRIDE);
  #count = 0;

  /** @param value a row of the batch; undefined: what says the amount is no value that a technique changes */
  give(value: number | undefined, terms: Terms | undefined): void {
    if (value === undefined || terms === undefined) return;
    const isPlain = terms.length > 0 && terms.every(({ place }) => place % GRAIN === 0n && place < PLACE_LIMIT && place > -PLACE_LIMIT);
    if (!isPlain) {
      this.#rows.delete(value);
      this.#others.set(value, terms);
      return;
    }
    this.#others.delete(value);
    this.#rows.set(value, this.#count);
    if ((this.#count + terms.length) * TERM_STRIDE > this.#terms.length) {
      const grown = new Uint32Array(2 * (this.#count + terms.length) * TERM_STRIDE);
      grown.set(this.#terms);
      this.#terms = grown;
    }
    for (const [i, term] of terms.entries()) writeTerm(this.#terms, this.#count++ * TERM_STRIDE, term, i === terms.length - 1);
  }

  of(value: number | undefined): Terms | undefined {
    if (value === undefined) return undefined;
    const first = this.#rows.get(value);
    if (first === undefined) return this.#others.get(value);
    const terms: Term[] = [];
    for (let at = first * TERM_STRIDE; ; at += TERM_STRIDE) {
      terms.push(readTerm(this.#terms, at));
      if (((this.#terms[at + TERM_FLAGS] as number) & TERM_FLAG_LAST) !== 0) return terms;
    }
  }

  /** What an amount is made of so far; by itself if nobody said. */
  madeOf({ amount, decimals, value }: Amount): Terms {
    return this.of(value) ?? alone(amount, decimals);
  }

  /** Those of all of them together; undefined if one has none. */
  sumOf(values: readonly (number | undefined)[]): Terms | undefined {
    const parts = values.map((value) => this.of(value));
    return parts.includes(undefined) ? undefined : sum(parts as Terms[]);
  }

  /** Values whose places have more digits than the table has room for are left as they are. */
  writeTo(batch: Batch): void {
    for (const [value, first] of this.#rows) {
      batch.values[value * VALUE_STRIDE + VALUE_TERMS] = batch.termCount + 1;
      for (let at = first * TERM_STRIDE, isLast = false; !isLast; at += TERM_STRIDE) {
        isLast = ((this.#terms[at + TERM_FLAGS] as number) & TERM_FLAG_LAST) !== 0;
        const to = batch.addTerm();
        for (let word = 0; word < TERM_STRIDE; word++) batch.terms[to + word] = this.#terms[at + word] as number;
      }
    }
    for (const [value, terms] of this.#others) {
      if (terms.length === 0 || terms.some(({ place }) => place % GRAIN !== 0n)) continue;
      batch.values[value * VALUE_STRIDE + VALUE_TERMS] = batch.termCount + 1;
      for (const [i, term] of terms.entries()) {
        const at = batch.addTerm();
        writeTerm(batch.terms, at, term, i === terms.length - 1);
      }
    }
  }
}

/** Rows that there is room for at first. */
const ROWS_FIRST = 64;
/** Places that a row holds. */
const PLACE_LIMIT: bigint = GRAIN << 127n;
const WORD = 0xffff_ffffn;
const TWO_32 = 0x1_0000_0000;

function writeTerm(terms: Uint32Array, at: number, { place, decimals, isRunning, isNegative, factor }: Term, isLast: boolean): void {
  terms[at + TERM_FLAGS] =
    (isNegative ? TERM_FLAG_NEGATIVE : 0) |
    (isRunning ? TERM_FLAG_RUNNING : 0) |
    (isLast ? TERM_FLAG_LAST : 0) |
    (factor === undefined ? 0 : TERM_FLAG_FACTOR);
  terms[at + TERM_DECIMALS] = decimals;
  terms[at + TERM_PRODUCT_DECIMALS] = factor?.productDecimals ?? 0;
  terms[at + TERM_FACTOR_DECIMALS] = factor?.decimals ?? 0;
  writePlace(terms, at + TERM_PLACE, place / GRAIN);
  terms[at + TERM_FACTOR] = Number((factor?.digits ?? 0n) & WORD);
  terms[at + TERM_FACTOR + 1] = Number((factor?.digits ?? 0n) >> 32n);
}

/** A place in four words, two's complement. */
function writePlace(terms: Uint32Array, at: number, units: bigint): void {
  const number = Number(units);
  if (Number.isSafeInteger(number)) {
    // Nearly all are: without a big integer for each word.
    const low = number >= 0 ? number % TWO_32 : ((number % TWO_32) + TWO_32) % TWO_32;
    terms[at] = low;
    terms[at + 1] = (number - low) / TWO_32;
    terms[at + 2] = number < 0 ? 0xffff_ffff : 0;
    terms[at + 3] = number < 0 ? 0xffff_ffff : 0;
    return;
  }
  const unsigned = BigInt.asUintN(128, units);
  for (let word = 0; word < 4; word++) terms[at + word] = Number((unsigned >> BigInt(32 * word)) & WORD);
}

function readTerm(terms: Uint32Array, at: number): Term {
  const flags = terms[at + TERM_FLAGS] as number;
  let units = 0n;
  for (let word = 3; word >= 0; word--) units = (units << 32n) | BigInt(terms[at + TERM_PLACE + word] as number);
  const term = {
    place: BigInt.asIntN(128, units) * GRAIN,
    decimals: terms[at + TERM_DECIMALS] as number,
    isRunning: (flags & TERM_FLAG_RUNNING) !== 0,
    isNegative: (flags & TERM_FLAG_NEGATIVE) !== 0,
  };
  if ((flags & TERM_FLAG_FACTOR) === 0) return term;
  const digits = BigInt(terms[at + TERM_FACTOR] as number) | (BigInt(terms[at + TERM_FACTOR + 1] as number) << 32n);
  const factor = {
    digits,
    decimals: terms[at + TERM_FACTOR_DECIMALS] as number,
    productDecimals: terms[at + TERM_PRODUCT_DECIMALS] as number,
  };
  return { ...term, factor };
}
