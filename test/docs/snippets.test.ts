/** Snippets in the documentation are true: models load and match something, commands and options exist. */
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import packageJson from "../../package.json" with { type: "json" };
import { type Catalogue, catalogueOf } from "../../runtime/formats/iso20022/catalogue.ts";
import { encodeCatalogue } from "../../runtime/formats/iso20022/own.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { FEW_CATALOGUES } from "../catalogues.ts";
import { projectRoot } from "../shared.ts";
import { readHelp } from "./help.ts";
import { pageAt, pagesBelow, type Snippet, snippetsOf } from "./pages.ts";

// docs/model.md has tests of its own, beside the language.
const pages = [...pagesBelow("docs/issues"), pageAt("docs/cli.md"), pageAt("docs/formats.md")];
const snippets = pages.flatMap(snippetsOf);

describe("models", () => {
  const models = snippets.filter(({ language }) => language === "yaml");

  test("there are some", () => {
    expect(models.length).toBeGreaterThan(20);
  });

  test.each(models.map((snippet) => [snippet.place, snippet] as const))("%s loads, and each rule takes something", (place, snippet) => {
    const catalogue = (): string => encodeCatalogue(catalogueOf("pacs.008.001.08") as Catalogue);
    const { model, problems } = loadModel({ name: place, text: completed(snippet) }, { catalogue });
    expect(problems.map(describeProblem)).toEqual([]);
    if (model === undefined) throw new Error("no model and no problem");
    expect(checkModel(model, FEW_CATALOGUES).problems.map(describeProblem)).toEqual([]);
  });
});

/** A snippet shows what matters; the head that every model has, and the base whose namespaces it uses, are put in front. */
function completed({ text }: Snippet): string {
  if (text.startsWith("bauta:")) return text;
  const declared = new Set([...text.matchAll(/^ {2}([a-z-]+): \{technique:/gm)].map((match) => match[1] as string));
  const used = [...text.matchAll(/\buse: ([a-z-]+)/g)].map((match) => match[1] as string);
  const base = /^extends:/m.test(text) || used.every((name) => declared.has(name)) ? "" : "extends: test-data\n";
  return `bauta: 1\nname: snippet\nmode: deterministic\n${base}${text}`;
}

describe("commands", () => {
  const help = readHelp();
  const lines = snippets
    .filter(({ language }) => language === "sh")
    .flatMap(({ place, text }) => text.split("\n").map((line) => [place, line] as const));

  test("there are some", () => {
    expect(lines.filter(([, line]) => line.includes("bauta ")).length).toBeGreaterThan(20);
  });

  test.each(lines.filter(([, line]) => /(^|[\s|&])bauta /.test(line)))("%s: %s", (_, line) => {
    for (const [, call] of line.replace(/ #.*$/, "").matchAll(/(?:^|[\s|&])bauta ([^|&><;]+)/g)) {
      const words = (call as string).trim().split(/\s+/);
      const command = help.findLast((candidate) => candidate.words.length > 0 && candidate.words.every((word, i) => words[i] === word));
      if (command === undefined) throw new Error(`no command bauta ${words[0]}`);
      const options = words.filter((word) => word.startsWith("-") && word !== "-");
      expect(options.filter((option) => !command.options.includes(option))).toEqual([]);
    }
  });

  test.each(lines.filter(([, line]) => /npm run|schemas\/\S+\.py/.test(line)))("%s: %s", (_, line) => {
    for (const [, script] of line.matchAll(/npm run ([a-z:]+)/g)) expect(Object.keys(packageJson.scripts)).toContain(script as string);
    for (const [file] of line.matchAll(/schemas\/\S+\.py/g)) expect(existsSync(join(projectRoot, file))).toBe(true);
  });
});
