/** Values of JSON by member and array. Lenient: commas and colons are not checked, so that also what is nearly JSON is looked at. */
import type { Place } from "./place.ts";
import type { Context, Reader } from "./reader.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
const ARRAY = 0x5b;
const ARRAY_END = 0x5d;
/** Levels that are told apart; what is deeper is counted at the last of them. */
const DEPTH_MAX = 256;
/** Ends of numbers and words. */
const IS_END: Uint8Array = new Uint8Array(256).map((_, byte) => (byte <= 0x20 || byte === COMMA || byte === 0x5d || byte === 0x7d ? 1 : 0));

export class JsonReader implements Reader {
  ended = false;
  failed = false;
  readonly #context: Context;
  /** Objects and the items of arrays that are open. */
  readonly #open: Place[] = [];
  readonly #isObject: boolean[] = [];
  /** Where the next value stands. */
  #place: Place;
  #isName = false;
  #text: Uint8Array = new Uint8Array(1024);

  constructor(context: Context) {
    this.#context = context;
    this.#place = context.root.child("json", "json:$");
  }

  push(bytes: Uint8Array, from: number, limit: number, last: boolean): number {
    const { detector, shown } = this.#context;
    let at = from;
    while (at < limit) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        let end = at + 1;
        let isEscaped = false;
        while (end < limit && bytes[end] !== QUOTE) {
          if (bytes[end] === BACKSLASH) {
            isEscaped = true;
            end++;
          }
          end++;
        }
        if (end >= limit) return last ? this.#fail(at) : at;
        if (this.#isName) {
          this.#isName = false;
          const parent = this.#open.at(-1) as Place;
          if (this.#open.length < DEPTH_MAX) this.#place = parent.named("json", bytes, at + 1, end, shown);
        } else if (isEscaped) {
          detector.look(this.#text, 0, this.#unescape(bytes, at + 1, end), this.#place);
        } else detector.look(bytes, at + 1, end, this.#place);
        at = end + 1;
      } else if (byte === COMMA) {
        if (this.#isObject.at(-1) === true) this.#isName = true;
        at++;
      } else if (byte <= 0x20 || byte === 0x3a) at++;
      else if (byte === OBJECT) {
        this.#begin(this.#place, true);
        at++;
      } else if (byte === ARRAY) {
        this.#begin(this.#place.child("items", "[*]"), false);
        at++;
      } else if (byte === OBJECT_END || byte === ARRAY_END) {
        at++;
        if (this.#isObject.pop() !== (byte === OBJECT_END)) return this.#fail(at);
        this.#open.pop();
        this.#isName = false;
        const above = this.#open.at(-1);
        if (above === undefined) {
          this.ended = true;
          return at;
        }
        // In an array the next value stands where this one stood.
        this.#place = above;
      } else {
        let end = at;
        while (end < limit && IS_END[bytes[end] as number] === 0) end++;
        if (end === limit && !last) return at;
        if (!isScalar(byte) || this.#isName) return this.#fail(at);
        detector.look(bytes, at, end, this.#place);
        at = end;
      }
    }
    return at;
  }

  #begin(place: Place, isObject: boolean): void {
    const isDeep = this.#open.length >= DEPTH_MAX;
    this.#open.push(isDeep ? (this.#open.at(-1) as Place) : place);
    this.#isObject.push(isObject);
    this.#isName = isObject;
    if (!isDeep) this.#place = place;
  }

  #fail(at: number): number {
    this.failed = true;
    return at;
  }

  /** Writes a string into `#text` with its escapes resolved; what is no escape is left as it is. */
  #unescape(bytes: Uint8Array, start: number, end: number): number {
    if (this.#text.length < end - start) this.#text = new Uint8Array(2 * (end - start));
    const text = this.#text;
    let size = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte !== BACKSLASH || i + 1 >= end) {
        text[size++] = byte;
        continue;
      }
      const sign = bytes[++i] as number;
      if (sign !== 0x75) {
        text[size++] = SIGNS.get(sign) ?? sign;
        continue;
      }
      const point = Number.parseInt(String.fromCharCode(...bytes.subarray(i + 1, Math.min(i + 5, end))), 16);
      i += 4;
      size += writePoint(text, size, Number.isNaN(point) ? 0x20 : point);
    }
    return size;
  }
}

/** A number, or a word: true, false, null. */
const isScalar = (byte: number): boolean =>
  byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || byte === 0x74 || byte === 0x66 || byte === 0x6e;

const SIGNS: ReadonlyMap<number, number> = new Map([
  [0x6e, 0x0a],
  [0x72, 0x0d],
  [0x74, 0x20],
  [0x62, 0x20],
  [0x66, 0x20],
]);

/** Writes a code point in UTF-8 and returns its bytes. Never more than an escape of it has characters. */
export function writePoint(out: Uint8Array, at: number, point: number): number {
  if (point < 0x80) {
    out[at] = point;
    return 1;
  }
  if (point < 0x800) {
    out[at] = 0xc0 | (point >> 6);
    out[at + 1] = 0x80 | (point & 0x3f);
    return 2;
  }
  out[at] = 0xe0 | ((point >> 12) & 0xf);
  out[at + 1] = 0x80 | ((point >> 6) & 0x3f);
  out[at + 2] = 0x80 | (point & 0x3f);
  return 3;
}
