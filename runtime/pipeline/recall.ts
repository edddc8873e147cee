/** Decides when records are scanned by templates: as long as it pays, and nothing is learned from streams that do not repeat themselves. */
import type { FrameBounds, ScanBounds, Templates } from "../engines/api.ts";
import type { Batch } from "../record/tables.ts";

/** Records that are learned from without any being recognised; behind them it is one in so many, for a stream may change. */
const CREDIT = 64;
const WALKED_FOR_CREDIT = 16;
/** Records that are walked at most before the next one is looked up again. */
const PASSED_MAX = 32;

export class Recall {
  readonly #templates: Templates;
  #credit = CREDIT;
  #walked = 0;
  /** Records to be walked before the next look-up; doubles with each that was in vain. */
  #passing = 0;
  #passed = 0;

  constructor(templates: Templates) {
    this.#templates = templates;
  }

  /** Adds the records that are known; returns where the next one may begin, `from` if none was known. */
  scan(batch: Batch, from: number, bounds: ScanBounds): number {
    return this.#looked(batch, from, () => this.#templates.scan(batch, from, bounds));
  }

  /** Adds the records of the frames that are known, from the first one on; returns the next frame. */
  scanFrames(batch: Batch, frames: Uint32Array, first: number, bounds: FrameBounds): number {
    return this.#looked(batch, first, () => this.#templates.scanFrames(batch, frames, first, bounds));
  }

  #looked(batch: Batch, from: number, look: () => number): number {
    if (this.#passed < this.#passing) {
      this.#passed++;
      return from;
    }
    const before = batch.recordCount;
    const behind = look();
    this.#passed = 0;
    if (behind === from) {
      this.#passing = Math.min(2 * this.#passing + 1, PASSED_MAX);
    } else {
      this.#passing = 0;
      this.#credit = Math.min(this.#credit + batch.recordCount - before, CREDIT);
    }
    return behind;
  }

  /** A record had to be walked. */
  learn(batch: Batch, record: number, format: number): void {
    if (this.#credit === 0 && ++this.#walked % WALKED_FOR_CREDIT !== 0) return;
    if (this.#credit > 0) this.#credit--;
    this.#templates.learn(batch, record, format);
  }
}
