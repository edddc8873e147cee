/** `:NS:`: what German and Hungarian banks add to statements. Each line begins with two digits that say what it is. */
import { ENCODING_MT_WRAP } from "../../record/tables.ts";
import { ascii, bytesAre, isDigit } from "./characters.ts";
import type { NonSwiftOption } from "./layout.ts";
import { FINE, type Reading } from "./reading.ts";

const TAG = ascii(":NS:");
/** Numbers of lines that hold a name: of the other party, of the account's owner. */
const NAMES: ReadonlySet<number> = new Set([15, 16, 22, 23]);

export const NON_SWIFT_TAG_LENGTH: number = TAG.length;

export function isNonSwift(input: Uint8Array, start: number, end: number): boolean {
  return bytesAre(input, start, end, TAG);
}

/** Each line is a value of its own behind its digits, which are structure. */
export function readNonSwift(reading: Reading, option: NonSwiftOption): number {
  const { input } = reading;
  for (let line = 0; line < reading.lineCount; line++) {
    const start = reading.lineStarts[line] as number;
    const end = reading.lineEnds[line] as number;
    const isNumbered = end - start >= 2 && isDigit(input[start]) && isDigit(input[start + 1]);
    const number = isNumbered ? ((input[start] as number) - 0x30) * 10 + (input[start + 1] as number) - 0x30 : -1;
    const issue = reading.value(NAMES.has(number) ? option.name : option.text, isNumbered ? start + 2 : start, end, ENCODING_MT_WRAP);
    if (issue !== FINE) return issue;
  }
  return FINE;
}
