/** The issue table, its pages, and the places that raise it say the same. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT, exitCodeOf } from "../../runtime/cli/exit.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import table from "../../schemas/issues.json" with { type: "json" };
import { projectRoot } from "../shared.ts";
import { type Page, pageAt, pagesBelow, sectionsOf } from "./pages.ts";

const FOLDER = "docs/issues";
const SECTIONS = ["What happened", "What Bauta did", "Where to look", "Why", "How to fix it", "Related"];
const LINES_MIN = 15;
const LINES_MAX = 45;

/** Rows that no source raises, and why each may stay. A row that is raised after all must leave this table. */
const NOT_RAISED: Readonly<Record<number, string>> = {};
/** Issues that no command can end with, so that their pages name no exit code. */
const NO_EXIT_CODE: Readonly<Record<number, string>> = {
  ...NOT_RAISED,
  1315: "a masker's life, which is in a program's hands",
  1611: "a pipeline reads no more, and goes on by itself",
  2010: "one message, which only a program asks for",
  6020: "parameters of a primitive, which only a program can pass",
  6021: "a text for a check, which only a program can pass",
  8102: "costs the control plane, not the run",
  8104: "answers a request to the control plane",
  8105: "answers a request to the control plane",
  8106: "answers a request to the control plane",
  8201: "costs telemetry, not the run",
};

const issues = table.issues;
const codeOf = (number: number): string => `BAUTA-${number}`;

describe("the issue table", () => {
  test("uses no number and no name twice, in ascending order", () => {
    const numbers = issues.map((issue) => issue.number);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
    expect(new Set(issues.map((issue) => issue.name)).size).toBe(issues.length);
  });

  test.each(issues.map((issue) => [codeOf(issue.number), issue] as const))("%s is well written", (_, issue) => {
    expect(issue.number).toBeWithin(1000, 10_000);
    expect(issue.name).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
    expect(["operator", "input", "dependency", "bug"]).toContain(issue.blame);
    expect(typeof issue.retriable).toBe("boolean");
    for (const sentence of [issue.text, issue.help]) {
      // A capital or a command in front, a full stop behind, two words at least, one line.
      expect(sentence).toMatch(/^([A-Z]|chmod )\S* ?.*\S+\.$/);
      expect(sentence).toMatch(/\S \S/);
      expect(sentence).not.toMatch(/[\n\t]| {2}/);
    }
    for (const [path] of issue.help.matchAll(/\b(?:docs|schemas|runtime)\/[A-Za-z0-9_./-]+\b/g))
      expect(existsSync(join(projectRoot, path))).toBe(true);
  });
});

