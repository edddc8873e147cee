/** Where bytes go. Writing waits for the reader, so memory stays bounded. */
export interface Sink {
  readonly name: string;
  /** The view is the caller's again when the call returns. Throws BautaError 7001, 7002 or 7003. */
  write(bytes: Uint8Array): void;
  /** Makes what was written visible, whole. */
  commit(): void;
  /** Leaves no trace of what was not committed. */
  abort(): void;
}
