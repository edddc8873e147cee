/**
 * Values of any XML by element and attribute: a walk over its tags. A message of ISO 20022 is told by its namespace and has the paths
 * of its catalogue; other documents begin with their root element. Nothing is loaded from anywhere, and only XML's own entities and
 * character references are resolved.
 */
import { writePoint } from "./json.ts";
import type { Place } from "./place.ts";
import type { Context, Reader } from "./reader.ts";

const LT = 0x3c;
const GT = 0x3e;
const AMP = 0x26;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const COLON = 0x3a;
const BANG = 0x21;
const QUESTION = 0x3f;
const SEMICOLON = 0x3b;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const DEPTH_MAX = 256;
/** Longest reference: `&#x0010FFFF;`. */
const REFERENCE_MAX = 12;

const ISO_NAMESPACE = /^urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})$/;
const MESSAGE_PATH = /^[a-z]{4}\.\d{3}\.\d{3}\.\d{2}:$/;
const ENTITIES: ReadonlyMap<string, number> = new Map([
  ["lt", LT],
  ["gt", GT],
  ["amp", AMP],
  ["quot", QUOTE],
  ["apos", APOSTROPHE],
]);

export class XmlReader implements Reader {
  ended = false;
  failed = false;
  readonly #context: Context;
  readonly #open: Place[] = [];
  #place: Place;
  #text: Uint8Array = new Uint8Array(1024);

  constructor(context: Context) {
    this.#context = context;
    this.#place = context.root.child("xml", "xml:");
  }

  push(bytes: Uint8Array, from: number, limit: number, last: boolean): number {
    let at = from;
    while (at < limit) {
      if (bytes[at] !== LT) {
        let end = bytes.indexOf(LT, at);
        if (end < 0 || end > limit) {
          if (!last) return at;
          end = limit;
        }
        if (!isBlank(bytes, at, end)) this.#look(bytes, at, end, this.#place);
        at = end;
        continue;
      }
      const next = this.#markup(bytes, at, limit);
      if (next < 0) return last ? this.#fail(at) : at;
      if (this.failed || this.ended) return next;
      at = next;
    }
    return at;
  }

  #fail(at: number): number {
    this.failed = true;
    return at;
  }

  /** What begins with `<` at `at`; the place behind it, or −1 if its end is not there. */
  #markup(bytes: Uint8Array, at: number, limit: number): number {
    if (at + 1 >= limit) return -1;
    const sign = bytes[at + 1] as number;
    if (sign === QUESTION) return behind(bytes, at + 2, limit, "?>");
    if (sign === BANG) return this.#declaration(bytes, at, limit);
    let end = at + 1;
    let quote = 0;
    for (; end < limit; end++) {
      const byte = bytes[end] as number;
      if (quote !== 0) {
        if (byte === quote) quote = 0;
      } else if (byte === GT) break;
      else if (byte === QUOTE || byte === APOSTROPHE) quote = byte;
    }
    if (end >= limit) return -1;
    if (sign === SLASH) this.#close();
    else if (isNameByte(sign)) this.#element(bytes, at + 1, end);
    else return this.#fail(at);
    return end + 1;
  }

  /** A comment, CDATA, or a document type. */
  #declaration(bytes: Uint8Array, at: number, limit: number): number {
    if (at + 9 >= limit) return -1;
    if (bytes[at + 2] === 0x2d) {
      const end = behind(bytes, at + 4, limit, "-->");
      if (end > 0) this.#context.detector.look(bytes, at + 4, end - 3, this.#place.child("xml", "comment()"));
      return end;
    }
    if (bytes[at + 2] === 0x5b) {
      const end = behind(bytes, at + 9, limit, "]]>");
      if (end > 0) this.#context.detector.look(bytes, at + 9, end - 3, this.#place);
      return end;
    }
    let depth = 0;
    for (let i = at + 2; i < limit; i++) {
      const byte = bytes[i];
      if (byte === 0x5b) depth++;
      else if (byte === 0x5d) depth--;
      else if (byte === GT && depth === 0) return i + 1;
    }
    return -1;
  }

  #close(): void {
    const above = this.#open.pop();
    if (above === undefined) {
      this.failed = true;
      return;
    }
    this.#place = above;
    if (this.#open.length === 0) this.ended = true;
  }

  /** The tag `bytes[start, end)` without its brackets. */
  #element(bytes: Uint8Array, start: number, end: number): void {
    const { root } = this.#context;
    let at = start;
    while (at < end && isNameByte(bytes[at] as number)) at++;
    const name = localOf(bytes, start, at);
    const isEmpty = bytes[end - 1] === SLASH;
    const message = at < end ? this.#messageOf(bytes, at, end) : undefined;
    this.#open.push(this.#place);
    // Some writers declare the namespace at every element.
    if (message !== undefined && this.#top().name !== `${message}:`) this.#place = root.child("xml", `${message}:`);
    else if (this.#open.length < DEPTH_MAX) {
      const { shown, shownOfStandard } = this.#context;
      this.#place = this.#place.named("xml", bytes, name, at, MESSAGE_PATH.test(this.#top().name) ? shownOfStandard : shown);
    }
    if (at < end) this.#attributes(bytes, at, end);
    if (isEmpty) this.#close();
  }

  /** The first step of the path of the element at hand. */
  #top(): Place {
    let top = this.#place;
    while (top.parent !== undefined && top.parent.kind !== "root") top = top.parent;
    return top;
  }

  /** The message whose namespace the attributes declare. */
  #messageOf(bytes: Uint8Array, from: number, end: number): string | undefined {
    let message: string | undefined;
    eachAttribute(bytes, from, end, (nameStart, nameEnd, start, stop) => {
      if (!isNamespace(bytes, nameStart, nameEnd) || stop - start > 64) return;
      message ??= ISO_NAMESPACE.exec(String.fromCharCode(...bytes.subarray(start, stop)))?.[1];
    });
    return message;
  }

  #attributes(bytes: Uint8Array, from: number, end: number): void {
    eachAttribute(bytes, from, end, (nameStart, nameEnd, start, stop) => {
      if (isNamespace(bytes, nameStart, nameEnd)) return;
      const place = this.#place.named("attribute", bytes, localOf(bytes, nameStart, nameEnd), nameEnd, this.#context.shown);
      this.#look(bytes, start, stop, place);
    });
  }

  #look(bytes: Uint8Array, start: number, end: number, place: Place): void {
    let reference = start;
    while (reference < end && bytes[reference] !== AMP) reference++;
    if (reference === end) this.#context.detector.look(bytes, start, end, place);
    else this.#context.detector.look(this.#text, 0, this.#resolve(bytes, start, end), place);
  }

  /** Writes a text into `#text` with its references resolved; what is none is left as it is. */
  #resolve(bytes: Uint8Array, start: number, end: number): number {
    if (this.#text.length < end - start) this.#text = new Uint8Array(2 * (end - start));
    let size = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      if (byte === AMP) {
        const stop = bytes.indexOf(SEMICOLON, i);
        const point =
          stop > i && stop < end && stop - i <= REFERENCE_MAX ? pointOf(String.fromCharCode(...bytes.subarray(i + 1, stop))) : undefined;
        if (point !== undefined) {
          size += writePoint(this.#text, size, point);
          i = stop;
          continue;
        }
      }
      this.#text[size++] = byte;
    }
    return size;
  }
}

