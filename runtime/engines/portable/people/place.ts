/** Pseudonyms of towns, streets and subdivisions of a country (docs/internals/people.md, "Addresses"). */
import { sharesWord } from "./draw.ts";
import type { Forms, Lists, Locale, PlaceList, PlaceWords } from "./lists.ts";
import type { Lot } from "./lot.ts";
import { entryWords, hasDigit } from "./words.ts";

/** House numbers that are drawn. */
const NUMBER_MAX = 199;
/** Letters of a word of a street that tells which one it is; shorter ones are articles and the like. */
const TELLING_LETTERS = 4;
const ALPHABET = 26;
const LETTER_A = 0x41;

/** What is taken from a lot for an address; undefined rejects it. */
export type Draw = (lot: Lot) => string | undefined;

/** The draw for a town, or for what is taken to be one. @param form the form that may be a town of the lists */
export function townDraw(form: string, words: readonly string[], lists: Lists, forms: Forms): Draw {
  const bits = lists.placeBits("town", form);
  const locales = bits === 0 ? lists.ofGroup(groupOf(words, forms.townWords)) : localesOf(bits, lists.locales);
  return (lot) => placeOf("town", locales, words, lot);
}

/** The draw for a street, with a number if the form has one. */
export function streetDraw(form: string, lists: Lists, forms: Forms): Draw {
  const words = form.split(" ");
  const locales = lists.ofGroup(groupOf(words, forms.streetWords));
  const hasNumber = words.some(hasDigit);
  const isInFront = hasDigit(words[0] ?? "");
  return (lot) => {
    const street = lot.of(lot.of(locales).list("street"));
    const number = hasNumber ? 1 + lot.take(NUMBER_MAX) : 0;
    if (showsOwn(street, words, forms.streetWords)) return undefined;
    if (!hasNumber) return street;
    return isInFront ? `${number} ${street}` : `${street} ${number}`;
  };
}

/** The draw for a subdivision: another code for a code, another name for a name. */
export function subdivisionDraw(value: string, form: string, lists: Lists): Draw {
  if (/^[A-Za-z]{2,3}$/.test(value)) return codeDraw(value.toUpperCase());
  const having = lists.locales.filter((locale) => locale.list("subdivision").length > 0);
  const locales = localesOf(lists.placeBits("subdivision", form), having);
  const words = form.split(" ");
  return (lot) => placeOf("subdivision", locales, words, lot);
}

/** Whether a word is a street word, or ends like one. */
export function isStreetWord(word: string, streetWords: PlaceWords): boolean {
  return wordGroup(word, streetWords) !== undefined;
}

/** Whether a drawn street shows the value's own: by a word that is more than an article or a street word, or by all of its words. */
function showsOwn(street: string, words: readonly string[], { whole }: PlaceWords): boolean {
  const shared = entryWords(street).map((word) => ({ word, isOwn: words.includes(word) }));
  return (
    shared.every(({ isOwn }) => isOwn) || shared.some(({ word, isOwn }) => isOwn && word.length >= TELLING_LETTERS && !whole.has(word))
  );
}

function codeDraw(own: string): Draw {
  return (lot) => {
    let code = "";
    for (let i = 0; i < own.length; i++) code += String.fromCharCode(LETTER_A + lot.take(ALPHABET));
    return code === own ? undefined : code;
  };
}

function placeOf(list: PlaceList, locales: readonly Locale[], words: readonly string[], lot: Lot): string | undefined {
  const place = lot.of(lot.of(locales).list(list));
  return sharesWord(place, words) ? undefined : place;
}

/** Those of `all` that have the place; all if none has it. */
function localesOf(bits: number, all: readonly Locale[]): readonly Locale[] {
  return bits === 0 ? all : all.filter(({ index }) => ((bits >>> index) & 1) === 1);
}

/** The group of languages that the last word of a place tells. */
function groupOf(words: readonly string[], placeWords: PlaceWords): string | undefined {
  for (let i = words.length - 1; i >= 0; i--) {
    const group = wordGroup(words[i] as string, placeWords);
    if (group !== undefined) return group;
  }
  return undefined;
}

/** The group of a word that is a place's word, or that ends with one: the longest such. */
function wordGroup(word: string, { whole, endings, longestEnding }: PlaceWords): string | undefined {
  const group = whole.get(word);
  if (group !== undefined) return group;
  for (let length = word.length < longestEnding ? word.length : longestEnding; length > 0; length--) {
    const found = endings.get(word.slice(-length));
    if (found !== undefined) return found;
  }
  return undefined;
}
