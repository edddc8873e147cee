/** Whether records of topics are those that a run read or wrote: the trees of its manifest, made anew. */
import { MerkleTree } from "../audit/merkle.ts";
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import type { RecordsBySource, SourceRecords } from "../kafka/by-source.ts";
import { encodeTopics } from "../kafka/encoding.ts";
import type { Check } from "./evidence.ts";
import { type ReadRange, rangesOf, type TopicRun } from "./topic-runs.ts";

export interface Outputs {
  /** Topics of the run: another view of the same records has others. */
  readonly topics: ReadonlySet<string>;
  /** Records may have gone to files alone. */
  readonly hasFiles: boolean;
}

/** Whether the masked records of a range are those of the run. */
export function checkOutputsOf(
  { row, first, next }: ReadRange,
  records: SourceRecords,
  { topics: own, hasFiles }: Outputs,
  hashes: Primitives,
): Check {
  const name = `${row.name} ${first} to ${next - 1}`;
  const failed = (detail: string): Check => ({ check: "outputs", name, outcome: "failed", issue: 8507, detail });
  const leaves: Uint8Array[] = [];
  let at = behind(records, first);
  while (at < records.count && records.offset(at) < next) {
    const offset = records.offset(at);
    const topics: string[] = [];
    let digest: Uint8Array | undefined;
    for (; at < records.count && records.offset(at) === offset; at++) {
      if (!own.has(records.topic(at))) continue;
      digest ??= records.digest(at);
      if (topics.includes(records.topic(at))) return failed(`the record of ${row.name}/${offset} is there more than once`);
      if (Buffer.compare(records.digest(at), digest) !== 0) return failed(`the record of ${row.name}/${offset} differs between topics`);
      topics.push(records.topic(at));
    }
    if (digest !== undefined) leaves.push(Buffer.concat([encodeTopics(topics), digest]));
  }
  const expected = Number(row.outputs?.records ?? 0n);
  // Records that went to files alone are in no topic; how many each topic has is checked by itself.
  if (hasFiles && leaves.length < expected)
    return { check: "outputs", name, outcome: "unchecked", detail: `${leaves.length} of ${expected} records are in topics` };
  if (leaves.length !== expected) return failed(`${leaves.length} records, the run wrote ${expected}`);
  if (rootOf(leaves, hashes) !== row.outputs?.root) return failed("other records");
  return { check: "outputs", name, outcome: "ok", detail: `${expected} records` };
}

/** Place of the first record from that offset on. */
function behind(records: SourceRecords, offset: number): number {
  let [low, high] = [0, records.count];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (records.offset(middle) < offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

function rootOf(pieces: readonly Uint8Array[], hashes: Primitives): string {
  const bytes = Buffer.concat(pieces);
  const ranges = new Uint32Array(2 * pieces.length);
  let at = 0;
  for (const [i, piece] of pieces.entries()) {
    ranges[2 * i] = at;
    at += piece.length;
    ranges[2 * i + 1] = at;
  }
  const digests = new Uint8Array(pieces.length * DIGEST_BYTES);
  hashes.leaves(bytes, ranges, pieces.length, digests);
  return rootOfLeaves(digests, hashes);
}

function rootOfLeaves(digests: Uint8Array, hashes: Primitives): string {
  const tree = new MerkleTree(hashes);
  tree.append(digests, digests.length / DIGEST_BYTES);
  return Buffer.from(tree.root()).toString("hex");
}

/** How many records each topic has of a run. */
export function checkTopicCounts(run: TopicRun, topics: ReadonlySet<string>, records: RecordsBySource): readonly Check[] {
  const there = new Map<string, number>();
  for (const { row, first, next } of rangesOf(run)) {
    const of = records.of(row.name);
    for (let at = behind(of, first); at < of.count && of.offset(at) < next; at++)
      there.set(of.topic(at), (there.get(of.topic(at)) ?? 0) + 1);
  }
  const rows = run.manifest.statements.flatMap(({ sinks }) =>
    sinks.flatMap(({ segments }) => segments.filter(({ name }) => topics.has(name))),
  );
  return rows.map(({ name, records: expected }): Check => {
    const count = there.get(name) ?? 0;
    if (count === Number(expected)) return { check: "outputs", name, outcome: "ok", detail: `${count} records` };
    return { check: "outputs", name, outcome: "failed", issue: 8507, detail: `${count} records, the run wrote ${expected}` };
  });
}

/** Records of one source in one topic. */
export const placeIn = (topic: string, source: string): string => `${topic} ${source}`;

/**
 * Records that no run tells of.
 * @param claimed ranges that runs read, by `placeIn`
 */
export function countUnclaimed(records: RecordsBySource, claimed: ReadonlyMap<string, readonly (readonly [number, number])[]>): number {
  let count = 0;
  for (const source of records.sources) {
    const of = records.of(source);
    for (let at = 0; at < of.count; at++) {
      const offset = of.offset(at);
      const ranges = claimed.get(placeIn(of.topic(at), source)) ?? [];
      if (!ranges.some(([first, next]) => offset >= first && offset < next)) count++;
    }
  }
  return count;
}

/** Whether the records of a range are those that the run read. */
export function checkInputsOf({ row, first, next }: ReadRange, records: SourceRecords, hashes: Primitives): Check {
  const name = `${row.name} ${first} to ${next - 1}`;
  const failed = (detail: string): Check => ({ check: "inputs", name, outcome: "failed", issue: 8508, detail });
  const leaves: Uint8Array[] = [];
  for (let at = behind(records, first); at < records.count && records.offset(at) < next; at++) leaves.push(records.digest(at));
  const expected = Number(row.inputs?.records ?? 0n);
  if (leaves.length !== expected) return failed(`${leaves.length} records, the run read ${expected}`);
  if (rootOfLeaves(new Uint8Array(Buffer.concat(leaves)), hashes) !== row.inputs?.root) return failed("other records");
  return { check: "inputs", name, outcome: "ok", detail: `${expected} records` };
}
