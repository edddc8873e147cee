/** Pseudonyms that are drawn from lists: names, addresses, contacts, days of birth and texts (docs/internals/people.md). */
import type { KeyObject } from "node:crypto";
import { Kind, Shape } from "../../generated/plan_pb.ts";
import { CLASS_OF, Subject } from "../kinds/subject.ts";
import type { CompiledOperation } from "../program.ts";
import type { Canonical } from "../text/canonical.ts";
import type { Unicode } from "../text/unicode.ts";
import { lineDraw } from "./address-line.ts";
import { birthDateOf, drawBirthDate, isoOf } from "./birth-date.ts";
import { caseOf, inCase, isTelling } from "./case.ts";
import { LENGTH_MAX, Name } from "./draw.ts";
import { domainOf, drawEmail, EMAIL_CODE, emailOf } from "./email.ts";
import { wordForm } from "./form.ts";
import { drawText } from "./free-text.ts";
import { loadForms, loadLists } from "./lists.ts";
import { firstDraw } from "./lot.ts";
import { BUILDING_LETTERS, drawPattern, isBuildingNumber, isPostcode, POSTCODE_LETTERS } from "./pattern.ts";
import { type Draw, streetDraw, subdivisionDraw, townDraw } from "./place.ts";

const LF = 0x0a;
/** Stands for a line of which nothing is drawn. */
const EMPTY_LINE = "X";
/** A space and the characters that keep equal names apart. */
const CODE_LENGTH = 7;
/** Letters of the longest code of a subdivision. */
const CODE_MAX = 3;
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A value to draw for: its code points, with line feeds between its lines. */
export interface DrawnValue {
  readonly points: Uint32Array;
  readonly start: number;
  readonly count: number;
  /** How many segments of their own the lines are; 1 where the value is one text. */
  readonly lines: number;
}

/** The pseudonym as text, undefined for a value outside of its kind, or an issue. */
export type Drawn = string | number | undefined;

export class People {
  readonly #unicode: Unicode;
  readonly #canonical: Canonical;
  readonly #subject = new Subject();

  constructor(unicode: Unicode, canonical: Canonical) {
    this.#unicode = unicode;
    this.#canonical = canonical;
  }

  /** The pseudonym of a value that is not empty. Lines are parted by line feeds, as many as the value's. */
  draw(operation: CompiledOperation, secret: KeyObject, value: DrawnValue): Drawn {
    switch (operation.kind) {
      case Kind.POSTCODE:
      case Kind.BUILDING_NUMBER:
        return this.#pattern(operation, secret, value);
      case Kind.BIRTH_DATE:
        return birthDate(operation, secret, value);
      default:
        return this.#worded(operation, secret, value);
    }
  }

  /** Of the kinds whose canonical form is a text. */
  #worded(operation: CompiledOperation, secret: KeyObject, value: DrawnValue): Drawn {
    const issue = this.#canonical.write(operation, value.points, value.start, value.count);
    if (issue !== 0) return issue;
    switch (operation.kind) {
      case Kind.EMAIL:
        return this.#email(operation, secret);
      case Kind.ADDRESS_LINE:
        return this.#address(operation, secret, value);
      case Kind.FREE_TEXT:
        return this.#text(operation, secret, value);
      default:
        return this.#words(operation, secret, value);
    }
  }

  #words(operation: CompiledOperation, secret: KeyObject, value: DrawnValue): string | undefined {
    const form = this.#canonical.text();
    const draw = wordsDraw(operation, form, value);
    const drawn = firstDraw(secret, form, draw);
    if (drawn === undefined) return undefined;
    const { max } = operation.fit;
    const cut = max > 0 ? drawn.slice(0, max).trimEnd() : drawn;
    return overLines(inCase(cut, this.#caseOf(value, value.start, value.count)), value.lines);
  }

  #email({ domain, fit }: CompiledOperation, secret: KeyObject): string | undefined {
    const form = this.#canonical.text();
    const address = emailOf(form);
    if (address === undefined) return undefined;
    const drawnDomain = domainOf(address, domain, secret);
    if (fit.max > 0 && EMAIL_CODE + 1 + drawnDomain.length > fit.max) return undefined;
    return firstDraw(secret, form, (lot) => drawEmail(drawnDomain, fit.max, loadLists(), lot));
  }

  #address(operation: CompiledOperation, secret: KeyObject, value: DrawnValue): string | undefined {
    const { points, start, count, lines } = value;
    const isBlank = !isTelling(points, start, start + count);
    if (isBlank && lines === 1) return this.#blankAddress(operation, secret);
    const out: string[] = [];
    let line = start;
    for (let i = start; i <= start + count; i++) {
      if (i < start + count && points[i] !== LF) continue;
      const drawn = isTelling(points, line, i) ? this.#addressLine(secret, value, line, i) : "";
      if (drawn === undefined) return undefined;
      out.push(drawn);
      line = i + 1;
    }
    const cut = cutTo(out.join("\n"), operation.fit.max, lines > 1).split("\n");
    return cut.map((text) => text.trimEnd() || (lines > 1 ? EMPTY_LINE : "")).join("\n");
  }

  #addressLine(secret: KeyObject, value: DrawnValue, start: number, end: number): string | undefined {
    const plain = this.#canonical.words(value.points, start, end - start);
    const form = wordForm(plain) ?? this.#canonical.text();
    const drawn = firstDraw(secret, form, lineDraw(plain, form, loadLists(), loadForms()));
    return drawn === undefined ? undefined : inCase(drawn, this.#caseOf(value, start, end - start));
  }

  /** An address without a letter or digit is drawn like any place that no list has. */
  #blankAddress({ fit }: CompiledOperation, secret: KeyObject): string | undefined {
    const drawn = firstDraw(secret, this.#canonical.text(), townDraw("", [], loadLists(), loadForms()));
    return drawn === undefined ? undefined : cutTo(drawn, fit.max, false).trimEnd();
  }

  #text({ fit }: CompiledOperation, secret: KeyObject, { points, start, count, lines }: DrawnValue): string {
    const tools = { secret, forms: loadForms(), unicode: this.#unicode };
    const drawn = drawText(this.#canonical.view(), points, start, count, tools);
    return cutTo(drawn, fit.max, lines > 1) || EMPTY_LINE;
  }

  #pattern({ kind, fit }: CompiledOperation, secret: KeyObject, { points, start, count }: DrawnValue): string | undefined {
    const subject = this.#subject;
    if (!subject.load(points, start, count) || subject.tooLong) return undefined;
    const { digits, length } = subject;
    const isCode = kind === Kind.POSTCODE ? isPostcode(length - digits, digits) : isBuildingNumber(length - digits, digits);
    if (!isCode || (fit.shape === Shape.DIGITS && digits < count)) return undefined;
    const isSmall = subject.allSmall;
    subject.upperCase();
    const own = String.fromCharCode(...subject.alnum.subarray(0, length));
    const letters = kind === Kind.POSTCODE ? POSTCODE_LETTERS : BUILDING_LETTERS;
    const drawn = firstDraw(secret, own, (lot) => {
      const code = drawPattern(own, letters, lot);
      return code === own ? undefined : code;
    });
    return drawn === undefined ? undefined : laidOut(isSmall ? drawn.toLowerCase() : drawn, points, start, count);
  }

  #caseOf({ points }: DrawnValue, start: number, count: number): ReturnType<typeof caseOf> {
    return caseOf(points, start, count, this.#unicode);
  }
}

