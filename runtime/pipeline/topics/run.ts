/**
 * From topics to topics: polls, masks, writes and commits, for ever.
 *
 * A transaction takes what was written and the offsets behind what was read, so both are there or neither. While one is being committed
 * the next batch is polled and masked:
 *
 *   poll 1 ── mask 1 ── stage 1 ── commit 1 ─────┐
 *             poll 2 ──────────── mask 2 ────────┴ stage 2 ── commit 2 …
 *
 * Why that is safe: offsets are committed under the membership that was taken with their batch, before the next poll. If partitions moved
 * in that poll, the group has another generation, and the broker refuses the commit: nothing of the transaction is to be seen, and whoever
 * has the partitions now reads their records. The transaction is aborted, both batches are forgotten, and this worker goes back to what is
 * committed. Without a failure nobody waits for anybody.
 */
import type { ClientEvent, KafkaMembership } from "../../kafka/addon.ts";
import { CommitRows, RecordBatch } from "../../kafka/batch.ts";
import { errorOfFailure, failureOf, isFinal, issueOfFailure, kafkaError } from "../../kafka/failure.ts";
import { RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC } from "../../kafka/layout.ts";
import type { BatchReader } from "../../kafka/reader.ts";
import type { TopicWriter } from "../../kafka/writer.ts";
import { BautaError, issueOf } from "../../kit/errors.ts";
import {
  KAFKA_TOLD_MS,
  POLL_BYTES,
  PROGRESS_MS,
  TRANSACTION_RECORDS,
  TRANSACTION_RETRIES_MAX,
  TRANSACTION_RETRY_MS,
} from "../../kit/limits.ts";
import { addCounts, addFields, NO_COUNTS } from "../counts.ts";
import type { FramedMasker } from "../framed.ts";
import { type Counts, reconcile } from "../masker.ts";
import type {
  Ended,
  OperationFacts,
  Position,
  RunEvent,
  RunFacts,
  RunObserver,
  RunTimes,
  StatementEnd,
  StatementFacts,
} from "../observe.ts";
import type { Clock, CommitLimits, RunEnding, RunResult } from "../run.ts";
import type { TopicFiles } from "./files.ts";
import type { BatchMasker, MaskedBatch, RefusedRecord } from "./mask-batch.ts";
import type { TopicPlan } from "./plan.ts";

export interface TopicsParts {
  readonly facts: RunFacts;
  readonly statement: string;
  readonly statementFacts: StatementFacts;
  readonly sinks: readonly string[];
  readonly observers: readonly RunObserver[];
  readonly clock: Clock;
  readonly commit: CommitLimits;
  readonly stop: AbortSignal;
  readonly reader: BatchReader;
  readonly writer: TopicWriter;
  readonly masker: FramedMasker;
  readonly batches: BatchMasker;
  /** Files and logs beside the topics. */
  readonly files?: TopicFiles | undefined;
  /** Looks at the targets of a source topic that was not met before, and plans for it. */
  planOf(topic: string): Promise<TopicPlan>;
  operationFacts(operation: number): OperationFacts;
  planDigest(): string;
}

/** Runs until it is told to stop, or cannot go on. */
export function runTopics(parts: TopicsParts): Promise<RunResult> {
  return new TopicsRun(parts).run();
}

/** What a transaction holds so far. */
interface Transaction {
  readonly rows: CommitRows;
  readonly began: number;
  membership: KafkaMembership | undefined;
  records: number;
  bytes: number;
  counts: Counts;
  fields: StatementEnd["fields"];
  readonly refused: RefusedRecord[];
  /** Records by topic and partition. */
  readonly moved: Map<string, number>;
}

class TopicsRun {
  readonly #parts: TopicsParts;
  readonly #clock: Clock;
  readonly #began: number;
  #observers: readonly RunObserver[];
  readonly #plans: TopicPlan[] = [];
  #topics: string[] = [];
  #counts = NO_COUNTS;
  #fields: StatementEnd["fields"] = [];
  /** Records of each partition since this worker has begun. */
  readonly #records = new Map<string, number>();
  /** Names of partitions, by topic. */
  readonly #sources: string[][] = [];
  #open: Transaction | undefined;
  /** The commit under way. */
  #committing: Promise<void> | undefined;
  #sequence = 0;
  #retries = 0;
  /** When a problem was told last, by its name. */
  readonly #told = new Map<string, number>();
  #progressed = 0;
  readonly #times = { source: 0, sink: 0, commit: 0 };

  constructor(parts: TopicsParts) {
    this.#parts = parts;
    this.#clock = parts.clock;
    this.#began = parts.clock.ticks();
    this.#observers = parts.observers;
  }

