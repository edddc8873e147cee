/**
 * The records of a run over topics: one for each view, since each has a plan, topics and refused records of its own. Without a policy there
 * is one view of all. All that they tell of a transaction is part of it.
 */
import { addCounts, addFields, NO_COUNTS } from "../counts.ts";
import type { Counts } from "../masker.ts";
import type { Ended, RunTimes, StatementEnd } from "../observe.ts";
import type { SinkRecorder, TakenBatch, Trail, TrailRecord, TransactionFacts } from "../recorder.ts";

export interface ViewTrail {
  readonly record: Trail;
  /** Names of the view's sinks. */
  readonly sinks: ReadonlySet<string>;
}

type Counted = Pick<TransactionFacts, "counts" | "fields">;

export class Trails implements SinkRecorder {
  /** Index of the topic that they are written to. */
  readonly topic: number;
  readonly #all: readonly ViewTrail[];
  /** Of the transaction under way, by view. */
  #counted: Counted[];

  /** @param all in the order of the run's passes, at least one */
  constructor(all: readonly ViewTrail[], topic: number) {
    this.#all = all;
    this.topic = topic;
    this.#counted = all.map(() => NOTHING);
  }

  begin(): void {
    this.#counted = this.#all.map(() => NOTHING);
    for (const { record } of this.#all) record.begin();
  }

  left(sources: readonly string[]): void {
    for (const { record } of this.#all) record.left(sources);
  }

  took(view: number, taken: TakenBatch): void {
    this.#all[view]?.record.took(taken);
  }

  counted(view: number, counts: Counts, fields: StatementEnd["fields"]): void {
    const before = this.#counted[view] ?? NOTHING;
    this.#counted[view] = { counts: addCounts(before.counts, counts), fields: addFields(before.fields, fields) };
  }

  wrote(...[sink, delivery, from, to]: Parameters<SinkRecorder["wrote"]>): void {
    this.#of(sink.name).record.wrote(sink, delivery, from, to);
  }

  wroteSeparators(...[sink, bytes]: Parameters<SinkRecorder["wroteSeparators"]>): void {
    this.#of(sink.name).record.wroteSeparators(sink, bytes);
  }

  /** What the transaction did, about to be committed. */
  entries(at: number, segments: TransactionFacts["segments"]): readonly TrailRecord[] {
    return this.#all.map((one, view) => {
      const own = segments.filter(({ sink }) => this.#of(sink) === one);
      return one.record.entry({ at, ...(this.#counted[view] ?? NOTHING), segments: own });
    });
  }

  committed(): void {
    for (const { record } of this.#all) record.committed();
  }

  takeBack(): void {
    for (const { record } of this.#all) record.takeBack();
  }

  get isDue(): boolean {
    return this.#all.some(({ record }) => record.isDue);
  }

  /**
   * Manifests of all since those before; the same until `told`.
   * @param planDigests by view
   */
  manifests(
    end: { readonly at: number; readonly ended: Ended; readonly times: RunTimes },
    planDigests: readonly string[],
  ): readonly TrailRecord[] {
    return this.#all.flatMap(({ record }, view) => record.manifest({ ...end, planDigest: planDigests[view] ?? "" }) ?? []);
  }

  told(): void {
    for (const { record } of this.#all) record.told();
  }

  /** The view that a sink is of. */
  #of(sink: string): ViewTrail {
    return this.#all.find(({ sinks }) => sinks.has(sink)) ?? (this.#all[0] as ViewTrail);
  }
}

const NOTHING: Counted = { counts: NO_COUNTS, fields: [] };