/** The draw for a name or a place. */
function wordsDraw(operation: CompiledOperation, form: string, value: DrawnValue): Draw {
  const lists = loadLists();
  switch (operation.kind) {
    case Kind.TOWN:
      return townDraw(form, form.split(" "), lists, loadForms());
    case Kind.STREET:
      return streetDraw(form, lists, loadForms());
    case Kind.SUBDIVISION:
      return subdivisionDraw(textOf(value, CODE_MAX), form, lists);
    default: {
      const name = new Name(operation.kind, form, lists, loadForms());
      return operation.distinct ? distinctDraw(name, operation.fit.max) : (lot) => name.draw(lot);
    }
  }
}

/** The draw for a name, and behind it a code that keeps those apart whose names are drawn alike. */
function distinctDraw(name: Name, max: number): Draw {
  const room = (max > 0 && max < LENGTH_MAX ? max : LENGTH_MAX) - CODE_LENGTH;
  return (lot) => {
    const drawn = name.draw(lot);
    if (drawn === undefined) return undefined;
    let code = "";
    for (let shift = 25; shift >= 0; shift -= 5) code += CROCKFORD.charAt((lot.code >>> shift) & 31);
    return `${drawn.slice(0, room).trimEnd()} ${code}`;
  };
}

function birthDate({ fit }: CompiledOperation, secret: KeyObject, { points, start, count }: DrawnValue): string | undefined {
  const own = birthDateOf(points, start, count);
  if (own === undefined) return undefined;
  const drawn = firstDraw(secret, isoOf(own), (lot) => drawBirthDate(own, lot));
  return drawn !== undefined && fit.max > 0 && drawn.length > fit.max ? undefined : drawn;
}

/** The text of a value of at most `max` code points; empty for a longer one. */
function textOf({ points, start, count }: DrawnValue, max: number): string {
  return count > max ? "" : String.fromCodePoint(...points.subarray(start, start + count));
}

/** The letters and digits of a value replaced by others. */
function laidOut(drawn: string, points: Uint32Array, start: number, count: number): string {
  let text = "";
  let taken = 0;
  for (let i = start; i < start + count; i++) {
    const code = points[i] as number;
    text += CLASS_OF[code] === 0 ? String.fromCharCode(code) : drawn.charAt(taken++);
  }
  return text;
}

/** The words of a text over so many lines, as evenly as whole words allow. */
function overLines(text: string, lines: number): string {
  if (lines === 1) return text;
  const words = text.split(" ");
  const out: string[] = [];
  let at = 0;
  for (let left = lines; left > 0; left--) {
    const count = Math.ceil((words.length - at) / left);
    out.push(words.slice(at, at + count).join(" ") || EMPTY_LINE);
    at += count;
  }
  return out.join("\n");
}

/** The first `max` characters (0: all); between the lines of a value in lines line feeds are no characters of it, and stay. */
function cutTo(text: string, max: number, inLines: boolean): string {
  if (max === 0 || text.length <= max) return text;
  if (!inLines) return text.slice(0, max);
  let left = max;
  let out = "";
  for (const character of text) if (character === "\n" || left-- > 0) out += character;
  return out;
}
