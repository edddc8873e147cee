/** Messages that were scanned, on their way to one reader: where they go, the engine's turn, and what is counted of them. */
import {
  type Batch,
  RECORD_OUT_END,
  RECORD_OUT_START,
  RECORD_OWN_START,
  RECORD_STATUS,
  RECORD_STRIDE,
  RECORD_VALUE_COUNT,
} from "../record/tables.ts";
import { blamedValue } from "./blame.ts";
import type { FormatSlot } from "./frame.ts";
import type { FrameScan, Frames } from "./frame-scan.ts";
import { type FramedResult, type FrameFault, fault } from "./framed-result.ts";
import { appendTransformed, type GrowingBytes } from "./growing-bytes.ts";
import { type RecordRouter, ROUTES_MAX, type RouterFactory } from "./masker.ts";
import type { MessagesOut } from "./messages-out.ts";
import type { PlanHandle } from "./plan-handle.ts";
import { type FieldCount, ValueCounts, type ValueNumbers } from "./value-counts.ts";

/** Messages of one value go to different places. */
const ROUTES_DIFFER = 2503;
/** What masked values may be longer than clear ones before the output has to grow. */
const ROOM_BYTES = 65_536;

export interface FramePassParts {
  readonly scan: FrameScan;
  readonly handle: PlanHandle;
  readonly router: RouterFactory | undefined;
  /** undefined: nobody else counts the same messages, and their names are numbered as they come. */
  readonly out?: MessagesOut | undefined;
}

export class FramePass {
  readonly #scan: FrameScan;
  readonly #handle: PlanHandle;
  readonly #router: RecordRouter | undefined;
  readonly #out: MessagesOut | undefined;
  readonly #values: ValueCounts;
  /** Routes, milliseconds. */
  routeMs = 0;
  engineMs = 0;

  constructor({ scan, handle, router, out }: FramePassParts) {
    this.#scan = scan;
    this.#handle = handle;
    this.#router = router?.(scan.slots);
    this.#out = out;
    this.#values = new ValueCounts(scan.slots, out?.names);
  }

  /**
   * Masks what was scanned of values [first, end).
   * @param batch that of the scan, or one that follows it under the operations of this reader
   * @param output values are appended to it
   */
  mask(batch: Batch, { bounds }: Frames, first: number, end: number, output: GrowingBytes, result: FramedResult): void {
    if (batch.recordCount === 0) return;
    const began = performance.now();
    if (this.#router !== undefined) this.#route(this.#router, batch, bounds, result);
    const routed = performance.now();
    this.routeMs += routed - began;
    const handle = this.#handle.open();
    output.reserve((bounds[2 * end - 1] as number) - (bounds[2 * first] as number) + ROOM_BYTES);
    appendTransformed(handle, batch, output);
    this.engineMs += performance.now() - routed;
    this.#collect(batch, bounds, result);
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

  #route(router: RecordRouter, batch: Batch, bounds: Uint32Array, result: FramedResult): void {
    const { frames, formats } = this.#scan;
    const { records } = batch;
    for (let record = 0; record < batch.recordCount; record++) {
      const frame = frames[record] as number;
      const row = record * RECORD_STRIDE;
      if (result.issues[frame] === 0) {
        const format = formats[record] as number;
        const route = router.route(batch, record, format);
        const isFirst = record === 0 || frames[record - 1] !== frame;
        if (route < ROUTES_MAX && (isFirst || route === result.routes[frame])) {
          result.routes[frame] = route;
          continue;
        }
        const offset = (records[row + RECORD_OWN_START] as number) - (bounds[2 * frame] as number);
        result.refuse(frame, fault(route < ROUTES_MAX ? ROUTES_DIFFER : route, this.#scan.formatName(format), "", offset));
      }
      // Its values stay in the table, and are no record's.
      records[row + RECORD_STATUS] = result.issues[frame] as number;
      records[row + RECORD_VALUE_COUNT] = 0;
    }
  }

  #collect(batch: Batch, bounds: Uint32Array, result: FramedResult): void {
    const { frames, formats } = this.#scan;
    const { records } = batch;
    let record = 0;
    while (record < batch.recordCount) {
      const frame = frames[record] as number;
      let last = record;
      let refused = -1;
      for (; last < batch.recordCount && frames[last] === frame; last++)
        if (refused < 0 && records[last * RECORD_STRIDE + RECORD_STATUS] !== 0) refused = last;
      if (refused >= 0 && result.issues[frame] === 0) result.refuse(frame, this.#valueFault(batch, refused, bounds[2 * frame] as number));
      else if (refused < 0) {
        result.starts[frame] = records[record * RECORD_STRIDE + RECORD_OUT_START] as number;
        result.ends[frame] = records[(last - 1) * RECORD_STRIDE + RECORD_OUT_END] as number;
        const isFirst = this.#out?.isFirst(frame) === true;
        for (let one = record; one < last; one++) {
          const message = this.#values.add(batch, one, formats[one] as number);
          if (isFirst) this.#out?.add(message);
          result.messages?.add(frame, this.#placeOf(batch, one), message);
        }
      }
      record = last;
    }
  }

  /** Where a message is in the output, and where by itself: separators are copied, so they are as long as in the input. */
  #placeOf({ records }: Batch, record: number): readonly [number, number, number, number] {
    const start = records[record * RECORD_STRIDE + RECORD_OUT_START] as number;
    const end = records[record * RECORD_STRIDE + RECORD_OUT_END] as number;
    return [start, end, start + (this.#scan.before[record] as number), end - (this.#scan.behind[record] as number)];
  }

  /** The place of a value that the engine refused. */
  #valueFault(batch: Batch, record: number, start: number): FrameFault {
    const format = this.#scan.formats[record] as number;
    const issue = batch.records[record * RECORD_STRIDE + RECORD_STATUS] as number;
    const blamed = blamedValue(batch, record, this.#scan.slots[format] as FormatSlot);
    const name = this.#scan.formatName(format);
    return blamed === undefined ? fault(issue, name) : fault(issue, name, blamed.path, blamed.offset - start, blamed.length);
  }
}
