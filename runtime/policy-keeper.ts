/**
 * Keeps a policy in force while a run goes on: looks whether there is another, compiles, tests and asks it, and only then hands it over.
 * One that is wrong changes nothing: the last good one stays in force, for as long as the operator allows.
 */
import { BautaError } from "./kit/errors.ts";
import type { Model } from "./model/model.ts";
import type { PolicyAsked, PolicyLook } from "./pipeline/observe.ts";
import { type Activation, PolicyActivator } from "./policies.ts";
import type { ViewPolicy } from "./policy/api.ts";
import { openWasm } from "./policy/opa/wasm.ts";
import type { PolicySource } from "./policy/source.ts";
import { viewNamed } from "./policy/views.ts";

/** A policy that may be put in force. */
export interface ActivePolicy extends Activation {
  readonly revision: string;
  readonly sha256: string;
  /** Counts activations of this run, from 0. */
  readonly sequence: number;
  /** When it was activated, milliseconds since 1970. */
  readonly at: number;
}

export interface PolicyKeeperParts {
  readonly source: PolicySource;
  readonly model: Model;
  /** Names of views that are wanted. */
  readonly views: readonly string[];
  /** How long the last good policy serves while its source has none that is. */
  readonly maxAgeMs: number;
  readonly pollMs: number;
  readonly clock: { date(): number; sleep(milliseconds: number, signal: AbortSignal): Promise<void> };
  /** Is told of each policy that may be put in force after the first. */
  activated(policy: ActivePolicy): void;
  /** Is told once of each that may not. */
  refused(error: BautaError): void;
  /** Is told of each look at the source, for metrics. */
  looked?(look: PolicyLook): void;
}

export class PolicyKeeper {
  readonly #parts: PolicyKeeperParts;
  readonly #activator: PolicyActivator;
  readonly #stop = new AbortController();
  #active: ActivePolicy | undefined;
  #failing: { readonly error: BautaError; readonly since: number } | undefined;
  #looking: Promise<void> | undefined;
  /** How the engine answered in the look under way. */
  #asked: PolicyAsked | undefined;

  constructor(parts: PolicyKeeperParts) {
    this.#parts = parts;
    this.#activator = new PolicyActivator(parts.model);
  }

  /** Activates the first policy, and looks for others from then on. @throws BautaError where there is none to begin with */
  async start(): Promise<ActivePolicy> {
    const first = await this.#next();
    if (first === undefined) throw new BautaError(1602, { detail: "it changes while it is read" });
    this.#looking = this.#look();
    return first;
  }

  get active(): ActivePolicy {
    if (this.#active === undefined) throw new BautaError(9001);
    return this.#active;
  }

  /** What is wrong with what the source has now, and since when; undefined while it has what is in force. */
  get failing(): { readonly error: BautaError; readonly since: number } | undefined {
    return this.#failing;
  }

  /** Why nothing may be masked under the last good policy any more: it has served for longer than is allowed. */
  get stale(): BautaError | undefined {
    if (this.#failing === undefined || this.#parts.clock.date() - this.#failing.since <= this.#parts.maxAgeMs) return undefined;
    return new BautaError(1611, { path: this.#parts.source.name, detail: this.#failing.error.code });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    const { clock, pollMs, activated, refused } = this.#parts;
    while (!this.#stop.signal.aborted) {
      await clock.sleep(pollMs, this.#stop.signal);
      if (this.#stop.signal.aborted) return;
      try {
        const policy = await this.#next();
        if (policy !== undefined) activated(policy);
        else if (this.#failing === undefined) this.#told("same");
      } catch (error) {
        const told = error instanceof BautaError ? error : new BautaError(1603, { detail: "it failed" });
        // Since when it is so counts from the first that was wrong.
        const isNew = this.#failing === undefined || this.#failing.error.message !== told.message;
        this.#failing = { error: told, since: this.#failing?.since ?? clock.date() };
        if (isNew) refused(told);
        this.#told("refused");
      }
    }
  }

  async #next(): Promise<ActivePolicy | undefined> {
    const { source, views, clock } = this.#parts;
    const compiled = await source.next(this.#stop.signal);
    if (compiled === undefined) return undefined;
    const engine = await openWasm(compiled);
    const from = performance.now();
    this.#asked = { engine: engine.name, isOk: false, milliseconds: 0 };
    const activation = await this.#activator.activate(
      engine,
      views.map((name) => viewNamed(engine.views, name)),
    );
    this.#asked = { engine: engine.name, isOk: true, milliseconds: performance.now() - from };
    engine.close();
    const { revision, sha256 } = engine;
    source.accept();
    this.#failing = undefined;
    this.#active = { ...activation, revision, sha256, sequence: (this.#active?.sequence ?? -1) + 1, at: clock.date() };
    this.#told("ready");
    return this.#active;
  }

  #told(outcome: PolicyLook["outcome"]): void {
    const { clock, maxAgeMs, looked } = this.#parts;
    const asked = this.#asked;
    this.#asked = undefined;
    const decisions = outcome === "ready" ? [...(this.#active?.views.values() ?? [])].flatMap(decisionsOf) : [];
    looked?.({ event: "policy-look", at: clock.date(), outcome, asked, maxAgeMs, decisions, revision: this.#active?.revision ?? "" });
  }
}

/** How many kinds of fields each action is for. */
function decisionsOf({ view, answers }: ViewPolicy): PolicyLook["decisions"] {
  const counts = new Map<string, number>();
  for (const { action } of Object.values(answers)) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [...counts].map(([action, fields]) => ({ view, action, fields }));
}
