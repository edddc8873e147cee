import { rulePath } from "../formats/json/paths.ts";
import type { Problem } from "../model/problem.ts";
import type { OpenPlan } from "../open.ts";
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import { readPipeline } from "../pipeline/definition/read.ts";
import type { StatementFacts } from "../pipeline/observe.ts";
import { CATALOGUES } from "../registry.ts";
import type { RouteTable } from "../routes.ts";
import { readText } from "./read-file.ts";

/** @throws BautaError 1002 */
export function readPipelineFile(path: string): ReturnType<typeof readPipeline> {
  return readPipeline(readText(path), path, CATALOGUES);
}

/** JSON has no catalogue: a routing field there is a member that a rule of the model names. */
export function undeclaredPaths(
  { jsonPaths }: PipelineDefinition,
  { jsonRules }: Pick<OpenPlan, "jsonRules">,
  source: string,
): readonly Problem[] {
  const known = new Set(jsonRules.map((rule) => rulePath(rule.segments)));
  return Object.entries(jsonPaths)
    .filter(([, path]) => !known.has(path))
    .map(([field, path]) => ({
      issue: 1406,
      source,
      line: 0,
      column: 0,
      path: `fields.${field}`,
      message: `no rule of the model has the path json:${path}`,
    }));
}

/** One route that takes everything needs no router. */
const needsRouter = ({ routes }: PipelineDefinition): boolean => {
  const [first] = routes;
  return routes.length !== 1 || first === undefined || !takesAll(first.criteria);
};

const takesAll = ({ formats, messages, conditions }: PipelineDefinition["routes"][number]["criteria"]): boolean =>
  formats === undefined && messages === undefined && conditions.length === 0;

/** Undefined where all records go one way and no guard of a policy looks for fields of JSON: nothing has to be asked. */
export const routesOf = (definition: PipelineDefinition): RouteTable | undefined => {
  const { routes, otherwise, jsonPaths, policy } = definition;
  const guarded = policy !== undefined && Object.keys(jsonPaths).length > 0;
  return needsRouter(definition) || guarded ? { routes: routes.map(({ criteria }) => criteria), otherwise, jsonPaths } : undefined;
};

/** What a manifest says of the pipeline; its routes are there by name, and how it was watched as it was resolved. */
export function settingsOf({ routes: _, otherwise: __, watch: ___, ...settings }: PipelineDefinition): Readonly<Record<string, unknown>> {
  return settings;
}

/** Hex digits of a route's digest: enough to tell two apart. */
const ROUTE_DIGITS = 16;

/**
 * What reports say of the routes: names and digests. A route may name a bank, and what it sends where would then tell of clear records:
 * so its words stand nowhere, and the digest is under the ring's audit key. Of keys that nothing stores there is none.
 */
export function routeFactsOf(
  { routes, jsonPaths, sinks }: PipelineDefinition,
  { facts, keyedHash }: Pick<OpenPlan, "facts" | "keyedHash">,
): StatementFacts["routes"] {
  return routes.map(({ name, criteria, sinks: to }) => {
    if (facts.keyOrigin !== "file") return { name, sinks: to };
    const said = JSON.stringify(["route", criteria, to.map((at) => sinks[at]?.name), jsonPaths], plainly);
    return { name, sinks: to, digest: keyedHash(new TextEncoder().encode(said)).slice(0, ROUTE_DIGITS) };
  });
}

/** Code points as a list. */
export const plainly = (_: string, value: unknown): unknown => (value instanceof Uint32Array ? [...value] : value);
