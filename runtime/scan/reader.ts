/** What readers of samples have in common. They take bytes as they come, and tell how far they are. */
import type { Detector } from "./detector.ts";
import type { Place } from "./place.ts";

export interface Reader {
  /** The document that it began with has ended; what follows is another one. */
  readonly ended: boolean;
  /** What stands where it stopped is not of its form. */
  readonly failed: boolean;
  /**
   * Looks at the values of `bytes[from, limit)` and returns how far it came: a value whose end is not there waits for more bytes.
   * @param last no bytes follow `limit`
   */
  push(bytes: Uint8Array, from: number, limit: number, last: boolean): number;
}

export interface Context {
  readonly root: Place;
  readonly detector: Detector;
  /** How a name of the sample is shown: as it is if it is plain, else `*`. */
  readonly shown: (name: Uint8Array) => string;
  /** Of names that a standard gives: words that are somebody's name, too, are shown. */
  readonly shownOfStandard: (name: Uint8Array) => string;
}

const PLAIN = /^[A-Za-z_$@#][A-Za-z0-9_.$#: ()/-]*$/;
const NAME_MAX = 64;
/** As in paths of refusals: a name with more could be a number of somebody's. */
const DIGITS_MAX = 5;
/** One word or two, each of one capital and small letters. */
const PROPER = /^[A-Z][a-z]+(?:[ _.-]?[A-Z][a-z]+)?$/;
/** Words of schemas that are family names somewhere. */
const FIELD_WORDS: ReadonlySet<string> = new Set(
  "Amount Bank Bill Block Book Branch Card Case Cash Church City Code Country Currency Customer Date Day Field Fields File Group Header House Id Iban Item Key Lane Line List Mandate Mark Message Name Note Order Page Party Person Place Price Purpose Rate Record Reference Root Row State Status Street Sum Term Text Time Title Town Type Value Version Year".split(
    " ",
  ),
);
const utf8 = new TextDecoder();

/** Member, element and column names can be data, too. What could be is not shown. */
export function shownName(name: Uint8Array, detector: Detector, isStandard: boolean): string {
  if (name.length === 0 || name.length > NAME_MAX) return "*";
  const text = utf8.decode(name);
  if (!PLAIN.test(text) || text.replaceAll(/[^0-9]/g, "").length > DIGITS_MAX || detector.isTelling(name)) return "*";
  if (!isStandard && PROPER.test(text)) {
    const words = text.match(/[A-Z][a-z]+/g) ?? [];
    const isName = (word: string): boolean => !FIELD_WORDS.has(word) && detector.isNameWord(new TextEncoder().encode(word));
    if (words.every(isName)) return "*";
  }
  return text;
}
