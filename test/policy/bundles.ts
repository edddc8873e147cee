/** Bundles for tests: built and signed by OPA, or put together by hand to be wrong in one way. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { canonicalText, parseJson } from "../../runtime/policy/bundle/json.ts";
import { filesOfTar } from "../../runtime/policy/bundle/tar.ts";
import { openTrust, type Trust } from "../../runtime/policy/bundle/trust.ts";
import type { TrustDefinition } from "../../runtime/policy/bundle/trust-definition.ts";
import { opa } from "./opa.ts";

export const newFolder = (): string => mkdtempSync(join(tmpdir(), "bauta-bundle-"));

export const REGO = 'package bauta.masking\n\nplan := "redact"\n';
export const DATA = '{"limits": {"eur": 1.0, "usd": 1e3, "big": 123456789012345678901234567890}, "words": ["ä", "\\u2028", "<&>"]}';
export const KEY_ID = "masking-2027";

export interface Built {
  readonly rego?: string;
  readonly data?: string;
  readonly serial?: number | undefined;
  readonly claims?: Record<string, unknown>;
  readonly keyId?: string;
}

/** A bundle as `opa build` makes it; not signed without an algorithm. */
export function built(folder: string, signing: { algorithm: string; key: string } | undefined, options: Built = {}): Uint8Array {
  const { rego = REGO, data = DATA, serial = 7, claims, keyId = KEY_ID } = options;
  const policy = join(folder, "policy");
  write(join(policy, "masking.rego"), rego);
  write(join(policy, "data.json"), data);
  const metadata = serial === undefined ? { by: 1.5 } : { bauta: { serial } };
  write(join(policy, ".manifest"), JSON.stringify({ revision: `r${serial}`, roots: ["bauta", "limits", "words"], metadata }));
  const args = ["build", "--bundle", "policy", "--target", "wasm", "--entrypoint", "bauta/masking/plan", "--output", "bundle.tar.gz"];
  if (signing !== undefined) args.push("--signing-alg", signing.algorithm, "--signing-key", signing.key, "--verification-key-id", keyId);
  if (claims !== undefined) args.push("--claims-file", write(join(folder, "claims.json"), JSON.stringify(claims)));
  opa(args, folder);
  return readFileSync(join(folder, "bundle.tar.gz"));
}

export function write(path: string, content: string | Uint8Array): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** The PEM of a private key as file, and of its public one. */
export function keyFile(folder: string, name: string, key: KeyObject): { readonly path: string; readonly publicPem: string } {
  const path = write(join(folder, `${name}.pem`), key.export({ format: "pem", type: "pkcs8" }).toString());
  return { path, publicPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString() };
}

export const trustIn = (publicPem: string, algorithm: string, more: Partial<TrustDefinition> = {}): Trust =>
  openTrust({ keys: { [KEY_ID]: { key: publicPem, algorithm } }, ...more });

/** The files of a bundle, to be changed. */
export const filesOf = (bundle: Uint8Array): Map<string, Uint8Array> => new Map(filesOfTar(gunzipSync(bundle)));

export interface TarEntry {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Default `0`: a file. */
  readonly type?: string;
  readonly link?: string;
  /** What the header says, if another than is there. */
  readonly size?: string;
  readonly checksum?: string;
  readonly magic?: string;
}

/** An archive of any entries, packed by gzip. */
export function packed(entries: readonly TarEntry[] | ReadonlyMap<string, Uint8Array>, end: Uint8Array = new Uint8Array(1024)): Uint8Array {
  const list = Array.isArray(entries)
    ? (entries as TarEntry[])
    : [...(entries as ReadonlyMap<string, Uint8Array>)].map(([name, content]) => ({ name, content }));
  return gzipSync(Buffer.concat([...list.flatMap(blocksOf), end]));
}

function blocksOf({ name, content = "", type = "0", link = "", size, checksum, magic = "ustar\x0000" }: TarEntry): Uint8Array[] {
  const bytes = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0, 100, "utf8");
  header.write("0000600\0", 100);
  header.write(size ?? `${bytes.length.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  header.write(type, 156);
  header.write(link, 157);
  header.write(magic, 257, "latin1");
  header.write("        ", 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
}

/** What a token is made of, apart from the code under test: RFC 7515 by hand. */
export function token(header: object, payload: object, key?: KeyObject | string, hash: string | null = "sha256"): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part(header)}.${part(payload)}`;
  if (key === undefined) return `${text}.`;
  const mark = typeof key === "string" ? Buffer.from(key) : sign(hash, Buffer.from(text), { key, dsaEncoding: "ieee-p1363" });
  return `${text}.${mark.toString("base64url")}`;
}

/** The payload of a signature over the files, hashed as the bundle format says. */
export function payloadOver(
  files: ReadonlyMap<string, Uint8Array>,
  more: object = {},
): { files: { name: string; hash: string; algorithm: string }[] } {
  const listed = [...files].filter(([name]) => name !== ".signatures.json");
  const content = (name: string, bytes: Uint8Array): Uint8Array | string =>
    /(^|\/)(data\.json|\.manifest)$/.test(name) ? canonicalText(parseJson(bytes, name)) : bytes;
  const hash = (name: string, bytes: Uint8Array): string => createHash("sha256").update(content(name, bytes)).digest("hex");
  return { files: listed.map(([name, bytes]) => ({ name, hash: hash(name, bytes), algorithm: "SHA-256" })), ...more };
}

/** The files with a signature made here. */
export function signedBy(
  key: KeyObject,
  algorithm: string,
  files: ReadonlyMap<string, Uint8Array>,
  more: object = {},
): Map<string, Uint8Array> {
  const signature = token(
    { alg: algorithm, kid: KEY_ID },
    payloadOver(files, more),
    key,
    key.asymmetricKeyType === "ed25519" ? null : "sha256",
  );
  return new Map([...files, [".signatures.json", Buffer.from(JSON.stringify({ signatures: [signature] }))]]);
}

export const readPrivate = (path: string): KeyObject => createPrivateKey(readFileSync(path));
