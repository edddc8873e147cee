/**
 * Laws of the engines, on random plans and batches: native equals portable to the byte whatever the batch, its splits and the
 * output's size; what FPE masked comes back; another key gives another world.
 *
 * Each law runs for a few seconds; BAUTA_PROPERTY_RUNS multiplies that.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Direction, Engine, EngineHandle } from "../../runtime/engines/api.ts";
import { encodePlan, type PlanBin, type PlanOperation } from "../../runtime/engines/plan.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import {
  type Batch,
  RECORD_FAULT_VALUE,
  RECORD_FIRST_VALUE,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  STATUS_KEPT,
  STATUS_MASKED,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { loadEngine } from "../engines.ts";
import { DEPTH, seeded } from "../seed.ts";
import { anyOperation, batchOf, NAMESPACES, operationsAndRecords, type WrittenRecord, type WrittenValue } from "./engine-arbitraries.ts";
import { CANONICAL_VALUES } from "./engine-values.ts";

const SEED = seeded("engines");
const TIMEOUT_MS = 120_000 * DEPTH;
const KEY_BYTES = 32;
/** Values of a record that the native engine does not hold all at once. */
const LARGE = 6_000;

let native: Engine;
let portable: Engine;
beforeAll(async () => {
  native = await loadEngine("native");
  portable = await loadEngine("portable");
});

function law<Input>(title: string, runs: number, property: fc.IProperty<Input>): void {
  test(title, () => fc.assert(property, { seed: SEED, numRuns: runs * DEPTH }), TIMEOUT_MS);
}

describe("native equals portable", () => {
  law(
    "which operations can be opened, and the number of the refusal",
    3000,
    fc.property(anyOperation, (operation) => {
      const plan = planOf([operation]);
      expect(opened(native, plan)).toBe(opened(portable, plan));
    }),
  );

  law(
    "bytes, statuses and ranges, masking",
    4000,
    fc.property(operationsAndRecords, ([operations, records]) => compareRuns(native, portable, operations, records, "mask")),
  );

  law(
    "bytes, statuses and ranges, unmasking",
    1000,
    fc.property(operationsAndRecords, ([operations, records]) => compareRuns(native, portable, operations, records, "unmask")),
  );

  law(
    "records of thousands of values, with one among them that is refused or none, in an output that is too small and in one that is not",
    12,
    fc.property(operationsAndRecords, fc.nat(LARGE + 20), fc.boolean(), ([operations, records], place, isBroken) => {
      const usable = usableOf(operations, records);
      const plan = planOf(usable.operations);
      const single = (value: WrittenValue): WrittenRecord => ({ values: [value], latin1: false, refused: false });
      const all = usable.records.flatMap(({ values }) => values);
      const isTaken = (value: WrittenValue): boolean =>
        runWhole(portable, plan, batchOf([single(value)]), "mask").recordOutputs[0]?.startsWith("0:") === true;
      const good = all.filter(isTaken);
      const [bad] = isBroken ? all.filter((value) => !good.includes(value)) : [];
      if (good.length === 0) return;
      const values = Array.from({ length: LARGE }, (_, i) => good[i % good.length] as WrittenValue);
      if (bad !== undefined) values.splice(place, 0, bad);
      const large = [single(good[0] as WrittenValue), { values, latin1: false, refused: false }, single(good[0] as WrittenValue)];
      compareRuns(native, portable, usable.operations, large, "mask");
      const batch = batchOf(large);
      const before = batch.values.slice();
      const handle = native.open(plan, keysOf(1), "mask");
      const next = handle.transform(batch, new Uint8Array(batch.input.length >> 1), 0);
      handle.close();
      // What did not fit leaves its values as they were.
      if (next === 1) {
        const own = batch.records.subarray(RECORD_STRIDE, 2 * RECORD_STRIDE);
        const from = (own[RECORD_FIRST_VALUE] as number) * VALUE_STRIDE;
        expect(batch.values.subarray(from)).toEqual(before.subarray(from));
        expect(own[RECORD_STATUS]).toBe(0);
      }
    }),
  );

  law(
    "outputs of any size, and records one batch each",
    700,
    fc.property(operationsAndRecords, fc.array(fc.nat(300), { minLength: 1, maxLength: 6 }), ([operations, records], sizes) => {
      const usable = usableOf(operations, records);
      const plan = planOf(usable.operations);
      const whole = runWhole(portable, plan, batchOf(usable.records), "mask");
      for (const engine of [native, portable]) {
        expect(runInPieces(engine, plan, batchOf(usable.records), sizes)).toEqual([...whole.recordOutputs]);
        const alone = usable.records.map((record) => runWhole(engine, plan, batchOf([record]), "mask").recordOutputs[0]);
        expect(alone).toEqual([...whole.recordOutputs]);
      }
    }),
  );

  test("the comparison notices one bit of one record and one status", () => {
    const operations: PlanOperation[] = [{ technique: "redact", fit: { shape: "text", min: 0, max: 0 } }];
    const records = [record([{ operation: 0, text: "some text" }])];
    const spoilt = (spoil: (batch: Batch, output: Uint8Array) => void): Engine => ({
      ...portable,
      open: (plan, keys, direction) => {
        const handle = portable.open(plan, keys, direction);
        return {
          transform: (batch, output, first) => {
            const next = handle.transform(batch, output, first);
            spoil(batch, output);
            return next;
          },
          close: () => handle.close(),
        };
      },
    });
    const flipsBit = spoilt((_, output) => output.set([(output[3] as number) ^ 1], 3));
    const changesStatus = spoilt((batch) => batch.values.set([STATUS_KEPT], VALUE_STATUS));
    compareRuns(
      spoilt(() => undefined),
      portable,
      operations,
      records,
      "mask",
    );
    expect(() => compareRuns(flipsBit, portable, operations, records, "mask")).toThrow();
    expect(() => compareRuns(changesStatus, portable, operations, records, "mask")).toThrow();
  });

  test("values of more than 65,536 code points", () => {
    const operations: PlanOperation[] = (["keep", "redact", "drop", "mask", "hash", "token", "fpe", "pseudonym"] as const).map(
      (technique) => ({
        technique,
        kind: technique === "fpe" || technique === "pseudonym" ? "reference" : "text",
        namespace: "alpha",
        otherwise: "token",
        strict: true,
        fit: { shape: "text", min: 0, max: 0 },
      }),
    );
    for (const length of [65_535, 65_536, 65_537, 200_000]) {
      const records = operations.map((_, operation) => record([{ operation, text: "7é".repeat(length).slice(0, length) }]));
      compareRuns(native, portable, operations, records, "mask");
    }
  }, 60_000);
});

