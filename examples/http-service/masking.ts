/** Middleware for hono: what is logged and what partners get is masked, and what cannot be masked is neither. */

import type { Masker, Refusal } from "bauta";
import type { MiddlewareHandler } from "hono";

/** Code and place of a refusal; no value. */
const told = ({ code, name, path, offset }: Refusal): object => ({ error: code, name, path, offset });

/**
 * Logs each request's body masked, before the handler sees the clear one. A body that cannot be masked is answered with 422, and neither
 * logged nor handled.
 */
export function logMasked(masker: Masker, log: (line: string) => void): MiddlewareHandler {
  return async (c, next) => {
    const { ok, output, refusal } = masker.maskOne(new Uint8Array(await c.req.arrayBuffer()));
    if (!ok) return c.json(told(refusal), 422);
    log(`${c.req.method} ${c.req.path} ${new TextDecoder().decode(output)}`);
    return next();
  };
}

/** Masks the body of each answer. One that cannot be masked is replaced by a 502: the clear one goes nowhere. */
export function maskAnswers(masker: Masker): MiddlewareHandler {
  return async (c, next) => {
    await next();
    if (!c.res.ok) return;
    const { status, headers } = c.res;
    const { ok, output, refusal } = masker.maskOne(new Uint8Array(await c.res.arrayBuffer()));
    const type = headers.get("content-type");
    // Other headers are the clear answer's (its length, its digest), and do not go along.
    c.res = undefined;
    c.res = ok
      ? new Response(output.slice(), { status, headers: type === null ? {} : { "content-type": type } })
      : Response.json(told(refusal), { status: 502 });
  };
}
