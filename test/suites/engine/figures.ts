/** Amounts, days, constants and ranges. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import { encodePlan, type PlanOperation, type PlanShape } from "../../../runtime/engines/plan.ts";
import {
  Batch,
  STATUS_MASKED as MASKED,
  RECORD_OUT_END,
  STATUS_REDACTED as REDACTED,
  TERM_DECIMALS,
  TERM_FACTOR,
  TERM_FACTOR_DECIMALS,
  TERM_FLAG_FACTOR,
  TERM_FLAG_LAST,
  TERM_FLAG_NEGATIVE,
  TERM_FLAG_RUNNING,
  TERM_FLAGS,
  TERM_PLACE,
  TERM_PRODUCT_DECIMALS,
  TERM_STRIDE,
  VALUE_STRIDE,
  VALUE_TERMS,
} from "../../../runtime/record/tables.ts";
import { type Draft, KEY, refusalOf, run } from "./bench.ts";
import { hmac } from "./oracle.ts";

const fit = (shape: PlanShape, max = 0) => ({ shape, min: 0, max, fraction: 5 });

export function figures(engine: () => Engine): void {
  const text = (draft: Draft, value: string): string => run(engine(), draft, value).text;

  describe("constant, bucket, month, round", () => {
    test("a constant is one of the type", () => {
      expect(run(engine(), { technique: "constant", constant: "UNKNOWN" }, "Erika")).toEqual({ status: MASKED, text: "UNKNOWN" });
      expect(text({ technique: "constant", constant: "2000-01-01", fit: fit("date") }, "2024-05-05")).toBe("2000-01-01");
      expect(refusalOf(engine(), { technique: "constant", constant: "1 May", fit: fit("date") })).toBe(6011);
      expect(refusalOf(engine(), { technique: "constant", fit: fit("text") })).toBe(6011);
    });

    test("a number becomes the bound below it, in its field's spelling", () => {
      const bucket = (shape: PlanShape, value: string): string =>
        text({ technique: "bucket", kind: "amount", bounds: ["0", "100.50", "1000"], fit: fit(shape, 15) }, value);
      expect(["-5", "0", "100.49", "100.50", "999.99", "5000"].map((value) => bucket("decimal", value))).toEqual([
        "0",
        "0",
        "0",
        "100.5",
        "100.5",
        "1000",
      ]);
      expect(bucket("swift-amount", "1000,01")).toBe("1000,");
      expect(bucket("number", "150")).toBe("100.5");
      expect(run(engine(), { technique: "bucket", bounds: ["0"], fit: fit("text") }, "much").status).toBe(6001);
      expect(run(engine(), { technique: "bucket", bounds: ["0"], otherwise: "redact", fit: fit("text") }, "much").status).toBe(REDACTED);
      expect(refusalOf(engine(), { technique: "bucket", bounds: ["5", "5"], fit: fit("number") })).toBe(6011);
      expect(refusalOf(engine(), { technique: "bucket", bounds: ["-5"], fit: fit("swift-amount") })).toBe(6011);
    });

    test("of a date its month is left, in its form", () => {
      const month = (shape: PlanShape, value: string, rest: Partial<PlanOperation> = {}): string =>
        text({ technique: "month", kind: "date", fit: fit(shape), ...rest }, value);
      expect(month("date", "2024-02-29+01:00")).toBe("2024-02-01+01:00");
      expect(month("date-time", "2024-02-29T13:14:15.5-03:00")).toBe("2024-02-01T00:00:00-03:00");
      expect(month("swift-date", "240229")).toBe("240201");
      expect(month("swift-date-time", "0229", { monthDay: true })).toBe("0201");
      expect(month("text", "20240229")).toBe("20240201");
      expect(run(engine(), { technique: "month", fit: fit("text") }, "yesterday").status).toBe(6001);
    });

    test("amounts are rounded to a unit, halves away from nought", () => {
      const round = (unit: string, shape: PlanShape, value: string): string =>
        text({ technique: "round", kind: "amount", unit, fit: fit(shape, 18) }, value);
      expect(round("100", "decimal", "149.99")).toBe("100.00");
      expect(round("100", "decimal", "-150")).toBe("-200");
      expect(round("0.05", "swift-amount", "1,03")).toBe("1,05");
    });
  });

  describe("noise and scale", () => {
    test("noise stays within its bounds, and equal amounts stay equal however they are written", () => {
      const noise = (shape: PlanShape, value: string): string =>
        text({ technique: "noise", kind: "amount", withinPpm: 100_000, fit: fit(shape, 18) }, value);
      for (const value of ["1000000.00", "12345.67", "99999999999.99"]) {
        const masked = Number(noise("decimal", value));
        expect(masked / Number(value)).toBeGreaterThanOrEqual(0.9);
        expect(masked / Number(value)).toBeLessThanOrEqual(1.1);
        expect(masked).not.toBe(Number(value));
        expect(noise("swift-amount", value.replace(".", ","))).toBe(noise("decimal", value).replace(".", ","));
      }
      expect(noise("decimal", "0.00")).toBe("0.00");
    });

    test("a factor is the subject's, and whole", () => {
      const scale: Draft = { technique: "scale", kind: "amount", factorMin: 3, factorMax: 90, fit: fit("decimal", 18) };
      const factor = 3n + (BigInt(`0x${hmac(KEY, `scale${"\0".repeat(9)}`).slice(0, 16)}`) % 88n);
      expect(text(scale, "0.01")).toBe(`${factor / 100n}.${(factor % 100n).toString().padStart(2, "0")}`);
      expect(run(engine(), { ...scale, fit: fit("decimal", 3) }, "9.99").status).toBe(6012);
      expect(refusalOf(engine(), { ...scale, factorMin: 91 })).toBe(6011);
      expect(refusalOf(engine(), { technique: "noise", withinPpm: 100, subject: "record", fit: fit("decimal") })).toBe(6011);
    });
  });

  describe("date shift", () => {
    test("every date of a record is shifted by the same days, and never by none", () => {
      const shift = (shape: PlanShape, value: string): string =>
        text({ technique: "date-shift", kind: "date", days: 3, fit: fit(shape) }, value);
      const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;
      const by = days("2024-02-28", shift("date", "2024-02-28"));
      expect([-3, -2, -1, 1, 2, 3]).toContain(by);
      expect(days("1999-12-31", shift("date", "1999-12-31"))).toBe(by);
      expect(shift("date-time", "2024-02-28T10:00:00Z")).toBe(`${shift("date", "2024-02-28")}T10:00:00Z`);
      expect(`20${shift("swift-date", "240228")}`).toBe(shift("date", "2024-02-28").replaceAll("-", ""));
      expect(shift("text", "20240228")).toBe(shift("date", "2024-02-28").replaceAll("-", ""));
      expect(run(engine(), { technique: "date-shift", days: 3, fit: fit("text") }, "2024-02-30").status).toBe(6001);
    });

    test("a subject has a shift of its own, in whatever spelling it stands", () => {
      const shifts = ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "GB82WEST12345698765432", "FR1420041010050500013M02606"].map(
        (account) => shiftedBeside(engine(), account),
      );
      expect(shifts[1]).toBe(shifts[0] as string);
      expect(new Set(shifts).size).toBeGreaterThan(1);
    });
  });

  describe("terms", () => {
    test("what is counted up adds up", () => {
      const opening = 1_000_000_00n;
      const entries = [12_345n, -99_999n, 7n, 500_000_00n];
      const balances = [opening];
      for (const entry of entries) balances.push((balances.at(-1) as bigint) + entry);
      const rows: Term[][] = [
        [{ place: opening }],
        ...entries.map((_, i) => [{ place: balances[i + 1] as bigint }, { place: balances[i] as bigint, isNegative: true }]),
        [{ place: balances.at(-1) as bigint }],
      ];
      const [first, ...rest] = throughTerms(engine(), rows).map((masked) => BigInt(masked.replace(".", "")));
      const last = rest.pop() as bigint;
      const sum = rest.reduce((total, amount, i) => total + ((entries[i] as bigint) < 0n ? -amount : amount), first as bigint);
      expect(sum).toBe(last);
      for (const [i, amount] of rest.entries()) {
        const own = entries[i] as bigint;
        const size = own < 0n ? -own : own;
        expect(amount * 10n).toBeGreaterThanOrEqual(size * 9n - 10n);
        expect(amount * 10n).toBeLessThanOrEqual(size * 11n + 10n);
      }
    });

    test("a product is made of the masked factor", () => {
      const row: Term[] = [{ place: 12_345n, isAlone: true }];
      const [amount, product] = throughTerms(engine(), [row, [{ place: 12_345n, isAlone: true, factor: 15n }]]);
      const expected = (BigInt((amount as string).replace(".", "")) * 15n + 5n) / 10n;
      expect(BigInt((product as string).replace(".", ""))).toBe(expected);
    });

    test("terms that do not end are a caller's bug", () => {
      const batch = termBatch([[{ place: 1n }]]);
      batch.terms[TERM_FLAGS] = 0;
      const handle = engine().open(termPlan(), KEY, "mask");
      expect(() => handle.transform(batch, new Uint8Array(64), 0)).toThrow("9001");
      handle.close();
    });
  });
}

function shiftedBeside(engine: Engine, account: string): string {
  const plan = encodePlan({
    model: "suite",
    namespaces: [
      { name: "account", keyVersion: 1 },
      { name: "dates", keyVersion: 1 },
    ],
    operations: [
      { technique: "date-shift", kind: "date", namespace: "dates", days: 1000, subject: { namespace: "account" }, fit: fit("date") },
      { technique: "fpe", kind: "iban", namespace: "account", fit: fit("text") },
    ],
  });
  const batch = new Batch();
  batch.input = new TextEncoder().encode(`2024-01-01|${account}`);
  batch.beginRecord(0, 0);
  batch.addSimpleValue(0, 0, 0, 0, 10, 7);
  batch.addSimpleValue(1, 0, 0, 11, batch.input.length, 7);
  batch.endRecord(0, batch.input.length);
  const output = new Uint8Array(128);
  const handle = engine.open(
    plan,
    Uint8Array.from({ length: 64 }, (_, i) => i),
    "mask",
  );
  handle.transform(batch, output, 0);
  handle.close();
  return new TextDecoder().decode(output.subarray(0, 10));
}

/** A place in hundredths. */
interface Term {
  readonly place: bigint;
  readonly isNegative?: boolean;
  readonly isAlone?: boolean;
  /** Tenths. */
  readonly factor?: bigint;
}

