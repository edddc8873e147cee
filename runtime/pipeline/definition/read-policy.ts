/** `policy` of a pipeline file, and the view of each of its sinks. */
import { readFileSync } from "node:fs";
import { POLICY_MAX_AGE_MS } from "../../kit/limits.ts";
import type { Node } from "../../model/node.ts";
import { type Entries, join, type Reader } from "../../model/reader.ts";
import type { PolicyDefinition, SinkDefinition } from "./definition.ts";

export const POLICY_KEYS = [
  "path",
  "url",
  "server",
  "trust",
  "danger-unsigned",
  "state",
  "archive",
  "loosening-signatures",
  "max-age",
  "degrade",
  "poll-milliseconds",
  "timeout-milliseconds",
  "wait-seconds",
  "token-file",
  "ca",
  "certificate",
  "key",
] as const;
export const POLICY_TRUST_KEYS = ["keys", "key", "scope"] as const;
export const POLICY_TRUSTED_KEYS = ["key", "algorithm", "scope"] as const;
const VALUE = 1403;
const FILE_MISSING = 1002;
/** Keys that are for some of the places alone where a policy can be. */
const KEYS_OF = {
  path: ["trust", "state", "loosening-signatures"],
  url: ["trust", "state", "loosening-signatures", "timeout-milliseconds", "wait-seconds", "token-file", "ca", "certificate", "key"],
  server: ["timeout-milliseconds", "token-file", "ca", "certificate", "key"],
} as const;
const PLACES = ["path", "url", "server"] as const;
/** Seconds that a policy may serve while its source has none that is good: a month. */
const MAX_AGE_MAX = 31 * 86_400;

/** Signatures that a loosening may need. */
const SIGNATURES_MAX = 8;

type TrustDefinition = PolicyDefinition["source"]["trust"];
type PathOf = (entries: Entries, key: string, path: string) => string | undefined;

/** Reads `policy`; undefined where there is none, or it is wrong. */
export class PolicyReader {
  readonly #reader: Reader;
  readonly #pathOf: PathOf;

  constructor(reader: Reader, pathOf: PathOf) {
    this.#reader = reader;
    this.#pathOf = pathOf;
  }

  read(entries: Entries): PolicyDefinition | undefined {
    const reader = this.#reader;
    const node = entries.get("policy")?.value;
    const inner = node === undefined ? undefined : reader.map(node, "policy", POLICY_KEYS);
    if (node === undefined || inner === undefined) return undefined;
    const from = this.#from(inner, node);
    const isUnsigned = reader.boolean(inner, "danger-unsigned", "policy") === true;
    if (!inner.has("trust") && !isUnsigned && !inner.has("server"))
      this.#wrong(node.at, "policy.trust", "whose policies are taken is missing: `trust` with keys, or `danger-unsigned: true`");
    const trust = { ...this.#trust(inner), dangerUnsigned: isUnsigned };
    const degrade = reader.word(inner, "degrade", "policy", ["stop", "redact"]) ?? "stop";
    const maxAge = reader.integer(inner, "max-age", "policy", 0, MAX_AGE_MAX);
    const state = this.#pathOf(inner, "state", "policy");
    const archive = this.#pathOf(inner, "archive", "policy");
    const looseningSignatures = this.#loosening(inner, trust.keys, trust.key !== undefined, state !== undefined && archive !== undefined);
    if (from === undefined) return undefined;
    return {
      source: { from, trust, state },
      maxAgeMs: maxAge === undefined ? POLICY_MAX_AGE_MS : maxAge * 1000,
      degrade,
      archive,
      looseningSignatures,
    };
  }

  /** What a loosening is told by has to be there: keys, and what was in force before. */
  #loosening(inner: Entries, keys: TrustDefinition["keys"], isPinned: boolean, isRemembered: boolean): number | undefined {
    const count = this.#reader.integer(inner, "loosening-signatures", "policy", 1, SIGNATURES_MAX);
    if (count === undefined || count === 1) return undefined;
    const at = inner.get("loosening-signatures")?.at ?? { line: 1, column: 1 };
    const path = "policy.loosening-signatures";
    if (isPinned || new Set(Object.values(keys).map(({ key }) => key)).size < count)
      this.#wrong(at, path, `\`trust\` needs ${count} different keys, and no one \`key\` that alone counts`);
    if (!isRemembered) this.#wrong(at, path, "it needs `state` and `archive`, which tell what was in force before");
    return count;
  }

