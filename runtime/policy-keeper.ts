/**
 * Keeps a policy in force while a run goes on: looks whether there is another, opens, tests and asks it, makes ready what masks under it,
 * and only then hands it over. One that is wrong in any of that changes nothing: the last good one stays in force, for as long as the
 * operator allows.
 */
import { BautaError } from "./kit/errors.ts";
import { POLICY_AGAIN_MS } from "./kit/limits.ts";
import type { Model } from "./model/model.ts";
import type { PolicyAsked, PolicyLook } from "./pipeline/observe.ts";
import { type Activation, PolicyActivator } from "./policies.ts";
import type { PolicySource, ViewPolicy } from "./policy/api.ts";
import { summaryOf } from "./policy/summary.ts";
import { viewNamed } from "./policy/views.ts";
import { type LooseningRule, remembered, requireSignatures } from "./policy-loosening.ts";

/** A policy that may be put in force. */
export interface ActivePolicy extends Activation {
  readonly revision: string;
  readonly sha256: string;
  /** Counts activations of this run, from 0. */
  readonly sequence: number;
  /** When it was activated, milliseconds since 1970. */
  readonly at: number;
}

/** What masks under a policy: all of it is there, and nothing can go wrong any more. */
export interface ReadyPolicy {
  /** It is in force from the next transaction on. */
  take(): void;
  /** It is not to be. */
  close(): void;
}

export interface PolicyKeeperParts {
  readonly source: PolicySource;
  readonly model: Model;
  /** Names of views that are wanted. */
  readonly views: readonly string[];
  /** How long the last good policy serves while its source has none that is. */
  readonly maxAgeMs: number;
  readonly pollMs: number;
  /** Where a loosening needs several signatures. */
  readonly loosening?: LooseningRule | undefined;
  readonly clock: { date(): number; ticks(): number };
  /** Makes ready what masks under a policy. What it throws refuses that policy. */
  prepare(policy: ActivePolicy): Promise<ReadyPolicy>;
  /** Is told once of each that may not be put in force. */
  refused(error: BautaError): void;
  /** Is told of each look at the source, for metrics. */
  looked?(look: PolicyLook): void;
  /** Is told once when the last good policy has served for as long as it may, or there is none to begin with. */
  stale?(error: BautaError): void;
  /** The source has a good policy again. */
  mended?(): void;
}

interface ReadyStep extends ReadyPolicy {
  /** `at` is when its time comes. */
  readonly policy: ActivePolicy;
}

interface Failing {
  readonly error: BautaError;
  /** Of the first failure in a row, milliseconds since 1970. */
  readonly since: number;
}

/** Issues of a policy that was asked, and whose answers are wrong. */
const ANSWERED: ReadonlySet<number> = new Set([1604, 1605, 1606]);

export class PolicyKeeper {
  readonly #parts: PolicyKeeperParts;
  readonly #activator: PolicyActivator;
  readonly #stop = new AbortController();
  #active: ActivePolicy | undefined;
  #failing: Failing | undefined;
  #looking: Promise<void> | undefined;
  /** When the source was told to give what it has once more. */
  #again = 0;
  #whenActive: (() => void) | undefined;
  #isStaleTold = false;
  /** What takes the place of the active one by itself, in its order: ready, so that nothing can go wrong when its time comes. */
  #steps: readonly ReadyStep[] = [];
  /** The latest moment that was seen: a clock that is set back revives no grant. */
  #seen = 0;
  /** How the engine answered in the look under way. */
  #asked: PolicyAsked | undefined;

  constructor(parts: PolicyKeeperParts) {
    this.#parts = parts;
    this.#seen = parts.source.seen ?? 0;
    this.#activator = new PolicyActivator(parts.model);
  }

