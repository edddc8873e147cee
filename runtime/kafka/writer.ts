/** A transactional producer: a transaction's records, their source's offsets, and the commit of both. */
import { KAFKA_IDLE_MS, KAFKA_STEP_MS, TRANSACTION_TIMEOUT_MS } from "../kit/limits.ts";
import { type ClientEvent, type KafkaMembership, type KafkaProducer, loadKafka, type Mark } from "./addon.ts";
import { answered } from "./answered.ts";
import { type ClientConfig, type ConnectionDefinition, clientConfig } from "./connection.ts";
import type { Outgoing } from "./outgoing.ts";
import type { Token } from "./token.ts";

export interface WriterOptions {
  readonly connection: ConnectionDefinition;
  readonly transactionalId: string;
  /** The most and the least that any target topic takes, bytes. */
  readonly messageBytesMax: number;
  readonly batchBytesMax: number;
  /** Group of which nobody is a member: offsets are committed in it, where who reads is in no group that this cluster knows. */
  readonly shadowGroup?: string | undefined;
  /** Topic of this cluster for which offsets of a source topic are committed, where the source is in another one. */
  readonly offsetTopic?: ((topic: string) => string) | undefined;
  /** What is kept with the offsets of a source topic. */
  readonly offsetNote?: ((topic: string) => string) | undefined;
}

/** What librdkafka takes for a message's size at most. */
export const MESSAGE_BYTES_MAX = 1_000_000_000;

export class TopicWriter {
  #options: WriterOptions;
  readonly #topics = new Map<string, number>();
  readonly #shadowGroup: string | undefined;
  #producer: KafkaProducer;
  #token: Token | undefined;
  /** A transaction that is open for longer is ended by the broker, and with it this writer's right to it; milliseconds. */
  readonly transactionMsMax: number;
  readonly #offsetTopic: (topic: string) => string;
  readonly #offsetNote: (topic: string) => string;

  /** Connects in the background. */
  constructor(options: WriterOptions) {
    this.#options = options;
    this.#shadowGroup = options.shadowGroup;
    const own = options.connection.settings.find(([name]) => name === "transaction.timeout.ms");
    this.transactionMsMax = Number(own?.[1] ?? TRANSACTION_TIMEOUT_MS);
    this.#offsetTopic = options.offsetTopic ?? ((topic) => topic);
    this.#offsetNote = options.offsetNote ?? (() => "");
    this.#producer = new (loadKafka().KafkaProducer)(writerConfig(options));
  }

  /** Index of a topic for rows. */
  topic(name: string): number {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const index = this.#producer.topic(name);
    this.#topics.set(name, index);
    return index;
  }

