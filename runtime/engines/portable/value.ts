/** What an operation does to one value: the order of work of docs/internals/engine.md. Encryption is only queued here. */
import { createHmac, createSecretKey, type KeyObject } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import { VALUE_POINTS_MAX } from "../../kit/limits.ts";
import {
  type Batch,
  ENCODING_MT_LINE,
  ENCODING_MT_WRAP,
  ENCODING_RAW,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_ISSUE_MIN,
  STATUS_KEPT,
  STATUS_LEFT,
  STATUS_MASKED,
  STATUS_REDACTED,
  STATUS_REMOVED,
  STATUS_TOKEN,
  VALUE_FIRST_SEGMENT,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
  VALUE_STRIDE,
  VALUE_TERMS,
} from "../../record/tables.ts";
import { Cipher, Hash, Kind, Otherwise, Shape, Technique } from "../generated/plan_pb.ts";
import { hmacSha256, hmacSha512, type WasmHashes } from "./crypto/hashes.ts";
import { NONCE_BYTES } from "./crypto/seal.ts";
import { Stream } from "./crypto/stream.ts";
import { Search } from "./detect/search.ts";
import { Figures, sumOfTerms } from "./figures.ts";
import { isIbanForm, isUuidForm, SPELL_AS_IS, SPELL_CAPITAL, SPELL_SMALL, type Spelling } from "./kinds/classes.ts";
import { type Domain, RANK_LIMBS } from "./kinds/domain.ts";
import { CLASS_OF, Subject } from "./kinds/subject.ts";
import { Origin } from "./origin.ts";
import { People } from "./people/people.ts";
import type { CompiledOperation, Namespace, Program } from "./program.ts";
import { alone, type Curve, type Draw, drawnNumber } from "./techniques/curve.ts";
import { isWholeDay, monthOf, readDay, shifted, type WrittenDay } from "./techniques/day.ts";
import { readDecimal, rounded, writeDecimal } from "./techniques/decimal.ts";
import type { Figure } from "./techniques/figures.ts";
import { drawGenerated, type Generated, isLikeness } from "./techniques/generate.ts";
import { type MaskSpec, pushMask } from "./techniques/mask.ts";
import { prefixedHead } from "./techniques/prefixed.ts";
import { pushRedaction, type RedactSpec } from "./techniques/redact.ts";
import { readSealed, type Sealing, sealedLength, spellSealed } from "./techniques/seal.ts";
import { IBAN_TOKEN, pushHash, pushToken, type TokenSpec } from "./techniques/token.ts";
import { Canonical } from "./text/canonical.ts";
import { isCodeWord } from "./text/code-word.ts";
import { decodeSegment } from "./text/decode.ts";
import { hasDecimalMark, holdsIdentifier } from "./text/detect.ts";
import { fits, pointsOf } from "./text/fit.ts";
import type { Unicode } from "./text/unicode.ts";
import { toLimbs, Walk } from "./walk.ts";
import { ACTION_REMOVE, ACTION_WRITE, ACTION_WRITE_LINES, type Window } from "./window.ts";

/** Attempts of a draw: their suffixes are one byte. */
const DRAW_ATTEMPTS = 128;
/** Values that wait for their encryption at most, whatever one record holds; more in lockstep is no faster. */
const QUEUE_MAX = 16_384;
/** Where the members of a class may be few, one number gives several candidates; together they have no more bits than it. */
const CANDIDATES_MAX = 12;
const LOT_BITS = 512;
const LF = 0x0a;
const SPACE = 0x20;
const X = 0x58;
const ZERO = 0x30;
const NO_COUNTRY: readonly [number, number] = [0x58, 0x58];

/** Kinds whose canonical form is what a strict check of an identifier's shape looks at. */
const CANONICAL_KINDS: readonly Kind[] = [Kind.PAN, Kind.IBAN, Kind.BIC, Kind.LEI, Kind.UETR, Kind.ACCOUNT];
const CANONICAL_SHAPES: readonly Shape[] = [Shape.IBAN, Shape.BIC, Shape.LEI, Shape.UUID4, Shape.DIGITS];

/** A value whose letters and digits are being encrypted, and how they go back into its layout. */
interface Queued {
  start: number;
  count: number;
  place: number;
  covered: number;
  spelling: Spelling;
  skipped: number;
}

