/** Finding and loading the addon over librdkafka. It is loaded when a pipeline names a topic, and by nothing else. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import process from "node:process";
import type * as Binding from "../../bindings/kafka/index.d.ts";
import { packageFile } from "../kit/assets.ts";
import { BautaError } from "../kit/errors.ts";
import { VERSION } from "../kit/version.ts";
import { libcOf } from "../platform/libc.ts";

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

let loaded: KafkaAddon | undefined;

/**
 * @param path left out: the one that `npm run build:kafka` builds
 * @throws BautaError 1501
 */
export function loadKafka(path?: string): KafkaAddon {
  if (path !== undefined) return load(path);
  loaded ??= load(kafkaAddonPath());
  return loaded;
}

export function kafkaAddonPath(): string {
  const libc = libcOf(process.platform);
  return packageFile(`bindings/kafka/bauta-kafka.${process.platform}-${process.arch}${libc === undefined ? "" : `-${libc}`}.node`);
}

function load(path: string): KafkaAddon {
  if (!existsSync(path)) throw new BautaError(1501, { path });
  let addon: KafkaAddon;
  try {
    addon = createRequire(import.meta.url)(path) as KafkaAddon;
  } catch {
    throw new BautaError(1501, { path, detail: "the runtime cannot load it" });
  }
  const version = addon.version();
  if (version !== VERSION) throw new BautaError(1501, { path, detail: `addon ${version}, package ${VERSION}` });
  return addon;
}
