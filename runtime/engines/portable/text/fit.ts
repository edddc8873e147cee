/** Whether a text is one that a field's own type admits (docs/internals/engine.md, "Fit check" and "Strict"). */
import { type Fit, Shape } from "../../generated/plan_pb.ts";
import { isXmlChar } from "./decode.ts";
import {
  isBase64,
  isDate,
  isDateTime,
  isDecimal,
  isDigit,
  isJsonNumber,
  isPhoneNumber,
  isSwiftAmount,
  isSwiftDate,
  isTime,
  isYear,
} from "./lexical.ts";

/** What a shape's characters are, where it is a language of characters. Bits of CHARACTER_SETS. */
const SET_SWIFT_X = 1;
const SET_ALPHANUMERIC = 2;
const SET_UPPER_ALPHANUMERIC = 4;
const SET_DIGITS = 8;
const SET_CODE = 16;
const SET_HEX = 32;
const SET_UPPER = 64;
const SET_SIGNED_DIGITS = 128;

const DIGITS = "0123456789";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SMALLS = "abcdefghijklmnopqrstuvwxyz";

const CHARACTER_SETS: Uint8Array = new Uint8Array(128);
for (const [bit, characters] of [
  [SET_SWIFT_X, `${CAPITALS}${SMALLS}${DIGITS}/-?:().,'+ `],
  [SET_ALPHANUMERIC, `${CAPITALS}${SMALLS}${DIGITS}`],
  [SET_UPPER_ALPHANUMERIC, `${CAPITALS}${DIGITS}`],
  [SET_DIGITS, DIGITS],
  [SET_CODE, `${CAPITALS}${SMALLS}${DIGITS}_./+ -`],
  [SET_HEX, `${DIGITS}abcdefABCDEF`],
  [SET_UPPER, CAPITALS],
  [SET_SIGNED_DIGITS, `${DIGITS}+-`],
] as const) {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    CHARACTER_SETS[code] = (CHARACTER_SETS[code] as number) | bit;
  }
}

/** A field's type, ready to be asked; its strings are code points. */
export interface FitCheck {
  readonly shape: Shape;
  readonly min: number;
  /** 0 = no limit. */
  readonly max: number;
  readonly fraction: number;
  readonly values: readonly (readonly number[])[];
  readonly prefix: readonly number[];
}

export function fitCheck(fit: Fit | undefined): FitCheck {
  return {
    shape: fit?.shape ?? Shape.TEXT,
    min: fit?.min ?? 0,
    max: fit?.max ?? 0,
    fraction: fit?.fraction ?? 0,
    values: (fit?.values ?? []).map(pointsOf),
    prefix: pointsOf(fit?.prefix ?? ""),
  };
}

export function pointsOf(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) as number);
}

/** Whether `points[start, start + size)` fits. */
export function fits(fit: FitCheck, points: Uint32Array, start: number, size: number): boolean {
  let at = start;
  let count = size;
  if (collapsesWhiteSpace(fit.shape)) {
    while (count > 0 && isXsdSpace(points[at] as number)) {
      at++;
      count--;
    }
    while (count > 0 && isXsdSpace(points[at + count - 1] as number)) count--;
  }
  if (hasLengthFacets(fit.shape)) {
    // White space in base64 is layout: XSD's own lengths count octets.
    const length = fit.shape === Shape.BASE64 ? countOfInk(points, at, count) : count;
    if (length < fit.min || (fit.max > 0 && length > fit.max)) return false;
  }
  for (const code of fit.prefix) {
    if (count === 0 || points[at] !== code) return false;
    at++;
    count--;
  }
  return isOfShape(fit, points, at, count);
}

/** Whether every code point may occur in a text of the shape; for the shapes that are a language of characters. */
export function isOfAlphabet(shape: Shape, codes: ArrayLike<number>, at: number, count: number): boolean {
  if (shape === Shape.TEXT || shape === Shape.UNKNOWN) return every(codes, at, count, isXmlChar);
  const set = setOf(shape);
  return set !== 0 && every(codes, at, count, (code) => code < 0x80 && ((CHARACTER_SETS[code] as number) & set) !== 0);
}

/** A SWIFT reference neither begins nor ends with a slash and has no two in a row (SWIFT, field 20, rule T26). */
export function hasReferenceSlashes(codes: ArrayLike<number>, at: number, count: number): boolean {
  let slash = true;
  for (let i = at; i < at + count; i++) {
    const isSlash = codes[i] === 0x2f;
    if (isSlash && slash) return false;
    slash = isSlash;
  }
  return count === 0 || !slash;
}

