/** Counts values by message, field, operation and outcome while records go out: dense cells, no object and no look-up by name for a value. */
import { BautaError } from "../kit/errors.ts";
import {
  type Batch,
  RECORD_FIRST_VALUE,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  STATUS_KEPT,
  STATUS_LEFT,
  STATUS_MASKED,
  STATUS_REDACTED,
  STATUS_REMOVED,
  STATUS_TOKEN,
  VALUE_FIELD,
  VALUE_OPERATION,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../record/tables.ts";

/** Names of the outcomes, by their status. */
export const OUTCOME_OF: Readonly<Record<number, FieldOutcome>> = {
  [STATUS_MASKED]: "masked",
  [STATUS_KEPT]: "kept",
  [STATUS_REMOVED]: "removed",
  [STATUS_TOKEN]: "otherwise-token",
  [STATUS_REDACTED]: "otherwise-redacted",
  [STATUS_LEFT]: "left",
};
export type FieldOutcome = "masked" | "kept" | "removed" | "otherwise-token" | "otherwise-redacted" | "left";

/** One count: so many values of this field, under this operation, with this outcome. */
export interface Cell {
  /** As the tally was told; the field is VALUE_FIELD, the operation its index in the plan. */
  readonly message: number;
  readonly field: number;
  readonly operation: number;
  readonly outcome: FieldOutcome;
  readonly count: number;
}

const OUTCOMES = 8;

export class Tally {
  /** By message: the first cell of each field, plus 1. */
  readonly #first: (Int32Array | undefined)[] = [];
  /** By cell. A field has mostly one operation; others are chained behind it. */
  #operations = new Uint32Array(64);
  #next = new Int32Array(64);
  #counts = new Float64Array(64 * OUTCOMES);
  #cells = 0;

  /** Counts the values of a record that goes out. Throws BautaError 9001 for a value without an outcome. */
  add(batch: Batch, record: number, message: number): void {
    const { values, records } = batch;
    const from = records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    const end = (from + (records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number)) * VALUE_STRIDE;
    const first = this.#first[message] ?? this.#open(message);
    for (let at = from * VALUE_STRIDE; at < end; at += VALUE_STRIDE) {
      const field = values[at + VALUE_FIELD] as number;
      const operation = values[at + VALUE_OPERATION] as number;
      const status = values[at + VALUE_STATUS] as number;
      if (status < STATUS_MASKED || status > STATUS_LEFT) throw new BautaError(9001, { detail: "a value without an outcome" });
      let cell = field < first.length ? (first[field] as number) - 1 : -1;
      if (cell < 0 || this.#operations[cell] !== operation) cell = this.#cellOf(message, field, operation);
      const slot = cell * OUTCOMES + status;
      this.#counts[slot] = (this.#counts[slot] as number) + 1;
    }
  }

  /** Begins to count anew. */
  clear(): void {
    this.#counts.fill(0);
  }

  /** All counts above 0, by message and field. */
  *cells(): Generator<Cell> {
    for (const [message, first] of this.#first.entries()) {
      if (first === undefined) continue;
      for (let field = 0; field < first.length; field++) {
        for (let cell = (first[field] as number) - 1; cell >= 0; cell = (this.#next[cell] as number) - 1) {
          for (let status = STATUS_MASKED; status <= STATUS_LEFT; status++) {
            const count = this.#counts[cell * OUTCOMES + status] as number;
            const outcome = OUTCOME_OF[status];
            if (count > 0 && outcome !== undefined) yield { message, field, operation: this.#operations[cell] as number, outcome, count };
          }
        }
      }
    }
  }

  /** Values by outcome over all cells; index is the status. */
  totals(): Float64Array {
    const totals = new Float64Array(OUTCOMES);
    for (let slot = 0; slot < this.#cells * OUTCOMES; slot++)
      totals[slot % OUTCOMES] = (totals[slot % OUTCOMES] as number) + (this.#counts[slot] as number);
    return totals;
  }

  #open(message: number): Int32Array {
    const first = new Int32Array(64);
    this.#first[message] = first;
    return first;
  }

  #cellOf(message: number, field: number, operation: number): number {
    let first = this.#first[message] as Int32Array;
    if (field >= first.length) {
      const larger = new Int32Array(Math.max(field + 1, first.length * 2));
      larger.set(first);
      first = this.#first[message] = larger;
    }
    let last = -1;
    for (let cell = (first[field] as number) - 1; cell >= 0; cell = (this.#next[cell] as number) - 1) {
      if (this.#operations[cell] === operation) return cell;
      last = cell;
    }
    const cell = this.#cells++;
    if (cell === this.#operations.length) this.#grow();
    this.#operations[cell] = operation;
    if (last < 0) first[field] = cell + 1;
    else this.#next[last] = cell + 1;
    return cell;
  }

  #grow(): void {
    const size = this.#operations.length * 2;
    const operations = new Uint32Array(size);
    operations.set(this.#operations);
    this.#operations = operations;
    const next = new Int32Array(size);
    next.set(this.#next);
    this.#next = next;
    const counts = new Float64Array(size * OUTCOMES);
    counts.set(this.#counts);
    this.#counts = counts;
  }
}
