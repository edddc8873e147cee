/** Days of birth: the forms they are written in, and another day of the same decade (docs/internals/people.md, "Contacts and birth"). */
import { daysOf, isRealDay } from "../text/lexical.ts";
import type { Lot } from "./lot.ts";

/** From this year on a decade's days are those of the decade before, so that nobody is drawn who is not born yet. */
const YOUNGEST = 2020;
const MONTHS = 12;
/** Characters of the longest form, which is YYYY-MM-DD±hh:mm. */
const LENGTH_MAX = 16;

export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A day and how it was written. */
export interface BirthDate extends Day {
  /** Another day in the same form, of two digits each. */
  readonly write: (day: Day) => string;
  /** Day and month are read in either order, as the reader's country has it. */
  readonly isAmbiguous: boolean;
}

/** The day that stands in `points[start, start + count)`; undefined where none does. */
export function birthDateOf(points: Uint32Array, start: number, count: number): BirthDate | undefined {
  if (count > LENGTH_MAX) return undefined;
  const text = String.fromCharCode(...points.subarray(start, start + count).map((code) => (code < 0x80 ? code : 0)));
  const found = isoDate(text) ?? basicDate(text) ?? dayFirst(text);
  return found !== undefined && isRealDay(found.year, found.month, found.day) ? found : undefined;
}

/** `YYYY-MM-DD`. */
export function isoOf({ year, month, day }: Day): string {
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
}

/** Another day for this one, as it is written; undefined if the lot gives none. */
export function drawBirthDate(own: BirthDate, lot: Lot): string | undefined {
  const first = own.year - (own.year % 10) - (own.year >= YOUNGEST ? 10 : 0);
  const drawn = dayOfDecade(first, lot.take(daysOfDecade(first)));
  if (isoOf(drawn) === isoOf(own) || (own.isAmbiguous && drawn.day > MONTHS)) return undefined;
  return own.write(drawn);
}

function isoDate(text: string): BirthDate | undefined {
  const match = /^([0-9]{4})-([0-9]{2})-([0-9]{2})(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, zone = ""] = match;
  return { year: Number(year), month: Number(month), day: Number(day), isAmbiguous: false, write: (other) => `${isoOf(other)}${zone}` };
}

function basicDate(text: string): BirthDate | undefined {
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day] = match;
  return {
    year: Number(year),
    month: Number(month),
    day: Number(day),
    isAmbiguous: false,
    write: (other) => isoOf(other).replaceAll("-", ""),
  };
}

/** `DD.MM.YYYY`, also with `/` or `-`; the month stands first where the second number can be none. */
function dayFirst(text: string): BirthDate | undefined {
  const match = /^([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4})$/.exec(text);
  if (match === null) return undefined;
  const [, first, separator, second, year] = match;
  const isMonthFirst = Number(second) > MONTHS;
  return {
    year: Number(year),
    month: Number(isMonthFirst ? first : second),
    day: Number(isMonthFirst ? second : first),
    isAmbiguous: true,
    write: (other) => {
      const [day, month] = [digits(other.day, 2), digits(other.month, 2)];
      return [isMonthFirst ? month : day, isMonthFirst ? day : month, digits(other.year, 4)].join(separator);
    },
  };
}

/** Years of the decade that begins with `first`; there is no year 0. */
function yearsOf(first: number): readonly number[] {
  return Array.from({ length: 10 }, (_, i) => first + i).filter((year) => year > 0);
}

function daysOfDecade(first: number): number {
  let count = 0;
  for (const year of yearsOf(first)) for (let month = 1; month <= MONTHS; month++) count += daysOf(year, month);
  return count;
}

function dayOfDecade(first: number, index: number): Day {
  let rest = index;
  for (const year of yearsOf(first)) {
    for (let month = 1; month <= MONTHS; month++) {
      const days = daysOf(year, month);
      if (rest < days) return { year, month, day: rest + 1 };
      rest -= days;
    }
  }
  throw new RangeError("a day behind the decade");
}

const digits = (number: number, width: number): string => String(number).padStart(width, "0");
