/** Composition: model, key ring and catalogues put together into what a masker runs. */

import { createHmac } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { evidenceOf } from "./audit/evidence.ts";
import type { StatementEvidence } from "./audit/record.ts";
import { type ManifestSigner, signerOf } from "./audit/signature.ts";
import type { Direction } from "./engines/api.ts";
import type { PlanOperation } from "./engines/plan.ts";
import type { KeyNamespace, KeyRing } from "./keys/api.ts";
import { borrowedKeyRing } from "./keys/borrowed.ts";
import { ephemeralKeyRing, seedKeyRing } from "./keys/ephemeral.ts";
import { type HandedKeys, handedKeyRing, handKeys } from "./keys/handed.ts";
import { type KeySource, openKeys } from "./keys/source.ts";
import { BautaError } from "./kit/errors.ts";
import { checkRules } from "./model/check.ts";
import { type CompiledModel, compileModel, type GuardedOperation } from "./model/compile.ts";
import { sha256 } from "./model/digest.ts";
import { loadModel } from "./model/load.ts";
import { encodeLock, type Lock, lockOf, verifyLock } from "./model/lock.ts";
import type { Model } from "./model/model.ts";
import { underPolicy } from "./model/policed.ts";
import { modelError } from "./model/problem.ts";
import { fileSource, type ModelSource, presetSource } from "./model/sources.ts";
import { isReversible } from "./model/vocabulary.ts";
import type { OperationFacts, PlanFacts, PolicyFacts } from "./pipeline/observe.ts";
import type { PlanSource } from "./pipeline/plan-handle.ts";
import type { ViewPolicy } from "./policy/api.ts";
import { decisionsDigest } from "./policy/decisions.ts";
import type { GuardTree } from "./policy/guards.ts";
import { summaryOf } from "./policy/summary.ts";
import { cataloguesOf } from "./registry.ts";

export interface PlanChoice {
  /** Path of a model file; or */
  readonly model?: string | undefined;
  /** the name of a preset. */
  readonly preset?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Without a key file, a key of the moment that nothing stores. Default: refuse. */
  readonly keyOfTheMoment?: boolean | undefined;
  /** Refuse a key file of another environment. */
  readonly environment?: string | undefined;
  readonly direction: Direction;
  readonly input?: "strict" | "lenient" | undefined;
  /** What a policy answered for the view whose plan this is to be. */
  readonly policy?: ViewPolicy | undefined;
}

/** A plan that can be run: rules, operations, sub-keys. `close` overwrites the keys. */
export interface OpenPlan extends PlanSource {
  readonly model: Model;
  readonly environment: string;
  /** Kind of an operation of the plan, for reports. */
  kindOf(operation: number): string;
  /** An operation of the plan, for reports. */
  operationOf(operation: number): PlanOperation | undefined;
  /** For the first lines of a run: names, ids and digests; never a key. */
  describe(): Record<string, string>;
  /** For reports of a run: which model, under which key. */
  readonly facts: PlanFacts;
  /** For the manifest: digests of what decides, and the key of input leaves, which `close` overwrites. */
  evidence(): StatementEvidence;
  /** What signs the manifest; undefined for keys that nothing stores. The caller closes it. */
  signer(): ManifestSigner | undefined;
  /** What an operation of the plan does, for reports of a run. */
  operationFacts(operation: number): OperationFacts;
  /** Index of the operation by which a namespace masks a text that stands in no message; undefined if there is no such namespace. */
  operationOfNamespace(name: string): number | undefined;
  /** Operations that guards of the policy may change, by index, and those guards; undefined: there is no guard. */
  readonly guards: PlanGuards | undefined;
  /** Index in this plan of an operation that another thread's plan of the same model has. */
  adopt(operation: PlanOperation): number;
  /** SHA-256 (hex) of the plan with the operations so far, in an order of their own. */
  planDigest(): string;
  /** HMAC-SHA-256 under the ring's audit key, first 32 hex digits. */
  keyedHash(bytes: Uint8Array): string;
  /**
   * What another thread opens the same plan from. The keys in it are copies, and the caller's to overwrite.
   * @param purposes of keys that the thread needs besides
   */
  handOver(purposes: readonly string[]): HandedPlan;
  close(): void;
}

/** Plain data; holds sub-keys, never a root. */
export interface HandedPlan {
  readonly model: Model;
  readonly input: "strict" | "lenient";
  readonly keys: HandedKeys;
}

/** The plan that `handOver` was called of. It owns the keys from now on. */
export const handedPlan = ({ model, input, keys }: HandedPlan): OpenPlan => runnable(model, handedKeyRing(keys), input);

/** Techniques that change an amount or a day by a function of it. */
const FIGURES: Partial<Record<PlanOperation["technique"], "amount" | "date">> = {
  bucket: "amount",
  round: "amount",
  noise: "amount",
  scale: "amount",
  month: "date",
  "date-shift": "date",
};

/** Key of the keyed hash that names refused records. */
const REFUSED_RECORDS = "refused-records";

