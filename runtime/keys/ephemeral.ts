/** Rings that no file stores: for mode random, and for models that take their key from the seed. */
import { randomBytes } from "node:crypto";
import { KEY_LENGTH, type KeyRing } from "./api.ts";
import { seedRoot } from "./derive.ts";
import { RootKeyRing } from "./ring.ts";
import { Secret } from "./secret.ts";

/** Random bytes of the operating system; passed in so that a simulation can be replayed. */
export type RandomBytes = (length: number) => Uint8Array;

/**
 * The ring of mode random: a root from the operating system's generator that is nowhere stored. It cannot unmask. With scope `run`
 * one ring serves the run; with scope `record` each record has its own, and is put through an engine opened for it.
 */
export function ephemeralKeyRing(random: RandomBytes = randomBytes): KeyRing {
  return ringOf("ephemeral", random(KEY_LENGTH));
}

/**
 * The ring of a model that says `danger-seed-as-key`: whoever holds the model holds the key.
 * @param seed of the model
 */
export function seedKeyRing(seed: string): KeyRing {
  return ringOf("seed", seedRoot(seed));
}

/** A ring over one root of version 1; the bytes given are overwritten. */
function ringOf(origin: "ephemeral" | "seed", bytes: Uint8Array): KeyRing {
  const root = new Secret(bytes);
  bytes.fill(0);
  const capabilities = origin === "seed" ? (["mask", "unmask"] as const) : (["mask"] as const);
  return new RootKeyRing({ origin, capabilities, roots: new Map([[1, root]]) });
}
