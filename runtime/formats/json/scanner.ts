/**
 * One walk over one JSON record (RFC 8259): an object or an array, its leaves to values, everything else checked by the grammar.
 *
 * How it is built
 *  - The walk is a loop over tokens with its own stack, so nesting costs memory of the record's own size and never the call stack.
 *  - A level of the stack knows the places in the rules (paths.ts), the names it has met, and whether a member before was kept.
 *  - `#quiet`: from the first fault to the record's end, and inside a dropped member, only the grammar is followed. The first fault is
 *    the record's; the walk goes on because the next record begins where this one ends.
 *
 * What is copied as it is: punctuation, white space, `null`, empty containers, a byte order mark in front, and names that a rule spells
 * out or that are plain (names.ts). Every other leaf is a value with an operation, or the record is refused.
 *
 * Dropped members (sensitive authentication data; rules that drop) go with one comma so that what is left is JSON: with the comma in
 * front if a member before was kept, else with the comma and white space behind. The first member kept thus never has a comma before it.
 */
import { DEPTH_MAX, VALUES_MAX } from "../../kit/limits.ts";
import { Batch, ENCODING_JSON_NUMBER, ENCODING_JSON_STRING, ENCODING_RAW } from "../../record/tables.ts";
import { type Ruleset, SCAN_FRAME_ERROR, SCAN_MORE, type Scanner, type ScanOptions } from "../api.ts";
import { holdsTrackData } from "../sensitive.ts";
import {
  BEGIN_ARRAY,
  BEGIN_OBJECT,
  byteOrderMark,
  COLON,
  COMMA,
  END_ARRAY,
  END_OBJECT,
  isDigit,
  LETTER_F,
  LETTER_N,
  LETTER_T,
  MINUS,
  QUOTATION_MARK,
  skipWhiteSpace,
} from "./bytes.ts";
import { KeyList } from "./keys.ts";
import { Levels } from "./levels.ts";
import { NAME_PLAIN, NAME_SENSITIVE, NAME_UNKNOWN, NameTable, nameFlags } from "./names.ts";
import { AMBIGUOUS, PathAutomaton, type PathState } from "./paths.ts";
import { decodeString, StringWalk, WALK_MORE, WALK_SYNTAX, walkLiteral, walkNumber, walkString } from "./text.ts";

/** The one message index of JSON. */
export const JSON_MESSAGE = 0;

const ISSUE_AMBIGUOUS = 1208;
const ISSUE_TRUNCATED = 2002;
const ISSUE_DEPTH = 2102;
const ISSUE_VALUES = 2104;
const ISSUE_UNCOVERED = 2201;
const ISSUE_SYNTAX = 5001;
const ISSUE_DUPLICATE_KEY = 5002;
const ISSUE_ENCODING = 5003;

/** What may come next. */
const FIRST_NAME = 0;
const NAME = 1;
const FIRST_ELEMENT = 2;
const ELEMENT = 3;
const MEMBER_VALUE = 4;
const COMMA_OR_END = 5;

/** Shortest text that can be track data, so that short strings with escapes are not looked at twice. */
const TRACK_BYTES_MIN = 14;
/** Room for the text of a string with escapes; longer ones get room of their own, which is not kept. */
const SCRATCH_BYTES = 4096;

export class JsonScanner implements Scanner {
  /** Field index of members removed because of their name; below it fields are indexes of rules. */
  readonly fieldByName: number;
  /** Field index of members removed because of their value's shape. */
  readonly fieldByShape: number;
  readonly #paths: PathAutomaton;
  readonly #names: NameTable;
  readonly #tellsAll: boolean;
  readonly #onUncovered: ScanOptions["uncovered"];
  readonly #dropOperation: number;

  // The record under way.
  #batch: Batch;
  #input: Uint8Array = new Uint8Array(0);
  #limit = 0;
  #firstValue = 0;
  #quiet = false;
  #faultIssue = 0;
  #faultOffset = 0;
  #faultLength = 0;
  #faultPath = "";
  /** Where the grammar was violated. */
  #brokenAt = 0;

  readonly #levels: Levels = new Levels();
  readonly #keys: KeyList = new KeyList();

  // The member or element under way.
  #state: PathState;
  #memberAt = 0;
  #commaAt = 0;
  /** Level whose member is being dropped; 0 for none. */
  #dropDepth = 0;
  #dropField = 0;
  /** The comma that goes with the dropped member, or -1 where no member before it was kept. */
  #dropFrom = -1;
  /** A dropped member that waits for the next one, or for the end, to know how far it reaches; -1 for none. */
  #pendingFrom = -1;
  #pendingTo = 0;

  readonly #walk: StringWalk = new StringWalk();
  readonly #scratch: Uint8Array = new Uint8Array(SCRATCH_BYTES);
  #decodedSize = 0;

