/** Sealing: what is encrypted to a public key, and opened by whoever has the private one. The format is age's (C2SP), with X25519. */
import { BautaError } from "../kit/errors.ts";

export type Seal = (bytes: Uint8Array) => Promise<Uint8Array>;

/** @throws BautaError 1525 for a key that is none */
export async function openSeal(publicKey: string): Promise<Seal> {
  const { Encrypter } = await import("age-encryption");
  const encrypter = new Encrypter();
  try {
    encrypter.addRecipient(publicKey);
  } catch {
    throw new BautaError(1525, { detail: "the public key is none" });
  }
  return (bytes) => encrypter.encrypt(bytes);
}

/**
 * @param identity text of a private key's file, as `bauta dlq key` or age-keygen writes it
 * @throws BautaError 1525 for a key that is none, or another one
 */
export async function unseal(identity: string, sealed: Uint8Array): Promise<Uint8Array> {
  const { Decrypter } = await import("age-encryption");
  const decrypter = new Decrypter();
  try {
    for (const line of identity.split(/\r?\n/)) if (line.startsWith(PRIVATE)) decrypter.addIdentity(line);
    return await decrypter.decrypt(sealed);
  } catch {
    throw new BautaError(1525, { detail: "it is not sealed to this key, or was changed" });
  }
}

export interface SealKeys {
  readonly privateKey: string;
  readonly publicKey: string;
}

export async function newSealKeys(): Promise<SealKeys> {
  const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
  const privateKey = await generateX25519Identity();
  return { privateKey, publicKey: await identityToRecipient(privateKey) };
}

const PRIVATE = "AGE-SECRET-KEY-1";
