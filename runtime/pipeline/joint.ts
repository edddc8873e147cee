/** Several sources behind one another in one sink. */
import { type FrameMode, SOH } from "./frame.ts";

const NUL = 0x00;
const ETX = 0x03;
const LINE_FEED = 0x0a;
const DOLLAR = 0x24;
const COLON = 0x3a;
const NOTHING: readonly number[] = [];

/**
 * What keeps the records of two sources apart, where the first ends without it: the last line of a file may lack its line end, and the
 * first record of the next file would become part of it.
 */
export class Joint {
  readonly #frame: FrameMode;
  #last: number | undefined;
  /** The last byte that is no white space. */
  #lastSolid = 0;
  #begins = false;

  constructor(frame: FrameMode) {
    this.#frame = frame;
  }

  /** Another source begins with the next bytes. */
  next(): void {
    this.#begins = true;
  }

  /** Nothing stands before the next bytes. */
  forget(): void {
    this.#last = undefined;
  }

  /** What to write before these bytes, if anything. Call it for all that is written. */
  before(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length === 0) return undefined;
    const joins = this.#begins && this.#last !== undefined;
    const between = joins ? betweenSources(this.#frame, this.#last as number, this.#lastSolid, bytes[0] as number) : NOTHING;
    this.#begins = false;
    this.#last = bytes[bytes.length - 1];
    this.#lastSolid = bytes.findLast((byte) => byte > 0x20) ?? this.#lastSolid;
    return between.length === 0 ? undefined : Uint8Array.from(between);
  }
}

/** What belongs between two sources of which one ends and one begins with these bytes. */
function betweenSources(frame: FrameMode, last: number, lastSolid: number, first: number): readonly number[] {
  switch (frame) {
    case "length":
      return NOTHING;
    case "nul":
      return last === NUL ? NOTHING : [NUL];
    case "line":
      return last === LINE_FEED ? NOTHING : [LINE_FEED];
    case "auto": {
      // Sectors of a DOS-PCC file follow each other without a byte between.
      if (last === NUL || last === ETX || first === SOH) return NOTHING;
      const lineEnd = last === LINE_FEED ? NOTHING : [LINE_FEED];
      // The text of an MT without its blocks may end with any field, and `:20:` behind it would be one more.
      return first === COLON && !endsRecord(lastSolid) ? [...lineEnd, DOLLAR, LINE_FEED] : lineEnd;
    }
    default:
      return frame satisfies never;
  }
}

/** `}`, `>`, `]`, `$`: behind them nothing can go on. */
const endsRecord = (byte: number): boolean => byte === 0x7d || byte === 0x3e || byte === 0x5d || byte === DOLLAR;
