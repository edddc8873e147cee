/** Pseudonyms of parties: which lists a name is drawn from, and the draw (docs/internals/people.md, "Draw"). */
import type { Forms, Legal, Locale, Marks, Names } from "./lists.ts";
import { lowerCase, shorten } from "./words.ts";

/** The longest pseudonym, so that it stands in Nm and, behind `1/`, in a line of SWIFT text alike. */
const LENGTH_MAX = 33;
/** Words of the longest legal form, an `&` among them. */
const LEGAL_WORDS = 6;
/** Letters of a legal form that is one wherever it stands. */
const LEGAL_INSIDE = 3;
const NO_MARKS: Marks = { female: 0, male: 0, family: 0 };

/** A number of 128 bits that draws are taken from, remainder by remainder. */
export class Lot {
  #number: bigint;

  constructor(number: bigint) {
    this.#number = number;
  }

  take(length: number): number {
    const divisor = BigInt(length);
    const rest = Number(this.#number % divisor);
    this.#number /= divisor;
    return rest;
  }

  of<T>(list: readonly T[]): T {
    return list[this.take(list.length)] as T;
  }

  /** Two different entries. */
  twoOf(list: readonly string[]): [string, string] {
    const first = this.take(list.length);
    const second = this.take(list.length - 1);
    return [list[first] as string, list[second >= first ? second + 1 : second] as string];
  }
}

/** A party as its name form tells it: a pure function of it, since no path says whether a person stands there. */
export class Party {
  readonly #words: readonly string[];
  readonly #legal: Legal | undefined;
  readonly #isOrganisation: boolean;

  constructor(name: string, forms: Forms) {
    this.#words = name.split(" ");
    this.#legal = legalOf(this.#words, forms);
    this.#isOrganisation =
      this.#legal !== undefined || this.#words.some((word) => word === "&" || /[0-9]/.test(word) || forms.roles.organisation.has(word));
  }

  /** Another party's name for a number; undefined if it has a word of this one's. */
  draw(names: Names, number: bigint): string | undefined {
    const lot = new Lot(number);
    const marks = this.#words.map((word) => names.marks.get(word) ?? NO_MARKS);
    const locale = lot.of(this.#candidates(names, marks));
    const words = this.#isOrganisation ? this.#drawOrganisation(names, locale, lot) : drawPerson(locale, marks, lot);
    if (words.some((word) => this.#words.includes(shorten(lowerCase(word))))) return undefined;
    return (this.#legal === undefined ? words : [...words, this.#legal.display]).join(" ");
  }

  /** The locales that most words are names in; those of the legal form's languages where no word is one; else all. */
  #candidates({ locales }: Names, marks: readonly Marks[]): readonly Locale[] {
    const counts = locales.map((_, i) => marks.filter(({ female, male, family }) => (((female | male | family) >>> i) & 1) === 1).length);
    let best = 0;
    for (const count of counts) if (count > best) best = count;
    const group = this.#legal?.group;
    return locales.filter((locale, i) => counts[i] === best && (best > 0 || group === undefined || locale.group === group));
  }

  #drawOrganisation({ business }: Names, locale: Locale, lot: Lot): string[] {
    const [first, second] = lot.twoOf(locale.shortFamily);
    const word = lot.of(business.get(locale.group) ?? []);
    const legal = this.#legal === undefined ? 0 : 1 + this.#legal.display.length;
    return first.length + second.length + word.length + 2 + legal > LENGTH_MAX ? [first, second] : [first, second, word];
  }
}

function drawPerson(locale: Locale, marks: readonly Marks[], lot: Lot): string[] {
  const known = marks.find(({ female, male }) => female !== 0 || male !== 0) ?? NO_MARKS;
  const [female, male] = [bitCount(known.female), bitCount(known.male)];
  const isFemale = female === male ? lot.take(2) === 0 : female > male;
  return [...lot.twoOf(isFemale ? locale.female : locale.male), lot.of(locale.family)];
}

/**
 * The legal form that stands last in a name, not at its beginning. One of two letters counts at the very end alone, and none behind a
 * particle, where it is part of a family name (de Sa).
 */
function legalOf(words: readonly string[], forms: Forms): Legal | undefined {
  for (let end = words.length; end >= 2; end--) {
    for (let count = LEGAL_WORDS < end - 1 ? LEGAL_WORDS : end - 1; count > 0; count--) {
      const start = end - count;
      if (forms.roles.particle.has(words[start - 1] as string)) continue;
      const form = words
        .slice(start, end)
        .filter((word) => word !== "&")
        .join(" ");
      if (end < words.length && form.length < LEGAL_INSIDE) continue;
      const legal = forms.legal.get(form);
      if (legal !== undefined) return legal;
    }
  }
  return undefined;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
