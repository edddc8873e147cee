/** MASK: characters hidden behind one character, wholly or with the ends kept (docs/internals/engine.md, "MASK"). */

import { ENCODING_MT_LINE, ENCODING_MT_WRAP } from "../../../record/tables.ts";
import { Kind, type Operation, Shape } from "../../generated/plan_pb.ts";
import { CLASS_OF, type Subject } from "../kinds/subject.ts";
import { type FitCheck, isOfAlphabet, pointsOf } from "../text/fit.ts";
import type { Points } from "./points.ts";

const TOTAL_WIDTH = 8;
/** Characters that stay hidden at least. */
const HIDDEN_MIN = 4;
/** Mask characters of a mailbox, whatever its length. */
const MAILBOX_WIDTH = 5;

const AT = 0x40;
const FULL_STOP = 0x2e;
const HYPHEN = 0x2d;

export interface MaskSpec {
  readonly character: number;
  readonly keepFirst: number;
  readonly keepLast: number;
  /** Length of a total mask outside MT. */
  readonly totalWidth: number;
  /** Limits of an e-mail address; 0 is none. */
  readonly min: number;
  readonly max: number;
  /** What a value is taken for; other kinds are texts. */
  readonly kind: Kind;
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
    min: fit.min,
    max: fit.max,
    kind: operation.kind,
  };
}

/** Appends the masked form of `count` code points of `out` itself that begin at `start`. */
export function pushMask(spec: MaskSpec, subject: Subject, encoding: number, out: Points, start: number, count: number): void {
  const isLine = encoding === ENCODING_MT_LINE || encoding === ENCODING_MT_WRAP;
  if (spec.kind === Kind.EMAIL && !isLine && pushEmail(spec, out, start, count)) return;
  out.reserve(count);
  const points = out.data;
  let countable = 0;
  for (let i = start; i < start + count; i++) if (isCountable(points[i] as number)) countable++;
  const isNumber = (spec.kind === Kind.PAN || spec.kind === Kind.DIGITS) && isGroupedDigits(subject, points, start, count);
  const [first, last] = kept(spec, countable, isNumber);
  if (first + last === 0 && !(spec.kind === Kind.DIGITS && isNumber)) {
    out.repeat(spec.character, isLine ? count : spec.totalWidth);
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

/** How many letters and digits stay at both ends. */
function kept(spec: MaskSpec, countable: number, isNumber: boolean): readonly [number, number] {
  switch (spec.kind) {
    case Kind.PAN:
      return isNumber ? panLimits(countable, spec.keepFirst, spec.keepLast) : NONE;
    case Kind.DIGITS:
      return isNumber ? ends(spec, countable) : NONE;
    case Kind.EMAIL:
      return NONE;
    default:
      return ends(spec, countable);
  }
}

const NONE = [0, 0] as const;

const isGroupedDigits = (subject: Subject, points: Points["data"], start: number, count: number): boolean =>
  subject.load(points, start, count) && subject.isGroupedDigits();

/** The ends that so many characters can spare. */
function ends({ keepFirst, keepLast }: MaskSpec, countable: number): readonly [number, number] {
  return countable < 2 * (keepFirst + keepLast) || countable < keepFirst + keepLast + HIDDEN_MIN ? NONE : [keepFirst, keepLast];
}

/** Writes an e-mail address; false for what is none, or does not fit. */
function pushEmail(spec: MaskSpec, out: Points, start: number, count: number): boolean {
  const end = start + count;
  let at = -1;
  for (let i = start; i < end; i++) {
    const code = out.data[i] as number;
    if (code === AT) {
      if (at >= 0) return false;
      at = i;
    } else if (at >= 0 && !isOfDomain(code)) return false;
  }
  if (at <= start || at === end - 1) return false;
  const [first, last] = ends(spec, at - start);
  const length = first + MAILBOX_WIDTH + last + (end - at);
  if (length < spec.min || (spec.max > 0 && length > spec.max)) return false;
  out.reserve(length);
  const points = out.data;
  for (let i = start; i < start + first; i++) points[out.length++] = points[i] as number;
  out.repeat(spec.character, MAILBOX_WIDTH);
  for (let i = at - last; i < end; i++) points[out.length++] = points[i] as number;
  return true;
}

const isOfDomain = (code: number): boolean => code === FULL_STOP || code === HYPHEN || (code < 0x80 && CLASS_OF[code] !== 0);

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
