/**
 * Reads topics of one cluster as a member of a group in another, the one that is written: transactions do not span clusters, so offsets are
 * kept where the records go, and the cluster that is read is never written.
 *
 * The member has the partitions of shadow topics; a second consumer reads the same partitions of the topics that they stand for, from the
 * offsets that the group has committed for the shadows. So all that makes one cluster exactly once holds for two: who has which partition,
 * fencing by generation and by name, offsets that wait for open transactions. What a poll gives belongs to partitions that are had before it
 * and behind it; the membership is taken behind it, and the broker refuses it once it does not hold any more.
 */

import { BautaError } from "../kit/errors.ts";
import { KAFKA_AGAIN_MS, KAFKA_STEP_MS, POLL_WAIT_MS, TOPICS_REFRESH_MS } from "../kit/limits.ts";
import {
  type ClientEvent,
  type KafkaConsumer,
  type KafkaMembership,
  loadKafka,
  type Partition,
  type Position,
  type Start,
} from "./addon.ts";
import { answered } from "./answered.ts";
import { RecordBatch } from "./batch.ts";
import { type ClientConfig, type ConnectionDefinition, clientConfig } from "./connection.ts";
import { failureOf, isFinal, kafkaError } from "./failure.ts";
import { HeldPoll } from "./held-poll.ts";
import { RECORD_OFFSET, RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC, wholeAt } from "./layout.ts";
import { placeOf } from "./offsets.ts";
import { type BatchReader, type ReaderOptions, TopicReader } from "./reader.ts";
import type { ShadowTopics } from "./shadow-topics.ts";
import type { Token } from "./token.ts";

export interface CrossClusterOptions extends ReaderOptions {
  /** The cluster that is read. `connection` is the one that is written. */
  readonly source: ConnectionDefinition;
  readonly shadows: ShadowTopics;
}

/** Where a partition is begun whose group has no offset: nowhere, since nothing of a shadow is read. */
const MEMBER_ONLY: Start = { rule: -3, positions: [] };
const BEGINNING = -2;
const END = -1;
const OTHER_TOPIC = 1526;

/** A partition that is had; next is the offset that is read next, once it is known. */
interface Had extends Partition {
  next: number | undefined;
}

export class CrossClusterReader implements BatchReader {
  readonly isDone = false;
  readonly #options: CrossClusterOptions;
  readonly #member: TopicReader;
  readonly #source: KafkaConsumer;
  /** The member's polls have nothing to fill. */
  readonly #nothing = new RecordBatch(1024, 1);
  /** Partitions of the source topics that there are. */
  #topics: ReadonlyMap<string, number> = new Map();
  /** Source topics by their shadows. */
  #byShadow: ReadonlyMap<string, string> = new Map();
  /** By source topic and partition. */
  readonly #had = new Map<string, Had>();
  readonly #begun = new Map<string, Position>();
  /** Where each partition that is had was begun. */
  readonly #placed = new Map<string, Position>();
  /** What is had is not what is read. */
  #changed = false;
  #events: ClientEvent[] = [];
  #refreshed: number;
  #isRefreshing = false;
  readonly #poll = new HeldPoll();
  /** A source topic is not the one that it was. */
  #changedSource: unknown;
  #isClosed = false;

  /** @param topics as `refresh` of the shadows has given them */
  constructor(options: CrossClusterOptions, topics: ReadonlyMap<string, number>) {
    this.#options = options;
    this.#member = new TopicReader({ ...options, start: MEMBER_ONLY });
    this.#source = new (loadKafka().KafkaConsumer)(sourceConfig(options));
    this.#refreshed = performance.now();
    this.#follow(topics);
  }

