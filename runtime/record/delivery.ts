/** Masked records on their way: bytes and columns; nothing per record that would cost an object. */

/**
 * Records that go out in one piece, and where each stands. All views and columns are the masker's, and valid only during the call that
 * hands them over.
 *
 * Rows are in source order; `starts` and `ends` tile `bytes` without a gap. A record's own bytes leave out what separates it from its
 * neighbours (white space, `$`, NUL, a length in front): how separators fall to records depends on how the source was cut into chunks,
 * a record itself does not. Whoever needs a thing that must be the same in every run (a digest) takes the record's own bytes.
 */
export class Delivery {
  bytes: Uint8Array = new Uint8Array(0);
  /** The bytes that the records were made from. */
  input: Uint8Array = new Uint8Array(0);
  count = 0;
  /** Ordinal of the record in its source, from 0; refused records have theirs in between. */
  ordinals: Float64Array = new Float64Array(ROWS);
  /** Absolute offset in the source, and length, of the record by itself; bytes. */
  offsets: Float64Array = new Float64Array(ROWS);
  lengths: Uint32Array = new Uint32Array(ROWS);
  /** The same place in `input`. */
  inputStarts: Uint32Array = new Uint32Array(ROWS);
  /** In `bytes`: the record with what separates it from the others. */
  starts: Uint32Array = new Uint32Array(ROWS);
  ends: Uint32Array = new Uint32Array(ROWS);
  /** In `bytes`: the record by itself. */
  ownStarts: Uint32Array = new Uint32Array(ROWS);
  ownEnds: Uint32Array = new Uint32Array(ROWS);
  /** Leaf hashes, where whoever made the records made them, too; otherwise whoever records them does. */
  leaves: DeliveryLeaves | undefined = undefined;
  /** Index of the message type for `RecordMasker.messageName`. */
  messages: Uint32Array = new Uint32Array(ROWS);
  /** What the router said; 0 without one. */
  routes: Uint32Array = new Uint32Array(ROWS);

  /** Makes room for as many rows. */
  reserve(rows: number): void {
    if (rows <= this.ordinals.length) return;
    this.ordinals = new Float64Array(rows);
    this.offsets = new Float64Array(rows);
    this.lengths = new Uint32Array(rows);
    this.inputStarts = new Uint32Array(rows);
    this.starts = new Uint32Array(rows);
    this.ends = new Uint32Array(rows);
    this.ownStarts = new Uint32Array(rows);
    this.ownEnds = new Uint32Array(rows);
    this.messages = new Uint32Array(rows);
    this.routes = new Uint32Array(rows);
  }
}

/** A digest of 32 bytes for each record, by row (docs/internals/runs.md, "Trees"). */
export interface DeliveryLeaves {
  /** Keyed, of the bytes that the records were made from. */
  readonly inputs: Uint8Array;
  readonly outputs: Uint8Array;
}

const ROWS = 256;
