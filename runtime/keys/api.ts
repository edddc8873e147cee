/**
 * Keys: where the root of an environment comes from, and the sub-keys that engines get. The root never leaves this room.
 *
 * FF1 is symmetric: whoever can mask with a root can also unmask with it. The capabilities of a ring are therefore a guard of the
 * tool and of who holds which file, not of mathematics.
 */

export type Capability = "mask" | "unmask";

/** A namespace as a plan names it: its name, and the version of the key that its sub-key comes from. */
export interface KeyNamespace {
  readonly name: string;
  readonly keyVersion: number;
}

/** A version of a root by what may be told of it. */
export interface KeyFacts {
  readonly version: number;
  /** Key check value, six hex digits: what a person compares. */
  readonly check: string;
  /** 32 hex digits that only this key gives: two rings with one key have the same one. Says nothing that helps to find the key. */
  readonly fingerprint: string;
}

/** A version of the key that signs manifests. */
export interface SigningVersion {
  readonly version: number;
  /** From when on it is the one that signs; RFC 3339, UTC. */
  readonly from: string;
}

/** Bytes of a root, and of each sub-key. */
export const KEY_LENGTH = 32;

export interface KeyRing {
  /** Where the root comes from. `seed` protects nothing from whoever holds the model. */
  readonly origin: "file" | "ephemeral" | "seed";
  /** Identifies the key, says nothing about it; empty for rings that no file stores. */
  readonly id: string;
  /** Empty for rings that no file stores. */
  readonly environment: string;
  readonly capabilities: readonly Capability[];
  /** Version that new pseudonyms come from: the highest there is. */
  readonly keyVersion: number;
  /** Of each version of the root, ascending. */
  readonly facts: readonly KeyFacts[];
  /** Ascending; the last one signs. Empty for rings that no file stores: whoever checks a signature could not know its key. */
  readonly signing: readonly SigningVersion[];
  /**
   * The sub-keys of the namespaces, 32 bytes each, in their order: the key table that `Engine.open` takes. The caller owns the bytes
   * and fills them with zeros when the engine is open.
   * @throws BautaError 1110 if the ring has no key of a version; 9001 after `close`
   */
  namespaceKeys(namespaces: readonly KeyNamespace[]): Uint8Array;
  /**
   * A sub-key for a purpose of Bauta's own, such as the keyed hash that names a refused record; never equal to a namespace's.
   * @throws BautaError 9001 after `close`
   */
  purposeKey(purpose: string): Uint8Array;
  /** Overwrites the root. The ring cannot be used any more. */
  close(): void;
}
