/** Scans samples of whatever form: each document is read as what it begins like, and its values are looked at by their places. */
import { Detector } from "./detector.ts";
import { JsonReader } from "./json.ts";
import { LinesReader, lookAtLine } from "./lines.ts";
import { isTag, MtReader } from "./mt.ts";
import { Place } from "./place.ts";
import { type Context, type Reader, shownName } from "./reader.ts";
import { XmlReader } from "./xml.ts";

const LF = 0x0a;
const BUFFER_BYTES = 64 * 1024;

export class Scan {
  readonly root = new Place("root", "", undefined);
  /** Bytes looked at. */
  bytes = 0;
  sources = 0;
  /** Documents that end before their end, or go on as something else. */
  broken = 0;
  readonly #context: Context;
  readonly #form = new Uint8Array(24);
  #buffer: Uint8Array = new Uint8Array(BUFFER_BYTES);
  #length = 0;
  #reader: Reader | undefined;
  #decoder: TextDecoder | undefined;
  #isBegun = false;
  /** Bytes below which it is in vain to ask a reader again: a long value is not gone through for each chunk of it. */
  #wanted = 0;

  constructor() {
    const detector = new Detector();
    this.#context = {
      root: this.root,
      detector,
      shown: (name) => shownName(name, detector, false),
      shownOfStandard: (name) => shownName(name, detector, true),
    };
  }

  /** Takes the next bytes of a source. */
  push(chunk: Uint8Array): void {
    this.bytes += chunk.length;
    if (!this.#isBegun) {
      this.#isBegun = true;
      // UTF-16 tells itself by its mark, and is looked at as UTF-8.
      const mark = chunk[0] === 0xff && chunk[1] === 0xfe ? "utf-16le" : chunk[0] === 0xfe && chunk[1] === 0xff ? "utf-16be" : undefined;
      if (mark !== undefined) this.#decoder = new TextDecoder(mark);
    }
    this.#take(this.#decoder === undefined ? chunk : new TextEncoder().encode(this.#decoder.decode(chunk, { stream: true })));
    this.#read(false);
  }

  /** The source has ended. */
  end(): void {
    this.#read(true);
    if (this.#reader !== undefined && !(this.#reader instanceof LinesReader)) this.broken++;
    this.sources++;
    this.#reader = undefined;
    this.#decoder = undefined;
    this.#isBegun = false;
    this.#wanted = 0;
    this.#length = 0;
  }

  #take(chunk: Uint8Array): void {
    if (this.#length + chunk.length > this.#buffer.length) {
      const grown = new Uint8Array(2 * (this.#length + chunk.length));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
  }

  #read(last: boolean): void {
    const limit = this.#length;
    if (!last && limit < this.#wanted) return;
    // Readers search up to the end of what they are given.
    const bytes = this.#buffer.subarray(0, limit);
    let at = 0;
    while (at < limit) {
      if (this.#reader === undefined) {
        at = behindSpace(bytes, at, limit);
        if (at >= limit) break;
        // Enough to tell what it is.
        if (!last && limit - at < 8) break;
        this.#reader = this.#readerFor(bytes, at);
      }
      const reader = this.#reader;
      if (!reader.failed) at = reader.push(bytes, at, limit, last);
      if (reader.failed) {
        // The rest of the line is text; what follows may be anything.
        const end = bytes.indexOf(LF, at);
        if (end < 0 && !last) break;
        const stop = end < 0 ? limit : end;
        lookAtLine(this.#context, this.#form, bytes, at, stop);
        this.broken++;
        this.#reader = undefined;
        at = stop + 1;
      } else if (reader.ended) this.#reader = undefined;
      else break;
    }
    if (at > limit) at = limit;
    this.#wanted = at === 0 ? 2 * limit : 0;
    if (at === 0) return;
    this.#buffer.copyWithin(0, at, limit);
    this.#length = limit - at;
  }

  #readerFor(bytes: Uint8Array, at: number): Reader {
    const [first, second, third] = [bytes[at], bytes[at + 1] ?? 0, bytes[at + 2]];
    const isDigit = second >= 0x30 && second <= 0x39;
    if (first === 0x3c && !isDigit && second > 0x20) return new XmlReader(this.#context);
    if ((first === 0x7b && isDigit && third === 0x3a) || isTag(bytes, at)) return new MtReader(this.#context);
    if (first === 0x7b || first === 0x5b) return new JsonReader(this.#context);
    return new LinesReader(this.#context);
  }
}

/** Behind white space, `$`, NUL and a byte order mark, which stand between messages, and the brace behind a text of fields. */
function behindSpace(bytes: Uint8Array, from: number, limit: number): number {
  let at = from;
  while (at < limit) {
    const byte = bytes[at] as number;
    if (byte === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf) at += 3;
    else if (byte <= 0x20 || byte === 0x24 || byte === 0x7d) at++;
    else break;
  }
  return at;
}
