/**
 * Every kind of people, contacts and identifiers on values of 0 to 200 code points, and on code points from all of Unicode: both engines
 * say the same, twice, and a code point that the pinned version of Unicode does not assign is refused.
 */
import { expect, test } from "bun:test";
import { loadUnicode } from "../../runtime/engines/portable/text/unicode.ts";
import { loadEngine } from "../engines.ts";
import { Random } from "../generators/random.ts";
import { PEOPLE_VALUES } from "../property/people-values.ts";
import { seeded } from "../seed.ts";
import { maskAll } from "./bulk.ts";

const SLOW = 300_000;
const LENGTH_MAX = 200;
/** One of so many code points is looked at in a run; over some runs, all. */
const STEP = 16;
const CODE_POINTS = 0x11_0000;

const random = new Random(seeded("lengths"));
const kinds = [...new Set(PEOPLE_VALUES.map(([kind]) => kind))];
/** Kinds whose canonical form is text, so that what is unassigned is refused as such; all others are 6001 beyond ASCII. */
const WORDED = [
  "party-name",
  "given-name",
  "family-name",
  "organisation",
  "street",
  "town",
  "subdivision",
  "address-line",
  "free-text",
  "email",
];
const FIELD_FORMAT = 6001;
const UNICODE_UNASSIGNED = 6005;

const ALPHABETS: readonly string[] = [
  "abcdefghijklmnopqrstuvwxyz ",
  "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  "0123456789",
  "aeouAEOU ",
  "0123456789ABCabc -./@,",
  "äöüßéñøłæþıÄÖÜẞ '’&+, ",
  "\u0301\u0308\u0323a e\u00a0\u200b\u3000\n\t",
  "ДімитрийγεωργίαЛ ",
  "王小明김철수あい ",
];

const isCharacter = (code: number): boolean => code >= 0x20 && !(code >= 0xd800 && code < 0xe000) && code !== 0xfffe && code !== 0xffff;

function textOf(length: number): string {
  const letters = [...random.pick(ALPHABETS)];
  return Array.from({ length }, () => random.pick(letters)).join("");
}

const texts = Array.from({ length: LENGTH_MAX + 1 }, (_, length) => [textOf(length), textOf(length), textOf(length)]).flat();
const first = random.below(STEP);
const points = Array.from({ length: CODE_POINTS / STEP }, (_, i) => i * STEP + first).filter(isCharacter);

test.each(kinds)(
  "%s: 0 to 200 code points, and all of Unicode",
  async (kind) => {
    const [native, portable] = [await loadEngine("native"), await loadEngine("portable")];
    const draft = { technique: "pseudonym", kind, otherwise: "error" } as const;
    const values = [...texts, ...points.map((code) => `Ab${String.fromCodePoint(code)}c`)];
    const outcomes = maskAll(native, draft, values);
    expect(maskAll(native, draft, values)).toEqual(outcomes);
    expect(maskAll(portable, draft, values)).toEqual(outcomes);
    const unicode = loadUnicode();
    const wrong: string[] = [];
    for (const [i, code] of points.entries()) {
      const { status } = outcomes[texts.length + i] as { status: number };
      const isRefused = WORDED.includes(kind)
        ? status === UNICODE_UNASSIGNED
        : code >= 0x80
          ? status === FIELD_FORMAT || status === UNICODE_UNASSIGNED
          : status === FIELD_FORMAT;
      if (!unicode.isAssigned(code) && !isRefused) wrong.push(`U+${code.toString(16)}: ${status}`);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  },
  SLOW,
);
