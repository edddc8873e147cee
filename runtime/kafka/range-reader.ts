/**
 * Reads ranges of partitions to their ends, in no group, and then ends. Topics are read one after the other: that a partition has ended is
 * told by its number only, and of one topic that is enough.
 */
import { KAFKA_AGAIN_MS, KAFKA_CALL_MS, POLL_LINGER_MS, POLL_WAIT_MS } from "../kit/limits.ts";
import { type ClientEvent, type KafkaConsumer, type KafkaMembership, loadKafka, type Partition, type Position } from "./addon.ts";
import { fill, type RecordBatch } from "./batch.ts";
import { type ClientConfig, type ConnectionDefinition, clientConfig } from "./connection.ts";
import { kafkaError } from "./failure.ts";
import { RECORD_OFFSET, RECORD_PARTITION, RECORD_STRIDE, RECORD_TOPIC, wholeAt } from "./layout.ts";
import { type PartitionRange, placeOf } from "./offsets.ts";
import type { BatchReader } from "./reader.ts";
import { type Token, tokenOf } from "./token.ts";

export interface RangeOptions {
  readonly connection: ConnectionDefinition;
  /** A group of which nobody is a member; offsets that are committed in it say how far the ranges were read. */
  readonly group: string;
  /** None ends behind what its partition has. */
  readonly ranges: readonly PartitionRange[];
  /** The cluster where offsets are committed, and for which of its topics, where it is not the one that is read. */
  readonly offsets?: { readonly connection: ConnectionDefinition; topicOf(topic: string): string } | undefined;
}

interface Progress {
  readonly range: PartitionRange;
  next: number;
  done: boolean;
}

export class RangeReader implements BatchReader {
  readonly #options: RangeOptions;
  readonly #topics: readonly string[];
  readonly #progress: ReadonlyMap<string, Progress>;
  /** Place of the topic under way. */
  #at = 0;
  #consumer: KafkaConsumer | undefined;
  #token: Token | undefined;
  #sourceToken: Token | undefined;
  #events: ClientEvent[] = [];

  constructor(options: RangeOptions) {
    this.#options = options;
    this.#topics = [...new Set(options.ranges.map(({ topic }) => topic))];
    this.#progress = new Map(
      options.ranges.map((range) => [placeOf(range), { range, next: range.from, done: range.from >= range.to }] as const),
    );
  }

  /** All ranges were read to their ends. */
  get isDone(): boolean {
    return [...this.#progress.values()].every(({ done }) => done);
  }

  /** Goes on behind what is committed in the group. Returns whether anything is. */
  async resume(): Promise<boolean> {
    const committed = await this.#committed();
    for (const position of committed) {
      const progress = this.#progress.get(placeOf(position));
      if (progress === undefined || position.offset < 0) continue;
      progress.next = Math.max(progress.range.from, position.offset);
      progress.done = progress.next >= progress.range.to;
    }
    return committed.some(({ offset }) => offset >= 0);
  }

  async poll(batch: RecordBatch, recordsMax: number): Promise<RecordBatch> {
    batch.count = 0;
    try {
      const consumer = await this.#current();
      if (consumer === undefined) return batch;
      const waits = { first: POLL_WAIT_MS, more: POLL_LINGER_MS };
      await fill(batch, ({ bytes, records, headers }) => consumer.pollBatch(bytes, records, headers, recordsMax, waits));
      this.#cut(batch);
      this.#listen(consumer.events());
      return batch;
    } catch (error) {
      throw kafkaError(error);
    }
  }

  release(): void {
    // Nothing is held: a range is copied as fast as it comes.
  }

  membership(): KafkaMembership | undefined {
    return undefined;
  }

  topics(): string[] {
    return [...this.#topics];
  }

  events(): readonly ClientEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  begun(): readonly Position[] {
    return [];
  }

  settled(): void {
    // Nothing is begun but what is said.
  }

  async rewind(): Promise<void> {
    await this.close();
    for (const progress of this.#progress.values()) {
      progress.next = progress.range.from;
      progress.done = progress.range.from >= progress.range.to;
    }
    await this.resume();
  }

  knownEnds(): readonly Position[] {
    return this.#options.ranges.map(({ topic, partition, to }) => ({ topic, partition, offset: to }));
  }

  placed(): readonly Position[] {
    return this.#options.ranges.map(({ topic, partition, from }) => ({ topic, partition, offset: from }));
  }

  async answers(): Promise<boolean> {
    return (await this.#consumer?.answers(this.#topics[0] ?? "_", KAFKA_AGAIN_MS)) ?? true;
  }

  setToken(token: Token): void {
    this.#token = token;
    if (this.#options.offsets === undefined) this.setSourceToken(token);
  }

  setSourceToken(token: Token): void {
    this.#sourceToken = token;
    this.#consumer?.setToken(token.token, token.expiresMs, token.principal);
  }

  async close(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#at = 0;
    await consumer?.close();
  }

  /** The reader of the first topic that is not read to its end; undefined if all are. */
  async #current(): Promise<KafkaConsumer | undefined> {
    for (; this.#at < this.#topics.length; this.#at++) {
      const waiting = this.#waiting(this.#topics[this.#at] as string);
      if (waiting.length === 0) {
        await this.#consumer?.close();
        this.#consumer = undefined;
        continue;
      }
      if (this.#consumer === undefined) {
        this.#consumer = this.#open(this.#options.connection, this.#sourceToken);
        this.#consumer.assign(waiting.map(({ range: { topic, partition }, next }) => ({ topic, partition, offset: next })));
      }
      return this.#consumer;
    }
    return undefined;
  }

  #waiting(topic: string): readonly Progress[] {
    return [...this.#progress.values()].filter(({ range, done }) => range.topic === topic && !done);
  }

  /** Takes out the rows behind the ends of their ranges. */
  #cut(batch: RecordBatch): void {
    const { records } = batch;
    const topic = this.#topics[this.#at] as string;
    let kept = 0;
    for (let row = 0; row < batch.count; row++) {
      const at = row * RECORD_STRIDE;
      const partition = records[at + RECORD_PARTITION] as number;
      const offset = wholeAt(records, at + RECORD_OFFSET);
      const progress = this.#progress.get(placeOf({ topic, partition }));
      if (progress === undefined) continue;
      if (offset >= progress.range.to - 1) progress.done = true;
      if (offset >= progress.range.to) continue;
      records.copyWithin(kept * RECORD_STRIDE, at, at + RECORD_STRIDE);
      records[kept++ * RECORD_STRIDE + RECORD_TOPIC] = this.#at;
    }
    batch.count = kept;
  }

  /** What the last offsets of a range hold may be no record: that the partition has ended tells that the range has, too. */
  #listen(events: readonly ClientEvent[]): void {
    const topic = this.#topics[this.#at] as string;
    for (const event of events) {
      // The client asks for its group's coordinator; nothing is asked of a group to read, and its name need not be permitted.
      if (event.name === "GROUP_AUTHORIZATION_FAILED") continue;
      if (event.kind !== "end") {
        this.#events.push(event);
        continue;
      }
      for (const { partition } of event.partitions) {
        const progress = this.#progress.get(placeOf({ topic, partition }));
        if (progress !== undefined) progress.done = true;
      }
    }
  }

  async #committed(): Promise<readonly Position[]> {
    const { connection, ranges, offsets } = this.#options;
    const consumer = this.#open(offsets?.connection ?? connection, this.#token);
    try {
      const places = ranges.map(({ topic, partition }) => ({ topic: offsets?.topicOf(topic) ?? topic, partition }));
      const committed = await consumer.committed(places, KAFKA_CALL_MS);
      const found = new Map(committed.map((position) => [placeOf(position), position.offset]));
      return ranges.map(({ topic, partition }, at) => ({ topic, partition, offset: found.get(placeOf(places[at] as Partition)) ?? -1 }));
    } catch (error) {
      throw kafkaError(error);
    } finally {
      await consumer.close();
    }
  }

  #open(connection: ConnectionDefinition, token: Token | undefined): KafkaConsumer {
    const consumer = new (loadKafka().KafkaConsumer)(rangeConfig(connection, this.#options.group));
    if (token !== undefined) consumer.setToken(token.token, token.expiresMs, token.principal);
    return consumer;
  }
}

