/** Rules and dashboard of examples/monitoring on a real Prometheus that scrapes a real pipeline, whose records, policy and broker go wrong. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { FIELD_WINDOW_RECORDS } from "../../runtime/kit/limits.ts";
import { EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, ended, WRONG_XML } from "../e2e/cli.ts";
import { DASHBOARD, dashboardQueries, RULES } from "../examples/monitoring.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { PROMETHEUS_THERE, Prometheus } from "../services/prometheus.ts";
import { type Sent, Topics } from "./topics.ts";
import { Workers } from "./worker.ts";

setDefaultTimeout(300_000);
const WAIT_MS = 90_000;
const STEP_MS = 500;
const CANARIES = ["Ottilie", "Brandhorst", "DE82500990010073211884", "Atelier Meunier", "4532119900774123"];
const VIEWS = { analytics: { purpose: "statistics" }, fraud: { roles: ["fraud"] }, partner: { recipient: "partner-bank" } };
const GOOD = `package bauta.masking

default plan := "model"

plan := "redact" if {
	input.field.class == "contact"
	input.view.purpose == "statistics"
}
`;
/** Cards are shown to investigators, whatever is found in them. */
const SHOWING = `${GOOD}
plan := {"action": "keep", "danger-no-detect": true} if {
	input.field.path == "$.card.pan"
	"fraud" in input.view.roles
}
`;

const workers = new Workers();
let cluster: Cluster;
let topics: Topics;
let prometheus: Prometheus | undefined;

beforeAll(async () => {
  if (!OPA_THERE || !PROMETHEUS_THERE) return;
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
});
afterAll(async () => {
  await prometheus?.stop();
  await topics?.close();
  await cluster?.stop();
});

/** As editors do it: written beside, and moved into its place. */
function edit(policy: string, text: string): void {
  writeFileSync(join(policy, ".new"), text);
  renameSync(join(policy, ".new"), join(policy, "masking.rego"));
}

async function until(is: () => Promise<boolean>, what: string, told: () => string): Promise<void> {
  const end = performance.now() + WAIT_MS;
  while (!(await is())) {
    if (performance.now() > end) throw new Error(`${what} is waited for in vain: ${told().slice(-2000)}`);
    await new Promise((resume) => setTimeout(resume, STEP_MS));
  }
}

const repeated = (value: string, count: number): readonly Sent[] => Array.from({ length: count }, () => ({ key: "k-1", value }));

describe.skipIf(!OPA_THERE || !PROMETHEUS_THERE)("monitoring", () => {
  test("what goes wrong is told by its alert, and every query of the dashboard returns a series", async () => {
    const policy = policyFolder("", { bauta: { views: VIEWS } }, { "masking.rego": GOOD });
    const raw = await topics.make("raw", 2);
    const [analytics, fraud, partner, refused] = [
      await topics.make("analytics", 2),
      await topics.make("fraud", 2),
      await topics.make("partner", 2),
      await topics.make("refused"),
    ];
    const file = workers.pipeline({
      kafka: `bootstrap: "${cluster.bootstrap}"`,
      sources: `{ topics: ${raw}, key: keep }`,
      sinks: `{ a: { topic: ${analytics}, view: analytics }, f: { topic: ${fraud}, view: fraud }, p: { topic: ${partner}, view: partner } }`,
      rest: `on-refuse: divert
refused: { topic: ${refused} }
policy: { path: ${policy}, danger-unsigned: true, poll-milliseconds: 100, max-age: 40 }
watch: { set: { quality_check_every: 1 } }`,
    });
    const worker = workers.start(file, "--serve", "0");
    const { told } = worker;
    await until(async () => told().includes("kind=serve"), "the control plane", told);
    const address = /kind=serve \| address=http:\/\/(\S+)/.exec(told())?.[1] ?? "";
    // Rules wait before they fire, so that nobody is called for nothing; here all that is asked is whether they do.
    const seen = await Prometheus.start({ targets: [address], rules: RULES.replaceAll(/^ +for: .*$/gm, "") });
    prometheus = seen;
    const firing = async (name: string): Promise<boolean> =>
      (await seen.alerts()).some(({ labels, state }) => labels["alertname"] === name && state === "firing");
    const fires = (name: string): Promise<void> => until(() => firing(name), name, told);

    await topics.send(raw, [...repeated(EXAMPLE_XML, 50), ...repeated(EXAMPLE_MT, 50), ...repeated(EXAMPLE_JSON, FIELD_WINDOW_RECORDS)]);
    await until(async () => Number((await seen.query("sum(bauta_records_written_total)"))[0]?.value[1]) >= 1100, "records", told);
    for (const name of ["BautaClearNumbers", "BautaFieldMissing", "BautaRefusals", "BautaPolicyOld", "BautaPolicyRefused", "BautaDown"])
      expect([name, await firing(name)]).toEqual([name, false]);

    // A producer leaves a field out, and sends what is no payment.
    const { note: _, ...without } = JSON.parse(EXAMPLE_JSON) as Record<string, unknown>;
    await topics.send(raw, [...repeated(JSON.stringify(without), FIELD_WINDOW_RECORDS), ...repeated(WRONG_XML, 60)]);
    await fires("BautaFieldMissing");
    await fires("BautaRefusals");
    const [missing] = await seen.query("bauta_field_missing == 1");
    expect(missing?.metric).toMatchObject({ message: "json", path: "$.note" });

    // A policy shows card numbers.
    edit(policy, SHOWING);
    await until(async () => told().includes("sequence=1 | revision="), "another policy", told);
    await topics.send(raw, repeated(EXAMPLE_JSON, 20));
    await fires("BautaClearNumbers");
    const through = (await seen.query("bauta_output_clear_numbers_total > 0")).map(({ metric: { view, kind }, value }) => [
      view,
      kind,
      value[1],
    ]);
    expect(through).toEqual([["fraud", "pan", "20"]]);

    // One that is no policy: it is refused, and what is in force gets old.
    edit(policy, "package bauta.masking\n\nplan = {");
    await fires("BautaPolicyRefused");
    await fires("BautaDegraded");
    await fires("BautaPolicyOld");
    edit(policy, GOOD);
    await until(async () => !(await firing("BautaPolicyOld")), "a good policy", told);

    await topics.send(raw, repeated(EXAMPLE_JSON, 20));
    const empty: string[] = [];
    for (const { of, expr } of dashboardQueries()) {
      // Changes are there after one only.
      const series = await seen.query(of === "annotation" ? expr.replace("[30s]", "[10m]") : expr);
      if (series.length === 0 || series.every(({ value }) => value[1] === "NaN")) empty.push(`${of}: ${expr}`);
    }
    expect(empty).toEqual([]);
    expect(DASHBOARD.title).toBe("Bauta");

    // The broker freezes, then the worker is gone.
    cluster.nodes[0]?.signal("SIGSTOP");
    await fires("BautaDependencyDown");
    cluster.nodes[0]?.signal("SIGCONT");
    worker.child.kill("SIGKILL");
    await ended(worker.child);
    await fires("BautaDown");
    const all = await seen.query('{__name__=~"bauta_.*"}');
    const said = JSON.stringify([all, await seen.alerts()]) + told();
    expect(CANARIES.filter((canary) => said.includes(canary))).toEqual([]);
  });
});
