/**
 * From topics to topics: polls, masks, writes and commits, for ever.
 *
 * A transaction takes what was written and the offsets behind what was read, so both are there or neither. While one is being stored and
 * committed the next batch is polled and masked:
 *
 *   poll 1 ── mask 1 ── send 1 ── store 1 ── commit 1 ── begin 2 ──┐
 *             poll 2 ──────────────────────── mask 2 ──────────────┴ send 2 ── store 2 …
 *
 * Why that is safe: offsets are sent under the membership that was taken with their batch, before the next poll. If partitions moved in that
 * poll, the group has another generation, and the broker refuses them: nothing of the transaction is to be seen, and whoever has the
 * partitions now reads their records. The transaction is aborted, both batches are forgotten, and this worker goes back to what is committed.
 * If partitions move behind that, whoever has them now is told where to begin when this transaction has ended, and not before (KIP-447).
 * Without a failure nobody waits for anybody.
 *
 * Why a transaction begins with its offsets: behind a commit the broker is busy for some milliseconds with its markers, and a client that asks
 * for partitions meanwhile waits for 20. It asks for offsets again at once. And why a poll goes on until its batch is wanted (`Pace`): what
 * comes while a batch waits would else wait for the whole of the next one.
 */
import type { ClientEvent, KafkaMembership, Mark } from "../../kafka/addon.ts";
import { CommitRows, RecordBatch } from "../../kafka/batch.ts";
import { errorOfFailure, failureOf, isFinal, issueOfFailure, isWaitedFor, kafkaError, problemOf } from "../../kafka/failure.ts";
import { RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC } from "../../kafka/layout.ts";
import { placeOf } from "../../kafka/offsets.ts";
import { Outgoing } from "../../kafka/outgoing.ts";
import type { BatchReader } from "../../kafka/reader.ts";
import type { TopicWriter } from "../../kafka/writer.ts";
import { BautaError, issueOf } from "../../kit/errors.ts";
import {
  FENCED_LOOK_MS,
  GOVERNED_LOOK_MS,
  KAFKA_LEAVE_MS,
  KAFKA_WAIT_MS,
  LAG_MS,
  POLL_BYTES,
  PROGRESS_MS,
  TRANSACTION_RECORDS,
  TRANSACTION_RETRIES_MAX,
  TRANSACTION_RETRY_MS,
} from "../../kit/limits.ts";
import { addCounts, addFields, NO_COUNTS } from "../counts.ts";
import { GrowingBytes } from "../growing-bytes.ts";
import { type Counts, reconcile } from "../masker.ts";
import type { Ended, Position, RunEvent, RunFacts, RunObserver, RunTimes, StatementEnd, StatementFacts, ViewCounts } from "../observe.ts";
import type { TrailRecord } from "../recorder.ts";
import type { Clock, CommitLimits, RunEnding, RunResult } from "../run.ts";
import type { ValueNumbers } from "../value-counts.ts";
import type { Budget } from "./budget.ts";
import type { TopicFiles } from "./files.ts";
import type { RefusedRecord } from "./mask-batch.ts";
import { Pace } from "./pace.ts";
import type { PassedBatch, Passes, Renewal, Renewed } from "./passes.ts";
import { Patience } from "./patience.ts";
import type { Trails } from "./trails.ts";

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
  readonly passes: Passes;
  /** undefined: nothing but this masks. */
  readonly renewal?: Renewal | undefined;
  /** Of refused records; undefined: as many as there are. */
  readonly budget?: Budget | undefined;
  /** Files and logs beside the topics. */
  readonly files?: TopicFiles | undefined;
  /** The run's record. */
  readonly trails?: Trails | undefined;
}

/** Runs until it is told to stop, or cannot go on. */
export function runTopics(parts: TopicsParts): Promise<RunResult> {
  return new TopicsRun(parts).run();
}

const TOPIC_UNKNOWN = 1515;
const FAILED = 1518;
const STORAGE = 1519;
/** What a writer is told whose transaction the broker has ended. A reader that is fenced has another name for it: that is somebody else's doing. */
const ENDED_BY_BROKER: ReadonlySet<string> = new Set(["_FENCED", "PRODUCER_FENCED", "INVALID_PRODUCER_EPOCH", "INVALID_TXN_STATE"]);
/** librdkafka's name for a cluster of which nobody answers. */
const ALL_DOWN = "_ALL_BROKERS_DOWN";
/** What brokers say of a batch of records that is larger than their topic takes. */
const TOO_LARGE: ReadonlySet<string> = new Set(["MSG_SIZE_TOO_LARGE", "RECORD_LIST_TOO_LARGE"]);
/** What the client says when records wait to be stored for too long. */
const UNSTORED = "_TIMED_OUT_QUEUE";

