/** Masks values that are whole, as a record's value is: each is one message, or several. */
import { FramePass } from "./frame-pass.ts";
import { FrameScan, type Frames } from "./frame-scan.ts";
import type { FramedResult, FrameFault } from "./framed-result.ts";
import type { GrowingBytes } from "./growing-bytes.ts";
import type { MaskerParts, StageTimes } from "./masker.ts";
import type { MessagesOut } from "./messages-out.ts";
import { PlanHandle } from "./plan-handle.ts";
import type { FieldCount, ValueNumbers } from "./value-counts.ts";

export type FramedParts = Omit<MaskerParts, "onRefuse" | "keyedHash">;

export class FramedMasker {
  readonly #scan: FrameScan;
  readonly #pass: FramePass;
  readonly #handle: PlanHandle;
  #scanMs = 0;

  /**
   * @param out where others count the same messages
   * @param handle of the plan, which whoever opened it closes. Default: one of its own
   */
  constructor(parts: FramedParts, out?: MessagesOut, handle: PlanHandle = new PlanHandle(parts)) {
    this.#scan = new FrameScan(parts, parts.plan, parts.plan.perRecord);
    this.#handle = handle;
    this.#pass = new FramePass({ scan: this.#scan, handle, router: parts.router, out });
  }

  get times(): StageTimes {
    return { scan: this.#scanMs + this.#pass.routeMs, engine: this.#pass.engineMs };
  }

  /** @param output values are appended to it */
  mask(frames: Frames, output: GrowingBytes, result: FramedResult): void {
    const refuse = (frame: number, found: FrameFault): void => result.refuse(frame, found);
    result.reserve(frames.count);
    for (let first = 0; first < frames.count; ) {
      const began = performance.now();
      const end = this.#scan.fill(frames, first, refuse);
      this.#scanMs += performance.now() - began;
      this.#pass.mask(this.#scan.batch, frames, first, end, output, result);
      first = end;
    }
  }

  /** What was masked since it was asked last. Records are messages here; how many values there were, whoever read them knows. */
  take(): { readonly counts: ValueNumbers; readonly fields: readonly FieldCount[] } {
    return this.#pass.take();
  }

  messageName(index: number): string {
    return this.#pass.messageName(index);
  }

  close(): void {
    this.#handle.close();
  }
}
