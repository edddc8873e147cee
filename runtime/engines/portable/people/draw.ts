/** Pseudonyms of names: which lists one is drawn from, and the draw (docs/internals/people.md, "Names"). */
import { Kind } from "../../generated/plan_pb.ts";
import type { Forms, Legal, Lists, Locale, Marks } from "./lists.ts";
import type { Lot } from "./lot.ts";
import { isOrganisation, legalOf } from "./organisation.ts";
import { entryWords } from "./words.ts";

/** The longest pseudonym, so that it stands in Nm and, behind `1/`, in a line of SWIFT text alike. */
export const LENGTH_MAX = 33;
const NO_MARKS: Marks = { female: 0, male: 0, family: 0 };

/** Whether a drawn entry has a word of the value's own, which would show it. */
export function sharesWord(entry: string, words: readonly string[]): boolean {
  return entryWords(entry).some((word) => words.includes(word));
}

/** A name as its canonical form tells it. */
export class Name {
  readonly #kind: Kind;
  readonly #lists: Lists;
  readonly #words: readonly string[];
  readonly #marks: readonly Marks[];
  readonly #legal: Legal | undefined;
  readonly #isOrganisation: boolean;
  readonly #locales: readonly Locale[];

  /** @param kind PARTY_NAME, ORGANISATION, GIVEN_NAME or FAMILY_NAME */
  constructor(kind: Kind, form: string, lists: Lists, forms: Forms) {
    const words = form.split(" ");
    const { marks } = lists;
    const isParty = kind === Kind.PARTY_NAME || kind === Kind.ORGANISATION;
    this.#kind = kind;
    this.#lists = lists;
    this.#words = words;
    this.#marks = words.map((word) => marks.get(word) ?? NO_MARKS);
    this.#legal = isParty ? legalOf(words, forms) : undefined;
    this.#isOrganisation = kind === Kind.ORGANISATION || (isParty && isOrganisation(words, this.#legal, forms));
    this.#locales = this.#candidates();
  }

  /** Another one's name; undefined if it has a word of this one's. */
  draw(lot: Lot): string | undefined {
    const locale = lot.of(this.#locales);
    const words = this.#drawWords(locale, lot);
    if (words.some((word) => sharesWord(word, this.#words))) return undefined;
    return (this.#legal === undefined ? words : [...words, this.#legal.display]).join(" ");
  }

  #drawWords(locale: Locale, lot: Lot): readonly string[] {
    if (this.#isOrganisation) return this.#drawOrganisation(locale, lot);
    if (this.#kind === Kind.FAMILY_NAME) return [lot.of(locale.list("family"))];
    const given = locale.list(this.#isFemale(lot) ? "female" : "male");
    if (this.#kind === Kind.GIVEN_NAME) return this.#words.length === 1 ? [lot.of(given)] : lot.twoOf(given);
    return [...lot.twoOf(given), lot.of(locale.list("family"))];
  }

  /** The locales that most words are names in; those of the legal form's languages where no word is one; else all. */
  #candidates(): readonly Locale[] {
    const { locales } = this.#lists;
    const bits = this.#marks.map((marks) => bitsOf(this.#kind, marks));
    const counts = locales.map(({ index }) => bits.reduce((count, bit) => count + ((bit >>> index) & 1), 0));
    let best = 0;
    for (const count of counts) if (count > best) best = count;
    if (best > 0) return locales.filter(({ index }) => counts[index] === best);
    return this.#lists.ofGroup(this.#legal?.group);
  }

  #drawOrganisation(locale: Locale, lot: Lot): readonly string[] {
    const [first, second] = lot.twoOf(locale.shortFamily);
    const word = lot.of(this.#lists.business(locale.group));
    const legal = this.#legal === undefined ? 0 : 1 + this.#legal.display.length;
    return first.length + second.length + word.length + 2 + legal > LENGTH_MAX ? [first, second] : [first, second, word];
  }

  /** By the first word that is a given name anywhere; by lot if that does not tell. */
  #isFemale(lot: Lot): boolean {
    const known = this.#marks.find(({ female, male }) => female !== 0 || male !== 0) ?? NO_MARKS;
    const [female, male] = [bitCount(known.female), bitCount(known.male)];
    return female === male ? lot.take(2) === 0 : female > male;
  }
}

/** The locales in which a word is a name of the kind. */
function bitsOf(kind: Kind, { female, male, family }: Marks): number {
  if (kind === Kind.GIVEN_NAME) return female | male;
  return kind === Kind.FAMILY_NAME ? family : female | male | family;
}

function bitCount(bits: number): number {
  let count = 0;
  for (let rest = bits >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count++;
  return count;
}