/** Loads, checks and compiles what the choice names. Throws BautaError for everything that is wrong with it. */
export function openPlan(choice: PlanChoice): OpenPlan {
  return openSource(sourceOf(choice), { ...choice, keys: keysOf(choice) });
}

export interface SourceChoice extends Pick<PlanChoice, "direction" | "input" | "policy"> {
  /** None: for models that take no key, of mode random or with the key from the seed. */
  readonly keys: KeySource | undefined;
}

/** The same for a model from anywhere and keys from anywhere. */
export function openSource(source: ModelSource, choice: SourceChoice): OpenPlan {
  const model = checkedModel(source, choice);
  return runnable(choice.policy === undefined ? model : underPolicy(model, choice.policy), ringOf(model, choice), choice.input);
}

/** A model that was read, and keys that were opened, for the plans of all policies that come while a run goes on. */
export interface PlanBase {
  readonly model: Model;
  /** @param policy of a view; undefined: the model alone */
  open(policy: ViewPolicy | undefined): OpenPlan;
  /** Overwrites the keys: no plan can be opened, and none that is open derives another. */
  close(): void;
}

/** Reads what the choice names, once: a policy is not to fail over a file that was changed or taken away meanwhile. */
export function openBase(choice: PlanChoice): PlanBase {
  const model = checkedModel(sourceOf(choice), choice);
  const ring = ringOf(model, { ...choice, keys: keysOf(choice) });
  return {
    model,
    open: (policy) => runnable(policy === undefined ? model : underPolicy(model, policy), borrowedKeyRing(ring), choice.input),
    close: () => ring.close(),
  };
}

function checkedModel(source: ModelSource, choice: Pick<SourceChoice, "direction">): Model {
  const { model, problems } = loadModel(source);
  if (model === undefined) throw modelError(problems);
  // Presets are checked when Bauta is built. A rule of one's own that matches nothing must not pass for a rule that protects.
  if (!source.preset) refuseWrong(model);
  verifyLockBeside(source, model);
  if (choice.direction === "unmask") requireReversible(model);
  return model;
}

function keysOf({ keyFile, environment, keyOfTheMoment }: PlanChoice): KeySource | undefined {
  if (keyFile !== undefined) return environment === undefined ? { file: keyFile } : { file: keyFile, environment };
  return keyOfTheMoment ? "ephemeral" : undefined;
}

/** A plan over a model that was loaded already, under a key ring that the caller made. */
export function runnable(model: Model, ring: KeyRing, input: "strict" | "lenient" = "strict"): OpenPlan {
  const compiled: CompiledModel = compileModel(model, { keyVersion: ring.keyVersion, input });
  const keyed = keyNamespaces(model, compiled);
  const auditKey = ring.purposeKey(REFUSED_RECORDS);
  const perRecord = model.mode === "random" && model.scope === "record";
  const planDigest = (): string => sha256(compiled.planInOwnOrder());
  let keys: Uint8Array | undefined;
  let evidence: StatementEvidence | undefined;
  let known: Lock | undefined;
  // All catalogues are read for it, so only who asks pays, and once.
  const lock = (): Lock => {
    known ??= lockOf(model);
    return known;
  };
  return {
    model,
    environment: ring.environment,
    operationFor: (format, message, field) => compiled.operationFor(format, message, field),
    namedBelow: (format, message, field) => compiled.namedBelow(format, message, field),
    dropOperation: compiled.dropOperation,
    jsonRules: compiled.jsonRules,
    envelope: compiled.envelope,
    catalogues: compiled.catalogues,
    perRecord,
    isPlaced: (operation) => {
      const { technique, cipher } = compiled.operations[operation] ?? {};
      return technique === "generate" || cipher === "aes-gcm";
    },
    figureOf: (operation) => FIGURES[compiled.operations[operation]?.technique ?? "keep"],
    get operationCount() {
      return compiled.operations.length;
    },
    kindOf: (operation) => compiled.operations[operation]?.kind ?? "text",
    operationOf: (operation) => compiled.operations[operation],
    planBytes: () => compiled.plan(),
    keyBytes() {
      if (perRecord) return keysOfTheMoment(keyed);
      keys ??= ring.namespaceKeys(keyed);
      return keys;
    },
    describe: () => ({
      model: model.name,
      mode: model.mode,
      ...(model.policy === undefined ? {} : { view: model.policy.view, policy: model.policy.policy.slice(0, 16) }),
      ...(ring.environment === "" ? {} : { environment: ring.environment }),
      key: ring.id === "" ? `${ring.origin}, stored nowhere` : ring.id,
      plan: planDigest().slice(0, 16),
    }),
    facts: factsOf(model, ring, lock),
    evidence() {
      evidence ??= evidenceOf(model, ring, lock());
      return evidence;
    },
    signer: () => signerOf(ring),
    operationFacts(operation) {
      const { technique = "keep", kind = "text", namespace = "" } = compiled.operations[operation] ?? {};
      return { technique, kind, namespace };
    },
    operationOfNamespace: (name) => compiled.operationOfNamespace(name),
    guards: guardsOf(model, compiled),
    adopt: (operation) => compiled.adopt(operation),
    planDigest,
    keyedHash: (bytes) => createHmac("sha256", auditKey).update(bytes).digest("hex").slice(0, 32),
    handOver: (purposes) => ({ model, input, keys: handKeys(ring, keyed, [REFUSED_RECORDS, ...purposes]) }),
    close() {
      auditKey.fill(0);
      evidence?.auditKey.fill(0);
      keys?.fill(0);
      ring.close();
    },
  };
}

