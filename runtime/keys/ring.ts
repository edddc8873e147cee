/** The one implementation of a key ring: roots by version, kept as secrets. */
import { BautaError } from "../kit/errors.ts";
import { type Capability, KEY_LENGTH, type KeyFacts, type KeyNamespace, type KeyRing, type SigningVersion } from "./api.ts";
import { checkValue, fingerprintOf, namespaceKey, purposeKey } from "./derive.ts";
import type { Secret } from "./secret.ts";

export interface RingInit {
  readonly origin: KeyRing["origin"];
  readonly id?: string;
  readonly environment?: string;
  readonly capabilities: readonly Capability[];
  readonly signing?: readonly SigningVersion[];
  /** At least one; the ring owns the secrets from now on. */
  readonly roots: ReadonlyMap<number, Secret>;
}

export class RootKeyRing implements KeyRing {
  readonly origin: KeyRing["origin"];
  readonly id: string;
  readonly environment: string;
  readonly capabilities: readonly Capability[];
  readonly keyVersion: number;
  readonly facts: readonly KeyFacts[];
  readonly signing: readonly SigningVersion[];
  readonly #roots: ReadonlyMap<number, Secret>;

  constructor(init: RingInit) {
    this.origin = init.origin;
    this.id = init.id ?? "";
    this.environment = init.environment ?? "";
    this.capabilities = init.capabilities;
    this.#roots = init.roots;
    const versions = [...init.roots].sort(([a], [b]) => a - b);
    this.keyVersion = versions.at(-1)?.[0] ?? 0;
    this.facts = versions.map(([version, root]) => ({ version, check: root.open(checkValue), fingerprint: root.open(fingerprintOf) }));
    this.signing = init.signing ?? [];
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
