/** Records of topics as tests have them: written by hand, read back whole, with everything that a record has. */
import { type KafkaProducer, loadKafka, type Position } from "../../runtime/kafka/addon.ts";
import { TopicAdmin } from "../../runtime/kafka/admin.ts";
import { RecordBatch } from "../../runtime/kafka/batch.ts";
import { type ConnectionDefinition, clientConfig } from "../../runtime/kafka/connection.ts";
import { failureOf } from "../../runtime/kafka/failure.ts";
import {
  HEADER_STRIDE,
  NONE,
  RECORD_FIRST_HEADER,
  RECORD_HEADER_COUNT,
  RECORD_KEY,
  RECORD_KEY_LENGTH,
  RECORD_OFFSET,
  RECORD_PARTITION,
  RECORD_STRIDE,
  RECORD_TIMESTAMP,
  RECORD_TOPIC,
  RECORD_VALUE,
  RECORD_VALUE_LENGTH,
  wholeAt,
} from "../../runtime/kafka/layout.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { GrowingBytes } from "../../runtime/pipeline/growing-bytes.ts";

export interface Sent {
  readonly key?: string | Uint8Array | undefined;
  /** undefined: a tombstone. */
  readonly value: string | Uint8Array | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timestamp?: number;
}

export interface Got {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: string | undefined;
  readonly value: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
}

const CALL_MS = 30_000;
const ANSWER_MS = 5000;
const BATCH_BYTES = 8_000_000;
const BATCH_RECORDS = 10_000;
/** Polls without a record behind which a topic that holds what was expected has no more. */
const QUIET_POLLS = 2;
const WAIT_MS = 500;
const LINGER_MS = 5;
/** librdkafka's number for the first record that there is. */
const BEGINNING = -2;

let names = 0;
/** A name that no other test has: topics, groups and transactional ids that meet would fence and repeat each other. */
export const unique = (name: string): string => `${name}-${process.pid}-${++names}`;

/** How a call of the client failed; undefined if it did not. */
export const failureIn = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );

export const connectionTo = (bootstrap: string): ConnectionDefinition => ({
  bootstrap: bootstrap.split(","),
  tls: undefined,
  sasl: undefined,
  settings: [],
});

export class Topics {
  readonly connection: ConnectionDefinition;
  readonly admin: TopicAdmin;
  readonly #producer: KafkaProducer;

