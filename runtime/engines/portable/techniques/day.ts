/** Days of the calendar, written as fields have them (docs/internals/engine.md, "Dates"). */
import { Shape } from "../../generated/plan_pb.ts";
import { isDate, isDateTime, isSwiftDate, isYear } from "../text/lexical.ts";

/** Two digits of a year from here on are of the twentieth century (SWIFT's rule). */
const CENTURY_FROM = 80;
/** The year of a month and day that no date stands in front of. */
const YEAR_DEFAULT = 2000;
const YEAR_MAX = 9999;

type Form = "date" | "date-time" | "digits" | "short" | "month-day" | "year-month" | "year";

/** A day as a value says it. */
export interface WrittenDay {
  readonly text: string;
  readonly form: Form;
  /** Days since 1970-01-01; the middle of a month or year that is no more than that. */
  readonly day: number;
}

const DATED: readonly Shape[] = [
  Shape.DATE,
  Shape.DATE_TIME,
  Shape.YEAR,
  Shape.SWIFT_DATE,
  Shape.SWIFT_DATE_TIME,
  Shape.UNKNOWN,
  Shape.TEXT,
];
/** Whether dates of the shape are read. */
export const isDated = (shape: Shape): boolean => DATED.includes(shape);

/**
 * undefined for anything but a real day, month or year in one of the shape's forms.
 * @param monthDay the value is a month and a day, of the year that puts it next to `before`
 */
export function readDay(shape: Shape, monthDay: boolean, value: string, before: number | undefined): WrittenDay | undefined {
  const collapses = shape === Shape.DATE || shape === Shape.DATE_TIME || shape === Shape.YEAR;
  const text = collapses ? value.replace(/^[ \t\n\f\r]+|[ \t\n\f\r]+$/g, "") : value;
  const form = formOf(shape, monthDay, text);
  if (form === undefined) return undefined;
  const two = (at: number): number => Number(text.slice(at, at + 2));
  const year = Number(text.slice(0, 4));
  switch (form) {
    case "date":
    case "date-time":
      return { text, form, day: dayOf(year, two(5), two(8)) };
    case "digits":
      return { text, form, day: dayOf(year, two(4), two(6)) };
    case "short":
      return { text, form, day: dayOf(two(0) + (two(0) >= CENTURY_FROM ? 1900 : 2000), two(2), two(4)) };
    case "month-day":
      return { text, form, day: nearestDay(two(0), two(2), before) };
    case "year-month":
      return { text, form, day: dayOf(year, two(5), 15) };
    case "year":
      return { text, form, day: dayOf(year, 7, 1) };
  }
}

/** Whether the days of months and days that follow are next to this one. */
export const isWholeDay = ({ form }: WrittenDay): boolean =>
  form === "date" || form === "date-time" || form === "digits" || form === "short";

/** The same in its form, so many days later; undefined where the calendar has no such year. */
export function shifted(written: WrittenDay, days: number): string | undefined {
  const [year, month, day] = dateOf(written.day + days);
  return year < 1 || year > YEAR_MAX ? undefined : spelled(written, year, month, day);
}

/** The first day of the month in the value's form, at midnight. */
export function monthOf(written: WrittenDay): string {
  const [year, month] = dateOf(written.day);
  return spelled(written, year, month, 1, "T00:00:00");
}

const ZONE = /(?:Z|[+-][0-9]{2}:[0-9]{2})?$/;

/** @param time takes the place of a value's own */
function spelled({ text, form }: WrittenDay, year: number, month: number, day: number, time?: string): string {
  const [yyyy, mm, dd] = [pad(year, 4), pad(month, 2), pad(day, 2)];
  switch (form) {
    case "date":
      return `${yyyy}-${mm}-${dd}${text.slice(10)}`;
    case "date-time":
      return `${yyyy}-${mm}-${dd}${time === undefined ? text.slice(10) : time + (ZONE.exec(text.slice(19))?.[0] ?? "")}`;
    case "digits":
      return `${yyyy}${mm}${dd}`;
    case "short":
      return `${yyyy.slice(2)}${mm}${dd}`;
    case "month-day":
      return `${mm}${dd}`;
    case "year-month":
      return `${yyyy}-${mm}${text.slice(7)}`;
    case "year":
      return `${yyyy}${text.slice(4)}`;
  }
}

