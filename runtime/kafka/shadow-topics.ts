/**
 * Shadow topics: what a cluster has in place of topics that are read from another one. They are empty, have the partitions of the topics that
 * they stand for, and give the group something to share out and offsets something to be committed for.
 */
import { createHash } from "node:crypto";
import { BautaError } from "../kit/errors.ts";
import type { TopicAdmin } from "./admin.ts";

export interface ShadowOptions {
  /** Asks the cluster that is read. Nothing is made there. */
  readonly source: TopicAdmin;
  /** Asks the cluster that is written, and makes shadow topics there. */
  readonly target: TopicAdmin;
  readonly group: string;
  /** Names of the source topics, and patterns that begin with `^`. */
  readonly topics: readonly string[];
}

const TOPIC_NAME_MAX = 249;
const DIGEST_DIGITS = 32;
const APPEARS_TRIES = 50;
const APPEARS_STEP_MS = 100;

/** Name of the shadow of a source topic: `bauta-shadow.GROUP.TOPIC`; what is too long for a topic ends with a digest instead. */
export function shadowName(group: string, topic: string): string {
  const name = `bauta-shadow.${group}.${topic}`;
  if (name.length <= TOPIC_NAME_MAX) return name;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, DIGEST_DIGITS);
  return `${name.slice(0, TOPIC_NAME_MAX - DIGEST_DIGITS - 1)}.${digest}`;
}

export class ShadowTopics {
  readonly #options: ShadowOptions;
  /** Partitions of source topics whose shadows have as many. */
  readonly #ready = new Map<string, number>();
  /** What tells the source topics from others of their names. */
  readonly #ids = new Map<string, string>();

  constructor(options: ShadowOptions) {
    this.#options = options;
  }

  nameOf(topic: string): string {
    return shadowName(this.#options.group, topic);
  }

  /** What is kept with the offsets of a source topic: which one of its name it was that was read. Empty where its cluster does not say. */
  noteOf(topic: string): string {
    return this.#ids.get(topic) ?? "";
  }

  /**
   * Offsets are those of the topic that they were committed for. One that was made anew under the name, or is of another cluster, has other
   * records at them. What was committed by hand says nothing, and is taken as it is.
   * @param note of the offsets that the group has
   * @throws BautaError 1526
   */
  expectSame(topic: string, note: string | undefined): void {
    const now = this.noteOf(topic);
    if (note === undefined || note === "" || now === "" || note === now) return;
    throw new BautaError(1526, { path: topic, detail: `offsets are those of ${note}, there is ${now}` });
  }

  /**
   * Looks which source topics there are, and makes and grows their shadows. Returns the source topics with their partitions.
   * @throws BautaError 1515 for a topic that is named and not there, 1526 for one that is another than before
   */
  async refresh(): Promise<ReadonlyMap<string, number>> {
    const found = await this.#sources();
    for (const [topic, id] of await this.#options.source.ids([...found.keys()])) {
      this.expectSame(topic, id);
      this.#ids.set(topic, id);
    }
    for (const [topic, partitions] of found) {
      if (this.#ready.get(topic) === partitions) continue;
      await this.#reach(this.nameOf(topic), partitions);
      this.#ready.set(topic, partitions);
    }
    return found;
  }

  async #sources(): Promise<ReadonlyMap<string, number>> {
    const { source, topics } = this.#options;
    const found = new Map<string, number>();
    for (const topic of topics.filter((one) => !one.startsWith("^"))) {
      const facts = await source.facts(topic);
      if (facts === undefined) throw new BautaError(1515, { path: topic });
      found.set(topic, facts.partitions);
    }
    const patterns = topics.filter((one) => one.startsWith("^")).map((one) => new RegExp(one, "u"));
    if (patterns.length === 0) return found;
    for (const { name, partitions } of await source.all())
      if (partitions > 0 && patterns.some((pattern) => pattern.test(name))) found.set(name, partitions);
    return found;
  }

  /** Others do the same at the same time: what counts is what is there afterwards. */
  async #reach(name: string, partitions: number): Promise<void> {
    const { target } = this.#options;
    const there = (await target.facts(name))?.partitions ?? 0;
    if (there >= partitions) return;
    if (there === 0) await target.create(name, partitions);
    else await target.grow(name, partitions);
    for (let tries = 0; tries < APPEARS_TRIES; tries++) {
      if (((await target.facts(name))?.partitions ?? 0) >= partitions) return;
      await new Promise((resume) => setTimeout(resume, APPEARS_STEP_MS));
    }
    throw new BautaError(1515, { path: name });
  }
}
