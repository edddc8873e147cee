/** Parties: an identifier line, then a BIC, a location, or name and address. */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { CLEARING_CODES } from "./catalogue.ts";
import { isCapital, SLASH } from "./characters.ts";
import { packCode } from "./codes.ts";
import type { Component, PartyOption } from "./layout.ts";
import { isComponent } from "./line.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;
const LINE_LENGTH = 4007;
const LINE_COUNT = 4011;

/** `/34x` behind its slash. */
const ACCOUNT_CHARACTERS_MAX = 34;

export function readParty(reading: Reading, option: PartyOption): number {
  let line = 0;
  const hasIdentifier = option.identifier !== "none" && startsWithSlash(reading, 0);
  if (hasIdentifier) {
    const agent = option.identifier === "agent" || option.identifier === "agent-required";
    const issue = readIdentifier(reading, option.tag, option.account as Component, option.clearingId, agent);
    if (issue !== FINE) return issue;
    line = 1;
  } else if (reading.strict && option.identifier.endsWith("-required")) {
    return refuseField(reading, FORMAT, option.tag);
  }
  switch (option.content) {
    case "bic":
      return readBic(reading, option, line);
    case "location":
      if (reading.strict && reading.lineCount === 0) return refuseField(reading, FORMAT, option.tag);
      return readLines(reading, option, line, 1, option.location as Component, option.location as Component);
    case "name-address":
      if (reading.strict && reading.lineCount <= line) return refuseField(reading, FORMAT, option.tag);
      return readLines(reading, option, line, 4, option.name as Component, option.address as Component);
    case "none":
      return readRest(reading, option, line, LINE_COUNT);
  }
}

/**
 * The first line: `/account`, `/C/account` and `/D/account` (whose account is debited or credited), `//CC…` (a national clearing
 * system's code and the member's number). Slashes, indicator and clearing code are structure.
 */
export function readIdentifier(
  reading: Reading,
  tag: string,
  account: Component,
  clearingId: Component | undefined,
  agent: boolean,
): number {
  const { input } = reading;
  const start = reading.lineStarts[0] as number;
  const end = reading.lineEnds[0] as number;
  let at = start + 1;
  if (agent && input[at + 1] === SLASH && at + 1 < end && isCapital(input[at])) {
    if (input[at] === 0x43 || input[at] === 0x44) at += 2;
    else if (reading.strict) return reading.refuse(FORMAT, start, end, tag);
  }
  if (reading.strict && end - at > ACCOUNT_CHARACTERS_MAX) return reading.refuse(LINE_LENGTH, start, end, tag);
  let component = account;
  let coded = false;
  if (at < end && input[at] === SLASH) {
    at++;
    if (clearingId !== undefined && at + 2 <= end && CLEARING_CODES.has(packCode(input, at, at + 2))) {
      at += 2;
      component = clearingId;
      coded = true;
    }
    while (at < end && input[at] === SLASH) at++;
  }
  if (at === end && !coded && reading.strict) return reading.refuse(FORMAT, start, end, tag);
  return reading.value(component, at, end, ENCODING_MT_LINE);
}

/** Whether a line of the field begins with a slash. */
export function startsWithSlash(reading: Reading, line: number): boolean {
  return reading.lineCount > line && reading.input[reading.lineStarts[line] as number] === SLASH;
}

/** Refuses the field that is being read, at its first line. */
export function refuseField(reading: Reading, issue: number, tag: string): number {
  const start = reading.lineStarts[0] as number;
  return reading.refuse(issue, start, reading.lineCount === 0 ? start : (reading.lineEnds[reading.lineCount - 1] as number), tag);
}

/** Lines from `line` on that the layout has no place for: refused, or one free text if the reading is lenient. */
export function readRest(
  reading: Reading,
  option: { readonly tag: string; readonly unparsed: Component },
  line: number,
  issue: number,
): number {
  if (line >= reading.lineCount) return FINE;
  if (reading.strict) return reading.refuse(issue, reading.lineStarts[line] as number, reading.lineEnds[line] as number, option.tag);
  return readSegments(reading, option.unparsed, line, reading.lineCount);
}

/** One value of the lines `[first, end)`. */
export function readSegments(reading: Reading, component: Component, first: number, end: number): number {
  const issue = reading.open(component, reading.lineStarts[first] as number);
  if (issue !== FINE) return issue;
  for (let line = first; line < end; line++) {
    reading.batch.addSegment(reading.lineStarts[line] as number, reading.lineEnds[line] as number, ENCODING_MT_LINE);
  }
  return FINE;
}

function readBic(reading: Reading, option: PartyOption, line: number): number {
  const bic = option.bic as Component;
  if (line >= reading.lineCount) return reading.strict ? refuseField(reading, FORMAT, option.tag) : FINE;
  const start = reading.lineStarts[line] as number;
  const end = reading.lineEnds[line] as number;
  if (!isComponent(reading, bic, start, end)) return readRest(reading, option, line, FORMAT);
  const issue = reading.value(bic, start, end, ENCODING_MT_LINE);
  return issue === FINE ? readRest(reading, option, line + 1, LINE_COUNT) : issue;
}

/** First line, following lines, and what is too much of them. */
function readLines(reading: Reading, option: PartyOption, line: number, linesMax: number, first: Component, following: Component): number {
  if (line >= reading.lineCount) return FINE;
  if (reading.strict) {
    if (reading.lineCount - line > linesMax) return refuseField(reading, LINE_COUNT, option.tag);
    for (let i = line; i < reading.lineCount; i++) {
      const start = reading.lineStarts[i] as number;
      const end = reading.lineEnds[i] as number;
      if (end - start > first.lineMax) return reading.refuse(LINE_LENGTH, start, end, option.tag);
    }
  }
  const issue = readSegments(reading, first, line, line + 1);
  if (issue !== FINE || line + 1 >= reading.lineCount) return issue;
  if (first === following) return readRest(reading, option, line + 1, LINE_COUNT);
  return readSegments(reading, following, line + 1, reading.lineCount);
}
