/**
 * The synchronous heart of a run: bytes in, masked bytes and refusals out. Frame, scan, engine and splice happen in here, batch by
 * batch; whoever calls it does the waiting.
 */

import type { Direction, Engine, EngineHandle } from "../engines/api.ts";
import type { Format, Ruleset, ScanOptions } from "../formats/api.ts";
import { BautaError, type Issue, issueOf } from "../kit/errors.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../kit/limits.ts";
import {
  Batch,
  type Fault,
  NO_VALUE,
  RECORD_END,
  RECORD_FAULT_VALUE,
  RECORD_FIRST_VALUE,
  RECORD_MESSAGE,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
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
  VALUE_SEGMENT_COUNT,
  VALUE_STATUS,
  VALUE_STRIDE,
} from "../record/tables.ts";
import { behindSeparators, type FormatSlot, type FrameMode, NEXT_MORE, NEXT_STOP, type Next, nextRecord, SOH } from "./frame.ts";

/** What the masker needs of a compiled model; its operations grow while message types are met. */
export interface PlanSource extends Ruleset {
  readonly operationCount: number;
  /** bauta.plan.v1.Plan with the operations so far. */
  planBytes(): Uint8Array;
  /** 32 bytes for each namespace of the plan, in its order. */
  keyBytes(): Uint8Array;
  /** Each record has a key of its own: `keyBytes` gives another one at every call. */
  readonly perRecord: boolean;
}

export interface MaskerParts {
  readonly engine: Engine;
  readonly plan: PlanSource;
  readonly formats: readonly Format[];
  readonly scan: ScanOptions;
  readonly frame: FrameMode;
  readonly direction: Direction;
  readonly onRefuse: "stop" | "divert";
  /** HMAC under the key ring's audit key, hex: names a refused record without showing it. */
  keyedHash(bytes: Uint8Array): string;
}

export interface Refusal {
  /** Ordinal of the record in its source, from 0. */
  readonly record: number;
  /** Absolute offset of the record in its source, and its length; bytes. */
  readonly offset: number;
  readonly length: number;
  readonly issue: Issue;
  readonly format: string;
  /** Path of names to the fault, where known. */
  readonly path: string;
  /** Absolute offset of the fault in the source. */
  readonly faultOffset: number;
  readonly faultLength: number;
  readonly hash: string;
  /** View of the record's bytes, valid only during the call that hands it over. */
  readonly bytes: Uint8Array;
}

export interface Outlet {
  /** Masked records; the view is valid only during the call. */
  write(bytes: Uint8Array): void;
  refused(refusal: Refusal): void;
}

export interface Counts {
  /** Records. */
  in: number;
  out: number;
  refused: number;
  bytesIn: number;
  bytesOut: number;
  /** Values of records that were written. */
  found: number;
  masked: number;
  kept: number;
  removed: number;
  /** Of the masked ones: values outside their kind, which became tokens or redactions. */
  otherwise: number;
  /** Unmask only: values that cannot be reversed. */
  left: number;
  refusedByCode: Map<string, number>;
  recordsByMessage: Map<string, number>;
}

export const emptyCounts = (): Counts => ({
  in: 0,
  out: 0,
  refused: 0,
  bytesIn: 0,
  bytesOut: 0,
  found: 0,
  masked: 0,
  kept: 0,
  removed: 0,
  otherwise: 0,
  left: 0,
  refusedByCode: new Map(),
  recordsByMessage: new Map(),
});

/** Why a masker reads no further. */
export type Stopped = "refused" | "framing" | undefined;

const INITIAL_BUFFER = 1024 * 1024;
/** The size that the sectors of DOS-PCC records are filled up to with spaces, bytes. */
const SECTOR_BYTES = 512;
const SPACE = 0x20;
/** Last byte of a DOS-PCC record, in front of what fills its sector. */
const ETX = 0x03;
/** Size of the length in front of a frame, bytes. */
const LENGTH_BYTES = 4;
/**
 * Scans that only find that bytes are missing cost so many bytes in all as are at hand, times these, and some: then the time stays
 * linear, into whatever pieces the sender cuts a record, and whatever it ends each with.
 */
