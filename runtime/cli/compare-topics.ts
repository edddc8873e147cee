/** `bauta compare --topics`: whether two topics hold the same records, by the source that each came from. */

import { RecordsBySource, type SourceRecords } from "../kafka/by-source.ts";
import type { PartitionRange } from "../kafka/offsets.ts";
import { readTopics } from "../kafka/read-all.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { modelError } from "../model/problem.ts";
import type { KafkaDefinition } from "../pipeline/definition/definition.ts";
import { EXIT } from "./exit.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { rangesOf } from "./replay-topics.ts";
import { type Colors, colorsFor, grouped, print } from "./terminal.ts";

export interface CompareTopicsOptions {
  /** Path of the pipeline whose cluster it is. */
  readonly topics: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

export interface RecordDifference {
  readonly kind: "differs" | "only-in-first" | "only-in-second" | "twice-in-first" | "twice-in-second";
  /** Source topic, partition and offset. */
  readonly source: string;
}

export interface TopicComparison {
  readonly same: boolean;
  /** Of sources that are in both. */
  readonly compared: number;
  readonly differences: readonly RecordDifference[];
  /** Records without the header `bauta.source`: whether they are the same cannot be told. */
  readonly unplaced: number;
}

/** @param before,after a topic, or several separated by commas that hold one set of records together */
export async function compareTopics(before: string, after: string, options: CompareTopicsOptions): Promise<number> {
  const { connection, source, topics: sources } = clusterOf(options.topics);
  const isRanged = (options.from ?? options.to) !== undefined;
  const ranges = isRanged ? await rangesOf({ connection, source }, sources, options) : undefined;
  const sides: RecordsBySource[] = [];
  for (const names of [before, after]) {
    const records = new RecordsBySource();
    await readTopics(connection, names.split(","), (batch, topics) => records.add(batch, topics));
    sides.push(records);
  }
  const comparison = compareRecords(sides[0] as RecordsBySource, sides[1] as RecordsBySource, ranges);
  const exit = comparison.same ? EXIT.done : EXIT.evidence;
  if (options.json) print(JSON.stringify({ exit, ...comparison }));
  else printTopics(comparison, colorsFor(process.stdout));
  return exit;
}

export interface ClusterOfPipeline extends KafkaDefinition {
  /** Names and patterns of its source topics. */
  readonly topics: readonly string[];
}

/** The cluster of a pipeline over topics. @throws BautaError 1001 for another pipeline */
export function clusterOf(path: string): ClusterOfPipeline {
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  if (definition.kafka === undefined) throw new BautaError(1001, { detail: `${path} is no pipeline over topics` });
  const topics = definition.sources.flatMap((source) => (source.kind === "topics" ? source.topics : []));
  return { ...definition.kafka, topics };
}

/** @param ranges of source partitions that count; undefined: all */
export function compareRecords(
  before: RecordsBySource,
  after: RecordsBySource,
  ranges: readonly PartitionRange[] | undefined,
): TopicComparison {
  const differences: RecordDifference[] = [];
  let compared = 0;
  for (const source of new Set([...before.sources, ...after.sources])) {
    const within = withinRanges(source, ranges);
    compared += compareSource(source, before.of(source), after.of(source), within, differences);
  }
  const unplaced = before.unplaced + after.unplaced;
  return { same: differences.length === 0 && unplaced === 0, compared, differences, unplaced };
}

function withinRanges(source: string, ranges: readonly PartitionRange[] | undefined): (offset: number) => boolean {
  if (ranges === undefined) return () => true;
  const range = ranges.find(({ topic, partition }) => `${topic}/${partition}` === source);
  return (offset) => range !== undefined && offset >= range.from && offset < range.to;
}

/** Walks through both in the order of their offsets. Returns how many are in both. */
function compareSource(
  source: string,
  before: SourceRecords,
  after: SourceRecords,
  within: (offset: number) => boolean,
  differences: RecordDifference[],
): number {
  const tell = (kind: RecordDifference["kind"], offset: number): void => {
    if (within(offset)) differences.push({ kind, source: `${source}/${offset}` });
  };
  let compared = 0;
  let [left, right] = [0, 0];
  while (left < before.count || right < after.count) {
    const first = left < before.count ? before.offset(left) : Number.POSITIVE_INFINITY;
    const second = right < after.count ? after.offset(right) : Number.POSITIVE_INFINITY;
    const offset = Math.min(first, second);
    if (first > second) tell("only-in-second", offset);
    else if (second > first) tell("only-in-first", offset);
    else if (within(offset)) {
      compared++;
      if (Buffer.compare(before.digest(left), after.digest(right)) !== 0) tell("differs", offset);
    }
    left = first === offset ? behindRepeats(before, left, () => tell("twice-in-first", offset)) : left;
    right = second === offset ? behindRepeats(after, right, () => tell("twice-in-second", offset)) : right;
  }
  return compared;
}

/** The place behind all records of an offset. */
function behindRepeats(records: SourceRecords, at: number, tell: () => void): number {
  let next = at + 1;
  while (next < records.count && records.offset(next) === records.offset(at)) next++;
  if (next > at + 1) tell();
  return next;
}

const TITLES: Readonly<Record<RecordDifference["kind"], string>> = {
  differs: "differs",
  "only-in-first": "only in the first",
  "only-in-second": "only in the second",
  "twice-in-first": "more than once in the first",
  "twice-in-second": "more than once in the second",
};
/** Differences that are told one by one. */
const SHOWN = 20;

function printTopics({ same, compared, differences, unplaced }: TopicComparison, colors: Colors): void {
  print(same ? colors.green(`the same records: ${grouped(compared)}`) : colors.red("other records"));
  for (const { kind, source } of differences.slice(0, SHOWN)) print(`${printable(source)}: ${TITLES[kind]}`);
  if (differences.length > SHOWN) print(`and ${grouped(differences.length - SHOWN)} more (--json tells all)`);
  if (!same) print(`${grouped(compared)} records are in both`);
  if (unplaced > 0) print(colors.red(`${grouped(unplaced)} records do not say where they came from: they have no header bauta.source`));
}
