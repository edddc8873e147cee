/** GENERATE: values that have nothing of what stood there, drawn for the place where it stood (docs/internals/engine.md, "GENERATE"). */
import { Kind, type Operation, Shape } from "../../generated/plan_pb.ts";
import type { Stream } from "../crypto/stream.ts";
import { Classes } from "../kinds/classes.ts";
import { Subject } from "../kinds/subject.ts";
import { birthDateOf } from "../people/birth-date.ts";
import { emailOf } from "../people/email.ts";
import { drawFault, isDrawn } from "../people/fit.ts";
import { isBuildingNumber, isPostcode } from "../people/pattern.ts";
import { type FitCheck, fits, isOfAlphabet, pointsOf } from "../text/fit.ts";
import { dateOf, readDay } from "./day.ts";
import { isNumeric, ONE, readDecimal, writeDecimal } from "./decimal.ts";

const PLACES_MAX = 256;
/** Numbers of a range are counted in 64 bits. */
const COUNT_MAX = 2n ** 64n - 1n;
const NOT_LIKE = "`like` is not of the kind and the type";

export type Generated =
  | { readonly kind: "amount"; readonly from: bigint; readonly step: bigint; readonly count: bigint; readonly decimals: number }
  | { readonly kind: "day"; readonly from: number; readonly count: bigint }
  | { readonly kind: "places"; readonly places: readonly (readonly number[])[] }
  | Likeness;

/** As a pseudonym of this value, under a key of the place's own. */
export interface Likeness {
  readonly kind: "class" | "people";
  readonly like: readonly number[];
}

export const isLikeness = (generated: Generated): generated is Likeness => generated.kind === "class" || generated.kind === "people";

/** What is drawn, or what is wrong with it; of a kind with classes the caller has seen that the field takes the kind. */
export function generatedOf(operation: Operation, fit: FitCheck): Generated | string {
  switch (operation.kind) {
    case Kind.AMOUNT:
      return amountOf(operation, fit);
    case Kind.DATE:
      return dayOf(operation, fit);
    case Kind.TEXT:
      return placesOf(operation, fit);
    default:
      return isDrawn(operation.kind as Kind) ? peopleOf(operation, fit) : classOf(operation, fit);
  }
}

/** Whether the kind is one of classes. */
export const isClassed = (kind: Kind): boolean => kind !== Kind.AMOUNT && kind !== Kind.DATE && kind !== Kind.TEXT && !isDrawn(kind);

function amountOf({ from, to }: Operation, fit: FitCheck): Generated | string {
  if (!isNumeric(fit.shape) || fit.prefix.length > 0) return "the shape has no numbers";
  const [least, most] = [readDecimal(Shape.NUMBER, from), readDecimal(Shape.NUMBER, to)];
  if (least === undefined || most === undefined) return "no number to generate from or to";
  const decimals = least.decimals > most.decimals ? least.decimals : most.decimals;
  const step = ONE / 10n ** BigInt(decimals);
  const count = (most.units - least.units) / step + 1n;
  if (least.units > most.units || count > COUNT_MAX) return "the range of amounts is empty or too wide";
  const isAdmitted = ({ units }: { readonly units: bigint }): boolean => {
    const text = writeDecimal(units, decimals, fit.shape);
    return text !== undefined && admits(fit, text);
  };
  if (!isAdmitted(least) || !isAdmitted(most)) return "an end of the range is not of the type";
  return { kind: "amount", from: least.units, step, count, decimals };
}

function dayOf({ from, to }: Operation, fit: FitCheck): Generated | string {
  const read = (text: string): number | undefined => (text.length === 10 ? readDay(Shape.DATE, false, text, undefined)?.day : undefined);
  const [least, most] = [read(from), read(to)];
  if (least === undefined || most === undefined) return "no day to generate from or to";
  if (least > most) return "the range of days is empty";
  // The century in front of a date is one of the neutral constant, not of the value.
  const isCentury = fit.shape === Shape.SWIFT_DATE && fit.prefix.length > 0;
  const isAdmitted = (day: number): boolean => {
    const text = spellDay(fit, day);
    return text !== undefined && (isCentury || admits(fit, text));
  };
  if (!isAdmitted(least) || !isAdmitted(most)) return "the shape has no days";
  return { kind: "day", from: least, count: BigInt(most - least + 1) };
}

const WRITTEN: readonly Shape[] = [
  Shape.TEXT,
  Shape.SWIFT_X,
  Shape.CODE,
  Shape.ALPHANUMERIC,
  Shape.UPPER_ALPHANUMERIC,
  Shape.REFERENCE_16X,
  Shape.DIGITS,
  Shape.HEX,
];

