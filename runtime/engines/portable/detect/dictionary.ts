/** What typed fields of a message hold, in the spellings in which a free text may name it (docs/internals/detect.md). */

import { hasCheck97 } from "../kinds/checks.ts";
import { countryOf, ibanRemainder, structureValid } from "../kinds/iban-table.ts";
import { type Forms, loadForms } from "../people/lists.ts";
import { isOrganisation, legalOf } from "../people/organisation.ts";
import { joinInitials, shorten } from "../people/words.ts";
import type { Unicode } from "../text/unicode.ts";
import { AMPERSAND, APOSTROPHE, COMMA, DIGIT, HYPHEN, Stream } from "./stream.ts";
import { isDropped } from "./words.ts";

export const ValueKind = { account: 0, reference: 1, id: 2 } as const;
export type ValueKind = (typeof ValueKind)[keyof typeof ValueKind];

/** How a text spells a name. */
export const Variant = {
  full: 0,
  /** The family name alone. */
  family: 1,
  /** The family name first. */
  reversed: 2,
  initialsFirst: 3,
  initialsLast: 4,
  /** A company without its legal form. */
  short: 5,
  /** Cut at the end. */
  cut: 6,
} as const;
export type Variant = (typeof Variant)[keyof typeof Variant];

// What may stand in front of a letter of a spelling.
/** A word begins, so that a gap may. */
export const WORD = 1;
/** A gap must. */
export const APART = 2;
/** The gap may have a comma. */
export const WITH_COMMA = 4;
/** First letter of the word that the name is known by: a capital where one stands alone. */
export const CORE = 8;
/** An initial. */
export const INITIAL = 16;
/** Within a legal form, where full stops stand between letters. */
export const LEGAL = 32;

/** One word is all there is: it needs evidence. */
export const SINGLE = 1;
export const ORGANISATION = 2;

const CLASSES = 37;
const NONE = -1;
/** Words of a name of which all beginnings are taken as given names; of a longer one, all but the last two. */
const SPLIT_WORDS = 5;
const TITLE_WORDS = 4;
const LEGAL_WORDS = 8;
/** Letters and digits of a value that is looked for, and of one that is all digits. */
const VALUE_MIN = 4;
const DIGITS_MIN = 5;
const VALUE_MAX = 256;
const VALUE_HEADS = 1024;
const IBAN_HEAD = 4;
/** Characters of the end of an IBAN that stands for it. */
const TAIL_MIN = 7;
const IBAN_MIN = 15;
const IBAN_MAX = 34;

/** A word of a name, as it stands there. */
interface Word {
  readonly letters: number[];
  /** Places behind a hyphen or an apostrophe. */
  readonly joints: Set<number>;
  readonly text: string;
  /** Behind a comma. */
  readonly part: number;
}

/** Refilled for each message. */
export class Dictionary {
  // Spellings of names.
  letters: Uint32Array = new Uint32Array(1024);
  marks: Uint8Array = new Uint8Array(1024);
  /** Where the letters of a spelling begin; one more than there are. */
  readonly from: number[] = [0];
  readonly owners: number[] = [];
  readonly variants: Variant[] = [];
  readonly traits: number[] = [];
  readonly #next: number[] = [];
  readonly #heads: Int32Array = new Int32Array(CLASSES * CLASSES).fill(NONE);

  // Values: letters and digits in small letters. A row is a value, or the end of an account in IBAN form.
  values: Uint32Array = new Uint32Array(1024);
  #valuesLength = 0;
  readonly valueFrom: number[] = [];
  readonly valueTo: number[] = [];
  readonly valueOwners: number[] = [];
  readonly valueKinds: ValueKind[] = [];
  readonly valueTails: boolean[] = [];
  readonly #valueNext: number[] = [];
  readonly #valueHeads: Int32Array = new Int32Array(VALUE_HEADS).fill(NONE);

  readonly #stream: Stream;
  readonly #forms: Forms;

  constructor(unicode: Unicode) {
    this.#stream = new Stream(unicode);
    this.#forms = loadForms();
  }

  get isEmpty(): boolean {
    return this.owners.length === 0 && this.valueOwners.length === 0;
  }

