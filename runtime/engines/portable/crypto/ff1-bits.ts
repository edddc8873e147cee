/**
 * FF1 with radix 2 over many values at once: the cipher of all masks (docs/internals/engine.md, "Why radix 2").
 *
 * All values of one key go through the ten rounds in lockstep, one AES call for each round over one block per value. With
 * radix 2 the reductions are bit masks, and everything but NUM(B) and the round number is constant for a class: AES over P and
 * over all but the last block of Q is done once, in `FeistelKey`. Halves are 32-bit limbs, least significant first; up to 96 bits
 * a half, y fits one block (d ≤ 16). Limbs are int32 throughout, because engines
 * compute those without going through doubles. Wider classes take `ff1BitsWide`. Agrees with the general FF1, which a test proves.
 */
import { AES_BLOCK, type Aes } from "./aes.ts";

const ROUNDS = 10;
/** Bits of the widest number whose halves fit three limbs. */
export const LOCKSTEP_BITS_MAX = 192;

const SIGN = -0x8000_0000;
/** Rows that the arrays have room for at first. */
const ROWS_FIRST = 1024;
/** Columns of a row's shape: where the round number and the end of y are, and how many limbs a half has. */
const ROUND_WORD = 0;
const ROUND_SHIFT = 1;
const LAST_WORD = 2;
const LIMBS = 3;

/** What is constant for one key, number of bits and tweak (SP 800-38G Rev. 1, Algorithm 7, steps 1 and 3 to 5). */
export interface FeistelKey {
  readonly bits: number;
  /** Bits of the halves A and B of step 2. */
  readonly u: number;
  readonly v: number;
  /** The PRF's state in front of the last block of Q, with what is constant in that block xored in, as four words. */
  readonly state: Int32Array;
  /** Word and shift of the round number within the last block. */
  readonly roundWord: number;
  readonly roundShift: number;
  /** Word of R that ends y: d/4 − 1. */
  readonly lastWord: number;
  /** Three limbs for u bits, then three for v bits. */
  readonly masks: Int32Array;
}

/** @param bits 20 to LOCKSTEP_BITS_MAX */
export function feistelKey(aes: Aes, bits: number, tweak: Uint8Array): FeistelKey {
  const u = bits >>> 1;
  const v = bits - u;
  const b = (v + 7) >>> 3;
  const t = tweak.length;
  const blocks = (t + b + 1 + AES_BLOCK - 1) >>> 4;
  // P, then Q with zeros for the round number and NUM(B), which fill the end of the last block: b + 1 ≤ 13 bytes.
  const message = new Uint8Array(AES_BLOCK * (1 + blocks));
  const view = new DataView(message.buffer);
  message.set([1, 2, 1, 0, 0, 2, ROUNDS, u & 0xff]);
  view.setUint32(8, bits);
  view.setUint32(12, t);
  message.set(tweak, AES_BLOCK);
  const last = message.length - AES_BLOCK;
  const state = aes.prf(message.subarray(0, last)).slice();
  for (let i = 0; i < AES_BLOCK; i++) state[i] = (state[i] as number) ^ (message[last + i] as number);
  const roundByte = AES_BLOCK - 1 - b;
  const masks = new Int32Array(6);
  for (let limb = 0; limb < 3; limb++) {
    masks[limb] = maskOf(u - 32 * limb);
    masks[3 + limb] = maskOf(v - 32 * limb);
  }
  return {
    bits,
    u,
    v,
    masks,
    state: new Int32Array(state.buffer, 0, 4),
    roundWord: roundByte >>> 2,
    roundShift: (roundByte & 3) * 8,
    lastWord: (b + 3) >>> 2,
  };
}

/**
 * Values under way: one row each, reused from batch to batch. What a row's key says is copied into typed arrays beside its
 * limbs, because the loops below run ten times over every row and would otherwise follow a pointer for each.
 */
export class FeistelRows {
  count = 0;
  /** Limbs of A (u bits) and B (v bits), three for each row. */
  a: Int32Array = new Int32Array(3 * ROWS_FIRST);
  b: Int32Array = new Int32Array(3 * ROWS_FIRST);
  /** Four words of state, six masks and the four columns of the shape, for each row. */
  #state = new Int32Array(4 * ROWS_FIRST);
  #masks = new Int32Array(6 * ROWS_FIRST);
  #shape = new Uint8Array(4 * ROWS_FIRST);
  #words = new Int32Array(4 * ROWS_FIRST);
  #bytes = new Uint8Array(this.#words.buffer);

  clear(): void {
    this.count = 0;
  }

  /** A new row for a class; the caller then writes its six limbs. */
  add(key: FeistelKey): number {
    const row = this.count++;
    if (3 * this.count > this.a.length) this.#grow();
    const { state, masks } = key;
    for (let i = 0; i < 4; i++) this.#state[4 * row + i] = state[i] as number;
    for (let i = 0; i < 6; i++) this.#masks[6 * row + i] = masks[i] as number;
    this.#shape[4 * row + ROUND_WORD] = key.roundWord;
    this.#shape[4 * row + ROUND_SHIFT] = key.roundShift;
    this.#shape[4 * row + LAST_WORD] = key.lastWord;
    this.#shape[4 * row + LIMBS] = (key.v + 31) >>> 5;
    return row;
  }