export class ValueProcessor {
  readonly #program: Program;
  readonly #unmask: boolean;
  readonly #window: Window;
  readonly #hashes: WasmHashes;
  readonly #subject = new Subject();
  readonly #canonical: Canonical;
  readonly #people: People;
  readonly #walks: readonly Walk[];
  readonly #figures: Figures;
  /** Only for a plan that draws for the place where a value stands. */
  readonly #origin: Origin | undefined;
  /** Takes the place of the namespace's key while a value is generated. */
  #ownSecret: KeyObject | undefined;
  /** Where the value at hand begins in the input, and how many segments it has. */
  #place = 0;
  #segments = 0;
  /** Only for a plan that searches texts. */
  readonly #search: Search | undefined;
  /** What texts name: indexes of the window, and statuses. */
  readonly #derived: { readonly value: number; readonly status: number }[] = [];
  readonly #limbs = new Float64Array(RANK_LIMBS);
  /** Letters and digits of the values that are queued, side by side. */
  #arena = new Uint8Array(1 << 16);
  #arenaLength = 0;
  readonly #queue: Queued[] = [];
  #queued = 0;
  /** The value at hand: its index, its code points in the window's texts, the encoding of its first segment. */
  #value = 0;
  #start = 0;
  #count = 0;
  #encoding = ENCODING_RAW;
  /** Where the text lies that identities are made of: the value itself, or a copy with line feeds between its lines. */
  #textStart = 0;
  #textCount = 0;
  /** What stands for an output that its value has no room for. */
  #filler = X;
  /** Segments that are lines of their own; 1 for a value that is one text. */
  #lines = 1;

  constructor(program: Program, unmask: boolean, window: Window, unicode: Unicode, hashes: WasmHashes) {
    this.#program = program;
    this.#unmask = unmask;
    this.#window = window;
    this.#hashes = hashes;
    this.#canonical = new Canonical(unicode, this.#subject);
    this.#people = new People(unicode, this.#canonical);
    this.#figures = new Figures(program, this.#canonical);
    this.#origin = program.isOfItsPlace ? new Origin(program.seed, hashes) : undefined;
    this.#walks = program.namespaces.map((namespace) => new Walk(namespace));
    this.#search = program.searches && !unmask ? new Search(program, unicode) : undefined;
  }

  begin(): void {
    this.#derived.length = 0;
    this.#clearQueue();
  }

  #clearQueue(): void {
    this.#queued = 0;
    this.#arenaLength = 0;
    for (const walk of this.#walks) walk.clear();
  }

  #makeRoom(): void {
    if (this.#queued < QUEUE_MAX) return;
    this.finish();
    this.#clearQueue();
  }

