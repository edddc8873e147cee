/** Composition: a table of routes, which can be handed to another thread, as what a masker asks. */
import { decodeSegment } from "./engines/portable/text/decode.ts";
import type { PlanGuards } from "./open.ts";
import type { RouterFactory } from "./pipeline/masker.ts";
import { guarding } from "./pipeline/route/guards.ts";
import { type RouterOptions, routerOf } from "./pipeline/route/router.ts";

/** Plain data: words as code points, no functions. */
export type RouteTable = Omit<RouterOptions, "decode">;

/** @param guards of the plan: what a record's values decide is decided before where it goes */
export function openRoutes(table: RouteTable | undefined, guards: PlanGuards | undefined): RouterFactory | undefined {
  const router = table === undefined ? undefined : routerOf({ ...table, decode: decodeSegment });
  return guards === undefined ? router : guarding({ ...guards, jsonPaths: table?.jsonPaths ?? {}, decode: decodeSegment }, router);
}
