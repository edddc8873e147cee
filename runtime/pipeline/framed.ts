import type { FrameBounds } from "../engines/api.ts";
import { BATCH_BYTES_MAX, BATCH_RECORDS_MAX, RECORD_BYTES_MAX } from "../kit/limits.ts";
import {
  Batch,
  type Fault,
  RECORD_END,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
} from "../record/tables.ts";
import { blamedValue } from "./blame.ts";
import { behindSeparators, type FormatSlot, NEXT_MORE, NEXT_STOP, type Next, nextRecord } from "./frame.ts";
import { appendTransformed, type GrowingBytes } from "./growing-bytes.ts";
import { type MaskerParts, type RecordRouter, ROUTES_MAX, type StageTimes } from "./masker.ts";
import { PlanHandle } from "./plan-handle.ts";
import { Recall } from "./recall.ts";
import { type FieldCount, ValueCounts, type ValueNumbers } from "./value-counts.ts";

/** Why a value was refused, and where; offsets are from its beginning. */
export interface FrameFault {
  readonly issue: number;
  readonly format: string;
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/** Messages that went out, in the order of their values: what of the output each is, and which it is by itself. */
export class FramedMessages {
  count = 0;
  frames: number[] = [];
  starts: number[] = [];
  ends: number[] = [];
  ownStarts: number[] = [];
  ownEnds: number[] = [];
  /** Indexes for `FramedMasker.messageName`. */
  messages: number[] = [];

  add(frame: number, place: readonly [start: number, end: number, ownStart: number, ownEnd: number], message: number): void {
    const at = this.count++;
    this.frames[at] = frame;
    this.starts[at] = place[0];
    this.ends[at] = place[1];
    this.ownStarts[at] = place[2];
    this.ownEnds[at] = place[3];
    this.messages[at] = message;
  }
}

/** What became of the values of a call, by their places in it. */
export class FramedResult {
  /** 0: it is in the output; else the issue. */
  issues: Uint32Array = new Uint32Array(0);
  /** In the output. */
  starts: Uint32Array = new Uint32Array(0);
  ends: Uint32Array = new Uint32Array(0);
  routes: Uint32Array = new Uint32Array(0);
  readonly faults = new Map<number, FrameFault>();
  /** Kept for who asks for them. */
  readonly messages: FramedMessages | undefined;

  constructor(messages?: FramedMessages) {
    this.messages = messages;
  }

  reserve(count: number): void {
    if (count > this.issues.length) {
      this.issues = new Uint32Array(count);
      this.starts = new Uint32Array(count);
      this.ends = new Uint32Array(count);
      this.routes = new Uint32Array(count);
    }
    this.faults.clear();
    if (this.messages !== undefined) this.messages.count = 0;
  }
}

/** Where values come from: what generated values are drawn by. */
export interface FrameOrigins {
  /** By value: its offset in its source. */
  readonly offsets: Float64Array;
  /** By value: four words that name the source; of the last one a message adds its place in the value. */
  readonly sources: readonly Uint32Array[];
}

/** Messages of one value go to different places. */
const ROUTES_DIFFER = 2503;

export class FramedMasker {
  readonly #parts: MaskerParts;
  readonly #slots: FormatSlot[];
  readonly #router: RecordRouter | undefined;
  /** Only where formats tell where records end, as for streams. */
  readonly #recall: Recall | undefined;
  readonly #batch = new Batch();
  readonly #next: Next = { start: 0, end: 0, format: -1 };
  /** By record of the batch: format, value, route. */
  readonly #formats: number[] = [];
  readonly #frames: number[] = [];
  readonly #routes: number[] = [];
  /** By record: bytes that stand in front of it and behind it, and are not its own. */
  readonly #before: number[] = [];
  readonly #behind: number[] = [];
  readonly #values: ValueCounts;
  readonly #handle: PlanHandle;
  readonly #source = new Uint32Array(4);
  #origins: FrameOrigins | undefined;
  #scanMs = 0;
  #engineMs = 0;

  constructor(parts: MaskerParts) {
    this.#parts = parts;
    this.#slots = parts.formats.map((format) => ({ format, open: format.open(parts.plan, parts.scan) }));
    this.#values = new ValueCounts(this.#slots);
    this.#handle = new PlanHandle(parts);
    this.#router = parts.router?.(this.#slots);
    this.#recall = parts.frame === "auto" && parts.engine.templates !== undefined ? new Recall(parts.engine.templates()) : undefined;
  }

