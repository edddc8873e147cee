/** Reads a pipeline file. All that is wrong is found in one pass, each with its place. */
import { dirname, resolve } from "node:path";
import type { EngineName } from "../../engines/api.ts";
import {
  COMMIT_BYTES,
  COMMIT_MS,
  COMMIT_RECORDS,
  TRANSACTION_FILES_MS,
  TRANSACTION_MS_MAX,
  TRANSACTION_RECORDS,
  WATCH_POLL_MS,
  WORKERS_MAX,
} from "../../kit/limits.ts";
import { nearest } from "../../kit/suggest.ts";
import type { Catalogue } from "../../model/catalogue.ts";
import { type Node, parseYaml } from "../../model/node.ts";
import { NOWHERE, type Place, type Problem, ProblemList } from "../../model/problem.ts";
import { type Entries, join, list, Reader } from "../../model/reader.ts";
import { FRAME_MODES } from "../frame.ts";
import { ROUTING_FIELDS, type RoutingField } from "../route/fields.ts";
import type { CommitLimits } from "../run.ts";
import type { PipelineDefinition, RouteDefinition, SinkDefinition, SourceDefinition } from "./definition.ts";
import { readCriteria } from "./read-criteria.ts";
import { KafkaReader } from "./read-kafka.ts";
import { PolicyReader, withViews } from "./read-policy.ts";
import { readWatch } from "./read-watch.ts";
import { ENGINES, INPUTS, ON_REFUSE } from "./words.ts";

export const PIPELINE_ISSUES = { twice: 1401, unknownKey: 1402, value: 1403 } as const;
const SYNTAX = 1401;
const VALUE = 1403;
const SINK_UNKNOWN = 1404;
const UNREACHABLE = 1405;

export const PIPELINE_KEYS = [
  "bauta-pipeline",
  "name",
  "model",
  "preset",
  "key-file",
  "environment",
  "engine",
  "workers",
  "frame",
  "input",
  "on-refuse",
  "sources",
  "sinks",
  "routes",
  "otherwise",
  "fields",
  "refused",
  "journal",
  "manifest",
  "commit",
  "watch",
  "kafka",
  "policy",
  "view",
  "audit",
] as const;
export const SOURCE_KEYS = ["files", "watch", "poll-seconds", "topics", "key", "headers", "timestamp", "source-header"] as const;
export const SINK_KEYS = ["file", "log", "topic", "create", "view", "records", "megabytes", "seconds"] as const;
export const ROUTE_KEYS = ["name", "when", "to"] as const;
export const COMMIT_KEYS = ["records", "megabytes", "seconds"] as const;

export interface Read {
  /** undefined if anything is wrong. */
  readonly definition: PipelineDefinition | undefined;
  readonly problems: readonly Problem[];
}

/** Keys of a source that only topics have. */
const TOPIC_SOURCE_KEYS = ["key", "headers", "timestamp", "source-header"] as const;
const SINK_PLACE = "`stdout`, `log`, `file:`, `log:` or `topic:` belongs here";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Whether a YAML text is a pipeline rather than a model: it says so with its first key. */
export const isPipeline = (text: string): boolean => /^bauta-pipeline\s*:/m.test(text);

/**
 * @param path of the file: relative paths in it are from its folder
 * @param catalogues what routes may name messages of
 */
export function readPipeline(text: string, path: string, catalogues: readonly Catalogue[]): Read {
  const syntax = new ProblemList(path);
  const tree = parseYaml(text, syntax);
  // The parser speaks of models; its finding is the same here.
  if (tree === undefined) return { definition: undefined, problems: syntax.problems.map((one) => ({ ...one, issue: SYNTAX })) };
  const problems = new ProblemList(path);
  const definition = new PipelineReader(new Reader(problems, PIPELINE_ISSUES), dirname(path), catalogues).read(tree);
  return { definition: problems.problems.length === 0 ? definition : undefined, problems: problems.problems };
}

class PipelineReader {
  readonly #reader: Reader;
  readonly #folder: string;
  readonly #catalogues: readonly Catalogue[];
  readonly #kafka: KafkaReader;

  constructor(reader: Reader, folder: string, catalogues: readonly Catalogue[]) {
    this.#reader = reader;
    this.#kafka = new KafkaReader(reader, folder);
    this.#folder = folder;
    this.#catalogues = catalogues;
  }

