/**
 * What a run tells of itself. Whoever wants to know (line events, metrics, the manifest's writer, a terminal) observes it; the run
 * knows no format of report. Names, counts, codes, digests and times; never a value.
 */
import type { Issue } from "../kit/errors.ts";
import type { NumberKind } from "../scan/numbers.ts";
import type { Segment } from "../sinks/api.ts";
import type { Counts, SourcePoint, StageTimes } from "./masker.ts";
import type { FieldCount } from "./value-counts.ts";

export interface RunObserver {
  /** For messages about it. */
  readonly name: string;
  /** When it throws, the run fails (a manifest); else it is dropped and the others are told (`degrade`). */
  readonly mandatory: boolean;
  /** Called in the order of things, in the thread of the run: what it takes, the run waits for. */
  observe(event: RunEvent): void;
}

export type RunEvent =
  | RunStart
  | StatementStart
  | SourceOpened
  | Progress
  | Refused
  | SourceEnded
  | Committed
  | Degrade
  | ValuesCommitted
  | PolicyChanged
  | PolicyLook
  | Health
  | BatchDone
  | Lag
  | StatementEnd
  | RunEnd;

/** What is known before anything is read. */
export interface RunFacts {
  /** Id of the run, the same when it is resumed. */
  readonly task: string;
  readonly command: "mask" | "unmask" | "run";
  /** Name of the pipeline; `mask` and `unmask` are their own. */
  readonly pipeline: string;
  readonly bauta: string;
  readonly engine: { readonly name: string; readonly version: string; readonly facts: Readonly<Record<string, string>> };
  /** Everything that was set or defaulted, by its name in the pipeline file; paths and words, no secrets. */
  readonly configuration: Readonly<Record<string, unknown>>;
}

export interface RunStart extends RunFacts {
  readonly event: "run-start";
  /** Milliseconds since 1970, UTC. */
  readonly at: number;
  /** `exact`: after a kill the run can go on without loss or duplicate. */
  readonly resume: "exact" | "none";
  /** Number of commits that were found, when the run goes on; else undefined. */
  readonly resumedAfter: number | undefined;
}

/** Which model under which key; digests and ids, no key. */
export interface PlanFacts {
  readonly model: string;
  /** The models that were merged, base first: reference and SHA-256 (hex) of what they say. */
  readonly origins: readonly { readonly reference: string; readonly sha256: string }[];
  /** SHA-256 (hex) of the lock: versions of techniques, kinds and lists. */
  readonly lock: string;
  readonly mode: string;
  readonly environment: string;
  /** Empty for keys that nothing stores; then `keyOrigin` says where it came from. */
  readonly keyId: string;
  readonly keyOrigin: string;
  readonly keyVersion: number;
  /** Who decided beside the model, for one view; undefined: nobody. */
  readonly policy?: PolicyFacts | undefined;
}

/** Names and digests (SHA-256, hex) of a policy and of what it decided for a view. */
export interface PolicyFacts {
  readonly view: string;
  readonly recipient: string;
  readonly revision: string;
  readonly policy: string;
  readonly decisions: string;
}

/** What an operation of the plan does. */
export interface OperationFacts {
  readonly technique: string;
  readonly kind: string;
  /** Empty where the operation has none. */
  readonly namespace: string;
}

export interface StatementFacts {
  readonly plan: PlanFacts;
  readonly onRefuse: "stop" | "divert";
  readonly frame: string;
  readonly input: "strict" | "lenient";
  /** In the order of `Delivery.routes`. */
  readonly routes: readonly RouteFacts[];
}

export interface RouteFacts {
  readonly name: string;
  /** Places in the statement's sinks. */
  readonly sinks: readonly number[];
  /** Keyed digest of what it is for and where it leads; undefined without a key that is stored. */
  readonly digest?: string;
}

export interface StatementStart extends StatementFacts {
  readonly event: "statement-start";
  readonly at: number;
  readonly statement: string;
  /** Sinks that all sources share. Empty where each source has one of its own. */
  readonly sinks: readonly { readonly name: string; readonly resume: "exact" | "none" }[];
}

export interface SourceOpened {
  readonly event: "source-opened";
  readonly at: number;
  readonly statement: string;
  readonly source: string;
  /** Bytes, where known. */
  readonly size: number | undefined;
  readonly from: SourcePoint;
  /** The sink that this source alone has. */
  readonly sink: string | undefined;
}

export interface Progress {
  readonly event: "progress";
  readonly at: number;
  readonly statement: string;
  readonly source: string;
  readonly size: number | undefined;
  readonly position: SourcePoint;
  /** A snapshot, made when it is asked for. */
  counts(): Counts;
  /** Records that went out by the worker that masked them, from 1; at 0 those of the thread that reads. undefined: there are no workers. */
  readonly outByWorker: readonly number[] | undefined;
  times(): RunTimes;
}

/** Milliseconds by stage: waiting for and reading sources, scanning, the engine, writing to sinks, committing; and from beginning to end. */
export type RunTimes = StageTimes & { readonly source: number; readonly sink: number; readonly commit: number; readonly total: number };

export interface Refused {
  readonly event: "refused";
  readonly at: number;
  readonly statement: string;
  readonly source: string;
  /** As `Refusal` has them. */
  readonly record: number;
  readonly offset: number;
  readonly length: number;
  readonly issue: Issue;
  readonly format: string;
  readonly path: string;
  readonly faultOffset: number;
  readonly faultLength: number;
  readonly hash: string;
}