  /**
   * Activates the first policy, and looks for others from then on. undefined: the source does not answer, and is asked until it does.
   * @throws BautaError where what there is to begin with is wrong
   */
  async start(): Promise<ActivePolicy | undefined> {
    try {
      if (!(await this.#next())) throw new BautaError(1602, { detail: "it changes while it is read" });
    } catch (error) {
      if (!(error instanceof BautaError && error.issue.retriable)) throw error;
      this.#fail(error);
      this.#tellStale();
    }
    this.#looking = this.#look();
    return this.#active;
  }

  /** Waits for the first policy. Returns false if the signal came before. */
  async whenActive(signal: AbortSignal): Promise<boolean> {
    if (this.#active === undefined && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#whenActive = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    return this.#active !== undefined;
  }

  get active(): ActivePolicy {
    if (this.#active === undefined) throw new BautaError(9001);
    return this.#active;
  }

  /** What is wrong with what the source has now, and since when; undefined while it has what is in force. */
  get failing(): Failing | undefined {
    return this.#failing;
  }

  /** Why nothing may be masked under the last good policy any more: there is none, or it has served for longer than is allowed. */
  get stale(): BautaError | undefined {
    const failing = this.#failing;
    if (failing === undefined) return undefined;
    if (this.#active !== undefined && this.#parts.clock.date() - failing.since <= this.#parts.maxAgeMs) return undefined;
    return new BautaError(1611, { path: this.#parts.source.name, detail: failing.error.code });
  }

  /** Puts in force what is left when a grant has ended. To be called between two transactions; asks nobody. */
  expire(): void {
    const { source, refused } = this.#parts;
    const [step] = this.#steps;
    if (step === undefined || step.policy.at > this.#moment()) return;
    this.#steps = this.#steps.slice(1);
    this.#active = { ...step.policy, sequence: this.active.sequence + 1 };
    step.take();
    try {
      source.see(this.#seen);
    } catch (error) {
      // What ends ends, whether or not it can be written down.
      if (error instanceof BautaError) refused(error);
    }
    this.#told("ready");
    this.expire();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
    this.#closeSteps();
  }

  #moment(): number {
    this.#seen = Math.max(this.#seen, this.#parts.clock.date());
    return this.#seen;
  }

  #closeSteps(): void {
    for (const step of this.#steps) step.close();
    this.#steps = [];
  }

  async #look(): Promise<void> {
    const { clock, pollMs, source } = this.#parts;
    while (!this.#stop.signal.aborted) {
      await source.pause(pollMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      // What failed may have been something else than the policy: a full disk, a compiler that was not there.
      if (this.#failing !== undefined && clock.ticks() - this.#again > POLICY_AGAIN_MS) {
        this.#again = clock.ticks();
        source.forget();
      }
      try {
        await this.#next();
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#fail(error instanceof BautaError ? error : new BautaError(1603, { detail: "it failed" }));
      }
      this.#tellStale();
    }
  }

  #fail(error: BautaError): void {
    const { clock, refused, source } = this.#parts;
    if (this.#failing === undefined) this.#again = clock.ticks();
    // Since when it is so counts from the first that was wrong.
    const isNew = this.#failing?.error.message !== error.message;
    this.#failing = { error, since: this.#failing?.since ?? clock.date() };
    if (isNew) refused(error);
    // A server is asked at every look; it did not come to its questions.
    if (source.repeats) this.#asked ??= { engine: "opa-server", isOk: false, milliseconds: undefined };
    // Whatever it answered, it did.
    if (this.#asked !== undefined && ANSWERED.has(error.issue.number)) this.#asked = { ...this.#asked, isOk: true };
    this.#told("refused");
  }

  #tellStale(): void {
    const { stale } = this;
    if (stale === undefined || this.#isStaleTold) return;
    this.#isStaleTold = true;
    this.#parts.stale?.(stale);
  }

  /** The source has what is in force. */
  #isGood(outcome: "same" | "ready"): void {
    if (this.#failing !== undefined) {
      this.#isStaleTold = false;
      this.#failing = undefined;
      this.#parts.mended?.();
    }
    this.#told(outcome);
  }

  /** Puts in force what the source has now. Returns whether there is a policy in force, and the source has none but that. */
  async #next(): Promise<boolean> {
    const { source, views, clock, model, prepare } = this.#parts;
    const engine = await source.next(this.#stop.signal);
    if (engine === undefined) {
      // A source that was away and has what is in force is as good as before.
      if (source.isAccepted) this.#isGood("same");
      return source.isAccepted;
    }
    const from = clock.ticks();
    this.#asked = { engine: engine.name, isOk: false, milliseconds: undefined };
    try {
      const activation = await this.#activator.activate(
        engine,
        views.map((name) => viewNamed(engine.views, name)),
        { at: this.#moment(), stop: this.#stop.signal },
      );
      this.#asked = { engine: engine.name, isOk: true, milliseconds: clock.ticks() - from };
      const { sha256 } = engine;
      const { revision } = activation;
      const last = this.#active;
      if (source.repeats && last?.sha256 === sha256 && last.revision === revision) {
        source.accept();
        this.#isGood("same");
        return true;
      }
      const { loosening } = this.#parts;
      if (loosening !== undefined) await requireSignatures(loosening, source.offered, { model, active: last, next: activation });
      const active = { ...activation, revision, sha256, sequence: (last?.sequence ?? -1) + 1, at: clock.date() };
      const ready = await prepare(active);
      const steps: ReadyStep[] = [];
      try {
        for (const [i, step] of active.later.entries()) {
          const policy = { ...active, ...step, at: step.from, later: active.later.slice(i + 1) };
          const next = await prepare(policy);
          steps.push({ policy, take: () => next.take(), close: () => next.close() });
        }
        source.accept(loosening === undefined ? undefined : remembered(loosening.archive, lastOf(active)));
        if (active.grants.length > 0) source.see(this.#seen);
      } catch (error) {
        for (const one of [ready, ...steps]) one.close();
        throw error;
      }
      ready.take();
      this.#closeSteps();
      this.#steps = steps;
      this.#active = active;
    } finally {
      engine.close();
    }
    this.#isGood("ready");
    this.#whenActive?.();
    return true;
  }

  #told(outcome: PolicyLook["outcome"]): void {
    const { clock, maxAgeMs, looked } = this.#parts;
    const asked = this.#asked;
    this.#asked = undefined;
    const decisions = outcome === "ready" ? [...(this.#active?.views.values() ?? [])].flatMap(decisionsOf) : [];
    looked?.({ event: "policy-look", at: clock.date(), outcome, asked, maxAgeMs, decisions, revision: this.#active?.revision ?? "" });
  }
}

/** What is left when all grants have ended. */
const lastOf = ({ views, later }: ActivePolicy): ActivePolicy["views"] => later.at(-1)?.views ?? views;

/** How many kinds of fields each action is for. */
const decisionsOf = (policy: ViewPolicy): PolicyLook["decisions"] =>
  [...summaryOf(policy).actions].map(([action, fields]) => ({ view: policy.view, action, fields }));
