/**
 * Block 4: lines, tags, and the order of fields.
 *
 * A line that begins with `:` begins a field, whatever the field before it meant to say; every other line continues the field. So a
 * field is read only when the next one begins, and a value that looks like a tag is either a duplicate or a field out of place.
 */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { readAccount } from "./account.ts";
import {
  CHARACTERS,
  CHARACTERS_BRACE,
  CHARACTERS_CONTROL,
  CHARACTERS_X,
  CHARACTERS_Z,
  COLON,
  CR,
  isCapital,
  isDigit,
  LF,
} from "./characters.ts";
import { readInformation } from "./information.ts";
import { type LineOption, type Option, type Structure, tagKey } from "./layout.ts";
import { readLine } from "./line.ts";
import { readNarrative } from "./narrative.ts";
import { isNonSwift, NON_SWIFT_TAG_LENGTH, readNonSwift } from "./non-swift.ts";
import { readNumbered } from "./numbered.ts";
import { Order } from "./order.ts";
import { readParty, readRest, readSegments, refuseField } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";
import { readStatementLine } from "./statement-line.ts";

const CHARSET = 4006;
const LINE_END = 4008;
const FORMAT = 4009;
const LINE_COUNT = 4011;
const EMPTY_LINE = 4012;

/** Tag at the beginning of a line, found by `findTag`. */
let tagNumber = 0;
let tagLetter = 0;

/** Where the message at hand is; one object for all messages. */
const order = new Order();

/** Reads the fields in `[start, end)`, whole lines; a text without its last line end is whole too. */
export function readBody(reading: Reading, structure: Structure, start: number, end: number): number {
  order.begin(structure);
  let option: Option | undefined;
  let fieldCount = 0;
  let line = start;
  while (line < end) {
    const { input } = reading;
    const next = lineEnd(input, line, end);
    const stop = next > line && input[next - 1] === CR && next < end ? next - 1 : next;
    let content = line;
    if (input[line] === COLON && !reading.strict && structure.nonSwift !== undefined && isNonSwift(input, line, stop)) {
      content = line + NON_SWIFT_TAG_LENGTH;
      if (option !== undefined) {
        const issue = readField(reading, option);
        if (issue !== FINE) return issue;
      }
      option = structure.nonSwift;
      reading.lineCount = 0;
      reading.scope = ++fieldCount;
    } else if (input[line] === COLON && (reading.strict || !isCutTime(input, start, line, stop))) {
      content = findTag(input, line, stop);
      if (content === 0) return reading.refuse(FORMAT, line, stop, option === undefined ? "" : option.tag);
      if (option !== undefined) {
        const issue = readField(reading, option);
        if (issue !== FINE) return issue;
      }
      const issue = order.place(reading, tagKey(tagNumber, tagLetter), line, content);
      if (issue !== FINE) return issue;
      option = order.option as Option;
      reading.lineCount = 0;
      reading.scope = ++fieldCount;
    }
    const issue = readTextLine(reading, option, content, stop);
    if (issue !== FINE) return issue;
    line = next + 1;
  }
  if (option !== undefined) {
    const issue = readField(reading, option);
    if (issue !== FINE) return issue;
  }
  reading.scope = 0;
  return reading.strict ? order.complete(reading, end) : FINE;
}

/** Offset behind `:NN:` or `:NNA:` at `start` (number and letter are noted), or 0. */
export function findTag(input: Uint8Array, start: number, end: number): number {
  if (start + 4 > end || !isDigit(input[start + 1]) || !isDigit(input[start + 2])) return 0;
  tagNumber = ((input[start + 1] as number) - 0x30) * 10 + ((input[start + 2] as number) - 0x30);
  tagLetter = 0;
  if (input[start + 3] === COLON) return start + 4;
  if (start + 5 > end || !isCapital(input[start + 3]) || input[start + 4] !== COLON) return 0;
  tagLetter = (input[start + 3] as number) - 0x40;
  return start + 5;
}

