/**
 * Information to the account owner (86): what banks put into six lines of 65. Its forms are told by how it begins:
 *
 *     166?00TRANSFER?20EREF+A1?21SVWZ+RENT?30QUELDEFF?31DE…?32NAME     subfields behind a code, with `?` or another separator
 *     /TRTP/SEPA/IBAN/NL…/NAME/…/REMI/…                                code words between slashes
 *     EREF+A1 SVWZ+RENT                                                code words with a plus
 *     anything else                                                    one text
 *
 * Lines and subfields wrap around values wherever they are full, so that a value, and even a code word, goes on behind them: what is
 * looked at is the run of all characters, each with its offset. Separators, numbers of subfields, code words and blanks around values are
 * structure.
 */
import { ENCODING_MT_LINE, ENCODING_MT_WRAP } from "../../record/tables.ts";
import { CHARACTERS, CHARACTERS_C, isCapital, isDigit, PLUS, SLASH } from "./characters.ts";
import type { Component, InformationOption, Target } from "./layout.ts";
import { isComponent } from "./line.ts";
import { checkSize, readText } from "./narrative.ts";
import { FINE, type Reading } from "./reading.ts";

const BLANK = 0x20;
/** Longest code word between slashes. */
const CODE_CHARACTERS_MAX = 9;
/** Longest code word in front of a plus. */
const WORD_CHARACTERS_MAX = 4;
/** Separators of subfields that banks use; of them, set X has the question mark. */
const SEPARATORS: ReadonlySet<number> = new Set(Array.from("?<>~^@|!#&*=", (character) => character.charCodeAt(0)));

/** Offsets of the field's characters, lines joined. */
let offsets = new Uint32Array(1024);
let count = 0;
/** Offsets of the subfields of one group, joined. */
let run = new Uint32Array(1024);
let runCount = 0;
/**
 * What begins parts of the form at hand, besides a plus: an identifier that holds one of them is remittance information, which becomes
 * words. In another identifier of the same layout it could be a separator that none has written.
 */
let barrier = 0;

export function readInformation(reading: Reading, option: InformationOption): number {
  if (reading.strict) {
    const issue = checkSize(reading, option);
    if (issue !== FINE) return issue;
  }
  joinLines(reading);
  const { input } = reading;
  const code = separatorAt(input, 3) && areDigits(input, 0, 3) ? 3 : 0;
  if (separatorAt(input, code) && (code > 0 || option.subfields.has(numberAt(input, 1)))) return readSubfields(reading, option, code);
  barrier = SLASH;
  if (codeAt(input, option, 0) !== undefined) return readCodes(reading, option);
  barrier = PLUS;
  if (wordFrom(input, option, offsets, 0, count) < count) return readWords(reading, option, offsets, count);
  return readText(reading, option, ENCODING_MT_LINE);
}

function joinLines(reading: Reading): void {
  count = 0;
  for (let line = 0; line < reading.lineCount; line++) {
    const end = reading.lineEnds[line] as number;
    const start = reading.lineStarts[line] as number;
    if (count + end - start > offsets.length) offsets = grown(offsets, count + end - start);
    for (let at = start; at < end; at++) offsets[count++] = at;
  }
}

function grown(table: Uint32Array<ArrayBuffer>, length: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(length * 2);
  larger.set(table);
  return larger;
}

const byteAt = (input: Uint8Array, at: number): number => (at < count ? (input[offsets[at] as number] as number) : 0);

/** Whether a separator and the number of a subfield stand there. */
function separatorAt(input: Uint8Array, at: number): boolean {
  return at + 3 <= count && SEPARATORS.has(byteAt(input, at)) && areDigits(input, at + 1, at + 3);
}

function areDigits(input: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isDigit(byteAt(input, at))) return false;
  return true;
}

function numberAt(input: Uint8Array, at: number): number {
  return (byteAt(input, at) - 0x30) * 10 + byteAt(input, at + 1) - 0x30;
}