  read(tree: Node): PipelineDefinition | undefined {
    const reader = this.#reader;
    const entries = reader.map(tree, "", PIPELINE_KEYS);
    if (entries === undefined) return undefined;
    reader.word(entries, "bauta-pipeline", "", [1]);
    const model = this.#path(entries, "model", "");
    const preset = reader.text(entries, "preset", "");
    if (entries.has("model") === entries.has("preset")) this.#wrong(tree.at, "", "name either a `model` or a `preset`");
    const sources = this.#sources(entries, tree.at);
    const limits: Partial<Record<keyof CommitLimits, number>>[] = [this.#limits(entries.get("commit")?.value, "commit", COMMIT_KEYS)];
    const sinks = this.#sinks(entries, tree.at, limits);
    const { routes, otherwise } = this.#routes(entries, sinks ?? []);
    const name = this.#name(entries, tree.at) ?? "";
    const kafka = this.#kafka.cluster(entries, name, { sources: sources ?? [], sinks: sinks ?? [] });
    const policy = new PolicyReader(reader, (inner, key, path) => this.#path(inner, key, path)).read(entries);
    const view = reader.text(entries, "view", "");
    const isTopics = sources?.some(({ kind }) => kind === "topics") ?? false;
    return {
      name,
      model,
      preset,
      keyFile: this.#path(entries, "key-file", ""),
      environment: reader.text(entries, "environment", ""),
      engine: reader.word<EngineName>(entries, "engine", "", ENGINES) ?? "native",
      workers: reader.integer(entries, "workers", "", 1, WORKERS_MAX) ?? 1,
      frame: reader.word(entries, "frame", "", FRAME_MODES) ?? "auto",
      input: reader.word(entries, "input", "", INPUTS) ?? "strict",
      onRefuse: reader.word(entries, "on-refuse", "", ON_REFUSE) ?? "stop",
      sources: sources ?? [],
      sinks: withViews(reader, entries, { policy, view, sinks: sinks ?? [], isTopics }),
      routes,
      otherwise,
      jsonPaths: this.#fields(entries),
      refused: this.#refusedPath(entries),
      journal: this.#path(entries, "journal", ""),
      manifest:
        entries.get("manifest")?.value.kind === "scalar" && reader.text(entries, "manifest", "") === "none"
          ? "none"
          : this.#path(entries, "manifest", ""),
      commit: this.#commit(entries, limits, kafka !== undefined, sinks ?? []),
      watch: readWatch(reader, entries, (inner, key, path) => this.#path(inner, key, path)),
      policy,
      kafka,
    };
  }

  #commit(
    entries: Entries,
    limits: readonly Partial<Record<keyof CommitLimits, number>>[],
    overTopics: boolean,
    sinks: readonly SinkDefinition[],
  ): CommitLimits {
    const topicsOnly = sinks.every(({ kind }) => kind === "topic");
    // What goes from topic to topic is not kept waiting; a file for each poll would be many.
    const [records, milliseconds] = !overTopics
      ? [COMMIT_RECORDS, COMMIT_MS]
      : topicsOnly
        ? [TRANSACTION_RECORDS, 0]
        : [COMMIT_RECORDS, TRANSACTION_FILES_MS];
    const commit = {
      records: least(limits, "records", records),
      bytes: least(limits, "bytes", COMMIT_BYTES),
      milliseconds: least(limits, "milliseconds", milliseconds),
    };
    if (overTopics && commit.milliseconds > TRANSACTION_MS_MAX)
      this.#wrong(
        entries.get("commit")?.value.at ?? NOWHERE,
        "commit.seconds",
        `a transaction is open for ${TRANSACTION_MS_MAX / 1000} seconds at most: readers of committed records wait for it`,
      );
    return commit;
  }

  #name(entries: Entries, at: Place): string | undefined {
    const name = this.#reader.text(entries, "name", "");
    if (!entries.has("name")) this.#wrong(at, "name", "the pipeline's name is missing");
    else if (name !== undefined && !NAME.test(name))
      this.#wrong(entries.get("name")?.value.at ?? at, "name", "a name is of at most 64 letters, digits, `.`, `_` and `-`");
    return name;
  }

  #path(entries: Entries, key: string, path: string): string | undefined {
    const text = this.#reader.text(entries, key, path);
    return text === undefined ? undefined : resolve(this.#folder, text);
  }