describe("reversibility", () => {
  for (const [kind, values] of CANONICAL_VALUES) {
    law(
      `${kind}: unmask(mask(value)) = value, and another key gives another value`,
      120,
      fc.property(fc.array(values, { minLength: 1, maxLength: 8 }), fc.constantFrom<PlanBin>("none", 6, 8), (texts, bin) => {
        const operation: PlanOperation = {
          technique: "fpe",
          kind,
          namespace: "alpha",
          otherwise: "error",
          bin,
          fit: { shape: "text", min: 0, max: 0 },
        };
        const plan = planOf([operation]);
        for (const engine of [native, portable]) {
          const masked = texts.map((text) => maskOne(engine, plan, text, 1));
          texts.forEach((text, i) => {
            const output = masked[i];
            // What is in no class of the kind, or in one that is too small, was refused.
            if (output === undefined) return;
            expect(unmaskOne(engine, plan, output, 1)).toBe(text);
            expect(output.length).toBe(text.length);
            // Two keys agree by chance once in 10^6 values of the smallest domain.
            if (text.length >= 12) expect(maskOne(engine, plan, text, 2)).not.toBe(output);
          });
          expect(new Set(masked.filter((text) => text !== undefined)).size).toBe(
            new Set(texts.filter((_, i) => masked[i] !== undefined)).size,
          );
        }
      }),
    );
  }
});

interface WholeRun {
  readonly recordOutputs: readonly string[];
  readonly table: readonly number[];
}

/** Runs two engines over the same batch and compares everything that the contract fixes. */
function compareRuns(
  subject: Engine,
  reference: Engine,
  operations: readonly PlanOperation[],
  records: readonly WrittenRecord[],
  direction: Direction,
): void {
  const usable = usableOf(operations, records);
  const plan = planOf(usable.operations);
  const expected = runWhole(reference, plan, batchOf(usable.records), direction);
  const actual = runWhole(subject, plan, batchOf(usable.records), direction);
  expect(actual.recordOutputs).toEqual(expected.recordOutputs);
  expect(actual.table).toEqual(expected.table);
}

/** What is left when an operation that cannot be opened becomes KEEP. */
function usableOf(operations: readonly PlanOperation[], records: readonly WrittenRecord[]) {
  const keep: PlanOperation = { technique: "keep", fit: { shape: "text", min: 0, max: 0 } };
  return { operations: operations.map((operation) => (opened(portable, planOf([operation])) === 0 ? operation : keep)), records };
}

