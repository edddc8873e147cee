/**
 * Looks into messages: every value with its text before and after, for `bauta explain` and `bauta diff`. Frame, scanner and engine are
 * those of a run, record by record.
 *
 * This is the only place where clear text leaves the tables. A masker has no way to it, and nothing of a run leads here.
 *
 * How a value's masked text is known exactly, also where lengths change: each value goes through the engine once more as a record of its
 * own, from its first segment to its last, so that what is written is the value. That tells what becomes of each, whatever else is refused.
 * But values may depend on others (the shift of a subject, names that a text is searched for), and so all that were not refused go through
 * once more as one record in which NUL, which no format lets into a value, stands between them. Put back into the record's bytes these
 * outputs must give what the engine wrote for the record as a whole; if not, it is a bug and nothing is shown.
 */
import type { Engine, EngineHandle } from "../engines/api.ts";
import type { AskedField, DataClass, Format, FormatName, ScanOptions } from "../formats/api.ts";
import { BautaError, type Issue, issueOf } from "../kit/errors.ts";
import { RECORD_BYTES_MAX } from "../kit/limits.ts";
import {
  Batch,
  ENCODING_XML_TEXT,
  ENCODING_XML_TEXT_REFS,
  NO_VALUE,
  RECORD_END,
  RECORD_FAULT_VALUE,
  RECORD_FLAG_LATIN1,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_OWN_END,
  RECORD_OWN_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  SEGMENT_ENCODING,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  STATUS_KEPT,
  STATUS_LEFT,
  STATUS_MASKED,
  STATUS_REDACTED,
  STATUS_REMOVED,
  STATUS_TOKEN,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SCOPE,
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
  VALUE_STRIDE,
  VALUE_TERMS,
} from "../record/tables.ts";
import { behindSeparators, type FormatSlot, NEXT_MORE, NEXT_STOP, type Next, nextRecord } from "./frame.ts";
import { Kept } from "./kept.ts";
import type { PlanSource } from "./plan-handle.ts";

/**
 * Writes the code points of a segment to `points` from `at` on; returns the index behind them, or −1 for bytes that the encoding does
 * not admit.
 */
export type DecodeSegment = (
  input: Uint8Array,
  start: number,
  end: number,
  encoding: number,
  latin1: boolean,
  points: Uint32Array,
  at: number,
) => number;

export interface InspectorParts {
  readonly engine: Engine;
  readonly plan: PlanSource;
  readonly formats: readonly Format[];
  readonly scan: ScanOptions;
  readonly decode: DecodeSegment;
  /** Tells what the guards of a policy come to. Default: nobody does. */
  readonly guards?: GuardTesterFactory | undefined;
}

/** What a guard comes to for a record. */
export interface InspectedGuard {
  readonly name: string;
  readonly holds: boolean;
  /** By alternative whether each of its comparisons holds, for every transaction. */
  readonly alternatives: readonly (readonly boolean[])[];
}

export type GuardTester = (batch: Batch, record: number, format: number) => readonly InspectedGuard[];
export type GuardTesterFactory = (formats: readonly FormatSlot[]) => GuardTester;

