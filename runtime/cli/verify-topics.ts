/** `bauta verify` of a pipeline over topics: its runs as the audit topic tells of them, and topics and files against what they tell. */
import { join } from "node:path";
import { INPUTS_PURPOSE } from "../audit/leaves.ts";
import { SIGNATURE_SUFFIX } from "../audit/signature.ts";
import { readTrust, type Trust, trustOf } from "../audit/trust.ts";
import { DIGEST_BYTES, type EngineName, type Primitives } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import type { RecordBatch } from "../kafka/batch.ts";
import { RecordsBySource } from "../kafka/by-source.ts";
import type { ConnectionDefinition } from "../kafka/connection.ts";
import { encodeRecord } from "../kafka/encoding.ts";
import { RECORD_OFFSET, RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC, wholeAt } from "../kafka/layout.ts";
import type { PartitionRange } from "../kafka/offsets.ts";
import { readRanges, readTopics } from "../kafka/read-all.ts";
import type { KeyRing } from "../keys/api.ts";
import { openKeyFile } from "../keys/key-file.ts";
import { BautaError } from "../kit/errors.ts";
import { modelError } from "../model/problem.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import { GrowingBytes } from "../pipeline/growing-bytes.ts";
import { replaceFile } from "../sinks/replace.ts";
import { type Check, checkRow, exitOf, printChecks } from "./evidence.ts";
import { writeKilled } from "./killed.ts";
import { readPipelineFile } from "./pipeline-file.ts";
import { colorsFor, print } from "./terminal.ts";
import { rangesOf, readRuns, type TopicRun } from "./topic-runs.ts";
import { checkCounts, checkPolicies, checkSignature } from "./verify-manifest.ts";
import { checkOutputs } from "./verify-outputs.ts";
import { checkInputsOf, checkOutputsOf, checkTopicCounts, countUnclaimed, placeIn } from "./verify-records.ts";

/** As those of `bauta verify`. */
export interface VerifyTopicsOptions {
  readonly engine: EngineName;
  /** No paths: they are the pipeline's. */
  readonly outputs?: true | readonly string[];
  readonly inputs?: true | readonly string[];
  readonly keyFile?: string;
  readonly trust?: string;
  /** false: who wrote the manifests does not matter. */
  readonly signature: boolean;
  /** Folder for manifests. */
  readonly manifest?: string;
  /** Folder of what policies decided. Default: the pipeline's. */
  readonly archive?: string;
  readonly json?: boolean;
}

export async function verifyTopics(path: string, options: VerifyTopicsOptions): Promise<number> {
  const { outputs, inputs, keyFile, trust, json } = options;
  if (Array.isArray(outputs) || Array.isArray(inputs))
    throw new BautaError(1001, { detail: "--outputs and --inputs of topics take no path" });
  if (inputs !== undefined && keyFile === undefined) throw new BautaError(1001, { detail: "--inputs needs --key-file" });
  const definition = definitionOf(path);
  const { primitives } = await selectEngine(options.engine);
  const ring = keyFile === undefined ? undefined : openKeyFile(keyFile, {});
  try {
    const { connection, audit, source } = definition.kafka as NonNullable<PipelineDefinition["kafka"]>;
    if (audit === undefined) throw new BautaError(1001, { detail: `${path} has no audit topic` });
    const runs = await readRuns(connection, audit.topic, primitives);
    const trusted = trust === undefined ? ring && trustOf([ring]) : readTrust(trust);
    const archive = options.archive ?? definition.policy?.archive;
    const checks = new Map(runs.map((run) => [run.task, checksOf(run, { ...options, archive }, trusted, primitives)]));
    const found: Check[] = [];
    if (outputs !== undefined) found.push(...(await checkTopics(definition, connection, runs, checks, primitives)));
    if (inputs !== undefined) await checkSources(source ?? connection, runs, checks, ring as KeyRing, primitives);
    if (options.manifest !== undefined) writeAll(options.manifest, audit.topic, runs, ring);
    const exit = exitOf([...checks.values(), found].flat());
    if (json) {
      const rows = runs.map(({ task, manifest }) => ({ task, status: manifest.status, checks: (checks.get(task) ?? []).map(checkRow) }));
      print(JSON.stringify({ pipeline: path, exit, runs: rows, checks: found.map(checkRow) }));
      return exit;
    }
    const colors = colorsFor(process.stdout);
    for (const { task, manifest } of runs) {
      print(`${task}, ${manifest.status}, ended ${manifest.ended}`);
      printChecks(checks.get(task) ?? [], colors);
    }
    printChecks(found, colors);
    return exit;
  } finally {
    ring?.close();
  }
}

function definitionOf(path: string): PipelineDefinition {
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  if (definition.kafka === undefined) throw new BautaError(1001, { detail: `${path} is no pipeline over topics; name a manifest` });
  return definition;
}

const KILLED: Check = {
  check: "signature",
  name: "none",
  outcome: "unchecked",
  detail: "a worker that was killed has signed nothing: what is verified is that things agree, as of its last transaction",
};

function checksOf(
  run: TopicRun,
  { signature, archive }: Pick<VerifyTopicsOptions, "signature"> & { readonly archive: string | undefined },
  trust: Trust | undefined,
  hashes: Primitives,
): Check[] {
  const { manifest, bytes } = run;
  const signed =
    bytes === undefined
      ? [KILLED]
      : signature
        ? [checkSignature({ path: run.task, manifest, bytes, signature: run.signature }, trust)]
        : [];
  return [...signed, ...checkCounts(manifest, hashes), ...checkPolicies(manifest, archive)];
}

