/**
 * Block 4: lines, tags, and the order of fields.
 *
 * A line that begins with `:` begins a field, whatever the field before it meant to say; every other line continues the field. So a
 * field is read only when the next one begins, and a value that looks like a tag is either a duplicate or a field out of place.
 */
import { ENCODING_MT_LINE } from "../../record/tables.ts";
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
import { type Option, type Sequence, type Structure, tagKey } from "./layout.ts";
import { readLine } from "./line.ts";
import { readNarrative } from "./narrative.ts";
import { readNumbered } from "./numbered.ts";
import { readParty, readRest, readSegments } from "./party.ts";
import { FINE, type Reading } from "./reading.ts";

const FIELD_UNKNOWN = 4003;
const DUPLICATE_FIELD = 4004;
const CHARSET = 4006;
const LINE_END = 4008;
const FORMAT = 4009;
const MANDATORY_FIELD = 4010;
const LINE_COUNT = 4011;
const EMPTY_LINE = 4012;
const FIELD_ORDER = 4013;

/** Tag at the beginning of a line, found by `findTag`. */
let tagNumber = 0;
let tagLetter = 0;

/** Reads the fields in `[start, end)`, whole lines; a text without its last line end is whole too. */
export function readBody(reading: Reading, structure: Structure, start: number, end: number): number {
  const order = new Order(structure);
  let option: Option | undefined;
  let fieldCount = 0;
  let line = start;
  while (line < end) {
    const { input } = reading;
    const next = lineEnd(input, line, end);
    const stop = next > line && input[next - 1] === CR && next < end ? next - 1 : next;
    let content = line;
    if (input[line] === COLON) {
      content = findTag(input, line, stop);
      if (content === 0) return reading.refuse(FORMAT, line, stop, option === undefined ? "" : option.tag);
      if (option !== undefined) {
        const issue = readField(reading, option);
        if (issue !== FINE) return issue;
      }
      const issue = order.place(reading, line, content);
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
    case "line": {
      const start = reading.lineStarts[0] as number;
      const end = reading.lineEnds[0] as number;
      const issue = readLine(reading, option.steps, start, end, ENCODING_MT_LINE, FORMAT);
      if (issue === FORMAT) {
        return reading.strict
          ? reading.refuse(FORMAT, start, end, option.tag)
          : readSegments(reading, option.unparsed, 0, reading.lineCount);
      }
      return issue === FINE ? readRest(reading, option, 1, LINE_COUNT) : issue;
    }
    case "party":
      return readParty(reading, option);
    case "numbered":
      return readNumbered(reading, option);
    case "narrative":
      return readNarrative(reading, option);
  }
}

/** Keeps account of which fields were there. */
class Order {
  option: Option | undefined;
  private readonly structure: Structure;
  private readonly seen: Uint8Array;
  private sequence = 0;
  private lastSlot = -1;

  constructor(structure: Structure) {
    this.structure = structure;
    this.seen = new Uint8Array(structure.slots.length);
  }

  /** Finds the option and the place of the tag last found; `option` is set if the result is FINE. */
  place(reading: Reading, start: number, end: number): number {
    const key = tagKey(tagNumber, tagLetter);
    const slot = this.slotOf(key, reading.strict);
    if (slot < 0) return reading.refuse(slot === -2 ? FIELD_ORDER : FIELD_UNKNOWN, start, end, "");
    const { keys, repeat, label } = this.structure.slots[slot] as { keys: ReadonlySet<number>; repeat: boolean; label: string };
    const sequence = this.sequenceOf(slot);
    const option = sequence.options.get(key);
    if (option === undefined || (reading.strict && !keys.has(key))) return reading.refuse(FIELD_UNKNOWN, start, end, label);
    if (this.seen[slot] === 1 && !repeat) return reading.refuse(DUPLICATE_FIELD, start, end, option.tag);
    if (reading.strict && slot < this.lastSlot) return reading.refuse(FIELD_ORDER, start, end, option.tag);
    this.seen[slot] = 1;
    this.lastSlot = slot;
    this.option = option;
    return FINE;
  }

  /** 4010 for the first mandatory field that is missing. */
  complete(reading: Reading, end: number): number {
    const { slots } = this.structure;
    for (let slot = 0; slot < slots.length; slot++) {
      const { mandatory, label } = slots[slot] as { mandatory: boolean; label: string };
      if (mandatory && this.seen[slot] === 0) return reading.refuse(MANDATORY_FIELD, end, end, label);
    }
    return FINE;
  }

  /**
   * Slot of the tag in the sequence where the message is now, or where the tag makes it go on: the second sequence begins
   * with its first field; for a lenient reading, with any field that the first does not have. -1 no such field, -2 not here.
   */
  private slotOf(key: number, strict: boolean): number {
    const { sequences } = this.structure;
    const here = (sequences[this.sequence] as Sequence).slotOf.get(key) ?? -1;
    const next = sequences[this.sequence + 1];
    const following = next?.slotOf.get(key) ?? -1;
    if (next !== undefined && following >= 0 && (following === next.first || (here < 0 && !strict))) {
      this.sequence++;
      return following;
    }
    if (here >= 0) return here;
    const before = sequences[this.sequence - 1]?.slotOf.get(key) ?? -1;
    if (before >= 0 && !strict) return before;
    return before >= 0 || following >= 0 ? -2 : -1;
  }

  private sequenceOf(slot: number): Sequence {
    const { sequences } = this.structure;
    const second = sequences[1];
    return second !== undefined && slot >= second.first ? second : (sequences[0] as Sequence);
  }
}

/** Offset of the LF that ends the line at `start`, or `end`. */
function lineEnd(input: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && input[at] !== LF) at++;
  return at;
}
