/** Attacks on the techniques: values that are nothing but layout, too short, too long, or in code points that few programs expect. */
import { describe, expect, test } from "bun:test";
import { VALUE_POINTS_MAX } from "../../runtime/kit/limits.ts";
import type { ModelDocument, NamespaceDocument, RuleDocument } from "../../runtime/model/document.ts";
import { FPE_KINDS, TOKEN_KINDS } from "../../runtime/model/vocabulary.ts";
import { attack, codesOf } from "./support.ts";

/** A value each, and what makes it odd. */
const VALUES: readonly string[] = [
  ...("A1-/ .:é€\u0301\u200b\ud83d\ude00".match(/./gu) ?? []),
  ...["--", "//", "()", " A ", "1-", "-1", "A-", "a.b", "0000", "000000", "1.1.1.1.1.1", "+", "+1", "+49", "+49 1", "@", "a@b", "\t\n\r"],
  ...["DE00", "DE89 3704 0044 0532 0130 0", "DE893704004405320130 00", "XX00REDACTED", "ZZ89370400440532013000", "de89370400440532013000"],
  ...[
    "GLDTDEFF",
    "gldtdeffxxx",
    "GLDTDEFFAXXX",
    "GLDTDEF",
    "00000000-0000-4000-8000-000000000000",
    "{00000000-0000-4000-8000-000000000000}",
  ],
  ...[
    "4111111111111111",
    "4111111111111112",
    "4111-1111-1111-1111",
    "4111--111111111111",
    "411111111111111",
    "0000000000000000",
    "６４１１",
  ],
  ...["\u202eOttilie", "Otti\u200blie", "\ufb01", "\u0130", "\u1e9e", "\u{1d400}", "e\u0301\u0301\u0301", "\u0000", "\u007f", "\u0085"],
];

const NAMESPACES: Readonly<Record<string, NamespaceDocument>> = Object.fromEntries([
  ...FPE_KINDS.flatMap((kind) => [
    [`fpe-${kind}`, { technique: "fpe", kind, otherwise: "token" }],
    [`draw-${kind}`, { technique: "pseudonym", kind, otherwise: "redact" }],
    [`token-${kind}`, { technique: "token", kind }],
  ]),
  ...TOKEN_KINDS.map((kind) => [`text-${kind}`, { technique: "token", kind }]),
  ["hash", { technique: "hash", kind: "text", hash: "blake3" }],
]);

const RULES: readonly RuleDocument[] = [
  ...Object.keys(NAMESPACES).map((name) => ({ path: `json:$['${name}']`, use: name })),
  { path: "json:$.redact", technique: "redact" },
  { path: "json:$.mask", technique: "mask" },
  { path: "json:$['mask-ends']", technique: "mask", "keep-first": 1, "keep-last": 1 },
  { path: "json:$['mask-most']", technique: "mask", "keep-first": 15, "keep-last": 15 },
  { path: "json:$['mask-pan']", technique: "mask", kind: "pan", "keep-first": 15, "keep-last": 15 },
];
const model: ModelDocument = { bauta: 1, name: "attack-engine", mode: "deterministic", namespaces: NAMESPACES, rules: RULES };
const members = RULES.map(({ path }) => /^json:\$(?:\.|\[')([\w-]+)/.exec(String(path))?.[1] ?? "");

describe("no technique gives a value back", () => {
  for (const name of members) {
    test(`${name}, whatever the value`, async () => {
      for (const value of VALUES) {
        const result = await attack(JSON.stringify({ [name]: value }), { model });
        if (codesOf(result).length > 0) {
          // Refused for what the value is, and for nothing else.
          expect([6001, 6002, 6003, 6005]).toContain(codesOf(result)[0] ?? 0);
          continue;
        }
        const masked = Object.values(JSON.parse(result.text) as Record<string, string>)[0];
        expect([name, value, masked]).not.toEqual([name, value, value]);
      }
    });
  }
});

test("a draw from a class of few is never the value itself", async () => {
  for (let value = 0; value < 110; value++) {
    for (const name of ["draw-digits", "draw-reference", "draw-alphanumeric", "draw-mixed", "draw-account"]) {
      const result = await attack(JSON.stringify({ [name]: String(value) }), { model });
      expect([name, value, codesOf(result), result.text === JSON.stringify({ [name]: String(value) })]).toEqual([name, value, [], false]);
    }
  }
});

describe("no mask shows more than its rule and the value's length allow", () => {
  test("letters and digits that stay, by length", async () => {
    for (let length = 1; length <= 40; length++) {
      const value = Array.from({ length }, (_, i) => String.fromCharCode(0x41 + (i % 26))).join("");
      for (const [name, most] of [
        ["mask", 0],
        ["mask-ends", 2],
        ["mask-most", 30],
        ["mask-pan", 0],
      ] as const) {
        const { text } = await attack(JSON.stringify({ [name]: value }), { model });
        const shown = (/":"([^"]*)"/.exec(text)?.[1] ?? "").replaceAll("*", "").length;
        expect([name, length, shown <= most && shown * 2 <= length && (shown === 0 || length - shown >= 4)]).toEqual([name, length, true]);
      }
    }
  });

  test("of a card number never more than six and four, or eight and four of sixteen digits and more", async () => {
    for (let length = 8; length <= 22; length++) {
      const { text } = await attack(JSON.stringify({ "mask-pan": "4".repeat(length) }), { model });
      const shown = text.split("4").length - 1;
      expect([length, shown <= (length < 13 ? 0 : length < 16 ? 10 : 12) && (shown === 0 || length - shown >= 4)]).toEqual([length, true]);
    }
  });
});

test("values of any length: transformed up to the limit, redacted and removed beyond it, never cut", async () => {
  for (const length of [256, 257, VALUE_POINTS_MAX, VALUE_POINTS_MAX + 1, 300_000]) {
    const value = "Ottilie ".repeat(Math.ceil(length / 8)).slice(0, length);
    const token = await attack(JSON.stringify({ "text-text": value }), { model });
    expect([length, codesOf(token)]).toEqual([length, length > VALUE_POINTS_MAX ? [6007] : []]);
    expect((await attack(JSON.stringify({ redact: value }), { model })).text).toBe('{"redact":"REDACTED"}');
  }
});
