/**
 * One question to a server of policies, and its whole answer: in time, within a limit, from the server that was asked. Node's own client,
 * which Bun and Deno have too, for the certificates that `fetch` does not take everywhere.
 */
import { readFileSync } from "node:fs";
import { type IncomingMessage, request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { BautaError } from "../kit/errors.ts";
import { BUNDLE_BYTES_MAX } from "../kit/limits.ts";

/** Who we are to the server, and how it is known. */
export interface ServerAccess {
  /** A file with a token that is sent as `Authorization: Bearer`; read anew each time. */
  readonly tokenFile?: string | undefined;
  /** Certificates (PEM) that the server's is to be signed by, instead of the system's. */
  readonly caFile?: string | undefined;
  /** Certificate and key (PEM). */
  readonly certificateFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

export interface Question {
  readonly url: URL;
  readonly access: ServerAccess;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent by POST; undefined: GET. */
  readonly body?: Uint8Array | undefined;
  /** How long the whole answer may take. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Issue of an answer that does not come, or not whole. */
  readonly issue: number;
}

export interface Answered {
  readonly status: number;
  readonly type: string;
  readonly etag: string | undefined;
  readonly body: Uint8Array;
}

/** An address as it is shown: the query may hold a secret. */
export const shownUrl = ({ origin, pathname }: URL): string => `${origin}${pathname}`;

/** @throws BautaError 1639 for an address or an access that cannot be */
export function serverUrl(url: string, { tokenFile, certificateFile, keyFile }: ServerAccess): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol))
    throw new BautaError(1639, { detail: "the address begins with https:// or http://" });
  if (parsed.username !== "" || parsed.password !== "")
    throw new BautaError(1639, { detail: "a secret stands in the address; name a tokenFile" });
  if (tokenFile !== undefined && parsed.protocol === "http:" && !isHere(parsed))
    throw new BautaError(1639, { detail: "a token goes by https only" });
  if ((certificateFile === undefined) !== (keyFile === undefined))
    throw new BautaError(1639, { detail: "a certificate and its key go together" });
  return parsed;
}

/** On this machine. */
export const isHere = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** Redirections are not followed: a token would go along. */
export function askServer({ url, access, headers, body, timeoutMs, signal, issue }: Question): Promise<Answered> {
  const name = shownUrl(url);
  const request = url.protocol === "https:" ? requestHttps : requestHttp;
  const options = {
    method: body === undefined ? "GET" : "POST",
    headers: { ...headers, ...authorization(access), ...(body === undefined ? {} : { "content-length": String(body.length) }) },
    agent: false,
    rejectUnauthorized: true,
    ...certificatesOf(access),
  } as const;
  return new Promise((resolve, reject) => {
    const failed = (detail: string): void => settle(() => reject(new BautaError(issue, { path: name, detail })));
    const asked = request(url, options, (incoming) => {
      receive(incoming).then(
        (answer) => settle(() => resolve(answer)),
        (error: unknown) => (error instanceof BautaError ? settle(() => reject(error)) : failed(codeOf(error))),
      );
    });
    const stop = (): void => failed("stopped");
    const timer = setTimeout(() => failed(`no answer within ${timeoutMs} ms`), timeoutMs);
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      end();
      asked.destroy();
    };
    asked.on("error", (error) => failed(codeOf(error)));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    else asked.end(body);
  });
}

async function receive(incoming: IncomingMessage): Promise<Answered> {
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

function authorization({ tokenFile }: ServerAccess): Record<string, string> {
  if (tokenFile === undefined) return {};
  const token = read(tokenFile).toString("utf8").trim();
  if (!/^[\x21-\x7e]+$/.test(token)) throw new BautaError(1639, { path: tokenFile, detail: "the file holds no token" });
  return { authorization: `Bearer ${token}` };
}

function certificatesOf({ caFile, certificateFile, keyFile }: ServerAccess): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
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
  return typeof code === "string" && /^[A-Z0-9_]{1,64}$/i.test(code) ? code : "the connection failed";
}