const VAIN_FACTOR = 4;
/** The same where the last byte may be the last of a record, so that one that comes slowly is not kept waiting for the next. */
const VAIN_FACTOR_AT_END = 8;
const VAIN_BYTES_FREE = 1024 * 1024;

export class Masker {
  readonly counts: Counts = emptyCounts();
  readonly #parts: MaskerParts;
  readonly #slots: FormatSlot[];
  readonly #batch = new Batch();
  readonly #next: Next = { start: 0, end: 0, format: -1 };
  readonly #recordFormat: number[] = [];
  /** Where records begin and end by themselves, without the separators that travel with them. */
  readonly #recordStart: number[] = [];
  readonly #recordEnd: number[] = [];
  #handle: EngineHandle | undefined;
  #operations = -1;
  #output: Uint8Array = new Uint8Array(INITIAL_BUFFER);
  #buffer: Uint8Array = new Uint8Array(INITIAL_BUFFER);
  #from = 0;
  #to = 0;
  /** Absolute offset in the source of buffer[0]. */
  #base = 0;
  /** Records of this source so far. */
  #ordinal = 0;
  /** The last record of this source was refused. */
  #lastRefused = false;
  /** Bytes that were scanned for the record under way only to find that there are more to come. */
  #vain = 0;
  #stopped: Stopped = undefined;

  constructor(parts: MaskerParts) {
    this.#parts = parts;
    this.#slots = parts.formats.map((format) => ({ format, open: format.open(parts.plan, parts.scan) }));
  }

  get stopped(): Stopped {
    return this.#stopped;
  }

  /** Begins another source: positions start over, counts go on. */
  beginSource(): void {
    this.#from = 0;
    this.#to = 0;
    this.#base = 0;
    this.#ordinal = 0;
    this.#lastRefused = false;
    this.#vain = 0;
    this.#stopped = undefined;
  }