  clear(): void {
    this.from.length = 1;
    this.owners.length = 0;
    this.variants.length = 0;
    this.traits.length = 0;
    this.#next.length = 0;
    this.#heads.fill(NONE);
    this.#valuesLength = 0;
    this.valueFrom.length = 0;
    this.valueTo.length = 0;
    this.valueOwners.length = 0;
    this.valueKinds.length = 0;
    this.valueTails.length = 0;
    this.#valueNext.length = 0;
    this.#valueHeads.fill(NONE);
  }

  /** First spelling that begins with two letters; −1 if there is none. */
  firstName(first: number, second: number): number {
    return this.#heads[classOf(first) * CLASSES + classOf(second)] as number;
  }

  nextName(spelling: number): number {
    return this.#next[spelling] as number;
  }

  /** First value whose letters and digits may begin as `codes` do from `at` on, of which there are four; −1 if there is none. */
  firstValue(codes: Uint32Array, at: number): number {
    return this.#valueHeads[headOf(codes, at)] as number;
  }

  nextValue(value: number): number {
    return this.#valueNext[value] as number;
  }

  /** Adds an account, a reference or an id; `owner` is given back with what is found. */
  addValue(kind: ValueKind, points: Uint32Array, count: number, owner: number): void {
    const stream = this.#stream;
    stream.read(points, count);
    const { length } = stream;
    let digits = 0;
    for (let i = 0; i < length; i++) if (((stream.flags[i] as number) & DIGIT) !== 0) digits++;
    // A value without a digit may be any word (NOTPROVIDED).
    if (length < VALUE_MIN || length > VALUE_MAX || digits === 0 || (digits === length && length < DIGITS_MIN)) return;
    const from = this.#valuesLength;
    this.values = reserve(this.values, from + length);
    for (let i = 0; i < length; i++) this.values[from + i] = stream.codes[i] as number;
    this.#valuesLength = from + length;
    this.#addRow(kind, from, from + length, owner, false);
    if (!isIban(this.values, from, length)) return;
    // The country and the check digits are no part of an account.
    for (let start = from + IBAN_HEAD; start <= from + length - TAIL_MIN; start++) this.#addRow(kind, start, from + length, owner, true);
  }

