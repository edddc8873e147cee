/** Notes of refused records, as a topic of them holds them; and notes that such a record was replayed. */
import { headerOf, type RecordBatch } from "./batch.ts";
import type { ConnectionDefinition } from "./connection.ts";
import { RECORD_STRIDE, RECORD_TIMESTAMP, wholeAt } from "./layout.ts";
import { readTopics } from "./read-all.ts";

/** A refused record: where it is and why it is refused. */
export interface RefusedNote {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly code: string;
  readonly path: string;
  /** Keyed digest of its value. */
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What it holds, encrypted; undefined where that was left out. */
  readonly sealed: Uint8Array | undefined;
  /** Milliseconds since 1970; undefined: it was not replayed. */
  readonly replayedAt: number | undefined;
}

/** Which of them are meant; undefined: all. */
export interface NoteFilter {
  readonly code?: string | undefined;
  readonly path?: string | undefined;
  /** A topic, `TOPIC/PARTITION` or `TOPIC/PARTITION/OFFSET`. */
  readonly source?: string | undefined;
}

const header = (name: string): Uint8Array => new TextEncoder().encode(name);
export const SOURCE = header("bauta.source");
export const CODE = header("bauta.code");
export const PATH = header("bauta.path");
export const HASH = header("bauta.hash");
export const SEALED = header("bauta.sealed");
export const REPLAYED = header("bauta.replayed");

const PLACE = /^([A-Za-z0-9._-]{1,249})\/(\d{1,9})\/(\d{1,15})$/;

export const sourceOfNote = ({ topic, partition, offset }: Pick<RefusedNote, "topic" | "partition" | "offset">): string =>
  `${topic}/${partition}/${offset}`;

/** Whether a note is meant. Codes are compared without `BAUTA-`. */
export function isMeant(note: RefusedNote, { code, path, source }: NoteFilter): boolean {
  const place = sourceOfNote(note);
  return (
    (code === undefined || bare(code) === bare(note.code)) &&
    (path === undefined || path === note.path) &&
    (source === undefined || source === place || place.startsWith(`${source}/`))
  );
}

const bare = (code: string): string => code.toUpperCase().replace(/^BAUTA-/, "");

/** Reads a topic of refused records: the latest note of each, in the order of their sources. */
export async function readNotes(connection: ConnectionDefinition, topic: string): Promise<readonly RefusedNote[]> {
  const notes = new Map<string, RefusedNote>();
  const replayed = new Map<string, number>();
  await readTopics(connection, [topic], (batch) => {
    for (let row = 0; row < batch.count; row++) {
      const source = textOf(headerOf(batch, row, SOURCE));
      const at = wholeAt(batch.records, row * RECORD_STRIDE + RECORD_TIMESTAMP);
      if (headerOf(batch, row, REPLAYED) !== undefined) replayed.set(source, at);
      else if ((notes.get(source)?.at ?? -1) <= at) {
        const note = noteOf(batch, row, source, at);
        if (note !== undefined) notes.set(source, note);
      }
    }
  });
  return [...notes]
    .map(([source, note]) => ({ ...note, replayedAt: replayed.get(source) }))
    .toSorted((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition || a.offset - b.offset));
}

function noteOf(batch: RecordBatch, row: number, source: string, at: number): RefusedNote | undefined {
  const [, topic, partition, offset] = PLACE.exec(source) ?? [];
  if (topic === undefined) return undefined;
  const text = (name: Uint8Array): string => textOf(headerOf(batch, row, name));
  const [code, path, hash] = [text(CODE), text(PATH), text(HASH)];
  // A copy: the batch is overwritten.
  const sealed = headerOf(batch, row, SEALED)?.slice();
  return { topic, partition: Number(partition), offset: Number(offset), code, path, hash, at, sealed, replayedAt: undefined };
}

const textOf = (bytes: Uint8Array | undefined): string => (bytes === undefined ? "" : Buffer.from(bytes).toString("utf8"));
