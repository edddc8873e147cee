/** Answering HTTP: Bun and Node each with what they have built in. */
import { createServer as createHttp, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createHttps } from "node:https";
import { runtimeFacts } from "./process.ts";

export interface HttpOptions {
  /** An IP address. */
  readonly host: string;
  /** 0 is any free one. */
  readonly port: number;
  /** PEM texts. Only clients with a certificate of that authority are let in. */
  readonly tls?: { readonly certificate: string; readonly key: string; readonly clientAuthority: string } | undefined;
  answer(request: Request): Response | Promise<Response>;
}

export interface HttpServer {
  readonly port: number;
  /** Ends open connections, too. It does not keep the process alive by itself. */
  close(): void;
}

/** Rejects with the system's error when it cannot listen there, or the certificate is none. */
export function serveHttp(options: HttpOptions): Promise<HttpServer> {
  return runtimeFacts().name === "bun" ? serveBun(options) : serveNode(options);
}

/** Seconds after which a connection on which nothing happens is closed. */
const IDLE_SECONDS = 30;
/** Nothing that is asked here has a body. */
const BODY_BYTES_MAX = 64 * 1024;

async function serveBun({ host, port, tls, answer }: HttpOptions): Promise<HttpServer> {
  const secure = tls && {
    tls: { cert: tls.certificate, key: tls.key, ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true },
  };
  const server = Bun.serve({
    hostname: host,
    port,
    idleTimeout: IDLE_SECONDS,
    maxRequestBodySize: BODY_BYTES_MAX,
    development: false,
    reusePort: false,
    fetch: answer,
    error: () => new Response(null, { status: 500 }),
    ...secure,
  });
  server.unref();
  return { port: server.port as number, close: () => server.stop(true) };
}

function serveNode({ host, port, tls, answer }: HttpOptions): Promise<HttpServer> {
  const listener: RequestListener = (incoming, outgoing) => {
    respond(incoming, outgoing, answer).catch(() => outgoing.destroy());
  };
  const server =
    tls === undefined
      ? createHttp(listener)
      : createHttps(
          { cert: tls.certificate, key: tls.key, ca: tls.clientAuthority, requestCert: true, rejectUnauthorized: true },
          listener,
        );
  server.keepAliveTimeout = IDLE_SECONDS * 1000;
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      server.unref();
      const address = server.address();
      const close = (): void => {
        server.close();
        server.closeAllConnections();
      };
      resolve({ port: typeof address === "object" && address !== null ? address.port : port, close });
    });
  });
}

/** A request without its body: no route takes one. */
async function respond(incoming: IncomingMessage, outgoing: ServerResponse, answer: HttpOptions["answer"]): Promise<void> {
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) headers.set(name, Array.isArray(value) ? value.join(", ") : (value ?? ""));
  const method = incoming.method ?? "GET";
  const url = new URL(incoming.url ?? "/", "http://localhost");
  const response = await answer(new Request(url.href, { method, headers }));
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(method === "HEAD" ? undefined : new Uint8Array(await response.arrayBuffer()));
}
