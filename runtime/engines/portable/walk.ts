/**
 * Format-preserving encryption of all values of one key in a window: rank, FF1 in lockstep, unrank, and again for those whose
 * result is no member of their class (cycle-walking), until none is left.
 */

import { ff1BitsWide } from "./crypto/ff1.ts";
import { FeistelRows, feistelKey, LOCKSTEP_BITS_MAX } from "./crypto/ff1-bits.ts";
import { type Domain, RANK_LIMBS } from "./kinds/domain.ts";
import type { Namespace } from "./program.ts";

const HALF_LIMBS = 3;

/** The jobs of one namespace. Job i is a value's letters and digits at `places[i]` of the arena, and its class. */
export class Walk {
  readonly #namespace: Namespace;
  readonly #rows = new FeistelRows();
  /** Domain and place of each row. */
  readonly #domains: Domain[] = [];
  readonly #places: number[] = [];
  /** Jobs too wide for the lockstep. */
  readonly #wide: { readonly domain: Domain; readonly place: number }[] = [];
  #pending = new Int32Array(1024);
  readonly #limbs = new Float64Array(RANK_LIMBS);

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  clear(): void {
    this.#rows.clear();
    this.#domains.length = 0;
    this.#places.length = 0;
    this.#wide.length = 0;
  }

  /** Adds the value whose letters and digits begin at `place`. */
  add(domain: Domain, arena: Uint8Array, place: number): void {
    if (domain.bits > LOCKSTEP_BITS_MAX) {
      this.#wide.push({ domain, place });
      return;
    }
    domain.key ??= feistelKey(this.#namespace.aes, domain.bits, domain.tweak);
    const { key } = domain;
    const row = this.#rows.add(key);
    this.#domains[row] = domain;
    this.#places[row] = place;
    if (domain.plain) {
      const rank = domain.rankPlain(arena, place);
      const high = Math.floor(rank / 2 ** key.v);
      this.#rows.a[HALF_LIMBS * row] = high;
      this.#rows.b[HALF_LIMBS * row] = rank - high * 2 ** key.v;
    } else {
      domain.rank(arena, place, this.#limbs);
      splitRank(this.#limbs, key.v, this.#rows.a, this.#rows.b, HALF_LIMBS * row);
    }
  }

  /** Encrypts (or decrypts) all jobs in place of their letters and digits. */
  run(arena: Uint8Array, inverse: boolean): void {
    this.#runLockstep(arena, inverse);
    for (const { domain, place } of this.#wide) this.#runWide(domain, arena, place, inverse);
  }

  #runLockstep(arena: Uint8Array, inverse: boolean): void {
    const rows = this.#rows;
    if (this.#pending.length < rows.count) this.#pending = new Int32Array(rows.count * 2);
    const pending = this.#pending;
    let count = rows.count;
    for (let row = 0; row < count; row++) pending[row] = row;
    while (count > 0) {
      rows.run(this.#namespace.aes, pending, count, inverse);
      let left = 0;
      for (let i = 0; i < count; i++) {
        const row = pending[i] as number;
        if (!this.#settle(row, arena)) pending[left++] = row;
      }
      count = left;
    }
  }

  /** Whether the row's number is a member; then it is written. */
  #settle(row: number, arena: Uint8Array): boolean {
    const domain = this.#domains[row] as Domain;
    const place = this.#places[row] as number;
    const { a, b } = this.#rows;
    const v = domain.bits - (domain.bits >>> 1);
    const at = HALF_LIMBS * row;
    if (domain.plain) {
      if (!domain.unrankPlain((a[at] as number) * 2 ** v + (b[at] as number), arena, place)) return false;
    } else {
      joinRank(a, b, at, v, this.#limbs);
      if (!domain.unrank(this.#limbs, arena, place)) return false;
    }
    return domain.complete === undefined || domain.complete(arena, place);
  }

  #runWide(domain: Domain, arena: Uint8Array, place: number, inverse: boolean): void {
    const limbs = this.#limbs;
    const v = BigInt(domain.bits - (domain.bits >>> 1));
    domain.rank(arena, place, limbs);
    let rank = fromLimbs(limbs);
    for (;;) {
      const [high, low] = ff1BitsWide(this.#namespace.aes, domain.tweak, domain.bits, rank >> v, rank & ((1n << v) - 1n), inverse);
      rank = (high << v) | low;
      toLimbs(rank, limbs);
      if (domain.unrank(limbs, arena, place) && (domain.complete === undefined || domain.complete(arena, place))) return;
    }
  }
}

/** Low `v` bits to `b`, the bits above to `a`, three limbs each from `at` on. */
function splitRank(limbs: Float64Array, v: number, a: Int32Array, b: Int32Array, at: number): void {
  const shift = v & 31;
  for (let i = 0; i < HALF_LIMBS; i++) {
    const kept = v - 32 * i;
    const mask = kept >= 32 ? -1 : kept > 0 ? (1 << kept) - 1 : 0;
    b[at + i] = (limbs[i] as number) & mask;
    const word = (v >>> 5) + i;
    const low = (limbs[word] as number) >>> shift;
    a[at + i] = shift === 0 ? low : low | ((limbs[word + 1] as number) << (32 - shift));
  }
}

const joined = new Int32Array(RANK_LIMBS);

function joinRank(a: Int32Array, b: Int32Array, at: number, v: number, limbs: Float64Array): void {
  const shift = v & 31;
  joined.fill(0);
  for (let i = 0; i < HALF_LIMBS; i++) joined[i] = b[at + i] as number;
  for (let i = 0; i < HALF_LIMBS; i++) {
    const word = (v >>> 5) + i;
    const half = a[at + i] as number;
    joined[word] = (joined[word] as number) | (half << shift);
    if (shift !== 0) joined[word + 1] = (joined[word + 1] as number) | (half >>> (32 - shift));
  }
  for (let i = 0; i < RANK_LIMBS; i++) limbs[i] = (joined[i] as number) >>> 0;
}

/** A number below 2^256 as limbs, least significant first. */
export function toLimbs(number: bigint, limbs: Float64Array): void {
  let rest = number;
  for (let i = 0; i < limbs.length; i++) {
    limbs[i] = Number(rest & 0xffff_ffffn);
    rest >>= 32n;
  }
}

function fromLimbs(limbs: Float64Array): bigint {
  let number = 0n;
  for (let i = limbs.length - 1; i >= 0; i--) number = (number << 32n) | BigInt(limbs[i] as number);
  return number;
}
