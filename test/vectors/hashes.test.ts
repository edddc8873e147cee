/** HMAC, BLAKE3 keyed and XXH3 of both engines against RFC 4231, Wycheproof, BLAKE3's own vectors and the shared values. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Primitives } from "../../runtime/engines/api.ts";
import { xxh3Seeded } from "../../runtime/engines/portable/crypto/xxh3-seeded.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { bytesOfHex, bytesOfText, hexOfBytes } from "./hex.ts";

/** RFC 4231, section 4: key, data, HMAC-SHA-256, HMAC-SHA-512. Case 5 gives the first 128 bits only. */
const RFC_4231: readonly (readonly [Uint8Array, Uint8Array, string, string])[] = [
  [
    repeated(0x0b, 20),
    bytesOfText("Hi There"),
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
    "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
  ],
  [
    bytesOfText("Jefe"),
    bytesOfText("what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
  ],
  [
    repeated(0xaa, 20),
    repeated(0xdd, 50),
    "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
    "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
  ],
  [
    Uint8Array.from({ length: 25 }, (_, i) => i + 1),
    repeated(0xcd, 50),
    "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
    "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3dba91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
  ],
  [repeated(0x0c, 20), bytesOfText("Test With Truncation"), "a3b6167473100ee06e0c796c2955552b", "415fad6271580a531d4179bc891d87a6"],
  [
    repeated(0xaa, 131),
    bytesOfText("Test Using Larger Than Block-Size Key - Hash Key First"),
    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
    "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
  ],
  [
    repeated(0xaa, 131),
    bytesOfText(
      "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.",
    ),
    "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
    "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
  ],
];

/** BLAKE3's test vectors, mode keyed_hash: input length, first 32 bytes. Input byte i is i mod 251. */
const BLAKE3_KEY = bytesOfText("whats the Elvish word for friend");
const BLAKE3: readonly (readonly [number, string])[] = [
  [0, "92b2b75604ed3c761f9d6f62392c8a9227ad0ea3f09573e783f1498a4ed60d26"],
  [1, "6d7878dfff2f485635d39013278ae14f1454b8c0a3a2d34bc1ab38228a80c95b"],
  [1023, "c951ecdf03288d0fcc96ee3413563d8a6d3589547f2c2fb36d9786470f1b9d6e"],
  [1024, "75c46f6f3d9eb4f55ecaaee480db732e6c2105546f1e675003687c31719c7ba4"],
  [1025, "357dc55de0c7e382c900fd6e320acc04146be01db6a8ce7210b7189bd664ea69"],
  [2048, "879cf1fa2ea0e79126cb1063617a05b6ad9d0b696d0d757cf053439f60a99dd1"],
  [2049, "9f29700902f7c86e514ddc4df1e3049f258b2472b6dd5267f61bf13983b78dd5"],
  [3072, "044a0e7b172a312dc02a4c9a818c036ffa2776368d7f528268d2e6b5df191770"],
  [3073, "68dede9bef00ba89e43f31a6825f4cf433389fedae75c04ee9f0cf16a427c95a"],
  [4096, "befc660aea2f1718884cd8deb9902811d332f4fc4a38cf7c7300d597a081bfc0"],
  [4097, "00df940cd36bb9fa7cbbc3556744e0dbc8191401afe70520ba292ee3ca80abbc"],
  [5120, "2c493e48e9b9bf31e0553a22b23503c0a3388f035cece68eb438d22fa1943e20"],
  [6144, "3d6b6d21281d0ade5b2b016ae4034c5dec10ca7e475f90f76eac7138e9bc8f1d"],
  [7169, "ed9b1a922c046fdb3d423ae34e143b05ca1bf28b710432857bf738bcedbfa511"],
];

const SEED = 0x1122334455667788n;

for (const name of ENGINE_NAMES) {
  describe(`hashes, ${name} engine`, () => {
    let primitives: Primitives;
    beforeAll(async () => {
      primitives = (await loadEngine(name)).primitives;
    });

    test.each(RFC_4231.map((row, i) => [i + 1, ...row] as const))("RFC 4231 case %i", (_, key, data, sha256, sha512) => {
      expect(hexOfBytes(primitives.hmacSha256(key, data)).slice(0, sha256.length)).toBe(sha256);
      expect(hexOfBytes(primitives.hmacSha512(key, data)).slice(0, sha512.length)).toBe(sha512);
    });

    test.each(BLAKE3.map((row) => [...row] as const))("BLAKE3 keyed, %i bytes", (length, expected) => {
      const input = Uint8Array.from({ length }, (_, i) => i % 251);
      expect(hexOfBytes(primitives.blake3Keyed(BLAKE3_KEY, input))).toBe(expected);
    });

    test("BLAKE3 takes keys of 32 bytes only, and each call its own", () => {
      expect(() => primitives.blake3Keyed(BLAKE3_KEY.subarray(1), BLAKE3_KEY)).toThrow("BAUTA-9001");
      const first = hexOfBytes(primitives.blake3Keyed(repeated(1, 32), BLAKE3_KEY));
      const second = hexOfBytes(primitives.blake3Keyed(repeated(2, 32), BLAKE3_KEY));
      expect(second).not.toBe(first);
      expect(hexOfBytes(primitives.blake3Keyed(repeated(1, 32), BLAKE3_KEY))).toBe(first);
    });

    const wycheproof = "Wycheproof HMAC-SHA-256: 66 valid, 108 modified tags told apart";
    test.skipIf(!sharedExists)(sharedExists ? wycheproof : `${wycheproof} (${SHARED_SKIP_REASON})`, () => {
      expect(countMacs(primitives)).toEqual({ valid: 66, invalid: 108 });
    });

    const xxh3 = "xxh3-64 of the shared file, seedless and seeded: 16 lengths";
    test.skipIf(!sharedExists)(sharedExists ? xxh3 : `${xxh3} (${SHARED_SKIP_REASON})`, () => {
      const rows = JSON.parse(readFileSync(`${sharedRoot}vectors/xxh3-64.json`, "utf8")) as {
        len: number;
        xxh3: string;
        xxh3_seed: string;
      }[];
      expect(rows.length).toBe(16);
      for (const row of rows) {
        const data = Uint8Array.from({ length: row.len }, (_, i) => (i * 7 + 3) & 255);
        expect(hexOfBytes(primitives.xxh3(data))).toBe(row.xxh3);
        expect(hexOfBytes(primitives.xxh3(data, SEED))).toBe(row.xxh3_seed);
      }
    });

    test("xxh3-64 at every length to 600 and in blocks beyond agrees with the seeded arithmetic", () => {
      const data = Uint8Array.from({ length: 5000 }, (_, i) => (i * 131 + 17) & 255);
      for (let length = 0; length <= 5000; length += length < 600 ? 1 : 337) {
        const input = data.subarray(0, length);
        expect(hexOfBytes(primitives.xxh3(input))).toBe(xxh3Seeded(input, 0n).toString(16).padStart(16, "0"));
        expect(hexOfBytes(primitives.xxh3(input, SEED))).toBe(xxh3Seeded(input, SEED).toString(16).padStart(16, "0"));
      }
    });
  });
}

function countMacs(primitives: Primitives): { valid: number; invalid: number } {
  const file = JSON.parse(readFileSync(`${sharedRoot}vectors/wycheproof-hmac_sha256_test.json`, "utf8")) as {
    testGroups: { tagSize: number; tests: { key: string; msg: string; tag: string; result: string }[] }[];
  };
  const counts = { valid: 0, invalid: 0 };
  for (const { tagSize, tests } of file.testGroups) {
    for (const { key, msg, tag, result } of tests) {
      const mac = hexOfBytes(primitives.hmacSha256(bytesOfHex(key), bytesOfHex(msg))).slice(0, tagSize / 4);
      if (result === "valid" && mac === tag) counts.valid++;
      if (result === "invalid" && mac !== tag) counts.invalid++;
    }
  }
  return counts;
}

function repeated(byte: number, count: number): Uint8Array {
  return new Uint8Array(count).fill(byte);
}
