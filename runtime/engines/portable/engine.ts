/** The portable engine: the contract of runtime/engines/api.ts and docs/internals/engine.md in TypeScript. */
import process from "node:process";
import { BautaError } from "../../kit/errors.ts";
import { VERSION } from "../../kit/version.ts";
import {
  type Batch,
  RECORD_END,
  RECORD_FIRST_VALUE,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_ISSUE_MIN,
  TERM_FLAG_LAST,
  TERM_FLAGS,
  TERM_STRIDE,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
  VALUE_STRIDE,
  VALUE_TERMS,
} from "../../record/tables.ts";
import type { Engine, EngineHandle } from "../api.ts";
import { ff1Decrypt, ff1Encrypt } from "./crypto/ff1.ts";
import { hmacSha256, hmacSha512, loadWasmHashes, type WasmHashes } from "./crypto/hashes.ts";
import { proveLockstep } from "./crypto/known-answer.ts";
import { treeHashes } from "./crypto/tree.ts";
import { type CompiledOperation, compile, type Program, wipe } from "./program.ts";
import { Splicer } from "./splice.ts";
import { loadUnicode, type Unicode } from "./text/unicode.ts";
import { ValueProcessor } from "./value.ts";
import { Window } from "./window.ts";

/** A window ends with the record that reaches this many values: enough for AES in bulk, little enough to stay in the caches. */
const WINDOW_VALUES = 4096;

/**
 * Loads the portable engine; everything is synchronous afterwards.
 * @throws BautaError 1303 when a primitive of this runtime gives a wrong known answer
 */
export async function loadPortableEngine(): Promise<Engine> {
  proveLockstep();
  const hashes = await loadWasmHashes();
  const unicode = loadUnicode();
  return {
    name: "portable",
    version: VERSION,
    facts: { runtime: runtimeName(), crypto: `node:crypto ${process.versions.openssl ?? "unknown"}`, unicode: unicode.version },
    open: (plan, keys, direction) => new PortableHandle(compile(plan, keys), direction === "unmask", unicode, hashes),
    primitives: { ff1Encrypt, ff1Decrypt, hmacSha256, hmacSha512, ...hashes, ...treeHashes },
  };
}

function runtimeName(): string {
  const { bun, deno, node } = process.versions;
  if (bun !== undefined) return `bun ${bun}`;
  return deno === undefined ? `node ${node}` : `deno ${deno}`;
}

class PortableHandle implements EngineHandle {
  readonly #program: Program;
  readonly #window = new Window();
  readonly #values: ValueProcessor;
  readonly #splicer: Splicer;
  #open = true;

  constructor(program: Program, unmask: boolean, unicode: Unicode, hashes: WasmHashes) {
    this.#program = program;
    this.#values = new ValueProcessor(program, unmask, this.#window, unicode, hashes);
    this.#splicer = new Splicer(this.#window);
  }

  transform(batch: Batch, output: Uint8Array, first: number): number {
    if (!this.#open) throw new BautaError(9001, { detail: "transform after close" });
    checkTables(batch, first);
    let at = 0;
    for (let record = first; record < batch.recordCount; ) {
      const end = this.#windowEnd(batch, record);
      this.#prepare(batch, record, end);
      for (; record < end; record++) {
        if (isRefused(batch, record)) {
          batch.records[record * RECORD_STRIDE + RECORD_OUT_START] = at;
          batch.records[record * RECORD_STRIDE + RECORD_OUT_END] = at;
          continue;
        }
        const next = this.#splicer.write(batch, record, output, at);
        if (next < 0) return record;
        at = next;
      }
    }
    return batch.recordCount;
  }

  close(): void {
    this.#open = false;
    wipe(this.#program);
  }

  #windowEnd(batch: Batch, first: number): number {
    let values = 0;
    let record = first;
    do {
      values += batch.records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number;
      record++;
    } while (record < batch.recordCount && values < WINDOW_VALUES);
    return record;
  }

  /** Transforms all values of records `first … end − 1`, but for the writing. */
  #prepare(batch: Batch, first: number, end: number): void {
    const { records, values } = batch;
    const extent = extentOf(batch, first, end);
    this.#window.begin(extent.firstValue, extent.values, extent.firstSegment, extent.segments);
    this.#values.begin();
    for (let record = first; record < end; record++) {
      if (isRefused(batch, record)) continue;
      const row = record * RECORD_STRIDE;
      const latin1 = ((records[row + RECORD_FLAGS] as number) & RECORD_FLAG_LATIN1) !== 0;
      const firstValue = records[row + RECORD_FIRST_VALUE] as number;
      const endValue = firstValue + (records[row + RECORD_VALUE_COUNT] as number);
      this.#values.collect(batch, record, latin1);
      this.#values.beginRecord(batch, record, latin1);
      for (let value = firstValue; value < endValue; value++) {
        const operation = this.#operation(values[value * VALUE_STRIDE + VALUE_OPERATION] as number);
        const status = this.#values.process(batch, value, operation, latin1);
        values[value * VALUE_STRIDE + VALUE_STATUS] = status;
        // The record writes nothing, so its later values need no work; those before it may still have an issue of their own.
        if (status >= STATUS_ISSUE_MIN) break;
      }
    }
    this.#values.finish();
    this.#values.finishTexts(batch);
  }

