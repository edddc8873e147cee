/** The control plane as a server beside a run. */
import { BautaError } from "../kit/errors.ts";
import type { RunObserver } from "../pipeline/observe.ts";
import { serveHttp } from "../platform/http.ts";
import type { ControlPlan } from "./address.ts";
import { controlApp } from "./app.ts";
import { RunMetrics } from "./metrics.ts";
import { StatusBoard } from "./status.ts";

export interface ControlServer {
  /** What the run must tell. */
  readonly observers: readonly RunObserver[];
  /** `http://127.0.0.1:9464` */
  readonly address: string;
  readonly auth: "none" | "token" | "mtls" | "token+mtls";
  close(): void;
}

/** @throws BautaError 8102 when it cannot listen there */
export async function serveControl(plan: ControlPlan): Promise<ControlServer> {
  const { host, port, token, tls, isLoopback } = plan;
  const board = new StatusBoard();
  const metrics = new RunMetrics();
  const answer = controlApp({ board, metrics, token, isLoopback });
  const server = await serveHttp({ host, port, tls, answer }).catch((error: unknown) => {
    throw new BautaError(8102, { detail: codeOf(error) });
  });
  const name = host.includes(":") ? `[${host}]` : host;
  const auth = token === undefined ? (tls === undefined ? "none" : "mtls") : tls === undefined ? "token" : "token+mtls";
  return {
    observers: [board, metrics],
    address: `${tls === undefined ? "http" : "https"}://${name}:${server.port}`,
    auth,
    close: () => server.close(),
  };
}

/** The system's word for it, such as EADDRINUSE; what else an error says is not shown. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^[A-Z0-9_]{1,40}$/.test(code) ? code : "no such certificate or address";
}
