/** A broker whose disk is full: the worker waits, and nothing is lost once there is room. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EXAMPLE_JSON, until } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { sourceOf, Topics } from "./topics.ts";
import { Workers } from "./worker.ts";

const SLOW = 180_000;
const DISK_BYTES = 64 * 1024 * 1024;
const disk = mkdtempSync(join(tmpdir(), "bauta-full-"));
const isMounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_BYTES}`, "tmpfs", disk], { stdio: "ignore" }).status === 0;
const workers = new Workers();
let cluster: Cluster | undefined;
let topics: Topics | undefined;

beforeAll(async () => {
  if (!isMounted) return;
  cluster = await startCluster({
    properties: { "log.dirs": join(disk, "data"), "log.segment.bytes": "1048576", "log.index.size.max.bytes": "65536" },
  });
  topics = new Topics(cluster.bootstrap);
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await cluster?.stop();
  if (isMounted) spawnSync("umount", [disk]);
  rmSync(disk, { recursive: true, force: true });
});

test.skipIf(!isMounted)(
  isMounted ? "a broker whose disk is full" : "a broker whose disk is full (skipped: no file system can be mounted here)",
  async () => {
    if (topics === undefined || cluster === undefined) throw new Error("no cluster");
    const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
    const send = (count: number): Promise<void> | undefined =>
      topics?.send(
        raw,
        Array.from({ length: count }, () => ({ value: EXAMPLE_JSON })),
      );
    const file = workers.pipeline({
      kafka: `bootstrap: "${cluster.bootstrap}", settings: { compression.codec: none }`,
      sources: `{ topics: ${raw} }`,
      sinks: `{ out: { topic: ${masked} } }`,
    });
    const worker = workers.start(file);
    await send(300);
    await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
    await workers.stop(worker);
    await send(20_000);
    const ballast = join(disk, "ballast");
    const free = Number(spawnSync("df", ["--output=avail", "-B1", disk], { encoding: "utf8" }).stdout.split("\n")[1]);
    // Room for a part of what is to be written.
    writeFileSync(ballast, new Uint8Array(free - 2 * 1024 * 1024));
    const next = workers.start(file);
    await until(() => /BAUTA-15(11|19)/.test(next.told()), "it says so", 60_000);
    await new Promise((resume) => setTimeout(resume, 8000));
    expect(next.child.exitCode).toBe(null);
    rmSync(ballast);
    const [broker] = cluster.nodes;
    await broker?.kill();
    broker?.start();
    await broker?.ready();
    const got = await topics.read([masked], 20_300);
    expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([20_300, 20_300]);
  },
  SLOW,
);
