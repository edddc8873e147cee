/** Refused records of topics: listed, opened, replayed; and a pipeline that refuses too much. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { newSealKeys, openSeal, unseal } from "../../runtime/kafka/seal.ts";
import { Budget } from "../../runtime/pipeline/topics/budget.ts";
import { bauta, DEMO_MODEL, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, ended, hasEnded, until, WRONG_XML, write } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { sourceOf, Topics, unique } from "./topics.ts";
import { Workers } from "./worker.ts";

const SLOW = 120_000;
const workers = new Workers();
const CLEAR_KEY = "DE82500990010073211884";
/** A payment whose model has no rule for what it holds. */
const UNCOVERED_JSON = `{"unheard-of": "Ottilie", "card": {"cvv": "123"}}`;
const CANARIES = ["Ottilie", "Brandhorst", CLEAR_KEY];

let cluster: Cluster;
let topics: Topics;

beforeAll(async () => {
  cluster = await startCluster();
  topics = new Topics(cluster.bootstrap);
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
});

interface Row {
  readonly source: string;
  readonly code: string;
  readonly path: string;
  readonly sealed: boolean;
  readonly replayed: string | null;
}

const rows = (text: string): readonly Row[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Row);

function pipelineOf(raw: string, masked: string, refused: string, key: string, name: string): string {
  return workers.pipeline({
    name,
    kafka: `bootstrap: "${cluster.bootstrap}"`,
    sources: `{ topics: ${raw}${key} }`,
    sinks: `{ out: { topic: ${masked} } }`,
    rest: `on-refuse: divert\nrefused: { topic: ${refused} }`,
  });
}

