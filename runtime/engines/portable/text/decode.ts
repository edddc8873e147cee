/** From the bytes of a segment to code points (docs/internals/engine.md, "Encodings of a segment"). */
import { ENCODING_JSON_STRING, ENCODING_MT_WRAP, ENCODING_XML_ATTRIBUTE, ENCODING_XML_TEXT_REFS } from "../../../record/tables.ts";

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const AMPERSAND = 0x26;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;

const NAMED_REFERENCES: readonly (readonly [string, number])[] = [
  ["lt", 0x3c],
  ["gt", 0x3e],
  ["amp", 0x26],
  ["quot", 0x22],
  ["apos", 0x27],
];

/** Code point and end of the unit that was read last; a pair without an allocation for each. */
let codePoint = 0;
let unitEnd = 0;

/**
 * Writes the code points of `input[start, end)` to `points` from `at` on, which must have room for as many as there are bytes.
 * Returns the index behind the last one, or −1 for bytes that the encoding does not admit.
 */
export function decodeSegment(
  input: Uint8Array,
  start: number,
  end: number,
  encoding: number,
  latin1: boolean,
  points: Uint32Array,
  at: number,
): number {
  if (encoding > ENCODING_MT_WRAP) return -1;
  const xmlLines = encoding <= ENCODING_XML_ATTRIBUTE;
  const references = encoding === ENCODING_XML_TEXT_REFS || encoding === ENCODING_XML_ATTRIBUTE;
  const json = encoding === ENCODING_JSON_STRING;
  let out = at;
  let i = start;
  while (i < end) {
    const byte = input[i] as number;
    if (byte >= 0x80 && !latin1) {
      if (!readUtf8(input, i, end)) return -1;
      points[out++] = codePoint;
      i = unitEnd;
    } else if (byte === AMPERSAND && references) {
      if (!readReference(input, i, end)) return -1;
      points[out++] = codePoint;
      i = unitEnd;
    } else if (byte === BACKSLASH && json) {
      if (!readEscape(input, i, end)) return -1;
      points[out++] = codePoint;
      i = unitEnd;
    } else if (byte < SPACE && xmlLines) {
      // XML 1.0, 2.11 (line ends) before 3.3.3 (attribute values).
      if (byte === CR && i + 1 < end && input[i + 1] === LF) i++;
      points[out++] = whiteSpaceOf(byte, encoding);
      i++;
    } else {
      points[out++] = byte;
      i++;
    }
  }
  return out;
}

function whiteSpaceOf(byte: number, encoding: number): number {
  if (encoding === ENCODING_XML_ATTRIBUTE && (byte === TAB || byte === LF || byte === CR)) return SPACE;
  return byte === CR ? LF : byte;
}

/** One well-formed sequence of two to four bytes (RFC 3629, section 4). */
function readUtf8(input: Uint8Array, at: number, end: number): boolean {
  const first = input[at] as number;
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (first < 0xc2 || first > 0xf4 || at + length > end) return false;
  let value = first & (0xff >> (length + 1));
  for (let i = 1; i < length; i++) {
    const byte = input[at + i] as number;
    if ((byte & 0xc0) !== 0x80) return false;
    value = (value << 6) | (byte & 0x3f);
  }
  if (length === 3 && (value < 0x800 || isSurrogate(value))) return false;
  if (length === 4 && (value < 0x1_0000 || value > 0x10_ffff)) return false;
  codePoint = value;
  unitEnd = at + length;
  return true;
}

/** One of XML's five entities, or a character reference to a Char (XML 1.0, 4.1 and 4.6). */
function readReference(input: Uint8Array, at: number, end: number): boolean {
  if (input[at + 1] === 0x23) return readCharacterReference(input, at + 2, end);
  for (const [name, value] of NAMED_REFERENCES) {
    const last = at + 1 + name.length;
    if (last < end && input[last] === SEMICOLON && hasText(input, at + 1, name)) {
      codePoint = value;
      unitEnd = last + 1;
      return true;
    }
  }
  return false;
}

function readCharacterReference(input: Uint8Array, at: number, end: number): boolean {
  const hexadecimal = at < end && input[at] === 0x78;
  const radix = hexadecimal ? 16 : 10;
  let i = hexadecimal ? at + 1 : at;
  const firstDigit = i;
  let value = 0;
  for (; i < end && input[i] !== SEMICOLON; i++) {
    const digit = hexDigit(input[i] as number);
    if (digit < 0 || digit >= radix) return false;
    value = value * radix + digit;
    if (value > 0x10_ffff) return false;
  }
  if (i === firstDigit || i >= end || !isXmlChar(value)) return false;
  codePoint = value;
  unitEnd = i + 1;
  return true;
}

/** One escape (RFC 8259, section 7), both halves of a surrogate pair together. */
function readEscape(input: Uint8Array, at: number, end: number): boolean {
  if (at + 1 >= end) return false;
  unitEnd = at + 2;
  switch (input[at + 1]) {
    case 0x22:
    case 0x5c:
    case 0x2f:
      codePoint = input[at + 1] as number;
      return true;
    case 0x62:
      codePoint = 0x08;
      return true;
    case 0x66:
      codePoint = 0x0c;
      return true;
    case 0x6e:
      codePoint = LF;
      return true;
    case 0x72:
      codePoint = CR;
      return true;
    case 0x74:
      codePoint = TAB;
      return true;
    case 0x75:
      return readUnicodeEscape(input, at, end);
    default:
      return false;
  }
}

function readUnicodeEscape(input: Uint8Array, at: number, end: number): boolean {
  const unit = fourHexDigits(input, at + 2, end);
  if (unit < 0 || (unit >= 0xdc00 && unit <= 0xdfff)) return false;
  codePoint = unit;
  unitEnd = at + 6;
  if (unit < 0xd800 || unit > 0xdbff) return true;
  if (at + 7 >= end || input[at + 6] !== BACKSLASH || input[at + 7] !== 0x75) return false;
  const low = fourHexDigits(input, at + 8, end);
  if (low < 0xdc00 || low > 0xdfff) return false;
  codePoint = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
  unitEnd = at + 12;
  return true;
}

function fourHexDigits(input: Uint8Array, at: number, end: number): number {
  if (at + 4 > end) return -1;
  let value = 0;
  for (let i = 0; i < 4; i++) {
    const digit = hexDigit(input[at + i] as number);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const small = code | 0x20;
  return small >= 0x61 && small <= 0x66 ? small - 0x57 : -1;
}

function hasText(input: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (input[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function isSurrogate(value: number): boolean {
  return value >= 0xd800 && value <= 0xdfff;
}

/** Char of XML 1.0, 2.2. */
export function isXmlChar(value: number): boolean {
  if (value < SPACE) return value === TAB || value === LF || value === CR;
  return value <= 0xd7ff || (value >= 0xe000 && value <= 0xfffd) || (value >= 0x1_0000 && value <= 0x10_ffff);
}