  constructor(bootstrap: string) {
    this.connection = connectionTo(bootstrap);
    this.admin = new TopicAdmin(this.connection);
    this.#producer = new (loadKafka().KafkaProducer)([
      ["bootstrap.servers", bootstrap],
      ["partitioner", "murmur2_random"],
      // Records without a key go to all partitions, not in batches to one.
      ["sticky.partitioning.linger.ms", "0"],
      ["message.max.bytes", "10000000"],
    ]);
  }

  /** Makes a topic, and returns its name. */
  async make(name: string, partitions = 1, config: [string, string][] = []): Promise<string> {
    const topic = unique(name);
    await this.admin.create(topic, partitions, config);
    return topic;
  }

  async send(topic: string, records: readonly Sent[]): Promise<void> {
    const bytes = new GrowingBytes(1_000_000);
    const out = new Outgoing();
    const index = this.#producer.topic(topic);
    const put = (part: string | Uint8Array | undefined): [number, number] => {
      if (part === undefined) return [0, NONE];
      const copied = typeof part === "string" ? new TextEncoder().encode(part) : part;
      return [bytes.append(copied), copied.length];
    };
    for (const { key, value, headers = {}, timestamp = 0 } of records) {
      out.add(index, timestamp, ...put(key), ...put(value));
      for (const [name, text] of Object.entries(headers)) out.header(...put(name), ...put(text));
    }
    await this.#producer.stage(bytes.bytes, out.records, out.headers, out.count, false, CALL_MS);
  }

  /**
   * Reads topics from their beginning, as a reader of committed records, until so many have come and no more come. It is in no group: a
   * machine that has other things to do cannot throw it out.
   */
  async read(topics: readonly string[], expected: number, milliseconds = 100_000): Promise<Got[]> {
    const positions: Position[] = [];
    for (const topic of topics) {
      const { partitions = 0 } = (await this.admin.facts(topic)) ?? {};
      for (let partition = 0; partition < partitions; partition++) positions.push({ topic, partition, offset: BEGINNING });
    }
    const reader = new (loadKafka().KafkaConsumer)([
      ...clientConfig(this.connection, "consumer"),
      ["group.id", unique("check")],
      ["enable.auto.commit", "false"],
      ["isolation.level", "read_committed"],
      ["auto.offset.reset", "earliest"],
    ]);
    const batch = new RecordBatch(BATCH_BYTES, BATCH_RECORDS);
    const got: Got[] = [];
    try {
      reader.assign(positions);
      const until = performance.now() + milliseconds;
      let quiet = 0;
      while (quiet < QUIET_POLLS || got.length < expected) {
        if (performance.now() > until) throw new Error(`read ${got.length} of ${expected} records`);
        batch.count = await reader.pollBatch(batch.bytes, batch.records, batch.headers, BATCH_RECORDS, { first: WAIT_MS, more: LINGER_MS });
        quiet = batch.count === 0 ? quiet + 1 : 0;
        got.push(...recordsOf(batch, reader.topics()));
      }
      return got;
    } finally {
      await reader.close();
    }
  }

  /** All that a topic holds, where nobody writes it and nothing of it is of transactions. */
  async readAll(topic: string, milliseconds?: number): Promise<Got[]> {
    const { partitions = 0 } = (await this.admin.facts(topic)) ?? {};
    const consumer = new (loadKafka().KafkaConsumer)([...clientConfig(this.connection, "consumer"), ["group.id", unique("ends")]]);
    try {
      const asked = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
      const marks = await consumer.watermarks(asked, CALL_MS);
      const count = marks.reduce((sum, { offset }, at) => sum + (at % 2 === 0 ? -offset : offset), 0);
      return await this.read([topic], count, milliseconds);
    } finally {
      await consumer.close();
    }
  }

  close(): Promise<void> {
    return this.#producer.close();
  }
}

/** Whether a broker answers and knows all replicas of all topics, its own among them, to be in sync. */
export async function isWhole(connection: ConnectionDefinition): Promise<boolean> {
  try {
    const topics = await new (loadKafka().KafkaAdmin)(clientConfig(connection, "admin")).topics(undefined, ANSWER_MS);
    return topics.every(({ replication, inSync }) => inSync >= replication);
  } catch {
    return false;
  }
}

/** The records of a batch, as texts. */
export function recordsOf({ bytes, records, headers, count }: RecordBatch, topics: readonly string[]): Got[] {
  const text = (at: number, length: number): string | undefined =>
    length === NONE ? undefined : Buffer.from(bytes.subarray(at, at + length)).toString();
  return Array.from({ length: count }, (_, row) => {
    const at = row * RECORD_STRIDE;
    const column = (which: number): number => records[at + which] as number;
    const own: Record<string, string> = {};
    for (let header = column(RECORD_FIRST_HEADER); header < column(RECORD_FIRST_HEADER) + column(RECORD_HEADER_COUNT); header++) {
      const [name, nameLength, value, length] = headers.subarray(header * HEADER_STRIDE) as unknown as [number, number, number, number];
      own[text(name, nameLength) ?? ""] = text(value, length) ?? "";
    }
    return {
      topic: topics[column(RECORD_TOPIC)] ?? "",
      partition: column(RECORD_PARTITION),
      offset: wholeAt(records, at + RECORD_OFFSET),
      timestamp: wholeAt(records, at + RECORD_TIMESTAMP),
      key: text(column(RECORD_KEY), column(RECORD_KEY_LENGTH)),
      value: text(column(RECORD_VALUE), column(RECORD_VALUE_LENGTH)),
      headers: own,
    };
  });
}

/** Topic, partition and offset that a record came from. */
export const sourceOf = ({ headers }: Got): string => headers["bauta.source"] ?? "";
