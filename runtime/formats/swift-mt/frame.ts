/**
 * Finds where a record ends and where its blocks are; what is in them is read afterwards.
 *
 * A record is one message: `{1:…}{2:…}{3:…}{4:…-}{5:…}{S:…}`, or an acknowledgement and the message it stands before, or a message
 * between SOH and ETX (DOS-PCC), or the bare text of block 4 that begins with `:20:` or with lines of a bank (bank-lines.ts). Where the end is not certain the answer is
 * SCAN_FRAME_ERROR: nobody guesses where the next message begins.
 */
import { SCAN_FRAME_ERROR, SCAN_MORE } from "../api.ts";
import { BANK_LINES_MAX, behindBankLines, mayBeBankLine } from "./bank-lines.ts";
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  CHARACTERS,
  CHARACTERS_C,
  CHARACTERS_CONTROL,
  COLON,
  CR,
  DASH,
  DOLLAR,
  ETX,
  LF,
  SOH,
} from "./characters.ts";

/** The block is text: lines after `{4:`, up to the line `-}`. */
export const BLOCK_TEXT = 1;
/** The block is anything else between balanced braces. */
export const BLOCK_NESTED = 2;

/** More blocks than any message has; what has more is refused, but its end is still looked for. */
const BLOCKS_MAX = 12;
/** A block's name: `1` … `5`, `S`, and what networks added, up to three characters. */
const BLOCK_NAME_MAX = 3;

const FRAME_UNKNOWN_BLOCK = 4001;
const FRAME_TRUNCATED = 2002;
const FRAME_TRAILING = 4005;

/** Where the parts of one record are. Reused for every record. */
export class Frame {
  /** The record is text only: block 4 without braces is `[textStart, textEnd)`, a bank's lines are in front of it from `linesStart` on. */
  textOnly = false;
  linesStart = 0;
  /** An acknowledgement stands in front: blocks 0 and 1 are its own. */
  acknowledged = false;
  blockCount = 0;
  /** More than BLOCKS_MAX blocks; the rest is not listed. */
  overflow = false;
  /** First character of the block's name, or 0 if the name is longer than one character. */
  readonly names = new Uint8Array(BLOCKS_MAX);
  readonly kinds = new Uint8Array(BLOCKS_MAX);
  /** First byte behind the colon. */
  readonly starts = new Uint32Array(BLOCKS_MAX);
  /** Behind the last byte of the content: of the closing brace, or of the dash of `-}`. */
  readonly ends = new Uint32Array(BLOCKS_MAX);
  textStart = 0;
  textEnd = 0;
  /** Why the end cannot be found, and where that was seen; set with SCAN_FRAME_ERROR. */
  issue = 0;
  offset = 0;
}

/** Offset of the record's end, or SCAN_MORE, or SCAN_FRAME_ERROR with `frame.issue` and `frame.offset`. Linear in the record. */
export function findFrame(input: Uint8Array, start: number, limit: number, last: boolean, frame: Frame): number {
  frame.textOnly = false;
  frame.acknowledged = false;
  frame.blockCount = 0;
  frame.overflow = false;
  if (start >= limit) return unfinished(frame, last, start);
  const enveloped = input[start] === SOH;
  let end: number;
  const content = enveloped ? behindLineEnd(input, start + 1, limit) : start;
  if (content >= limit) return unfinished(frame, last, content);
  const lines = behindBankLines(input, content, limit);
  if (lines > 0 || input[content] === COLON) end = frameText(input, content, lines > 0 ? lines : content, limit, last, frame);
  else end = frameBlocks(input, content, limit, last, frame);
  if (end < 0) return end;
  if (enveloped) {
    if (end >= limit) return unfinished(frame, last, end);
    return input[end] === ETX ? end + 1 : broken(frame, FRAME_UNKNOWN_BLOCK, end);
  }
  return checkWhatFollows(input, end, limit, last, frame);
}

/** Offset behind a line end at `at`, if one stands there. */
function behindLineEnd(input: Uint8Array, at: number, limit: number): number {
  const line = at < limit && input[at] === CR ? at + 1 : at;
  return line < limit && input[line] === LF ? line + 1 : at;
}

