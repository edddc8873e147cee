/** A policy put in its place, or back in it, by somebody: everything that a run would do with it is done before anything is written. */
import { existsSync, lstatSync, readFileSync, statSync } from "node:fs";
import { BautaError } from "./kit/errors.ts";
import type { Model } from "./model/model.ts";
import { type Activation, PolicyActivator, type Timeline } from "./policies.ts";
import { admit, admitBack, type BundleState, later } from "./policy/bundle/admit.ts";
import { readBundle } from "./policy/bundle/bundle.ts";
import { packBundle } from "./policy/bundle/pack.ts";
import { readBundleState, writeBundleState } from "./policy/bundle/state-file.ts";
import { openTrust } from "./policy/bundle/trust.ts";
import type { TrustDefinition } from "./policy/bundle/trust-definition.ts";
import { type VerifiedBundle, verifyBundle } from "./policy/bundle/verify.ts";
import { decisionsDigest } from "./policy/decisions.ts";
import { compiledOf } from "./policy/opa/compile.ts";
import { openWasm } from "./policy/opa/wasm.ts";
import { viewNamed } from "./policy/views.ts";
import { changesOverTime, type PolicyChange } from "./policy-changes.ts";
import { type PolicyAct, PolicyHistory } from "./policy-history.ts";
import { refuseLoosening } from "./policy-loosening.ts";
import { type Lock, lockPlaces } from "./sinks/lock.ts";
import { replaceFile } from "./sinks/replace.ts";

export interface ActivationPlace {
  /** Where the pipeline reads its policy: a packed bundle, or nothing yet. */
  readonly path: string;
  /** The pipeline's file that remembers serials; undefined: nothing does. */
  readonly state: string | undefined;
  readonly trust: TrustDefinition;
  readonly model: Model;
  /** Keys that have to have signed a policy that loosens. Default: one of them, as for any. */
  readonly looseningSignatures?: number | undefined;
  /** Views that the pipeline needs. */
  readonly views: readonly string[];
}

/** A bundle that was verified, compiled, tested by its own tests, and asked. */
export interface Candidate {
  /** Packed. */
  readonly bytes: Uint8Array;
  readonly verified: VerifiedBundle;
  /** Digest of the policy. */
  readonly sha256: string;
  readonly decided: Activation;
}

/** What an act would do, or did. */
export interface PlannedAct {
  readonly act: "activate" | "rollback";
  readonly next: Candidate;
  /** undefined: there is none that can be compared with. */
  readonly before: Candidate | undefined;
  readonly changes: readonly PolicyChange[];
  /** It is in place already, and remembered so. */
  readonly isThere: boolean;
}

export interface ActNotes {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly by: string;
  readonly reason: string;
}

/** The place of one pipeline's policy, while somebody acts on it. */
export class PolicyPlace {
  readonly #place: ActivationPlace;
  readonly #activator: PolicyActivator;
  readonly #lock: Lock;
  readonly #history: PolicyHistory;

