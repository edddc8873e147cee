/** What a format brings to the fuzzer: messages with canaries in them, and ways to break them that know their structure. */
import type { ModelDocument } from "../../runtime/model/document.ts";
import type { Random } from "../generators/random.ts";

export interface Planted {
  readonly bytes: Uint8Array;
  /**
   * Texts that no output may hold, in small letters. They must be of a kind that nothing keeps wherever a mutation puts them: no code
   * word, no number, no name of an element or member.
   */
  readonly canaries: readonly string[];
}

export interface FuzzFormat {
  readonly name: string;
  /** A preset's name, or a model. */
  readonly model: string | ModelDocument;
  /** How it is read; strictly if nothing is said. */
  readonly input?: "strict" | "lenient";
  /** Valid messages; the same for the same random source. */
  seeds(random: Random): readonly Planted[];
  /** One mutation. It may move, repeat and cut what is there, and must not spell a canary where names stand. */
  mutate(bytes: Uint8Array, random: Random): Uint8Array;
}

/** Lower-case letters without vowels: no word of ours, and never a code. */
export const CANARY_LETTERS = "bcdfghjklmnpqrstvwxz";
export const CANARY_LENGTH = 14;

/** Makes canaries and remembers them. */
export class Canaries {
  readonly all: string[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  next(): string {
    const canary = this.#random.text(CANARY_LETTERS, CANARY_LENGTH);
    this.all.push(canary);
    return canary;
  }
}

/** Mutations of bytes, whatever they mean. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length === 0) return new Uint8Array([random.below(256)]);
  const at = random.below(bytes.length);
  switch (random.below(4)) {
    case 0: {
      const copy = bytes.slice();
      copy[at] = (copy[at] as number) ^ (1 << random.below(8));
      return copy;
    }
    case 1:
      return spliced(bytes, at, Math.min(bytes.length, at + 1 + random.below(4)), new Uint8Array());
    case 2:
      return spliced(
        bytes,
        at,
        at,
        Uint8Array.from({ length: 1 + random.below(3) }, () => random.below(256)),
      );
    default:
      return bytes.slice(0, at);
  }
}

export function spliced(bytes: Uint8Array, start: number, end: number, inserted: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length - (end - start) + inserted.length);
  out.set(bytes.subarray(0, start));
  out.set(inserted, start);
  out.set(bytes.subarray(end), start + inserted.length);
  return out;
}
