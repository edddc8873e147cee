/** Where bytes come from. */
export interface Source {
  /** What messages and reports call it: a path, or `stdin`. */
  readonly name: string;
  /** Size in bytes where it is known, for progress. */
  readonly size: number | undefined;
  /**
   * Chunks in order; a chunk is the consumer's until it asks for the next. Throws BautaError 7004 when reading fails.
   * @param from offset of the first byte; default 0. What cannot be read again (standard input) knows no other
   */
  chunks(from?: number): AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  /** Ends the reading of a chunk that nobody waits for any more. */
  cancel?(): void;
}