function pointOf(reference: string): number | undefined {
  const numeric = /^#(?:x([0-9A-Fa-f]+)|([0-9]+))$/.exec(reference);
  if (numeric === null) return ENTITIES.get(reference);
  return numeric[1] === undefined ? Number(numeric[2]) : Number.parseInt(numeric[1], 16);
}

function eachAttribute(
  bytes: Uint8Array,
  from: number,
  end: number,
  take: (nameStart: number, nameEnd: number, start: number, stop: number) => void,
): void {
  let at = from;
  while (at < end) {
    while (at < end && !isNameByte(bytes[at] as number)) at++;
    const nameStart = at;
    while (at < end && isNameByte(bytes[at] as number)) at++;
    const nameEnd = at;
    while (at < end && (bytes[at] as number) <= 0x20) at++;
    if (bytes[at] !== EQUALS) continue;
    at++;
    while (at < end && (bytes[at] as number) <= 0x20) at++;
    const quote = bytes[at] as number;
    if (quote !== QUOTE && quote !== APOSTROPHE) continue;
    const stop = bytes.indexOf(quote, at + 1);
    if (stop < 0 || stop > end) return;
    take(nameStart, nameEnd, at + 1, stop);
    at = stop + 1;
  }
}

/** `xmlns`, `xmlns:p`. */
function isNamespace(bytes: Uint8Array, start: number, end: number): boolean {
  const isWord =
    end - start >= 5 && bytes[start] === 0x78 && bytes[start + 1] === 0x6d && bytes[start + 2] === 0x6c && bytes[start + 3] === 0x6e;
  return isWord && bytes[start + 4] === 0x73 && (end - start === 5 || bytes[start + 5] === COLON);
}

/** Where the name begins behind its prefix. */
function localOf(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 2; i > start; i--) if (bytes[i] === COLON) return i + 1;
  return start;
}

const isNameByte = (byte: number): boolean =>
  byte > 0x20 && byte !== SLASH && byte !== GT && byte !== EQUALS && byte !== QUOTE && byte !== APOSTROPHE && byte !== LT;

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((bytes[i] as number) > 0x20) return false;
  return true;
}

/** The place behind the next `mark`; −1 if it is not there. */
function behind(bytes: Uint8Array, from: number, limit: number, mark: string): number {
  const last = mark.charCodeAt(mark.length - 1);
  for (let at = bytes.indexOf(last, from); at >= 0 && at < limit; at = bytes.indexOf(last, at + 1)) {
    let i = 1;
    while (i < mark.length && at - i >= from && bytes[at - i] === mark.charCodeAt(mark.length - 1 - i)) i++;
    if (i === mark.length) return at + 1;
  }
  return -1;
}
