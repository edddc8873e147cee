/** Policies over topics, against a real broker: views of one read, and a policy that changes while records flow. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  bauta,
  DEMO_MODEL,
  EXAMPLE_JSON,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  folder,
  hasEnded,
  newKey,
  start,
  until,
  write,
} from "../e2e/cli.ts";
import { OPA_THERE } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { type Got, sourceOf, Topics, unique } from "./topics.ts";

setDefaultTimeout(120_000);
const WAIT_MS = 30_000;

const at = folder();
const key = newKey(join(at, "test.key"));
const CANARIES = ["Ottilie", "Brandhorst", "DE82500990010073211884", "Atelier Meunier", "4532119900774123"];
const VIEWS = { analytics: { purpose: "statistics" }, fraud: { roles: ["fraud"] }, partner: { recipient: "partner-bank" } };
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
	"account" in {input.field.class, input.field.namespace}
	input.format != "kafka"
	input.view.recipient == "partner-bank"
}`;

let cluster: Cluster;
let topics: Topics;
const started: ChildProcess[] = [];

beforeAll(async () => {
  if (!OPA_THERE) return;
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await topics?.close();
  await cluster?.stop();
});

function pipeline(policy: string, source: string, sinks: string, rest = ""): string {
  const name = unique("policed");
  const text = `bauta-pipeline: 1
name: ${name}
model: ${DEMO_MODEL}
key-file: ${key}
kafka: { bootstrap: "${cluster.bootstrap}" }
policy: { path: ${policy}, danger-unsigned: true, poll-milliseconds: 20${rest} }
on-refuse: divert
sources: [{ topics: ${source}, key: { use: account } }]
sinks: ${sinks}
refused: { topic: ${refusedTopic} }
`;
  return write(join(at, `${name}.yaml`), text);
}
let refusedTopic = "";

function work(file: string) {
  const child = start(["run", file, "--log-format", "lines", "--instance", unique("w")]);
  started.push(child);
  const worker = { child, told: "" };
  child.stderr?.on("data", (data) => {
    worker.told += String(data);
  });
  return worker;
}

async function stop({ child, told }: ReturnType<typeof work>): Promise<void> {
  if (hasEnded(child)) throw new Error(`it ended: ${told}`);
  child.kill("SIGTERM");
  expect((await ended(child)).code).toBe(143);
}

const contacts = (action: string): string => `package bauta.masking

default plan := "model"

plan := "${action}" if input.field.class == "contact"
`;

/** As editors do it: written beside, and moved into its place. */
function edit(policy: string, text: string): void {
  writeFileSync(join(policy, ".new"), text);
  renameSync(join(policy, ".new"), join(policy, "masking.rego"));
}

const street = ({ value }: Got): string => /<StrtNm>(.*?)</.exec(value ?? "")?.[1] ?? "";