  /** Name of a topic by its index. */
  nameOf(index: number): string {
    return [...this.#topics.keys()][index] ?? "";
  }

  /** Takes over the transactional id: whoever had it is fenced. Ran out of time: to be called again. */
  init(timeoutMs: number): Promise<void> {
    return answered("init", () => this.#producer.initTransactions(timeoutMs));
  }

  /** Sends records within the transaction and waits until they are stored. Bytes and tables are the call's until it ends. */
  stage(bytes: Uint8Array, { records, headers, count }: Outgoing): Promise<void> {
    return answered("stage", () => this.#producer.stage(bytes, records, headers, count, true, KAFKA_STEP_MS));
  }

  /** The same without waiting: it ends when bytes and tables are the caller's again; `drain` comes next. */
  send(bytes: Uint8Array, { records, headers, count }: Outgoing): Promise<void> {
    return answered("send", () => this.#producer.send(bytes, records, headers, count, true, KAFKA_STEP_MS));
  }

  /** Waits until what was sent is stored. Ran out of time: to be called again. */
  drain(): Promise<void> {
    return answered("drain", () => this.#producer.drain(KAFKA_STEP_MS));
  }

  /**
   * Says which offsets the next transaction begins with, before its first records are sent: as soon as the one before is committed, the
   * broker is asked for the next, and no record waits for that. Its commit is given them too, or those behind them.
   */
  beginWith(membership: KafkaMembership | undefined, topics: readonly string[], rows: Uint32Array): void {
    this.#producer.beginWith(membership, this.#shadowGroup, this.#noted(topics), rows);
  }

  /**
   * @param rows as `CommitRows` makes them, over `topics`
   * @param mark an offset by which it can be told later that this transaction was committed
   */
  commit(membership: KafkaMembership | undefined, topics: readonly string[], rows: Uint32Array, mark?: Mark): Promise<void> {
    const noted = this.#noted(topics);
    return answered("commit", () => this.#producer.commit(membership, this.#shadowGroup, noted, rows, KAFKA_STEP_MS, mark));
  }

  abort(timeoutMs: number = KAFKA_STEP_MS): Promise<void> {
    return answered("abort", () => this.#producer.abort(timeoutMs));
  }

  /**
   * Begins anew with the same transactional id, behind a transaction that has ended; `init` comes next. Topics keep their indexes.
   * @param batchBytesMax as in the options, where it is another one now
   */
  async reopen(batchBytesMax: number = this.#options.batchBytesMax): Promise<void> {
    await answered("close", () => this.#producer.close());
    this.#options = { ...this.#options, batchBytesMax };
    this.#producer = new (loadKafka().KafkaProducer)(writerConfig(this.#options));
    if (this.#token !== undefined) this.setToken(this.#token);
    for (const name of this.#topics.keys()) this.#producer.topic(name);
  }

  events(): readonly ClientEvent[] {
    return this.#producer.events();
  }

  setToken(token: Token): void {
    this.#token = token;
    this.#producer.setToken(token.token, token.expiresMs, token.principal);
  }

  close(): Promise<void> {
    return answered("close", () => this.#producer.close());
  }

  #noted(topics: readonly string[]): [string, string][] {
    return topics.map((topic) => [this.#offsetTopic(topic), this.#offsetNote(topic)]);
  }
}

function writerConfig({ connection, transactionalId, messageBytesMax, batchBytesMax }: WriterOptions): ClientConfig {
  const own = new Map(connection.settings);
  const usual: ClientConfig = [
    ["linger.ms", "5"],
    ["compression.codec", "lz4"],
    ["transaction.timeout.ms", String(TRANSACTION_TIMEOUT_MS)],
    // Between two transactions the coordinator answers "still committing": who asks again soon goes on soon.
    ["retry.backoff.ms", "1"],
    ["queue.buffering.max.messages", "1000000"],
    ["queue.buffering.max.kbytes", "262144"],
  ];
  return [
    ...clientConfig(connection, "producer"),
    ...usual.filter(([name]) => !own.has(name)),
    // Offsets wait for their coordinator until any connection comes or goes, without a time-out (librdkafka issues 5456 and 5511): where it
    // was one that left the cluster, and all others are there, that is never. Idle connections that are closed are what wakes them.
    [IDLE, String(Math.min(KAFKA_IDLE_MS, Number(own.get(IDLE)) || KAFKA_IDLE_MS))],
    ["transactional.id", transactionalId],
    ["enable.idempotence", "true"],
    ["acks", "all"],
    // Java's own: equal keys meet in the partition where they would from any client.
    ["partitioner", "murmur2_random"],
    // Records without a key go to one partition for so long, as Java's client has it: a small transaction is one request and not one for each
    // partition, which a broker serves one by one. A large one goes to several: of a partition one request is under way, and the rest waits.
    ["sticky.partitioning.linger.ms", "3"],
    ["message.max.bytes", String(Math.min(MESSAGE_BYTES_MAX, messageBytesMax))],
    ["batch.size", String(Math.min(MESSAGE_BYTES_MAX, batchBytesMax))],
  ];
}

const IDLE = "connections.max.idle.ms";
