/**
 * The record of a run over topics. What a transaction did is an entry, which is a record of the same transaction: both are there or neither. Now
 * and then, and at the end, all since the manifest before is told by the next one, signed, in a transaction of its own: so a run without an
 * end has manifests without a gap, and none grows with what was done before. A manifest is of one plan: where a policy changes, the next begins.
 *
 * Source rows are partitions, with the offsets that were read. A leaf of `inputs` is keyed, over the record as it came (kafka/encoding.ts); a leaf
 * of `outputs` is over the topics that it was written to and the leaf hash of the record as it was written.
 */
import { DIGEST_BYTES, type Primitives } from "../engines/api.ts";
import { encodeRecord, encodeTopics, encodeValue, type Growing } from "../kafka/encoding.ts";
import { NONE, RECORD_OFFSET, RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC, RECORD_VALUE_LENGTH, wholeAt } from "../kafka/layout.ts";
import type { RunFacts, StatementFacts } from "../pipeline/observe.ts";
import type { SinkRecorder, TakenBatch, Trail, TrailRecord, TransactionFacts } from "../pipeline/recorder.ts";
import type { Manifest } from "./manifest.ts";
import type { RunRecord } from "./record.ts";
import { encodeTrailEntry, TrailNumbers } from "./trail-entry.ts";

export const TRAIL_HEADER = "bauta.audit";
export const SIGNATURE_HEADER = "bauta.signature";

export interface TrailParts {
  readonly hashes: Pick<Primitives, "leaves" | "keyedLeaves">;
  readonly facts: RunFacts;
  readonly statement: string;
  readonly plan: TrailPlan;
  /** Sinks in the order of the pipeline. */
  readonly sinks: readonly string[];
  /** A manifest is due so long after the one before, or behind so many segments. */
  readonly everyMs: number;
  readonly segmentsMax: number;
  date(): number;
  /** Name of the sink that a topic is of. */
  sinkOf(topic: string): string;
  /** The manifest's bytes, and their signature if somebody signs. */
  encode(manifest: Manifest): { readonly bytes: Uint8Array; readonly signature: Uint8Array | undefined };
}

/** The plan that records are masked under, and what there is to say of it. */
export interface TrailPlan {
  /** Of input leaves; the caller's. */
  readonly auditKey: Uint8Array;
  readonly statementFacts: StatementFacts;
  /** Opens the record of a part of the run, whose manifest it hands over when it ends. */
  open(finish: (manifest: Manifest) => void): RunRecord;
}

interface TopicTotals {
  records: number;
  bytes: number;
}

/** What was done since the manifest before. */
interface Part {
  readonly task: string;
  readonly record: RunRecord;
  readonly began: number;
  readonly numbers: TrailNumbers;
  readonly topics: Map<string, TopicTotals>;
  commits: number;
  segments: number;
  finished: Manifest | undefined;
}

export class AuditTrail implements Trail {
  readonly #parts: TrailParts;
  #plan: TrailPlan;
  #number = 0;
  #part: Part;
  #undo: (() => void) | undefined;
  /** Of the transaction under way, by topic. */
  #added = new Map<string, TopicTotals>();
  #facts: TransactionFacts | undefined;
  readonly #leaving = new Set<string>();
  #manifest: TrailRecord | undefined;
  readonly #inputs = new Scratch();
  readonly #outputs = new Scratch();
  readonly #placed = new Scratch();
  #digests = new Uint8Array(0);
  #inputDigests = new Uint8Array(0);
  #ranges = new Uint32Array(0);
  /** By the indexes of topics: their encoding. */
  readonly #topics = new Map<string, Uint8Array>();

  constructor(parts: TrailParts) {
    this.#parts = parts;
    this.#plan = parts.plan;
    this.#part = this.#open();
  }

