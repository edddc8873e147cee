/** What a pipeline file says, after it was read: checked, with every name resolved and every default in place (docs/pipeline.md). */
import type { Knob, ProfileName } from "../../audit/settings.ts";
import type { EngineName } from "../../engines/api.ts";
import type { ConnectionDefinition } from "../../kafka/connection.ts";
import type { PolicySourceDefinition } from "../../policy/api.ts";
import type { FrameMode } from "../frame.ts";
import type { RoutingField } from "../route/fields.ts";
import type { RouteCriteria } from "../route/router.ts";
import type { CommitLimits } from "../run.ts";
import type { LogFormat } from "./words.ts";

export interface PipelineDefinition {
  readonly name: string;
  /** Paths are as they were found: relative ones from the folder of the file. */
  readonly model: string | undefined;
  readonly preset: string | undefined;
  readonly keyFile: string | undefined;
  readonly environment: string | undefined;
  readonly engine: EngineName;
  readonly workers: number;
  readonly frame: FrameMode;
  readonly input: "strict" | "lenient";
  readonly onRefuse: "stop" | "divert";
  readonly sources: readonly SourceDefinition[];
  readonly sinks: readonly SinkDefinition[];
  readonly routes: readonly RouteDefinition[];
  /** Place in `routes` of the one that takes what no other takes; undefined: such records are refused. */
  readonly otherwise: number | undefined;
  /** Paths in JSON records, by routing field. */
  readonly jsonPaths: Readonly<Partial<Record<RoutingField, string>>>;
  /** Path of the report of refused records. */
  readonly refused: string | undefined;
  readonly journal: string | undefined;
  /** Path, or `none`; undefined: beside the journal. */
  readonly manifest: string | undefined;
  readonly commit: CommitLimits;
  readonly watch: WatchDefinition;
  /** Who sees what; undefined: the model alone says. */
  readonly policy: PolicyDefinition | undefined;
  /** The cluster, if topics are read or written. */
  readonly kafka: KafkaDefinition | undefined;
}

/** A policy in Rego, which is looked at again while the run goes on. */
export interface PolicyDefinition {
  readonly source: PolicySourceDefinition;
  /** How long the last good one serves while there is none that is. */
  readonly maxAgeMs: number;
  /** What happens behind that: nothing is read, or everything is redacted. */
  readonly degrade: "stop" | "redact";
  /** Folder that keeps what it decided, by digest, for verifying and doing again; undefined: nobody keeps it. */
  readonly archive?: string | undefined;
  /** How many keys have to have signed one that loosens; undefined: as many as any. */
  readonly looseningSignatures?: number | undefined;
}

/** How the run is watched, as far as the file says; what the command line says counts more. */
export interface WatchDefinition {
  readonly logFormat?: LogFormat;
  readonly profile?: ProfileName;
  /** Knobs over the profile. */
  readonly knobs: Readonly<Partial<Record<Knob, boolean | number>>>;
  /** `[HOST:]PORT` */
  readonly serve?: string;
  readonly serveTokenFile?: string;
  readonly serveMtls?: { readonly certificate: string; readonly key: string; readonly clientAuthority: string };
  readonly otelEndpoint?: string;
}

export interface KafkaDefinition {
  /** The cluster that is written, and where offsets are committed. */
  readonly connection: ConnectionDefinition;
  /** The cluster that is read, where it is another one. */
  readonly source: ConnectionDefinition | undefined;
  /** The consumer group. */
  readonly group: string;
  readonly protocol: "classic" | "consumer";
  /** Where a partition is begun of which the group has no committed offset. */
  readonly from: StartDefinition;
  /** Topic of refused records. */
  readonly refused: string | undefined;
  /** Public key (age) that refused records are sealed to; undefined: only where they are is written. */
  readonly sealTo: string | undefined;
  readonly budget: RefusalBudget | undefined;
  readonly audit: AuditDefinition | undefined;
}

/** The record of runs over topics. */
export interface AuditDefinition {
  readonly topic: string;
  /** Between two manifests of a worker. */
  readonly manifestMs: number;
}

/** More refused records than so many, of so many that were read one after the other, stop a pipeline. */
export interface RefusalBudget {
  readonly records: number;
  readonly of: number;
}

export type StartDefinition =
  | { readonly kind: "earliest" | "latest" }
  /** Milliseconds since 1970. */
  | { readonly kind: "timestamp"; readonly at: number }
  | {
      readonly kind: "offsets";
      readonly positions: readonly { readonly topic: string; readonly partition: number; readonly offset: number }[];
    };

/** What becomes of a key or of a header. */
export type PartRule =
  | { readonly kind: "keep" | "drop" }
  /** Masked in a namespace of the model. */
  | { readonly kind: "use"; readonly namespace: string };

/** What becomes of the parts of a record that are not its value. */
export interface RecordRules {
  /** undefined: records with a key are refused. */
  readonly key: PartRule | undefined;
  /** By name; what is not named is left out. */
  readonly headers: readonly { readonly name: string; readonly rule: PartRule }[];
  readonly timestamp: "keep" | "now";
  /** Whether each record says in a header where it came from. */
  readonly sourceHeader: boolean;
}

export type SourceDefinition =
  | { readonly kind: "stdin" }
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "watch"; readonly path: string; readonly pollMs: number }
  /** Names and patterns (which begin with `^`). */
  | { readonly kind: "topics"; readonly topics: readonly string[]; readonly rules: RecordRules };

/** `view`: who reads it, of the policy's views; undefined without a policy. */
export type SinkDefinition = { readonly view?: string | undefined } & SinkPlace;

type SinkPlace =
  | { readonly kind: "stdout"; readonly name: string }
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  /** Line events; undefined: on standard output. */
  | { readonly kind: "log"; readonly name: string; readonly path: string | undefined }
  /** `{topic}` in the name is the topic that the record came from. */
  | { readonly kind: "topic"; readonly name: string; readonly topic: string; readonly create: boolean };

export interface RouteDefinition {
  readonly name: string;
  readonly criteria: RouteCriteria;
  /** Places in `sinks`. */
  readonly sinks: readonly number[];
}
