/**
 * What decides goes away while records flow: an OPA server that is killed, frozen, slow or says nothing, a server of bundles that is down.
 * No clear value goes out, no record is lost, the worker stops reading or redacts as it was told, and goes on without a restart.
 */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, until } from "../e2e/cli.ts";
import { OPA_THERE, opa as runOpa } from "../policy/opa.ts";
import { policyFolder } from "../policy/policies.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { type Behaviour, OpaProxy, OpaServer } from "../services/opa.ts";
import { freePorts } from "../services/ports.ts";
import { Pipelines, stop, type Worker } from "./pipelines.ts";
import { type Got, sourceOf, Topics } from "./topics.ts";

setDefaultTimeout(240_000);
const WAIT_MS = 60_000;
/** Longer than a worker takes that reads. */
const QUIET_MS = 1500;
const AT_ONCE = 30;

/** All that is personal in the examples, and the key of every record. */
const KEY = "DE82500990010073211884";
const CANARIES = [KEY, "Ottilie", "Brandhorst", "Atelier Meunier", "4532119900774123"];
const VIEWS = { analytics: { purpose: "statistics" } };
const VALUES = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON];

const rules = (action: string): string => `package bauta.masking

default plan := "model"

plan := "${action}" if input.field.class == "contact"
`;

let cluster: Cluster;
let topics: Topics;
let opa: OpaServer;
let proxy: OpaProxy;
const pipelines = new Pipelines(() => cluster.bootstrap);

beforeAll(async () => {
  if (!OPA_THERE) return;
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
  const data = join(policyFolder("", { bauta: { views: VIEWS } }), "data.json");
  opa = await OpaServer.start(["--set", "decision_logs.console=true", "--log-level", "info", data]);
  await opa.rules(rules("redact"));
  proxy = await OpaProxy.start(opa.url, 2000);
});
afterAll(async () => {
  await proxy?.stop();
  await opa?.kill();
  await topics?.close();
  await cluster?.stop();
});

/** One worker with what it reads and writes; everything that is sent has to come out. */
class Flow {
  readonly worker: Worker;
  readonly #raw: string;
  readonly #out: readonly string[];
  sent = 0;

  private constructor(worker: Worker, raw: string, out: readonly string[]) {
    this.worker = worker;
    this.#raw = raw;
    this.#out = out;
  }

  static async begin(policy: string): Promise<Flow> {
    const [raw, masked, refused] = [await topics.make("raw", 2), await topics.make("masked", 2), await topics.make("refused")];
    const file = pipelines.file({
      sources: `[{ topics: ${raw}, key: { use: account } }]`,
      sinks: `{ a: { topic: ${masked}, view: analytics } }`,
      rest: `on-refuse: divert\nrefused: { topic: ${refused} }\npolicy: { ${policy} }`,
    });
    return new Flow(pipelines.work(file), raw, [masked, refused]);
  }

  async send(): Promise<void> {
    await topics.send(
      this.#raw,
      Array.from({ length: AT_ONCE }, (_, i) => ({ key: KEY, value: VALUES[i % VALUES.length] })),
    );
    this.sent += AT_ONCE;
  }

