/** The chunks of a source, and an empty one where a masker of several threads has something to hand out before the next of them is there. */
import type { Source } from "../sources/api.ts";
import type { RecordMasker } from "./masker.ts";

type Chunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

const NOTHING = new Uint8Array(0);

/** A source that is there at once needs no turns. */
export function withTurns(source: Source, chunks: Chunks, masker: RecordMasker): Iterator<Uint8Array> | AsyncIterator<Uint8Array> {
  if (!(Symbol.asyncIterator in chunks)) return chunks[Symbol.iterator]();
  const iterator = chunks[Symbol.asyncIterator]();
  return masker.ready === undefined ? iterator : new Interleaved(source, iterator, masker);
}

/** No generator: its `return` would wait for the chunk under way, which may never come. */
class Interleaved implements AsyncIterator<Uint8Array> {
  readonly #source: Source;
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #masker: RecordMasker;
  #pending: Promise<IteratorResult<Uint8Array>> | undefined;

  constructor(source: Source, chunks: AsyncIterator<Uint8Array>, masker: RecordMasker) {
    this.#source = source;
    this.#chunks = chunks;
    this.#masker = masker;
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    this.#pending ??= this.#chunks.next();
    const ready = this.#masker.ready?.();
    const arrived = ready === undefined ? await this.#pending : await Promise.race([this.#pending, ready]);
    if (arrived === undefined) return { done: false, value: NOTHING };
    this.#pending = undefined;
    return arrived;
  }

  async return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#pending === undefined) await this.#chunks.return?.();
    else {
      // It waits for bytes that nobody wants any more.
      this.#pending.catch(() => undefined);
      this.#source.cancel?.();
    }
    return { done: true, value: undefined };
  }
}