const factsOf = (model: Model, ring: KeyRing, lock: () => Lock): PlanFacts => ({
  model: model.name,
  origins: [...model.origins.map(({ reference, sha256: digest }) => ({ reference, sha256: digest })), ...policyOrigin(model)],
  get lock() {
    return sha256(new TextEncoder().encode(encodeLock(lock())));
  },
  mode: model.mode,
  environment: ring.environment,
  keyId: ring.id,
  keyOrigin: ring.origin,
  keyVersion: ring.keyVersion,
  policy: policyFacts(model),
});

export interface PlanGuards {
  readonly operations: ReadonlyMap<number, GuardedOperation>;
  readonly trees: Readonly<Record<string, GuardTree>>;
}

function guardsOf({ policy }: Model, { guarded }: CompiledModel): PlanGuards | undefined {
  return policy === undefined || !summaryOf(policy).actions.has("guarded") ? undefined : { operations: guarded, trees: policy.guards };
}

/** A policy decides as models do, and is named beside them: its view, its revision, and what it answered. */
function policyOrigin({ policy }: Model): readonly { readonly reference: string; readonly sha256: string }[] {
  if (policy === undefined) return [];
  const { view, revision } = policy;
  return [{ reference: `policy for ${view}${revision === "" ? "" : ` at ${revision}`}`, sha256: decisionsDigest(policy) }];
}

function policyFacts({ policy }: Model): PolicyFacts | undefined {
  if (policy === undefined) return undefined;
  const { view, recipient, revision } = policy;
  return { view, recipient, revision, policy: policy.policy, decisions: decisionsDigest(policy) };
}

/**
 * The namespaces as their keys are named. Copies for a recipient are masked under keys of its own, so that it cannot join them with those
 * of another; no namespace of a model has a line end in its name.
 */
function keyNamespaces({ policy, namespaces }: Model, compiled: CompiledModel): readonly KeyNamespace[] {
  const recipient = policy?.recipient ?? "";
  if (recipient === "") return compiled.namespaces;
  return compiled.namespaces.map((namespace, i) =>
    namespaces[i]?.acrossRecipients === true ? namespace : { ...namespace, name: `${namespace.name}\n${recipient}` },
  );
}

/** Mode random, scope record: a key that one record sees. */
function keysOfTheMoment(namespaces: readonly KeyNamespace[]): Uint8Array {
  const ring = ephemeralKeyRing();
  try {
    return ring.namespaceKeys(namespaces);
  } finally {
    ring.close();
  }
}

function sourceOf(choice: PlanChoice): ModelSource {
  if (choice.model !== undefined && choice.preset !== undefined)
    throw new BautaError(1001, { detail: "--model and --preset exclude each other" });
  if (choice.model !== undefined) return fileSource(choice.model);
  if (choice.preset !== undefined) return presetSource(choice.preset);
  throw new BautaError(1001, { detail: "name a --model or a --preset" });
}

/** Path of the lock file that belongs to a model file. */
export const lockPathOf = (modelPath: string): string => `${modelPath.replace(/\.ya?ml$/, "")}.lock.json`;

function verifyLockBeside(source: ModelSource, model: Model): void {
  if (source.preset || "document" in source) return;
  const path = lockPathOf(source.name);
  if (existsSync(path)) verifyLock(model, readFileSync(path, "utf8"));
}

function refuseWrong(model: Model): void {
  const problems = checkRules(model, cataloguesOf(model));
  if (problems.length > 0) throw modelError(problems);
}

function requireReversible(model: Model): void {
  if (model.mode === "random") throw new BautaError(1214, { detail: "what mode random masked cannot be unmasked" });
  if (!model.namespaces.some((namespace) => isReversible(namespace.technique))) throw new BautaError(1305);
}

function ringOf(model: Model, { keys, direction }: SourceChoice): KeyRing {
  const stored = keys !== undefined && keys !== "ephemeral";
  if (model.mode === "random") {
    if (stored) throw new BautaError(1214, { detail: "mode random takes no key file" });
    return ephemeralKeyRing();
  }
  if (model.seedAsKey) {
    if (stored) throw new BautaError(1214, { detail: "danger-seed-as-key takes no key file" });
    return seedKeyRing(model.seed ?? "");
  }
  if (keys === undefined) throw new BautaError(1101);
  return openKeys(keys, direction);
}
