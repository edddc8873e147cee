/** A text as the detector reads it: its letters and digits side by side, and what stands between them (docs/internals/detect.md). */
import { loadForms } from "../people/lists.ts";
import { writeReading } from "../text/reading.ts";
import type { Unicode } from "../text/unicode.ts";
import { isDropped } from "./words.ts";

// What stands in the gap in front of a letter or digit.
export const WRAP = 1;
export const SPACE = 2;
export const HYPHEN = 4;
export const DOT = 8;
export const SLASH = 16;
export const COMMA = 32;
export const APOSTROPHE = 64;
export const AMPERSAND = 128;
export const PAREN = 256;
export const OTHER = 512;
/** An empty line. */
export const BLANK = 1024;
/** The wrap may stand inside a word. */
export const CUT = 2048;
/** A subfield begins. */
export const FIELD = 4096;

export const CAPITAL = 1;
/** Counts for nothing in a name: the second letter of an umlaut. */
export const DROPPED = 2;
/** First letter of a SEPA code in front of its plus sign. */
export const CODE = 4;
export const DIGIT = 8;
export const LETTER = 16;

const LF = 0x0a;
const CR = 0x0d;
const SLASH_CODE = 0x2f;
const QUESTION = 0x3f;
const SPACE_CODE = 0x20;
/** Lengths of lines at which messages cut, words or not. */
const LINE_LENGTHS: readonly number[] = [35, 65];

/** The gap that a code point makes, or 0 for a letter, a digit, or what counts as nothing. */
const GAP_OF_ASCII: Uint16Array = new Uint16Array(128).map((_, code) => {
  if ((code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)) return 0;
  if (code === 0x20 || code === 0x09) return SPACE;
  if (code === 0x2d || code === 0x5f) return HYPHEN;
  if (code === 0x2e) return DOT;
  if (code === SLASH_CODE) return SLASH;
  if (code === 0x2c) return COMMA;
  if (code === 0x27 || code === 0x60) return APOSTROPHE;
  if (code === 0x26 || code === 0x2b) return AMPERSAND;
  if (code === 0x28 || code === 0x29) return PAREN;
  return OTHER;
});

/** Letters that have no decomposition. */
const LETTERS: ReadonlyMap<number, readonly number[]> = new Map([
  [0xe6, [0x61, 0x65]],
  [0x153, [0x6f, 0x65]],
  [0xf8, [0x6f]],
  [0x111, [0x64]],
  [0xf0, [0x64]],
  [0x127, [0x68]],
  [0x131, [0x69]],
  [0x142, [0x6c]],
  [0x167, [0x74]],
  [0xfe, [0x74, 0x68]],
]);

interface Folded {
  readonly gap: number;
  readonly letters: readonly number[];
  readonly flags: number;
}

const folded = new Map<number, Folded>();
const one = new Uint32Array(1);
const read = new Uint32Array(1);

/** Reused for every text. */
export class Stream {
  /** Letters as small ASCII letters, marks off; digits; other letters as they fold. */
  codes: Uint32Array = new Uint32Array(512);
  /** Code points of the text that an element stands for, marks behind it included. */
  starts: Uint32Array = new Uint32Array(512);
  ends: Uint32Array = new Uint32Array(512);
  /** What stands in front of an element. */
  gaps: Uint16Array = new Uint16Array(513);
  /** How many code points of the gap are no wrap; at most 255. */
  counts: Uint8Array = new Uint8Array(513);
  flags: Uint8Array = new Uint8Array(512);
  length = 0;
  points: Uint32Array = new Uint32Array(0);
  /** The at signs: the code points from and to which each stands, one pair behind the other. */
  readonly ats: number[] = [];
  /** Whether a small letter occurs. */
  hasSmall = false;
  /** Whether all lines but the last are cut at the same length. */
  allCut = false;
  readonly #unicode: Unicode;
  readonly #codes: ReadonlySet<string>;

  constructor(unicode: Unicode) {
    this.#unicode = unicode;
    this.#codes = loadForms().sepa;
  }

