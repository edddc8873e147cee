/** What masks for the readers of a pipeline over topics: one plan for each view, and others in their place when the policy changes. */
import { createHash } from "node:crypto";
import type { Engine } from "../engines/api.ts";
import { BUNDLE_LOOK_MS, BUNDLE_POLL_MS, POLICY_SERVER_POLL_MS } from "../kit/limits.ts";
import { type OpenPlan, openBase, type PlanBase } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { FramedParts } from "../pipeline/framed.ts";
import { MessageNames } from "../pipeline/messages-out.ts";
import { BatchMaskers, type ValueSeal } from "../pipeline/topics/mask-batch.ts";
import { OutputCheck } from "../pipeline/topics/output-check.ts";
import { type Pass, Passes, type Renewal, type Renewed } from "../pipeline/topics/passes.ts";
import type { Targets } from "../pipeline/topics/targets.ts";
import { ViewsMasker } from "../pipeline/views-masker.ts";
import { systemClock } from "../platform/clock.ts";
import { Turns } from "../platform/turns.ts";
import { REDACTED, redactedView } from "../policies.ts";
import type { ViewPolicy } from "../policy/api.ts";
import { archive, archiveInTurns } from "../policy-archive.ts";
import type { ActivePolicy, PolicyKeeper, ReadyPolicy } from "../policy-keeper.ts";
import { openMaskers, rulesOf, type TopicView } from "./topic-maskers.ts";
import type { Worker } from "./topics-worker.ts";
import type { Watch } from "./watch.ts";

/** How often each kind of source is looked at, unless the file says otherwise. */
const POLL_MS = { http: BUNDLE_POLL_MS, file: BUNDLE_LOOK_MS, directory: BUNDLE_LOOK_MS, "opa-server": POLICY_SERVER_POLL_MS };

/** What masks under one policy. */
interface Masking {
  readonly policy: Renewed["policy"];
  readonly views: readonly TopicView[];
  /** Made when it is known what is written to. */
  passes: Passes | undefined;
}

interface ViewsParts {
  readonly definition: PipelineDefinition;
  readonly engine: Engine;
  readonly watch: Watch;
  readonly base: PlanBase;
}

export class TopicViews {
  readonly #parts: ViewsParts;
  /** Of message types, for all that masks in the run: files ask for those of batches that others masked. */
  readonly #names = new MessageNames();
  #keeper: PolicyKeeper | undefined;
  /** What masks now; undefined until there is a first policy. */
  #masking: Masking | undefined;
  /** A policy that waits for the next transaction. */
  #next: Masking | undefined;
  /** Where records go; undefined until the cluster has answered. */
  #target: { readonly worker: Worker; readonly seal: ValueSeal | undefined } | undefined;

  private constructor(parts: ViewsParts) {
    this.#parts = parts;
  }

