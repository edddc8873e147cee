/**
 * What a message keeps of the rules between its values when amounts and days are changed: before the engine what they are made of is
 * told, behind it what was true is looked at again. Plans that change neither pay one comparison for a batch.
 */
import type { Finding } from "../formats/api.ts";
import {
  type Batch,
  RECORD_FIRST_VALUE,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  VALUE_OPERATION,
  VALUE_STRIDE,
} from "../record/tables.ts";
import type { FormatSlot } from "./frame.ts";
import type { PlanSource } from "./plan-handle.ts";

const AMOUNT = 1;
const DATE = 2;
/** Issue of a masked record of which its rules can say nothing. */
const UNREADABLE = 8609;

export class Kept {
  readonly #plan: PlanSource;
  readonly #slots: readonly FormatSlot[];
  /** By operation: what it changes. */
  #figures = new Uint8Array(0);
  #known = 0;
  #changes = 0;
  /** Records of the batch at hand in which something is changed. */
  readonly #concerned = new Set<number>();

  constructor(plan: PlanSource, slots: readonly FormatSlot[]) {
    this.#plan = plan;
    this.#slots = slots;
  }

  /** Tells the terms of a batch's records; false where nothing of them has to be looked at again. */
  prepare(batch: Batch, formats: readonly number[], starts: readonly number[], ends: readonly number[]): boolean {
    this.#learn();
    if (this.#changes === 0) return false;
    this.#concerned.clear();
    for (let record = 0; record < batch.recordCount; record++) {
      if (batch.records[record * RECORD_STRIDE + RECORD_STATUS] !== 0) continue;
      const { format, open } = this.#slots[formats[record] as number] as FormatSlot;
      const found = format.rules === undefined ? 0 : this.#changed(batch, record);
      if (found === 0) continue;
      this.#concerned.add(record);
      if ((found & AMOUNT) !== 0) {
        const isAmount = (operation: number): boolean => this.#figures[operation] === AMOUNT;
        format.rules?.addTerms({ batch, record, start: starts[record] as number, end: ends[record] as number, open, isAmount });
      }
    }
    return this.#concerned.size > 0;
  }

  /** The first rule that held before and does not hold after; a record that its rules could read before and not after breaks all of them. */
  broken(record: number, format: number, before: Uint8Array, after: Uint8Array): Finding | undefined {
    if (!this.#concerned.has(record)) return undefined;
    const rules = this.#slots[format]?.format.rules;
    const verdict = rules?.verify(after);
    if (verdict?.findings.length === 0) return undefined;
    const held = rules?.verify(before);
    if (verdict === undefined) return held === undefined ? undefined : { issue: UNREADABLE, path: "" };
    const known = new Set(held?.findings.map(keyOf));
    return verdict.findings.find((finding) => !known.has(keyOf(finding)));
  }

  /** Operations are added while message types are met. */
  #learn(): void {
    const { operationCount } = this.#plan;
    if (operationCount === this.#known) return;
    this.#figures = Uint8Array.from({ length: operationCount }, (_, operation) => {
      const figure = this.#plan.figureOf(operation);
      return figure === "amount" ? AMOUNT : figure === "date" ? DATE : 0;
    });
    this.#changes = this.#figures.reduce((changes, figure) => changes | figure, 0);
    this.#known = operationCount;
  }

  #changed({ records, values }: Batch, record: number): number {
    const at = record * RECORD_STRIDE;
    const first = records[at + RECORD_FIRST_VALUE] as number;
    const end = first + (records[at + RECORD_VALUE_COUNT] as number);
    let found = 0;
    for (let value = first; value < end; value++)
      found |= this.#figures[values[value * VALUE_STRIDE + VALUE_OPERATION] as number] as number;
    return found;
  }
}

const keyOf = ({ issue, path }: Finding): string => `${issue} ${path}`;
