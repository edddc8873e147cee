/** What a policy decided for one view, as one text: the same decisions give the same bytes, whoever asked and when. */
import { createHash } from "node:crypto";
import type { Turns } from "../platform/turns.ts";
import type { Answer } from "./answer.ts";
import type { ViewPolicy } from "./api.ts";

const VERSION = 1;

/** Plain data without an order of its own: keys are sorted. */
export function encodeDecisions(policy: ViewPolicy): Uint8Array {
  return new TextEncoder().encode([...partsOf(policy)].join(""));
}

/** The same where others are to get their turn meanwhile: a policy that reads paths has a hundred thousand answers. */
export async function encodeInTurns(policy: ViewPolicy, turns: Turns): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = [];
  for (const part of partsOf(policy)) {
    chunks.push(new TextEncoder().encode(part));
    if (turns.isOver) await turns.next();
  }
  return chunks;
}

/** SHA-256 (hex) of it. Made once for each policy. */
export function decisionsDigest(policy: ViewPolicy): string {
  let digest = DIGESTS.get(policy);
  if (digest === undefined) {
    const hash = createHash("sha256");
    for (const part of partsOf(policy)) hash.update(part);
    digest = hash.digest("hex");
    DIGESTS.set(policy, digest);
  }
  return digest;
}

/**
 * Makes the digest so that others get their turn meanwhile; whoever asks for it from then on does not wait.
 * @param keys of the answers, in order
 */
export async function digestInTurns(policy: ViewPolicy, keys: readonly string[], turns: Turns): Promise<void> {
  KEYS.set(policy, keys);
  const hash = createHash("sha256");
  for (const part of partsOf(policy)) {
    hash.update(part);
    if (turns.isOver) await turns.next();
  }
  DIGESTS.set(policy, hash.digest("hex"));
}

const DIGESTS = new WeakMap<ViewPolicy, string>();
/** Keys of answers in order, as far as they are known: all views have the same. */
const KEYS = new WeakMap<ViewPolicy, readonly string[]>();

/** Answers in a part of the text. */
const ANSWERS = 512;

/** The text, in parts that take no time to speak of. */
function* partsOf(policy: ViewPolicy): Generator<string> {
  const { answers } = policy;
  const keys = KEYS.get(policy) ?? Object.keys(answers).sort();
  const texts = new Map<Answer, string>();
  yield BEGIN;
  for (let from = 0; from < keys.length; from += ANSWERS) {
    let part = "";
    for (const key of keys.slice(from, from + ANSWERS)) {
      const answer = answers[key] as Answer;
      const text = texts.get(answer) ?? JSON.stringify(answer, sorted);
      texts.set(answer, text);
      part += `${part === "" && from === 0 ? "" : ","}${JSON.stringify(key)}:${text}`;
    }
    yield part;
  }
  // Of all keys it comes first.
  yield `}${JSON.stringify({ "bauta-decisions": VERSION, ...policy, answers: {} }, sorted).slice(BEGIN.length + 1)}`;
}

const BEGIN = '{"answers":{';

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