/** `166?00…?20…`: subfields of one kind, one behind the other, are one run. */
function readSubfields(reading: Reading, option: InformationOption, code: number): number {
  const { input } = reading;
  const separator = byteAt(input, code);
  barrier = separator;
  let issue = code > 0 ? readPart(reading, option, option.code, offsets, 0, code) : FINE;
  let target: Target | undefined;
  runCount = 0;
  let at = code;
  while (at < count && issue === FINE) {
    if (byteAt(input, at) !== separator || !separatorAt(input, at)) {
      if (runCount === run.length) run = grown(run, run.length);
      run[runCount++] = offsets[at++] as number;
      continue;
    }
    // A number that is not known begins something all the same.
    const next = option.subfields.get(numberAt(input, at + 1)) ?? option.remittance;
    if (target !== next || next === option.account) {
      issue = readRun(reading, option, target ?? option.remittance);
      runCount = 0;
      target = next;
    }
    at += 3;
  }
  return issue === FINE ? readRun(reading, option, target ?? option.remittance) : issue;
}

function readRun(reading: Reading, option: InformationOption, target: Target): number {
  if (target === option.remittance) return readWords(reading, option, run, runCount);
  return readPart(reading, option, target, run, 0, runCount);
}

/** `EREF+… SVWZ+…`; what stands in front of the first word is remittance information. */
function readWords(reading: Reading, option: InformationOption, from: Uint32Array, end: number): number {
  const { input } = reading;
  let target: Target = option.remittance;
  let start = 0;
  let at = 0;
  for (;;) {
    const word = wordFrom(input, option, from, at, end);
    const issue = readPart(reading, option, target, from, start, word);
    if (issue !== FINE || word >= end) return issue;
    start = wordEnd;
    at = wordEnd;
    target = wordTarget;
  }
}

/** The code word found last: where what it begins stands, and what that is. */
let wordEnd = 0;
let wordTarget: Target = "bank";

/** Index of the next code word with a plus behind it; `end` if there is none. */
function wordFrom(input: Uint8Array, option: InformationOption, from: Uint32Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const offset = from[at] as number;
    if (!isCapital(input[offset])) continue;
    // Behind a letter or digit of the same line it is the end of a longer word.
    if (at > start && (from[at - 1] as number) + 1 === offset && isAlphanumeric(input[offset - 1] as number)) continue;
    let packed = 0;
    let behind = at;
    while (behind < end && behind - at < WORD_CHARACTERS_MAX && isCapital(input[from[behind] as number])) {
      packed = packed * 37 + (input[from[behind] as number] as number) - 0x41 + 11;
      behind++;
    }
    if (behind >= end || input[from[behind] as number] !== PLUS) continue;
    const target = option.words.get(packed);
    if (target === undefined) continue;
    wordEnd = behind + 1;
    wordTarget = target;
    return at;
  }
  return end;
}

function isAlphanumeric(byte: number): boolean {
  return ((CHARACTERS[byte] as number) & CHARACTERS_C) !== 0 || (byte >= 0x61 && byte <= 0x7a);
}

/** `/TRTP/…/IBAN/…`. */
function readCodes(reading: Reading, option: InformationOption): number {
  const { input } = reading;
  let target = codeAt(input, option, 0) as Target;
  let start = codeEnd;
  let at = start - 1;
  while (at < count) {
    const next = byteAt(input, at) === SLASH ? codeAt(input, option, at) : undefined;
    if (next === undefined) {
      at++;
      continue;
    }
    const behind = codeEnd;
    const issue = readPart(reading, option, target, offsets, start, at);
    if (issue !== FINE) return issue;
    target = next;
    start = behind;
    // The slash behind a code word may be the one in front of the next.
    at = behind - 1;
  }
  return readPart(reading, option, target, offsets, start, count);
}

/** Behind the slash that ends the code word found last. */
let codeEnd = 0;

