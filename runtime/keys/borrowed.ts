/** A ring that several plans use, one after the other or at once: it is closed by whoever lends it. */
import type { KeyRing } from "./api.ts";

/** The same keys; closing this one leaves them as they are. */
export function borrowedKeyRing(ring: KeyRing): KeyRing {
  const { origin, id, environment, capabilities, keyVersion, facts, signing } = ring;
  return {
    origin,
    id,
    environment,
    capabilities,
    keyVersion,
    facts,
    signing,
    namespaceKeys: (namespaces) => ring.namespaceKeys(namespaces),
    purposeKey: (purpose) => ring.purposeKey(purpose),
    close: () => undefined,
  };
}