const termPlan = (): Uint8Array =>
  encodePlan({
    model: "suite",
    namespaces: [{ name: "only", keyVersion: 1 }],
    operations: [{ technique: "noise", kind: "amount", namespace: "only", withinPpm: 100_000, fit: fit("decimal", 18) }],
  });

/** One value of `1.00` for each list of terms. */
function termBatch(rows: readonly (readonly Term[])[]): Batch {
  const batch = new Batch();
  batch.input = new TextEncoder().encode("1.00|".repeat(rows.length));
  batch.terms = new Uint32Array(rows.flat().length * TERM_STRIDE);
  batch.beginRecord(0, 0);
  for (const [i, terms] of rows.entries()) {
    batch.addSimpleValue(0, 0, 0, i * 5, i * 5 + 4, 7);
    batch.values[i * VALUE_STRIDE + VALUE_TERMS] = batch.termCount + 1;
    for (const [j, term] of terms.entries()) addTerm(batch, term, j === terms.length - 1);
  }
  batch.endRecord(0, batch.input.length);
  return batch;
}

function addTerm(batch: Batch, { place, isNegative = false, isAlone = false, factor }: Term, isLast: boolean): void {
  const at = batch.termCount++ * TERM_STRIDE;
  batch.terms[at + TERM_FLAGS] =
    (isNegative ? TERM_FLAG_NEGATIVE : 0) |
    (isAlone ? 0 : TERM_FLAG_RUNNING) |
    (isLast ? TERM_FLAG_LAST : 0) |
    (factor === undefined ? 0 : TERM_FLAG_FACTOR);
  batch.terms[at + TERM_DECIMALS] = 2;
  batch.terms[at + TERM_PRODUCT_DECIMALS] = 2;
  batch.terms[at + TERM_FACTOR_DECIMALS] = 1;
  const units = BigInt.asUintN(128, place * 10_000_000n);
  for (let word = 0; word < 4; word++) batch.terms[at + TERM_PLACE + word] = Number((units >> BigInt(32 * word)) & 0xffff_ffffn);
  batch.terms[at + TERM_FACTOR] = Number(factor ?? 0n);
}

function throughTerms(engine: Engine, rows: readonly (readonly Term[])[]): string[] {
  const batch = termBatch(rows);
  const output = new Uint8Array(4096);
  const handle = engine.open(termPlan(), KEY, "mask");
  handle.transform(batch, output, 0);
  handle.close();
  return new TextDecoder().decode(output.subarray(0, batch.records[RECORD_OUT_END])).split("|").slice(0, -1);
}
