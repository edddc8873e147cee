/** Values of SWIFT MT by tag: messages with their blocks, and texts of fields alone, as statements are often kept. */
import type { Place } from "./place.ts";
import type { Context, Reader } from "./reader.ts";

const LF = 0x0a;
const COLON = 0x3a;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const HYPHEN = 0x2d;
const DOLLAR = 0x24;
/** `:50K:` */
const TAG_SIZE_MAX = 5;
/** Characters of a logical terminal's address; its ninth is the terminal. */
const LT_SIZE = 12;
const LT_TERMINAL = 8;

export class MtReader implements Reader {
  ended = false;
  failed = false;
  readonly #context: Context;
  readonly #bic = new Uint8Array(LT_SIZE - 1);

  constructor(context: Context) {
    this.#context = context;
  }

  push(bytes: Uint8Array, from: number, limit: number, last: boolean): number {
    const end = endOfMessage(bytes, from, limit);
    if (end < 0 && !last) return from;
    this.#message(bytes, from, end < 0 ? limit : end);
    this.ended = true;
    return end < 0 ? limit : end;
  }

  #message(bytes: Uint8Array, start: number, end: number): void {
    const type = typeOf(bytes, start, end);
    const place = this.#context.root.child("mt", type === undefined ? "mt:" : `mt${type}:`);
    let at = start;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte === BRACE && bytes[at + 2] === COLON) at = this.#block(bytes, at, end, place);
      else if (byte === COLON && isTag(bytes, at)) at = this.#field(bytes, at, end, place);
      else at++;
    }
  }

  /** Blocks 1 and 2 hold addresses; of the others the braces inside are fields. */
  #block(bytes: Uint8Array, at: number, end: number, place: Place): number {
    const number = bytes[at + 1] as number;
    if (number === 0x31 || number === 0x32) {
      const isOutput = bytes[at + 3] === 0x4f;
      const lt = number === 0x31 ? at + 6 : isOutput ? at + 17 : at + 7;
      const below = place.child("mt", number === 0x31 ? "block1" : "block2").child("mt", isOutput ? "mir-lt-address" : "lt-address");
      if (lt + LT_SIZE <= end) {
        for (let i = 0; i < LT_SIZE; i++) if (i !== LT_TERMINAL) this.#bic[i < LT_TERMINAL ? i : i - 1] = bytes[lt + i] as number;
        this.#context.detector.look(this.#bic, 0, this.#bic.length, below);
      }
      const close = bytes.indexOf(BRACE_END, at);
      return close < 0 || close > end ? end : close + 1;
    }
    if (number === 0x34) return at + 3;
    const own = place.child("mt", number === 0x33 ? "block3" : "trailer");
    let i = at + 3;
    while (i < end && bytes[i] === BRACE) {
      const close = bytes.indexOf(BRACE_END, i);
      if (close < 0 || close > end) return end;
      const colon = bytes.indexOf(COLON, i);
      if (colon > 0 && colon < close) {
        this.#context.detector.look(bytes, colon + 1, close, own.named("mt", bytes, i + 1, colon, this.#context.shown));
      }
      i = close + 1;
    }
    return i;
  }

  #field(bytes: Uint8Array, at: number, end: number, place: Place): number {
    const colon = bytes.indexOf(COLON, at + 1);
    const start = colon + 1;
    let stop = start;
    let lines = 1;
    for (;;) {
      const next = bytes.indexOf(LF, stop);
      if (next < 0 || next >= end) {
        stop = end;
        break;
      }
      stop = next + 1;
      if (stop >= end || isTag(bytes, stop) || bytes[stop] === HYPHEN || bytes[stop] === BRACE) break;
      lines++;
    }
    const field = place.named("mt", bytes, at + 1, colon, tagText);
    if (lines > 1) this.#context.detector.lookWrapped(bytes, start, stop, field);
    else this.#context.detector.look(bytes, start, stop, field);
    return stop;
  }
}

const tagText = (tag: Uint8Array): string => String.fromCharCode(...tag);

/** `:50K:` at the beginning of a line. */
export function isTag(bytes: Uint8Array, at: number): boolean {
  const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 0x30 && byte <= 0x39;
  if (bytes[at] !== COLON || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 2])) return false;
  const option = bytes[at + 3] as number;
  return option === COLON || (option >= 0x41 && option <= 0x5a && bytes[at + 4] === COLON);
}

/** The next message begins with block 1, or is a text of fields behind the last block; such a text ends with a line of `-`. −1: the end is not there. */
function endOfMessage(bytes: Uint8Array, from: number, limit: number): number {
  const isText = bytes[from] === COLON;
  for (
    let at = bytes.indexOf(isText ? HYPHEN : BRACE, from + 1);
    at >= 0 && at < limit;
    at = bytes.indexOf(isText ? HYPHEN : BRACE, at + 1)
  ) {
    if (isText) {
      const after = bytes[at + 1];
      if (bytes[at - 1] === LF && at + 1 < limit && (after === LF || after === 0x0d || after === BRACE_END)) return at + 1;
    } else if (at + 2 < limit && bytes[at + 1] === 0x31 && bytes[at + 2] === COLON) {
      const text = textBehind(bytes, from, at);
      return text < 0 ? at : text;
    }
  }
  return isText ? -1 : textBehind(bytes, from, limit);
}

/** Where a text of fields alone begins behind a message's last block: it is another message. −1: there is none, as far as can be seen. */
function textBehind(bytes: Uint8Array, from: number, limit: number): number {
  let at = bytes.indexOf(BRACE_END, from);
  while (at >= 0 && at < limit && !(bytes[at - 1] === HYPHEN && bytes[at - 2] === LF)) at = bytes.indexOf(BRACE_END, at + 1);
  if (at < 0) return -1;
  for (let p = at + 1; p + TAG_SIZE_MAX <= limit; p++) {
    const byte = bytes[p] as number;
    if (isTag(bytes, p)) return p;
    if (byte === BRACE) p = behindBlock(bytes, p, limit) - 1;
    else if (byte > 0x20 && byte !== DOLLAR) return -1;
  }
  return -1;
}

/** Offset behind a block and the fields in it, or the limit. */
function behindBlock(bytes: Uint8Array, at: number, limit: number): number {
  let open = 0;
  for (let p = at; p < limit; p++) {
    if (bytes[p] === BRACE) open++;
    else if (bytes[p] === BRACE_END && --open === 0) return p + 1;
  }
  return limit;
}

/** The three digits behind block 2's direction. */
function typeOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  for (let at = bytes.indexOf(BRACE, start); at >= 0 && at + 7 < end; at = bytes.indexOf(BRACE, at + 1)) {
    if (bytes[at + 1] !== 0x32 || bytes[at + 2] !== COLON) continue;
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 7));
    return /^[0-9]{3}$/.test(type) ? type : undefined;
  }
  return undefined;
}
