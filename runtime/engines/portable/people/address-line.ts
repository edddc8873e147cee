/** Pseudonyms of the lines of an address: town and post code, street and number, or what is taken for a town. */
import { LENGTH_MAX } from "./draw.ts";
import type { Forms, Lists } from "./lists.ts";
import { drawPattern, POSTCODE_LETTERS } from "./pattern.ts";
import { type Draw, isStreetWord, streetDraw, townDraw } from "./place.ts";
import { hasDigit } from "./words.ts";

/** Characters of a post code that are drawn. */
const POSTAL_MAX = 12;

/** The words of a line that are a post code. */
interface Postal {
  readonly words: readonly string[];
  readonly isInFront: boolean;
}

/** The draw for one line of an address. @param plain its words as they are folded, in which a post code is looked for @param form its word form */
export function lineDraw(plain: readonly string[], form: string, lists: Lists, forms: Forms): Draw {
  const draw = wholeDraw(plain, form, lists, forms);
  return (lot) => draw(lot)?.slice(0, LENGTH_MAX).trimEnd();
}

function wholeDraw(plain: readonly string[], form: string, lists: Lists, forms: Forms): Draw {
  const words = form.split(" ");
  const postal = postalOf(plain);
  if (postal !== undefined) return townLineDraw(postal, words, lists, forms);
  if (words.some((word) => hasDigit(word) || isStreetWord(word, forms.streetWords))) return streetDraw(form, lists, forms);
  return townDraw(form, words, lists, forms);
}

function townLineDraw({ words: postal, isInFront }: Postal, words: readonly string[], lists: Lists, forms: Forms): Draw {
  const town = townDraw(words.findLast((word) => lists.placeBits("town", word) !== 0) ?? "", words, lists, forms);
  const own = postal.join("").toUpperCase().slice(0, POSTAL_MAX);
  // Only a word that stands alone is long enough to be cut.
  const first = postal.length === 1 ? own.length : (postal[0] as string).length;
  return (lot) => {
    const drawnTown = town(lot);
    const drawn = drawPattern(own, POSTCODE_LETTERS, lot);
    if (drawnTown === undefined || drawn === own) return undefined;
    const code = `${drawn.slice(0, first)} ${drawn.slice(first)}`.trimEnd();
    return isInFront ? `${code} ${drawnTown}` : `${drawnTown} ${code}`;
  };
}

/** The first word or pair of words that a post code is written in. */
function postalOf(words: readonly string[]): Postal | undefined {
  for (let i = 0; i < words.length; i++) {
    const count = postalWords(words[i] as string, words[i + 1] ?? "");
    if (count > 0) return { words: words.slice(i, i + count), isInFront: i === 0 };
  }
  return undefined;
}

/** How many of a word and the next one are a post code: 0, 1 or 2. */
function postalWords(word: string, next: string): number {
  if (/^[0-9]{4,}$/.test(word)) return word.length === 4 && /^[a-z]{2}$/.test(next) ? 2 : 1;
  const isBritish = /^[a-z]{1,2}[0-9][0-9a-z]?$/.test(word) && /^[0-9][a-z]{2}$/.test(next);
  const isCanadian = /^[a-z][0-9][a-z]$/.test(word) && /^[0-9][a-z][0-9]$/.test(next);
  return isBritish || isCanadian ? 2 : 0;
}
