/** `bauta check` of a pipeline file: the file itself, and the model that it names. */
import { existsSync, readFileSync } from "node:fs";
import { controlPlan } from "../control/address.ts";
import { ephemeralKeyRing } from "../keys/ephemeral.ts";
import { BautaError, printable } from "../kit/errors.ts";
import { nearest } from "../kit/suggest.ts";
import { checkModel, checkNames } from "../model/check.ts";
import { loadModel } from "../model/load.ts";
import type { Model } from "../model/model.ts";
import { describeProblem, type Problem } from "../model/problem.ts";
import { fileSource, type ModelSource, presetSource } from "../model/sources.ts";
import { runnable } from "../open.ts";
import type { PipelineDefinition, WatchDefinition } from "../pipeline/definition/definition.ts";
import { isPipeline } from "../pipeline/definition/read.ts";
import { cataloguesOf } from "../registry.ts";
import { telemetryEndpoint } from "../telemetry/endpoint.ts";
import { EXIT } from "./exit.ts";
import { readPipelineFile, undeclaredPaths } from "./pipeline-file.ts";
import { journalPathOf } from "./pipeline-journal.ts";
import { checkApart } from "./pipeline-places.ts";
import { colorsFor, grouped, print } from "./terminal.ts";

export interface CheckPipelineOptions {
  readonly sample?: readonly string[];
  readonly updateLock?: boolean;
  readonly json?: boolean;
}

/** Whether a file that is there is a pipeline; whoever reads it says what is wrong with it. */
export function isPipelineFile(path: string): boolean {
  try {
    return isPipeline(readFileSync(path, "utf8"));
  } catch {
    return false;
  }
}

export function checkPipeline(path: string, options: CheckPipelineOptions): number {
  if (options.sample !== undefined || options.updateLock)
    throw new BautaError(1001, { detail: "--sample and --update-lock are for models: check the model itself" });
  const { definition, problems } = readPipelineFile(path);
  const all: Problem[] = [...problems];
  if (definition !== undefined) {
    checkApart(definition, journalPathOf(definition));
    checkWatched(definition.watch);
    all.push(...modelProblems(definition, path));
  }
  if (options.json) {
    const problemsJson = all.map((problem) => ({ ...problem, code: `BAUTA-${problem.issue}` }));
    print(JSON.stringify({ pipeline: path, problems: problemsJson, missing: missing(definition) }, null, 1));
    return all.length === 0 ? EXIT.done : EXIT.usage;
  }
  const colors = colorsFor(process.stdout);
  for (const problem of all) print(`${colors.red("✗")} ${describeProblem(problem)}`);
  for (const name of missing(definition)) print(`${colors.yellow("!")} ${printable(name)} is not there now`);
  if (definition !== undefined && all.length === 0) {
    const { sources, sinks, routes } = definition;
    print(
      `${colors.green("✓")} ${printable(path)}: nothing wrong; ${sources.length} sources, ${routes.length} routes, ${sinks.length} sinks`,
    );
  } else print(`${grouped(all.length)} ${all.length === 1 ? "problem" : "problems"} in ${printable(path)}`);
  return all.length === 0 ? EXIT.done : EXIT.usage;
}

/** Addresses and files of how it is watched. Throws BautaError 1001, 8101 or 8103. */
function checkWatched({ serve: address, serveTokenFile: tokenFile, serveMtls: mtls, otelEndpoint }: WatchDefinition): void {
  if (address !== undefined) controlPlan({ address, tokenFile, mtls });
  if (otelEndpoint !== undefined) telemetryEndpoint(otelEndpoint);
}

/** Everything that is wrong with the model, and with what the pipeline wants of it. */
function modelProblems(definition: PipelineDefinition, path: string): readonly Problem[] {
  const source: ModelSource = definition.model === undefined ? presetSource(definition.preset ?? "") : fileSource(definition.model);
  const loaded = loadModel(source);
  const { model } = loaded;
  if (model === undefined)
    return [...loaded.problems, ...(loaded.draft === undefined ? [] : checkNames(loaded.draft, cataloguesOf(loaded.draft)))];
  const plan = runnable(model, ephemeralKeyRing(), definition.input);
  try {
    return [
      ...checkModel(model, cataloguesOf(model)).problems,
      ...undeclaredPaths(definition, plan, path),
      ...unknownNamespaces(definition, model, path),
    ];
  } finally {
    plan.close();
  }
}

/** Namespaces that keys and headers are to be masked in, and that the model does not have. */
function unknownNamespaces({ sources }: PipelineDefinition, { namespaces }: Model, source: string): readonly Problem[] {
  const known = namespaces.map(({ name }) => name);
  return sources.flatMap((one, at) => {
    if (one.kind !== "topics") return [];
    const { key, headers } = one.rules;
    const rules = [
      ...(key === undefined ? [] : [{ path: `sources[${at}].key.use`, rule: key }]),
      ...headers.map(({ name, rule }) => ({ path: `sources[${at}].headers.${name}.use`, rule })),
    ];
    return rules.flatMap(({ path, rule }): readonly Problem[] => {
      if (rule.kind !== "use" || known.includes(rule.namespace)) return [];
      const suggestion = nearest(rule.namespace, known);
      const problem = { issue: 1207, source, line: 0, column: 0, path, message: "the model has no namespace of this name" };
      return [suggestion === undefined ? problem : { ...problem, suggestion }];
    });
  });
}

/** Files and folders to read that are not there: they may come before the run does. */
function missing(definition: PipelineDefinition | undefined): readonly string[] {
  const paths = (definition?.sources ?? []).flatMap((source) =>
    source.kind === "files" ? source.paths : source.kind === "watch" ? [source.path] : [],
  );
  return [...paths, ...(definition?.keyFile === undefined ? [] : [definition.keyFile])].filter((name) => !existsSync(name));
}
