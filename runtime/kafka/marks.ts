/** Numbers of transactions that the cluster keeps for whoever asks later: offsets of a group that nobody is a member of. */
import { KAFKA_CALL_MS } from "../kit/limits.ts";
import { loadKafka, type Mark } from "./addon.ts";
import { type ConnectionDefinition, clientConfig } from "./connection.ts";
import { kafkaError } from "./failure.ts";
import type { Token } from "./token.ts";

export interface MarksOptions {
  readonly connection: ConnectionDefinition;
  readonly group: string;
  /** One that is there; its first partition holds the mark. */
  readonly topic: string;
}

export class Marks {
  readonly #options: MarksOptions;
  #token: Token | undefined;

  constructor(options: MarksOptions) {
    this.#options = options;
  }

  /** For the commit of a transaction. */
  of(mark: number): Mark {
    const { group, topic } = this.#options;
    return { group, position: { topic, partition: 0, offset: mark } };
  }

  /** The mark of the last transaction that was committed; undefined if the cluster has none. */
  async committed(): Promise<number | undefined> {
    const { connection, group, topic } = this.#options;
    const consumer = new (loadKafka().KafkaConsumer)([
      ...clientConfig(connection, "consumer"),
      ["group.id", group],
      ["enable.auto.commit", "false"],
      // An open transaction of it is waited for.
      ["isolation.level", "read_committed"],
    ]);
    try {
      if (this.#token !== undefined) consumer.setToken(this.#token.token, this.#token.expiresMs, this.#token.principal);
      const [position] = await consumer.committed([{ topic, partition: 0 }], KAFKA_CALL_MS);
      return position === undefined || position.offset < 0 ? undefined : position.offset;
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
