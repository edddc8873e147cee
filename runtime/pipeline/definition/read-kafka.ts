/** What a pipeline file says of a cluster and its topics. */
import { resolve } from "node:path";
import {
  type ConnectionDefinition,
  SASL_MECHANISMS,
  type SaslDefinition,
  type Secret,
  type TlsDefinition,
} from "../../kafka/connection.ts";
import { KAFKA_RESERVED, KAFKA_SETTINGS } from "../../kafka/settings.ts";
import { MANIFEST_MS } from "../../kit/limits.ts";
import { nearest } from "../../kit/suggest.ts";
import type { Node } from "../../model/node.ts";
import { NOWHERE, type Place } from "../../model/problem.ts";
import { type Entries, join, type Reader } from "../../model/reader.ts";
import type {
  AuditDefinition,
  KafkaDefinition,
  PartRule,
  RefusalBudget,
  SinkDefinition,
  SourceDefinition,
  StartDefinition,
} from "./definition.ts";

const VALUE = 1403;
const SETTING = 1502;

export const CONNECTION_KEYS = ["bootstrap", "tls", "sasl", "settings"] as const;
export const KAFKA_KEYS = [...CONNECTION_KEYS, "source", "group", "protocol", "from"] as const;
export const TLS_KEYS = ["ca", "certificate", "key", "key-password"] as const;
export const AUDIT_KEYS = ["topic", "manifest-seconds"] as const;
export const SASL_KEYS = ["mechanism", "user", "password", "token-command"] as const;
const REFUSED_KEYS = ["topic", "seal", "budget"] as const;
const SEAL_KEYS = ["public-key"] as const;
const BUDGET_KEYS = ["records", "of"] as const;
const TOPIC_SOURCE_KEYS: readonly string[] = ["topics", "key", "headers", "timestamp", "source-header"];
const TOPIC_SINK_KEYS: readonly string[] = ["topic", "create", "view"];

/** What Kafka takes for the name of a topic; `{topic}` stands for the one that the record came from. */
const TOPIC = /^[A-Za-z0-9._-]{1,249}$/;
const PLACEHOLDER = "{topic}";
/** Of an X25519 recipient of age. */
const PUBLIC_KEY = /^age1[02-9ac-hj-np-z]{58}$/;
const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/;
const GROUP = /^[A-Za-z0-9._-]{1,200}$/;
/** Names of headers that are Bauta's own. */
const OWN_HEADERS = "bauta.";

export class KafkaReader {
  readonly #reader: Reader;
  readonly #folder: string;

  constructor(reader: Reader, folder: string) {
    this.#reader = reader;
    this.#folder = folder;
  }

