/** What can be wrong with the addon: missing, damaged, of another version, panicking. Each is refused with its code; nothing falls back. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineHandle } from "../../runtime/engines/api.ts";
import { loadEngine, loadNativeEngine, nativeEngine } from "../../runtime/engines/native/index.ts";
import { encodePlan, type PlanOperation } from "../../runtime/engines/plan.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { Batch, RECORD_STRIDE, VALUE_STATUS } from "../../runtime/record/tables.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-native-"));
afterAll(() => rmSync(folder, { recursive: true }));

const REDACT: PlanOperation = { technique: "redact", fit: { shape: "text", min: 0, max: 0 } };

function planOf(...operations: PlanOperation[]): Uint8Array {
  return encodePlan({ model: "test", namespaces: [{ name: "n", keyVersion: 1 }], operations });
}

/** `<clear>`, the middle a value under the plan's first operation. */
function batchOf(text: string): Batch {
  const batch = new Batch(1, 1, 1);
  batch.input = new TextEncoder().encode(`<${text}>`);
  const record = batch.beginRecord(0, 0);
  batch.addValue(0, 0);
  batch.addSegment(1, batch.input.length - 1, 0);
  batch.endRecord(record, batch.input.length);
  return batch;
}

function thrownBy(call: () => unknown): BautaError {
  try {
    call();
  } catch (error) {
    if (error instanceof BautaError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("loading the addon", () => {
  test("a missing file is 1301 with the remedy", () => {
    const error = thrownBy(() => loadNativeEngine(join(folder, "not-there.node")));
    expect(error.issue.number).toBe(1301);
    expect(error.message).toContain("npm run setup");
  });

  test("a file that is no addon is 1301", () => {
    const path = join(folder, "damaged.node");
    writeFileSync(path, "not an addon");
    expect(thrownBy(() => loadNativeEngine(path)).issue.number).toBe(1301);
  });

  test("another version is 1302 and names both", () => {
    const path = join(folder, "foreign.cjs");
    writeFileSync(path, 'module.exports = { version: () => "0.0.1" };');
    const error = thrownBy(() => loadNativeEngine(path));
    expect(error.issue.number).toBe(1302);
    expect(error.message).toContain("addon 0.0.1, package ");
  });

  test("an addon without a version is 1302", () => {
    const path = join(folder, "nameless.cjs");
    writeFileSync(path, "module.exports = {};");
    expect(thrownBy(() => loadNativeEngine(path)).issue.number).toBe(1302);
  });

  test("the facts are the file's hash and the processor's features", () => {
    const { facts, name } = loadNativeEngine();
    expect(name).toBe("native");
    expect(facts["addon"]).toMatch(/^[0-9a-f]{64}$/);
    expect(facts["cpu"]).toMatch(/^[a-z0-9 ]+$/);
  });
});

describe("a panic inside the addon", () => {
  const loaded = loadEngine();
  const panic = (): never => loaded.addon.panicForTest() as never;

  test("while a batch runs is 1304, and the handle stays closed to further batches", () => {
    const open = (...parameters: Parameters<typeof loaded.addon.open>) => {
      const handle = loaded.addon.open(...parameters);
      const { transform } = handle;
      // The first batch panics; any later one would do its work if it were let through.
      handle.transform = () => {
        handle.transform = transform;
        return panic();
      };
      return handle;
    };
    const engine = nativeEngine({ ...loaded, addon: { ...loaded.addon, open } });
    const handle = engine.open(planOf(REDACT), new Uint8Array(32), "mask");
    const output = new Uint8Array(64);
    const error = thrownBy(() => handle.transform(batchOf("clear"), output, 0));
    expect(error.issue.number).toBe(1304);
    expect(error.message).toContain("bauta doctor");
    expect(error.message).not.toContain("on purpose");
    expect(thrownBy(() => handle.transform(batchOf("clear"), output, 0)).issue.number).toBe(1304);
    handle.close();
  });

  test("in a primitive is 1304, and the host lives on", () => {
    const engine = nativeEngine({ ...loaded, addon: { ...loaded.addon, hmacSha256: panic } });
    expect(thrownBy(() => engine.primitives.hmacSha256(new Uint8Array(1), new Uint8Array(1))).issue.number).toBe(1304);
    expect(loadNativeEngine().primitives.hmacSha256(new Uint8Array(1), new Uint8Array(1)).length).toBe(32);
  });
});

describe("an open native engine", () => {
  const engine = loadNativeEngine();
  const open = (plan: Uint8Array, keys = new Uint8Array(32)): EngineHandle => engine.open(plan, keys, "mask");

  test("6011 names the operation that cannot fit its field", () => {
    const unfit: PlanOperation = { technique: "redact", fit: { shape: "enum", min: 0, max: 0, values: ["A"] } };
    const error = thrownBy(() => open(planOf(REDACT, unfit)));
    expect(error.issue.number).toBe(6011);
    expect(error.context.detail).toStartWith("operation 1: ");
  });

  test("keys of the wrong length and bytes that are no plan are 9001", () => {
    expect(thrownBy(() => open(planOf(REDACT), new Uint8Array(31))).issue.number).toBe(9001);
    expect(thrownBy(() => open(Uint8Array.of(255))).issue.number).toBe(9001);
  });

  test("tables that point outside of the batch are 9001, and nothing is written", () => {
    const handle = open(planOf(REDACT));
    const batch = batchOf("clear");
    batch.records[1] = 1_000_000;
    const output = new Uint8Array(64);
    expect(thrownBy(() => handle.transform(batch, output, 0)).issue.number).toBe(9001);
    expect(output.every((byte) => byte === 0)).toBe(true);
    // A refused call leaves the handle as it was.
    expect(handle.transform(batchOf("clear"), output, 0)).toBe(1);
    handle.close();
  });

  test("an output that lies in the input is refused", () => {
    const handle = open(planOf(REDACT));
    const batch = batchOf("clear");
    expect(thrownBy(() => handle.transform(batch, batch.input.subarray(2), 0)).issue.number).toBe(9001);
    expect(new TextDecoder().decode(batch.input)).toBe("<clear>");
    handle.close();
  });

  test("a closed handle transforms nothing, and closing twice is harmless", () => {
    const handle = open(planOf(REDACT));
    handle.close();
    handle.close();
    expect(thrownBy(() => handle.transform(batchOf("clear"), new Uint8Array(64), 0)).issue.number).toBe(9001);
  });

  test("tables larger than their counts and views into larger buffers are the common case", () => {
    const handle = open(planOf(REDACT));
    const batch = new Batch(16, 16, 16);
    const small = batchOf("clear");
    batch.input = new TextEncoder().encode("....<clear>....").subarray(4, 11);
    const record = batch.beginRecord(0, 0);
    batch.addValue(0, 0);
    batch.addSegment(1, 6, 0);
    batch.endRecord(record, 7);
    const output = new Uint8Array(128);
    expect(handle.transform(batch, output.subarray(64), 0)).toBe(1);
    expect(new TextDecoder().decode(output.subarray(64, 64 + (batch.records[7] as number)))).toBe("<REDACTED>");
    expect(batch.values[VALUE_STATUS]).toBe(1);
    expect(handle.transform(small, output, 0)).toBe(small.records.length / RECORD_STRIDE);
    handle.close();
  });
});
