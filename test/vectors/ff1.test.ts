/** FF1 of both engines against NIST's samples and every Wycheproof case, encrypted and decrypted; refusals are counted. */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import type { Primitives } from "../../runtime/engines/api.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { bytesOfHex } from "./hex.ts";

const ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";
const KEY_128 = "2B7E151628AED2A6ABF7158809CF4F3C";
const KEY_192 = `${KEY_128}EF4359D8D580AA4F`;
const KEY_256 = `${KEY_192}7F036D6F04FC6A94`;
const TWEAK_10 = "39383736353433323130";
const TWEAK_11 = "3737373770717273373737";

/** NIST's FF1 samples 1 to 9: key, radix, tweak, plaintext, ciphertext. */
const SAMPLES: readonly (readonly [string, number, string, string, string])[] = [
  [KEY_128, 10, "", "0123456789", "2433477484"],
  [KEY_128, 10, TWEAK_10, "0123456789", "6124200773"],
  [KEY_128, 36, TWEAK_11, "0123456789abcdefghi", "a9tv40mll9kdu509eum"],
  [KEY_192, 10, "", "0123456789", "2830668132"],
  [KEY_192, 10, TWEAK_10, "0123456789", "2496655549"],
  [KEY_192, 36, TWEAK_11, "0123456789abcdefghi", "xbj3kv35jrawxv32ysr"],
  [KEY_256, 10, "", "0123456789", "6657667009"],
  [KEY_256, 10, TWEAK_10, "0123456789", "1001623463"],
  [KEY_256, 36, TWEAK_11, "0123456789abcdefghi", "xs8a0azh2avyalyzuwd"],
];

interface Case {
  readonly tcId: number;
  readonly key: string;
  readonly tweak: string;
  readonly msg: string | readonly number[];
  readonly ct: string | readonly number[];
  readonly result: "valid" | "invalid";
  readonly flags: readonly string[];
}

interface File {
  readonly testGroups: readonly { readonly radix: number; readonly alphabet?: string; readonly tests: readonly Case[] }[];
}

interface Counts {
  valid: number;
  refusedInvalid: number;
  refusedSmall: number;
}

/** What each file must come to: cases computed, invalid ones refused, and those below 10^6 values refused. */
const FILES: readonly (readonly [string, Counts])[] = [
  ["base10", { valid: 3300, refusedInvalid: 533, refusedSmall: 12 }],
  ["base36", { valid: 2459, refusedInvalid: 389, refusedSmall: 6 }],
  ["base62", { valid: 2133, refusedInvalid: 335, refusedSmall: 6 }],
  ["radix10", { valid: 3300, refusedInvalid: 533, refusedSmall: 12 }],
  ["radix26", { valid: 2642, refusedInvalid: 425, refusedSmall: 9 }],
  ["radix36", { valid: 2459, refusedInvalid: 389, refusedSmall: 6 }],
  ["radix62", { valid: 2133, refusedInvalid: 335, refusedSmall: 6 }],
];

