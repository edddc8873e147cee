/** Files and logs beside the topics of a pipeline: opened where the last worker of this name left them. */
import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import type { Mark } from "../kafka/addon.ts";
import { BautaError } from "../kit/errors.ts";
import type { PipelineDefinition, SinkDefinition } from "../pipeline/definition/definition.ts";
import type { SinkRecorder } from "../pipeline/recorder.ts";
import { SinkWriter } from "../pipeline/sink-writer.ts";
import { type SegmentNote, TopicFiles } from "../pipeline/topics/files.ts";
import type { Segment } from "../sinks/api.ts";
import { type Lock, lockPlaces } from "../sinks/lock.ts";
import { logSink } from "../sinks/log.ts";
import { replaceFile } from "../sinks/replace.ts";
import { publishSegment, segmentAt, segmentSink, sweepSegments, withdrawSegment } from "../sinks/segments.ts";

/** Version of the note. */
const VERSION = 1;

export type FileSink = Extract<SinkDefinition, { readonly kind: "file" | "log" }> & { readonly path: string };

/** The sinks of a pipeline that are written in segments. */
export const fileSinksOf = ({ sinks }: Pick<PipelineDefinition, "sinks">): readonly FileSink[] =>
  sinks.filter((sink): sink is FileSink => (sink.kind === "file" || sink.kind === "log") && sink.path !== undefined);

/** Where a worker writes what others write elsewhere: `masked/euro.xml` of worker `w1` is `masked/euro.w1.xml`. */
export function pathOfWorker(path: string, instance: string): string {
  const ending = extname(path);
  return `${path.slice(0, path.length - ending.length)}.${instance}${ending}`;
}

/** Of its private files: that of no other begins with it. */
const taskOf = (instance: string): string => `+${instance}+`;

/** Where a worker notes what it is about to commit: beside its first file, unless the pipeline says where. */
export function notePathOf({ journal, name, sinks }: PipelineDefinition, instance: string): string | undefined {
  const [first] = fileSinksOf({ sinks });
  if (first === undefined) return undefined;
  return pathOfWorker(journal ?? join(dirname(first.path), `${name}.journal`), instance);
}

export interface OpenFiles {
  readonly files: TopicFiles;
  close(): void;
}

export interface FilesChoice {
  readonly definition: PipelineDefinition;
  readonly instance: string;
  /** The mark that the cluster has; undefined if it has none. */
  readonly committed: number | undefined;
  markOf(mark: number): Mark;
  messageName(index: number): string;
  /** Says to the evidence of the run what goes to the files. */
  readonly recorder?: SinkRecorder | undefined;
}

/**
 * Locks the places of a worker, and opens its files behind what was committed: segments of the last transaction are published or removed,
 * as the cluster says.
 * @throws BautaError 1426 where another process writes, 1523 where it cannot be told what was committed, 7006 over segments of others
 */
export function openFiles(choice: FilesChoice): OpenFiles | undefined {
  const { definition, instance, committed, recorder } = choice;
  const sinks = fileSinksOf(definition);
  const path = notePathOf(definition, instance);
  if (path === undefined) return undefined;
  const lock = lockPlaces([path, ...sinks.map((sink) => pathOfWorker(sink.path, instance))]);
  try {
    const note = settle(path, sinks, instance, committed);
    const writers = definition.sinks.map((sink) => {
      const file = sinks.find(({ name }) => name === sink.name);
      if (file === undefined) return undefined;
      const place = pathOfWorker(file.path, instance);
      const segments = segmentSink({ path: place, name: file.name, task: taskOf(instance), firstRecord: note.records[file.name] ?? 0 });
      return new SinkWriter(file.kind === "log" ? logSink(segments) : segments, definition.frame, recorder);
    });
    const isFile = (at: number): boolean => writers[at] !== undefined;
    const files = new TopicFiles({
      statement: definition.name,
      writers,
      routes: definition.routes.map((route) => route.sinks.filter(isFile)),
      mark: note.mark,
      records: note.records,
      markOf: choice.markOf,
      note: (next) => replaceFile(path, encodeNote(next)),
      messageName: choice.messageName,
    });
    return { files, close: () => closing(files, lock) };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function closing(files: TopicFiles, lock: Lock): void {
  files.close();
  lock.release();
}

/** Ends what the last worker of this name began. Returns where things stand. */
function settle(path: string, sinks: readonly FileSink[], instance: string, committed: number | undefined): SegmentNote {
  const places = sinks.map((sink) => pathOfWorker(sink.path, instance));
  const note = existsSync(path) ? parseNote(readFileSync(path, "utf8"), path) : undefined;
  const settled = note === undefined ? fresh(path, places, committed) : settledNote(note, path, committed);
  for (const place of places) sweepSegments({ path: place, task: taskOf(instance) });
  return settled;
}

function fresh(path: string, places: readonly string[], committed: number | undefined): SegmentNote {
  // What the cluster knows of was written elsewhere, and may wait there to be published.
  if ((committed ?? 0) > 0) throw new BautaError(1523, { path, detail: "it is not there, and transactions were committed" });
  for (const place of places) {
    const there = segmentAt(place);
    if (there !== undefined) throw new BautaError(7006, { path: there });
  }
  return { mark: 0, segments: [], records: {} };
}

function settledNote(note: SegmentNote, path: string, committed: number | undefined): SegmentNote {
  const { mark, segments, records } = note;
  // What has no private name any more was published, whatever has become of it since.
  const waiting = segments.filter(({ privateName }) => existsSync(privateName));
  if (committed === mark) {
    for (const segment of waiting) publishSegment(segment);
    return { mark, segments: [], records };
  }
  if ((committed ?? 0) === mark - 1) {
    for (const segment of waiting) withdrawSegment(segment);
    return { mark: mark - 1, segments: [], records: before(records, segments) };
  }
  // A mark that nobody asked for in a week is gone from the cluster: nothing has to be known if nothing waits.
  if (committed === undefined && waiting.length === 0) return { mark, segments: [], records };
  throw new BautaError(1523, { path, detail: `it tells of transaction ${mark}, the cluster of ${committed ?? "none"}` });
}

/** Records of the sinks without these segments. */
const before = (records: SegmentNote["records"], segments: readonly Segment[]): SegmentNote["records"] => ({
  ...records,
  ...Object.fromEntries(segments.map(({ sink, firstRecord }) => [sink, firstRecord])),
});

const encodeNote = (note: SegmentNote): Uint8Array =>
  new TextEncoder().encode(`${JSON.stringify({ "bauta-segments": VERSION, ...note })}\n`);

/** @throws BautaError 1425 */
function parseNote(text: string, path: string): SegmentNote {
  try {
    const { "bauta-segments": version, ...note } = JSON.parse(text) as SegmentNote & { readonly "bauta-segments": number };
    if (version === VERSION && Number.isSafeInteger(note.mark) && Array.isArray(note.segments) && typeof note.records === "object")
      return note;
  } catch {
    // Told below.
  }
  throw new BautaError(1425, { path, detail: basename(path) });
}
