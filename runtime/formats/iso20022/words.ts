/**
 * Names and declarations of a document as interned words.
 *
 * Every document repeats the same few prefixes, URIs and attribute names. Making strings of them, and holding those against the closed
 * sets of envelope.ts, cost more than the whole rest of the scan; a word met before is recognised by its bytes and remembers its verdicts.
 */

export class Word {
  readonly text: string;
  readonly bytes: Uint8Array;
  /** Verdicts of envelope.ts, where they were asked for. */
  namespace: boolean | undefined = undefined;
  prefix: boolean | undefined = undefined;
  schemaLocation: boolean | undefined = undefined;
  declaration: boolean | undefined = undefined;

  constructor(text: string, bytes: Uint8Array) {
    this.text = text;
    this.bytes = bytes;
  }
}

const BUCKETS = 256;
/** A stream of ever new words must not fill the memory: beyond this many in a bucket, words are made and forgotten. */
const BUCKET_MAX = 32;

export class Words {
  readonly #buckets: Word[][] = Array.from({ length: BUCKETS }, () => []);

  /** The word that stands in input[start, end); bytes become characters of the same number. */
  at(input: Uint8Array, start: number, end: number): Word {
    const length = end - start;
    const last = length > 0 ? (input[end - 1] as number) : 0;
    const bucket = this.#buckets[(length * 31 + last) & (BUCKETS - 1)] as Word[];
    for (const word of bucket) {
      const bytes = word.bytes;
      if (bytes.length !== length) continue;
      // From the end: URIs of two messages differ in their last characters.
      let i = length - 1;
      while (i >= 0 && bytes[i] === input[start + i]) i--;
      if (i < 0) return word;
    }
    const word = new Word(textOf(input, start, end), input.slice(start, end));
    if (bucket.length < BUCKET_MAX) bucket.push(word);
    return word;
  }
}

function textOf(input: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(input[i] as number);
  return text;
}
