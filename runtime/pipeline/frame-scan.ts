/** Messages of values that are whole, as a record's value is: scanned into one batch of the tables after the other. */
import type { Engine, FrameBounds } from "../engines/api.ts";
import type { Format, Ruleset, ScanOptions } from "../formats/api.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../kit/limits.ts";
import { Batch, type Fault, RECORD_END, RECORD_OUT_START, RECORD_START, RECORD_STATUS, RECORD_STRIDE } from "../record/tables.ts";
import { behindSeparators, type FormatSlot, type FrameMode, NEXT_MORE, NEXT_STOP, type Next, nextRecord } from "./frame.ts";
import { type FrameFault, fault } from "./framed-result.ts";
import { Recall } from "./recall.ts";

/** Where values come from: what generated values are drawn by. */
export interface FrameOrigins {
  /** By value: its offset in its source. */
  readonly offsets: Float64Array;
  /** By value: four words that name the source; of the last one a message adds its place in the value. */
  readonly sources: readonly Uint32Array[];
}

/** Values of one call. */
export interface Frames {
  readonly input: Uint8Array;
  /** Start and end of each in `input`, `2 × count` numbers. */
  readonly bounds: Uint32Array;
  readonly count: number;
  readonly origins?: FrameOrigins | undefined;
}

export interface FrameScanParts {
  readonly engine: Engine;
  readonly formats: readonly Format[];
  readonly scan: ScanOptions;
  readonly frame: FrameMode;
}

export class FrameScan {
  /** Formats, opened with the rules. */
  readonly slots: readonly FormatSlot[];
  readonly batch = new Batch();
  /** By record of the batch: format, value. */
  readonly formats: number[] = [];
  readonly frames: number[] = [];
  /** By record: bytes that stand in front of it and behind it, and are not its own. */
  readonly before: number[] = [];
  readonly behind: number[] = [];
  readonly #mode: FrameMode;
  readonly #recordsMax: number;
  /** Only where formats tell where records end, as for streams. */
  readonly #recall: Recall | undefined;
  readonly #next: Next = { start: 0, end: 0, format: -1 };
  readonly #source = new Uint32Array(4);
  #origins: FrameOrigins | undefined;
  #refuse: (frame: number, found: FrameFault) => void = () => undefined;

  /** @param perRecord each record has a batch of its own */
  constructor({ engine, formats, scan, frame }: FrameScanParts, rules: Ruleset, perRecord: boolean) {
    this.slots = formats.map((format) => ({ format, open: format.open(rules, scan) }));
    this.#mode = frame;
    this.#recordsMax = perRecord ? 1 : BATCH_RECORDS_MAX;
    this.#recall = frame === "auto" && engine.templates !== undefined ? new Recall(engine.templates()) : undefined;
  }

  /**
   * Scans values from `first` on, as many as a batch takes. Those that cannot be scanned have no records in it.
   * @param refuse is told of each of them
   * @returns the next value
   */
  fill({ input, bounds, count, origins }: Frames, first: number, refuse: (frame: number, found: FrameFault) => void): number {
    this.#clear(input);
    this.#origins = origins;
    this.#refuse = refuse;
    const recordsMax = this.#recordsMax;
    let bytes = 0;
    let frame = first;
    while (frame < count && this.batch.recordCount < recordsMax && bytes < BATCH_BYTES_MAX) {
      const from = frame;
      frame = this.#recalled(bounds, frame, { count, recordsMax, bytesMax: BATCH_BYTES_MAX - bytes });
      if (frame === from) this.#scan(frame++, bounds[2 * from] as number, bounds[2 * from + 1] as number);
      for (let taken = from; taken < frame; taken++) bytes += (bounds[2 * taken + 1] as number) - (bounds[2 * taken] as number);
    }
    return frame;
  }

  formatName(format: number): string {
    return format < 0 ? "unknown" : (this.slots[format] as FormatSlot).format.name;
  }

