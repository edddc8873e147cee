/** Serves the page to this machine, and tells it what changes. */
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { type PolicyFile, TRIALS } from "./edits.ts";
import type { Live } from "./live.ts";
import { page } from "./page.ts";

const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/i;
/** What changes is told no more often than this. */
const EVENT_MS = 100;
/** Without a change it is told for the counters' sake. */
const PULSE_MS = 500;
const POLICY_BYTES_MAX = 65_536;

export interface PageServer {
  readonly address: string;
  close(): void;
}

/** @param port 0: any that is free */
export function servePage(live: Live, policy: PolicyFile, port: number): PageServer {
  const app = new Hono();
  const waiting = new Set<() => void>();
  live.changed = () => {
    for (const wake of waiting) wake();
    waiting.clear();
  };
  app.use(async (context, next) => {
    // A page elsewhere cannot reach loopback under a name of its own.
    if (!LOOPBACK_HOST.test(context.req.header("host") ?? "")) return context.text("for this machine only", 421);
    context.header("cache-control", "no-store");
    context.header("x-content-type-options", "nosniff");
    return next();
  });
  app.get("/", (context) => context.html(page(policy.path)));
  app.get("/events", (context) =>
    streamSSE(context, async (stream) => {
      while (!stream.aborted && !stream.closed) {
        await stream.writeSSE({ data: JSON.stringify(live.shown) });
        await stream.sleep(EVENT_MS);
        await new Promise<void>((resume) => {
          waiting.add(resume);
          setTimeout(resume, PULSE_MS - EVENT_MS);
        });
      }
    }),
  );
  app.post("/policy", async (context) => {
    // Another page's form can send no such header.
    if (context.req.header("x-bauta-demo") !== "1") return context.text("from the page only", 403);
    const { text, trial } = (await context.req.json()) as { readonly text?: unknown; readonly trial?: unknown };
    const wanted = typeof trial === "number" ? TRIALS[trial] : undefined;
    const content = wanted === undefined ? text : policy.first + wanted.rules;
    if (typeof content !== "string" || content.length > POLICY_BYTES_MAX) return context.text("no policy", 400);
    policy.save(content);
    return context.body(null, 204);
  });
  const server = Bun.serve({ hostname: "127.0.0.1", port, idleTimeout: 0, development: false, fetch: app.fetch });
  return { address: `http://127.0.0.1:${server.port}`, close: () => void server.stop(true) };
}