function frameBlocks(input: Uint8Array, start: number, limit: number, last: boolean, frame: Frame): number {
  let at = start;
  for (;;) {
    if (frame.blockCount > 0) at = behindLinesBetween(input, at, limit, last);
    if (at < 0) return at;
    const colon = blockColon(input, at, limit);
    if (colon === SCAN_MORE) {
      // `{` at the very end of the input cannot be a block of this message; it is the frame layer's to refuse.
      if (last && frame.blockCount > 0) return at;
      return unfinished(frame, last, at);
    }
    if (colon === 0) return frame.blockCount > 0 ? behindStrayBrace(input, at, limit, last) : broken(frame, FRAME_UNKNOWN_BLOCK, at);
    const name = colon === at + 2 ? (input[at + 1] as number) : 0;
    if (name === 0x31 && frame.blockCount > 0) {
      const joined = joinsAcknowledgement(input, colon + 1, limit, frame);
      if (joined === SCAN_MORE && !last) return SCAN_MORE;
      if (joined !== 1) return at;
      frame.acknowledged = true;
    }
    const inside = blockEnd(input, name, colon + 1, limit);
    if (inside === SCAN_MORE) return unfinished(frame, last, limit);
    if (inside === SCAN_FRAME_ERROR) return broken(frame, FRAME_UNKNOWN_BLOCK, at);
    const text = isTextStart(input, name, colon + 1);
    addBlock(frame, name, text ? BLOCK_TEXT : BLOCK_NESTED, colon + 1, inside);
    at = inside + (text ? 2 : 1);
  }
}

/** Offset of the next block of a message, where line ends stand in front of it as some banks write them; else `at`; SCAN_MORE. */
function behindLinesBetween(input: Uint8Array, at: number, limit: number, last: boolean): number {
  let next = at;
  while (next < limit && (input[next] === CR || input[next] === LF)) next++;
  if (next === at) return at;
  if (next + 3 > limit) return last ? at : SCAN_MORE;
  // `{1:` is another message, and a name of more than one character no block of this one.
  return input[next] === BRACE_OPEN && input[next + 1] !== 0x31 && input[next + 2] === COLON ? next : at;
}

/** Offset of the colon of `{name:` at `at`; 0 if something else is there; SCAN_MORE if that cannot be told yet. */
function blockColon(input: Uint8Array, at: number, limit: number): number {
  if (at >= limit) return SCAN_MORE;
  if (input[at] !== BRACE_OPEN) return 0;
  for (let i = 1; i <= BLOCK_NAME_MAX + 1; i++) {
    if (at + i >= limit) return SCAN_MORE;
    const byte = input[at + i] as number;
    if (byte === COLON) return i === 1 ? 0 : at + i;
    if (((CHARACTERS[byte] as number) & CHARACTERS_C) === 0) return 0;
  }
  return 0;
}

/**
 * The end of a record whose last block ends at `at`. Some writers of RJE files leave a single `{` behind the message; a line end and
 * the separator `$` behind it make that certain, and only then it is taken along.
 */
function behindStrayBrace(input: Uint8Array, at: number, limit: number, last: boolean): number {
  if (input[at] !== BRACE_OPEN) return at;
  let line = at + 1;
  if (line < limit && input[line] === CR) line++;
  if (line < limit && input[line] !== LF) return at;
  if (line + 1 >= limit) return last ? at : SCAN_MORE;
  return input[line + 1] === DOLLAR ? at + 1 : at;
}

/**
 * Whether the `{1:` whose content begins at `at` is the message behind an acknowledgement: the blocks so far are `{1:F21…}{4:{…}}`
 * and this one is no acknowledgement itself. 1 yes, 0 no, SCAN_MORE.
 */
function joinsAcknowledgement(input: Uint8Array, at: number, limit: number, frame: Frame): number {
  if (frame.blockCount !== 2 || frame.names[1] !== 0x34 || frame.kinds[1] !== BLOCK_NESTED) return 0;
  if (!isAcknowledgementHeader(input, frame.starts[0] as number)) return 0;
  if (at + 3 > limit) return SCAN_MORE;
  return isAcknowledgementHeader(input, at) ? 0 : 1;
}

/** Whether a block 1 says service 21 of FIN: acknowledgement of a user's message. */
export function isAcknowledgementHeader(input: Uint8Array, at: number): boolean {
  return input[at] === 0x46 && input[at + 1] === 0x32 && input[at + 2] === 0x31;
}

/** Offset of the closing brace, or of the dash of `-}` for a text block; SCAN_MORE; SCAN_FRAME_ERROR. */
function blockEnd(input: Uint8Array, name: number, start: number, limit: number): number {
  if (start >= limit) return SCAN_MORE;
  if (isTextStart(input, name, start)) return textBlockEnd(input, start, limit);
  // Line ends occur in the nested block 4 of service messages (which are refused later); nowhere else.
  const linesAllowed = name === 0x34;
  let depth = 0;
  for (let at = start; at < limit; at++) {
    const byte = input[at] as number;
    if (byte === BRACE_OPEN) depth++;
    else if (byte === BRACE_CLOSE) {
      if (depth === 0) return at;
      depth--;
    } else if ((CHARACTERS[byte] as number) === CHARACTERS_CONTROL && !(linesAllowed && (byte === LF || byte === CR)))
      return SCAN_FRAME_ERROR;
  }
  return SCAN_MORE;
}

function isTextStart(input: Uint8Array, name: number, start: number): boolean {
  return name === 0x34 && (input[start] === CR || input[start] === LF);
}

