/** REDACT: the constant of the field's shape (docs/internals/engine.md, "REDACT"). */

import { ENCODING_JSON_NUMBER, ENCODING_MT_LINE, ENCODING_MT_WRAP } from "../../../record/tables.ts";
import { Shape } from "../../generated/plan_pb.ts";
import { type FitCheck, hasLengthFacets, pointsOf } from "../text/fit.ts";
import type { Points } from "./points.ts";

const WORD = pointsOf("REDACTED");
const X = 0x58;
const ZERO = 0x30;

const CONSTANTS: ReadonlyMap<Shape, readonly number[]> = new Map(
  (
    [
      [Shape.IBAN, "XX00REDACTED"],
      [Shape.LEI, "00000000000000000000"],
      [Shape.UUID4, "00000000-0000-4000-8000-000000000000"],
      [Shape.BIC, "ZZZZZZ22"],
      [Shape.LT_ADDRESS, "ZZZZZZ22AXXX"],
      [Shape.COUNTRY, "XX"],
      [Shape.CURRENCY, "XXX"],
      [Shape.DATE, "1900-01-01"],
      [Shape.DATE_TIME, "1900-01-01T00:00:00Z"],
      [Shape.TIME, "00:00:00Z"],
      [Shape.YEAR, "1900"],
      [Shape.DECIMAL, "0"],
      [Shape.NUMBER, "0"],
      [Shape.SWIFT_AMOUNT, "0,"],
      [Shape.BOOLEAN, "false"],
      [Shape.PHONE, "+999-000000"],
      [Shape.HEX, "00"],
      [Shape.BASE64, "AAAA"],
      [Shape.SWIFT_DATE, "000101"],
    ] as const
  ).map(([shape, text]) => [shape, pointsOf(text)]),
);

/** The redaction of a field. */
export interface RedactSpec {
  /** Output where the encoding has none of its own. */
  readonly constant: readonly number[];
  /** In MT: the character that every code point becomes; 0: the constant. */
  readonly lineFill: number;
  /** Every code point becomes `0`, in all encodings but JSON numbers. */
  readonly zeroEach: boolean;
}

/** The redaction of a field, or what it breaks. */
export function redactSpec(fit: FitCheck): RedactSpec | string {
  if (fit.shape === Shape.ENUM) return "an enumerated type has no neutral value";
  if (fit.shape === Shape.SWIFT_DATE_TIME) return { constant: [], lineFill: ZERO, zeroEach: true };
  if (fit.shape === Shape.DIGITS) return { constant: zeros(fit), lineFill: ZERO, zeroEach: false };
  // Zeros are of every hexadecimal type, whatever its length and case.
  if (fit.shape === Shape.HEX && fit.min > 2) return { constant: zeros(fit), lineFill: 0, zeroEach: false };
  const constant = fit.shape === Shape.UNKNOWN ? fit.values[0] : CONSTANTS.get(fit.shape);
  if (constant === undefined) return textual(fit);
  const whole = [...fit.prefix, ...constant];
  const tooShort = whole.length < fit.min;
  const tooLong = fit.max > 0 && whole.length > fit.max;
  if (hasLengthFacets(fit.shape) && (tooShort || tooLong)) return textual(fit);
  return { constant: whole, lineFill: 0, zeroEach: false };
}

/** Appends the redaction of a value of `count` code points; `encoding` is that of its first segment. */
export function pushRedaction(spec: RedactSpec, encoding: number, count: number, out: Points): void {
  if (encoding === ENCODING_JSON_NUMBER) out.repeat(ZERO, 1);
  else if (spec.zeroEach) out.repeat(ZERO, count);
  else if ((encoding === ENCODING_MT_LINE || encoding === ENCODING_MT_WRAP) && spec.lineFill !== 0) out.repeat(spec.lineFill, count);
  else out.push(spec.constant);
}

function textual(fit: FitCheck): RedactSpec {
  const constant = [...fit.prefix];
  for (let i = 0; i < WORD.length && (fit.max === 0 || constant.length < fit.max); i++) constant.push(WORD[i] as number);
  while (constant.length < fit.min) constant.push(X);
  return { constant, lineFill: X, zeroEach: false };
}

function zeros(fit: FitCheck): readonly number[] {
  const constant = [...fit.prefix];
  const wanted = fit.min === 0 ? fit.prefix.length + 1 : fit.min;
  while (constant.length < wanted) constant.push(ZERO);
  return constant;
}
