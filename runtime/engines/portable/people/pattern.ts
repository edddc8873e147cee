/** Pseudonyms of post codes and of the numbers of buildings: another code of the same pattern (docs/internals/people.md, "Addresses"). */
import type { Lot } from "./lot.ts";

/** Letters that stand in any post code of GB, CA, IE and NL. */
export const POSTCODE_LETTERS = "ABEGHJLNPRTY";
export const BUILDING_LETTERS = "ABCDEF";

const POSTCODE_MIN = 3;
const POSTCODE_MAX = 12;
const BUILDING_MAX = 10;
const BUILDING_LETTERS_MAX = 3;

/** Whether letters and digits of these counts are a post code. */
export function isPostcode(letters: number, digits: number): boolean {
  const length = letters + digits;
  return digits > 0 && length >= POSTCODE_MIN && length <= POSTCODE_MAX;
}

/** Whether letters and digits of these counts are the number of a building. */
export function isBuildingNumber(letters: number, digits: number): boolean {
  return digits > 0 && letters <= BUILDING_LETTERS_MAX && letters + digits <= BUILDING_MAX;
}

/** Another code of the pattern of `own`, which is of capitals and digits. No number begins with a zero that did not; a leading zero stays. */
export function drawPattern(own: string, letters: string, lot: Lot): string {
  let drawn = "";
  for (let i = 0; i < own.length; i++) {
    const character = own.charAt(i);
    const isRunStart = i === 0 || !isDigit(own.charAt(i - 1));
    if (!isDigit(character)) drawn += letters.charAt(lot.take(letters.length));
    else if (i === 0 && character === "0" && own.length > 1) drawn += "0";
    else drawn += isRunStart && character !== "0" ? String(1 + lot.take(9)) : String(lot.take(10));
  }
  return drawn;
}

const isDigit = (character: string): boolean => character >= "0" && character <= "9";
