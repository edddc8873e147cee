/** A member of a consumer group that reads whole batches, and knows where it stands. */
import {
  FETCH_BYTES,
  KAFKA_AGAIN_MS,
  KAFKA_CALL_MS,
  KAFKA_STEP_MS,
  POLL_WAIT_MS,
  READ_AHEAD_KBYTES,
  SESSION_TIMEOUT_MS,
} from "../kit/limits.ts";
import type { ClientEvent, KafkaConsumer, KafkaMembership, Partition, Position, Start } from "./addon.ts";
import { loadKafka } from "./addon.ts";
import { answered } from "./answered.ts";
import type { RecordBatch } from "./batch.ts";
import { type ClientConfig, type ConnectionDefinition, clientConfig } from "./connection.ts";
import { failureOf, kafkaError } from "./failure.ts";
import { HeldPoll } from "./held-poll.ts";
import type { Token } from "./token.ts";

export interface ReaderOptions {
  readonly connection: ConnectionDefinition;
  readonly group: string;
  readonly protocol: "classic" | "consumer";
  /** Static membership: a worker of this name that comes back soon gets its partitions back, and nobody else moves. */
  readonly instance: string | undefined;
  readonly start: Start;
}

/** Where a run over topics has its records from. */
export interface BatchReader {
  /** Nothing comes any more. Readers of a group never end. */
  readonly isDone: boolean;
  /** Fills a batch, and goes on while nobody wants it, for a short time. */
  poll(batch: RecordBatch, recordsMax: number): Promise<RecordBatch>;
  /** The batch of the poll under way is wanted now: it waits for no more than what comes shortly behind its first record. */
  release(): void;
  membership(): KafkaMembership | undefined;
  topics(): string[];
  events(): readonly ClientEvent[];
  begun(): readonly Position[];
  settled(positions: readonly Position[]): void;
  rewind(): Promise<void>;
  /** Next offsets behind the partitions that it reads, as the broker said last; nobody is asked. */
  knownEnds(): readonly Position[];
  /** Where it began to read them. */
  placed(): readonly Position[];
  /** Whether a broker answers. */
  answers(): Promise<boolean>;
  setToken(token: Token): void;
  /** The token of the cluster that is read, where it is not the one that is written. */
  setSourceToken(token: Token): void;
  close(): Promise<void>;
}

export class TopicReader implements BatchReader {
  readonly isDone = false;
  readonly #options: ReaderOptions;
  #consumer: KafkaConsumer;
  #subscribed: readonly string[] = [];
  readonly #poll = new HeldPoll();
  #token: Token | undefined;
  /** What is told besides what the client tells. */
  #events: ClientEvent[] = [];

