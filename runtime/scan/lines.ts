/** Values of what has lines: columns of CSV and its like, or whole lines of text, which are told apart by their form. */
import type { Place } from "./place.ts";
import type { Context, Reader } from "./reader.ts";

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const DELIMITERS: readonly number[] = [0x3b, 0x09, 0x2c, 0x7c];
/** Lines from which is told what a file is, and bytes in which they stand. */
const HEAD_LINES = 4;
const HEAD_BYTES = 64 * 1024;
const COLUMNS_MAX = 1024;
/** Characters of a line's form. */
const FORM_MAX = 24;
/** Words of which at least one stands in most names of columns. */
const HEADER_WORD =
  /^(?:id|no|nr|number|name|first|last|given|family|iban|bic|swift|account|acct|konto|card|pan|date|datum|time|amount|betrag|value|currency|ccy|city|town|street|address|zip|post|country|email|e|mail|phone|tel|mobile|ref|reference|type|status|code|text|note|purpose|balance|debtor|creditor|customer|party|bank|tax|ssn|birth|description|category|lei|key|user|sender|receiver|beneficiary|owner|holder)$/;

export class LinesReader implements Reader {
  readonly ended = false;
  readonly failed = false;
  readonly #context: Context;
  readonly #form = new Uint8Array(FORM_MAX);
  /** 0: text; undefined: not known yet. */
  #delimiter: number | undefined;
  #isHeader = false;
  readonly #columns: Place[] = [];
  #names: readonly string[] = [];
  #text: Uint8Array = new Uint8Array(1024);

  constructor(context: Context) {
    this.#context = context;
  }

  push(bytes: Uint8Array, from: number, limit: number, last: boolean): number {
    let at = from;
    if (this.#delimiter === undefined) {
      const head = headOf(bytes, from, limit, last);
      if (head === undefined) return from;
      this.#delimiter = delimiterOf(head);
      if (this.#delimiter !== 0) {
        this.#names = this.#headerOf(head, this.#delimiter);
        this.#isHeader = this.#names.length > 0;
      }
    }
    while (at < limit) {
      const end = this.#delimiter === 0 ? this.#line(bytes, at, limit, last) : this.#record(bytes, at, limit, last);
      if (end < 0) return at;
      at = end;
    }
    return at;
  }

  /** One line of text; the place behind it, or −1 if its end is not there. */
  #line(bytes: Uint8Array, start: number, limit: number, last: boolean): number {
    let end = bytes.indexOf(LF, start);
    if (end < 0 || end >= limit) {
      if (!last) return -1;
      end = limit;
    }
    lookAtLine(this.#context, this.#form, bytes, start, end);
    return end + 1;
  }

