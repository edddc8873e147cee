/** Masks texts that stand in no message: keys and headers of records, each under the operation of its namespace. */
import type { Engine, EngineHandle } from "../../engines/api.ts";
import { Batch, ENCODING_RAW, RECORD_OUT_END, RECORD_OUT_START, RECORD_STATUS, RECORD_STRIDE } from "../../record/tables.ts";
import { appendTransformed, type GrowingBytes } from "../growing-bytes.ts";
import type { PlanSource } from "../plan-handle.ts";

export class PartMasker {
  readonly #engine: Engine;
  readonly #plan: PlanSource;
  readonly #batch = new Batch();
  #handle: EngineHandle | undefined;

  constructor(engine: Engine, plan: PlanSource) {
    this.#engine = engine;
    this.#plan = plan;
  }

  /** Begins anew over bytes that the parts are in. */
  begin(input: Uint8Array): void {
    this.#batch.clear();
    this.#batch.input = input;
  }

  /** Adds a part. Returns its number, from 0. */
  add(operation: number, start: number, end: number): number {
    const batch = this.#batch;
    const record = batch.beginRecord(start, 0);
    batch.addSimpleValue(operation, 0, 0, start, end, ENCODING_RAW);
    batch.endRecord(record, end);
    return record;
  }

  /** Masks all parts that were added, and appends them to the output. */
  mask(output: GrowingBytes): void {
    const batch = this.#batch;
    if (batch.recordCount === 0) return;
    appendTransformed(this.open(), batch, output);
  }

  /** Opens the plan now, so that a record need not wait for it. @throws BautaError for what the engine does not take */
  open(): EngineHandle {
    // Every operation that is asked for here was in the plan before the first record was read.
    this.#handle ??= this.#engine.open(this.#plan.planBytes(), this.#plan.keyBytes(), "mask");
    return this.#handle;
  }

  /** Issue of a part; 0 if it was masked. */
  issue(part: number): number {
    return this.#batch.records[part * RECORD_STRIDE + RECORD_STATUS] as number;
  }

  start(part: number): number {
    return this.#batch.records[part * RECORD_STRIDE + RECORD_OUT_START] as number;
  }

  end(part: number): number {
    return this.#batch.records[part * RECORD_STRIDE + RECORD_OUT_END] as number;
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
  }
}
