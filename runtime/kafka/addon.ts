/** The addon over librdkafka. It is loaded when a pipeline names a topic, and by nothing else. */
import type * as Binding from "../../bindings/kafka/index.d.ts";
import { type AddonKind, type LoadedAddon, loadAddon } from "../platform/addon.ts";

/** What the addon exports; generated from its source. */
export type KafkaAddon = typeof Binding;
export type {
  ClientEvent,
  KafkaAdmin,
  KafkaConsumer,
  KafkaMembership,
  KafkaProducer,
  Mark,
  Partition,
  Position,
  Start,
  Topic,
} from "../../bindings/kafka/index.d.ts";

const KAFKA: AddonKind = { name: "kafka", issues: { missing: 1501, version: 1501, notInstalled: 1501 } };

let loaded: LoadedAddon<KafkaAddon> | undefined;

/**
 * @param path left out: the one that the executable carries, is installed or was built
 * @throws BautaError 1501; 1311 to 1313 when an executable cannot unpack its own
 */
export function loadKafka(path?: string): KafkaAddon {
  if (path !== undefined) return loadAddon<KafkaAddon>(KAFKA, path).addon;
  loaded ??= loadAddon<KafkaAddon>(KAFKA);
  return loaded.addon;
}

/** SHA-256 of the file that the client came from, lower-case hex. @throws as loadKafka */
export function kafkaAddonSha256(): string {
  loadKafka();
  return loaded?.sha256 ?? "";
}