/** What is in the topics, run by run; and what none of them tells of. */
async function checkTopics(
  { sinks }: PipelineDefinition,
  connection: ConnectionDefinition,
  runs: readonly TopicRun[],
  checks: ReadonlyMap<string, Check[]>,
  hashes: Primitives,
): Promise<readonly Check[]> {
  const names = new Set(sinks.filter(({ kind }) => kind === "topic").map(({ name }) => name));
  const topics = new Set(runs.flatMap((run) => [...topicsOf(run, names)]));
  const records = new RecordsBySource();
  await readTopics(connection, [...topics], (batch, read) => records.add(batch, read));
  const claimed = new Map<string, (readonly [number, number])[]>();
  const hasFiles = sinks.some(({ kind }) => kind !== "topic");
  for (const run of runs) {
    const own = checks.get(run.task) as Check[];
    const ownTopics = topicsOf(run, names);
    for (const range of rangesOf(run)) {
      const { row, first, next } = range;
      for (const topic of ownTopics) {
        const place = placeIn(topic, row.name);
        claimed.set(place, [...(claimed.get(place) ?? []), [first, next]]);
      }
      own.push(checkOutputsOf(range, records.of(row.name), { topics: ownTopics, hasFiles }, hashes));
    }
    own.push(...checkTopicCounts(run, topics, records));
    own.push(...checkOutputs(run.manifest, ".", [], hashes));
  }
  const unclaimed = countUnclaimed(records, claimed) + records.unplaced;
  if (unclaimed === 0) return [];
  return [
    { check: "outputs", name: [...topics].join(", "), outcome: "failed", issue: 8507, detail: `${unclaimed} records that no run tells of` },
  ];
}

/** Topics that a run wrote to: with a policy, those of its view. */
const topicsOf = ({ manifest }: TopicRun, sinks: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(
    manifest.statements.flatMap((statement) =>
      statement.sinks.filter(({ name }) => sinks.has(name)).flatMap(({ segments }) => segments.map(({ name }) => name)),
    ),
  );

/** Whether the source topics still hold what the runs read. Only who holds the key can tell. */
async function checkSources(
  connection: ConnectionDefinition,
  runs: readonly TopicRun[],
  checks: ReadonlyMap<string, Check[]>,
  ring: KeyRing,
  hashes: Primitives,
): Promise<void> {
  const records = new RecordsBySource();
  const key = ring.purposeKey(INPUTS_PURPOSE);
  try {
    await readRanges(connection, readRangesOf(runs), (batch, topics) => addInputs(records, batch, topics, key, hashes));
  } finally {
    key.fill(0);
  }
  for (const run of runs) {
    const own = checks.get(run.task) as Check[];
    const of = run.manifest.statements[0]?.key;
    const fingerprint = ring.facts.find(({ version }) => version === of?.version)?.fingerprint;
    if (fingerprint === undefined || fingerprint !== of?.fingerprint) {
      own.push({ check: "inputs", name: run.task, outcome: "failed", issue: 8510, detail: "key file" });
      continue;
    }
    for (const range of rangesOf(run)) own.push(checkInputsOf(range, records.of(range.row.name), hashes));
  }
}

/** All that any run read, partition by partition. */
function readRangesOf(runs: readonly TopicRun[]): readonly PartitionRange[] {
  const ranges = new Map<string, PartitionRange>();
  for (const { row, first, next } of runs.flatMap((run) => [...rangesOf(run)])) {
    const [topic = "", partition = ""] = row.name.split("/");
    const there = ranges.get(row.name) ?? { topic, partition: Number(partition), from: first, to: next };
    ranges.set(row.name, { ...there, from: Math.min(there.from, first), to: Math.max(there.to, next) });
  }
  return [...ranges.values()];
}

function addInputs(records: RecordsBySource, batch: RecordBatch, topics: readonly string[], key: Uint8Array, hashes: Primitives): void {
  const encoded = new GrowingBytes(batch.bytes.length);
  const ranges = new Uint32Array(2 * batch.count);
  for (let row = 0; row < batch.count; row++) {
    ranges[2 * row] = encoded.used;
    encodeRecord(encoded, batch, row);
    ranges[2 * row + 1] = encoded.used;
  }
  const digests = new Uint8Array(batch.count * DIGEST_BYTES);
  hashes.keyedLeaves(key, encoded.bytes, ranges, batch.count, digests);
  encoded.bytes.fill(0);
  for (let row = 0; row < batch.count; row++) {
    const at = row * RECORD_STRIDE;
    const topic = topics[batch.records[at + RECORD_TOPIC] as number] ?? "";
    const digest = digests.subarray(row * DIGEST_BYTES, (row + 1) * DIGEST_BYTES);
    records.put(`${topic}/${batch.records[at + RECORD_PARTITION]}`, wholeAt(batch.records, at + RECORD_OFFSET), digest, topic);
  }
}

/** Writes manifests as files: those that were signed as they are, those of workers that were killed signed by the ring, if there is one. */
function writeAll(folder: string, topic: string, runs: readonly TopicRun[], ring: KeyRing | undefined): void {
  for (const { task, manifest, bytes, signature } of runs) {
    const path = join(folder, `${task}.manifest.json`);
    if (bytes === undefined) {
      if (manifest.statements.length > 0) writeKilled(path, topic, manifest, ring);
      continue;
    }
    // The signature first: a manifest that can be seen has one.
    if (signature !== undefined) replaceFile(`${path}${SIGNATURE_SUFFIX}`, signature);
    replaceFile(path, bytes);
  }
}