  #addRow(kind: ValueKind, from: number, to: number, owner: number, isTail: boolean): void {
    const head = headOf(this.values, from);
    for (let known = this.#valueHeads[head] as number; known !== NONE; known = this.#valueNext[known] as number) {
      if (equal(this.values, this.valueFrom[known] as number, this.valueTo[known] as number, from, to - from)) return;
    }
    this.#valueNext.push(this.#valueHeads[head] as number);
    this.#valueHeads[head] = this.valueOwners.length;
    this.valueFrom.push(from);
    this.valueTo.push(to);
    this.valueOwners.push(owner);
    this.valueKinds.push(kind);
    this.valueTails.push(isTail);
  }

  /** Adds the name of a party in all its spellings. */
  addName(points: Uint32Array, count: number, owner: number): void {
    const words = this.#words(points, count);
    if (words.length === 0) return;
    const hasAmpersand = this.#hasAmpersand();
    const texts = words.map(({ text }) => text);
    const legal = this.#legalWords(texts);
    if (legal > 0 || hasAmpersand || isOrganisation(texts, legalOf(texts, this.#forms), this.#forms)) {
      this.#addOrganisation(words, legal, owner);
    } else this.#addPerson(words, owner);
  }

  /** The words of a name without its legal form. */
  withoutLegal(words: readonly string[]): readonly string[] {
    const legal = this.#legalWords(words.map((word) => shorten(word.toLowerCase().replaceAll(/[^a-z0-9]/g, ""))));
    return words.slice(0, words.length - legal);
  }

  #hasAmpersand(): boolean {
    for (let i = 1; i < this.#stream.length; i++) if (((this.#stream.gaps[i] as number) & AMPERSAND) !== 0) return true;
    return false;
  }

  /** The words of a name in their order, without titles and what stands behind names. */
  #words(points: Uint32Array, count: number): Word[] {
    const stream = this.#stream;
    stream.read(points, count);
    const words: Word[] = [];
    let letters: number[] = [];
    let joints = new Set<number>();
    let part = 0;
    const end = (): void => {
      if (letters.length > 0) words.push({ letters, joints, text: shorten(String.fromCodePoint(...letters)), part });
      letters = [];
      joints = new Set();
    };
    for (let i = 0; i < stream.length; i++) {
      const gap = i === 0 ? 0 : (stream.gaps[i] as number);
      if (gap !== 0) {
        if ((gap & ~(HYPHEN | APOSTROPHE)) === 0) joints.add(letters.length);
        else end();
        if ((gap & COMMA) !== 0) part++;
      }
      letters.push(stream.codes[i] as number);
    }
    end();
    let rest = words;
    const { title, suffix } = this.#forms.roles;
    if (part === 1) {
      const behind = words.filter((word) => word.part === 1);
      const joined = joinedText(behind.map(({ text }) => text));
      if (behind.length > 0 && behind.length < words.length && !suffix.has(joined) && !this.#forms.legal.has(joined)) {
        rest = [...behind, ...words.filter((word) => word.part === 0)];
      }
    }
    for (;;) {
      const taken = longest(rest.length, TITLE_WORDS, (n) => title.has(joinedText(rest.slice(0, n).map(({ text }) => text))));
      if (taken === 0) break;
      rest = rest.slice(taken);
    }
    for (;;) {
      const taken = longest(rest.length, TITLE_WORDS, (n) => suffix.has(joinedText(rest.slice(-n).map(({ text }) => text))));
      if (taken === 0) break;
      rest = rest.slice(0, -taken);
    }
    return rest;
  }

  /** How many words at the end are legal form. */
  #legalWords(texts: readonly string[]): number {
    for (let count = Math.min(LEGAL_WORDS, texts.length - 1); count > 0; count--) {
      if (this.#isParticle(texts[texts.length - count - 1] as string)) continue;
      if (this.#forms.legal.has(joinedText(texts.slice(-count)))) return count;
    }
    return 0;
  }

  #isParticle(text: string): boolean {
    return this.#forms.roles.particle.has(text);
  }

  #addOrganisation(words: readonly Word[], legal: number, owner: number): void {
    const short = words.length - legal;
    for (let end = words.length; end >= short; end--) {
      this.#begin();
      for (let i = 0; i < end; i++) this.#word(words[i] as Word, i < short ? (i === 0 ? CORE : 0) : LEGAL | (i === short ? WITH_COMMA : 0));
      this.#end(owner, end === short && legal > 0 ? Variant.short : Variant.full, ORGANISATION | (end === 1 ? SINGLE : 0));
    }
  }

  #addPerson(words: readonly Word[], owner: number): void {
    const n = words.length;
    this.#begin();
    words.forEach((word, i) => {
      this.#word(word, i === 0 ? CORE : 0);
    });
    this.#end(owner, Variant.full, n === 1 ? SINGLE : 0);
    let first = 1;
    if (n > SPLIT_WORDS) {
      first = n - 2;
      while (first > 1 && this.#isParticle((words[first] as Word).text)) first--;
      while (first > 1 && this.#isParticle((words[first - 1] as Word).text)) first--;
    }
    for (let at = first; at < n; at++) this.#addSplit(words.slice(0, at), words.slice(at), owner);
  }

  #addSplit(given: readonly Word[], family: readonly Word[], owner: number): void {
    const core = family.findIndex(({ text }) => !this.#isParticle(text));
    if (core < 0) return;
    const isBehindParticle = this.#isParticle((given.at(-1) as Word).text);
    if (isBehindParticle && core > 0) return;
    const names = given.filter(({ text }) => !this.#isParticle(text));
    if (names.length === 0) return;
    const addFamily = (): void =>
      family.forEach((word, i) => {
        this.#word(word, i === core ? CORE : 0);
      });
    this.#begin();
    addFamily();
    this.#end(owner, Variant.family, family.length - core === 1 ? SINGLE : 0);
    if (!isBehindParticle) {
      this.#begin();
      addFamily();
      given.forEach((word, i) => {
        this.#word(word, i === 0 ? APART | WITH_COMMA : 0);
      });
      this.#end(owner, Variant.reversed, 0);
    }
    for (const initials of initialsOf(names)) {
      this.#begin();
      for (const letter of initials) this.#letter(letter, WORD | INITIAL);
      family.forEach((word, i) => {
        this.#word(word, (i === core ? CORE : 0) | (i === 0 ? APART : 0));
      });
      this.#end(owner, Variant.initialsFirst, 0);
      this.#begin();
      addFamily();
      initials.forEach((letter, i) => {
        this.#letter(letter, WORD | INITIAL | (i === 0 ? APART | WITH_COMMA : 0));
      });
      this.#end(owner, Variant.initialsLast, 0);
    }
  }

  #length = 0;
  #before = 0;
  #carried = 0;

  #begin(): void {
    this.#length = this.from.at(-1) as number;
    this.#before = 0;
    this.#carried = 0;
  }

  #word({ letters, joints }: Word, marks: number): void {
    letters.forEach((letter, i) => {
      const own = i === 0 ? marks | WORD : (marks & LEGAL) | (joints.has(i) ? WORD : 0);
      this.#letter(letter, own);
    });
  }

  /** The next letter of a spelling; one that is left out hands its marks on. */
  #letter(letter: number, marks: number): void {
    const isLeftOut = isDropped(this.#before, letter);
    this.#before = letter;
    if (isLeftOut) {
      this.#carried |= marks;
      return;
    }
    this.letters = reserve(this.letters, this.#length + 1);
    this.marks = reserveBytes(this.marks, this.#length + 1);
    this.letters[this.#length] = letter;
    this.marks[this.#length] = marks | this.#carried;
    this.#carried = 0;
    this.#length++;
  }

  #end(owner: number, variant: Variant, traits: number): void {
    const from = this.from.at(-1) as number;
    const count = this.#length - from;
    if (count < 2) return;
    const key = classOf(this.letters[from] as number) * CLASSES + classOf(this.letters[from + 1] as number);
    for (let known = this.#heads[key] as number; known !== NONE; known = this.#next[known] as number) {
      if (this.traits[known] === traits && this.variants[known] === variant) {
        if (equal(this.letters, this.from[known] as number, this.from[known + 1] as number, from, count)) return;
      }
    }
    this.#next.push(this.#heads[key] as number);
    this.#heads[key] = this.owners.length;
    this.from.push(this.#length);
    this.owners.push(owner);
    this.variants.push(variant);
    this.traits.push(traits);
  }
}

/** The initials of given names: all of them, those of the words alone, and the first. */
function initialsOf(names: readonly Word[]): number[][] {
  const all = names.flatMap(({ letters, joints }) => [letters[0] as number, ...[...joints].map((at) => letters[at] as number)]);
  const ofWords = names.map(({ letters }) => letters[0] as number);
  const lists = [all];
  if (ofWords.length < all.length) lists.push(ofWords);
  if (ofWords.length > 1) lists.push(ofWords.slice(0, 1));
  return lists;
}

const joinedText = (texts: readonly string[]): string => joinInitials(texts).join(" ");

function longest(words: number, most: number, is: (count: number) => boolean): number {
  for (let count = Math.min(words - 1, most); count > 0; count--) if (is(count)) return count;
  return 0;
}

function classOf(code: number): number {
  if (code >= 0x61 && code <= 0x7a) return code - 0x61;
  return code >= 0x30 && code <= 0x39 ? code - 0x30 + 26 : 36;
}

/** Of the first four letters and digits. */
function headOf(codes: Uint32Array, at: number): number {
  const hash =
    (codes[at] as number) + 31 * (codes[at + 1] as number) + 961 * (codes[at + 2] as number) + 29_791 * (codes[at + 3] as number);
  return hash % VALUE_HEADS;
}

function equal(codes: Uint32Array, from: number, to: number, at: number, count: number): boolean {
  if (to - from !== count) return false;
  for (let i = 0; i < count; i++) if (codes[from + i] !== codes[at + i]) return false;
  return true;
}

const iban = new Uint8Array(IBAN_MAX);

function isIban(values: Uint32Array, from: number, length: number): boolean {
  if (length < IBAN_MIN || length > IBAN_MAX) return false;
  for (let i = 0; i < length; i++) {
    const code = values[from + i] as number;
    if (code >= 0x80) return false;
    iban[i] = code >= 0x61 ? code - 0x20 : code;
  }
  const country = countryOf(iban[0] as number, iban[1] as number);
  return (
    (iban[0] as number) >= 0x41 &&
    (iban[1] as number) >= 0x41 &&
    country !== undefined &&
    structureValid(country, iban, 0, length) &&
    hasCheck97(ibanRemainder(iban, 0, length), iban, 2)
  );
}

function reserve(array: Uint32Array, size: number): Uint32Array {
  if (array.length >= size) return array;
  const grown = new Uint32Array(2 * size);
  grown.set(array);
  return grown;
}

function reserveBytes(array: Uint8Array, size: number): Uint8Array {
  if (array.length >= size) return array;
  const grown = new Uint8Array(2 * size);
  grown.set(array);
  return grown;
}
