/** Names by the project's lists of given and family names (schemas/people), looked up in place: no text is made of a value. */
import { loadForms, loadLists } from "../engines/portable/people/lists.ts";

/** A word of a value as the lists are asked for it. */
export interface Word {
  /** Locales of which it is a given name, a family name, one bit each. */
  given: number;
  family: number;
  isLegal: boolean;
}

const SLOTS = 1 << 16;
const STRIDE = 4;
const GIVEN = 1;
const FAMILY = 2;
const LEGAL = 3;
const SEED = 0x811c9dc5;
const E = 0x65;

let table: NameTable | undefined;

/** The table, once for the process. */
export function loadNames(): NameTable {
  table ??= new NameTable();
  return table;
}

export class NameTable {
  /** Rows of a key, given, family, legal form: side by side, so that a look-up waits for memory once. */
  readonly #rows: Int32Array = new Int32Array(SLOTS * STRIDE);
  #one = 0;
  #two = 0;

  constructor() {
    const bytes = new Uint8Array(256);
    const encoder = new TextEncoder();
    for (const [word, { female, male, family }] of loadLists().marks) {
      const { written } = encoder.encodeInto(word, bytes);
      this.#hash(bytes, 0, written);
      const row = this.#row();
      this.#rows[row] = this.#two;
      (this.#rows[row + GIVEN] as number) |= female | male;
      (this.#rows[row + FAMILY] as number) |= family;
    }
    for (const word of loadForms().legal.keys()) {
      if (word.includes(" ")) continue;
      const { written } = encoder.encodeInto(word, bytes);
      this.#hash(bytes, 0, written);
      const row = this.#row();
      this.#rows[row] = this.#two;
      this.#rows[row + LEGAL] = 1;
    }
  }

  /** What the lists say of the letters `bytes[start, end)` (UTF-8, or Latin-1 where they are no UTF-8). */
  look(bytes: Uint8Array, start: number, end: number, word: Word): void {
    this.#hash(bytes, start, end);
    const row = this.#row();
    word.given = this.#rows[row + GIVEN] as number;
    word.family = this.#rows[row + FAMILY] as number;
    word.isLegal = this.#rows[row + LEGAL] === 1;
  }

  /** The row of the word hashed last, or an empty one. A word whose key is 0 would not be found; none of the lists has it. */
  #row(): number {
    let slot = this.#one & (SLOTS - 1);
    while (this.#rows[slot * STRIDE] !== 0 && this.#rows[slot * STRIDE] !== this.#two) slot = (slot + 1) & (SLOTS - 1);
    return slot * STRIDE;
  }

  /** Two hashes of the word's form: small letters without marks, and no `e` behind a, o, u. */
  #hash(bytes: Uint8Array, start: number, end: number): void {
    let one = SEED;
    let two = 7;
    let before = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      let code = byte;
      let second = 0;
      if (byte >= 0x41 && byte <= 0x5a) code = byte + 0x20;
      else if (byte >= 0x80) {
        const next = bytes[i + 1] as number;
        let point = byte;
        if (byte >= 0xc3 && byte <= 0xc5 && i + 1 < end && next >= 0x80 && next < 0xc0) {
          point = ((byte & 0x1f) << 6) | (next & 0x3f);
          i++;
        }
        const folded = point < 0x180 ? (FOLDED[point] as number) : 0;
        code = folded & 0xff;
        second = folded >> 8;
      }
      if (code === E && (before === 0x61 || before === 0x6f || before === 0x75)) {
        before = 0;
        continue;
      }
      before = code;
      one = Math.imul(one ^ code, 0x01000193);
      two = (Math.imul(two, 31) + code) | 0;
      if (second !== 0) {
        one = Math.imul(one ^ second, 0x01000193);
        two = (Math.imul(two, 31) + second) | 0;
      }
    }
    this.#one = one ^ (one >>> 15);
    this.#two = two;
  }
}

const PAIRS: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  đ: "d",
  ð: "d",
  ħ: "h",
  ı: "i",
  ł: "l",
  ŧ: "t",
  þ: "th",
  æ: "a",
  œ: "o",
};

/** Letters up to U+017F as one small ASCII letter, or two: the second in the higher byte. 0: no letter. */
const FOLDED: Uint16Array = new Uint16Array(0x180).map((_, point) => {
  const small = String.fromCharCode(point).toLowerCase();
  const plain = PAIRS[small] ?? small.normalize("NFD").replaceAll(/[^a-z]/g, "");
  return (plain.charCodeAt(0) || 0) | ((plain.charCodeAt(1) || 0) << 8);
});
