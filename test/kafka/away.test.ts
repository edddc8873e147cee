/** A cluster that is away: at the start, in the middle, for longer than a transaction may be open, and while the worker is told to stop. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { EXAMPLE_JSON, ended, until } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { Cut } from "../services/kafka/cut.ts";
import { type Got, sourceOf, Topics, unique } from "./topics.ts";
import { processorMs, type Worker, Workers } from "./worker.ts";

const SLOW = 180_000;
/** A twentieth of a core, as long as the machine does other things too; and a line a second. */
const CORE_SHARE_MAX = 0.05;
const LINES_PER_SECOND_MAX = 1;
const WATCHED_MS = 8000;
/** The bound that docs/kafka.md states. */
const LEAVES_MS_MAX = 20_000;
const workers = new Workers();

let cluster: Cluster;
let topics: Topics;
let cut: Cut;

beforeAll(async () => {
  cut = await Cut.open(() => cluster.nodes[0]?.addressOf("CUT") ?? "");
  cluster = await startCluster({
    listeners: { CUT: "PLAINTEXT" },
    told: { CUT: [cut.port] },
    properties: { "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500" },
  });
  topics = new Topics(cluster.bootstrap);
}, SLOW);
afterAll(async () => {
  cut?.close();
  await topics?.close();
  await cluster?.stop();
});

interface Case {
  readonly file: string;
  readonly raw: string;
  readonly masked: string;
}

async function pipelineOver(bootstrap: string, kafka = ""): Promise<Case> {
  const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
  const file = workers.pipeline({
    kafka: `bootstrap: "${bootstrap}"${kafka}`,
    sources: `{ topics: ${raw} }`,
    sinks: `{ out: { topic: ${masked} } }`,
    // Open for long, so that whatever happens, happens in a transaction.
    rest: "commit: { seconds: 2 }",
  });
  return { file, raw, masked };
}

const send = (topic: string, count: number): Promise<void> =>
  topics.send(
    topic,
    Array.from({ length: count }, () => ({ value: EXAMPLE_JSON })),
  );

/** What a worker that waits takes of the machine, and how much it says. */
async function expectQuiet({ child, told }: Worker): Promise<void> {
  const pid = child.pid as number;
  const [before, lines] = [processorMs(pid), told().split("\n").length];
  await new Promise((resume) => setTimeout(resume, WATCHED_MS));
  const [share, more] = [(processorMs(pid) - before) / WATCHED_MS, told().split("\n").length - lines];
  process.stdout.write(`away: ${(100 * share).toFixed(1)} % of a core, ${more} lines in ${WATCHED_MS / 1000} s\n`);
  expect(share).toBeLessThan(CORE_SHARE_MAX);
  expect(more).toBeLessThanOrEqual((LINES_PER_SECOND_MAX * WATCHED_MS) / 1000);
}

const readyz = async ({ told }: Worker): Promise<unknown> => {
  const address = /kind=serve \| address=(\S+)/.exec(told())?.[1] ?? "";
  const answer = await fetch(`${address}/readyz`);
  return [answer.status, ((await answer.json()) as { status: string }).status];
};

function expectOnce(got: readonly Got[], sent: number): void {
  expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([sent, sent]);
}

describe("a cluster that is away", () => {
  test(
    "in mid-run: the worker waits, says so, and goes on; nothing is lost or double",
    async () => {
      const { file, raw, masked } = await pipelineOver(cluster.bootstrap);
      const worker = workers.start(file, "--serve", "0");
      await send(raw, 500);
      await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
      expect(await readyz(worker)).toEqual([200, "ok"]);
      await send(raw, 500);
      const [broker] = cluster.nodes;
      await broker?.kill();
      await until(() => worker.told().includes("HEALTH | client=kafka | type=kafka | status=failed"), "it notices", 30_000);
      await expectQuiet(worker);
      expect(await readyz(worker)).toEqual([503, "waiting"]);
      // Longer than any one call waits.
      await new Promise((resume) => setTimeout(resume, 12_000));
      broker?.start();
      await broker?.ready();
      await send(raw, 500);
      const got = await topics.read([masked], 1500);
      expectOnce(got, 1500);
      await until(() => /status=failed[\s\S]*client=kafka \| type=kafka \| status=ok/.test(worker.told()), "it says so", 30_000);
      expect(await readyz(worker)).toEqual([200, "ok"]);
      const told = await workers.stop(worker);
      expect(told).toContain("BAUTA-1511");
    },
    SLOW,
  );

  test(
    "for longer than a transaction may be open: the broker has ended it, and the worker begins anew",
    async () => {
      const { file, raw, masked } = await pipelineOver(`127.0.0.1:${cut.port}`, ", settings: { transaction.timeout.ms: 4000 }");
      const worker = workers.start(file, "--instance", unique("cut"));
      await send(raw, 200);
      await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
      for (let round = 1; round <= 2; round++) {
        await send(raw, 200);
        await new Promise((resume) => setTimeout(resume, 700));
        cut.cut();
        await new Promise((resume) => setTimeout(resume, 12_000));
        cut.mend();
        expectOnce(await topics.read([masked], 200 * (round + 1)), 200 * (round + 1));
      }
      expect(await workers.stop(worker)).toContain("TRANSACTION_TIMED_OUT");
    },
    SLOW,
  );

  test(
    "when it is told to stop: it leaves within a bound, and who comes next reads what it left",
    async () => {
      const { file, raw, masked } = await pipelineOver(`127.0.0.1:${cut.port}`, ", settings: { transaction.timeout.ms: 4000 }");
      const worker = workers.start(file);
      await send(raw, 200);
      await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
      await send(raw, 200);
      await new Promise((resume) => setTimeout(resume, 700));
      cut.cut();
      await new Promise((resume) => setTimeout(resume, 3000));
      const from = performance.now();
      const end = ended(worker.child);
      worker.child.kill("SIGTERM");
      const { code } = await end;
      cut.mend();
      expect([code, performance.now() - from < LEAVES_MS_MAX]).toEqual([143, true]);
      process.stdout.write(`away: left after ${((performance.now() - from) / 1000).toFixed(1)} s\n`);
      const next = workers.start(file);
      expectOnce(await topics.read([masked], 400), 400);
      await workers.stop(next);
    },
    SLOW,
  );

  test(
    "at the start: the worker waits for it, ends in time if it is told to, and works once it is there",
    async () => {
      const { file, raw, masked } = await pipelineOver(`127.0.0.1:${cut.port}`);
      await send(raw, 100);
      cut.cut();
      const worker = workers.start(file, "--serve", "0");
      await until(() => worker.told().includes("BAUTA-1511"), "it says so", 30_000);
      expect(await readyz(worker)).toEqual([503, "starting"]);
      await expectQuiet(worker);
      const other = workers.start(file);
      await until(() => other.told().includes("BAUTA-1511"), "it says so", 30_000);
      await workers.stop(other);
      cut.mend();
      expectOnce(await topics.read([masked], 100), 100);
      expect(await readyz(worker)).toEqual([200, "ok"]);
      await workers.stop(worker);
    },
    SLOW,
  );
});
