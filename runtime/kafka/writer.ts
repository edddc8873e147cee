/** A transactional producer: a transaction's records, their source's offsets, and the commit of both. */
import { KAFKA_CALL_MS, TRANSACTION_TIMEOUT_MS } from "../kit/limits.ts";
import { type ClientEvent, type KafkaMembership, type KafkaProducer, loadKafka, type Mark } from "./addon.ts";
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
}

/** What librdkafka takes for a message's size at most. */
export const MESSAGE_BYTES_MAX = 1_000_000_000;

export class TopicWriter {
  readonly #producer: KafkaProducer;
  readonly #topics = new Map<string, number>();
  readonly #shadowGroup: string | undefined;

  /** Connects in the background. */
  constructor(options: WriterOptions) {
    this.#shadowGroup = options.shadowGroup;
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

  /** Takes over the transactional id: whoever had it is fenced. Ran out of time: to be called again. */
  init(timeoutMs: number): Promise<void> {
    return this.#producer.initTransactions(timeoutMs);
  }

  /** Sends records within the transaction and waits until they are stored. Bytes and tables are the call's until it ends. */
  stage(bytes: Uint8Array, { records, headers, count }: Outgoing): Promise<void> {
    return this.#producer.stage(bytes, records, headers, count, true, KAFKA_CALL_MS);
  }

  /**
   * @param rows as `CommitRows` makes them, over `topics`
   * @param mark an offset by which it can be told later that this transaction was committed
   */
  commit(membership: KafkaMembership | undefined, topics: readonly string[], rows: Uint32Array, mark?: Mark): Promise<void> {
    return this.#producer.commit(membership, this.#shadowGroup, [...topics], rows, KAFKA_CALL_MS, mark);
  }

  abort(): Promise<void> {
    return this.#producer.abort(KAFKA_CALL_MS);
  }

  events(): readonly ClientEvent[] {
    return this.#producer.events();
  }

  setToken({ token, expiresMs, principal }: Token): void {
    this.#producer.setToken(token, expiresMs, principal);
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}

function writerConfig({ connection, transactionalId, messageBytesMax, batchBytesMax }: WriterOptions): ClientConfig {
  const own = new Set(connection.settings.map(([name]) => name));
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
    ["transactional.id", transactionalId],
    ["enable.idempotence", "true"],
    ["acks", "all"],
    // Java's own: equal keys meet in the partition where they would from any client.
    ["partitioner", "murmur2_random"],
    ["message.max.bytes", String(Math.min(MESSAGE_BYTES_MAX, messageBytesMax))],
    ["batch.size", String(Math.min(MESSAGE_BYTES_MAX, batchBytesMax))],
  ];
}
