/** Amounts, days, constants and ranges: from an operation of the plan to what is done, or to what it breaks. */
import { type Operation, Shape, Technique } from "../../generated/plan_pb.ts";
import { type FitCheck, fits, pointsOf } from "../text/fit.ts";
import type { Curve } from "./curve.ts";
import { isDated } from "./day.ts";
import { isNumeric, readDecimal, writeDecimal } from "./decimal.ts";

/** Days that a date is shifted by at most. */
const DAYS_MAX = 36_525;
/** Millionths that noise changes an amount by at most. */
const WITHIN_MAX = 900_000;
/** The largest factor. */
const FACTOR_MAX = 10_000;

/** The subject of an operation whose namespace has one shift or factor for all, and that of one that has one for each record. */
export const SUBJECT_NONE = 0;
export const SUBJECT_RECORD = 1;
/** Subjects from here on are namespaces. */
export const SUBJECT_NAMESPACE = 2;

export type Figure =
  | { readonly kind: "constant"; readonly points: readonly number[] }
  | { readonly kind: "month" }
  | { readonly kind: "shift"; readonly days: bigint }
  | { readonly kind: "amount"; readonly curve: Curve };

/** Whether the technique is one of this page. */
export const isFigure = (technique: Technique): boolean => technique >= Technique.CONSTANT && technique <= Technique.DATE_SHIFT;

/** Whether the technique draws from a namespace's key. */
export const isDrawnFigure = (technique: Technique): boolean =>
  technique === Technique.NOISE || technique === Technique.SCALE || technique === Technique.DATE_SHIFT;

/** What is done, or what is wrong with it. */
export function figureOf(operation: Operation, fit: FitCheck): Figure | string {
  const { technique } = operation;
  if (technique === Technique.CONSTANT) return constantOf(operation, fit);
  if (technique === Technique.MONTH || technique === Technique.DATE_SHIFT) {
    if (!isDated(fit.shape) || (fit.prefix.length > 0 && fit.shape !== Shape.SWIFT_DATE)) return "the shape has no days";
    if (technique === Technique.MONTH) return { kind: "month" };
    const { days } = operation;
    return days >= 1 && days <= DAYS_MAX ? { kind: "shift", days: BigInt(days) } : "days out of range";
  }
  if (!isNumeric(fit.shape) || fit.prefix.length > 0) return "the shape has no numbers";
  return technique === Technique.BUCKET ? bucketOf(operation, fit) : amountOf(operation);
}

function constantOf({ constant }: Operation, fit: FitCheck): Figure | string {
  const points = pointsOf(constant);
  const isAdmitted = points.length > 0 && fit.shape !== Shape.UNKNOWN && admits(fit, points);
  return isAdmitted ? { kind: "constant", points } : "the constant is not of the type";
}

function bucketOf(operation: Operation, fit: FitCheck): Figure | string {
  const bounds = operation.bounds.map((bound) => readDecimal(Shape.NUMBER, bound)?.units);
  if (bounds.length === 0 || !bounds.every((bound, i) => bound !== undefined && (i === 0 || bound > (bounds[i - 1] as bigint))))
    return "the bounds do not ascend";
  const known = bounds as bigint[];
  const isAdmitted = (bound: bigint): boolean => {
    const text = writeDecimal(bound, 0, fit.shape);
    return text !== undefined && admits(fit, pointsOf(text));
  };
  return known.every(isAdmitted) ? { kind: "amount", curve: { kind: "bucket", bounds: known } } : "a bound is not of the type";
}

function amountOf({ technique, withinPpm, factorMin, factorMax, unit }: Operation): Figure | string {
  if (technique === Technique.ROUND) {
    const { units } = readDecimal(Shape.NUMBER, unit) ?? { units: 0n };
    return units > 0n ? { kind: "amount", curve: { kind: "round", unit: units } } : "no unit";
  }
  if (technique === Technique.NOISE && withinPpm >= 1 && withinPpm <= WITHIN_MAX)
    return { kind: "amount", curve: { kind: "noise", within: BigInt(withinPpm) } };
  if (technique === Technique.SCALE && factorMin > 0 && factorMin <= factorMax && factorMax <= FACTOR_MAX)
    return { kind: "amount", curve: { kind: "scale", low: BigInt(factorMin), high: BigInt(factorMax) } };
  return "parameters of the amount out of range";
}

const admits = (fit: FitCheck, points: readonly number[]): boolean => fits(fit, Uint32Array.from(points), 0, points.length);

/** An option of these techniques that stands beside another; undefined: none. */
export function strayFigure({ technique, subject, monthDay, fit }: Operation, namespaces: number): string | undefined {
  if (subject >= SUBJECT_NAMESPACE && subject - SUBJECT_NAMESPACE >= namespaces) return "unknown subject";
  if (subject !== SUBJECT_NONE && technique !== Technique.SCALE && technique !== Technique.DATE_SHIFT)
    return "only factors and shifts have subjects";
  return monthDay && fit?.shape !== Shape.SWIFT_DATE_TIME ? "the shape has no month and day" : undefined;
}
