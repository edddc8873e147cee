/** The case of a value, which its pseudonym takes on (docs/internals/people.md, "Names"). */
import { CLASS_OF } from "../kinds/subject.ts";
import type { Unicode } from "../text/unicode.ts";

export type LetterCase = "upper" | "lower" | "mixed";

/** What the letters of a value say of its case; beyond ASCII a capital is what folds to another character. */
export function caseOf(points: Uint32Array, start: number, count: number, unicode: Unicode): LetterCase {
  let upper = false;
  let lower = false;
  for (let i = start; i < start + count; i++) {
    const code = points[i] as number;
    if ((code >= 0x41 && code <= 0x5a) || unicode.isCapital(code)) upper = true;
    else if (code >= 0x61 && code <= 0x7a) lower = true;
  }
  return upper === lower ? "mixed" : upper ? "upper" : "lower";
}

/** ASCII text in the case; `mixed` is as it is. */
export function inCase(text: string, turn: LetterCase): string {
  if (turn === "mixed") return text;
  return turn === "upper" ? text.toUpperCase() : text.toLowerCase();
}

/** Whether something that can be a letter or a digit stands in `points[start, end)`: one of ASCII, or anything beyond it. */
export function isTelling(points: Uint32Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    const code = points[i] as number;
    if (code >= 0x80 || CLASS_OF[code] !== 0) return true;
  }
  return false;
}
