/** Values that are in no class of their kind. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanKind, PlanShape } from "../../../runtime/engines/plan.ts";
import {
  STATUS_LEFT as LEFT,
  STATUS_MASKED as MASKED,
  ENCODING_MT_LINE as MT_LINE,
  STATUS_REDACTED as REDACTED,
  STATUS_TOKEN as TOKEN,
} from "../../../runtime/record/tables.ts";
import { ANY, type Draft, KEY, run } from "./bench.ts";
import { tokenOf } from "./oracle.ts";

export function otherwise(engine: () => Engine): void {
  /** Values outside the kind's classes, and the issue that says why. */
  const outside: readonly (readonly [PlanKind, string, number])[] = [
    ["pan", "4111111111111112", 6002],
    ["pan", "41111111111", 6001],
    ["pan", "4111 1111 1111 111x", 6001],
    ["pan", " 4111111111111111", 6001],
    ["iban", "DE88370400440532013000", 6002],
    ["iban", "DE8937040044053201300", 6001],
    ["iban", "ZZ89370400440532013000", 6001],
    ["iban", "DE89/370400440532013000", 6001],
    ["bic", "DEUTDE", 6001],
    ["bic", "DEUT12FF", 6001],
    ["bic", "DEUT DEFF", 6001],
    ["bic", "DEUTDEFFA500", 6001],
    ["lei", "529900T8BM49AURSDO54", 6002],
    ["lei", "529900T8BM49AURSDO5", 6001],
    ["lei", "529900T8BM49AURSDOX5", 6001],
    ["uetr", "eb6305c9-1f7f-59de-aed0-16487c27b42d", 6001],
    ["uetr", "eb6305c9-1f7f-49de-ced0-16487c27b42d", 6001],
    ["uetr", "eb6305c91f7f-49de-aed0-16487c27b42d", 6001],
    ["digits", "12345", 6003],
    ["digits", "12a456", 6001],
    ["digits", "123--456", 6001],
    ["alphanumeric", "ABC", 6003],
    ["alphanumeric", "---", 6001],
    ["mixed", "A12", 6003],
    ["reference", "ab1", 6003],
    ["reference", "x".repeat(43), 6001],
    ["account", "DE88370400440532013000", 6002],
    ["account", "12", 6003],
    ["account", "a".repeat(257), 6001],
    ["phone", "0049123456789", 6001],
    ["phone", "+2151234567", 6001],
    ["phone", "+49", 6001],
    ["phone", "+49123", 6003],
  ];
  describe("otherwise", () => {
    test.each(outside.map((row) => [...row] as const))("%s %p is outside: %i", (kind, value, issue) => {
      const draft: Draft = { technique: "fpe", kind };
      expect(run(engine(), { ...draft, otherwise: "error" }, value)).toEqual({ status: issue, text: "" });
      expect(run(engine(), { ...draft, otherwise: "redact" }, value)).toEqual({ status: REDACTED, text: "REDACTED" });
      const token = run(engine(), { ...draft, otherwise: "token" }, value);
      expect(token.status).toBe(TOKEN);
      expect(token.text).toBe(
        run(engine(), { technique: "token", kind, fit: { ...ANY, shape: ibanToken(kind, value) ? "iban" : "text" } }, value).text,
      );
      expect(run(engine(), { ...draft, otherwise: "redact" }, value, { encoding: MT_LINE }).text).toBe("X".repeat(value.length));
      expect(run(engine(), draft, value, { direction: "unmask" })).toEqual({ status: LEFT, text: value });
      const draw = run(engine(), { technique: "pseudonym", kind, otherwise: "error" }, value).status;
      expect(draw).toBe(issue === 6003 ? MASKED : issue);
    });

    test("a code point beyond ASCII is an issue in any case", () => {
      for (const kind of [
        "pan",
        "iban",
        "bic",
        "lei",
        "uetr",
        "digits",
        "alphanumeric",
        "mixed",
        "reference",
        "account",
        "phone",
      ] as const) {
        for (const technique of ["fpe", "pseudonym"] as const) {
          for (const rule of ["error", "token", "redact"] as const) {
            expect(run(engine(), { technique, kind, otherwise: rule }, "4111111111111１1").status).toBe(6001);
          }
        }
      }
    });

    test("the token becomes a redaction where it cannot stand", () => {
      const at = (shape: PlanShape, max: number, value = "12"): string => {
        const outcome = run(engine(), { technique: "fpe", kind: "account", otherwise: "token", fit: { shape, min: 0, max } }, value);
        return `${outcome.status} ${outcome.text}`;
      };
      expect(at("text", 19)).toBe(`${REDACTED} REDACTED`);
      expect(at("text", 20)).toBe(`${TOKEN} ${tokenOf(KEY, "12")}`);
      expect(at("reference-16x", 16)).toBe(`${REDACTED} REDACTED`);
      expect(at("number", 0)).toBe(`${REDACTED} 0`);
      expect(at("iban", 34)).toBe(`${TOKEN} XX00${tokenOf(KEY, "12")}`);
      expect(at("iban", 23)).toBe(`${REDACTED} XX00REDACTED`);
      expect(at("text", 24, "DE88370400440532013000")).toBe(`${TOKEN} DE00${tokenOf(KEY, "DE88370400440532013000")}`);
      expect(at("text", 23, "DE88370400440532013000")).toBe(`${TOKEN} ${tokenOf(KEY, "DE88370400440532013000")}`);
    });
  });
}

function ibanToken(kind: PlanKind, value: string): boolean {
  const joined = value.replace(/[^A-Za-z0-9]/g, "");
  if (kind === "iban") return /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(joined) && !value.includes("/");
  return kind === "account" && /^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$/.test(joined);
}
