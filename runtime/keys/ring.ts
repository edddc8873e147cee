/** The one implementation of a key ring: roots by version, kept as secrets. */
import { BautaError } from "../kit/errors.ts";
import { type Capability, KEY_LENGTH, type KeyNamespace, type KeyRing } from "./api.ts";
import { namespaceKey, purposeKey } from "./derive.ts";
import type { Secret } from "./secret.ts";

export interface RingInit {
  readonly origin: KeyRing["origin"];
  readonly id?: string;
  readonly environment?: string;
  readonly capabilities: readonly Capability[];
  /** At least one; the ring owns the secrets from now on. */
  readonly roots: ReadonlyMap<number, Secret>;
}

export class RootKeyRing implements KeyRing {
  readonly origin: KeyRing["origin"];
  readonly id: string;
  readonly environment: string;
  readonly capabilities: readonly Capability[];
  readonly keyVersion: number;
  readonly #roots: ReadonlyMap<number, Secret>;

  constructor(init: RingInit) {
    this.origin = init.origin;
    this.id = init.id ?? "";
    this.environment = init.environment ?? "";
    this.capabilities = init.capabilities;
    this.#roots = init.roots;
    this.keyVersion = [...init.roots.keys()].sort((a, b) => a - b).at(-1) ?? 0;
  }

  namespaceKeys(namespaces: readonly KeyNamespace[]): Uint8Array {
    const keys = new Uint8Array(namespaces.length * KEY_LENGTH);
    for (const [i, namespace] of namespaces.entries()) {
      const key = this.#root(namespace.keyVersion).open((root) => namespaceKey(root, namespace));
      keys.set(key, i * KEY_LENGTH);
      key.fill(0);
    }
    return keys;
  }

  purposeKey(purpose: string): Uint8Array {
    return this.#root(this.keyVersion).open((root) => purposeKey(root, purpose));
  }

  close(): void {
    for (const root of this.#roots.values()) root.close();
  }

  #root(version: number): Secret {
    const root = this.#roots.get(version);
    if (root === undefined) throw new BautaError(1110, { detail: `version ${version}` });
    return root;
  }
}
