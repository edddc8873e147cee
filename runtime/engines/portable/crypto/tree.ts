/** Hashes of Merkle trees (RFC 6962, section 2.1), many in one call. One-shot SHA-256 over a scratch is much faster here than an object for each. */
import { hash } from "node:crypto";
import { BautaError } from "../../../kit/errors.ts";
import { DIGEST_BYTES, type Primitives } from "../../api.ts";

/** Bytes of a block of SHA-256. */
const BLOCK_BYTES = 64;
const NODE_BYTES: number = 1 + 2 * DIGEST_BYTES;

/** Prefix and piece, side by side; grows with the largest piece. */
let scratch: Uint8Array = new Uint8Array(65_536);

export const treeHashes: Pick<Primitives, "leaves" | "keyedLeaves" | "nodes"> = {
  leaves(bytes, ranges, count, digests) {
    check(bytes, ranges, count, digests);
    for (let i = 0; i < count; i++) {
      const start = ranges[2 * i] as number;
      const end = ranges[2 * i + 1] as number;
      const data = room(1 + end - start);
      data[0] = 0;
      data.set(bytes.subarray(start, end), 1);
      digests.set(sha256(data), i * DIGEST_BYTES);
    }
  },
  keyedLeaves(key, bytes, ranges, count, digests) {
    check(bytes, ranges, count, digests);
    // HMAC (RFC 2104): the key XORed with either pad, one block each.
    const inner = padded(key, 0x36);
    const outer = new Uint8Array(BLOCK_BYTES + DIGEST_BYTES);
    outer.set(padded(key, 0x5c));
    const leaf = new Uint8Array(1 + DIGEST_BYTES);
    for (let i = 0; i < count; i++) {
      const start = ranges[2 * i] as number;
      const end = ranges[2 * i + 1] as number;
      const data = room(BLOCK_BYTES + end - start);
      data.set(inner);
      data.set(bytes.subarray(start, end), BLOCK_BYTES);
      outer.set(sha256(data), BLOCK_BYTES);
      leaf.set(sha256(outer), 1);
      digests.set(sha256(leaf), i * DIGEST_BYTES);
    }
    // Neither the key nor clear bytes stay behind.
    inner.fill(0);
    outer.fill(0);
    scratch.fill(0);
  },
  nodes(digests, count) {
    if (2 * count * DIGEST_BYTES > digests.length) throw new BautaError(9001, { detail: "digests of a tree" });
    const pair = new Uint8Array(NODE_BYTES);
    pair[0] = 1;
    for (let i = 0; i < count; i++) {
      pair.set(digests.subarray(2 * i * DIGEST_BYTES, 2 * (i + 1) * DIGEST_BYTES), 1);
      digests.set(sha256(pair), i * DIGEST_BYTES);
    }
  },
};

const sha256 = (data: Uint8Array): Uint8Array => hash("sha256", data, "buffer");

function padded(key: Uint8Array, pad: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  block.set(key.length > BLOCK_BYTES ? sha256(key) : key);
  for (let i = 0; i < BLOCK_BYTES; i++) block[i] = (block[i] as number) ^ pad;
  return block;
}

function room(length: number): Uint8Array {
  if (length > scratch.length) {
    scratch.fill(0);
    scratch = new Uint8Array(2 * length);
  }
  return scratch.subarray(0, length);
}

function check(bytes: Uint8Array, ranges: Uint32Array, count: number, digests: Uint8Array): void {
  if (2 * count > ranges.length || count * DIGEST_BYTES > digests.length) throw new BautaError(9001, { detail: "tables of leaves" });
  for (let i = 0; i < count; i++) {
    const start = ranges[2 * i] as number;
    const end = ranges[2 * i + 1] as number;
    if (start > end || end > bytes.length) throw new BautaError(9001, { detail: "range of a leaf" });
  }
}
