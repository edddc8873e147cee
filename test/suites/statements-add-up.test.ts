/**
 * Statements under noise: what added up adds up, within each and from one to the next, judged by Python's decimals and not by us. A thousand
 * generated ones, in series and over pages, and every sample that adds up before; each record in its own call, so that nothing can be kept
 * from one to the next.
 */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { ENGINE_NAMES } from "../engines.ts";
import { STATEMENT_FORMS, type StatementSeries, statementSeries } from "../generators/statements.ts";
import { judgeSums, type SumsVerdict } from "../oracles/sums.ts";
import { schemaOf, validate } from "../oracles/xmllint.ts";
import { Masking } from "../property/masking.ts";
import { seeded } from "../seed.ts";
import { filesBelow, projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { verdictsOf } from "./adding-up.ts";

const WITHIN = 10;
const MODEL = {
  bauta: 1,
  name: "noisy",
  extends: "test-data",
  namespaces: { amounts: { technique: "noise", kind: "amount", within: WITHIN } },
  rules: [{ class: "amount", use: "amounts" }],
} as const;
/** Statements; series have several. */
const STATEMENTS_MIN = 1000;
/** Amounts are drawn once more for what is left of them behind charges and rates. */
const FARTHEST_MAX = (WITHIN / 100) * 1.01;

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const seed = seeded("statements");
const SERIES = generated();

function generated(): readonly StatementSeries[] {
  const series: StatementSeries[] = [];
  let statements = 0;
  for (let i = 0; statements < STATEMENTS_MIN; i++) {
    const each = statementSeries(seed + i, STATEMENT_FORMS[i % STATEMENT_FORMS.length] as (typeof STATEMENT_FORMS)[number]);
    series.push(each);
    statements += each.statements;
  }
  return series;
}

/** Counts of all verdicts; of what is broken the first. */
function summed(verdicts: readonly SumsVerdict[]): Record<string, unknown> {
  const sum = (count: (verdict: SumsVerdict) => number): number => verdicts.reduce((all, verdict) => all + count(verdict), 0);
  return {
    held: sum(({ held }) => held),
    kinds: [...new Set(verdicts.flatMap(({ kinds }) => kinds))].sort(),
    amounts: sum(({ amounts }) => amounts),
    changed: sum(({ changed }) => changed),
    farthest: Math.max(...verdicts.map(({ farthest }) => farthest)),
  };
}

test.skipIf(!sharedExists)(`what is generated is valid${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  for (const form of STATEMENT_FORMS.filter((each) => each.startsWith("camt"))) {
    const records = SERIES.filter((each) => each.form === form)
      .slice(0, 20)
      .flatMap((each) => each.records.map(bytes));
    expect([form, validate(schemaOf(form) ?? "", records)]).toEqual([form, records.map(() => true)]);
  }
});

describe("generated statements", () => {
  const outputs = new Map<string, readonly Uint8Array[]>();
  test.each(ENGINE_NAMES.map((name) => [name]))(
    "add up after noise, %s",
    async (engine) => {
      const masking = await Masking.open({ engine, model: MODEL });
      const after = SERIES.map(({ records }) => records.map((record) => masking.maskWhole(bytes(record))));
      masking.close();
      outputs.set(engine, after.flat());
      const verdicts = judgeSums(SERIES.map(({ records }, i) => ({ before: records.map(bytes), after: after[i] ?? [] })));
      const counts = {
        statements: SERIES.reduce((sum, { statements }) => sum + statements, 0),
        records: after.flat().length,
        series: SERIES.length,
        ...summed(verdicts),
      };
      console.log(`generated statements, ${engine}: ${JSON.stringify(counts)}`);
      expect(verdicts.flatMap(({ broken }) => broken)).toEqual([]);
      expect(verdicts.flatMap(({ unsound }) => unsound)).toEqual([]);
      expect(verdicts.filter(({ farthest }) => farthest > FARTHEST_MAX)).toEqual([]);
      expect(verdicts.reduce((sum, { changed }) => sum + changed, 0)).toBeGreaterThan(
        0.9 * verdicts.reduce((sum, { amounts }) => sum + amounts, 0),
      );
    },
    300_000,
  );

  test("are the same in both engines", () => {
    const [first, ...others] = ENGINE_NAMES.map((name) => outputs.get(name));
    for (const other of others) expect(other).toEqual(first);
  });
});

test.skipIf(!sharedExists)(
  `samples that add up do so after noise${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
  async () => {
    const masking = await Masking.open({ engine: ENGINE_NAMES[0] as "native", model: MODEL, input: "lenient" });
    const counts = { files: 0, masked: 0, refused: 0 };
    const requests = [`${projectRoot}test/corpus/mt/messages`, `${sharedRoot}samples`].flatMap(filesBelow).flatMap((path) => {
      const input = new Uint8Array(readFileSync(path));
      const { checked, findings } = verdictsOf(path, input);
      // One message a file: the oracle does not cut files into records.
      if (checked === 0 || findings.length > 0 || masking.mask(input).records !== 1) return [];
      counts.files++;
      const { output, refusals } = masking.mask(input);
      if (refusals.length > 0) {
        counts.refused++;
        return [];
      }
      counts.masked++;
      return [{ name: relative(sharedRoot, path), before: [input], after: [output] }];
    });
    masking.close();
    const verdicts = judgeSums(requests);
    console.log(`samples: ${JSON.stringify({ ...counts, ...summed(verdicts) })}`);
    expect(verdicts.flatMap(({ broken }, i) => (broken.length > 0 ? [[requests[i]?.name, broken]] : []))).toEqual([]);
    expect(counts.masked).toBeGreaterThan(150);
  },
  300_000,
);
