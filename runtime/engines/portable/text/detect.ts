/** Finds card numbers and IBANs in kept text (docs/internals/engine.md, "KEEP"). */

import { Shape } from "../../generated/plan_pb.ts";
import { DIGIT, isOf } from "../kinds/alphabets.ts";
import { hasCheck97 } from "../kinds/checks.ts";
import { countryOf, ibanRemainder, structureValid } from "../kinds/iban-table.ts";
import { CLASS_OF } from "../kinds/subject.ts";
import { writeReading } from "./reading.ts";

const PAN_MIN = 13;
const PAN_MAX = 19;
const IBAN_MAX = 34;
const ZERO = 0x30;

/** Digits of the run under way, and whether a number may begin before (or end behind) each of them. */
let runDigits = new Uint8Array(64);
let runBreaks = new Uint8Array(65);
const ibanCodes = new Uint8Array(IBAN_MAX);
/** The text as a reader takes it. */
let reading = new Uint32Array(64);

/** Whether `points[start, start + count)` holds a number that passes for a card's, or a valid IBAN. */
export function holdsIdentifier(points: Uint32Array, start: number, count: number): boolean {
  if (holdsIdentifierAsItIs(points, start, count)) return true;
  if (!isWide(points, start, count)) return false;
  // Digits of another script, or marks between them that nobody sees, must not hide a number from us alone.
  if (reading.length < count) reading = new Uint32Array(count);
  return holdsIdentifierAsItIs(reading, 0, writeReading(points, start, count, reading));
}

function isWide(points: Uint32Array, start: number, count: number): boolean {
  for (let i = start; i < start + count; i++) if ((points[i] as number) >= 0x80) return true;
  return false;
}

function holdsIdentifierAsItIs(points: Uint32Array, start: number, count: number): boolean {
  const end = start + count;
  let digits = 0;
  for (let i = start; i < end; i++) if ((points[i] as number) >= ZERO && (points[i] as number) <= 0x39) digits++;
  // The shortest IBAN has 15 characters, but in some countries only the two check digits need be digits.
  return (digits >= PAN_MIN && holdsPan(points, start, end)) || (digits >= 2 && count >= 15 && holdsIban(points, start, end));
}

/** Whether a text, which is of the shape, is a number with a decimal mark: an amount or a rate, whatever its digits. */
export function hasDecimalMark(shape: Shape, points: Uint32Array, start: number, count: number): boolean {
  if (shape === Shape.SWIFT_AMOUNT) return true;
  return (shape === Shape.DECIMAL || shape === Shape.NUMBER) && points.subarray(start, start + count).includes(0x2e);
}

function holdsPan(points: Uint32Array, start: number, end: number): boolean {
  if (runDigits.length < end - start) {
    runDigits = new Uint8Array(end - start);
    runBreaks = new Uint8Array(end - start + 1);
  }
  let i = start;
  while (i < end) {
    if (!isDigitPoint(points[i] as number)) {
      i++;
      continue;
    }
    let length = 0;
    runBreaks[0] = 1;
    while (i < end && isDigitPoint(points[i] as number)) {
      runDigits[length++] = (points[i++] as number) - ZERO;
      runBreaks[length] = 0;
      if (i + 1 < end && isSeparator(points[i] as number) && isDigitPoint(points[i + 1] as number)) {
        runBreaks[length] = 1;
        i++;
      }
    }
    runBreaks[length] = 1;
    if (runHoldsPan(length)) return true;
  }
  return false;
}

function runHoldsPan(length: number): boolean {
  for (let first = 0; first + PAN_MIN <= length; first++) {
    const lead = runDigits[first] as number;
    if (runBreaks[first] === 0 || lead < 2 || lead > 6) continue;
    for (let size = PAN_MIN; size <= PAN_MAX && first + size <= length; size++) {
      if (runBreaks[first + size] === 1 && passesLuhn(first, size)) return true;
    }
  }
  return false;
}

function passesLuhn(first: number, size: number): boolean {
  let sum = 0;
  for (let i = 0; i < size; i++) {
    const digit = runDigits[first + size - 1 - i] as number;
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit;
  }
  return sum % 10 === 0;
}

/** At any letter: what else is glued to an IBAN does not make it another. */
function holdsIban(points: Uint32Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (isLetter(points[i] as number) && isIbanAt(points, i, end)) return true;
  return false;
}

/** Whether an IBAN begins at `at`: its characters, single separators between them. */
function isIbanAt(points: Uint32Array, at: number, end: number): boolean {
  let length = 0;
  let wanted = 4;
  let i = at;
  while (i < end && length < wanted) {
    const code = points[i] as number;
    if (isAlnum(code)) {
      ibanCodes[length++] = code >= 0x61 ? code - 0x20 : code;
      i++;
      if (length === 4) {
        const country = isHead() ? countryOf(ibanCodes[0] as number, ibanCodes[1] as number) : undefined;
        if (country === undefined) return false;
        wanted = country.length;
      }
    } else if (isSeparator(code) && i + 1 < end && isAlnum(points[i + 1] as number)) {
      i++;
    } else {
      return false;
    }
  }
  if (length < wanted) return false;
  const country = countryOf(ibanCodes[0] as number, ibanCodes[1] as number);
  return (
    country !== undefined && structureValid(country, ibanCodes, 0, length) && hasCheck97(ibanRemainder(ibanCodes, 0, length), ibanCodes, 2)
  );
}

function isHead(): boolean {
  return (
    !isOf(DIGIT, ibanCodes[0] as number) &&
    !isOf(DIGIT, ibanCodes[1] as number) &&
    isOf(DIGIT, ibanCodes[2] as number) &&
    isOf(DIGIT, ibanCodes[3] as number)
  );
}

/** What may stand between the groups of a number. */
function isSeparator(code: number): boolean {
  return code === 0x20 || code === 0x2d || code === 0x2e || code === 0x2f || code === 0x5f || code === 0x09 || code === 0x0a;
}

function isDigitPoint(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function isAlnum(code: number): boolean {
  return code < 0x80 && CLASS_OF[code] !== 0;
}

function isLetter(code: number): boolean {
  return code < 0x80 && (CLASS_OF[code] as number) > 1;
}
