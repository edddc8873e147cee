/** Comparisons of routing values, on code points; no strings, no floating point. */

/** Text as code points. */
export const pointsOf = (text: string): Uint32Array => Uint32Array.from(text, (char) => char.codePointAt(0) as number);

/** A place of decimal digits: integer part without leading zeros, fraction without trailing ones. */
export interface Decimal {
  readonly integer: Uint32Array;
  readonly fraction: Uint32Array;
}

/** The decimal of `1234`, `1234.50`; undefined for anything else. */
export function decimalOf(text: string): Decimal | undefined {
  const points = pointsOf(text);
  const found = new DecimalReader();
  if (!found.read(points, 0, points.length, POINT)) return undefined;
  return { integer: points.slice(found.start, found.point), fraction: points.slice(found.fraction, found.end) };
}

const ZERO = 0x30;
const NINE = 0x39;
/** What stands before the fraction: a comma in SWIFT MT, a point elsewhere. One for the other is none: `1,000` may be a thousand. */
export const POINT = 0x2e;
export const COMMA = 0x2c;

/** Finds the parts of a decimal. */
export class DecimalReader {
  /** Integer digits are [start, point), fraction digits [fraction, end). */
  start = 0;
  point = 0;
  fraction = 0;
  end = 0;

  /** False for what is no plain number without sign and exponent. */
  read(points: Uint32Array, from: number, to: number, separator: number): boolean {
    let at = from;
    while (at < to && isDigit(points[at] as number)) at++;
    if (at === from) return false;
    this.start = from;
    this.point = at;
    if (at < to && points[at] === separator) at++;
    this.fraction = at;
    while (at < to && isDigit(points[at] as number)) at++;
    if (at < to) return false;
    this.end = at;
    while (this.start < this.point && points[this.start] === ZERO) this.start++;
    while (this.end > this.fraction && points[this.end - 1] === ZERO) this.end--;
    return true;
  }

  /** Below 0, 0 or above 0, as the decimal that was read is less than, equal to or greater than the other. */
  compare(points: Uint32Array, other: Decimal): number {
    const digits = this.point - this.start;
    if (digits !== other.integer.length) return digits - other.integer.length;
    for (let i = 0; i < digits; i++) {
      const difference = (points[this.start + i] as number) - (other.integer[i] as number);
      if (difference !== 0) return difference;
    }
    const length = this.end - this.fraction;
    for (let i = 0; i < Math.max(length, other.fraction.length); i++) {
      const a = i < length ? (points[this.fraction + i] as number) : ZERO;
      const difference = a - (other.fraction[i] ?? ZERO);
      if (difference !== 0) return difference;
    }
    return 0;
  }
}

const isDigit = (point: number): boolean => point >= ZERO && point <= NINE;

/** Whether the points are these. */
export function isWord(points: Uint32Array, from: number, to: number, word: Uint32Array): boolean {
  if (to - from !== word.length) return false;
  for (let i = 0; i < word.length; i++) if (points[from + i] !== word[i]) return false;
  return true;
}

const BIC_BRANCH = 8;
const LT_LENGTH = 12;
const X = 0x58;

/**
 * Whether a BIC begins with these characters: `DEUT` a bank, `DEUTDE` in a country, `DEUTDEFF` with all its branches, `DEUTDEFF500` one.
 * A BIC of 8 has the branch `XXX`; the ninth character of an LT address of 12 is a terminal and does not count.
 */
export function isBic(points: Uint32Array, from: number, to: number, wanted: Uint32Array): boolean {
  const length = to - from;
  if (length !== BIC_BRANCH && length !== 11 && length !== LT_LENGTH) return false;
  for (let i = 0; i < wanted.length; i++) {
    const at = i < BIC_BRANCH ? i : length === LT_LENGTH ? i + 1 : i;
    const point = at < length ? (points[from + at] as number) : X;
    if (point !== wanted[i]) return false;
  }
  return true;
}

/** Whether it has the length of a BIC or of an LT address. */
export function isAnyBic(from: number, to: number): boolean {
  const length = to - from;
  return length === BIC_BRANCH || length === 11 || length === LT_LENGTH;
}

/** Whether a BIC's institution is in the country of these two letters. */
export const isBicOf = (points: Uint32Array, from: number, to: number, country: Uint32Array): boolean =>
  isAnyBic(from, to) && isWord(points, from + 4, from + 6, country);
