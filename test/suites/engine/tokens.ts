/** Tokens, hashes, and the canonical forms that they are made of. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanKind, PlanShape } from "../../../runtime/engines/plan.ts";
import { STATUS_MASKED as MASKED } from "../../../runtime/record/tables.ts";
import { type Draft, KEY, run } from "./bench.ts";
import { asSmall, DIGITS, hmac, tokenOf } from "./oracle.ts";

export function tokensAndHashes(engine: () => Engine): void {
  describe("token", () => {
    const token = (shape: PlanShape, max = 0, rest: Partial<Draft> = {}, value = "Erika"): string =>
      run(engine(), { technique: "token", kind: "text", fit: { shape, min: 0, max }, ...rest }, value).text;
    test("is the digest in the field's alphabet", () => {
      expect(token("text")).toBe(tokenOf(KEY, "Erika"));
      expect(token("text", 35, { prefix: "NM" })).toBe(`NM${tokenOf(KEY, "Erika")}`);
      expect(token("swift-x", 16, { width: 14, prefix: "N-" })).toBe(`N-${tokenOf(KEY, "Erika", 14)}`);
      expect(token("upper-alphanumeric", 48, { width: 48 })).toBe(tokenOf(KEY, "Erika", 48));
      expect(token("digits", 0)).toBe(tokenOf(KEY, "Erika", 28, DIGITS));
      expect(token("digits", 12)).toBe(tokenOf(KEY, "Erika", 12, DIGITS));
      expect(token("digits", 12, { prefix: "99" })).toBe(`99${tokenOf(KEY, "Erika", 10, DIGITS)}`);
      expect(token("digits", 0, { width: 48 })).toBe(tokenOf(KEY, "Erika", 48, DIGITS));
      expect(token("hex", 0, { width: 33 })).toBe(tokenOf(KEY, "Erika", 33, "0123456789abcdef"));
      expect(token("phone")).toBe(`+999-${tokenOf(KEY, "Erika", 12, DIGITS)}`);
      expect(token("text", 0, { kind: "email" }, "Erika@Example.DE")).toBe(`${asSmall(tokenOf(KEY, "erika@example.de"))}@example.com`);
      expect(run(engine(), { technique: "token", fit: { shape: "text", min: 0, max: 0, prefix: "CH" }, prefix: "-" }, "CH1").text).toBe(
        `CH-${tokenOf(KEY, "CH1")}`,
      );
    });
    test("of an IBAN keeps the country and no valid check", () => {
      expect(token("iban", 34, {}, "de123")).toBe(`DE00${tokenOf(KEY, "de123")}`);
      expect(token("iban", 34, { prefix: "NM", width: 5 }, "1e")).toBe(`XX00${tokenOf(KEY, "1e")}`);
      expect(token("iban", 34, {}, "d")).toBe(`XX00${tokenOf(KEY, "d")}`);
    });
    test("PSEUDONYM of a text is a token", () => {
      expect(run(engine(), { technique: "pseudonym", kind: "text", prefix: "NM" }, "Erika").text).toBe(`NM${tokenOf(KEY, "Erika")}`);
    });
  });

  describe("hash", () => {
    test("is the digest's beginning", () => {
      const hash = (rest: Partial<Draft>): string => run(engine(), { technique: "hash", ...rest }, "Erika").text;
      expect(hash({})).toBe(hmac(KEY, "Erika").slice(0, 32));
      expect(hash({ width: 64, prefix: "h:" })).toBe(`h:${hmac(KEY, "Erika")}`);
      expect(hash({ hash: "hmac-sha512", width: 128 })).toBe(hmac(KEY, "Erika", "sha512"));
      const blake3 = Array.from(engine().primitives.blake3Keyed(KEY, new TextEncoder().encode("Erika")), (byte) =>
        byte.toString(16).padStart(2, "0"),
      );
      expect(hash({ hash: "blake3", width: 64 })).toBe(blake3.join(""));
      expect(hash({ hash: "blake3", width: 7 })).toBe(blake3.join("").slice(0, 7));
    });
  });
}

export function canonicalForms(engine: () => Engine): void {
  /** Spellings, and the canonical form that all of them have. */
  const merges: readonly (readonly [PlanKind, string, readonly string[]])[] = [
    ["text", "Ju\u0308rgen Mu\u0308ller", ["Jürgen Müller", "Ju\u0308rgen  Müller", " \tJürgen\u00a0\r\nMüller ", "Jürgen Mu\u0308ller"]],
    ["text", "A\u030a", ["Å", "\u212b", "A\u030a"]],
    ["text", "a\u0327\u0301", ["a\u0301\u0327", "a\u0327\u0301", "á\u0327"]],
    ["text", "\u1100\u1161\u11a8", ["각", "가\u11a8"]],
    ["text", "Erika", ["Erika"]],
    ["party-name", "strasse", ["Straße", "STRASSE", "straẞe"]],
    ["party-name", "i", ["İ", "i\u0307", "ı", "I"]],
    ["party-name", "jorg ab", ["JÖRG  AB", "Jörg Ab", "jo\u0308rg ab", "Joerg Ab", "JORG AB"]],
    ["email", "erika@example.de", ["Erika@Example.DE", " erika@example.de"]],
    ["pan", "4111111111111112", ["4111111111111112", "4111 1111 1111 1112", "4111-1111.1111/1112"]],
    ["pan", "4111 x", ["4111 x", "4111  x "]],
    ["iban", "DE00370400440532013000", ["DE00370400440532013000", "de00 3704 0044 0532 0130 00", "DE00-370400440532013000"]],
    ["iban", "DE/1", ["DE/1"]],
    ["bic", "DEUTDEFF", ["DEUTDEFF", "deutdeffxxx", "DEUTDEFFXXX"]],
    ["bic", "DEUTDEFF500", ["DEUTDEFF500", "deutdeff500"]],
    ["bic", "DEUT DEFF", ["DEUT DEFF", "DEUT  DEFF"]],
    ["lei", "529900T8BM49AURSDO55", ["529900T8BM49AURSDO55", "529900t8bm49aursdo55"]],
    ["uetr", "eb6305c91f7f49deaed016487c27b42d", ["EB6305C9-1F7F-49DE-AED0-16487C27B42D", "eb6305c91f7f49deaed016487c27b42d"]],
    ["digits", "12345678", ["12345678", "1234-5678", "12 34/56.78"]],
    ["phone", "+4989123", ["+49 (89) 123", "+49-89/12.3", "(+49)89123"]],
    ["phone", "0049 89", ["0049 89", "0049  89"]],
    ["account", "DE00370400440532013000", ["de00 3704 0044 0532 0130 00", "DE00/370400440532013000"]],
    ["account", "AB-12", ["AB-12"]],
    ["reference", " A-1 ", [" A-1 "]],
    ["date", "2024-01-31 ", ["2024-01-31 "]],
    ["amount", "1 000é", ["1 000é"]],
    ["alphanumeric", "e\u0301", ["é", " e\u0301"]],
  ];
  describe("canonical form", () => {
    test.each(merges.map((row) => [...row] as const))("%s: %p", (kind, canonical, spellings) => {
      for (const spelling of spellings) {
        expect(run(engine(), { technique: "hash", kind, width: 64 }, spelling)).toEqual({ status: MASKED, text: hmac(KEY, canonical) });
      }
    });

    test("a logical terminal address is its BIC", () => {
      const draft: Draft = { technique: "fpe", kind: "bic", fit: { shape: "lt-address", min: 12, max: 12 } };
      const plain = run(engine(), { technique: "fpe", kind: "bic" }, "DEUTDEFF").text;
      expect(run(engine(), draft, "DEUTDEFFAXXX").text).toBe(`${plain}AXXX`);
      const branch = run(engine(), { technique: "fpe", kind: "bic" }, "DEUTDEFF500").text;
      expect(run(engine(), draft, "DEUTDEFFA500").text).toBe(`${branch.slice(0, 8)}A${branch.slice(8)}`);
    });

    test("a code point that the pinned Unicode does not assign is refused", () => {
      for (const kind of ["text", "party-name", "email", "pan", "reference"] as const) {
        expect(run(engine(), { technique: "token", kind }, "a\u0378").status).toBe(6005);
        expect(run(engine(), { technique: "hash", kind }, "\uffff").status).toBe(6005);
      }
      expect(run(engine(), { technique: "token", kind: "amount" }, "a\u0378").status).toBe(MASKED);
    });
  });
}
