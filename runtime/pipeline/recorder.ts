/** What makes the record of a run while it runs: leaves of trees, and the entry of each commit (docs/internals/runs.md). */
import type { RecordBatch } from "../kafka/batch.ts";
import type { Outgoing } from "../kafka/outgoing.ts";
import type { Delivery } from "../record/delivery.ts";
import type { Segment, Sink } from "../sinks/api.ts";
import type { Counts } from "./masker.ts";
import type { Ended, Position, StatementEnd } from "./observe.ts";
import type { Refusal } from "./outlet.ts";

export interface Recorder {
  /** Records of a statement, in source order, whatever becomes of them. */
  delivered(statement: string, source: string, delivery: Delivery): void;
  /** In its place among the records. */
  refused(statement: string, source: string, refusal: Refusal): void;
  /** Rows [from, to) of the delivery were written to the sink, to the byte. Not called for sinks that write another form. */
  wrote(sink: Sink, delivery: Delivery, from: number, to: number): void;
  /** Bytes that belong to the record that the sink got last: separators that came late, or stand between two sources. */
  wroteSeparators(sink: Sink, bytes: Uint8Array): void;
  /**
   * The entry of a commit, for the journal: what is new since the one before. All entries together are what is needed to go on, or to make
   * a manifest, after a kill. Segments end with the record that their sink got last.
   */
  entry(commit: CommitFacts): Uint8Array;
  /** What all entries so far say together, as one entry. */
  whole(): Uint8Array;
  /** Goes on from the entries of a run that was not finished, in their order. */
  restore(entries: readonly Uint8Array[]): void;
}

/** A commit under way: prepared, and not yet recorded. */
export interface CommitFacts {
  /** From 0. */
  readonly sequence: number;
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** Of every source that moved since the last commit. */
  readonly positions: readonly Position[];
  /** What each sink adds. */
  readonly segments: readonly Segment[];
}

/** What a sink tells of what was written to it. */
export type SinkRecorder = Pick<Recorder, "wrote" | "wroteSeparators">;

/** By row of a batch: which outgoing records it became. */
export class RecordPlaces {
  /** Row of the first, and how many: one for each topic; NONE of a record that was refused. */
  firsts: Uint32Array = new Uint32Array(0);
  counts: Uint32Array = new Uint32Array(0);
  /** Its masked value, where it went to files alone; NONE of a tombstone. */
  values: Uint32Array = new Uint32Array(0);
  lengths: Uint32Array = new Uint32Array(0);

  reserve(rows: number): void {
    this.firsts = new Uint32Array(rows);
    this.counts = new Uint32Array(rows);
    this.values = new Uint32Array(rows);
    this.lengths = new Uint32Array(rows);
  }
}

/** A batch of a run over topics that was masked. All of it is valid during the call only. */
export interface TakenBatch {
  readonly batch: RecordBatch;
  /** Records of it that were taken. */
  readonly taken: number;
  /** Masked values, keys and headers, and the records over them. */
  readonly bytes: Uint8Array;
  readonly outgoing: Outgoing;
  readonly places: RecordPlaces;
  /** Codes of refused records. */
  readonly refused: readonly string[];
  sourceOf(topic: number, partition: number): string;
  /** Name of a target topic by its index. */
  targetOf(index: number): string;
}

/** A record for the topic of the run's record. */
export interface TrailRecord {
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** What a transaction of a run over topics did, about to be committed. */
export interface TransactionFacts {
  readonly at: number;
  /** Of this transaction alone. */
  readonly counts: Counts;
  readonly fields: StatementEnd["fields"];
  readonly segments: readonly Segment[];
}

/** What makes the record of a run over topics: its entries are records of its transactions (docs/internals/runs.md). */
export interface Trail extends SinkRecorder {
  /** A transaction begins. */
  begin(): void;
  took(taken: TakenBatch): void;
  /** These partitions are read no further, by this worker. */
  left(sources: readonly string[]): void;
  entry(facts: TransactionFacts): TrailRecord;
  /** The transaction is there, with its entry; or it never was. */
  committed(): void;
  takeBack(): void;
  /** Whether a manifest is to be written now that a transaction was committed. */
  readonly isDue: boolean;
  /** The manifest of all since the one before. undefined: nothing was done. The same until `told`. */
  manifest(end: Pick<StatementEnd, "planDigest" | "times"> & { readonly at: number; readonly ended: Ended }): TrailRecord | undefined;
  told(): void;
}
