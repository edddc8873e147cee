/** Numbers of transactions that the cluster keeps for whoever asks later: offsets of a group that nobody is a member of. */
import { KAFKA_CALL_MS } from "../kit/limits.ts";
import { loadKafka, type Mark } from "./addon.ts";
import { type ConnectionDefinition, clientConfig } from "./connection.ts";
import { kafkaError } from "./failure.ts";
import type { Token } from "./token.ts";

export interface MarksOptions {
  readonly connection: ConnectionDefinition;
  readonly group: string;
  /** Topics that are there: the first partition of one of them holds the mark. A pattern that names others later finds it all the same. */
  readonly topics: readonly string[];
}

export class Marks {
  readonly #options: MarksOptions;
  #token: Token | undefined;
  /** Holds the mark. */
  #topic: string;

  constructor(options: MarksOptions) {
    this.#options = options;
    this.#topic = options.topics[0] ?? "";
  }

  /** For the commit of a transaction. */
  of(mark: number): Mark {
    const { group } = this.#options;
    return { group, position: { topic: this.#topic, partition: 0, offset: mark } };
  }

  /** The mark of the last transaction that was committed; undefined if the cluster has none. From now on marks are held where it is. */
  async committed(): Promise<number | undefined> {
    const { connection, group, topics } = this.#options;
    const consumer = new (loadKafka().KafkaConsumer)([
      ...clientConfig(connection, "consumer"),
      ["group.id", group],
      ["enable.auto.commit", "false"],
      // An open transaction of it is waited for.
      ["isolation.level", "read_committed"],
    ]);
    try {
      if (this.#token !== undefined) consumer.setToken(this.#token.token, this.#token.expiresMs, this.#token.principal);
      const asked = topics.map((topic) => ({ topic, partition: 0 }));
      const marks = (await consumer.committed(asked, KAFKA_CALL_MS)).filter(({ offset }) => offset >= 0);
      // Marks grow: the last one is the greatest.
      const last = marks.toSorted((a, b) => b.offset - a.offset)[0];
      if (last !== undefined) this.#topic = last.topic;
      return last?.offset;
    } catch (error) {
      throw kafkaError(error);
    } finally {
      await consumer.close();
    }
  }

  setToken(token: Token): void {
    this.#token = token;
  }
}