/** What the code word between slashes at `at` begins. */
function codeAt(input: Uint8Array, option: InformationOption, at: number): Target | undefined {
  if (byteAt(input, at) !== SLASH) return undefined;
  let packed = 0;
  let behind = at + 1;
  while (behind - at <= CODE_CHARACTERS_MAX && isCapital(byteAt(input, behind))) {
    packed = packed * 37 + byteAt(input, behind) - 0x41 + 11;
    behind++;
  }
  if (behind === at + 1 || byteAt(input, behind) !== SLASH) return undefined;
  codeEnd = behind + 1;
  return option.slashed.get(packed);
}

/** One part `[start, end)` of a run: blanks and slashes around it are left out, then it is the value that it is said to be. */
function readPart(reading: Reading, option: InformationOption, target: Target, from: Uint32Array, start: number, end: number): number {
  const { input } = reading;
  const isCut = (at: number): boolean => input[from[at] as number] === BLANK || input[from[at] as number] === SLASH;
  let first = start;
  let behind = end;
  while (first < behind && isCut(first)) first++;
  while (behind > first && isCut(behind - 1)) behind--;
  if (first === behind) return FINE;
  if (target === "counterparty") return readCounterparty(reading, option, from, first, behind);
  return writeValue(reading, componentOf(reading, option, target, from, first, behind), from, first, behind);
}

/** A type is kept only where the text is of it: what a code word announces need not come. */
function componentOf(
  reading: Reading,
  option: InformationOption,
  target: Component | "bank",
  from: Uint32Array,
  start: number,
  end: number,
): Component {
  if (target === "bank")
    return isBic(reading, option, from, start, end) ? option.bic : fitting(reading, option, option.bankCode, from, start, end);
  return fitting(reading, option, target, from, start, end);
}

function fitting(
  reading: Reading,
  option: InformationOption,
  component: Component,
  from: Uint32Array,
  start: number,
  end: number,
): Component {
  if (end - start > component.max || end - start < component.min) return option.remittance;
  if (option.worded.has(component)) return component;
  const isCode = component === option.word || component === option.code;
  for (let at = start; at < end; at++) {
    const byte = reading.input[from[at] as number] as number;
    if (byte === barrier || byte === PLUS) return option.remittance;
    if (isCode && ((CHARACTERS[byte] as number) & component.characters) === 0) return option.remittance;
  }
  return component;
}

/** Whether the part is a BIC, in one piece or wrapped. */
function isBic(reading: Reading, option: InformationOption, from: Uint32Array, start: number, end: number): boolean {
  const length = end - start;
  if (length !== 8 && length !== 11) return false;
  const bytes = Uint8Array.from(from.subarray(start, end), (offset) => reading.input[offset] as number);
  const { input } = reading;
  reading.input = bytes;
  const is = isComponent(reading, option.bic, 0, length);
  reading.input = input;
  return is;
}

/** `account/BIC/name/town`. */
function readCounterparty(reading: Reading, option: InformationOption, from: Uint32Array, start: number, end: number): number {
  const targets: readonly (Component | "bank")[] = [option.account, "bank", option.name, option.address];
  let part = start;
  for (const [index, target] of targets.entries()) {
    let behind = part;
    const isLast = index === targets.length - 1;
    while (behind < end && (isLast || reading.input[from[behind] as number] !== SLASH)) behind++;
    const issue = readPart(reading, option, target, from, part, behind);
    if (issue !== FINE) return issue;
    part = behind + 1;
    if (part >= end) break;
  }
  return FINE;
}

/** A value of as many segments as its run has pieces. */
function writeValue(reading: Reading, component: Component, from: Uint32Array, start: number, end: number): number {
  const issue = reading.open(component, from[start] as number);
  if (issue !== FINE) return issue;
  let piece = start;
  for (let at = start + 1; at <= end; at++) {
    if (at < end && from[at] === (from[at - 1] as number) + 1) continue;
    reading.batch.addSegment(from[piece] as number, (from[at - 1] as number) + 1, ENCODING_MT_WRAP);
    piece = at;
  }
  return FINE;
}