  /** Connects in the background. */
  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#consumer = new (loadKafka().KafkaConsumer)(readerConfig(options), options.start);
  }

  /** Names, and patterns that begin with `^`. */
  subscribe(topics: readonly string[]): void {
    this.#subscribed = topics;
    this.#consumer.subscribe([...topics]);
  }

  /** Fills the batch: waits for a first record, shortly for more, and no longer than until it is wanted. None came when its count is 0. */
  async poll(batch: RecordBatch, recordsMax: number, waitMs: number = POLL_WAIT_MS): Promise<RecordBatch> {
    this.#poll.begin();
    try {
      await this.#poll.fill(this.#consumer, batch, recordsMax, waitMs);
      return batch;
    } catch (error) {
      if (failureOf(error)?.name !== UNRELEASED || this.topics().length > 0) throw kafkaError(error);
      await this.#joinAgain();
      return batch;
    }
  }

  release(): void {
    this.#poll.release(this.#consumer);
  }

  /**
   * A worker of this name that was killed counts as a member until its session has run out. Groups of the newer protocol do not let it in
   * again before, and the client is of no use then.
   */
  async #joinAgain(): Promise<void> {
    const text = "a worker of this name is a member of the group until its session has run out";
    this.#events.push({ kind: "error", name: UNRELEASED, text, partitions: [] });
    await answered("close", () => this.#consumer.close());
    await new Promise((resume) => setTimeout(resume, JOIN_AGAIN_MS));
    this.#consumer = new (loadKafka().KafkaConsumer)(readerConfig(this.#options), this.#options.start);
    if (this.#token !== undefined) this.setToken(this.#token);
    this.#consumer.subscribe([...this.#subscribed]);
  }

  /** To be taken between two polls: what the batch of the first is committed under. */
  membership(): KafkaMembership | undefined {
    return this.#consumer.membership() ?? undefined;
  }

  /** Names of topics by the index that rows have. */
  topics(): string[] {
    return this.#consumer.topics();
  }

  events(): readonly ClientEvent[] {
    return [...this.#events.splice(0), ...this.#consumer.events()];
  }

  assignment(): readonly Partition[] {
    return this.#consumer.assignment();
  }

  /** The group's offsets of partitions, none that an open transaction may change; −1 where it has none. */
  committed(partitions: readonly Partition[]): Promise<Position[]> {
    return answered("committed", () => this.#consumer.committed([...partitions], KAFKA_STEP_MS));
  }

  /** Where partitions were begun that the group had no offset of, until that is committed; whoever is no member has none. */
  begun(): readonly Position[] {
    return this.membership() === undefined ? [] : this.#consumer.begun();
  }

  settled(positions: readonly Position[]): void {
    if (positions.length > 0) this.#consumer.settled([...positions]);
  }

  /** Goes back to what was committed. Not to be called while a poll is under way. */
  rewind(): Promise<void> {
    return answered("rewind", () => this.#consumer.rewind(KAFKA_STEP_MS));
  }

  knownEnds(): readonly Position[] {
    return this.#consumer.ends([...this.assignment()]).filter(({ offset }) => offset >= 0);
  }

  placed(): readonly Position[] {
    return this.#consumer.placed();
  }

  /** Asks for a topic; that it is there is not what is asked. */
  answers(): Promise<boolean> {
    const topic = this.topics()[0] ?? this.#subscribed.find((one) => !one.startsWith("^")) ?? "_";
    return answered("answers", () => this.#consumer.answers(topic, KAFKA_AGAIN_MS));
  }

  /** Next offsets of partitions: where they end now. */
  async ends(partitions: readonly { readonly topic: string; readonly partition: number }[]): Promise<number[]> {
    const marks = await answered("watermarks", () => this.#consumer.watermarks([...partitions], KAFKA_CALL_MS));
    return marks.filter((_, at) => at % 2 === 1).map(({ offset }) => offset);
  }

  setToken(token: Token): void {
    this.#token = token;
    this.#consumer.setToken(token.token, token.expiresMs, token.principal);
  }

  setSourceToken(): void {
    // One cluster has one token.
  }

  /** Leaves the group. */
  close(): Promise<void> {
    return answered("close", () => this.#consumer.close());
  }
}

function readerConfig({ connection, group, protocol, instance }: ReaderOptions): ClientConfig {
  const own = new Set(connection.settings.map(([name]) => name));
  const session = Number(connection.settings.find(([name]) => name === "session.timeout.ms")?.[1] ?? SESSION_TIMEOUT_MS);
  const classic: ClientConfig = [
    // A worker is heard of several times before it counts as gone.
    ...(own.has("heartbeat.interval.ms") ? [] : ([["heartbeat.interval.ms", String(Math.ceil(session / 5))]] satisfies ClientConfig)),
    // Partitions move one by one: whoever keeps one goes on reading it.
    ["partition.assignment.strategy", "cooperative-sticky"],
    ["session.timeout.ms", String(session)],
  ];
  // Topics that a pattern names are found so soon.
  const usual: ClientConfig = [
    ["topic.metadata.refresh.interval.ms", "10000"],
    // What waits to be masked is bounded, however much the broker has: so much in the queue, and one answer of each broker.
    ["queued.max.messages.kbytes", String(READ_AHEAD_KBYTES)],
    ["fetch.max.bytes", String(FETCH_BYTES)],
    // A queue that was full is looked at again so soon: what it holds is masked in a fraction of the usual second.
    ["fetch.queue.backoff.ms", "10"],
  ];
  return [
    ...usual.filter(([name]) => !own.has(name)),
    ...clientConfig(connection, "consumer").filter(([name]) => protocol === "classic" || !CLASSIC_ONLY.has(name)),
    ["group.id", group],
    ["group.protocol", protocol],
    ...(instance === undefined ? [] : ([["group.instance.id", instance]] satisfies ClientConfig)),
    ...(protocol === "classic" ? classic : []),
    // Offsets are committed by the producer, in its transaction. Offsets that are asked for wait for transactions under way (KIP-447).
    ["enable.auto.commit", "false"],
    ["enable.auto.offset.store", "false"],
    ["isolation.level", "read_committed"],
    // Where records are gone that were to be read, nobody jumps over the hole in silence.
    ["auto.offset.reset", "error"],
    ["enable.partition.eof", "false"],
    ["allow.auto.create.topics", "false"],
  ];
}

/** librdkafka's name for what the broker says of a name that a member has. */
const UNRELEASED = "UNRELEASED_INSTANCE_ID";
const JOIN_AGAIN_MS = 1000;

/** Settings that the broker has with the newer protocol. */
const CLASSIC_ONLY: ReadonlySet<string> = new Set(["session.timeout.ms", "heartbeat.interval.ms"]);