function textBlockEnd(input: Uint8Array, start: number, limit: number): number {
  for (let at = start; at + 2 < limit; at++) {
    if (input[at] === LF && input[at + 1] === DASH && input[at + 2] === BRACE_CLOSE) return at + 1;
  }
  return SCAN_MORE;
}

function addBlock(frame: Frame, name: number, kind: number, start: number, end: number): void {
  const index = frame.blockCount;
  if (index === BLOCKS_MAX) {
    frame.overflow = true;
    return;
  }
  frame.names[index] = name;
  frame.kinds[index] = kind;
  frame.starts[index] = start;
  frame.ends[index] = end;
  frame.blockCount = index + 1;
}

/**
 * Text only: ends behind a line `-}` or `-`, before a line that begins with `$` or ETX, before the reference of another statement or the
 * lines of its bank, or at the end of the input.
 */
function frameText(input: Uint8Array, linesStart: number, start: number, limit: number, last: boolean, frame: Frame): number {
  frame.textOnly = true;
  frame.linesStart = linesStart;
  frame.textStart = start;
  let contentEnd = start;
  let isClosed = false;
  let line = start;
  while (line < limit) {
    const first = input[line];
    if (first === ETX) break;
    if (isClosed && mayBeBankLine(first)) {
      if (line + BANK_LINES_MAX > limit && !last) return SCAN_MORE;
      if (behindBankLines(input, line, limit) > 0) break;
    }
    if (first === COLON && line > start) {
      if (line + 4 > limit && !last) return SCAN_MORE;
      // A closing balance is followed by another statement's reference, with nothing between them.
      if (isClosed && isTextOnlyStart(input, line, limit)) break;
      isClosed ||= input[line + 1] === 0x36 && input[line + 2] === 0x32;
    }
    if (first === DASH && line > start) {
      if (line + 1 >= limit && !last) return SCAN_MORE;
      const second = line + 1 < limit ? input[line + 1] : LF;
      if (second === BRACE_CLOSE || second === LF || second === CR || second === DOLLAR || second === ETX) {
        frame.textEnd = line;
        return second === BRACE_CLOSE ? line + 2 : line + 1;
      }
    }
    if (first === DOLLAR) break;
    let end = line;
    while (end < limit && input[end] !== LF) end++;
    const content = end > line && input[end - 1] === CR ? end - 1 : end;
    if (content > line) contentEnd = content;
    if (end >= limit) {
      line = limit;
      break;
    }
    line = end + 1;
  }
  if (line >= limit && !last) return SCAN_MORE;
  frame.textEnd = contentEnd;
  return contentEnd;
}

/**
 * What stands behind a message, after white space and padding, must be able to begin another record or be a separator. Anything else
 * was meant to be part of this message (text after a `-}` inside a field), and then this message is not whole.
 */
function checkWhatFollows(input: Uint8Array, end: number, limit: number, last: boolean, frame: Frame): number {
  let at = end;
  while (at < limit && isPadding(input[at] as number)) at++;
  if (at >= limit) return last ? end : SCAN_MORE;
  const byte = input[at] as number;
  // `{` MT or JSON, `<` XML, `[` JSON, 0xef a byte order mark, `$` the separator of RJE files
  if (byte === BRACE_OPEN || byte === 0x3c || byte === 0x5b || byte === 0xef || byte === DOLLAR || byte === SOH) return end;
  if (mayBeBankLine(byte)) {
    if (at + BANK_LINES_MAX > limit && !last) return SCAN_MORE;
    if (isTextOnlyStart(input, at, limit) || behindBankLines(input, at, limit) > 0) return end;
  }
  return broken(frame, FRAME_TRAILING, at);
}

function isPadding(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === LF || byte === CR || byte === 0;
}

/** `:20:`, the first field of every message that is read here. */
export function isTextOnlyStart(input: Uint8Array, at: number, limit: number): boolean {
  return at + 4 <= limit && input[at] === COLON && input[at + 1] === 0x32 && input[at + 2] === 0x30 && input[at + 3] === COLON;
}

/** `{1:`, `:20:` or lines of a bank in front of it, or one of them behind SOH. */
export function isRecordStart(input: Uint8Array, start: number, limit: number): boolean {
  const at = input[start] === SOH ? behindLineEnd(input, start + 1, limit) : start;
  if (isTextOnlyStart(input, at, limit) || behindBankLines(input, at, limit) > 0) return true;
  return at + 3 <= limit && input[at] === BRACE_OPEN && input[at + 1] === 0x31 && input[at + 2] === COLON;
}

function unfinished(frame: Frame, last: boolean, offset: number): number {
  return last ? broken(frame, FRAME_TRUNCATED, offset) : SCAN_MORE;
}

function broken(frame: Frame, issue: number, offset: number): number {
  frame.issue = issue;
  frame.offset = offset;
  return SCAN_FRAME_ERROR;
}