describe("the issue pages", () => {
  const pages = pagesBelow(FOLDER).filter((page) => !page.path.endsWith("/README.md"));

  test("there is one for each row, and none besides", () => {
    expect(pages.map((page) => page.path)).toEqual(issues.map((issue) => `${FOLDER}/${codeOf(issue.number)}.md`));
  });

  test.each(issues.map((issue) => [codeOf(issue.number), issue] as const))("%s has the head of its row and all sections", (code, issue) => {
    const { text } = pageAt(`${FOLDER}/${code}.md`);
    const lines = text.split("\n");
    expect(lines.slice(0, 7)).toEqual([
      `# ${code} ${issue.name}`,
      "",
      "| stage | blame | retriable |",
      "|---|---|---|",
      `| ${issue.stage} | ${issue.blame} | ${issue.retriable ? "yes" : "no"} |`,
      "",
      `> ${issue.text} ${issue.help}`,
    ]);
    expect(lines.length).toBeWithin(LINES_MIN, LINES_MAX + 1);
    const sections = sectionsOf(text, 2);
    expect([...sections.keys()]).toEqual(SECTIONS);
    for (const [title, body] of sections) if (body.trim().length < 3) throw new Error(`${code}: nothing below ${title}`);
    // How to fix it is shown, not only said.
    expect(sections.get("How to fix it")).toMatch(/^```\w*\n[\s\S]+?\n```$/m);
  });

  test.each(issues.map((issue) => [codeOf(issue.number), issue.number] as const))("%s names the exit code", (code, number) => {
    const did = sectionsOf(pageAt(`${FOLDER}/${code}.md`).text, 2).get("What Bauta did") ?? "";
    const named = [...did.matchAll(/exit code (\d)/gi)].map((match) => Number(match[1]));
    if (NO_EXIT_CODE[number] !== undefined) return expect(named).toEqual([]);
    const { issue } = new BautaError(number);
    // A refused record ends the run as a refusal or as the end of framing; everything else ends it as the error says.
    if (issue.blame === "input" && issue.stage !== "cli")
      return expect(named.some((exit) => exit === EXIT.refused || exit === EXIT.framing)).toBe(true);
    expect(named).toContain(exitCodeOf(new BautaError(number)));
  });

  test("the index names every code", () => {
    const index = pageAt(`${FOLDER}/README.md`).text;
    expect([...index.matchAll(/^\| \[(BAUTA-\d{4})\]\(\1\.md\) \|/gm)].map((match) => match[1] as string)).toEqual(
      issues.map((issue) => codeOf(issue.number)),
    );
  });
});

describe("the sources", () => {
  const sources = sourcesBelow("runtime", "core-rs/src", "bindings/engine/src");

  test.each(issues.map((issue) => [codeOf(issue.number), issue] as const))(
    "%s is raised somewhere, or it says why not",
    (code, { number, name }) => {
      // Rust has a constant of the name for each row (core-rs/build.rs).
      const use = { ts: new RegExp(`(?<![\\w.])${number}(?![\\w.])`), rs: new RegExp(`(?<!\\w)${name}(?!\\w)`) };
      const places = sources.filter(({ path, text }) => (path.endsWith(".ts") ? use.ts : use.rs).test(text)).map(({ path }) => path);
      const reason = NOT_RAISED[number];
      if (reason === undefined) expect({ code, raised: places.length > 0 }).toEqual({ code, raised: true });
      else expect({ code, reason, places }).toEqual({ code, reason, places: [] });
    },
  );

  const tests = sourcesBelow("test").filter(({ path }) => !path.startsWith("test/docs/"));

  test.each(issues.map((issue) => [codeOf(issue.number), issue.number] as const))("%s is expected by a test", (code, number) => {
    const use = new RegExp(`BAUTA-${number}(?!\\d)|(?<![\\w.])${number}(?![\\w.])`);
    expect({ code, tests: tests.filter(({ whole }) => use.test(whole)).length > 0 }).toEqual({ code, tests: true });
  });

  test("the tables of exceptions name rows that exist", () => {
    const numbers = issues.map((issue) => issue.number);
    for (const number of Object.keys(NO_EXIT_CODE)) expect(numbers).toContain(Number(number));
  });
});

/** Source files without comments and texts, so that a number in them is a number in the code. */
function sourcesBelow(...folders: readonly string[]): readonly (Page & { readonly whole: string })[] {
  // Exit codes are chosen by number there; that raises nothing.
  const ignored = ["runtime/cli/exit.ts"];
  return folders.flatMap((folder) =>
    readdirSync(join(projectRoot, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => /\.(ts|rs)$/.test(name) && !name.includes("generated/"))
      .map((name) => `${folder}/${name}`)
      .filter((path) => !ignored.includes(path))
      .map((path) => {
        const whole = readFileSync(join(projectRoot, path), "utf8").replace(COMMENTS, " ");
        return { path, text: codeIn(whole), whole };
      }),
  );
}

/** Of a file; in texts there may be addresses, which begin with two strokes. */
const COMMENTS = /\/\*[\s\S]*?\*\/|^\s*\/\/[^\n]*/gm;

const codeIn = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, " ");
