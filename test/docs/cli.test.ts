/** docs/cli.md against the command line itself. */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { FRAME_MODES } from "../../runtime/pipeline/frame.ts";
import { projectRoot } from "../shared.ts";
import { bauta, readHelp } from "./help.ts";
import { namedIn, pageAt, sectionsOf } from "./pages.ts";

const page = pageAt("docs/cli.md").text;
const sections = sectionsOf(page, 2);

/** The section of a command: its own, or the one it shares with its opposite. */
function sectionOf(words: readonly string[]): string {
  if (words.length === 0) return page;
  const [command] = words as [string];
  const title = [...sections.keys()].find((name) => name.split(/, | and /).includes(command));
  if (title === undefined) throw new Error(`docs/cli.md has no section for ${command}`);
  return sections.get(title) as string;
}

describe("docs/cli.md", () => {
  test("documents every command and option that --help has", () => {
    const help = readHelp();
    expect(help.length).toBeGreaterThan(5);
    const missing = help.flatMap(({ words, options }) => {
      const named = namedIn(sectionOf(words));
      expect(options).toContain("--help");
      return options.filter((option) => !named.has(option)).map((option) => ["bauta", ...words, option].join(" "));
    });
    expect(missing).toEqual([]);
    for (const { words } of help.slice(1)) expect(sectionOf(words)).toContain(words.join(" "));
  }, 60_000);

  test("documents no option that --help does not have", () => {
    const help = readHelp();
    for (const [title, text] of sections) {
      const commands = title.split(/, | and /);
      const options = help.filter(({ words }) => commands.includes(words[0] ?? "")).flatMap((command) => command.options);
      if (options.length === 0) continue;
      const named = [...text.matchAll(/^\| `(--[a-z-]+)/gm)].map((match) => match[1] as string);
      expect(named.filter((option) => !options.includes(option))).toEqual([]);
    }
  }, 60_000);

  test("its table of exit codes is runtime/cli/exit.ts", () => {
    const rows = [...(sections.get("Exit codes") ?? "").matchAll(/^\| (\d+) \|/gm)].map((match) => Number(match[1]));
    expect(rows).toEqual(Object.values(EXIT));
  });

  test("its table of framing modes is runtime/pipeline/frame.ts", () => {
    const rows = [...(sectionsOf(page, 3).get("Framing modes") ?? "").matchAll(/^\| `([a-z]+)` \|/gm)].map((match) => match[1] as string);
    expect(rows).toEqual([...FRAME_MODES]);
  });

  test("its table of environment variables is what runtime/ reads", () => {
    const sources = readdirSync(join(projectRoot, "runtime"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    const text = sources.map((name) => readFileSync(join(projectRoot, "runtime", name), "utf8")).join("\n");
    const read = new Set([...text.matchAll(/\benv(?:\.|\[")([A-Z][A-Z0-9_]+)/g)].map((match) => match[1] as string));
    const rows = [...(sections.get("Environment variables") ?? "").matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1] as string);
    expect(rows.toSorted()).toEqual([...read].toSorted());
  });

  test("BAUTA_DEBUG=stack adds places to the one line of an error", () => {
    const [plain, debug] = [{}, { BAUTA_DEBUG: "stack" }].map((env) => bauta(["mask", "--log-format", "text"], { env }));
    expect(plain?.status).toBe(EXIT.usage);
    expect(plain?.stderr).toMatch(/^error BAUTA-1001 [^\n]+\n$/);
    expect(debug?.status).toBe(EXIT.usage);
    const [first, ...places] = (debug?.stderr ?? "").trimEnd().split("\n");
    expect(`${first}\n`).toBe(plain?.stderr ?? "");
    expect(places.length).toBeGreaterThan(0);
    for (const place of places) expect(place).toMatch(/^\s+at |@/);
  }, 60_000);

  test("documents every event of --json and every member of it", () => {
    const folder = mkdtempSync(join(tmpdir(), "bauta-docs-"));
    try {
      expect(bauta(["keys", "new", "k", "--env", "test"], { cwd: folder }).status).toBe(EXIT.done);
      const words = ["mask", "--preset", "test-data", "--key-file", "k", "--engine", "portable", "--json", "--refused", "r"];
      // Nothing that could be a message: refused, and the run ends.
      const { status, stderr } = bauta(words, { cwd: folder, input: "x" });
      expect(status).toBe(EXIT.framing);
      const events = stderr
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(events.map((event) => event["event"])).toEqual(["start", "refused", "summary"]);
      const named = namedIn(sections.get("mask and unmask") ?? "");
      for (const event of events) expect(Object.keys(event).filter((member) => !named.has(member))).toEqual([]);
      const [row] = readFileSync(join(folder, "r"), "utf8").trim().split("\n");
      expect(JSON.parse(row ?? "")).toEqual(events[1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }, 60_000);
});
