/** Redaction and masking. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanKind, PlanShape } from "../../../runtime/engines/plan.ts";
import {
  ENCODING_JSON_NUMBER as JSON_NUMBER,
  STATUS_MASKED as MASKED,
  ENCODING_MT_LINE as MT_LINE,
} from "../../../runtime/record/tables.ts";
import { type Draft, refusalOf, run } from "./bench.ts";

export function redaction(engine: () => Engine): void {
  const constants: readonly (readonly [PlanShape, number, number, string, string])[] = [
    ["text", 0, 0, "REDACTED", "XXXXXXXXX"],
    ["text", 1, 4, "REDA", "XXXXXXXXX"],
    ["text", 12, 20, "REDACTEDXXXX", "XXXXXXXXX"],
    ["swift-x", 0, 35, "REDACTED", "XXXXXXXXX"],
    ["unknown", 0, 0, "REDACTED", "XXXXXXXXX"],
    ["reference-16x", 0, 16, "REDACTED", "XXXXXXXXX"],
    ["alphanumeric", 10, 10, "REDACTEDXX", "XXXXXXXXX"],
    ["upper-alphanumeric", 3, 3, "RED", "XXXXXXXXX"],
    ["code", 1, 4, "REDA", "XXXXXXXXX"],
    ["digits", 0, 5, "0", "000000000"],
    ["digits", 6, 9, "000000", "000000000"],
    ["iban", 0, 0, "XX00REDACTED", "XX00REDACTED"],
    ["iban", 20, 34, "REDACTEDXXXXXXXXXXXX", "XXXXXXXXX"],
    ["lei", 20, 20, "00000000000000000000", "00000000000000000000"],
    ["uuid4", 0, 0, "00000000-0000-4000-8000-000000000000", "00000000-0000-4000-8000-000000000000"],
    ["bic", 8, 11, "ZZZZZZ22", "ZZZZZZ22"],
    ["lt-address", 12, 12, "ZZZZZZ22AXXX", "ZZZZZZ22AXXX"],
    ["country", 2, 2, "XX", "XX"],
    ["currency", 0, 0, "XXX", "XXX"],
    ["currency", 1, 2, "RE", "XXXXXXXXX"],
    ["date", 0, 0, "1900-01-01", "1900-01-01"],
    ["date-time", 0, 0, "1900-01-01T00:00:00Z", "1900-01-01T00:00:00Z"],
    ["time", 0, 0, "00:00:00Z", "00:00:00Z"],
    ["year", 0, 0, "1900", "1900"],
    ["decimal", 0, 18, "0", "0"],
    ["number", 0, 0, "0", "0"],
    ["swift-amount", 2, 15, "0,", "0,"],
    ["boolean", 0, 0, "false", "false"],
    ["phone", 0, 0, "+999-000000", "+999-000000"],
    ["hex", 0, 0, "00", "00"],
    ["hex", 6, 6, "000000", "000000"],
    ["base64", 0, 0, "AAAA", "AAAA"],
    ["swift-date", 6, 6, "000101", "000101"],
    ["swift-date-time", 4, 10, "000000000", "000000000"],
  ];
  describe("redact", () => {
    test.each(constants.map((row) => [...row] as const))("%s of %i to %i", (shape, min, max, constant, inLine) => {
      const draft: Draft = { technique: "redact", fit: { shape, min, max } };
      expect(run(engine(), draft, "Erika M-9")).toEqual({ status: MASKED, text: constant });
      expect(run(engine(), draft, "Erika M-9", { encoding: MT_LINE })).toEqual({ status: MASKED, text: inLine });
      expect(run(engine(), draft, "1234", { encoding: JSON_NUMBER })).toEqual({ status: MASKED, text: "0" });
    });

    test("a fixed prefix stays in front and counts", () => {
      const fit = (shape: PlanShape, min: number, max: number) => ({ shape, min, max, prefix: "CH" });
      expect(run(engine(), { technique: "redact", fit: fit("digits", 8, 8) }, "CH123456").text).toBe("CH000000");
      expect(run(engine(), { technique: "redact", fit: fit("digits", 0, 8) }, "CH123456").text).toBe("CH0");
      expect(run(engine(), { technique: "redact", fit: fit("text", 12, 12) }, "CH123456").text).toBe("CHREDACTEDXX");
      expect(run(engine(), { technique: "redact", fit: fit("text", 0, 5) }, "CH123456").text).toBe("CHRED");
    });

    test("a type that no shape describes names its own constant", () => {
      const fit = { shape: "unknown", min: 0, max: 0, values: ["XX00000000"] } as const;
      expect(run(engine(), { technique: "redact", fit }, "GB1234567B")).toEqual({ status: MASKED, text: "XX00000000" });
    });

    test("an enumerated type has no constant", () => {
      expect(refusalOf(engine(), { technique: "redact", fit: { shape: "enum", min: 0, max: 0, values: ["CRED"] } })).toBe(6011);
    });
  });
}

export function masking(engine: () => Engine): void {
  const cases: readonly (readonly [PlanKind, number, number, string, string])[] = [
    ["text", 0, 0, "Erika", "********"],
    ["text", 2, 2, "Erika Mustermann", "Er*** ********nn"],
    ["text", 2, 2, "Er-kamm 12", "Er-**** 12"],
    ["text", 2, 2, "Er-kamm 1", "********"],
    ["text", 0, 3, "abcdefg", "****efg"],
    ["text", 0, 3, "abcdef", "********"],
    ["text", 4, 0, "12345678", "1234****"],
    ["text", 4, 4, "1234567890123456", "1234********3456"],
    ["text", 4, 4, "123456789012345", "********"],
    ["text", 1, 1, "Zoë xÄß", "Z** **ß"],
    ["pan", 6, 4, "4111111111111111", "411111******1111"],
    ["pan", 8, 4, "4111 1111 1111 1111", "4111 1111 **** 1111"],
    ["pan", 8, 4, "378282246310005", "378282*****0005"],
    ["pan", 6, 4, "30569309025904", "305693****5904"],
    ["pan", 6, 4, "4222222222222", "42222****2222"],
    ["pan", 6, 4, "422222222222", "********"],
    ["pan", 100, 100, "4111111111111111", "41111111****1111"],
    ["pan", 6, 4, "4111111111111111x", "********"],
    ["pan", 6, 4, "4111  1111 1111 1111", "********"],
    ["pan", 0, 4, "4111111111111111", "************1111"],
    ["email", 1, 1, "jane.smith@mail.example", "j*****h@mail.example"],
    ["email", 1, 1, "jsmith@b.example", "j*****h@b.example"],
    ["email", 1, 1, "smith@b.example", "*****@b.example"],
    ["email", 1, 1, "j@b.example", "*****@b.example"],
    ["email", 0, 0, "jane.smith@b.example", "*****@b.example"],
    ["email", 1, 1, "zoë.müller@b.example", "z*****r@b.example"],
    ["email", 1, 1, "jane@smith@b.example", "********"],
    ["email", 1, 1, "jane.smith@b.example, 0171 5550100", "********"],
    ["email", 1, 1, "Jane <jane.smith@b.example>", "********"],
    ["email", 1, 1, "@b.example", "********"],
    ["email", 1, 1, "jane.smith@", "********"],
    ["email", 1, 1, "jane.smith", "********"],
    ["digits", 0, 0, "4111-1111-1111-1111", "****-****-****-****"],
    ["digits", 0, 4, "4111-1111-1111-1111", "****-****-****-1111"],
    ["digits", 0, 4, "1234567", "*******"],
    ["digits", 0, 0, "4111--1111", "********"],
    ["digits", 0, 0, "Erika 1", "********"],
    ["pan", 0, 4, "4111111111111111110", "***************1110"],
  ];
  describe("mask", () => {
    test.each(cases.map((row) => [...row] as const))("%s keeping %i and %i: %s", (kind, keepFirst, keepLast, value, masked) => {
      expect(run(engine(), { technique: "mask", kind, keepFirst, keepLast }, value)).toEqual({ status: MASKED, text: masked });
    });

    test("the character and the width follow the field", () => {
      const at = (shape: PlanShape, min: number, max: number, maskCharacter = ""): string =>
        run(engine(), { technique: "mask", maskCharacter, fit: { shape, min, max } }, "ABC123").text;
      expect(at("swift-x", 0, 35)).toBe("XXXXXXXX");
      expect(at("text", 0, 3)).toBe("***");
      expect(at("text", 12, 20)).toBe("************");
      expect(at("digits", 4, 4)).toBe("0000");
      expect(at("code", 1, 4)).toBe("XXXX");
      expect(at("text", 0, 0, "é")).toBe("éééééééé");
      const address = (min: number, max: number, encoding = 7): string =>
        run(
          engine(),
          { technique: "mask", kind: "email", keepFirst: 1, keepLast: 1, fit: { shape: "text", min, max } },
          "jane.smith@b.example",
          { encoding },
        ).text;
      expect([address(0, 17), address(0, 16), address(17, 20), address(18, 20)]).toEqual([
        "j*****h@b.example",
        "********",
        "j*****h@b.example",
        "******************",
      ]);
      expect(address(0, 0, MT_LINE)).toBe("*".repeat(20));
      expect(
        run(engine(), { technique: "mask", fit: { shape: "swift-x", min: 0, max: 35 } }, ["Erika", "M"], { encoding: MT_LINE }).text,
      ).toBe("XXXXX|X");
    });
  });
}
