/** What runs under a policy leave behind: which policy it was, what it decided, and that both can be had again. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { bauta, DEMO_MODEL, EXAMPLE_XML, folder, newKey, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "k"));
setDefaultTimeout(60_000);

const rules = (action: string): string => `default plan := "model"\n\nplan := "${action}" if input.field.class == "contact"`;
const VIEWS = { bauta: { views: { analytics: {}, partner: { recipient: "partner-bank" } } } };
const input = write(join(here, "in.xml"), EXAMPLE_XML);

interface Row {
  readonly check: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly detail: string;
}
const checksOf = (...args: string[]): readonly Row[] => JSON.parse(bauta(["verify", ...args, "--no-signature", "--json"]).stdout).checks;
const policyCheck = (...args: string[]): Row | undefined => checksOf(...args).find(({ check }) => check === "policy");

describe.skipIf(!OPA_THERE)("a run under a policy", () => {
  test("of the command line tells it, and is done again under the same one or not at all", () => {
    const policy = policyFolder(rules("redact"), VIEWS, { ".manifest": `{"revision": "r7", "roots": [""]}` });
    const out = join(here, "one.xml");
    const args = ["--model", DEMO_MODEL, "--key-file", key, "--policy", policy, "--view", "partner", "--in", input, "--out", out];
    expect(bauta(["mask", ...args]).code).toBe(0);
    const manifest = `${out}.manifest.json`;
    const told = JSON.parse(readFileSync(manifest, "utf8")).statements[0].policy;
    expect(told).toMatchObject({ view: "partner", recipient: "partner-bank", revision: "r7" });
    expect([told.policy, told.decisions].every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
    expect(policyCheck(manifest)).toMatchObject({ outcome: "unchecked", detail: expect.stringContaining("r7") });
    const again = bauta(["replay", manifest, "--key-file", key]);
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("under the policy that was in force then: r7")]);
    expect(again.stdout).toContain("same results");
    writeFileSync(join(policy, "masking.rego"), `package bauta.masking\n\n${rules("hash")}\n`);
    const edited = bauta(["replay", manifest, "--key-file", key]);
    expect([edited.code, edited.stderr]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1644")]);
  });

  test("of a pipeline keeps what was decided: it is verified, and done again when another policy is in force", () => {
    const policy = policyFolder(rules("redact"), VIEWS);
    const [out, archive] = [join(here, "out"), join(here, "archive")];
    const file = write(
      join(here, "pipeline.yaml"),
      `bauta-pipeline: 1
name: policed
model: ${DEMO_MODEL}
key-file: ${key}
policy: { path: ${policy}, danger-unsigned: true, archive: ${archive} }
view: analytics
sources: [{ files: ${input} }]
sinks: { masked: { file: ${out}/masked.xml } }
manifest: ${out}/run.manifest.json
`,
    );
    const ran = bauta(["run", file]);
    expect([ran.code, ran.stderr]).toEqual([0, expect.any(String)]);
    const manifest = `${out}/run.manifest.json`;
    expect(policyCheck(manifest)).toMatchObject({ outcome: "ok", detail: expect.stringContaining("decisions as they were kept") });
    writeFileSync(join(policy, "masking.rego"), `package bauta.masking\n\n${rules("hash")}\n`);
    const again = bauta(["replay", manifest, "--key-file", key]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("same results")]);
    // What is kept speaks of names alone.
    expect(readdirSync(archive)).toHaveLength(1);

    const [kept = ""] = readdirSync(archive);
    writeFileSync(join(archive, kept), "x");
    expect(policyCheck(manifest)).toMatchObject({ outcome: "failed", code: "BAUTA-1643" });
    expect(bauta(["replay", manifest, "--key-file", key]).stderr).toContain("BAUTA-1643");
    rmSync(archive, { recursive: true });
    expect(policyCheck(manifest)).toMatchObject({ outcome: "failed", code: "BAUTA-1643" });
    // A manifest that names other decisions than its model does not agree with itself.
    const text = readFileSync(manifest, "utf8");
    writeFileSync(manifest, text.replace(/"decisions": "[0-9a-f]{4}/, `"decisions": "ffff`));
    expect(policyCheck(manifest)).toMatchObject({ outcome: "failed", code: "BAUTA-8501" });
  });
});
