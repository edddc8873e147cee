/** Python's decimals as the judge of what adds up (sums.py). */
import { spawnSync } from "node:child_process";
import { projectRoot } from "../shared.ts";
import { python } from "./checks.ts";

export interface SumsRequest {
  /** Records of one account, or of one file, in their order. */
  readonly before: readonly Uint8Array[];
  /** What they were masked into. */
  readonly after: readonly Uint8Array[];
}

export interface SumsVerdict {
  /** Of what held before: how much, and of which kinds. */
  readonly held: number;
  readonly kinds: readonly string[];
  /** What of that does not hold after. */
  readonly broken: readonly string[];
  /** What did not hold before. */
  readonly unsound: readonly string[];
  readonly amounts: number;
  readonly changed: number;
  /** The largest change of an amount of 1,000 and more, as a part of it. */
  readonly farthest: number;
}

/** Verdict for each request, in order. Throws when the oracle cannot be run: a missing judge fails the test. */
export function judgeSums(requests: readonly SumsRequest[]): SumsVerdict[] {
  const encoded = (records: readonly Uint8Array[]): readonly string[] => records.map((record) => Buffer.from(record).toString("base64"));
  const input = requests.map(({ before, after }) => JSON.stringify({ before: encoded(before), after: encoded(after) })).join("\n");
  const result = spawnSync(python(), [`${projectRoot}test/oracles/sums.py`], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`the oracle of sums failed: ${result.stderr}`);
  const verdicts = result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as SumsVerdict);
  if (verdicts.length !== requests.length) throw new Error("the oracle of sums lost an answer");
  return verdicts;
}
