/** Pipelines over listeners as production has them: every mechanism from end to end, and whoever is not to get in does not. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLE_JSON, ended, hasEnded, until, write } from "../e2e/cli.ts";
import { PASSWORD, PRINCIPALS, type SecureCluster, STRANGER, startSecureCluster, USER } from "../services/kafka/secure.ts";
import { sourceOf, Topics, unique } from "./topics.ts";
import { Workers } from "./worker.ts";

const SLOW = 180_000;
/** A token's life, and the life of a connection that was made with it. */
const TOKEN_SECONDS = 6;
const workers = new Workers();
const password = write(join(workers.folder, "password"), `${PASSWORD}\n`);
const wrongPassword = write(join(workers.folder, "wrong-password"), "not-the-password\n");
for (const path of [password, wrongPassword]) chmodSync(path, 0o600);

let secure: SecureCluster;
let topics: Topics;

beforeAll(async () => {
  secure = await startSecureCluster({ tokenSeconds: TOKEN_SECONDS });
  topics = new Topics(secure.cluster.bootstrap);
  const [user, client] = PRINCIPALS;
  secure.permit([
    // Topics of what counts as another cluster: one of them reads them, and the other has what stands for them.
    [client, "topic", "production*", "read"],
    ...["create", "alter", "read", "describe"].map((operation) => [user, "topic", "bauta-shadow*", operation] as const),
    ...PRINCIPALS.flatMap((principal) =>
      (
        [
          ["topic", "raw*", "read"],
          ["topic", "masked*", "write"],
          ["topic", "masked*", "read"],
          ["topic", "masked*", "describe_configs"],
          ["group", "allowed*", "read"],
          ["transactional_id", "allowed*", "write"],
        ] as const
      ).map(([type, name, operation]) => [principal, type, name, operation] as const),
    ),
  ]);
}, SLOW);
afterAll(async () => {
  await topics?.close();
  await secure?.stop();
});

type Way = "plain" | "scram-sha-256" | "scram-sha-512" | "oauthbearer" | "mtls";
const WAYS: readonly Way[] = ["plain", "scram-sha-256", "scram-sha-512", "oauthbearer", "mtls"];

/** How the connection of a pipeline is written, by mechanism. */
function connection(way: Way, { user = USER, secret = password, ca = secure.files.ca } = {}): string {
  if (way === "mtls") {
    const { certificate, key } = secure.files;
    return `bootstrap: "${secure.mtls}", tls: { ca: ${ca}, certificate: ${certificate}, key: ${key} }`;
  }
  const sasl =
    way === "oauthbearer"
      ? `token-command: [curl, -s, --noproxy, "*", "${secure.tokenUrl}"]`
      : `user: ${user}, password: { file: ${secret} }`;
  return `bootstrap: "${secure.sasl}", tls: { ca: ${ca} }, sasl: { mechanism: ${way}, ${sasl} }`;
}

async function pipelineOver(kafka: string, name = unique("allowed")): Promise<{ file: string; raw: string; masked: string }> {
  const [raw, masked] = [await topics.make("raw", 2), await topics.make("masked")];
  const file = workers.pipeline({ name, kafka, sources: `{ topics: ${raw} }`, sinks: `{ out: { topic: ${masked} } }` });
  return { file, raw, masked };
}

describe("every mechanism", () => {
  for (const way of WAYS)
    test(
      `${way}: from end to end`,
      async () => {
        const { file, raw, masked } = await pipelineOver(connection(way));
        const count = 50;
        await topics.send(
          raw,
          Array.from({ length: count }, () => ({ value: EXAMPLE_JSON })),
        );
        const worker = workers.start(file);
        await until(() => hasEnded(worker.child) || worker.told().includes("EXPORT"), "a commit", 60_000);
        const got = await topics.read([masked], count);
        const told = await workers.stop(worker);
        expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([count, count]);
        for (const secret of [PASSWORD, "Ottilie"]) expect(told + JSON.stringify(got)).not.toContain(secret);
        // Whoever compares comes in the same way.
        const comparing = workers.command("compare", masked, masked, "--topics", file);
        expect([(await ended(comparing.child)).code, comparing.told()]).toEqual([0, ""]);
      },
      SLOW,
    );

  test(
    "tokens are renewed while it runs, before the broker ends the connections that were made with the old ones",
    async () => {
      const before = secure.tokens();
      const { file, raw, masked } = await pipelineOver(connection("oauthbearer"));
      const worker = workers.start(file);
      let sent = 0;
      for (const from = Date.now(); Date.now() - from < 3 * TOKEN_SECONDS * 1000; sent++) {
        await topics.send(raw, [{ value: EXAMPLE_JSON }]);
        await new Promise((resume) => setTimeout(resume, 500));
      }
      const got = await topics.read([masked], sent);
      const told = await workers.stop(worker);
      expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([sent, sent]);
      expect(secure.tokens() - before).toBeGreaterThanOrEqual(3);
      expect(told).not.toContain("BAUTA-");
    },
    SLOW,
  );
});

