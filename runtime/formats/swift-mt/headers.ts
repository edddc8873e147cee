/** Blocks 1, 2, 3, 5 and S, and acknowledgements: one line each, or tags in braces. */
import { ENCODING_RAW } from "../../record/tables.ts";
import { BRACE_CLOSE, BRACE_OPEN, CHARACTERS, CHARACTERS_CONTROL, COLON } from "./characters.ts";
import { packCode } from "./codes.ts";
import type { Component, HeaderTags, Step } from "./layout.ts";
import { readLine } from "./line.ts";
import { FINE, type Reading } from "./reading.ts";

const BLOCK = 4001;
const FIELD_UNKNOWN = 4003;
const DUPLICATE_FIELD = 4004;
const FORMAT = 4009;

/** Tags of one block that are looked at for duplicates; a block of more is refused. */
const TAGS_MAX = 32;

/** The tag last found by `nextTag`: packed name, and where its value is. */
let tagName = 0;
let valueStart = 0;
let valueEnd = 0;

/** Block 1, block 2, or the block 1 of an acknowledgement: exactly its layout. */
export function readHeader(reading: Reading, steps: readonly Step[], start: number, end: number, path: string): number {
  const issue = readLine(reading, steps, start, end, ENCODING_RAW, FORMAT);
  return issue === FORMAT ? reading.refuse(FORMAT, start, end, path) : issue;
}

/** Block 3, or the block 4 of an acknowledgement: `{108:…}{121:…}`, each tag once. */
export function readTags(reading: Reading, rules: HeaderTags, start: number, end: number, path: string): number {
  const seen: number[] = [];
  let at = start;
  while (at < end) {
    const next = nextTag(reading.input, at, end);
    if (next === 0 || seen.length === TAGS_MAX) return reading.refuse(BLOCK, at, end, path);
    if (seen.includes(tagName)) return reading.refuse(DUPLICATE_FIELD, at, next, path);
    seen.push(tagName);
    const issue = readTag(reading, rules, at, next, path);
    if (issue !== FINE) return issue;
    at = next;
  }
  return FINE;
}

/**
 * Block 5, from its brace at `start` to behind its last at `end`. Checksums and authentication codes are removed, with their braces;
 * when nothing else is in the block, the block goes with them, in as many values as there were trailers, so that they are counted.
 */
export function readTrailer(reading: Reading, rules: HeaderTags, dropOperation: number, start: number, end: number): number {
  const contentStart = start + 3;
  const contentEnd = end - 1;
  const kept = keptTags(reading, rules, contentStart, contentEnd);
  if (kept < 0) return reading.refuse(BLOCK, start, end, "block5");
  let at = contentStart;
  while (at < contentEnd) {
    const next = nextTag(reading.input, at, contentEnd);
    const dropped = rules.tags.get(tagName)?.dropped;
    if (dropped !== undefined) {
      const from = kept === 0 && at === contentStart ? start : at;
      const to = kept === 0 && next === contentEnd ? end : next;
      readDropped(reading, dropped, dropOperation, from, to);
    } else {
      const issue = readTag(reading, rules, at, next, "block5");
      if (issue !== FINE) return issue;
    }
    at = next;
  }
  return FINE;
}

/** A region that is removed as it stands, for instance the S block: a signature over the clear text and what systems noted. */
export function readDropped(reading: Reading, component: Component, dropOperation: number, start: number, end: number): void {
  reading.batch.addValue(dropOperation, component.index, 0);
  reading.batch.addSegment(start, end, ENCODING_RAW);
}

/** The value of a tag of block 3, or an empty range (start = end) where there is none. */
export function findTagValue(
  input: Uint8Array,
  start: number,
  end: number,
  name: number,
): { readonly start: number; readonly end: number } {
  let at = start;
  while (at < end) {
    const next = nextTag(input, at, end);
    if (next === 0) break;
    if (tagName === name) return { start: valueStart, end: valueEnd };
    at = next;
  }
  return { start, end: start };
}

function readTag(reading: Reading, rules: HeaderTags, start: number, end: number, path: string): number {
  const rule = rules.tags.get(tagName);
  const from = valueStart;
  const to = valueEnd;
  if (rule !== undefined) {
    const issue = readLine(reading, rule.steps, from, to, ENCODING_RAW, FORMAT);
    if (issue !== FORMAT) return issue;
  }
  if (reading.strict) return reading.refuse(rule === undefined ? FIELD_UNKNOWN : FORMAT, start, end, path);
  return reading.value(rules.unparsed, from, to, ENCODING_RAW);
}

/** Tags that are not removed; -1 if the block is not a row of tags. */
function keptTags(reading: Reading, rules: HeaderTags, start: number, end: number): number {
  let kept = 0;
  let at = start;
  while (at < end) {
    at = nextTag(reading.input, at, end);
    if (at === 0) return -1;
    if (rules.tags.get(tagName)?.dropped === undefined) kept++;
  }
  return kept;
}

/** Offset behind `{NNN:value}` at `at`, or 0 if something else is there: names are three capitals or digits, values without braces. */
function nextTag(input: Uint8Array, at: number, end: number): number {
  if (at + 6 > end || input[at] !== BRACE_OPEN || input[at + 4] !== COLON) return 0;
  const name = packCode(input, at + 1, at + 4);
  if (name < 0) return 0;
  let close = at + 5;
  while (close < end && input[close] !== BRACE_CLOSE) {
    const byte = input[close] as number;
    if (byte === BRACE_OPEN || (CHARACTERS[byte] as number) === CHARACTERS_CONTROL) return 0;
    close++;
  }
  if (close >= end) return 0;
  tagName = name;
  valueStart = at + 5;
  valueEnd = close;
  return close + 1;
}
