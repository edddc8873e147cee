/** The control plane's routes. Answers requests; where they come from is serve.ts's business. */
import { createHash, timingSafeEqual } from "node:crypto";
import { Hono } from "hono";
import { issueOf } from "../kit/errors.ts";
import type { RunMetrics } from "./metrics.ts";
import { openapi } from "./openapi.ts";
import type { StatusBoard } from "./status.ts";

export interface ControlParts {
  readonly board: StatusBoard;
  readonly metrics: RunMetrics;
  /** What all but /healthz and /readyz ask for as `Authorization: Bearer …`. */
  readonly token: string | undefined;
  /** Only names of this machine are answered to: a page in a browser cannot reach loopback under a name of its own. */
  readonly isLoopback: boolean;
}

/** Paths that a load balancer asks without a token. They say nothing but a word. */
const OPEN = new Set(["/healthz", "/readyz"]);
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
};

/** @returns what answers a request */
export function controlApp({ board, metrics, token, isLoopback }: ControlParts): (request: Request) => Response | Promise<Response> {
  const app = new Hono();
  app.use(async (context, next) => {
    for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
    if (isLoopback && !LOOPBACK_HOST.test(context.req.header("host") ?? "")) return context.json(problem(8106), 421);
    if (context.req.method !== "GET" && context.req.method !== "HEAD") return context.json(problem(8105), 405, { allow: "GET, HEAD" });
    if (token !== undefined && !OPEN.has(context.req.path) && !isToken(token, context.req.header("authorization"))) {
      return context.json(problem(8104), 401, { "www-authenticate": 'Bearer realm="bauta"' });
    }
    return next();
  });
  app.get("/healthz", (context) => context.json({ status: "ok" }));
  app.get("/readyz", (context) => {
    if (board.isReady) return context.json({ status: "ok" });
    const [run] = board.runs;
    return context.json({ status: run === undefined ? "starting" : run.status === "running" ? "waiting" : "ended" }, 503);
  });
  app.get("/metrics", async (context) => context.body(await metrics.text(), 200, { "content-type": metrics.contentType }));
  app.get("/runs", (context) => context.json({ runs: board.runs }));
  app.get("/runs/:task", (context) => {
    const run = board.runs.find(({ task }) => task === context.req.param("task"));
    return run === undefined ? context.json(problem(8105), 404) : context.json(run);
  });
  app.get("/openapi.json", (context) => context.json(openapi));
  app.notFound((context) => context.json(problem(8105), 404));
  // What an error says could be anything.
  app.onError((_, context) => context.json(problem(9001), 500));
  return (request) => app.fetch(request);
}

/** Compares digests, so that the time says nothing of the token, not even its length. */
function isToken(token: string, header: string | undefined): boolean {
  const given = /^Bearer ([\x21-\x7e]+)$/i.exec(header ?? "")?.[1] ?? "";
  return timingSafeEqual(digest(given), digest(token));
}

const digest = (text: string): Uint8Array => createHash("sha256").update(text).digest();

function problem(number: number): { readonly code: string; readonly title: string; readonly help: string } {
  const { code, text, help } = issueOf(number);
  return { code, title: text, help };
}
