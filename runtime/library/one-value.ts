/** One value under one operation: the engine's whole path, for a value that stands in no message. */
import type { Direction, Engine, EngineHandle } from "../engines/api.ts";
import { encodePlan, type PlanOperation } from "../engines/plan.ts";
import { BautaError } from "../kit/errors.ts";
import { Batch, ENCODING_RAW, RECORD_OUT_END, RECORD_STATUS } from "../record/tables.ts";

const NAMESPACE = "primitive";

export class OneValue {
  readonly #handle: EngineHandle;
  readonly #batch = new Batch(1, 1, 1);
  #output = new Uint8Array(1024);

  /**
   * @param key 32 bytes, copied; the caller's to overwrite
   * @throws BautaError 6011 if the operation cannot fit its field
   */
  constructor(engine: Engine, operation: Omit<PlanOperation, "namespace">, key: Uint8Array, direction: Direction = "mask") {
    if (key.length !== 32) throw new BautaError(6020, { detail: `a key of ${key.length} bytes instead of 32` });
    const namespaces = [{ name: NAMESPACE, keyVersion: 1 }];
    const plan = encodePlan({ model: NAMESPACE, namespaces, operations: [{ ...operation, namespace: NAMESPACE }] });
    this.#handle = engine.open(plan, key, direction);
  }

  /** What becomes of the value; or the number of the issue that it is refused with. */
  transform(value: string): string | number {
    const batch = this.#batch;
    batch.clear();
    batch.input = new TextEncoder().encode(value);
    const record = batch.beginRecord(0, 0);
    batch.addValue(0, 0);
    batch.addSegment(0, batch.input.length, ENCODING_RAW);
    batch.endRecord(record, batch.input.length);
    while (this.#handle.transform(batch, this.#output, 0) === 0) this.#output = new Uint8Array(this.#output.length * 2);
    const issue = batch.records[RECORD_STATUS] as number;
    if (issue !== 0) return issue;
    const end = batch.records[RECORD_OUT_END] as number;
    return new TextDecoder().decode(this.#output.subarray(0, end));
  }

  /** Overwrites the key. */
  close(): void {
    this.#handle.close();
  }
}
