/** Policies on the command line, as their users have them. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { projectRoot } from "../shared.ts";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, folder, newKey, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "k"));
const WITH_KEY = ["--model", DEMO_MODEL, "--key-file", key];
setDefaultTimeout(60_000);
const EXAMPLES = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON];
/** Clear values of the examples that the model masks. */
const CANARIES = ["Ottilie", "Brandhorst", "DE82500990010073211884", "Atelier Meunier", "4532119900774123"];

const RULES = `default plan := "model"

plan := "redact" if {
	input.field.class == "contact"
	input.view.purpose == "statistics"
}

plan := {"action": "keep", "danger-no-detect": true} if {
	input.field.class == "reference"
	"fraud" in input.view.roles
}

deny contains "partners get no accounts" if {
	input.field.class == "account"
	input.view.recipient == "partner-bank"
}`;

describe.skipIf(!OPA_THERE)("a policy", () => {
  const policy = OPA_THERE ? policyFolder(RULES) : "";
  const masked = (view: string, input: string, ...rest: string[]) =>
    bauta(["mask", ...WITH_KEY, "--policy", policy, "--view", view, ...rest], { input });

  test("gives each reader a view of its own", () => {
    const [analytics, fraud] = ["analytics", "fraud"].map((view) => masked(view, EXAMPLE_XML).stdout);
    expect(analytics).toContain("<StrtNm>REDACTED</StrtNm>");
    expect(fraud).not.toContain("<StrtNm>REDACTED</StrtNm>");
    expect(fraud).toContain("RG-2026-08815");
    expect(analytics).not.toContain("RG-2026-08815");
  });

  test("refuses a record for whom it denies one of its fields", () => {
    const partner = masked("partner", EXAMPLE_XML);
    expect(partner).toMatchObject({ code: EXIT.refused, stdout: "" });
    expect(partner.stderr).toContain("BAUTA-2201");
  });

  test("lets nothing through that the model masks, in no view and format, and both engines agree", () => {
    for (const view of ["analytics", "fraud"]) {
      for (const input of EXAMPLES) {
        const [native, portable] = ["native", "portable"].map((engine) => masked(view, input, "--engine", engine));
        expect(native?.bytes).toEqual(portable?.bytes as Uint8Array);
        for (const canary of CANARIES) expect(`${native?.stdout}${native?.stderr}`).not.toContain(canary);
      }
    }
  });

  test("is named in the manifest, with its view", () => {
    const [out, manifest] = [join(here, "out.xml"), join(here, "out.json")];
    const { code } = masked("fraud", EXAMPLE_XML, "--out", out, "--manifest", manifest);
    expect(code).toBe(EXIT.done);
    expect(bauta(["verify", manifest, "--no-signature", "--json"]).code).toBe(EXIT.done);
    const other = join(here, "other.json");
    masked("analytics", EXAMPLE_XML, "--out", join(here, "other.xml"), "--manifest", other);
    expect(bauta(["compare", manifest, other]).stdout).toContain("policy for fraud");
  });

  test("explains its own part of a record", () => {
    const told = bauta(["explain", ...WITH_KEY, "--policy", policy, "--view", "analytics", "--format", "json"], { input: EXAMPLE_XML });
    const [{ values }] = told.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)) as [{ values: { path: string; technique: string; rule: { label: string } }[] }];
    const street = values.find(({ path }) => path.endsWith("Dbtr/PstlAdr/StrtNm"));
    expect(street).toMatchObject({ technique: "redact", rule: { label: "policy" } });
  });

  test("of the examples compiles, its tests hold, and it is told for all views", () => {
    const example = `${projectRoot}examples/policies`;
    expect(bauta(["policy", "test", example])).toMatchObject({ code: EXIT.done });
    const { views } = JSON.parse(bauta(["policy", "check", example, "--preset", "test-data", "--json"]).stdout);
    expect(views.map(({ view }: { view: string }) => view)).toEqual(["analytics", "fraud", "partner"]);
    expect(
      bauta(["mask", "--preset", "test-data", "--key-file", key, "--policy", example, "--view", "partner"], { input: EXAMPLE_MT }).code,
    ).toBe(EXIT.refused);
  });

  test("check asks it everything, and counts", () => {
    const report = JSON.parse(bauta(["policy", "check", policy, "--preset", "test-data", "--json"]).stdout);
    expect(report).toMatchObject({ reads: ["class"], guards: [] });
    expect(report.fields).toBeGreaterThan(400_000);
    expect(report.views.map(({ view }: { view: string }) => view)).toEqual(["analytics", "fraud", "partner"]);
    expect(bauta(["policy", "check", policy, "--preset", "test-data"]).stdout).toContain("it reads class");
  });

  test("diff says what loosens, for whom, over every field", () => {
    const looser = policyFolder(RULES.replace(`"fraud" in input.view.roles`, `input.view.purpose != ""`));
    const told = bauta(["policy", "diff", policy, looser, "--preset", "test-data", "--json", "--refuse-loosening"]);
    const { changes } = JSON.parse(told.stdout) as {
      changes: { view: string; class: string; loosens: boolean; after: string; fields: string[] }[];
    };
    expect(told.code).toBe(EXIT.evidence);
    expect(new Set(changes.map(({ view }) => view))).toEqual(new Set(["analytics"]));
    expect(changes.every((change) => change.loosens && change.class === "reference" && change.after === "keep danger-no-detect")).toBe(
      true,
    );
    expect(changes.flatMap(({ fields }) => fields)).toContain("pacs.008.001.08 FIToFICstmrCdtTrf/GrpHdr/MsgId");
    const back = bauta(["policy", "diff", looser, policy, "--preset", "test-data", "--refuse-loosening"]);
    expect(back).toMatchObject({ code: EXIT.done });
    expect(back.stdout).toContain("none loosens");
    expect(bauta(["policy", "diff", policy, policy, "--preset", "test-data"]).stdout).toBe("no field of any view changes\n");
  });

  test("diff tells masks apart by what they keep", () => {
    const answers = [
      '"redact"',
      '{"action": "mask"}',
      '{"action": "mask", "keep-last": 2}',
      '{"action": "mask", "keep-first": 2, "keep-last": 2}',
      '{"action": "mask", "kind": "email", "keep-first": 1, "keep-last": 1}',
      '{"action": "keep", "code-max": 4}',
      '{"action": "keep", "code-max": 8}',
      '"keep"',
      '{"action": "keep", "danger-no-detect": true}',
    ];
    // Each view goes one step further than the one before.
    const steps = (first: number) => ["analytics", "fraud", "partner"].map((view, i) => [view, answers[first + i], answers[first + i + 1]]);
    for (const first of [0, 3, 5]) {
      const rules = (side: number): string =>
        steps(first)
          .map((step) => `plan := ${step[side]} if {\n\tinput.field.type == "Max140Text"\n\tinput.view.name == "${step[0]}"\n}`)
          .join("\n");
      const [before, after] = [policyFolder(rules(1)), policyFolder(rules(2))] as const;
      const { code, stdout } = bauta(["policy", "diff", before, after, "--preset", "strict", "--json", "--refuse-loosening"]);
      const { changes } = JSON.parse(stdout) as { changes: { view: string; loosens: boolean }[] };
      const loosening = new Set(changes.filter(({ loosens }) => loosens).map(({ view }) => view));
      expect([first, code, [...loosening].sort(), changes.every(({ loosens }) => loosens)]).toEqual([
        first,
        EXIT.evidence,
        ["analytics", "fraud", "partner"],
        true,
      ]);
    }
  });

  test("test runs the policy's own tests", () => {
    const tests = `package bauta.masking_test

import data.bauta.masking

test_contacts if masking.plan == "redact" with input as {"field": {"class": "contact"}, "view": {"purpose": "statistics"}}
`;
    const tested = policyFolder(RULES, undefined, { "masking_test.rego": tests });
    expect(bauta(["policy", "test", tested])).toMatchObject({ code: EXIT.done });
    const wrong = policyFolder(RULES, undefined, { "masking_test.rego": tests.replace('"redact" with', '"keep" with') });
    expect(bauta(["policy", "test", wrong])).toMatchObject({ code: EXIT.evidence });
  });

  test("gives recipients copies that cannot be joined, unless the model says so", () => {
    const views = { house: {}, desk: { group: "desk" }, a: { recipient: "bank-a" }, b: { recipient: "bank-b" } };
    const open = policyFolder(`default plan := "model"`, { bauta: { views } });
    const ibanOf = (view: string, model = DEMO_MODEL): string => {
      const args = ["mask", "--model", model, "--key-file", key, "--policy", open, "--view", view];
      return /<DbtrAcct>.*?<IBAN>(.*?)</s.exec(bauta(args, { input: EXAMPLE_XML }).stdout)?.[1] ?? "";
    };
    const [house, desk, a, b] = ["house", "desk", "a", "b"].map((view) => ibanOf(view));
    expect(house).toMatch(/^DE\d{20}$/);
    expect(desk).toBe(house as string);
    expect(new Set([house, a, b]).size).toBe(3);
    const joined = write(
      join(here, "joined.yaml"),
      `bauta: 1
name: joined
extends: ${DEMO_MODEL}
namespaces:
  account: { technique: fpe, kind: account, across-recipients: true, override: true }
`,
    );
    expect(new Set(["house", "a", "b"].map((view) => ibanOf(view, joined))).size).toBe(1);
  });

  test("governs a pipeline", () => {
    const pipeline = write(
      join(here, "p.yaml"),
      `bauta-pipeline: 1
name: p
model: ${DEMO_MODEL}
key-file: ${key}
policy: { path: ${policy}, danger-unsigned: true }
view: analytics
sources: stdin
sinks: { out: { file: governed.xml } }
`,
    );
    expect(bauta(["check", pipeline])).toMatchObject({ code: EXIT.done });
    expect(bauta(["run", pipeline], { input: EXAMPLE_XML, cwd: here })).toMatchObject({ code: EXIT.done });
    const [segment] = readdirSync(here).filter((name) => name.startsWith("governed"));
    expect(readFileSync(join(here, segment ?? ""), "utf8")).toContain("<StrtNm>REDACTED</StrtNm>");
  });

  test("needs a view, and a view a policy", () => {
    expect(bauta(["mask", ...WITH_KEY, "--policy", policy]).stderr).toContain("--policy needs a --view");
    expect(bauta(["mask", ...WITH_KEY, "--view", "fraud"]).stderr).toContain("--view needs a --policy");
  });

  test("of a file that is not there, or without the compiler, is told", () => {
    expect(bauta(["policy", "check", join(here, "nothing"), "--preset", "test-data"]).stderr).toContain("BAUTA-1002");
    const { stderr } = bauta(["policy", "check", policy, "--preset", "test-data"], { env: { BAUTA_OPA: "", PATH: "" } });
    expect(stderr).toContain("BAUTA-1601");
  });
});
