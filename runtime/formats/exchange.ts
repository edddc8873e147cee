/** Amounts of one payment in two currencies, and the rate between them. */
import { decimalsOf } from "./currencies.ts";
import { decimalOf, fractionDigitsOf, ONE } from "./decimal.ts";

export interface Money {
  readonly amount: bigint;
  readonly currency: string;
}

/** How two amounts belong together at their rate. */
export interface Exchange {
  /** The first times the rate is the second; else the second times the rate is the first. */
  readonly isForward: boolean;
  /** What charges are to the second amount where it is exchanged: 1, it is what is exchanged less them; −1, and them; 0, neither. */
  readonly charges: -1 | 0 | 1;
}

/**
 * Whether one amount at a rate makes the other, in either direction, since not every bank says the unit of its rates. What the rate
 * left out behind its last digit, and one minor unit, may be missing.
 * undefined for a rate of nought, which says nothing.
 * @param charges that may have been taken from the second amount, or added to it
 */
export function isExchanged(one: Money, other: Money, rateText: string, charges: bigint): boolean | undefined {
  const rate = decimalOf(rateText);
  return rate === undefined || rate === 0n ? undefined : exchangeOf(one, other, rateText, charges) !== undefined;
}

/** The same, and how; undefined where they do not belong together. */
export function exchangeOf(one: Money, other: Money, rateText: string, charges: bigint): Exchange | undefined {
  const rate = decimalOf(rateText);
  if (rate === undefined || rate === 0n) return undefined;
  const step = ONE / 10n ** BigInt(fractionDigitsOf(rateText));
  const makes = (from: bigint, to: bigint, currency: string): boolean => {
    const slack = (from * step) / (2n * ONE) + minorUnitOf(currency);
    return absolute((from * rate) / ONE - to) <= slack;
  };
  for (const sign of [0, 1, -1] as const) {
    const amount = other.amount + BigInt(sign) * charges;
    if (makes(one.amount, amount, other.currency)) return { isForward: true, charges: sign };
    if (makes(amount, one.amount, one.currency)) return { isForward: false, charges: sign };
  }
  return undefined;
}

function minorUnitOf(currency: string): bigint {
  const decimals = decimalsOf(currency);
  return Number.isFinite(decimals) ? ONE / 10n ** BigInt(decimals) : 1n;
}

export const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);
