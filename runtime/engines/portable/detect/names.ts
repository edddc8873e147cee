/** Whether a text spells a name of the dictionary at a letter (docs/internals/detect.md, "Names"). */
import { APART, CORE, type Dictionary, INITIAL, LEGAL, ORGANISATION, SINGLE, Variant, WITH_COMMA, WORD } from "./dictionary.ts";
import type { Evidence } from "./evidence.ts";
import { AMPERSAND, APOSTROPHE, CAPITAL, COMMA, CUT, DOT, DROPPED, HYPHEN, PAREN, SPACE, type Stream, WRAP } from "./stream.ts";
import { ARTICLE, COMMON, SALUTATION } from "./words.ts";

/** Code points in a gap between words of a name, and within a word. */
const GAP_MAX = 4;
const INSIDE_MAX = 1;
/** Letters of a name cut within a word, and behind one. */
const CUT_INSIDE = 16;
const CUT_BEHIND = 20;
/** Letters of a family name that may stand alone. */
const ALONE_MIN = 3;
const NONE = -1;

export class Names {
  /** What was found last: the spelling, its variant, and the element behind it. */
  spelling = NONE;
  variant: Variant = Variant.full;
  end = 0;
  readonly #stream: Stream;
  readonly #evidence: Evidence;
  #reached = 0;

  constructor(stream: Stream, evidence: Evidence) {
    this.#stream = stream;
    this.#evidence = evidence;
  }

