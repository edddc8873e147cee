/** A broker with listeners as production has them: TLS with client certificates, and SASL over TLS in every mechanism; permissions too. */
import { spawnSync } from "node:child_process";
import { createSign, generateKeyPairSync, type KeyObject } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Cluster, kafkaJars, startCluster } from "./cluster.ts";

/** Of every mechanism with a password. The last one may connect, and nothing else. */
export const USER = "worker";
export const PASSWORD = "correct-horse-battery";
export const STRANGER = "stranger";
/** Subject of the client's certificate. */
const CLIENT = "bauta-client";
const KEY_ID = "test";
const AUDIENCE = "kafka";
const ISSUER = "https://issuer.test";

export interface SecureCluster {
  readonly cluster: Cluster;
  /** `host:port` of the listeners. */
  readonly sasl: string;
  readonly mtls: string;
  /** PEM files: authority, client's certificate and key, and an authority that signed nothing. */
  readonly files: { readonly ca: string; readonly certificate: string; readonly key: string; readonly otherCa: string };
  /** Where a token is to be had by HTTP, and how many were. */
  readonly tokenUrl: string;
  readonly tokens: () => number;
  /** Permissions: rows of principal, resource type, name (a prefix, if it ends with an asterisk) and operation. */
  permit(rows: readonly (readonly [principal: string, type: string, name: string, operation: string])[]): void;
  stop(): Promise<void>;
}

export interface SecureOptions {
  /** How long a token holds, seconds. */
  readonly tokenSeconds?: number;
  readonly properties?: Readonly<Record<string, string>>;
}

/** Starts it. Who comes without TLS may do everything, so that tests can make topics; all others what they are permitted. */
export async function startSecureCluster({ tokenSeconds = 3600, properties = {} }: SecureOptions = {}): Promise<SecureCluster> {
  const folder = mkdtempSync(join(tmpdir(), "bauta-secure-"));
  const path = (name: string): string => join(folder, name);
  makeCertificates(folder);
  const issuer = await startIssuer(tokenSeconds);
  const keysUrl = `${issuer.address}/keys`;
  const scram = ["SCRAM-SHA-256", "SCRAM-SHA-512"].flatMap((mechanism) =>
    [USER, STRANGER].flatMap((name) => ["--add-scram", `${mechanism}=[name=${name},password=${PASSWORD}]`]),
  );
  const plain = [USER, STRANGER].map((name) => `user_${name}="${PASSWORD}"`).join(" ");
  const module = "org.apache.kafka.common.security";
  const stop = async (cluster?: Cluster): Promise<void> => {
    await cluster?.stop();
    issuer.server.closeAllConnections();
    issuer.server.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const cluster = await startCluster({
      listeners: { SASL: "SASL_SSL", MTLS: "SSL" },
      jvm: [`-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=${keysUrl}`],
      format: scram,
      properties: {
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": path("server.both.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": path("ca.pem"),
        "listener.name.mtls.ssl.client.auth": "required",
        "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
        "listener.name.sasl.plain.sasl.jaas.config": `${module}.plain.PlainLoginModule required ${plain};`,
        "listener.name.sasl.scram-sha-256.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": `${module}.scram.ScramLoginModule required;`,
        "listener.name.sasl.oauthbearer.sasl.jaas.config": `${module}.oauthbearer.OAuthBearerLoginModule required;`,
        "listener.name.sasl.oauthbearer.sasl.server.callback.handler.class": `${module}.oauthbearer.OAuthBearerValidatorCallbackHandler`,
        // A connection does not outlive the token that it was made with.
        "listener.name.sasl.oauthbearer.connections.max.reauth.ms": String(tokenSeconds * 1000),
        "sasl.oauthbearer.jwks.endpoint.url": keysUrl,
        "sasl.oauthbearer.expected.audience": AUDIENCE,
        "sasl.oauthbearer.expected.issuer": ISSUER,
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
        ...properties,
      },
    });
    const [node] = cluster.nodes;
    return {
      cluster,
      sasl: node?.addressOf("SASL") ?? "",
      mtls: node?.addressOf("MTLS") ?? "",
      files: { ca: path("ca.pem"), certificate: path("client.pem"), key: path("client.key"), otherCa: path("other.pem") },
      tokenUrl: `${issuer.address}/token`,
      tokens: issuer.tokens,
      permit: (rows) => permit(cluster.bootstrap, rows.flat()),
      stop: () => stop(cluster),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Everybody whom a pipeline of the tests comes as. */
export const PRINCIPALS = [`User:${USER}`, `User:CN=${CLIENT}`] as const;

function permit(bootstrap: string, words: readonly string[]): void {
  const source = fileURLToPath(new URL("./Permissions.java", import.meta.url));
  const result = spawnSync("java", ["-cp", kafkaJars(), source, bootstrap, ...words], { encoding: "utf8" });
  if (result.status !== 0) throw new Error(`permissions cannot be given: ${result.stderr}`);
}

/** An authority of the moment, what it signed, and one that signed nothing, by openssl. */
function makeCertificates(folder: string): void {
  const openssl = (...words: string[]): void => {
    const { status, stderr } = spawnSync("openssl", words, { cwd: folder, encoding: "utf8" });
    if (status !== 0) throw new Error(stderr);
  };
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  for (const name of ["ca", "other"])
    openssl("req", "-x509", ...ec, "-keyout", `${name}.key`, "-out", `${name}.pem`, "-subj", `/CN=${name}`, "-days", "2");
  writeFileSync(join(folder, "san"), "subjectAltName=IP:127.0.0.1,DNS:localhost");
  for (const [name, subject] of Object.entries({ server: "server", client: CLIENT })) {
    openssl("req", ...ec, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${subject}`);
    const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san"];
    openssl("x509", "-req", "-in", `${name}.csr`, ...signed, "-out", `${name}.pem`);
    chmodSync(join(folder, `${name}.key`), 0o600);
  }
  const both = ["server.key", "server.pem"].map((name) => readFileSync(join(folder, name), "utf8"));
  writeFileSync(join(folder, "server.both.pem"), both.join(""));
}

interface Issuer {
  readonly server: Server;
  readonly address: string;
  readonly tokens: () => number;
}

/** Gives tokens at `/token`, and at `/keys` what they are checked with. */
async function startIssuer(tokenSeconds: number): Promise<Issuer> {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: KEY_ID, use: "sig", alg: "RS256" }] });
  let count = 0;
  const server = createServer((request, response) => {
    if (request.url === "/keys") response.setHeader("content-type", "application/json").end(keys);
    else {
      count++;
      response.end(tokenOf(privateKey, tokenSeconds));
    }
  });
  await new Promise<void>((resume) => server.listen(0, "127.0.0.1", resume));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, tokens: () => count };
}

function tokenOf(key: KeyObject, seconds: number): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: USER, aud: AUDIENCE, iss: ISSUER, iat: now, exp: now + seconds };
  const body = `${part({ alg: "RS256", typ: "JWT", kid: KEY_ID })}.${part(claims)}`;
  return `${body}.${createSign("sha256").update(body).sign(key, "base64url")}`;
}
