/** A log as a stream of bytes: its lines, numbered, each an event or a fault. */
import { LOG_LINE_CHARACTERS_MAX, LOG_RECORD_CHARACTERS_MAX } from "../../kit/limits.ts";
import { type Parsed, parseLine, RECORD_HEAD } from "./parse.ts";

/** Line numbers begin with 1. */
export type ReadLine = Parsed & { readonly line: number };

/** Bytes of a line above which the rest of it is not kept: it is a fault whatever it holds. Two bytes for a `·`. */
const LINE_BYTES_MAX = LOG_LINE_CHARACTERS_MAX * 2;
const LINE_FEED = 0x0a;
const RECORD_HEAD_BYTES = Buffer.from(RECORD_HEAD, "latin1");

/** Reads lines as they come, in bounded memory. A last line without its end is not whole, and a fault. */
export class LogReader {
  #line = 0;
  #held: Uint8Array[] = [];
  #bytes = 0;

  *push(chunk: Uint8Array): Generator<ReadLine> {
    let from = 0;
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, from);
      if (end < 0) break;
      this.#hold(chunk.subarray(from, end));
      yield this.#next();
      from = end + 1;
    }
    this.#hold(chunk.subarray(from));
  }

  *end(): Generator<ReadLine> {
    if (this.#bytes === 0) return;
    this.#forget();
    yield { line: this.#line + 1, fault: "ends without a line end" };
  }

  #hold(bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    // The chunk is its source's again when it asks for the next one.
    if (bytes.length > 0 && (this.#bytes <= LINE_BYTES_MAX || this.#bytes <= this.#max(bytes))) this.#held.push(bytes.slice());
  }

  /** Bytes that the line under way may have: one that holds a record is as long as a record may be. */
  #max(more: Uint8Array = new Uint8Array(0)): number {
    const first = [...this.#held.slice(0, RECORD_HEAD_BYTES.length), more];
    const begin = Buffer.concat(first).subarray(0, RECORD_HEAD_BYTES.length);
    return begin.equals(RECORD_HEAD_BYTES) ? LOG_RECORD_CHARACTERS_MAX : LINE_BYTES_MAX;
  }

  #next(): ReadLine {
    this.#line++;
    const isWhole = this.#bytes <= LINE_BYTES_MAX || this.#bytes <= this.#max();
    const text = isWhole ? new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.concat(this.#held)) : "";
    this.#forget();
    const read: Parsed = isWhole ? parseLine(text) : { fault: `longer than ${LOG_LINE_CHARACTERS_MAX} characters` };
    return { line: this.#line, ...read };
  }

  #forget(): void {
    this.#held = [];
    this.#bytes = 0;
  }
}
