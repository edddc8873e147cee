/**
 * Strings and numbers of RFC 8259, over bytes: where they end, whether they are legal, and what a string says.
 *
 * A walk looks at every byte once and makes no string. A violation of the grammar ends the walk (the end of the string is then
 * anybody's guess); bytes that are not UTF-8 and halves of surrogate pairs do not: the closing quote is certain, so the record can be
 * refused and the next one found.
 */
import {
  DECIMAL_POINT,
  DIGIT_ZERO,
  hexValue,
  isDigit,
  LETTER_B,
  LETTER_F,
  LETTER_N,
  LETTER_R,
  LETTER_T,
  LETTER_U,
  MINUS,
  PLUS,
  QUOTATION_MARK,
  REVERSE_SOLIDUS,
  SOLIDUS,
} from "./bytes.ts";

/** The bytes at hand end before the token does. */
export const WALK_MORE = -1;
/** Not the grammar of RFC 8259. */
export const WALK_SYNTAX = -2;

/** What `walkString` found besides the end; one instance is reused. */
export class StringWalk {
  /** The string holds a reverse solidus, so its bytes are not its text. */
  escaped = false;
  /** Offset of the first byte or escape that is no Unicode text, or -1. */
  encodingFaultAt = -1;
  /** A digit stands before a byte that could separate a card number from what follows on a track: worth a closer look. */
  trackLike = false;
  /** Where the walk stopped when it answered WALK_SYNTAX. */
  syntaxAt = 0;
}

const PLAIN = 0;
const QUOTE = 1;
const ESCAPE = 2;
const CONTROL = 3;
const MULTIBYTE = 4;
/** `^`, `=`, `D`, `d`: separators of track data. */
const SEPARATOR = 5;

const BYTE_CLASS: Uint8Array = byteClasses();

function byteClasses(): Uint8Array {
  const classes = new Uint8Array(256);
  classes.fill(CONTROL, 0, 0x20);
  classes.fill(MULTIBYTE, 0x80);
  classes[QUOTATION_MARK] = QUOTE;
  classes[REVERSE_SOLIDUS] = ESCAPE;
  for (const separator of "^=Dd") classes[separator.charCodeAt(0)] = SEPARATOR;
  return classes;
}

/**
 * Walks a string (RFC 8259 §7) whose first byte after the opening quote is at `start`.
 * Returns the offset of the closing quote, WALK_MORE or WALK_SYNTAX; the rest is in `walk`.
 */
export function walkString(walk: StringWalk, input: Uint8Array, start: number, limit: number): number {
  walk.escaped = false;
  walk.encodingFaultAt = -1;
  walk.trackLike = false;
  let at = start;
  while (at < limit) {
    switch (BYTE_CLASS[input[at] as number]) {
      case PLAIN:
        at++;
        break;
      case QUOTE:
        return at;
      case SEPARATOR:
        if (isDigit(input[at - 1] as number)) walk.trackLike = true;
        at++;
        break;
      case ESCAPE: {
        walk.escaped = true;
        const next = walkEscape(walk, input, at, limit);
        if (next < 0) {
          walk.syntaxAt = at;
          return next;
        }
        at = next;
        break;
      }
      case MULTIBYTE: {
        const length = utf8Length(input, at, limit);
        if (length === WALK_MORE) return WALK_MORE;
        if (length === 0 && walk.encodingFaultAt < 0) walk.encodingFaultAt = at;
        at += length === 0 ? 1 : length;
        break;
      }
      default:
        walk.syntaxAt = at;
        return WALK_SYNTAX;
    }
  }
  return WALK_MORE;
}

/** Walks the escape at `at`; a surrogate takes its partner along. Returns the offset behind it. */
function walkEscape(walk: StringWalk, input: Uint8Array, at: number, limit: number): number {
  if (at + 1 >= limit) return WALK_MORE;
  const kind = input[at + 1] as number;
  if (kind !== LETTER_U) return shortEscape(kind) < 0 ? WALK_SYNTAX : at + 2;
  const unit = codeUnit(input, at + 2, limit);
  if (unit < 0) return unit;
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  if (unit <= 0xdbff) {
    // What follows decides whether this half has its other half; an escape that is itself broken is found on the next step.
    if (at + 6 >= limit) return WALK_MORE;
    if (input[at + 6] === REVERSE_SOLIDUS) {
      if (at + 7 >= limit) return WALK_MORE;
      if (input[at + 7] === LETTER_U) {
        const low = codeUnit(input, at + 8, limit);
        if (low < 0) return low;
        if (low >= 0xdc00 && low <= 0xdfff) return at + 12;
      }
    }
  }
  if (walk.encodingFaultAt < 0) walk.encodingFaultAt = at;
  return at + 6;
}

/** The character that the short escape `\kind` stands for, or -1. */
function shortEscape(kind: number): number {
  switch (kind) {
    case QUOTATION_MARK:
    case REVERSE_SOLIDUS:
    case SOLIDUS:
      return kind;
    case LETTER_B:
      return 0x08;
    case LETTER_F:
      return 0x0c;
    case LETTER_N:
      return 0x0a;
    case LETTER_R:
      return 0x0d;
    case LETTER_T:
      return 0x09;
    default:
      return -1;
  }
}

