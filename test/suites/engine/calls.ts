/** The part of the engine suite about calls: outputs that are too small, refused records, malformed tables, handles. */
import { describe, expect, test } from "bun:test";
import type { Engine } from "../../../runtime/engines/api.ts";
import {
  Batch,
  NO_VALUE,
  RECORD_END,
  RECORD_FAULT_VALUE,
  RECORD_FIRST_VALUE,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
} from "../../../runtime/record/tables.ts";
import { KEY, planOf } from "./bench.ts";

export function calls(engine: () => Engine): void {
  describe("calls", () => {
    test("records are written one behind the other while they fit", () => {
      const batch = records(["ab", "cd", "ef"]);
      const handle = engine().open(planOf({ technique: "keep" }), KEY, "mask");
      const output = new Uint8Array(9);
      expect(handle.transform(batch, output, 0)).toBe(2);
      expect(text(output.subarray(0, 8))).toBe("<ab><cd>");
      expect([
        column(batch, 0, RECORD_OUT_START),
        column(batch, 0, RECORD_OUT_END),
        column(batch, 1, RECORD_OUT_START),
        column(batch, 1, RECORD_OUT_END),
      ]).toEqual([0, 4, 4, 8]);
      expect(handle.transform(batch, output, 2)).toBe(3);
      expect([column(batch, 2, RECORD_OUT_START), column(batch, 2, RECORD_OUT_END)]).toEqual([0, 4]);
      expect(text(output.subarray(0, 4))).toBe("<ef>");
      expect(handle.transform(batch, new Uint8Array(3), 1)).toBe(1);
      expect(handle.transform(batch, new Uint8Array(0), 3)).toBe(3);
      handle.close();
    });

    test("a record that does not fit by one byte is not begun", () => {
      const handle = engine().open(planOf({ technique: "redact" }), KEY, "mask");
      const batch = records(["ab"]);
      expect(handle.transform(batch, new Uint8Array(9), 0)).toBe(0);
      expect(column(batch, 0, RECORD_STATUS)).toBe(0);
      const output = new Uint8Array(10);
      expect(handle.transform(batch, output, 0)).toBe(1);
      expect(text(output)).toBe("<REDACTED>");
      handle.close();
    });

    test("a refused record writes nothing, and its neighbours are whole", () => {
      const handle = engine().open(planOf({ technique: "fpe", kind: "pan" }), KEY, "mask");
      const batch = records(["4111111111111111", "4111111111111112", "4111111111111111"]);
      const output = new Uint8Array(64);
      expect(handle.transform(batch, output, 0)).toBe(3);
      expect([
        column(batch, 1, RECORD_STATUS),
        column(batch, 1, RECORD_FAULT_VALUE),
        column(batch, 1, RECORD_OUT_START),
        column(batch, 1, RECORD_OUT_END),
      ]).toEqual([6002, 1, 18, 18]);
      expect(column(batch, 0, RECORD_FAULT_VALUE)).toBe(NO_VALUE);
      expect(text(output.subarray(0, 18))).toBe(text(output.subarray(18, 36)));
      expect(batch.values[8 + VALUE_STATUS]).toBe(6002);
      handle.close();
    });

    test("the first value at fault is named, whichever part of the work found it", () => {
      // The token cannot stand in a JSON number, which shows only when it is written; the PAN is refused before.
      const batch = new Batch();
      batch.input = bytes("<1|x>");
      batch.beginRecord(0, 0);
      batch.addSimpleValue(0, 0, 0, 1, 2, 5);
      batch.addSimpleValue(1, 0, 0, 3, 4, 7);
      batch.endRecord(0, 5);
      const handle = engine().open(planOf({ technique: "token" }, { technique: "fpe", kind: "pan" }), KEY, "mask");
      expect(handle.transform(batch, new Uint8Array(0), 0)).toBe(1);
      expect([column(batch, 0, RECORD_STATUS), column(batch, 0, RECORD_FAULT_VALUE)]).toEqual([6012, 0]);
      handle.close();
    });

    test("a record that was refused before is passed over", () => {
      const handle = engine().open(planOf({ technique: "keep" }), KEY, "mask");
      const batch = records(["ab", "cd", "ef"]);
      batch.records[RECORD_STRIDE + RECORD_STATUS] = 2201;
      const output = new Uint8Array(8);
      expect(handle.transform(batch, output, 0)).toBe(3);
      expect(text(output)).toBe("<ab><ef>");
      expect([column(batch, 1, RECORD_STATUS), column(batch, 1, RECORD_OUT_START), column(batch, 1, RECORD_OUT_END)]).toEqual([2201, 4, 4]);
      handle.close();
    });

    test("thousands of records of one batch are each as if alone", () => {
      const handle = engine().open(planOf({ technique: "fpe", kind: "account" }), KEY, "mask");
      const values = Array.from({ length: 6000 }, (_, i) => `ACC-${100_000 + ((i * 7919) % 900_000)}`);
      const batch = records(values);
      const output = new Uint8Array(batch.input.length);
      expect(handle.transform(batch, output, 0)).toBe(values.length);
      for (const i of [0, 1, 4095, 4096, 4097, 5999]) {
        const alone = records([values[i] as string]);
        const single = new Uint8Array(alone.input.length);
        handle.transform(alone, single, 0);
        expect(text(output.subarray(column(batch, i, RECORD_OUT_START), column(batch, i, RECORD_OUT_END)))).toBe(text(single));
      }
      expect(new Set(text(output).split("><")).size).toBe(new Set(values).size);
      handle.close();
    });

    test("one record of more values than are encrypted at once", () => {
      const handle = engine().open(planOf({ technique: "fpe", kind: "reference" }), KEY, "mask");
      const values = Array.from({ length: 20_000 }, (_, i) => String(100_000 + i));
      const batch = new Batch();
      batch.input = bytes(values.join("|"));
      batch.beginRecord(0, 0);
      values.forEach((_, i) => {
        batch.addSimpleValue(0, 0, 0, 7 * i, 7 * i + 6, 7);
      });
      batch.endRecord(0, batch.input.length);
      const output = new Uint8Array(batch.input.length);
      expect(handle.transform(batch, output, 0)).toBe(1);
      const masked = text(output).split("|");
      expect(new Set(masked).size).toBe(values.length);
      for (const i of [0, 16_383, 16_384, 19_999]) {
        const single = new Uint8Array(8);
        handle.transform(records([values[i] as string]), single, 0);
        expect(text(single)).toBe(`<${masked[i]}>`);
      }
      handle.close();
    });

    test("malformed tables are a bug of the caller, met before anything is written", () => {
      const spoilers: readonly (readonly [string, "records" | "values" | "segments", number, number])[] = [
        ["record end beyond the input", "records", RECORD_END, 99],
        ["record start behind its end", "records", RECORD_START, 5],
        ["first value beyond the table", "records", RECORD_FIRST_VALUE, 7],
        ["value count beyond the table", "records", RECORD_VALUE_COUNT, 7],
        ["operation beyond the plan", "values", VALUE_OPERATION, 1],
        ["first segment beyond the table", "values", VALUE_FIRST_SEGMENT, 9],
        ["segment count beyond the table", "values", VALUE_SEGMENT_COUNT, 0xffff_ffff],
        ["segment end beyond the record", "segments", SEGMENT_END, 6],
        ["segment start behind its end", "segments", SEGMENT_START, 5],
        ["segments out of order", "segments", SEGMENT_STRIDE + SEGMENT_START, 0],
      ];
      for (const [name, table, index, number] of spoilers) {
        const batch = records(["abc"]);
        batch.addSegment(4, 4, 7);
        batch.endRecord(0, 5);
        batch[table][index] = number;
        expectMalformed(engine(), batch, name);
      }
      const batch = records(["abc"]);
      batch.recordCount = 1_000_000;
      expectMalformed(engine(), batch, "more records than rows");
    });

    test("a plan that is none, keys of the wrong length, a closed handle", () => {
      expect(() => engine().open(Uint8Array.of(0xff, 0xff), KEY, "mask")).toThrow("BAUTA-9001");
      expect(() => engine().open(planOf({ technique: "keep" }), KEY.subarray(1), "mask")).toThrow("BAUTA-9001");
      const handle = engine().open(planOf({ technique: "keep" }), KEY, "mask");
      handle.close();
      expect(() => handle.transform(records(["a"]), new Uint8Array(9), 0)).toThrow("BAUTA-9001");
    });
  });
}

function expectMalformed(engine: Engine, batch: Batch, name: string): void {
  const output = new Uint8Array(64);
  const handle = engine.open(planOf({ technique: "redact" }), KEY, "mask");
  expect(() => [name, handle.transform(batch, output, 0)]).toThrow("BAUTA-9001");
  expect(output.every((byte) => byte === 0)).toBe(true);
}

/** One record `<text>` for each text, its value between the brackets. */
function records(texts: readonly string[]): Batch {
  const batch = new Batch();
  batch.input = bytes(texts.map((value) => `<${value}>`).join(""));
  let at = 0;
  for (const value of texts) {
    const record = batch.beginRecord(at, 0);
    batch.addSimpleValue(0, 0, 0, at + 1, at + 1 + value.length, 7);
    at += value.length + 2;
    batch.endRecord(record, at);
  }
  return batch;
}

function column(batch: Batch, record: number, index: number): number {
  return batch.records[record * RECORD_STRIDE + index] as number;
}

function bytes(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function text(value: Uint8Array): string {
  return new TextDecoder().decode(value);
}