  #clear(input: Uint8Array): void {
    this.batch.clear();
    this.batch.input = input;
    this.formats.length = 0;
    this.frames.length = 0;
  }

  /** Adds the messages of values that templates know, each of which is the only one of its value. Returns the next value. */
  #recalled(bounds: Uint32Array, first: number, limits: FrameBounds): number {
    const batch = this.batch;
    const { records } = batch;
    const before = batch.recordCount;
    const behind = this.#recall?.scanFrames(batch, bounds, first, limits) ?? first;
    for (let record = before, frame = first; record < batch.recordCount; record++, frame++) {
      const row = record * RECORD_STRIDE;
      const [start, end] = [bounds[2 * frame] as number, bounds[2 * frame + 1] as number];
      const own = records[row + RECORD_START] as number;
      this.formats.push(records[row + RECORD_OUT_START] as number);
      this.frames.push(frame);
      this.before[record] = own - start;
      this.behind[record] = end - (records[row + RECORD_END] as number);
      this.#place(record, frame, own, own - start);
      records[row + RECORD_START] = start;
      records[row + RECORD_END] = end;
    }
    return behind;
  }

  /** Scans the messages of a value. They tile it: what stands before the first one and between them goes with them. */
  #scan(frame: number, start: number, end: number): void {
    const batch = this.batch;
    const next = this.#next;
    const before = batch.recordCount;
    if (end - start > RECORD_BYTES_MAX) return this.#refuse(frame, fault(2101));
    for (let at = start; at < end; ) {
      const index = batch.recordCount;
      nextRecord(this.slots, this.#mode, batch, at, end, true, next);
      // Only separators are left: they follow the message before them.
      if (next.end === NEXT_MORE) {
        if (index === before || behindSeparators(batch.input, at, end) !== end)
          return this.#drop(frame, before, fault(2002, "unknown", "", at - start));
        break;
      }
      const row = index * RECORD_STRIDE;
      this.formats.push(next.format);
      this.frames.push(frame);
      const status = batch.records[row + RECORD_STATUS] as number;
      if (next.end === NEXT_STOP || status !== 0) return this.#drop(frame, before, this.#scanFault(index, next.format, start));
      // A value that is one message may be known the next time.
      if (index === before && next.end === end) this.#recall?.learn(batch, index, next.format);
      this.before[index] = next.start - at;
      this.behind[index] = next.end - (batch.records[row + RECORD_END] as number);
      this.#place(index, frame, next.start, next.start - start);
      batch.records[row + RECORD_START] = at;
      batch.records[row + RECORD_END] = next.end;
      at = next.end;
      if (batch.recordCount - before > RECORDS_PER_VALUE_MAX) return this.#drop(frame, before, fault(2104));
    }
    if (batch.recordCount === before) return this.#refuse(frame, fault(2001));
    // What stands behind the last one goes with it.
    const last = batch.recordCount - 1;
    this.behind[last] = (this.behind[last] as number) + end - (batch.records[last * RECORD_STRIDE + RECORD_END] as number);
    batch.records[last * RECORD_STRIDE + RECORD_END] = end;
  }

  /** Says where the batch's last record comes from, while its end is still its own. */
  #place(record: number, frame: number, ownStart: number, inValue: number): void {
    const batch = this.batch;
    const end = batch.records[record * RECORD_STRIDE + RECORD_END] as number;
    const source = this.#origins?.sources[frame];
    if (source === undefined) return batch.placeRecord(record, ownStart, end, inValue);
    this.#source.set(source);
    this.#source[3] = (source[3] as number) + inValue;
    batch.placeRecord(record, ownStart, end, this.#origins?.offsets[frame] as number, this.#source);
  }

  /** Refuses a value, and takes its messages out of the batch. */
  #drop(frame: number, before: number, found: FrameFault): void {
    const batch = this.batch;
    if (batch.recordCount > before) batch.cancelRecord(before);
    this.formats.length = before;
    this.frames.length = before;
    batch.faults.length = 0;
    this.#refuse(frame, found);
  }

  #scanFault(record: number, format: number, start: number): FrameFault {
    const found: Fault | undefined = this.batch.faults.find((one) => one.record === record);
    const issue = found?.issue ?? (this.batch.records[record * RECORD_STRIDE + RECORD_STATUS] as number);
    const offset = found === undefined ? 0 : Math.max(0, found.offset - start);
    return fault(issue, this.formatName(format), found?.path ?? "", offset, found?.length ?? 0);
  }
}

/** Messages of one value. */
const RECORDS_PER_VALUE_MAX = 1_000_000;
