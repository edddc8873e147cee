/** Whole inputs, one after the other, through one run. */
import type { MaskerParts } from "../pipeline/masker.ts";
import type { Refusal } from "./results.ts";
import { SourceRun } from "./run.ts";

export interface Collected {
  readonly output: Uint8Array;
  readonly refusals: readonly Refusal[];
  readonly run: SourceRun;
}

export class Collector {
  readonly run: SourceRun;
  #pieces: Uint8Array[] = [];
  #refusals: Refusal[] = [];

  constructor(parts: MaskerParts) {
    this.run = new SourceRun(
      parts,
      (bytes) => this.#pieces.push(bytes),
      (refusal) => this.#refusals.push(refusal),
    );
  }

  collect(input: Uint8Array): Collected {
    const { run } = this;
    this.#pieces = [];
    this.#refusals = [];
    run.begin();
    run.push(input);
    run.end();
    return { output: joined(this.#pieces), refusals: this.#refusals, run };
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces;
  if (pieces.length === 1 && only !== undefined) return only;
  const output = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    output.set(piece, at);
    at += piece.length;
  }
  return output;
}