  /** A report of refused records; a topic of them is the cluster's. */
  #refusedPath(entries: Entries): string | undefined {
    return entries.get("refused")?.value.kind === "map" ? undefined : this.#path(entries, "refused", "");
  }

  #sources(entries: Entries, at: Place): readonly SourceDefinition[] | undefined {
    if (!entries.has("sources")) return this.#wrong(at, "sources", "where records come from is missing");
    const nodes = this.#reader.oneOrMore(entries, "sources", "") ?? [];
    const sources = nodes.map(({ node, path }) => this.#source(node, path)).filter((source) => source !== undefined);
    const waits = sources.filter(({ kind }) => kind === "watch").length;
    if (waits > 1 || (waits === 1 && sources.at(-1)?.kind !== "watch"))
      this.#wrong(entries.get("sources")?.value.at ?? at, "sources", "a watched folder has no end: there can be one, and it comes last");
    if (sources.filter(({ kind }) => kind === "stdin").length > 1)
      this.#wrong(entries.get("sources")?.value.at ?? at, "sources", "standard input can be read once");
    return sources;
  }

  #source(node: Node, path: string): SourceDefinition | undefined {
    if (node.kind === "scalar" && node.value === "stdin") return { kind: "stdin" };
    if (node.kind !== "map") return this.#wrong(node.at, path, "`stdin`, `files:`, `watch:` or `topics:` belongs here");
    const entries = this.#reader.map(node, path, SOURCE_KEYS);
    if (entries === undefined) return undefined;
    if (entries.has("topics")) return this.#kafka.source(entries, node, path);
    for (const key of TOPIC_SOURCE_KEYS) if (entries.has(key)) this.#wrong(node.at, join(path, key), "it is for topics");
    if (entries.has("files") === entries.has("watch"))
      return this.#wrong(node.at, path, "`stdin`, `files:`, `watch:` or `topics:` belongs here");
    if (entries.has("watch")) {
      const folder = this.#path(entries, "watch", path);
      const seconds = this.#reader.integer(entries, "poll-seconds", path, 1, 3600);
      return folder === undefined
        ? undefined
        : { kind: "watch", path: folder, pollMs: seconds === undefined ? WATCH_POLL_MS : seconds * 1000 };
    }
    if (entries.has("poll-seconds")) this.#wrong(node.at, path, "`poll-seconds` is for a watched folder");
    const paths = (this.#reader.oneOrMore(entries, "files", path) ?? []).map(({ node: one, path: at }) => this.#reader.textOf(one, at));
    return { kind: "files", paths: paths.flatMap((one) => (one === undefined ? [] : [resolve(this.#folder, one)])) };
  }

  #sinks(entries: Entries, at: Place, limits: Partial<Record<keyof CommitLimits, number>>[]): readonly SinkDefinition[] | undefined {
    const entry = entries.get("sinks");
    if (entry === undefined) return this.#wrong(at, "sinks", "where records go is missing");
    if (entry.value.kind !== "map" || entry.value.entries.length === 0)
      return this.#wrong(entry.value.at, "sinks", "a map of names and sinks belongs here");
    const sinks: SinkDefinition[] = [];
    for (const { key, value, at: place } of this.#reader.once(entry.value, "sinks", SYNTAX)) {
      const path = join("sinks", key);
      if (!NAME.test(key) || key === "refuse") this.#wrong(place, path, "a name is of at most 64 letters, digits, `.`, `_` and `-`");
      const sink = this.#sink(key, value, path);
      if (sink !== undefined) sinks.push({ ...sink, ...this.#view(value, path) });
      if (value.kind === "map") limits.push(this.#limits(value, path, SINK_KEYS));
    }
    const refused = this.#refusedPath(entries);
    const places = [...sinks.map((sink) => placeOf(sink)), ...(refused === undefined ? [] : [refused])];
    if (new Set(places).size < places.length) this.#wrong(entry.value.at, "sinks", "two outputs would be written to one place");
    return sinks;
  }

  #view(node: Node, path: string): { readonly view?: string } {
    const entries = node.kind === "map" ? this.#reader.map(node, path, SINK_KEYS) : undefined;
    const view = entries === undefined ? undefined : this.#reader.text(entries, "view", path);
    return view === undefined ? {} : { view };
  }

  #sink(name: string, node: Node, path: string): SinkDefinition | undefined {
    if (node.kind === "scalar" && node.value === "stdout") return { kind: "stdout", name };
    if (node.kind === "scalar" && node.value === "log") return { kind: "log", name, path: undefined };
    if (node.kind !== "map") return this.#wrong(node.at, path, SINK_PLACE);
    const entries = this.#reader.map(node, path, SINK_KEYS);
    if (entries === undefined) return undefined;
    if (entries.has("topic")) return this.#kafka.sink(name, entries, node, path);
    if (entries.has("create")) this.#wrong(node.at, join(path, "create"), "it is for topics");
    if (entries.has("file") === entries.has("log")) return this.#wrong(node.at, path, SINK_PLACE);
    const kind = entries.has("file") ? "file" : "log";
    const target = this.#path(entries, kind, path);
    return target === undefined ? undefined : { kind, name, path: target };
  }

  /** Limits of a commit; those of a sink are when its file is ended, which is when a commit happens. */
  #limits(node: Node | undefined, path: string, keys: readonly string[]): Partial<Record<keyof CommitLimits, number>> {
    const entries = node === undefined ? undefined : this.#reader.map(node, path, keys);
    if (entries === undefined) return {};
    const records = this.#reader.integer(entries, "records", path, 1, 2 ** 31);
    const megabytes = this.#reader.integer(entries, "megabytes", path, 1, 1_000_000);
    const seconds = this.#reader.integer(entries, "seconds", path, 1, 86_400);
    return {
      ...(records === undefined ? {} : { records }),
      ...(megabytes === undefined ? {} : { bytes: megabytes * 1_000_000 }),
      ...(seconds === undefined ? {} : { milliseconds: seconds * 1000 }),
    };
  }

  #routes(
    entries: Entries,
    sinks: readonly SinkDefinition[],
  ): { readonly routes: readonly RouteDefinition[]; readonly otherwise: number | undefined } {
    const anything = { formats: undefined, messages: undefined, conditions: [] };
    const nodes = this.#reader.list(entries, "routes", "");
    if (nodes === undefined) {
      if (entries.has("otherwise"))
        this.#wrong(entries.get("otherwise")?.at ?? NOWHERE, "otherwise", "without `routes` every sink gets all");
      return { routes: [{ name: "all", criteria: anything, sinks: sinks.map((_, at) => at) }], otherwise: 0 };
    }
    const routes: RouteDefinition[] = [];
    let last: string | undefined;
    for (const [index, node] of nodes.items.entries()) {
      const path = `routes[${index}]`;
      const inner = this.#reader.map(node, path, ROUTE_KEYS);
      if (inner === undefined) continue;
      if (last !== undefined) this.#reader.problems.add(UNREACHABLE, node.at, path, `\`${last}\` before takes every record`);
      const name = this.#reader.text(inner, "name", path) ?? `route-${index + 1}`;
      if (!NAME.test(name)) this.#wrong(node.at, join(path, "name"), "a name is of at most 64 letters, digits, `.`, `_` and `-`");
      if (routes.some((route) => route.name === name)) this.#wrong(node.at, join(path, "name"), `\`${name}\` is given twice`);
      const criteria = readCriteria(this.#reader, inner, path, this.#catalogues);
      if (!inner.has("to")) this.#wrong(node.at, join(path, "to"), "where records go is missing");
      routes.push({ name, criteria, sinks: this.#to(inner, "to", path, sinks) });
      if (!inner.has("when")) last = name;
    }
    const otherwise = entries.get("otherwise");
    if (otherwise === undefined || (otherwise.value.kind === "scalar" && otherwise.value.value === "refuse"))
      return { routes, otherwise: undefined };
    const target = this.#to(entries, "otherwise", "", sinks);
    return { routes: [...routes, { name: "otherwise", criteria: anything, sinks: target }], otherwise: routes.length };
  }

  /** Places of sinks that are named. */
  #to(entries: Entries, key: string, path: string, sinks: readonly SinkDefinition[]): readonly number[] {
    const names = sinks.map(({ name }) => name);
    const found = new Set<number>();
    for (const { node, path: at } of this.#reader.oneOrMore(entries, key, path) ?? []) {
      const name = this.#reader.textOf(node, at);
      if (name === undefined) continue;
      const place = names.indexOf(name);
      if (place >= 0) found.add(place);
      else this.#reader.problems.add(SINK_UNKNOWN, node.at, at, `no such sink; there are ${list(names)}`, nearest(name, names));
    }
    return [...found].sort((a, b) => a - b);
  }

  #fields(entries: Entries): Readonly<Partial<Record<RoutingField, string>>> {
    const entry = entries.get("fields");
    const inner = entry === undefined ? undefined : this.#reader.map(entry.value, "fields", ROUTING_FIELDS);
    if (inner === undefined) return {};
    const paths: Partial<Record<RoutingField, string>> = {};
    for (const field of ROUTING_FIELDS) {
      const text = this.#reader.text(inner, field, "fields");
      if (text === undefined) continue;
      const path = text.replace(/^json:/, "");
      if (!path.startsWith("$.") || path.includes("*"))
        this.#wrong(
          inner.get(field)?.value.at ?? NOWHERE,
          join("fields", field),
          "a path of a JSON member without `*` belongs here, such as `$.from.bic`",
        );
      paths[field] = path;
    }
    return paths;
  }

  #wrong(at: Place, path: string, message: string): undefined {
    this.#reader.problems.add(VALUE, at, path, message);
    return undefined;
  }
}

const placeOf = (sink: SinkDefinition): string =>
  sink.kind === "stdout" ? "-" : sink.kind === "topic" ? `topic ${sink.topic}` : (sink.path ?? "-");

const least = (limits: readonly Partial<Record<keyof CommitLimits, number>>[], key: keyof CommitLimits, otherwise: number): number => {
  const set = limits.flatMap((one) => (one[key] === undefined ? [] : [one[key]]));
  return set.length === 0 ? otherwise : Math.min(...set);
};
