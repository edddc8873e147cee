/** What a reader takes a text for, whatever code points spell it (docs/internals/engine.md, "KEEP"): for the detector of kept text. */

/** Zeros of the decimal digits beyond ASCII (Unicode 14, general category Nd); nine digits follow each. */
const ZEROS: Uint32Array = Uint32Array.of(
  ...[0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0b66, 0x0be6, 0x0c66, 0x0ce6, 0x0d66, 0x0de6, 0x0e50, 0x0ed0, 0x0f20],
  ...[0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0],
  ...[0xa9f0, 0xaa50, 0xabf0, 0xff10, 0x104a0, 0x10d30, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650, 0x116c0],
  ...[0x11730, 0x118e0, 0x11950, 0x11c50, 0x11d50, 0x11da0, 0x16a60, 0x16ac0, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6],
  ...[0x1e140, 0x1e2f0, 0x1e950, 0x1fbf0],
);
const SPACE = 0x20;
const HYPHEN = 0x2d;

/**
 * Writes `points[start, start + count)` to `out`, which must have room for them, as ASCII: digits of every script and full-width letters
 * as their own, white space as spaces, dashes as hyphens. What is left beyond ASCII (marks, signs that are not seen, other letters) is
 * left out. Returns the count written.
 */
export function writeReading(points: Uint32Array, start: number, count: number, out: Uint32Array): number {
  let length = 0;
  for (let i = start; i < start + count; i++) {
    const code = readAs(points[i] as number);
    if (code !== 0) out[length++] = code;
  }
  return length;
}

/** The ASCII code that a code point is read as, or 0. */
function readAs(code: number): number {
  if (code < 0x80) return code;
  if (code >= 0xff21 && code <= 0xff3a) return code - 0xff21 + 0x41;
  if (code >= 0xff41 && code <= 0xff5a) return code - 0xff41 + 0x61;
  if (isSpace(code)) return SPACE;
  if (isDash(code)) return HYPHEN;
  const digit = digitOf(code);
  return digit < 0 ? 0 : 0x30 + digit;
}

/** General category Zs. */
function isSpace(code: number): boolean {
  return code === 0xa0 || code === 0x1680 || (code >= 0x2000 && code <= 0x200a) || code === 0x202f || code === 0x205f || code === 0x3000;
}

/** Hyphens, dashes and the minus sign that stand for a hyphen in print. */
function isDash(code: number): boolean {
  return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xfe58 || code === 0xfe63 || code === 0xff0d;
}

/** Value of a decimal digit, or −1. */
function digitOf(code: number): number {
  let low = 0;
  let high = ZEROS.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ZEROS[middle] as number) <= code) low = middle + 1;
    else high = middle;
  }
  const digit = low === 0 ? -1 : code - (ZEROS[low - 1] as number);
  return digit < 10 ? digit : -1;
}
