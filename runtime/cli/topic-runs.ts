/** Runs over topics, as the audit topic tells of them. */
import { create } from "@bufbuild/protobuf";
import { type Manifest, type Source as SourceRow, StatementSchema } from "../audit/generated/run_pb.ts";
import { decodeManifest } from "../audit/manifest.ts";
import { manifestOfEntries } from "../audit/record.ts";
import { SIGNATURE_HEADER, TRAIL_HEADER } from "../audit/trail.ts";
import { parseTrailEntry, type TopicRow, type TrailEntry, TrailNumbers } from "../audit/trail-entry.ts";
import type { Primitives } from "../engines/api.ts";
import type { RecordBatch } from "../kafka/batch.ts";
import type { ConnectionDefinition } from "../kafka/connection.ts";
import {
  HEADER_STRIDE,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_STRIDE,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
} from "../kafka/layout.ts";
import { readTopics } from "../kafka/read-all.ts";
import { BautaError } from "../kit/errors.ts";

/** What the audit topic has of a task: its manifest, or what it did before it was killed. */
export interface TopicRun {
  readonly task: string;
  readonly manifest: Manifest;
  /** Of the manifest, where there is one. */
  readonly bytes: Uint8Array | undefined;
  readonly signature: Uint8Array | undefined;
}

/** Runs in the order in which they began. @throws BautaError 8501 for records that are none of a run */
export async function readRuns(connection: ConnectionDefinition, topic: string, hashes: Primitives): Promise<readonly TopicRun[]> {
  const entries = new Map<string, TrailEntry[]>();
  const manifests = new Map<string, TopicRun>();
  await readTopics(connection, [topic], (batch) => {
    for (let row = 0; row < batch.count; row++) {
      const { key, value, headers } = partsOf(batch, row);
      const there = entries.get(key) ?? [];
      entries.set(key, there);
      if (headers.get(TRAIL_HEADER) === "manifest") {
        const signature = headers.get(SIGNATURE_HEADER);
        const signed = signature === undefined ? undefined : new Uint8Array(Buffer.from(signature, "base64"));
        manifests.set(key, { task: key, manifest: decodeManifest(value), bytes: value, signature: signed });
      } else there.push(parseTrailEntry(value));
    }
  });
  const tasks = [...entries.keys()].sort();
  return tasks.map((task) => manifests.get(task) ?? killedRun(task, entries.get(task) ?? [], hashes));
}

function partsOf({ bytes, records, headers }: RecordBatch, row: number) {
  const at = row * RECORD_STRIDE;
  const part = (start: number, length: number): Uint8Array => bytes.slice(start, start + length);
  const text = (start: number, length: number): string => Buffer.from(part(start, length)).toString("utf8");
  const first = records[at + RECORD_FIRST_HEADER] as number;
  const own = new Map<string, string>();
  for (let header = first; header < first + (records[at + RECORD_HEADER_COUNT] as number); header++) {
    const [name, nameLength, value, length] = headers.subarray(header * HEADER_STRIDE) as unknown as [number, number, number, number];
    own.set(text(name, nameLength), text(value, length));
  }
  return {
    key: text(records[at + RECORD_KEY] as number, records[at + RECORD_KEY_LENGTH] as number),
    value: part(records[at + RECORD_VALUE] as number, records[at + RECORD_VALUE_LENGTH] as number),
    headers: own,
  };
}

/** What a worker that was killed had committed. */
function killedRun(task: string, entries: readonly TrailEntry[], hashes: Primitives): TopicRun {
  const sorted = entries.toSorted((a, b) => a.sequence - b.sequence);
  if (sorted.some(({ sequence }, at) => sequence !== at)) throw new BautaError(8501, { detail: `${task}: an entry is missing` });
  const numbers = new TrailNumbers();
  const topics = new Map<string, Writable<TopicRow>>();
  for (const entry of sorted) {
    numbers.read(entry.numbers);
    for (const row of entry.topics) addTopic(topics, row);
  }
  const { counts, fields } = numbers;
  const checkpoints = sorted.map(({ checkpoint }) => checkpoint);
  const statement = manifestOfEntries(hashes, checkpoints, []).statements[0]?.name ?? "";
  const manifest = manifestOfEntries(hashes, checkpoints, [{ statement, counts, fields }]);
  manifest.task = task;
  for (const { sink, topic, records, bytes } of topics.values()) {
    const row = manifest.statements[0]?.sinks.find(({ name }) => name === sink);
    const segments = create(StatementSchema, {
      sinks: [{ name: sink, segments: [{ name: topic, records: BigInt(records), bytes: BigInt(bytes) }] }],
    });
    if (row === undefined) manifest.statements[0]?.sinks.push(...segments.sinks);
    else row.segments.push(...segments.sinks.flatMap((one) => one.segments));
  }
  return { task, manifest, bytes: undefined, signature: undefined };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function addTopic(topics: Map<string, Writable<TopicRow>>, row: TopicRow): void {
  const there = topics.get(row.topic);
  if (there === undefined) topics.set(row.topic, { ...row });
  else {
    there.records += row.records;
    there.bytes += row.bytes;
  }
}

/** What a run read of a partition: from `first` to before `next`. */
export interface ReadRange {
  readonly row: SourceRow;
  readonly first: number;
  readonly next: number;
}

export function* rangesOf({ manifest }: TopicRun): Generator<ReadRange> {
  for (const { sources } of manifest.statements)
    for (const row of sources)
      if (row.firstOffset !== undefined && row.nextOffset !== undefined)
        yield { row, first: Number(row.firstOffset), next: Number(row.nextOffset) };
}