  /** What is written, once there is all that was sent. */
  async all(): Promise<Got[]> {
    const got = await topics.read([...this.#out], this.sent);
    expect(got).toHaveLength(this.sent);
    expect(new Set(got.map(placeOf)).size).toBe(this.sent);
    expect(CANARIES.filter((canary) => (this.worker.told() + JSON.stringify(got)).includes(canary))).toEqual([]);
    return got;
  }

  /** Nothing comes of what is sent now. */
  async isStopped(): Promise<void> {
    const before = this.sent;
    await this.send();
    await new Promise((resume) => setTimeout(resume, QUIET_MS));
    expect(await topics.read([...this.#out], before)).toHaveLength(before);
  }

  async told(text: string, times = 1): Promise<void> {
    await until(() => this.worker.told().split(text).length > times, `${text} is told`, WAIT_MS).catch((error) => {
      throw new Error(`${error} ${this.worker.told().slice(-1500)}`);
    });
  }
}

const STALE = "resource=policy | code=BAUTA-1611";
const BACK = "client=policy | type=policy | status=ok";
const placeOf = (got: Got): string => sourceOf(got) ?? "";
const isXml = ({ value }: Got): boolean => value?.includes("<StrtNm>") === true;
const namesIn = (got: readonly Got[]): ReadonlySet<string> =>
  new Set(got.filter(isXml).flatMap(({ value }) => [...(/<Nm>(.*?)<\/Nm>/.exec(value ?? "")?.slice(1) ?? [])]));

/** It has lost what it was told, and answers `{}` until it is told again. */
async function startAgain(): Promise<void> {
  await opa.up();
  await opa.rules(rules("redact"));
}

const behave = (behaviour: Behaviour) => (): void => {
  proxy.behaviour = behaviour;
};
const failures: readonly (readonly [string, () => Promise<void> | void, () => Promise<void> | void])[] = [
  ["killed", () => opa.kill(), startAgain],
  ["frozen", () => opa.freeze(), () => opa.thaw()],
  ["answers {}", behave("empty"), behave("pass")],
  ["is slow", behave("slow"), behave("pass")],
  ["answers what is no JSON", behave("garbage"), behave("pass")],
];

const server = (): string => `server: "${proxy.url}", poll-milliseconds: 50, timeout-milliseconds: 1000, max-age: 2`;

describe.skipIf(!OPA_THERE)("an OPA server that decides over topics", () => {
  test("is killed, frozen, slow, says nothing: nothing is read when that lasts for too long, and it goes on by itself", async () => {
    const flow = await Flow.begin(server());
    await flow.send();
    await flow.all();
    for (const [i, [what, fail, mend]] of failures.entries()) {
      await fail();
      await flow.told(STALE, i + 1);
      await flow.isStopped();
      await mend();
      await flow.told(BACK, i + 1);
      await flow.all().catch((error) => {
        throw new Error(`${what}: ${error}`);
      });
    }
    await opa.rules(rules("hash"));
    await flow.told(" | sequence=1 | revision=");
    await flow.send();
    await flow.all();
    await opa.rules(rules("redact"));
    await stop(flow.worker);
  });

  test("is away with `degrade: redact`: all is constants meanwhile, from the beginning too", async () => {
    await opa.kill();
    const flow = await Flow.begin(`${server()}, degrade: redact`);
    await flow.told(STALE);
    await flow.send();
    expect([...namesIn(await flow.all())]).toEqual(["REDACTED"]);
    await startAgain();
    await flow.told(BACK);
    await flow.send();
    expect(namesIn(await flow.all()).size).toBeGreaterThan(1);
    proxy.behaviour = "empty";
    await flow.told(STALE, 2);
    await flow.told("revision=redact");
    const before = (await flow.all()).map(placeOf);
    await flow.send();
    const since = (await flow.all()).filter((got) => !before.includes(placeOf(got)));
    expect([...namesIn(since)]).toEqual(["REDACTED"]);
    proxy.behaviour = "pass";
    await flow.told(BACK, 2);
    await flow.send();
    await flow.all();
    await stop(flow.worker);
  });

  test("has seen no value of any record: its own log of what it was asked has none", () => {
    expect(['"msg":"Decision Log"', '"class":"person"', '"class":"contact"'].filter((name) => !opa.printed.includes(name))).toEqual([]);
    const personal = [...CANARIES, "REDACTED", ...VALUES.flatMap((value) => value.match(/[A-Z]{2}\d{2}[A-Z0-9]{11,30}|\b\d{9,}\b/g) ?? [])];
    expect(personal.filter((value) => opa.printed.includes(value))).toEqual([]);
  });
});

describe.skipIf(!OPA_THERE)("a server of bundles", () => {
  test("is down when a worker begins and later: nothing is read without a policy, and it goes on by itself", async () => {
    const bundles = await BundleServer.make();
    const policy = `url: "${bundles.url}", danger-unsigned: true, poll-milliseconds: 50, timeout-milliseconds: 1000, max-age: 2`;
    const flow = await Flow.begin(policy);
    await flow.told(STALE);
    await flow.isStopped();
    bundles.up(rules("redact"));
    await flow.told(BACK);
    await flow.all();
    bundles.down();
    await flow.told(STALE, 2);
    await flow.isStopped();
    bundles.up(rules("mask"));
    await flow.told(BACK, 2);
    await flow.all();
    await flow.told(" | sequence=1 | revision=");
    await stop(flow.worker);
    bundles.stop();
  });
});

class BundleServer {
  readonly url: string;
  readonly #server: Server;
  #bundle: Uint8Array | undefined;
  #etag = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}/bundle.tar.gz`;
  }

  static async make(): Promise<BundleServer> {
    const [port] = (await freePorts(1)) as [number];
    const listening = createServer((incoming, answer) => {
      const bundle = server.#bundle;
      const etag = `"${server.#etag}"`;
      if (bundle === undefined) return incoming.socket.destroy();
      if (incoming.headers["if-none-match"] === etag) return answer.writeHead(304).end();
      return answer.writeHead(200, { "content-type": "application/gzip", etag }).end(bundle);
    });
    const server = new BundleServer(listening, port);
    await new Promise<void>((resume) => listening.listen(port, "127.0.0.1", resume));
    return server;
  }

  up(text: string): void {
    const folder = policyFolder("", { bauta: { views: VIEWS } }, { "masking.rego": text });
    const packed = join(folder, "..", `${this.#etag++}-${process.pid}.tar.gz`);
    runOpa(["build", "--bundle", folder, "--output", packed], folder);
    this.#bundle = readFileSync(packed);
  }

  down(): void {
    this.#bundle = undefined;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
