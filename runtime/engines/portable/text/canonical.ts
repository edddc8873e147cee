/** The canonical form that identities are made of (docs/internals/engine.md, "Canonical form of a kind"), as UTF-8. */
import { Kind, Shape } from "../../generated/plan_pb.ts";
import { isBranchXxx, isCardNumber, isIbanForm, isPhoneForm, isUuidForm } from "../kinds/classes.ts";
import type { Subject } from "../kinds/subject.ts";
import { nameForm } from "../people/form.ts";
import { loadForms } from "../people/lists.ts";
import { writeUtf8 } from "./encode.ts";
import type { Unicode } from "./unicode.ts";

const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;

/** Writes canonical forms into a buffer of its own, which the next one overwrites. */
export class Canonical {
  /** `bytes[0, length)` is the canonical form last written. */
  bytes: Uint8Array = new Uint8Array(4096);
  length = 0;
  readonly #unicode: Unicode;
  readonly #subject: Subject;

  constructor(unicode: Unicode, subject: Subject) {
    this.#unicode = unicode;
    this.#subject = subject;
  }

  /** The canonical form as a view, valid until the next one is written. */
  view(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** Writes the canonical form of `points[start, start + count)`; returns 0, or 6005 for a code point that is not assigned. */
  write(kind: Kind, shape: Shape, points: Uint32Array, start: number, count: number): number {
    // Four bytes a code point, and one that a draw appends; text that decomposition lengthens makes room for itself.
    this.#reserve(count * 4 + 1);
    if (kind === Kind.TEXT) return this.#text(points, start, count, false);
    if (kind === Kind.EMAIL) return this.#text(points, start, count, true);
    if (kind === Kind.PARTY_NAME) return this.#name(points, start, count);
    if (kind === Kind.DATE || kind === Kind.AMOUNT) return this.#asIs(points, start, count);
    if (!this.#subject.load(points, start, count)) return this.#text(points, start, count, false);
    return this.#identifier(kind, shape, points, start, count);
  }

  #reserve(size: number): void {
    if (this.bytes.length < size) this.bytes = new Uint8Array(size);
  }

  #identifier(kind: Kind, shape: Shape, points: Uint32Array, start: number, count: number): number {
    const subject = this.#subject;
    // An identifier of more characters than `alnum` holds exists only for kinds that are canonical as they are.
    if (subject.tooLong && !isAsItIs(kind)) return this.#text(points, start, count, false);
    switch (kind) {
      case Kind.PAN:
      case Kind.DIGITS:
        return subject.isGroupedDigits() ? this.#alnum() : this.#text(points, start, count, false);
      case Kind.IBAN:
        if (!subject.isGroupedAlnum()) return this.#text(points, start, count, false);
        subject.upperCase();
        return this.#alnum();
      case Kind.BIC:
        if (subject.layout > 0) return this.#text(points, start, count, false);
        return this.#bic(shape);
      case Kind.LEI:
        if (subject.layout > 0) return this.#text(points, start, count, false);
        subject.upperCase();
        return this.#alnum();
      case Kind.UETR:
        if (!isUuidForm(subject)) return this.#text(points, start, count, false);
        subject.lowerCase();
        return this.#alnum();
      case Kind.PHONE:
        if (!isPhoneForm(subject)) return this.#text(points, start, count, false);
        this.#alnum();
        this.bytes.copyWithin(1, 0, this.length);
        this.bytes[0] = 0x2b;
        this.length++;
        return 0;
      case Kind.ACCOUNT:
        return this.#account(points, start, count);
      default:
        return this.#asIs(points, start, count);
    }
  }

  #account(points: Uint32Array, start: number, count: number): number {
    const subject = this.#subject;
    if (!subject.tooLong && subject.length <= 34) {
      subject.upperCase();
      if (isIbanForm(subject.alnum, 0, subject.length) || isCardNumber(subject)) return this.#alnum();
    }
    return this.#asIs(points, start, count);
  }

  #bic(shape: Shape): number {
    const subject = this.#subject;
    subject.upperCase();
    let { length } = subject;
    if (shape === Shape.LT_ADDRESS && length === 12) {
      subject.alnum.copyWithin(8, 9, 12);
      length = 11;
    }
    if (length === 11 && isBranchXxx(subject.alnum, 0)) length = 8;
    this.bytes.set(subject.alnum.subarray(0, length));
    this.length = length;
    return 0;
  }

  #alnum(): number {
    const { alnum, length } = this.#subject;
    for (let i = 0; i < length; i++) this.bytes[i] = alnum[i] as number;
    this.length = length;
    return 0;
  }

  #name(points: Uint32Array, start: number, count: number): number {
    const issue = this.#text(points, start, count, true);
    if (issue !== 0) return issue;
    const name = nameForm(codePoints(utf8.decode(this.view())), this.#unicode, loadForms());
    if (name === undefined) return 0;
    const bytes = new TextEncoder().encode(name);
    // Every letter that becomes two was two bytes long.
    this.bytes.set(bytes);
    this.length = bytes.length;
    return 0;
  }

  #asIs(points: Uint32Array, start: number, count: number): number {
    let out = 0;
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (code < 0x80) this.bytes[out++] = code;
      else out = writeUtf8(code, this.bytes, out);
    }
    this.length = out;
    return 0;
  }

  /** ASCII is decomposed and, but for A–Z, folded already. */
  #text(points: Uint32Array, start: number, count: number, fold: boolean): number {
    const bytes = this.bytes;
    let out = 0;
    let pending = false;
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (code >= 0x80) return this.#wideText(points, start, count, fold);
      if (isWhiteSpace(code)) {
        pending = out > 0;
        continue;
      }
      if (pending) bytes[out++] = SPACE;
      pending = false;
      bytes[out++] = fold && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    }
    this.length = out;
    return 0;
  }

  #wideText(points: Uint32Array, start: number, count: number, fold: boolean): number {
    const unicode = this.#unicode;
    const codes: number[] = [];
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (!unicode.isAssigned(code)) return 6005;
      codes.push(code);
    }
    const collapsed = collapse(unicode.nfd(codes));
    const folded = fold ? unicode.nfd(unicode.fold(collapsed)) : collapsed;
    this.#reserve(folded.length * 4 + 1);
    let out = 0;
    for (const code of folded) {
      if (code < 0x80) this.bytes[out++] = code;
      else out = writeUtf8(code, this.bytes, out);
    }
    this.length = out;
    return 0;
  }
}

const utf8 = new TextDecoder("utf-8", { ignoreBOM: true });

function* codePoints(text: string): Generator<number> {
  for (const character of text) yield character.codePointAt(0) as number;
}

function isAsItIs(kind: Kind): boolean {
  return kind === Kind.ALPHANUMERIC || kind === Kind.MIXED || kind === Kind.REFERENCE || kind === Kind.ACCOUNT;
}

function isWhiteSpace(code: number): boolean {
  return code === SPACE || code === 0x09 || code === 0x0a || code === 0x0d || code === NO_BREAK_SPACE;
}

/** Runs of white space to one space, none at the ends. */
function collapse(codes: readonly number[]): number[] {
  const out: number[] = [];
  let pending = false;
  for (const code of codes) {
    if (isWhiteSpace(code)) {
      pending = out.length > 0;
      continue;
    }
    if (pending) out.push(SPACE);
    pending = false;
    out.push(code);
  }
  return out;
}
