/**
 * The fuzzer: breaks messages in ways that know their structure, and puts each through both engines. What it holds them to:
 * nothing is thrown, both give the same bytes and refusals however the input is cut into chunks, records in are records out and refused,
 * and no canary comes out. A case is its seed and number alone, so one can be repeated without those before it.
 */
import { Random } from "../generators/random.ts";
import type { Masked } from "../property/masking.ts";
import type { FuzzFormat, Planted } from "./api.ts";

/** Anything that masks one source: `Masking`, or something that a test made wrong. */
export interface FuzzEngine {
  mask(input: Uint8Array, chunks?: readonly number[]): Masked;
}

export interface FuzzOptions {
  readonly format: FuzzFormat;
  readonly native: FuzzEngine;
  readonly portable: FuzzEngine;
  readonly seed: number;
  readonly from: number;
  readonly count: number;
  /** Called before each case: who watches can tell where a hang or a crash was. */
  readonly at?: (number: number) => void;
}

export interface FuzzResult {
  readonly cases: number;
  /** Cases that came out whole, and in part. */
  readonly masked: number;
  readonly refused: number;
  /** Refusals by code. */
  readonly codes: ReadonlyMap<number, number>;
  /** What went wrong: the case and how; never content. */
  readonly failures: readonly FuzzFailure[];
}

export interface FuzzFailure {
  readonly number: number;
  readonly what: "thrown" | "engines differ" | "clear canary";
  readonly detail: string;
}

/** A run that finds more than this has found enough. */
const FAILURES_MAX = 20;
/** How often a message is broken: mostly once, or hardly anything would come out. */
const MUTATIONS = [1, 1, 1, 1, 2, 3, 4] as const;

export function fuzz({ format, native, portable, seed, from, count, at }: FuzzOptions): FuzzResult {
  const seeds = format.seeds(new Random(seed));
  const codes = new Map<number, number>();
  const failures: FuzzFailure[] = [];
  let masked = 0;
  let refused = 0;
  let cases = 0;
  for (let number = from; number < from + count && failures.length < FAILURES_MAX; number++) {
    at?.(number);
    cases++;
    const { input, planted, chunks } = caseOf(format, seeds, seed, number);
    const outcome = judged(input, planted, chunks, native, portable);
    if ("what" in outcome) {
      failures.push({ number, ...outcome });
      continue;
    }
    if (outcome.refusals.length > 0) refused++;
    else masked++;
    for (const { code } of outcome.refusals) codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  return { cases, masked, refused, codes, failures };
}

/** The input of one case: a seed message, broken up to four times. */
export function caseOf(
  format: FuzzFormat,
  seeds: readonly Planted[],
  seed: number,
  number: number,
): { readonly input: Uint8Array; readonly planted: Planted; readonly chunks: readonly number[] } {
  const random = new Random(Math.imul(seed ^ 0x9e37_79b9, 0x85eb_ca6b) ^ Math.imul(number + 1, 0xc2b2_ae35));
  const planted = random.pick(seeds);
  let input = planted.bytes;
  for (let i: number = random.pick(MUTATIONS); i > 0; i--) input = format.mutate(input, random);
  const chunks = random.chance(0.5) ? [] : [1 + random.below(40), 1 + random.below(2000), 1 + random.below(200)];
  return { input, planted, chunks };
}

function judged(
  input: Uint8Array,
  planted: Planted,
  chunks: readonly number[],
  native: FuzzEngine,
  portable: FuzzEngine,
): Masked | Omit<FuzzFailure, "number"> {
  let one: Masked;
  let other: Masked;
  try {
    one = native.mask(input);
    other = portable.mask(input, chunks);
  } catch (error) {
    return { what: "thrown", detail: error instanceof Error ? error.name : "not an error" };
  }
  const difference = differs(one, other);
  if (difference !== "") return { what: "engines differ", detail: difference };
  const clear = Buffer.from(one.output).toString("latin1").toLowerCase();
  const seen = planted.canaries.filter((canary) => clear.includes(canary)).length;
  return seen > 0 ? { what: "clear canary", detail: `${seen} of ${planted.canaries.length}` } : one;
}

function differs(one: Masked, other: Masked): string {
  if (Buffer.compare(one.output, other.output) !== 0) return `outputs of ${one.output.length} and ${other.output.length} bytes`;
  if (one.records !== other.records) return `${one.records} and ${other.records} records`;
  if (one.stopped !== other.stopped) return "one stopped";
  const keys = [one, other].map(({ refusals }) =>
    refusals.map(({ code, record, offset, path }) => `${code} ${record} ${offset} ${path}`).join("\n"),
  );
  return keys[0] === keys[1] ? "" : "refusals";
}
