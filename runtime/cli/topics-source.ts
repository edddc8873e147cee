/** What a pipeline over topics reads from: topics of the cluster that it writes, or of another one. */
import type { Start } from "../kafka/addon.ts";
import { TopicAdmin } from "../kafka/admin.ts";
import { CrossClusterReader } from "../kafka/cross-cluster-reader.ts";
import { type BatchReader, TopicReader } from "../kafka/reader.ts";
import { ShadowTopics } from "../kafka/shadow-topics.ts";
import { Tokens } from "../kafka/token.ts";
import { BautaError } from "../kit/errors.ts";
import type { KafkaDefinition } from "../pipeline/definition/definition.ts";

export interface TopicsSource {
  /** Asks the cluster that is read. */
  readonly admin: TopicAdmin;
  /** Tokens of that cluster, where it is another one. */
  readonly tokens: Tokens | undefined;
  /** Topic of the cluster that is written for which offsets of a source topic are committed. */
  offsetTopic(topic: string): string;
  /** What is kept with those offsets. */
  offsetNote(topic: string): string;
  /** The topics that there are. To be called before the reader is opened. @throws BautaError 1515 for one that is named and not there */
  topics(): Promise<readonly string[]>;
  /** Joins the group. */
  open(instance: string | undefined): BatchReader;
  close(): void;
}

export interface SourceChoice {
  readonly kafka: KafkaDefinition;
  /** Names, and patterns that begin with `^`. */
  readonly topics: readonly string[];
  /** Asks the cluster that is written. */
  readonly admin: TopicAdmin;
  /** Told when a token of the other cluster cannot be had. */
  readonly failed: (error: unknown) => void;
}

export const isPattern = (topic: string): boolean => topic.startsWith("^");

export function openSource(choice: SourceChoice): Promise<TopicsSource> {
  return choice.kafka.source === undefined ? Promise.resolve(ownSource(choice)) : otherSource(choice, choice.kafka.source);
}

function ownSource({ kafka, topics, admin }: SourceChoice): TopicsSource {
  const { connection, group, protocol } = kafka;
  return {
    admin,
    tokens: undefined,
    offsetTopic: (topic) => topic,
    offsetNote: () => "",
    async topics() {
      const there = topics.some(isPattern) ? await admin.names() : [];
      const plain = topics.filter((topic) => !isPattern(topic));
      for (const topic of plain) if ((await admin.facts(topic)) === undefined) throw new BautaError(1515, { path: topic });
      const patterns = topics.filter(isPattern).map((topic) => new RegExp(topic, "u"));
      return [...new Set([...plain, ...there.filter((name) => patterns.some((pattern) => pattern.test(name)))])];
    },
    open(instance) {
      const reader = new TopicReader({ connection, group, protocol, instance, start: startOf(kafka) });
      reader.subscribe(topics);
      return reader;
    },
    close() {
      // All is the worker's.
    },
  };
}

async function otherSource({ kafka, topics, admin: target, failed }: SourceChoice, source: SourceConnection): Promise<TopicsSource> {
  const { connection, group, protocol } = kafka;
  const tokens = await Tokens.open(source.sasl?.tokenCommand, failed);
  const admin = new TopicAdmin(source);
  tokens?.add(admin);
  const shadows = new ShadowTopics({ source: admin, target, group, topics });
  let found: ReadonlyMap<string, number> = new Map();
  return {
    admin,
    tokens,
    offsetTopic: (topic) => shadows.nameOf(topic),
    offsetNote: (topic) => shadows.noteOf(topic),
    async topics() {
      found = await shadows.refresh();
      return [...found.keys()];
    },
    open: (instance) => new CrossClusterReader({ connection, source, group, protocol, instance, start: startOf(kafka), shadows }, found),
    close: () => tokens?.close(),
  };
}

type SourceConnection = NonNullable<KafkaDefinition["source"]>;

function startOf({ from }: KafkaDefinition): Start {
  switch (from.kind) {
    case "earliest":
      return { rule: -2, positions: [] };
    case "latest":
      return { rule: -1, positions: [] };
    case "timestamp":
      return { rule: from.at, positions: [] };
    case "offsets":
      // A partition that is not named is begun at its beginning: nothing is passed over that nobody said.
      return { rule: -2, positions: [...from.positions] };
    default:
      return from satisfies never;
  }
}
