/**
 * The journal of a file run: one file beside the output, to which each commit adds a line. The first line is how things stood when it was
 * written; each behind it says what a commit changed. Its last line counts once it is whole. When it has doubled it is written anew, so
 * that it grows with what a run has left behind and not with how often it committed.
 */
import { BautaError } from "../kit/errors.ts";
import { JOURNAL_BYTES_MIN } from "../kit/limits.ts";
import type { Segment } from "../sinks/api.ts";
import type { Journal, JournalEntry, StatementState } from "./journal.ts";
import type { Counts } from "./masker.ts";
import type { Ended, Position } from "./observe.ts";

/** What a run must have in common with the one that it goes on from. SHA-256 in hex and ids. */
export interface JournalIdentity {
  /** Of what the pipeline file says. */
  readonly pipeline: string;
  /** Of the models, base first. */
  readonly models: readonly string[];
  readonly lock: string;
  readonly key: string;
}

/** A source's state at the time when it was first read: what is read further must be the same file. */
export interface SourceMark {
  readonly inode: number;
  readonly size: number;
  readonly modifiedMs: number;
}

export interface JournalState {
  readonly task: string;
  readonly identity: JournalIdentity;
  /** Of the last commit. */
  readonly sequence: number;
  readonly ended: Ended | undefined;
  readonly positions: readonly Position[];
  /** By source. */
  readonly marks: Readonly<Record<string, SourceMark>>;
  /** Of the last commit: they may not be visible yet. */
  readonly segments: readonly Segment[];
  /** By sink: records in all its segments. */
  readonly records: Readonly<Record<string, number>>;
  readonly statements: readonly StatementState[];
  /** Of the recorder, in their order. */
  readonly entries: readonly Uint8Array[];
}

/** Where a journal is kept. Each call returns when what it wrote is durable. */
export interface JournalPlace {
  replace(bytes: Uint8Array): void;
  append(bytes: Uint8Array): void;
  close(): void;
}

const VERSION = 2;

export class JournalFile implements Journal {
  readonly #place: JournalPlace;
  readonly #mark: (source: string) => SourceMark | undefined;
  readonly #keep: (position: Position) => boolean;
  readonly #positions: Map<string, Position>;
  readonly #marks: Map<string, SourceMark>;
  readonly #records: Map<string, number>;
  #state: JournalState;
  /** Bytes of the first line, and of those behind it. */
  #first = 0;
  #behind = 0;

  /**
   * @param mark of a source that is a file
   * @param keep whether a position is still of use; what is not is forgotten when the journal is written anew
   */
  constructor(
    state: JournalState,
    place: JournalPlace,
    mark: (source: string) => SourceMark | undefined,
    keep: (position: Position) => boolean,
  ) {
    this.#state = state;
    this.#place = place;
    this.#mark = mark;
    this.#keep = keep;
    this.#positions = new Map(state.positions.map((position) => [keyOf(position), position]));
    this.#marks = new Map(Object.entries(state.marks));
    this.#records = new Map(Object.entries(state.records));
  }

  /** The run is under way: whatever it leaves behind from now on can be told by its task. */
  begin(): void {
    this.#rewrite({ ...this.#state, ended: undefined });
  }

