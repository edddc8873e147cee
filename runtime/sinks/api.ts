/** Where bytes go. Writing waits for the reader, so memory stays bounded. */
import type { Delivery } from "../record/delivery.ts";

export interface Sink {
  readonly name: string;
  /** `exact`: what was written can be taken back until it is published. `none`: it was seen the moment it was written. */
  readonly resume: "exact" | "none";
  /** One segment holds all of its output, under the name that was asked for, so only the end of a run commits it. */
  readonly whole: boolean;
  /**
   * The view is the caller's again when the call returns.
   * @param records that the bytes hold; 0 for what stands between them
   * @throws BautaError 7001, 7002 or 7003
   */
  write(bytes: Uint8Array, records: number): void;
  /** For sinks that write records in another form than their bytes: rows [from, to) of the delivery, in place of `write`. */
  writeRecords?(delivery: Delivery, from: number, to: number, origin: Origin): void;
  /**
   * Makes what was written since the last segment durable, and still invisible; undefined if there is nothing to add. The next write
   * begins another segment.
   */
  prepare(): Segment | undefined;
  /** Makes a prepared segment visible. Again, or by a sink of the same place in another process, it does no harm. */
  publish(segment: Segment): void;
  /**
   * Forgets what was written since the last segment was prepared, and that segment too if it is named: a commit that was under way will not
   * happen. Only of sinks whose `resume` is `exact` and that are not `whole`.
   */
  takeBack?(prepared: Segment | undefined): void;
  /** Ends the sink, and leaves no trace of what no commit took. Once more does no harm. */
  close(): void;
}

/** Where records come from: names, for sinks that write them down. */
export interface Origin {
  readonly statement: string;
  readonly source: string;
  messageName(index: number): string;
}

/** What one commit adds to one sink. */
export interface Segment {
  /** Name of the sink. */
  readonly sink: string;
  /** Where it is when it is visible: a path, or `stdout`. */
  readonly name: string;
  /** Path of the private file that holds it until then; empty if it never was invisible. */
  readonly privateName: string;
  /** Records of this sink before it, and in it. */
  readonly firstRecord: number;
  readonly records: number;
  readonly bytes: number;
}

/** Commits a sink that nothing else has to be in step with. */
export function commitSink(sink: Sink): void {
  const segment = sink.prepare();
  if (segment !== undefined) sink.publish(segment);
  sink.close();
}
