/**
 * The synchronous heart of a run: bytes in, masked bytes and refusals out. Frame, scan, engine and splice happen in here, batch by
 * batch; whoever calls it does the waiting.
 */

import type { Direction, Engine } from "../engines/api.ts";
import type { Format, ScanOptions } from "../formats/api.ts";
import { BautaError, issueOf } from "../kit/errors.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../kit/limits.ts";
import { release } from "../platform/bytes.ts";
import { Delivery } from "../record/delivery.ts";
import {
  Batch,
  type Fault,
  RECORD_END,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
} from "../record/tables.ts";
import { blamedValue } from "./blame.ts";
import { behindSeparators, type FormatSlot, type FrameMode, NEXT_MORE, NEXT_STOP, type Next, nextRecord, SOH } from "./frame.ts";
import { Kept } from "./kept.ts";
import type { Outlet } from "./outlet.ts";
import { PlanHandle, type PlanSource } from "./plan-handle.ts";
import { Recall } from "./recall.ts";
import type { Cell } from "./tally.ts";
import { type FieldCount, ValueCounts, type ValueNumbers } from "./value-counts.ts";

export interface MaskerParts {
  readonly engine: Engine;
  readonly plan: PlanSource;
  readonly formats: readonly Format[];
  readonly scan: ScanOptions;
  readonly frame: FrameMode;
  readonly direction: Direction;
  readonly onRefuse: "stop" | "divert";
  /** Without one all records have route 0. */
  readonly router?: RouterFactory | undefined;
  /** HMAC under the key ring's audit key, hex: names a refused record without showing it. */
  keyedHash(bytes: Uint8Array): string;
}

export interface Counts extends ValueNumbers {
  /** Records. */
  readonly in: number;
  readonly out: number;
  readonly refused: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly refusedByCode: ReadonlyMap<string, number>;
}

/** A place between records of a source: what stands before it has been handed out. */
export interface SourcePoint {
  /** Records before it. */
  readonly records: number;
  /** Bytes before it. */
  readonly offset: number;
  /** The record before it was refused, and takes separators that follow along. */
  readonly lastRefused: boolean;
}

export const SOURCE_START: SourcePoint = { records: 0, offset: 0, lastRefused: false };

/** Where the time went, milliseconds. With workers these are sums over all of them. */
export interface StageTimes {
  /** Frame and scan, routes included. */
  readonly scan: number;
  readonly engine: number;
}

/** Says where records go; asked once for each scanned record, before the engine sees it. */
export interface RecordRouter {
  /**
   * The record's values are in the tables, and other records may stand behind it.
   * @param format place in MaskerParts.formats
   * @returns the route, from 0; or an issue number that the record is refused with
   */
  route(batch: Batch, record: number, format: number): number;
}

/** Opens a router over the formats of a masker. */
export type RouterFactory = (formats: readonly FormatSlot[]) => RecordRouter;

/** Numbers from here on are issues, not routes. */
export const ROUTES_MAX = 1000;

/** What turns bytes into masked records: `Masker` in this thread, or several of them in others. */
export interface RecordMasker {
  /** A snapshot; adding it up takes longer than reading a number. */
  readonly counts: Counts;
  /** `counts.in` and `counts.bytesIn`. */
  readonly recordsIn: number;
  readonly bytesIn: number;
  readonly stopped: Stopped;
  /** How far the source was handed out: the place to go on from. */
  readonly position: SourcePoint;
  readonly times: StageTimes;
  /** Records that went out by the worker that masked them, from 1; at 0 those of the thread that reads. undefined: there are no workers. */
  readonly outByWorker?: readonly number[];
  /** Name of a message type of `Delivery.messages`. */
  messageName(index: number): string;
  fieldCounts(): readonly FieldCount[];
  /** Begins another source, from `at` on: positions start there, counts go on. */
  beginSource(at?: SourcePoint): void;
  /** Takes bytes (copied), and hands out every record that is complete. What comes of them may come with a later call. */
  push(chunk: Uint8Array, outlet: Outlet): void | Promise<void>;
  /**
   * Where something may still come of bytes that were taken before: resolves when a push of no bytes would hand it out. undefined:
   * nothing is under way.
   */
  ready?(): Promise<void> | undefined;
  /** The source has ended: everything that is left is handed out. */
  end(outlet: Outlet): void | Promise<void>;
  close(): void | Promise<void>;
}

