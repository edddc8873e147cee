/** How a policy decides one record: both branches of its guards, and nothing that the record says. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML } from "../e2e/cli.ts";
import { newFolder } from "./bundles.ts";
import { OPA_THERE } from "./opa.ts";
import { policyFolder } from "./policies.ts";

setDefaultTimeout(120_000);
const RULES = `default plan := "model"

plan := {"action": "keep", "danger-no-detect": true, "when": "small", "else": "redact"} if {
	input.field.class == "reference"
	input.view.name == "fraud"
}

guards.small if {
	input.amount < 1000000
	input.currency in {"EUR", "CHF"}
}

guards.small if input.debtor_country == "XX"
`;
const here = newFolder();

function file(text: string): string {
  const path = join(here, "record");
  writeFileSync(path, text);
  return path;
}

/** Every word of the record that a person or a system put there, long enough to be told from names of the format. */
function canariesOf(text: string): readonly string[] {
  const values = text.match(/"[^"]+"(?=\s*[,}\]])/g) ?? text.match(/>[^<>]+</g) ?? text.match(/:\d\d[A-Z]?:[^:]+/g) ?? [];
  const words = values.flatMap((value) => value.replace(/^:\d\d[A-Z]?:/, "").match(/[\p{L}\d.]{6,}/gu) ?? []);
  return [...new Set(words)];
}

describe.skipIf(!OPA_THERE)("how a policy decides a record", () => {
  const policy = OPA_THERE ? policyFolder(RULES) : "";
  const traced = (record: string, ...rest: string[]) =>
    bauta(["policy", "explain", policy, "--record", record, "--model", DEMO_MODEL, "--json", ...rest]);

  for (const engine of ["native", "portable"])
    test(`a guard by its comparisons, and both its branches, by engine ${engine}`, () => {
      const report = JSON.parse(traced(file(EXAMPLE_XML), "--view", "fraud", "--engine", engine).stdout);
      const [{ records }] = report.views;
      expect(records[0].guards).toEqual([
        {
          name: "small",
          holds: true,
          alternatives: [
            [
              { test: "amount < 1000000", holds: true },
              { test: "currency in CHF, EUR", holds: true },
            ],
            [{ test: "debtor_country in XX", holds: false }],
          ],
        },
      ]);
      const guarded = records[0].fields.find(({ path }: { path: string }) => path.endsWith("/EndToEndId"));
      expect(guarded).toMatchObject({
        class: "reference",
        action: "keep danger-no-detect",
        rule: "policy",
        guard: { name: "small", holds: true, when: "keep danger-no-detect", else: "redact" },
      });
      const large = file(EXAMPLE_XML.replace(/(<IntrBkSttlmAmt[^>]*>)[^<]*/, "$12000000.00"));
      const other = JSON.parse(traced(large, "--view", "fraud", "--engine", engine).stdout).views[0].records[0];
      expect(other.guards[0].alternatives[0].map(({ holds }: { holds: boolean }) => holds)).toEqual([false, true]);
      expect(other.fields.find(({ path }: { path: string }) => path === guarded.path).action).toBe("redact");
    });

  test("all views, and no word of the record", () => {
    for (const message of [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON]) {
      const canaries = canariesOf(message);
      expect(canaries.length).toBeGreaterThan(8);
      const json = traced(file(message));
      const text = bauta(["policy", "explain", policy, "--record", file(message), "--model", DEMO_MODEL]);
      const { views } = JSON.parse(json.stdout);
      expect(views.map(({ view }: { view: string }) => view)).toEqual(["analytics", "fraud", "partner"]);
      expect(views.every(({ records }: { records: { fields: unknown[] }[] }) => (records[0]?.fields.length ?? 0) > 5)).toBe(true);
      const said = json.stdout + json.stderr + text.stdout + text.stderr;
      // The name of its type stands in the message, too.
      const names = views.map(({ records }: { records: { message: string }[] }) => records[0]?.message);
      expect(canaries.filter((canary) => said.includes(canary) && !names.includes(canary))).toEqual([]);
    }
  });
});
