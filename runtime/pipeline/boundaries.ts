/**
 * Guesses where a record begins, without scanning: for whoever cuts a stream into pieces that are masked at the same time. A guess may
 * be wrong; it is proved by the masker of the piece before it, whose last record must end there (parallel.ts).
 *
 * `line`, `nul` and `length` are easy. For `auto` the beginnings of records that are known teach what another one looks like: `<?xml`,
 * `<Document`, `{1:`, a brace at the beginning of a line, `{"id"`. Such bytes begin a record if those before them can end one.
 */
import { RECORD_BYTES_MAX } from "../kit/limits.ts";
import { type FrameMode, isSeparator, SOH } from "./frame.ts";

/** There will be no beginning of a record, however many bytes come. */
export const NO_MORE = -2;

/** Where to cut, and where not: offsets in the bytes at hand. */
export interface Boundaries {
  /** The bytes at `at` begin a record. */
  learn(bytes: Buffer, at: number, limit: number): void;
  /** The last likely beginning of a record in (from, limit); −1 if there is none; or NO_MORE. `from` is one itself. */
  last(bytes: Buffer, from: number, limit: number): number;
  /** The first one. */
  first(bytes: Buffer, from: number, limit: number): number;
}

export function boundariesOf(mode: FrameMode): Boundaries {
  switch (mode) {
    case "auto":
      return new LearnedBoundaries();
    case "line":
      return new DelimitedBoundaries(0x0a);
    case "nul":
      return new DelimitedBoundaries(0x00);
    case "length":
      return new LengthBoundaries();
    default:
      return mode satisfies never;
  }
}

/** Behind a delimiter that ends more than white space: an empty frame goes with the record behind it. */
class DelimitedBoundaries implements Boundaries {
  readonly #delimiter: number;

  constructor(delimiter: number) {
    this.#delimiter = delimiter;
  }

  learn(): void {}

  last(bytes: Buffer, from: number, limit: number): number {
    let at = limit - 1;
    while (at > from) {
      at = bytes.subarray(from, at).lastIndexOf(this.#delimiter);
      if (at < 0) return -1;
      at += from;
      if (this.#endsRecord(bytes, from, at)) return at + 1;
    }
    return -1;
  }

  first(bytes: Buffer, from: number, limit: number): number {
    for (let at = from; ; at++) {
      at = bytes.indexOf(this.#delimiter, at);
      if (at < 0 || at >= limit - 1) return -1;
      if (this.#endsRecord(bytes, from, at)) return at + 1;
    }
  }

  #endsRecord(bytes: Buffer, from: number, at: number): boolean {
    for (let p = at - 1; p >= from && bytes[p] !== this.#delimiter; p--) if (!isSeparator(bytes[p] as number)) return true;
    return false;
  }
}

/** From length to length; nothing is guessed. */
class LengthBoundaries implements Boundaries {
  learn(): void {}

  last(bytes: Buffer, from: number, limit: number): number {
    let at = from;
    for (;;) {
      const next = behindFrame(bytes, at, limit);
      if (next < 0) return at > from ? at : next;
      at = next;
    }
  }

  first(bytes: Buffer, from: number, limit: number): number {
    return behindFrame(bytes, from, limit);
  }
}

function behindFrame(bytes: Buffer, at: number, limit: number): number {
  if (limit - at < 4) return -1;
  const length = bytes.readUInt32BE(at);
  if (length === 0 || length > RECORD_BYTES_MAX) return NO_MORE;
  return at + 4 + length > limit ? -1 : at + 4 + length;
}

/** What records begin with, and how far behind its first byte the record begins: a line feed in front is none of it. */
interface Beginning {
  readonly bytes: Buffer;
  readonly skip: number;
}

const BEGINNINGS_MAX = 6;
const BEGINNING_BYTES_MAX = 48;
/** Separators that are looked past, at most. */
const SEPARATORS_MAX = 600;
const DOLLAR = 0x24;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
/** `>`, `}`, `]`, ETX: what a record can end with. */
const ENDS: readonly number[] = [0x3e, 0x7d, 0x5d, 0x03];

class LearnedBoundaries implements Boundaries {
  #beginnings: readonly Beginning[] = [];

  learn(bytes: Buffer, at: number, limit: number): void {
    let start = at;
    while (start < limit && isSeparator(bytes[start] as number)) start++;
    if (bytes[start] === 0xef && bytes[start + 1] === 0xbb) start += 3;
    for (const beginning of beginningsOf(bytes.toString("latin1", start, Math.min(start + BEGINNING_BYTES_MAX, limit)))) {
      if (this.#beginnings.some((known) => known.skip === beginning.skip && known.bytes.equals(beginning.bytes))) continue;
      this.#beginnings = [...this.#beginnings, beginning].slice(-BEGINNINGS_MAX);
    }
  }

  last(bytes: Buffer, from: number, limit: number): number {
    let found = -1;
    const view = bytes.subarray(0, limit);
    for (const { bytes: beginning, skip } of this.#beginnings) {
      let at = view.lastIndexOf(beginning);
      while (at + skip > from && at + skip > found && !mayBegin(bytes, from, at + skip))
        at = at === 0 ? -1 : view.lastIndexOf(beginning, at - 1);
      if (at + skip > from && at + skip > found) found = at + skip;
    }
    return found;
  }

  first(bytes: Buffer, from: number, limit: number): number {
    let found = -1;
    for (const { bytes: beginning, skip } of this.#beginnings) {
      const view = bytes.subarray(0, found < 0 ? limit : found + beginning.length - skip - 1);
      let at = view.indexOf(beginning, from + 1 - skip < 0 ? 0 : from + 1 - skip);
      while (at >= 0 && !mayBegin(bytes, from, at + skip)) at = view.indexOf(beginning, at + 1);
      if (at >= 0) found = at + skip;
    }
    return found;
  }
}

/** What else a record may begin with, if one begins with this text. */
function beginningsOf(text: string): readonly Beginning[] {
  const exactly = (bytes: string, skip = 0): Beginning => ({ bytes: Buffer.from(bytes, "latin1"), skip });
  const [, element] = /^(<\??[^\s<>/?!]+)[\s>/?]/.exec(text) ?? [];
  if (element !== undefined) return [exactly(element)];
  const [, block] = /^(\x01?\{\d+:)/.exec(text) ?? [];
  if (block !== undefined) return [exactly(block)];
  const [, tag] = /^(:\d\d[A-Z]?:)/.exec(text) ?? [];
  if (tag !== undefined) return [exactly(tag)];
  const [, member] = /^(\{\s*"[^"\\]{1,32}")/.exec(text) ?? [];
  if (member !== undefined) return [exactly("\n{", 1), exactly(member)];
  if (text.startsWith("{") || text.startsWith("[")) return [exactly(`\n${text[0]}`, 1)];
  return [];
}

/** Whether what stands before can end a record. The text of an MT by itself ends with a `$` alone; a sector of DOS-PCC with blanks. */
function mayBegin(bytes: Buffer, from: number, at: number): boolean {
  const first = bytes[at] as number;
  if (isSeparator(first)) return false;
  let dollar = false;
  let p = at - 1;
  for (; p >= from && p >= at - SEPARATORS_MAX && isSeparator(bytes[p] as number); p--) dollar ||= bytes[p] === DOLLAR;
  if (first === COLON) return dollar && bytes[at - 1] === LINE_FEED;
  if (p < from) return false;
  return ENDS.includes(bytes[p] as number) || dollar || first === SOH;
}
