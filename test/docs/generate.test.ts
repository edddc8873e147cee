/** `npm run generate -- --check` notices what is not fresh. The Python steps are proven by test/schemas. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../shared.ts";

// Each step is a process or two of its own.
setDefaultTimeout(60_000);

const folder = mkdtempSync(join(tmpdir(), "bauta-generate-"));
/** A copy of what the steps read and write, so that a test that breaks it breaks nothing else. There is no `shared` beside it. */
const copy = join(folder, "project");

beforeAll(() => {
  for (const path of [
    "scripts",
    "docs/issues",
    "schemas/issues.json",
    "schemas/proto",
    "runtime/engines/generated",
    "runtime/audit/generated",
  ]) {
    cpSync(join(projectRoot, path), join(copy, path), { recursive: true });
  }
  symlinkSync(join(projectRoot, "node_modules"), join(copy, "node_modules"));
});

afterAll(() => rmSync(folder, { recursive: true }));

function generate(...words: readonly string[]): { readonly status: number | null; readonly output: string } {
  const run = spawnSync("node", ["scripts/generate.mjs", ...words], { cwd: copy, encoding: "utf8" });
  return { status: run.status, output: `${run.stdout}${run.stderr}` };
}

/** Edits a file of the copy for the time of an action. */
function withEdit(path: string, edit: (text: string) => string, action: () => void): void {
  const before = readFileSync(join(copy, path), "utf8");
  const after = edit(before);
  if (after === before) throw new Error(`the edit of ${path} changes nothing`);
  writeFileSync(join(copy, path), after);
  try {
    action();
  } finally {
    writeFileSync(join(copy, path), before);
  }
}

describe("generate", () => {
  test("finds the committed files fresh", () => {
    expect(generate("issues", "plan", "run", "--check")).toEqual({
      status: 0,
      output:
        "generate issues: fresh (heads and index of the issue pages)\ngenerate plan: fresh (plan protobuf to TypeScript)\n" +
        "generate run: fresh (run record and manifest protobuf to TypeScript)\n",
    });
  });

  test("notices a row that changed, and writes its head and the index but not its sections", () => {
    withEdit(
      "schemas/issues.json",
      (text) => text.replace('"FRAME_UNKNOWN"', '"FRAME_FOREIGN"'),
      () => {
        const page = readFileSync(join(copy, "docs/issues/BAUTA-2001.md"), "utf8");
        const { status, output } = generate("issues", "--check");
        expect(status).toBe(1);
        expect(output).toContain("not fresh, run npm run generate: docs/issues/BAUTA-2001.md");
        expect(output).toContain("not fresh, run npm run generate: docs/issues/README.md");
        expect(readFileSync(join(copy, "docs/issues/BAUTA-2001.md"), "utf8")).toBe(page);
        expect(generate("issues").status).toBe(0);
        expect(readFileSync(join(copy, "docs/issues/BAUTA-2001.md"), "utf8")).toBe(page.replace("FRAME_UNKNOWN", "FRAME_FOREIGN"));
        expect(generate("issues", "--check").status).toBe(0);
      },
    );
    expect(generate("issues").status).toBe(0);
  });

  test("gives a new row a head, and asks for its sections", () => {
    const row = `{ "number": 9999, "name": "NEW", "stage": "bug", "blame": "bug", "retriable": false, "text": "A new one.", "help": "Report it." }`;
    withEdit(
      "schemas/issues.json",
      (text) => text.replace(/\n \]\n\}\s*$/, `,\n${row}\n ]\n}\n`),
      () => {
        const { status, output } = generate("issues");
        expect(status).toBe(1);
        expect(output).toContain("docs/issues/BAUTA-9999.md has a head only: write its sections");
      },
    );
    const { status, output } = generate("issues");
    expect(status).toBe(1);
    expect(output).toContain("docs/issues/BAUTA-9999.md belongs to no row of schemas/issues.json");
    rmSync(join(copy, "docs/issues/BAUTA-9999.md"));
    expect(generate("issues", "--check").status).toBe(0);
  });

  test("notices generated code that was edited, or that comes from nothing", () => {
    withEdit(
      "runtime/engines/generated/plan_pb.ts",
      (text) => `${text}// by hand\n`,
      () => {
        expect(generate("plan", "--check").output).toContain("not fresh, run npm run generate: runtime/engines/generated/plan_pb.ts");
        expect(generate("plan").status).toBe(0);
        expect(generate("plan", "--check").status).toBe(0);
      },
    );
    expect(generate("plan").status).toBe(0);
    writeFileSync(join(copy, "runtime/engines/generated/old_pb.ts"), "export {};\n");
    expect(generate("plan", "--check").output).toContain("runtime/engines/generated/old_pb.ts comes from no definition any more");
    rmSync(join(copy, "runtime/engines/generated/old_pb.ts"));
  });

  test("knows its steps", () => {
    expect(generate("nothing")).toEqual({
      status: 2,
      output: "generate: no step nothing; there are issues, plan, run, iso20022, kinds, unicode, people, canary, notices\n",
    });
  });

  test("says when it skips the catalogues", () => {
    expect(generate("iso20022", "--check")).toEqual({ status: 0, output: "generate iso20022: skipped: ../shared is not here\n" });
  });
});
