/**
 * Masks values for several readers: one scan for all of them, and one pass of the engine for each.
 *
 *   scan ── rows ──┬── operations of reader 1 ── route ── engine ── output 1
 *                  └── operations of reader 2 ── route ── engine ── output 2
 *
 * Why that gives what scans of their own would: readers have one model and differ in what their policy answered, so that the scan's rows
 * differ in nothing but operations (shared-rules.ts). What the shared scan refuses is scanned once more for each reader, whose own answer
 * counts: it may be refused for one of them alone. Readers that turn out to differ in which values there are, because a policy denies a
 * field to one or removes it, are parted from then on, and each group has a scan of its own.
 */
import { Batch } from "../record/tables.ts";
import { addRows, addValueNumbers, NO_COUNTS } from "./counts.ts";
import { FramePass } from "./frame-pass.ts";
import { FrameScan, type Frames } from "./frame-scan.ts";
import { FramedMasker, type FramedParts } from "./framed.ts";
import { FramedMessages, FramedResult } from "./framed-result.ts";
import type { GrowingBytes } from "./growing-bytes.ts";
import type { StageTimes } from "./masker.ts";
import { MessageNames, MessagesOut } from "./messages-out.ts";
import { PlanHandle } from "./plan-handle.ts";
import { SharedRules } from "./shared-rules.ts";
import type { FieldCount, ValueNumbers } from "./value-counts.ts";

/** Where a reader's values go: they are appended to the output, and the result says what became of each. */
export interface ViewOutput {
  readonly output: GrowingBytes;
  readonly result: FramedResult;
}

/** What was masked for one reader. */
export interface ViewTaken {
  readonly counts: ValueNumbers;
  readonly fields: readonly FieldCount[];
}

/** Values that the shared scan refused and a reader took, and nobody knows why, until it is given up. */
const VAIN_MAX = 64;

/** Readers that share a scan: at least two. */
interface Group {
  readonly members: readonly View[];
  readonly rules: SharedRules;
  readonly scan: FrameScan;
  readonly passes: readonly FramePass[];
}

/** One reader. */
class View {
  /** In the order of all. */
  readonly place: number;
  readonly parts: FramedParts;
  readonly handle: PlanHandle;
  readonly #out: MessagesOut;
  #own: FramedMasker | undefined;
  /** Of passes that there are no more. */
  #taken: ViewTaken = NOTHING;

  constructor(place: number, parts: FramedParts, out: MessagesOut) {
    this.place = place;
    this.parts = parts;
    this.handle = new PlanHandle(parts);
    this.#out = out;
  }

  /** What scans for this reader alone; opened when it is first needed. */
  get own(): FramedMasker {
    this.#own ??= new FramedMasker(this.parts, this.#out, this.handle);
    return this.#own;
  }

  get ownTimes(): StageTimes {
    return this.#own?.times ?? NO_TIMES;
  }

  /** Keeps what a pass has counted. */
  keep(pass: FramePass): void {
    this.#taken = sumOf([this.#taken, pass.take()]);
  }

  take(pass: FramePass | undefined): ViewTaken {
    const taken = sumOf([
      this.#taken,
      ...(this.#own === undefined ? [] : [this.#own.take()]),
      ...(pass === undefined ? [] : [pass.take()]),
    ]);
    this.#taken = NOTHING;
    return taken;
  }
}

export class ViewsMasker {
  readonly #views: readonly View[];
  readonly #out: MessagesOut;
  /** Rows of the reader whose turn it is. */
  readonly #batch = new Batch();
  #groups: readonly Group[] = [];
  /** Those that share with nobody. */
  #alone: readonly View[] = [];
  #vain = 0;
  /** Of shared scans, and of passes that there are no more. */
  #times: StageTimes = NO_TIMES;

  /**
   * @param views at least one; of one model, formats, frame and engine
   * @param names that others use, too
   */
  constructor(views: readonly FramedParts[], names: MessageNames = new MessageNames()) {
    this.#out = new MessagesOut(names);
    this.#views = views.map((parts, place) => new View(place, parts, this.#out));
    this.#share([this.#views]);
  }

