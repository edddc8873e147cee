/**
 * Looks through some of the records that go out for numbers that the engine did not make: a card number or IBAN that has the right check
 * digits and stands in the record that came in, too. Numbers that the engine made have right check digits as well; none of them came in.
 */
import type { RecordBatch } from "../../kafka/batch.ts";
import {
  HEADER_STRIDE,
  NONE,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_STRIDE,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
} from "../../kafka/layout.ts";
import { type NumberKind, numbersIn } from "../../scan/numbers.ts";
import type { OutputFindings } from "../observe.ts";
import type { BatchMasker } from "./mask-batch.ts";

export class OutputCheck {
  readonly #every: number;
  /** Rows until the next one that is looked at. */
  #next = 0;
  #records = 0;
  readonly #numbers = { pan: 0, iban: 0 };
  /** Those of the record at hand that go out. */
  readonly #out = new Map<string, NumberKind>();

  /** @param every one record in so many */
  constructor(every: number) {
    this.#every = every;
  }

  /** Looks at records of the batch that was masked last. */
  look(batch: RecordBatch, taken: number, batches: BatchMasker): void {
    let row = this.#next;
    for (; row < taken; row += this.#every) this.#lookAt(batch, row, batches);
    this.#next = row - taken;
  }

  /** What was found since it was asked last. */
  take(): OutputFindings {
    const taken = { records: this.#records, numbers: { ...this.#numbers } };
    this.#records = 0;
    this.#numbers.pan = 0;
    this.#numbers.iban = 0;
    return taken;
  }

  #lookAt(batch: RecordBatch, row: number, { bytes, outgoing, places }: BatchMasker): void {
    const out = this.#out;
    // Refused: it does not go out.
    if (places.counts[row] === NONE) return;
    this.#records++;
    const value = places.values[row] as number;
    const length = places.lengths[row] as number;
    const note = (start: number, size: number): void => {
      if (size !== NONE) for (const [kind, number] of numbersIn(bytes, start, start + size)) out.set(number, kind);
    };
    note(value, length);
    // All targets have the same key and headers.
    if ((places.counts[row] as number) > 0) {
      const at = (places.firsts[row] as number) * RECORD_STRIDE;
      note(outgoing.records[at + RECORD_KEY] as number, outgoing.records[at + RECORD_KEY_LENGTH] as number);
      eachHeader(outgoing.records, outgoing.headers, at, note);
    }
    if (out.size === 0) return;
    const compare = (start: number, size: number): void => {
      if (size === NONE) return;
      for (const [kind, number] of numbersIn(batch.bytes, start, start + size)) if (out.delete(number)) this.#numbers[kind]++;
    };
    const at = row * RECORD_STRIDE;
    compare(batch.records[at + RECORD_VALUE] as number, batch.records[at + RECORD_VALUE_LENGTH] as number);
    compare(batch.records[at + RECORD_KEY] as number, batch.records[at + RECORD_KEY_LENGTH] as number);
    eachHeader(batch.records, batch.headers, at, compare);
    out.clear();
  }
}

function eachHeader(records: Uint32Array, headers: Uint32Array, at: number, take: (start: number, length: number) => void): void {
  const first = records[at + RECORD_FIRST_HEADER] as number;
  const end = first + (records[at + RECORD_HEADER_COUNT] as number);
  for (let header = first; header < end; header++)
    take(headers[header * HEADER_STRIDE + 2] as number, headers[header * HEADER_STRIDE + 3] as number);
}