  async poll(batch: RecordBatch, recordsMax: number): Promise<RecordBatch> {
    batch.count = 0;
    this.#poll.begin();
    if (this.#changedSource !== undefined) throw this.#changedSource;
    this.#refresh();
    await this.#serve(0);
    if (this.#changed) await this.#place();
    if (this.#changed || this.#readable().length === 0) {
      await this.#serve(POLL_WAIT_MS);
      return batch;
    }
    await this.#fill(batch, recordsMax);
    await this.#serve(0);
    this.#cut(batch);
    return batch;
  }

  release(): void {
    this.#poll.release(this.#source);
  }

  membership(): KafkaMembership | undefined {
    return this.#member.membership();
  }

  topics(): string[] {
    return this.#source.topics();
  }

  events(): readonly ClientEvent[] {
    // Nothing is asked of a group in the cluster that is read.
    const own = this.#source.events().filter(({ name }) => name !== "GROUP_AUTHORIZATION_FAILED");
    return [...this.#events.splice(0), ...own];
  }

  begun(): readonly Position[] {
    return this.membership() === undefined ? [] : [...this.#begun.values()];
  }

  settled(positions: readonly Position[]): void {
    for (const position of positions) this.#begun.delete(placeOf(position));
  }

  async rewind(): Promise<void> {
    for (const had of this.#had.values()) had.next = undefined;
    this.#changed = true;
    await this.#assign();
  }

  knownEnds(): readonly Position[] {
    return this.#source.ends(this.#readable().map(({ topic, partition }) => ({ topic, partition }))).filter(({ offset }) => offset >= 0);
  }

  placed(): readonly Position[] {
    return [...this.#placed.values()];
  }

  async answers(): Promise<boolean> {
    const [here, there] = await Promise.all([
      this.#member.answers(),
      this.#source.answers([...this.#topics.keys()][0] ?? "_", KAFKA_AGAIN_MS),
    ]);
    return here && there;
  }

  setToken(token: Token): void {
    this.#member.setToken(token);
  }

  /** The token of the cluster that is read. */
  setSourceToken({ token, expiresMs, principal }: Token): void {
    this.#source.setToken(token, expiresMs, principal);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#member.close();
    await answered("close", () => this.#source.close());
  }

  /** Looks now and then which topics and partitions have come. What fails is tried again next time; the readers tell why. */
  #refresh(): void {
    const now = performance.now();
    if (this.#isRefreshing || now - this.#refreshed < TOPICS_REFRESH_MS) return;
    this.#refreshed = now;
    this.#isRefreshing = true;
    this.#options.shadows
      .refresh()
      .then((topics) => {
        if (!this.#isClosed) this.#follow(topics);
      })
      .catch((error: unknown) => {
        if (error instanceof BautaError && error.issue.number === OTHER_TOPIC) this.#changedSource = error;
      })
      .finally(() => {
        this.#isRefreshing = false;
      });
  }

  /** Joins for the topics that there are now. */
  #follow(topics: ReadonlyMap<string, number>): void {
    const { shadows } = this.#options;
    const isMore = [...topics.keys()].some((topic) => !this.#topics.has(topic)) || topics.size < this.#topics.size;
    // A partition that was had and not there may be there now.
    if ([...topics].some(([topic, partitions]) => this.#topics.get(topic) !== partitions)) this.#changed = true;
    this.#topics = topics;
    this.#byShadow = new Map([...topics.keys()].map((topic) => [shadows.nameOf(topic), topic]));
    if (isMore) this.#member.subscribe([...this.#byShadow.keys()]);
  }

  /** Lets the member see to its group, and takes note of what came and went. */
  async #serve(waitMs: number): Promise<void> {
    await this.#member.poll(this.#nothing, 1, waitMs);
    for (const event of this.#member.events()) {
      if (event.kind === "assigned") this.#came(event.partitions);
      else if (event.kind === "revoked" || event.kind === "lost") this.#went(event.partitions);
      else if (event.kind === "dropped") {
        // Too much has happened to be told: what is had now is had anew.
        this.#went([...this.#had.values()].map(({ topic, partition }) => ({ topic: this.#options.shadows.nameOf(topic), partition })));
        this.#came(this.#member.assignment());
      } else this.#events.push(event);
    }
  }

  #came(partitions: readonly Partition[]): void {
    for (const { topic: shadow, partition } of partitions) {
      const topic = this.#byShadow.get(shadow);
      if (topic !== undefined) this.#had.set(placeOf({ topic, partition }), { topic, partition, next: undefined });
    }
    this.#changed = true;
  }

  #went(partitions: readonly Partition[]): void {
    const gone: Partition[] = [];
    for (const { topic: shadow, partition } of partitions) {
      const topic = this.#byShadow.get(shadow);
      if (topic === undefined) continue;
      this.#had.delete(placeOf({ topic, partition }));
      this.#begun.delete(placeOf({ topic, partition }));
      gone.push({ topic, partition });
    }
    this.#changed = true;
    // Who reads is told as in one cluster: of the topics that are read.
    this.#events.push({ kind: "revoked", name: "", text: "", partitions: gone });
  }

  /** A shadow may have more partitions than its topic: nothing is in them. */
  #readable(): readonly Had[] {
    return [...this.#had.values()].filter(({ topic, partition }) => partition < (this.#topics.get(topic) ?? 0));
  }

  /** Begins to read what is had. What time may mend is told, and tried again with the next poll. */
  async #place(): Promise<void> {
    try {
      await this.#assign();
    } catch (error) {
      const failure = failureOf(error);
      if (failure === undefined || isFinal(failure)) throw kafkaError(error);
      this.#events.push({ kind: "error", name: failure.name, text: failure.text, partitions: [] });
    }
  }

  async #assign(): Promise<void> {
    const readable = this.#readable();
    const unknown = readable.filter(({ next }) => next === undefined);
    if (unknown.length > 0) await this.#find(unknown);
    this.#source.assign(readable.map(({ topic, partition, next = 0 }) => ({ topic, partition, offset: next })));
    this.#placed.clear();
    for (const had of readable) this.#placed.set(placeOf(had), { topic: had.topic, partition: had.partition, offset: had.next ?? 0 });
    this.#changed = false;
  }

  /** The group's offsets, and where it has none, those that it is begun at. */
  async #find(unknown: readonly Had[]): Promise<void> {
    const { shadows } = this.#options;
    const committed = await this.#member.committed(unknown.map(({ topic, partition }) => ({ topic: shadows.nameOf(topic), partition })));
    // A client looks seldom what there is: partitions that came lately are asked for.
    for (const topic of new Set(unknown.map((had) => had.topic))) await this.#source.answers(topic, KAFKA_STEP_MS);
    const found = new Map(committed.map((position) => [placeOf(position), position]));
    for (const had of unknown) {
      const place = placeOf(had);
      const { offset = -1, metadata } = found.get(placeOf({ topic: shadows.nameOf(had.topic), partition: had.partition })) ?? {};
      if (offset >= 0) {
        shadows.expectSame(had.topic, metadata);
        had.next = offset;
        this.#begun.delete(place);
        continue;
      }
      had.next = this.#begun.get(place)?.offset ?? (await this.#beginningOf(had));
      this.#begun.set(place, { topic: had.topic, partition: had.partition, offset: had.next });
    }
  }

  async #beginningOf({ topic, partition }: Partition): Promise<number> {
    const { rule, positions } = this.#options.start;
    const given = positions.find((one) => one.topic === topic && one.partition === partition);
    if (given !== undefined) return given.offset;
    const [first, next] = await answered("watermarks", () => this.#source.watermarks([{ topic, partition }], KAFKA_STEP_MS));
    if (rule === BEGINNING) return first?.offset ?? 0;
    if (rule === END) return next?.offset ?? 0;
    const [found] = await answered("times", () => this.#source.offsetsForTimes([{ topic, partition, offset: rule }], KAFKA_STEP_MS));
    return found === undefined || found.offset < 0 ? (next?.offset ?? 0) : found.offset;
  }

  async #fill(batch: RecordBatch, recordsMax: number): Promise<void> {
    try {
      await this.#poll.fill(this.#source, batch, recordsMax, POLL_WAIT_MS);
    } catch (error) {
      throw kafkaError(error);
    }
  }

  /** Takes out the rows of partitions that went: whoever has them now reads those records, too. All rows, if this one is no member any more. */
  #cut(batch: RecordBatch): void {
    const { records } = batch;
    const topics = this.#source.topics();
    const isMember = this.membership() !== undefined;
    let kept = 0;
    for (let row = 0; row < batch.count && isMember; row++) {
      const at = row * RECORD_STRIDE;
      const topic = topics[records[at + RECORD_TOPIC] as number] ?? "";
      const had = this.#had.get(placeOf({ topic, partition: records[at + RECORD_PARTITION] as number }));
      // Partitions that came meanwhile are read from where they are placed.
      if (had?.next === undefined) continue;
      had.next = wholeAt(records, at + RECORD_OFFSET) + 1;
      if (kept < row) records.copyWithin(kept * RECORD_STRIDE, at, at + RECORD_STRIDE);
      kept++;
    }
    batch.count = kept;
  }
}

const sourceConfig = ({ source, group }: CrossClusterOptions): ClientConfig => [
  ...clientConfig(source, "consumer"),
  // librdkafka asks for a name; nothing is ever committed under it.
  ["group.id", group],
  ["enable.auto.commit", "false"],
  ["enable.auto.offset.store", "false"],
  ["isolation.level", "read_committed"],
  // Where records are gone that were to be read, nobody jumps over the hole in silence.
  ["auto.offset.reset", "error"],
  ["allow.auto.create.topics", "false"],
];