  async run(): Promise<RunResult> {
    const { facts, statement, statementFacts, sinks } = this.#parts;
    const at = (): number => this.#clock.date();
    let ended: Ended = "failed";
    let issue: BautaError["issue"] | undefined;
    try {
      this.#tell({ event: "run-start", at: at(), ...facts, resume: "exact", resumedAfter: undefined });
      this.#tell({
        event: "statement-start",
        at: at(),
        statement,
        ...statementFacts,
        sinks: sinks.map((name) => ({ name, resume: "exact" })),
      });
      const done = await this.#course();
      reconcile(this.#counts);
      ended = done;
      return { ended: done, counts: this.#counts, unread: [], milliseconds: this.#clock.ticks() - this.#began };
    } catch (error) {
      const told = kafkaError(error);
      issue = told instanceof BautaError ? told.issue : issueOf(9001);
      throw told;
    } finally {
      // The error under way is the one to tell.
      this.#tell(this.#end(ended), ended === "failed");
      const milliseconds = this.#clock.ticks() - this.#began;
      this.#tell({ event: "run-end", at: at(), ended, issue, commits: this.#sequence, milliseconds }, ended === "failed");
    }
  }

  async #course(): Promise<RunEnding> {
    const { reader, stop, commit } = this.#parts;
    // One is masked while the other is filled.
    const most = Math.min(commit.records, TRANSACTION_RECORDS);
    const batches = [new RecordBatch(POLL_BYTES, most), new RecordBatch(POLL_BYTES, most)];
    let turn = 0;
    const poll = (): Promise<RecordBatch> => {
      const polling = reader.poll(batches[turn++ % 2] as RecordBatch, most);
      // It is waited for in its turn; a failure in between is not lost then.
      polling.catch(() => undefined);
      return polling;
    };
    let polled = poll();
    try {
      for (;;) {
        const waited = this.#clock.ticks();
        const batch = await polled;
        this.#times.source += this.#clock.ticks() - waited;
        if (stop.aborted) return await this.#stopped(batch);
        // Nothing is under way behind an empty batch but what is committed here; what fails of it is read again.
        const ends = batch.count === 0 && reader.isDone;
        const membership = reader.membership();
        // Between two polls nobody else names topics.
        this.#topics = reader.topics();
        const events = reader.events();
        polled = poll();
        try {
          await this.#listen(events);
          const refused = await this.#take(batch, membership);
          if (refused || ends) {
            await this.#finish();
            return refused ? "refused" : "done";
          }
        } catch (error) {
          await this.#recover(error, polled);
          polled = poll();
        }
      }
    } finally {
      await polled.catch(() => undefined);
      for (const batch of batches) batch.wipe();
    }
  }

  /** A batch that comes when the run is to end is not taken: whoever goes on reads it. */
  async #stopped(batch: RecordBatch): Promise<RunEnding> {
    batch.wipe();
    try {
      await this.#finish();
    } catch (error) {
      // What cannot be committed is not there; whoever goes on reads it again.
      if (failureOf(error) === undefined) throw error;
      const { writer, files } = this.#parts;
      // Whether it was committed, whoever begins next under this name finds out.
      await writer.abort().then(
        () => files?.takeBack(),
        () => undefined,
      );
    }
    return "stopped";
  }

  async #finish(): Promise<void> {
    await this.#committing;
    if (this.#open !== undefined) this.#commit(this.#open);
    await this.#committing;
  }

  /** Masks a batch and writes it. Returns whether a refused record ends the run. */
  async #take(batch: RecordBatch, membership: KafkaMembership | undefined): Promise<boolean> {
    const { batches, writer, reader } = this.#parts;
    const begun = reader.begun();
    if (batch.count === 0 && begun.length === 0) {
      if (this.#open !== undefined && this.#isDue(this.#open)) await this.#commitNext();
      this.#tellProgress();
      return false;
    }
    await this.#plan();
    const masked = batches.mask(batch, this.#plans);
    const stops = masked.refused.length > 0 && this.#parts.statementFacts.onRefuse === "stop";
    batch.count = masked.taken;
    await this.#committing;
    // Its first batch has the oldest membership: the one that must still hold for all.
    this.#open ??= this.#begin(membership);
    const open = this.#open;
    this.#addBegun(open, begun);
    open.rows.add(batch);
    this.#count(open, batch, masked);
    const from = this.#clock.ticks();
    this.#parts.files?.write(batches.bytes, batches.kept, (topic, partition) => this.#sourceOf(topic, partition));
    if (batches.outgoing.count > 0) await writer.stage(batches.bytes, batches.outgoing);
    this.#times.sink += this.#clock.ticks() - from;
    if (this.#isDue(open) || stops) await this.#commitNext();
    return stops;
  }

  #begin(membership: KafkaMembership | undefined): Transaction {
    return {
      rows: new CommitRows(),
      began: this.#clock.ticks(),
      membership,
      records: 0,
      bytes: 0,
      counts: NO_COUNTS,
      fields: [],
      refused: [],
      moved: new Map(),
    };
  }

  /** Partitions that the group has no offset of yet get the one that they were begun at. */
  #addBegun(open: Transaction, begun: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[]): void {
    for (const { topic, partition, offset } of begun) {
      let index = this.#topics.indexOf(topic);
      if (index < 0) index = this.#topics.push(topic) - 1;
      if (!open.rows.has(index, partition)) open.rows.put(index, partition, offset);
    }
  }

  #count(open: Transaction, batch: RecordBatch, masked: MaskedBatch): void {
    const { masker, operationFacts } = this.#parts;
    const { counts, fields } = masker.take();
    const refusedByCode = new Map<string, number>();
    for (const { issue } of masked.refused) refusedByCode.set(issue.code, (refusedByCode.get(issue.code) ?? 0) + 1);
    const refused = masked.refused.length;
    open.counts = addCounts(open.counts, {
      ...counts,
      in: masked.taken,
      out: masked.taken - refused,
      refused,
      bytesIn: masked.bytesIn,
      bytesOut: masked.bytesOut,
      refusedByCode,
    });
    open.fields = addFields(
      open.fields,
      fields.map((row) => ({ ...row, ...operationFacts(row.operation) })),
    );
    open.records += masked.taken;
    open.bytes += masked.bytesIn;
    open.refused.push(...masked.refused);
    this.#countBySource(open, batch);
  }

  #countBySource({ moved }: Transaction, { records, count }: RecordBatch): void {
    for (let row = 0; row < count; row++) {
      const at = row * RECORD_STRIDE;
      const source = this.#sourceOf(records[at + RECORD_TOPIC] as number, records[at + RECORD_PARTITION] as number);
      moved.set(source, (moved.get(source) ?? 0) + 1);
    }
    for (const source of moved.keys()) {
      if (this.#records.has(source)) continue;
      this.#records.set(source, 0);
      const { statement } = this.#parts;
      const from = { records: 0, offset: 0, lastRefused: false };
      this.#tell({ event: "source-opened", at: this.#clock.date(), statement, source, size: undefined, from, sink: undefined });
    }
  }

  /** Name of a partition, made once. */
  #sourceOf(topic: number, partition: number): string {
    const names = this.#sources[topic] ?? [];
    this.#sources[topic] = names;
    const name = names[partition] ?? `${this.#topics[topic]}/${partition}`;
    names[partition] = name;
    return name;
  }

  #isDue({ records, bytes, began }: Transaction): boolean {
    const { commit } = this.#parts;
    return records >= commit.records || bytes >= commit.bytes || this.#clock.ticks() - began >= commit.milliseconds;
  }

  /** Begins to commit what is open, when the commit before it is done. */
  async #commitNext(): Promise<void> {
    await this.#committing;
    const open = this.#open;
    if (open === undefined) return;
    this.#commit(open);
  }

  #commit(open: Transaction): void {
    this.#open = undefined;
    const committing = this.#commitAndTell(open);
    // It is waited for before the next batch is written.
    committing.catch(() => undefined);
    this.#committing = committing;
  }

  async #commitAndTell(open: Transaction): Promise<void> {
    const { writer, reader, statement, files } = this.#parts;
    const begun = reader.begun();
    const topics = [...this.#topics];
    const rows = open.rows.rows();
    const from = this.#clock.ticks();
    const mark = files?.prepare();
    const prepared = this.#clock.ticks();
    await this.#untilAnswered(() => writer.commit(open.membership, topics, rows, mark));
    const committed = this.#clock.ticks();
    const segments = files?.publish() ?? [];
    const published = this.#clock.ticks();
    const times = { prepareMs: prepared - from, journalMs: committed - prepared, publishMs: published - committed };
    this.#times.commit += published - from;
    reader.settled(begun.filter(({ topic, partition }) => open.rows.has(topics.indexOf(topic), partition)));
    this.#counts = addCounts(this.#counts, open.counts);
    this.#fields = addFields(this.#fields, open.fields);
    this.#retries = 0;
    const at = this.#clock.date();
    for (const refused of open.refused) this.#tell({ event: "refused", at, statement, ...refusalOf(refused) });
    const positions = [...open.rows.positions()].map(({ topic, partition, next }): Position => {
      const source = `${topics[topic]}/${partition}`;
      const records = (this.#records.get(source) ?? 0) + (open.moved.get(source) ?? 0);
      this.#records.set(source, records);
      return { statement, source, records, offset: next, lastRefused: false, ended: false };
    });
    this.#tell({ event: "committed", at, sequence: this.#sequence++, positions, segments, ...times });
    this.#tellProgress();
  }

  /** Whether a transaction was committed is not known before the broker has said so: it is asked until it does. */
  async #untilAnswered(commit: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        return await commit();
      } catch (error) {
        const failure = failureOf(error);
        if (failure?.retriable !== true || failure.abort || this.#parts.stop.aborted) throw error;
        this.#degrade("transaction", failure.name, issueOfFailure(failure));
      }
    }
  }

  /** What is masked and not committed is forgotten; the worker goes back to what is committed, and on. */
  async #recover(error: unknown, polled: Promise<RecordBatch>): Promise<void> {
    const { writer, reader, stop } = this.#parts;
    const failure = failureOf(error);
    if (failure === undefined) throw error;
    const isOver = isFinal(failure) || !(failure.abort || failure.retriable) || this.#retries >= TRANSACTION_RETRIES_MAX;
    await this.#committing?.catch(() => undefined);
    this.#committing = undefined;
    this.#open = undefined;
    this.#parts.masker.take();
    if (isOver) {
      if (!failure.fatal) await writer.abort().catch(() => undefined);
      throw isFinal(failure) ? errorOfFailure(failure) : new BautaError(1518, { detail: `${failure.name}: ${failure.text}` });
    }
    this.#degrade("transaction", failure.name, issueOfFailure(failure));
    await writer.abort();
    this.#parts.files?.takeBack();
    // What was polled meanwhile is read again.
    (await polled).count = 0;
    await this.#clock.sleep(TRANSACTION_RETRY_MS * 2 ** this.#retries++, stop);
    await reader.rewind();
  }

  /** Problems of the connection are told now and then; those that nothing will mend end the run. */
  async #listen(events: readonly ClientEvent[]): Promise<void> {
    for (const { kind, name, text } of [...events, ...this.#parts.writer.events()]) {
      if (kind !== "error") continue;
      if (isFinal({ name, fatal: false })) throw errorOfFailure({ name, text });
      this.#degrade("kafka", name, issueOfFailure({ name }));
    }
  }

  #degrade(what: string, name: string, issue: number): void {
    const now = this.#clock.ticks();
    if (now - (this.#told.get(name) ?? Number.NEGATIVE_INFINITY) < KAFKA_TOLD_MS) return;
    this.#told.set(name, now);
    this.#tell({ event: "degrade", at: this.#clock.date(), what, name, issue: issueOf(issue) });
  }

  /** Plans for topics that came since. */
  async #plan(): Promise<void> {
    for (let at = this.#plans.length; at < this.#topics.length; at++)
      this.#plans.push(await this.#parts.planOf(this.#topics[at] as string));
  }

  #tellProgress(): void {
    const now = this.#clock.ticks();
    if (now - this.#progressed < PROGRESS_MS) return;
    this.#progressed = now;
    const position = { records: this.#counts.in, offset: this.#counts.bytesIn, lastRefused: false };
    const { statement } = this.#parts;
    const counts = (): Counts => this.#counts;
    this.#tell({
      event: "progress",
      at: this.#clock.date(),
      statement,
      source: statement,
      size: undefined,
      position,
      counts,
      times: () => this.#timesSoFar(),
      outByWorker: undefined,
    });
  }

  #timesSoFar(): RunTimes {
    return { ...this.#parts.masker.times, ...this.#times, total: this.#clock.ticks() - this.#began };
  }

  #end(ended: Ended): StatementEnd {
    const { statement, planDigest } = this.#parts;
    return {
      event: "statement-end",
      at: this.#clock.date(),
      statement,
      ended,
      counts: this.#counts,
      fields: this.#fields,
      planDigest: planDigest(),
      sinks: this.#parts.files?.totals ?? [],
      unread: [],
      times: this.#timesSoFar(),
      outByWorker: undefined,
    };
  }

  /** @param quietly whatever an observer throws, it is not thrown on */
  #tell(event: RunEvent, quietly = false): void {
    for (const observer of this.#observers) {
      try {
        observer.observe(event);
      } catch (error) {
        if (quietly) continue;
        if (observer.mandatory) throw error;
        this.#observers = this.#observers.filter((one) => one !== observer);
        this.#tell({ event: "degrade", at: this.#clock.date(), what: "observer", name: observer.name, issue: issueOf(9001) });
      }
    }
  }
}

/** A refused record as reports have it: its ordinal is its offset in the partition, places are bytes of its value. */
export const refusalOf = ({ topic, partition, offset, issue, format, path, faultOffset, faultLength, length, hash }: RefusedRecord) => ({
  source: `${topic}/${partition}`,
  record: offset,
  offset: 0,
  length,
  issue,
  format,
  path,
  faultOffset,
  faultLength,
  hash,
});
