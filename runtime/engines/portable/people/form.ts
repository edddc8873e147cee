/** The form of a name in which its spellings are one (docs/internals/people.md, "Name form"). */
import type { Unicode } from "../text/unicode.ts";
import type { Forms } from "./lists.ts";
import { isOrganisation, legalOf } from "./organisation.ts";
import { joinInitials, shorten } from "./words.ts";

/** Words of the longest title. */
const TITLE_WORDS = 4;

/** Letters that have no decomposition. */
const LETTERS: ReadonlyMap<number, string> = new Map([
  [0xe6, "ae"],
  [0x153, "oe"],
  [0xf8, "o"],
  [0x111, "d"],
  [0xf0, "d"],
  [0x127, "h"],
  [0x131, "i"],
  [0x142, "l"],
  [0x167, "t"],
  [0xfe, "th"],
]);

const AND = 0x26;
const PLUS = 0x2b;
const COMMA = 0x2c;

/** Apostrophes, and what is not seen. */
function isNothing(code: number): boolean {
  if (code === 0x27 || code === 0x60) return true;
  if (code < 0x80) return false;
  return (
    code === 0xad ||
    code === 0x2bc ||
    (code >= 0x200b && code <= 0x200f) ||
    code === 0x2018 ||
    code === 0x2019 ||
    code === 0x201b ||
    code === 0x2060 ||
    code === 0xfeff
  );
}

function isSeparator(code: number): boolean {
  if (code < 0x80) return !((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a));
  return (
    code === 0x1680 ||
    (code >= 0x2000 && code <= 0x200a) ||
    (code >= 0x2010 && code <= 0x2015) ||
    code === 0x202f ||
    code === 0x205f ||
    code === 0x2212 ||
    code === 0x3000
  );
}

/** The name form of code points that are decomposed and folded; undefined where they have no word. */
export function nameForm(codes: Iterable<number>, unicode: Unicode, forms: Forms): string | undefined {
  const parts = partsOf(codes, unicode).map((part) => part.map(shorten));
  const [, behind] = parts;
  if (parts.length === 2 && behind !== undefined && behind.length > 0 && !isForm(behind, forms)) parts.reverse();
  let words = parts.flatMap(joinInitials);
  for (;;) {
    const count = longest(words.length, (n) => forms.roles.title.has(words.slice(0, n).join(" ")));
    if (count === 0) break;
    words = words.slice(count);
  }
  for (;;) {
    const count = longest(words.length, (n) => forms.roles.suffix.has(words.slice(-n).join(" ")));
    if (count === 0) break;
    words = words.slice(0, -count);
  }
  return words.length === 0 ? undefined : words.join(" ");
}

/** The first letter and the last word of a person's name form; any other is as it was. */
export function initialsOf(name: string, forms: Forms): string {
  const words = name.split(" ");
  if (words.length === 1 || isOrganisation(words, legalOf(words, forms), forms)) return name;
  return `${String.fromCodePoint(name.codePointAt(0) as number)} ${words.at(-1)}`;
}

/** The words of code points that are decomposed and folded, as they are. */
export function plainWords(codes: Iterable<number>, unicode: Unicode): string[] {
  return partsOf(codes, unicode).flat();
}

/** The word form of plain words; undefined where there are none. */
export function wordForm(words: readonly string[]): string | undefined {
  return words.length === 0 ? undefined : joinInitials(words.map(shorten)).join(" ");
}

/** The words on each side of the commas. */
function partsOf(codes: Iterable<number>, unicode: Unicode): string[][] {
  let part: string[] = [];
  const parts = [part];
  let word = "";
  const end = (): void => {
    if (word !== "") part.push(word);
    word = "";
  };
  for (const code of codes) {
    if (isNothing(code)) continue;
    if (code === AND || code === PLUS) {
      end();
      part.push("&");
    } else if (code === COMMA) {
      end();
      part = [];
      parts.push(part);
    } else if (isSeparator(code)) end();
    else if (code < 0x80) word += String.fromCharCode(code);
    else if (unicode.combiningClass(code) === 0) word += LETTERS.get(code) ?? String.fromCodePoint(code);
  }
  end();
  return parts;
}

/** The most words that a title can have beside a name and that are one; 0 if there are none. */
function longest(words: number, is: (count: number) => boolean): number {
  for (let count = words - 1 < TITLE_WORDS ? words - 1 : TITLE_WORDS; count > 0; count--) if (is(count)) return count;
  return 0;
}

/** Whether the words behind a comma are a legal form or such as stand behind names anyway. */
function isForm(words: readonly string[], forms: Forms): boolean {
  const joined = joinInitials(words).join(" ");
  return forms.roles.suffix.has(joined) || forms.legal.has(joined);
}
