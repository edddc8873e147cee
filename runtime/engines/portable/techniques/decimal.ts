/** Amounts and other decimal numbers as whole numbers of 10⁻⁹ (docs/internals/engine.md, "Amounts"). */
import { Shape } from "../../generated/plan_pb.ts";

/** Decimals of the unit that amounts are counted in. */
export const SCALE = 9;
/** The amount 1. */
export const ONE = 1_000_000_000n;
const WHOLE_MAX = 18;

/** A number as it is written. */
export interface Decimal {
  /** Count of 10⁻⁹. */
  readonly units: bigint;
  /** Digits behind the mark. */
  readonly decimals: number;
}

const NUMERIC: readonly Shape[] = [Shape.DECIMAL, Shape.NUMBER, Shape.SWIFT_AMOUNT, Shape.TEXT];
/** Whether values of the shape can be numbers. */
export const isNumeric = (shape: Shape): boolean => NUMERIC.includes(shape);

const DECIMAL = /^[ \t\n\f\r]*([+-]?)([0-9]*)(?:\.([0-9]*))?[ \t\n\f\r]*$/;
const NUMBER = /^(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;
const SWIFT_AMOUNT = /^([+-]?)([0-9]*)(?:,([0-9]*))?$/;

/** The number that a text says in its shape's spelling; undefined: none, or one of more than 18 digits before or 9 behind the mark. */
export function readDecimal(shape: Shape, text: string): Decimal | undefined {
  const found = (shape === Shape.DECIMAL ? DECIMAL : shape === Shape.SWIFT_AMOUNT ? SWIFT_AMOUNT : NUMBER).exec(text);
  if (found === null) return undefined;
  const [, sign, digits = "", fraction = ""] = found;
  const whole = digits.replace(/^0+/, "");
  if ((digits === "" && fraction === "") || whole.length > WHOLE_MAX || fraction.length > SCALE) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return { units: sign === "-" ? -units : units, decimals: fraction.length };
}

/** Rounds to so many decimals, halves away from nought. */
export const rounded = (units: bigint, decimals: number): bigint => nearest(units, 10n ** BigInt(SCALE - decimals));

/** The nearest multiple of a unit above 0, halves away from nought. */
export function nearest(units: bigint, unit: bigint): bigint {
  const magnitude = (((units < 0n ? -units : units) + unit / 2n) / unit) * unit;
  return units < 0n ? -magnitude : magnitude;
}

/** A number in the shape's spelling, with `least` decimals and as many more as it has; undefined: negative, and the shape has no sign. */
export function writeDecimal(units: bigint, least: number, shape: Shape): string | undefined {
  const isSwift = shape === Shape.SWIFT_AMOUNT;
  if (units < 0n && isSwift) return undefined;
  const digits = (units < 0n ? -units : units).toString().padStart(SCALE + 1, "0");
  const whole = digits.slice(0, -SCALE);
  const fraction = digits.slice(-SCALE).replace(/0+$/, "").padEnd(least, "0");
  const mark = isSwift ? "," : fraction === "" ? "" : ".";
  return `${units < 0n ? "-" : ""}${whole}${mark}${fraction}`;
}
