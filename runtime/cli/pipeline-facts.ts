/** What a run is told of its pipeline. */
import type { PipelineDefinition } from "../pipeline/definition/definition.ts";
import type { RouteTable } from "../routes.ts";

/** One route that takes everything needs no router. */
export const needsRouter = ({ routes }: PipelineDefinition): boolean => {
  const [first] = routes;
  return routes.length !== 1 || first === undefined || !takesAll(first.criteria);
};

const takesAll = ({ formats, messages, conditions }: PipelineDefinition["routes"][number]["criteria"]): boolean =>
  formats === undefined && messages === undefined && conditions.length === 0;

/** What a manifest says of the pipeline; its routes are there by name. */
export function settingsOf({ routes: _, otherwise: __, ...settings }: PipelineDefinition): Readonly<Record<string, unknown>> {
  return settings;
}

export const routesOf = ({ routes, otherwise, jsonPaths }: PipelineDefinition): RouteTable => ({
  routes: routes.map(({ criteria }) => criteria),
  otherwise,
  jsonPaths,
});
