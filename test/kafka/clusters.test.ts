/** Pipelines whose source is in another cluster than their targets: read there, written and committed here, and nothing left there. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { loadKafka } from "../../runtime/kafka/addon.ts";
import { CommitRows } from "../../runtime/kafka/batch.ts";
import { clientConfig } from "../../runtime/kafka/connection.ts";
import { shadowName } from "../../runtime/kafka/shadow-topics.ts";
import { TopicWriter } from "../../runtime/kafka/writer.ts";
import { bauta, EXAMPLE_XML, ended, hasEnded, until, WRONG_XML } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { kill, Pipelines, stop, type Worker } from "./pipelines.ts";
import { type Sent, sourceOf, Topics, unique } from "./topics.ts";

const SLOW = 240_000;
const CANARIES = ["Ottilie", "Brandhorst", "DE82500990010073211884"];
const CLEAR_KEY = "DE82500990010073211884";

let production: Cluster;
let qa: Cluster;
let there: Topics;
let here: Topics;
const pipelines = new Pipelines(() => qa.bootstrap);

beforeAll(async () => {
  [production, qa] = await Promise.all([startCluster(), startCluster()]);
  [there, here] = [new Topics(production.bootstrap), new Topics(qa.bootstrap)];
}, SLOW);
afterAll(async () => {
  await Promise.all([there?.close(), here?.close()]);
  await Promise.all([production?.stop(), qa?.stop()]);
});

const payments = (count: number): Sent[] =>
  Array.from({ length: count }, (_, i) => ({ ...(i % 2 === 0 ? { key: CLEAR_KEY } : {}), value: i % 40 === 7 ? WRONG_XML : EXAMPLE_XML }));

const source = (): string => `source: { bootstrap: "${production.bootstrap}" }`;

/** Offsets that a group has in the cluster that is read. */
async function committedThere(group: string, topic: string, partitions: number): Promise<readonly number[]> {
  const consumer = new (loadKafka().KafkaConsumer)([...clientConfig(there.connection, "consumer"), ["group.id", group]]);
  try {
    const asked = Array.from({ length: partitions }, (_, partition) => ({ topic, partition }));
    return (await consumer.committed(asked, 30_000)).map(({ offset }) => offset);
  } finally {
    await consumer.close();
  }
}

/** Waits until a topic has so many partitions. */
async function partitionsOf(topic: string, partitions: number): Promise<void> {
  const end = performance.now() + 60_000;
  while ((await here.admin.facts(topic))?.partitions !== partitions) {
    if (performance.now() > end) throw new Error(`${topic} does not get ${partitions} partitions`);
    await new Promise((resume) => setTimeout(resume, 500));
  }
}

/** Whichever of some workers commits first. */
async function firstToCommit(workers: readonly Worker[]): Promise<number> {
  const first = (): number => workers.findIndex(({ told }) => /EXPORT .* end=[1-9]/.test(told()));
  await until(() => first() >= 0 || workers.some(({ child }) => hasEnded(child)), "a worker commits", 60_000);
  return first();
}

