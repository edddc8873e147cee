/** Sources and sinks of a pipeline, opened: fresh, or where a journal says that they stand. */
import { statSync } from "node:fs";
import { dirname, sep } from "node:path";
import { BautaError } from "../kit/errors.ts";
import type { PipelineDefinition, SinkDefinition } from "../pipeline/definition/definition.ts";
import type { JournalState, SourceMark } from "../pipeline/journal-file.ts";
import type { Position } from "../pipeline/observe.ts";
import type { SourceEntry } from "../pipeline/run.ts";
import type { Sink } from "../sinks/api.ts";
import { logSink } from "../sinks/log.ts";
import { segmentAt, segmentSink } from "../sinks/segments.ts";
import { stdout } from "../sinks/stdout.ts";
import type { Source } from "../sources/api.ts";
import { filesAt } from "../sources/file.ts";
import { stdin } from "../sources/stdin.ts";
import { watchedFiles } from "../sources/watch.ts";

/** Name of the sink of refused records in journals; no sink of a pipeline can have it. */
export const REFUSED_SINK = "(refused)";

/** What tells a file from another of the same name; undefined for what is no file. */
export function markOf(path: string): SourceMark | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  return { inode: stat.ino, size: stat.size, modifiedMs: Math.trunc(stat.mtimeMs) };
}

/**
 * Everything that is to be read, from where it has not been read.
 * @param once a watched folder ends with the files that are there
 * @throws BautaError 1002 for what is not there, 1424 for a file that is not the one that was read before
 */
export function sourcesOfPipeline(
  { sources }: PipelineDefinition,
  state: JournalState | undefined,
  options: { readonly once: boolean; readonly stop: AbortSignal },
): Iterable<SourceEntry> | AsyncIterable<SourceEntry> {
  const places = new Map((state?.positions ?? []).map((position) => [position.source, position]));
  const fixed = sources.flatMap((source): readonly Source[] => {
    if (source.kind === "stdin") return [stdin()];
    if (source.kind === "files") return source.paths.flatMap((path) => filesAt(path));
    return options.once && source.kind === "watch" ? filesAt(source.path) : [];
  });
  const entries = fixed.flatMap((source) => entryOf(source, places.get(source.name), state?.marks[source.name]));
  const watched = sources.find((source) => source.kind === "watch");
  if (watched === undefined || options.once) return entries;
  const isDone = (path: string): boolean => places.get(path)?.ended === true && isSameFile(path, state?.marks[path]);
  const coming = watchedFiles({ path: watched.path, pollMs: watched.pollMs, isDone, stop: options.stop });
  return chained(entries, coming, (source) => {
    const place = places.get(source.name);
    const isSame = place !== undefined && isSameFile(source.name, state?.marks[source.name]);
    // Where another file has come in the place of the one that was begun, it is read whole.
    return isSame ? { source, from: place } : { source };
  });
}

function entryOf(source: Source, place: Position | undefined, mark: SourceMark | undefined): readonly SourceEntry[] {
  if (place === undefined) return [{ source }];
  const now = markOf(source.name);
  if (mark !== undefined && (now === undefined || now.size !== mark.size || now.modifiedMs !== mark.modifiedMs))
    throw new BautaError(1424, { path: source.name });
  return place.ended ? [] : [{ source, from: place }];
}

function isSameFile(path: string, mark: SourceMark | undefined): boolean {
  const now = markOf(path);
  return now !== undefined && mark !== undefined && now.inode === mark.inode && now.size === mark.size;
}

async function* chained(
  first: readonly SourceEntry[],
  then: AsyncIterable<Source>,
  entry: (source: Source) => SourceEntry,
): AsyncGenerator<SourceEntry> {
  yield* first;
  for await (const source of then) yield entry(source);
}

/** @throws BautaError 7002 or 7003 */
export function openPipelineSink(sink: SinkDefinition, task: string, state: JournalState | undefined): Sink {
  const { name } = sink;
  if (sink.kind === "stdout") return stdout(name);
  // Records of topics alone go to topics, in a run of their own (run-topics.ts).
  if (sink.kind === "topic") throw new BautaError(9001, { detail: "a topic among files" });
  if (sink.path === undefined) return logSink(stdout(name));
  const file = segmentSink({ path: sink.path, name, task, firstRecord: state?.records[name] ?? 0 });
  return sink.kind === "log" ? logSink(file) : file;
}

/** Paths of everything that is written in segments. */
export const segmentPaths = ({ sinks, refused }: PipelineDefinition): readonly string[] => [
  ...sinks.flatMap((sink) => (sink.kind === "stdout" || sink.kind === "topic" || sink.path === undefined ? [] : [sink.path])),
  ...(refused === undefined ? [] : [refused]),
];

/**
 * What is written must not be read again, by this run or by the next.
 * @throws BautaError 1003
 */
export function checkApart(definition: PipelineDefinition, journal: string | undefined): void {
  for (const path of [...segmentPaths(definition), ...(journal === undefined ? [] : [journal])]) {
    const folder = dirname(path);
    for (const source of definition.sources) {
      const roots = source.kind === "watch" ? [source.path] : source.kind === "files" ? source.paths.filter(isFolder) : [];
      if (roots.some((root) => folder === root || (source.kind === "files" && folder.startsWith(root + sep))))
        throw new BautaError(1003, { path, detail: "it is in a folder that is read" });
    }
  }
}

/**
 * A run that begins anew would give its segments the names of those of the run before.
 * @throws BautaError 7006
 */
export function checkFresh(definition: PipelineDefinition): void {
  for (const path of segmentPaths(definition)) {
    const there = segmentAt(path);
    if (there !== undefined) throw new BautaError(7006, { path: there });
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
