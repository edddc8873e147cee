/** A stream under way: chunks in, what they complete out. */
import type { MaskerParts } from "../pipeline/masker.ts";
import { type MaskCounts, type Refusal, RefusedError } from "./results.ts";
import { SourceRun } from "./run.ts";

export class Feed {
  readonly run: SourceRun;
  readonly #requireOpen: () => void;
  readonly #done: (run: SourceRun) => void;
  #pieces: Uint8Array[] = [];
  #refusal: Refusal | undefined;
  #stopsAt: Refusal | undefined;

  constructor(
    parts: MaskerParts,
    onRefused: ((refusal: Refusal) => void) | undefined,
    owner: { readonly requireOpen: () => void; readonly done: (run: SourceRun) => void },
  ) {
    this.#requireOpen = owner.requireOpen;
    this.#done = owner.done;
    this.run = new SourceRun(
      parts,
      (bytes) => this.#pieces.push(bytes),
      (refusal) => {
        this.#refusal = refusal;
        if (onRefused === undefined) this.#stopsAt ??= refusal;
        else onRefused(refusal);
      },
    );
    this.run.begin();
  }

  get counts(): MaskCounts {
    return this.run.counts;
  }

  *push(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    this.#requireOpen();
    yield* this.#gone(() => this.run.push(chunk));
  }

  *end(): Generator<Uint8Array, void, undefined> {
    this.#requireOpen();
    yield* this.#gone(() => this.run.end());
    this.close();
  }

  close(): void {
    this.#done(this.run);
  }

  /** What a step made; then, if the run cannot go on, why. */
  *#gone(step: () => void): Generator<Uint8Array, void, undefined> {
    this.#pieces = [];
    try {
      step();
    } catch (error) {
      this.close();
      throw error;
    }
    yield* this.#pieces;
    const refusal = this.#stopsAt ?? (this.run.unreadFrom === undefined ? undefined : this.#refusal);
    if (refusal === undefined) return;
    this.close();
    throw new RefusedError(refusal);
  }
}
