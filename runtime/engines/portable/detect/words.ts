/** The words that tell what stands behind them (schemas/detect/words.txt), read when a plan first looks for entities. */
import { assetText } from "../../../kit/assets.ts";

/** What a word is evidence of, one bit each. */
export const PHONE_WORD = 1;
export const NUMBER_WORD = 2;
export const BIC_WORD = 4;
export const ID_WORD = 8;
export const SALUTATION = 16;
export const ARTICLE = 32;
/** A family name that is a word of a language. */
export const COMMON = 64;
/** A word of the form of a BIC. */
export const BIC_ALIKE = 128;

const BIT_OF_LIST: Readonly<Record<string, number>> = {
  phone: PHONE_WORD,
  number: NUMBER_WORD,
  bic: BIC_WORD,
  id: ID_WORD,
  salutation: SALUTATION,
  article: ARTICLE,
  common: COMMON,
  "bic-word": BIC_ALIKE,
};
/** Letters of the longest word that is looked up. */
export const WORD_MAX = 24;

export interface Words {
  /** The words in letter form (docs/internals/detect.md), each with its bits. */
  readonly bits: ReadonlyMap<string, number>;
  /** Countries, by 26 times the first of their two letters and the second. */
  readonly countries: Uint8Array;
}

let words: Words | undefined;

export function loadWords(): Words {
  words ??= parse(assetText("schemas/detect/words.txt"));
  return words;
}

function parse(file: string): Words {
  const bits = new Map<string, number>();
  const countries = new Uint8Array(26 * 26);
  let list = "";
  for (const line of file.slice(0, -1).split("\n").slice(1)) {
    if (line.startsWith("@")) list = line.slice(1, line.indexOf(" "));
    else if (list === "country") countries[(line.charCodeAt(0) - 0x61) * 26 + line.charCodeAt(1) - 0x61] = 1;
    else {
      const form = letterForm(line);
      bits.set(form, (bits.get(form) ?? 0) | (BIT_OF_LIST[list] ?? 0));
    }
  }
  return { bits, countries };
}

/** The letter form of small ASCII letters: `e` behind a, o, u and `a` behind a are left out. */
export function letterForm(word: string): string {
  let form = "";
  for (let i = 0; i < word.length; i++) {
    if (i > 0 && isDropped(word.charCodeAt(i - 1), word.charCodeAt(i))) continue;
    form += word[i];
  }
  return form;
}

/** Whether a small letter counts for nothing behind another: umlauts and å are written with a second letter. */
export function isDropped(before: number, code: number): boolean {
  if (code === 0x65) return before === 0x61 || before === 0x6f || before === 0x75;
  return code === 0x61 && before === 0x61;
}