export const OUTCOMES = ["masked", "kept", "removed", "otherwise-token", "otherwise-redacted", "refused"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** A piece of a value in the record's bytes. */
export interface InspectedSegment {
  /** In `InspectedRecord.before`. */
  readonly start: number;
  readonly end: number;
  /** What is written instead; undefined if the value is refused. */
  readonly after: Uint8Array | undefined;
}

export interface InspectedValue {
  /** As reports name it; for JSON the path of the rule that took it. */
  readonly path: string;
  /** What the rules were asked; undefined for JSON, and for what goes whatever the model says. */
  readonly asked: AskedField | undefined;
  readonly dataClass: DataClass;
  /** VALUE_FIELD: for JSON the place of its rule in the ruleset. */
  readonly field: number;
  /** Index of its operation in the plan. */
  readonly operation: number;
  /** VALUE_SCOPE: values of one transaction, field or object have one number. */
  readonly scope: number;
  /** In the source, bytes. */
  readonly offset: number;
  readonly length: number;
  readonly outcome: Outcome;
  /** Why it is refused. */
  readonly issue: Issue | undefined;
  /** Decoded; the lines of a value that has several are apart by line feeds. */
  readonly clear: string;
  /** undefined where nothing is written: the value is removed, or refused. */
  readonly masked: string | undefined;
  readonly segments: readonly InspectedSegment[];
}

export interface InspectedFault {
  readonly issue: Issue;
  readonly path: string;
  /** In the source, bytes. */
  readonly offset: number;
  readonly length: number;
  /** The value to blame, index in `values`. */
  readonly value: number | undefined;
  /** JSON without a rule (2201): the paths of all such values of the record, each once. */
  readonly uncovered: readonly string[];
}

export interface InspectedRecord {
  /** Ordinal in its source, from 0. */
  readonly record: number;
  /** In the source, bytes. */
  readonly offset: number;
  readonly format: FormatName | "unknown";
  readonly message: string;
  readonly latin1: boolean;
  readonly before: Uint8Array;
  /** undefined for a refused record. */
  readonly after: Uint8Array | undefined;
  readonly fault: InspectedFault | undefined;
  /** In the order of the record. None if the scanner refused it. */
  readonly values: readonly InspectedValue[];
  /** None if the scanner refused it. */
  readonly guards: readonly InspectedGuard[];
}

const INITIAL_BUFFER = 64 * 1024;
const UNCOVERED_ISSUE = 2201;

export class Inspector {
  readonly #parts: InspectorParts;
  readonly #slots: readonly FormatSlot[];
  readonly #batch = new Batch();
  readonly #next: Next = { start: 0, end: 0, format: -1 };
  readonly #kept: Kept;
  readonly #guards: GuardTester | undefined;
  #handle: EngineHandle | undefined;
  #operations = -1;
  #output = new Uint8Array(INITIAL_BUFFER);
  #points = new Uint32Array(256);
  #buffer = new Uint8Array(INITIAL_BUFFER);
  #from = 0;
  #to = 0;
  /** Absolute offset in the source of buffer[0]. */
  #base = 0;
  #ordinal = 0;
  /** Bytes that must be at hand before a record that was cut off is scanned again: twice as many each time, so that the time is linear. */
  #worth = 0;
  #stopped = false;

  constructor(parts: InspectorParts) {
    this.#parts = parts;
    this.#slots = parts.formats.map((format) => ({ format, open: format.open(parts.plan, parts.scan) }));
    this.#kept = new Kept(parts.plan, this.#slots);
    this.#guards = parts.guards?.(this.#slots);
  }

  /** The source cannot be cut into records any further. */
  get stopped(): boolean {
    return this.#stopped;
  }

  beginSource(): void {
    this.#from = 0;
    this.#to = 0;
    this.#base = 0;
    this.#ordinal = 0;
    this.#worth = 0;
    this.#stopped = false;
  }

  /** Takes bytes (copied), and gives out every record that is complete. */
  *push(chunk: Uint8Array): Generator<InspectedRecord> {
    if (this.#stopped) return;
    this.#append(chunk);
    if (this.#to - this.#from >= this.#worth) yield* this.#records(false);
  }

  *end(): Generator<InspectedRecord> {
    if (!this.#stopped) yield* this.#records(true);
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
    this.#operations = -1;
    // Clear text does not outlive its use longer than it must.
    this.#buffer.fill(0);
    this.#output.fill(0);
    this.#points.fill(0);
  }

  #append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#buffer.length) {
      const kept = this.#to - this.#from;
      let size = this.#buffer.length;
      while (kept + chunk.length > size) size *= 2;
      const target = new Uint8Array(size);
      target.set(this.#buffer.subarray(this.#from, this.#to));
      this.#buffer = target;
      this.#base += this.#from;
      this.#from = 0;
      this.#to = kept;
    }
    this.#buffer.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  *#records(last: boolean): Generator<InspectedRecord> {
    const batch = this.#batch;
    const next = this.#next;
    while (!this.#stopped) {
      batch.clear();
      batch.input = this.#buffer;
      nextRecord(this.#slots, "auto", batch, this.#from, this.#to, last, next);
      const held = this.#to - behindSeparators(this.#buffer, this.#from, this.#to);
      if (next.end === NEXT_MORE) {
        this.#worth = held * 2;
        if (held > RECORD_BYTES_MAX || (last && held > 0)) yield this.#unreadable(held > RECORD_BYTES_MAX ? 2101 : 2002);
        return;
      }
      this.#worth = 0;
      const end = next.end === NEXT_STOP ? this.#endOfStopped(next.start) : (batch.records[RECORD_END] as number);
      if (end - next.start > RECORD_BYTES_MAX) {
        yield this.#unreadable(2101);
        return;
      }
      this.#stopped = next.end === NEXT_STOP;
      const inspected = this.#inspect(next.start, end, next.format);
      this.#from = this.#stopped ? this.#to : next.end;
      yield inspected;
    }
  }

  /** As a masker's: where the record could not be read any further, whatever else is at hand. */
  #endOfStopped(start: number): number {
    const fault = this.#batch.faults[0];
    if (fault === undefined || fault.issue === 2002) return this.#batch.records[RECORD_END] as number;
    return fault.offset > start ? fault.offset : start;
  }

  /** What is left of the source, of which no record can be made. */
  #unreadable(issue: number): InspectedRecord {
    const start = behindSeparators(this.#buffer, this.#from, this.#to);
    const end = Math.min(this.#to, start + RECORD_BYTES_MAX);
    this.#batch.clear();
    this.#batch.refuse(this.#batch.beginRecord(start, 0), issue, end, start);
    this.#stopped = true;
    return this.#inspect(start, end, -1);
  }

  /** The one record of the batch. */
  #inspect(start: number, end: number, format: number): InspectedRecord {
    const batch = this.#batch;
    const slot = this.#slots[format];
    const message = batch.records[RECORD_MESSAGE] as number;
    const latin1 = ((batch.records[RECORD_FLAGS] as number) & RECORD_FLAG_LATIN1) !== 0;
    const scanned = batch.records[RECORD_STATUS] === 0;
    batch.records[RECORD_START] = start;
    batch.placeRecord(0, start, end, this.#base + start);
    const before = this.#buffer.slice(start, end);
    const isKept = this.#kept.prepare(batch, [format], [start], [end]);
    const guards = scanned && slot !== undefined ? (this.#guards?.(batch, 0, format) ?? []) : [];
    const values = scanned && slot !== undefined ? this.#values(slot, message, latin1, before, start) : [];
    const whole = scanned ? this.#whole() : undefined;
    if (whole !== undefined && !sameBytes(whole, composed(before, values)))
      throw new BautaError(9001, { detail: "values do not make up their record" });
    const broken = isKept && whole !== undefined ? this.#kept.broken(0, format, before, whole) : undefined;
    if (broken !== undefined) batch.faults.push({ record: 0, issue: broken.issue, offset: start, length: 0, path: broken.path });
    const after = broken === undefined ? whole : undefined;
    return {
      record: this.#ordinal++,
      offset: this.#base + start,
      format: slot?.format.name ?? "unknown",
      message: slot?.open.messageName(message) ?? "unknown",
      latin1,
      before,
      after,
      fault: after === undefined ? this.#fault(values, start, end, slot?.format) : undefined,
      values,
      guards,
    };
  }

  #fault(values: readonly InspectedValue[], start: number, end: number, format: Format | undefined): InspectedFault {
    const { faults, records } = this.#batch;
    const fault = faults[0];
    if (fault !== undefined) {
      const { issue, path, offset, length } = fault;
      return {
        issue: issueOf(issue),
        path,
        offset: this.#base + offset,
        length,
        value: undefined,
        uncovered: this.#uncovered(issue, start, end, format),
      };
    }
    const issue = issueOf(records[RECORD_STATUS] as number);
    const blamed = records[RECORD_FAULT_VALUE] as number;
    const value = blamed === NO_VALUE ? undefined : values[blamed];
    if (value === undefined) return { issue, path: "", offset: this.#base + start, length: 0, value: undefined, uncovered: [] };
    return { issue, path: value.path, offset: value.offset, length: value.length, value: blamed, uncovered: [] };
  }

  /** Looks at the record once more, to know at once all that no rule names and not only the first of it. */
  #uncovered(issue: number, start: number, end: number, format: Format | undefined): readonly string[] {
    if (issue !== UNCOVERED_ISSUE || format?.name !== "json") return [];
    const { plan, scan } = this.#parts;
    const paths = new Set<string>();
    const batch = new Batch();
    batch.input = this.#buffer;
    format.open(plan, { ...scan, uncovered: (path) => paths.add(path) }).scan(batch, start, end, true);
    return [...paths];
  }

  /** The record as the engine writes it; undefined if the engine refuses it. */
  #whole(): Uint8Array | undefined {
    const [output] = this.#transform(this.#batch);
    return output;
  }

  #values(slot: FormatSlot, message: number, latin1: boolean, before: Uint8Array, start: number): InspectedValue[] {
    const { values, segments, valueCount } = this.#batch;
    const single = this.#eachAlone();
    const outputs = this.#outputs(single);
    const found: InspectedValue[] = [];
    for (let value = 0; value < valueCount; value++) {
      const at = value * VALUE_STRIDE;
      const first = values[at + VALUE_FIRST_SEGMENT] as number;
      const count = values[at + VALUE_SEGMENT_COUNT] as number;
      const rows = Array.from({ length: count }, (_, i) => {
        const row = (first + i) * SEGMENT_STRIDE;
        return {
          start: (segments[row + SEGMENT_START] as number) - start,
          end: (segments[row + SEGMENT_END] as number) - start,
          encoding: segments[row + SEGMENT_ENCODING] as number,
        };
      });
      const status = single.values[at + VALUE_STATUS] as number;
      const pieces = piecesOf(rows, before, outputs[value]);
      const field = values[at + VALUE_FIELD] as number;
      const offset = rows[0]?.start ?? 0;
      const outcome = outcomeOf(status);
      found.push({
        path: slot.open.fieldPath(message, field),
        asked: slot.open.fieldOf(message, field),
        dataClass: slot.open.fieldClass(message, field),
        field,
        operation: values[at + VALUE_OPERATION] as number,
        scope: values[at + VALUE_SCOPE] as number,
        offset: this.#base + start + offset,
        length: (rows.at(-1)?.end ?? offset) - offset,
        outcome,
        issue: outcome === "refused" ? issueOf(status) : undefined,
        clear: joined(rows, before, (row) => this.#text(before, row.start, row.end, row.encoding, latin1)),
        masked:
          pieces === undefined || outcome === "removed"
            ? undefined
            : joined(rows, before, ({ encoding }, i) => this.#written(pieces[i] as Uint8Array, encoding, latin1)),
        segments: rows.map((row, i) => ({ start: row.start, end: row.end, after: pieces?.[i] })),
      });
    }
    return found;
  }

  /**
   * What is written for each value; undefined for those that are refused.
   * @param single the batch's values as records of their own; gets their statuses
   */
  #outputs(single: Batch): (Uint8Array | undefined)[] {
    const alone = this.#transform(single);
    const told = alone.flatMap((output, value) => (output === undefined ? [] : [value]));
    const [written] = this.#transform(this.#together(told));
    // Only a record of which nothing goes out anyway may be refused as one.
    if (written === undefined) return alone;
    const pieces = splitAtNul(written);
    if (pieces.length !== told.length) throw new BautaError(9001, { detail: "values are not found in their record" });
    for (const [i, value] of told.entries()) {
      const operation = single.values[value * VALUE_STRIDE + VALUE_OPERATION] as number;
      // What is drawn by its place stands in another one here.
      if (!this.#parts.plan.isPlaced(operation)) alone[value] = pieces[i];
    }
    return alone;
  }

  /** Some of the batch's values as one record, each behind a NUL, with nothing else between them. */
  #together(told: readonly number[]): Batch {
    const { input, records, values, segments, terms, termCount, segmentCount } = this.#batch;
    const ownStart = records[RECORD_OWN_START] as number;
    const own = input.slice(ownStart, records[RECORD_OWN_END] as number);
    const whole = new Batch(1, told.length + 1, segmentCount + 1);
    whole.terms = terms;
    whole.termCount = termCount;
    const parts: Uint8Array[] = [own];
    let end = own.length;
    const record = whole.beginRecord(end, records[RECORD_MESSAGE] as number);
    whole.records[record * RECORD_STRIDE + RECORD_FLAGS] = records[RECORD_FLAGS] as number;
    whole.placeRecord(record, 0, own.length, this.#base + ownStart);
    for (const value of told) {
      const at = value * VALUE_STRIDE;
      const first = values[at + VALUE_FIRST_SEGMENT] as number;
      const behind = first + (values[at + VALUE_SEGMENT_COUNT] as number);
      const from = first === behind ? 0 : (segments[first * SEGMENT_STRIDE + SEGMENT_START] as number);
      const to = first === behind ? 0 : (segments[(behind - 1) * SEGMENT_STRIDE + SEGMENT_END] as number);
      parts.push(NUL, input.subarray(from, to));
      const moved = end + NUL.length - from;
      end += NUL.length + to - from;
      whole.addValue(values[at + VALUE_OPERATION] as number, values[at + VALUE_FIELD] as number, values[at + VALUE_SCOPE] as number);
      whole.values[(whole.valueCount - 1) * VALUE_STRIDE + VALUE_TERMS] = values[at + VALUE_TERMS] as number;
      for (let row = first * SEGMENT_STRIDE; row < behind * SEGMENT_STRIDE; row += SEGMENT_STRIDE)
        whole.addSegment(
          (segments[row + SEGMENT_START] as number) + moved,
          (segments[row + SEGMENT_END] as number) + moved,
          segments[row + SEGMENT_ENCODING] as number,
        );
    }
    whole.input = Buffer.concat(parts);
    whole.endRecord(record, end);
    return whole;
  }

  /** The batch's values as records of their own. */
  #eachAlone(): Batch {
    const { input, records, values, segments, terms, termCount, valueCount, segmentCount } = this.#batch;
    const message = records[RECORD_MESSAGE] as number;
    const single = new Batch(valueCount + 1, valueCount + 1, segmentCount + 1);
    single.input = input;
    single.terms = terms;
    single.termCount = termCount;
    for (let value = 0; value < valueCount; value++) {
      const at = value * VALUE_STRIDE;
      const first = values[at + VALUE_FIRST_SEGMENT] as number;
      const end = first + (values[at + VALUE_SEGMENT_COUNT] as number);
      const from = first === end ? 0 : (segments[first * SEGMENT_STRIDE + SEGMENT_START] as number);
      const to = first === end ? 0 : (segments[(end - 1) * SEGMENT_STRIDE + SEGMENT_END] as number);
      const record = single.beginRecord(from, message);
      single.records[record * RECORD_STRIDE + RECORD_FLAGS] = records[RECORD_FLAGS] as number;
      // Its place is that of the record which it is of.
      single.placeRecord(
        record,
        records[RECORD_OWN_START] as number,
        records[RECORD_OWN_END] as number,
        this.#base + (records[RECORD_OWN_START] as number),
      );
      single.addValue(values[at + VALUE_OPERATION] as number, values[at + VALUE_FIELD] as number, values[at + VALUE_SCOPE] as number);
      single.values[at + VALUE_TERMS] = values[at + VALUE_TERMS] as number;
      for (let row = first * SEGMENT_STRIDE; row < end * SEGMENT_STRIDE; row += SEGMENT_STRIDE)
        single.addSegment(
          segments[row + SEGMENT_START] as number,
          segments[row + SEGMENT_END] as number,
          segments[row + SEGMENT_ENCODING] as number,
        );
      single.endRecord(record, to);
    }
    return single;
  }

  /** What the engine writes for each record; undefined for those that it refuses. */
  #transform(batch: Batch): (Uint8Array | undefined)[] {
    const handle = this.#open();
    const outputs: (Uint8Array | undefined)[] = [];
    while (outputs.length < batch.recordCount) {
      const first = outputs.length;
      const done = handle.transform(batch, this.#output, first);
      if (done === first) this.#output = new Uint8Array(this.#output.length * 2);
      for (let record = first; record < done; record++) {
        const at = record * RECORD_STRIDE;
        const [from, to] = [batch.records[at + RECORD_OUT_START] as number, batch.records[at + RECORD_OUT_END] as number];
        outputs.push(batch.records[at + RECORD_STATUS] === 0 ? this.#output.slice(from, to) : undefined);
      }
    }
    return outputs;
  }

  /** With a key for each record, both passes of one record must have the same: it is opened anew for the first of them. */
  #open(): EngineHandle {
    const { engine, plan } = this.#parts;
    const isNew = plan.perRecord ? this.#operations !== this.#ordinal : this.#operations !== plan.operationCount;
    if (this.#handle === undefined || isNew) {
      this.#handle?.close();
      this.#operations = plan.perRecord ? this.#ordinal : plan.operationCount;
      this.#handle = engine.open(plan.planBytes(), plan.keyBytes(), "mask");
    }
    return this.#handle;
  }

  /** What a segment of the output says: in XML text what needs a reference was written as one. */
  #written(bytes: Uint8Array, encoding: number, latin1: boolean): string {
    return this.#text(bytes, 0, bytes.length, encoding === ENCODING_XML_TEXT ? ENCODING_XML_TEXT_REFS : encoding, latin1);
  }

  #text(bytes: Uint8Array, start: number, end: number, encoding: number, latin1: boolean): string {
    if (this.#points.length < end - start) this.#points = new Uint32Array(2 * (end - start));
    const count = this.#parts.decode(bytes, start, end, encoding, latin1, this.#points, 0);
    // Bytes that spell nothing are why the value is refused; shown they are all the same.
    return count < 0 ? textOf(bytes.subarray(start, end), latin1) : pointsText(this.#points, count);
  }
}

const NUL = new Uint8Array(1);

/** What stands behind each NUL. */
function splitAtNul(bytes: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    const next = bytes.indexOf(0, at + 1);
    pieces.push(bytes.subarray(at + 1, next < 0 ? bytes.length : next));
    at = next < 0 ? bytes.length : next;
  }
  return pieces;
}

/** Bytes as they stand, references and escapes included. */
export const textOf = (bytes: Uint8Array, latin1: boolean): string => new TextDecoder(latin1 ? "latin1" : "utf-8").decode(bytes);

interface Row {
  readonly start: number;
  readonly end: number;
  readonly encoding: number;
}

const LF = 0x0a;

/** The texts of a value's segments in a row, with the line ends that stand between some of them. */
function joined(rows: readonly Row[], before: Uint8Array, text: (row: Row, index: number) => string): string {
  return rows
    .map((row, i) => {
      const isNewLine = i > 0 && before.subarray((rows[i - 1] as Row).end, row.start).includes(LF);
      return `${isNewLine ? "\n" : ""}${text(row, i)}`;
    })
    .join("");
}

/** Cuts what was written for a value into its segments: what stands between them is the same in input and output, and never inside one. */
function piecesOf(rows: readonly Row[], before: Uint8Array, output: Uint8Array | undefined): Uint8Array[] | undefined {
  if (output === undefined) return undefined;
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.length);
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const [i, { end }] of rows.entries()) {
    const next = rows[i + 1];
    const gap = next === undefined ? undefined : before.subarray(end, next.start);
    const found = gap === undefined ? output.length : bytes.indexOf(gap, at);
    if (found < 0) throw new BautaError(9001, { detail: "a value's segments are not found in its output" });
    pieces.push(output.subarray(at, found));
    at = found + (gap?.length ?? 0);
  }
  return pieces;
}

/** The record with what is written for each value in its place. */
function composed(before: Uint8Array, values: readonly InspectedValue[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const { segments } of values) {
    for (const { start, end, after } of segments) {
      parts.push(before.subarray(at, start));
      if (after !== undefined) parts.push(after);
      at = end;
    }
  }
  parts.push(before.subarray(at));
  return Buffer.concat(parts);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

function outcomeOf(status: number): Outcome {
  switch (status) {
    case STATUS_MASKED:
      return "masked";
    case STATUS_KEPT:
      return "kept";
    case STATUS_REMOVED:
      return "removed";
    case STATUS_TOKEN:
      return "otherwise-token";
    case STATUS_REDACTED:
      return "otherwise-redacted";
    case STATUS_LEFT:
      throw new BautaError(9001, { detail: "a value was left although nothing is unmasked" });
    default:
      return "refused";
  }
}

/** Code points at a time that one call takes as arguments. */
const POINTS_MAX = 4096;

function pointsText(points: Uint32Array, count: number): string {
  let text = "";
  for (let i = 0; i < count; i += POINTS_MAX) text += String.fromCodePoint(...points.subarray(i, Math.min(count, i + POINTS_MAX)));
  return text;
}
