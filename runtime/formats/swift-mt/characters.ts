/** SWIFT's character sets as bits for each byte (SWIFT standards, general field formatting rules), and the bytes that have a meaning of their own. */

/** `n`: digits. */
export const CHARACTERS_N = 1;
/** `a`: capital letters. */
export const CHARACTERS_A = 2;
/** `c`: capital letters and digits. */
export const CHARACTERS_C = 4;
/** `h`: capital hexadecimal digits. */
export const CHARACTERS_H = 8;
/** `d`: digits and the decimal comma. */
export const CHARACTERS_D = 16;
/** `x`: character set X, without line ends. */
export const CHARACTERS_X = 32;
/** `z`: character set Z, without line ends. */
export const CHARACTERS_Z = 64;
/** Braces: they delimit blocks, so that inside text two readers would disagree on where it ends. */
export const CHARACTERS_BRACE = 128;
/** ASCII control characters other than the tab; CR and LF are among them. */
export const CHARACTERS_CONTROL = 256;

export const SOH = 0x01;
export const ETX = 0x03;
export const LF = 0x0a;
export const CR = 0x0d;
export const DOLLAR = 0x24;
export const PLUS = 0x2b;
export const COMMA = 0x2c;
export const DASH = 0x2d;
export const SLASH = 0x2f;
export const DIGIT_0 = 0x30;
export const DIGIT_9 = 0x39;
export const COLON = 0x3a;
export const LETTER_A = 0x41;
export const LETTER_Z = 0x5a;
export const BRACE_OPEN = 0x7b;
export const BRACE_CLOSE = 0x7d;

/** Sets that a byte belongs to, by byte. */
export const CHARACTERS: Uint16Array = characterTable();

/** The bit of a format letter (`n`, `a`, `c`, `h`, `d`, `x`, `z`), or 0. */
export function charactersOf(letter: string): number {
  switch (letter) {
    case "n":
      return CHARACTERS_N;
    case "a":
      return CHARACTERS_A;
    case "c":
      return CHARACTERS_C;
    case "h":
      return CHARACTERS_H;
    case "d":
      return CHARACTERS_D;
    case "x":
      return CHARACTERS_X;
    case "z":
      return CHARACTERS_Z;
    default:
      return 0;
  }
}

export function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= DIGIT_0 && byte <= DIGIT_9;
}

export function isCapital(byte: number | undefined): boolean {
  return byte !== undefined && byte >= LETTER_A && byte <= LETTER_Z;
}

/** Whether `input[at, at + text.length)` is `text`; false where it does not fit below `end`. */
export function bytesAre(input: Uint8Array, at: number, end: number, text: Uint8Array): boolean {
  if (at + text.length > end) return false;
  for (let i = 0; i < text.length; i++) if (input[at + i] !== text[i]) return false;
  return true;
}

/** The bytes of an ASCII string. */
export function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function characterTable(): Uint16Array {
  const table = new Uint16Array(256);
  const add = (characters: string, bits: number): void => {
    for (const byte of ascii(characters)) table[byte] = (table[byte] as number) | bits;
  };
  const digits = "0123456789";
  const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  add(digits, CHARACTERS_N | CHARACTERS_C | CHARACTERS_H | CHARACTERS_D | CHARACTERS_X | CHARACTERS_Z);
  add(capitals, CHARACTERS_A | CHARACTERS_C | CHARACTERS_X | CHARACTERS_Z);
  add("ABCDEF", CHARACTERS_H);
  add(",", CHARACTERS_D);
  add("abcdefghijklmnopqrstuvwxyz/-?:().,'+ ", CHARACTERS_X | CHARACTERS_Z);
  add('=!"%&*<>;{@#_', CHARACTERS_Z);
  add("{}", CHARACTERS_BRACE);
  for (let byte = 0; byte < 0x20; byte++) if (byte !== 0x09) table[byte] = CHARACTERS_CONTROL;
  table[0x7f] = CHARACTERS_CONTROL;
  return table;
}
