/**
 * A class of values as a set of numbers: which characters vary, over which alphabets, and how many such values there are.
 *
 * A rank is the mixed-radix number of the variable characters, first one most significant. It is kept as a plain number while
 * N ≤ 2^53 and as 32-bit limbs (least significant first) above; digits are taken several at a time, so that the small factor
 * stays below 2^20 and every product below 2^53. Limbs are doubles: to make an integer of a double from 2^31 on is a slow call.
 */
import { CLASS_BITS_MAX, FF1_DOMAIN_MIN } from "../../../kit/limits.ts";
import type { FeistelKey } from "../crypto/ff1-bits.ts";
import { CHARACTER, FIRST_PAIR, RADIX, RANK } from "./alphabets.ts";

/** Limbs of the widest rank. */
export const RANK_LIMBS: number = CLASS_BITS_MAX / 32;
const CHUNK_MAX = 2 ** 20;
const LIMB = 2 ** 32;
const PLAIN_BITS_MAX = 53;
const ZERO = 0x30;
/** Characters of the longest value that has pairs. */
const PAIRED_MAX = 32;
/** Bits of 10^6 − 1. */
const FF1_BITS_MIN = 20;

/**
 * Makes a value of the class whole after its variable characters were written: recomputes check digits in place, and says
 * whether the value is a member. `alnum[start …]` are all its letters and digits in canonical spelling.
 */
export type Complete = (alnum: Uint8Array, start: number) => boolean;
/** Overwrites the characters that mark a draw as test data. */
export type MarkDraw = (alnum: Uint8Array, start: number) => void;

export interface DomainSpec {
  /** ASCII, SP 800-38G's tweak. */
  readonly tweak: Uint8Array;
  /** Places of the variable characters among the letters and digits of a value; of a pair of digits the first one's. */
  readonly positions: readonly number[];
  /** Alphabet of each. */
  readonly alphabets: readonly number[];
  readonly complete?: Complete;
  readonly markDraw?: MarkDraw;
}

export class Domain {
  readonly tweak: Uint8Array;
  /** N, the number of ranks. */
  readonly size: bigint;
  /** Bits of the numbers that FF1 permutes: those of N − 1, at least 20. */
  readonly bits: number;
  /** Whether ranks fit a plain number. */
  readonly plain: boolean;
  /** N ≥ 10^6 (SP 800-38G Rev. 1, section 5.1). */
  readonly encryptable: boolean;
  readonly complete: Complete | undefined;
  readonly markDraw: MarkDraw | undefined;
  /** Made at the first encryption under the namespace's key that this domain was made for. */
  key: FeistelKey | undefined;
  readonly #positions: Uint8Array;
  readonly #alphabets: Uint8Array;
  /** Places of the pairs: two digits that are one character of the rank. */
  readonly #pairs: readonly number[];
  /** Ends (exclusive) and products of the chunks of characters that are ranked at once. */
  readonly #chunkEnds: Uint8Array;
  readonly #chunkSizes: Uint32Array;
  readonly #limbs: Float64Array;
  readonly #plainSize: number;

  /** @throws never; a class wider than CLASS_BITS_MAX is the caller's to refuse before (`tooWide`) */
  constructor(spec: DomainSpec) {
    this.tweak = spec.tweak;
    this.complete = spec.complete;
    this.markDraw = spec.markDraw;
    this.#positions = Uint8Array.from(spec.positions);
    this.#alphabets = Uint8Array.from(spec.alphabets);
    this.#pairs = spec.positions.filter((_, i) => (spec.alphabets[i] as number) >= FIRST_PAIR);
    const ends: number[] = [];
    const sizes: number[] = [];
    let size = 1n;
    let chunk = 1;
    spec.alphabets.forEach((alphabet, i) => {
      const radix = RADIX[alphabet] as number;
      if (chunk * radix > CHUNK_MAX) {
        ends.push(i);
        sizes.push(chunk);
        chunk = 1;
      }
      chunk *= radix;
      size *= BigInt(radix);
    });
    ends.push(spec.alphabets.length);
    sizes.push(chunk);
    this.#chunkEnds = Uint8Array.from(ends);
    this.#chunkSizes = Uint32Array.from(sizes);
    this.size = size;
    const bits = bitLength(size - 1n);
    this.bits = bits < FF1_BITS_MIN ? FF1_BITS_MIN : bits;
    this.plain = this.bits <= PLAIN_BITS_MAX;
    this.encryptable = size >= BigInt(FF1_DOMAIN_MIN);
    this.#limbs = limbsOf(size);
    this.#plainSize = Number(size);
  }

  /** Rank of the value as a number. Only where `plain`. */
  rankPlain(alnum: Uint8Array, start: number): number {
    if (this.#pairs.length > 0) return this.#rankPlain(this.#joined(alnum, start), 0);
    return this.#rankPlain(alnum, start);
  }

  #rankPlain(alnum: Uint8Array, start: number): number {
    const positions = this.#positions;
    const alphabets = this.#alphabets;
    let rank = 0;
    for (let i = 0; i < positions.length; i++) {
      const alphabet = alphabets[i] as number;
      const code = alnum[start + (positions[i] as number)] as number;
      rank = rank * (RADIX[alphabet] as number) + (RANK[128 * alphabet + code] as number);
    }
    return rank;
  }

