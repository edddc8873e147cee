/**
 * A run: statements one after the other, each from its sources through its masker to its sinks, with commits where docs/internals/runs.md
 * says. This is the only place that knows the order of the stages; everything it uses is handed in.
 */
import { BautaError, issueOf } from "../kit/errors.ts";
import { PROGRESS_MS } from "../kit/limits.ts";
import type { Delivery } from "../record/delivery.ts";
import type { Origin, Segment, Sink } from "../sinks/api.ts";
import type { Source } from "../sources/api.ts";
import { addCounts, addFields, NO_COUNTS } from "./counts.ts";
import type { FrameMode } from "./frame.ts";
import type { Journal, StatementState } from "./journal.ts";
import { type Counts, type RecordMasker, reconcile, SOURCE_START, type SourcePoint } from "./masker.ts";
import type {
  Ended,
  OperationFacts,
  Position,
  RunEvent,
  RunFacts,
  RunObserver,
  RunTimes,
  SinkTotals,
  StatementEnd,
  StatementFacts,
} from "./observe.ts";
import type { Outlet, Refusal } from "./outlet.ts";
import type { Recorder } from "./recorder.ts";
import { SinkWriter } from "./sink-writer.ts";
import { withTurns } from "./turns.ts";

/** A source of a statement. */
export interface SourceEntry {
  readonly source: Source;
  /** Opens the sink that this source alone has, committed when the source ends. */
  readonly sink?: () => Sink;
  /** Where to go on; default: at the beginning. */
  readonly from?: SourcePoint;
}

export interface StatementParts {
  readonly name: string;
  readonly facts: StatementFacts;
  readonly masker: RecordMasker;
  readonly frame: FrameMode;
  /** In the order in which they are read. A watched folder has no last one. */
  readonly sources: Iterable<SourceEntry> | AsyncIterable<SourceEntry>;
  /** Opens the sinks that all sources share. */
  open(): readonly Sink[];
  /** After a source that cannot be read any further, or a refusal that stops it, the next source is read all the same. */
  readonly goesOn: boolean;
  /** Where refused records are told of. */
  readonly refused?: RefusedParts | undefined;
  operationFacts(operation: number): OperationFacts;
  /** SHA-256 (hex) of the plan with the operations so far. */
  planDigest(): string;
}

export interface RefusedParts {
  open(): Sink;
  /** What is written of one. */
  line(source: string, refusal: Refusal): Uint8Array;
}

/** When a commit is due, counted from the last one. */
export interface CommitLimits {
  readonly records: number;
  /** Of input. */
  readonly bytes: number;
  readonly milliseconds: number;
}

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  date(): number;
  /** Milliseconds from any point; never goes back. */
  ticks(): number;
  /** Resolves after so many milliseconds, or when the signal says so. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** What a journal says of a run that goes on. */
export interface Resumption {
  /** Number of the next commit. */
  readonly sequence: number;
  readonly statements: readonly StatementState[];
  /** Entries of the recorder, in their order. */
  readonly entries: readonly Uint8Array[];
}

export interface RunParts {
  readonly facts: RunFacts;
  readonly statements: readonly StatementParts[];
  readonly observers: readonly RunObserver[];
  readonly clock: Clock;
  readonly recorder?: Recorder | undefined;
  /** Without one nothing is left to go on from. */
  readonly journal?: Journal | undefined;
  /** Whether the run can go on after a kill. Default: it cannot. */
  readonly resume?: "exact" | "none" | undefined;
  /** Default: one commit, at the end. */
  readonly commit?: CommitLimits | undefined;
  readonly resumed?: Resumption | undefined;
  /** The run ends after a commit when it says so. */
  readonly stop?: AbortSignal | undefined;
}

/** How a run ends that does not fail. */
export type RunEnding = Exclude<Ended, "failed">;

export interface RunResult {
  readonly ended: RunEnding;
  /** Over all statements, and over what was done before the run was resumed. */
  readonly counts: Counts;
  /** Sources that were not read to their end, and how far they were. */
  readonly unread: readonly { readonly source: string; readonly offset: number }[];
  readonly milliseconds: number;
}

/** Runs to the end. Throws whatever ends it before; then nothing is left of what no commit took. */
export function run(parts: RunParts): Promise<RunResult> {
  return new Course(parts).run();
}