describe("refused records", () => {
  test(
    "are listed, and replayed once by the rules that are in force then, at their own places",
    async () => {
      const [raw, masked, refused] = [await topics.make("raw", 2), await topics.make("masked"), await topics.make("refused", 2)];
      const name = unique("p");
      // Without a rule for keys whoever has one is refused.
      const file = pipelineOf(raw, masked, refused, "", name);
      await topics.send(raw, [
        { value: EXAMPLE_JSON },
        { key: CLEAR_KEY, value: EXAMPLE_XML },
        { key: CLEAR_KEY, value: EXAMPLE_MT },
        { key: CLEAR_KEY, value: WRONG_XML },
      ]);
      const worker = workers.start(file);
      await topics.read([masked, refused], 4);
      await workers.stop(worker);

      const listed = bauta(["dlq", "list", file, "--json"]);
      expect(rows(listed.stdout).map(({ code, replayed, sealed }) => [code, replayed, sealed])).toEqual(
        [
          ["BAUTA-2501", null, false],
          ["BAUTA-2501", null, false],
          ["BAUTA-6001", null, false],
        ].toSorted() as never,
      );
      const text = bauta(["dlq", "list", file, "--code", "2501"]);
      expect([text.code, text.lines, text.stdout.split("\n").filter((line) => line.startsWith("BAUTA-2501 "))]).toEqual([
        0,
        [],
        expect.any(Array),
      ]);
      expect(bauta(["dlq", "list", file, "--source", `${raw}/7`]).stdout).toContain("no refused record waits");

      // The same pipeline with a rule for keys.
      pipelineOf(raw, masked, refused, ", key: { use: account }", name);
      const first = bauta(["dlq", "replay", file, "--json"]);
      const found = JSON.parse(first.stdout) as { refusedAgain: readonly { code: string }[] };
      expect([first.code, found]).toMatchObject([3, { replayed: 2, done: 0, gone: [], refusedAgain: [{ code: "BAUTA-6001" }] }]);
      const second = JSON.parse(bauta(["dlq", "replay", file, "--json"]).stdout) as object;
      expect(second).toMatchObject({ replayed: 0, done: 2, refusedAgain: [{ code: "BAUTA-6001" }] });

      const got = await topics.read([masked], 3);
      expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([3, 3]);
      const sources = new Set(rows(listed.stdout).map(({ source }) => source));
      expect(got.filter((one) => sources.has(sourceOf(one)))).toHaveLength(2);
      expect(rows(bauta(["dlq", "list", file, "--json"]).stdout)).toHaveLength(1);
      expect(rows(bauta(["dlq", "list", file, "--all", "--json"]).stdout).filter(({ replayed }) => replayed !== null)).toHaveLength(2);
      // What a replay writes is what the pipeline would have written in the first place.
      const fresh = pipelineOf(raw, await topics.make("again"), refused, ", key: { use: account }", unique("p"));
      const again = workers.start(fresh);
      const target = /topic: (again\S+) \}/.exec(readFileSync(fresh, "utf8"))?.[1] ?? "";
      const plain = await topics.read([target], 3);
      await workers.stop(again);
      const bySource = (records: typeof got): Record<string, unknown> =>
        Object.fromEntries(records.map((one) => [sourceOf(one), [one.key, one.value]]));
      expect(bySource(got)).toEqual(bySource(plain));
      const everything = listed.stdout + text.stdout + JSON.stringify(await topics.read([masked, refused], 7));
      expect(CANARIES.filter((canary) => everything.includes(canary))).toEqual([]);
    },
    SLOW,
  );

  test(
    "are sealed where they cannot hold sensitive authentication data, and open with the private key alone",
    async () => {
      const [raw, masked, refused] = [await topics.make("raw"), await topics.make("masked"), await topics.make("refused")];
      const [path, other] = [join(workers.folder, "operator.age"), join(workers.folder, "other.age")];
      const publicKey = bauta(["dlq", "key", path]).stdout.trim();
      bauta(["dlq", "key", other]);
      expect([publicKey.startsWith("age1"), statSync(path).mode & 0o777, bauta(["dlq", "key", path]).code]).toEqual([true, 0o600, 2]);
      const file = workers.pipeline({
        kafka: `bootstrap: "${cluster.bootstrap}"`,
        sources: `{ topics: ${raw} }`,
        sinks: `{ out: { topic: ${masked} } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused}, seal: { public-key: ${publicKey} } }`,
      });
      const track = WRONG_XML.replace(/<InstrId>[^<]*</, "<InstrId>;4532119900774123=29121011234567890<");
      const values = [WRONG_XML, UNCOVERED_JSON, `${WRONG_XML}\n${UNCOVERED_JSON}`, track, "no payment, cvv 123"];
      await topics.send(
        raw,
        values.map((value) => ({ value })),
      );
      const worker = workers.start(file);
      const got = await topics.read([refused], values.length);
      await workers.stop(worker);
      const listed = rows(bauta(["dlq", "list", file, "--json"]).stdout);
      expect(listed.map(({ source, sealed }) => [source, sealed])).toEqual(values.map((_, at) => [`${raw}/0/${at}`, at === 0]));
      const everything = JSON.stringify(got);
      for (const canary of ["Ottilie", "Brandhorst", "4532119900774123"]) expect(everything).not.toContain(canary);
      // Three letters may come by chance in what is sealed.
      const unsealed = got.map(({ headers: { "bauta.sealed": _, ...headers }, ...record }) => ({ ...record, headers }));
      expect(JSON.stringify(unsealed)).not.toContain("cvv");
      const open = (offset: number, identity: string): ReturnType<typeof bauta> =>
        bauta(["dlq", "open", file, "--source", `${raw}/0/${offset}`, "--identity", identity]);
      expect(open(0, path).stdout).toBe(WRONG_XML);
      for (const [offset, identity] of [
        [0, other],
        [1, path],
      ] as const) {
        const { code, stdout, stderr } = open(offset, identity);
        expect([code, stdout, stderr.includes("BAUTA-1525")]).toEqual([2, "", true]);
      }
    },
    SLOW,
  );
});

