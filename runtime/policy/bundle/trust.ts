/**
 * Whose bundles are taken: public keys, each pinned by its id, with the one algorithm that it signs by and the scope that it signs for.
 *
 * An algorithm belongs to a key, never to a bundle: what a bundle's token says of its algorithm has to be what is written here.
 */
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import type { TrustDefinition, TrustedKeyDefinition } from "./trust-definition.ts";

export const ALGORITHMS = ["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

export interface TrustedKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  readonly scope: string;
  readonly publicKey: KeyObject;
  /** SHA-256 (hex) of its SubjectPublicKeyInfo. */
  readonly fingerprint: string;
}

export interface Trust {
  readonly keys: ReadonlyMap<string, TrustedKey>;
  readonly pinned: string | undefined;
  readonly dangerUnsigned: boolean;
}

/** @throws BautaError 1639 with the id of the key that is none, or does not go with its algorithm */
export function openTrust({ keys, key, scope, dangerUnsigned = false }: TrustDefinition): Trust {
  const opened = new Map(Object.entries(keys).map(([id, definition]) => [id, openKey(id, definition, scope)]));
  if (key !== undefined && !opened.has(key)) throw new BautaError(1639, { path: key, detail: "there is no key of that id" });
  if (opened.size === 0 && !dangerUnsigned) throw new BautaError(1639, { detail: "there is no key" });
  return { keys: opened, pinned: key, dangerUnsigned };
}

function openKey(id: string, { key, algorithm, scope = "" }: TrustedKeyDefinition, over: string | undefined): TrustedKey {
  if (!isAlgorithm(algorithm)) throw new BautaError(1639, { path: id, detail: `the algorithm is one of ${ALGORITHMS.join(", ")}` });
  const publicKey = readPublicKey(id, key);
  if (!fits(publicKey, algorithm)) throw new BautaError(1639, { path: id, detail: `the key is none for ${algorithm}` });
  const fingerprint = createHash("sha256")
    .update(publicKey.export({ format: "der", type: "spki" }))
    .digest("hex");
  return { id, algorithm, scope: over ?? scope, publicKey, fingerprint };
}

const isAlgorithm = (word: string): word is Algorithm => ALGORITHMS.some((algorithm) => algorithm === word);

function readPublicKey(id: string, text: string): KeyObject {
  const isJwk = text.trimStart().startsWith("{");
  // A public key would be made of them without a word.
  if (/PRIVATE KEY-----/.test(text)) throw new BautaError(1639, { path: id, detail: "a private key; only the public one belongs here" });
  try {
    const jwk = isJwk ? (JSON.parse(text) as Record<string, string>) : undefined;
    if (jwk !== undefined && "d" in jwk)
      throw new BautaError(1639, { path: id, detail: "a private key; only the public one belongs here" });
    return createPublicKey(jwk === undefined ? text : { key: jwk, format: "jwk" });
  } catch (error) {
    throw error instanceof BautaError ? error : new BautaError(1639, { path: id, detail: "no public key in PEM or JWK" });
  }
}

/** RFC 7518: curves by algorithm. */
const CURVES: Readonly<Record<string, string>> = { ES256: "prime256v1", ES384: "secp384r1", ES512: "secp521r1" };
/** RFC 7518, sections 3.3 and 3.5. */
const RSA_BITS_MIN = 2048;

function fits({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject, algorithm: Algorithm): boolean {
  if (algorithm === "EdDSA") return type === "ed25519";
  const curve = CURVES[algorithm];
  if (curve !== undefined) return type === "ec" && details?.namedCurve === curve;
  return type === "rsa" && (details?.modulusLength ?? 0) >= RSA_BITS_MIN;
}
