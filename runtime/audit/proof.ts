/**
 * Proof that one leaf is in a tree, without the others (RFC 6962, section 2.1.1; checked as in RFC 9162, section 2.1.3.2). Proofs of
 * consistency between two sizes of a tree belong here once there is a log that grows over many runs.
 */
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";
import { MerkleTree } from "./merkle.ts";

type NodeHashes = Pick<Primitives, "nodes">;

/**
 * The audit path of leaf `index`: digests from the leaf's sibling upwards, one behind the other.
 * @param leaves hashes of all leaves, one behind the other
 */
export function inclusionProof(hashes: NodeHashes, leaves: Uint8Array, index: number): Uint8Array {
  const path: Uint8Array[] = [];
  let first = 0;
  let size = leaves.length / DIGEST_BYTES;
  if (!Number.isInteger(index) || index < 0 || index >= size) throw new BautaError(9001, { detail: "leaf of a tree" });
  while (size > 1) {
    const left = largestPowerBelow(size);
    const goesLeft = index - first < left;
    path.push(goesLeft ? rootOf(hashes, leaves, first + left, size - left) : rootOf(hashes, leaves, first, left));
    if (!goesLeft) first += left;
    size = goesLeft ? left : size - left;
  }
  return new Uint8Array(Buffer.concat(path.reverse()));
}

/** The root that a leaf and its audit path lead to; undefined when a tree of that size has no such path. */
export function rootOfPath(hashes: NodeHashes, leaf: Uint8Array, index: number, size: number, path: Uint8Array): Uint8Array | undefined {
  if (index < 0 || index >= size || path.length % DIGEST_BYTES !== 0) return undefined;
  const pair = new Uint8Array(2 * DIGEST_BYTES);
  let node = leaf.slice();
  let position = index;
  let last = size - 1;
  for (let at = 0; at < path.length; at += DIGEST_BYTES) {
    if (last === 0) return undefined;
    const sibling = path.subarray(at, at + DIGEST_BYTES);
    const isRight = position % 2 === 1 || position === last;
    pair.set(isRight ? sibling : node);
    pair.set(isRight ? node : sibling, DIGEST_BYTES);
    hashes.nodes(pair, 1);
    node = pair.slice(0, DIGEST_BYTES);
    // The last node of a level without a sibling rises as it is.
    if (isRight)
      while (position % 2 === 0 && position !== 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? node : undefined;
}

function rootOf(hashes: NodeHashes, leaves: Uint8Array, first: number, count: number): Uint8Array {
  const tree = new MerkleTree(hashes);
  tree.append(leaves.subarray(first * DIGEST_BYTES), count);
  return tree.root();
}

function largestPowerBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}
