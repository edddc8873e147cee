/** Texts that are kept but for what is found in them: what is searched for, what replaces it (docs/internals/detect.md). */
import {
  type Batch,
  ENCODING_MT_LINE,
  ENCODING_MT_WRAP,
  ENCODING_XML_CDATA,
  RECORD_FIRST_VALUE,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_MASKED,
  STATUS_TOKEN,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../../record/tables.ts";
import { Entity, Shape } from "../../generated/plan_pb.ts";
import { caseOf } from "../people/case.ts";
import type { CompiledOperation, Program } from "../program.ts";
import { Points } from "../techniques/points.ts";
import { decodeSegment } from "../text/decode.ts";
import { isOfAlphabet } from "../text/fit.ts";
import type { Unicode } from "../text/unicode.ts";
import { Dictionary, ValueKind } from "./dictionary.ts";
import { Finder, type Finding, Found } from "./finder.ts";
import { cutPiece, hidden, mapped, type Piece, spelledAs, spread, spreadWords } from "./layout.ts";
import { CAPITAL, LETTER, PAREN, Stream } from "./stream.ts";

const LF = 0x0a;
const PLUS = 0x2b;
const AT = 0x40;
const ZERO = 0x30;
const POINT = 0x2e;
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;
const NONE = -1;
/** Code points of a value of a dictionary at most. */
const VALUE_MAX = 1024;
const STILL_THERE = 6004;

/** A value of the record that texts are searched for. */
interface Entry {
  readonly entity: Entity;
  readonly operation: number;
  readonly scope: number;
  /** Code points in `#values`. */
  readonly start: number;
  readonly count: number;
}

/** Carries out an operation on a value of its own: returns a place to ask for the outcome once the ciphers have run. */
export interface Deriving {
  derive(operation: CompiledOperation, points: ArrayLike<number>): number;
  /** Status and code points of a derived value. */
  derived(place: number): { readonly status: number; readonly codes: readonly number[] };
}

/** What replaces a finding. */
interface Replacement {
  readonly finding: Finding;
  /** −1: letters and digits become X. */
  readonly place: number;
  readonly operation: CompiledOperation | undefined;
  /** Elements that the value derived from has, if it is another than what stands there. */
  readonly elements: number;
}

/** A text that waits for the ciphers. */
interface Waiting {
  readonly value: number;
  readonly operation: CompiledOperation;
  readonly points: Uint32Array;
  /** Segments that are lines of their own; 1 for a value that is one text. */
  readonly lines: number;
  /** Code points that it may have; 0: any number. */
  readonly max: number;
  readonly replacements: readonly Replacement[];
}

export class Search {
  readonly #program: Program;
  readonly #unicode: Unicode;
  readonly #finder: Finder;
  readonly #again: Stream;
  readonly #entries: Entry[] = [];
  readonly #values = new Points();
  /** Of all values of the record, of those of scope 0, and of those of one scope. */
  readonly #all: Dictionary;
  readonly #base: Dictionary;
  readonly #own: Dictionary;
  #isAllFilled = false;
  #isBaseFilled = false;
  #ownScope = 0;
  readonly #waiting: Waiting[] = [];
  /** Places of what was derived from entries. */
  readonly #places: number[] = [];

  constructor(program: Program, unicode: Unicode) {
    this.#program = program;
    this.#unicode = unicode;
    this.#finder = new Finder(unicode);
    this.#again = new Stream(unicode);
    this.#all = new Dictionary(unicode);
    this.#base = new Dictionary(unicode);
    this.#own = new Dictionary(unicode);
  }

  /** Collects what the texts of a record are searched for, if it has any. */
  collect(batch: Batch, record: number, latin1: boolean): void {
    const { records, values } = batch;
    const { operations } = this.#program;
    const first = records[record * RECORD_STRIDE + RECORD_FIRST_VALUE] as number;
    const end = first + (records[record * RECORD_STRIDE + RECORD_VALUE_COUNT] as number);
    this.#entries.length = 0;
    this.#places.length = 0;
    this.#values.clear();
    this.#isAllFilled = false;
    this.#isBaseFilled = false;
    this.#ownScope = 0;
    let hasText = false;
    for (let value = first; value < end && !hasText; value++) {
      hasText = operations[values[value * VALUE_STRIDE + VALUE_OPERATION] as number]?.searches === true;
    }
    if (!hasText) return;
    for (let value = first; value < end; value++) {
      const operation = values[value * VALUE_STRIDE + VALUE_OPERATION] as number;
      const entity = operations[operation]?.feeds ?? Entity.NONE;
      if (entity === Entity.NONE) continue;
      const start = this.#values.length;
      if (!this.#decode(batch, value, latin1, operations[operation]?.worded === true)) this.#values.length = start;
      const count = this.#values.length - start;
      if (count > 0 && count <= VALUE_MAX) {
        this.#entries.push({ entity, operation, scope: values[value * VALUE_STRIDE + VALUE_SCOPE] as number, start, count });
      }
    }
  }

  /** The value's code points, of words with a line feed between lines of MT. */
  #decode({ input, values, segments }: Batch, value: number, latin1: boolean, isWorded: boolean): boolean {
    const texts = this.#values;
    const first = values[value * VALUE_STRIDE + VALUE_FIRST_SEGMENT] as number;
    const end = first + (values[value * VALUE_STRIDE + VALUE_SEGMENT_COUNT] as number);
    for (let segment = first; segment < end; segment++) {
      const row = segment * SEGMENT_STRIDE;
      const [from, to] = [segments[row + SEGMENT_START] as number, segments[row + SEGMENT_END] as number];
      const encoding = segments[row + SEGMENT_ENCODING] as number;
      texts.reserve(to - from + 1);
      if (segment > first && encoding === ENCODING_MT_LINE && isWorded) texts.data[texts.length++] = LF;
      const next = decodeSegment(input, from, to, encoding, latin1, texts.data, texts.length);
      if (next < 0) return false;
      texts.length = next;
    }
    return true;
  }

  /** Searches a text and derives what replaces what is found; it is written once the ciphers have run. */
  search(
    value: number,
    operation: CompiledOperation,
    text: { readonly points: Uint32Array; readonly lines: number; readonly encoding: number; readonly scope: number },
    deriving: Deriving,
  ): void {
    const { points, lines } = text;
    const dictionaries = this.#dictionariesFor(text.encoding, text.scope);
    this.#finder.find(points, points.length, dictionaries);
    const max = roomOf(operation.fit.max, text.encoding, points.length);
    const isLong = max > 0 && points.length - (lines > 1 ? lines - 1 : 0) > max;
    if (this.#finder.findings.length === 0 && !isLong) return;
    const replacements = this.#finder.findings.map((finding) => this.#replacement({ ...finding }, operation, deriving));
    this.#waiting.push({ value, operation, points, lines, max, replacements });
  }

  #dictionariesFor(encoding: number, scope: number): readonly Dictionary[] {
    if (this.#entries.length === 0) return [];
    if (encoding > ENCODING_XML_CDATA || scope === 0) {
      if (!this.#isAllFilled) this.#fill(this.#all, () => true);
      this.#isAllFilled = true;
      return [this.#all];
    }
    if (!this.#isBaseFilled) this.#fill(this.#base, (entry) => entry.scope === 0);
    this.#isBaseFilled = true;
    if (this.#ownScope !== scope) this.#fill(this.#own, (entry) => entry.scope === scope);
    this.#ownScope = scope;
    return [this.#base, this.#own];
  }

  #fill(dictionary: Dictionary, isOf: (entry: Entry) => boolean): void {
    dictionary.clear();
    for (const [owner, entry] of this.#entries.entries()) {
      if (!isOf(entry)) continue;
      const points = this.#pointsOf(entry);
      if (entry.entity === Entity.NAME) dictionary.addName(points, points.length, owner);
      else dictionary.addValue(valueKindOf(entry.entity), points, points.length, owner);
    }
  }

  #pointsOf({ start, count }: Entry): Uint32Array {
    return this.#values.data.subarray(start, start + count);
  }

  /** What becomes of a finding: what its value becomes in its own field, or by the namespace that the text's operation names. */
  #replacement(finding: Finding, text: CompiledOperation, deriving: Deriving): Replacement {
    const { owner } = finding;
    const entry = this.#entries[owner];
    if (entry !== undefined) {
      const own = this.#program.operations[entry.operation] as CompiledOperation;
      const operation = own.isIdentity ? own : this.#detecting(text, finding.entity);
      if (operation === undefined) return { finding, place: NONE, operation, elements: 0 };
      const points = this.#pointsOf(entry);
      this.#places[owner] ??= deriving.derive(operation, points);
      this.#again.read(points, points.length);
      return { finding, place: this.#places[owner] as number, operation, elements: this.#again.length };
    }
    const operation = this.#detecting(text, finding.entity);
    const isLocal = finding.entity === Found.phone && !isInternational(finding, this.#finder.stream);
    if (operation === undefined || isLocal) return { finding, place: NONE, operation, elements: 0 };
    return { finding, place: deriving.derive(operation, this.#canonical(finding)), operation, elements: finding.end - finding.start };
  }

  #detecting(text: CompiledOperation, entity: Found): CompiledOperation | undefined {
    const index = text.detects.get(entity);
    return index === undefined ? undefined : this.#program.operations[index];
  }

  /** What is found by its form, as a field would hold it. */
  #canonical(finding: Finding): readonly number[] {
    const { stream } = this.#finder;
    const { start, end, entity } = finding;
    if (entity === Found.email) return addressOf(finding, stream);
    const codes = Array.from(stream.codes.subarray(start, end), (code) => (code >= 0x61 && code <= 0x7a ? code - 0x20 : code));
    if (entity !== Found.phone) return codes;
    const skipped = phoneSkips(finding, stream);
    return [PLUS, ...codes.filter((_, i) => !skipped.includes(i))];
  }

  /** Writes the texts that wait; `write` gets the code points, in lines where the value has segments of its own for them. */
  finish(
    deriving: Deriving,
    write: (value: number, codes: ArrayLike<number>, isInLines: boolean) => void,
    refuse: (value: number, issue: number) => void,
  ): void {
    for (const waiting of this.#waiting) {
      const { stream } = this.#finder;
      stream.read(waiting.points, waiting.points.length);
      const pieces: Piece[] = [];
      for (const replacement of waiting.replacements) this.#write(replacement, waiting.operation, deriving, pieces);
      fitPieces(pieces, waiting);
      const out = joined(pieces, waiting);
      if (this.#isLeft(waiting, out)) refuse(waiting.value, STILL_THERE);
      else write(waiting.value, out, waiting.lines > 1);
    }
    this.#waiting.length = 0;
  }

  #write({ finding, place, operation, elements }: Replacement, text: CompiledOperation, deriving: Deriving, out: Piece[]): void {
    const { stream } = this.#finder;
    if (place < 0 || operation === undefined) return hidden(finding, stream, out);
    const { status, codes } = deriving.derived(place);
    const checked = finding.entity === Found.email ? codes.filter((code) => code !== AT) : codes;
    const isWritable = text.fit.shape !== Shape.SWIFT_X || isOfAlphabet(Shape.SWIFT_X, checked, 0, checked.length);
    if ((status !== STATUS_MASKED && status !== STATUS_TOKEN) || codes.length === 0 || !isWritable) return hidden(finding, stream, out);
    if (status === STATUS_MASKED && operation.drawn && operation.worded) {
      const start = stream.starts[finding.start] as number;
      const turn = caseOf(stream.points, start, (stream.ends[finding.end - 1] as number) - start, this.#unicode);
      const name = String.fromCodePoint(...codes);
      spreadWords(finding, spelledAs(name, finding, operation.distinct, turn, stream, this.#all), stream, out);
      return;
    }
    const turned = turn(codes, finding, stream);
    if (finding.entity === Found.email && finding.owner === NONE) {
      const at = signOf(finding, stream);
      if (text.fit.shape === Shape.SWIFT_X && at.includes(AT)) return hidden(finding, stream, out);
      return spread(
        finding,
        turned.flatMap((code) => (code === AT ? at : [code])),
        stream,
        out,
      );
    }
    let letters: readonly number[] = turned.filter(isLetterOrDigit);
    if (finding.entity === Found.phone && finding.owner === NONE) letters = withSkipped(letters, finding, stream);
    else if (letters.length === elements && finding.isTail) letters = letters.slice(elements - (finding.end - finding.start));
    if (letters.length === finding.end - finding.start) mapped(finding, letters, stream, out);
    else if (finding.isTail) hidden(finding, stream, out);
    else spread(finding, turned, stream, out);
  }

  /** Whether the output still holds a card number or IBAN that was found in the text. */
  #isLeft({ replacements }: Waiting, out: ArrayLike<number>): boolean {
    const { stream } = this.#finder;
    let isRead = false;
    const again = this.#again;
    for (const { finding } of replacements) {
      if (finding.entity !== Found.card && (finding.entity !== Found.account || finding.isTail || finding.end - finding.start < IBAN_MIN))
        continue;
      if (!isRead) again.read(Uint32Array.from(out), out.length);
      isRead = true;
      const size = finding.end - finding.start;
      for (let at = 0; at + size <= again.length; at++) {
        let i = 0;
        while (i < size && again.codes[at + i] === stream.codes[finding.start + i]) i++;
        if (i === size) return true;
      }
    }
    return false;
  }
}

const IBAN_MIN = 15;

function valueKindOf(entity: Entity): ValueKind {
  if (entity === Entity.ACCOUNT) return ValueKind.account;
  return entity === Entity.IDENTIFIER ? ValueKind.id : ValueKind.reference;
}

function isLetterOrDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

/** ASCII letters in the case of the finding: capitals if its letters are, small if they are. */
function turn(codes: readonly number[], { start, end }: Finding, stream: Stream): readonly number[] {
  let hasCapital = false;
  let hasSmall = false;
  for (let i = start; i < end; i++) {
    const flags = stream.flags[i] as number;
    if ((flags & CAPITAL) !== 0) hasCapital = true;
    else if ((flags & LETTER) !== 0) hasSmall = true;
  }
  if (hasCapital === hasSmall) return codes;
  return codes.map((code) => {
    if (hasCapital) return code >= 0x61 && code <= 0x7a ? code - 0x20 : code;
    return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
  });
}

/** The sign between the names of an address: `@`, or what is written for it. */
function signOf({ start, end }: Finding, stream: Stream): readonly number[] {
  for (let i = 0; i < stream.ats.length; i += 2) {
    const [from, to] = [stream.ats[i] as number, stream.ats[i + 1] as number];
    if (from >= (stream.starts[start] as number) && to <= (stream.ends[end - 1] as number))
      return Array.from(stream.points.subarray(from, to));
  }
  return [AT];
}

/** An address without the wraps in it, and with its at sign. */
function addressOf({ start, end }: Finding, stream: Stream): readonly number[] {
  let from = -1;
  let to = -1;
  const [first, last] = [stream.starts[start] as number, stream.ends[end - 1] as number];
  for (let i = 0; i < stream.ats.length && from < 0; i += 2) {
    if ((stream.ats[i] as number) >= first && (stream.ats[i + 1] as number) <= last)
      [from, to] = [stream.ats[i] as number, stream.ats[i + 1] as number];
  }
  const codes: number[] = [];
  for (let i = start; i < end; i++) {
    const place = stream.starts[i] as number;
    for (let p = i === start ? place : (stream.ends[i - 1] as number); p < place; p++) {
      const code = stream.points[p] as number;
      if (p === from) codes.push(AT);
      else if (code === POINT || code === HYPHEN || code === UNDERSCORE) codes.push(code);
    }
    if (place < from || place >= to) codes.push(stream.codes[i] as number);
  }
  return codes;
}

/** Places of the digits of a phone number that its international form has not: `00` in front, a trunk zero in brackets. */
function phoneSkips({ start, end }: Finding, stream: Stream): readonly number[] {
  const skips = stream.signBefore(start) === PLUS ? [] : [0, 1];
  for (let i = start + 1; i + 1 < end; i++) {
    if (stream.codes[i] === ZERO && ((stream.gaps[i] as number) & PAREN) !== 0 && ((stream.gaps[i + 1] as number) & PAREN) !== 0)
      skips.push(i - start);
  }
  return skips;
}

function isInternational({ start }: Finding, stream: Stream): boolean {
  return stream.signBefore(start) === PLUS || (stream.codes[start] === ZERO && stream.codes[start + 1] === ZERO);
}

/** Digits of the international form with those put back that it has not. */
function withSkipped(digits: readonly number[], finding: Finding, stream: Stream): readonly number[] {
  const out = [...digits];
  for (const place of phoneSkips(finding, stream)) out.splice(place, 0, ZERO);
  return out;
}

/** Cuts what was put in where it makes a line or the text longer than its type admits, and longer than it was: the last first. */
/** Code points that a text may have: where lines wrap around it, no more than it has. */
function roomOf(max: number, encoding: number, count: number): number {
  return encoding === ENCODING_MT_WRAP && (max === 0 || max > count) ? count : max;
}

function fitPieces(pieces: readonly Piece[], { points, operation, lines, max }: Waiting): void {
  if (operation.lineMax > 0) {
    let from = 0;
    for (let i = 0; i <= points.length; i++) {
      if (i < points.length && points[i] !== LF) continue;
      const start = from;
      const own = pieces.filter((piece) => piece.start >= start && piece.end <= i);
      shorten(own, i - from, operation.lineMax);
      from = i + 1;
    }
  }
  if (max > 0) shorten(pieces, points.length - (lines > 1 ? lines - 1 : 0), max);
}

/** @param own code points of what the pieces stand in, before they are put in */
function shorten(pieces: readonly Piece[], own: number, limit: number): void {
  const most = own > limit ? own : limit;
  let length = own;
  for (const { start, end, codes } of pieces) length += codes.length - (end - start);
  for (let i = pieces.length - 1; i >= 0 && length > most; i--) {
    const piece = pieces[i] as Piece;
    const before = piece.codes.length;
    const least = piece.end - piece.start;
    if (before <= least) continue;
    cutPiece(piece, before - (length - most) > least ? before - (length - most) : least);
    length -= before - piece.codes.length;
  }
}

/** The text with its pieces, cut at the field's max; line feeds between segments are no characters of it, and stay. */
function joined(pieces: readonly Piece[], { points, lines, max }: Waiting): readonly number[] {
  const out: number[] = [];
  let at = 0;
  for (const { start, end, codes } of pieces) {
    for (; at < start; at++) out.push(points[at] as number);
    for (const code of codes) out.push(code);
    at = end;
  }
  for (; at < points.length; at++) out.push(points[at] as number);
  if (max === 0) return out;
  let left = max;
  return out.filter((code) => (lines > 1 && code === LF) || left-- > 0);
}
