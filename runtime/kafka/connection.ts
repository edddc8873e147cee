/** How a cluster is reached: what a pipeline file says of it, and the configuration of librdkafka that this is. */
import { readFileSync, statSync } from "node:fs";
import process from "node:process";
import { BautaError } from "../kit/errors.ts";
import { CONSUMER_ONLY, PRODUCER_ONLY } from "./settings.ts";

/** A secret is never in the pipeline file itself. */
export type Secret = { readonly file: string } | { readonly env: string };

export interface TlsDefinition {
  /** Certificate authorities, PEM; undefined: those of the system. */
  readonly ca: string | undefined;
  /** The pipeline's own certificate and key, PEM. */
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly keyPassword: Secret | undefined;
}

export const SASL_MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512", "oauthbearer"] as const;

export interface SaslDefinition {
  readonly mechanism: (typeof SASL_MECHANISMS)[number];
  readonly user: string | undefined;
  readonly password: Secret | undefined;
  /** Program and arguments; prints a token. */
  readonly tokenCommand: readonly string[] | undefined;
}

export interface ConnectionDefinition {
  readonly bootstrap: readonly string[];
  readonly tls: TlsDefinition | undefined;
  readonly sasl: SaslDefinition | undefined;
  /** Of librdkafka, as they are. */
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** Configuration for the addon: pairs of librdkafka's names and values. It holds secrets. */
export type ClientConfig = [string, string][];

export type ClientKind = "consumer" | "producer" | "admin";

/** @throws BautaError 1503 for a secret that cannot be read */
export function clientConfig({ bootstrap, tls, sasl, settings }: ConnectionDefinition, kind: ClientKind): ClientConfig {
  const other = kind === "consumer" ? PRODUCER_ONLY : kind === "producer" ? CONSUMER_ONLY : new Set([...PRODUCER_ONLY, ...CONSUMER_ONLY]);
  return [
    ["bootstrap.servers", bootstrap.join(",")],
    [
      "security.protocol",
      `${sasl === undefined ? "" : "sasl_"}${tls === undefined ? (sasl === undefined ? "plaintext" : "plaintext") : "ssl"}`,
    ],
    // A name that the broker tells is as good as one that was written down only if both are the certificate's.
    ...(tls === undefined ? [] : tlsConfig(tls)),
    ...(sasl === undefined ? [] : saslConfig(sasl)),
    // Where a broker is gone for long it is asked once a second, not more often.
    ["reconnect.backoff.ms", "100"],
    ["reconnect.backoff.max.ms", "1000"],
    ...settings.filter(([name]) => !other.has(name)).map(([name, value]): [string, string] => [name, value]),
  ];
}

function tlsConfig({ ca, certificate, key, keyPassword }: TlsDefinition): ClientConfig {
  for (const path of [ca, certificate, key]) if (path !== undefined) readable(path);
  return [
    ["ssl.endpoint.identification.algorithm", "https"],
    ...(ca === undefined ? ([["ssl.ca.location", "probe"]] satisfies ClientConfig) : ([["ssl.ca.location", ca]] satisfies ClientConfig)),
    ...(certificate === undefined ? [] : ([["ssl.certificate.location", certificate]] satisfies ClientConfig)),
    ...(key === undefined ? [] : ([["ssl.key.location", key]] satisfies ClientConfig)),
    ...(keyPassword === undefined ? [] : ([["ssl.key.password", secretOf(keyPassword)]] satisfies ClientConfig)),
  ];
}

function saslConfig({ mechanism, user, password }: SaslDefinition): ClientConfig {
  return [
    ["sasl.mechanism", mechanism.toUpperCase()],
    ...(user === undefined ? [] : ([["sasl.username", user]] satisfies ClientConfig)),
    ...(password === undefined ? [] : ([["sasl.password", secretOf(password)]] satisfies ClientConfig)),
  ];
}

/** @throws BautaError 1503 */
function secretOf(secret: Secret): string {
  if ("env" in secret) {
    const value = process.env[secret.env];
    if (value === undefined || value === "") throw new BautaError(1503, { path: secret.env, detail: "the variable is not set" });
    return value;
  }
  const text = readable(secret.file);
  if (process.platform !== "win32" && (statSync(secret.file).mode & 0o077) !== 0)
    throw new BautaError(1503, { path: secret.file, detail: "others can read it" });
  return text.replace(/\r?\n$/, "");
}

function readable(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    throw new BautaError(1503, { path, detail: "the file cannot be read" });
  }
}
