/**
 * One batch for several readers: it is scanned once, masked for each view, and all that comes of it is written in one transaction.
 *
 * A record that is refused for one view goes to the others; it counts as refused, and is told with the view that it was refused for. Where
 * the first refused record ends the run, the batch ends with it for all views.
 */
import type { RecordBatch } from "../../kafka/batch.ts";
import type { BautaError } from "../../kit/errors.ts";
import { addFields, addValues, NO_NUMBERS, type ValueSums } from "../counts.ts";
import type { StageTimes } from "../masker.ts";
import type { OperationFacts, StatementEnd, ViewCounts } from "../observe.ts";
import type { ValueNumbers } from "../value-counts.ts";
import type { ViewTaken } from "../views-masker.ts";
import type { BatchMasker, BatchMaskers, MaskedBatch, RefusedRecord } from "./mask-batch.ts";
import type { OutputCheck } from "./output-check.ts";
import type { TopicPlan } from "./plan.ts";

/** What masks for one view. */
export interface Pass {
  /** undefined: there is no policy, and one view of all. */
  readonly view: string | undefined;
  readonly batches: BatchMasker;
  /** Places of the sinks that are this view's. */
  readonly sinks: ReadonlySet<number>;
  /** undefined: nothing that goes out is looked through. */
  readonly check?: OutputCheck | undefined;
  /** Looks at the targets of a source topic that was not met before, and plans for it. */
  planOf(topic: string): Promise<TopicPlan>;
  /** @throws BautaError 1515 for a target that was there and is gone */
  requireTargets(): Promise<void>;
  /** Looks again at all targets that it has met; plans made behind it are of what they take now. Returns the largest batch that all take, bytes. */
  lookAgain(): Promise<number>;
  operationFacts(operation: number): OperationFacts;
  /** SHA-256 (hex) of its plan, with all operations that were needed. */
  planDigest(): string;
  close(): void;
}

/** What a batch came to for all views. */
export interface PassedBatch extends Omit<MaskedBatch, "refused"> {
  /** By view; a record that several refuse is there once for each. */
  readonly refused: readonly RefusedRecord[];
  /** Records of them. */
  readonly refusedRecords: number;
  readonly byPass: readonly MaskedBatch[];
}

interface ValueFacts {
  readonly counts: ValueNumbers;
  readonly fields: StatementEnd["fields"];
}

export class Passes {
  readonly all: readonly Pass[];
  /** SHA-256 (hex) of the plans, with all operations that were needed. */
  readonly planDigest: () => string;
  readonly #masker: BatchMaskers;
  readonly #plans: readonly TopicPlan[][];

  /** @param masker of their batches, which is closed with them */
  constructor(all: readonly Pass[], masker: BatchMaskers, planDigest: () => string) {
    this.all = all;
    this.#masker = masker;
    this.planDigest = planDigest;
    this.#plans = all.map(() => []);
  }

  /** Plans for topics that came since. */
  async prepare(topics: readonly string[]): Promise<void> {
    for (const [i, pass] of this.all.entries()) {
      const plans = this.#plans[i] as TopicPlan[];
      for (let at = plans.length; at < topics.length; at++) plans.push(await pass.planOf(topics[at] as string));
    }
  }

  /** Targets take less than they did: forgets all plans. Returns the largest batch that all targets take, bytes. */
  async lookAgain(): Promise<number> {
    const least: number[] = [];
    for (const [i, pass] of this.all.entries()) {
      least.push(await pass.lookAgain());
      (this.#plans[i] as TopicPlan[]).length = 0;
    }
    return Math.min(...least);
  }

  /** @param stops the first refused record ends the batch */
  mask(batch: RecordBatch, stops: boolean): PassedBatch {
    const masked = this.#mask(batch, stops);
    for (const { check, batches } of this.all) check?.look(batch, masked.taken, batches);
    return masked;
  }

  #mask(batch: RecordBatch, stops: boolean): PassedBatch {
    const all = this.#masker.mask(batch, this.#plans);
    if (!stops) return merged(all);
    const taken = Math.min(...all.map((one) => one.taken));
    if (all.every((one) => one.taken === taken)) return merged(all);
    // What one view refuses ends the batch for those that came further.
    batch.count = taken;
    this.take();
    return merged(this.#masker.mask(batch, this.#plans));
  }

  /** Writes of each view what is written of the records that it refuses. */
  async refuse(batch: RecordBatch, { byPass }: PassedBatch): Promise<void> {
    for (const [i, { batches }] of this.all.entries()) await batches.refuse(batch, byPass[i]?.refused ?? []);
  }

  /** What was masked since it was asked last. By message are records that went to any view. */
  take(): ValueFacts & { readonly byPass: readonly ValueFacts[]; readonly views: readonly ViewCounts[] } {
    const { byView, recordsByMessage } = this.#masker.take();
    const byPass = this.all.map(({ operationFacts }, i): ValueFacts => {
      const { counts, fields } = byView[i] as ViewTaken;
      return { counts, fields: fields.map((row) => ({ ...row, ...operationFacts(row.operation) })) };
    });
    const values = byPass.map(({ counts }) => counts).reduce<ValueSums>(addValues, NO_NUMBERS);
    return {
      counts: { ...values, recordsByMessage },
      fields: byPass.reduce<StatementEnd["fields"]>((sum, { fields }) => addFields(sum, fields), []),
      byPass,
      views: this.all.map(({ view, check }, i) => ({ view, fields: byPass[i]?.fields ?? [], checked: check?.take() })),
    };
  }

  /** Time in stages, of all views. */
  get times(): StageTimes {
    return this.#masker.times;
  }

  close(): void {
    this.#masker.close();
    for (const pass of this.all) pass.close();
  }
}

function merged(all: readonly MaskedBatch[]): PassedBatch {
  const [first] = all as [MaskedBatch];
  if (all.length === 1) return { ...first, refusedRecords: first.refused.length, byPass: all };
  const refused = all.flatMap((one) => one.refused);
  return {
    taken: first.taken,
    refused,
    refusedRecords: new Set(refused.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`)).size,
    byPass: all,
    tombstones: first.tombstones,
    bytesIn: first.bytesIn,
    bytesOut: all.reduce((sum, one) => sum + one.bytesOut, 0),
  };
}

/** Others that are to take the place of what masks: a policy that was changed. */
export interface Renewal {
  /** What is to mask from the next transaction on; undefined: what masks now. */
  next(): Renewed | undefined;
  /** Why nothing may be masked any more. */
  stale(): BautaError | undefined;
}

export interface Renewed {
  readonly passes: Passes;
  /** Is called when they mask: nothing of what was masked before comes any more. */
  began(): void;
  readonly policy: { readonly sequence: number; readonly revision: string; readonly sha256: string };
}