describe("a budget for refused records", () => {
  test(
    "BAUTA-1524: a pipeline that refuses more ends, says what it refused, and has committed none of it",
    async () => {
      const [raw, masked, refused] = [await topics.make("raw"), await topics.make("masked"), await topics.make("refused")];
      const file = workers.pipeline({
        kafka: `bootstrap: "${cluster.bootstrap}"`,
        sources: `{ topics: ${raw} }`,
        sinks: `{ out: { topic: ${masked} } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused}, budget: { records: 5, of: 100 } }\ncommit: { records: 50 }`,
      });
      await topics.send(
        raw,
        Array.from({ length: 300 }, (_, i) => ({ value: i % 50 === 7 ? WRONG_XML : EXAMPLE_JSON })),
      );
      const worker = workers.start(file);
      expect(await topics.read([masked, refused], 300)).toHaveLength(300);
      await topics.send(
        raw,
        Array.from({ length: 40 }, () => ({ value: WRONG_XML })),
      );
      await until(() => hasEnded(worker.child), "it ends", 60_000);
      expect([worker.child.exitCode, worker.told().includes("code=BAUTA-1524")]).toEqual([3, true]);
      expect(worker.told().split("kind=refused |").length - 1).toBeGreaterThan(6);
      expect(await topics.read([masked, refused], 300)).toHaveLength(300);
      // It ends at the same place until something is mended.
      const again = workers.start(file);
      expect((await ended(again.child)).code).toBe(3);
      expect(await topics.read([masked, refused], 300)).toHaveLength(300);
    },
    SLOW,
  );

  test("counts batches, of which the last ones count", () => {
    const budget = new Budget({ records: 10, of: 1000 });
    for (let batch = 0; batch < 100; batch++) budget.take(100, batch % 10 === 0 ? 10 : 0);
    budget.take(0, 0);
    expect(() => new Budget({ records: 10, of: 1000 }).take(11, 11)).toThrow("BAUTA-1524");
    expect(() => budget.take(100, 11)).toThrow("BAUTA-1524");
    // A batch larger than the budget is for may refuse as many more.
    expect(() => new Budget({ records: 10, of: 1000 }).take(2000, 20)).not.toThrow();
  });

  test("none is refused where none may be", () => {
    expect(() => new Budget({ records: 0, of: 1 }).take(1000, 1)).toThrow("BAUTA-1524");
  });
});

test("a seal opens with its own key, and not when it was changed", async () => {
  const [keys, others] = [await newSealKeys(), await newSealKeys()];
  const seal = await openSeal(keys.publicKey);
  const value = new TextEncoder().encode("Ottilie");
  const sealed = await seal(value);
  expect(await unseal(`# comment\r\n${keys.privateKey}\r\n`, sealed)).toEqual(value);
  const changed = sealed.slice();
  changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
  for (const [key, bytes] of [
    [others.privateKey, sealed],
    [keys.privateKey, changed],
    ["", sealed],
  ] as const)
    await expect(unseal(key, bytes)).rejects.toThrow("BAUTA-1525");
  await expect(openSeal("age1nonsense")).rejects.toThrow("BAUTA-1525");
});

test("what stands under `refused` is checked", () => {
  const check = (refused: string): string => {
    const file = write(
      join(workers.folder, `${unique("c")}.yaml`),
      `bauta-pipeline: 1
name: c
model: ${DEMO_MODEL}
key-file: ${workers.key}
kafka: { bootstrap: "127.0.0.1:1" }
sources: { topics: raw }
sinks: { out: { topic: masked } }
on-refuse: divert
refused: ${refused}
`,
    );
    return bauta(["check", file]).stdout;
  };
  expect(check("{ topic: r, budget: { records: 5, of: 100 } }")).not.toContain("BAUTA-14");
  for (const wrong of [
    "{ topic: r, seal: { public-key: AGE-SECRET-KEY-1X } }",
    "{ topic: r, seal: { public-key: age1x } }",
    "{ topic: r, budget: { records: 5 } }",
    "{ topic: r, budget: { records: 5, of: 5 } }",
    "{ topic: r, budget: { records: 0.5, of: 5 } }",
  ])
    expect([wrong, check(wrong).includes("BAUTA-1403")]).toEqual([wrong, true]);
});