  #from(inner: Entries, node: Node): PolicyDefinition["source"]["from"] | undefined {
    const reader = this.#reader;
    const everyMs = reader.integer(inner, "poll-milliseconds", "policy", 10, 3_600_000);
    const [place, ...others] = PLACES.filter((key) => inner.has(key));
    if (place === undefined || others.length > 0)
      return this.#wrong(node.at, "policy", "where the policy is: one of `path`, `url` and `server`");
    for (const key of new Set(Object.values(KEYS_OF).flat())) {
      if (!inner.has(key) || (KEYS_OF[place] as readonly string[]).includes(key)) continue;
      this.#wrong(inner.get(key)?.at ?? node.at, join("policy", key), `it is not for a \`${place}\``);
    }
    const file = (key: string): string | undefined => this.#pathOf(inner, key, "policy");
    if (place === "path") {
      const path = file("path");
      return path === undefined ? undefined : { kind: "file", path, everyMs };
    }
    const url = reader.text(inner, place, "policy");
    if (url === undefined) return undefined;
    const server = {
      url,
      everyMs,
      timeoutMs: reader.integer(inner, "timeout-milliseconds", "policy", 10, 3_600_000),
      tokenFile: file("token-file"),
      caFile: file("ca"),
      certificateFile: file("certificate"),
      keyFile: file("key"),
    };
    return place === "server"
      ? { kind: "opa-server", ...server }
      : { kind: "http", ...server, waitSeconds: reader.integer(inner, "wait-seconds", "policy", 0, 300) };
  }

  #trust(inner: Entries): Omit<PolicyDefinition["source"]["trust"], "dangerUnsigned"> {
    const reader = this.#reader;
    const node = inner.get("trust")?.value;
    const trust = node === undefined ? undefined : reader.map(node, "policy.trust", POLICY_TRUST_KEYS);
    const keys: Record<string, { key: string; algorithm: string; scope?: string | undefined }> = {};
    const named = trust?.get("keys")?.value;
    if (node !== undefined && named?.kind !== "map") this.#wrong(node.at, "policy.trust.keys", "a map of key ids and keys belongs here");
    for (const { key: id, value } of named?.kind === "map" ? named.entries : []) {
      const path = `policy.trust.keys.${id}`;
      const one = reader.map(value, path, POLICY_TRUSTED_KEYS);
      const file = one === undefined ? undefined : this.#pathOf(one, "key", path);
      const algorithm = one === undefined ? undefined : reader.text(one, "algorithm", path);
      if (file === undefined || algorithm === undefined) {
        this.#wrong(value.at, path, "`key`, the file of a public key, and its `algorithm` belong here");
        continue;
      }
      const text = textOf(file);
      if (text === undefined) reader.problems.add(FILE_MISSING, value.at, `${path}.key`, "there is no such file, or it cannot be read");
      keys[id] = { key: text ?? "", algorithm, scope: one === undefined ? undefined : reader.text(one, "scope", path) };
    }
    return {
      keys,
      key: trust === undefined ? undefined : reader.text(trust, "key", "policy.trust"),
      scope: trust === undefined ? undefined : reader.text(trust, "scope", "policy.trust"),
    };
  }

  #wrong(at: Node["at"], path: string, message: string): undefined {
    this.#reader.problems.add(VALUE, at, path, message);
    return undefined;
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

interface ViewsOf {
  readonly policy: PolicyDefinition | undefined;
  readonly view: string | undefined;
  readonly sinks: readonly SinkDefinition[];
  /** Records come from topics: of files there is one view for all sinks. */
  readonly isTopics: boolean;
}

/** Each sink with its view: its own, or the pipeline's. What a policy governs has one, and nothing else has. */
export function withViews(reader: Reader, entries: Entries, { policy, view, sinks, isTopics }: ViewsOf): readonly SinkDefinition[] {
  const at = (key: string): Node["at"] => entries.get(key)?.at ?? { line: 1, column: 1 };
  if (!entries.has("policy")) {
    for (const { name, view: own } of sinks)
      if (own !== undefined)
        reader.problems.add(VALUE, at("sinks"), join("sinks", `${name}.view`), "a view is of a `policy`, and there is none");
    if (view !== undefined) reader.problems.add(VALUE, at("view"), "view", "a view is of a `policy`, and there is none");
    return sinks;
  }
  const whole = sinks.map((sink) => ({ ...sink, view: sink.view ?? view }));
  for (const sink of whole)
    if (sink.view === undefined)
      reader.problems.add(
        VALUE,
        at("sinks"),
        join("sinks", sink.name),
        "who reads it is missing: `view` here, or one for the whole pipeline",
      );
  if (entries.has("audit") && isShared(whole))
    reader.problems.add(VALUE, at("sinks"), "sinks", "each view has a record of its own, so each has topics of its own");
  if (policy !== undefined && !isTopics && new Set(whole.map((sink) => sink.view)).size > 1)
    reader.problems.add(VALUE, at("sinks"), "sinks", "several views are for pipelines over topics; files have one for all sinks");
  return whole;
}

/** One topic takes the records of several views. */
function isShared(sinks: readonly SinkDefinition[]): boolean {
  const views = new Map<string, string | undefined>();
  return sinks.some((sink) => {
    if (sink.kind !== "topic") return false;
    const isOther = views.has(sink.topic) && views.get(sink.topic) !== sink.view;
    views.set(sink.topic, sink.view);
    return isOther;
  });
}