  /** Writes the characters of `rank`; false, and nothing written, where it is not below N. Only where `plain`. */
  unrankPlain(rank: number, alnum: Uint8Array, start: number): boolean {
    if (rank >= this.#plainSize) return false;
    const positions = this.#positions;
    const alphabets = this.#alphabets;
    let rest = rank;
    for (let i = positions.length - 1; i >= 0; i--) {
      const alphabet = alphabets[i] as number;
      const radix = RADIX[alphabet] as number;
      const quotient = Math.floor(rest / radix);
      alnum[start + (positions[i] as number)] = CHARACTER[64 * alphabet + (rest - quotient * radix)] as number;
      rest = quotient;
    }
    this.#split(alnum, start);
    return true;
  }

  /** Rank of the value into `limbs`, RANK_LIMBS of them, least significant first. */
  rank(alnum: Uint8Array, start: number, limbs: Float64Array): void {
    if (this.#pairs.length > 0) this.#rank(this.#joined(alnum, start), 0, limbs);
    else this.#rank(alnum, start, limbs);
  }

  #rank(alnum: Uint8Array, start: number, limbs: Float64Array): void {
    limbs.fill(0);
    const positions = this.#positions;
    const alphabets = this.#alphabets;
    const count = this.#limbs.length;
    let i = 0;
    for (let chunk = 0; chunk < this.#chunkEnds.length; chunk++) {
      const end = this.#chunkEnds[chunk] as number;
      let carry = 0;
      for (; i < end; i++) {
        const alphabet = alphabets[i] as number;
        const code = alnum[start + (positions[i] as number)] as number;
        carry = carry * (RADIX[alphabet] as number) + (RANK[128 * alphabet + code] as number);
      }
      const factor = this.#chunkSizes[chunk] as number;
      for (let limb = 0; limb < count; limb++) {
        const product = (limbs[limb] as number) * factor + carry;
        carry = Math.floor(product / LIMB);
        limbs[limb] = product - carry * LIMB;
      }
    }
  }

  /** Writes the characters of the rank in `limbs`, which it uses up; false, and nothing written, where it is not below N. */
  unrank(limbs: Float64Array, alnum: Uint8Array, start: number): boolean {
    if (!isBelow(limbs, this.#limbs)) return false;
    const positions = this.#positions;
    const alphabets = this.#alphabets;
    let used = this.#limbs.length;
    let i = positions.length - 1;
    for (let chunk = this.#chunkEnds.length - 1; chunk >= 0; chunk--) {
      const divisor = this.#chunkSizes[chunk] as number;
      let rest = 0;
      for (let limb = used - 1; limb >= 0; limb--) {
        const dividend = rest * LIMB + (limbs[limb] as number);
        const quotient = Math.floor(dividend / divisor);
        limbs[limb] = quotient;
        rest = dividend - quotient * divisor;
      }
      while (used > 0 && limbs[used - 1] === 0) used--;
      const from = chunk === 0 ? 0 : (this.#chunkEnds[chunk - 1] as number);
      for (; i >= from; i--) {
        const alphabet = alphabets[i] as number;
        const radix = RADIX[alphabet] as number;
        const quotient = Math.floor(rest / radix);
        alnum[start + (positions[i] as number)] = CHARACTER[64 * alphabet + (rest - quotient * radix)] as number;
        rest = quotient;
      }
    }
    this.#split(alnum, start);
    return true;
  }

  /** A copy of the value in which the first digit of each pair is the pair's number. */
  #joined(alnum: Uint8Array, start: number): Uint8Array {
    for (let i = 0; i < PAIRED_MAX; i++) paired[i] = alnum[start + i] as number;
    for (const at of this.#pairs) paired[at] = 10 * ((paired[at] as number) - ZERO) + (paired[at + 1] as number) - ZERO;
    return paired;
  }

  /** Writes the two digits of each pair whose number stands in the place of the first one. */
  #split(alnum: Uint8Array, start: number): void {
    for (const at of this.#pairs) {
      const number = alnum[start + at] as number;
      alnum[start + at] = ZERO + Math.floor(number / 10);
      alnum[start + at + 1] = ZERO + (number % 10);
    }
  }
}

const paired = new Uint8Array(PAIRED_MAX);

/** Whether `count` characters over an alphabet make more than CLASS_BITS_MAX bits of N − 1. */
export function tooWide(alphabets: readonly number[]): boolean {
  let size = 1n;
  for (const alphabet of alphabets) size *= BigInt(RADIX[alphabet] as number);
  return bitLength(size - 1n) > CLASS_BITS_MAX;
}

function bitLength(number: bigint): number {
  return number === 0n ? 0 : number.toString(2).length;
}

function limbsOf(number: bigint): Float64Array {
  const limbs: number[] = [];
  for (let rest = number; rest > 0n; rest >>= 32n) limbs.push(Number(rest & 0xffff_ffffn));
  return Float64Array.from(limbs);
}

/** Whether the number of RANK_LIMBS limbs is below `bound`, which may have one limb more or fewer. */
function isBelow(limbs: Float64Array, bound: Float64Array): boolean {
  for (let limb = bound.length; limb < limbs.length; limb++) if (limbs[limb] !== 0) return false;
  for (let limb = bound.length - 1; limb >= 0; limb--) {
    const value = limb < limbs.length ? (limbs[limb] as number) : 0;
    if (value !== bound[limb]) return value < (bound[limb] as number);
  }
  return false;
}