type Isolation = "read_committed" | "read_uncommitted";

const rangeConfig = (connection: ConnectionDefinition, group: string, isolation: Isolation = "read_committed"): ClientConfig => [
  ...clientConfig(connection, "consumer"),
  ["group.id", group],
  ["enable.auto.commit", "false"],
  ["enable.auto.offset.store", "false"],
  ["isolation.level", isolation],
  ["auto.offset.reset", "error"],
  ["enable.partition.eof", "true"],
  ["allow.auto.create.topics", "false"],
];

/** First and next offsets of partitions, as a reader of committed records sees them. */
export function watermarks(
  connection: ConnectionDefinition,
  partitions: readonly Partition[],
): Promise<readonly { readonly first: number; readonly next: number }[]> {
  return asking(connection, "bauta-watermarks", async (consumer) => {
    const marks = await consumer.watermarks([...partitions], KAFKA_CALL_MS);
    return partitions.map((_, at) => ({ first: marks[2 * at]?.offset ?? 0, next: marks[2 * at + 1]?.offset ?? 0 }));
  });
}

/**
 * The offsets that a group has committed, and what was committed with them; −1 where there is none. They are taken as they are: whoever asks
 * for those that nothing under way will change waits for as long as a worker is busy.
 */
export function committedOf(connection: ConnectionDefinition, group: string, partitions: readonly Partition[]): Promise<Position[]> {
  return asking(connection, group, (consumer) => consumer.committed([...partitions], KAFKA_CALL_MS), "read_uncommitted");
}

async function asking<T>(
  connection: ConnectionDefinition,
  group: string,
  ask: (consumer: KafkaConsumer) => Promise<T>,
  isolation: Isolation = "read_committed",
): Promise<T> {
  const consumer = new (loadKafka().KafkaConsumer)(rangeConfig(connection, group, isolation));
  try {
    const command = connection.sasl?.tokenCommand;
    const token = command === undefined ? undefined : await tokenOf(command);
    if (token !== undefined) consumer.setToken(token.token, token.expiresMs, token.principal);
    return await ask(consumer);
  } catch (error) {
    throw kafkaError(error);
  } finally {
    await consumer.close();
  }
}
