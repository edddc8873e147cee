/** Where the control plane listens, and what it asks of those who come. */
import { readFileSync, type Stats, statSync } from "node:fs";
import { isIP } from "node:net";
import { BautaError } from "../kit/errors.ts";
import { CONTROL_TOKEN_CHARACTERS_MAX, CONTROL_TOKEN_CHARACTERS_MIN } from "../kit/limits.ts";

/** What the operator says: on the command line, or in a pipeline file. */
export interface ControlOptions {
  /** `9464`, `127.0.0.1:9464`, `[::1]:9464`, `0.0.0.0:9464`; port 0 is any free one. */
  readonly address: string;
  /** A file of one line, readable by its owner only. */
  readonly tokenFile?: string | undefined;
  /** Paths of the server's certificate and key and of the authority that signed the clients' certificates; PEM. */
  readonly mtls?: MtlsFiles | undefined;
}

export interface MtlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string;
}

export interface ControlPlan {
  readonly host: string;
  readonly port: number;
  readonly isLoopback: boolean;
  readonly token: string | undefined;
  readonly tls: Tls | undefined;
}

/** PEM texts. */
export interface Tls {
  readonly certificate: string;
  readonly key: string;
  readonly clientAuthority: string;
}

const HOST_BY_DEFAULT = "127.0.0.1";

/**
 * Reads the address and the files. Beyond loopback there must be a token or client certificates.
 * @throws BautaError 1001 for an address of another form, 8101 for one that anybody could reach, 8103 for a file that cannot serve
 */
export function controlPlan({ address, tokenFile, mtls }: ControlOptions): ControlPlan {
  const { host, port } = addressOf(address);
  const isLoopback = host === "::1" || host.startsWith("127.");
  if (!isLoopback && tokenFile === undefined && mtls === undefined) throw new BautaError(8101, { detail: address });
  return { host, port, isLoopback, token: tokenFile === undefined ? undefined : tokenIn(tokenFile), tls: mtls && tlsOf(mtls) };
}

function addressOf(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(address);
  const port = Number(match?.[3]);
  const named = match?.[1] ?? match?.[2] ?? HOST_BY_DEFAULT;
  const host = named === "localhost" ? HOST_BY_DEFAULT : named;
  // A name could resolve to anything, so an address it is.
  if (match === null || port > 65_535 || isIP(host) === 0) {
    throw new BautaError(1001, { detail: `${address} is not [HOST:]PORT with an IP address or localhost as HOST` });
  }
  return { host, port };
}

/** Printable ASCII without spaces, as a header can carry it. */
function tokenIn(path: string): string {
  const token = textOf(path, true).trim();
  const isLong = token.length >= CONTROL_TOKEN_CHARACTERS_MIN && token.length <= CONTROL_TOKEN_CHARACTERS_MAX;
  if (!isLong || !/^[\x21-\x7e]+$/.test(token)) {
    const form = `a token is one line of ${CONTROL_TOKEN_CHARACTERS_MIN} to ${CONTROL_TOKEN_CHARACTERS_MAX} characters`;
    throw new BautaError(8103, { path, detail: form });
  }
  return token;
}

function tlsOf({ certificate, key, clientAuthority }: MtlsFiles): Tls {
  return { certificate: pemOf(certificate, false), key: pemOf(key, true), clientAuthority: pemOf(clientAuthority, false) };
}

function pemOf(path: string, isSecret: boolean): string {
  const text = textOf(path, isSecret);
  if (!text.includes("-----BEGIN ")) throw new BautaError(8103, { path, detail: "not PEM" });
  return text;
}

function textOf(path: string, isSecret: boolean): string {
  let stat: Stats;
  let text: string;
  try {
    stat = statSync(path);
    text = readFileSync(path, "utf8");
  } catch {
    throw new BautaError(8103, { path, detail: "cannot be read" });
  }
  if (isSecret && process.platform !== "win32" && (stat.mode & 0o077) !== 0)
    throw new BautaError(8103, { path, detail: "others can read it; chmod 600" });
  return text;
}
