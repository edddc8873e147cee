/** MASK: characters hidden behind one character, wholly or with the ends kept (docs/internals/engine.md, "MASK"). */

import { ENCODING_MT_LINE, ENCODING_MT_WRAP } from "../../../record/tables.ts";
import { Kind, type Operation, Shape } from "../../generated/plan_pb.ts";
import { CLASS_OF, type Subject } from "../kinds/subject.ts";
import { type FitCheck, isOfAlphabet, pointsOf } from "../text/fit.ts";
import type { Points } from "./points.ts";

const TOTAL_WIDTH = 8;
/** Characters that stay hidden at least. */
const HIDDEN_MIN = 4;

export interface MaskSpec {
  readonly character: number;
  readonly keepFirst: number;
  readonly keepLast: number;
  /** Length of a total mask outside MT. */
  readonly totalWidth: number;
  readonly pan: boolean;
}

/** The mask of a field, or what it breaks. */
export function maskSpec(operation: Operation, fit: FitCheck): MaskSpec | string {
  if (fit.prefix.length > 0) return "a field with a fixed prefix takes no mask";
  const fallback = defaultCharacter(fit.shape);
  if (fallback === 0) return "the shape takes no mask";
  const characters = pointsOf(operation.maskCharacter);
  if (characters.length > 1) return "mask_character is more than one character";
  const character = characters[0] ?? fallback;
  if (!isOfAlphabet(fit.shape, [character], 0, 1)) return "the shape does not admit the mask character";
  const cut = fit.max > 0 && fit.max < TOTAL_WIDTH ? fit.max : TOTAL_WIDTH;
  return {
    character,
    keepFirst: operation.keepFirst,
    keepLast: operation.keepLast,
    totalWidth: cut < fit.min ? fit.min : cut,
    pan: operation.kind === Kind.PAN,
  };
}

/** Appends the masked form of `count` code points of `out` itself that begin at `start`. */
export function pushMask(spec: MaskSpec, subject: Subject, encoding: number, out: Points, start: number, count: number): void {
  out.reserve(count);
  const points = out.data;
  let countable = 0;
  for (let i = start; i < start + count; i++) if (isCountable(points[i] as number)) countable++;
  let first = spec.keepFirst;
  let last = spec.keepLast;
  if (spec.pan) {
    const isPan = subject.load(points, start, count) && subject.isGroupedDigits();
    [first, last] = isPan ? panLimits(countable, first, last) : [0, 0];
  } else if (countable < 2 * (first + last) || countable < first + last + HIDDEN_MIN) {
    first = 0;
    last = 0;
  }
  if (first + last === 0) {
    out.repeat(spec.character, encoding === ENCODING_MT_LINE || encoding === ENCODING_MT_WRAP ? count : spec.totalWidth);
    return;
  }
  let seen = 0;
  for (let i = start; i < start + count; i++) {
    const code = points[i] as number;
    const hidden = isCountable(code) && seen >= first && seen < countable - last;
    if (isCountable(code)) seen++;
    points[out.length++] = hidden ? spec.character : code;
  }
}

/** Digits of a card number that may be shown together (PCI DSS 3.4.1 and its FAQ on truncation), by length. */
function panLimits(digits: number, keepFirst: number, keepLast: number): [number, number] {
  if (digits < 13) return [0, 0];
  const firstMax = digits >= 16 ? 8 : 6;
  let first = keepFirst < firstMax ? keepFirst : firstMax;
  const last = keepLast < 4 ? keepLast : 4;
  if (digits - first - last < HIDDEN_MIN) first = digits - last - HIDDEN_MIN;
  return [first, last];
}

/** Letters and digits; whatever is beyond ASCII counts as a letter, so that it is hidden like one. */
function isCountable(code: number): boolean {
  return code >= 0x80 || CLASS_OF[code] !== 0;
}

function defaultCharacter(shape: Shape): number {
  switch (shape) {
    case Shape.TEXT:
    case Shape.UNKNOWN:
      return 0x2a;
    case Shape.DIGITS:
      return 0x30;
    case Shape.SWIFT_X:
    case Shape.REFERENCE_16X:
    case Shape.ALPHANUMERIC:
    case Shape.UPPER_ALPHANUMERIC:
    case Shape.CODE:
      return 0x58;
    default:
      return 0;
  }
}
