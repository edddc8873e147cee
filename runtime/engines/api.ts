/** What an engine is. Two exist, `native` and `portable`; docs/internals/engine.md is their common contract. */
import type { Batch } from "../record/tables.ts";

export type EngineName = "native" | "portable";
export type Direction = "mask" | "unmask";

export interface EngineHandle {
  /**
   * Transforms records `first…batch.recordCount` of the batch into `output`, one behind the other from offset 0, and writes
   * statuses and output ranges into the tables. Returns the index of the first record that did not fit.
   * Bytes written: RECORD_OUT_END of the record before that index.
   */
  transform(batch: Batch, output: Uint8Array, first: number): number;
  close(): void;
}

export interface Engine {
  readonly name: EngineName;
  readonly version: string;
  /** What `doctor` and the run's first line say: addon hash, CPU features. */
  readonly facts: Readonly<Record<string, string>>;
  /**
   * @param plan bytes of bauta.plan.v1.Plan
   * @param keys 32 bytes for each namespace of the plan, in its order
   * @throws BautaError 6011 when an operation cannot fit its field
   */
  open(plan: Uint8Array, keys: Uint8Array, direction: Direction): EngineHandle;
  readonly primitives: Primitives;
  /** Opens templates of records; left out by an engine that has none, under which scanners walk every record. */
  readonly templates?: () => Templates;
}

/** Where scanning by templates stops (`Templates.scan`). */
export interface ScanBounds {
  /** End of the bytes at hand. */
  readonly limit: number;
  /** No record begins, separators in front of it included, at or behind it. */
  readonly stop: number;
  /** Records that the batch may have. */
  readonly recordsMax: number;
}

/**
 * Scans records by their likeness to others (docs/internals/templates.md): rows are the same as those of the format's scanner, or there
 * are none.
 */
export interface Templates {
  /** Learns from a record of the batch that a scanner read; `format` comes back with the records that are like it. */
  learn(batch: Batch, record: number, format: number): void;
  /**
   * Adds the records that are known, from `from` on, one behind the other. In their rows RECORD_OUT_START is the format's number, and
   * RECORD_OUT_END the offset where the next record may begin, which for the last one is returned; `from` if none was known.
   */
  scan(batch: Batch, from: number, bounds: ScanBounds): number;
  /**
   * The same for records in frames: rows for those that are known, one frame behind the other, each of which is one record and what may
   * stand around it. Returns the first frame without a row; `first` if none was known.
   * @param frames start and end of each in the batch's input
   */
  scanFrames(batch: Batch, frames: Uint32Array, first: number, bounds: FrameBounds): number;
}

/** Where scanning of frames stops (`Templates.scanFrames`). */
export interface FrameBounds {
  /** Frames that there are. */
  readonly count: number;
  /** Bytes of frames behind which none is begun. */
  readonly bytesMax: number;
  /** Records that the batch may have. */
  readonly recordsMax: number;
}

/** The primitives of an engine by themselves, for tests, and for those who build on them. */
export interface Primitives {
  /** FF1 (SP 800-38G Rev. 1) over digits below `radix`, AES key of 16, 24 or 32 bytes. Throws BautaError 6020 on invalid parameters or digits, 6003 on a domain below 10^6. */
  ff1Encrypt(key: Uint8Array, tweak: Uint8Array, radix: number, digits: Uint16Array): Uint16Array;
  ff1Decrypt(key: Uint8Array, tweak: Uint8Array, radix: number, digits: Uint16Array): Uint16Array;
  hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array;
  hmacSha512(key: Uint8Array, data: Uint8Array): Uint8Array;
  blake3Keyed(key: Uint8Array, data: Uint8Array): Uint8Array;
  /** Seedless or seeded XXH3-64, big-endian bytes. */
  xxh3(data: Uint8Array, seed?: bigint): Uint8Array;
  /**
   * Leaf hashes of RFC 6962, section 2.1, SHA-256(0x00 ‖ data), of many pieces of data in one call.
   * @param ranges start and end in `bytes` of each piece, `2 × count` numbers
   * @param digests takes `32 × count` bytes from its beginning
   * @throws BautaError 9001 when a range lies outside of `bytes`, or a table is too short
   */
  leaves(bytes: Uint8Array, ranges: Uint32Array, count: number, digests: Uint8Array): void;
  /** Leaf hashes of what HMAC-SHA-256 makes of each piece: SHA-256(0x00 ‖ HMAC(key, data)). Otherwise as `leaves`. */
  keyedLeaves(key: Uint8Array, bytes: Uint8Array, ranges: Uint32Array, count: number, digests: Uint8Array): void;
  /**
   * Node hashes of RFC 6962, SHA-256(0x01 ‖ left ‖ right): the `2 × count` digests at the beginning of `digests` become `count`, in place.
   * @throws BautaError 9001 when there are not as many
   */
  nodes(digests: Uint8Array, count: number): void;
}

/** Bytes of a digest of `leaves`, `keyedLeaves` and `nodes`. */
export const DIGEST_BYTES = 32;
