/** docs/model.md: every snippet is loaded and checked, and every word of the language is in it. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATA_CLASSES, SHAPES } from "../../runtime/formats/api.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { compileModel } from "../../runtime/model/compile.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { DEFAULT_KEYS, ENVELOPE_KEYS, MODEL_KEYS } from "../../runtime/model/read.ts";
import { NAMESPACE_KEYS } from "../../runtime/model/read-namespaces.ts";
import { AS_KEYS, RULE_KEYS } from "../../runtime/model/read-rules.ts";
import { EXPECT_KEYS, EXPECTED_WORDS, GIVEN_KEYS, LAWS, REFUSED, TEST_KEYS } from "../../runtime/model/read-tests.ts";
import * as vocabulary from "../../runtime/model/vocabulary.ts";
import { FEW_CATALOGUES } from "../catalogues.ts";
import { projectRoot } from "../shared.ts";

const page = readFileSync(`${projectRoot}docs/model.md`, "utf8");
const snippets = (language: string): readonly { readonly line: number; readonly text: string }[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map((match) => ({
    line: page.slice(0, match.index).split("\n").length,
    text: match[1] as string,
  }));

describe("docs/model.md", () => {
  const models = snippets("yaml");

  test("has snippets", () => {
    expect(models.length).toBeGreaterThanOrEqual(8);
  });

  for (const { line, text } of models) {
    test(`the snippet on line ${line} is right`, () => {
      // A part of a model stands for one that extends test-data.
      const whole = text.startsWith("bauta:") ? text : `bauta: 1\nname: snippet\nextends: test-data\n${text}`;
      const { model, problems } = loadModel({ name: `docs/model.md:${line}`, text: whole });
      expect(problems.map(describeProblem)).toEqual([]);
      if (model === undefined) return;
      expect(checkModel(model, FEW_CATALOGUES).problems.map(describeProblem)).toEqual([]);
      compileModel(model, { catalogues: FEW_CATALOGUES }).plan();
    });
  }

  test("its TypeScript runs", async () => {
    const [snippet, ...others] = snippets("typescript");
    expect(others).toEqual([]);
    const folder = mkdtempSync(join(tmpdir(), "bauta-docs-"));
    try {
      const path = join(folder, "snippet.ts");
      writeFileSync(path, (snippet?.text ?? "").replaceAll('"../runtime/', `"${projectRoot}runtime/`));
      const { model, problems } = await import(path);
      expect(problems).toEqual([]);
      expect(model.name).toBe("cards");
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test("names every word of the language", () => {
    const words: readonly (string | number)[] = [
      ...MODEL_KEYS,
      ...NAMESPACE_KEYS,
      ...RULE_KEYS,
      ...ENVELOPE_KEYS,
      ...DEFAULT_KEYS,
      ...AS_KEYS,
      ...TEST_KEYS,
      ...GIVEN_KEYS,
      ...EXPECTED_WORDS,
      ...EXPECT_KEYS,
      ...LAWS,
      REFUSED,
      ...Object.keys(vocabulary.TECHNIQUES),
      ...vocabulary.KINDS,
      ...vocabulary.PRESETS,
      ...vocabulary.HASHES,
      ...vocabulary.BINS,
      ...vocabulary.OTHERWISES,
      ...vocabulary.MODES,
      ...vocabulary.SCOPES,
      ...vocabulary.UNFITS,
      ...DATA_CLASSES,
      ...SHAPES,
    ];
    const quoted = new Set([...page.matchAll(/`([^`\n]+)`/g)].flatMap((match) => (match[1] as string).split(/[\s:{},]+/)));
    expect(words.filter((word) => !quoted.has(String(word)))).toEqual([]);
  });

  test("its examples of paths name something", () => {
    const table = page.slice(page.indexOf("### Paths"), page.indexOf("### Which rule wins"));
    const paths = [...table.matchAll(/`((?:iso20022|pacs\.008[.\d]*|swift-mt|mt\d+[a-z]*):[^`]+|\*\*\/[^`]+\/[^`]+)`/g)].map(
      (match) => match[1] as string,
    );
    expect(paths.length).toBeGreaterThanOrEqual(8);
    for (const path of paths) {
      const { model, problems } = loadModel({
        name: path,
        document: { bauta: 1, name: "m", mode: "deterministic", rules: [{ path, technique: "redact", unfit: "redact" }] },
      });
      expect(problems).toEqual([]);
      const wrong = model === undefined ? [] : checkModel(model, FEW_CATALOGUES).problems.filter(({ issue }) => issue !== 1212);
      expect(wrong.map(describeProblem)).toEqual([]);
    }
  });
});
