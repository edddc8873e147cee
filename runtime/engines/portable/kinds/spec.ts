/** Pieces that classes are put together from. */
import { DIGIT, LOWER, UPPER } from "./alphabets.ts";

/** Places `from` to `to` − 1, all over one alphabet. */
export function run(alphabet: number, from: number, to: number): { positions: number[]; alphabets: number[] } {
  const positions = sequence(from, to);
  return { positions, alphabets: positions.map(() => alphabet) };
}

/** The numbers `from` to `to` − 1. */
export function sequence(from: number, to: number): number[] {
  const numbers: number[] = [];
  for (let i = from; i < to; i++) numbers.push(i);
  return numbers;
}

/** Letters and digits `from` to `to` − 1, each over its own sort, and these sorts as a string of d, u and l. */
export function bySort(codes: Uint8Array, from: number, to: number): { pattern: string; positions: number[]; alphabets: number[] } {
  const alphabets: number[] = [];
  let pattern = "";
  for (let i = from; i < to; i++) {
    const code = codes[i] as number;
    const alphabet = code < 0x40 ? DIGIT : code < 0x60 ? UPPER : LOWER;
    alphabets.push(alphabet);
    pattern += alphabet === DIGIT ? "d" : alphabet === UPPER ? "u" : "l";
  }
  return { pattern, positions: sequence(from, to), alphabets };
}

export function textOf(codes: Uint8Array, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += String.fromCharCode(codes[i] as number);
  return text;
}

export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
