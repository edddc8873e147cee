/** What became of values that are whole, as a record's value is. */

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
  /** Indexes for `messageName` of what masked them. */
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

  /** Adds those of another call, whose values have the numbers `frames` in this one, and puts all in the order of their values. */
  merge(other: FramedMessages, frames: readonly number[]): void {
    for (let i = 0; i < other.count; i++) {
      const [start, end] = [other.starts[i] as number, other.ends[i] as number];
      const [ownStart, ownEnd] = [other.ownStarts[i] as number, other.ownEnds[i] as number];
      this.add(frames[other.frames[i] as number] as number, [start, end, ownStart, ownEnd], other.messages[i] as number);
    }
    if (other.count > 0) this.#sort();
  }

  #sort(): void {
    // Messages of one value stay as they are.
    const order = Array.from({ length: this.count }, (_, i) => i).sort((a, b) => (this.frames[a] as number) - (this.frames[b] as number));
    for (const column of ["frames", "starts", "ends", "ownStarts", "ownEnds", "messages"] as const)
      this[column] = order.map((i) => this[column][i] as number);
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

  /** Makes room for a call: so many values, none of which is refused. */
  reserve(count: number): void {
    if (count > this.issues.length) {
      this.issues = new Uint32Array(count);
      this.starts = new Uint32Array(count);
      this.ends = new Uint32Array(count);
      this.routes = new Uint32Array(count);
    } else {
      this.issues.fill(0, 0, count);
      this.routes.fill(0, 0, count);
    }
    this.faults.clear();
    if (this.messages !== undefined) this.messages.count = 0;
  }

  /** Takes over what became of those values of another call that have the numbers `frames` in this one. */
  merge(other: FramedResult, frames: readonly number[]): void {
    for (const [i, frame] of frames.entries()) {
      for (const column of ["issues", "starts", "ends", "routes"] as const) this[column][frame] = other[column][i] as number;
      const found = other.faults.get(i);
      if (found !== undefined) this.faults.set(frame, found);
    }
    if (other.messages !== undefined) this.messages?.merge(other.messages, frames);
  }

  refuse(frame: number, found: FrameFault): void {
    this.issues[frame] = found.issue;
    this.faults.set(frame, found);
  }
}

export const fault = (issue: number, format = "unknown", path = "", offset = 0, length = 0): FrameFault => ({
  issue,
  format,
  path,
  offset,
  length,
});