function runWhole(engine: Engine, plan: Uint8Array, batch: Batch, direction: Direction): WholeRun {
  const handle = engine.open(plan, keysOf(1), direction);
  const output = new Uint8Array(batch.input.length * 8 + 4096 * (batch.valueCount + 1));
  expect(handle.transform(batch, output, 0)).toBe(batch.recordCount);
  handle.close();
  return { recordOutputs: recordOutputs(batch, output, 0, batch.recordCount), table: fixedColumns(batch) };
}

/** Transforms with outputs of the given sizes in turn; a record that fits none gets one that is large enough. */
function runInPieces(engine: Engine, plan: Uint8Array, batch: Batch, sizes: readonly number[]): string[] {
  const handle = engine.open(plan, keysOf(1), "mask");
  const outputs: string[] = [];
  let first = 0;
  for (let turn = 0; first < batch.recordCount; turn++) {
    let output = new Uint8Array(sizes[turn % sizes.length] as number);
    let next = handle.transform(batch, output, first);
    if (next === first) {
      output = new Uint8Array(1 << 17);
      next = transformOne(handle, batch, output, first);
    }
    outputs.push(...recordOutputs(batch, output, first, next));
    first = next;
  }
  handle.close();
  return outputs;
}

function transformOne(handle: EngineHandle, batch: Batch, output: Uint8Array, first: number): number {
  const next = handle.transform(batch, output, first);
  expect(next).toBeGreaterThan(first);
  return next;
}

/** Status and bytes of each record. */
function recordOutputs(batch: Batch, output: Uint8Array, first: number, end: number): string[] {
  const outputs: string[] = [];
  let at = 0;
  for (let record = first; record < end; record++) {
    const row = record * RECORD_STRIDE;
    const start = batch.records[row + RECORD_OUT_START] as number;
    const stop = batch.records[row + RECORD_OUT_END] as number;
    expect(start).toBe(at);
    at = stop;
    const bytes = Array.from(output.subarray(start, stop), (byte) => String.fromCharCode(byte)).join("");
    outputs.push(`${batch.records[row + RECORD_STATUS]}:${bytes}`);
  }
  return outputs;
}

/** Record rows, and the statuses of all values that the contract specifies: those up to a record's fault. */
function fixedColumns(batch: Batch): number[] {
  const columns = Array.from(batch.records.subarray(0, batch.recordCount * RECORD_STRIDE));
  for (let record = 0; record < batch.recordCount; record++) {
    const row = record * RECORD_STRIDE;
    const first = batch.records[row + RECORD_FIRST_VALUE] as number;
    const fault = batch.records[row + RECORD_FAULT_VALUE] as number;
    const refused = batch.records[row + RECORD_STATUS] === 2201;
    const end = first + (batch.records[row + RECORD_VALUE_COUNT] as number);
    for (let value = first; value < end && value <= fault && !refused; value++) {
      columns.push(batch.values[value * VALUE_STRIDE + VALUE_STATUS] as number);
    }
  }
  return columns;
}

/** The masked value, or undefined if it was refused. */
function maskOne(engine: Engine, plan: Uint8Array, text: string, key: number): string | undefined {
  return transformText(engine, plan, text, key, "mask");
}

function unmaskOne(engine: Engine, plan: Uint8Array, text: string, key: number): string | undefined {
  return transformText(engine, plan, text, key, "unmask");
}

function transformText(engine: Engine, plan: Uint8Array, text: string, key: number, direction: Direction): string | undefined {
  const batch = batchOf([record([{ operation: 0, text }])]);
  const handle = engine.open(plan, keysOf(key), direction);
  const output = new Uint8Array(4096);
  expect(handle.transform(batch, output, 0)).toBe(1);
  handle.close();
  if (batch.records[RECORD_STATUS] !== 0) return undefined;
  expect(batch.values[VALUE_STATUS]).toBe(STATUS_MASKED);
  return new TextDecoder().decode(output.subarray(1, (batch.records[RECORD_OUT_END] as number) - 1));
}

function record(values: readonly { operation: number; text: string }[]): WrittenRecord {
  return { values: values.map((value) => ({ ...value, encoding: 7, cuts: [], salt: 0, garbage: [] })), latin1: false, refused: false };
}

/** 0, or the number of the issue that `open` throws. */
function opened(engine: Engine, plan: Uint8Array): number {
  try {
    engine.open(plan, keysOf(1), "mask").close();
    return 0;
  } catch (error) {
    if (error instanceof BautaError) return error.issue.number;
    throw error;
  }
}

function planOf(operations: readonly PlanOperation[]): Uint8Array {
  return encodePlan({ model: "property", namespaces: NAMESPACES.map((name) => ({ name, keyVersion: 1 })), operations });
}

function keysOf(key: number): Uint8Array {
  return Uint8Array.from({ length: NAMESPACES.length * KEY_BYTES }, (_, i) => (i * 37 + key * 101) & 255);
}
