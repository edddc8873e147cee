/** What is to be seen of workers over topics: `bauta top`, metrics, and what they say. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import pc from "picocolors";
import { lineOf, tableOf, type WorkerRow } from "../../runtime/cli/top.ts";
import { bauta, EXAMPLE_JSON, start, WRONG_XML } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { Topics } from "./topics.ts";
import { Workers } from "./worker.ts";

const SLOW = 120_000;
const workers = new Workers();
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

/** Runs it to its end, while this process goes on. */
async function top(...words: string[]): Promise<{ readonly code: number | null; readonly stdout: string }> {
  const child = start(["top", ...words]);
  let stdout = "";
  child.stdout?.on("data", (data) => {
    stdout += String(data);
  });
  const code = await new Promise<number | null>((resume) => child.once("close", resume));
  return { code, stdout };
}

test(
  "two workers at work, and one that is away: lag, refusals, latency, health, metrics and lines",
  async () => {
    const [raw, masked, refused] = [await topics.make("raw", 2), await topics.make("masked"), await topics.make("refused")];
    const file = workers.pipeline({
      kafka: `bootstrap: "${cluster.bootstrap}"`,
      sources: `{ topics: ${raw} }`,
      sinks: `{ out: { topic: ${masked} } }`,
      rest: `on-refuse: divert\nrefused: { topic: ${refused} }`,
    });
    const both = [workers.start(file, "--serve", "0"), workers.start(file, "--serve", "0")];
    const records = Array.from({ length: 400 }, (_, i) => ({ value: i % 100 === 3 ? WRONG_XML : EXAMPLE_JSON }));
    await topics.send(raw, records);
    await topics.read([masked, refused], 400);
    const addresses = both.map(({ told }) => /kind=serve \| address=(\S+)/.exec(told())?.[1] ?? "");
    // What is read is told with the next look at the ends of partitions.
    let rows: readonly WorkerRow[] = [];
    for (let looks = 0; looks < 20 && rows.reduce((sum, { records: read }) => sum + read, 0) < 400; looks++) {
      const { stdout } = await top(...addresses, "1", "--json", "--count", "2");
      const said = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as { workers: readonly WorkerRow[] });
      rows = said.at(-1)?.workers ?? [];
      expect(said).toHaveLength(2);
    }
    expect(rows.map(({ state }) => state)).toEqual(["ready", "ready", "away"]);
    const sum = (of: (row: WorkerRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
    expect([sum((row) => row.records), sum((row) => row.refused), sum((row) => row.refusedByCode["BAUTA-6001"] ?? 0)]).toEqual([400, 4, 4]);
    const busy = rows.find((row) => row.records > 0) as WorkerRow;
    for (const stage of ["poll", "mask", "stage", "commit"] as const) expect(busy.latency[stage]).toBeGreaterThan(0);
    expect(busy.recordsPerSecond).not.toBeNull();

    const plain = await top(addresses[0] ?? "", "--count", "1");
    expect([plain.code, plain.stdout]).toEqual([0, expect.stringMatching(/^worker=127\.0\.0\.1:\d+ state=ready rec\/s=–/)]);
    let metrics = "";
    // Ends are told with what is fetched, and once a second.
    const lags = (): readonly string[] =>
      [...metrics.matchAll(/^bauta_lag_records\{topic="([^"]+)",partition="(\d)"\} (\d+)$/gm)].map(
        ([, topic, partition, lag]) => `${topic}/${partition}: ${lag}`,
      );
    const none = [`${raw}/0: 0`, `${raw}/1: 0`];
    for (let looks = 0; looks < 60 && lags().toSorted().join() !== none.join(); looks++) {
      await new Promise((resume) => setTimeout(resume, 500));
      metrics = (await Promise.all(addresses.map(async (address) => (await fetch(`${address}/metrics`)).text()))).join("\n");
    }
    expect(lags().toSorted()).toEqual(none);
    expect(metrics).toMatch(/bauta_stage_seconds_count\{stage="commit"\} [1-9]/);
    expect(metrics).toContain('bauta_dependency_up{client="kafka"} 1');
    const said = (await Promise.all(both.map((worker) => workers.stop(worker)))).join("\n");
    for (const line of [
      "HEALTH | client=kafka | type=kafka | status=ok",
      "PROGRESS | stmt=",
      "CONTROL | RATE_CARD | rc_ver=1 | backend=kafka",
    ])
      expect(said).toContain(line);
    for (const canary of ["Ottilie", "Brandhorst"]) expect(metrics + said + plain.stdout).not.toContain(canary);
  },
  SLOW,
);

test(
  "a token is asked for, and an address is one",
  async () => {
    expect(bauta(["top", "http://user@x:1"]).stderr).toContain("BAUTA-1001");
    expect(bauta(["top", "x y"]).code).toBe(2);
    const missing = bauta(["top", "1", "--token-file", "/nowhere/token"]);
    expect([missing.code, missing.stderr.includes("BAUTA-1002")]).toEqual([2, true]);
  },
  SLOW,
);

describe("the table", () => {
  const row: WorkerRow = {
    worker: "127.0.0.1:9464",
    state: "waiting",
    pipeline: "payments",
    missing: ["kafka"],
    records: 1_234_567,
    recordsPerSecond: 4560,
    bytesPerSecond: 14_100_000,
    lag: 310,
    refused: 4,
    refusedByCode: { "BAUTA-6001": 4 },
    latency: { poll: 2.06, mask: 38, stage: 12.4, commit: null },
  };

  test("has a column for each number, in colour only where that is wanted", () => {
    const plain = tableOf([row], pc.createColors(false), 200);
    expect(plain).toHaveLength(3);
    expect(plain[0]).toBe("1 worker · 4,560 rec/s · lag 310 · refused 4 (BAUTA-6001 4)");
    expect(plain[2]).toBe(
      "127.0.0.1:9464  waiting: kafka  4,560  14.1 MB  1,234,567  310        4      2.1     38.0      12.4          –  payments",
    );
    expect(plain.join("")).not.toContain("\u001b");
    expect(tableOf([row], pc.createColors(true), 200).join("")).toContain("\u001b[31m");
  });

  test("is no wider than the terminal", () => {
    for (const line of tableOf([row, row], pc.createColors(false), 40)) expect(line.length).toBeLessThanOrEqual(40);
  });

  test("is a line without a terminal", () => {
    expect(lineOf(row)).toBe(
      "worker=127.0.0.1:9464 state=waiting:kafka rec/s=4,560 in/s=14.1MB records=1,234,567 lag=310 refused=4 poll=2.1 mask=38.0 write=12.4 commit=– pipeline=payments",
    );
  });
});
