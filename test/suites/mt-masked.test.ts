/** Masked SWIFT messages as pw-swift-core reads them (lenient off): same type, tags, order and components, and nobody's name. */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { ENGINES, run } from "../harness.ts";
import { type CheckRequest, judge } from "../oracles/checks.ts";
import { prowide, structureOf } from "../oracles/prowide.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { type FoundValue, valuesIn } from "../values.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-mt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const corpus = `${projectRoot}test/corpus/mt/messages/`;
const samples = `${sharedRoot}samples/mt103/`;
const IDENTIFYING = new Set(["person", "organisation", "account", "identifier", "contact", "reference", "free-text", "agent"]);

const filesIn = (path: string): string[] =>
  readdirSync(path)
    .sort()
    .map((name) => path + name);
const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));

async function masked(files: readonly string[], preset: string, input: "strict" | "lenient"): Promise<string[]> {
  const written: string[] = [];
  for (const [i, path] of files.entries()) {
    const outputs: Uint8Array[] = [];
    for (const engine of ENGINES) {
      const result = await run(bytesOf(path), { preset, engine, input });
      expect({ path, engine, refusals: result.refusals.map((refusal) => [refusal.code, refusal.path]) }).toEqual({
        path,
        engine,
        refusals: [],
      });
      outputs.push(result.output);
    }
    expect(Buffer.compare(outputs[0] as Uint8Array, outputs[1] as Uint8Array)).toBe(0);
    const target = join(folder, `${preset}-${i}`);
    writeFileSync(target, outputs[0] as Uint8Array);
    written.push(target);
  }
  return written;
}

function expectSameStructure(before: readonly string[], after: readonly string[]): void {
  const was = prowide(before);
  const is = prowide(after);
  expect(is).toHaveLength(was.length);
  for (const [i, message] of is.entries()) {
    expect({ file: was[i]?.file, errors: message.errors, exception: message.exception, unparsed: message.unparsed }).toEqual({
      file: was[i]?.file,
      errors: was[i]?.errors ?? [],
      exception: null,
      unparsed: 0,
    });
    expect({ file: was[i]?.file, structure: structureOf(message) }).toEqual({
      file: was[i]?.file,
      structure: structureOf(was[i] as (typeof was)[number]),
    });
    for (const tag of message.tags ?? [])
      expect({ file: was[i]?.file, tag: tag.tag, whole: tag.whole }).toEqual({ file: was[i]?.file, tag: tag.tag, whole: true });
  }
}

function expectNobody(before: readonly string[], after: readonly string[]): CheckRequest[][] {
  const requests: CheckRequest[][] = [];
  for (const [i, path] of before.entries()) {
    const input = bytesOf(path);
    const output = bytesOf(after[i] as string);
    const was = valuesIn(input);
    const is = valuesIn(output);
    expect({ path, paths: is.values.map((value) => value.path) }).toEqual({ path, paths: was.values.map((value) => value.path) });
    const records = is.records.map((record) => Buffer.from(output.subarray(record.start, record.end)).toString("latin1"));
    for (const [j, value] of was.values.entries()) {
      for (const line of value.text.split("\n")) {
        if (IDENTIFYING.has(value.dataClass) && line.length >= 4) {
          expect({ path, field: value.path, clear: records[value.record]?.includes(line) ?? false }).toEqual({
            path,
            field: value.path,
            clear: false,
          });
        }
      }
      const kind =
        ({ bic: "bic", uuid4: "uetr", iban: "iban" } as const)[value.shape] ?? (value.dataClass === "account" ? "iban" : undefined);
      if (kind !== undefined)
        requests.push([
          { kind, value: value.text },
          { kind, value: (is.values[j] as FoundValue).text },
        ]);
    }
  }
  return requests;
}

describe("our own corpus", () => {
  const files = filesIn(corpus);

  test("holds at least 80 MT103 and MT202", () => {
    const types = prowide(files).map((message) => message.type);
    console.log(`corpus: ${files.length} files, ${types.length} messages`);
    expect(types.filter((type) => type === "103" || type === "202" || type === null).length).toBeGreaterThanOrEqual(80);
  }, 120_000);

  for (const preset of PRESETS) {
    test(`under ${preset}: masked in strict reading, and Prowide reads the same structure`, async () => {
      const after = await masked(files, preset, "strict");
      expectSameStructure(files, after);
      const requests = expectNobody(files, after);
      if (preset !== "test-data" && preset !== "one-way") return;
      const valid = judge(requests.map(([was]) => was as CheckRequest));
      const kept = requests.filter((_, i) => valid[i]);
      const still = judge(kept.map(([, is]) => is as CheckRequest));
      expect(kept.filter((_, i) => !still[i]).map(([was]) => was?.kind)).toEqual([]);
      console.log(`${preset}: ${kept.length} of ${requests.length} values with valid checks`);
    }, 120_000);
  }
});

const suite = sharedExists ? describe : describe.skip;
suite(`samples${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  test("every MT103 and MT202 is masked, and Prowide reads the same structure", async () => {
    const files = sharedExists ? filesIn(samples) : [];
    const after = await masked(files, "test-data", "lenient");
    expectSameStructure(files, after);
    expectNobody(files, after);
  }, 120_000);
});
