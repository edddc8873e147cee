/** What makes a commit a commit: one entry, durable in one step (docs/internals/runs.md). */
import type { Segment } from "../sinks/api.ts";
import type { Counts } from "./masker.ts";
import type { Ended, OperationFacts, Position } from "./observe.ts";
import type { FieldCount } from "./value-counts.ts";

/** What a commit adds to what the entries before it tell; of the numbers the last entry tells all. */
export interface JournalEntry {
  readonly sequence: number;
  /** Positions of the sources that moved since the last entry. */
  readonly positions: readonly Position[];
  /** What this commit adds to each sink; published when the entry is durable. */
  readonly segments: readonly Segment[];
  readonly statements: readonly StatementState[];
  /** Of the recorder. */
  readonly record: Uint8Array;
  /** The record's entries so far, this one too, as one. */
  whole(): Uint8Array;
  /** How the run ended; undefined while it goes on. */
  readonly ended: Ended | undefined;
}

/** A statement's numbers so far, over all resumptions. */
export interface StatementState {
  readonly statement: string;
  readonly counts: Counts;
  readonly fields: readonly (FieldCount & OperationFacts)[];
}

export interface Journal {
  /** Returns when the entry is durable: the commit point. */
  write(entry: JournalEntry): void | Promise<void>;
}
