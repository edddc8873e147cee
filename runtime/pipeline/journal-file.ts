/**
 * The journal of a file run: one small file beside the output, put in place of the one before with each commit. It says how far the
 * sources were read, which segments the last commit made, and the numbers so far.
 */
import { BautaError } from "../kit/errors.ts";
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
  readonly record: Uint8Array;
}

const VERSION = 1;

export class JournalFile implements Journal {
  readonly #replace: (bytes: Uint8Array) => void;
  readonly #mark: (source: string) => SourceMark | undefined;
  readonly #keep: (position: Position) => boolean;
  #state: JournalState;

  /**
   * @param replace puts the bytes in place of the journal, durable when it returns
   * @param mark of a source that is a file
   * @param keep whether a position is still of use; what is not is forgotten
   */
  constructor(
    state: JournalState,
    replace: (bytes: Uint8Array) => void,
    mark: (source: string) => SourceMark | undefined,
    keep: (position: Position) => boolean,
  ) {
    this.#state = state;
    this.#replace = replace;
    this.#mark = mark;
    this.#keep = keep;
  }

  /** The run is under way: whatever it leaves behind from now on can be told by its task. */
  begin(): void {
    this.#replace(new TextEncoder().encode(encodeJournal({ ...this.#state, ended: undefined })));
  }

  write(entry: JournalEntry): void {
    const before = this.#state;
    const positions = new Map(before.positions.map((position) => [keyOf(position), position]));
    for (const position of entry.positions) positions.set(keyOf(position), position);
    const kept = [...positions.values()].filter((position) => this.#keep(position));
    const marks: Record<string, SourceMark> = {};
    for (const { source } of kept) {
      const mark = before.marks[source] ?? this.#mark(source);
      if (mark !== undefined) marks[source] = mark;
    }
    const records: Record<string, number> = { ...before.records };
    for (const { sink, firstRecord, records: count } of entry.segments) records[sink] = firstRecord + count;
    const { sequence, segments, statements, record, ended } = entry;
    this.#state = { ...before, sequence, segments, statements, record, ended, positions: kept, marks, records };
    this.#replace(new TextEncoder().encode(encodeJournal(this.#state)));
  }
}

const keyOf = ({ statement, source }: Position): string => `${statement}\0${source}`;

export function encodeJournal(state: JournalState): string {
  const plain = {
    "bauta-journal": VERSION,
    ...state,
    record: Buffer.from(state.record).toString("base64"),
    statements: state.statements.map((one) => ({ ...one, counts: plainCounts(one.counts) })),
  };
  return `${JSON.stringify(plain)}\n`;
}

/** @throws BautaError 1425 for what is no journal of this version */
export function parseJournal(text: string, path: string): JournalState {
  try {
    const { "bauta-journal": version, ...plain } = JSON.parse(text) as PlainJournal;
    if (version !== VERSION || typeof plain.task !== "string" || !Number.isSafeInteger(plain.sequence)) throw new Error("not one");
    return {
      ...plain,
      ended: plain.ended,
      record: new Uint8Array(Buffer.from(plain.record, "base64")),
      statements: plain.statements.map((one) => ({ ...one, counts: countsOf(one.counts) })),
    };
  } catch {
    throw new BautaError(1425, { path });
  }
}

type PlainCounts = Omit<Counts, "refusedByCode" | "recordsByMessage"> & {
  readonly refusedByCode: Readonly<Record<string, number>>;
  readonly recordsByMessage: Readonly<Record<string, number>>;
};

type PlainJournal = Omit<JournalState, "record" | "statements"> & {
  readonly "bauta-journal": number;
  readonly record: string;
  readonly statements: readonly (Omit<StatementState, "counts"> & { readonly counts: PlainCounts })[];
};

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
