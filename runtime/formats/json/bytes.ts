/** The bytes of RFC 8259's grammar, by the names the RFC gives them. */

export const TAB = 0x09;
export const LINE_FEED = 0x0a;
export const CARRIAGE_RETURN = 0x0d;
export const SPACE = 0x20;
export const QUOTATION_MARK = 0x22;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DECIMAL_POINT = 0x2e;
export const SOLIDUS = 0x2f;
export const DIGIT_ZERO = 0x30;
export const DIGIT_NINE = 0x39;
export const COLON = 0x3a;
export const BEGIN_ARRAY = 0x5b;
export const REVERSE_SOLIDUS = 0x5c;
export const END_ARRAY = 0x5d;
export const LETTER_B = 0x62;
export const LETTER_F = 0x66;
export const LETTER_N = 0x6e;
export const LETTER_R = 0x72;
export const LETTER_T = 0x74;
export const LETTER_U = 0x75;
export const BEGIN_OBJECT = 0x7b;
export const END_OBJECT = 0x7d;

/** Offset of the first byte at or behind `from` that is not white space (RFC 8259 §2), or `limit`. */
export function skipWhiteSpace(input: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const byte = input[at] as number;
    if (byte !== SPACE && byte !== LINE_FEED && byte !== CARRIAGE_RETURN && byte !== TAB) break;
    at++;
  }
  return at;
}

/** Length of a UTF-8 byte order mark at `at`: 3, or 0 when there is none. */
export function byteOrderMark(input: Uint8Array, at: number, limit: number): number {
  return limit - at >= 3 && input[at] === 0xef && input[at + 1] === 0xbb && input[at + 2] === 0xbf ? 3 : 0;
}

export function isDigit(byte: number): boolean {
  return byte >= DIGIT_ZERO && byte <= DIGIT_NINE;
}

/** Value of a hexadecimal digit, or -1. */
export function hexValue(byte: number): number {
  if (byte >= DIGIT_ZERO && byte <= DIGIT_NINE) return byte - DIGIT_ZERO;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}
