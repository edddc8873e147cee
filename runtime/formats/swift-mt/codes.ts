/** Code words as numbers, so that one is looked up without making a string of it. */
import { ascii, CHARACTERS, CHARACTERS_C } from "./characters.ts";

/** Longest code word of the standards (`8c`). */
const CODE_CHARACTERS_MAX = 8;

/** Packs `input[start, end)`, capital letters and digits, into a number below 37^8; -1 for anything else. */
export function packCode(input: Uint8Array, start: number, end: number): number {
  if (end <= start || end - start > CODE_CHARACTERS_MAX) return -1;
  let packed = 0;
  for (let at = start; at < end; at++) {
    const byte = input[at] as number;
    if (((CHARACTERS[byte] as number) & CHARACTERS_C) === 0) return -1;
    packed = packed * 37 + (byte < 0x3a ? byte - 0x30 + 1 : byte - 0x41 + 11);
  }
  return packed;
}

/** Packs a code word of letters, whatever its length. */
export function packLetters(word: string): number {
  let packed = 0;
  for (const byte of ascii(word)) packed = packed * 37 + byte - 0x41 + 11;
  return packed;
}

/** A set of code words. */
export function packedCodes(codes: readonly string[]): ReadonlySet<number> {
  // What is no code word has no number: else all that is none would be one.
  return new Set(codes.map((code) => packCode(ascii(code), 0, code.length)).filter((packed) => packed >= 0));
}

/** Offset behind `/CODE/` at `at` if that code word is in the set; else `at`. */
export function skipCode(input: Uint8Array, at: number, end: number, codes: ReadonlySet<number>): number {
  let slash = at + 1;
  while (slash < end && input[slash] !== 0x2f && slash - at <= CODE_CHARACTERS_MAX) slash++;
  if (slash >= end || input[slash] !== 0x2f) return at;
  return codes.has(packCode(input, at + 1, slash)) ? slash + 1 : at;
}
