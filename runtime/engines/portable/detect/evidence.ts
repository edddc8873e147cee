/** Words near a place that tell what stands there (docs/internals/detect.md, "Evidence"). */
import { BLANK, CUT, DOT, DROPPED, HYPHEN, type Stream, WRAP } from "./stream.ts";
import { loadWords, WORD_MAX, type Words } from "./words.ts";

export class Evidence {
  readonly #stream: Stream;
  readonly #words: Words = loadWords();

  constructor(stream: Stream) {
    this.#stream = stream;
  }

  isCountry(first: number, second: number): boolean {
    return this.#words.countries[(first - 0x61) * 26 + second - 0x61] === 1;
  }

  /** The bits of the word of elements [from, to). */
  bitsOf(from: number, to: number): number {
    if (to - from > WORD_MAX) return 0;
    let word = "";
    for (let i = from; i < to; i++) {
      if (i > from && ((this.#stream.flags[i] as number) & DROPPED) !== 0) continue;
      word += String.fromCodePoint(this.#stream.codes[i] as number);
    }
    return this.#words.bits.get(word) ?? 0;
  }

  /** The bits of the word in front of an element: as it stands, or joined over a wrap. */
  wordBefore(at: number): number {
    return at === 0 || ((this.#stream.gaps[at] as number) & BLANK) !== 0 ? 0 : this.#wordEndingAt(at);
  }

  /** The bits of the words in front of an element, at most `most` of them, back to a number or an empty line. */
  wordsBefore(at: number, most: number): number {
    const stream = this.#stream;
    let bits = 0;
    let end = at;
    for (let i = 0; i < most && end > 0; i++) {
      if (((stream.gaps[end] as number) & BLANK) !== 0 || !stream.isLetter(end - 1)) break;
      bits |= this.#wordEndingAt(end);
      end = this.#startOf(end);
      while (end > 0 && ((stream.gaps[end] as number) & ~CUT) === WRAP && stream.isLetter(end - 1)) end = this.#startOf(end);
    }
    return bits;
  }

  #wordEndingAt(end: number): number {
    const stream = this.#stream;
    let bits = 0;
    let from = end;
    do {
      from = this.#startOf(from);
      bits |= this.bitsOf(from, end);
    } while (from > 0 && this.#isJoined(from) && end - from <= WORD_MAX && stream.isLetter(from - 1));
    return bits;
  }

  /** Whether a word may go on behind a gap: over a wrap, a hyphen or a full stop. */
  #isJoined(at: number): boolean {
    return ((this.#stream.gaps[at] as number) & ~(WRAP | CUT | HYPHEN | DOT)) === 0 && (this.#stream.counts[at] as number) <= 1;
  }

  /** Where the letters that end at an element begin, within a line. */
  #startOf(end: number): number {
    const stream = this.#stream;
    let from = end;
    while (from > 0 && stream.isLetter(from - 1) && (from === end || !stream.isEdge(from))) from--;
    return from;
  }
}