function placesOf({ places }: Operation, fit: FitCheck): Generated | string {
  if (!WRITTEN.includes(fit.shape) || fit.prefix.length > 0) return "the shape takes no generated text";
  const lists = places.map(pointsOf);
  const isTaken = (list: readonly number[]): boolean =>
    list.length > 0 &&
    isOfAlphabet(fit.shape, list, 0, list.length) &&
    !list.some((code) => code < 0x20) &&
    (fit.shape !== Shape.REFERENCE_16X || !list.includes(0x2f));
  if (!lists.every(isTaken)) return "a place has characters that the shape does not admit";
  const { length } = lists;
  const isFitting = length >= 1 && length <= PLACES_MAX && length >= fit.min && (fit.max === 0 || length <= fit.max);
  return isFitting ? { kind: "places", places: lists } : "the generated text does not fit";
}

function classOf({ kind, like }: Operation, fit: FitCheck): Generated | string {
  const points = pointsOf(like);
  const subject = new Subject();
  const isOfKind =
    admits(fit, like) &&
    points.length <= LIKE_MAX &&
    subject.load(Uint32Array.from(points), 0, points.length) &&
    new Classes().classify(kind as Kind, fit.shape, 0, subject) !== undefined;
  return isOfKind ? { kind: "class", like: points } : NOT_LIKE;
}

/** As many characters as are looked at as an identifier. */
const LIKE_MAX = 256;

function peopleOf({ kind, like }: Operation, fit: FitCheck): Generated | string {
  const fault = drawFault(kind as Kind, fit);
  if (fault !== undefined) return fault;
  const points = pointsOf(like);
  return isPerson(kind as Kind, like, fit) ? { kind: "people", like: points } : NOT_LIKE;
}

function isPerson(kind: Kind, like: string, fit: FitCheck): boolean {
  const count = (pattern: RegExp): number => like.match(pattern)?.length ?? 0;
  const isPlain = /^[ -~]+$/.test(like);
  const isCode = (is: (letters: number, digits: number) => boolean): boolean =>
    isAscii(like) && like.length <= LIKE_MAX && is(count(/[A-Za-z]/g), count(/[0-9]/g)) && admits(fit, like);
  switch (kind) {
    case Kind.POSTCODE:
      return isCode(isPostcode);
    case Kind.BUILDING_NUMBER:
      return isCode(isBuildingNumber);
    case Kind.BIRTH_DATE:
      return (
        birthDateOf(Uint32Array.from(pointsOf(like)), 0, pointsOf(like).length) !== undefined &&
        (fit.shape === Shape.SWIFT_DATE || admits(fit, like))
      );
    case Kind.EMAIL:
      return emailOf(like) !== undefined;
    default:
      return isPlain && /[A-Za-z]/.test(like);
  }
}

const isAscii = (text: string): boolean => pointsOf(text).every((code) => code < 0x80);

const admits = (fit: FitCheck, text: string): boolean => {
  const points = Uint32Array.from(pointsOf(text));
  return fits(fit, points, 0, points.length);
};

/** What the numbers of a stream come to: the text of an amount, a day or a text of places. */
export function drawGenerated(generated: Exclude<Generated, Likeness>, fit: FitCheck, stream: Stream): readonly number[] {
  switch (generated.kind) {
    case "amount": {
      const { from, step, count, decimals } = generated;
      return pointsOf(writeDecimal(from + step * stream.below(count), decimals, fit.shape) ?? "");
    }
    case "day":
      return pointsOf(spellDay(fit, generated.from + Number(stream.below(generated.count))) ?? "");
    case "places":
      return generated.places.map((list) => list[Number(stream.below(BigInt(list.length)))] as number);
  }
}

/** A day as the field has it; undefined where it has none. */
function spellDay(fit: FitCheck, of: number): string | undefined {
  const [year, month, day] = dateOf(of);
  const [yyyy, mm, dd] = [pad(year, 4), pad(month, 2), pad(day, 2)];
  switch (fit.shape) {
    case Shape.DATE:
    case Shape.TEXT:
      return `${yyyy}-${mm}-${dd}`;
    case Shape.DATE_TIME:
      return `${yyyy}-${mm}-${dd}T00:00:00Z`;
    case Shape.YEAR:
      return yyyy;
    case Shape.SWIFT_DATE:
      return `${fit.prefix.length > 0 ? yyyy : yyyy.slice(2)}${mm}${dd}`;
    default:
      return undefined;
  }
}

const pad = (number: number, width: number): string => number.toString().padStart(width, "0");
