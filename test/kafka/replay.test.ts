/** What comes out depends on the source alone: not on how many workers there are, how they share topics, or how often they began anew. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { parseOffsets, parseShare, sharedRanges } from "../../runtime/kafka/offsets.ts";
import { bauta, EXAMPLE_XML, ended, hasEnded, until, WRONG_XML } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { identifiersOf, payment } from "./payments.ts";
import { kill, Pipelines, stop } from "./pipelines.ts";
import { type Sent, sourceOf, Topics } from "./topics.ts";

const SLOW = 180_000;
const COUNT = 1200;
const CUSTOMERS = 30;
const PARTITIONS = 4;

let cluster: Cluster;
let topics: Topics;
const pipelines = new Pipelines(() => cluster.bootstrap);

beforeAll(async () => {
  // Of the newer protocol the broker says how long a worker that was killed counts as a member.
  cluster = await startCluster({
    properties: {
      "group.consumer.session.timeout.ms": "5000",
      "group.consumer.min.session.timeout.ms": "1000",
      "group.consumer.heartbeat.interval.ms": "1000",
      "group.consumer.min.heartbeat.interval.ms": "500",
    },
  });
  topics = new Topics(cluster.bootstrap);
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
});

/** Payments in three forms, refused ones and tombstones among them; without keys they go to all partitions. */
const PAYMENTS: readonly Sent[] = Array.from({ length: COUNT }, (_, i) => {
  const { account, xml, mt, json } = payment(i, CUSTOMERS);
  if (i % 100 === 17) return { key: account, value: undefined };
  return { key: i % 2 === 0 ? account : undefined, value: i % 50 === 7 ? WRONG_XML : [xml, mt, json][i % 3], headers: { trace: `t${i}` } };
});
const REFUSED = PAYMENTS.filter(({ value }) => value === WRONG_XML).length;

const sources = (raw: string): string => `{ topics: ${raw}, key: { use: account }, headers: { trace: keep } }`;
const rest = "on-refuse: divert\ncommit: { records: 40 }";

interface Layout {
  readonly workers: number;
  readonly protocol: "classic" | "consumer";
  readonly partitions: number;
}

/** Masks all of a topic by so many workers, one of which is killed and begins anew in the middle. Returns pipeline and topic. */
async function masked(raw: string, { workers, protocol, partitions }: Layout): Promise<{ readonly file: string; readonly topic: string }> {
  const topic = await topics.make(`masked-${protocol}-${workers}`, partitions);
  const file = pipelines.file({
    sources: sources(raw),
    sinks: `{ out: { topic: ${topic} } }`,
    rest,
    kafka: `, protocol: ${protocol}, settings: { session.timeout.ms: 6000 }`,
  });
  const all = Array.from({ length: workers }, (_, i) => pipelines.work(file, ["--instance", `w${i}`]));
  const [first] = all as [(typeof all)[0]];
  await until(() => all.some(({ told }) => /EXPORT .* end=[1-9]/.test(told())), "a commit", 90_000);
  await kill(first);
  all[0] = pipelines.work(file, ["--instance", "w0"]);
  const got = await topics.read([topic], COUNT - REFUSED);
  expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([COUNT - REFUSED, COUNT - REFUSED]);
  for (const worker of all) await stop(worker);
  return { file, topic };
}

const compared = (file: string, before: string, after: string, ...more: string[]) => {
  const { code, stdout, stderr } = bauta(["compare", before, after, "--topics", file, "--json", ...more]);
  if (stdout === "") throw new Error(stderr);
  return { code, ...(JSON.parse(stdout) as { same: boolean; compared: number; differences: unknown[]; unplaced: number }) };
};

