/** Why a worker cannot work, each reason by itself: topics that are not there, permissions that are missing, limits that were lowered. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLE_JSON, ended, until, write } from "../e2e/cli.ts";
import { deleteTopic, setOfTopic } from "../services/kafka/change.ts";
import { PASSWORD, type SecureCluster, startSecureCluster, USER } from "../services/kafka/secure.ts";
import { sourceOf, Topics, unique } from "./topics.ts";
import { type Worker, Workers } from "./worker.ts";

const SLOW = 300_000;
const workers = new Workers();
const password = write(join(workers.folder, "password"), `${PASSWORD}\n`);
chmodSync(password, 0o600);
/** What the broker and `kafka-acls` call the pipeline's user. */
const PRINCIPAL = `User:${USER}`;

let secure: SecureCluster;
let topics: Topics;

/** All that docs/kafka.md asks for; names say what is missing. */
const PERMISSIONS = [
  ["topic", "raw*", "read"],
  ["topic", "unread*", "describe"],
  ["topic", "masked*", "write"],
  ["topic", "masked*", "describe_configs"],
  ["topic", "unwritten*", "describe"],
  ["topic", "unwritten*", "describe_configs"],
  ["topic", "unasked*", "write"],
  ["group", "all*", "read"],
  ["transactional_id", "all*", "write"],
  ["group", "untransacted*", "read"],
  ["transactional_id", "ungrouped*", "write"],
] as const;

beforeAll(async () => {
  secure = await startSecureCluster();
  topics = new Topics(secure.cluster.bootstrap);
  secure.permit(PERMISSIONS.map(([type, name, operation]) => [PRINCIPAL, type, name, operation] as const));
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await secure?.stop();
});

const pipeline = (raw: string, masked: string, name: string = unique("all"), rest = ""): string =>
  workers.pipeline({
    rest,
    name,
    kafka: `bootstrap: "${secure.sasl}", tls: { ca: ${secure.files.ca} }, sasl: { mechanism: scram-sha-512, user: ${USER}, password: { file: ${password} } }`,
    sources: `{ topics: ${raw} }`,
    sinks: `{ out: { topic: ${masked} } }`,
  });

const send = (topic: string, count: number, value: string = EXAMPLE_JSON): Promise<void> =>
  topics.send(
    topic,
    Array.from({ length: count }, () => ({ value })),
  );

/** Code and remedy of what a worker ended with. */
async function endOf(worker: Worker): Promise<readonly [code: number | null, issue: string, helps: boolean]> {
  const { code } = await ended(worker.child);
  const told = worker.told();
  const issue = /kind=error \| code=(\S+)/.exec(told)?.[1] ?? told;
  return [code, issue, /help="?\S/.test(told)];
}

describe("at the start", () => {
  test(
    "topics that are not there, and each permission that is missing, end the worker with their code and what to do",
    async () => {
      const made = (name: string): Promise<string> => topics.make(name);
      // What nobody made, nobody can write to either.
      const cases: readonly (readonly [why: string, raw: string, masked: string, name: string | undefined, code: string])[] = [
        ["no source", unique("raw"), await made("masked"), undefined, "BAUTA-1515"],
        ["no target", await made("raw"), unique("masked"), undefined, "BAUTA-1515"],
        ["source may not be read", await made("unread"), await made("masked"), undefined, "BAUTA-1514"],
        ["source may not be seen", await made("unseen"), await made("masked"), undefined, "BAUTA-1514"],
        ["target may not be written", await made("raw"), await made("unwritten"), undefined, "BAUTA-1514"],
        ["target may not be asked about", await made("raw"), await made("unasked"), undefined, "BAUTA-1514"],
        ["group", await made("raw"), await made("masked"), unique("ungrouped"), "BAUTA-1514"],
        ["transactional id", await made("raw"), await made("masked"), unique("untransacted"), "BAUTA-1514"],
      ];
      const found: unknown[] = [];
      for (const [why, raw, masked, name] of cases) {
        if (why !== "no source") await send(raw, 3);
        const worker = workers.start(pipeline(raw, masked, name));
        const [code, issue, helps] = await endOf(worker);
        found.push([why, code, issue, helps]);
      }
      expect(found).toEqual(cases.map(([why, , , , issue]) => [why, 2, issue, true]));
    },
    SLOW,
  );
});

describe("in mid-run", () => {
  async function atWork(config: [string, string][] = []): Promise<{ worker: Worker; file: string; raw: string; masked: string }> {
    const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked", 1, config)];
    const file = pipeline(raw, masked, unique("all"), "on-refuse: divert");
    const worker = workers.start(file);
    await send(raw, 100);
    await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
    return { worker, file, raw, masked };
  }

  test(
    "a target that is deleted ends the worker with its code; made anew, nothing that came since is missing",
    async () => {
      const { worker, file, raw, masked } = await atWork();
      await topics.read([masked], 100);
      deleteTopic(secure.cluster.bootstrap, masked);
      await send(raw, 50);
      const [code, issue] = await endOf(worker);
      expect([code, issue]).toEqual([2, "BAUTA-1515"]);
      await topics.admin.create(masked, 1);
      const next = workers.start(file);
      const got = await topics.read([masked], 50);
      await workers.stop(next);
      expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([50, 50]);
    },
    SLOW,
  );

  test(
    "a source that is deleted is told with its code",
    async () => {
      const { worker, raw, masked } = await atWork();
      await topics.read([masked], 100);
      deleteTopic(secure.cluster.bootstrap, raw);
      await until(() => worker.child.exitCode !== null || worker.told().includes("BAUTA-1515"), "it says so", 120_000);
      expect(worker.told()).toContain("BAUTA-1515");
    },
    SLOW,
  );

  test(
    "max.message.bytes that is lowered: what no longer fits is refused with its code, and the rest goes on",
    async () => {
      const { worker, raw, masked } = await atWork();
      setOfTopic(secure.cluster.bootstrap, masked, "max.message.bytes", "2000");
      const long = JSON.stringify({ ...JSON.parse(EXAMPLE_JSON), note: Array.from({ length: 900 }, (_, i) => i.toString(36)).join(" ") });
      await send(raw, 20);
      await send(raw, 1, long);
      await send(raw, 20);
      await until(() => worker.child.exitCode !== null || worker.told().includes("BAUTA-2502"), "it says so", 120_000);
      const got = await topics.read([masked], 140);
      await workers.stop(worker);
      expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([140, 140]);
    },
    SLOW,
  );
});
