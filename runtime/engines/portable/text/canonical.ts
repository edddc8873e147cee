/** The canonical form that identities are made of (docs/internals/engine.md, "Canonical form of a kind"), as UTF-8. */
import { Kind, Shape } from "../../generated/plan_pb.ts";
import { isBranchXxx, isCardNumber, isIbanForm, isPhoneForm, isUuidForm } from "../kinds/classes.ts";
import { isCreditorIdentifier } from "../kinds/creditor.ts";
import { isNationalIdentifier } from "../kinds/national.ts";
import type { Subject } from "../kinds/subject.ts";
import { birthDateOf, isoOf } from "../people/birth-date.ts";
import { initialsOf, nameForm, plainWords, wordForm } from "../people/form.ts";
import { loadForms } from "../people/lists.ts";
import type { CompiledOperation } from "../program.ts";
import { writeUtf8 } from "./encode.ts";
import type { Unicode } from "./unicode.ts";

const SPACE = 0x20;
const NO_BREAK_SPACE = 0xa0;
/** What a line shows of a name that was cut. */
const LINE_MAX = 35;

/** What of an operation decides the canonical form. */
export type CanonicalOperation = Pick<CompiledOperation, "kind" | "fit" | "truncated" | "initials">;

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

  /** The canonical form as text. */
  text(): string {
    return utf8.decode(this.view());
  }

  /** Writes the canonical form of `points[start, start + count)`; returns 0, or 6005 for a code point that is not assigned. */
  write(operation: CanonicalOperation, points: Uint32Array, start: number, count: number): number {
    // Four bytes a code point, and one that a draw appends; text that decomposition lengthens makes room for itself.
    this.#reserve(count * 4 + 1);
    switch (operation.kind) {
      case Kind.TEXT:
      case Kind.FREE_TEXT:
        return this.#text(points, start, count, false);
      case Kind.EMAIL:
        return this.#text(points, start, count, true);
      case Kind.PARTY_NAME:
      case Kind.ORGANISATION:
        return this.#name(operation, points, start, count);
      case Kind.GIVEN_NAME:
      case Kind.FAMILY_NAME:
      case Kind.STREET:
      case Kind.TOWN:
      case Kind.SUBDIVISION:
      case Kind.ADDRESS_LINE:
        return this.#words(points, start, count);
      case Kind.DATE:
      case Kind.AMOUNT:
        return this.#asIs(points, start, count);
      default:
        if (!this.#subject.load(points, start, count)) return this.#text(points, start, count, false);
        return this.#identifier(operation.kind, operation.fit.shape, points, start, count);
    }
  }

  /** The words of a text as they are folded. The text itself, folded, is the canonical form then. */
  words(points: Uint32Array, start: number, count: number): string[] {
    this.#reserve(count * 4 + 1);
    this.#text(points, start, count, true);
    return plainWords(codePoints(this.text()), this.#unicode);
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
      case Kind.RF_REFERENCE:
      case Kind.CREDITOR_ID:
        return subject.isSpacedAlnum() ? this.#capitals() : this.#text(points, start, count, false);
      case Kind.NATIONAL_ID:
        return subject.isGroupedAlnum(true) ? this.#capitals() : this.#text(points, start, count, false);
      case Kind.IDENTIFIER:
        return this.#anyIdentifier(points, start, count);
      case Kind.POSTCODE:
      case Kind.BUILDING_NUMBER:
        return subject.length > 0 ? this.#capitals() : this.#text(points, start, count, false);
      case Kind.BIRTH_DATE:
        return this.#birthDate(points, start, count);
      default:
        return this.#asIs(points, start, count);
    }
  }

  #anyIdentifier(points: Uint32Array, start: number, count: number): number {
    const subject = this.#subject;
    if (!subject.tooLong) {
      subject.upperCase();
      if (isCreditorIdentifier(subject) || isNationalIdentifier(subject)) return this.#alnum();
    }
    return this.#asIs(points, start, count);
  }

  #birthDate(points: Uint32Array, start: number, count: number): number {
    const date = birthDateOf(points, start, count);
    if (date === undefined) return this.#text(points, start, count, false);
    return this.#put(isoOf(date));
  }

  #capitals(): number {
    this.#subject.upperCase();
    return this.#alnum();
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

  #name({ truncated, initials }: CanonicalOperation, points: Uint32Array, start: number, count: number): number {
    const issue = this.#text(points, start, count, true, truncated ? LINE_MAX : 0);
    if (issue !== 0) return issue;
    const forms = loadForms();
    const folded = this.text();
    const name = nameForm(codePoints(folded), this.#unicode, forms) ?? folded;
    return this.#put(initials ? initialsOf(name, forms) : name);
  }

  #words(points: Uint32Array, start: number, count: number): number {
    const issue = this.#text(points, start, count, true);
    if (issue !== 0) return issue;
    const form = wordForm(plainWords(codePoints(this.text()), this.#unicode));
    return form === undefined ? 0 : this.#put(form);
  }

  #put(text: string): number {
    // No form is longer than the text that it is made of: every letter that becomes two was two bytes long.
    const { written } = encoder.encodeInto(text, this.bytes);
    this.length = written;
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

  /** ASCII is decomposed and, but for A–Z, folded already. @param cut characters that are looked at; 0: all */
  #text(points: Uint32Array, start: number, count: number, fold: boolean, cut = 0): number {
    const bytes = this.bytes;
    let out = 0;
    let pending = false;
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (code >= 0x80) return this.#wideText(points, start, count, fold, cut);
      if (isWhiteSpace(code)) {
        pending = out > 0;
        continue;
      }
      if (pending) bytes[out++] = SPACE;
      pending = false;
      bytes[out++] = fold && code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
    }
    this.length = cut > 0 && out > cut ? cut : out;
    if (bytes[this.length - 1] === SPACE) this.length--;
    return 0;
  }

  #wideText(points: Uint32Array, start: number, count: number, fold: boolean, cut: number): number {
    const unicode = this.#unicode;
    const codes: number[] = [];
    for (let i = start; i < start + count; i++) {
      const code = points[i] as number;
      if (!unicode.isAssigned(code)) return 6005;
      codes.push(code);
    }
    const collapsed = collapse(unicode.nfd(codes));
    if (cut > 0 && collapsed.length > cut) collapsed.length = cut;
    if (collapsed.at(-1) === SPACE) collapsed.pop();
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
const encoder = new TextEncoder();

function* codePoints(text: string): Generator<number> {
  for (const character of text) yield character.codePointAt(0) as number;
}

function isAsItIs(kind: Kind): boolean {
  switch (kind) {
    case Kind.ALPHANUMERIC:
    case Kind.MIXED:
    case Kind.REFERENCE:
    case Kind.ACCOUNT:
    case Kind.IDENTIFIER:
    case Kind.PREFIXED_ID:
      return true;
    default:
      return false;
  }
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
