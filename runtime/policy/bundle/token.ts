/** The token of a bundle's signature: a JWS in its compact form (RFC 7515), checked against the keys that are pinned. */
import { constants, type VerifyKeyObjectInput, verify } from "node:crypto";
import { BautaError } from "../../kit/errors.ts";
import { isJsonObject, type JsonObject, parseJson } from "./json.ts";
import type { Algorithm, Trust, TrustedKey } from "./trust.ts";

export interface VerifiedToken {
  readonly key: TrustedKey;
  readonly payload: JsonObject;
}

/**
 * Nothing of the payload is believed before its signature was checked, but for the id of the key (as OPA has it: the settings' before
 * `kid` of the header before `keyid` of the payload).
 * @throws BautaError 1626 no token, 1627 `none`, 1628 another algorithm than the key's, 1629 unknown key, 1630 the signature is not of it
 */
export function verifyToken(token: string, trust: Trust, path: string): VerifiedToken {
  const [head = "", body = "", mark = "", ...more] = token.split(".");
  if (more.length > 0) throw new BautaError(1626, { path, detail: "a token has three parts" });
  const header = objectIn(head, path);
  const algorithm = header.get("alg");
  if (typeof algorithm !== "string") throw new BautaError(1626, { path, detail: "the token names no algorithm" });
  // What has no signature, or one that everybody can make who can check it, does not get as far as a key.
  if (algorithm.toLowerCase() === "none") throw new BautaError(1627, { path });
  if (/^HS/i.test(algorithm)) throw new BautaError(1628, { path, detail: `${wordOf(algorithm)}: whoever can check it can make it` });
  if (header.has("crit") || header.has("b64")) throw new BautaError(1626, { path, detail: "an extension that is not known" });
  const payload = objectIn(body, path);
  const key = keyOf(trust, header, payload, path);
  if (!isOf(key, algorithm)) {
    throw new BautaError(1628, { path, detail: `${wordOf(algorithm)}; the key ${key.id} signs by ${key.algorithm}` });
  }
  if (!isSignedBy(key, Buffer.from(`${head}.${body}`), bytesOf(mark, path))) throw new BautaError(1630, { path, detail: `key ${key.id}` });
  return { key, payload };
}

function keyOf({ keys, pinned }: Trust, header: JsonObject, payload: JsonObject, path: string): TrustedKey {
  const named = [pinned, header.get("kid"), payload.get("keyid")].find((id) => typeof id === "string" && id !== "") as string | undefined;
  if (named === undefined) throw new BautaError(1629, { path, detail: "the token names no key" });
  const key = keys.get(named);
  if (key === undefined) throw new BautaError(1629, { path, detail: `key ${wordOf(named)}` });
  return key;
}

/** RFC 9864 calls EdDSA by the name of its curve. */
const isOf = ({ algorithm }: TrustedKey, said: string): boolean => said === algorithm || (algorithm === "EdDSA" && said === "Ed25519");

/** What a token says of itself, for a message. */
const wordOf = (text: string): string => (/^[\w.:@/+-]{1,64}$/.test(text) ? text : "of a name that cannot be shown");

function objectIn(part: string, path: string): JsonObject {
  const value = parseJson(bytesOf(part, path), path);
  if (!isJsonObject(value)) throw new BautaError(1626, { path, detail: "a part of the token is no object" });
  return value;
}

/** base64url without padding, in the one way that it can be written. */
function bytesOf(part: string, path: string): Buffer {
  const bytes = Buffer.from(part, "base64url");
  if (part === "" || bytes.toString("base64url") !== part)
    throw new BautaError(1626, { path, detail: "a part of the token is no base64url" });
  return bytes;
}

type Settings = Omit<VerifyKeyObjectInput, "key">;

/** RFC 7518, section 3: the hash, and how the signature is made of it. ECDSA's two numbers stand side by side. */
const ECDSA: Settings = { dsaEncoding: "ieee-p1363" };
const PKCS1: Settings = { padding: constants.RSA_PKCS1_PADDING };
const PSS: Settings = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
const SCHEMES: Readonly<Record<Algorithm, readonly [string | null, Settings]>> = {
  ES256: ["sha256", ECDSA],
  ES384: ["sha384", ECDSA],
  ES512: ["sha512", ECDSA],
  RS256: ["sha256", PKCS1],
  RS384: ["sha384", PKCS1],
  RS512: ["sha512", PKCS1],
  PS256: ["sha256", PSS],
  PS384: ["sha384", PSS],
  PS512: ["sha512", PSS],
  // Ed25519 brings its own hash.
  EdDSA: [null, {}],
};

function isSignedBy({ algorithm, publicKey }: TrustedKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const [hash, settings] = SCHEMES[algorithm];
  try {
    return verify(hash, bytes, { ...settings, key: publicKey }, signature);
  } catch {
    // Of a length that cannot be one.
    return false;
  }
}
