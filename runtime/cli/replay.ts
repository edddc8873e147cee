/** `bauta replay`: masks the inputs of a run again, into nothing, and compares what would come out with what its manifest says. */

import { existsSync } from "node:fs";
import { compareManifests } from "../audit/compare.ts";
import { engineLine } from "../audit/events/engine.ts";
import type { Manifest, Statement } from "../audit/generated/run_pb.ts";
import { readManifest } from "../audit/manifest-file.ts";
import type { EngineName } from "../engines/api.ts";
import { selectEngine } from "../engines/select.ts";
import { BautaError } from "../kit/errors.ts";
import { modelError } from "../model/problem.ts";
import { type OpenPlan, openPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { ViewPolicy } from "../policy/api.ts";
import type { Source } from "../sources/api.ts";
import { firstBytes } from "../sources/first-bytes.ts";
import { printComparison } from "./compare.ts";
import { readingOf } from "./evidence.ts";
import { EXIT } from "./exit.ts";
import { sourcesOf } from "./jobs.ts";
import { readPipelineFile, routeFactsOf, routesOf, undeclaredPaths } from "./pipeline-file.ts";
import { policyOf, policyOfPipeline } from "./policy-option.ts";
import { nameOf, policyThen } from "./policy-then.ts";
import { type Recorded, type Routing, recordOf } from "./recorded.ts";
import { colorsFor, print, say } from "./terminal.ts";

export interface ReplayOptions {
  readonly inputs?: readonly string[];
  readonly model?: string;
  readonly preset?: string;
  readonly pipeline?: string;
  /** Folder of what policies decided. */
  readonly archive?: string;
  readonly keyFile?: string;
  readonly engine: EngineName;
  readonly workers: number;
  readonly all?: boolean;
  readonly json?: boolean;
}

export async function replay(path: string, options: ReplayOptions): Promise<number> {
  const { manifest } = readManifest(path);
  const before = replayable(manifest, options);
  const sources = sourcesBefore(before, options.inputs);
  const { keyFile, workers } = options;
  const { direction, input, model, preset } = before;
  const policy = await policyThen(before.run.policy, options.archive ?? before.definition?.policy?.archive, () => today(before));
  if (policy !== undefined && !options.json) say(`under the policy that was in force then: ${nameOf(policy)}`);
  const plan = openPlan({ model, preset, keyFile, direction, input, policy });
  try {
    const engine = await selectEngine(options.engine);
    if (!options.json) say(engineLine(engine));
    const { definition } = before;
    const routing = definition === undefined ? undefined : routingOf(definition, plan, before.pipeline);
    const after = await recordOf({ ...before, workers, ...(routing === undefined ? {} : { routing }) }, sources, plan, engine);
    const comparison = compareManifests(manifest, asBefore(after, manifest));
    const exit = comparison.same ? EXIT.done : EXIT.evidence;
    if (options.json) print(JSON.stringify({ exit, ...comparison }));
    else printComparison(comparison, options.all === true, colorsFor(process.stdout));
    return exit;
  } finally {
    plan.close();
  }
}

/** What the policy of the run decides as it is now. */
async function today({ definition, model, preset, policy, view }: Before): Promise<ViewPolicy | undefined> {
  if (definition !== undefined) return policyOfPipeline(definition);
  return policy === undefined || !existsSync(policy) ? undefined : policyOf({ model, preset, policy, view });
}

/** Who reads the report knows that it is another run; and where this one ends was said by the one before. */
function asBefore(after: Manifest, { task, command, pipeline, status, issue, statements: [before] }: Manifest): Manifest {
  if (command !== "run") return { ...after, task };
  const statements = after.statements.map((statement) => ({ ...statement, settings: settingsAsBefore(statement, before) }));
  return { ...after, task, command, pipeline, status, issue, statements };
}

/** A replay passes refused records whatever the run did: it reads no further than the run all the same. */
const settingsAsBefore = ({ settings }: Statement, before: Statement | undefined): Statement["settings"] =>
  settings.map((setting) => (setting.name === ON_REFUSE ? (before?.settings.find(({ name }) => name === ON_REFUSE) ?? setting) : setting));

const ON_REFUSE = "on-refuse";

interface Before extends Recorded {
  readonly run: Statement;
  readonly status: string;
  readonly inputs: readonly string[];
  readonly model: string | undefined;
  readonly preset: string | undefined;
  /** Where its policy was, and for whom. */
  readonly policy: string | undefined;
  readonly view: string | undefined;
  /** Of a run of a pipeline, with the path of its file. */
  readonly definition: PipelineDefinition | undefined;
  readonly pipeline: string;
}

/** What the manifest says of how to run again. Throws BautaError 8513 for runs that cannot be. */
function replayable(manifest: Manifest, options: ReplayOptions): Before {
  const { command, status, statements, settings } = manifest;
  const [statement, ...more] = statements;
  if (statement === undefined || more.length > 0) throw new BautaError(8513, { detail: `a run of ${statements.length} statements` });
  if (statement.model?.mode === "random") throw new BautaError(8513, { detail: "mode random" });
  const of = (name: string): string | undefined => settings.find((setting) => setting.name === name)?.value;
  const isPipeline = command === "run";
  // A pipeline's positions say how far a run came that did not come to its end.
  const replayed = ["done", "refused", "framing", ...(isPipeline ? ["stopped", "killed"] : [])];
  if (!replayed.includes(status)) throw new BautaError(8513, { detail: `status ${status}` });
  const pipeline = options.pipeline ?? of("pipeline-file") ?? "";
  const definition = isPipeline ? definitionOf(pipeline) : undefined;
  const { model, preset } = options.model === undefined && options.preset === undefined ? modelOf(definition, of) : options;
  const inputs: unknown = JSON.parse(of("in") ?? "[]");
  const wasDiverted = statement.settings.find(({ name }) => name === ON_REFUSE)?.value === "divert";
  return {
    run: statement,
    status,
    statement: statement.name,
    direction: command === "unmask" ? "unmask" : "mask",
    ...readingOf(statement),
    onRefuse: isPipeline || wasDiverted ? "divert" : "stop",
    inputs: Array.isArray(inputs) ? inputs.map(String) : [],
    model,
    preset,
    policy: of("policy"),
    view: of("view"),
    definition,
    pipeline,
  };
}

const modelOf = (
  definition: PipelineDefinition | undefined,
  of: (name: string) => string | undefined,
): { readonly model: string | undefined; readonly preset: string | undefined } =>
  definition ?? { model: of("model"), preset: of("preset") };

function definitionOf(path: string): PipelineDefinition {
  const { definition, problems } = readPipelineFile(path);
  if (definition === undefined) throw modelError(problems);
  return definition;
}

function routingOf(definition: PipelineDefinition, plan: OpenPlan, path: string): Routing {
  const unnamed = undeclaredPaths(definition, plan, path);
  if (unnamed.length > 0) throw modelError(unnamed);
  return { table: routesOf(definition), routes: routeFactsOf(definition, plan), sinks: definition.sinks.map(({ name }) => name) };
}

/** What the run read, as far as it read. */
function sourcesBefore(before: Before, named: readonly string[] | undefined): readonly Source[] {
  const { run, definition } = before;
  const rows = run.sources;
  if (definition === undefined) return sourcesOf({ in: named ?? before.inputs, out: "-", alsoRead: [] });
  if (named === undefined && rows.some(({ name }) => name === "stdin"))
    throw new BautaError(8513, { detail: "standard input: name what it was with --inputs" });
  const sources = sourcesOf({ in: named ?? rows.map(({ name }) => name), out: "-", alsoRead: [] });
  return sources.map((source, at) => {
    const row = rows[at];
    return row === undefined || row.complete || endsItself(before, at) ? source : firstBytes(source, Number(row.bytes));
  });
}

/** Whether a source that was not read to its end ends in the same place again: where it cannot be cut into records any further. */
function endsItself({ run, status }: Before, at: number): boolean {
  const isDiverted = run.settings.find(({ name }) => name === ON_REFUSE)?.value === "divert";
  const isLast = run.sources.slice(at + 1).every(({ records }) => records === 0n);
  if (isDiverted) return !(isLast && (status === "stopped" || status === "killed"));
  return isLast && status === "framing";
}
