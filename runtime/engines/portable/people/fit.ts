/** Which fields take what is drawn (docs/internals/people.md): what is wrong is a reason for the operator. */
import { Kind, Shape } from "../../generated/plan_pb.ts";
import type { FitCheck } from "../text/fit.ts";

/** Characters that a field of names or places has at least: enough to tell one from others. */
const WORDS_FIELD_MIN = 20;
/** Characters of the shortest name of a party, and of the shortest other word. */
const PARTY_MIN = 9;
const WORD_MIN = 2;
const TEXT_MIN = 1;
/** Characters of an e-mail address: fewest of one, and those that a field has at least. */
const EMAIL_MIN = 17;
const EMAIL_FIELD_MIN = 30;

const TEXTS: readonly Shape[] = [Shape.TEXT, Shape.SWIFT_X];
const CODES: readonly Shape[] = [...TEXTS, Shape.CODE, Shape.ALPHANUMERIC, Shape.UPPER_ALPHANUMERIC, Shape.REFERENCE_16X, Shape.DIGITS];
const DATES: readonly Shape[] = [...CODES, Shape.DATE, Shape.SWIFT_DATE];

/** Whether line feeds part the lines of the kind's values: words on two lines are two words. */
export function isWorded(kind: Kind): boolean {
  switch (kind) {
    case Kind.PARTY_NAME:
    case Kind.GIVEN_NAME:
    case Kind.FAMILY_NAME:
    case Kind.ORGANISATION:
    case Kind.STREET:
    case Kind.TOWN:
    case Kind.SUBDIVISION:
    case Kind.ADDRESS_LINE:
    case Kind.FREE_TEXT:
      return true;
    default:
      return false;
  }
}

/** Whether PSEUDONYM of the kind is drawn from lists, or by the rules beside them. */
export function isDrawn(kind: Kind): boolean {
  switch (kind) {
    case Kind.POSTCODE:
    case Kind.BUILDING_NUMBER:
    case Kind.BIRTH_DATE:
    case Kind.EMAIL:
      return true;
    default:
      return isWorded(kind);
  }
}

/** Why a field does not take what is drawn for the kind; undefined if it does. */
export function drawFault(kind: Kind, fit: FitCheck): string | undefined {
  // The prefix of a SWIFT date is the century of its neutral constant alone.
  const hasPrefix = fit.prefix.length > 0 && !(kind === Kind.BIRTH_DATE && fit.shape === Shape.SWIFT_DATE);
  if (hasPrefix) return "a field with a fixed prefix";
  if (!shapesOf(kind).includes(fit.shape)) return "the shape takes no such draw";
  const { min, max } = lengthsOf(kind);
  return fit.min > min || (fit.max > 0 && fit.max < max) ? "what is drawn does not fit" : undefined;
}

function shapesOf(kind: Kind): readonly Shape[] {
  switch (kind) {
    case Kind.POSTCODE:
    case Kind.BUILDING_NUMBER:
      return CODES;
    case Kind.BIRTH_DATE:
      return DATES;
    case Kind.EMAIL:
      return [Shape.TEXT];
    default:
      return TEXTS;
  }
}

/** The largest minimum and the smallest maximum of a field that takes the kind. */
function lengthsOf(kind: Kind): { readonly min: number; readonly max: number } {
  switch (kind) {
    case Kind.PARTY_NAME:
    case Kind.ORGANISATION:
      return { min: PARTY_MIN, max: WORDS_FIELD_MIN };
    case Kind.FREE_TEXT:
      return { min: TEXT_MIN, max: 0 };
    case Kind.EMAIL:
      return { min: EMAIL_MIN, max: EMAIL_FIELD_MIN };
    // Codes and dates are as long as the value.
    case Kind.POSTCODE:
    case Kind.BUILDING_NUMBER:
    case Kind.BIRTH_DATE:
      return { min: Number.POSITIVE_INFINITY, max: 0 };
    default:
      return { min: WORD_MIN, max: WORDS_FIELD_MIN };
  }
}
