/** Attacks on the detector of kept text: card numbers and IBANs that a reader sees, in code points that a program does not. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { DEPTH, seeded } from "../seed.ts";
import { attack, codesOf } from "./support.ts";

const KEEP: ModelDocument = { bauta: 1, name: "attack-detector", mode: "deterministic", rules: [{ path: "json:$.**", technique: "keep" }] };
const codes = async (text: string): Promise<readonly number[]> => codesOf(await attack(JSON.stringify({ a: text }), { model: KEEP }));

const NUMBERS = ["4111111111111111", "378282246310005", "DE89370400440532013000", "GB82WEST12345698765432", "no9386011117947"];
/** Signs that take no room, turn the direction, or sit on the character before. */
const UNSEEN = [
  "\u00ad",
  "\u034f",
  "\u061c",
  "\u180e",
  "\u200b",
  "\u200c",
  "\u200d",
  "\u200e",
  "\u202a",
  "\u202e",
  "\u2060",
  "\u2066",
  "\ufe0f",
  "\ufeff",
];
const MARKS = ["\u0301", "\u0308", "\u20dd", "\u0338", "\u{e0100}"];
const BLANKS = [
  " ",
  "-",
  ".",
  "/",
  "_",
  "\u00a0",
  "\u2002",
  "\u2007",
  "\u2009",
  "\u202f",
  "\u3000",
  "\u2010",
  "\u2011",
  "\u2013",
  "\u2212",
];

describe("found", () => {
  test("with anything unseen between any two characters", async () => {
    const seed = seeded("detector");
    const arbitrary = fc.tuple(
      fc.constantFrom(...NUMBERS),
      fc.array(fc.constantFrom("", "", ...UNSEEN, ...MARKS), { minLength: 40, maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async ([number, between]) => {
        expect(await codes([...number].map((character, i) => character + (between[i] as string)).join(""))).toEqual([6004]);
      }),
      { seed, numRuns: 200 * DEPTH },
    );
  });

  test("in groups, whatever a blank or dash is made of", async () => {
    for (const blank of BLANKS) {
      for (const number of NUMBERS) expect([blank, await codes(number.replaceAll(/(.{4})(?=.)/g, `$1${blank}`))]).toEqual([blank, [6004]]);
    }
  });

  test("in the digits of every script", async () => {
    // The runtime's Unicode is newer than ours, or the same: what it lacks cannot be asked for here.
    const zeros: number[] = [];
    for (let code = 0x80; code < 0x1_4000; code++)
      if (/\p{Nd}/u.test(String.fromCodePoint(code)) && !/\p{Nd}/u.test(String.fromCodePoint(code - 1))) zeros.push(code);
    const scripts = zeros.filter((zero) => !NEWER.has(zero));
    expect(scripts.length).toBeGreaterThan(50);
    for (const zero of scripts) {
      const text = [..."4111111111111111"].map((digit) => String.fromCodePoint(zero + Number(digit))).join("");
      expect([zero.toString(16), await codes(text)]).toEqual([zero.toString(16), [6004]]);
    }
    for (const zero of [0x1d7ce, 0x1d7d8, 0x1d7e2, 0x1d7ec, 0x1d7f6]) {
      expect(await codes([..."4111111111111111"].map((digit) => String.fromCodePoint(zero + Number(digit))).join(""))).toEqual([6004]);
    }
  });

  test("glued to other letters and digits", async () => {
    for (const text of ["IBANDE89370400440532013000", "DE89370400440532013000EUR", "xDE89370400440532013000y", "X4111111111111111Y"]) {
      expect([text, await codes(text)]).toEqual([text, [6004]]);
    }
  });
});

test("passed: what is no number, however wide", async () => {
  for (const text of [
    "４１１１１１１１１１１１１１１２",
    "DE88\u200b370400440532013000",
    "Ⅳ Ⅴ ① ②",
    "été 2026",
    "\u{1f4b3}\u{1f4b3}\u{1f4b3}",
  ]) {
    expect([text, await codes(text)]).toEqual([text, []]);
  }
});

/** Zeros of digits that Unicode has had since version 15. */
const NEWER: ReadonlySet<number> = new Set([
  0x10d40, 0x116d0, 0x116da, 0x11bf0, 0x11de0, 0x11f50, 0x16130, 0x16d70, 0x1ccf0, 0x1e4f0, 0x1e5f1,
]);
