/** The record of a run over topics: whatever happened to its workers, it tells what was done, and what was done is what it tells. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bauta, hasEnded, newKey, until, WRONG_XML } from "../e2e/cli.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { payment } from "./payments.ts";
import { kill, Pipelines, stop, type Worker } from "./pipelines.ts";
import { type Sent, sourceOf, Topics } from "./topics.ts";

const SLOW = 180_000;

let cluster: Cluster;
let production: Cluster;
let topics: Topics;
let there: Topics;
const pipelines = new Pipelines(() => cluster.bootstrap);

beforeAll(async () => {
  [cluster, production] = await Promise.all([startCluster(), startCluster()]);
  [topics, there] = [new Topics(cluster.bootstrap), new Topics(production.bootstrap)];
}, SLOW);
afterAll(async () => {
  await Promise.all([topics?.close(), there?.close()]);
  await Promise.all([cluster?.stop(), production?.stop()]);
});

interface Verified {
  readonly exit: number;
  readonly runs: readonly { readonly task: string; readonly status: string; readonly checks: readonly Row[] }[];
  readonly checks: readonly Row[];
}
interface Row {
  readonly check: string;
  readonly name: string;
  readonly outcome: string;
  readonly code: string | null;
  readonly detail: string;
}

function verify(file: string, ...options: string[]): Verified {
  const { stdout, stderr } = bauta(["verify", file, "--json", ...options]);
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Verified;
}

/** Payments `from` to `from + count`, refused ones and tombstones among them. */
const payments = (from: number, count: number): readonly Sent[] =>
  Array.from({ length: count }, (_, i) => {
    const { account, xml, mt, json } = payment(from + i, 15);
    if (i % 60 === 17) return { key: account, value: undefined };
    return {
      key: i % 2 === 0 ? account : undefined,
      value: i % 40 === 7 ? WRONG_XML : [xml, mt, json][i % 3],
      headers: { trace: `t${i}` },
    };
  });

describe("the record of a run over topics", () => {
  test.each(["in one cluster", "from one cluster to another"])(
    "%s: workers that come, are killed and leave have each told what they did, and topics, files and sources are what they told",
    async (where) => {
      const isAcross = where === "from one cluster to another";
      const sources = isAcross ? there : topics;
      const [raw, audit, refused] = [await sources.make("raw", 4), await topics.make("audit", 2), await topics.make("refused")];
      const [all, json] = [await topics.make("all", 3), await topics.make("json", 2)];
      const folder = join(pipelines.folder, raw);
      const file = pipelines.file({
        sources: `{ topics: ${raw}, key: { use: account }, headers: { trace: keep } }`,
        kafka: isAcross ? `, source: { bootstrap: "${production.bootstrap}" }, settings: { session.timeout.ms: 6000 }` : "",
        sinks: `{ all: { topic: ${all} }, json: { topic: ${json} }, file: { file: ${folder}/masked.txt }, log: { log: ${folder}/masked.log } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }\naudit: { topic: ${audit}, manifest-seconds: 2 }
routes: [{ when: { format: json }, to: [all, json, log] }, { to: [all, file] }]
commit: { records: 40, seconds: 1 }`,
      });
      let sent = 0;
      const more = async (count: number): Promise<void> => {
        await sources.send(raw, payments(sent, count));
        sent += count;
      };
      const commits = async (worker: Worker): Promise<void> => {
        await until(() => /EXPORT .* end=[1-9]/.test(worker.told()) || hasEnded(worker.child), "a commit", 60_000);
        if (hasEnded(worker.child)) throw new Error(worker.told());
      };
      await more(600);
      const first = pipelines.work(file, ["--instance", "w1"]);
      await commits(first);
      // Partitions move while there is something to do.
      const second = pipelines.work(file, ["--instance", "w2"]);
      for (let i = 0; i < 6; i++) {
        await more(60);
        await new Promise((resume) => setTimeout(resume, 400));
      }
      await kill(first);
      await more(200);
      const third = pipelines.work(file, ["--instance", "w1"]);
      await commits(third);
      await stop(second);
      await more(100);
      const read = async (): Promise<number> => new Set((await topics.read([all, refused], 0)).map(sourceOf)).size;
      const from = performance.now();
      while ((await read()) < sent) if (performance.now() - from > 90_000) throw new Error("not all records came");
      await stop(third);

      const out = join(folder, "evidence");
      const verified = verify(file, "--outputs", "--inputs", "--key-file", pipelines.key, "--manifest", out);
      const bad = [...verified.runs.flatMap(({ checks }) => checks), ...verified.checks].filter(({ outcome }) => outcome === "failed");
      expect(bad).toEqual([]);
      expect(verified.exit).toBe(0);
      // Every worker has signed parts of what it did; the one that was killed has not signed the last of them.
      const statuses = verified.runs.map(({ status }) => status);
      expect([
        statuses.filter((status) => status === "stopped").length > 3,
        statuses.filter((status) => status === "killed").length <= 1,
      ]).toEqual([true, true]);
      const told = verified.runs.flatMap(({ checks }) => checks.filter(({ check }) => check === "inputs"));
      expect(told.reduce((sum, { detail }) => sum + Number(/^(\d+) records/.exec(detail)?.[1] ?? 0), 0)).toBe(sent);

      // A manifest is a file as those of other runs are, and names of it are all that it has.
      const names = readdirSync(out).filter((name) => name.endsWith(".manifest.json"));
      expect(names.length).toBe(verified.runs.length);
      const trust = join(folder, "trust.json");
      expect(bauta(["keys", "trust", pipelines.key, "--out", trust]).code).toBe(0);
      for (const name of names) expect([name, bauta(["verify", join(out, name), "--trust", trust]).code]).toEqual([name, 0]);
      const everything =
        (await topics.read([audit], 1)).map(({ value }) => value).join("") +
        names.map((name) => readFileSync(join(out, name), "utf8")).join("");
      const clear = payment(3, 15);
      expect([clear.account, clear.name, clear.uetr, "Atelier Meunier"].filter((text) => everything.includes(text))).toEqual([]);

      // Somebody else's key vouches for nothing, and checks no input.
      const other = newKey(join(folder, "other.key"));
      const doubted = verify(file, "--key-file", other);
      expect([doubted.exit, doubted.runs[0]?.checks[0]?.code]).toEqual([9, "BAUTA-8504"]);

      // One record more than the runs wrote, and one that no run tells of.
      const some = (await topics.read([json], 1)).find(({ value }) => value !== undefined);
      await topics.send(json, [{ key: some?.key, value: some?.value, headers: some?.headers ?? {} }]);
      await topics.send(all, [{ value: "x", headers: { "bauta.source": `${raw}/0/999999` } }]);
      const after = verify(file, "--outputs", "--key-file", pipelines.key);
      const failed = [...after.runs.flatMap(({ checks }) => checks), ...after.checks].filter(({ outcome }) => outcome === "failed");
      expect([after.exit, failed.map(({ code }) => code)]).toEqual([9, failed.map(() => "BAUTA-8507")]);
      expect(failed.some(({ detail }) => detail.includes("more than once"))).toBe(true);
      expect(after.checks.map(({ detail }) => detail)).toEqual(["1 records that no run tells of"]);
    },
    6 * SLOW,
  );
});
