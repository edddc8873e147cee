/** What a pipeline file says, after it was read: checked, with every name resolved and every default in place (docs/pipeline.md). */
import type { Knob, ProfileName } from "../../audit/settings.ts";
import type { EngineName } from "../../engines/api.ts";
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

export type SourceDefinition =
  | { readonly kind: "stdin" }
  | { readonly kind: "files"; readonly paths: readonly string[] }
  | { readonly kind: "watch"; readonly path: string; readonly pollMs: number };

export type SinkDefinition =
  | { readonly kind: "stdout"; readonly name: string }
  | { readonly kind: "file"; readonly name: string; readonly path: string }
  /** Line events; undefined: on standard output. */
  | { readonly kind: "log"; readonly name: string; readonly path: string | undefined };

export interface RouteDefinition {
  readonly name: string;
  readonly criteria: RouteCriteria;
  /** Places in `sinks`. */
  readonly sinks: readonly number[];
}
