/** Trees of both engines against Certificate Transparency's published roots, RFC 6962's definition written out, and Python's hashlib. */
import { beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash, createHmac } from "node:crypto";
import { MerkleTree } from "../../runtime/audit/merkle.ts";
import { inclusionProof, rootOfPath } from "../../runtime/audit/proof.ts";
import { DIGEST_BYTES, type Primitives } from "../../runtime/engines/api.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { Random } from "../generators/random.ts";
import { seeded } from "../seed.ts";
import { bytesOfHex, hexOfBytes } from "../vectors/hex.ts";

/** The reference tree of Certificate Transparency's own tests: data of eight leaves, and the roots of the first 1 to 8 of them. */
const CT_LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
const CT_ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];
/** Audit paths of the same tests: leaf, size, digests. */
const CT_PATHS: readonly (readonly [number, number, readonly string[]])[] = [
  [0, 1, []],
  [
    0,
    8,
    [
      "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
  ],
  [
    5,
    8,
    [
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
      "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
  ],
  [2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]],
  [
    1,
    5,
    [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
      "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
  ],
];

const sha256 = (...parts: Uint8Array[]): Uint8Array => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
};

/** RFC 6962, section 2.1, word for word. */
function definition(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return sha256(Uint8Array.of(1), definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

const joined = (digests: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(digests));
const SEED = seeded("merkle");

for (const name of ENGINE_NAMES) {
  describe(`trees, ${name} engine`, () => {
    let primitives: Primitives;
    beforeAll(async () => {
      primitives = (await loadEngine(name)).primitives;
    });

    function leavesOf(data: readonly Uint8Array[], key?: Uint8Array): Uint8Array {
      const bytes = joined(data);
      const ranges = new Uint32Array(2 * data.length);
      let at = 0;
      for (const [i, { length }] of data.entries()) {
        ranges[2 * i] = at;
        ranges[2 * i + 1] = at += length;
      }
      const digests = new Uint8Array(data.length * DIGEST_BYTES);
      if (key === undefined) primitives.leaves(bytes, ranges, data.length, digests);
      else primitives.keyedLeaves(key, bytes, ranges, data.length, digests);
      return digests;
    }

    test("Certificate Transparency's reference tree", () => {
      const leaves = leavesOf(CT_LEAVES.map(bytesOfHex));
      const tree = new MerkleTree(primitives);
      expect(hexOfBytes(tree.root())).toBe(hexOfBytes(sha256()));
      for (const [i, root] of CT_ROOTS.entries()) {
        tree.append(leaves.subarray(i * DIGEST_BYTES), 1);
        expect(hexOfBytes(tree.root())).toBe(root);
      }
      for (const [index, size, path] of CT_PATHS) {
        const some = leaves.subarray(0, size * DIGEST_BYTES);
        expect(hexOfBytes(inclusionProof(primitives, some, index))).toBe(path.join(""));
      }
    });

    test("plain and keyed leaves are SHA-256 and HMAC-SHA-256, at lengths around every block", () => {
      const random = new Random(SEED);
      const data = Array.from({ length: 300 }, (_, length) => Uint8Array.from({ length }, () => random.below(256)));
      for (const keyLength of [1, 32, 64, 65, 200]) {
        const key = Uint8Array.from({ length: keyLength }, () => random.below(256));
        const keyed = leavesOf(data, key);
        for (const [i, piece] of data.entries()) {
          const mac = createHmac("sha256", key).update(piece).digest();
          expect(hexOfBytes(keyed.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES))).toBe(hexOfBytes(sha256(Uint8Array.of(0), mac)));
        }
      }
      const plain = leavesOf(data);
      for (const [i, piece] of data.entries())
        expect(hexOfBytes(plain.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES))).toBe(hexOfBytes(sha256(Uint8Array.of(0), piece)));
    });

    test("any split into calls and any frontier in between gives the root of the definition", () => {
      const random = new Random(SEED + 1);
      for (let round = 0; round < 60; round++) {
        const size = random.below(700);
        const leaves = Array.from({ length: size }, (_, i) => sha256(Uint8Array.of(round, i & 255, i >> 8)));
        let tree = new MerkleTree(primitives);
        for (let at = 0; at < size; ) {
          const count = Math.min(size - at, random.below(90));
          tree.append(joined(leaves.slice(at, at + count)), count);
          at += count;
          if (random.below(3) === 0) tree = new MerkleTree(primitives, tree.frontier());
          expect(tree.frontier().digests.length / DIGEST_BYTES).toBe(at.toString(2).replaceAll("0", "").length);
        }
        expect(tree.size).toBe(size);
        expect(hexOfBytes(tree.root())).toBe(hexOfBytes(definition(leaves)));
      }
    });

    test("every leaf of every small tree has a proof, which proves nothing else", () => {
      for (let size = 1; size <= 40; size++) {
        const leaves = Array.from({ length: size }, (_, i) => sha256(Uint8Array.of(i)));
        const all = joined(leaves);
        const root = hexOfBytes(definition(leaves));
        for (let index = 0; index < size; index++) {
          const path = inclusionProof(primitives, all, index);
          const leaf = leaves[index] as Uint8Array;
          const rootFor = (at: number, of: number, way: Uint8Array, from: Uint8Array = leaf): string =>
            hexOfBytes(rootOfPath(primitives, from, at, of, way) ?? new Uint8Array());
          expect(rootFor(index, size, path)).toBe(root);
          expect(rootFor(index, size, path, sha256(leaf))).not.toBe(root);
          expect(rootFor(index, size, joined([path, leaf]))).not.toBe(root);
          if (size > 1) {
            expect(rootFor(index, size, path.subarray(DIGEST_BYTES))).not.toBe(root);
            expect(rootFor((index + 1) % size, size, path)).not.toBe(root);
          }
        }
      }
    });

    test("tables that do not fit are refused", () => {
      const digests = new Uint8Array(64);
      const call = (ranges: readonly number[], count: number, out: Uint8Array = digests): void => {
        primitives.leaves(new Uint8Array(10), Uint32Array.from(ranges), count, out);
      };
      const key = new Uint8Array(32);
      expect(() => call([0, 11], 1)).toThrow("BAUTA-9001");
      expect(() => call([5, 4], 1)).toThrow("BAUTA-9001");
      expect(() => call([0, 1], 2)).toThrow("BAUTA-9001");
      expect(() => call([0, 1], 1, new Uint8Array(31))).toThrow("BAUTA-9001");
      expect(() => primitives.keyedLeaves(key, new Uint8Array(10), Uint32Array.of(0, 11), 1, digests)).toThrow("BAUTA-9001");
      expect(() => primitives.nodes(new Uint8Array(63), 1)).toThrow("BAUTA-9001");
      expect(() => new MerkleTree(primitives, { size: 3, digests: new Uint8Array(32), sums: "" })).toThrow("BAUTA-9001");
      expect(() => new MerkleTree(primitives, { size: 3, digests: new Uint8Array(96), sums: "" })).toThrow("BAUTA-9001");
      expect(() => new MerkleTree(primitives).append(digests, 3)).toThrow("BAUTA-9001");
      expect(() => inclusionProof(primitives, digests, 2)).toThrow("BAUTA-9001");
    });
  });
}

test("Python's hashlib and hmac, by themselves, come to the same roots", async () => {
  const script = `
import hashlib, hmac, sys
def leaf(d): return hashlib.sha256(b"\\0" + d).digest()
def root(l):
    if not l: return hashlib.sha256(b"").digest()
    if len(l) == 1: return l[0]
    k = 1
    while k * 2 < len(l): k *= 2
    return hashlib.sha256(b"\\1" + root(l[:k]) + root(l[k:])).digest()
data = [bytes((i * 7 + j) & 255 for j in range(i * 37 % 301)) for i in range(1000)]
key = bytes(range(32))
print(root([leaf(d) for d in data]).hex(), root([leaf(hmac.new(key, d, "sha256").digest()) for d in data]).hex())`;
  const { stdout } = spawnSync(process.env["BAUTA_PYTHON"] ?? "python3", ["-c", script], { encoding: "utf8" });
  const data = Array.from({ length: 1000 }, (_, i) => Uint8Array.from({ length: (i * 37) % 301 }, (_, j) => (i * 7 + j) & 255));
  const bytes = joined(data);
  const ranges = new Uint32Array(2000);
  let at = 0;
  for (const [i, { length }] of data.entries()) {
    ranges[2 * i] = at;
    ranges[2 * i + 1] = at += length;
  }
  for (const name of ENGINE_NAMES) {
    const { primitives } = await loadEngine(name);
    const digests = new Uint8Array(1000 * DIGEST_BYTES);
    const [plain, keyed] = [new MerkleTree(primitives), new MerkleTree(primitives)];
    primitives.leaves(bytes, ranges, 1000, digests);
    plain.append(digests, 1000);
    primitives.keyedLeaves(
      Uint8Array.from({ length: 32 }, (_, i) => i),
      bytes,
      ranges,
      1000,
      digests,
    );
    keyed.append(digests, 1000);
    expect(`${hexOfBytes(plain.root())} ${hexOfBytes(keyed.root())}\n`).toBe(stdout);
  }
});
