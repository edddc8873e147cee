/** Leaves and gaps of records that are delivered: what a run records of them, and what a verification finds again. */
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import type { Delivery } from "../record/delivery.ts";
import type { Gaps } from "./gaps.ts";

/** Of the key ring's key that input leaves are made with. */
export const INPUTS_PURPOSE = "run-inputs";

type LeafHashes = Pick<Primitives, "leaves" | "keyedLeaves">;

/** Makes the leaf hashes of deliveries. What a call gives is valid until the next. */
export class LeafMaker {
  readonly #hashes: LeafHashes;
  #ranges: Uint32Array = new Uint32Array(0);
  #inputs: Uint8Array = new Uint8Array(0);
  #outputs: Uint8Array = new Uint8Array(0);

  constructor(hashes: LeafHashes) {
    this.#hashes = hashes;
  }

  /** Of the records as they went out, without what separates them: `count` digests. */
  outputs({ count, bytes, ownStarts, ownEnds }: Delivery): Uint8Array {
    this.#reserve(count);
    const ranges = this.#ranges;
    for (let i = 0; i < count; i++) {
      ranges[2 * i] = ownStarts[i] as number;
      ranges[2 * i + 1] = ownEnds[i] as number;
    }
    this.#hashes.leaves(bytes, ranges, count, this.#outputs);
    return this.#outputs;
  }

  /** Of the records as they came in, under a key: `count` digests. */
  inputs(key: Uint8Array, { count, input, inputStarts, lengths }: Delivery): Uint8Array {
    this.#reserve(count);
    const ranges = this.#ranges;
    for (let i = 0; i < count; i++) {
      const start = inputStarts[i] as number;
      ranges[2 * i] = start;
      ranges[2 * i + 1] = start + (lengths[i] as number);
    }
    this.#hashes.keyedLeaves(key, input, ranges, count, this.#inputs);
    return this.#inputs;
  }

  /** Of one record that came in and was refused. */
  input(key: Uint8Array, bytes: Uint8Array): Uint8Array {
    this.#reserve(1);
    this.#ranges[0] = 0;
    this.#ranges[1] = bytes.length;
    this.#hashes.keyedLeaves(key, bytes, this.#ranges, 1, this.#inputs);
    return this.#inputs;
  }

  #reserve(count: number): void {
    if (count * 2 <= this.#ranges.length) return;
    this.#ranges = new Uint32Array(count * 2);
    this.#inputs = new Uint8Array(count * DIGEST_BYTES);
    this.#outputs = new Uint8Array(count * DIGEST_BYTES);
  }
}

/** What stands around rows [from, to) of a delivery. */
export function addGaps(gaps: Gaps, { bytes, starts, ends, ownStarts, ownEnds }: Delivery, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    gaps.add(bytes, starts[i] as number, ownStarts[i] as number);
    gaps.close();
    gaps.add(bytes, ownEnds[i] as number, ends[i] as number);
  }
}
