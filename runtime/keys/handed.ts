/** Sub-keys for another thread of the same run: it derives nothing, and never sees a root. */
import { BautaError } from "../kit/errors.ts";
import { KEY_LENGTH, type KeyNamespace, type KeyRing } from "./api.ts";

/** Plain data, so that a message can carry it. */
export interface HandedKeys {
  readonly origin: KeyRing["origin"];
  readonly id: string;
  readonly environment: string;
  readonly capabilities: KeyRing["capabilities"];
  readonly keyVersion: number;
  readonly facts: KeyRing["facts"];
  readonly namespaces: readonly KeyNamespace[];
  /** 32 bytes for each namespace. */
  readonly namespaceKeys: Uint8Array;
  readonly purposes: readonly { readonly purpose: string; readonly key: Uint8Array }[];
}

/** Copies of the sub-keys that are needed; whoever gets them overwrites them. */
export function handKeys(ring: KeyRing, namespaces: readonly KeyNamespace[], purposes: readonly string[]): HandedKeys {
  const { origin, id, environment, capabilities, keyVersion, facts } = ring;
  return {
    origin,
    id,
    environment,
    capabilities,
    keyVersion,
    facts,
    namespaces: namespaces.map(({ name, keyVersion: version }) => ({ name, keyVersion: version })),
    namespaceKeys: ring.namespaceKeys(namespaces),
    purposes: purposes.map((purpose) => ({ purpose, key: ring.purposeKey(purpose) })),
  };
}

/** The memory of the keys, to be moved with a message, so that no copy stays behind. */
export const memoryOf = ({ namespaceKeys, purposes }: HandedKeys): ArrayBuffer[] =>
  [namespaceKeys, ...purposes.map(({ key }) => key)].map((bytes) => bytes.buffer as ArrayBuffer);

/** A ring that has what it was handed and nothing else. It owns the keys. */
export function handedKeyRing(keys: HandedKeys): KeyRing {
  const { origin, id, environment, capabilities, keyVersion, facts } = keys;
  return {
    origin,
    id,
    environment,
    capabilities,
    keyVersion,
    facts,
    // Nothing is signed in such a thread.
    signing: [],
    namespaceKeys(namespaces) {
      const found = new Uint8Array(namespaces.length * KEY_LENGTH);
      for (const [i, { name, keyVersion: version }] of namespaces.entries()) {
        const at = keys.namespaces.findIndex((known) => known.name === name && known.keyVersion === version);
        if (at < 0) throw new BautaError(1110, { detail: `version ${version}` });
        found.set(keys.namespaceKeys.subarray(at * KEY_LENGTH, (at + 1) * KEY_LENGTH), i * KEY_LENGTH);
      }
      return found;
    },
    purposeKey(purpose) {
      const found = keys.purposes.find((known) => known.purpose === purpose);
      if (found === undefined) throw new BautaError(9001, { detail: "a key that was not handed over" });
      return found.key.slice();
    },
    close() {
      keys.namespaceKeys.fill(0);
      for (const { key } of keys.purposes) key.fill(0);
    },
  };
}
