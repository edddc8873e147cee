/**
 * Entries of a run over topics, as records of its topic: JSON. Numbers are those of one transaction; a field is told by its facts once, and by
 * its place among those that were told from then on.
 */
import { BautaError } from "../kit/errors.ts";
import { addCounts, type CountNumbers, NO_COUNTS } from "../pipeline/counts.ts";
import type { StatementEnd } from "../pipeline/observe.ts";
import type { TransactionFacts } from "../pipeline/recorder.ts";

type Counts = StatementEnd["counts"];
type Field = StatementEnd["fields"][number];

export const TRAIL_VERSION = 1;

export interface TopicRow {
  readonly sink: string;
  readonly topic: string;
  readonly records: number;
  /** Of values. */
  readonly bytes: number;
}

export interface ToldNumbers {
  readonly counts: CountNumbers;
  readonly refused: Readonly<Record<string, number>>;
  readonly messages: Readonly<Record<string, number>>;
  /** Facts that are told for the first time; their counts are with the others. */
  readonly newFields: readonly Omit<Field, "count">[];
  readonly fields: readonly (readonly [place: number, count: number])[];
}

export interface TrailEntry {
  readonly task: string;
  /** From 0 within the task. */
  readonly sequence: number;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** What was written to topics. */
  readonly topics: readonly TopicRow[];
  readonly numbers: ToldNumbers;
  /** As schemas/proto/run.proto has it. */
  readonly checkpoint: Uint8Array;
}

export function encodeTrailEntry({ checkpoint, ...entry }: TrailEntry): Uint8Array {
  const plain = { "bauta-audit": TRAIL_VERSION, ...entry, checkpoint: Buffer.from(checkpoint).toString("base64") };
  return new TextEncoder().encode(JSON.stringify(plain));
}

/** @throws BautaError 8501 for what is no entry of this version */
export function parseTrailEntry(bytes: Uint8Array): TrailEntry {
  try {
    const {
      "bauta-audit": version,
      checkpoint,
      ...entry
    } = JSON.parse(new TextDecoder().decode(bytes)) as Omit<TrailEntry, "checkpoint"> & {
      readonly "bauta-audit": number;
      readonly checkpoint: string;
    };
    if (version === TRAIL_VERSION) return { ...entry, checkpoint: new Uint8Array(Buffer.from(checkpoint, "base64")) };
  } catch {
    // Told below.
  }
  throw new BautaError(8501, { detail: "an entry of the audit topic" });
}

/** The numbers of a task, while they are told or read. */
export class TrailNumbers {
  readonly #facts: Omit<Field, "count">[] = [];
  readonly #places = new Map<string, number>();
  readonly #sums: number[] = [];
  #counts: Counts = NO_COUNTS;
  /** Facts that were told in entries that are there. */
  #settled = 0;

  /** What an entry tells of a transaction. */
  told({ counts, fields }: Pick<TransactionFacts, "counts" | "fields">): ToldNumbers {
    const before = this.#facts.length;
    const rows = fields.map((field) => [this.#placeOf(field), field.count] as const);
    const { refusedByCode, recordsByMessage, ...numbers } = counts;
    return {
      counts: numbers,
      refused: Object.fromEntries(refusedByCode),
      messages: Object.fromEntries(recordsByMessage),
      newFields: this.#facts.slice(before),
      fields: rows,
    };
  }

  /** The transaction is there. */
  add({ counts, fields }: Pick<TransactionFacts, "counts" | "fields">): void {
    for (const field of fields) this.#sum(this.#placeOf(field), field.count);
    this.#counts = addCounts(this.#counts, counts);
    this.#settled = this.#facts.length;
  }

  /** It never was. */
  forget(): void {
    for (const fact of this.#facts.splice(this.#settled)) this.#places.delete(JSON.stringify(fact));
  }

  /** What an entry that was read tells. */
  read({ counts, refused, messages, newFields, fields }: ToldNumbers): void {
    this.#facts.push(...newFields);
    for (const [place, count] of fields) this.#sum(place, count);
    const maps = { refusedByCode: new Map(Object.entries(refused)), recordsByMessage: new Map(Object.entries(messages)) };
    this.#counts = addCounts(this.#counts, { ...counts, ...maps });
  }

  get counts(): Counts {
    return this.#counts;
  }

  get fields(): StatementEnd["fields"] {
    return this.#facts.flatMap((fact, place) => (this.#sums[place] === undefined ? [] : [{ ...fact, count: this.#sums[place] }]));
  }

  #sum(place: number, count: number): void {
    this.#sums[place] = (this.#sums[place] ?? 0) + count;
  }

  #placeOf({ count: _, ...fact }: Field): number {
    const key = JSON.stringify(fact);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    this.#places.set(key, this.#facts.length);
    return this.#facts.push(fact) - 1;
  }
}
