/** The primitives: the same on both engines, and as standards and python-stdnum's own examples have them. */
import { describe, expect, test } from "bun:test";
import {
  type CheckedKind,
  isLuhnValid,
  isMod97Valid,
  luhnDigit,
  mod11And10Digit,
  mod97Digits,
  openPrimitives,
} from "../../runtime/library/primitives.ts";
import { ENGINE_NAMES } from "../engines.ts";

const KEY = Uint8Array.from({ length: 32 }, (_, i) => i);
const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "hex"));

describe.each(ENGINE_NAMES.map((name) => [name] as const))("on the %s engine", (name) => {
  test("textCipher is FF1: samples 2 and 3 of NIST's", async () => {
    const { textCipher } = await openPrimitives(name);
    const key = hex("2B7E151628AED2A6ABF7158809CF4F3C");
    const digits = textCipher({ key, tweak: hex("39383736353433323130"), alphabet: "0123456789" });
    expect(digits.encrypt("0123456789")).toBe("6124200773");
    const letters = textCipher({ key, tweak: hex("3737373770717273373737"), alphabet: "0123456789abcdefghijklmnopqrstuvwxyz" });
    expect(letters.encrypt("0123456789abcdefghi")).toBe("a9tv40mll9kdu509eum");
    expect(letters.decrypt("a9tv40mll9kdu509eum")).toBe("0123456789abcdefghi");
  });

  test("textCipher takes any characters, those outside the basic plane too", async () => {
    const { textCipher } = await openPrimitives(name);
    const alphabet = "äöüßéèñ🂡🂢🂣";
    const cipher = textCipher({ key: KEY, alphabet });
    const text = "🂡äöü🂣ßßé🂢ñ";
    expect([...cipher.encrypt(text)].every((character) => alphabet.includes(character))).toBe(true);
    expect(cipher.decrypt(cipher.encrypt(text))).toBe(text);
  });

  test("textCipher refuses what FF1 does not allow, and shows nothing of the text", async () => {
    const { textCipher } = await openPrimitives(name);
    expect(() => textCipher({ key: KEY, alphabet: "0" })).toThrow("BAUTA-6020");
    expect(() => textCipher({ key: KEY, alphabet: "01230" })).toThrow("BAUTA-6020");
    const cipher = textCipher({ key: KEY, alphabet: "0123456789" });
    expect(() => cipher.encrypt("12345")).toThrow("BAUTA-6003");
    expect(() => cipher.encrypt("411111111111111X")).toThrow(/^(?!.*X\b)BAUTA-6020/);
    expect(() => textCipher({ key: KEY.subarray(1), alphabet: "0123456789" }).encrypt("123456")).toThrow("BAUTA-6020");
  });

  test("tokens are those of HMAC-SHA-256, one for all spellings of a value", async () => {
    const { tokenizer } = await openPrimitives(name);
    const accounts = tokenizer({ key: KEY, kind: "iban", prefix: "AC", width: 26 });
    const token = accounts.token("DE89 3704 0044 0532 0130 00");
    expect(token).toMatch(/^AC[0-9A-HJKMNP-TV-Z]{26}$/);
    expect(accounts.token("de89370400440532013000")).toBe(token);
    expect(accounts.token("DE02120300000000202051")).not.toBe(token);
    accounts.close();
    expect(() => accounts.token("DE89370400440532013000")).toThrow("BAUTA-9001");
    expect(() => tokenizer({ key: new Uint8Array(16) })).toThrow("BAUTA-6020");
    expect(() => tokenizer({ key: KEY, width: 49 })).toThrow("BAUTA-6011");
  });

  test("long values and refused ones", async () => {
    const { tokenizer } = await openPrimitives(name);
    const texts = tokenizer({ key: KEY });
    expect(texts.token("x".repeat(50_000))).toHaveLength(20);
    expect(() => texts.token("x".repeat(70_000))).toThrow(/BAUTA-6\d{3}/);
    expect(texts.token("short")).toHaveLength(20);
    texts.close();
  });

  const kinds: readonly (readonly [CheckedKind, string, string])[] = [
    ["pan", "4111 1111 1111 1111", "4111111111111112"],
    ["iban", "GB82 WEST 1234 5698 7654 32", "GB82WEST12345698765433"],
    ["bic", "DEUTDEFF", "DEUT1EFF"],
    ["lei", "529900T8BM49AURSDO55", "529900T8BM49AURSDO56"],
    ["uetr", "eb6305c9-1f7f-49de-aed0-16487c27b42d", "eb6305c9-1f7f-19de-aed0-16487c27b42d"],
    ["creditor-id", "DE98ZZZ09999999999", "DE99ZZZ09999999999"],
    ["rf-reference", "RF18539007547034", "RF19539007547034"],
  ];
  test.each(kinds.map((row) => [...row] as const))("isOfKind: %s", async (kind, right, wrong) => {
    const { isOfKind } = await openPrimitives(name);
    expect([isOfKind(kind, right), isOfKind(kind, wrong), isOfKind(kind, "")]).toEqual([true, false, false]);
  });
});

describe("checks", () => {
  test("Luhn", () => {
    expect(luhnDigit("411111111111111")).toBe("1");
    expect(["79927398713", "4111111111111111", "79927398710", "1", "", "4111x"].map(isLuhnValid)).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
  });

  test("MOD 97-10", () => {
    expect(mod97Digits("539007547034RF")).toBe("18");
    expect(["529900T8BM49AURSDO55", "529900T8BM49AURSDO54", "", "x"].map(isMod97Valid)).toEqual([true, false, false, false]);
  });

  test("MOD 11,10", () => {
    expect(mod11And10Digit("0794")).toBe("5");
    expect(mod11And10Digit("3339200596")).toBe("1");
  });

  test("other texts are 6021", () => {
    for (const call of [() => luhnDigit(""), () => luhnDigit("12 3"), () => mod97Digits("rf"), () => mod11And10Digit("A")])
      expect(call).toThrow("BAUTA-6021");
  });
});
