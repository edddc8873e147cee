/** The record of a run over topics under a policy that changes: each manifest is of one view and one policy, and what was done is done again under it. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bauta, EXAMPLE_JSON, EXAMPLE_XML, until } from "../e2e/cli.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { Pipelines, stop } from "./pipelines.ts";
import { Topics } from "./topics.ts";

setDefaultTimeout(180_000);
const WAIT_MS = 30_000;

let cluster: Cluster;
let topics: Topics;
const pipelines = new Pipelines(() => cluster.bootstrap);
beforeAll(async () => {
  if (!OPA_THERE) return;
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
});
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
});

const VIEWS = { analytics: { purpose: "statistics" }, partner: { recipient: "partner-bank" } };
const rules = (action: string): string => `package bauta.masking

default plan := "model"

plan := "${action}" if {
	input.field.class == "contact"
	input.view.purpose == "statistics"
}

deny contains "partners get no JSON" if {
	input.format == "json"
	input.view.recipient == "partner-bank"
}
`;

interface Row {
  readonly check: string;
  readonly name: string;
  readonly outcome: string;
  readonly detail: string;
}
interface Verified {
  readonly exit: number;
  readonly runs: readonly { readonly task: string; readonly checks: readonly Row[] }[];
  readonly checks: readonly Row[];
}

describe.skipIf(!OPA_THERE)("the record of a run under a policy", () => {
  test("tells view by view what was in force, and what it made is made again when another one is", async () => {
    const policy = policyFolder("", { bauta: { views: VIEWS } }, { "masking.rego": rules("redact") });
    const [raw, audit, refused] = [await topics.make("raw"), await topics.make("audit"), await topics.make("refused")];
    const [analytics, partner, again] = [await topics.make("analytics"), await topics.make("partner"), await topics.make("again")];
    const archive = join(pipelines.folder, raw);
    const sections = (sinks: string) => ({
      sources: `{ topics: ${raw}, key: { use: account } }`,
      sinks,
      rest: `on-refuse: divert\nrefused: { topic: ${refused} }\naudit: { topic: ${audit}, manifest-seconds: 3600 }
policy: { path: ${policy}, danger-unsigned: true, poll-milliseconds: 20, archive: ${archive} }`,
    });
    const file = pipelines.file(sections(`{ a: { topic: ${analytics}, view: analytics }, p: { topic: ${partner}, view: partner } }`));
    const worker = pipelines.work(file, ["--instance", "w1"]);
    const send = (count: number): Promise<void> =>
      topics.send(
        raw,
        Array.from({ length: count }, (_, i) => ({ key: "DE82500990010073211884", value: i % 3 === 0 ? EXAMPLE_JSON : EXAMPLE_XML })),
      );
    const each = 30;
    const actions = ["redact", "mask", "hash"];
    for (const [i, action] of actions.entries()) {
      if (i > 0) {
        writeFileSync(join(policy, ".new"), rules(action));
        renameSync(join(policy, ".new"), join(policy, "masking.rego"));
        // It is taken up with the next batch.
        await new Promise((resume) => setTimeout(resume, 1500));
      }
      await send(each);
      await topics.read([analytics], each * (i + 1)).catch((error: unknown) => {
        throw new Error(`${String(error)}\n${worker.told().slice(-3000)}`);
      });
    }
    await until(() => worker.told().includes("kind=policy"), "policies are told", WAIT_MS);
    await stop(worker);

    const verify = (...options: string[]): Verified =>
      JSON.parse(bauta(["verify", file, "--json", "--outputs", "--inputs", "--key-file", pipelines.key, ...options]).stdout);
    const out = join(pipelines.folder, "evidence");
    const verified = verify("--manifest", out);
    const all = [...verified.runs.flatMap(({ checks }) => checks), ...verified.checks];
    expect(all.filter(({ outcome }) => outcome === "failed")).toEqual([]);
    expect(verified.exit).toBe(0);
    const policies = all.filter(({ check }) => check === "policy");
    expect(policies.every(({ outcome }) => outcome === "ok")).toBe(true);
    for (const view of ["analytics", "partner"]) expect(policies.filter(({ detail }) => detail.includes(` for ${view},`))).toHaveLength(3);
    // The three of analytics decided otherwise; for the partner the policy was another and decided the same, but for its name.
    expect(readdirSync(archive)).toHaveLength(6);
    // Every record is told of once for each view: as one that went out, or as one that was refused.
    const inputs = all.filter(({ check }) => check === "inputs").map(({ detail }) => Number(/^(\d+) records/.exec(detail)?.[1]));
    expect(inputs.reduce((sum, count) => sum + count, 0)).toBe(2 * actions.length * each);

    // The offsets of the first policy, masked again while the third is in force.
    const one = pipelines.file(sections(`{ a: { topic: ${analytics}, view: analytics } }`));
    const replayed = bauta(["run", one, "--from", `${raw}/0:0`, "--to", `${raw}/0:${each}`, "--into", again]);
    expect([replayed.code, replayed.stderr]).toEqual([0, expect.stringContaining("under the policy that was in force then")]);
    const compared = bauta(["compare", analytics, again, "--topics", file, "--from", `${raw}/0:0`, "--to", `${raw}/0:${each}`]);
    expect([compared.code, compared.stdout]).toEqual([0, expect.stringContaining(`the same records: ${each}`)]);
    const both = bauta(["run", one, "--from", `${raw}/0:0`, "--to", `${raw}/0:${2 * each}`, "--into", `${again}2`]);
    expect([both.code, both.stderr]).toEqual([2, expect.stringContaining("BAUTA-1644")]);
  });
});