for (const name of ENGINE_NAMES) {
  describe(`FF1, ${name} engine`, () => {
    let primitives: Primitives;
    beforeAll(async () => {
      primitives = (await loadEngine(name)).primitives;
    });

    test.each(SAMPLES.map((sample, i) => [i + 1, ...sample] as const))("NIST sample %i", (_, key, radix, tweak, plaintext, ciphertext) => {
      const digits = digitsOf(plaintext, ALPHABET);
      const encrypted = primitives.ff1Encrypt(bytesOfHex(key), bytesOfHex(tweak), radix, digits);
      expect(textOf(encrypted)).toBe(ciphertext);
      expect(textOf(primitives.ff1Decrypt(bytesOfHex(key), bytesOfHex(tweak), radix, encrypted))).toBe(plaintext);
    });

    test("parameters outside the standard are refused", () => {
      const key = bytesOfHex(KEY_256);
      const none = new Uint8Array(0);
      const ten = digitsOf("0123456789", ALPHABET);
      const attempts: readonly (readonly [number, () => unknown])[] = [
        [6020, () => primitives.ff1Encrypt(key.subarray(1), none, 10, ten)],
        [6020, () => primitives.ff1Encrypt(key, none, 1, new Uint16Array(30))],
        [6020, () => primitives.ff1Encrypt(key, none, 65_537, ten)],
        [6020, () => primitives.ff1Encrypt(key, none, 9, ten)],
        [6020, () => primitives.ff1Encrypt(key, none, 10, new Uint16Array(4097))],
        [6020, () => primitives.ff1Encrypt(key, none, 65_536, new Uint16Array(1))],
        [6020, () => primitives.ff1Encrypt(key, new Uint8Array(65_536), 10, ten)],
        [6003, () => primitives.ff1Encrypt(key, none, 10, ten.subarray(0, 5))],
        [6003, () => primitives.ff1Decrypt(key, none, 2, new Uint16Array(19))],
      ];
      for (const [issue, attempt] of attempts) expect(issueOf(attempt)).toBe(issue);
    });

    test("the smallest and the widest domains come back", () => {
      const key = bytesOfHex(KEY_256);
      const tweak = bytesOfHex(TWEAK_10);
      for (const [radix, length] of [
        [10, 6],
        [2, 20],
        [65_536, 2],
        [1000, 2],
        [65_536, 4096],
        [2, 4096],
      ] as const) {
        const digits = Uint16Array.from({ length }, (_, i) => (i * 40_503 + 7) % radix);
        const encrypted = primitives.ff1Encrypt(key, tweak, radix, digits);
        expect(encrypted).not.toEqual(digits);
        expect(primitives.ff1Decrypt(key, tweak, radix, encrypted)).toEqual(digits);
      }
    });

    for (const [file, expected] of FILES) {
      const title = `Wycheproof ${file}: ${expected.valid} computed, ${expected.refusedInvalid + expected.refusedSmall} refused`;
      test.skipIf(!sharedExists)(sharedExists ? title : `${title} (${SHARED_SKIP_REASON})`, () => {
        expect(runFile(primitives, `wycheproof-aes_ff1_${file}_test.json`)).toEqual(expected);
      });
    }

    const title = "NIST samples of the shared file are those above";
    test.skipIf(!sharedExists)(sharedExists ? title : `${title} (${SHARED_SKIP_REASON})`, () => {
      const file = JSON.parse(readFileSync(`${sharedRoot}vectors/nist-ff1-samples.json`, "utf8")) as {
        samples: { key: string; radix: number; tweak: string; plaintext: string; ciphertext: string }[];
      };
      const rows = file.samples.map(({ key, radix, tweak, plaintext, ciphertext }) => [key, radix, tweak, plaintext, ciphertext]);
      expect(rows).toEqual(SAMPLES.map((sample) => [...sample]));
    });
  });
}

function runFile(primitives: Primitives, file: string): Counts {
  const { testGroups } = JSON.parse(readFileSync(`${sharedRoot}vectors/${file}`, "utf8")) as File;
  const counts: Counts = { valid: 0, refusedInvalid: 0, refusedSmall: 0 };
  for (const { radix, alphabet, tests } of testGroups) {
    for (const row of tests) countCase(primitives, radix, alphabet, row, counts);
  }
  return counts;
}

function countCase(primitives: Primitives, radix: number, alphabet: string | undefined, row: Case, counts: Counts): void {
  const key = bytesOfHex(row.key);
  const tweak = bytesOfHex(row.tweak);
  const message = digitsOf(row.msg, alphabet);
  if (row.result === "invalid" || row.flags.includes("SmallMessageSize")) {
    const issue = issueOf(() => primitives.ff1Encrypt(key, tweak, radix, message));
    if (issueOf(() => primitives.ff1Decrypt(key, tweak, radix, message)) !== issue) throw new Error(`case ${row.tcId}: directions differ`);
    if (row.result === "invalid" && (issue === 6020 || issue === 6003)) counts.refusedInvalid++;
    if (row.result === "valid" && issue === 6003) counts.refusedSmall++;
    return;
  }
  const ciphertext = digitsOf(row.ct, alphabet);
  const encrypted = primitives.ff1Encrypt(key, tweak, radix, message);
  const decrypted = primitives.ff1Decrypt(key, tweak, radix, ciphertext);
  if (!equal(encrypted, ciphertext) || !equal(decrypted, message)) throw new Error(`case ${row.tcId}: wrong result`);
  counts.valid++;
}

/** Digits of a list or of a text; what is no digit becomes 65,535, which is below no radix of these files. */
function digitsOf(message: string | readonly number[], alphabet?: string): Uint16Array {
  const digits = typeof message === "string" ? Array.from(message, (letter) => (alphabet ?? "").indexOf(letter)) : message;
  return Uint16Array.from(digits, (digit) => (digit < 0 || digit > 65_535 ? 65_535 : digit));
}

function textOf(digits: Uint16Array): string {
  return Array.from(digits, (digit) => ALPHABET[digit]).join("");
}

function equal(a: Uint16Array, b: Uint16Array): boolean {
  return a.length === b.length && a.every((digit, i) => digit === b[i]);
}

function issueOf(attempt: () => unknown): number | undefined {
  try {
    attempt();
    return undefined;
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
}
