/**
 * How likely tokens and hashes collide. With n distinct values and N tokens the chance that any two collide is at most
 * n(n−1)/2N, taken as n²/2N (the birthday bound); above one in a million it is refused.
 */
import type { Namespace } from "./model.ts";
import { isFigureTechnique, isReversible, TOKEN_KINDS } from "./vocabulary.ts";

/** The chance is refused above 1 in this number. */
const RISK_ONE_IN = 1_000_000n;

/** What outputs are made of: `width` characters, each of `alphabet` ones. */
export interface TokenSpace {
  readonly alphabet: number;
  readonly width: number;
}

/** Outputs of a namespace in a text field; undefined for techniques that draw from a class of values instead. */
export function tokenSpace(namespace: Namespace): TokenSpace | undefined {
  if (namespace.technique === "hash") return { alphabet: 16, width: namespace.width };
  if (isReversible(namespace.technique) || namespace.technique === "generate" || isFigureTechnique(namespace.technique)) return undefined;
  if (namespace.technique === "pseudonym" && !TOKEN_KINDS.includes(namespace.kind)) return undefined;
  return { alphabet: 32, width: namespace.width };
}

/** Whether outputs from this space collide too easily for the namespace's cardinality. */
export function collides(namespace: Namespace, space: TokenSpace): boolean {
  if (namespace.acceptCollisions) return false;
  const count = namespace.cardinality;
  return count * count * RISK_ONE_IN > 2n * BigInt(space.alphabet) ** BigInt(space.width);
}
