/**
 * A tape of numbers that a generator reads its choices from. fast-check makes and shrinks the tape, the generators stay plain
 * functions: an exhausted tape answers 0, which every generator takes as its simplest choice.
 */
import fc from "fast-check";
import { DEPTH, seeded } from "../seed.ts";

export class Tape {
  readonly #values: Uint32Array;
  #at = 0;

  constructor(values: Uint32Array) {
    this.#values = values;
  }

  /** The next number, 0 to 2^32 - 1; 0 once the tape has run out. */
  next(): number {
    return this.#values[this.#at++] ?? 0;
  }

  /** 0 to `count` - 1. */
  below(count: number): number {
    return this.next() % count;
  }

  /** true in `hits` of `of` cases; false on an exhausted tape. */
  chance(hits: number, of: number): boolean {
    return this.below(of) >= of - hits;
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.below(items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  }
}

/** Tapes of at most `length` numbers, long ones likely. */
export function tapes(length: number): fc.Arbitrary<Tape> {
  return fc.uint32Array({ minLength: 0, maxLength: length, size: "max" }).map((values) => new Tape(values));
}

/** A tape of its own for each number: the same one always. For tests that iterate instead of shrinking. */
export function tapeOf(seed: number, length = 4096): Tape {
  const values = new Uint32Array(length);
  let state = seed | 0;
  for (let i = 0; i < length; i++) {
    // mulberry32: no quality is asked of it but that neighbouring seeds differ.
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    values[i] = (mixed ^ (mixed >>> 14)) >>> 0;
  }
  return new Tape(values);
}

/** What a run of the property tests is told from outside, and prints. */
export interface Effort {
  readonly seed: number;
  readonly numRuns: number;
  /** A law that fails is shrunk for so long, and one that takes longer has failed: a test runner cannot stop a loop that never waits. */
  readonly interruptAfterTimeLimit: number;
  readonly markInterruptAsFailure: true;
}

const TIME_MS = 45_000;

/** The effort of one suite's laws, each of which names its runs. */
export function effort(title: string): (runs: number) => Effort {
  const seed = seeded(title);
  return (runs) => ({
    seed,
    numRuns: runs * DEPTH,
    interruptAfterTimeLimit: TIME_MS * DEPTH,
    markInterruptAsFailure: true,
  });
}
