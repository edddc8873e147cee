/** One source of bytes through a record masker of its own: what batches, streams and iterables have in common. */
import { type MaskerParts, Masker as RecordMasker } from "../pipeline/masker.ts";
import { bytesOutlet } from "../pipeline/outlet.ts";
import { type MaskCounts, type Refusal, refusalOf } from "./results.ts";

export class SourceRun {
  readonly #masker: RecordMasker;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #refused: (refusal: Refusal) => void;
  #before: MaskCounts;
  /** End of the last refused record. */
  #behind = 0;

  /**
   * @param write gets masked bytes that are its own to keep
   * @param refused gets what was refused, in the order of the source
   */
  constructor(parts: MaskerParts, write: (bytes: Uint8Array) => void, refused: (refusal: Refusal) => void) {
    this.#masker = new RecordMasker(parts);
    this.#write = write;
    this.#refused = refused;
    this.#before = numbersOf(this.#masker.counts);
  }

  /** Begins another source: positions and counts start over. */
  begin(): void {
    this.#masker.beginSource();
    this.#before = numbersOf(this.#masker.counts);
    this.#behind = 0;
  }

  push(chunk: Uint8Array): void {
    this.#masker.push(chunk, this.#outlet);
  }

  /** The source has ended. Throws BautaError 7005 if a record was lost. */
  end(): void {
    this.#masker.end(this.#outlet);
    this.#masker.reconcile();
  }

  /** Where reading ended before the source did; undefined while it goes on. */
  get unreadFrom(): number | undefined {
    return this.#masker.stopped === undefined ? undefined : this.#behind;
  }

  /** Messages so far. */
  get records(): number {
    return this.#masker.recordsIn - this.#before.in;
  }

  get counts(): MaskCounts {
    const now = numbersOf(this.#masker.counts);
    const difference = Object.entries(now).map(([name, count]) => [name, count - this.#before[name as keyof MaskCounts]]);
    return Object.fromEntries(difference) as unknown as MaskCounts;
  }

  close(): void {
    this.#masker.close();
  }

  readonly #outlet = bytesOutlet(
    (bytes) => this.#write(bytes.slice()),
    (refused) => {
      this.#behind = refused.offset + refused.length;
      this.#refused(refusalOf(refused));
    },
  );
}

function numbersOf(counts: MaskCounts): MaskCounts {
  const { in: read, out, refused, bytesIn, bytesOut, found, masked, kept, removed, otherwise, left } = counts;
  return { in: read, out, refused, bytesIn, bytesOut, found, masked, kept, removed, otherwise, left };
}
