/** What masks for the readers of a pipeline over topics: one plan for each view, and others in their place when the policy changes. */
import { createHash } from "node:crypto";
import type { Engine } from "../engines/api.ts";
import { type OpenPlan, openPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { ValueSeal } from "../pipeline/topics/mask-batch.ts";
import { OutputCheck } from "../pipeline/topics/output-check.ts";
import { type Pass, Passes, type Renewal, type Renewed } from "../pipeline/topics/passes.ts";
import type { Targets } from "../pipeline/topics/targets.ts";
import { systemClock } from "../platform/clock.ts";
import type { ViewPolicy } from "../policy/api.ts";
import type { ActivePolicy, PolicyKeeper } from "../policy-keeper.ts";
import { modelOf } from "./policy-option.ts";
import { openMaskers, rulesOf, type TopicView } from "./topic-maskers.ts";
import type { Worker } from "./topics-worker.ts";
import type { Watch } from "./watch.ts";

const SERVER_POLL_MS = 30_000;
const FOLDER_POLL_MS = 200;

interface Opening {
  readonly definition: PipelineDefinition;
  readonly engine: Engine;
  readonly watch: Watch;
}

export class TopicViews {
  readonly #definition: PipelineDefinition;
  readonly #engine: Engine;
  readonly #keeper: PolicyKeeper | undefined;
  /** Of the records that go out one in so many is looked through; 0: none is. */
  readonly #checkEvery: number;
  #views: readonly TopicView[];
  /** A policy that waits for the next transaction. */
  #next: ActivePolicy | undefined;

  private constructor({ definition, engine, watch }: Opening, keeper: PolicyKeeper | undefined, views: readonly TopicView[]) {
    this.#definition = definition;
    this.#engine = engine;
    this.#keeper = keeper;
    this.#checkEvery = watch.settings.quality_check_every;
    this.#views = views;
  }

  /** Opens the plans, under the policy as it is now if there is one. @throws BautaError for what is wrong with it */
  static async open(definition: PipelineDefinition, engine: Engine, watch: Watch): Promise<TopicViews> {
    const { policy } = definition;
    const opening = { definition, engine, watch };
    if (policy === undefined) return new TopicViews(opening, undefined, viewsOf(definition, undefined));
    const { PolicyKeeper } = await import("../policy-keeper.ts");
    const { openPolicySource } = await import("../policy/source.ts");
    const { from } = policy.source;
    let views: TopicViews | undefined;
    const keeper = new PolicyKeeper({
      source: openPolicySource(policy.source),
      model: modelOf({ model: definition.model, preset: definition.preset }),
      views: namesOf(definition),
      maxAgeMs: policy.maxAgeMs,
      pollMs: from.everyMs ?? (from.kind === "http" ? SERVER_POLL_MS : FOLDER_POLL_MS),
      clock: systemClock,
      activated: (next) => views?.take(next),
      refused: (error) => watch.degraded("policy", error),
      looked: (look) => watch.looked(look),
    });
    const first = await keeper.start();
    try {
      views = new TopicViews(opening, keeper, viewsOf(definition, first));
      return views;
    } catch (error) {
      await keeper.stop();
      throw error;
    }
  }

  /** At least one. */
  get all(): readonly TopicView[] {
    return this.#views;
  }

  /** The plan that reports of the run are about. */
  get plan(): OpenPlan {
    return (this.#views[0] as TopicView).plan;
  }

  take(next: ActivePolicy): void {
    this.#next = next;
  }

  /** What masks, and writes to a worker's targets. */
  passes(worker: Worker, seal: ValueSeal | undefined): Passes {
    const views = this.#views;
    const passes = views.map((view, i) => this.#passOf(view, worker, worker.targets[i] ?? worker.targetsOf(view), seal));
    const [only] = views as [TopicView];
    return new Passes(passes, () => (views.length === 1 ? only.plan.planDigest() : digestOf(views)));
  }

  /** What takes its place when the policy changes; undefined: it has none. */
  renewal(worker: Worker, seal: ValueSeal | undefined): Renewal | undefined {
    const keeper = this.#keeper;
    if (keeper === undefined) return undefined;
    const next = (): Renewed | undefined => {
      const policy = this.#next;
      if (policy === undefined) return undefined;
      this.#next = undefined;
      // Plans that were in force are closed with what masked under them.
      this.#views = viewsOf(this.#definition, policy);
      const { sequence, revision, sha256 } = policy;
      return { passes: this.passes({ ...worker, targets: [] }, seal), policy: { sequence, revision, sha256 } };
    };
    return {
      next,
      get stale() {
        return keeper.stale;
      },
    };
  }

  async close(): Promise<void> {
    await this.#keeper?.stop();
    for (const { plan } of this.#views) plan.close();
  }

  #passOf(view: TopicView, { writer }: Worker, targets: Targets, seal: ValueSeal | undefined): Pass {
    const { name, plan, sinks, routes } = view;
    const choice = { definition: this.#definition, engine: this.#engine, plan, writer, seal, view: name, routes };
    const { masker, parts, batches } = openMaskers(choice);
    return {
      view: name,
      masker,
      batches,
      sinks,
      check: this.#checkEvery === 0 ? undefined : new OutputCheck(this.#checkEvery),
      planOf: async (topic) => {
        await targets.prepare(topic);
        return targets.planOf(topic, writer);
      },
      operationFacts: (operation) => plan.operationFacts(operation),
      close: () => {
        masker.close();
        parts.close();
        plan.close();
      },
    };
  }
}

/** Names of views, each once, in the order of the sinks. */
const namesOf = ({ sinks }: PipelineDefinition): readonly string[] => [...new Set(sinks.flatMap(({ view }) => view ?? []))];

function viewsOf(definition: PipelineDefinition, policy: ActivePolicy | undefined): readonly TopicView[] {
  if (policy === undefined) return [viewOf(definition, undefined, undefined)];
  const opened: TopicView[] = [];
  try {
    for (const name of namesOf(definition)) opened.push(viewOf(definition, name, policy.views.get(name)));
    return opened;
  } catch (error) {
    for (const { plan } of opened) plan.close();
    throw error;
  }
}

function viewOf(definition: PipelineDefinition, name: string | undefined, policy: ViewPolicy | undefined): TopicView {
  const plan = openPlan({ ...definition, policy, direction: "mask" });
  try {
    const places = definition.sinks.flatMap(({ view }, at) => (name === undefined || view === name ? [at] : []));
    const routes = definition.routes.map((route) => ({ ...route, sinks: route.sinks.filter((at) => places.includes(at)) }));
    return { name, plan, rules: rulesOf(definition, plan), routes, sinks: new Set(places) };
  } catch (error) {
    plan.close();
    throw error;
  }
}

/** One digest of the plans of all views. */
function digestOf(views: readonly TopicView[]): string {
  const hash = createHash("sha256");
  for (const { name, plan } of views) hash.update(`${name ?? ""}\n${plan.planDigest()}\n`);
  return hash.digest("hex");
}
