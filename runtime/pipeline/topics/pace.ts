/**
 * When the next batch is wanted. While a transaction is committed nothing of the next one can be sent, so a batch that is masked long before
 * waits, and so do the records that come behind it. It is wanted as late as it is still masked when the commit ends, and has all that came.
 */
export class Pace {
  #commitMs = 0;
  #maskMs = 0;
  /** When the commit under way, or the last one, began. */
  #began = Number.NEGATIVE_INFINITY;

  /** A batch was masked. */
  masked(milliseconds: number): void {
    this.#maskMs = mean(this.#maskMs, milliseconds);
  }

  /** A transaction is being committed. */
  committing(now: number): void {
    this.#began = now;
  }

  /** It was committed, and the next one begun. */
  committed(now: number): void {
    this.#commitMs = mean(this.#commitMs, now - this.#began);
  }

  /** Milliseconds until the next batch is wanted. */
  left(now: number): number {
    return this.#began + this.#commitMs - now - this.#maskMs - BEGIN_MS;
  }
}

/** The broker is asked to begin the next transaction as soon as its batch is known, and has this time to answer. */
const BEGIN_MS = 2;
/** Weight of what came last: times change with the load. */
const WEIGHT = 0.2;

const mean = (before: number, now: number): number => before + WEIGHT * (now - before);