  constructor(rules: Ruleset, options: Omit<ScanOptions, "input">) {
    this.#tellsAll = options.names === "all";
    this.#onUncovered = options.uncovered;
    this.#paths = new PathAutomaton(rules.jsonRules);
    this.#names = new NameTable(this.#paths.literals);
    this.#dropOperation = rules.dropOperation;
    this.fieldByName = rules.jsonRules.length;
    this.fieldByShape = this.fieldByName + 1;
    this.#state = this.#paths.root;
    this.#batch = NO_BATCH;
  }

  scan(batch: Batch, start: number, limit: number, last: boolean): number {
    const record = batch.beginRecord(start, JSON_MESSAGE);
    this.#begin(batch, limit);
    const end = this.#record(start);
    const outcome = end >= 0 ? this.#close(record, end) : this.#unfinished(record, end, last);
    // The batch belongs to the caller and is not kept alive from here.
    this.#batch = NO_BATCH;
    this.#input = NO_BATCH.input;
    return outcome;
  }

  #begin(batch: Batch, limit: number): void {
    this.#batch = batch;
    this.#input = batch.input;
    this.#limit = limit;
    this.#firstValue = batch.valueCount;
    this.#quiet = false;
    this.#faultIssue = 0;
    this.#levels.reset();
    this.#dropDepth = 0;
    this.#pendingFrom = -1;
    this.#keys.clear();
    this.#state = this.#paths.root;
  }

  #close(record: number, end: number): number {
    if (this.#faultIssue === 0) this.#batch.endRecord(record, end);
    else this.#batch.refuse(record, this.#faultIssue, end, this.#faultOffset, this.#faultLength, this.#faultPath);
    return end;
  }

  /** The record has no end: more bytes may come, or none will, or the grammar is broken and the end cannot be known. */
  #unfinished(record: number, reason: number, last: boolean): number {
    const batch = this.#batch;
    if (reason === WALK_MORE) {
      if (last) {
        if (this.#faultIssue === 0) this.#fault(ISSUE_TRUNCATED, this.#limit, 0);
        return this.#close(record, this.#limit);
      }
      batch.cancelRecord(record);
      return SCAN_MORE;
    }
    const path = this.#path();
    batch.cancelRecord(record);
    batch.faults.push({ record, issue: ISSUE_SYNTAX, offset: this.#brokenAt, length: 0, path });
    return SCAN_FRAME_ERROR;
  }

  /** Returns the end of the record, WALK_MORE or WALK_SYNTAX. */
  #record(start: number): number {
    const input = this.#input;
    const limit = this.#limit;
    let at = skipWhiteSpace(input, start + byteOrderMark(input, start, limit), limit);
    if (at >= limit) return WALK_MORE;
    if (input[at] !== BEGIN_OBJECT && input[at] !== BEGIN_ARRAY) return this.#broken(at);
    let expected = this.#open(at);
    at++;
    while (this.#levels.depth > 0) {
      at = skipWhiteSpace(input, at, limit);
      if (at >= limit) return WALK_MORE;
      const byte = input[at] as number;
      if (expected === COMMA_OR_END || expected === FIRST_NAME || expected === FIRST_ELEMENT) {
        const object = this.#levels.isObject(this.#levels.depth);
        if (byte === (object ? END_OBJECT : END_ARRAY)) {
          at++;
          this.#end(at);
          expected = COMMA_OR_END;
          continue;
        }
        if (expected === COMMA_OR_END) {
          if (byte !== COMMA) return this.#broken(at);
          this.#commaAt = at++;
          expected = object ? NAME : ELEMENT;
          continue;
        }
      }
      if (expected === FIRST_NAME || expected === NAME) {
        at = this.#name(at);
        if (at < 0) return at;
        expected = MEMBER_VALUE;
        continue;
      }
      if (expected !== MEMBER_VALUE) this.#element(at);
      if (byte === BEGIN_OBJECT || byte === BEGIN_ARRAY) {
        expected = this.#open(at);
        at++;
      } else {
        at = this.#leaf(at, byte);
        if (at < 0) return at;
        this.#valueEnds(at);
        expected = COMMA_OR_END;
      }
    }
    return at;
  }

  #broken(at: number): number {
    this.#brokenAt = at;
    return WALK_SYNTAX;
  }

  /** A container begins at `at`; returns what is expected in it. */
  #open(at: number): number {
    const object = this.#input[at] === BEGIN_OBJECT;
    this.#levels.push(object);
    if (this.#levels.depth > DEPTH_MAX) this.#fault(ISSUE_DEPTH, at, 0);
    else if (!this.#quiet) this.#levels.describe(this.#state, this.#keys.count);
    return object ? FIRST_NAME : FIRST_ELEMENT;
  }

  /** The container of this level ends before `end`. */
  #end(end: number): void {
    if (this.#pendingFrom >= 0) this.#drop(this.#pendingFrom, this.#pendingTo);
    if (!this.#quiet) {
      const keysFrom = this.#levels.keysFrom[this.#levels.depth] as number;
      const again = this.#keys.duplicate(keysFrom, this.#input);
      if (again >= 0) this.#duplicateKey(again);
      this.#keys.shorten(keysFrom);
    }
    this.#levels.depth--;
    if (this.#levels.depth > 0) this.#valueEnds(end);
  }

  /** An element of an array begins. */
  #element(at: number): void {
    if (this.#pendingFrom >= 0) this.#drop(this.#pendingFrom, at);
    if (this.#quiet) return;
    const depth = this.#levels.depth;
    this.#memberAt = at;
    this.#levels.elements[depth] = (this.#levels.elements[depth] as number) + 1;
    this.#state = this.#paths.element(this.#levels.states[depth] as PathState);
  }

  /** The name of a member and its colon; returns the offset behind, WALK_MORE or WALK_SYNTAX. */
  #name(at: number): number {
    const input = this.#input;
    if (input[at] !== QUOTATION_MARK) return this.#broken(at);
    if (this.#pendingFrom >= 0) this.#drop(this.#pendingFrom, at);
    if (!this.#quiet) this.#levels.nameEnds[this.#levels.depth] = 0;
    const end = this.#string(at + 1);
    if (end < 0) return end;
    if (!this.#quiet) {
      this.#memberAt = at;
      this.#member(at + 1, end);
    }
    const colon = skipWhiteSpace(input, end + 1, this.#limit);
    if (colon >= this.#limit) return WALK_MORE;
    return input[colon] === COLON ? colon + 1 : this.#broken(colon);
  }

  #member(start: number, end: number): void {
    const depth = this.#levels.depth;
    const name = this.#decoded(start, end);
    const from = name === this.#input ? start : 0;
    const to = from + this.#decodedSize;
    const index = this.#names.indexOf(name, from, to);
    const flags = index === NAME_UNKNOWN ? nameFlags(name, from, to) : (this.#names.flags[index] as number);
    const literal = index === NAME_UNKNOWN ? 0 : (this.#names.literals[index] as number);
    this.#keys.push(index, start, end);
    this.#levels.nameStarts[depth] = start;
    this.#levels.nameEnds[depth] = end;
    if ((flags & NAME_SENSITIVE) !== 0) {
      this.#beginDrop(this.fieldByName);
      return;
    }
    const state = this.#levels.states[depth] as PathState;
    if ((flags & NAME_PLAIN) === 0 && !this.#paths.spellsOut(state, literal)) {
      this.#fault(ISSUE_UNCOVERED, start, end - start);
      return;
    }
    this.#state = this.#paths.member(state, literal);
  }

  /** A string, number or literal; returns the offset behind it, WALK_MORE or WALK_SYNTAX. */
  #leaf(at: number, byte: number): number {
    if (byte === QUOTATION_MARK) {
      const end = this.#string(at + 1);
      if (end < 0) return end;
      if (!this.#quiet) {
        if (this.#isTrack(at + 1, end)) this.#beginDrop(this.fieldByShape);
        else this.#value(at + 1, end, ENCODING_JSON_STRING);
      }
      return end + 1;
    }
    const number = byte === MINUS || isDigit(byte);
    if (!number && byte !== LETTER_T && byte !== LETTER_F && byte !== LETTER_N) return this.#broken(at);
    const end = number ? walkNumber(this.#input, at, this.#limit) : walkLiteral(this.#input, at, this.#limit);
    if (end === WALK_SYNTAX) return this.#broken(at);
    // `null` identifies nobody and stays.
    if (end >= 0 && !this.#quiet && byte !== LETTER_N) this.#value(at, end, ENCODING_JSON_NUMBER);
    return end;
  }

  /** Walks a string whose text begins at `start`; returns its end, the offset of the closing quote. */
  #string(start: number): number {
    const walk = this.#walk;
    const end = walkString(walk, this.#input, start, this.#limit);
    if (end === WALK_SYNTAX) return this.#broken(walk.syntaxAt);
    if (end >= 0 && walk.encodingFaultAt >= 0) this.#fault(ISSUE_ENCODING, walk.encodingFaultAt, 0);
    return end;
  }

  #isTrack(start: number, end: number): boolean {
    if (!this.#walk.trackLike && !(this.#walk.escaped && end - start >= TRACK_BYTES_MIN)) return false;
    const text = this.#decoded(start, end);
    const from = text === this.#input ? start : 0;
    return holdsTrackData(text, from, from + this.#decodedSize);
  }

  /** Gives a leaf its operation. */
  #value(start: number, end: number, encoding: number): void {
    const { operation, rule, protects } = this.#state;
    if (operation < 0) {
      if (operation === AMBIGUOUS) this.#fault(ISSUE_AMBIGUOUS, start, end - start);
      else this.#uncovered(start, end);
    } else if (!protects && this.#isClaimed(rule)) {
      this.#uncovered(start, end);
    } else if (operation === this.#dropOperation) {
      this.#beginDrop(rule);
    } else if (this.#roomForValue(start)) {
      this.#batch.addValue(operation, rule, this.#levels.scopes[this.#levels.depth] as number);
      this.#batch.addSegment(start, end, encoding);
    }
  }

  #uncovered(start: number, end: number): void {
    if (this.#onUncovered === undefined) return this.#fault(ISSUE_UNCOVERED, start, end - start);
    this.#onUncovered(this.#path());
    this.#beginDrop(this.fieldByName);
  }

  /**
   * Whether a rule that protects names a container around, and the leaf's rule only takes whatever is left over: what came as a text when
   * the rules were written comes as an object now, and must not be kept for that.
   */
  #isClaimed(rule: number): boolean {
    const { claims, depth, states } = this.#levels;
    for (let level = claims[depth] as number; level > 0; level = claims[level - 1] as number) {
      if (!this.#paths.mayDecide(rule, (states[level] as PathState).rule, depth - level + 1)) return true;
    }
    return false;
  }

  /** The member or element under way ends before `end`. */
  #valueEnds(end: number): void {
    if (!this.#quiet) {
      this.#levels.kept[this.#levels.depth] = 1;
      return;
    }
    if (this.#faultIssue !== 0 || this.#dropDepth !== this.#levels.depth) return;
    this.#dropDepth = 0;
    this.#quiet = false;
    if (this.#dropFrom >= 0) {
      this.#drop(this.#dropFrom, end);
    } else {
      this.#pendingFrom = this.#memberAt;
      this.#pendingTo = end;
    }
  }

  /** The member or element under way is dropped as soon as its end is known. */
  #beginDrop(field: number): void {
    this.#quiet = true;
    this.#dropDepth = this.#levels.depth;
    this.#dropField = field;
    this.#dropFrom = this.#levels.kept[this.#levels.depth] === 1 ? this.#commaAt : -1;
  }

  #drop(from: number, to: number): void {
    this.#pendingFrom = -1;
    if (!this.#roomForValue(from)) return;
    this.#batch.addValue(this.#dropOperation, this.#dropField, this.#levels.scopes[this.#levels.depth] as number);
    this.#batch.addSegment(from, to, ENCODING_RAW);
  }

  #roomForValue(at: number): boolean {
    if (this.#batch.valueCount - this.#firstValue < VALUES_MAX) return true;
    this.#fault(ISSUE_VALUES, at, 0);
    return false;
  }

  #duplicateKey(index: number): void {
    const start = this.#keys.start(index);
    const end = this.#keys.end(index);
    this.#levels.nameStarts[this.#levels.depth] = start;
    this.#levels.nameEnds[this.#levels.depth] = end;
    this.#fault(ISSUE_DUPLICATE_KEY, start, end - start);
  }

  /** The first fault is the record's. */
  #fault(issue: number, offset: number, length: number): void {
    if (this.#faultIssue !== 0) return;
    this.#faultPath = this.#path();
    this.#faultIssue = issue;
    this.#faultOffset = offset;
    this.#faultLength = length;
    this.#quiet = true;
    this.#pendingFrom = -1;
  }

  /** Where the walk is; inside a dropped member, that member. */
  #path(): string {
    if (this.#faultIssue !== 0) return "";
    const depth = this.#dropDepth > 0 ? this.#dropDepth : this.#levels.depth;
    return this.#levels.path(depth, (start, end) => this.#shownName(start, end));
  }

  /** A name that no rule spells out is the sender's; one that may not be copied is never shown. */
  #shownName(start: number, end: number): string {
    const output = new Uint8Array(end - start);
    const size = decodeString(this.#input, start, end, output);
    const index = this.#names.indexOf(output, 0, size);
    const known = index !== NAME_UNKNOWN && this.#names.literals[index] !== 0;
    const told = known || (this.#tellsAll && (nameFlags(output, 0, size) & NAME_PLAIN) !== 0);
    return told ? new TextDecoder().decode(output.subarray(0, size)) : "?";
  }

  /** The bytes that hold the text of the string just walked, its size in `#decodedSize`: the input itself (from `start`), or a copy (from 0). */
  #decoded(start: number, end: number): Uint8Array {
    this.#decodedSize = end - start;
    if (!this.#walk.escaped) return this.#input;
    const output = end - start <= this.#scratch.length ? this.#scratch : new Uint8Array(end - start);
    this.#decodedSize = decodeString(this.#input, start, end, output);
    return output;
  }
}

const NO_BATCH: Batch = new Batch(1, 1, 1);