/** The four hexadecimal digits at `at`, or WALK_MORE, or WALK_SYNTAX. */
function codeUnit(input: Uint8Array, at: number, limit: number): number {
  let unit = 0;
  for (let i = at; i < at + 4; i++) {
    if (i >= limit) return WALK_MORE;
    const digit = hexValue(input[i] as number);
    if (digit < 0) return WALK_SYNTAX;
    unit = unit * 16 + digit;
  }
  return unit;
}

/**
 * Length of the well-formed UTF-8 sequence at `at` (its first byte is 0x80 or more), 0 if there is none, WALK_MORE if `limit` cuts it.
 * The ranges of the second byte are those of Unicode, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF.
 */
function utf8Length(input: Uint8Array, at: number, limit: number): number {
  const lead = input[at] as number;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  for (let i = 1; i < length; i++) {
    if (at + i >= limit) return WALK_MORE;
    const byte = input[at + i] as number;
    const lowest = i > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
    const highest = i > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
    if (byte < lowest || byte > highest) return 0;
  }
  return length;
}

/**
 * Writes the text of a string's bytes `input[start, end)` as UTF-8 to `output`, which holds at least `end - start` bytes: an escape is
 * never shorter than what it stands for. The bytes were walked without a fault. Returns the count written.
 */
export function decodeString(input: Uint8Array, start: number, end: number, output: Uint8Array): number {
  let size = 0;
  for (let at = start; at < end; ) {
    const byte = input[at] as number;
    if (byte !== REVERSE_SOLIDUS) {
      output[size++] = byte;
      at++;
      continue;
    }
    const kind = input[at + 1] as number;
    if (kind !== LETTER_U) {
      output[size++] = shortEscape(kind);
      at += 2;
      continue;
    }
    let codePoint = codeUnit(input, at + 2, end);
    at += 6;
    if (codePoint >= 0xd800 && codePoint <= 0xdbff) {
      codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (codeUnit(input, at + 2, end) - 0xdc00);
      at += 6;
    }
    size = writeUtf8(codePoint, output, size);
  }
  return size;
}

function writeUtf8(codePoint: number, output: Uint8Array, at: number): number {
  if (codePoint < 0x80) {
    output[at] = codePoint;
    return at + 1;
  }
  if (codePoint < 0x800) {
    output[at] = 0xc0 | (codePoint >> 6);
    output[at + 1] = 0x80 | (codePoint & 0x3f);
    return at + 2;
  }
  if (codePoint < 0x10000) {
    output[at] = 0xe0 | (codePoint >> 12);
    output[at + 1] = 0x80 | ((codePoint >> 6) & 0x3f);
    output[at + 2] = 0x80 | (codePoint & 0x3f);
    return at + 3;
  }
  output[at] = 0xf0 | (codePoint >> 18);
  output[at + 1] = 0x80 | ((codePoint >> 12) & 0x3f);
  output[at + 2] = 0x80 | ((codePoint >> 6) & 0x3f);
  output[at + 3] = 0x80 | (codePoint & 0x3f);
  return at + 4;
}

/**
 * Walks a number (RFC 8259 §6) that begins at `start`. Returns the offset behind it, WALK_MORE (a number is over only when something else
 * follows) or WALK_SYNTAX. No digit is lost, however many there are: nothing is converted.
 */
export function walkNumber(input: Uint8Array, start: number, limit: number): number {
  let at = input[start] === MINUS ? start + 1 : start;
  if (at >= limit) return WALK_MORE;
  if (input[at] === DIGIT_ZERO) {
    at++;
  } else {
    at = walkDigits(input, at, limit);
    if (at < 0) return at;
  }
  if (at < limit && input[at] === DECIMAL_POINT) {
    at = walkDigits(input, at + 1, limit);
    if (at < 0) return at;
  }
  if (at < limit && ((input[at] as number) | 0x20) === 0x65) {
    at++;
    if (at < limit && (input[at] === PLUS || input[at] === MINUS)) at++;
    at = walkDigits(input, at, limit);
    if (at < 0) return at;
  }
  return at < limit ? at : WALK_MORE;
}

/** One digit at least. */
function walkDigits(input: Uint8Array, start: number, limit: number): number {
  if (start >= limit) return WALK_MORE;
  if (!isDigit(input[start] as number)) return WALK_SYNTAX;
  let at = start + 1;
  while (at < limit && isDigit(input[at] as number)) at++;
  return at;
}

const TRUE: Uint8Array = new TextEncoder().encode("true");
const FALSE: Uint8Array = new TextEncoder().encode("false");
const NULL: Uint8Array = new TextEncoder().encode("null");

/** Walks `true`, `false` or `null`. Returns the offset behind it, WALK_MORE or WALK_SYNTAX. */
export function walkLiteral(input: Uint8Array, at: number, limit: number): number {
  const first = input[at];
  const literal = first === LETTER_T ? TRUE : first === LETTER_F ? FALSE : NULL;
  for (let i = 0; i < literal.length; i++) {
    if (at + i >= limit) return WALK_MORE;
    if (input[at + i] !== literal[i]) return WALK_SYNTAX;
  }
  return at + literal.length;
}