/** in = out + refused: the promise that no record is lost. Throws BautaError 7005 when it is broken. */
export function reconcile(counts: Counts): void {
  if (counts.in === counts.out + counts.refused) return;
  throw new BautaError(7005, { detail: `in ${counts.in}, out ${counts.out}, refused ${counts.refused}` });
}

/** Why a masker reads no further. */
export type Stopped = "refused" | "framing" | undefined;

const INITIAL_BUFFER = 1024 * 1024;
/** Room for a masked record: pseudonyms are about as long as what they stand for. */
const roomFor = (length: number): number => length + (length >>> 3);
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

/** What a masker did since it was asked last. */
export interface Taken {
  readonly counts: Counts;
  /** Fields by numbers; `describe` has the names. */
  readonly cells: readonly Cell[];
  readonly times: StageTimes;
}

export class Masker implements RecordMasker {
  readonly #parts: MaskerParts;
  readonly #slots: FormatSlot[];
  readonly #router: RecordRouter | undefined;
  /** Only where formats tell where records end: what stands in a frame is scanned to the frame's end. */
  readonly #recall: Recall | undefined;
  readonly #batch = new Batch();
  readonly #next: Next = { start: 0, end: 0, format: -1 };
  readonly #recordFormat: number[] = [];
  /** Where records begin and end by themselves, without the separators that travel with them. */
  readonly #recordStart: number[] = [];
  readonly #recordEnd: number[] = [];
  /** Where the record behind each one may begin. */
  readonly #recordNext: number[] = [];
  readonly #recordRoute: number[] = [];
  readonly #delivery = new Delivery();
  readonly #values: ValueCounts;
  readonly #handle: PlanHandle;
  /** Only where masks are made: what they change by a function goes back to nothing. */
  readonly #kept: Kept | undefined;
  readonly #refusedByCode = new Map<string, number>();
  #out = 0;
  #refused = 0;
  #bytesIn = 0;
  #bytesOut = 0;
  #scanMs = 0;
  #engineMs = 0;
  /** Absolute offset in the source behind what was handed out. */
  #handed = 0;
  #output: Uint8Array = new Uint8Array(INITIAL_BUFFER);
  /** Records that are written in another layout than the engine's: with a length in front, or filled up to sectors. */
  #framed: Uint8Array = new Uint8Array(0);
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
  /** Absolute offset behind the record that was refused last. */
  #behindRefused = 0;

  constructor(parts: MaskerParts) {
    this.#parts = parts;
    this.#slots = parts.formats.map((format) => ({ format, open: format.open(parts.plan, parts.scan) }));
    this.#values = new ValueCounts(this.#slots);
    this.#handle = new PlanHandle(parts);
    this.#kept = parts.direction === "mask" ? new Kept(parts.plan, this.#slots) : undefined;
    this.#router = parts.router?.(this.#slots);
    this.#recall = parts.frame === "auto" && parts.engine.templates !== undefined ? new Recall(parts.engine.templates()) : undefined;
  }