  /** Of all readers. */
  get times(): StageTimes {
    const passes = this.#groups.flatMap((group) => group.passes).map(timesOf);
    return [this.#times, ...passes, ...this.#views.map(({ ownTimes }) => ownTimes)].reduce(addTimes);
  }

  /** How many scans a value takes now. */
  get scans(): number {
    return this.#groups.length + this.#alone.length;
  }

  /** @param outputs by reader */
  mask(frames: Frames, outputs: readonly ViewOutput[]): void {
    this.#out.begin(frames.count);
    for (const view of this.#alone) {
      const { output, result } = outputs[view.place] as ViewOutput;
      view.own.mask(frames, output, result);
    }
    for (const group of this.#groups) this.#maskTogether(group, frames, outputs);
  }

  /** What was masked since it was asked last: for each reader, and messages that went to any. */
  take(): { readonly byView: readonly ViewTaken[]; readonly recordsByMessage: ReadonlyMap<string, number> } {
    const byView = this.#views.map((view) => view.take(this.#passOf(view)));
    return { byView, recordsByMessage: this.#out.take() };
  }

  close(): void {
    for (const { handle } of this.#views) handle.close();
  }

  #passOf(view: View): FramePass | undefined {
    const group = this.#groups.find(({ members }) => members.includes(view));
    return group?.passes[group.members.indexOf(view)];
  }

  #maskTogether(group: Group, frames: Frames, outputs: readonly ViewOutput[]): void {
    const { scan, members, passes, rules } = group;
    for (const { place } of members) outputs[place]?.result.reserve(frames.count);
    const refused: number[] = [];
    const refuse = (frame: number): void => void refused.push(frame);
    for (let first = 0; first < frames.count; ) {
      const began = performance.now();
      const end = scan.fill(frames, first, refuse);
      this.#times = addTimes(this.#times, { scan: performance.now() - began, engine: 0 });
      for (const [i, { place }] of members.entries()) {
        const { output, result } = outputs[place] as ViewOutput;
        this.#batch.follow(scan.batch, rules.operationsOf(i));
        passes[i]?.mask(this.#batch, frames, first, end, output, result);
      }
      first = end;
    }
    if (refused.length > 0 && this.#maskApart(group, frames, refused, outputs)) this.#part(group);
  }

  /** Values that the shared scan refused, reader by reader. Returns whether any of them went to a reader after all. */
  #maskApart({ members }: Group, frames: Frames, refused: readonly number[], outputs: readonly ViewOutput[]): boolean {
    const some = framesAmong(frames, refused);
    let isInVain = false;
    this.#out.among(refused);
    for (const { place, own } of members) {
      const { output, result } = outputs[place] as ViewOutput;
      const found = new FramedResult(result.messages === undefined ? undefined : new FramedMessages());
      own.mask(some, output, found);
      result.merge(found, refused);
      isInVain ||= refused.some((_, i) => found.issues[i] === 0);
    }
    this.#out.among();
    return isInVain;
  }

  /** Readers were found to differ in which values there are. */
  #part(group: Group): void {
    const { members, rules } = group;
    const { parted } = rules;
    if (parted === undefined && ++this.#vain < VAIN_MAX) return;
    const numberOf = (i: number): number => parted?.[i] ?? i;
    const numbers = [...new Set(members.map((_, i) => numberOf(i)))];
    const parts = numbers.map((number) => members.filter((_, i) => numberOf(i) === number));
    const others = this.#groups.filter((one) => one !== group).map((one) => one.members);
    this.#share([...others, ...parts, ...this.#alone.map((view) => [view])]);
  }

  /** Each group shares a scan from now on. */
  #share(groups: readonly (readonly View[])[]): void {
    for (const { members, passes } of this.#groups) {
      for (const [i, pass] of passes.entries()) {
        members[i]?.keep(pass);
        this.#times = addTimes(this.#times, timesOf(pass));
      }
    }
    this.#alone = groups.filter((members) => members.length === 1).flat();
    this.#groups = groups.filter((members) => members.length > 1).map((members) => this.#open(members));
  }

  #open(members: readonly View[]): Group {
    const [{ parts }] = members as [View];
    const rules = new SharedRules(members.map((view) => view.parts.plan));
    const scan = new FrameScan(parts, rules, parts.plan.perRecord);
    const passes = members.map(({ handle, parts: { router } }) => new FramePass({ scan, handle, router, out: this.#out }));
    return { members, rules, scan, passes };
  }
}

/** Some of the values, in their order. */
function framesAmong({ input, bounds, origins }: Frames, among: readonly number[]): Frames {
  const own = (number: number): [number, number] => [bounds[2 * number] as number, bounds[2 * number + 1] as number];
  return {
    input,
    bounds: Uint32Array.from(among.flatMap(own)),
    count: among.length,
    origins: origins && {
      offsets: Float64Array.from(among, (number) => origins.offsets[number] as number),
      sources: among.map((number) => origins.sources[number] as Uint32Array),
    },
  };
}

const NOTHING: ViewTaken = { counts: NO_COUNTS, fields: [] };

const sumOf = (taken: readonly ViewTaken[]): ViewTaken =>
  taken.reduce((a, b) => {
    if (a === NOTHING) return b;
    return { counts: addValueNumbers(a.counts, b.counts), fields: addFieldCounts(a.fields, b.fields) };
  });

const addFieldCounts = (a: readonly FieldCount[], b: readonly FieldCount[]): readonly FieldCount[] =>
  addRows(a, b, ({ format, message, path, operation, outcome }) => JSON.stringify([format, message, path, operation, outcome]));

const NO_TIMES: StageTimes = { scan: 0, engine: 0 };
const addTimes = (a: StageTimes, b: StageTimes): StageTimes => ({ scan: a.scan + b.scan, engine: a.engine + b.engine });
const timesOf = ({ routeMs, engineMs }: FramePass): StageTimes => ({ scan: routeMs, engine: engineMs });
