/** What several maskers did, added up in the order of the source. */
import { type CountNumbers, NO_NUMBERS } from "./counts.ts";
import type { Counts, StageTimes } from "./masker.ts";
import { MessageNames } from "./messages-out.ts";
import type { FieldCount } from "./value-counts.ts";

type Numbers = { -readonly [Name in keyof CountNumbers]: number };

export class Totals {
  readonly #numbers: Numbers = { ...NO_NUMBERS };
  readonly #refusedByCode = new Map<string, number>();
  readonly #recordsByMessage = new Map<string, number>();
  readonly #messages = new MessageNames();
  readonly #fields = new Map<string, { readonly field: FieldCount; count: number }>();
  #scanMs = 0;
  #engineMs = 0;

  add({ refusedByCode, recordsByMessage, ...numbers }: Counts, times: StageTimes): void {
    for (const name of Object.keys(this.#numbers) as (keyof Numbers)[]) this.#numbers[name] += numbers[name];
    for (const [code, count] of refusedByCode) this.#refusedByCode.set(code, (this.#refusedByCode.get(code) ?? 0) + count);
    for (const [name, count] of recordsByMessage) this.#recordsByMessage.set(name, (this.#recordsByMessage.get(name) ?? 0) + count);
    this.#scanMs += times.scan;
    this.#engineMs += times.engine;
  }

  addField(field: FieldCount, count: number): void {
    const key = `${field.format}\0${field.message}\0${field.path}\0${field.dataClass}\0${field.operation}\0${field.outcome}`;
    const known = this.#fields.get(key);
    if (known === undefined) this.#fields.set(key, { field, count });
    else known.count += count;
  }

  /** @param bytesIn is counted where bytes are read */
  counts(bytesIn: number): Counts {
    const { in: _, ...numbers } = this.#numbers;
    return {
      in: this.recordsIn,
      ...numbers,
      bytesIn,
      refusedByCode: new Map(this.#refusedByCode),
      recordsByMessage: new Map(this.#recordsByMessage),
    };
  }

  get recordsIn(): number {
    return this.#numbers.in;
  }

  get times(): StageTimes {
    return { scan: this.#scanMs, engine: this.#engineMs };
  }

  /** Message types by number, in the order in which they came. */
  messageIndex(name: string): number {
    return this.#messages.indexOf(name);
  }

  messageName(index: number): string {
    return this.#messages.nameOf(index);
  }

  fieldCounts(): readonly FieldCount[] {
    return [...this.#fields.values()].map(({ field, count }) => ({ ...field, count }));
  }
}
