/**
 * Which spellings are one party: over a million generated names the merges are those of test/oracles/names.py, which was written from
 * the published table (docs/internals/people.md) alone. BAUTA_NAMES says over how many; `npm test` takes a fifth of them.
 */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import type { EngineName } from "../../runtime/engines/api.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { Random } from "../generators/random.ts";
import { DEPTH, seeded } from "../seed.ts";
import { projectRoot } from "../shared.ts";
import type { Draft } from "../suites/engine/bench.ts";
import { maskAll } from "./bulk.ts";
import { party, spelling } from "./spellings.ts";

const COUNT = Number(process.env["BAUTA_NAMES"] ?? Math.min(1_000_000, 200_000 * DEPTH));
const SLOW = 600_000;

const random = new Random(seeded("names"));
const corpus: string[] = [];
while (corpus.length < COUNT) {
  const name = party(random);
  for (let i = 0; i < 4 && corpus.length < COUNT; i++) corpus.push(spelling(random, name));
}

/** The name form of each name, by the oracle. */
function formsOf(names: readonly string[], ...options: readonly string[]): string[] {
  const input = names.map((name) => JSON.stringify(name)).join("\n");
  const judged = spawnSync("python3", [`${projectRoot}test/oracles/names.py`, ...options], { input, encoding: "utf8", maxBuffer: 1 << 30 });
  if (judged.status !== 0) throw new Error(`the oracle of name forms failed: ${judged.stderr}`);
  return judged.stdout.trimEnd().split("\n");
}

/** Pairs of a form and an output that belong to more than one of the other: at most five, as examples. */
function contradictions(forms: readonly string[], outputs: readonly string[]): string[] {
  const outputOf = new Map<string, number>();
  const formOf = new Map<string, number>();
  const found: string[] = [];
  for (const [i, form] of forms.entries()) {
    const output = outputs[i] as string;
    const [alike, same] = [outputOf.get(form), formOf.get(output)];
    if (alike !== undefined && outputs[alike] !== output) found.push(`${corpus[alike]} | ${corpus[i]} should be one`);
    if (same !== undefined && forms[same] !== form) found.push(`${corpus[same]} | ${corpus[i]} should be two`);
    if (found.length >= 5) return found;
    outputOf.set(form, i);
    formOf.set(output, i);
  }
  return found;
}

async function outputsOf(name: EngineName, draft: Partial<Draft>, names: readonly string[]): Promise<string[]> {
  const outcomes = maskAll(await loadEngine(name), { technique: "hash", kind: "party-name", width: 64, ...draft }, names);
  expect(outcomes.every(({ status }) => status === 1)).toBe(true);
  return outcomes.map(({ text }) => text);
}

describe(`${COUNT} names`, () => {
  const forms = formsOf(corpus);
  const few = corpus.slice(0, COUNT / 10);

  test("are many parties in several spellings each", () => {
    const parties = new Set(forms).size;
    expect(parties).toBeGreaterThan(COUNT / 4);
    expect(parties).toBeLessThan(COUNT * 0.8);
  });

  test.each([...ENGINE_NAMES])(
    "merge in engine %s as the table says",
    async (name) => {
      expect(contradictions(forms, await outputsOf(name, {}, corpus))).toEqual([]);
    },
    SLOW,
  );

  test.each([...ENGINE_NAMES])(
    "merge in engine %s with what is merged on request",
    async (name) => {
      for (const draft of [{ truncated: true }, { initials: true }, { truncated: true, initials: true }]) {
        const options = Object.keys(draft).map((key) => `--${key}`);
        expect(contradictions(formsOf(few, ...options), await outputsOf(name, draft, few))).toEqual([]);
      }
    },
    SLOW,
  );
});
