/** What becomes of the records of each source topic: rules of their parts, and the topics that they go to. */
import { BautaError } from "../../kit/errors.ts";
import type { PartRule, RecordRules } from "../definition/definition.ts";

/** A rule as it is carried out. */
export type Part = { readonly kind: "keep" | "drop" } | { readonly kind: "mask"; readonly operation: number };

/** A target topic. */
export interface Target {
  readonly name: string;
  /** Of the writer. */
  readonly index: number;
  /** Largest batch of records that it takes, bytes. */
  readonly bytesMax: number;
  /** Records with one key replace each other. */
  readonly isCompacted: boolean;
}

export interface TopicPlan {
  readonly topic: string;
  /** Name and a slash, for the header that says where a record came from. */
  readonly prefix: Uint8Array;
  /** undefined: a record with a key is refused. */
  readonly key: Part | undefined;
  /** Headers that go along, by name (Latin-1: a name is compared by its bytes). */
  readonly headers: ReadonlyMap<string, Part>;
  readonly keepsTimestamp: boolean;
  readonly sourceHeader: boolean;
  /** By route. */
  readonly targets: readonly (readonly Target[])[];
  /** Where a tombstone goes: to every topic that a record of its key may be in. */
  readonly all: readonly Target[];
}

/** What a namespace does to a part. */
export interface PartOperation {
  readonly operation: number;
  /** No two texts become one. */
  readonly isBijective: boolean;
}

export interface PlanParts {
  /** In the order of the file: the first whose topics have the name is for it. */
  readonly sources: readonly { readonly topics: readonly string[]; readonly rules: RecordRules }[];
  /** @throws BautaError for a namespace that is not there or masks no text */
  operationOf(namespace: string): PartOperation;
}

/** Compiles rules once, so that a wrong one is found before anything is read. */
export class TopicRules {
  readonly #sources: readonly { readonly topics: readonly string[]; readonly rules: CompiledRules }[];

  constructor({ sources, operationOf }: PlanParts) {
    const part = (rule: PartRule): CompiledPart =>
      rule.kind === "use"
        ? { part: { kind: "mask", operation: operationOf(rule.namespace).operation }, isBijective: operationOf(rule.namespace).isBijective }
        : { part: { kind: rule.kind }, isBijective: rule.kind === "keep" };
    this.#sources = sources.map(({ topics, rules }) => ({
      topics,
      rules: {
        key: rules.key === undefined ? undefined : part(rules.key),
        headers: new Map(rules.headers.map(({ name, rule }) => [latin1(name), part(rule).part])),
        keepsTimestamp: rules.timestamp === "keep",
        sourceHeader: rules.sourceHeader,
      },
    }));
  }

  /** @throws BautaError 1520 if a target is compacted and keys would not stay apart */
  planOf(topic: string, targets: readonly (readonly Target[])[]): TopicPlan {
    const rules = this.#sources.find(({ topics }) => topics.some((one) => isOf(topic, one)))?.rules;
    if (rules === undefined) throw new BautaError(9001, { detail: "a topic that no source names" });
    const all = [...new Map(targets.flat().map((target) => [target.name, target])).values()];
    const compacted = all.find(({ isCompacted }) => isCompacted);
    if (compacted !== undefined && rules.key !== undefined && !rules.key.isBijective)
      throw new BautaError(1520, { path: compacted.name, detail: `records of ${topic}` });
    return {
      topic,
      prefix: new TextEncoder().encode(`${topic}/`),
      key: rules.key?.part,
      headers: rules.headers,
      keepsTimestamp: rules.keepsTimestamp,
      sourceHeader: rules.sourceHeader,
      targets,
      all,
    };
  }
}

interface CompiledPart {
  readonly part: Part;
  readonly isBijective: boolean;
}

interface CompiledRules {
  readonly key: CompiledPart | undefined;
  readonly headers: ReadonlyMap<string, Part>;
  readonly keepsTimestamp: boolean;
  readonly sourceHeader: boolean;
}

/** Whether a topic is the one of this name, or one of the pattern's. */
const isOf = (topic: string, name: string): boolean => (name.startsWith("^") ? new RegExp(name, "u").test(topic) : name === topic);

const latin1 = (text: string): string => Buffer.from(text, "utf8").toString("latin1");