describe("whoever masks a topic", () => {
  test(
    "1, 2 and 4 workers, groups of both protocols, a restart in the middle: the same bytes by source; a replay in one part and in three, too",
    async () => {
      const raw = await topics.make("raw", PARTITIONS);
      await topics.send(raw, PAYMENTS);
      const layouts: readonly Layout[] = [
        { workers: 1, protocol: "classic", partitions: 3 },
        { workers: 2, protocol: "classic", partitions: 3 },
        { workers: 4, protocol: "consumer", partitions: 3 },
        { workers: 2, protocol: "consumer", partitions: 5 },
      ];
      const all: Awaited<ReturnType<typeof masked>>[] = [];
      for (const layout of layouts) all.push(await masked(raw, layout));
      const [one, ...others] = all as [(typeof all)[0]];
      const same = { code: 0, exit: 0, same: true, compared: COUNT - REFUSED, differences: [], unplaced: 0 };
      for (const { topic } of others) expect(compared(one.file, one.topic, topic)).toEqual(same);

      // By no group at all: ranges in one piece, and in three processes at once, one of which is killed and goes on.
      const from = Array.from({ length: PARTITIONS }, (_, partition) => `${raw}/${partition}:0`).join(",");
      const into = `replay-${raw}`;
      const replay = bauta(["run", one.file, "--from", from, "--into", into, "--log-format", "lines"]);
      expect([replay.code, replay.stderr.includes("BAUTA-9001")]).toEqual([0, false]);
      expect(compared(one.file, one.topic, into)).toEqual(same);
      const again = bauta(["run", one.file, "--from", from, "--into", into, "--log-format", "lines"]);
      expect([again.code, again.stderr.includes("BAUTA-1522")]).toEqual([2, true]);
      expect(bauta(["run", one.file, "--from", from, "--into", into, "--resume"]).code).toBe(0);

      const parts = [1, 2, 3].map((part) => ["--from", from, "--into", `shared-${raw}`, "--share", `${part}/3`]);
      const workers = parts.map((options) => pipelines.work(one.file, options));
      const [victim] = workers as [(typeof workers)[0]];
      await until(() => /EXPORT .* end=[1-9]/.test(victim.told()) || hasEnded(victim.child), "a commit", 60_000);
      await kill(victim);
      workers[0] = pipelines.work(one.file, [...(parts[0] as string[]), "--resume"]);
      for (const { child, told } of workers)
        expect([child.exitCode ?? (await ended(child)).code, told().includes("BAUTA-9001")]).toEqual([0, false]);
      expect(compared(one.file, one.topic, `shared-${raw}`)).toEqual(same);
      // What was in no group has left no offset in the pipeline's own.
      const behind = pipelines.work(one.file, ["--instance", "w0"]);
      await topics.send(raw, [{ value: EXAMPLE_XML, headers: { trace: "late" } }]);
      const got = await topics.read([one.topic], COUNT - REFUSED + 1);
      await stop(behind);
      expect([got.length, got.filter(({ headers }) => headers["trace"] === "late").length]).toEqual([COUNT - REFUSED + 1, 1]);

      // A part of the offsets, against a topic that has more.
      const some = `${raw}/1:20`;
      expect(bauta(["run", one.file, "--from", some, "--to", `${raw}/1:60`, "--into", `some-${raw}`]).code).toBe(0);
      const part = compared(one.file, one.topic, `some-${raw}`, "--from", some, "--to", `${raw}/1:60`);
      expect([part.same, part.compared > 20, part.compared <= 40]).toEqual([true, true, true]);
    },
    6 * SLOW,
  );

  test(
    "topics of other partition counts: identifiers are equal, matched by UETR",
    async () => {
      const values = Array.from({ length: 150 }, (_, i) => payment(i, CUSTOMERS));
      const outputs: Map<string, string>[] = [];
      for (const partitions of [1, 6]) {
        const [raw, out] = [await topics.make("raw", partitions), await topics.make("out", 7 - partitions)];
        // The same messages in another order, in other partitions.
        const order = partitions === 1 ? values : values.toReversed();
        await topics.send(
          raw,
          order.map(({ xml }) => ({ value: xml })),
        );
        const worker = pipelines.work(pipelines.file({ sources: sources(raw), sinks: `{ out: { topic: ${out} } }`, rest }));
        const got = await topics.read([out], values.length);
        await stop(worker);
        outputs.push(new Map(got.map(({ value = "" }) => [identifiersOf(value).uetr, JSON.stringify(identifiersOf(value))])));
      }
      const [one, six] = outputs as [Map<string, string>, Map<string, string>];
      expect(one.size).toBe(values.length);
      expect(six).toEqual(new Map([...one].toReversed()));
    },
    SLOW,
  );

  test(
    "compare names what differs, is missing, is there twice, or does not say where it came from",
    async () => {
      const [a, b] = [await topics.make("a"), await topics.make("b", 2)];
      const at = (source: string, value: string, key?: string): Sent => ({ key, value, headers: { "bauta.source": source } });
      await topics.send(a, [at("raw/0/1", "x"), at("raw/0/2", "x"), at("raw/0/3", "x", "k"), at("raw/1/7", "x"), at("raw/1/7", "x")]);
      await topics.send(b, [at("raw/1/9", "y"), at("raw/0/3", "x", "l"), at("raw/0/1", "x"), at("raw/1/7", "x"), { value: "z" }]);
      const file = pipelines.file({ sources: "{ topics: raw }", sinks: "{ out: { topic: none } }" });
      const found = compared(file, a, b);
      expect(found).toEqual({
        code: 9,
        exit: 9,
        same: false,
        compared: 3,
        differences: [
          { kind: "only-in-first", source: "raw/0/2" },
          { kind: "differs", source: "raw/0/3" },
          { kind: "twice-in-first", source: "raw/1/7" },
          { kind: "only-in-second", source: "raw/1/9" },
        ],
        unplaced: 1,
      } as never);
      const { code, stdout } = bauta(["compare", a, b, "--topics", file]);
      expect([code, stdout.includes("raw/0/3: differs"), stdout.includes("raw/1/7: more than once in the first")]).toEqual([9, true, true]);
      expect(bauta(["compare", a, "absent", "--topics", file]).code).toBe(2);
    },
    SLOW,
  );
});

describe("offsets on the command line", () => {
  test("are read, and what is none is refused", () => {
    expect(parseOffsets("a.b/0:5, c/12:0\n", "--from")).toEqual([
      { topic: "a.b", partition: 0, offset: 5 },
      { topic: "c", partition: 12, offset: 0 },
    ]);
    for (const wrong of ["", "a:1", "a/1", "a/x:1", "a/1:-2", "a/1:2,a/01:3"])
      expect(() => parseOffsets(wrong, "--from")).toThrow("BAUTA-1001");
    for (const wrong of ["0/2", "3/2", "1", "1/0"]) expect(() => parseShare(wrong)).toThrow("BAUTA-1001");
  });

  test("shares are the ranges, and no two meet", () => {
    const ranges = [
      { topic: "a", partition: 0, from: 10, to: 23 },
      { topic: "a", partition: 1, from: 5, to: 5 },
    ];
    for (let of = 1; of < 20; of++) {
      const shares = Array.from({ length: of }, (_, i) => sharedRanges(ranges, { part: i + 1, of }));
      for (const [at, { from, to }] of ranges.entries()) {
        const offsets = shares.flatMap((share) =>
          Array.from({ length: (share[at]?.to ?? 0) - (share[at]?.from ?? 0) }, (_, i) => (share[at]?.from ?? 0) + i),
        );
        expect(offsets).toEqual(Array.from({ length: to - from }, (_, i) => from + i));
      }
    }
  });
});