export interface SourceEnded {
  readonly event: "source-ended";
  readonly at: number;
  readonly statement: string;
  readonly source: string;
  readonly position: SourcePoint;
  /** Offset behind which nothing was read; undefined: it was read to its end. */
  readonly unreadFrom: number | undefined;
  /** A run that is resumed goes on in it. */
  readonly resumes: boolean;
}

export interface Position extends SourcePoint {
  readonly statement: string;
  readonly source: string;
  readonly ended: boolean;
}

export interface Committed {
  readonly event: "committed";
  readonly at: number;
  /** From 0 over the whole run, over its resumptions too. */
  readonly sequence: number;
  /** Of every source that moved since the last commit. */
  readonly positions: readonly Position[];
  readonly segments: readonly Segment[];
  /** Milliseconds: to make durable, to write the journal, to make visible. */
  readonly prepareMs: number;
  readonly journalMs: number;
  readonly publishMs: number;
}

/** How many records were looked through, and how many numbers in them came through. Never which. */
export interface OutputFindings {
  readonly records: number;
  readonly numbers: Readonly<Record<NumberKind, number>>;
}

/** What became of the values of one view. */
export interface ViewCounts {
  /** undefined: there is no policy, and one view of all. */
  readonly view: string | undefined;
  readonly fields: readonly (FieldCount & OperationFacts)[];
  /** Of the records that went out and were looked through; undefined: none was to be. */
  readonly checked: OutputFindings | undefined;
}

/** What a transaction of a run over topics did, view by view. Told behind `committed`. */
export interface ValuesCommitted {
  readonly event: "values";
  readonly at: number;
  readonly statement: string;
  /** Records that went out; every view has the same. */
  readonly recordsByMessage: ReadonlyMap<string, number>;
  readonly views: readonly ViewCounts[];
}

/** The source of the policy was looked at. */
export interface PolicyLook {
  readonly event: "policy-look";
  readonly at: number;
  /** `same`: what is in force is what the source has; `ready`: another one may take its place; `refused`: what it has is wrong, or not to be had. */
  readonly outcome: "same" | "ready" | "refused";
  /** Of what was asked; undefined: nothing was. */
  readonly asked: PolicyAsked | undefined;
  /** Milliseconds that the last good one may serve while the source has none. */
  readonly maxAgeMs: number;
  /** What it has decided: fields that it can tell apart, by view and action. Of `ready` alone. */
  readonly decisions: readonly { readonly view: string; readonly action: string; readonly fields: number }[];
  readonly revision: string;
}

export interface PolicyAsked {
  /** `opa-wasm`, `opa-server` */
  readonly engine: string;
  readonly isOk: boolean;
  /** From the question to the answers, of all views; undefined: they were not all good. */
  readonly milliseconds: number | undefined;
}

/** From the next transaction on another policy decides who sees what. */
export interface PolicyChanged {
  readonly event: "policy";
  readonly at: number;
  readonly statement: string;
  /** Of the run, from 1. */
  readonly sequence: number;
  readonly revision: string;
  /** SHA-256 (hex) of the policy. */
  readonly sha256: string;
}

/** The run goes on, with less than was asked for. */
export interface Degrade {
  readonly event: "degrade";
  readonly at: number;
  /** What is missing from now on: `observer`, … */
  readonly what: string;
  readonly name: string;
  readonly issue: Issue;
}

/** What the run stands on answers again, or does not any more. */
export interface Health {
  readonly event: "health";
  readonly at: number;
  /** `kafka` */
  readonly client: string;
  readonly isOk: boolean;
  /** To the answer. */
  readonly milliseconds: number;
}

/** A batch of a run over topics went through: milliseconds that each stage took. */
export interface BatchDone {
  readonly event: "batch";
  readonly at: number;
  readonly statement: string;
  readonly records: number;
  /** Waiting for it and reading it. */
  readonly pollMs: number;
  readonly maskMs: number;
  /** Writing what was masked, until it is stored. */
  readonly stageMs: number;
}

/** How far a run over topics is behind, by the partitions that it has. */
export interface Lag {
  readonly event: "lag";
  readonly at: number;
  readonly statement: string;
  /** Records between what is committed and the end. */
  readonly partitions: readonly { readonly topic: string; readonly partition: number; readonly records: number }[];
}

export type Ended =
  /** All sources were read to their end. */
  | "done"
  /** A record was refused, and `onRefuse` is `stop`. */
  | "refused"
  /** A source could not be cut into records any further. */
  | "framing"
  /** It was told to end, and did so after a commit. */
  | "stopped"
  | "failed";

export interface StatementEnd {
  readonly event: "statement-end";
  readonly at: number;
  readonly statement: string;
  readonly ended: Ended;
  readonly counts: Counts;
  readonly fields: readonly (FieldCount & OperationFacts)[];
  /** SHA-256 (hex) of the plan with all operations that the run came to need. */
  readonly planDigest: string;
  readonly sinks: readonly SinkTotals[];
  readonly unread: readonly { readonly source: string; readonly offset: number }[];
  readonly times: RunTimes;
  /** As of `Progress`. */
  readonly outByWorker: readonly number[] | undefined;
}

/** What was given to a sink, and what of it is visible: equal at the end of a run that did not fail. */
export interface SinkTotals {
  readonly name: string;
  /** Records that were given to it. */
  readonly planned: number;
  /** Records and bytes of the segments that it published. */
  readonly exported: number;
  readonly bytes: number;
}

export interface RunEnd {
  readonly event: "run-end";
  readonly at: number;
  readonly ended: Ended;
  /** Why it failed. */
  readonly issue: Issue | undefined;
  readonly commits: number;
  readonly milliseconds: number;
}