/** What a transaction holds so far. */
interface Transaction {
  readonly rows: CommitRows;
  readonly began: number;
  membership: KafkaMembership | undefined;
  records: number;
  bytes: number;
  counts: Counts;
  fields: StatementEnd["fields"];
  readonly views: ViewCounts[];
  readonly refused: RefusedRecord[];
  /** Records by topic and partition. */
  readonly moved: Map<string, number>;
}

class TopicsRun {
  readonly #parts: TopicsParts;
  readonly #clock: Clock;
  readonly #began: number;
  #observers: readonly RunObserver[];
  #passes: Passes;
  /** What is to mask once the transaction before it is there. */
  #renewed: Renewed | undefined;
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
  /** Polls so far. */
  #polls = 0;
  readonly #pace = new Pace();
  /** Something was sent, and nobody waits for it yet. */
  #isUnstored = false;
  /** Ends when what was sent is stored. */
  #storing: Promise<void> | undefined;
  /** Of one of them, until it was seen to. */
  #failure: { readonly error: unknown } | undefined;
  #sequence = 0;
  #retries = 0;
  /** When the transaction that the writer has open was begun. */
  #transactionAt: number | undefined;
  /** Its commit was asked for. */
  #isAsked = false;
  readonly #patience: Patience;
  #progressed = 0;
  readonly #times = { source: 0, sink: 0, commit: 0 };
  readonly #trailBytes = new GrowingBytes(TRAIL_BYTES);
  readonly #trailRows = new Outgoing();
  /** Manifests follow the commit under way. */
  #tellsManifests = false;
  /** Of the last batch. */
  #pollMs = 0;
  #lagTold = Number.NEGATIVE_INFINITY;
  /** Next offsets that are committed, by partition. */
  readonly #next = new Map<string, number>();

