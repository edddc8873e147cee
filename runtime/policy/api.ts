/**
 * What a policy is: it is asked about fields by their names, for one reader, and answers what becomes of them.
 *
 * A policy never sees a value. It is asked when it is activated, once for each kind of field that it can tell apart, and its answers become
 * part of the plan; no record waits for it.
 */
import type { Turns } from "../platform/turns.ts";
import type { Answer, WrittenAnswer } from "./answer.ts";
import type { BundleSourceDefinition } from "./bundle/source-kinds.ts";
import type { TrustDefinition } from "./bundle/trust-definition.ts";
import type { Grants } from "./grants.ts";
import type { GuardTree } from "./guards.ts";
import type { ServerAccess } from "./http.ts";
import type { View } from "./views.ts";

export type { GuardTest, GuardTree } from "./guards.ts";

/** Package of the rules that are asked: `data.bauta.masking`. */
export const POLICY_PACKAGE = "bauta/masking";
/** What becomes of a field: an action. */
export const PLAN_RULE = `${POLICY_PACKAGE}/plan`;
/** Why nobody of this view gets a record with this field: a set of texts; one is enough. */
export const DENY_RULE = `${POLICY_PACKAGE}/deny`;
/** Conditions on a record, which answers name with `when`. */
export const GUARDS_RULE = `${POLICY_PACKAGE}/guards`;

/** What is known of a field without looking at a record. All are names; empty where there is none. */
export interface FieldFacts {
  /** `iso20022`, `swift-mt`, `json`, or `kafka` for keys and headers. */
  readonly format: string;
  /** `pacs.008.001.08`, `MT103`, `json`. */
  readonly message: string;
  /** `FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm`; of JSON the path of the model's rule, `$.card.pan`. */
  readonly path: string;
  /** The last name of the path. */
  readonly name: string;
  /** Class of data, docs/model.md. */
  readonly class: string;
  /** Type of the format's own standard: `Max140Text`. */
  readonly type: string;
  readonly shape: string;
  /** What the model does: `fpe`, `pseudonym`, `keep`, …; empty where no rule of the model names the field. */
  readonly technique: string;
  readonly namespace: string;
  readonly kind: string;
  /** Tags of the model's rule. */
  readonly tags: readonly string[];
}

export const FACTS = [
  "format",
  "message",
  "path",
  "name",
  "class",
  "type",
  "shape",
  "technique",
  "namespace",
  "kind",
  "tags",
] as const satisfies readonly (keyof FieldFacts)[];
export type FactName = (typeof FACTS)[number];

/** A policy that was loaded and can be asked. */
export interface PolicyEngine {
  /** For reports: `opa-wasm`, `opa-server`. */
  readonly name: string;
  /** Who wrote what: the revision that the bundle tells, or empty; and SHA-256 (hex) over all that decides. */
  readonly revision: string;
  readonly sha256: string;
  /** What the answer depends on: fields that differ in nothing of it get one answer. */
  readonly reads: ReadonlySet<FactName>;
  /** Readers that the policy knows, by name. */
  readonly views: ReadonlyMap<string, View>;
  /** Conditions on records that answers may name. */
  readonly guards: Readonly<Record<string, GuardTree>>;
  /** Grants that answers may name. */
  readonly grants: Grants;
  /**
   * One answer for each field, in their order. The thread that asks also masks: an engine that takes long lets others have their turn. Whatever the policy says that is no answer of the contract is a refusal to activate it.
   * @throws BautaError 1603, 1604 or 1605
   */
  decide(view: View, fields: readonly FieldFacts[], turns: Turns): Promise<readonly WrittenAnswer[]>;
  close(): void;
}

/** The answers for one view. */
export interface ViewPolicy {
  readonly view: string;
  /** Whose copies are not to be joined with those of others; empty: those of the house. */
  readonly recipient: string;
  /** Of the policy: what its bundle tells, or empty, with `+NAME` for each grant in force; and SHA-256 (hex) over what decides. */
  readonly revision: string;
  readonly policy: string;
  readonly reads: readonly FactName[];
  /** By `factsKey` (facts.ts). */
  readonly answers: Readonly<Record<string, Answer>>;
  /** Conditions that answers name. */
  readonly guards: Readonly<Record<string, GuardTree>>;
}

/** An OPA server, which is asked for what it answers. */
export interface OpaServerDefinition extends ServerAccess {
  readonly kind: "opa-server";
  /** Of the server, without `/v1`: `https://opa.example:8181`. */
  readonly url: string;
  /** How often it is asked. Default 1,000. */
  readonly everyMs?: number | undefined;
  /** How long an answer may take. Default 10,000. */
  readonly timeoutMs?: number | undefined;
}

export interface PolicySourceDefinition {
  readonly from: BundleSourceDefinition | OpaServerDefinition;
  /** Of bundles; a server is known by its certificate. `dangerUnsigned` takes what comes in the clear from another machine. */
  readonly trust: TrustDefinition;
  /** File that remembers what was put in force, over restarts; undefined: this process alone remembers. */
  readonly state: string | undefined;
}

/** What is known of a bundle besides what it decides. */
export interface OfferedBundle {
  readonly digest: string;
  /** Different keys that signed it. */
  readonly signatures: number;
  /** What was put in force last, as it is remembered over restarts. */
  readonly inForce: { readonly digest: string; readonly decisions: Readonly<Record<string, string>> } | undefined;
}

/** What gives policies while a run goes on. */
export interface PolicySource {
  /** How it is told. */
  readonly name: string;
  /** It gives a policy at every look, another one or the same: what it has is told by nothing but its answers. */
  readonly repeats: boolean;
  /**
   * The policy as it is now if that is another one than the last. May take as long as a server was asked to wait.
   * @throws BautaError for one that is wrong; one that does not change is wrong once
   */
  next(signal: AbortSignal): Promise<PolicyEngine | undefined>;
  /** Of the last one that was looked at; undefined of what is no bundle. */
  readonly offered: OfferedBundle | undefined;
  /**
   * Remembers that the last one was put in force: none that is older may follow.
   * @param decisions digests of what it decides, by view, to be remembered, too. Default: they are not
   */
  accept(decisions?: Readonly<Record<string, string>>): void;
  /** The latest moment that was remembered, milliseconds since 1970; undefined: none was. */
  readonly seen: number | undefined;
  /** Remembers a moment: none before it comes again, whatever the clock says. @throws BautaError 1639 */
  see(moment: number): void;
  /** Whether the last one that was looked at is the one that was put in force last. */
  readonly isAccepted: boolean;
  /** The next look gives what there is, whether it has changed or not. */
  forget(): void;
  /** Waits between two looks: for so long, or until there may be another policy where somebody tells. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}
