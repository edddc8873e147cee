/**
 * A bundle of a server, as OPA asks for it: `If-None-Match` with the last ETag, and `Prefer: wait=N` where the server can wait for a
 * change. Node's own client, which Bun and Deno have too, for the certificates that `fetch` does not take everywhere.
 */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_BYTES_MAX } from "../../kit/limits.ts";
import { type Bundle, readBundle } from "./bundle.ts";
import type { HttpSettings, Place } from "./source-kinds.ts";

/** What tells that a server waits when it is asked to (OPA's `isLongPollSupported`). */
const BUNDLES = "application/vnd.openpolicyagent.bundles";
/** What servers of files call such an archive. */
const ARCHIVES = [
  BUNDLES,
  "application/gzip",
  "application/x-gzip",
  "application/octet-stream",
  "application/x-tar",
  "binary/octet-stream",
];

export function openHttpSource(settings: HttpSettings): Place {
  const url = new URL(settings.url);
  const name = `${url.origin}${url.pathname}`;
  let etag: string | undefined;
  // Until a server has shown that it does, it is asked and seen.
  let waits = true;
  return {
    name,
    patienceMs: settings.everyMs,
    pauseMs: (random) => (settings.waitSeconds > 0 && waits ? 0 : settings.everyMs * (0.9 + random / 5)),
    forget() {
      etag = undefined;
      waits = true;
    },
    async next(signal) {
      const wait = waits ? settings.waitSeconds : 0;
      const headers: Record<string, string> = {
        accept: ARCHIVES.join(", "),
        // A delta bundle cannot be signed, so whole ones are asked for.
        prefer: `modes=snapshot${wait > 0 ? `;wait=${wait}` : ""}`,
        ...(etag === undefined ? {} : { "if-none-match": etag }),
        ...authorization(settings),
      };
      const answer = await ask(settings, url, name, headers, settings.timeoutMs + wait * 1000, signal);
      if (answer.status === 304 && etag !== undefined) return undefined;
      const bundle = bundleIn(answer, name);
      etag = answer.etag;
      waits = answer.type === BUNDLES;
      return bundle;
    },
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly etag: string | undefined;
  readonly body: Uint8Array;
}

function bundleIn({ status, type, body }: Answer, name: string): Bundle {
  // A redirection could lead a token elsewhere.
  if (status >= 300 && status < 400)
    throw new BautaError(1638, { path: name, detail: `status ${status}: name the address that it leads to` });
  if (status !== 200) throw new BautaError(1638, { path: name, detail: `status ${status}` });
  if (type !== "" && !ARCHIVES.includes(type)) throw new BautaError(1638, { path: name, detail: "what it sends is called no archive" });
  if (body.length === 0) throw new BautaError(1638, { path: name, detail: "an empty answer" });
  return readBundle(body);
}

/** The whole answer, in time and within the limit. */
function ask(
  settings: HttpSettings,
  url: URL,
  name: string,
  headers: Readonly<Record<string, string>>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<Answer> {
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const certificates = certificatesOf(settings);
  return new Promise((resolve, reject) => {
    const failed = (detail: string): void => settle(() => reject(new BautaError(1638, { path: name, detail })));
    const asked = request(url, { method: "GET", headers, agent: false, rejectUnauthorized: true, ...certificates }, (incoming) => {
      receive(incoming).then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) => (error instanceof BautaError ? settle(() => reject(error)) : failed(codeOf(error))),
      );
    });
    const stop = (): void => failed("stopped");
    const timer = setTimeout(() => failed(`no answer within ${milliseconds} ms`), milliseconds);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      end();
      asked.destroy();
    };
    asked.on("error", (error) => failed(codeOf(error)));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    else asked.end();
  });
}

async function receive(incoming: IncomingMessage): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > BUNDLE_BYTES_MAX) throw new BautaError(1623, { detail: `more than ${BUNDLE_BYTES_MAX} bytes` });
    chunks.push(chunk);
  }
  // An answer that ends before its length is none.
  if (!incoming.complete) throw new Error("cut off");
  const type = (incoming.headers["content-type"] ?? "").split(";", 1)[0] ?? "";
  return { status: incoming.statusCode ?? 0, type: type.trim().toLowerCase(), etag: incoming.headers.etag, body: Buffer.concat(chunks) };
}

function authorization({ tokenFile }: HttpSettings): Record<string, string> {
  if (tokenFile === undefined) return {};
  const token = read(tokenFile).toString("utf8").trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new BautaError(1639, { path: tokenFile, detail: "the file holds no token" });
  return { authorization: `Bearer ${token}` };
}

function certificatesOf({ caFile, certificateFile, keyFile }: HttpSettings): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  return {
    ...(caFile === undefined ? {} : { ca: read(caFile) }),
    ...(certificateFile === undefined ? {} : { cert: read(certificateFile) }),
    ...(keyFile === undefined ? {} : { key: read(keyFile) }),
  };
}

function read(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch {
    throw new BautaError(1002, { path });
  }
}

/** `ECONNREFUSED` and the like: a message would repeat the address with what stands in it. */
function codeOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^[A-Z0-9_]{1,64}$/.test(code) ? code : "the connection failed";
}