  #operation(index: number): CompiledOperation {
    const operation = this.#program.operations[index];
    if (operation === undefined) throw new BautaError(9001, { detail: "operation index" });
    return operation;
  }
}

function isRefused(batch: Batch, record: number): boolean {
  return batch.records[record * RECORD_STRIDE + RECORD_STATUS] !== 0;
}

/** The ranges of values and segments that records `first … end − 1` have. */
function extentOf(
  batch: Batch,
  first: number,
  end: number,
): { firstValue: number; values: number; firstSegment: number; segments: number } {
  const { records, values } = batch;
  let firstValue = batch.valueCount;
  let endValue = 0;
  let firstSegment = batch.segmentCount;
  let endSegment = 0;
  for (let record = first; record < end; record++) {
    const count = records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number;
    if (count === 0) continue;
    const from = records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    if (from < firstValue) firstValue = from;
    if (from + count > endValue) endValue = from + count;
  }
  for (let value = firstValue; value < endValue; value++) {
    const from = values[value * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
    const count = values[value * VALUE_STRIDE + VALUE_SEGMENT_COUNT] as number;
    if (count === 0) continue;
    if (from < firstSegment) firstSegment = from;
    if (from + count > endSegment) endSegment = from + count;
  }
  return {
    firstValue,
    values: endValue > firstValue ? endValue - firstValue : 0,
    firstSegment,
    segments: endSegment > firstSegment ? endSegment - firstSegment : 0,
  };
}

/** Refuses tables that point outside of their batch or of their record: a caller's bug, met before anything is written. */
function checkTables(batch: Batch, first: number): void {
  const { input, records, values, segments, recordCount, valueCount, segmentCount } = batch;
  if (
    recordCount * RECORD_STRIDE > records.length ||
    valueCount * VALUE_STRIDE > values.length ||
    segmentCount * SEGMENT_STRIDE > segments.length ||
    batch.termCount * TERM_STRIDE > batch.terms.length
  ) {
    throw new BautaError(9001, { detail: "table counts" });
  }
  for (let record = first; record < recordCount; record++) {
    const row = record * RECORD_STRIDE;
    const start = records[row + RECORD_START] as number;
    const end = records[row + RECORD_END] as number;
    const firstValue = records[row + RECORD_FIRST_VALUE] as number;
    const endValue = firstValue + (records[row + RECORD_VALUE_COUNT] as number);
    if (start > end || end > input.length || endValue > valueCount) throw new BautaError(9001, { detail: "record table" });
    let cursor = start;
    for (let value = firstValue; value < endValue; value++) {
      const firstSegment = values[value * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
      const endSegment = firstSegment + (values[value * VALUE_STRIDE + VALUE_SEGMENT_COUNT] as number);
      if (endSegment > segmentCount) throw new BautaError(9001, { detail: "value table" });
      if (!hasTerms(batch, values[value * VALUE_STRIDE + VALUE_TERMS] as number)) throw new BautaError(9001, { detail: "term table" });
      for (let segment = firstSegment; segment < endSegment; segment++) {
        const from = segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number;
        const to = segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
        if (from < cursor || to < from || to > end) throw new BautaError(9001, { detail: "segment table" });
        cursor = to;
      }
    }
  }
}

/** Whether the terms that a value's column names end inside of the table; 0 names none. */
function hasTerms({ terms, termCount }: Batch, column: number): boolean {
  if (column === 0) return true;
  for (let term = column - 1; term < termCount; term++) {
    if (((terms[term * TERM_STRIDE + TERM_FLAGS] as number) & TERM_FLAG_LAST) !== 0) return true;
  }
  return false;
}