  /** Does the work of one value and returns its status; what is to be encrypted waits for `finish`. */
  process(batch: Batch, value: number, operation: CompiledOperation, latin1: boolean): number {
    const { technique } = operation;
    this.#value = value;
    this.#makeRoom();
    if (technique === Technique.DROP) {
      this.#window.actions[value - this.#window.firstValue] = ACTION_REMOVE;
      return STATUS_REMOVED;
    }
    const keep = technique === Technique.KEEP;
    if (keep && !operation.strict && !operation.detect && operation.codeMax === 0) return STATUS_KEPT;
    const opens = this.#unmask && technique === Technique.ENCRYPT;
    if (this.#unmask && !keep && !opens && technique !== Technique.FPE) return STATUS_LEFT;
    if (!this.#decode(batch, value, latin1)) return 6001;
    if (this.#count === 0) return keep ? STATUS_KEPT : STATUS_MASKED;
    // What opens a ciphertext takes as much as that is longer than its value.
    if (this.#count > VALUE_POINTS_MAX && !keep && !opens && technique !== Technique.REDACT) return 6007;
    if (operation.strict && !this.#isAdmitted(operation)) return 6001;
    this.#filler = operation.fit.shape === Shape.DIGITS ? ZERO : X;
    if (operation.worded) this.#joinLines(batch, value);
    if (operation.searches) return this.#searchText(batch, value, operation);
    if (operation.figure?.kind === "amount") return this.#amount(operation, operation.figure.curve, batch, value);
    return this.#transform(operation);
  }

  /** Looks for what values of a record tell about others of it. */
  beginRecord(batch: Batch, record: number, latin1: boolean): void {
    this.#figures.begin(batch, record, latin1);
    this.#origin?.begin(batch, record);
  }

  /** Collects what the texts of a record are searched for; before its values are processed. */
  collect(batch: Batch, record: number, latin1: boolean): void {
    this.#search?.collect(batch, record, latin1);
  }

  #searchText(batch: Batch, value: number, operation: CompiledOperation): number {
    const points = this.#window.texts.data.slice(this.#textStart, this.#textStart + this.#textCount);
    const scope = batch.values[value * VALUE_STRIDE + VALUE_SCOPE] as number;
    (this.#search as Search).search(value, operation, { points, lines: this.#lines, encoding: this.#encoding, scope }, this);
    return STATUS_MASKED;
  }

  /** Carries out an operation on a value that stands in a text. */
  derive(operation: CompiledOperation, points: ArrayLike<number>): number {
    this.#makeRoom();
    const { texts } = this.#window;
    this.#value = this.#window.addDerived();
    this.#start = texts.length;
    this.#count = points.length;
    texts.push(points);
    this.#encoding = ENCODING_RAW;
    this.#textStart = this.#start;
    this.#textCount = this.#count;
    this.#lines = 1;
    const place = this.#derived.length;
    this.#derived.push({ value: this.#value, status: this.#transform(operation) });
    return place;
  }

  derived(place: number): { readonly status: number; readonly codes: readonly number[] } {
    const { value, status } = this.#derived[place] as { value: number; status: number };
    if (status >= STATUS_ISSUE_MIN) return { status, codes: [] };
    const { texts, outStarts, outCounts, firstValue } = this.#window;
    const start = outStarts[value - firstValue] as number;
    return { status, codes: Array.from(texts.data.subarray(start, start + (outCounts[value - firstValue] as number))) };
  }

  /** Writes the texts that were searched, once all else is written; sets the status of one that cannot be. */
  finishTexts({ values }: Batch): void {
    this.#search?.finish(
      this,
      (value, codes, isInLines) => {
        const { texts } = this.#window;
        const start = texts.length;
        texts.push(codes);
        this.#window.write(value, start, codes.length, isInLines ? ACTION_WRITE_LINES : ACTION_WRITE);
      },
      (value, issue) => {
        values[value * VALUE_STRIDE + VALUE_STATUS] = issue;
      },
    );
  }

  #transform(operation: CompiledOperation): number {
    if (operation.figure !== undefined) return this.#figure(operation, operation.figure);
    if (operation.sealing !== undefined) return this.#seal(operation, operation.sealing);
    if (operation.generated !== undefined) return this.#generate(operation, operation.generated);
    switch (operation.technique) {
      case Technique.KEEP:
        return this.#keep(operation);
      case Technique.REDACT:
        return this.#redact(operation.redact as RedactSpec, STATUS_MASKED);
      case Technique.MASK:
        return this.#mask(operation);
      case Technique.HASH:
        return this.#hash(operation, operation.token as TokenSpec);
      case Technique.TOKEN:
        if (operation.prefixed !== undefined) return this.#prefixed(operation, operation.prefixed);
        return this.#token(operation, operation.token as TokenSpec, STATUS_MASKED);
      default:
        return operation.drawn ? this.#drawn(operation) : this.#classed(operation);
    }
  }

  /** Encrypts what was queued and writes it into its layout. */
  finish(): void {
    for (const walk of this.#walks) walk.run(this.#arena, this.#unmask);
    for (let i = 0; i < this.#queued; i++) this.#layOut(this.#queue[i] as Queued);
  }

  #decode(batch: Batch, value: number, latin1: boolean): boolean {
    const { input, values, segments } = batch;
    const row = value * VALUE_STRIDE;
    const first = values[row + VALUE_FIRST_SEGMENT] as number;
    const end = first + (values[row + VALUE_SEGMENT_COUNT] as number);
    const { texts, segmentCounts, firstSegment } = this.#window;
    const start = texts.length;
    let at = start;
    for (let segment = first; segment < end; segment++) {
      const from = segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number;
      const to = segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
      texts.reserve(to - from);
      const next = decodeSegment(input, from, to, segments[segment * SEGMENT_STRIDE + SEGMENT_ENCODING] as number, latin1, texts.data, at);
      if (next < 0) return false;
      segmentCounts[segment - firstSegment] = next - at;
      at = next;
      // Segment by segment: what is reserved for the next one may move the array, and takes along only what belongs to its length.
      texts.length = at;
    }
    this.#start = start;
    this.#count = at - start;
    this.#place = end > first ? (segments[first * SEGMENT_STRIDE + SEGMENT_START] as number) : 0;
    this.#segments = end - first;
    this.#encoding = end > first ? (segments[first * SEGMENT_STRIDE + SEGMENT_ENCODING] as number) : ENCODING_RAW;
    this.#textStart = start;
    this.#textCount = this.#count;
    this.#lines = 1;
    return true;
  }

  /** Of a value in lines of MT: the text with a line feed between any two, which is in no segment. */
  #joinLines(batch: Batch, value: number): void {
    const row = value * VALUE_STRIDE;
    const first = batch.values[row + VALUE_FIRST_SEGMENT] as number;
    const lines = batch.values[row + VALUE_SEGMENT_COUNT] as number;
    if (lines < 2 || this.#encoding !== ENCODING_MT_LINE) return;
    const { texts, segmentCounts, firstSegment } = this.#window;
    texts.reserve(this.#count + lines);
    const { data } = texts;
    let from = this.#start;
    let at = texts.length;
    for (let segment = first; segment < first + lines; segment++) {
      if (segment > first) data[at++] = LF;
      for (let left = segmentCounts[segment - firstSegment] as number; left > 0; left--) data[at++] = data[from++] as number;
    }
    this.#textStart = texts.length;
    this.#textCount = at - texts.length;
    this.#lines = lines;
    texts.length = at;
  }

  /** The strict check: an identifier is looked at in its canonical form, since an IBAN in groups is still that IBAN. */
  #isAdmitted(operation: CompiledOperation): boolean {
    const { fit, kind } = operation;
    const texts = this.#window.texts;
    if (!CANONICAL_KINDS.includes(kind) || !CANONICAL_SHAPES.includes(fit.shape) || !this.#isTaken(kind)) {
      return fits(fit, texts.data, this.#start, this.#count);
    }
    const { bytes, length } = this.#checkedForm(operation);
    const start = texts.length;
    texts.reserve(length + 4);
    let at = start;
    for (let i = 0; i < length; i++) {
      // The shape's own spelling of a UUID has the hyphens that the canonical form leaves out.
      if (kind === Kind.UETR && (i === 8 || i === 12 || i === 16 || i === 20)) texts.data[at++] = 0x2d;
      texts.data[at++] = bytes[i] as number;
    }
    return fits(fit, texts.data, start, at - start);
  }

  /** The form of a value that its kind takes in which the strict check looks at it. */
  #checkedForm(operation: CompiledOperation): { readonly bytes: Uint8Array; readonly length: number } {
    if (operation.kind === Kind.ACCOUNT && operation.fit.shape === Shape.IBAN) {
      // Of two letters, two digits and little else it is no IBAN, and its canonical form is as it is; the type may admit small letters.
      this.#subject.upperCase();
      return { bytes: this.#subject.alnum, length: this.#subject.length };
    }
    this.#canonicalise(operation);
    return this.#canonical;
  }

  /** Whether the kind's canonical form takes the value. */
  #isTaken(kind: Kind): boolean {
    const subject = this.#subject;
    if (!subject.load(this.#window.texts.data, this.#start, this.#count) || subject.tooLong) return false;
    switch (kind) {
      case Kind.PAN:
        return subject.isGroupedDigits();
      case Kind.IBAN:
        return subject.isGroupedAlnum();
      case Kind.UETR:
        return isUuidForm(subject);
      case Kind.ACCOUNT:
        return true;
      default:
        return subject.layout === 0;
    }
  }

  #keep(operation: CompiledOperation): number {
    const { codeMax, detect, redact } = operation;
    const { data } = this.#window.texts;
    const isSearched = detect && !(operation.strict && hasDecimalMark(operation.fit.shape, data, this.#start, this.#count));
    if (isSearched && holdsIdentifier(data, this.#start, this.#count)) return 6004;
    if (codeMax === 0 || this.#unmask || isCodeWord(data, this.#start, this.#count, codeMax)) return STATUS_KEPT;
    return redact === undefined ? 6001 : this.#redact(redact, STATUS_REDACTED);
  }

  #redact(spec: RedactSpec, status: number): number {
    const { texts } = this.#window;
    const start = texts.length;
    pushRedaction(spec, this.#encoding, this.#count, texts);
    return this.#written(start, status);
  }

  #mask(operation: CompiledOperation): number {
    const { texts } = this.#window;
    const start = texts.length;
    pushMask(operation.mask as MaskSpec, this.#subject, this.#encoding, texts, this.#start, this.#count);
    return this.#written(start, STATUS_MASKED);
  }

  #hash(operation: CompiledOperation, spec: TokenSpec): number {
    const issue = this.#canonicalise(operation);
    if (issue !== 0) return issue;
    const { texts } = this.#window;
    const start = texts.length;
    pushHash(spec, this.#digest(operation, this.#canonical.view()), texts);
    return this.#written(start, STATUS_MASKED);
  }

  #digest(operation: CompiledOperation, message: Uint8Array): Uint8Array {
    const { bytes, secret } = this.#namespaceOf(operation);
    switch (operation.hash) {
      case Hash.HMAC_SHA256:
        return hmacSha256(secret, message);
      case Hash.HMAC_SHA512:
        return hmacSha512(secret, message);
      case Hash.BLAKE3_KEYED:
        return this.#hashes.blake3Keyed(bytes, message);
      default:
        throw unknownWord();
    }
  }

  #token(operation: CompiledOperation, spec: TokenSpec, status: number): number {
    const issue = this.#canonicalise(operation);
    if (issue !== 0) return issue;
    const mac = hmacSha256(this.#namespaceOf(operation).secret, this.#canonical.view());
    const { texts } = this.#window;
    const start = texts.length;
    pushToken(spec, mac, spec.iban ? this.#country() : NO_COUNTRY, texts);
    return this.#written(start, status);
  }

  /** TOKEN of an identifier behind its own prefix, which stays. */
  #prefixed(operation: CompiledOperation, spec: TokenSpec): number {
    const { texts } = this.#window;
    const head = prefixedHead(operation.fit.shape, texts.data, this.#start, this.#count);
    if (head === undefined) return this.#outside(operation, 6001);
    const start = texts.length;
    texts.push(head);
    const status = this.#token(operation, spec, STATUS_MASKED);
    return status === STATUS_MASKED ? this.#written(start, status) : status;
  }

  #figure(operation: CompiledOperation, figure: Figure): number {
    switch (figure.kind) {
      case "constant":
        return this.#writeCodes(figure.points);
      case "month": {
        const day = this.#day(operation);
        return day === undefined ? this.#outside(operation, 6001) : this.#writeText(monthOf(day));
      }
      case "shift":
        return this.#shift(operation, figure.days);
      case "amount":
        // Only what texts name is no value of a record, and no text names an amount.
        throw unknownWord();
    }
  }

  #shift(operation: CompiledOperation, days: bigint): number {
    const day = this.#day(operation);
    if (day === undefined) return this.#outside(operation, 6001);
    // Never by no day at all.
    const place = (drawnNumber(this.#drawOf(operation), "date shift") >> 1n) % (2n * days);
    const text = shifted(day, Number(place < days ? place - days : place - days + 1n));
    return text === undefined ? this.#outside(operation, 6001) : this.#writeText(text);
  }

  #day({ fit, monthDay }: CompiledOperation): WrittenDay | undefined {
    const day = readDay(fit.shape, monthDay, this.#text(), this.#figures.day);
    if (day !== undefined && isWholeDay(day)) this.#figures.day = day.day;
    return day;
  }

  #amount(operation: CompiledOperation, curve: Curve, batch: Batch, value: number): number {
    const { fit } = operation;
    const read = readDecimal(fit.shape, this.#text());
    if (read === undefined) return this.#outside(operation, 6001);
    const draw = this.#drawOf(operation);
    const terms = batch.values[value * VALUE_STRIDE + VALUE_TERMS] as number;
    const sum = terms === 0 ? undefined : sumOfTerms(batch.terms, terms - 1, curve, draw);
    if (terms !== 0 && sum === undefined) return 6012;
    // Bounds are written as they are.
    const most = sum?.decimals ?? (curve.kind === "bucket" ? 0 : read.decimals);
    const height = sum?.units ?? alone(curve, read.units, draw);
    const units = sum === undefined && curve.kind !== "bucket" ? rounded(height, most) : height;
    // What an amount itself leaves out, its sign, stands in another field.
    const own = sum !== undefined && units < 0n && fit.shape !== Shape.NUMBER ? -units : units;
    const text = writeDecimal(own, Math.min(read.decimals, most), fit.shape);
    if (
      text === undefined ||
      !fits(
        fit,
        Uint32Array.from(text, (digit) => digit.charCodeAt(0)),
        0,
        text.length,
      )
    )
      return 6012;
    return this.#writeText(text);
  }

  #drawOf({ namespace, subject }: CompiledOperation): Draw {
    const secret = this.#program.namespaces[namespace]?.secret;
    return { secret, subject: this.#figures.subject(subject), borders: this.#figures.borders(namespace, subject) };
  }

  /** The value at hand as a text. */
  #text(): string {
    const { data } = this.#window.texts;
    let text = "";
    for (let i = this.#start; i < this.#start + this.#count; i++) text += String.fromCodePoint(data[i] as number);
    return text;
  }

  #writeText(text: string): number {
    return this.#writeCodes(Array.from(text, (character) => character.charCodeAt(0)));
  }

  #writeCodes(codes: readonly number[]): number {
    const { texts } = this.#window;
    const start = texts.length;
    texts.push(codes);
    return this.#written(start, STATUS_MASKED);
  }

  #seal(operation: CompiledOperation, sealing: Sealing): number {
    const { ciphers, secret } = this.#namespaceOf(operation);
    if (this.#unmask) return this.#unseal(operation, sealing);
    const clear = new TextEncoder().encode(this.#text());
    const length = sealedLength(sealing, clear.length);
    const { min, max } = operation.fit;
    // What is longer than its value has no room where lines end.
    const wraps = this.#encoding === ENCODING_MT_WRAP || (this.#encoding === ENCODING_MT_LINE && this.#segments > 1);
    if (wraps || length < min || (max > 0 && length > max)) return this.#outside(operation, 6012);
    if (sealing.cipher === Cipher.AES_SIV) return this.#writeText(spellSealed(sealing, ciphers.sealSiv(clear)));
    const nonce = (this.#origin as Origin).key(secret, "nonce", this.#place, clear).subarray(0, NONCE_BYTES);
    return this.#writeText(spellSealed(sealing, ciphers.sealGcm(nonce, clear)));
  }

  /** What does not open under this key is nothing that was written with it. */
  #unseal(operation: CompiledOperation, sealing: Sealing): number {
    const { ciphers } = this.#namespaceOf(operation);
    const sealed = readSealed(sealing, this.#text());
    const clear = sealed === undefined ? undefined : sealing.cipher === Cipher.AES_SIV ? ciphers.openSiv(sealed) : ciphers.openGcm(sealed);
    const text = clear === undefined ? undefined : utf8Of(clear);
    return text === undefined ? STATUS_LEFT : this.#writeCodes(pointsOf(text));
  }

  #generate(operation: CompiledOperation, generated: Generated): number {
    const { texts } = this.#window;
    const { secret } = this.#namespaceOf(operation);
    const stream = new Stream((this.#origin as Origin).key(secret, "generate", this.#place));
    if (!isLikeness(generated)) return this.#writeCodes(drawGenerated(generated, operation.fit, stream));
    const { like } = generated;
    const count = this.#count;
    this.#start = texts.length;
    texts.push(like);
    // Where lines wrap around the value there is no room for what is longer than it.
    if (generated.kind === "class" && this.#encoding === ENCODING_MT_WRAP && like.length > count)
      return this.#written(this.#start, STATUS_MASKED);
    this.#count = like.length;
    this.#textStart = this.#start;
    this.#textCount = like.length;
    this.#lines = 1;
    this.#ownSecret = createSecretKey(stream.key());
    const status = generated.kind === "class" ? this.#classed(operation) : this.#drawn(operation, count);
    this.#ownSecret = undefined;
    return status;
  }

  /** PSEUDONYM of what is drawn from lists. */
  #drawn(operation: CompiledOperation, room: number = this.#count): number {
    const { texts } = this.#window;
    const secret = this.#secretOf(operation);
    const value = { points: texts.data, start: this.#textStart, count: this.#textCount, lines: this.#lines };
    const drawn = this.#people.draw(operation, secret, value);
    if (drawn === undefined) return this.#outside(operation, 6001);
    if (typeof drawn === "number") return drawn;
    const start = texts.length;
    texts.reserve(drawn.length);
    for (let i = 0; i < drawn.length; i++) texts.data[start + i] = drawn.charCodeAt(i);
    texts.length = start + drawn.length;
    if (operation.worded && this.#encoding === ENCODING_MT_WRAP) this.#cut(start);
    this.#count = room;
    return this.#written(start, STATUS_MASKED, this.#lines > 1 ? ACTION_WRITE_LINES : ACTION_WRITE);
  }

  /** FPE, and PSEUDONYM of a kind with classes. */
  #classed(operation: CompiledOperation): number {
    const subject = this.#subject;
    if (!subject.load(this.#window.texts.data, this.#start, this.#count)) return this.#unmask ? STATUS_LEFT : 6001;
    const { classes } = this.#namespaceOf(operation);
    const domain = classes.classify(operation.kind, operation.fit.shape, operation.bin, subject);
    if (domain === undefined) return this.#outside(operation, classes.issue);
    const encrypts = operation.technique === Technique.FPE;
    if (encrypts && !domain.encryptable) return this.#outside(operation, 6003);
    const queued = this.#enqueue(classes.covered, classes.spelling, classes.skipped);
    if (encrypts) {
      (this.#walks[operation.namespace] as Walk).add(domain, this.#arena, queued.place);
    } else if (!this.#draw(operation, domain, queued.place, queued.covered)) {
      this.#queued--;
      return this.#outside(operation, 6001);
    }
    this.#window.write(this.#value, this.#start, this.#count);
    return STATUS_MASKED;
  }

  /** `otherwise` of a value that is in no class of its kind. */
  #outside(operation: CompiledOperation, issue: number): number {
    if (this.#unmask) return STATUS_LEFT;
    switch (operation.otherwise) {
      case Otherwise.ERROR:
        return issue;
      case Otherwise.REDACT:
        return this.#redact(operation.redact as RedactSpec, STATUS_REDACTED);
      case Otherwise.TOKEN:
        if (operation.ibanToken && this.#isIbanLike(operation.kind)) return this.#token(operation, IBAN_TOKEN, STATUS_TOKEN);
        if (operation.token === undefined) return this.#redact(operation.redact as RedactSpec, STATUS_REDACTED);
        return this.#token(operation, operation.token, STATUS_TOKEN);
      default:
        throw unknownWord();
    }
  }

  /** Whether the canonical IBAN text of the value is of IBAN form. */
  #isIbanLike(kind: Kind): boolean {
    const subject = this.#subject;
    if (!this.#isTaken(kind)) return false;
    subject.upperCase();
    return isIbanForm(subject.alnum, 0, subject.length);
  }

  /** Copies the letters and digits of the subject to the arena, to be laid out by `finish`. */
  #enqueue(covered: number, spelling: Spelling, skipped: number): Queued {
    const place = this.#arenaLength;
    if (place + covered > this.#arena.length) {
      const larger = new Uint8Array(this.#arena.length * 2);
      larger.set(this.#arena);
      this.#arena = larger;
    }
    const { alnum } = this.#subject;
    for (let i = 0; i < covered; i++) this.#arena[place + i] = alnum[i] as number;
    this.#arenaLength = place + covered;
    const index = this.#queued++;
    let queued = this.#queue[index];
    if (queued === undefined) {
      queued = { start: 0, count: 0, place: 0, covered: 0, spelling: SPELL_AS_IS, skipped: -1 };
      this.#queue[index] = queued;
    }
    queued.start = this.#start;
    queued.count = this.#count;
    queued.place = place;
    queued.covered = covered;
    queued.spelling = spelling;
    queued.skipped = skipped;
    return queued;
  }

  /** Writes a draw from the class over the letters and digits at `place`; false when no attempt was a member, and another than the value. */
  #draw(operation: CompiledOperation, domain: Domain, place: number, covered: number): boolean {
    const own = this.#arena.slice(place, place + covered);
    this.#canonicalise(operation);
    const secret = this.#secretOf(operation);
    const candidates = candidatesOf(operation.kind, domain);
    for (let attempt = 0; attempt < DRAW_ATTEMPTS; attempt++) {
      let lot = this.#lot(secret, attempt);
      for (let left = candidates; left > 0; left--) {
        toLimbs(lot % domain.size, this.#limbs);
        lot /= domain.size;
        if (!domain.unrank(this.#limbs, this.#arena, place)) return false;
        domain.markDraw?.(this.#arena, place);
        if (domain.complete !== undefined && !domain.complete(this.#arena, place)) continue;
        if (!own.every((code, i) => this.#arena[place + i] === code)) return true;
      }
    }
    return false;
  }

  /** 512 bits of the canonical form: HMAC-SHA-256 twice, with the suffixes 2t and 2t + 1, of which the very first is left out. */
  #lot(secret: KeyObject, attempt: number): bigint {
    const { bytes, length } = this.#canonical;
    const suffixed = bytes.subarray(0, length + 1);
    bytes[length] = 2 * attempt;
    const first = createHmac("sha256", secret)
      .update(attempt === 0 ? bytes.subarray(0, length) : suffixed)
      .digest("hex");
    bytes[length] = 2 * attempt + 1;
    return BigInt(`0x${first}${createHmac("sha256", secret).update(suffixed).digest("hex")}`);
  }

  #canonicalise(operation: CompiledOperation): number {
    return this.#canonical.write(operation, this.#window.texts.data, this.#textStart, this.#textCount);
  }

  /** What is drawn by: the namespace's key, or that of a generated value. */
  #secretOf(operation: CompiledOperation): KeyObject {
    return this.#ownSecret ?? this.#namespaceOf(operation).secret;
  }

  #namespaceOf(operation: CompiledOperation): Namespace {
    return this.#program.namespaces[operation.namespace] as Namespace;
  }

  /** The first two code points as a country, if they are letters. */
  #country(): readonly [number, number] {
    const { data } = this.#window.texts;
    if (this.#count < 2) return NO_COUNTRY;
    const first = capital(data[this.#start] as number);
    const second = capital(data[this.#start + 1] as number);
    return first === 0 || second === 0 ? NO_COUNTRY : [first, second];
  }

  /** Puts the letters and digits of a queued value back where they came from. */
  #layOut(queued: Queued): void {
    const { data } = this.#window.texts;
    const { start, count, place, covered, spelling, skipped } = queued;
    let seen = 0;
    let taken = 0;
    for (let i = start; i < start + count; i++) {
      let code = data[i] as number;
      if (CLASS_OF[code] === 0) continue;
      // Beyond what the class covers there is only a BIC's XXX, which stays.
      if (seen++ !== skipped && taken < covered) code = this.#arena[place + taken++] as number;
      if (spelling === SPELL_SMALL && code >= 0x41 && code <= 0x5a) code += 0x20;
      else if (spelling === SPELL_CAPITAL && code >= 0x61) code -= 0x20;
      data[i] = code;
    }
  }

  /** Leaves of words that were appended since `start` what the value at hand has room for, without a space at the end. */
  #cut(start: number): void {
    const { texts } = this.#window;
    if (texts.length - start <= this.#count) return;
    texts.length = start + this.#count;
    while (texts.length > start + 1 && texts.data[texts.length - 1] === SPACE) texts.length--;
  }

  /** The output of the value at hand is what was appended since `start`; where lines wrap around the value, it is never longer than it. */
  #written(start: number, status: number, action: number = ACTION_WRITE): number {
    const { texts } = this.#window;
    if (this.#encoding === ENCODING_MT_WRAP && texts.length - start > this.#count) {
      texts.length = start;
      texts.repeat(this.#filler, this.#count);
    }
    this.#window.write(this.#value, start, this.#window.texts.length - start, action);
    return status;
  }
}

/** undefined for bytes that are no UTF-8. */
function utf8Of(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** How many candidates one number gives. */
function candidatesOf(kind: Kind, { bits }: Domain): number {
  if (kind !== Kind.NATIONAL_ID && kind !== Kind.IDENTIFIER) return 1;
  const count = Math.floor(LOT_BITS / bits);
  return count > CANDIDATES_MAX ? CANDIDATES_MAX : count;
}

/** A small or capital ASCII letter as a capital; 0 for anything else. */
function capital(code: number): number {
  if (code >= 0x80 || (CLASS_OF[code] as number) < 2) return 0;
  return code >= 0x61 ? code - 0x20 : code;
}

/** A number of a later plan version, which `compile` has refused. */
function unknownWord(): BautaError {
  return new BautaError(9001, { detail: "plan word" });
}
