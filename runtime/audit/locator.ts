/**
 * Names the one item of many that differs between two lists, from three numbers of each: S0 = Σ h, S1 = Σ i·h and S2 = Σ i²·h modulo a
 * prime, over the items' hashes h by their place i, from 1. Where one item changed by d, the sums changed by d, i·d and i²·d: the second
 * over the first is its place, and the third agrees. The syndromes of a Reed-Solomon code that corrects one error.
 *
 * It names; it proves nothing. Roots do that. Of hashes that need a key to be made, the sums say nothing to somebody without it.
 */
import { BautaError } from "../kit/errors.ts";

/** Largest prime below 2^26: a product of two residues is exact in a double. */
const PRIME = 67_108_859;
/** 64² × 2^26 × 64 is below 2^53. */
const BLOCK = 64;
/** Hex digits of a sum. */
const DIGITS = 7;

export class Locator {
  #count: number;
  #sum = 0;
  #first = 0;
  #second = 0;

  /**
   * @param text of a locator that goes on; empty for a fresh one
   * @param count items that it has
   * @throws BautaError 8501 when the text is of none
   */
  constructor(text = "", count = 0) {
    this.#count = count;
    if (text === "") return;
    const sums = sumsOf(text);
    if (sums === undefined) throw new BautaError(8501, { detail: "sums of a tree" });
    [this.#sum, this.#first, this.#second] = sums;
  }

  /** @param hash the next item's, an integer from 0 to 2^32 − 1 */
  add(hash: number): void {
    this.#count++;
    const h = hash % PRIME;
    const place = this.#count % PRIME;
    const weighted = (place * h) % PRIME;
    this.#sum = (this.#sum + h) % PRIME;
    this.#first = (this.#first + weighted) % PRIME;
    this.#second = (this.#second + place * weighted) % PRIME;
  }

  /**
   * Adds digests one behind the other, `size` bytes each, by their first 26 bits. Remainders are taken once in `BLOCK` digests: until then
   * every number is exact in a double.
   */
  addDigests(digests: Uint8Array, count: number, size: number): void {
    for (let from = 0; from < count; from += BLOCK) {
      const items = Math.min(BLOCK, count - from);
      let sum = 0;
      let first = 0;
      let second = 0;
      for (let i = 0, at = from * size; i < items; i++, at += size) {
        const word = ((digests[at] as number) << 18) | ((digests[at + 1] as number) << 10) | ((digests[at + 2] as number) << 2);
        const h = word | ((digests[at + 3] as number) >> 6);
        sum += h;
        first += i * h;
        second += i * i * h;
      }
      sum %= PRIME;
      first %= PRIME;
      second %= PRIME;
      // Of place i in the block the place of all is base + i.
      const base = (this.#count + 1) % PRIME;
      const weighted = (base * sum) % PRIME;
      this.#sum = (this.#sum + sum) % PRIME;
      this.#first = (this.#first + weighted + first) % PRIME;
      this.#second = (this.#second + ((base * weighted) % PRIME) + ((2 * base * first) % PRIME) + second) % PRIME;
      this.#count += items;
    }
  }

  copy(): Locator {
    return new Locator(this.text, this.#count);
  }

  /** Hex digits, of as many for every count. */
  get text(): string {
    return [this.#sum, this.#first, this.#second].map((sum) => sum.toString(16).padStart(DIGITS, "0")).join("");
  }
}

/**
 * Place from 0 of the one item in which two lists of `count` items differ; undefined where they do not, or in more than one. That several
 * changes look like one has a chance of one in 2^26.
 */
export function placeOfChange(before: string, after: string, count: number): number | undefined {
  const [was, is] = [sumsOf(before), sumsOf(after)];
  if (was === undefined || is === undefined || count >= PRIME) return undefined;
  const [sum, first, second] = was.map((value, i) => ((is[i] as number) - value + PRIME) % PRIME) as [number, number, number];
  if (sum === 0) return undefined;
  const place = (first * inverse(sum)) % PRIME;
  return place > 0 && place <= count && (place * first) % PRIME === second ? place - 1 : undefined;
}

/**
 * Sums over the lines of a text, an entry each. Lines are told apart by a hash that is quick and no secret.
 * @returns the sums and the number of lines
 */
export function lineSums(bytes: Uint8Array): { readonly sums: string; readonly lines: number } {
  const locator = new Locator();
  let lines = 0;
  let hash = FNV_OFFSET;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte !== LINE_FEED) hash = Math.imul(hash ^ byte, FNV_PRIME);
    if (byte !== LINE_FEED && i < bytes.length - 1) continue;
    locator.add(hash >>> 0);
    lines++;
    hash = FNV_OFFSET;
  }
  return { sums: locator.text, lines };
}

/** FNV-1a, 32 bits. */
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const LINE_FEED = 0x0a;

function sumsOf(text: string): readonly [number, number, number] | undefined {
  if (text.length !== 3 * DIGITS || !/^[0-9a-f]+$/.test(text)) return undefined;
  const sums = [0, 1, 2].map((i) => Number.parseInt(text.slice(i * DIGITS, (i + 1) * DIGITS), 16));
  return sums.every((sum) => sum < PRIME) ? (sums as [number, number, number]) : undefined;
}

/** By Fermat: value^(p − 2). */
function inverse(value: number): number {
  let result = 1;
  let power = value;
  for (let rest = PRIME - 2; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = (result * power) % PRIME;
    power = (power * power) % PRIME;
  }
  return result;
}
