/** Pseudonyms of free text: other words of about the same length around the structure words (docs/internals/people.md, "Free text"). */
import { createHmac, type KeyObject } from "node:crypto";
import type { Unicode } from "../text/unicode.ts";
import { caseOf, isTelling, type LetterCase } from "./case.ts";
import type { Forms } from "./lists.ts";

const LF = 0x0a;
const SPACE = 0x20;
const PLUS = 0x2b;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const DELETE = 0x7f;
const SEPA_MIN = 3;
const SEPA_MAX = 4;
/** Longest text that can be one reference. */
const REFERENCE_MAX = 35;

/** Another text for `points[start, start + count)`, whose canonical form is `form`. */
export function drawText(form: Uint8Array, points: Uint32Array, start: number, count: number, tools: TextTools): string {
  const stream = new Stream(tools.secret, form);
  const turn = caseOf(points, start, count, tools.unicode);
  return new TextWriter(points, stream, turn, tools.forms).write(start, start + count);
}

export interface TextTools {
  readonly secret: KeyObject;
  readonly forms: Forms;
  readonly unicode: Unicode;
}

/** Bytes without end from a canonical form: HMAC in counter mode under a seed that is an HMAC itself. */
class Stream {
  readonly #secret: KeyObject;
  readonly #seed: Buffer;
  #block: Buffer = Buffer.alloc(0);
  #counter = 0;
  #at = 0;

  constructor(secret: KeyObject, form: Uint8Array) {
    this.#secret = secret;
    this.#seed = createHmac("sha256", secret).update(form).digest();
  }

  next(): number {
    if (this.#at === this.#block.length) {
      const counter = Buffer.alloc(4);
      counter.writeUInt32BE(this.#counter++);
      this.#block = createHmac("sha256", this.#secret).update(this.#seed).update(counter).digest();
      this.#at = 0;
    }
    return this.#block[this.#at++] as number;
  }

  /** A number below `radix`, each as likely: bytes from the last whole multiple of it on are passed over. */
  below(radix: number): number {
    const bound = 256 - (256 % radix);
    let byte = this.next();
    while (byte >= bound) byte = this.next();
    return byte % radix;
  }
}

/** Writes the text from left to right: structure as it is, spans as something else. */
class TextWriter {
  readonly #points: Uint32Array;
  readonly #stream: Stream;
  readonly #turn: LetterCase;
  readonly #forms: Forms;
  readonly #codeMax: number;
  #out = "";

  constructor(points: Uint32Array, stream: Stream, turn: LetterCase, forms: Forms) {
    this.#points = points;
    this.#stream = stream;
    this.#turn = turn;
    this.#forms = forms;
    this.#codeMax = Math.max(...Array.from(forms.codes, (code) => code.length));
  }

  write(start: number, end: number): string {
    let line = start;
    for (let i = start; i <= end; i++) {
      if (i < end && this.#points[i] !== LF) continue;
      this.#writeLine(line, i);
      if (i < end) this.#out += "\n";
      line = i + 1;
    }
    return this.#out;
  }

  #writeLine(start: number, end: number): void {
    let span = start;
    for (let i = start; i < end; ) {
      const length = this.#structureAt(i, start, span, end);
      if (length === 0) {
        i++;
        continue;
      }
      this.#writeSpan(span, i);
      this.#out += this.#textOf(i, i + length);
      i += length;
      span = i;
    }
    this.#writeSpan(span, end);
  }

  /** Characters of the structure that begins at `at`; 0 if none does. `span` is the end of the structure before it. */
  #structureAt(at: number, line: number, span: number, end: number): number {
    const code = this.#points[at] as number;
    if (code === SLASH) {
      if (at === line && at + 1 < end && this.#points[at + 1] === SLASH) return 2;
      return this.#codeAt(at, end);
    }
    if (code === QUESTION)
      return at + 2 < end && isDigit(this.#points[at + 1] as number) && isDigit(this.#points[at + 2] as number) ? 3 : 0;
    const isFree = at === span || !isLetterOrDigit(this.#points[at - 1] as number);
    return isFree && isCapital(code) ? this.#sepaAt(at, end) : 0;
  }

  /** `/INV/`. */
  #codeAt(at: number, end: number): number {
    let i = at + 1;
    while (i < end && i - at <= this.#codeMax && isLetterOrDigit(this.#points[i] as number)) i++;
    return i < end && this.#points[i] === SLASH && this.#forms.codes.has(this.#textOf(at + 1, i)) ? i + 1 - at : 0;
  }

  /** `EREF+`. */
  #sepaAt(at: number, end: number): number {
    for (let length = SEPA_MIN; length <= SEPA_MAX && at + length < end; length++) {
      if (this.#points[at + length] === PLUS && this.#forms.sepa.has(this.#textOf(at, at + length))) return length + 1;
    }
    return 0;
  }

  #writeSpan(start: number, end: number): void {
    if (!isTelling(this.#points, start, end)) {
      for (let i = start; i < end; i++) if (!isControl(this.#points[i] as number)) this.#out += this.#textOf(i, i + 1);
      return;
    }
    let from = start;
    let to = end;
    while (this.#points[from] === SPACE) from++;
    while (this.#points[to - 1] === SPACE) to--;
    this.#out += " ".repeat(from - start);
    if (this.#isReference(from, to)) this.#writeReference(from, to);
    else this.#writeWords(to - from);
    this.#out += " ".repeat(end - to);
  }

  #isReference(start: number, end: number): boolean {
    if (end - start > REFERENCE_MAX) return false;
    return /^[A-Za-z./_-]*[0-9][A-Za-z0-9./_-]*$/.test(this.#textOf(start, end));
  }

  #writeReference(start: number, end: number): void {
    for (let i = start; i < end; i++) {
      const code = this.#points[i] as number;
      if (isDigit(code)) this.#out += String.fromCharCode(0x30 + this.#stream.below(10));
      else if (!isLetterOrDigit(code)) this.#out += String.fromCharCode(code);
      else this.#out += String.fromCharCode((isCapital(code) ? 0x41 : 0x61) + this.#stream.below(26));
    }
  }

  /** Words of at most `size` characters together; the first that does not fit ends them. */
  #writeWords(size: number): void {
    let words = this.#word().slice(0, size);
    for (let next = this.#word(); words.length + 1 + next.length <= size; next = this.#word()) words += ` ${next}`;
    if (this.#turn === "upper") this.#out += words.toUpperCase();
    else this.#out += this.#turn === "lower" ? words : words.charAt(0).toUpperCase() + words.slice(1);
  }

  #word(): string {
    return this.#forms.text[this.#stream.next()] as string;
  }

  #textOf(start: number, end: number): string {
    let text = "";
    for (let i = start; i < end; i++) text += String.fromCodePoint(this.#points[i] as number);
    return text;
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const isCapital = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const isLetterOrDigit = (code: number): boolean => isDigit(code) || isCapital(code) || (code >= 0x61 && code <= 0x7a);
const isControl = (code: number): boolean => code < SPACE || code === DELETE;
