/** What a masker hands out: whole records in source order, and refusals in their place among them. */
import type { Issue } from "../kit/errors.ts";
import type { Delivery } from "../record/delivery.ts";

export interface Refusal {
  /** Ordinal of the record in its source, from 0. */
  readonly record: number;
  /** Absolute offset of the record in its source, and its length; bytes. */
  readonly offset: number;
  readonly length: number;
  readonly issue: Issue;
  readonly format: string;
  /** Path of names to the fault, where known. */
  readonly path: string;
  /** Absolute offset of the fault in the source. */
  readonly faultOffset: number;
  readonly faultLength: number;
  readonly hash: string;
  /** View of the record's bytes, valid only during the call that hands it over. */
  readonly bytes: Uint8Array;
  /** Keyed leaf hash of the bytes, where whoever refused the record made it, too. */
  readonly inputLeaf?: Uint8Array | undefined;
}

export interface Outlet {
  /** Masked records, in source order. */
  records(delivery: Delivery): void;
  /**
   * Separators that were read apart from the record before them. They follow it, wherever it went; where no record went out before them
   * in this source (it holds nothing else), they stand by themselves.
   */
  separators(bytes: Uint8Array): void;
  refused(refusal: Refusal): void;
}

/** An outlet for whoever wants the bytes and nothing about them. */
export const bytesOutlet = (write: (bytes: Uint8Array) => void, refused: (refusal: Refusal) => void): Outlet => ({
  records: ({ bytes }) => write(bytes),
  separators: write,
  refused,
});