  #record(bytes: Uint8Array, start: number, limit: number, last: boolean): number {
    const delimiter = this.#delimiter as number;
    // Its end first: a quoted value may hold line ends.
    let end = start;
    let isQuoted = false;
    for (; end < limit; end++) {
      const byte = bytes[end];
      if (byte === QUOTE) isQuoted = !isQuoted;
      else if (byte === LF && !isQuoted) break;
    }
    if (end >= limit && !last) return -1;
    const isHeader = this.#isHeader;
    this.#isHeader = false;
    if (!isHeader) {
      let column = 0;
      let from = start;
      let quotes = 0;
      for (let i = start; i <= end; i++) {
        const byte = i < end ? bytes[i] : delimiter;
        if (byte === QUOTE) quotes++;
        if (byte !== delimiter || (quotes & 1) === 1) {
          if (i < end) continue;
        }
        this.#value(bytes, from, i, column, quotes);
        column++;
        from = i + 1;
        quotes = 0;
      }
    }
    return end + 1;
  }

  #value(bytes: Uint8Array, from: number, to: number, column: number, quotes: number): void {
    const { detector } = this.#context;
    let start = from;
    let end = to;
    while (end > start && (bytes[end - 1] as number) <= 0x20) end--;
    if (start === end) return;
    const place = this.#column(column);
    if (quotes >= 2 && bytes[start] === QUOTE && bytes[end - 1] === QUOTE) {
      start++;
      end--;
    }
    if (quotes <= 2) {
      detector.look(bytes, start, end, place);
      return;
    }
    if (this.#text.length < end - start) this.#text = new Uint8Array(2 * (end - start));
    let size = 0;
    for (let i = start; i < end; i++) {
      this.#text[size++] = bytes[i] as number;
      if (bytes[i] === QUOTE && bytes[i + 1] === QUOTE) i++;
    }
    detector.look(this.#text, 0, size, place);
  }

  #column(index: number): Place {
    let place = this.#columns[index];
    if (place === undefined) {
      const name = index >= COLUMNS_MAX ? "*" : (this.#names[index] ?? `${index + 1}`);
      place = this.#context.root.child("column", "csv:").child("column", name);
      this.#columns[index] = place;
    }
    return place;
  }

  /**
   * Names of columns, if the first line has some; else columns are counted. A line of data must not be taken for one: each name is plain
   * and none twice, half of them have a word that names of columns have, and below some name without digits stand values with digits.
   */
  #headerOf(head: readonly string[], delimiter: number): readonly string[] {
    const split = (line: string): string[] =>
      line.split(String.fromCharCode(delimiter)).map((cell) => cell.trim().replaceAll(/^"|"$/g, ""));
    const names = split(head[0] ?? "");
    const below = split(head[1] ?? "");
    const encoder = new TextEncoder();
    const shown = names.map((name) => (name === "" ? "*" : this.#context.shown(encoder.encode(name))));
    if (new Set(names).size < names.length || names.some((name, i) => name !== "" && shown[i] === "*")) return [];
    const isField = (name: string): boolean =>
      name
        .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
        .toLowerCase()
        .split(/[^a-z]+/)
        .some((word) => HEADER_WORD.test(word));
    if (2 * names.filter(isField).length < names.length) return [];
    return names.some((name, i) => !/[0-9]/.test(name) && /[0-9@]/.test(below[i] ?? "")) ? shown : [];
  }
}

/** Notes a line of text at the place of its form: `a` for letters, `9` for digits, and what stands between them. */
export function lookAtLine({ root, detector }: Context, form: Uint8Array, bytes: Uint8Array, start: number, lineEnd: number): void {
  let end = lineEnd;
  while (end > start && (bytes[end - 1] as number) <= 0x20) end--;
  if (end === start) return;
  let size = 0;
  let before = 0;
  for (let i = start; i < end && size < FORM_MAX; i++) {
    const byte = bytes[i] as number;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    const isLetter = (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;
    const sign = isDigit ? 0x39 : isLetter || byte >= 0x80 ? 0x61 : byte <= 0x20 || byte === 0x7f ? 0x20 : byte;
    if (sign === before && (sign === 0x39 || sign === 0x61 || sign === 0x20)) continue;
    form[size++] = sign;
    before = sign;
  }
  const place = root.child("line", "text:").named("line", form, 0, size, (name) => String.fromCharCode(...name));
  detector.look(bytes, start, end, place);
}

/** The first lines; undefined if more bytes are needed to have them. */
function headOf(bytes: Uint8Array, from: number, limit: number, last: boolean): readonly string[] | undefined {
  const lines: string[] = [];
  let at = from;
  const decoder = new TextDecoder();
  while (lines.length < HEAD_LINES && at < limit) {
    const end = bytes.indexOf(LF, at);
    const isCut = end < 0 || end >= limit;
    if (isCut && !last && limit - from < HEAD_BYTES) return undefined;
    const stop = isCut ? limit : end;
    lines.push(decoder.decode(bytes.subarray(at, bytes[stop - 1] === CR && stop > at ? stop - 1 : stop)));
    at = stop + 1;
  }
  if (lines.length < HEAD_LINES && !last && limit - from < HEAD_BYTES) return undefined;
  return lines.filter((line) => line !== "");
}

/** The sign that stands equally often, outside of quotes, in each of the first lines, of which there are two at least; 0 if none does. */
function delimiterOf(head: readonly string[]): number {
  if (head.length < 2) return 0;
  const bare = head.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, ""));
  const found = DELIMITERS.find((delimiter) => {
    const [first = 0, ...others] = bare.map((line) => line.split(String.fromCharCode(delimiter)).length - 1);
    return first > 0 && others.every((count) => count === first);
  });
  return found ?? 0;
}