function isOfShape(fit: FitCheck, points: Uint32Array, at: number, count: number): boolean {
  switch (fit.shape) {
    case Shape.TEXT:
    case Shape.UNKNOWN:
    case Shape.SWIFT_X:
    case Shape.ALPHANUMERIC:
    case Shape.UPPER_ALPHANUMERIC:
    case Shape.DIGITS:
    case Shape.CODE:
    case Shape.SWIFT_DATE_TIME:
      return isOfAlphabet(fit.shape, points, at, count);
    case Shape.REFERENCE_16X:
      return isOfAlphabet(fit.shape, points, at, count) && hasReferenceSlashes(points, at, count);
    case Shape.HEX:
      return count > 0 && isOfAlphabet(fit.shape, points, at, count);
    case Shape.IBAN:
      return (
        count >= 5 &&
        count <= 34 &&
        allOf(points, at, 2, SET_UPPER) &&
        allOf(points, at + 2, 2, SET_DIGITS) &&
        allOf(points, at + 4, count - 4, SET_ALPHANUMERIC)
      );
    case Shape.BIC:
      return (count === 8 || count === 11) && isBusinessCode(points, at, count);
    case Shape.LT_ADDRESS:
      return count === 12 && isBusinessCode(points, at, count);
    case Shape.LEI:
      return count === 20 && allOf(points, at, 18, SET_UPPER_ALPHANUMERIC) && allOf(points, at + 18, 2, SET_DIGITS);
    case Shape.UUID4:
      return isUuid4(points, at, count);
    case Shape.COUNTRY:
      return count === 2 && allOf(points, at, 2, SET_UPPER);
    case Shape.CURRENCY:
      return count === 3 && allOf(points, at, 3, SET_UPPER);
    case Shape.DATE:
      return isDate(points, at, count);
    case Shape.DATE_TIME:
      return isDateTime(points, at, count);
    case Shape.TIME:
      return isTime(points, at, count);
    case Shape.YEAR:
      return isYear(points, at, count);
    case Shape.DECIMAL:
      return isDecimal(points, at, count, fit.max, fit.fraction);
    case Shape.BOOLEAN:
      return BOOLEANS.some((word) => equals(word, points, at, count));
    case Shape.PHONE:
      return isPhoneNumber(points, at, count);
    case Shape.BASE64:
      return isBase64(points, at, count);
    case Shape.SWIFT_AMOUNT:
      return isSwiftAmount(points, at, count);
    case Shape.SWIFT_DATE:
      return isSwiftDate(points, at, count);
    case Shape.NUMBER:
      return isJsonNumber(points, at, count);
    case Shape.ENUM:
      return fit.values.some((value) => equals(value, points, at, count));
    default:
      // A shape of a later plan version; `compile` has refused it.
      return false;
  }
}

const BOOLEANS: readonly (readonly number[])[] = ["true", "false", "1", "0"].map(pointsOf);

function setOf(shape: Shape): number {
  switch (shape) {
    case Shape.SWIFT_X:
    case Shape.REFERENCE_16X:
      return SET_SWIFT_X;
    case Shape.ALPHANUMERIC:
      return SET_ALPHANUMERIC;
    case Shape.UPPER_ALPHANUMERIC:
      return SET_UPPER_ALPHANUMERIC;
    case Shape.DIGITS:
      return SET_DIGITS;
    case Shape.CODE:
      return SET_CODE;
    case Shape.HEX:
      return SET_HEX;
    case Shape.SWIFT_DATE_TIME:
      return SET_SIGNED_DIGITS;
    default:
      return 0;
  }
}

/** XSD's white space facet `collapse`, which these types have. */
function collapsesWhiteSpace(shape: Shape): boolean {
  return (
    shape === Shape.DATE ||
    shape === Shape.DATE_TIME ||
    shape === Shape.TIME ||
    shape === Shape.YEAR ||
    shape === Shape.DECIMAL ||
    shape === Shape.BOOLEAN
  );
}

/** Shapes of which min and max count code points. */
export function hasLengthFacets(shape: Shape): boolean {
  return !collapsesWhiteSpace(shape) && shape !== Shape.ENUM;
}

/** Four letters or digits, country, letters or digits: BIC and the 12 characters of a logical terminal. */
function isBusinessCode(points: Uint32Array, at: number, count: number): boolean {
  return allOf(points, at, count, SET_UPPER_ALPHANUMERIC) && allOf(points, at + 4, 2, SET_UPPER);
}

function isUuid4(points: Uint32Array, at: number, count: number): boolean {
  if (count !== 36 || points[at + 14] !== 0x34) return false;
  const variant = points[at + 19] as number;
  if (variant !== 0x38 && variant !== 0x39 && variant !== 0x61 && variant !== 0x62) return false;
  for (let i = 0; i < 36; i++) {
    const code = points[at + i] as number;
    if (i === 8 || i === 13 || i === 18 || i === 23) {
      if (code !== 0x2d) return false;
    } else if (!isDigit(code) && (code < 0x61 || code > 0x66)) return false;
  }
  return true;
}

function allOf(points: Uint32Array, at: number, count: number, set: number): boolean {
  for (let i = at; i < at + count; i++) {
    const code = points[i] as number;
    if (code >= 0x80 || ((CHARACTER_SETS[code] as number) & set) === 0) return false;
  }
  return true;
}

function every(codes: ArrayLike<number>, at: number, count: number, admits: (code: number) => boolean): boolean {
  for (let i = at; i < at + count; i++) if (!admits(codes[i] as number)) return false;
  return true;
}

function countOfInk(points: Uint32Array, at: number, count: number): number {
  let ink = 0;
  for (let i = at; i < at + count; i++) if (!isXsdSpace(points[i] as number)) ink++;
  return ink;
}

function equals(word: readonly number[], points: Uint32Array, at: number, count: number): boolean {
  return word.length === count && word.every((code, i) => points[at + i] === code);
}

function isXsdSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0a || code === 0x0d;
}