  /** The longest spelling at an element that begins a word; false if there is none. */
  findAt(at: number, dictionary: Dictionary): boolean {
    const stream = this.#stream;
    let second = at + 1;
    while (second < stream.length && ((stream.flags[second] as number) & DROPPED) !== 0) second++;
    if (second >= stream.length) return false;
    this.spelling = NONE;
    this.end = at;
    let spelling = dictionary.firstName(stream.codes[at] as number, stream.codes[second] as number);
    for (; spelling !== NONE; spelling = dictionary.nextName(spelling)) {
      const matched = this.#match(at, dictionary, spelling);
      const end = this.#reached;
      if (end === 0 || end < this.end) continue;
      const variant = matched ? (dictionary.variants[spelling] as Variant) : Variant.cut;
      if (end === this.end && this.spelling !== NONE && (variant === Variant.cut || !this.#isBetter(dictionary, spelling, variant)))
        continue;
      if (!this.#isEvident(at, end, dictionary, spelling, variant)) continue;
      this.spelling = spelling;
      this.variant = variant;
      this.end = end;
    }
    return this.spelling !== NONE;
  }

  /** Of two spellings that end at the same place, the whole name comes first, then the name that was added first. */
  #isBetter(dictionary: Dictionary, spelling: number, variant: Variant): boolean {
    if (variant !== this.variant) return variant < this.variant;
    return (dictionary.owners[spelling] as number) < (dictionary.owners[this.spelling] as number);
  }

  /**
   * Whether the letters of a spelling stand at `at`, and a word ends behind them; `#reached` is where. If they do not, but what stands
   * there is the name cut at its end, `#reached` is that place; else 0.
   */
  #match(at: number, dictionary: Dictionary, spelling: number): boolean {
    const { codes, gaps, counts, flags, length } = this.#stream;
    const { letters, marks } = dictionary;
    const from = dictionary.from[spelling] as number;
    const to = dictionary.from[spelling + 1] as number;
    const isOrganisation = ((dictionary.traits[spelling] as number) & ORGANISATION) !== 0;
    this.#reached = 0;
    if (((marks[from] as number) & INITIAL) !== 0 && ((flags[at] as number) & CAPITAL) === 0) return false;
    let t = at + 1;
    let words = 1;
    for (let p = from + 1; p < to; p++) {
      let gap = 0;
      let count = 0;
      const before = t;
      while (t < length && ((flags[t] as number) & DROPPED) !== 0) {
        gap |= gaps[t] as number;
        count += counts[t] as number;
        t++;
      }
      const own = marks[p] as number;
      if (t < length) {
        gap |= gaps[t] as number;
        count += counts[t] as number;
      }
      if (t >= length || codes[t] !== letters[p] || !gapAllowed(gap & ~CUT, count, own, isOrganisation)) {
        return this.#cut(before, p - from, own, words, dictionary.variants[spelling] as Variant);
      }
      if ((own & INITIAL) !== 0 && ((flags[t] as number) & CAPITAL) === 0) return false;
      if ((own & WORD) !== 0) words++;
      t++;
    }
    while (t < length && gaps[t] === 0 && ((flags[t] as number) & DROPPED) !== 0) t++;
    if (!this.#stream.isEdge(t)) return this.#cut(t, 0, 0, 0, Variant.family);
    this.#reached = t;
    return true;
  }

  #cut(end: number, letters: number, marks: number, words: number, variant: Variant): false {
    if (variant !== Variant.full && variant !== Variant.short) return false;
    let at = end;
    const { flags, gaps, length } = this.#stream;
    while (at < length && gaps[at] === 0 && ((flags[at] as number) & DROPPED) !== 0) at++;
    if (!this.#stream.isEdge(at) || (marks & LEGAL) !== 0) return false;
    if ((marks & WORD) === 0 ? letters >= CUT_INSIDE : letters >= CUT_BEHIND && words > 1) this.#reached = at;
    return false;
  }

  /** Whether what stands there is the name and no other word. */
  #isEvident(at: number, end: number, dictionary: Dictionary, spelling: number, variant: Variant): boolean {
    const stream = this.#stream;
    if (variant === Variant.initialsFirst) {
      // A vowel alone is a word in most languages.
      return isNoWord(stream.codes[at] as number) || this.#gapBehind(at);
    }
    // `Weber, C.F.` may be a name and an abbreviation.
    if (variant === Variant.initialsLast && this.#isAbbreviation(end)) return false;
    if (variant !== Variant.family && ((dictionary.traits[spelling] as number) & SINGLE) === 0) return true;
    const before = this.#evidence.wordBefore(at);
    if ((before & SALUTATION) !== 0) return true;
    const core = this.#core(at, dictionary, spelling);
    if (!stream.isCapital(core)) return false;
    if (((dictionary.traits[spelling] as number) & SINGLE) === 0) return true;
    if (end - core < ALONE_MIN || (before & ARTICLE) !== 0) return false;
    return (this.#evidence.bitsOf(core, end) & COMMON) === 0;
  }

  /** Whether one more letter with full stops follows the one in front of an element. */
  #isAbbreviation(end: number): boolean {
    const stream = this.#stream;
    return end < stream.length && stream.gaps[end] === DOT && stream.isLetter(end) && stream.isEdge(end + 1);
  }

  /** Whether a full stop stands behind an initial. */
  #gapBehind(at: number): boolean {
    return ((this.#stream.gaps[at + 1] as number) & DOT) !== 0;
  }

  /** The element at which the first word that is no particle begins. */
  #core(at: number, dictionary: Dictionary, spelling: number): number {
    const from = dictionary.from[spelling] as number;
    let t = at;
    for (let p = from; ((dictionary.marks[p] as number) & CORE) === 0 && p < (dictionary.from[spelling + 1] as number) - 1; p++) {
      t++;
      while (t < this.#stream.length && ((this.#stream.flags[t] as number) & DROPPED) !== 0) t++;
    }
    return t;
  }
}

function gapAllowed(gap: number, count: number, marks: number, isOrganisation: boolean): boolean {
  if (gap === 0) return (marks & APART) === 0;
  if (gap === WRAP) return true;
  if ((marks & WORD) !== 0) {
    let allowed = WRAP | SPACE | HYPHEN | DOT | APOSTROPHE;
    if (isOrganisation) allowed |= AMPERSAND | PAREN;
    if ((marks & WITH_COMMA) !== 0) allowed |= COMMA;
    return (gap & ~allowed) === 0 && count <= GAP_MAX;
  }
  const allowed = (marks & LEGAL) !== 0 ? WRAP | APOSTROPHE | DOT : WRAP | APOSTROPHE;
  return (gap & ~allowed) === 0 && count <= INSIDE_MAX;
}

function isNoWord(code: number): boolean {
  return code !== 0x61 && code !== 0x65 && code !== 0x69 && code !== 0x6f && code !== 0x75 && code !== 0x79;
}