  /** The cluster; undefined where no topic is read or written. */
  cluster(
    entries: Entries,
    name: string,
    { sources, sinks }: { readonly sources: readonly SourceDefinition[]; readonly sinks: readonly SinkDefinition[] },
  ): KafkaDefinition | undefined {
    const entry = entries.get("kafka");
    const reads = sources.filter(({ kind }) => kind === "topics").length;
    const writes = sinks.filter(({ kind }) => kind === "topic").length;
    const { topic: refused, sealTo, budget } = this.#refused(entries);
    const audit = this.#audit(entries);
    if (entry === undefined) {
      if (reads + writes > 0 || refused !== undefined || audit !== undefined)
        this.#wrong(NOWHERE, "kafka", "topics need a cluster: name its `bootstrap` servers");
      return undefined;
    }
    if (reads + writes === 0) this.#wrong(entry.value.at, "kafka", "no topic is read or written");
    // A transaction takes outputs and offsets together, and only what is in the cluster can be in it.
    if (reads < sources.length) this.#wrong(entry.value.at, "sources", "topics and other sources do not go into one pipeline");
    for (const { kind, name: sink, ...place } of sinks)
      if (kind === "stdout" || (kind === "log" && !("path" in place && place.path !== undefined)))
        this.#wrong(entry.value.at, join("sinks", sink), "records of topics go to topics and files: standard output cannot take back");
    if (entries.has("workers")) this.#wrong(this.#at(entries, "workers"), "workers", "more processes of this pipeline share its topics");
    if (entries.has("manifest")) this.#wrong(this.#at(entries, "manifest"), "manifest", "it is of pipelines over files");
    if (entries.has("journal") && writes === sinks.length)
      this.#wrong(this.#at(entries, "journal"), "journal", "it is of pipelines that write files");
    if (entries.has("refused") && refused === undefined)
      this.#wrong(this.#at(entries, "refused"), "refused", "refused records of topics go to a topic: `{ topic: NAME }`");
    if (this.#reader.text(entries, "frame", "") === "length")
      this.#wrong(
        this.#at(entries, "frame"),
        "frame",
        "in front of a value stands no length: it is one record, or some that tell themselves apart",
      );
    const inner = this.#reader.map(entry.value, "kafka", KAFKA_KEYS);
    if (inner === undefined) return undefined;
    const group = this.#reader.text(inner, "group", "kafka") ?? name;
    if (!GROUP.test(group)) this.#wrong(this.#at(inner, "group"), "kafka.group", "a group's name is of letters, digits, `.`, `_` and `-`");
    return {
      connection: this.#connection(inner, entry.value.at, "kafka"),
      source: this.#source(inner),
      group,
      protocol: this.#reader.word(inner, "protocol", "kafka", ["classic", "consumer"] as const) ?? "classic",
      from: this.#from(inner),
      refused,
      sealTo,
      budget,
      audit,
    };
  }