describe.skipIf(!OPA_THERE)("a policy over topics", () => {
  test("gives each view its own topic, of one read; what one is denied, the others get", async () => {
    const policy = policyFolder(RULES, { bauta: { views: VIEWS } });
    const raw = await topics.make("raw", 2);
    refusedTopic = await topics.make("refused");
    const [analytics, fraud, partner] = [await topics.make("analytics", 2), await topics.make("fraud", 2), await topics.make("partner", 2)];
    const values = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON];
    const count = 300;
    await topics.send(
      raw,
      Array.from({ length: count }, (_, i) => ({ key: "DE82500990010073211884", value: values[i % values.length] })),
    );
    const sinks = `{ a: { topic: ${analytics}, view: analytics }, f: { topic: ${fraud}, view: fraud }, p: { topic: ${partner}, view: partner } }`;
    const worker = work(pipeline(policy, raw, sinks));
    const got = await topics.read([analytics, fraud, partner, refusedTopic], 3 * count);
    await stop(worker);
    expect(CANARIES.filter((canary) => (worker.told + JSON.stringify(got)).includes(canary))).toEqual([]);
    for (const view of ["analytics", "fraud"]) {
      const topic = view === "analytics" ? analytics : fraud;
      const own = got.filter((one) => one.topic === topic);
      expect(new Set(own.map(sourceOf)).size).toBe(count);
      const expected = values.map((input) => {
        const args = ["mask", "--model", DEMO_MODEL, "--key-file", key, "--policy", policy, "--view", view];
        return bauta(args, { input }).stdout.trimEnd();
      });
      expect(new Set(own.map(({ value }) => (value ?? "").trimEnd()))).toEqual(new Set(expected));
    }
    // Every example has an account.
    expect(got.filter((one) => one.topic === partner)).toEqual([]);
    const notes = got.filter((one) => one.topic === refusedTopic).map(({ value }) => JSON.parse(value ?? ""));
    expect(notes).toHaveLength(count);
    expect(new Set(notes.map(({ view, code }) => `${view} ${code}`))).toEqual(new Set(["partner BAUTA-2201"]));
  });

  test("changes between two transactions: nothing is lost or double, and nothing of the old one comes behind the new one", async () => {
    const policy = policyFolder("", { bauta: { views: VIEWS } }, { "masking.rego": contacts("redact") });
    const raw = await topics.make("raw");
    const masked = await topics.make("masked");
    refusedTopic = await topics.make("refused");
    const worker = work(pipeline(policy, raw, `{ a: { topic: ${masked}, view: analytics } }`));
    const swaps = 12;
    let sent = 0;
    let isDone = false;
    const feeding = (async () => {
      while (!isDone) {
        await topics.send(
          raw,
          Array.from({ length: 200 }, () => ({ key: "DE82500990010073211884", value: EXAMPLE_XML })),
        );
        sent += 200;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    await until(() => worker.told.includes("EXPORT | coordinator"), "records go out", WAIT_MS);
    for (let swap = 1; swap <= swaps; swap++) {
      edit(policy, contacts(swap % 2 === 1 ? "mask" : "redact"));
      await until(() => worker.told.includes(` | sequence=${swap} | revision=`), `policy ${swap}`, WAIT_MS).catch((error) => {
        throw new Error(`${error} ${worker.told.slice(-2000)}`);
      });
    }
    isDone = true;
    await feeding;
    const got = await topics.read([masked], sent);
    await stop(worker);
    expect(new Set(got.map(sourceOf)).size).toBe(sent);
    expect(got).toHaveLength(sent);
    const inOrder = got.toSorted((a, b) => a.offset - b.offset).map((one) => (street(one) === "REDACTED" ? "redact" : "mask"));
    const changes = inOrder.filter((one, i) => i > 0 && one !== inOrder[i - 1]).length;
    expect(inOrder[0]).toBe("redact");
    expect(changes).toBeLessThanOrEqual(swaps);
    expect(changes).toBeGreaterThan(0);
    for (const one of got) expect(["REDACTED", "*********"]).toContain(street(one).replace(/\*+/, "*********"));
    expect(CANARIES.filter((canary) => JSON.stringify(got).includes(canary))).toEqual([]);
  });

  test("that becomes wrong leaves the last good one in force, nothing is read when that is too old, and it goes on when it is mended", async () => {
    const policy = policyFolder("", { bauta: { views: VIEWS } }, { "masking.rego": contacts("redact") });
    const raw = await topics.make("raw");
    const masked = await topics.make("masked");
    refusedTopic = await topics.make("refused");
    const worker = work(pipeline(policy, raw, `{ a: { topic: ${masked}, view: analytics } }`, ", max-age: 3"));
    const record = { key: "DE82500990010073211884", value: EXAMPLE_XML };
    await topics.send(raw, [record]);
    expect((await topics.read([masked], 1)).map(street)).toEqual(["REDACTED"]);
    edit(policy, "package bauta.masking\n\nplan = {");
    await until(() => worker.told.includes("resource=policy | code=BAUTA-1602"), "the wrong policy is told", WAIT_MS);
    await topics.send(raw, [record]);
    expect((await topics.read([masked], 2)).map(street)).toEqual(["REDACTED", "REDACTED"]);
    await until(() => worker.told.includes("resource=policy | code=BAUTA-1611"), "it is too old", WAIT_MS);
    await topics.send(raw, [record]);
    // Longer than a worker takes that reads.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(await topics.read([masked], 2)).toHaveLength(2);
    edit(policy, contacts("mask"));
    const got = await topics.read([masked], 3);
    expect(got.map((one) => street(one).replace(/\*+/, "*"))).toEqual(["REDACTED", "REDACTED", "*"]);
    await stop(worker);
  });

  test("is put in force by activate, ends a grant by itself, and is put back by rollback, while the worker runs", async () => {
    const place = join(at, unique("placed"));
    const raw = await topics.make("raw");
    const masked = await topics.make("masked");
    refusedTopic = await topics.make("refused");
    const state = `, state: ${place}.state`;
    const file = pipeline(`${place}.tar.gz`, raw, `{ a: { topic: ${masked}, view: analytics } }`, state);
    const commands: string[] = [];
    const done = (...words: string[]): void => {
      const { code, stdout, stderr } = bauta(["policy", ...words]);
      commands.push(stdout, stderr);
      if (code !== 0) throw new Error(`${words.join(" ")}: ${code} ${stderr}`);
    };
    const policyOf = (rules: string, grants = {}): string =>
      policyFolder("", { bauta: { views: VIEWS, grants } }, { "masking.rego": rules });
    done("activate", file, policyOf(contacts("redact")));
    const worker = work(file);
    let sent = 0;
    /** Sends until a record comes out as it should. */
    const becomes = async (wanted: string): Promise<void> => {
      const from = performance.now();
      for (;;) {
        await topics.send(raw, [{ key: "DE82500990010073211884", value: EXAMPLE_XML }]);
        const all = await topics.read([masked], ++sent);
        const newest = all.toSorted((a, b) => b.offset - a.offset)[0] as Got;
        if (street(newest).replace(/\*+/, "*") === wanted) return;
        if (performance.now() - from > WAIT_MS) throw new Error(`no ${wanted}: ${street(newest)} ${worker.told.slice(-2000)}`);
      }
    };
    await becomes("REDACTED");
    const end = new Date(Date.now() + 20_000).toISOString().replace(/\.\d+/, "");
    const granted = `package bauta.masking

default plan := "model"

plan := {"action": "mask", "grant": "incident", "else": "redact"} if input.field.class == "contact"
`;
    done("activate", file, policyOf(granted, { incident: { until: end, reason: "a test" } }), "--reason", "incident");
    await becomes("*");
    // Nobody does anything, and the bundle is not even there.
    renameSync(`${place}.tar.gz`, `${place}.away`);
    await becomes("REDACTED");
    renameSync(`${place}.away`, `${place}.tar.gz`);
    done("activate", file, policyOf(contacts("mask")));
    await becomes("*");
    done("rollback", file, "--reason", "too loose");
    await becomes("REDACTED");
    await stop(worker);
    const got = await topics.read([masked], sent);
    expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([sent, sent]);
    expect(new Set(got.map((one) => street(one).replace(/\*+/, "*")))).toEqual(new Set(["REDACTED", "*"]));
    expect(worker.told).toContain("+incident");
    const everything = worker.told + commands.join("") + JSON.stringify(got);
    expect(CANARIES.filter((canary) => everything.includes(canary))).toEqual([]);
  });
});
