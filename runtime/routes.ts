/** Composition: a table of routes, which can be handed to another thread, as what a masker asks. */
import { decodeSegment } from "./engines/portable/text/decode.ts";
import type { RouterFactory } from "./pipeline/masker.ts";
import { type RouterOptions, routerOf } from "./pipeline/route/router.ts";

/** Plain data: words as code points, no functions. */
export type RouteTable = Omit<RouterOptions, "decode">;

export const openRoutes = (table: RouteTable | undefined): RouterFactory | undefined =>
  table === undefined ? undefined : routerOf({ ...table, decode: decodeSegment });
