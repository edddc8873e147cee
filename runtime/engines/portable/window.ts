/**
 * A window of values on their way through the engine: decoded text, what happens to each, and the output text.
 *
 * Everything is in flat arrays that are reused, since a batch has thousands of values and an object for each would cost more
 * than its cipher. Indexes of values and segments are relative to the window's first.
 */
import { Points } from "./techniques/points.ts";

/** The segments stay as they are. */
export const ACTION_COPY = 0;
/** The segments are removed. */
export const ACTION_REMOVE = 1;
/** The segments get `texts.data[outStart, outStart + outCount)`. */
export const ACTION_WRITE = 2;
/** The segments get what the line feeds of that text part, one each. */
export const ACTION_WRITE_LINES = 3;

export class Window {
  firstValue = 0;
  firstSegment = 0;
  /** Decoded values, and behind them outputs that do not stand in the place of their value. */
  readonly texts: Points = new Points();
  actions: Uint8Array = new Uint8Array(4096);
  outStarts: Uint32Array = new Uint32Array(4096);
  outCounts: Uint32Array = new Uint32Array(4096);
  /** Code points of each segment. */
  segmentCounts: Uint32Array = new Uint32Array(4096);
  #values = 0;

  begin(firstValue: number, values: number, firstSegment: number, segments: number): void {
    this.firstValue = firstValue;
    this.firstSegment = firstSegment;
    this.texts.clear();
    this.#values = values;
    if (values > this.actions.length) {
      this.actions = new Uint8Array(values * 2);
      this.outStarts = new Uint32Array(values * 2);
      this.outCounts = new Uint32Array(values * 2);
    }
    if (segments > this.segmentCounts.length) this.segmentCounts = new Uint32Array(segments * 2);
    this.actions.fill(ACTION_COPY, 0, values);
  }

  /** Index of one more value that is in no table: what a text names, derived beside it. */
  addDerived(): number {
    const index = this.firstValue + this.#values++;
    if (this.#values > this.actions.length) {
      const grown = <T extends Uint8Array | Uint32Array>(from: T, to: T): T => {
        to.set(from);
        return to;
      };
      this.actions = grown(this.actions, new Uint8Array(this.#values * 2));
      this.outStarts = grown(this.outStarts, new Uint32Array(this.#values * 2));
      this.outCounts = grown(this.outCounts, new Uint32Array(this.#values * 2));
    }
    return index;
  }

  /** The output of a value is `count` code points of `texts` from `start` on, as `action` says. */
  write(value: number, start: number, count: number, action: number = ACTION_WRITE): void {
    const index = value - this.firstValue;
    this.actions[index] = action;
    this.outStarts[index] = start;
    this.outCounts[index] = count;
  }
}
