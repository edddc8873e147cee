/** Several sources behind one another in one sink. */
import { type FrameMode, SOH } from "../pipeline/frame.ts";
import type { Sink } from "../sinks/api.ts";

const NUL = 0x00;
const ETX = 0x03;
const LINE_FEED = 0x0a;
const DOLLAR = 0x24;
const COLON = 0x3a;
const NOTHING: readonly number[] = [];

export interface Joined {
  /** Another source begins with the next bytes. */
  next(): void;
  write(bytes: Uint8Array): void;
}

/**
 * Writes to the sink, and puts between two sources what keeps their records apart, where the first ends without it: the last line of a
 * file may lack its line end, and the first record of the next file would become part of it.
 */
export function joined(sink: Sink, frame: FrameMode): Joined {
  let last: number | undefined;
  /** The last byte that is no white space. */
  let lastSolid = 0;
  let begins = false;
  return {
    next() {
      begins = true;
    },
    write(bytes) {
      if (bytes.length === 0) return;
      if (begins && last !== undefined) {
        const between = betweenSources(frame, last, lastSolid, bytes[0] as number);
        if (between.length > 0) sink.write(Uint8Array.from(between));
      }
      begins = false;
      last = bytes[bytes.length - 1];
      lastSolid = bytes.findLast((byte) => byte > 0x20) ?? lastSolid;
      sink.write(bytes);
    },
  };
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
