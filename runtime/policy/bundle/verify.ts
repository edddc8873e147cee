/**
 * Who signed a bundle: `.signatures.json` holds a token over the hashes of all its files (OPA's management-bundles, "Signature format"), or,
 * which OPA itself does not take, one of each of several people who sign. All of them have to hold.
 *
 * Stricter than OPA in what it takes for signed: no file may be left out, no hash be of a weak kind, no algorithm be another than the
 * key's own, and a bundle that is signed has a serial, since a signature alone lets an older one come back.
 */
import { createHash } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import { BUNDLE_SIGNATURES_MAX } from "../../kit/limits.ts";
import { type Bundle, hashedContent, SIGNATURES_FILE } from "./bundle.ts";
import { isJsonObject, type Json, parseJson } from "./json.ts";
import { verifyToken } from "./token.ts";
import type { Trust } from "./trust.ts";

export interface VerifiedBundle {
  readonly bundle: Bundle;
  /** Undefined for one without a signature, where that is allowed. */
  readonly signer: Signer | undefined;
  /** All who signed, each key once, the first one first. */
  readonly signers: readonly Signer[];
}

export interface Signer {
  /** Its id in the settings. */
  readonly key: string;
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly scope: string;
}

/**
 * @throws BautaError 1625 without a signature, 1626 to 1630 for a token that is not trusted, 1631 a file was changed, 1632 a file is not
 * signed, 1633 a signed file is missing, 1634 signed for something else, 1635 without a serial
 */
export function verifyBundle(bundle: Bundle, trust: Trust): VerifiedBundle {
  const written = bundle.files.get(SIGNATURES_FILE);
  if (written === undefined) {
    if (trust.dangerUnsigned) return { bundle, signer: undefined, signers: [] };
    throw new BautaError(1625);
  }
  // One key under two ids is one key.
  const signers = new Map<string, Signer>();
  for (const token of tokensIn(written)) {
    const signer = signerOf(token, bundle, trust);
    if (!signers.has(signer.fingerprint)) signers.set(signer.fingerprint, signer);
  }
  const [signer, ...others] = signers.values();
  if (others.some(({ scope }) => scope !== signer?.scope)) throw new BautaError(1634, { detail: "its signatures are for two scopes" });
  if (bundle.serial === undefined) throw new BautaError(1635, { detail: "there is none" });
  return { bundle, signer, signers: [...signers.values()] };
}

function signerOf(token: string, bundle: Bundle, trust: Trust): Signer {
  const { key, payload } = verifyToken(token, trust, SIGNATURES_FILE);
  const scope = payload.get("scope") ?? "";
  if (scope !== key.scope) throw new BautaError(1634, { detail: `wanted: ${key.scope === "" ? "none" : key.scope}` });
  verifyFiles(bundle, hashesIn(payload.get("files")));
  return { key: key.id, fingerprint: key.fingerprint, algorithm: key.algorithm, scope: key.scope };
}

interface FileHash {
  readonly hash: string;
  readonly algorithm: string;
}

const OPA_PLUGIN = "_default";

/** At least one token. */
function tokensIn(bytes: Uint8Array): readonly string[] {
  const written = parseJson(bytes, SIGNATURES_FILE);
  const wrong = (detail: string): BautaError => new BautaError(1626, { path: SIGNATURES_FILE, detail });
  if (!isJsonObject(written)) throw wrong("it is an object");
  const plugin = written.get("plugin") ?? OPA_PLUGIN;
  if (plugin !== OPA_PLUGIN && plugin !== "") throw wrong("a plug-in has signed");
  const signatures = written.get("signatures");
  const tokens = Array.isArray(signatures) ? (signatures as readonly Json[]) : [];
  if (tokens.length === 0 || tokens.length > BUNDLE_SIGNATURES_MAX || !tokens.every((token) => typeof token === "string"))
    throw wrong(`\`signatures\` holds one token to ${BUNDLE_SIGNATURES_MAX}`);
  return tokens as readonly string[];
}

function hashesIn(files: Json | undefined): ReadonlyMap<string, FileHash> {
  const hashes = new Map<string, FileHash>();
  const wrong = (detail: string): BautaError => new BautaError(1626, { path: SIGNATURES_FILE, detail });
  if (!Array.isArray(files)) throw wrong("the token lists no files");
  for (const file of files as readonly Json[]) {
    const [name, hash, algorithm] = isJsonObject(file) ? [file.get("name"), file.get("hash"), file.get("algorithm")] : [];
    if (typeof name !== "string" || typeof hash !== "string" || typeof algorithm !== "string")
      throw wrong("a file has a name, hash and algorithm");
    const path = name.replace(/^\//, "");
    if (hashes.has(path)) throw wrong("a file is listed twice");
    hashes.set(path, { hash, algorithm });
  }
  return hashes;
}

function verifyFiles({ files }: Bundle, hashes: ReadonlyMap<string, FileHash>): void {
  const signed = new Map([...files].filter(([path]) => path !== SIGNATURES_FILE));
  for (const path of signed.keys()) if (!hashes.has(path)) throw new BautaError(1632, { path });
  for (const [path, hash] of hashes) {
    const bytes = signed.get(path);
    if (bytes === undefined) throw new BautaError(1633, { path });
    if (hashOf(path, bytes, hash.algorithm) !== hash.hash.toLowerCase()) throw new BautaError(1631, { path });
  }
}

/** As OPA calls them; it makes SHA-256, and would take MD5 too. */
const HASHES: Readonly<Record<string, string>> = { "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512" };

function hashOf(path: string, bytes: Uint8Array, algorithm: string): string {
  const hash = HASHES[algorithm];
  if (hash === undefined) throw new BautaError(1626, { path, detail: `the file is hashed by none of ${Object.keys(HASHES).join(", ")}` });
  return createHash(hash).update(hashedContent(path, bytes)).digest("hex");
}