/** Turns that the event loop gets, so that signals are heard. */
const turn = (): Promise<void> => new Promise((resume) => setImmediate(resume));

const NO_RECORD = new Uint8Array(0);

class Course {
  readonly #parts: RunParts;
  readonly #clock: Clock;
  readonly #began: number;
  #observers: readonly RunObserver[];
  #sequence: number;
  /** Of statements that have ended. */
  readonly #states: StatementState[] = [];
  #lastCommit: number;
  /** Positions of sources that moved since the last commit. */
  readonly #moved = new Map<string, Position>();
  readonly #unread: { source: string; offset: number }[] = [];

  constructor(parts: RunParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#began = parts.clock.ticks();
    this.#lastCommit = this.#began;
    this.#observers = parts.observers;
    this.#sequence = parts.resumed?.sequence ?? 0;
  }

  async run(): Promise<RunResult> {
    const { facts, resumed, statements, recorder } = this.#parts;
    let issue: BautaError["issue"] | undefined;
    let ended: RunEnding = "done";
    try {
      if (resumed !== undefined) recorder?.restore(resumed.entries);
      const { resume = "none" } = this.#parts;
      this.tell({ event: "run-start", at: this.#clock.date(), ...facts, resume, resumedAfter: resumed?.sequence });
      for (const statement of statements) {
        const end = await new Way(this, this.#parts, statement).run();
        if (ended === "done") ended = end;
        if (end === "stopped" || (end !== "done" && !statement.goesOn)) break;
      }
      const counts = this.#states.reduce((sum, state) => addCounts(sum, state.counts), NO_COUNTS);
      return { ended, counts, unread: this.#unread, milliseconds: this.#clock.ticks() - this.#began };
    } catch (error) {
      issue = error instanceof BautaError ? error.issue : issueOf(9001);
      throw error;
    } finally {
      const milliseconds = this.#clock.ticks() - this.#began;
      const at = this.#clock.date();
      // The error under way is the one to tell.
      this.tell(
        { event: "run-end", at, ended: issue === undefined ? ended : "failed", issue, commits: this.#sequence, milliseconds },
        issue !== undefined,
      );
    }
  }

  /** @param quietly whatever an observer throws, it is not thrown on */
  tell(event: RunEvent, quietly = false): void {
    for (const observer of this.#observers) {
      try {
        observer.observe(event);
      } catch (error) {
        if (quietly) continue;
        if (observer.mandatory) throw error;
        this.#observers = this.#observers.filter((one) => one !== observer);
        this.tell({ event: "degrade", at: this.#clock.date(), what: "observer", name: observer.name, issue: issueOf(9001) });
      }
    }
  }

  moved(position: Position): void {
    this.#moved.set(`${position.statement}\0${position.source}`, position);
  }

  get isDirty(): boolean {
    return this.#moved.size > 0;
  }

  /** Milliseconds until a commit is due by time. */
  untilDue(): number {
    return this.#lastCommit + (this.#parts.commit?.milliseconds ?? Number.POSITIVE_INFINITY) - this.#clock.ticks();
  }

  /** A statement has ended; its numbers go into every entry from now on. */
  finished(state: StatementState, unread: readonly { source: string; offset: number }[]): void {
    this.#states.push(state);
    this.#unread.push(...unread);
  }

  /** Prepare, record, publish. Returns the milliseconds that it took. */
  async commit(writers: readonly SinkWriter[], state: StatementState, ended: Ended | undefined): Promise<number> {
    const { journal, recorder } = this.#parts;
    const from = this.#clock.ticks();
    const prepared: { readonly writer: SinkWriter; readonly segment: Segment }[] = [];
    for (const writer of writers) {
      const segment = writer.prepare();
      if (segment !== undefined) prepared.push({ writer, segment });
    }
    const segments = prepared.map(({ segment }) => segment);
    const positions = [...this.#moved.values()];
    const sequence = this.#sequence;
    const record = recorder?.entry({ sequence, at: this.#clock.date(), positions, segments }) ?? NO_RECORD;
    const whole = (): Uint8Array => recorder?.whole() ?? NO_RECORD;
    const durable = this.#clock.ticks();
    await journal?.write({ sequence, positions, segments, statements: [...this.#states, state], record, whole, ended });
    const recorded = this.#clock.ticks();
    for (const { writer, segment } of prepared) writer.publish(segment);
    const visible = this.#clock.ticks();
    this.#moved.clear();
    this.#lastCommit = visible;
    const times = { prepareMs: durable - from, journalMs: recorded - durable, publishMs: visible - recorded };
    this.#sequence++;
    this.tell({ event: "committed", at: this.#clock.date(), sequence, positions, segments, ...times });
    return visible - from;
  }
}

/** One statement under way. */
class Way {
  readonly #course: Course;
  readonly #run: RunParts;
  readonly #parts: StatementParts;
  readonly #clock: Clock;
  readonly #restored: StatementState | undefined;
  #shared: readonly SinkWriter[] = [];
  #refused: SinkWriter | undefined;
  /** By route: the sinks of the source under way. */
  #routes: readonly (readonly SinkWriter[])[] = [];
  /** Sinks that got the last record. */
  #last: readonly SinkWriter[] = [];
  #ownTotals: SinkTotals[] = [];
  #source = "";
  #ended = false;
  /** Bytes of this source that were read, from its beginning. */
  #read = 0;
  /** A commit that is due waits for the next bytes, once. */
  #deferred = false;
  #recordsAtCommit = 0;
  #bytesAtCommit = 0;
  #unread: { source: string; offset: number }[] = [];
  #behind = 0;
  readonly #times = { source: 0, sink: 0, commit: 0 };
  #began = 0;

  constructor(course: Course, run: RunParts, parts: StatementParts) {
    this.#course = course;
    this.#run = run;
    this.#parts = parts;
    this.#clock = run.clock;
    this.#restored = run.resumed?.statements.find(({ statement }) => statement === parts.name);
  }

  async run(): Promise<RunEnding> {
    const { name, facts, refused, frame } = this.#parts;
    this.#began = this.#clock.ticks();
    let result: RunEnding | undefined;
    const open: SinkWriter[] = [];
    try {
      if (refused !== undefined) {
        this.#refused = new SinkWriter(refused.open(), frame, undefined);
        open.push(this.#refused);
      }
      this.#shared = this.#parts.open().map((sink) => new SinkWriter(sink, frame, this.#run.recorder));
      open.push(...this.#shared);
      const sinks = this.#shared.map(({ sink }) => ({ name: sink.name, resume: sink.resume }));
      this.#course.tell({ event: "statement-start", at: this.#clock.date(), statement: name, ...facts, sinks });
      const ended = await this.#readAll();
      const state = this.#state();
      reconcile(state.counts);
      this.#times.commit += await this.#course.commit(open, state, ended);
      this.#course.finished(state, this.#unread);
      result = ended;
      return ended;
    } finally {
      for (const writer of open) writer.sink.close();
      // The error under way is the one to tell.
      this.#course.tell(this.#end(result ?? "failed"), result === undefined);
    }
  }

  #end(ended: Ended): StatementEnd {
    const { counts, fields } = this.#state();
    return {
      event: "statement-end",
      at: this.#clock.date(),
      statement: this.#parts.name,
      ended,
      counts,
      fields,
      planDigest: this.#parts.planDigest(),
      sinks: [...this.#shared.map(({ totals }) => totals), ...this.#ownTotals],
      unread: this.#unread,
      times: this.#timesSoFar(),
      outByWorker: this.#parts.masker.outByWorker,
    };
  }

  async #readAll(): Promise<RunEnding> {
    const { sources, goesOn } = this.#parts;
    const iterator = iteratorOf(sources);
    let ended: RunEnding = "done";
    for (;;) {
      const next = await this.#next(iterator);
      if (next === "stopped") return "stopped";
      if (next.done === true) return ended;
      const entry = next.value;
      if (ended !== "done" && !goesOn) {
        // What is behind the source that stopped the run was not read at all. A folder that is watched has no end to tell.
        if (Symbol.asyncIterator in sources) return ended;
        this.#unread.push({ source: entry.source.name, offset: 0 });
        continue;
      }
      const end = await this.#readOne(entry);
      if (end === "stopped") return "stopped";
      if (end !== "done") ended = end;
    }
  }

  async #readOne(entry: SourceEntry): Promise<RunEnding> {
    const { source, sink, from = SOURCE_START } = entry;
    const { name: statement, masker, facts, frame } = this.#parts;
    const own = sink === undefined ? undefined : new SinkWriter(sink(), frame, this.#run.recorder);
    try {
      const ownSink = own?.sink.name;
      const { name, size } = source;
      this.#course.tell({ event: "source-opened", at: this.#clock.date(), statement, source: name, size, from, sink: ownSink });
      this.#source = name;
      this.#read = from.offset;
      this.#behind = from.offset;
      this.#ended = false;
      this.#routes = facts.routes.map(({ sinks }) => (own === undefined ? sinks.map((at) => this.#shared[at] as SinkWriter) : [own]));
      this.#last = this.#routes.length === 1 ? (this.#routes[0] as readonly SinkWriter[]) : [];
      for (const writer of new Set(this.#routes.flat())) writer.next();
      masker.beginSource(from);
      const ended = await this.#pump(source, from);
      // Behind a refused record a resumed run can go on, behind a broken frame it cannot.
      this.#ended = ended === "done" || ended === "framing";
      const unreadFrom = ended === "done" ? undefined : ended === "stopped" ? masker.position.offset : this.#behind;
      if (unreadFrom !== undefined) this.#unread.push({ source: name, offset: unreadFrom });
      this.#noteMove();
      if (own !== undefined) {
        this.#times.commit += await this.#course.commit([own], this.#state(), undefined);
        this.#ownTotals.push(own.totals);
      }
      const { position } = masker;
      const resumes = !this.#ended;
      this.#course.tell({ event: "source-ended", at: this.#clock.date(), statement, source: name, position, unreadFrom, resumes });
      return ended;
    } finally {
      own?.sink.close();
    }
  }

  async #pump(source: Source, from: SourcePoint): Promise<RunEnding> {
    const { masker } = this.#parts;
    const outlet = this.#outlet(source);
    const iterator = withTurns(source, source.chunks(from.offset), masker);
    let turned = this.#clock.ticks();
    try {
      for (;;) {
        const waited = this.#clock.ticks();
        const next = await this.#next(iterator);
        const got = this.#clock.ticks();
        this.#times.source += got - waited;
        if (next === "stopped") return "stopped";
        if (next.done === true) break;
        this.#read += next.value.length;
        const pushed = masker.push(next.value, outlet);
        if (pushed !== undefined) await pushed;
        if (masker.stopped !== undefined) return masker.stopped;
        if (this.#isDue()) await this.#commitNow();
        const now = this.#clock.ticks();
        if (now - turned > PROGRESS_MS) {
          turned = now;
          this.#tellProgress(source);
          await turn();
        }
      }
      const ended = masker.end(outlet);
      if (ended !== undefined) await ended;
      return masker.stopped ?? "done";
    } finally {
      await iterator.return?.();
    }
  }

  /** The next item; while it lets us wait, commits become due, and the run may be told to stop. */
  async #next<T>(iterator: Iterator<T> | AsyncIterator<T>): Promise<IteratorResult<T> | "stopped"> {
    const { stop } = this.#run;
    if (stop?.aborted) return "stopped";
    const next = iterator.next();
    if (!(next instanceof Promise)) return next;
    for (;;) {
      const over = new AbortController();
      const due = this.#course.isDirty || this.#hasMoved ? this.#course.untilDue() : Number.POSITIVE_INFINITY;
      try {
        const waits: Promise<IteratorResult<T> | "stopped" | "due">[] = [next];
        if (stop !== undefined) waits.push(aborted(stop, over.signal));
        if (due < Number.POSITIVE_INFINITY) waits.push(this.#clock.sleep(Math.max(0, due), over.signal).then(() => "due" as const));
        const first = waits.length === 1 ? await next : await Promise.race(waits);
        if (first !== "due") return first;
      } finally {
        over.abort();
      }
      await this.#commitNow();
    }
  }

  #outlet(source: Source): Outlet {
    const { masker, name: statement, refused } = this.#parts;
    const { recorder } = this.#run;
    const origin: Origin = { statement, source: source.name, messageName: (index) => masker.messageName(index) };
    return {
      records: (delivery) => {
        recorder?.delivered(statement, source.name, delivery);
        this.#write(delivery, origin);
      },
      separators: (bytes) => {
        for (const writer of this.#last) writer.separators(bytes);
      },
      refused: (refusal) => {
        recorder?.refused(statement, source.name, refusal);
        this.#behind = refusal.offset + refusal.length;
        if (refused !== undefined) this.#refused?.sink.write(refused.line(source.name, refusal), 1);
        const { bytes: _, inputLeaf: __, ...told } = refusal;
        this.#course.tell({ event: "refused", at: this.#clock.date(), statement, source: source.name, ...told });
      },
    };
  }

  #write(delivery: Delivery, origin: Origin): void {
    const began = this.#clock.ticks();
    const { routes, count } = delivery;
    let from = 0;
    while (from < count) {
      const route = routes[from] as number;
      let to = from + 1;
      while (to < count && routes[to] === route) to++;
      this.#last = this.#routes[route] ?? [];
      for (const writer of this.#last) writer.records(delivery, from, to, origin);
      from = to;
    }
    this.#times.sink += this.#clock.ticks() - began;
  }

  #noteMove(): void {
    const { masker, name: statement } = this.#parts;
    if (this.#source !== "") this.#course.moved({ statement, source: this.#source, ended: this.#ended, ...masker.position });
  }

  /** The source under way was read further since the last commit. */
  get #hasMoved(): boolean {
    const { recordsIn: records, bytesIn } = this.#parts.masker;
    return records > this.#recordsAtCommit || bytesIn > this.#bytesAtCommit;
  }

  #isDue(): boolean {
    const { commit } = this.#run;
    if (commit === undefined) return false;
    const { masker } = this.#parts;
    const { recordsIn: records, bytesIn } = masker;
    const due =
      records - this.#recordsAtCommit >= commit.records ||
      bytesIn - this.#bytesAtCommit >= commit.bytes ||
      (records > this.#recordsAtCommit && this.#course.untilDue() <= 0);
    if (!due) return false;
    // If nothing is held, what comes next may be separators of the last record: they belong into the same segment.
    const isHeld = masker.position.offset < this.#read;
    if (!isHeld && !this.#deferred) {
      this.#deferred = true;
      return false;
    }
    return true;
  }

  async #commitNow(): Promise<void> {
    this.#noteMove();
    const writers = [...this.#shared, ...(this.#refused === undefined ? [] : [this.#refused])];
    const cut = writers.filter(({ sink }) => !sink.whole);
    this.#times.commit += await this.#course.commit(cut, this.#state(), undefined);
    const { recordsIn: records, bytesIn } = this.#parts.masker;
    this.#recordsAtCommit = records;
    this.#bytesAtCommit = bytesIn;
    this.#deferred = false;
  }

  #tellProgress({ name, size }: Source): void {
    const { masker, name: statement } = this.#parts;
    const { position, outByWorker } = masker;
    const counts = (): Counts => this.#counts();
    const times = (): RunTimes => this.#timesSoFar();
    this.#course.tell({ event: "progress", at: this.#clock.date(), statement, source: name, size, position, counts, times, outByWorker });
  }

  #timesSoFar(): RunTimes {
    return { ...this.#parts.masker.times, ...this.#times, total: this.#clock.ticks() - this.#began };
  }

  #counts(): Counts {
    const { counts } = this.#parts.masker;
    return this.#restored === undefined ? counts : addCounts(this.#restored.counts, counts);
  }

  #state(): StatementState {
    const { masker, name, operationFacts } = this.#parts;
    const fields = masker.fieldCounts().map((row) => ({ ...row, ...operationFacts(row.operation) }));
    return { statement: name, counts: this.#counts(), fields: addFields(this.#restored?.fields ?? [], fields) };
  }
}

function iteratorOf<T>(items: Iterable<T> | AsyncIterable<T>): Iterator<T> | AsyncIterator<T> {
  return Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
}

/** Resolves when `stop` says so; forgotten when `over` does. */
function aborted(stop: AbortSignal, over: AbortSignal): Promise<"stopped"> {
  return new Promise((resolve) => stop.addEventListener("abort", () => resolve("stopped"), { once: true, signal: over }));
}
