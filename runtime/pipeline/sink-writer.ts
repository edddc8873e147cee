/** One sink of a run: what is written to it, what stands between sources, what was planned and what is visible. */
import type { Delivery } from "../record/delivery.ts";
import type { Origin, Segment, Sink } from "../sinks/api.ts";
import type { FrameMode } from "./frame.ts";
import { Joint } from "./joint.ts";
import type { SinkTotals } from "./observe.ts";
import type { SinkRecorder } from "./recorder.ts";

export class SinkWriter {
  readonly sink: Sink;
  readonly #recorder: SinkRecorder | undefined;
  readonly #joint: Joint;
  /** Something was written since the last segment. */
  #begun = false;
  #planned = 0;
  #exported = 0;
  #bytes = 0;

  constructor(sink: Sink, frame: FrameMode, recorder: SinkRecorder | undefined) {
    this.sink = sink;
    this.#recorder = recorder;
    this.#joint = new Joint(frame);
  }

  /** Another source begins with what is written next. */
  next(): void {
    this.#joint.next();
  }

  /** Rows [from, to) of the delivery. */
  records(delivery: Delivery, from: number, to: number, origin: Origin): void {
    this.#planned += to - from;
    if (this.sink.writeRecords !== undefined) {
      this.sink.writeRecords(delivery, from, to, origin);
      this.#begun = true;
      return;
    }
    const bytes = delivery.bytes.subarray(delivery.starts[from], delivery.ends[to - 1]);
    this.#join(bytes);
    this.sink.write(bytes, to - from);
    this.#recorder?.wrote(this.sink, delivery, from, to);
  }

  /**
   * Separators behind the record that was written last. At the beginning of a segment they separate nothing: that record is in the
   * segment before.
   */
  separators(bytes: Uint8Array): void {
    if (this.sink.writeRecords !== undefined || (this.#isCut && !this.#begun)) return;
    this.#join(bytes);
    this.sink.write(bytes, 0);
    this.#recorder?.wroteSeparators(this.sink, bytes);
  }

  prepare(): Segment | undefined {
    const segment = this.sink.prepare();
    this.#begun = false;
    if (this.#isCut) this.#joint.forget();
    return segment;
  }

  publish(segment: Segment): void {
    this.sink.publish(segment);
    this.#exported += segment.records;
    this.#bytes += segment.bytes;
  }

  /** A commit that was under way will not happen: what was written since the last one goes, and the segment that was prepared for it. */
  takeBack(prepared: Segment | undefined): void {
    this.#begun = false;
    if (this.#isCut) this.#joint.forget();
    this.#planned = this.#exported;
    this.sink.takeBack?.(prepared);
  }

  get totals(): SinkTotals {
    return { name: this.sink.name, planned: this.#planned, exported: this.#exported, bytes: this.#bytes };
  }

  /** Its output is cut into segments that are files by themselves. */
  get #isCut(): boolean {
    return this.sink.resume === "exact" && !this.sink.whole;
  }

  #join(bytes: Uint8Array): void {
    const between = this.#joint.before(bytes);
    if (between !== undefined) {
      this.sink.write(between, 0);
      this.#recorder?.wroteSeparators(this.sink, between);
    }
    this.#begun = true;
  }
}