  get times(): StageTimes {
    return { scan: this.#scanMs, engine: this.#engineMs };
  }

  /**
   * Masks `count` values.
   * @param bounds start and end of each in `input`, `2 × count` numbers
   * @param output values are appended to it
   */
  mask(input: Uint8Array, bounds: Uint32Array, count: number, output: GrowingBytes, result: FramedResult, origins?: FrameOrigins): void {
    result.reserve(count);
    this.#origins = origins;
    const recordsMax = this.#parts.plan.perRecord ? 1 : BATCH_RECORDS_MAX;
    let first = 0;
    let bytes = 0;
    this.#clear(input);
    for (let frame = 0; frame < count; ) {
      const from = frame;
      const began = performance.now();
      frame = this.#recalled(bounds, frame, { count, recordsMax, bytesMax: BATCH_BYTES_MAX - bytes }, result);
      if (frame === from) this.#scan(frame++, bounds[2 * from] as number, bounds[2 * from + 1] as number, result);
      this.#scanMs += performance.now() - began;
      for (let taken = from; taken < frame; taken++) bytes += (bounds[2 * taken + 1] as number) - (bounds[2 * taken] as number);
      if (this.#batch.recordCount < recordsMax && bytes < BATCH_BYTES_MAX) continue;
      this.#finish(first, frame, bounds, output, result);
      first = frame;
      bytes = 0;
      this.#clear(input);
    }
    if (first < count) this.#finish(first, count, bounds, output, result);
  }

  /** What was masked since it was asked last. Records are messages here; how many values there were, whoever read them knows. */
  take(): { readonly counts: ValueNumbers; readonly fields: readonly FieldCount[] } {
    const taken = { counts: this.#values.numbers(), fields: this.#values.fields() };
    this.#values.clear();
    return taken;
  }

  messageName(index: number): string {
    return this.#values.messageName(index);
  }

  close(): void {
    this.#handle.close();
  }

  #clear(input: Uint8Array): void {
    this.#batch.clear();
    this.#batch.input = input;
    this.#formats.length = 0;
    this.#frames.length = 0;
    this.#routes.length = 0;
  }

  /** Adds the messages of values that templates know, each of which is the only one of its value. Returns the next value. */
  #recalled(bounds: Uint32Array, first: number, limits: FrameBounds, result: FramedResult): number {
    const batch = this.#batch;
    const { records } = batch;
    const before = batch.recordCount;
    const behind = this.#recall?.scanFrames(batch, bounds, first, limits) ?? first;
    for (let record = before, frame = first; record < batch.recordCount; record++, frame++) {
      const row = record * RECORD_STRIDE;
      const [start, end] = [bounds[2 * frame] as number, bounds[2 * frame + 1] as number];
      const format = records[row + RECORD_OUT_START] as number;
      const own = records[row + RECORD_START] as number;
      result.issues[frame] = 0;
      this.#formats.push(format);
      this.#frames.push(frame);
      this.#before[record] = own - start;
      this.#behind[record] = end - (records[row + RECORD_END] as number);
      this.#place(record, frame, own, own - start);
      records[row + RECORD_START] = start;
      records[row + RECORD_END] = end;
      const route = this.#router === undefined ? 0 : this.#router.route(batch, record, format);
      this.#routes.push(route);
      if (route < ROUTES_MAX) continue;
      // Its values stay in the table, and are no record's.
      records[row + RECORD_STATUS] = route;
      records[row + RECORD_VALUE_COUNT] = 0;
      this.#refuse(frame, result, fault(route, this.#formatName(format), "", own - start));
    }
    return behind;
  }

  /** Scans the messages of a value. They tile it: what stands before the first one and between them goes with them. */
  #scan(frame: number, start: number, end: number, result: FramedResult): void {
    const { frame: mode } = this.#parts;
    const batch = this.#batch;
    const next = this.#next;
    const before = batch.recordCount;
    result.issues[frame] = 0;
    if (end - start > RECORD_BYTES_MAX) return this.#refuse(frame, result, fault(2101));
    for (let at = start; at < end; ) {
      const index = batch.recordCount;
      nextRecord(this.#slots, mode, batch, at, end, true, next);
      // Only separators are left: they follow the message before them.
      if (next.end === NEXT_MORE) {
        if (index === before || behindSeparators(batch.input, at, end) !== end)
          return this.#drop(frame, before, result, fault(2002, "unknown", "", at - start));
        break;
      }
      const row = index * RECORD_STRIDE;
      this.#formats.push(next.format);
      this.#frames.push(frame);
      const status = batch.records[row + RECORD_STATUS] as number;
      if (next.end === NEXT_STOP || status !== 0) return this.#drop(frame, before, result, this.#scanFault(index, next.format, start));
      // A value that is one message may be known the next time.
      if (index === before && next.end === end) this.#recall?.learn(batch, index, next.format);
      const route = this.#router === undefined ? 0 : this.#router.route(batch, index, next.format);
      if (route >= ROUTES_MAX)
        return this.#drop(frame, before, result, fault(route, this.#formatName(next.format), "", next.start - start));
      if (index > before && route !== this.#routes.at(-1))
        return this.#drop(frame, before, result, fault(ROUTES_DIFFER, this.#formatName(next.format), "", next.start - start));
      this.#routes.push(route);
      this.#before[index] = next.start - at;
      this.#behind[index] = next.end - (batch.records[row + RECORD_END] as number);
      this.#place(index, frame, next.start, next.start - start);
      batch.records[row + RECORD_START] = at;
      batch.records[row + RECORD_END] = next.end;
      at = next.end;
      if (batch.recordCount - before > RECORDS_PER_VALUE_MAX) return this.#drop(frame, before, result, fault(2104));
    }
    if (batch.recordCount === before) return this.#refuse(frame, result, fault(2001));
    // What stands behind the last one goes with it.
    const last = batch.recordCount - 1;
    this.#behind[last] = (this.#behind[last] as number) + end - (batch.records[last * RECORD_STRIDE + RECORD_END] as number);
    batch.records[last * RECORD_STRIDE + RECORD_END] = end;
  }

  /** Says where the batch's last record comes from, while its end is still its own. */
  #place(record: number, frame: number, ownStart: number, inValue: number): void {
    const batch = this.#batch;
    const end = batch.records[record * RECORD_STRIDE + RECORD_END] as number;
    const source = this.#origins?.sources[frame];
    if (source === undefined) return batch.placeRecord(record, ownStart, end, inValue);
    this.#source.set(source);
    this.#source[3] = (source[3] as number) + inValue;
    batch.placeRecord(record, ownStart, end, this.#origins?.offsets[frame] as number, this.#source);
  }

  #refuse(frame: number, result: FramedResult, found: FrameFault): void {
    result.issues[frame] = found.issue;
    result.faults.set(frame, found);
  }

  /** Refuses a value, and takes its messages out of the batch. */
  #drop(frame: number, before: number, result: FramedResult, found: FrameFault): void {
    const batch = this.#batch;
    if (batch.recordCount > before) batch.cancelRecord(before);
    this.#formats.length = before;
    this.#frames.length = before;
    this.#routes.length = before;
    batch.faults.length = 0;
    this.#refuse(frame, result, found);
  }