  source(entries: Entries, node: Node, path: string): SourceDefinition | undefined {
    for (const key of entries.keys()) if (!TOPIC_SOURCE_KEYS.includes(key)) this.#wrong(node.at, join(path, key), "it is not for topics");
    const topics = (this.#reader.oneOrMore(entries, "topics", path) ?? []).flatMap(({ node: one, path: at }) => {
      const topic = this.#reader.textOf(one, at);
      if (topic === undefined) return [];
      if (topic.startsWith("^") ? isPattern(topic) : TOPIC.test(topic)) return [topic];
      this.#wrong(one.at, at, "a topic's name belongs here (letters, digits, `.`, `_`, `-`), or a pattern that begins with `^`");
      return [];
    });
    const key = entries.get("key");
    return {
      kind: "topics",
      topics,
      rules: {
        key: key === undefined ? undefined : this.#rule(key.value, join(path, "key")),
        headers: this.#headers(entries, path),
        timestamp: this.#reader.word(entries, "timestamp", path, ["keep", "now"] as const) ?? "keep",
        sourceHeader: this.#reader.boolean(entries, "source-header", path) ?? true,
      },
    };
  }

  sink(name: string, entries: Entries, node: Node, path: string): SinkDefinition | undefined {
    for (const key of entries.keys()) if (!TOPIC_SINK_KEYS.includes(key)) this.#wrong(node.at, join(path, key), "it is not for topics");
    const topic = this.#topicNamed(entries, "topic", path, true);
    const create = this.#reader.boolean(entries, "create", path) ?? false;
    return topic === undefined ? undefined : { kind: "topic", name, topic, create };
  }

  #refused(entries: Entries): Pick<KafkaDefinition, "sealTo" | "budget"> & { readonly topic: string | undefined } {
    const none = { topic: undefined, sealTo: undefined, budget: undefined };
    const entry = entries.get("refused");
    if (entry?.value.kind !== "map") return none;
    const inner = this.#reader.map(entry.value, "refused", REFUSED_KEYS);
    if (inner === undefined) return none;
    return { topic: this.#topicNamed(inner, "topic", "refused", false), sealTo: this.#sealTo(inner), budget: this.#budget(inner) };
  }

  #sealTo(entries: Entries): string | undefined {
    const entry = entries.get("seal");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, "refused.seal", SEAL_KEYS);
    if (entry === undefined || inner === undefined) return undefined;
    const key = this.#reader.text(inner, "public-key", "refused.seal");
    if (key !== undefined && PUBLIC_KEY.test(key)) return key;
    return this.#wrong(
      entry.value.at,
      "refused.seal.public-key",
      "a public key of age belongs here, as `bauta dlq key` prints it: `age1…`",
    );
  }

  #budget(entries: Entries): RefusalBudget | undefined {
    const entry = entries.get("budget");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, "refused.budget", BUDGET_KEYS);
    if (entry === undefined || inner === undefined) return undefined;
    const number = (key: string): number | undefined => {
      const value = inner.get(key)?.value;
      return value?.kind === "scalar" && typeof value.value === "number" ? value.value : undefined;
    };
    const [records, of] = [number("records"), number("of")];
    const isWhole = Number.isSafeInteger(records) && Number.isSafeInteger(of);
    if (isWhole && records !== undefined && of !== undefined && records >= 0 && of > records) return { records, of };
    return this.#wrong(entry.value.at, "refused.budget", "`records` and `of` belong here, whole numbers, `of` the larger one");
  }

  #audit(entries: Entries): AuditDefinition | undefined {
    const entry = entries.get("audit");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, "audit", AUDIT_KEYS);
    if (entry === undefined || inner === undefined) return undefined;
    if (!inner.has("topic")) return this.#wrong(entry.value.at, "audit.topic", "the topic is missing");
    const topic = this.#topicNamed(inner, "topic", "audit", false);
    const seconds = this.#reader.integer(inner, "manifest-seconds", "audit", 1, 86_400);
    return topic === undefined ? undefined : { topic, manifestMs: seconds === undefined ? MANIFEST_MS : seconds * 1000 };
  }

  #topicNamed(entries: Entries, key: string, path: string, placeholder: boolean): string | undefined {
    const topic = this.#reader.text(entries, key, path);
    if (topic === undefined) return undefined;
    const plain = placeholder ? topic.replace(PLACEHOLDER, "x") : topic;
    if (TOPIC.test(plain)) return topic;
    return this.#wrong(this.#at(entries, key), join(path, key), "a topic's name is of letters, digits, `.`, `_` and `-`");
  }

  #connection(entries: Entries, at: Place, path: string): ConnectionDefinition {
    if (!entries.has("bootstrap")) this.#wrong(at, join(path, "bootstrap"), "the brokers to ask first are missing");
    const bootstrap = (this.#reader.oneOrMore(entries, "bootstrap", path) ?? []).flatMap(({ node, path: here }) => {
      const address = this.#reader.textOf(node, here);
      if (address === undefined) return [];
      if (!ADDRESS.test(address)) this.#wrong(node.at, here, "HOST:PORT belongs here");
      return [address];
    });
    return {
      bootstrap,
      tls: this.#tls(entries, join(path, "tls")),
      sasl: this.#sasl(entries, join(path, "sasl")),
      settings: this.#settings(entries, join(path, "settings")),
    };
  }

  #tls(entries: Entries, path: string): TlsDefinition | undefined {
    const entry = entries.get("tls");
    if (entry === undefined || (entry.value.kind === "scalar" && entry.value.value === false)) return undefined;
    if (entry.value.kind === "scalar" && entry.value.value === true)
      return { ca: undefined, certificate: undefined, key: undefined, keyPassword: undefined };
    const inner = this.#reader.map(entry.value, path, TLS_KEYS);
    if (inner === undefined) return undefined;
    const certificate = this.#path(inner, "certificate", path);
    const key = this.#path(inner, "key", path);
    if ((certificate === undefined) !== (key === undefined)) this.#wrong(entry.value.at, path, "`certificate` and `key` belong together");
    return { ca: this.#path(inner, "ca", path), certificate, key, keyPassword: this.#secret(inner, "key-password", path) };
  }

  #sasl(entries: Entries, path: string): SaslDefinition | undefined {
    const entry = entries.get("sasl");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, path, SASL_KEYS);
    if (entry === undefined || inner === undefined) return undefined;
    const mechanism = this.#reader.word(inner, "mechanism", path, SASL_MECHANISMS);
    if (mechanism === undefined) {
      if (!inner.has("mechanism")) this.#wrong(entry.value.at, join(path, "mechanism"), "the mechanism is missing");
      return undefined;
    }
    const command = (this.#reader.oneOrMore(inner, "token-command", path) ?? []).map(({ node, path: here }) =>
      this.#reader.textOf(node, here),
    );
    const user = this.#reader.text(inner, "user", path);
    const password = this.#secret(inner, "password", path);
    const isToken = mechanism === "oauthbearer";
    if (
      isToken
        ? user !== undefined || password !== undefined || command.length === 0
        : user === undefined || password === undefined || command.length > 0
    )
      this.#wrong(entry.value.at, path, isToken ? "`token-command` belongs here, and nothing else" : "`user` and `password` belong here");
    const whole = command.filter((word) => word !== undefined);
    return { mechanism, user, password, tokenCommand: whole.length === 0 ? undefined : whole };
  }

  /** The cluster that topics are read from, where it is another one. */
  #source(entries: Entries): ConnectionDefinition | undefined {
    const entry = entries.get("source");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, "kafka.source", CONNECTION_KEYS);
    return entry === undefined || inner === undefined ? undefined : this.#connection(inner, entry.value.at, "kafka.source");
  }

  /** `{ file: PATH }` or `{ env: NAME }`: a secret does not stand in the pipeline file. */
  #secret(entries: Entries, key: string, path: string): Secret | undefined {
    const entry = entries.get(key);
    if (entry === undefined) return undefined;
    const here = join(path, key);
    if (entry.value.kind !== "map")
      return this.#wrong(entry.value.at, here, "a secret is not written here: `{ file: PATH }` or `{ env: NAME }` says where it is");
    const inner = this.#reader.map(entry.value, here, ["file", "env"]);
    if (inner === undefined) return undefined;
    const file = this.#path(inner, "file", here);
    const env = this.#reader.text(inner, "env", here);
    if ((file === undefined) === (env === undefined)) return this.#wrong(entry.value.at, here, "either `file` or `env` belongs here");
    return file === undefined ? { env: env ?? "" } : { file };
  }

  #settings(entries: Entries, path: string): readonly (readonly [string, string])[] {
    const entry = entries.get("settings");
    if (entry === undefined) return [];
    if (entry.value.kind !== "map") return this.#wrong(entry.value.at, path, "a map of names and values belongs here") ?? [];
    return this.#reader.once(entry.value, path, 1401).flatMap(({ key, at, value }) => {
      const here = join(path, key);
      const reserved = KAFKA_RESERVED[key];
      if (reserved !== undefined || key.startsWith("sasl.") || key.startsWith("ssl.")) {
        this.#reader.problems.add(SETTING, at, here, `it cannot be set here: ${reserved ?? "it is in `tls` or `sasl`"}`);
        return [];
      }
      if (!(KAFKA_SETTINGS as readonly string[]).includes(key)) {
        this.#reader.problems.add(
          SETTING,
          at,
          here,
          "no such setting can be made here; docs/kafka.md lists them",
          nearest(key, KAFKA_SETTINGS),
        );
        return [];
      }
      if (value.kind !== "scalar" || value.value === null) return this.#wrong(value.at, here, "a word or a number belongs here") ?? [];
      return [[key, String(value.value)] as const];
    });
  }

  #from(entries: Entries): StartDefinition {
    const entry = entries.get("from");
    if (entry === undefined) return { kind: "earliest" };
    const wrong = (): StartDefinition => {
      this.#wrong(entry.value.at, "kafka.from", "`earliest`, `latest`, `{ timestamp: … }` or `{ offsets: … }` belongs here");
      return { kind: "earliest" };
    };
    if (entry.value.kind === "scalar")
      return entry.value.value === "earliest" || entry.value.value === "latest" ? { kind: entry.value.value } : wrong();
    const inner = this.#reader.map(entry.value, "kafka.from", ["timestamp", "offsets"]);
    if (inner === undefined) return { kind: "earliest" };
    if (inner.has("timestamp") === inner.has("offsets")) return wrong();
    const offsets = inner.get("offsets");
    if (offsets !== undefined) return { kind: "offsets", positions: this.#offsets(offsets.value, "kafka.from.offsets") };
    const text = this.#reader.text(inner, "timestamp", "kafka.from") ?? "";
    const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
    if (Number.isNaN(at))
      this.#wrong(
        this.#at(inner, "timestamp"),
        "kafka.from.timestamp",
        "a time with its zone belongs here, such as `2026-11-28T09:00:00Z`",
      );
    return { kind: "timestamp", at };
  }

  /** By topic and partition. */
  #offsets(node: Node, path: string): readonly { readonly topic: string; readonly partition: number; readonly offset: number }[] {
    if (node.kind !== "map")
      return this.#wrong(node.at, path, "a map of topics, each with a map of partitions and offsets, belongs here") ?? [];
    return node.entries.flatMap(({ key: topic, value }) => {
      if (value.kind !== "map") return this.#wrong(value.at, join(path, topic), "a map of partitions and offsets belongs here") ?? [];
      return value.entries.flatMap(({ key, value: offset, at }) => {
        const number = offset.kind === "scalar" ? offset.value : undefined;
        if (/^\d{1,9}$/.test(key) && typeof number === "number" && Number.isSafeInteger(number) && number >= 0)
          return [{ topic, partition: Number(key), offset: number }];
        return this.#wrong(at, join(join(path, topic), key), "PARTITION: OFFSET belongs here, both whole numbers") ?? [];
      });
    });
  }

  #headers(entries: Entries, path: string): readonly { readonly name: string; readonly rule: PartRule }[] {
    const entry = entries.get("headers");
    if (entry === undefined) return [];
    const here = join(path, "headers");
    if (entry.value.kind !== "map") return this.#wrong(entry.value.at, here, "a map of headers and rules belongs here") ?? [];
    return this.#reader.once(entry.value, here, 1401).flatMap(({ key: name, at, value }) => {
      if (name.startsWith(OWN_HEADERS) || name.includes("\0") || name.length > 256)
        return this.#wrong(at, join(here, name), "this name is not free") ?? [];
      const rule = this.#rule(value, join(here, name));
      return rule === undefined ? [] : [{ name, rule }];
    });
  }

  /** `keep`, `drop`, or `{ use: NAMESPACE }`. */
  #rule(node: Node, path: string): PartRule | undefined {
    if (node.kind === "scalar" && (node.value === "keep" || node.value === "drop")) return { kind: node.value };
    const text = "`keep`, `drop` or `{ use: NAMESPACE }` belongs here";
    if (node.kind !== "map") return this.#wrong(node.at, path, text);
    const entries = this.#reader.map(node, path, ["use"]);
    if (entries === undefined) return undefined;
    if (!entries.has("use")) return this.#wrong(node.at, path, text);
    const namespace = this.#reader.text(entries, "use", path);
    return namespace === undefined ? undefined : { kind: "use", namespace };
  }

  #path(entries: Entries, key: string, path: string): string | undefined {
    const text = this.#reader.text(entries, key, path);
    return text === undefined ? undefined : resolve(this.#folder, text);
  }

  #at(entries: Entries, key: string): Place {
    return entries.get(key)?.value.at ?? NOWHERE;
  }

  #wrong(at: Place, path: string, message: string): undefined {
    this.#reader.problems.add(VALUE, at, path, message);
    return undefined;
  }
}

function isPattern(text: string): boolean {
  try {
    new RegExp(text, "u");
    return true;
  } catch {
    return false;
  }
}