  constructor(parts: TopicsParts) {
    this.#parts = parts;
    this.#passes = parts.passes;
    this.#clock = parts.clock;
    this.#began = parts.clock.ticks();
    this.#observers = parts.observers;
    this.#patience = new Patience({
      clock: parts.clock,
      stop: parts.stop,
      degrade: (name, issue) => this.#tell({ event: "degrade", at: this.#clock.date(), what: "kafka", name, issue: issueOf(issue) }),
      health: (isOk, milliseconds) => this.#tell({ event: "health", at: this.#clock.date(), client: "kafka", isOk, milliseconds }),
    });
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
      await this.#tellLast(done);
      ended = done;
      return { ended: done, counts: this.#counts, unread: [], milliseconds: this.#clock.ticks() - this.#began };
    } catch (error) {
      // A commit under way is there or not, and is told before the end.
      this.#patience.giveUp();
      await this.#quiet();
      await this.#tellFailed(error);
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
      this.#polls++;
      const polling = reader.poll(batches[turn++ % 2] as RecordBatch, most);
      // It is waited for in its turn; a failure in between is not lost then.
      polling.catch(() => undefined);
      return polling;
    };
    let polled = poll();
    try {
      for (;;) {
        try {
          const waited = this.#clock.ticks();
          this.#want();
          const batch = await polled;
          this.#pollMs = this.#clock.ticks() - waited;
          this.#times.source += this.#pollMs;
          const membership = reader.membership();
          if (stop.aborted || !(await this.#isGoverned())) return await this.#stopped(batch);
          // Nothing is under way behind an empty batch but what is committed here; what fails of it is read again.
          const ends = batch.count === 0 && reader.isDone;
          // Between two polls nobody else names topics.
          this.#topics = reader.topics();
          const events = reader.events();
          polled = poll();
          this.#listen(events);
          const refused = await this.#take(batch, membership);
          if (refused || ends) {
            await this.#finish();
            return refused ? "refused" : "done";
          }
        } catch (error) {
          if (!(await this.#recovered(error, polled))) return "stopped";
          polled = poll();
        }
      }
    } finally {
      await polled.catch(() => undefined);
      for (const batch of batches) batch.wipe();
    }
  }

  /** Lets the poll under way grow for as long as nothing is to be done with it. */
  #want(): void {
    const { reader } = this.#parts;
    const left = this.#pace.left(this.#clock.ticks());
    if (left < 1) return reader.release();
    const [over, poll] = [new AbortController(), this.#polls];
    const release = (): void => {
      over.abort();
      // By then the poll may be another one, of which nobody is in need yet.
      if (poll === this.#polls) reader.release();
    };
    // Whoever is told to stop meanwhile stops some milliseconds later.
    void this.#clock.sleep(left, over.signal).then(release);
    this.#committing?.then(release, release);
  }

  /** A batch that comes when the run is to end is not taken: whoever goes on reads it. */
  async #stopped(batch: RecordBatch): Promise<RunEnding> {
    batch.wipe();
    try {
      await this.#finish();
    } catch (error) {
      // What cannot be committed is not there; whoever goes on reads it again.
      if (failureOf(error) === undefined) throw error;
      const { writer } = this.#parts;
      await this.#quiet();
      // Whether it was committed, whoever begins next under this name finds out.
      await writer.abort(KAFKA_LEAVE_MS).then(
        () => this.#takeBack(),
        () => undefined,
      );
    }
    return "stopped";
  }

  /** The transaction is not there, and what was noted of it goes. */
  #takeBack(): void {
    this.#parts.files?.takeBack();
    this.#parts.trails?.takeBack();
  }

  async #finish(): Promise<void> {
    await this.#commitNext();
    await this.#committing;
  }

  /** Masks a batch and writes it. Returns whether a refused record ends the run. */
  async #take(batch: RecordBatch, membership: KafkaMembership | undefined): Promise<boolean> {
    const { reader, writer, trails } = this.#parts;
    // Where no more records come, nobody else would ask: what was in it is read again now, not when there is something to add.
    if (this.#failure !== undefined) throw this.#failure.error;
    await this.#renew();
    // Partitions that came since it was polled are committed with a batch of theirs.
    if (batch.count === 0 && (membership === undefined || reader.begun().length === 0)) {
      if (this.#open !== undefined && this.#isDue(this.#open)) await this.#commitNext();
      if (this.#patience.isInDoubt) await this.#ask();
      this.#tellProgress();
      return false;
    }
    const passes = this.#passes;
    await this.#patience.until(() => passes.prepare(this.#topics));
    const began = this.#clock.ticks();
    const isStopping = this.#parts.statementFacts.onRefuse === "stop";
    const early = this.#beginEarly(batch, membership);
    const polled = batch.count;
    const masked = passes.mask(batch, isStopping);
    const stops = masked.refused.length > 0 && isStopping;
    const isCut = masked.taken < polled;
    batch.count = masked.taken;
    this.#spend(masked);
    await passes.refuse(batch, masked);
    const maskMs = this.#clock.ticks() - began;
    this.#pace.masked(maskMs);
    await this.#committing;
    if (early !== undefined) this.#transactionAt ??= began;
    // It has offsets of what was not taken.
    if (early !== undefined && isCut) {
      await this.#patience.until(() => writer.abort());
      this.#ended();
    }
    const rows = isCut ? undefined : early;
    // Its first batch has the oldest membership: the one that must still hold for all.
    if (this.#open === undefined) trails?.begin();
    this.#open ??= this.#begin(membership, rows);
    const open = this.#open;
    if (rows === undefined) open.rows.add(batch);
    this.#count(open, batch, masked);
    const from = this.#clock.ticks();
    const sourceOf = (topic: number, partition: number): string => this.#sourceOf(topic, partition);
    for (const [view, { batches, sinks }] of passes.all.entries()) {
      trails?.took(view, {
        batch,
        taken: masked.taken,
        bytes: batches.bytes,
        outgoing: batches.outgoing,
        places: batches.places,
        refused: (masked.byPass[view]?.refused ?? []).map(({ issue }) => issue.code),
        sourceOf,
        targetOf: (index) => writer.nameOf(index),
      });
      this.#parts.files?.write(batches.bytes, batches.kept, sinks, sourceOf);
      if (batches.outgoing.count > 0) await this.#stage(batches.bytes, batches.outgoing);
    }
    const stageMs = this.#clock.ticks() - from;
    this.#times.sink += stageMs;
    const { statement } = this.#parts;
    this.#tell({ event: "batch", at: this.#clock.date(), statement, records: masked.taken, pollMs: this.#pollMs, maskMs, stageMs });
    if (this.#isDue(open) || stops) await this.#commitNext();
    else if (this.#isUnstored) this.#store();
    return stops;
  }

  /**
   * While a batch is masked, the transaction that it will be is begun with its offsets, if it is one of its own: a broker that is still busy
   * with the one before is asked again meanwhile. Returns those offsets, if it is.
   */
  #beginEarly(batch: RecordBatch, membership: KafkaMembership | undefined): CommitRows | undefined {
    const { writer, commit } = this.#parts;
    if (this.#open !== undefined || commit.milliseconds > 0 || this.#tellsManifests) return undefined;
    const rows = new CommitRows();
    rows.add(batch);
    writer.beginWith(membership, this.#topics, rows.rows());
    return rows;
  }

  /** Whoever refuses too much ends before that is committed, and says what it was. */
  #spend({ taken, refused, refusedRecords }: PassedBatch): void {
    const { budget, statement } = this.#parts;
    try {
      budget?.take(taken, refusedRecords);
    } catch (error) {
      const at = this.#clock.date();
      for (const one of [...(this.#open?.refused ?? []), ...refused]) this.#tell({ event: "refused", at, statement, ...refusalOf(one) });
      throw error;
    }
  }

  /**
   * Waits while no policy may decide any more, and reads nothing meanwhile. Whoever has waited for too long for its group has its partitions
   * taken away: what it holds is not committed then, but read again. Returns false if the worker was told to stop.
   */
  async #isGoverned(): Promise<boolean> {
    const { renewal, stop } = this.#parts;
    if (renewal?.stale() === undefined) return true;
    await this.#finish();
    while (renewal.stale() !== undefined) {
      if (stop.aborted) return false;
      await this.#clock.sleep(GOVERNED_LOOK_MS, stop);
    }
    return !stop.aborted;
  }

  /** What masks changes between two transactions, so that none has records of both. */
  async #renew(): Promise<void> {
    const { renewal, statement } = this.#parts;
    // Kept until it masks: what fails meanwhile is tried again, and the policy is not forgotten.
    this.#renewed ??= renewal?.next();
    const renewed = this.#renewed;
    if (renewed === undefined) return;
    await this.#commitNext();
    await this.#committing;
    // A manifest is of one policy.
    await this.#tellManifests("stopped");
    this.#renewed = undefined;
    this.#passes.close();
    this.#passes = renewed.passes;
    renewed.began();
    this.#tell({ event: "policy", at: this.#clock.date(), statement, ...renewed.policy });
  }

  /** Whether the cluster is there. */
  async #ask(): Promise<void> {
    if (await this.#parts.reader.answers()) this.#patience.back();
    else this.#patience.away(ALL_DOWN, issueOfFailure({ name: ALL_DOWN }));
  }

  /** Sends records; that they are stored is waited for by `#store`, or by the commit. */
  async #stage(bytes: Uint8Array, outgoing: Outgoing): Promise<void> {
    await this.#storing;
    this.#transactionAt ??= this.#clock.ticks();
    await this.#parts.writer.send(bytes, outgoing);
    this.#isUnstored = true;
  }

  /** Waits in the background until what was sent is stored, however long that takes. */
  #store(): void {
    this.#isUnstored = false;
    const storing = this.#patience.until(() => this.#parts.writer.drain(), this.#whyUnstored);
    // It is waited for before anything else is asked of the writer, and looked at while nothing is.
    storing.catch(this.#fails);
    this.#storing = storing;
  }

  readonly #fails = (error: unknown): void => {
    this.#failure ??= { error };
  };

  /**
   * Why a writer waits for a broker that answers: a target is gone, which nobody waits for; or there is no room, or not the replicas that a
   * target needs.
   */
  readonly #whyUnstored = async (name: string): Promise<number | undefined> => {
    if (!(await this.#parts.reader.answers())) return undefined;
    for (const pass of this.#passes.all) {
      try {
        await pass.requireTargets();
      } catch (error) {
        if (error instanceof BautaError && error.issue.number === TOPIC_UNKNOWN) throw error;
      }
    }
    return name === UNSTORED ? STORAGE : undefined;
  };

  #begin(membership: KafkaMembership | undefined, rows: CommitRows = new CommitRows()): Transaction {
    return {
      rows,
      began: this.#clock.ticks(),
      membership,
      records: 0,
      bytes: 0,
      counts: NO_COUNTS,
      fields: [],
      views: [],
      refused: [],
      moved: new Map(),
    };
  }

  #count(open: Transaction, batch: RecordBatch, masked: PassedBatch): void {
    const { counts, fields, byPass, views } = this.#passes.take();
    open.counts = addCounts(open.counts, countsOf(counts, masked, masked.refusedRecords));
    open.fields = addFields(open.fields, fields);
    open.views.push(...views);
    const { trails } = this.#parts;
    for (const [view, own] of byPass.entries()) {
      const one = masked.byPass[view];
      if (one !== undefined) trails?.counted(view, countsOf(own.counts, one, one.refused.length), own.fields);
    }
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

  /** Begins to commit what is open, when the commit before it is done; the writer waits by itself until all of it is stored. */
  async #commitNext(): Promise<void> {
    await this.#committing;
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    const { files, trails } = this.#parts;
    const from = this.#clock.ticks();
    const mark = files?.prepare();
    if (trails !== undefined) await this.#stageTrail(trails.entries(this.#clock.date(), files?.prepared ?? []));
    await this.#storing;
    // Manifests are a transaction of their own behind this one: none is begun for records meanwhile.
    this.#tellsManifests = trails?.isDue === true;
    // From here on the writer has all that it needs: a thread that masks holds nothing up.
    this.#pace.committing(this.#clock.ticks());
    const committing = this.#commitAndTell(open, from, mark);
    // It is waited for before the next batch is written, and looked at while none comes.
    committing.catch(this.#fails);
    this.#committing = committing;
  }

  async #commitAndTell(open: Transaction, from: number, mark: Mark | undefined): Promise<void> {
    const { writer, reader, statement, files, trails } = this.#parts;
    const topics = [...this.#topics];
    // Partitions that the group has no offset of get the one that they were begun at. Not sooner: the commit before this one may have had
    // records of them, and their offset would go back.
    const begun = reader.begun();
    for (const { topic, partition, offset } of begun) {
      const index = topics.includes(topic) ? topics.indexOf(topic) : topics.push(topic) - 1;
      if (!open.rows.has(index, partition)) open.rows.put(index, partition, offset);
    }
    const rows = open.rows.rows();
    const prepared = this.#clock.ticks();
    this.#transactionAt ??= from;
    this.#isUnstored = false;
    this.#isAsked = true;
    // Whether a transaction was committed is not known before the broker has said so: it is asked until it does.
    await this.#patience.until(() => writer.commit(open.membership, topics, rows, mark), this.#whyUnstored);
    this.#ended();
    trails?.committed();
    const committed = this.#clock.ticks();
    this.#pace.committed(committed);
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
      this.#next.set(source, next);
      return { statement, source, records, offset: next, lastRefused: false, ended: false };
    });
    this.#tell({ event: "committed", at, sequence: this.#sequence++, positions, segments, ...times });
    this.#tell({ event: "values", at, statement, recordsByMessage: open.counts.recordsByMessage, views: open.views });
    this.#tellProgress();
    if (this.#tellsManifests) await this.#tellManifests("stopped");
    this.#tellsManifests = false;
  }

  /** Writes the manifests of what was done since those before, in a transaction of their own. */
  async #tellManifests(ended: RunEnding | "failed"): Promise<void> {
    const { trails, writer } = this.#parts;
    const end = { at: this.#clock.date(), ended, times: this.#timesSoFar() };
    const digests = this.#passes.all.map(({ planDigest }) => planDigest());
    const records = trails?.manifests(end, digests) ?? [];
    if (records.length === 0) return;
    await this.#stageTrail(records);
    await this.#patience.until(() => writer.commit(undefined, [], NO_ROWS), this.#whyUnstored);
    this.#ended();
    trails?.told();
  }

  /** Of a run that was told to end while the cluster is away, entries tell what was committed. */
  async #tellLast(ended: RunEnding): Promise<void> {
    try {
      await this.#tellManifests(ended);
    } catch (error) {
      if (!this.#patience.endsQuietly(error)) throw error;
    }
  }

  /** A run that fails has its manifest, if the cluster still takes it: what it fails with is what is told. */
  async #tellFailed(error: unknown): Promise<void> {
    const { trails, writer } = this.#parts;
    // Whether what was asked for is there, nobody has said.
    if (trails === undefined || this.#isAsked || problemOf(error)?.fatal === true) return;
    try {
      await writer.abort(KAFKA_LEAVE_MS);
      trails.takeBack();
      await this.#tellManifests("failed");
    } catch {
      // Entries tell what was committed.
    }
  }

  async #stageTrail(records: readonly TrailRecord[]): Promise<void> {
    const [bytes, rows] = [this.#trailBytes, this.#trailRows];
    bytes.used = 0;
    rows.clear();
    const put = (part: Uint8Array | string): [number, number] => {
      const copied = typeof part === "string" ? new TextEncoder().encode(part) : part;
      return [bytes.append(copied), copied.length];
    };
    for (const { key, value, headers } of records) {
      rows.add(this.#parts.trails?.topic ?? 0, 0, ...put(key), ...put(value));
      for (const [name, text] of headers) rows.header(...put(name), ...put(text));
    }
    await this.#stage(bytes.bytes, rows);
  }

  /**
   * What is masked and not committed is forgotten; the worker goes back to what is committed, and on. Returns false if it was told to stop
   * meanwhile.
   */
  async #recovered(error: unknown, polled: Promise<RecordBatch>): Promise<boolean> {
    try {
      await this.#recover(error, polled);
      return true;
    } catch (thrown) {
      if (this.#patience.endsQuietly(thrown)) return false;
      throw thrown;
    }
  }

  async #recover(error: unknown, polled: Promise<RecordBatch>): Promise<void> {
    const { writer, reader, stop } = this.#parts;
    const problem = problemOf(error);
    if (problem === undefined) {
      await this.#leave();
      throw error;
    }
    const waits = isWaitedFor(problem.issue);
    // It will end: whether what is under way was committed, whoever comes next finds out.
    if (isFinal(problem) && !this.#isOutlived(problem.name)) this.#patience.giveUp();
    await this.#quiet();
    this.#committing = undefined;
    this.#open = undefined;
    this.#passes.take();
    const isMendable = problem.abort || problem.retriable || waits;
    const isOver = isFinal(problem) || !isMendable || (!waits && this.#retries >= TRANSACTION_RETRIES_MAX);
    if (isOver && !this.#isOutlived(problem.name)) {
      if (!problem.fatal) await writer.abort().catch(() => undefined);
      const isTold = isFinal(problem) || problem.issue === TOPIC_UNKNOWN;
      throw isTold ? errorOfFailure(problem) : new BautaError(FAILED, { detail: `${problem.name}: ${problem.text}` });
    }
    if (this.#isOutlived(problem.name)) this.#patience.tell("TRANSACTION_TIMED_OUT", FAILED);
    else this.#patience.tell(problem.name, problem.issue);
    await this.#abort(problem.name);
    this.#takeBack();
    if (TOO_LARGE.has(problem.name)) await this.#limit();
    // What was polled meanwhile is read again.
    await polled.catch(() => undefined);
    if (!waits) await this.#clock.sleep(TRANSACTION_RETRY_MS * 2 ** this.#retries++, stop);
    await this.#patience.until(() => reader.rewind());
  }

  /** A run that ends for a reason of its own leaves no transaction behind: others would wait for its offsets until it runs out. */
  async #leave(): Promise<void> {
    this.#patience.giveUp();
    await this.#quiet();
    if (!this.#isAsked) await this.#parts.writer.abort(KAFKA_LEAVE_MS).catch(() => undefined);
  }

  /** A target takes less than when the run began: from here on records and batches are as large as it takes now. */
  async #limit(): Promise<void> {
    const { writer } = this.#parts;
    const least = await this.#patience.until(() => this.#passes.lookAgain());
    await writer.reopen(least);
    await this.#patience.until(() => writer.init(KAFKA_WAIT_MS));
  }

  /** Waits until nothing is asked of the writer. What was, and failed, is of a transaction that is given up. */
  async #quiet(): Promise<void> {
    await this.#committing?.catch(() => undefined);
    await this.#storing?.catch(() => undefined);
    this.#storing = undefined;
    this.#isUnstored = false;
    this.#failure = undefined;
  }

  /** Ends the transaction. One that its broker has ended leaves a writer behind that is of no use. */
  async #abort(name: string): Promise<void> {
    const { writer } = this.#parts;
    if (this.#isOutlived(name)) return this.#reopen();
    try {
      await this.#patience.until(() => writer.abort());
    } catch (error) {
      if (!this.#isOutlived(problemOf(error)?.name)) throw error;
      await this.#reopen();
    }
    this.#ended();
  }

  /** The writer has no transaction any more. */
  #ended(): void {
    this.#transactionAt = undefined;
    this.#isAsked = false;
  }

  /**
   * The broker says that another has taken over, or that there is no transaction to end, and the transaction is so old that nobody but the
   * broker itself has ended it.
   */
  #isOutlived(name: string | undefined): boolean {
    const age = this.#transactionAt === undefined ? 0 : this.#clock.ticks() - this.#transactionAt;
    return name !== undefined && ENDED_BY_BROKER.has(name) && age >= this.#parts.writer.transactionMsMax;
  }

  async #reopen(): Promise<void> {
    const { writer, reader, stop, files, trails } = this.#parts;
    // Topics tell by their offsets whether it was committed before it ran out; files and the run's record do not.
    if ((files ?? trails) !== undefined && this.#isAsked)
      throw new BautaError(FAILED, { detail: "the next start finds out whether it was committed" });
    // If another worker of this name has begun meanwhile, the group knows: this one is not to take its place.
    await this.#clock.sleep(FENCED_LOOK_MS, stop);
    this.#listen(reader.events());
    await writer.reopen();
    await this.#patience.until(() => writer.init(KAFKA_WAIT_MS));
    this.#ended();
  }

  /** Problems of the connection are told now and then; those that nothing will mend end the run. */
  #listen(events: readonly ClientEvent[]): void {
    for (const { kind, name, text, partitions } of [...events, ...this.#parts.writer.events()]) {
      if (kind === "revoked" || kind === "lost")
        this.#parts.trails?.left(partitions.map(({ topic, partition }) => `${topic}/${partition}`));
      if (kind !== "error" || this.#isOutlived(name)) continue;
      if (isFinal({ name, fatal: false })) throw errorOfFailure({ name, text });
      if (name === ALL_DOWN) this.#patience.suspect();
      else this.#patience.tell(name, issueOfFailure({ name }));
    }
  }

  #tellLag(): void {
    const now = this.#clock.ticks();
    if (now - this.#lagTold < LAG_MS) return;
    this.#lagTold = now;
    const { reader } = this.#parts;
    const placed = new Map(reader.placed().map((position) => [placeOf(position), position.offset]));
    const partitions = reader.knownEnds().map(({ topic, partition, offset }) => {
      const place = placeOf({ topic, partition });
      // One that was another worker's meanwhile was begun behind what this one had committed of it.
      const next = Math.max(this.#next.get(place) ?? 0, placed.get(place) ?? 0);
      return { topic, partition, records: Math.max(0, offset - next) };
    });
    this.#tell({ event: "lag", at: this.#clock.date(), statement: this.#parts.statement, partitions });
  }

  #tellProgress(): void {
    this.#tellLag();
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
    return { ...this.#passes.times, ...this.#times, total: this.#clock.ticks() - this.#began };
  }

  #end(ended: Ended): StatementEnd {
    const { statement } = this.#parts;
    return {
      event: "statement-end",
      at: this.#clock.date(),
      statement,
      ended,
      counts: this.#counts,
      fields: this.#fields,
      planDigest: this.#passes.planDigest(),
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

function countsOf(
  values: ValueNumbers,
  { taken, refused, bytesIn, bytesOut }: Pick<PassedBatch, "taken" | "refused" | "bytesIn" | "bytesOut">,
  refusedRecords: number,
): Counts {
  const refusedByCode = new Map<string, number>();
  for (const { issue } of refused) refusedByCode.set(issue.code, (refusedByCode.get(issue.code) ?? 0) + 1);
  return { ...values, in: taken, out: taken - refusedRecords, refused: refusedRecords, bytesIn, bytesOut, refusedByCode };
}

const NO_ROWS = new Uint32Array(0);
/** Room for an entry of the run's record. */
const TRAIL_BYTES = 65_536;

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