test(
  "every record once, over kills and restarts, and nothing is left in the cluster that is read",
  async () => {
    const base = unique("raw");
    const [first, second] = [`${base}.a`, `${base}.b`];
    await there.admin.create(first, 3, [["retention.ms", "7200000"]]);
    const refused = await here.make("refused");
    const name = unique("across");
    const file = pipelines.file({
      name,
      sources: `{ topics: "^${base}\\\\..*", key: { use: account } }`,
      sinks: `{ out: { topic: "masked.{topic}", create: true } }`,
      rest: `on-refuse: divert\nrefused: { topic: ${refused} }\ncommit: { records: 50 }`,
      kafka: `, ${source()}, settings: { session.timeout.ms: 6000 }`,
    });
    const topicsBefore = (await there.admin.names()).toSorted();
    await there.send(first, payments(400));
    const told: string[] = [];
    const named = (at: number): Worker => pipelines.work(file, ["--instance", String(at)]);
    let workers = [named(0), named(1)];
    const busy = await firstToCommit(workers);
    // Killed with a transaction under way, and back under its name.
    await there.send(first, payments(400));
    await kill(workers[busy] as Worker);
    workers[busy] = named(busy);
    await there.send(first, payments(100));
    const got = await here.read([`masked.${first}`, refused], 900);
    expect(new Set(got.map(sourceOf)).size).toBe(900);

    // A topic that comes, and partitions that a topic gets, are found while workers run.
    await there.admin.create(second, 1);
    await there.admin.grow(first, 5);
    await there.send(second, payments(60));
    await partitionsOf(shadowName(name, first), 5);
    await partitionsOf(`masked.${second}`, 1);
    // A producer that was there before learns late of partitions that came.
    const later = new Topics(production.bootstrap);
    await later.send(first, payments(200));
    await later.close();
    await here.read([`masked.${first}`, `masked.${second}`, refused], 1160);

    // They go on where they stopped; whoever was not there for a while has missed nothing.
    for (const worker of workers) told.push(await stop(worker));
    await there.send(first, payments(300));
    workers = [pipelines.work(file)];
    const all = await here.read([`masked.${first}`, `masked.${second}`, refused], 1460);
    for (const worker of workers) told.push(await stop(worker));
    const after = await here.read([`masked.${first}`, `masked.${second}`, refused], 1460);
    expect([all.length, after.length, new Set(after.map(sourceOf)).size]).toEqual([1460, 1460, 1460]);
    const everything = told.join("") + JSON.stringify(after);
    expect(CANARIES.filter((canary) => everything.includes(canary))).toEqual([]);
    expect(new Set(after.map(({ headers }) => headers["bauta.code"] === undefined))).toEqual(new Set([true, false]));
    expect(new Set(after.filter((one) => sourceOf(one).startsWith(first)).map((one) => sourceOf(one).split("/")[1])).size).toBe(5);

    expect((await there.admin.names()).toSorted()).toEqual([...topicsBefore, second].toSorted());
    expect(await committedThere(name, first, 5)).toEqual([-1, -1, -1, -1, -1]);
    // The copy has what the original has; the shadow holds nothing.
    expect((await here.admin.facts(`masked.${first}`))?.partitions).toBe(3);
    expect(await here.read([shadowName(name, first)], 0)).toEqual([]);
  },
  2 * SLOW,
);

test(
  "offsets in another cluster are masked once more, and a topic that is not there is told",
  async () => {
    const raw = await there.make("raw", 2);
    const masked = await here.make("masked");
    await there.send(raw, [{ key: CLEAR_KEY, value: EXAMPLE_XML }, { key: CLEAR_KEY, value: EXAMPLE_XML }, { value: EXAMPLE_XML }]);
    const file = pipelines.file({
      sources: `{ topics: ${raw}, key: { use: account } }`,
      sinks: `{ out: { topic: ${masked} } }`,
      kafka: `, ${source()}, from: { timestamp: "2020-01-01T00:00:00Z" }`,
    });
    const worker = pipelines.work(file);
    await here.read([masked], 3);
    await stop(worker);
    const again = unique("again");
    const words = ["run", file, "--from", `${raw}/0:0,${raw}/1:0`, "--into", again, "--log-format", "lines"];
    expect(bauta(words).code).toBe(0);
    expect(bauta(words).stderr).toContain("BAUTA-1522");
    expect(bauta([...words, "--resume"]).code).toBe(0);
    const compared = bauta(["compare", masked, again, "--topics", file]);
    expect([compared.code, (await here.read([again], 3)).length]).toEqual([0, 3]);

    const absent = pipelines.file({ sources: `{ topics: ${masked} }`, sinks: `{ out: { topic: ${masked} } }`, kafka: `, ${source()}` });
    const { code, stderr } = bauta(["run", absent, "--log-format", "lines"]);
    expect([code, stderr.includes("BAUTA-1515"), stderr.includes(masked)]).toEqual([2, true, true]);
  },
  SLOW,
);