  /**
   * Opens the plans, under the policy as it is now if there is one; waits for a source of policies that does not answer.
   * @returns undefined if the signal came before there was one
   * @throws BautaError for what is wrong with it
   */
  static async open(definition: PipelineDefinition, engine: Engine, watch: Watch, stop: AbortSignal): Promise<TopicViews | undefined> {
    const views = new TopicViews({ definition, engine, watch, base: openBase({ ...definition, policy: undefined, direction: "mask" }) });
    try {
      if (definition.policy === undefined) views.#masking = views.#open(UNGOVERNED, undefined);
      else if (!(await views.#begin(definition.policy, stop))) {
        await views.close();
        return undefined;
      }
      return views;
    } catch (error) {
      await views.close();
      throw error;
    }
  }

  /** Opens the plans under what a policy decided before. */
  static under(definition: PipelineDefinition, engine: Engine, watch: Watch, decided: ViewPolicy): TopicViews {
    const views = new TopicViews({ definition, engine, watch, base: openBase({ ...definition, policy: undefined, direction: "mask" }) });
    const { revision, policy: sha256, view } = decided;
    views.#masking = views.#open({ sequence: 0, revision, sha256 }, new Map([[view, decided]]));
    return views;
  }

  /** At least one. */
  get all(): readonly TopicView[] {
    return this.#now.views;
  }

  /** The plan that reports of the run are about. */
  get plan(): OpenPlan {
    return (this.all[0] as TopicView).plan;
  }

  /** Name of a message type, by its number in what masks. */
  messageName(index: number): string {
    return this.#names.nameOf(index);
  }

  /** What masks, and writes to a worker's targets. */
  passes(worker: Worker, seal: ValueSeal | undefined): Passes {
    this.#target = { worker, seal };
    return this.#passesOf(this.#now, worker.targets);
  }

  /**
   * What takes its place when the policy changes; undefined: it has none.
   * @param began is called when records are masked under the views
   */
  renewal(began: (views: readonly TopicView[]) => void): Renewal | undefined {
    const keeper = this.#keeper;
    if (keeper === undefined) return undefined;
    return {
      next: () => this.#renewed(keeper, began),
      stale: () => (this.#degrades ? undefined : keeper.stale),
    };
  }

  /** What is to mask from the next transaction on; undefined: what masks now. */
  #renewed(keeper: PolicyKeeper, began: (views: readonly TopicView[]) => void): Renewed | undefined {
    keeper.expire();
    const isRedacted = this.#masking?.policy.sha256 === REDACTED;
    let next: Masking | undefined;
    if (this.#degrades && keeper.stale !== undefined) next = isRedacted ? undefined : this.#redacted();
    else {
      next = this.#next;
      this.#next = undefined;
      // The last good one is good again.
      if (next === undefined && isRedacted) next = this.#open(keeper.active, keeper.active.views);
    }
    if (next === undefined) return undefined;
    // Plans that were in force are closed with what masked under them.
    this.#masking = next;
    const { policy, views } = next;
    return { passes: this.#passesOf(next), policy, began: () => began(views) };
  }

  get #degrades(): boolean {
    return this.#parts.definition.policy?.degrade === "redact";
  }

  /** Constants for everybody. */
  #redacted(): Masking {
    const views = new Map(namesOf(this.#parts.definition).map((name) => [name, redactedView(name)]));
    return this.#open({ sequence: this.#masking?.policy.sequence ?? 0, revision: "redact", sha256: REDACTED }, views);
  }

  async close(): Promise<void> {
    await this.#keeper?.stop();
    for (const masking of [this.#next, this.#masking]) if (masking !== undefined) closeMasking(masking);
    this.#parts.base.close();
  }

  get #now(): Masking {
    if (this.#masking === undefined) throw new Error("there is no policy yet");
    return this.#masking;
  }

  async #begin(policy: NonNullable<PipelineDefinition["policy"]>, stop: AbortSignal): Promise<boolean> {
    const { definition, base, watch } = this.#parts;
    const { PolicyKeeper } = await import("../policy-keeper.ts");
    const { openPolicySource } = await import("../policy/source.ts");
    const { from } = policy.source;
    const { archive: folder, looseningSignatures: signatures } = policy;
    const keeper = new PolicyKeeper({
      source: openPolicySource(policy.source),
      model: base.model,
      views: namesOf(definition),
      maxAgeMs: policy.maxAgeMs,
      pollMs: from.everyMs ?? POLL_MS[from.kind],
      loosening: signatures === undefined || folder === undefined ? undefined : { signatures, archive: folder },
      clock: systemClock,
      prepare: (next) => this.#prepare(next),
      refused: (error) => watch.degraded("policy", error),
      stale: (error) => {
        watch.degraded("policy", error);
        watch.lost("policy");
      },
      looked: (look) => watch.looked(look),
      mended: () => watch.answered("policy", 0),
    });
    this.#keeper = keeper;
    // What cannot be degraded to is found out before the first record.
    if (this.#degrades) closeMasking(this.#redacted());
    const isGoverned = (await keeper.start()) !== undefined;
    if (isGoverned || !this.#degrades) return isGoverned || keeper.whenActive(stop);
    this.#masking = this.#redacted();
    return true;
  }

  /** Opens all that masks under a policy, so that nothing is left to go wrong when it takes the place of the last one. */
  async #prepare(policy: ActivePolicy): Promise<ReadyPolicy> {
    const masking = await this.#openInTurns(policy);
    try {
      if (this.#target !== undefined) await this.#passesOf(masking).prepare(this.#target.worker.reader.topics());
    } catch (error) {
      closeMasking(masking);
      throw error;
    }
    return {
      take: () => {
        if (this.#masking === undefined) this.#masking = masking;
        else {
          if (this.#next !== undefined) closeMasking(this.#next);
          this.#next = masking;
        }
      },
      close: () => closeMasking(masking),
    };
  }

  /** The same so that records are masked meanwhile. */
  async #openInTurns({ sequence, revision, sha256, views: answers }: ActivePolicy): Promise<Masking> {
    const turns = new Turns();
    const views: TopicView[] = [];
    const folder = this.#parts.definition.policy?.archive;
    try {
      for (const name of namesOf(this.#parts.definition)) {
        const policy = answers.get(name);
        if (policy !== undefined && folder !== undefined) await archiveInTurns(folder, policy, turns);
        if (turns.isOver) await turns.next();
        views.push(this.#view(name, policy));
      }
      return { policy: { sequence, revision, sha256 }, views, passes: undefined };
    } catch (error) {
      for (const { plan } of views) plan.close();
      throw error;
    }
  }

  #open({ sequence, revision, sha256 }: Renewed["policy"], answers: ReadonlyMap<string, ViewPolicy> | undefined): Masking {
    const names = answers === undefined ? [undefined] : namesOf(this.#parts.definition);
    const views: TopicView[] = [];
    try {
      for (const name of names) views.push(this.#view(name, name === undefined ? undefined : answers?.get(name)));
      return { policy: { sequence, revision, sha256 }, views, passes: undefined };
    } catch (error) {
      for (const { plan } of views) plan.close();
      throw error;
    }
  }

  #view(name: string | undefined, policy: ViewPolicy | undefined): TopicView {
    const { definition, base } = this.#parts;
    const folder = definition.policy?.archive;
    if (policy !== undefined && folder !== undefined) archive(folder, policy);
    const plan = base.open(policy);
    try {
      const places = definition.sinks.flatMap(({ view }, at) => (name === undefined || view === name ? [at] : []));
      const routes = definition.routes.map((route) => ({ ...route, sinks: route.sinks.filter((at) => places.includes(at)) }));
      return { name, plan, rules: rulesOf(definition, plan), routes, sinks: new Set(places) };
    } catch (error) {
      plan.close();
      throw error;
    }
  }

  /** @param targets by view. Default: those that a worker has for them */
  #passesOf(masking: Masking, targets: readonly Targets[] = []): Passes {
    const { views } = masking;
    masking.passes ??= this.#openPasses(views, targets);
    return masking.passes;
  }

  #openPasses(views: readonly TopicView[], targets: readonly Targets[]): Passes {
    const [only] = views as [TopicView];
    const opened = views.map((view, i) => this.#passOf(view, targets[i]));
    const masker = new ViewsMasker(
      opened.map(({ values }) => values),
      this.#names,
    );
    const batches = opened.map(({ pass }) => pass.batches);
    const planDigest = (): string => (views.length === 1 ? only.plan.planDigest() : digestOf(views));
    return new Passes(
      opened.map(({ pass }) => pass),
      new BatchMaskers(masker, batches),
      planDigest,
    );
  }

  #passOf(view: TopicView, known: Targets | undefined): { readonly values: FramedParts; readonly pass: Pass } {
    if (this.#target === undefined) throw new Error("nothing is written to yet");
    const { definition, engine, watch } = this.#parts;
    const { quality_check_every: checkEvery } = watch.settings;
    const { worker, seal } = this.#target;
    const { writer } = worker;
    const { name, plan, sinks, routes } = view;
    const targets = known ?? worker.targetsOf(view);
    const { values, parts, batches } = openMaskers({ definition, engine, plan, writer, seal, view: name, routes });
    const close = (): void => {
      parts.close();
      plan.close();
    };
    try {
      parts.open();
    } catch (error) {
      close();
      throw error;
    }
    const pass: Pass = {
      view: name,
      batches,
      sinks,
      check: checkEvery === 0 ? undefined : new OutputCheck(checkEvery),
      planOf: async (topic) => {
        await targets.prepare(topic);
        return targets.planOf(topic, writer);
      },
      requireTargets: () => targets.requireAll(),
      lookAgain: async () => {
        await targets.lookAgain();
        return targets.bytesMax.least;
      },
      operationFacts: (operation) => plan.operationFacts(operation),
      planDigest: () => plan.planDigest(),
      close,
    };
    return { values, pass };
  }
}

/** Without a policy. */
const UNGOVERNED: Renewed["policy"] = { sequence: 0, revision: "", sha256: "" };

function closeMasking({ passes, views }: Masking): void {
  passes?.close();
  for (const { plan } of views) plan.close();
}

/** Names of views, each once, in the order of the sinks. */
const namesOf = ({ sinks }: PipelineDefinition): readonly string[] => [...new Set(sinks.flatMap(({ view }) => view ?? []))];

/** One digest of the plans of all views. */
function digestOf(views: readonly TopicView[]): string {
  const hash = createHash("sha256");
  for (const { name, plan } of views) hash.update(`${name ?? ""}\n${plan.planDigest()}\n`);
  return hash.digest("hex");
}
