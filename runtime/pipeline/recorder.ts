/** What makes the record of a run while it runs: leaves of trees, and the entry of each commit (docs/internals/runs.md). */
import type { Delivery } from "../record/delivery.ts";
import type { Segment, Sink } from "../sinks/api.ts";
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
   * The entry of a commit, for the journal: whatever is needed to go on, or to make a manifest, after a kill.
   * @param segments what each sink adds; they end with the record that the sink got last
   */
  entry(segments: readonly Segment[]): Uint8Array;
  /** Goes on from the last entry of a run that was not finished. */
  restore(entry: Uint8Array): void;
}
