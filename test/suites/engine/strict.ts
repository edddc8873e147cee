/** The strict check, shape by shape. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import type { PlanKind, PlanShape } from "../../../runtime/engines/plan.ts";
import { STATUS_KEPT as KEPT, STATUS_MASKED as MASKED, STATUS_REDACTED as REDACTED } from "../../../runtime/record/tables.ts";
import { type Draft, run } from "./bench.ts";

export function strictness(engine: () => Engine): void {
  /** Shape, min, max; what fits, what does not. */
  const shapes: readonly (readonly [PlanShape, number, number, readonly string[], readonly string[]])[] = [
    ["text", 1, 3, ["a", "é\u{1f60a}é", "\t\r\n"], ["abcd", "\u0001", "\ufffe"]],
    ["unknown", 1, 3, ["abc"], ["abcd", "\u0001"]],
    ["swift-x", 0, 40, ["Az09/-?:().,'+ "], ["a_b", "é", "a\nb", "@"]],
    ["reference-16x", 1, 16, ["A/B", "REF.1"], ["/A", "A/", "A//B", "A_", "A1234567890123456"]],
    ["alphanumeric", 2, 4, ["aZ09"], ["a", "a-b", "abcde", "é1"]],
    ["upper-alphanumeric", 2, 4, ["AZ09"], ["a1", "A-"]],
    ["digits", 2, 4, ["12", "0000"], ["1", "12345", "1a", "１２"]],
    ["iban", 0, 0, ["DE00A", "DE89abc", `XX00${"A".repeat(30)}`], ["DE00", "D100A", "DEA0A", `XX00${"A".repeat(31)}`, "DE89 37"]],
    ["bic", 0, 0, ["DEUTDEFF", "1234DE00XXX"], ["DEUTDEF", "DEUT1EFF", "deutdeff", "DEUTDEFFXX"]],
    ["lt-address", 0, 0, ["DEUTDEFFAXXX"], ["DEUTDEFFXXX", "DEUTDEFFAXX", "DEUT1EFFAXXX"]],
    ["lei", 0, 0, ["A2345678901234567800"], ["a2345678901234567800", "A234567890123456780A", "1"]],
    [
      "uuid4",
      0,
      0,
      ["eb6305c9-1f7f-49de-aed0-16487c27b42d"],
      [
        "EB6305C9-1f7f-49de-aed0-16487c27b42d",
        "eb6305c9-1f7f-59de-aed0-16487c27b42d",
        "eb6305c9-1f7f-49de-ced0-16487c27b42d",
        "eb6305c91f7f49deaed016487c27b42d",
      ],
    ],
    ["code", 1, 9, ["aZ09_./+ ", "-"], ["a:b", "é"]],
    ["country", 0, 0, ["DE"], ["de", "D", "DEU", "D1"]],
    ["currency", 0, 0, ["EUR"], ["EU", "eur", "EUR "]],
    [
      "date",
      0,
      0,
      ["2024-02-29", "1900-01-31Z", "9999-12-31+14:00", "2024-01-01-00:30", " 2024-01-01\n"],
      [
        "2023-02-29",
        "1900-02-29",
        "0000-01-01",
        "2024-13-01",
        "2024-00-01",
        "2024-01-00",
        "2024-04-31",
        "24-01-01",
        "2024-01-01+15:00",
        "2024-01-01+1:00",
        "2024-01-01x",
        "12024-01-01",
        "2024-01-01z",
      ],
    ],
    [
      "date-time",
      0,
      0,
      ["2024-02-29T00:00:00", "2024-01-01T23:59:59.999999Z", "2024-01-01T12:00:00+01:00", "2024-01-01T24:00:00.0Z"],
      [
        "2024-01-01 12:00:00",
        "2024-01-01T24:00:01",
        "2024-01-01T24:00:00.01",
        "2024-01-01T12:60:00",
        "2024-01-01T12:00:60",
        "2024-01-01T12:00:00.",
        "2024-01-01T12:00",
        "2024-02-30T12:00:00",
      ],
    ],
    [
      "time",
      0,
      0,
      ["00:00:00", "23:59:59.5Z", "12:00:00-11:30", "24:00:00"],
      ["24:01:00", "25:00:00", "12:00", "12:00:00+14:60", "1:00:00"],
    ],
    ["year", 0, 0, ["2024", "0001", "2024Z", "2024+02:00"], ["0000", "24", "20245", "2024X"]],
    [
      "decimal",
      0,
      5,
      ["0", "-1.25", "+000123.4500", "123.45", " 12345 ", ".5", "5."],
      ["1234.56", "123456", "1.234", ".", "+.", "1e5", "--1", "1,5"],
    ],
    ["boolean", 0, 0, ["true", "false", "1", "0", " true "], ["TRUE", "yes", "2", "true1"]],
    ["phone", 0, 0, ["+49-89()+-", "+1-2"], ["+49", "49-89", "+1234-5", "+-5", "+49-a", `+1-${"1".repeat(31)}`]],
    ["hex", 0, 0, ["00fF"], ["0g", "0x1"]],
    ["base64", 4, 8, ["AAAA AAAA\n"], [" ", "AAAA AAAA AAAA"]],
    ["base64", 0, 0, ["AAAA", "AA==", "A AA=\n", "+/09"], ["A", "AA=", "A===", "AA=A", "AAA-"]],
    ["swift-amount", 0, 15, ["0,", "1234,56"], ["1234", "1.2", ",5", "1,2,3", "1 234,5", "1234567890123,45"]],
    ["swift-date", 0, 0, ["240229", "991231", "230229"], ["240230", "241301", "240001", "240100", "2401", "24010a"]],
    ["swift-date-time", 4, 10, ["1430", "0915+0100", "2401-1"], ["143", "14:30", "12345678901"]],
    ["number", 0, 0, ["0", "-1.5e10", "12"], ["01", "1.", "+1", ".5", "1e", "--1"]],
  ];
  describe("strict", () => {
    test.each(shapes.map((row) => [...row] as const))("%s", (shape, min, max, good, bad) => {
      const draft: Draft = { technique: "redact", strict: true, fit: { shape, min, max, fraction: 2 } };
      for (const text of good) expect(`${text}: ${run(engine(), draft, text).status}`).toBe(`${text}: ${MASKED}`);
      for (const text of bad) expect(`${text}: ${run(engine(), draft, text).status}`).toBe(`${text}: 6001`);
    });

    test("an enumeration takes its values, a prefix stands in front", () => {
      const fit = { shape: "enum", min: 0, max: 0, values: ["CRED", "DEBT"] } as const;
      expect(run(engine(), { technique: "keep", strict: true, fit }, "DEBT").status).toBe(KEPT);
      expect(run(engine(), { technique: "keep", strict: true, fit }, "DEB").status).toBe(6001);
      const prefixed = { shape: "digits", min: 8, max: 8, prefix: "CH" } as const;
      expect(run(engine(), { technique: "keep", strict: true, fit: prefixed }, "CH123456").status).toBe(KEPT);
      for (const text of ["CH12345", "CH1234567", "XX123456", "12345678", "CHA23456"]) {
        expect(run(engine(), { technique: "keep", strict: true, fit: prefixed }, text).status).toBe(6001);
      }
    });

    test("an identifier is looked at without its layout", () => {
      const strict = (kind: PlanKind, shape: PlanShape, text: string): number =>
        run(engine(), { technique: "fpe", kind, strict: true, otherwise: "redact", fit: { shape, min: 0, max: 0 } }, text).status;
      expect(strict("iban", "iban", "de89 3704 0044 0532 0130 00")).toBe(MASKED);
      expect(strict("account", "iban", "DE89-3704/0044 0532 0130 00")).toBe(MASKED);
      expect(strict("iban", "iban", "DE89  3704")).toBe(6001);
      expect(strict("account", "iban", "gb12a")).toBe(REDACTED);
      expect(strict("account", "iban", "gb1a2")).toBe(6001);
      expect(strict("bic", "bic", "deutdeffxxx")).toBe(MASKED);
      expect(strict("lei", "lei", "529900t8bm49aursdo55")).toBe(MASKED);
      expect(strict("uetr", "uuid4", "EB6305C91F7F49DEAED016487C27B42D")).toBe(MASKED);
      expect(strict("pan", "digits", "4111 1111 1111 1111")).toBe(MASKED);
      expect(strict("digits", "digits", "1234 5678")).toBe(6001);
      expect(strict("pan", "alphanumeric", "4111 1111 1111 1111")).toBe(6001);
    });
  });
}
