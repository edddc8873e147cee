/** The OpenAPI document of the control plane. */
import { VERSION } from "../kit/version.ts";

const count = { type: "integer", minimum: 0 } as const;
const text = { type: "string" } as const;
const milliseconds = { type: ["number", "null"], minimum: 0 } as const;
const counts = { type: "object", additionalProperties: count } as const;
const STATUS = { type: "string", enum: ["running", "done", "refused", "framing", "stopped", "failed"] } as const;

/** An object that has all of these members and no other. */
const exactly = <P extends Readonly<Record<string, unknown>>>(properties: P) =>
  ({ type: "object", additionalProperties: false, required: Object.keys(properties), properties }) as const;

const SCHEMAS = {
  Status: exactly({ status: { type: "string", enum: ["ok", "starting", "waiting", "ended"] } }),
  Problem: exactly({ code: text, title: text, help: text }),
  Counts: exactly({
    in: count,
    out: count,
    refused: count,
    bytesIn: count,
    bytesOut: count,
    found: count,
    masked: count,
    kept: count,
    removed: count,
    otherwise: count,
    left: count,
    refusedByCode: counts,
    recordsByMessage: counts,
  }),
  Statement: exactly({
    name: text,
    model: text,
    mode: text,
    environment: text,
    status: STATUS,
    counts: { $ref: "#/components/schemas/Counts" },
  }),
  Run: exactly({
    task: text,
    command: text,
    pipeline: text,
    bauta: text,
    engine: { type: "string", enum: ["native", "portable"] },
    status: STATUS,
    started: { type: "string", format: "date-time" },
    ended: { type: ["string", "null"], format: "date-time" },
    resume: { type: "string", enum: ["exact", "none"] },
    commits: count,
    issue: { type: ["string", "null"] },
    statements: { type: "array", items: { $ref: "#/components/schemas/Statement" } },
    degraded: { type: "array", items: exactly({ resource: text, code: text }) },
    missing: { type: "array", items: text },
    lag: { type: "array", items: exactly({ source: text, records: count }) },
    latency: exactly({ poll: milliseconds, mask: milliseconds, stage: milliseconds, commit: milliseconds }),
  }),
} as const;

const json = (schema: unknown) => ({ "application/json": { schema } });
const problem = (description: string) => ({ description, content: json({ $ref: "#/components/schemas/Problem" }) });
const GUARDED = { "401": problem("No token, or another one (BAUTA-8104).") };
const status = (description: string) => ({ description, content: json({ $ref: "#/components/schemas/Status" }) });

/** What `GET /openapi.json` answers. OpenAPI 3.1. */
export const openapi = {
  openapi: "3.1.0",
  info: {
    title: "Bauta control plane",
    version: VERSION,
    description: "What a run is doing. Names, counts, codes and times; never a value of a message.",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
  },
  servers: [{ url: "/" }],
  components: {
    schemas: SCHEMAS,
    securitySchemes: { token: { type: "http", scheme: "bearer", description: "Where a token file was named." } },
  },
  paths: {
    "/healthz": {
      get: { operationId: "health", summary: "Whether the process answers.", security: [], responses: { "200": status("It does.") } },
    },
    "/readyz": {
      get: {
        operationId: "ready",
        summary: "Whether a run is at work, and all is there that it stands on.",
        security: [],
        responses: { "200": status("It is."), "503": status("It has not begun, waits for what it stands on, or has ended.") },
      },
    },
    "/metrics": {
      get: {
        operationId: "metrics",
        summary: "Counters and gauges, in the text format of Prometheus.",
        security: [{}, { token: [] }],
        responses: { "200": { description: "Metrics.", content: { "text/plain": { schema: text } } }, ...GUARDED },
      },
    },
    "/runs": {
      get: {
        operationId: "runs",
        summary: "The runs of this process.",
        security: [{}, { token: [] }],
        responses: {
          "200": { description: "Runs.", content: json(exactly({ runs: { type: "array", items: { $ref: "#/components/schemas/Run" } } })) },
          ...GUARDED,
        },
      },
    },
    "/runs/{task}": {
      get: {
        operationId: "run",
        summary: "One run by its id.",
        security: [{}, { token: [] }],
        parameters: [{ name: "task", in: "path", required: true, schema: text }],
        responses: {
          "200": { description: "The run.", content: json({ $ref: "#/components/schemas/Run" }) },
          ...GUARDED,
          "404": problem("No run of this id (BAUTA-8105)."),
        },
      },
    },
    "/openapi.json": {
      get: {
        operationId: "openapi",
        summary: "This document.",
        security: [{}, { token: [] }],
        responses: { "200": { description: "OpenAPI 3.1.", content: json({ type: "object" }) }, ...GUARDED },
      },
    },
  },
} as const;
