/** Format-preserving encryption and draws, each worked out by the oracle. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanKind } from "../../../runtime/engines/plan.ts";
import {
  STATUS_KEPT as KEPT,
  STATUS_LEFT as LEFT,
  STATUS_MASKED as MASKED,
  STATUS_REMOVED as REMOVED,
} from "../../../runtime/record/tables.ts";
import { type Draft, KEY, run } from "./bench.ts";
import { asSmall, CAPITALS, check97, DIGITS, drawText, encryptText, SMALLS, withLuhn } from "./oracle.ts";

const ALNUM = DIGITS + CAPITALS;
const ALL = ALNUM + SMALLS;

export function encryption(engine: () => Engine): void {
  const every = (alphabet: string, count: number): string[] => new Array<string>(count).fill(alphabet);
  const encrypted = (tweak: string, alphabet: string, text: string, member?: (text: string) => boolean): string =>
    encryptText(KEY, tweak, every(alphabet, text.length), text, member);
  const noZero = (text: string): boolean => !text.startsWith("0");
  const hasSmall = (text: string): boolean => /[a-z]/.test(text);
  const fpe = (kind: PlanKind, value: string, rest: Partial<Draft> = {}): string => {
    const outcome = run(engine(), { technique: "fpe", kind, ...rest }, value);
    expect(outcome.status).toBe(MASKED);
    const back = run(engine(), { technique: "fpe", kind, ...rest }, outcome.text, { direction: "unmask" });
    expect(back.status).toBe(MASKED);
    return `${outcome.text} ⇄ ${back.text}`;
  };
  const there = (masked: string, value: string): string => `${masked} ⇄ ${value}`;

  describe("fpe by the oracle", () => {
    test("pan", () => {
      for (const [bin, value, tweak] of [
        ["none", "4111111111111111", "pan/16/"],
        [6, "4111111111111111", "pan/16/411111"],
        [8, "4111111111111111", "pan/16/41111111"],
        [6, "6304000000000000000", "pan/19/630400"],
        ["none", "378282246310005", "pan/15/"],
      ] as const) {
        const kept = bin === "none" ? 0 : bin;
        const whole = value.length === 19 ? withLuhn(value.slice(0, 18)) : value;
        const masked = withLuhn(whole.slice(0, kept) + encrypted(tweak, DIGITS, whole.slice(kept, -1), kept === 0 ? noZero : undefined));
        expect(fpe("pan", whole, { bin })).toBe(there(masked, whole));
      }
      const masked = withLuhn(`411111${encrypted("pan/16/411111", DIGITS, "111111111")}`);
      expect(fpe("pan", "4111 1111-1111/1111", { bin: 6 })).toBe(
        there(`${masked.slice(0, 4)} ${masked.slice(4, 8)}-${masked.slice(8, 12)}/${masked.slice(12)}`, "4111 1111-1111/1111"),
      );
    });
    test("digits, alphanumeric, mixed", () => {
      expect(fpe("digits", "12 34-56.78")).toBe(
        there(encrypted("digits/8", DIGITS, "12345678", noZero).replace(/(..)(..)(..)(..)/, "$1 $2-$3.$4"), "12 34-56.78"),
      );
      expect(fpe("digits", "9".repeat(77))).toBe(there(encrypted("digits/77", DIGITS, "9".repeat(77), noZero), "9".repeat(77)));
      expect(fpe("alphanumeric", "AB12")).toBe(there(encrypted("alnum/4", ALNUM, "AB12"), "AB12"));
      expect(fpe("alphanumeric", "ab12")).toBe(there(encrypted("alnum62/4", ALL, "ab12", hasSmall), "ab12"));
      const pattern = [CAPITALS, SMALLS, DIGITS, DIGITS, CAPITALS, CAPITALS];
      expect(fpe("mixed", "Ab12XY")).toBe(there(encryptText(KEY, "mixed/uldduu", pattern, "Ab12XY"), "Ab12XY"));
      const number = encryptText(KEY, "mixed/ddddddd", every(DIGITS, 7), "1000007", noZero);
      expect(fpe("mixed", "1000007")).toBe(there(number, "1000007"));
    });
    test("a leading zero stays one, and none appears", () => {
      for (const kind of ["digits", "mixed", "reference", "account"] as const) {
        const tweak = { digits: "digits/7", mixed: "mixed/ddddddd", reference: "ref-d/aaaaaaa", account: "acc-d/aaaaaaa" }[kind];
        for (let i = 0; i < 40; i++) {
          const [zero, other] = [`0${i + 100000}`, `${i + 1000000}`];
          expect(fpe(kind, zero)).toBe(
            there(
              encrypted(tweak, DIGITS, zero, (text) => text.startsWith("0")),
              zero,
            ),
          );
          expect(fpe(kind, other)).toBe(there(encrypted(tweak, DIGITS, other, noZero), other));
        }
      }
      const card = withLuhn("000000000000001");
      const walked = encrypted("pan/16/", DIGITS, card.slice(0, -1), (text) => text.startsWith("0"));
      expect(fpe("pan", card)).toBe(there(withLuhn(walked), card));
    });
    test("reference and account", () => {
      expect(fpe("reference", "000123")).toBe(
        there(
          encrypted("ref-d/aaaaaa", DIGITS, "000123", (text) => text.startsWith("0")),
          "000123",
        ),
      );
      expect(fpe("reference", "0001")).toBe(there(encrypted("ref-u/aaaa", ALNUM, "0001"), "0001"));
      const notDigits = (text: string): boolean => !/^[0-9]*$/.test(text);
      expect(fpe("reference", "AB0123")).toBe(there(encrypted("ref-u/aaaaaa", ALNUM, "AB0123", notDigits), "AB0123"));
      expect(fpe("reference", "a-01/Z")).toBe(
        there(encrypted("ref-m/a-aa/a", ALL, "a01Z", hasSmall).replace(/(.)(..)(.)/, "$1-$2/$3"), "a-01/Z"),
      );
      expect(fpe("reference", "x".repeat(42))).toBe(
        there(encrypted(`ref-m/${"a".repeat(42)}`, ALL, "x".repeat(42), hasSmall), "x".repeat(42)),
      );
      const notCard = (text: string): boolean => withLuhn(text.slice(0, -1)) !== text && noZero(text);
      expect(fpe("account", "1234567890123")).toBe(
        there(encrypted("acc-d/aaaaaaaaaaaaa", DIGITS, "1234567890123", notCard), "1234567890123"),
      );
      expect(fpe("account", "12345678")).toBe(there(encrypted("acc-d/aaaaaaaa", DIGITS, "12345678", noZero), "12345678"));
      const card = withLuhn(encrypted("pan/16/", DIGITS, "411111111111111", noZero));
      expect(fpe("account", "4111_1111_1111_1111")).toBe(
        there(card.replace(/(....)(....)(....)(....)/, "$1_$2_$3_$4"), "4111_1111_1111_1111"),
      );
    });
    test("bic", () => {
      const strict = [...every(CAPITALS, 4), `${CAPITALS}23456789`, `${CAPITALS.replace("O", "")}${DIGITS}`];
      const place = (six: string): string => `${six.slice(0, 4)}DE${six.slice(4, 6)}${six.slice(6)}`;
      const eight = place(encryptText(KEY, "bic/DE", strict, "DEUTFF"));
      expect(fpe("bic", "DEUTDEFF")).toBe(there(eight, "DEUTDEFF"));
      expect(fpe("bic", "deutdeffxxx")).toBe(there(`${eight}XXX`, "DEUTDEFFXXX"));
      const branch = encryptText(KEY, "bic/DE/branch", [...strict, ...every(ALNUM, 3)], "DEUTFF500", (text) => !text.endsWith("XXX"));
      expect(fpe("bic", "DEUTDEFF500")).toBe(there(place(branch), "DEUTDEFF500"));
      const isStrict = (text: string): boolean => /^[A-Z]{4}[A-Z2-9][A-NP-Z0-9]/.test(text);
      const wide = encryptText(KEY, "bic-wide/DE", every(ALNUM, 6), "1EUTFF", (text) => !isStrict(text));
      expect(fpe("bic", "1EUTDEFF")).toBe(there(place(wide), "1EUTDEFF"));
      const wideBranch = encryptText(
        KEY,
        "bic-wide/DE/branch",
        every(ALNUM, 9),
        "DEUT0OA1B",
        (text) => !isStrict(text) && !text.endsWith("XXX"),
      );
      expect(fpe("bic", "DEUTDE0OA1B")).toBe(there(place(wideBranch), "DEUTDE0OA1B"));
    });
    test("lei, uetr, phone", () => {
      const lei = encrypted("lei", ALNUM, "529900T8BM49AURSDO");
      expect(fpe("lei", "529900T8BM49AURSDO55")).toBe(there(lei + check97(lei), "529900T8BM49AURSDO55"));
      const free = encryptText(
        KEY,
        "uetr",
        [...every("0123456789abcdef", 15), "89ab", ...every("0123456789abcdef", 15)],
        "eb6305c91f7f9deaed016487c27b42d",
      );
      const uetr = `${free.slice(0, 12)}4${free.slice(12)}`.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
      expect(fpe("uetr", "eb6305c9-1f7f-49de-aed0-16487c27b42d")).toBe(there(uetr, "eb6305c9-1f7f-49de-aed0-16487c27b42d"));
      const phone = encrypted("phone/49/8", DIGITS, "89123456");
      expect(fpe("phone", "+49 (89) 123-456")).toBe(there(phone.replace(/(..)(...)(...)/, "+49 ($1) $2-$3"), "+49 (89) 123-456"));
    });
    test("iban", () => {
      const german = encrypted("iban/DE", DIGITS, "370400440532013000");
      const iban = `DE${check97(`${german}DE`)}${german}`;
      expect(fpe("iban", "DE89370400440532013000")).toBe(there(iban, "DE89370400440532013000"));
      expect(fpe("account", "de89 3704 0044 0532 0130 00")).toBe(
        there(asSmall(iban).replace(/(....)(?=.)/g, "$1 "), "de89 3704 0044 0532 0130 00"),
      );
      // Great Britain: four letters, fourteen digits, no national check.
      const british = encryptText(KEY, "iban/GB", [...every(CAPITALS, 4), ...every(DIGITS, 14)], "WEST12345698765432");
      expect(fpe("iban", "GB82WEST12345698765432")).toBe(there(`GB${check97(`${british}GB`)}${british}`, "GB82WEST12345698765432"));
      // Finland: Luhn digit at the end of the BBAN.
      const finnish = withLuhn(encrypted("iban/FI", DIGITS, "1234560000078"));
      expect(fpe("iban", `FI${check97("12345600000785FI")}12345600000785`)).toBe(
        there(`FI${check97(`${finnish}FI`)}${finnish}`, `FI${check97("12345600000785FI")}12345600000785`),
      );
      // The same with a wrong Luhn digit keeps having a wrong one.
      const wrong = encrypted("iban-free/FI", DIGITS, "12345600000784", (text) => withLuhn(text.slice(0, 13)) !== text);
      expect(fpe("iban", `FI${check97("12345600000784FI")}12345600000784`)).toBe(
        there(`FI${check97(`${wrong}FI`)}${wrong}`, `FI${check97("12345600000784FI")}12345600000784`),
      );
    });
  });

  describe("unmask", () => {
    test("leaves what it cannot reverse", () => {
      for (const technique of ["redact", "mask", "hash", "token", "pseudonym"] as const) {
        expect(run(engine(), { technique, kind: "reference" }, "a&b", { direction: "unmask" })).toEqual({ status: LEFT, text: "a&b" });
      }
      expect(run(engine(), { technique: "fpe", kind: "pan" }, "x", { direction: "unmask" })).toEqual({ status: LEFT, text: "x" });
      expect(run(engine(), { technique: "fpe", kind: "pan" }, "é", { direction: "unmask" })).toEqual({ status: LEFT, text: "é" });
      expect(run(engine(), { technique: "keep" }, "x", { direction: "unmask" })).toEqual({ status: KEPT, text: "x" });
      expect(run(engine(), { technique: "drop" }, "x", { direction: "unmask" })).toEqual({ status: REMOVED, text: "" });
    });
  });
}

export function draws(engine: () => Engine): void {
  const every = (alphabet: string, count: number): string[] => new Array<string>(count).fill(alphabet);
  const drawn = (kind: PlanKind, value: string, rest: Partial<Draft> = {}): string =>
    run(engine(), { technique: "pseudonym", kind, ...rest }, value).text;
  describe("pseudonym by the oracle", () => {
    test("draws from the class, marked as test data", () => {
      expect(drawn("digits", "12-34")).toBe(drawText(KEY, "1234", every(DIGITS, 4)).replace(/(..)(..)/, "$1-$2"));
      expect(drawn("digits", "7")).toBe(drawText(KEY, "7", [DIGITS]));
      expect(drawn("pan", "4111 1111 1111 1111", { bin: 6 })).toBe(
        withLuhn(`411111${drawText(KEY, "4111111111111111", every(DIGITS, 9))}`).replace(/(....)(?=.)/g, "$1 "),
      );
      expect(drawn("pan", "4111111111111111")).toBe(withLuhn(`999999${drawText(KEY, "4111111111111111", every(DIGITS, 15)).slice(6)}`));
      const german = `0${drawText(KEY, "DE89370400440532013000", every(DIGITS, 18)).slice(1)}`;
      expect(drawn("iban", "DE89 3704 0044 0532 0130 00")).toBe(`DE${check97(`${german}DE`)}${german}`.replace(/(....)(?=.)/g, "$1 "));
      const british = `X${drawText(KEY, "GB82WEST12345698765432", [...every(CAPITALS, 4), ...every(DIGITS, 14)]).slice(1)}`;
      expect(drawn("account", "GB82WEST12345698765432")).toBe(`GB${check97(`${british}GB`)}${british}`);
      const bic = drawText(KEY, "DEUTDEFF", [...every(CAPITALS, 4), `${CAPITALS}23456789`, `${CAPITALS.replace("O", "")}${DIGITS}`]);
      expect(drawn("bic", "DEUTDEFFXXX")).toBe(`${bic.slice(0, 4)}DE${bic[4]}0XXX`);
      expect(drawn("reference", "A-1")).toBe(drawText(KEY, "A-1", every(ALNUM, 2)).replace(/(.)(.)/, "$1-$2"));
      expect(drawn("phone", "+49 89 1")).toBe(drawText(KEY, "+49891", every(DIGITS, 3)).replace(/(..)(.)/, "+49 $1 $2"));
    });
  });
}
