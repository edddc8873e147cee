/** What a policy decided for one view, as one text: the same decisions give the same bytes, whoever asked and when. */
import { createHash } from "node:crypto";
import type { ViewPolicy } from "./api.ts";

const VERSION = 1;

/** Plain data without an order of its own: keys are sorted. */
export function encodeDecisions(policy: ViewPolicy): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ "bauta-decisions": VERSION, ...policy }, sorted));
}

/** SHA-256 (hex) of it. Made once for each policy: one that reads paths has a hundred thousand answers. */
export function decisionsDigest(policy: ViewPolicy): string {
  let digest = DIGESTS.get(policy);
  if (digest === undefined) {
    digest = createHash("sha256").update(encodeDecisions(policy)).digest("hex");
    DIGESTS.set(policy, digest);
  }
  return digest;
}

const DIGESTS = new WeakMap<ViewPolicy, string>();

/** What the bytes say; undefined if they are of no decisions that this version knows. */
export function decodeDecisions(bytes: Uint8Array): ViewPolicy | undefined {
  try {
    const { "bauta-decisions": version, ...policy } = JSON.parse(new TextDecoder().decode(bytes)) as ViewPolicy & {
      readonly "bauta-decisions": number;
    };
    return version === VERSION ? policy : undefined;
  } catch {
    return undefined;
  }
}

function sorted(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
