/** What became of the values of records that went out, by message type, field, operation and outcome. */
import type { DataClass, FormatName } from "../formats/api.ts";
import {
  type Batch,
  RECORD_MESSAGE,
  RECORD_STRIDE,
  STATUS_KEPT,
  STATUS_LEFT,
  STATUS_MASKED,
  STATUS_REDACTED,
  STATUS_REMOVED,
  STATUS_TOKEN,
} from "../record/tables.ts";
import type { FormatSlot } from "./frame.ts";
import type { MessageNames } from "./messages-out.ts";
import { type Cell, type FieldOutcome, Tally } from "./tally.ts";

/** Sums over all fields. */
export interface ValueNumbers {
  /** Values of records that were written. */
  readonly found: number;
  readonly masked: number;
  readonly kept: number;
  readonly removed: number;
  /** Of the masked ones: values outside their kind, which became tokens or redactions. */
  readonly otherwise: number;
  /** Unmask only: values that cannot be reversed. */
  readonly left: number;
  /** Records that went out. */
  readonly recordsByMessage: ReadonlyMap<string, number>;
}

/** So many values of this field, under this operation, with this outcome. */
export interface FieldCount {
  readonly format: FormatName;
  readonly message: string;
  /** Path of the field; for JSON of the rule that took it. */
  readonly path: string;
  readonly dataClass: DataClass;
  /** Index in the plan. */
  readonly operation: number;
  readonly outcome: FieldOutcome;
  readonly count: number;
}

/** A message type that was met. */
interface MessageRow {
  readonly format: number;
  /** RECORD_MESSAGE. */
  readonly message: number;
  readonly name: string;
  /** What the name is told as. */
  readonly told: number;
  /** Records that went out. */
  count: number;
}

export class ValueCounts {
  readonly #slots: readonly FormatSlot[];
  readonly #tally = new Tally();
  /** By format and RECORD_MESSAGE: index of the message type, plus 1. */
  readonly #indexes: number[][];
  readonly #messages: MessageRow[] = [];

  readonly #names: MessageNames | undefined;

  /** @param names that others use, too. Default: message types are numbered as they come */
  constructor(slots: readonly FormatSlot[], names?: MessageNames) {
    this.#slots = slots;
    this.#names = names;
    this.#indexes = slots.map(() => []);
  }

  /** Counts a record that goes out, and its values. Returns the index of its message type's name. */
  add(batch: Batch, record: number, format: number): number {
    const message = this.#indexOf(format, batch.records[record * RECORD_STRIDE + RECORD_MESSAGE] as number);
    const row = this.#messages[message] as MessageRow;
    this.#tally.add(batch, record, message);
    row.count++;
    return row.told;
  }

  messageName(index: number): string {
    return this.#names === undefined ? (this.#messages[index]?.name ?? "") : this.#names.nameOf(index);
  }

  numbers(): ValueNumbers {
    const values = this.#tally.totals();
    const of = (status: number): number => values[status] as number;
    const otherwise = of(STATUS_TOKEN) + of(STATUS_REDACTED);
    const recordsByMessage = new Map<string, number>();
    for (const { name, count } of this.#messages) if (count > 0) recordsByMessage.set(name, (recordsByMessage.get(name) ?? 0) + count);
    return {
      found: values.reduce((sum, count) => sum + count, 0),
      masked: of(STATUS_MASKED) + otherwise,
      kept: of(STATUS_KEPT),
      removed: of(STATUS_REMOVED),
      otherwise,
      left: of(STATUS_LEFT),
      recordsByMessage,
    };
  }

  cells(): Cell[] {
    return [...this.#tally.cells()];
  }

  fields(): FieldCount[] {
    return this.cells().map((cell) => this.describe(cell));
  }

  /** The names of a count of a field. */
  describe({ message, field, operation, outcome, count }: Cell): FieldCount {
    const { format, message: index, name } = this.#messages[message] as MessageRow;
    const { open, format: named } = this.#slots[format] as FormatSlot;
    const path = open.fieldPath(index, field);
    return { format: named.name, message: name, path, dataClass: open.fieldClass(index, field), operation, outcome, count };
  }

  /** Begins to count anew. */
  clear(): void {
    this.#tally.clear();
    for (const message of this.#messages) message.count = 0;
  }

  #indexOf(format: number, message: number): number {
    const indexes = this.#indexes[format] as number[];
    const known = indexes[message];
    if (known !== undefined) return known - 1;
    const name = (this.#slots[format] as FormatSlot).open.messageName(message);
    const told = this.#names?.indexOf(name) ?? this.#messages.length;
    indexes[message] = this.#messages.push({ format, message, name, told, count: 0 });
    return this.#messages.length - 1;
  }
}
