/** Which topics readers of each view may read, as lists for Kafka. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { bauta } from "../e2e/cli.ts";
import { newFolder } from "./bundles.ts";
import { OPA_THERE } from "./opa.ts";
import { policyFolder } from "./policies.ts";

setDefaultTimeout(120_000);

describe.skipIf(!OPA_THERE)("lists of topics", () => {
  const pipeline = (sources: string, sinks: string): string => {
    const path = join(newFolder(), "p.yaml");
    const policy = `policy: { path: ${policyFolder('plan := "model"')}, danger-unsigned: true }\n`;
    const head = `bauta-pipeline: 1\nname: p\npreset: test-data\nkafka: { bootstrap: "broker:9092" }\nrefused: { topic: refused }\non-refuse: divert\n`;
    writeFileSync(path, `${head}sources: [topics: ${sources}]\nsinks: { ${sinks} }\n${policy}`);
    return path;
  };

  test("are for each view its own topics and group, and nothing of another's", () => {
    const path = pipeline(
      "[raw, cards]",
      "a: { topic: '{topic}.analytics', view: analytics }, f: { topic: fraud, view: fraud }, p: { topic: for-partner, view: partner }",
    );
    const told = bauta(["policy", "acls", path, "--json", "--principal", "partner=User:CN=Partner Bank"]);
    const { views, notes } = JSON.parse(told.stdout);
    expect([told.code, notes]).toEqual([0, []]);
    const topic = (name: string) => ({ resource: "topic", name, pattern: "literal", operations: ["Read", "Describe"] });
    const group = (name: string) => ({ resource: "group", name, pattern: "literal", operations: ["Read"] });
    expect(views).toEqual([
      {
        view: "analytics",
        principal: "User:analytics",
        group: "analytics",
        acls: [topic("raw.analytics"), topic("cards.analytics"), group("analytics")],
      },
      { view: "fraud", principal: "User:fraud", group: "fraud-desk", acls: [topic("fraud"), group("fraud-desk")] },
      { view: "partner", principal: "User:CN=Partner Bank", group: "", acls: [topic("for-partner")] },
    ]);
    const { stdout } = bauta(["policy", "acls", path]);
    expect(stdout).toContain(
      "kafka-acls.sh --bootstrap-server 'broker:9092' --add --allow-principal 'User:fraud' --operation Read --operation Describe --topic 'fraud'\n",
    );
    expect(stdout).toContain("--operation Read --group 'fraud-desk'\n");
    expect(bauta(["policy", "acls", path, "--principal", "fraudd=User:x"]).code).toBe(2);
  });

  test("that cannot keep readers apart are told", () => {
    const path = pipeline(
      "'^pay.*'",
      "a: { topic: 'out.{topic}', view: analytics }, f: { topic: out.fraud, view: fraud }, p: { topic: refused, view: partner }",
    );
    const { code, stdout } = bauta(["policy", "acls", path, "--json"]);
    expect(code).toBe(9);
    expect(JSON.parse(stdout)).toMatchObject({
      views: [{ acls: [{ name: "out.", pattern: "prefixed" }, {}] }, {}, {}],
      notes: ["analytics: out.* is also of fraud", "partner: refused is also refused, which is no view's"],
    });
  });
});
