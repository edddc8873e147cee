/** `npm run demo:stack -- --once`: all of it against a real broker and OPA, an edit on its way, and nothing left behind. */
import { expect, setDefaultTimeout, test } from "bun:test";
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPA_THERE } from "../policy/opa.ts";
import { projectRoot } from "../shared.ts";

setDefaultTimeout(300_000);

test.skipIf(!OPA_THERE)("the whole stack with one command: an edit of the policy is to be seen, every record is there once", async () => {
  const own = mkdtempSync(join(tmpdir(), "bauta-test-demo-"));
  const child = spawn(process.execPath, ["scripts/demo/stack/main.ts", "--once", "--edits", "2"], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, TMPDIR: own, NO_COLOR: "1" },
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (data) => {
      said += String(data);
    });
  const code = await new Promise((resume) => child.once("close", resume));
  const left = readdirSync(own);
  rmSync(own, { recursive: true, force: true });
  expect([code, said]).toEqual([0, expect.stringContaining("nothing is left behind")]);
  expect(said).toMatch(/edit 1: analytics gets \*+ for a street, \d+ ms behind the rename/);
  expect(said).toMatch(/edit 2: analytics gets REDACTED for a street, \d+ ms/);
  expect(said).toMatch(/clear names, accounts and card numbers in any view: 0/);
  expect(said).toMatch(/records in, each once in every view: yes/);
  expect(left.filter((name) => name.startsWith("bauta-"))).toEqual([]);
});
