/** What stays as it is, what goes, and what the detector finds in kept text. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import {
  ENCODING_JSON_NUMBER as JSON_NUMBER,
  ENCODING_JSON_STRING as JSON_STRING,
  STATUS_KEPT as KEPT,
  STATUS_MASKED as MASKED,
  ENCODING_MT_LINE as MT_LINE,
  ENCODING_RAW as RAW,
  STATUS_REDACTED as REDACTED,
  STATUS_REMOVED as REMOVED,
  ENCODING_XML_ATTRIBUTE as XML_ATTRIBUTE,
  ENCODING_XML_CDATA as XML_CDATA,
  ENCODING_XML_TEXT as XML_TEXT,
  ENCODING_XML_TEXT_REFS as XML_TEXT_REFS,
} from "../../../runtime/record/tables.ts";
import { run } from "./bench.ts";

export function keepAndDrop(engine: () => Engine): void {
  describe("keep and drop", () => {
    test.each([XML_TEXT, XML_TEXT_REFS, XML_ATTRIBUTE, XML_CDATA, JSON_STRING, JSON_NUMBER, MT_LINE, RAW])(
      "bytes stay as they are in encoding %i",
      (encoding) => {
        for (const draft of [{ technique: "keep" }, { technique: "keep", detect: true }, { technique: "keep", strict: true }] as const) {
          expect(run(engine(), draft, ["12", "34 "], { encoding })).toEqual({ status: KEPT, text: "12|34 " });
        }
        expect(run(engine(), { technique: "drop" }, ["12", "34"], { encoding })).toEqual({ status: REMOVED, text: "|" });
        expect(run(engine(), { technique: "keep", detect: true }, "", { encoding })).toEqual({ status: KEPT, text: "" });
        expect(run(engine(), { technique: "drop" }, "", { encoding })).toEqual({ status: REMOVED, text: "" });
      },
    );

    test("another spelling is not normalised", () => {
      expect(run(engine(), { technique: "keep", detect: true }, "a&#x41;&amp;\r\n", { encoding: XML_TEXT_REFS }).text).toBe(
        "a&#x41;&amp;\r\n",
      );
    });

    test("an empty value is masked by every other technique", () => {
      for (const technique of ["redact", "mask", "hash", "token", "fpe", "pseudonym"] as const) {
        expect(run(engine(), { technique, kind: "reference" }, "")).toEqual({ status: MASKED, text: "" });
      }
    });
  });
}

export function codeWords(engine: () => Engine): void {
  const codes: readonly string[] = [
    "CTRC",
    "B2B",
    "0",
    "N/A",
    "UTF-8",
    "ISO11649",
    "A_.+/-",
    "12345",
    "pacs.008.001.08",
    "swift.cbprplus.02",
    "t2s.01",
  ];
  const others: readonly string[] = [
    "-",
    "./",
    " ",
    "Sepa",
    "CTRC ",
    "JOHN SMITH",
    "John Smith",
    "123456",
    "A1B2C3D4E5F6",
    "OTTILIE.BRANDHORST",
    "ÄB",
    "john.smith",
    "john",
    "a.1",
    "a.0001",
    "a..02",
    ".a.02",
    "a.02.",
    "a.2b.02",
    "A.b.02",
    "a.02.b",
  ];
  describe("keep of code words alone", () => {
    test.each(codes.map((text) => [text]))("keeps %p", (text) => {
      expect(run(engine(), { technique: "keep", codeMax: text.length, otherwise: "redact" }, text)).toEqual({ status: KEPT, text });
    });
    test("of a limited length", () => {
      expect(run(engine(), { technique: "keep", codeMax: 4, otherwise: "redact" }, "CTRCX").status).toBe(REDACTED);
      expect(run(engine(), { technique: "keep", codeMax: 14, otherwise: "redact" }, "pacs.008.001.08").status).toBe(REDACTED);
      expect(run(engine(), { technique: "keep", codeMax: 0, otherwise: "redact" }, "John Smith").status).toBe(KEPT);
    });
    test.each(others.map((text) => [text]))("does not keep %p", (text) => {
      expect(run(engine(), { technique: "keep", codeMax: 35, otherwise: "redact" }, text)).toEqual({ status: REDACTED, text: "REDACTED" });
      expect(run(engine(), { technique: "keep", codeMax: 35 }, text).status).toBe(6001);
    });
    test("the constant is of the field's own type, in the encoding of its place", () => {
      const fit = { shape: "code", min: 1, max: 4 } as const;
      expect(run(engine(), { technique: "keep", codeMax: 4, otherwise: "redact", fit }, ["Se", "pa"], { encoding: XML_CDATA }).text).toBe(
        "RE|DA",
      );
    });
    test("the type and the detector come first, and what was masked is left as it is", () => {
      const draft = {
        technique: "keep",
        codeMax: 4,
        otherwise: "redact",
        strict: true,
        detect: true,
        fit: { shape: "text", min: 1, max: 16 },
      } as const;
      expect(run(engine(), draft, "longer than sixteen").status).toBe(6001);
      expect(run(engine(), draft, "4111111111111111").status).toBe(6004);
      expect(run(engine(), draft, "John", { direction: "unmask" })).toEqual({ status: KEPT, text: "John" });
    });
  });
}

export function detector(engine: () => Engine): void {
  const found: readonly string[] = [
    "4111111111111111",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111.1111/1111\t1111",
    "pay 4111111111111111, please",
    "12 4111111111111111",
    "4111111111111111 12",
    "5555555555554444",
    "6011 0009 9013 9424",
    "378282246310005",
    "2223003122003222",
    "GB82WEST12345698765432",
    "gb82 west 1234 5698 7654 32",
    "to DE89-3704-0044-0532-0130-00.",
    "(FR1420041010050500013M02606)",
    "NO9386011117947",
    "4111_1111_1111_1111",
    "xGB82WEST12345698765432",
    "GB82WEST12345698765432x",
    "GB82.WEST/1234_5698-7654 32",
    "４１１１１１１１１１１１１１１１",
    "٤١١١ ١١١١ ١١١١ ١١١١",
    "4111\u200b1111\u200b1111\u200b1111",
    "4\u03011\u03011\u03011111111111111",
    "4111\u00a01111\u20111111\u30001111",
    "ＧＢ８２ｗｅｓｔ１２３４５６９８７６５４３２",
    "\u202eGB82\u2060WEST\ufeff12345698765432\u202c",
  ];
  const passed: readonly string[] = [
    "4111111111111112",
    "411111111111",
    "41111111111111111",
    "4111  1111 1111 1111",
    "1111111111111117",
    "7111111111111111",
    "x",
    "",
    "04111111111111111",
    "GB82WEST12345698765433",
    "GB82WEST1234569876543",
    "ZZ82WEST12345698765432",
    "GB82  WEST12345698765432",
    "EUR 12.345,67",
    "2024-01-31",
    "ÄGB8",
    "4111\u200b1111\u200b1111\u200b1112",
    "Ⅳ①①① 4111",
  ];
  describe("detector of kept text", () => {
    test.each(found.map((text) => [text]))("finds %p", (text) => {
      expect(run(engine(), { technique: "keep", detect: true }, text).status).toBe(6004);
      expect(run(engine(), { technique: "keep" }, text).status).toBe(KEPT);
    });
    test.each(passed.map((text) => [text]))("passes %p", (text) => {
      expect(run(engine(), { technique: "keep", detect: true }, text).status).toBe(KEPT);
    });
    test("takes a number with a decimal mark for an amount, if it is one", () => {
      const status = (shape: "decimal" | "number" | "swift-amount", text: string, strict = true): number =>
        run(engine(), { technique: "keep", detect: true, strict, fit: { shape, min: 0, max: 0 } }, text).status;
      expect(status("decimal", "4111111111111111.00")).toBe(KEPT);
      expect(status("number", "-4111111111111111.5")).toBe(KEPT);
      expect(status("swift-amount", "4111111111111111,")).toBe(KEPT);
      expect(status("decimal", "4111111111111111")).toBe(6004);
      expect(status("number", "4111111111111111")).toBe(6004);
      expect(status("decimal", "4111.1111.1111.1111", false)).toBe(6004);
    });
    test("looks at decoded text across segments", () => {
      expect(run(engine(), { technique: "keep", detect: true }, ["41111111", "11111111"], { encoding: MT_LINE }).status).toBe(6004);
      expect(run(engine(), { technique: "keep", detect: true }, "&#52;111111111111111", { encoding: XML_TEXT_REFS }).status).toBe(6004);
      expect(run(engine(), { technique: "keep", detect: true }, "\\u0034111111111111111", { encoding: JSON_STRING }).status).toBe(6004);
    });
  });
}
