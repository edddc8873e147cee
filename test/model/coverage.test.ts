/** What the presets do to every leaf of pacs.008.001.08, the list of what they keep, and `bauta coverage`. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import type { Catalogue } from "../../runtime/model/catalogue.ts";
import { type Coverage, compareCoverage, countOutcomes, coverageOf, keptLists, unexplained } from "../../runtime/model/coverage.ts";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import { segmentsMatch } from "../../runtime/model/segments.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { PRESETS, type PresetName } from "../../runtime/model/vocabulary.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import { bauta, EXAMPLE_XML, folder, write } from "../e2e/cli.ts";
import { DEPTH } from "../seed.ts";
import { modelOf } from "./tools.ts";

const [ISO] = CATALOGUES as readonly [Catalogue, ...Catalogue[]];
const MESSAGE = "pacs.008.001.08";
/** More than that would be no exceptions. */
const KEPT_MAX = 40;

const preset = (name: PresetName): Model => {
  const { model } = loadModel(presetSource(name));
  if (model === undefined) throw new Error(`preset ${name} does not load`);
  return model;
};
const covered = (name: PresetName, message = MESSAGE): Coverage => coverageOf(preset(name), ISO, message);

describe("pacs.008.001.08", () => {
  test.each([...PRESETS])("under %s: each of its 1,626 leaves, 28 attributes and 2 any-contents has its outcome", (name) => {
    const { leaves } = covered(name);
    const count = (kind: string): number => leaves.filter((leaf) => leaf.kind === kind).length;
    expect([count("text"), count("attribute"), count("any")]).toEqual([1626, 28, 2]);
    expect(new Set(leaves.map(({ path }) => path)).size).toBe(1656);
    expect(countOutcomes(leaves).refused).toBe(0);
    expect(leaves.filter(({ rule }) => rule === "")).toEqual([]);
  });

  test.each([...PRESETS])(
    "under %s: what is no list, number, boolean, date or pattern is masked, or on the list with its reason",
    (name) => {
      const coverage = covered(name);
      const open = coverage.leaves.filter(({ closed }) => !closed);
      expect(open.length).toBe(1355);
      // Nothing of an open type is kept whole: a code word at most.
      expect(open.filter(({ outcome }) => outcome === "kept")).toEqual([]);
      expect(unexplained(coverage)).toEqual([]);
      const identifying = ["person", "organisation", "agent", "account", "identifier", "contact", "reference", "free-text", "signature"];
      const kept = coverage.leaves.filter(({ outcome }) => outcome === "kept" || outcome === "code");
      expect(kept.filter((leaf) => identifying.includes(leaf.class))).toEqual([]);
    },
  );

  test("the list is short, has no path twice, and each of its paths is one that a preset keeps", () => {
    const rows = keptLists().pacs008;
    expect(rows.length).toBeLessThanOrEqual(KEPT_MAX);
    expect(new Set(rows.map(({ pattern }) => pattern.text)).size).toBe(rows.length);
    const codes = covered("test-data").leaves.filter(({ closed, outcome }) => !closed && outcome === "code");
    for (const { pattern, reason } of rows) {
      expect(reason.length).toBeGreaterThan(10);
      expect([pattern.text, codes.some(({ path }) => segmentsMatch(pattern.segments, path.split("/")))]).toEqual([pattern.text, true]);
    }
  });
});

/** The newest version of each message; with BAUTA_PROPERTY_RUNS all of them. */
function messagesOf({ messages }: Catalogue): readonly string[] {
  const newest = new Map(messages().map((name) => [name.split(".").slice(0, 2).join("."), name]));
  return DEPTH > 1 ? messages() : [...newest.values()];
}

test(
  "of every message, nothing of an open type is kept but code words on the lists, each with its reason",
  () => {
    const used = new Set<string>();
    let leafCount = 0;
    for (const name of PRESETS) {
      const model = preset(name);
      for (const catalogue of CATALOGUES) {
        for (const message of messagesOf(catalogue)) {
          const coverage = coverageOf(model, catalogue, message);
          leafCount += coverage.leaves.length;
          expect([name, message, countOutcomes(coverage.leaves).refused, unexplained(coverage).map(({ path }) => path)]).toEqual([
            name,
            message,
            0,
            [],
          ]);
          const open = coverage.leaves.filter(({ closed, outcome }) => !closed && (outcome === "kept" || outcome === "code"));
          expect([name, message, open.filter(({ outcome }) => outcome === "kept")]).toEqual([name, message, []]);
          for (const { path } of open) {
            const names = path.split("/");
            for (const { pattern } of keptLists().elsewhere) if (segmentsMatch(pattern.segments, names)) used.add(pattern.text);
          }
        }
      }
    }
    console.log(`coverage: ${leafCount} leaves under ${PRESETS.length} presets`);
    const listed = keptLists().elsewhere.map(({ pattern }) => pattern.text);
    expect(new Set(listed).size).toBe(listed.length);
    if (DEPTH > 1) expect(listed.filter((text) => !used.has(text))).toEqual([]);
  },
  60_000 * DEPTH,
);

