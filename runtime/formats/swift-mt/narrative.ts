/**
 * Narrative fields (70, 72, 77B, 77T): one text over several lines. Code words of the standard (`/INS/`) and the mark of a
 * continued line (`//`) are structure; all the rest is one value, so that what a line end cuts in two is still one.
 */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
import { SLASH } from "./characters.ts";
import { skipCode } from "./codes.ts";
import type { InformationOption, NarrativeOption } from "./layout.ts";
import { refuseField } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";

const FORMAT = 4009;
const LINE_LENGTH = 4007;
const LINE_COUNT = 4011;

export function readNarrative(reading: Reading, option: NarrativeOption): number {
  if (reading.strict) {
    const issue = checkSize(reading, option);
    if (issue !== FINE) return issue;
  }
  return readText(reading, option, ENCODING_MT_LINE);
}

/** All lines as one value. */
export function readText(reading: Reading, option: NarrativeOption | InformationOption, encoding: number): number {
  let opened = false;
  for (let line = 0; line < reading.lineCount; line++) {
    const end = reading.lineEnds[line] as number;
    const start = textStart(reading, option, reading.lineStarts[line] as number, end);
    if (start >= end) continue;
    if (!opened) {
      const issue = reading.open(option.text, start);
      if (issue !== FINE) return issue;
      opened = true;
    }
    reading.batch.addSegment(start, end, encoding);
  }
  return FINE;
}

/** Behind `//` or a code word. */
function textStart(reading: Reading, option: NarrativeOption | InformationOption, start: number, end: number): number {
  if (start >= end || reading.input[start] !== SLASH) return start;
  if (start + 1 < end && reading.input[start + 1] === SLASH) return start + 2;
  return skipCode(reading.input, start, end, option.codes);
}

/** What the standard asks of lines and their lengths. */
export function checkSize(reading: Reading, option: NarrativeOption | InformationOption): number {
  const { lines, lineMax, max } = option.text;
  if (reading.lineCount === 0) return refuseField(reading, FORMAT, option.tag);
  if (lines > 0 && reading.lineCount > lines) return refuseField(reading, LINE_COUNT, option.tag);
  let characters = 0;
  for (let line = 0; line < reading.lineCount; line++) {
    const start = reading.lineStarts[line] as number;
    const end = reading.lineEnds[line] as number;
    if (lineMax > 0 && end - start > lineMax) return reading.refuse(LINE_LENGTH, start, end, option.tag);
    characters += end - start;
  }
  return characters > max ? refuseField(reading, LINE_LENGTH, option.tag) : FINE;
}
