/** Target topics: which there are for a source topic, what they take, and making them. */
import type { TopicAdmin } from "../../kafka/admin.ts";
import type { TopicWriter } from "../../kafka/writer.ts";
import { BautaError } from "../../kit/errors.ts";
import type { RouteDefinition, SinkDefinition } from "../definition/definition.ts";
import type { Target, TopicPlan, TopicRules } from "./plan.ts";

type TopicSink = Extract<SinkDefinition, { readonly kind: "topic" }>;

const PLACEHOLDER = "{topic}";
const isTopic = (sink: SinkDefinition): sink is TopicSink => sink.kind === "topic";

/** Name of the topic that a sink is for records of a source topic. */
export const targetName = ({ topic }: TopicSink, source: string): string => topic.replace(PLACEHOLDER, source);

export class Targets {
  readonly #admin: TopicAdmin;
  readonly #source: TopicAdmin;
  readonly #rules: TopicRules;
  readonly #sinks: readonly SinkDefinition[];
  readonly #routes: readonly RouteDefinition[];
  readonly #known: Map<string, Omit<Target, "index">>;
  /** By topic. */
  readonly #sinkNames: Map<string, string>;

  /**
   * @param source asks the cluster that source topics are in
   * @param sinks all of the pipeline: routes name their places
   * @param like others of the pipeline, which have looked at topics that need not be looked at again
   */
  constructor(
    admin: TopicAdmin,
    source: TopicAdmin,
    rules: TopicRules,
    sinks: readonly SinkDefinition[],
    routes: readonly RouteDefinition[],
    like?: Targets,
  ) {
    this.#admin = admin;
    this.#source = source;
    this.#rules = rules;
    this.#sinks = sinks;
    this.#routes = routes;
    this.#known = like === undefined ? new Map() : like.#known;
    this.#sinkNames = like === undefined ? new Map() : like.#sinkNames;
  }

  /**
   * Looks at the targets of a source topic, and makes those that are to be made.
   * @throws BautaError 1515 for one that is not there, 1520 for one whose keys would not stay apart
   */
  async prepare(source: string): Promise<void> {
    for (const sink of this.#sinks.filter(isTopic)) {
      const name = targetName(sink, source);
      if (!this.#sinkNames.has(name)) this.#sinkNames.set(name, sink.name);
      await this.#look(name, sink.create ? source : undefined);
    }
    this.#rules.planOf(
      source,
      this.#targetsOf(source, () => 0),
    );
  }

  /** @throws BautaError 1515 */
  async require(name: string): Promise<void> {
    await this.#look(name, undefined);
  }

  /** Name of the sink that a topic is of; undefined if it is no sink's. */
  sinkOf(topic: string): string | undefined {
    return this.#sinkNames.get(topic);
  }

  /** What the targets so far take, bytes: the most of one record, and the least of a batch. */
  get bytesMax(): { readonly most: number; readonly least: number } {
    const all = [...this.#known.values()].map(({ bytesMax }) => bytesMax);
    return { most: Math.max(...all), least: Math.min(...all) };
  }

  /** @throws BautaError 1515 for a topic that was there and is gone */
  async requireAll(): Promise<void> {
    for (const name of this.#known.keys()) if ((await this.#admin.facts(name)) === undefined) throw new BautaError(1515, { path: name });
  }

  /** Looks again at what is known: topics may take less now than they did. */
  async lookAgain(): Promise<void> {
    for (const name of this.#known.keys()) this.#known.set(name, await this.#limitsOf(name));
  }

  /** What a topic takes that was looked at, bytes. */
  bytesMaxOf(name: string): number {
    return this.#known.get(name)?.bytesMax ?? 0;
  }

  /** The plan of a source topic that was prepared. */
  planOf(source: string, writer: TopicWriter): TopicPlan {
    return this.#rules.planOf(
      source,
      this.#targetsOf(source, (name) => writer.topic(name)),
    );
  }

  #targetsOf(source: string, indexOf: (name: string) => number): readonly (readonly Target[])[] {
    return this.#routes.map(({ sinks }) =>
      sinks.flatMap((at) => {
        const sink = this.#sinks[at];
        if (sink === undefined || !isTopic(sink)) return [];
        const known = this.#known.get(targetName(sink, source));
        if (known === undefined) throw new BautaError(9001, { detail: "a target that was not looked at" });
        return [{ ...known, index: indexOf(known.name) }];
      }),
    );
  }

  async #look(name: string, createLike: string | undefined): Promise<void> {
    if (this.#known.has(name)) return;
    if ((await this.#admin.facts(name)) === undefined) {
      if (createLike === undefined) throw new BautaError(1515, { path: name });
      await this.#admin.createLike(name, createLike, this.#source);
      await this.#appears(name);
    }
    this.#known.set(name, await this.#limitsOf(name));
  }

  async #limitsOf(name: string): Promise<Omit<Target, "index">> {
    const { messageBytesMax: bytesMax, isCompacted } = await this.#admin.limits(name);
    return { name, bytesMax, isCompacted };
  }

  /** A topic that was made takes a moment to be known everywhere. */
  async #appears(name: string): Promise<void> {
    for (let tries = 0; tries < APPEARS_TRIES; tries++) {
      if ((await this.#admin.facts(name)) !== undefined) return;
      await new Promise((resume) => setTimeout(resume, APPEARS_STEP_MS));
    }
    throw new BautaError(1515, { path: name });
  }
}

const APPEARS_TRIES = 50;
const APPEARS_STEP_MS = 100;