  get counts(): Counts {
    return {
      in: this.#out + this.#refused,
      out: this.#out,
      refused: this.#refused,
      bytesIn: this.#bytesIn,
      bytesOut: this.#bytesOut,
      ...this.#values.numbers(),
      refusedByCode: new Map(this.#refusedByCode),
    };
  }

  get recordsIn(): number {
    return this.#out + this.#refused;
  }

  get bytesIn(): number {
    return this.#bytesIn;
  }

  get times(): StageTimes {
    return { scan: this.#scanMs, engine: this.#engineMs };
  }

  get position(): SourcePoint {
    return { records: this.#ordinal, offset: this.#handed, lastRefused: this.#lastRefused };
  }

  messageName(index: number): string {
    return this.#values.messageName(index);
  }

  fieldCounts(): readonly FieldCount[] {
    return this.#values.fields();
  }

  /** The names of a count of a field. */
  describe(cell: Cell): FieldCount {
    return this.#values.describe(cell);
  }

  /** Counts and times since they were taken last, which begin anew. */
  take(): Taken {
    const taken = { counts: this.counts, cells: this.#values.cells(), times: this.times };
    this.#values.clear();
    this.#refusedByCode.clear();
    this.#out = 0;
    this.#refused = 0;
    this.#bytesIn = 0;
    this.#bytesOut = 0;
    this.#scanMs = 0;
    this.#engineMs = 0;
    return taken;
  }

  get stopped(): Stopped {
    return this.#stopped;
  }

  beginSource({ records, offset, lastRefused }: SourcePoint = SOURCE_START): void {
    this.#from = 0;
    this.#to = 0;
    this.#base = offset;
    this.#handed = offset;
    this.#ordinal = records;
    this.#lastRefused = lastRefused;
    this.#vain = 0;
    this.#stopped = undefined;
  }

  /**
   * Takes bytes (copied), and gives out every record that is complete.
   * @param until offset in the source from which on no record is begun: the bytes there only tell where the record before them ends
   */
  push(chunk: Uint8Array, outlet: Outlet, until: number = Number.POSITIVE_INFINITY): void {
    if (this.#stopped !== undefined) return;
    this.#bytesIn += chunk.length;
    this.#append(chunk);
    if (this.#worthTrying()) this.#drain(outlet, false, until);
  }

  /** The source has ended: what is left is a record, separators, or broken. */
  end(outlet: Outlet): void {
    if (this.#stopped === undefined) this.#drain(outlet, true, Number.POSITIVE_INFINITY);
  }

  close(): void {
    this.#handle.close();
  }

  /** Throws BautaError 7005 when records were lost. */
  reconcile(): void {
    reconcile(this.counts);
  }

  #append(chunk: Uint8Array): void {
    if (this.#to + chunk.length > this.#buffer.length) {
      const kept = this.#to - this.#from;
      // Grow only when compaction alone would not leave half of the buffer free; else the copying would be quadratic.
      let size = this.#buffer.length;
      while (kept + chunk.length > size / 2) size *= 2;
      const target = size === this.#buffer.length ? this.#buffer : new Uint8Array(size);
      if (target === this.#buffer) target.copyWithin(0, this.#from, this.#to);
      else {
        target.set(this.#buffer.subarray(this.#from, this.#to));
        release(this.#buffer);
      }
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

  #drain(outlet: Outlet, last: boolean, until: number): void {
    const { frame, plan } = this.#parts;
    const recordsMax = plan.perRecord ? 1 : BATCH_RECORDS_MAX;
    const batch = this.#batch;
    const next = this.#next;
    const router = this.#router;
    const recall = this.#recall;
    for (;;) {
      const began = performance.now();
      batch.clear();
      batch.input = this.#buffer;
      this.#recordFormat.length = 0;
      this.#recordStart.length = 0;
      this.#recordEnd.length = 0;
      this.#recordNext.length = 0;
      this.#recordRoute.length = 0;
      if (frame === "auto") this.#passSeparators(outlet);
      const from = this.#from;
      let framing = false;
      let more = false;
      let tooLong = false;
      while (batch.recordCount < recordsMax && this.#from - from < BATCH_BYTES_MAX && this.#base + this.#from < until) {
        const gap = this.#from;
        if (recall !== undefined && this.#recalled(recall, Math.min(from + BATCH_BYTES_MAX, until - this.#base), recordsMax)) continue;
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
        if (batch.records[at + RECORD_STATUS] === 0) recall?.learn(batch, index, next.format);
        this.#recordFormat.push(next.format);
        this.#recordStart.push(next.start);
        this.#recordEnd.push(end);
        this.#recordNext.push(next.end === NEXT_STOP ? end : next.end);
        this.#recordRoute.push(router === undefined ? 0 : this.#route(router, index, next.format));
        if (next.end === NEXT_STOP) {
          framing = true;
          this.#from = this.#to;
          break;
        }
        // What separates records travels with the record before it, a gap at the very start with the first one; what stands in a frame
        // of known length stays in it.
        if ((batch.records[at + RECORD_STATUS] as number) === 0) {
          batch.placeRecord(index, next.start, end, this.#base + next.start);
          batch.records[at + RECORD_START] = frame === "length" ? gap + LENGTH_BYTES : gap;
          batch.records[at + RECORD_END] = next.end;
        }
        this.#from = next.end;
      }
      this.#scanMs += performance.now() - began;
      if (batch.recordCount > 0) this.#transform(outlet);
      if (this.#stopped !== undefined) return;
      if (framing) return this.#stop("framing");
      if (tooLong) return this.#refuseTooLong(outlet);
      if (more) {
        this.#vain = (batch.recordCount === 0 ? this.#vain : 0) + this.#to - this.#from;
        if (last) return this.#finish(outlet);
        if (this.#to - behindSeparators(this.#buffer, this.#from, this.#to) > RECORD_BYTES_MAX) this.#refuseTooLong(outlet);
        return;
      }
      this.#vain = 0;
      if (this.#base + this.#from >= until) return;
    }
  }

  /** Adds the records that templates know, as many as come one behind the other; false if there is none. */
  #recalled(recall: Recall, stop: number, recordsMax: number): boolean {
    const batch = this.#batch;
    const router = this.#router;
    const first = batch.recordCount;
    let gap = this.#from;
    this.#from = recall.scan(batch, gap, { limit: this.#to, stop, recordsMax });
    for (let record = first; record < batch.recordCount; record++) {
      const at = record * RECORD_STRIDE;
      const format = batch.records[at + RECORD_OUT_START] as number;
      const next = batch.records[at + RECORD_OUT_END] as number;
      this.#recordFormat.push(format);
      const start = batch.records[at + RECORD_START] as number;
      const end = batch.records[at + RECORD_END] as number;
      this.#recordStart.push(start);
      this.#recordEnd.push(end);
      this.#recordNext.push(next);
      this.#recordRoute.push(router === undefined ? 0 : this.#route(router, record, format));
      if ((batch.records[at + RECORD_STATUS] as number) === 0) {
        batch.placeRecord(record, start, end, this.#base + start);
        batch.records[at + RECORD_START] = gap;
        batch.records[at + RECORD_END] = next;
      }
      gap = next;
    }
    return batch.recordCount > first;
  }

  /** Reads no further, behind a refused record. What of the bytes behind it was at hand is chance, and counts as not read. */
  #stop(why: Stopped): void {
    this.#stopped = why;
    this.#bytesIn -= this.#base + this.#to - this.#behindRefused;
  }

  /** The route of a record; one that has none is refused. */
  #route(router: RecordRouter, record: number, format: number): number {
    const batch = this.#batch;
    const at = record * RECORD_STRIDE;
    if (batch.records[at + RECORD_STATUS] !== 0) return 0;
    const route = router.route(batch, record, format);
    if (route < ROUTES_MAX) return route;
    batch.refuse(record, route, batch.records[at + RECORD_END] as number, this.#recordStart[record] as number);
    return 0;
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
    if (!this.#lastRefused) this.#separators(this.#buffer.subarray(this.#from, end), outlet);
    this.#from = end;
    this.#handed = this.#base + end;
  }

  /** The source ended between records, maybe with separators that no record has taken along. */
  #finish(outlet: Outlet): void {
    const rest = this.#buffer.subarray(this.#from, this.#to);
    if (rest.length === 0) return;
    if (behindSeparators(this.#buffer, this.#from, this.#to) !== this.#to) return this.#refuseRest(2002, outlet);
    this.#separators(rest, outlet);
    this.#from = this.#to;
    this.#handed = this.#base + this.#to;
  }

  /** Of a record that is longer than any may be, as much is told as a record may have. */
  #refuseTooLong(outlet: Outlet): void {
    this.#from = behindSeparators(this.#buffer, this.#from, this.#to);
    this.#refuseRest(2101, outlet, this.#from + RECORD_BYTES_MAX);
  }

  #refuseRest(issue: number, outlet: Outlet, end: number = this.#to): void {
    this.#refuse(outlet, { record: 0, issue, offset: this.#from, length: 0, path: "" }, this.#from, end, -1);
    this.#handed = this.#base + end;
    this.#from = this.#to;
    this.#stop("framing");
  }

  #transform(outlet: Outlet): void {
    const batch = this.#batch;
    const handle = this.#handle.open();
    const began = performance.now();
    const isKept = this.#kept?.prepare(batch, this.#recordFormat, this.#recordStart, this.#recordEnd) === true;
    this.#scanMs += performance.now() - began;
    let first = 0;
    while (first < batch.recordCount) {
      // A large record that turns out not to fit has been masked in vain.
      const at = first * RECORD_STRIDE;
      this.#reserve(roomFor((batch.records[at + RECORD_END] as number) - (batch.records[at + RECORD_START] as number)));
      const began = performance.now();
      const done = handle.transform(batch, this.#output, first);
      this.#engineMs += performance.now() - began;
      if (done === first) {
        this.#reserve(this.#output.length * 2);
        continue;
      }
      if (isKept) for (let record = first; record < done; record++) this.#verify(record);
      if (!this.#deliver(first, done, outlet)) return;
      first = done;
    }
  }

  /** Refuses a record that was masked into one that breaks a rule which it kept. */
  #verify(record: number): void {
    const { records } = this.#batch;
    const at = record * RECORD_STRIDE;
    if (records[at + RECORD_STATUS] !== 0) return;
    const [start, end] = [this.#recordStart[record] as number, this.#recordEnd[record] as number];
    // Separators are copied, so they are as long in the output as in the input.
    const from = (records[at + RECORD_OUT_START] as number) + start - (records[at + RECORD_START] as number);
    const to = (records[at + RECORD_OUT_END] as number) - (records[at + RECORD_END] as number) + end;
    const broken = this.#kept?.broken(
      record,
      this.#recordFormat[record] as number,
      this.#buffer.subarray(start, end),
      this.#output.subarray(from, to),
    );
    if (broken === undefined) return;
    records[at + RECORD_STATUS] = broken.issue;
    this.#batch.faults.push({ record, issue: broken.issue, offset: start, length: 0, path: broken.path });
  }

  #reserve(size: number): void {
    if (size <= this.#output.length) return;
    release(this.#output);
    this.#output = new Uint8Array(size);
  }

  /** Gives out records [first, done) of the batch; false when a refusal stops the run. */
  #deliver(first: number, done: number, outlet: Outlet): boolean {
    const { records } = this.#batch;
    const { onRefuse } = this.#parts;
    const delivery = this.#delivery;
    delivery.reserve(done - first);
    delivery.count = 0;
    for (let record = first; record < done; record++) {
      const status = records[record * RECORD_STRIDE + RECORD_STATUS] as number;
      if (status === 0) {
        this.#addRow(record);
        continue;
      }
      // Refusals come in their place among the records.
      this.#handOut(outlet);
      this.#refuseRecord(record, outlet);
      if (onRefuse === "stop") {
        this.#stop(isFraming(status) ? "framing" : "refused");
        return false;
      }
    }
    this.#handOut(outlet);
    return true;
  }

  /** Adds a record to the delivery under way, and counts it. Its place in the output is the engine's. */
  #addRow(record: number): void {
    const delivery = this.#delivery;
    const { records } = this.#batch;
    const row = delivery.count++;
    const at = record * RECORD_STRIDE;
    const start = this.#recordStart[record] as number;
    const end = this.#recordEnd[record] as number;
    const outStart = records[at + RECORD_OUT_START] as number;
    const outEnd = records[at + RECORD_OUT_END] as number;
    delivery.ordinals[row] = this.#ordinal++;
    delivery.offsets[row] = this.#base + start;
    delivery.lengths[row] = end - start;
    delivery.inputStarts[row] = start;
    delivery.starts[row] = outStart;
    delivery.ends[row] = outEnd;
    // Separators are copied, so they are as long in the output as in the input.
    delivery.ownStarts[row] = outStart + start - (records[at + RECORD_START] as number);
    delivery.ownEnds[row] = outEnd - (records[at + RECORD_END] as number) + end;
    delivery.messages[row] = this.#values.add(this.#batch, record, this.#recordFormat[record] as number);
    delivery.routes[row] = this.#recordRoute[record] as number;
    this.#out++;
    this.#lastRefused = false;
    this.#handed = this.#base + (this.#recordNext[record] as number);
  }

  /** Hands out the rows that were added, in one piece. */
  #handOut(outlet: Outlet): void {
    const delivery = this.#delivery;
    if (delivery.count === 0) return;
    delivery.input = this.#buffer;
    if (this.#parts.frame === "length" || this.#hasSectors(delivery)) this.#layOut(delivery);
    else {
      const from = delivery.starts[0] as number;
      delivery.bytes = this.#output.subarray(from, delivery.ends[delivery.count - 1]);
      if (from > 0) shift(delivery, from);
    }
    this.#bytesOut += delivery.bytes.length;
    outlet.records(delivery);
    delivery.count = 0;
  }

  #refuseRecord(record: number, outlet: Outlet): void {
    const batch = this.#batch;
    const start = this.#recordStart[record] as number;
    const end = this.#recordEnd[record] as number;
    const format = this.#recordFormat[record] as number;
    const fault = batch.faults.find((candidate) => candidate.record === record) ?? this.#valueFault(record, start, format);
    this.#handed = this.#base + (this.#recordNext[record] as number);
    this.#refuse(outlet, fault, start, end, format);
  }

  /** The place of a value that the engine refused. */
  #valueFault(record: number, start: number, format: number): Fault {
    const issue = this.#batch.records[record * RECORD_STRIDE + RECORD_STATUS] as number;
    const blamed = blamedValue(this.#batch, record, this.#slots[format] as FormatSlot);
    return { record, issue, ...(blamed ?? { path: "", offset: start, length: 0 }) };
  }

  #refuse(outlet: Outlet, fault: Fault, start: number, end: number, format: number): void {
    const issue = issueOf(fault.issue);
    this.#lastRefused = true;
    this.#behindRefused = this.#base + end;
    this.#refused++;
    this.#refusedByCode.set(issue.code, (this.#refusedByCode.get(issue.code) ?? 0) + 1);
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

  #separators(bytes: Uint8Array, outlet: Outlet): void {
    this.#bytesOut += bytes.length;
    outlet.separators(bytes);
  }

  #hasSectors({ inputStarts, count }: Delivery): boolean {
    for (let row = 0; row < count; row++) if (this.#buffer[inputStarts[row] as number] === SOH) return true;
    return false;
  }

  /** Writes the rows anew, where a record has another layout than the one that the engine gave it. */
  #layOut(delivery: Delivery): void {
    const { starts, ends, ownStarts, ownEnds, count } = delivery;
    const lengths = this.#parts.frame === "length" ? LENGTH_BYTES : 0;
    const size = (ends[count - 1] as number) - (starts[0] as number) + count * (lengths + SECTOR_BYTES);
    if (size > this.#framed.length) this.#framed = new Uint8Array(size * 2);
    const framed = this.#framed;
    let to = 0;
    for (let row = 0; row < count; row++) {
      const start = starts[row] as number;
      const end = ends[row] as number;
      const ownStart = ownStarts[row] as number;
      const ownEnd = ownEnds[row] as number;
      starts[row] = to;
      to += lengths;
      const from = to;
      framed.set(this.#output.subarray(start, ownEnd), to);
      ownStarts[row] = to + ownStart - start;
      to += ownEnd - start;
      ownEnds[row] = to;
      let filled = ownEnd;
      if (framed[ownStarts[row] as number] === SOH) {
        while (filled < end && this.#output[filled] === SPACE) filled++;
        // Where blanks fill up the last sector they do so anew, since masking may have changed the record's length.
        if (filled > ownEnd) {
          const sector = (to - (ownStarts[row] as number)) % SECTOR_BYTES;
          const blanks = sector === 0 ? 0 : SECTOR_BYTES - sector;
          framed.fill(SPACE, to, to + blanks);
          to += blanks;
        }
      }
      framed.set(this.#output.subarray(filled, end), to);
      to += end - filled;
      ends[row] = to;
      if (lengths > 0) new DataView(framed.buffer).setUint32(from - lengths, to - from);
    }
    delivery.bytes = framed.subarray(0, to);
  }
}

/** Makes places in the engine's output places in a piece of it. */
function shift({ starts, ends, ownStarts, ownEnds, count }: Delivery, by: number): void {
  for (let row = 0; row < count; row++) {
    starts[row] = (starts[row] as number) - by;
    ends[row] = (ends[row] as number) - by;
    ownStarts[row] = (ownStarts[row] as number) - by;
    ownEnds[row] = (ownEnds[row] as number) - by;
  }
}

/** Whether a byte may be the last one of a record: `>`, `}`, line feed, `$`, ETX, NUL. */
const mayEnd = (byte: number): boolean => byte === 0x3e || byte === 0x7d || byte === 0x0a || byte === 0x24 || byte === ETX || byte === 0x00;

const isFraming = (issue: number): boolean => issue >= 2001 && issue <= 2099;