const pad = (number: number, width: number): string => number.toString().padStart(width, "0");

function formOf(shape: Shape, monthDay: boolean, text: string): Form | undefined {
  const is = (check: (points: Uint32Array, at: number, count: number) => boolean, of = text): boolean =>
    check(
      Uint32Array.from(of, (character) => character.codePointAt(0) as number),
      0,
      of.length,
    );
  const isDay = (digits: string): boolean =>
    /^[0-9]{8}$/.test(digits) && is(isDate, `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`);
  switch (shape) {
    case Shape.DATE:
      return is(isDate) ? "date" : undefined;
    case Shape.DATE_TIME:
      return is(isDateTime) ? "date-time" : undefined;
    case Shape.YEAR:
      return is(isYear) ? "year" : undefined;
    case Shape.SWIFT_DATE:
      if (isDay(text)) return "digits";
      return is(isSwiftDate) ? "short" : undefined;
    case Shape.SWIFT_DATE_TIME:
      // A leap year takes every day that there is.
      return monthDay && text.length === 4 && isDay(`2000${text}`) ? "month-day" : undefined;
    case Shape.UNKNOWN:
      return text.length >= 7 && is(isDate, `${text.slice(0, 7)}-01${text.slice(7)}`) ? "year-month" : undefined;
    case Shape.TEXT:
      if (is(isDate)) return "date";
      if (is(isDateTime)) return "date-time";
      return isDay(text) ? "digits" : undefined;
    default:
      return undefined;
  }
}

/** The day of that month and day which is nearest to another, the earlier of two; of a leap year if there is none. */
function nearestDay(month: number, day: number, before: number | undefined): number {
  if (before === undefined) return dayOf(YEAR_DEFAULT, month, day);
  const [year] = dateOf(before);
  const distance = (candidate: number): number => (candidate < before ? before - candidate : candidate - before);
  return [year - 1, year, year + 1]
    .map((each) => dayOf(each, month, day))
    .reduce((best, candidate) => (distance(candidate) < distance(best) ? candidate : best));
}

/** Days since 1970-01-01 of a day of the Gregorian calendar; one behind a month's last is the next month's first. */
export function dayOf(year: number, month: number, day: number): number {
  // Years that begin in March end with the leap day.
  const from = month <= 2 ? year - 1 : year;
  const era = quotient(from, 400);
  const ofEra = from - era * 400;
  const ofYear = quotient(153 * ((month + 9) % 12) + 2, 5) + day - 1;
  return era * 146_097 + ofEra * 365 + quotient(ofEra, 4) - quotient(ofEra, 100) + ofYear - 719_468;
}

/** Year, month and day of a count of days since 1970-01-01. */
export function dateOf(day: number): readonly [year: number, month: number, day: number] {
  const from = day + 719_468;
  const era = quotient(from, 146_097);
  const ofEra = from - era * 146_097;
  const year = quotient(ofEra - quotient(ofEra, 1460) + quotient(ofEra, 36_524) - quotient(ofEra, 146_096), 365);
  const ofYear = ofEra - (365 * year + quotient(year, 4) - quotient(year, 100));
  const place = quotient(5 * ofYear + 2, 153);
  const month = place < 10 ? place + 3 : place - 9;
  return [year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - quotient(153 * place + 2, 5) + 1];
}

/** The whole quotient, rounded down; of numbers below 2^53. */
function quotient(number: number, divisor: number): number {
  const rest = number % divisor;
  return (number - (rest < 0 ? rest + divisor : rest)) / divisor;
}