  /** All ten rounds over the rows listed in `rows[0 … count)`, in place. All rows have keys made with `aes`. */
  run(aes: Aes, rows: Int32Array, count: number, inverse: boolean): void {
    if (count === 0) return;
    const blocks = this.#bytes.subarray(0, AES_BLOCK * count);
    for (let step = 0; step < ROUNDS; step++) {
      const round = inverse ? ROUNDS - 1 - step : step;
      // A and B change places each round (steps 6.viii and 6.ix), so even rounds always change the half of u bits.
      const even = (round & 1) === 0;
      this.#fillBlocks(rows, count, round, even ? this.b : this.a);
      const r = wordsOf(aes.encrypt(blocks));
      this.#addOutput(rows, count, r, even ? this.a : this.b, even ? 0 : 3, inverse);
    }
  }

  /** The last block of Q for each row: NUM(B) big-endian at its end, the round number in front of it. */
  #fillBlocks(rows: Int32Array, count: number, round: number, from: Int32Array): void {
    const words = this.#words;
    const state = this.#state;
    const shape = this.#shape;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const at = 4 * i;
      const s = 4 * row;
      const limb = 3 * row;
      words[at] = state[s] as number;
      words[at + 1] = state[s + 1] as number;
      words[at + 2] = state[s + 2] as number;
      words[at + 3] = (state[s + 3] as number) ^ swap(from[limb] as number);
      if ((shape[s + LIMBS] as number) > 1) {
        words[at + 2] = (words[at + 2] as number) ^ swap(from[limb + 1] as number);
        words[at + 1] = (words[at + 1] as number) ^ swap(from[limb + 2] as number);
      }
      const roundAt = at + (shape[s + ROUND_WORD] as number);
      words[roundAt] = (words[roundAt] as number) ^ (round << (shape[s + ROUND_SHIFT] as number));
    }
  }

  /** Steps 6.iv to 6.vi: C = A ± y modulo 2^m, in place of A. */
  #addOutput(rows: Int32Array, count: number, r: Int32Array, into: Int32Array, masksAt: number, inverse: boolean): void {
    const shape = this.#shape;
    const masks = this.#masks;
    for (let i = 0; i < count; i++) {
      const row = rows[i] as number;
      const at = 4 * i + (shape[4 * row + LAST_WORD] as number);
      const limbs = shape[4 * row + LIMBS] as number;
      const limb = 3 * row;
      const mask = 6 * row + masksAt;
      const y0 = swap(r[at] as number);
      if (limbs === 1) {
        const half = into[limb] as number;
        into[limb] = (inverse ? half - y0 : half + y0) & (masks[mask] as number);
        continue;
      }
      // With two limbs word `at − 2` is in front of y.
      const y1 = swap(r[at - 1] as number);
      const y2 = limbs > 2 ? swap(r[at - 2] as number) : 0;
      const h0 = into[limb] as number;
      const h1 = into[limb + 1] as number;
      const h2 = into[limb + 2] as number;
      let r0: number;
      let r1: number;
      let r2: number;
      if (inverse) {
        const borrow0 = isBelow(h0, y0) ? 1 : 0;
        r0 = (h0 - y0) | 0;
        r1 = (h1 - y1 - borrow0) | 0;
        r2 = (h2 - y2 - (isBelow(h1, y1) || (borrow0 === 1 && h1 === y1) ? 1 : 0)) | 0;
      } else {
        r0 = (h0 + y0) | 0;
        const carry0 = isBelow(r0, y0) ? 1 : 0;
        r1 = (h1 + y1 + carry0) | 0;
        r2 = (h2 + y2 + (isBelow(r1, y1) || (carry0 === 1 && r1 === y1) ? 1 : 0)) | 0;
      }
      into[limb] = r0 & (masks[mask] as number);
      into[limb + 1] = r1 & (masks[mask + 1] as number);
      into[limb + 2] = r2 & (masks[mask + 2] as number);
    }
  }

  #grow(): void {
    this.a = doubled(this.a);
    this.b = doubled(this.b);
    this.#state = doubled(this.#state);
    this.#masks = doubled(this.#masks);
    const shape = new Uint8Array(this.#shape.length * 2);
    shape.set(this.#shape);
    this.#shape = shape;
    this.#words = new Int32Array(this.#words.length * 2);
    this.#bytes = new Uint8Array(this.#words.buffer);
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}

/** The AES output as words; a copy only where a runtime hands out an unaligned piece of a pool. */
function wordsOf(bytes: Uint8Array): Int32Array {
  const aligned = (bytes.byteOffset & 3) === 0 ? bytes : bytes.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length >>> 2);
}

/** Little-endian word to big-endian number and back; every runtime we run on is little-endian, which the known answer at load proves. */
function swap(word: number): number {
  return (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/** Whether a limb is below another as an unsigned number. */
function isBelow(a: number, b: number): boolean {
  return (a ^ SIGN) < (b ^ SIGN);
}

function maskOf(bits: number): number {
  if (bits <= 0) return 0;
  return bits >= 32 ? -1 : (1 << bits) - 1;
}