  /** Reads `points[0, count)`. */
  read(points: Uint32Array, count: number): void {
    this.points = points;
    this.length = 0;
    this.ats.length = 0;
    this.hasSmall = false;
    this.allCut = true;
    let gap = 0;
    let gapCount = 0;
    /** Line breaks in the gap. */
    let lines = 0;
    let lineStart = 0;
    let hasFields = -1;
    for (let i = 0; i < count; i++) {
      const code = points[i] as number;
      if (code < 0x80) {
        const own = GAP_OF_ASCII[code] as number;
        if (own === 0) {
          if (code <= 0x39) this.#push(code, DIGIT, i, gap, gapCount);
          else if (code <= 0x5a) this.#push(code + 0x20, LETTER | CAPITAL, i, gap, gapCount);
          else this.#push(code, LETTER, i, gap, gapCount);
          gap = 0;
          gapCount = 0;
          lines = 0;
          continue;
        }
        if (code === LF || code === CR) {
          const length = i - lineStart;
          if (code === CR && points[i + 1] === LF && i + 1 < count) i++;
          gap |= lines++ === 0 ? WRAP : WRAP | BLANK;
          lineStart = i + 1;
          if (points[i + 1] === SLASH_CODE && points[i + 2] === SLASH_CODE && i + 2 < count) i += 2;
          if (LINE_LENGTHS.includes(length)) gap |= CUT;
          else if (lineStart < count && points[lineStart] !== SLASH_CODE) this.allCut = false;
          continue;
        }
        if (code === QUESTION && fieldAt(points, i, count)) {
          if (hasFields < 0) hasFields = hasTwoFields(points, i, count) ? 1 : 0;
          if (hasFields === 1) {
            if (continues(fieldNumber)) gap |= WRAP | CUT;
            else {
              gap |= OTHER | FIELD;
              if (gapCount < 255) gapCount++;
            }
            if (fieldBreak >= 0) lineStart = fieldBreak;
            i = fieldEnd - 1;
            continue;
          }
        }
        if (code === 0x40) this.ats.push(i, i + 1);
        else if (code === 0x29 && this.#isAt(i, gap)) this.ats.push(i - 3, i + 1);
        else if (code === 0x2b && (gap & ~(WRAP | CUT)) === 0) this.#markCode();
        gap |= own;
        if (gapCount < 255) gapCount++;
        continue;
      }
      const own = this.#fold(code);
      if (own.gap !== 0) {
        gap |= own.gap;
        if (gapCount < 255) gapCount++;
      } else if (own.letters.length === 0) {
        // A mark belongs to the letter that it stands on.
        if (gap === 0 && this.length > 0) this.ends[this.length - 1] = i + 1;
      } else {
        for (const letter of own.letters) {
          this.#push(letter, own.flags, i, gap, gapCount);
          gap = 0;
          gapCount = 0;
          lines = 0;
        }
      }
    }
    this.gaps[this.length] = gap === 0 ? OTHER : gap;
    this.counts[this.length] = gapCount;
  }

  /** Whether a word, a number or what is cut begins at an element; also at the end of the text. */
  isEdge(at: number): boolean {
    return at === 0 || at >= this.length || this.gaps[at] !== 0 || ((this.flags[at] as number) & CODE) !== 0;
  }

  /** The sign right in front of an element, or in front of the wrap there; 0 if there is none. */
  signBefore(at: number): number {
    const floor = at === 0 ? 0 : (this.ends[at - 1] as number);
    let i = this.starts[at] as number;
    while (i > floor) {
      const code = this.points[i - 1] as number;
      if (code === SLASH_CODE && i - 2 >= floor && this.points[i - 2] === SLASH_CODE && this.points[i - 3] === LF) i -= 2;
      else if (code !== LF && code !== CR) return code;
      else i--;
    }
    return 0;
  }

  isLetter(at: number): boolean {
    return ((this.flags[at] as number) & LETTER) !== 0;
  }

  isDigit(at: number): boolean {
    return ((this.flags[at] as number) & DIGIT) !== 0;
  }

  isCapital(at: number): boolean {
    return ((this.flags[at] as number) & CAPITAL) !== 0;
  }

  #push(code: number, flags: number, at: number, gap: number, gapCount: number): void {
    const n = this.length;
    if (n === this.codes.length) this.#grow();
    if (flags === LETTER) this.hasSmall = true;
    this.codes[n] = code;
    this.starts[n] = at;
    this.ends[n] = at + 1;
    this.gaps[n] = gap;
    this.counts[n] = gapCount;
    this.flags[n] = n > 0 && isDropped(this.codes[n - 1] as number, code) ? flags | DROPPED : flags;
    this.length = n + 1;
  }

  #grow(): void {
    const size = 2 * this.codes.length;
    const grown = <T extends Uint32Array | Uint16Array | Uint8Array>(from: T, to: T): T => {
      to.set(from);
      return to;
    };
    this.codes = grown(this.codes, new Uint32Array(size));
    this.starts = grown(this.starts, new Uint32Array(size));
    this.ends = grown(this.ends, new Uint32Array(size));
    this.gaps = grown(this.gaps, new Uint16Array(size + 1));
    this.counts = grown(this.counts, new Uint8Array(size + 1));
    this.flags = grown(this.flags, new Uint8Array(size));
  }

  /** Whether the closing bracket at `at` ends `(at)`; `gap` is what stands between the last letter and it. */
  #isAt(at: number, gap: number): boolean {
    const n = this.length;
    if (gap !== 0 || n < 2 || this.codes[n - 1] !== 0x74 || this.codes[n - 2] !== 0x61) return false;
    return this.gaps[n - 1] === 0 && this.ends[n - 1] === at && this.starts[n - 2] === at - 2 && this.points[at - 3] === 0x28;
  }

  /** The plus sign behind the last element may end a SEPA code, which begins a new part of the text even within a word. */
  #markCode(): void {
    for (let count = 4; count >= 3; count--) {
      const from = this.length - count;
      if (from < 0) continue;
      let word = "";
      for (let i = from; i < this.length; i++) {
        if (!this.isCapital(i) || (i > from && ((this.gaps[i] as number) & ~(WRAP | CUT)) !== 0)) break;
        word += String.fromCharCode((this.codes[i] as number) - 0x20);
      }
      if (!this.#codes.has(word)) continue;
      (this.flags[from] as number) |= CODE;
      return;
    }
  }

  #fold(code: number): Folded {
    let known = folded.get(code);
    if (known === undefined) {
      known = foldOf(code, this.#unicode);
      folded.set(code, known);
    }
    return known;
  }
}