describe("from one cluster to another", () => {
  // One broker stands for both: what each user may do tells them apart, and so does the way in.
  for (const protocol of ["classic", "consumer"])
    test(
      `protocol ${protocol}: each with its own mechanism and no more than its own rights`,
      async () => {
        const [raw, masked] = [await topics.make("production", 2), await topics.make("masked")];
        const kafka = `${connection("scram-sha-512")}, protocol: ${protocol}, source: { ${connection("mtls")} }`;
        const file = workers.pipeline({
          name: unique("allowed"),
          kafka,
          sources: `{ topics: ${raw} }`,
          sinks: `{ out: { topic: ${masked} } }`,
        });
        const send = (count: number): Promise<void> =>
          topics.send(
            raw,
            Array.from({ length: count }, () => ({ value: EXAMPLE_JSON })),
          );
        await send(30);
        const first = workers.start(file, "--instance", "w1");
        await topics.read([masked], 30);
        // Somebody else takes the name: the first one is fenced, and nothing is lost or there twice.
        const second = workers.start(file, "--instance", "w1");
        // It finds out when it has something to commit.
        let sent = 30;
        for (; !hasEnded(first.child); sent++) {
          await send(1);
          await new Promise((resume) => setTimeout(resume, 200));
        }
        await send(30);
        sent += 30;
        const { code } = await ended(first.child);
        const got = await topics.read([masked], sent);
        const told = first.told() + (await workers.stop(second));
        expect([code, first.told().includes("BAUTA-1516")]).toEqual([2, true]);
        expect([got.length, new Set(got.map(sourceOf)).size]).toEqual([sent, sent]);
        for (const secret of [PASSWORD, "Ottilie"]) expect(told + JSON.stringify(got)).not.toContain(secret);
      },
      SLOW,
    );
});

describe("who is not to get in", () => {
  /** What a worker says that does not come to work. */
  async function refusedWith(file: string): Promise<readonly [code: number | null, told: string]> {
    const worker = workers.start(file);
    const { code } = await ended(worker.child);
    expect(worker.told()).not.toContain("BAUTA-9001");
    return [code, worker.told()];
  }

  test(
    "each reason has its code, and the worker ends at once",
    async () => {
      const cases: readonly (readonly [why: string, kafka: string, name: string | undefined, code: string])[] = [
        ["wrong authority", connection("scram-sha-512", { ca: secure.files.otherCa }), undefined, "BAUTA-1512"],
        ["wrong authority, client certificate", connection("mtls", { ca: secure.files.otherCa }), undefined, "BAUTA-1512"],
        ["wrong password, SCRAM", connection("scram-sha-512", { secret: wrongPassword }), undefined, "BAUTA-1513"],
        ["wrong password, PLAIN", connection("plain", { secret: wrongPassword }), undefined, "BAUTA-1513"],
        ["no permission on topics", connection("scram-sha-256", { user: STRANGER }), undefined, "BAUTA-1514"],
        ["no permission on group and transactional id", connection("plain"), unique("other"), "BAUTA-1514"],
      ];
      const found: (readonly [string, string | undefined, number | null])[] = [];
      for (const [why, kafka, name] of cases) {
        const { file } = await pipelineOver(kafka, name);
        const [code, told] = await refusedWith(file);
        found.push([why, /kind=error \| code=(\S+)/.exec(told)?.[1] ?? told, code]);
      }
      expect(found).toEqual(cases.map(([why, , , code]) => [why, code, 2]));
    },
    SLOW,
  );
});
