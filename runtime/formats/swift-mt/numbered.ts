/** 50F and 59F: an identifier line, then lines `n/text`; lines of the same number continue one value. */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { PARTY_IDENTIFIER_CODES } from "./catalogue.ts";
import { DIGIT_0, isCapital, isDigit, SLASH } from "./characters.ts";
import { packCode } from "./codes.ts";
import type { Component, NumberedLine, NumberedOption } from "./layout.ts";
import { isComponent } from "./line.ts";
import { readIdentifier, readSegments, refuseField, startsWithSlash } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;
const LINE_LENGTH = 4007;
const LINE_COUNT = 4011;

const NUMBERED_LINES_MAX = 4;
const IDENTIFIER_CHARACTERS_MAX = 35;
const DETAIL_CHARACTERS_MAX = 33;

export function readNumbered(reading: Reading, option: NumberedOption): number {
  let line = 0;
  if (startsWithSlash(reading, 0)) {
    const issue = readIdentifier(reading, option.tag, option.account, undefined, false);
    if (issue !== FINE) return issue;
    line = 1;
  } else if (option.identifier === "account-or-code") {
    const issue = readPartyIdentifier(reading, option);
    if (issue !== FINE && issue !== FORMAT) return issue;
    if (issue === FORMAT && reading.strict) return refuseField(reading, FORMAT, option.tag);
    line = issue === FINE ? 1 : 0;
  }
  if (reading.strict) {
    const issue = checkNumbers(reading, option, line);
    if (issue !== FINE) return issue;
  }
  return readNumberedLines(reading, option, line);
}

/** `CODE/CC/number`; an issuer in front of the number is part of it. FORMAT, with nothing written, if the first line is nothing of the kind. */
function readPartyIdentifier(reading: Reading, option: NumberedOption): number {
  if (reading.lineCount === 0) return FORMAT;
  const { input } = reading;
  const start = reading.lineStarts[0] as number;
  const end = reading.lineEnds[0] as number;
  if (end - start < 9 || input[start + 4] !== SLASH || input[start + 7] !== SLASH) return FORMAT;
  if (!PARTY_IDENTIFIER_CODES.has(packCode(input, start, start + 4)) || !isCapital(input[start + 5]) || !isCapital(input[start + 6]))
    return FORMAT;
  if (reading.strict && end - start > IDENTIFIER_CHARACTERS_MAX) return reading.refuse(LINE_LENGTH, start, end, option.tag);
  const issue = reading.value(option.partyCountry as Component, start + 5, start + 7, ENCODING_MT_LINE);
  return issue === FINE ? reading.value(option.partyNumber as Component, start + 8, end, ENCODING_MT_LINE) : issue;
}

/** What the standard asks of the numbers: 1 first, ascending, 2 only with 3, 4 and 5 only together, at most four lines. */
function checkNumbers(reading: Reading, option: NumberedOption, first: number): number {
  const count = reading.lineCount - first;
  if (count > NUMBERED_LINES_MAX) return refuseField(reading, LINE_COUNT, option.tag);
  let seen = 0;
  let previous = 0;
  for (let line = first; line < reading.lineCount; line++) {
    const start = reading.lineStarts[line] as number;
    const end = reading.lineEnds[line] as number;
    const number = lineNumber(reading, option, line);
    if (number === 0 || number < previous || (previous === 0 && number !== 1) || end - start < 3) {
      return reading.refuse(FORMAT, start, end, option.tag);
    }
    if (end - start - 2 > DETAIL_CHARACTERS_MAX) return reading.refuse(LINE_LENGTH, start, end, option.tag);
    seen |= 1 << number;
    previous = number;
  }
  const wrong = seen === 0 || ((seen & (1 << 2)) !== 0 && (seen & (1 << 3)) === 0) || ((seen >> 4) & 1) !== ((seen >> 5) & 1);
  return wrong ? refuseField(reading, FORMAT, option.tag) : FINE;
}

function readNumberedLines(reading: Reading, option: NumberedOption, first: number): number {
  let previous = -1;
  // The value that a further line of the same number continues, if one was opened.
  let open: Component | undefined;
  for (let line = first; line < reading.lineCount; line++) {
    const number = lineNumber(reading, option, line);
    const start = reading.lineStarts[line] as number;
    const end = reading.lineEnds[line] as number;
    let issue: number;
    if (number === 0) {
      if (previous === 0) reading.batch.addSegment(start, end, ENCODING_MT_LINE);
      issue = previous === 0 ? FINE : readSegments(reading, option.unparsed, line, line + 1);
      open = undefined;
    } else {
      const rule = option.lines[number] as NumberedLine;
      let at = start + 2;
      if (number !== previous) {
        at = readPrefix(reading, option, rule, at, end);
        if (at < 0) return -at;
        open = undefined;
        if (reading.strict && number === 4 && !isComponent(reading, rule.text, at, end))
          return reading.refuse(FORMAT, start, end, option.tag);
      }
      if (at < end && open === rule.text) {
        reading.batch.addSegment(at, end, ENCODING_MT_LINE);
        issue = FINE;
      } else {
        issue = reading.value(rule.text, at, end, ENCODING_MT_LINE);
        open = at < end ? rule.text : undefined;
      }
    }
    if (issue !== FINE) return issue;
    previous = number;
  }
  return FINE;
}

/** `CC/` at the beginning of 3, 5, 6 and 7. Returns where the text begins, or minus an issue. Without it a lenient reading takes the whole line as text. */
function readPrefix(reading: Reading, option: NumberedOption, rule: NumberedLine, start: number, end: number): number {
  if (rule.country === undefined) return start;
  const { input } = reading;
  const alone = end === start + 2;
  // Only the country of residence may stand without a text; the other numbers say something of it.
  const complete = alone ? rule === option.lines[3] : end > start + 3 && input[start + 2] === SLASH;
  if (!complete || !isCapital(input[start]) || !isCapital(input[start + 1])) {
    return reading.strict ? -reading.refuse(FORMAT, start, end, option.tag) : start;
  }
  const issue = reading.value(rule.country, start, start + 2, ENCODING_MT_LINE);
  return issue === FINE ? (alone ? end : start + 3) : -issue;
}

/** The number of a line, or 0 if it has none that the field knows. */
function lineNumber(reading: Reading, option: NumberedOption, line: number): number {
  const start = reading.lineStarts[line] as number;
  const end = reading.lineEnds[line] as number;
  if (end - start < 2 || !isDigit(reading.input[start]) || reading.input[start + 1] !== SLASH) return 0;
  const number = (reading.input[start] as number) - DIGIT_0;
  return option.lines[number] === undefined ? 0 : number;
}
