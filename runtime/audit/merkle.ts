/**
 * A Merkle tree as in RFC 6962, section 2.1, that only grows. What is kept of it is its frontier: the roots of the full subtrees that its
 * leaves make up, log₂ n digests. Where its leaves were split into calls leaves no trace.
 */
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { Locator } from "./locator.ts";

/** A tree in the making, as an entry of a run record holds it. */
export interface Frontier {
  /** Leaves. */
  readonly size: number;
  /** Roots of the full subtrees, the largest and first one first, one behind the other: a digest for each bit of `size` that is set. */
  readonly digests: Uint8Array;
  /** Over the leaves: name one that is another (locator.ts). */
  readonly sums: string;
}

/** Hash of the tree without leaves: SHA-256 of nothing. */
const EMPTY_ROOT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

export class MerkleTree {
  readonly #hashes: Pick<Primitives, "nodes">;
  /** By level: the root of a full subtree of 2^level leaves that waits for its right sibling. */
  readonly #pending: (Uint8Array | undefined)[] = [];
  #size = 0;
  #locator = new Locator();
  #scratch: Uint8Array = new Uint8Array(0);

  /** @throws BautaError 9001 when the frontier has not one digest for each bit of its size */
  constructor(hashes: Pick<Primitives, "nodes">, frontier?: Frontier) {
    this.#hashes = hashes;
    if (frontier !== undefined) this.#restore(frontier);
  }

  /** Leaves. */
  get size(): number {
    return this.#size;
  }

  /** Adds the leaf hashes at the beginning of `digests`, `count` of them, behind those that are there. */
  append(digests: Uint8Array, count: number): void {
    if (count * DIGEST_BYTES > digests.length) throw new BautaError(9001, { detail: "digests of a tree" });
    // One place stands free in front, for the sibling that waits on the level.
    if (this.#scratch.length < (count + 1) * DIGEST_BYTES) this.#scratch = new Uint8Array((count + 1) * DIGEST_BYTES);
    const scratch = this.#scratch;
    this.#locator.addDigests(digests, count, DIGEST_BYTES);
    scratch.set(digests.subarray(0, count * DIGEST_BYTES), DIGEST_BYTES);
    let waiting = count;
    for (let level = 0; waiting > 0; level++) {
      const sibling = this.#pending[level];
      if (sibling !== undefined) scratch.set(sibling);
      const from = sibling === undefined ? DIGEST_BYTES : 0;
      const there = waiting + (sibling === undefined ? 0 : 1);
      const pairs = (there - (there % 2)) / 2;
      const last = from + 2 * pairs * DIGEST_BYTES;
      this.#pending[level] = there % 2 === 0 ? undefined : scratch.slice(last, last + DIGEST_BYTES);
      if (pairs > 0) this.#hashes.nodes(scratch.subarray(from), pairs);
      if (from === 0) scratch.copyWithin(DIGEST_BYTES, 0, pairs * DIGEST_BYTES);
      waiting = pairs;
    }
    this.#size += count;
  }

  /** The tree as it is now, which goes its own way from here on. */
  copy(): MerkleTree {
    const tree = new MerkleTree(this.#hashes);
    // Digests are never written to once they wait.
    tree.#pending.push(...this.#pending);
    tree.#size = this.#size;
    tree.#locator = this.#locator.copy();
    return tree;
  }

  /** The tree's hash over the leaves so far, 32 bytes. */
  root(): Uint8Array {
    const pair = new Uint8Array(2 * DIGEST_BYTES);
    let right: Uint8Array | undefined;
    for (const left of this.#pending) {
      if (left === undefined) continue;
      if (right === undefined) right = left.slice();
      else {
        pair.set(left);
        pair.set(right, DIGEST_BYTES);
        this.#hashes.nodes(pair, 1);
        right = pair.slice(0, DIGEST_BYTES);
      }
    }
    return right ?? Uint8Array.from(Buffer.from(EMPTY_ROOT, "hex"));
  }

  /** Sums over the leaves, which name one that is another (locator.ts). */
  get sums(): string {
    return this.#locator.text;
  }

  frontier(): Frontier {
    const digests = this.#pending.filter((digest) => digest !== undefined).toReversed();
    return { size: this.#size, digests: new Uint8Array(Buffer.concat(digests)), sums: this.sums };
  }

  #restore({ size, digests, sums }: Frontier): void {
    let at = digests.length;
    for (let level = 0, rest = size; rest > 0; level++, rest = Math.floor(rest / 2)) {
      if (rest % 2 === 0) {
        this.#pending[level] = undefined;
        continue;
      }
      at -= DIGEST_BYTES;
      if (at < 0) throw new BautaError(9001, { detail: "frontier of a tree" });
      this.#pending[level] = digests.slice(at, at + DIGEST_BYTES);
    }
    if (at !== 0 || !Number.isSafeInteger(size)) throw new BautaError(9001, { detail: "frontier of a tree" });
    this.#size = size;
    this.#locator = new Locator(sums, size);
  }
}
