/**
 * Pipelines over topics under faults, on real brokers. The short version is a part of `npm test`, the long one is `npm run faults -- kafka`.
 * Counts are environment variables, `BAUTA_FAULT_…`, small unless they say otherwise; `BAUTA_FAULT_SCENARIOS` names those that are run. The
 * seed is printed.
 */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { EXAMPLE_XML } from "../e2e/cli.ts";
import { Pipelines, stop } from "../kafka/pipelines.ts";
import { sourceOf, Topics } from "../kafka/topics.ts";
import { type Broker, type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { freePorts } from "../services/ports.ts";
import { hasToxiproxy, type Toxic, Toxiproxy } from "../services/toxiproxy.ts";
import { Scenario, SHORT_LIVES, untilWhole } from "./scenario.ts";

const count = (name: string, short: number): number => Number(process.env[`BAUTA_FAULT_${name}`] ?? short);
const SEED = count("SEED", Date.now() % 1_000_000);
const WORKER_KILLS = count("WORKER_KILLS", 2);
const BROKER_KILLS = count("BROKER_KILLS", 1);
const FREEZES = count("FREEZES", 1);
const FREEZE_SECONDS_MAX = count("FREEZE_SECONDS_MAX", 8);
const STORMS = count("STORMS", 1);
const CUT_SECONDS = count("CUT_SECONDS", 6);
const ACROSS_WORKER_KILLS = count("ACROSS_WORKER_KILLS", 1);
const ACROSS_BROKER_KILLS = count("ACROSS_BROKER_KILLS", 1);
const wanted = process.env["BAUTA_FAULT_SCENARIOS"]?.split(",");
const isWanted = (scenario: string): boolean => wanted === undefined || wanted.includes(scenario);

const NODES = 3;
const START_MS = 300_000;
const HOURS_MS = 4 * 3_600_000;
const FREEZE_MS_MIN = 5000;
/** Brokers that are away for so long are forgotten by clients. */
const AWAY_MS = 6000;
const AWAY_READ_MS = 60_000;

let proxy: Toxiproxy | undefined;
let production: Cluster;
let main: Cluster;
let source: Topics;
let target: Topics;
/** Where workers reach the cluster of three: through the proxy, if there is one. */
let reached = "";
const pipelines = new Pipelines(() => reached);
const proxyOf = (at: number): string => `broker-${at + 1}`;

beforeAll(async () => {
  process.stdout.write(
    `seed = ${SEED} (BAUTA_FAULT_SEED); kills of workers ${WORKER_KILLS}, of brokers ${BROKER_KILLS}; freezes ${FREEZES}; storms ${STORMS}; ` +
      `cuts for ${CUT_SECONDS} s; across clusters ${ACROSS_WORKER_KILLS} and ${ACROSS_BROKER_KILLS}; scenarios ${wanted?.join(", ") ?? "all"}\n`,
  );
  const ports = await freePorts(NODES);
  const heap = "320m";
  main = await startCluster({
    nodes: NODES,
    heap,
    listeners: { PROXIED: "PLAINTEXT" },
    ...(hasToxiproxy() ? { told: { PROXIED: ports } } : {}),
  });
  production = await startCluster({ heap });
  if (hasToxiproxy()) {
    proxy = await Toxiproxy.start();
    for (const [at, node] of main.nodes.entries()) await proxy.add(proxyOf(at), ports[at] as number, node.addressOf("PROXIED"));
  } else console.log("skipped: connections are not cut, there is no Toxiproxy; node scripts/toxiproxy.mjs builds it");
  reached = (proxy === undefined ? main.nodes.map((node) => node.addressOf("PROXIED")) : ports.map((port) => `127.0.0.1:${port}`)).join(
    ",",
  );
  target = new Topics(main.bootstrap);
  source = new Topics(production.bootstrap);
}, START_MS);
afterAll(async () => {
  await Promise.all([source?.close(), target?.close()]);
  proxy?.stop();
  await Promise.all([main?.stop(), production?.stop()]);
});

/** So many of each, in an order of the seed. */
function shuffled<T>(scenario: Scenario, counts: readonly (readonly [count: number, what: T])[]): readonly T[] {
  const all = counts.flatMap(([times, what]) => Array.from({ length: times }, () => what));
  for (let at = all.length - 1; at > 0; at--) {
    const other = scenario.random.below(at + 1);
    [all[at], all[other]] = [all[other] as T, all[at] as T];
  }
  return all;
}

async function inTurn(faults: readonly (() => Promise<void>)[]): Promise<void> {
  for (const fault of faults) await fault();
}

test.skipIf(!isWanted("killed"))(
  "workers and brokers that are killed and freeze, members that come and go",
  async () => {
    const scenario = new Scenario({
      name: "killed",
      seed: SEED,
      pipelines,
      source: target,
      target,
      kafka: `, ${SHORT_LIVES}`,
      workers: 3,
      faults: WORKER_KILLS + BROKER_KILLS + FREEZES + STORMS,
    });
    await scenario.begin();
    const { random } = scenario;
    const freezeMs = (): number => random.between(FREEZE_MS_MIN, FREEZE_SECONDS_MAX * 1000);
    const broker = (): Broker => random.pick(main.nodes);
    const ofBrokers = Math.floor(FREEZES / 2);
    await Promise.all([
      inTurn(
        shuffled(scenario, [
          [WORKER_KILLS, () => scenario.killWorker()],
          [FREEZES - ofBrokers, () => scenario.freezeWorker(freezeMs())],
          [STORMS, () => scenario.storm()],
        ]),
      ),
      inTurn(
        shuffled(scenario, [
          [BROKER_KILLS, () => scenario.killBroker(main, broker())],
          [ofBrokers, () => scenario.freezeBroker(main, broker(), freezeMs())],
        ]),
      ),
    ]);
    await scenario.settle();
  },
  HOURS_MS,
);

test.skipIf(!isWanted("gone"))(
  "a broker that leaves and does not come back: whatever it coordinated goes on elsewhere, though nobody else comes or goes",
  async () => {
    const raw = await target.make("raw", 4);
    const masked = await target.make("masked", 3);
    const file = pipelines.file({
      kafka: `, ${SHORT_LIVES}`,
      sources: `{ topics: ${raw}, key: { use: account } }`,
      sinks: `{ out: { topic: ${masked} } }`,
    });
    const worker = pipelines.work(file, ["--instance", "w1"]);
    let sent = 0;
    const more = async (): Promise<void> => {
      await target.send(
        raw,
        Array.from({ length: 8 }, () => ({ value: EXAMPLE_XML })),
      );
      sent += 8;
      await target.read([masked], sent, AWAY_READ_MS);
    };
    await more();
    // One of them has the group, one the transactions.
    for (const node of main.nodes) {
      await node.kill();
      // Nothing is under way when clients forget the broker.
      await new Promise((resume) => setTimeout(resume, AWAY_MS));
      await more();
      node.start();
      await node.ready();
      await untilWhole(main);
    }
    const told = await stop(worker);
    expect(new Set((await target.read([masked], sent)).map(sourceOf)).size).toBe(sent);
    expect(told).not.toContain("BAUTA-1528");
  },
  HOURS_MS,
);

/** What is done to the connections of one broker. */
const TOXICS: readonly Toxic[] = [
  { type: "latency", stream: "downstream", attributes: { latency: 400, jitter: 300 } },
  { type: "latency", stream: "upstream", attributes: { latency: 1500, jitter: 1000 } },
  { type: "reset_peer", stream: "downstream", attributes: { timeout: 100 } },
  { type: "reset_peer", stream: "upstream", attributes: { timeout: 0 } },
  { type: "timeout", stream: "downstream", attributes: { timeout: 0 } },
  { type: "timeout", stream: "upstream", attributes: { timeout: 0 } },
  { type: "bandwidth", stream: "downstream", attributes: { rate: 20 } },
  { type: "slicer", stream: "upstream", attributes: { average_size: 300, size_variation: 200, delay: 2000 } },
  { type: "limit_data", stream: "downstream", attributes: { bytes: 20_000 } },
];

test.skipIf(!isWanted("cut") || !hasToxiproxy())(
  "connections that are cut, reset, delayed and swallowed",
  async () => {
    const scenario = new Scenario({
      name: "cut",
      seed: SEED + 1,
      pipelines,
      source: target,
      target,
      kafka: `, ${SHORT_LIVES}`,
      workers: 2,
    });
    await scenario.begin();
    const { random } = scenario;
    const until = performance.now() + CUT_SECONDS * 1000;
    // Each broker has its own course, so that one, two or all of them are hard to reach at a time.
    const harm = async (at: number): Promise<void> => {
      while (performance.now() < until) {
        const milliseconds = random.between(300, 5000);
        if (random.chance(0.2)) {
          await proxy?.cut(proxyOf(at), milliseconds);
          scenario.count("cut", `broker ${at + 1} cut off for ${milliseconds} ms`);
        } else {
          const toxic = random.pick(TOXICS);
          await proxy?.during(proxyOf(at), toxic, milliseconds);
          scenario.count(`${toxic.type} ${toxic.stream}`, `broker ${at + 1}: ${toxic.type} ${toxic.stream} for ${milliseconds} ms`);
        }
        await new Promise((resume) => setTimeout(resume, random.below(2500)));
      }
    };
    await Promise.all(main.nodes.map((_, at) => harm(at)));
    await scenario.settle();
  },
  HOURS_MS,
);

test.skipIf(!isWanted("across"))(
  "from one cluster to another, workers and brokers of both killed",
  async () => {
    const kafka = `, ${SHORT_LIVES}, source: { bootstrap: "${production.bootstrap}" }`;
    const faults = ACROSS_WORKER_KILLS + ACROSS_BROKER_KILLS;
    const scenario = new Scenario({ name: "across", seed: SEED + 2, pipelines, source, target, kafka, workers: 2, faults });
    await scenario.begin();
    const { random } = scenario;
    const nodes = [production, main].flatMap((cluster) => cluster.nodes.map((node) => ({ cluster, node })));
    const killBroker = (): Promise<void> => {
      const { cluster, node } = random.pick(nodes);
      return scenario.killBroker(cluster, node);
    };
    await Promise.all([
      inTurn(Array.from({ length: ACROSS_WORKER_KILLS }, () => () => scenario.killWorker())),
      inTurn(Array.from({ length: ACROSS_BROKER_KILLS }, () => killBroker)),
    ]);
    await scenario.settle();
    expect((await source.admin.names()).filter((name) => name.startsWith("bauta-shadow."))).toEqual([]);
  },
  HOURS_MS,
);