test("a leaf that is kept, has no rule, or two that contradict each other is told", () => {
  const model = modelOf(
    `bauta: 1\nname: m\nmode: deterministic\nrules:
  - {class: person, technique: keep}
  - {class: date, technique: keep}
  - {path: "pacs.008:**/Dbtr/**", class: contact, technique: redact}
  - {path: "pacs.008:**/PstlAdr/**", class: contact, technique: mask}\n`,
  );
  const leaves = new Map(coverageOf(model, ISO, MESSAGE).leaves.map((leaf) => [leaf.path.split("/").slice(2).join("/"), leaf]));
  const seen = (path: string): unknown => [leaves.get(path)?.outcome, leaves.get(path)?.reason];
  expect(seen("Dbtr/Nm")).toEqual(["kept", ""]);
  expect(seen("MsgId")).toEqual(["refused", "no rule names it"]);
  expect(seen("Dbtr/PstlAdr/StrtNm")).toEqual(["refused", "rules as specific as each other want different operations"]);
  expect(unexplained(coverageOf(model, ISO, MESSAGE)).map(({ path }) => path)).toContain("FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm");
});

test("card authentication data is removed whatever a model says", () => {
  const model = modelOf("bauta: 1\nname: m\nextends: test-data\nrules: [{path: 'camt.053:**/CSCVal', technique: redact}]\n");
  const { leaves } = coverageOf(model, ISO, "camt.053.001.12");
  const card = leaves.filter(({ path }) => /(?:CSCVal|TrckVal|TrckNb|ICCRltdData)$/.test(path));
  expect(card.map(({ outcome }) => outcome)).toEqual(card.map(() => "removed"));
  expect(card.length).toBeGreaterThan(3);
});

test("another version's changes are added, moved, other and gone", () => {
  const changes = compareCoverage(covered("test-data"), covered("test-data", "pacs.008.001.12"));
  const paths = (kind: string): readonly string[] => changes.filter(({ change }) => change === kind).map(({ path }) => path);
  expect(paths("added")).toContain("FIToFICstmrCdtTrf/CdtTrfTxInf/CdtrAgt/FinInstnId/PstlAdr/CareOf");
  expect(paths("gone").length).toBeGreaterThan(0);
  const [after, before] = [covered("test-data", "pacs.008.001.12"), covered("test-data")].map(({ leaves }) => leaves.length);
  const count = (kind: string): number => changes.filter(({ change }) => change === kind).length;
  expect((after ?? 0) - (before ?? 0)).toBe(count("added") - count("gone"));
  expect(compareCoverage(covered("strict"), covered("strict"))).toEqual([]);
});

describe("bauta coverage", () => {
  test("as table, JSON and a page that needs nothing else", () => {
    const args = ["coverage", "--preset", "test-data", "--schema", MESSAGE];
    const text = bauta(args);
    expect([text.code, text.stdout.trimEnd().split("\n").length]).toEqual([EXIT.done, 1656 + 3]);
    const json = JSON.parse(bauta([...args, "--format", "json"]).stdout);
    expect(json.counts).toMatchObject({ text: 1626, attribute: 28, any: 2, refused: 0 });
    expect([json.leaves.length, json.unexplained]).toEqual([1656, []]);
    const file = join(folder(), "coverage.html");
    expect(bauta([...args, "--format", "html", "--out", file]).code).toBe(EXIT.done);
    const page = readFileSync(file, "utf8");
    expect(page.match(/<tr>/g)?.length).toBe(1656 + 1);
    expect(page).not.toMatch(/(?:src|href)=/);
    const compared = JSON.parse(bauta([...args, "--format", "json", "--against", "pacs.008.001.12"]).stdout);
    expect([compared.against, compared.changes.length > 100]).toEqual(["pacs.008.001.12", true]);
  }, 30_000);

  test("of messages counts paths and shows no value", () => {
    const here = folder();
    const file = write(join(here, "in.xml"), EXAMPLE_XML + EXAMPLE_XML);
    const { code, stdout } = bauta(["coverage", "--preset", "test-data", "--in", file, "--format", "json"]);
    expect(code).toBe(EXIT.done);
    const report = JSON.parse(stdout);
    expect(Object.values(report.messages)).toEqual([2]);
    for (const { count } of report.paths) expect(count % 2).toBe(0);
    const values = [...EXAMPLE_XML.matchAll(/>([^<>\s][^<>]{7,})</g)].map(([, value]) => value as string);
    expect(values.filter((value) => stdout.includes(value) && value !== MESSAGE)).toEqual([]);
  }, 30_000);

  test("says what it needs", () => {
    expect(bauta(["coverage", "--preset", "strict"]).stderr).toContain("name a --schema, or messages with --in");
    expect(bauta(["coverage", "--preset", "strict", "--schema", "pacs.008.001.80"]).stderr).toContain("did you mean pacs.008.001.08?");
    expect(bauta(["coverage", "--schema", MESSAGE]).code).toBe(EXIT.usage);
  }, 30_000);
});
