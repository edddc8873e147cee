/** What makes the record of a run while it runs: leaves of trees, and the entry of each commit (docs/internals/runs.md). */
import type { Delivery } from "../record/delivery.ts";
import type { Segment, Sink } from "../sinks/api.ts";
import type { Position } from "./observe.ts";
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