  begin(): void {
    const { statement } = this.#parts;
    const { record } = this.#part;
    for (const source of this.#leaving) record.leaveSource(statement, source);
    this.#leaving.clear();
    this.#undo = record.snapshot();
    this.#added = new Map();
    this.#facts = undefined;
  }

  left(sources: readonly string[]): void {
    for (const source of sources) this.#leaving.add(source);
  }

  took(taken: TakenBatch): void {
    const { statement } = this.#parts;
    this.#makeLeaves(taken);
    this.#deliver(taken);
    for (const code of taken.refused) this.#part.record.refusedApart(statement, code);
    this.#countTopics(taken);
  }

  wrote(...[sink, delivery, from, to]: Parameters<SinkRecorder["wrote"]>): void {
    this.#part.record.wroteApart(sink, delivery, from, to);
  }

  wroteSeparators(...[sink, bytes]: Parameters<SinkRecorder["wroteSeparators"]>): void {
    this.#part.record.wroteSeparators(sink, bytes);
  }

  entry(facts: TransactionFacts): TrailRecord {
    const { record, task, numbers, commits } = this.#part;
    this.#facts = facts;
    const { at, segments } = facts;
    const checkpoint = record.entry({ sequence: commits, at, positions: [], segments });
    const topics = [...this.#added].map(([topic, totals]) => ({ sink: this.#parts.sinkOf(topic), topic, ...totals }));
    const value = encodeTrailEntry({ task, sequence: commits, at, topics, numbers: numbers.told(facts), checkpoint });
    return { key: task, value, headers: [[TRAIL_HEADER, "entry"]] };
  }

  committed(): void {
    const part = this.#part;
    if (this.#facts === undefined) return;
    part.numbers.add(this.#facts);
    part.commits++;
    part.segments += this.#facts.segments.length;
    for (const [topic, { records, bytes }] of this.#added) {
      const there = part.topics.get(topic) ?? { records: 0, bytes: 0 };
      part.topics.set(topic, { records: there.records + records, bytes: there.bytes + bytes });
    }
    this.#settled();
  }

  takeBack(): void {
    this.#undo?.();
    this.#part.numbers.forget();
    this.#settled();
  }

  /** With the transaction that is being committed, if there is one. */
  get isDue(): boolean {
    const { began, segments, commits } = this.#part;
    const { everyMs, segmentsMax, date } = this.#parts;
    const some = commits > 0 || this.#facts !== undefined;
    const all = segments + (this.#facts?.segments.length ?? 0);
    return this.#manifest !== undefined || (some && (date() - began >= everyMs || all >= segmentsMax));
  }

  manifest({ at, ended, planDigest, times }: Parameters<Trail["manifest"]>[0]): TrailRecord | undefined {
    if (this.#manifest !== undefined) return this.#manifest;
    const part = this.#part;
    if (part.commits === 0) return undefined;
    const { statement } = this.#parts;
    const { record, task, topics, commits, began } = part;
    for (const [topic, { records, bytes }] of topics) record.tellSegment(this.#parts.sinkOf(topic), topic, records, bytes);
    const { counts, fields } = part.numbers;
    const sinks = this.#parts.sinks.map((name) => ({ name, planned: 0, exported: 0, bytes: 0 }));
    const whole = { counts, fields, planDigest, times, sinks, unread: [], outByWorker: undefined };
    record.observe({ event: "statement-end", at, statement, ended, ...whole });
    record.observe({ event: "run-end", at, ended, issue: undefined, commits, milliseconds: at - began });
    const { bytes, signature } = this.#parts.encode(part.finished as Manifest);
    const signed = signature === undefined ? [] : [[SIGNATURE_HEADER, Buffer.from(signature).toString("base64")] as const];
    this.#manifest = { key: task, value: bytes, headers: [[TRAIL_HEADER, "manifest"], ...signed] };
    return this.#manifest;
  }

  told(): void {
    this.#manifest = undefined;
    this.#part = this.#open();
  }

  /** Records are masked under another plan from now on: the manifest of all under the one before was told. */
  renew(plan: TrailPlan): void {
    this.#plan = plan;
    this.#part = this.#open();
  }

  #settled(): void {
    this.#undo = undefined;
    this.#facts = undefined;
    this.#added = new Map();
  }

  #open(): Part {
    const { facts, statement, sinks, date } = this.#parts;
    const { statementFacts, open } = this.#plan;
    const task = this.#number === 0 ? facts.task : `${facts.task}.${this.#number}`;
    this.#number++;
    const at = date();
    const record = open((manifest) => {
      part.finished = manifest;
    });
    const part: Part = {
      task,
      record,
      began: at,
      numbers: new TrailNumbers(),
      topics: new Map(),
      commits: 0,
      segments: 0,
      finished: undefined,
    };
    record.observe({ event: "run-start", at, ...facts, task, resume: "exact", resumedAfter: undefined });
    const named = sinks.map((name) => ({ name, resume: "exact" as const }));
    record.observe({ event: "statement-start", at, statement, ...statementFacts, sinks: named });
    return part;
  }

  /** Leaves of all records of the batch: inputs by row, outputs by row without those that were refused. */
  #makeLeaves({ batch, taken, bytes, outgoing, places, targetOf }: TakenBatch): void {
    this.#reserve(taken);
    const { hashes } = this.#parts;
    const { auditKey } = this.#plan;
    const [inputs, outputs, placed] = [this.#inputs, this.#outputs, this.#placed];
    for (const scratch of [inputs, outputs, placed]) scratch.used = 0;
    for (let row = 0; row < taken; row++) this.#range(row, inputs, () => encodeRecord(inputs, batch, row));
    hashes.keyedLeaves(auditKey, inputs.bytes, this.#ranges, taken, this.#inputDigests);
    const written = { bytes, records: outgoing.records, headers: outgoing.headers };
    let out = 0;
    for (let row = 0; row < taken; row++) {
      const count = places.counts[row] as number;
      if (count === NONE) continue;
      this.#range(out++, outputs, () => {
        if (count > 0) encodeRecord(outputs, written, places.firsts[row] as number);
        else encodeValue(outputs, bytes, places.values[row] as number, places.lengths[row] as number);
      });
    }
    hashes.leaves(outputs.bytes, this.#ranges, out, this.#digests);
    const records = this.#digests.slice(0, out * DIGEST_BYTES);
    out = 0;
    for (let row = 0; row < taken; row++) {
      const count = places.counts[row] as number;
      if (count === NONE) continue;
      const first = places.firsts[row] as number;
      const names = this.#namesOf(outgoing.records, first, count, targetOf);
      const digest = records.subarray(out * DIGEST_BYTES, (out + 1) * DIGEST_BYTES);
      this.#range(out++, placed, () => {
        placed.append(names);
        placed.append(digest);
      });
    }
    hashes.leaves(placed.bytes, this.#ranges, out, this.#digests);
  }

  #range(at: number, scratch: Scratch, fill: () => void): void {
    this.#ranges[2 * at] = scratch.used;
    fill();
    this.#ranges[2 * at + 1] = scratch.used;
  }

  #namesOf(records: Uint32Array, first: number, count: number, targetOf: (index: number) => string): Uint8Array {
    let key = "";
    for (let row = first; row < first + count; row++) key += `${records[row * RECORD_STRIDE + RECORD_TOPIC]} `;
    const known = this.#topics.get(key);
    if (known !== undefined) return known;
    const names = Array.from({ length: count }, (_, i) => targetOf(records[(first + i) * RECORD_STRIDE + RECORD_TOPIC] as number));
    const encoded = encodeTopics(names);
    this.#topics.set(key, encoded);
    return encoded;
  }

  /** Hands the leaves to the record, partition by partition. */
  #deliver({ batch: { records }, taken, places, sourceOf }: TakenBatch): void {
    const { statement } = this.#parts;
    const bySource = new Map<string, { readonly rows: number[]; readonly outs: number[]; bytes: number }>();
    let out = 0;
    for (let row = 0; row < taken; row++) {
      const at = row * RECORD_STRIDE;
      const source = sourceOf(records[at + RECORD_TOPIC] as number, records[at + RECORD_PARTITION] as number);
      let group = bySource.get(source);
      if (group === undefined) {
        group = { rows: [], outs: [], bytes: 0 };
        bySource.set(source, group);
      }
      group.rows.push(row);
      if (places.counts[row] !== NONE) group.outs.push(out++);
      if (records[at + RECORD_VALUE_LENGTH] !== NONE) group.bytes += records[at + RECORD_VALUE_LENGTH] as number;
    }
    for (const [source, { rows, outs, bytes }] of bySource) {
      const offsetOf = (row: number): number => wholeAt(records, row * RECORD_STRIDE + RECORD_OFFSET);
      this.#part.record.deliveredApart(statement, source, {
        inputs: gathered(this.#inputDigests, rows),
        inCount: rows.length,
        outputs: gathered(this.#digests, outs),
        outCount: outs.length,
        bytes,
        first: offsetOf(rows[0] as number),
        next: offsetOf(rows.at(-1) as number) + 1,
      });
    }
  }

  #countTopics({ outgoing: { records, count }, targetOf }: TakenBatch): void {
    for (let row = 0; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const topic = targetOf(records[at + RECORD_TOPIC] as number);
      let totals = this.#added.get(topic);
      if (totals === undefined) {
        totals = { records: 0, bytes: 0 };
        this.#added.set(topic, totals);
      }
      totals.records++;
      if (records[at + RECORD_VALUE_LENGTH] !== NONE) totals.bytes += records[at + RECORD_VALUE_LENGTH] as number;
    }
  }

  #reserve(rows: number): void {
    if (2 * rows <= this.#ranges.length) return;
    this.#ranges = new Uint32Array(2 * rows);
    this.#digests = new Uint8Array(rows * DIGEST_BYTES);
    this.#inputDigests = new Uint8Array(rows * DIGEST_BYTES);
  }
}

/** Digests one behind the other. */
function gathered(digests: Uint8Array, places: readonly number[]): Uint8Array {
  const together = new Uint8Array(places.length * DIGEST_BYTES);
  for (const [to, from] of places.entries())
    together.set(digests.subarray(from * DIGEST_BYTES, (from + 1) * DIGEST_BYTES), to * DIGEST_BYTES);
  return together;
}

const SCRATCH_BYTES = 1024 * 1024;

class Scratch implements Growing {
  bytes: Uint8Array = new Uint8Array(SCRATCH_BYTES);
  used = 0;

  reserve(more: number): void {
    if (this.used + more <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.used + more));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }

  append(part: Uint8Array): void {
    this.reserve(part.length);
    this.bytes.set(part, this.used);
    this.used += part.length;
  }
}