  /** Takes bytes (copied), and gives out every record that is complete. */
  push(chunk: Uint8Array, outlet: Outlet): void {
    if (this.#stopped !== undefined) return;
    this.counts.bytesIn += chunk.length;
    this.#append(chunk);
    if (this.#worthTrying()) this.#drain(outlet, false);
  }

  /** The source has ended: what is left is a record, separators, or broken. */
  end(outlet: Outlet): void {
    if (this.#stopped === undefined) this.#drain(outlet, true);
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
    this.#operations = -1;
  }

  /** in = out + refused: the promise that no record is lost. Throws 7005 when it is broken. */
  reconcile(): void {
    const { counts } = this;
    if (counts.in !== counts.out + counts.refused) {
      throw new BautaError(7005, { detail: `in ${counts.in}, out ${counts.out}, refused ${counts.refused}` });
    }
  }

  #append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#buffer.length) {
      const kept = this.#to - this.#from;
      // Grow only when compaction alone would not leave half of the buffer free; else the copying would be quadratic.
      let size = this.#buffer.length;
      while (kept + chunk.length > size / 2) size *= 2;
      const target = size === this.#buffer.length ? this.#buffer : new Uint8Array(size);
      if (target === this.#buffer) target.copyWithin(0, this.#from, this.#to);
      else target.set(this.#buffer.subarray(this.#from, this.#to));
      this.#buffer = target;
      this.#base += this.#from;
      this.#to = kept;
      this.#from = 0;
    }
    this.#buffer.set(chunk, this.#to);
    this.#to += chunk.length;
  }

  /** An unfinished record is not scanned anew for each chunk: that would be quadratic. */
  #worthTrying(): boolean {
    const held = this.#to - this.#from;
    // A length is looked at, not scanned for; and what is too long is to be refused before it fills the memory.
    if (this.#parts.frame === "length" || held > RECORD_BYTES_MAX) return true;
    const factor = mayEnd(this.#buffer[this.#to - 1] as number) ? VAIN_FACTOR_AT_END : VAIN_FACTOR;
    return this.#vain <= VAIN_BYTES_FREE + factor * held;
  }

  #drain(outlet: Outlet, last: boolean): void {
    const { frame, plan } = this.#parts;
    const recordsMax = plan.perRecord ? 1 : BATCH_RECORDS_MAX;
    const batch = this.#batch;
    const next = this.#next;
    for (;;) {
      batch.clear();
      batch.input = this.#buffer;
      this.#recordFormat.length = 0;
      this.#recordStart.length = 0;
      this.#recordEnd.length = 0;
      if (frame === "auto") this.#passSeparators(outlet);
      const from = this.#from;
      let framing = false;
      let more = false;
      let tooLong = false;
      while (batch.recordCount < recordsMax && this.#from - from < BATCH_BYTES_MAX) {
        const gap = this.#from;
        const index = batch.recordCount;
        nextRecord(this.#slots, frame, batch, gap, this.#to, last, next);
        if (next.end === NEXT_MORE) {
          more = true;
          break;
        }
        const at = index * RECORD_STRIDE;
        const end = next.end === NEXT_STOP ? this.#endOfStopped(index, next.start) : (batch.records[at + RECORD_END] as number);
        // Whether a record is too long must not depend on how much of it was at hand when it was looked at.
        if (end - next.start > RECORD_BYTES_MAX) {
          batch.cancelRecord(index);
          tooLong = true;
          break;
        }
        this.#recordFormat.push(next.format);
        this.#recordStart.push(next.start);
        this.#recordEnd.push(end);
        if (next.end === NEXT_STOP) {
          framing = true;
          this.#from = this.#to;
          break;
        }
        // What separates records travels with the record before it, a gap at the very start with the first one; what stands in a frame
        // of known length stays in it.
        if ((batch.records[at + RECORD_STATUS] as number) === 0) {
          batch.records[at + RECORD_START] = frame === "length" ? gap + LENGTH_BYTES : gap;
          batch.records[at + RECORD_END] = next.end;
        }
        this.#from = next.end;
      }
      if (batch.recordCount > 0) this.#transform(outlet);
      if (this.#stopped !== undefined) return;
      if (framing) {
        this.#stopped = "framing";
        return;
      }
      if (tooLong) return this.#refuseTooLong(outlet);
      if (more) {
        this.#vain = (batch.recordCount === 0 ? this.#vain : 0) + this.#to - this.#from;
        if (last) return this.#finish(outlet);
        if (this.#to - behindSeparators(this.#buffer, this.#from, this.#to) > RECORD_BYTES_MAX) this.#refuseTooLong(outlet);
        return;
      }
      this.#vain = 0;
    }
  }

  /**
   * Where a record ends behind which nothing can be read: where it could not be read any further, since how many bytes of it are at hand
   * is chance. One that was cut off has ended with its source.
   */
  #endOfStopped(record: number, start: number): number {
    const fault = this.#batch.faults.find((candidate) => candidate.record === record);
    if (fault === undefined || fault.issue === 2002) return this.#batch.records[record * RECORD_STRIDE + RECORD_END] as number;
    return fault.offset > start ? fault.offset : start;
  }

  /**
   * Separators that arrive apart from the record before them belong to it all the same and go where it went, so that chunks leave no
   * trace in the output. Those before the first record wait for it.
   */
  #passSeparators(outlet: Outlet): void {
    if (this.#ordinal === 0) return;
    const end = behindSeparators(this.#buffer, this.#from, this.#to);
    if (end === this.#from) return;
    if (!this.#lastRefused) this.#write(this.#buffer.subarray(this.#from, end), outlet);
    this.#from = end;
  }

  /** The source ended between records, maybe with separators that no record has taken along. */
  #finish(outlet: Outlet): void {
    const rest = this.#buffer.subarray(this.#from, this.#to);
    if (rest.length === 0) return;
    if (behindSeparators(this.#buffer, this.#from, this.#to) !== this.#to) return this.#refuseRest(2002, outlet);
    this.#write(rest, outlet);
    this.#from = this.#to;
  }

  /** Of a record that is longer than any may be, as much is told as a record may have. */
  #refuseTooLong(outlet: Outlet): void {
    this.#from = behindSeparators(this.#buffer, this.#from, this.#to);
    this.#refuseRest(2101, outlet, this.#from + RECORD_BYTES_MAX);
  }

  #refuseRest(issue: number, outlet: Outlet, end: number = this.#to): void {
    this.#refuse(outlet, { record: 0, issue, offset: this.#from, length: 0, path: "" }, this.#from, end, -1);
    this.#from = this.#to;
    this.#stopped = "framing";
  }

  #transform(outlet: Outlet): void {
    const batch = this.#batch;
    const handle = this.#open();
    let first = 0;
    while (first < batch.recordCount) {
      const done = handle.transform(batch, this.#output, first);
      if (done === first) {
        this.#output = new Uint8Array(this.#output.length * 2);
        continue;
      }
      if (!this.#deliver(first, done, outlet)) return;
      first = done;
    }
  }

  /** Opens the plan, or opens it anew when message types were compiled since. */
  #open(): EngineHandle {
    const { engine, plan, direction } = this.#parts;
    if (this.#handle === undefined || plan.perRecord || this.#operations !== plan.operationCount) {
      this.#handle?.close();
      this.#operations = plan.operationCount;
      this.#handle = engine.open(plan.planBytes(), plan.keyBytes(), direction);
    }
    return this.#handle;
  }

  /** Gives out records [first, done) of the batch; false when a refusal stops the run. */
  #deliver(first: number, done: number, outlet: Outlet): boolean {
    const batch = this.#batch;
    const { records } = batch;
    const { onRefuse, frame } = this.#parts;
    // Output [written, pending) is whole records that wait to be written in one piece.
    let written = 0;
    let pending = 0;
    for (let record = first; record < done; record++) {
      const at = record * RECORD_STRIDE;
      const status = records[at + RECORD_STATUS] as number;
      if (status === 0) {
        this.#count(record);
        const outStart = records[at + RECORD_OUT_START] as number;
        const outEnd = records[at + RECORD_OUT_END] as number;
        const sectors = this.#buffer[this.#recordStart[record] as number] === SOH;
        if (frame === "length")
          this.#writeFramed(sectors ? this.#inSectors(outStart, outEnd) : this.#output.subarray(outStart, outEnd), outlet);
        else if (sectors) {
          if (outStart > written) this.#write(this.#output.subarray(written, outStart), outlet);
          this.#write(this.#inSectors(outStart, outEnd), outlet);
          written = outEnd;
        }
        pending = outEnd;
        continue;
      }
      if (onRefuse === "stop") {
        if (frame !== "length" && pending > written) this.#write(this.#output.subarray(written, pending), outlet);
        this.#refuseRecord(record, outlet);
        this.#stopped = isFraming(status) ? "framing" : "refused";
        return false;
      }
      this.#refuseRecord(record, outlet);
    }
    if (frame !== "length" && pending > written) this.#write(this.#output.subarray(written, pending), outlet);
    return true;
  }

  #count(record: number): void {
    const { counts } = this;
    const batch = this.#batch;
    const { values, records } = batch;
    const at = record * RECORD_STRIDE;
    const first = records[at + RECORD_FIRST_VALUE] as number;
    const count = records[at + RECORD_VALUE_COUNT] as number;
    for (let value = first; value < first + count; value++) {
      switch (values[value * VALUE_STRIDE + VALUE_STATUS]) {
        case STATUS_MASKED:
          counts.masked++;
          break;
        case STATUS_KEPT:
          counts.kept++;
          break;
        case STATUS_REMOVED:
          counts.removed++;
          break;
        case STATUS_TOKEN:
        case STATUS_REDACTED:
          counts.masked++;
          counts.otherwise++;
          break;
        case STATUS_LEFT:
          counts.left++;
          break;
        default:
          throw new BautaError(9001, { detail: "a value without an outcome" });
      }
    }
    counts.found += count;
    counts.in++;
    counts.out++;
    this.#ordinal++;
    this.#lastRefused = false;
    const format = this.#recordFormat[record] as number;
    const name = (this.#slots[format] as FormatSlot).open.messageName(records[at + RECORD_MESSAGE] as number);
    counts.recordsByMessage.set(name, (counts.recordsByMessage.get(name) ?? 0) + 1);
  }

  #refuseRecord(record: number, outlet: Outlet): void {
    const batch = this.#batch;
    const start = this.#recordStart[record] as number;
    const end = this.#recordEnd[record] as number;
    const format = this.#recordFormat[record] as number;
    const fault = batch.faults.find((candidate) => candidate.record === record) ?? this.#valueFault(record, start, format);
    this.#refuse(outlet, fault, start, end, format);
  }

  /** The place of a value that the engine refused. */
  #valueFault(record: number, start: number, format: number): Fault {
    const { records, values, segments } = this.#batch;
    const at = record * RECORD_STRIDE;
    const issue = records[at + RECORD_STATUS] as number;
    const value = records[at + RECORD_FAULT_VALUE] as number;
    if (value === NO_VALUE) return { record, issue, offset: start, length: 0, path: "" };
    const valueAt = value * VALUE_STRIDE;
    const firstSegment = values[valueAt + VALUE_FIRST_SEGMENT] as number;
    const lastSegment = firstSegment + (values[valueAt + VALUE_SEGMENT_COUNT] as number) - 1;
    const offset = segments[firstSegment * SEGMENT_STRIDE + SEGMENT_START] as number;
    const length = (segments[lastSegment * SEGMENT_STRIDE + SEGMENT_END] as number) - offset;
    const path = (this.#slots[format] as FormatSlot).open.fieldPath(
      records[at + RECORD_MESSAGE] as number,
      values[valueAt + VALUE_FIELD] as number,
    );
    return { record, issue, offset, length, path };
  }

  #refuse(outlet: Outlet, fault: Fault, start: number, end: number, format: number): void {
    const { counts } = this;
    const issue = issueOf(fault.issue);
    this.#lastRefused = true;
    counts.in++;
    counts.refused++;
    counts.refusedByCode.set(issue.code, (counts.refusedByCode.get(issue.code) ?? 0) + 1);
    const bytes = this.#buffer.subarray(start, end);
    outlet.refused({
      record: this.#ordinal++,
      offset: this.#base + start,
      length: end - start,
      issue,
      format: format < 0 ? "unknown" : (this.#slots[format] as FormatSlot).format.name,
      path: fault.path,
      faultOffset: this.#base + fault.offset,
      faultLength: fault.length,
      hash: this.#parts.keyedHash(bytes),
      bytes,
    });
  }

  #write(bytes: Uint8Array, outlet: Outlet): void {
    this.counts.bytesOut += bytes.length;
    outlet.write(bytes);
  }

  /** A DOS-PCC record of the output: where blanks fill up its last sector they do so anew, since masking may have changed its length. */
  #inSectors(start: number, end: number): Uint8Array {
    const output = this.#output;
    const opening = output.indexOf(SOH, start);
    let closed = end;
    while (closed > opening && output[closed - 1] !== ETX) closed--;
    let filled = closed;
    while (filled < end && output[filled] === SPACE) filled++;
    if (filled === closed) return output.subarray(start, end);
    const size = Math.ceil((closed - opening) / SECTOR_BYTES) * SECTOR_BYTES;
    const sectors = new Uint8Array(opening - start + size + end - filled).fill(SPACE);
    sectors.set(output.subarray(start, closed));
    sectors.set(output.subarray(filled, end), opening - start + size);
    return sectors;
  }

  #writeFramed(record: Uint8Array, outlet: Outlet): void {
    const framed = new Uint8Array(LENGTH_BYTES + record.length);
    new DataView(framed.buffer).setUint32(0, record.length);
    framed.set(record, LENGTH_BYTES);
    this.#write(framed, outlet);
  }
}

/** Whether a byte may be the last one of a record: `>`, `}`, line feed, `$`, ETX, NUL. */
const mayEnd = (byte: number): boolean => byte === 0x3e || byte === 0x7d || byte === 0x0a || byte === 0x24 || byte === ETX || byte === 0x00;

const isFraming = (issue: number): boolean => issue >= 2001 && issue <= 2099;