  /**
   * @throws BautaError 1645 for a place that cannot be put into in one step, 1649 for a history that was changed, 1426 while somebody else
   * acts on it
   */
  constructor(place: ActivationPlace) {
    const there = lstatSync(place.path, { throwIfNoEntry: false });
    if (there?.isSymbolicLink() === true) throw new BautaError(1645, { path: place.path, detail: "a link, which somebody else sets" });
    // Of a folder one file after the other would be replaced; a run could see half of both.
    if (there?.isDirectory() === true) throw new BautaError(1645, { path: place.path, detail: "a folder is not replaced in one step" });
    if (place.path.endsWith(".rego"))
      throw new BautaError(1645, { path: place.path, detail: "a packed bundle is put there, and no .rego" });
    this.#place = place;
    this.#activator = new PolicyActivator(place.model);
    this.#lock = lockPlaces([place.path]);
    try {
      this.#history = new PolicyHistory(place.path);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  close(): void {
    this.#lock.release();
  }

  /**
   * What putting this bundle in place would do.
   * @param path folder, file of Rego, or packed bundle
   * @throws BautaError for whatever a run would refuse it for: 1625 to 1637, 1602 to 1612
   */
  async toActivate(path: string): Promise<PlannedAct> {
    const before = await this.#inPlace();
    const next = await this.#candidate(fileOf(path));
    admit(this.#known(before), next.verified);
    return this.#planned("activate", before, next);
  }

  /**
   * What going back would do.
   * @param to revision, or the first digits of the SHA-256 of a bundle of the history; undefined: the one that was there before
   * @throws BautaError 1646 if there is none, or whatever a run would refuse it for, but for its serial
   */
  async toRollback(to: string | undefined): Promise<PlannedAct> {
    const before = await this.#inPlace();
    const last = this.#history.acts.at(-1);
    const name = to === undefined ? this.#previous(last?.bundle) : this.#named(to);
    const next = await this.#candidate(this.#history.bundle(name));
    const { state } = this.#place;
    if (state === undefined && (next.verified.bundle.serial ?? before?.verified.bundle.serial) !== undefined)
      throw new BautaError(1645, { path: this.#place.path, detail: "bundles have serials, and the pipeline has no `state` to go back in" });
    admitBack(this.#known(before), next.verified);
    return this.#planned("rollback", before, next);
  }

  /** Whether it has the signatures that it needs. @throws BautaError 1647 */
  requireSignatures({ next, changes }: PlannedAct): void {
    const { looseningSignatures: needs = 1 } = this.#place;
    const has = next.verified.signers.length;
    if (needs > 1 && has < needs) refuseLoosening(changes, has, needs);
  }

  /**
   * Does it. The history and the state are written before the place: who is stopped in between has told more than was done, never less,
   * and does it again.
   * @throws BautaError 1647, 7002 or 7003, 1639
   */
  apply(planned: PlannedAct, { at, by, reason }: ActNotes): PolicyAct {
    this.requireSignatures(planned);
    const { act, next, before, changes } = planned;
    const { path, state } = this.#place;
    const notes = { at: new Date(at).toISOString(), by, reason };
    if (before !== undefined && this.#history.acts.length === 0) {
      const none = { changes: 0, loosens: 0 };
      this.#history.add({
        ...notes,
        act: "found",
        reason: "",
        ...none,
        bundle: this.#history.keep(before.bytes),
        instead: "",
        ...told(before),
      });
    }
    const bundle = this.#history.keep(next.bytes);
    const loosens = changes.filter((change) => change.loosens).length;
    const instead = before === undefined ? "" : this.#history.keep(before.bytes);
    const done = this.#history.add({ ...notes, act, bundle, instead, ...told(next), changes: changes.length, loosens });
    if (act === "rollback" && state !== undefined) writeBundleState(state, admitBack(this.#known(before), next.verified));
    replaceFile(path, next.bytes, modeOf(path));
    return done;
  }

  async #planned(act: PlannedAct["act"], before: Candidate | undefined, next: Candidate): Promise<PlannedAct> {
    const none: Timeline = { views: new Map(), later: [] };
    const changes = await changesOverTime(this.#place.model, before?.decided ?? none, next.decided);
    const known = this.#known(before);
    const isThere = existsSync(this.#place.path) && before !== undefined && isSame(before, next);
    return { act, next, before, changes, isThere: isThere && (act === "activate" || known?.digest === next.verified.bundle.digest) };
  }

  /** What was remembered by a run, or follows from what is there; and no serial that ever was in place is below its floor. */
  #known(before: Candidate | undefined): BundleState | undefined {
    const { state } = this.#place;
    const found = before === undefined ? undefined : admit(undefined, before.verified);
    const known = state === undefined ? found : later(readBundleState(state), found);
    if (known === undefined) return undefined;
    const serials = [known.floor, found?.serial, ...this.#history.acts.map(({ serial }) => serial ?? undefined)];
    const floors = serials.filter((serial) => serial !== undefined);
    return { ...known, floor: floors.length === 0 ? undefined : Math.max(...floors) };
  }

  /** What is there; where it is broken, what was put there last. */
  async #inPlace(): Promise<Candidate | undefined> {
    const { path } = this.#place;
    try {
      return existsSync(path) ? await this.#candidate(fileOf(path), false) : undefined;
    } catch (error) {
      const last = this.#history.acts.at(-1);
      if (!(error instanceof BautaError) || last === undefined) throw error;
      return this.#candidate(this.#history.bundle(last.bundle), false);
    }
  }

  async #candidate(from: Uint8Array | string, needsViews = true): Promise<Candidate> {
    const { trust, views } = this.#place;
    const bundle = readBundle(from);
    const verified = verifyBundle(bundle, openTrust(trust));
    const engine = await openWasm(await compiledOf(bundle));
    try {
      const wanted = views.filter((name) => needsViews || engine.views.has(name)).map((name) => viewNamed(engine.views, name));
      const decided = await this.#activator.activate(engine, wanted);
      return { bytes: typeof from === "string" ? packBundle(bundle.files) : from, verified, sha256: engine.sha256, decided };
    } finally {
      engine.close();
    }
  }

  /** What was there when the bundle was put in its place first. */
  #previous(bundle: string | undefined): string {
    const { acts } = this.#history;
    const put = acts.findLast((act) => act.bundle === bundle && act.act !== "rollback");
    if (put === undefined || put.instead === "") throw new BautaError(1646, { path: this.#place.path, detail: "there was none before it" });
    return put.instead;
  }

  #named(to: string): string {
    const { acts } = this.#history;
    const found = new Set(acts.filter(({ revision, bundle }) => revision === to || isStart(to, bundle)).map(({ bundle }) => bundle));
    const [name, ...others] = found;
    if (name === undefined) throw new BautaError(1646, { path: to, detail: `there are ${namesOf(acts)}` });
    if (others.length > 0) throw new BautaError(1646, { path: to, detail: "several are called so; name one by the digits of its SHA-256" });
    return name;
  }
}

/** To the signature. */
const isSame = (a: Candidate, b: Candidate): boolean => Buffer.from(a.bytes).equals(b.bytes);

/** Digits that tell one bundle from others. */
const DIGITS_MIN = 8;
const SHOWN = 16;

const isStart = (to: string, bundle: string): boolean => to.length >= DIGITS_MIN && bundle.startsWith(to);

const namesOf = (acts: readonly PolicyAct[]): string =>
  acts.length === 0
    ? "none"
    : [...new Set(acts.map(({ revision, bundle }) => (revision === "" ? bundle.slice(0, SHOWN) : revision)))].join(", ");

const told = ({ verified: { bundle, signers }, sha256, decided }: Candidate) => ({
  revision: bundle.manifest.revision,
  serial: bundle.serial ?? null,
  signers: signers.map(({ key }) => key),
  policy: sha256,
  decisions: Object.fromEntries([...decided.views].map(([view, policy]) => [view, decisionsDigest(policy)])),
});

/** The bytes of a packed bundle, or the path of what is not packed. */
function fileOf(path: string): Uint8Array | string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new BautaError(1002, { path });
  return stats.isFile() && !path.endsWith(".rego") ? readFileSync(path) : path;
}

/** Whoever could read what was there can read what takes its place. */
const modeOf = (path: string): number | undefined => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : stats.mode & 0o777;
};