  #scanFault(record: number, format: number, start: number): FrameFault {
    const found: Fault | undefined = this.#batch.faults.find((one) => one.record === record);
    const issue = found?.issue ?? (this.#batch.records[record * RECORD_STRIDE + RECORD_STATUS] as number);
    const offset = found === undefined ? 0 : Math.max(0, found.offset - start);
    return fault(issue, this.#formatName(format), found?.path ?? "", offset, found?.length ?? 0);
  }

  #formatName(format: number): string {
    return format < 0 ? "unknown" : (this.#slots[format] as FormatSlot).format.name;
  }

  /** The engine's turn: values [first, end) of the call, whose messages are the batch. */
  #finish(first: number, end: number, bounds: Uint32Array, output: GrowingBytes, result: FramedResult): void {
    const batch = this.#batch;
    if (batch.recordCount === 0) return;
    const handle = this.#handle.open();
    output.reserve((bounds[2 * end - 1] as number) - (bounds[2 * first] as number) + ROOM_BYTES);
    const began = performance.now();
    appendTransformed(handle, batch, output);
    this.#engineMs += performance.now() - began;
    this.#collect(bounds, result);
  }

  #collect(bounds: Uint32Array, result: FramedResult): void {
    const batch = this.#batch;
    const { records } = batch;
    let record = 0;
    while (record < batch.recordCount) {
      const frame = this.#frames[record] as number;
      let last = record;
      let refused = -1;
      for (; last < batch.recordCount && this.#frames[last] === frame; last++)
        if (refused < 0 && records[last * RECORD_STRIDE + RECORD_STATUS] !== 0) refused = last;
      if (refused >= 0 && result.issues[frame] === 0) this.#refuse(frame, result, this.#valueFault(refused, bounds[2 * frame] as number));
      else if (refused < 0) {
        result.starts[frame] = records[record * RECORD_STRIDE + RECORD_OUT_START] as number;
        result.ends[frame] = records[(last - 1) * RECORD_STRIDE + RECORD_OUT_END] as number;
        result.routes[frame] = this.#routes[record] as number;
        for (let one = record; one < last; one++) {
          const message = this.#values.add(batch, one, this.#formats[one] as number);
          result.messages?.add(frame, this.#placeOf(one), message);
        }
      }
      record = last;
    }
  }

  /** Where a message is in the output, and where by itself: separators are copied, so they are as long as in the input. */
  #placeOf(record: number): readonly [number, number, number, number] {
    const start = this.#batch.records[record * RECORD_STRIDE + RECORD_OUT_START] as number;
    const end = this.#batch.records[record * RECORD_STRIDE + RECORD_OUT_END] as number;
    return [start, end, start + (this.#before[record] as number), end - (this.#behind[record] as number)];
  }

  /** The place of a value that the engine refused. */
  #valueFault(record: number, start: number): FrameFault {
    const format = this.#formats[record] as number;
    const issue = this.#batch.records[record * RECORD_STRIDE + RECORD_STATUS] as number;
    const blamed = blamedValue(this.#batch, record, this.#slots[format] as FormatSlot);
    const name = this.#formatName(format);
    return blamed === undefined ? fault(issue, name) : fault(issue, name, blamed.path, blamed.offset - start, blamed.length);
  }
}

/** Messages of one value. */
const RECORDS_PER_VALUE_MAX = 1_000_000;
/** What masked values may be longer than clear ones before the output has to grow. */
const ROOM_BYTES = 65_536;

const fault = (issue: number, format = "unknown", path = "", offset = 0, length = 0): FrameFault => ({
  issue,
  format,
  path,
  offset,
  length,
});
