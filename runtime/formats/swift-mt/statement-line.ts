/** An entry of a statement (61): dates, mark, amount, kind, references, and a line of details. */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { bytesAre, CHARACTERS, CHARACTERS_C, CHARACTERS_D, isCapital, SLASH } from "./characters.ts";
import type { Component, StatementLineOption } from "./layout.ts";
import { isAmount, isComponent } from "./line.ts";
import { readRest, readSegments } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;
const LINE_LENGTH = 4007;
const LINE_COUNT = 4011;
const BLANK = 0x20;

/** Ends of the parts of the line at hand: date, entry date, mark, funds code, amount, type, reference. */
let entryStart = 0;
let entryEnd = 0;
let markStart = 0;
let markEnd = 0;
let amountStart = 0;
let amountEnd = 0;
let referenceEnd = 0;

export function readStatementLine(reading: Reading, option: StatementLineOption): number {
  const start = reading.lineStarts[0] as number;
  const end = reading.lineEnds[0] as number;
  if (!findParts(reading, option, start, end)) {
    if (reading.strict) return reading.refuse(FORMAT, start, end, option.tag);
    return readSegments(reading, option.unparsed, 0, reading.lineCount);
  }
  const issue = readParts(reading, option, start, end);
  if (issue !== FINE || reading.lineCount === 1) return issue;
  if (!reading.strict) return readSegments(reading, option.details, 1, reading.lineCount);
  const details = reading.lineStarts[1] as number;
  const detailsEnd = reading.lineEnds[1] as number;
  if (detailsEnd - details > option.details.max) return reading.refuse(LINE_LENGTH, details, detailsEnd, option.tag);
  const second = reading.value(option.details, details, detailsEnd, ENCODING_MT_LINE);
  return second === FINE ? readRest(reading, option, 2, LINE_COUNT) : second;
}

function readParts(reading: Reading, option: StatementLineOption, start: number, end: number): number {
  const type = amountEnd + 4;
  const parts: readonly (readonly [Component, number, number])[] = [
    [option.date, start, start + 6],
    [option.entryDate, entryStart, entryEnd],
    [option.mark, markStart, markEnd],
    [option.fundsCode, markEnd, amountStart],
    [option.amount, amountStart, amountEnd],
    [option.type, amountEnd, type],
  ];
  for (const [component, from, to] of parts) {
    const issue = reading.value(component, from, to, ENCODING_MT_LINE);
    if (issue !== FINE) return issue;
  }
  const issue = readReference(reading, option.reference, type, referenceEnd);
  return issue === FINE ? readReference(reading, option.servicerReference, referenceEnd + 2, end) : issue;
}

/** NONREF is no reference. */
function readReference(reading: Reading, component: Component, start: number, end: number): number {
  for (const text of component.constants) {
    if (end - start === text.length && bytesAre(reading.input, start, end, text)) return FINE;
  }
  return reading.value(component, start, end, ENCODING_MT_LINE);
}

/** Whether the line is of the format. A lenient reading takes blanks for an entry date, and references of any length. */
function findParts(reading: Reading, option: StatementLineOption, start: number, end: number): boolean {
  const { input, strict } = reading;
  if (!isComponent(reading, option.date, start, Math.min(start + 6, end))) return false;
  let at = start + 6;
  entryStart = at;
  entryEnd = at;
  if (end - at >= 4 && isComponent(reading, option.entryDate, at, at + 4)) {
    at += 4;
    entryEnd = at;
  } else if (!strict) while (at < end && input[at] === BLANK) at++;
  markStart = at;
  at = markBehind(reading, option, at, end);
  if (at === markStart) return false;
  markEnd = at;
  if (isCapital(input[at]) && at < end) at++;
  amountStart = at;
  while (at < end && ((CHARACTERS[input[at] as number] as number) & CHARACTERS_D) !== 0) at++;
  amountEnd = at;
  if (!isAmount(input, amountStart, amountEnd) || (strict && amountEnd - amountStart > option.amount.max)) return false;
  if (at + 4 > end || !isType(input, at, strict)) return false;
  at += 4;
  referenceEnd = at;
  while (referenceEnd < end && !(input[referenceEnd] === SLASH && input[referenceEnd + 1] === SLASH)) referenceEnd++;
  if (!strict) return true;
  if (referenceEnd === at || referenceEnd - at > option.reference.max) return false;
  const own = end - referenceEnd - 2;
  return referenceEnd === end || (own > 0 && own <= option.servicerReference.max);
}

function markBehind(reading: Reading, option: StatementLineOption, start: number, end: number): number {
  for (const value of option.mark.values) if (bytesAre(reading.input, start, end, value)) return start + value.length;
  return start;
}

/** `1!a3!c`; some banks leave blanks in it. */
function isType(input: Uint8Array, at: number, strict: boolean): boolean {
  if (!isCapital(input[at])) return false;
  for (let i = at + 1; i < at + 4; i++) {
    const isCode = ((CHARACTERS[input[i] as number] as number) & CHARACTERS_C) !== 0;
    if (!isCode && (strict || input[i] !== BLANK)) return false;
  }
  return true;
}