  write({ sequence, positions, segments, statements, record, whole, ended }: JournalEntry): void {
    const marks: Record<string, SourceMark> = {};
    for (const position of positions) {
      const before = this.#positions.get(keyOf(position));
      this.#positions.set(keyOf(position), position);
      const { source, offset, records } = position;
      // What moves behind its end is another file that took the place of the one of its name.
      const isAnother = before?.ended === true && (before.offset !== offset || before.records !== records);
      const mark = (isAnother ? undefined : this.#marks.get(source)) ?? this.#mark(source);
      if (mark !== undefined) marks[source] = mark;
    }
    for (const [source, mark] of Object.entries(marks)) this.#marks.set(source, mark);
    for (const { sink, firstRecord, records: count } of segments) this.#records.set(sink, firstRecord + count);
    this.#state = { ...this.#state, sequence, segments, statements, ended, entries: [] };
    if (this.#behind > Math.max(this.#first, JOURNAL_BYTES_MIN)) return this.#rewrite({ ...this.#state, entries: [whole()] });
    const line = lineOf({
      sequence,
      ended,
      positions,
      marks,
      segments,
      statements: statements.map(plainState),
      record: Buffer.from(record).toString("base64"),
    });
    this.#place.append(line);
    this.#behind += line.length;
  }

  close(): void {
    this.#place.close();
  }

  #rewrite(state: JournalState): void {
    for (const [key, position] of this.#positions) if (!this.#keep(position)) this.#positions.delete(key);
    const positions = [...this.#positions.values()];
    const kept = new Set(positions.map(({ source }) => source));
    for (const source of this.#marks.keys()) if (!kept.has(source)) this.#marks.delete(source);
    const [marks, records] = [Object.fromEntries(this.#marks), Object.fromEntries(this.#records)];
    const line = new TextEncoder().encode(encodeJournal({ ...state, positions, marks, records }));
    this.#place.replace(line);
    this.#first = line.length;
    this.#behind = 0;
  }
}

const keyOf = ({ statement, source }: Position): string => `${statement}\0${source}`;
const lineOf = (value: object): Uint8Array => new TextEncoder().encode(`${JSON.stringify(value)}\n`);

/** A journal of one line. */
export function encodeJournal(state: JournalState): string {
  const plain = {
    "bauta-journal": VERSION,
    ...state,
    entries: state.entries.map((entry) => Buffer.from(entry).toString("base64")),
    statements: state.statements.map(plainState),
  };
  return `${JSON.stringify(plain)}\n`;
}

/** Whether a text begins as a journal does, of whatever version. */
export const isJournal = (text: string): boolean => text.startsWith('{"bauta-journal":');

/** @throws BautaError 1425 for what is no journal of this version */
export function parseJournal(text: string, path: string): JournalState {
  try {
    const [first = "", ...lines] = text.split("\n");
    const { "bauta-journal": version, ...plain } = JSON.parse(first) as PlainJournal;
    if (version !== VERSION || typeof plain.task !== "string" || !Number.isSafeInteger(plain.sequence)) throw new Error("not one");
    // What stands behind the last line end was not written to its end: no commit.
    lines.pop();
    return lines.map((line) => JSON.parse(line) as PlainEntry).reduce(added, stateOf(plain));
  } catch {
    throw new BautaError(1425, { path });
  }
}

function stateOf(plain: Omit<PlainJournal, "bauta-journal">): Writable<JournalState> {
  return {
    ...plain,
    ended: plain.ended,
    entries: plain.entries.map(bytesOf),
    statements: plain.statements.map(stateOfPlain),
  };
}

/** The state, to which a commit was added. */
function added(state: Writable<JournalState>, entry: PlainEntry, at: number, all: readonly PlainEntry[]): Writable<JournalState> {
  const { sequence, ended, positions, marks, segments, statements, record } = entry;
  if (sequence !== state.sequence + 1) throw new Error("a commit is missing");
  Object.assign(state.marks, marks);
  const records = state.records as Record<string, number>;
  for (const { sink, firstRecord, records: count } of segments) records[sink] = firstRecord + count;
  (state.entries as Uint8Array[]).push(bytesOf(record));
  (state.positions as Position[]).push(...positions);
  Object.assign(state, { sequence, ended, segments });
  if (at < all.length - 1) return state;
  state.statements = statements.map(stateOfPlain);
  state.positions = [...new Map(state.positions.map((position) => [keyOf(position), position])).values()];
  return state;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

type PlainCounts = Omit<Counts, "refusedByCode" | "recordsByMessage"> & {
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly recordsByMessage: Readonly<Record<string, number>>;
};

type PlainState = Omit<StatementState, "counts"> & { readonly counts: PlainCounts };

type PlainJournal = Omit<JournalState, "entries" | "statements"> & {
  readonly "bauta-journal": number;
  readonly entries: readonly string[];
  readonly statements: readonly PlainState[];
};

type PlainEntry = Pick<JournalState, "sequence" | "ended" | "positions" | "marks" | "segments"> & {
  readonly statements: readonly PlainState[];
  readonly record: string;
};

const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, "base64"));
const plainState = (state: StatementState): PlainState => ({ ...state, counts: plainCounts(state.counts) });
const stateOfPlain = (state: PlainState): StatementState => ({ ...state, counts: countsOf(state.counts) });

const plainCounts = (counts: Counts): PlainCounts => ({
  ...counts,
  refusedByCode: Object.fromEntries(counts.refusedByCode),
  recordsByMessage: Object.fromEntries(counts.recordsByMessage),
});

const countsOf = (counts: PlainCounts): Counts => ({
  ...counts,
  refusedByCode: new Map(Object.entries(counts.refusedByCode)),
  recordsByMessage: new Map(Object.entries(counts.recordsByMessage)),
});