/** The subfield that `fieldAt` found last: its number, the place behind it, and where a line begins inside of it, or −1. */
let fieldNumber = 0;
let fieldEnd = 0;
let fieldBreak = -1;

/** Whether a question mark and the number of a subfield stand at `at`; a line break may stand inside. */
function fieldAt(points: Uint32Array, at: number, count: number): boolean {
  let i = at + 1;
  let number = 0;
  let lineBreak = -1;
  for (let digits = 0; digits < 2; digits++) {
    if (lineBreak < 0 && points[i] === CR && points[i + 1] === LF && i + 1 < count) i++;
    if (lineBreak < 0 && points[i] === LF && i < count) lineBreak = ++i;
    const digit = i < count ? (points[i] as number) - 0x30 : -1;
    if (digit < 0 || digit > 9) return false;
    number = 10 * number + digit;
    i++;
  }
  if (number !== 0 && number !== 10 && !(number >= 20 && number <= 34) && !(number >= 60 && number <= 63)) return false;
  fieldNumber = number;
  fieldEnd = i;
  fieldBreak = lineBreak;
  return true;
}

/** Whether a text with the subfield that was found at `at` is made of them: three characters stand in front of it, it stands within a word, or there is another. */
function hasTwoFields(points: Uint32Array, at: number, count: number): boolean {
  const [number, end, lineBreak] = [fieldNumber, fieldEnd, fieldBreak];
  if (at === 3 || (at > 0 && end < count && points[at - 1] !== SPACE_CODE && points[end] !== SPACE_CODE)) return true;
  let found = false;
  for (let i = end; i < count && !found; i++) found = points[i] === QUESTION && fieldAt(points, i, count);
  fieldNumber = number;
  fieldEnd = end;
  fieldBreak = lineBreak;
  return found;
}

/** Whether a subfield goes on with the text of the one in front of it. */
function continues(number: number): boolean {
  return (number >= 21 && number <= 29) || number === 33 || (number >= 60 && number <= 63);
}

function foldOf(code: number, unicode: Unicode): Folded {
  const nothing: Folded = { gap: 0, letters: [], flags: 0 };
  if (code === 0x2bc || code === 0x2018 || code === 0x2019 || code === 0x201b) return { ...nothing, gap: APOSTROPHE };
  if (code === 0xad || (code >= 0x200b && code <= 0x200f) || code === 0x2060 || code === 0xfeff) return nothing;
  if (code >= 0xfe00 && code <= 0xfe0f) return nothing;
  if (unicode.combiningClass(code) !== 0) return nothing;
  one[0] = code;
  if (writeReading(one, 0, 1, read) === 1) {
    const ascii = read[0] as number;
    if (GAP_OF_ASCII[ascii] !== 0) return { ...nothing, gap: GAP_OF_ASCII[ascii] as number };
    if (ascii <= 0x39) return { gap: 0, letters: [ascii], flags: DIGIT };
    return ascii <= 0x5a ? { gap: 0, letters: [ascii + 0x20], flags: LETTER | CAPITAL } : { gap: 0, letters: [ascii], flags: LETTER };
  }
  if (isSign(code)) return { ...nothing, gap: OTHER };
  const letters: number[] = [];
  for (const part of unicode.nfd(unicode.fold(unicode.nfd([code])))) {
    if (unicode.combiningClass(part) === 0) letters.push(...(LETTERS.get(part) ?? [part]));
  }
  return { gap: 0, letters, flags: unicode.isCapital(code) ? LETTER | CAPITAL : LETTER };
}

/** Punctuation, symbols, and what is of no script. */
function isSign(code: number): boolean {
  if (code < 0xc0) return code !== 0xaa && code !== 0xb5 && code !== 0xba;
  return (
    code === 0xd7 ||
    code === 0xf7 ||
    (code >= 0x2000 && code <= 0x2bff) ||
    (code >= 0x2e00 && code <= 0x2e7f) ||
    (code >= 0x3000 && code <= 0x3030) ||
    (code >= 0xe000 && code <= 0xf8ff) ||
    (code >= 0xfe00 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xffff) ||
    (code >= 0x1f000 && code <= 0x1faff) ||
    code >= 0xe0000
  );
}
