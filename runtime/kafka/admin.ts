/** Questions about topics, and making them. */
import { BautaError } from "../kit/errors.ts";
import { KAFKA_ADMIN_MS } from "../kit/limits.ts";
import { type KafkaAdmin, loadKafka } from "./addon.ts";
import { answered } from "./answered.ts";
import { type ConnectionDefinition, clientConfig } from "./connection.ts";
import { errorOfFailure, kafkaError } from "./failure.ts";
import type { Token } from "./token.ts";

export interface TopicFacts {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
}

/** What a topic demands of records. */
export interface TopicLimits {
  /** Of a batch of records, as it is stored; bytes. */
  readonly messageBytesMax: number;
  /** Records with one key replace each other. */
  readonly isCompacted: boolean;
}

/** What a topic takes whose broker says nothing else. */
const MESSAGE_BYTES_DEFAULT = 1_048_588;
/** Settings that a topic that is made for another's records has from it. */
const COPIED: ReadonlySet<string> = new Set([
  "cleanup.policy",
  "retention.ms",
  "retention.bytes",
  "max.message.bytes",
  "min.compaction.lag.ms",
  "delete.retention.ms",
]);

export class TopicAdmin {
  readonly #admin: KafkaAdmin;

  constructor(connection: ConnectionDefinition) {
    this.#admin = new (loadKafka().KafkaAdmin)(clientConfig(connection, "admin"));
  }

  setToken({ token, expiresMs, principal }: Token): void {
    this.#admin.setToken(token, expiresMs, principal);
  }

  /** undefined: there is no such topic. */
  async facts(name: string): Promise<TopicFacts | undefined> {
    const [topic] = await this.#call(() => this.#admin.topics(name, KAFKA_ADMIN_MS), name);
    if (topic === undefined || topic.error === "UNKNOWN_TOPIC_OR_PART" || topic.error === "_UNKNOWN_TOPIC") return undefined;
    if (topic.error !== "") throw kafkaError(new Error(JSON.stringify({ name: topic.error, text: "the broker answered so" })), name);
    return topic.partitions === 0 ? undefined : topic;
  }

  /** All topics but those of the broker itself. */
  async all(): Promise<readonly TopicFacts[]> {
    const topics = await this.#call(() => this.#admin.topics(undefined, KAFKA_ADMIN_MS));
    return topics.filter(({ name }) => !name.startsWith("__"));
  }

  /** Names of all topics but those of the broker itself. */
  async names(): Promise<string[]> {
    return (await this.all()).map(({ name }) => name);
  }

  /** What tells topics from others of their names; those that are not there, or whose cluster knows no identities, have none. */
  async ids(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (names.length === 0) return new Map();
    const ids = await this.#call(() => this.#admin.topicIds([...names], KAFKA_ADMIN_MS));
    return new Map(names.map((name, at) => [name, ids[at] ?? ""] as const).filter(([, id]) => id !== ""));
  }

  async limits(name: string): Promise<TopicLimits> {
    const settings = await this.#settings(name);
    const settingOf = (wanted: string): string | undefined => settings.find((setting) => setting.name === wanted)?.value;
    const bytes = Number(settingOf("max.message.bytes"));
    return {
      messageBytesMax: Number.isSafeInteger(bytes) && bytes > 0 ? bytes : MESSAGE_BYTES_DEFAULT,
      isCompacted: (settingOf("cleanup.policy") ?? "").split(",").includes("compact"),
    };
  }

  /**
   * Makes a topic with the partitions and the configuration of another; one that is there stays as it is.
   * @param source asks the cluster that the other one is in
   */
  async createLike(name: string, like: string, source: TopicAdmin = this): Promise<void> {
    const facts = await source.facts(like);
    if (facts === undefined) throw new BautaError(1515, { path: like });
    await this.create(name, facts.partitions, await source.#copied(like));
  }

  /** Gives a topic more partitions, so many in all. */
  async grow(name: string, partitions: number): Promise<void> {
    await this.#call(() => this.#admin.growTopic(name, partitions, KAFKA_ADMIN_MS), name);
  }

  /** @throws BautaError 1514 where they may not be read: the client then gives none, and whether a topic is compacted is nothing to guess */
  async #settings(name: string): Promise<readonly { readonly name: string; readonly value: string; readonly own: boolean }[]> {
    const settings = await this.#call(() => this.#admin.topicSettings(name, KAFKA_ADMIN_MS), name);
    if (settings.length > 0) return settings;
    const failure = { name: "TOPIC_AUTHORIZATION_FAILED", text: "its configuration may not be read (DescribeConfigs)" };
    throw errorOfFailure(failure, name);
  }

  /** What a topic that is made for this one's records has from it. */
  async #copied(name: string): Promise<[string, string][]> {
    const settings = await this.#settings(name);
    return settings.filter(({ name: one, own }) => own && COPIED.has(one)).map(({ name: one, value }): [string, string] => [one, value]);
  }

  /** @param config differs from the broker's */
  async create(name: string, partitions: number, config: [string, string][] = []): Promise<void> {
    await this.#call(() => this.#admin.createTopics([{ name, partitions, replication: 0, config }], KAFKA_ADMIN_MS), name);
  }

  async #call<T>(call: () => Promise<T>, path?: string): Promise<T> {
    try {
      return await answered("admin", call);
    } catch (error) {
      throw kafkaError(error, path);
    }
  }
}