test(
  "BAUTA-1526: a topic of the same name in another cluster is not read at the offsets of this one, unless somebody says so",
  async () => {
    const raw = await there.make("raw", 2);
    const masked = await here.make("masked");
    const name = unique("repointed");
    const fileOf = (bootstrap: string): string =>
      pipelines.file({
        name,
        sources: `{ topics: ${raw}, key: { use: account } }`,
        sinks: `{ out: { topic: ${masked} } }`,
        kafka: `, source: { bootstrap: "${bootstrap}" }`,
      });
    await there.send(raw, payments(6));
    const worker = pipelines.work(fileOf(production.bootstrap));
    await here.read([masked], 6);
    await stop(worker);
    await here.admin.create(raw, 2);
    await here.send(raw, payments(7));
    const { code, stderr } = bauta(["run", fileOf(qa.bootstrap), "--log-format", "lines"]);
    expect([code, stderr.includes("BAUTA-1526"), stderr.includes(raw)]).toEqual([2, true, true]);
    expect(await here.read([masked], 6)).toHaveLength(6);
    // Offsets that are set by hand name no topic.
    const { connection } = here;
    const hand = new TopicWriter({
      connection,
      transactionalId: unique("hand"),
      messageBytesMax: 1000,
      batchBytesMax: 1000,
      shadowGroup: name,
    });
    await hand.init(30_000);
    const rows = new CommitRows();
    for (const partition of [0, 1]) rows.put(0, partition, 0);
    await hand.commit(undefined, [shadowName(name, raw)], rows.rows());
    await hand.close();
    const again = pipelines.work(fileOf(qa.bootstrap));
    expect(await here.read([masked], 13)).toHaveLength(13);
    await stop(again);
  },
  SLOW,
);

test(
  "what was refused is replayed from the cluster that it is in, and not from another one",
  async () => {
    const raw = await there.make("raw", 2);
    const [masked, refused] = [await here.make("masked"), await here.make("refused")];
    const name = unique("replayed");
    const fileOf = (bootstrap: string, key: string): string =>
      pipelines.file({
        name,
        sources: `{ topics: ${raw}${key} }`,
        sinks: `{ out: { topic: ${masked} } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }`,
        kafka: `, source: { bootstrap: "${bootstrap}" }`,
      });
    const records = [{ key: CLEAR_KEY, value: EXAMPLE_XML }, { value: EXAMPLE_XML }, { key: CLEAR_KEY, value: EXAMPLE_XML }];
    await there.send(raw, records);
    // Without a rule for keys whoever has one is refused.
    const worker = pipelines.work(fileOf(production.bootstrap, ""));
    await here.read([masked, refused], 3);
    await stop(worker);
    await here.admin.create(raw, 2);
    await here.send(raw, records);
    const wrong = bauta(["dlq", "replay", fileOf(qa.bootstrap, ", key: { use: account }")]);
    expect([wrong.code, wrong.stderr.includes("BAUTA-1526")]).toEqual([2, true]);
    const file = fileOf(production.bootstrap, ", key: { use: account }");
    const replays = [1, 2].map(() => JSON.parse(bauta(["dlq", "replay", file, "--json"]).stdout) as object);
    expect(replays).toMatchObject([
      { replayed: 2, done: 0, refusedAgain: [], gone: [] },
      { replayed: 0, done: 2 },
    ]);
    const got = await here.read([masked], 3);
    expect([got.length, new Set(got.map(sourceOf)).size, new Set(got.map(({ value }) => value)).size]).toEqual([3, 3, 1]);
    expect(CANARIES.filter((canary) => JSON.stringify(got).includes(canary))).toEqual([]);
  },
  SLOW,
);

test(
  "the cluster that is read is away for a while: it is told, and nothing is lost",
  async () => {
    const raw = await there.make("raw", 2);
    const masked = await here.make("masked");
    const file = pipelines.file({ sources: `{ topics: ${raw} }`, sinks: `{ out: { topic: ${masked} } }`, kafka: `, ${source()}` });
    await there.send(
      raw,
      Array.from({ length: 50 }, () => ({ value: EXAMPLE_XML })),
    );
    const worker = pipelines.work(file, ["--instance", "1"]);
    await here.read([masked], 50);
    const [node] = production.nodes;
    await node?.kill();
    await until(() => worker.told().includes("BAUTA-1511"), "it tells", 60_000);
    expect(worker.child.exitCode).toBeNull();
    node?.start();
    await node?.ready();
    await there.send(
      raw,
      Array.from({ length: 50 }, () => ({ value: EXAMPLE_XML })),
    );
    const got = await here.read([masked], 100);
    expect(new Set(got.map(sourceOf)).size).toBe(100);
    worker.child.kill("SIGTERM");
    expect((await ended(worker.child)).code).toBe(143);
  },
  SLOW,
);
