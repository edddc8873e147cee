/**
 * Amounts under whole factors: what added up adds up. Judged by the rules between values (docs/cli.md, verify-message), which look at the
 * bytes by themselves and know of no technique.
 */
import { beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { RATE } from "../../runtime/formats/rules.ts";
import { MESSAGE_RULES } from "../../runtime/registry.ts";
import { ENGINE_NAMES } from "../engines.ts";
import { Masking } from "../property/masking.ts";
import { filesBelow, projectRoot, sharedExists, sharedRoot } from "../shared.ts";

const MODEL = {
  bauta: 1,
  name: "scaled",
  extends: "test-data",
  namespaces: { amounts: { technique: "scale", kind: "amount", from: 3, to: 9, subject: "account" } },
  rules: [{ class: "amount", use: "amounts", unfit: "redact" }],
} as const;

/** Messages of our own, and the samples where they are. */
const FOLDERS = [`${projectRoot}test/corpus/mt/messages`, ...(sharedExists ? [`${sharedRoot}samples`] : [])];

/** Messages with a product that was rounded. */
const RATES_MAX = 2;

interface Sound {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly checked: number;
}

/** Messages of which some rule has something to look at, and all hold. */
function soundMessages(): readonly Sound[] {
  return FOLDERS.flatMap(filesBelow).flatMap((path) => {
    const bytes = new Uint8Array(readFileSync(path));
    const verdict = verdictOf(bytes);
    const isSound = verdict !== undefined && verdict.checked > 0 && verdict.findings.length === 0;
    return isSound ? [{ name: basename(path), bytes, checked: verdict.checked }] : [];
  });
}

function verdictOf(bytes: Uint8Array): ReturnType<(typeof MESSAGE_RULES)[number]["verify"]> {
  for (const rules of MESSAGE_RULES) {
    const verdict = rules.verify(bytes);
    if (verdict !== undefined) return verdict;
  }
  return undefined;
}

describe.each(ENGINE_NAMES.map((name) => [name]))("scaled amounts, %s", (engine) => {
  let masking: Masking;
  beforeAll(async () => {
    masking = await Masking.open({ engine, model: MODEL, onRefuse: "divert" });
  });

  test("every sound message adds up after it", () => {
    const counts = { sound: 0, masked: 0, refused: 0, rules: 0, rates: 0 };
    for (const { name, bytes, checked } of soundMessages()) {
      counts.sound++;
      const { output, refusals, records } = masking.mask(bytes);
      if (refusals.length > 0 || records !== 1) {
        counts.refused++;
        continue;
      }
      const verdict = verdictOf(output);
      // A factor makes larger what a product was rounded by, and the rule allows for one minor unit.
      const beyondRates = verdict?.findings.filter(({ issue }) => issue !== RATE);
      expect([name, beyondRates]).toEqual([name, []]);
      counts.rates += (verdict?.findings.length ?? 0) > 0 ? 1 : 0;
      expect([name, verdict?.checked]).toEqual([name, checked]);
      counts.masked++;
      counts.rules += checked;
    }
    console.log(`scaled amounts, ${engine}: ${JSON.stringify(counts)}`);
    expect(counts.masked).toBeGreaterThan(100);
    expect(counts.rates).toBeLessThanOrEqual(RATES_MAX);
  });
});