/**
 * Whether the line goes on with a time of day that a line end cut behind its hour (`…2026-11-28T16` and `:26:37`), and that is no tag
 * of the message. Only a lenient reading asks.
 */
function isCutTime(input: Uint8Array, bodyStart: number, start: number, end: number): boolean {
  let before = start - 1;
  if (before > bodyStart && input[before - 1] === CR) before--;
  if (before - 2 < bodyStart || !isDigit(input[before - 1]) || !isDigit(input[before - 2])) return false;
  if (start + 6 > end || !isDigit(input[start + 4]) || !isDigit(input[start + 5])) return false;
  return findTag(input, start, end) === start + 4 && order.isUnknown(tagKey(tagNumber, tagLetter));
}

/** Field numbers that lines of `[start, end)` begin with: a byte for each number from 0 to 99. */
export function findNumbers(input: Uint8Array, start: number, end: number): Uint8Array {
  const numbers = new Uint8Array(100);
  for (let line = start; line < end; line = lineEnd(input, line, end) + 1) {
    if (input[line] === COLON && findTag(input, line, end) !== 0) numbers[tagNumber] = 1;
  }
  return numbers;
}

/** Checks one line's characters and adds it to the field's lines. */
function readTextLine(reading: Reading, option: Option | undefined, start: number, end: number): number {
  if (start === end) return reading.strict ? reading.refuse(EMPTY_LINE, start, end, option?.tag ?? "") : FINE;
  if (option === undefined) return reading.refuse(FORMAT, start, end, "");
  let all = CHARACTERS_X | CHARACTERS_Z;
  let any = 0;
  const { input } = reading;
  for (let at = start; at < end; at++) {
    const bits = CHARACTERS[input[at] as number] as number;
    all &= bits;
    any |= bits;
    // A CR that no LF follows: some readers take it for a line end, and then the lines are others.
    if (bits === CHARACTERS_CONTROL && input[at] === CR) return reading.refuse(LINE_END, at, at + 1, option.tag);
  }
  const allowed = option.charactersZ ? CHARACTERS_Z : CHARACTERS_X;
  if ((all & allowed) === 0) {
    const ambiguous = (any & CHARACTERS_CONTROL) !== 0 || (any & CHARACTERS_BRACE) !== 0;
    if (reading.strict || ambiguous) return reading.refuse(CHARSET, start, end, option.tag);
  }
  reading.addLine(start, end);
  return FINE;
}

function readField(reading: Reading, option: Option): number {
  if (reading.lineCount === 0) return FINE;
  switch (option.layout) {
    case "line":
      return readLines(reading, option);
    case "account":
      return readAccount(reading, option);
    case "statement-line":
      return readStatementLine(reading, option);
    case "party":
      return readParty(reading, option);
    case "numbered":
      return readNumbered(reading, option);
    case "narrative":
      return readNarrative(reading, option);
    case "information":
      return readInformation(reading, option);
    case "non-swift":
      return readNonSwift(reading, option);
  }
}

/** Each line by its own rule; what is not of it, and what is too much, is refused, or one text from there on. */
function readLines(reading: Reading, option: LineOption): number {
  let line = 0;
  for (const { steps, optional } of option.lines) {
    if (line >= reading.lineCount) {
      if (optional || !reading.strict) break;
      return refuseField(reading, FORMAT, option.tag);
    }
    const start = reading.lineStarts[line] as number;
    const end = reading.lineEnds[line] as number;
    const issue = readLine(reading, steps, start, end, ENCODING_MT_LINE, FORMAT);
    if (issue === FORMAT) {
      return reading.strict
        ? reading.refuse(FORMAT, start, end, option.tag)
        : readSegments(reading, option.unparsed, line, reading.lineCount);
    }
    if (issue !== FINE) return issue;
    line++;
  }
  return readRest(reading, option, line, LINE_COUNT);
}

/** Offset of the LF that ends the line at `start`, or `end`. */
function lineEnd(input: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && input[at] !== LF) at++;
  return at;
}
