/** The parts of `npm run demo:stack` that need no broker: rows, edits, the page and who may reach it. */
import { afterAll, describe, expect, test } from "bun:test";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyFile, TRIALS } from "../../scripts/demo/stack/edits.ts";
import { Live } from "../../scripts/demo/stack/live.ts";
import { leavesOf, rowsOf } from "../../scripts/demo/stack/rows.ts";
import { servePage } from "../../scripts/demo/stack/server.ts";
import { linesOf } from "../../scripts/demo/stack/text.ts";
import { bauta, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML } from "../e2e/cli.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { projectRoot } from "../shared.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-test-stack-"));
const policies = join(folder, "policy");
cpSync(join(projectRoot, "scripts/demo/stack/policy"), policies, { recursive: true });
const policy = new PolicyFile(policies);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("rows", () => {
  test("are the leaves of a message, each with a name and a key of its own", () => {
    for (const message of [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON]) {
      const leaves = leavesOf(message);
      expect(leaves.length).toBeGreaterThan(10);
      expect(new Set(leaves.map(({ key }) => key)).size).toBe(leaves.length);
    }
    const named = (message: string) => Object.fromEntries(leavesOf(message).map(({ name, text }) => [name, text]));
    expect(named(EXAMPLE_XML)).toMatchObject({ "Dbtr/Nm": "Ottilie Brandhorst", "DbtrAcct/IBAN": "DE82500990010073211884" });
    expect(named(EXAMPLE_MT)).toMatchObject({ ":20:": "INSTR4711", ":70:": "/INV/RG-2026-08815" });
    // As it is written.
    expect(named(EXAMPLE_JSON)).toMatchObject({ "card.pan": "4532119900774123", amount: "1845.50" });
  });

  test("leave out what every view has as it is, and say what each does not have", () => {
    const copy = (change: object) => JSON.stringify({ a: "1", b: "2", c: "3", ...change });
    expect(rowsOf(copy({}), [copy({ b: "x" }), copy({ c: undefined }), undefined])).toEqual([
      { name: "b", raw: "2", views: [cell("masked", "x"), cell("kept", "2"), cell("none", "")] },
      { name: "c", raw: "3", views: [cell("kept", "3"), cell("removed", ""), cell("none", "")] },
    ]);
    expect(rowsOf(copy({}), [undefined])).toEqual([]);
  });
  const cell = (state: "masked" | "kept" | "removed" | "none", text: string) => ({ state, text });
});

test.skipIf(!OPA_THERE)("the policy and all edits but the mistake are policies, of one answer for each field", () => {
  for (const { name, rules } of TRIALS) {
    policy.save(policy.first + rules);
    const { code } = bauta(["policy", "check", policies, "--model", join(projectRoot, "examples/models/demo.yaml")]);
    expect([name, code === 0]).toEqual([name, name !== "A mistake"]);
  }
  policy.save(policy.first);
});

const live = () =>
  new Live({
    bootstrap: "127.0.0.1:1",
    raw: "raw",
    refused: "refused",
    topicOf: (view) => view,
    samples: [{ title: "JSON", value: EXAMPLE_JSON }],
    policyText: () => policy.text,
    policyPath: policy.path,
  });

describe("the page", () => {
  const seen = live();
  const server = servePage(seen, policy, 0);
  afterAll(() => server.close());
  const post = (body: object, headers: Readonly<Record<string, string>> = { "x-bauta-demo": "1" }) =>
    fetch(`${server.address}/policy`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });

  test("asks nobody else, and holds no value", async () => {
    const text = await (await fetch(server.address)).text();
    expect(text).toContain("connect-src 'self'");
    expect(text.replaceAll(/xmlns="[^"]*"/g, "")).not.toMatch(/(?:src|href)=|https?:\/\/(?!127)/);
    expect(text).not.toContain("Ottilie");
  });

  test("is for names of this machine, and the policy is saved from the page only", async () => {
    expect((await fetch(server.address, { headers: { host: "attacker.example" } })).status).toBe(421);
    expect((await post({ trial: 1 }, {})).status).toBe(403);
    expect((await post({ trial: 99 })).status).toBe(400);
    expect(policy.text).toBe(policy.first);
    expect((await post({ trial: 1 })).status).toBe(204);
    expect(policy.text).toBe(policy.first + TRIALS[1]?.rules);
    expect((await post({ text: "package x\n" })).status).toBe(204);
    expect(readFileSync(policy.path, "utf8")).toBe("package x\n");
    policy.save(policy.first);
  });

  test("is told what there is, and what changes", async () => {
    const answer = await fetch(`${server.address}/events`);
    const reader = answer.body?.getReader();
    const next = async (): Promise<Record<string, unknown>> => {
      const { value } = (await reader?.read()) ?? {};
      return JSON.parse(new TextDecoder().decode(value).replace(/^data: /, "")) as Record<string, unknown>;
    };
    expect(await next()).toMatchObject({ policy: policy.first, sent: 0, changes: [] });
    seen.refused("BAUTA-1602 it does not compile");
    expect(await next()).toMatchObject({ problem: "BAUTA-1602 it does not compile" });
    seen.activated(1, "abc");
    expect(await next()).toMatchObject({ changes: [{ sequence: 1, digest: "abc" }] });
    await reader?.cancel();
  });
});

test("the terminal has the same, no wider than it is", () => {
  const seen = live();
  seen.activated(0, "abc");
  const lines = linesOf(seen.shown, 0, 100).map((line) => Bun.stripANSI(line));
  expect(lines[0]).toStartWith("JSON · 0 records/s");
  expect(lines[1]).toMatch(/^ +raw +analytics +fraud +partner +$/);
  for (const line of lines.slice(1)) expect(line.length).toBeLessThanOrEqual(100);
});
