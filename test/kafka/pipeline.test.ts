/** Pipelines over topics, against a real broker. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openMasker } from "../../runtime/index.ts";
import { CommitRows, RecordBatch } from "../../runtime/kafka/batch.ts";
import { kafkaError } from "../../runtime/kafka/failure.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { TopicReader } from "../../runtime/kafka/reader.ts";
import { TopicWriter } from "../../runtime/kafka/writer.ts";
import {
  bauta,
  DEMO_MODEL,
  EXAMPLE_JSON,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  folder,
  hasEnded,
  newKey,
  start,
  until,
  WRONG_XML,
  write,
} from "../e2e/cli.ts";
import { Random } from "../generators/random.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { failureIn, type Got, type Sent, sourceOf, Topics, unique } from "./topics.ts";

const SLOW = 120_000;
const at = folder();
const key = newKey(join(at, "test.key"));
/** What must not be seen in clear: values of the examples that the model masks. */
const CANARIES = ["Ottilie", "Brandhorst", "DE82500990010073211884", "DE82 5009", "Atelier Meunier", "4532119900774123", "RG-2026-08815"];
const CLEAR_KEY = "DE82500990010073211884";

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

interface PipelineText {
  readonly name?: string;
  readonly sources: string;
  readonly sinks: string;
  readonly rest?: string;
  readonly kafka?: string;
}

function pipeline({ name = unique("p"), sources, sinks, rest = "", kafka = "" }: PipelineText): string {
  return write(
    join(at, `${name}.yaml`),
    `bauta-pipeline: 1
name: ${name}
model: ${DEMO_MODEL}
key-file: ${key}
kafka: { bootstrap: "${cluster.bootstrap}"${kafka} }
sources: ${sources}
sinks: ${sinks}
${rest}
`,
  );
}

/** All that were started: none outlives a test that failed. */
const started: Worker[] = [];
afterAll(() => {
  for (const { child } of started) child.kill("SIGKILL");
});

interface Worker {
  readonly child: ChildProcess;
  readonly told: () => string;
}

function work(file: string, ...options: string[]): Worker {
  const child = start(["run", file, "--log-format", "lines", ...options]);
  let told = "";
  child.stderr?.on("data", (data) => {
    told += String(data);
  });
  const worker = { child, told: () => told };
  started.push(worker);
  return worker;
}

async function stop({ child, told }: Worker): Promise<string> {
  if (hasEnded(child)) throw new Error(`it ended: ${told()}`);
  child.kill("SIGTERM");
  const { code } = await ended(child);
  expect([code, told().includes("BAUTA-9001")]).toEqual([143, false]);
  return told();
}

/** Whatever is written of records, clear it is not. */
function expectMasked(got: readonly Got[], told: string): void {
  const everything = told + JSON.stringify(got);
  expect(CANARIES.filter((canary) => everything.includes(canary))).toEqual([]);
}

const counted = (got: readonly Got[]): readonly string[] => got.map(sourceOf).toSorted();

/** Compression of a record batch, the low bits of its attributes (KIP-98: 21 bytes behind its beginning). */
const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"] as const;
const compressionOf = (topic: string): string => {
  const segment = readFileSync(join(cluster.nodes[0]?.folder ?? "", "data", `${topic}-0`, "00000000000000000000.log"));
  return CODECS[segment.readUInt16BE(21) & 7] ?? "";
};

test(
  "every compression is written, and read again",
  async () => {
    // Each worker reads what the one before has written.
    const names = [await topics.make("raw"), ...(await Promise.all(CODECS.map((codec) => topics.make(codec))))];
    const workers = CODECS.map((codec, i) =>
      work(
        pipeline({
          sources: `{ topics: ${names[i]} }`,
          sinks: `{ out: { topic: ${names[i + 1]} } }`,
          kafka: `, settings: { compression.codec: ${codec} }`,
        }),
      ),
    );
    const count = 40;
    await topics.send(
      names[0] as string,
      Array.from({ length: count }, () => ({ value: EXAMPLE_XML })),
    );
    const got = await topics.read([names.at(-1) as string], count);
    const told: string[] = [];
    for (const worker of workers) told.push(await stop(worker));
    expectMasked(got, told.join(""));
    expect(got).toHaveLength(count);
    expect(names.slice(1).map(compressionOf)).toEqual([...CODECS]);
  },
  SLOW,
);

describe("what becomes of a record", () => {
  test(
    "values as in files; keys, headers, tombstones, refusals",
    async () => {
      const [raw, masked, refused] = [await topics.make("raw", 3), await topics.make("masked", 3), await topics.make("refused")];
      const values = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_JSON, `${EXAMPLE_XML}\n${EXAMPLE_MT}\n`, `\n${EXAMPLE_JSON}\n\n`];
      const sent: Sent[] = [
        ...Array.from({ length: 600 }, (_, i) => ({
          key: i % 2 === 0 ? CLEAR_KEY : CLEAR_KEY.replace(/(....)/g, "$1 ").trim(),
          value: values[i % values.length],
          headers: { trace: `t${i}`, payer: CLEAR_KEY, secret: "Ottilie" },
          timestamp: 1_700_000_000_000 + i,
        })),
        { key: CLEAR_KEY, value: undefined, headers: { trace: "tombstone" } },
        { key: CLEAR_KEY, value: WRONG_XML },
        { key: CLEAR_KEY, value: `${EXAMPLE_XML}\nnonsense` },
        { key: "Ottilie's account", value: EXAMPLE_JSON },
        { key: CLEAR_KEY, value: "" },
        { value: EXAMPLE_MT },
      ];
      await topics.send(raw, sent);
      const file = pipeline({
        sources: `{ topics: ${raw}, key: { use: account }, headers: { trace: keep, payer: { use: account }, absent: drop } }`,
        sinks: `{ out: { topic: ${masked} } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }`,
      });
      const worker = work(file);
      const got = await topics.read([masked, refused], sent.length);
      const told = await stop(worker);
      expectMasked(got, told);
      const places = got.map(({ topic, partition, offset }) => `${topic}/${partition}/${offset}`);
      expect([got.length, new Set(places).size, new Set(counted(got)).size]).toEqual([sent.length, sent.length, sent.length]);

      const masker = await openMasker({ model: DEMO_MODEL, keys: { file: key } });
      const inOrder = got.filter(({ topic }) => topic === masked);
      // Records with one key are in one partition, and stay in order.
      const keyed = inOrder.filter(({ headers }) => headers["trace"]?.startsWith("t") && headers["trace"] !== "tombstone");
      expect(keyed).toHaveLength(600);
      for (const { value, headers, timestamp } of keyed) {
        const number = Number(headers["trace"]?.slice(1));
        const clear = sent[number]?.value as string;
        expect(value).toBe(Buffer.from(masker.mask(Buffer.from(clear)).output).toString());
        expect(timestamp).toBe(1_700_000_000_000 + number);
      }
      const [first, spaced] = [
        keyed.find(({ headers }) => headers["trace"] === "t0"),
        keyed.find(({ headers }) => headers["trace"] === "t1"),
      ];
      // The key is the pseudonym that the payload has for the same account, in each layout.
      const account = /<DbtrAcct>[\s\S]*?<IBAN>([^<]+)</.exec(first?.value ?? "")?.[1];
      expect([first?.key, spaced?.key?.replaceAll(" ", "")]).toEqual([account, account]);
      expect(first?.headers).toEqual({ "bauta.source": first?.headers["bauta.source"] ?? "", trace: "t0", payer: account ?? "" });
      expect(first?.headers["bauta.source"]).toMatch(new RegExp(`^${raw}/\\d/\\d+$`));
      const tombstone = inOrder.find(({ headers }) => headers["trace"] === "tombstone");
      expect([tombstone?.key, tombstone?.value]).toEqual([account, undefined]);
      expect(inOrder.find(({ key: one }) => one === undefined)?.value).toBe(
        Buffer.from(masker.mask(Buffer.from(EXAMPLE_MT)).output).toString(),
      );

      const turned = got.filter(({ topic }) => topic === refused);
      expect(turned.map(({ headers }) => [headers["bauta.code"], headers["bauta.path"]]).toSorted()).toEqual(
        [
          ["BAUTA-2001", ""],
          ["BAUTA-3005", ""],
          ["BAUTA-6001", "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmDt"],
        ].toSorted(),
      );
      for (const { value, headers } of turned)
        expect(JSON.parse(value ?? "")).toMatchObject({ code: headers["bauta.code"], hash: headers["bauta.hash"] });
      masker.close();
    },
    SLOW,
  );
});

describe("exactly once", () => {
  test(
    "a member that leaves with an open transaction and commits afterwards: no duplicate, nothing lost",
    async () => {
      const [raw, copy] = [await topics.make("raw", 2), await topics.make("copy", 2)];
      const count = 1000;
      await topics.send(
        raw,
        Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: `v${i}` })),
      );
      const { connection } = topics;
      const group = unique("takeover");
      const member = (name: string) => {
        const reader = new TopicReader({ connection, group, protocol: "classic", instance: undefined, start: { rule: -2, positions: [] } });
        const writer = new TopicWriter({
          connection,
          transactionalId: `${group}-${name}`,
          messageBytesMax: 1_000_000,
          batchBytesMax: 1_000_000,
        });
        return { reader, writer };
      };
      const [a, b] = [member("a"), member("b")];
      await a.writer.init(30_000);
      await b.writer.init(30_000);
      a.reader.subscribe([raw]);
      const first = await polled(a.reader);
      const membership = a.reader.membership();
      const names = a.reader.topics();
      await a.writer.stage(first.batch.bytes, copyOf(first.batch, a.writer.topic(copy)));
      await a.reader.close();

      // B takes the partitions over. It is told where to begin when A's transaction is over, not before.
      b.reader.subscribe([raw]);
      const joined = polled(b.reader);
      await new Promise((resume) => setTimeout(resume, 1000));
      const failed = await failureIn(a.writer.commit(membership, names, first.rows.rows()));
      if (failed !== undefined) {
        expect(failed.abort).toBe(true);
        await a.writer.abort();
      }
      let seen = failed === undefined ? first.batch.count : 0;
      for (let next: ReturnType<typeof polled> | undefined = joined; seen < count; next = undefined) {
        const { batch, rows } = await (next ?? polled(b.reader));
        await b.writer.stage(batch.bytes, copyOf(batch, b.writer.topic(copy)));
        await b.writer.commit(b.reader.membership(), b.reader.topics(), rows.rows());
        seen += batch.count;
      }
      const got = await topics.read([copy], count);
      expect(got.map(({ value }) => value).toSorted()).toEqual(Array.from({ length: count }, (_, i) => `v${i}`).toSorted());
      await b.reader.close();
      await Promise.all([a.writer.close(), b.writer.close()]);
    },
    SLOW,
  );

  test(
    "workers that are killed at any moment, and come and go: every record once, masked or refused",
    async () => {
      const seed = Number(process.env["BAUTA_FAULT_SEED"] ?? 7);
      const kills = Number(process.env["BAUTA_KAFKA_KILLS"] ?? 4);
      process.stdout.write(`seed = ${seed} (BAUTA_FAULT_SEED), ${kills} kills (BAUTA_KAFKA_KILLS)\n`);
      const random = new Random(seed);
      const [raw, masked, refused] = [await topics.make("raw", 4), await topics.make("masked", 3), await topics.make("refused")];
      const file = pipeline({
        sources: `{ topics: ${raw}, key: { use: account } }`,
        sinks: `{ out: { topic: ${masked} } }`,
        // Small transactions: there is much to kill.
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }\ncommit: { records: 50 }`,
      });
      const workers = new Map<string, Worker>();
      const spawn = (name: string): void => void workers.set(name, work(file, "--instance", name));
      for (const name of ["1", "2"]) spawn(name);
      let sent = 0;
      const more = async (count: number): Promise<void> => {
        const records = Array.from({ length: count }, (_, i) => ({
          key: CLEAR_KEY,
          value: (sent + i) % 40 === 7 ? WRONG_XML : EXAMPLE_XML,
        }));
        // Without keys they go to all partitions.
        await topics.send(
          raw,
          records.map((record, i) => (i % 2 === 0 ? record : { value: record.value })),
        );
        sent += records.length;
      };
      for (let kill = 0; kill < kills; kill++) {
        const name = random.pick([...workers.keys()]);
        const { child, told } = workers.get(name) as Worker;
        await more(400);
        // Behind a commit of its own: every moment from there on is worth killing at. Whoever comes late must find something to do, too.
        for (let waited = 0; !/EXPORT .* end=[1-9]/.test(told()); waited++) {
          if (hasEnded(child) || waited > 300) throw new Error(`worker ${name} does not commit: ${told()}`);
          await new Promise((resume) => setTimeout(resume, 300));
          await more(8);
        }
        await new Promise((resume) => setTimeout(resume, random.below(400)));
        child.kill("SIGKILL");
        await ended(child);
        spawn(name);
      }
      const got = await topics.read([masked, refused], sent, 90_000);
      const told: string[] = [];
      for (const worker of workers.values()) told.push(await stop(worker));
      // What a worker that was stopped left is nothing: the count is taken again.
      const after = await topics.read([masked, refused], sent);
      expectMasked(after, told.join(""));
      expect([got.length, after.length, new Set(counted(after)).size]).toEqual([sent, sent, sent]);
      const values = new Set(after.filter(({ topic }) => topic === masked).map(({ value }) => value));
      // One message in, one message out, whoever masked it.
      expect(values.size).toBe(1);
    },
    10 * SLOW,
  );
});

describe("where records go", () => {
  test(
    "routes to topics, a tombstone to all of them, and one customer joins across topics",
    async () => {
      const [payments, orders] = [await topics.make("payments"), await topics.make("orders")];
      const [xml, json, refused] = [await topics.make("xml"), await topics.make("json"), await topics.make("refused")];
      await topics.send(payments, [
        { key: CLEAR_KEY, value: EXAMPLE_XML },
        { key: CLEAR_KEY, value: EXAMPLE_MT },
        { key: CLEAR_KEY, value: undefined },
      ]);
      await topics.send(orders, [
        { key: CLEAR_KEY, value: EXAMPLE_JSON },
        { key: CLEAR_KEY, value: `${EXAMPLE_XML}\n${EXAMPLE_JSON}` },
      ]);
      const file = pipeline({
        sources: `[{ topics: ${payments}, key: { use: account } }, { topics: "^${orders}$", key: { use: account }, timestamp: now }]`,
        sinks: `{ xml: { topic: ${xml} }, json: { topic: ${json} }, by: { topic: "copy.{topic}", create: true } }`,
        rest: `on-refuse: divert
refused: { topic: ${refused} }
routes: [{ when: { format: json }, to: [json, by] }, { when: { format: iso20022 }, to: xml }]`,
      });
      const worker = work(file);
      const all = [xml, json, refused, `copy.${payments}`, `copy.${orders}`];
      await until(() => worker.told().includes("EXPORT"), "a commit", 60_000);
      const got = await topics.read(all, 8);
      expectMasked(got, await stop(worker));
      const from = (topic: string): readonly (readonly [string, boolean])[] =>
        got.filter((one) => one.topic === topic).map((one) => [sourceOf(one), one.value === undefined] as const);
      expect(from(xml)).toEqual([
        [`${payments}/0/0`, false],
        [`${payments}/0/2`, true],
      ]);
      // Which of two topics is read first, nobody says.
      expect(from(json).toSorted()).toEqual(
        [
          [`${payments}/0/2`, true],
          [`${orders}/0/0`, false],
        ].toSorted() as never,
      );
      expect(from(`copy.${payments}`)).toEqual([[`${payments}/0/2`, true]]);
      expect(from(`copy.${orders}`)).toEqual([[`${orders}/0/0`, false]]);
      const codes = got.filter(({ topic }) => topic === refused).map(({ headers }) => headers["bauta.code"]);
      expect(codes.toSorted()).toEqual(["BAUTA-2301", "BAUTA-2503"]);
      const keys = new Set(got.filter(({ topic }) => topic !== refused).map(({ key: one }) => one));
      expect(keys.size).toBe(1);
    },
    SLOW,
  );

  test(
    "too large for its topic, without a rule for its key, without a key where the topic is compacted: refused before it is sent",
    async () => {
      const [raw, unruled, plain] = [await topics.make("raw"), await topics.make("unruled"), await topics.make("plain")];
      const small = await topics.make("small", 1, [["max.message.bytes", "3000"]]);
      const compacted = await topics.make("compacted", 1, [["cleanup.policy", "compact"]]);
      const refused = await topics.make("refused");
      await topics.send(raw, [{ value: EXAMPLE_XML + " ".repeat(3000) }, { value: EXAMPLE_XML }]);
      await topics.send(unruled, [{ key: CLEAR_KEY, value: EXAMPLE_XML }]);
      await topics.send(plain, [{ value: EXAMPLE_JSON }, { key: CLEAR_KEY, value: EXAMPLE_JSON }]);
      const file = pipeline({
        sources: `[{ topics: [${raw}, ${unruled}] }, { topics: ${plain}, key: { use: account } }]`,
        sinks: `{ small: { topic: ${small} }, compacted: { topic: ${compacted} } }`,
        rest: `on-refuse: divert\nrefused: { topic: ${refused} }\nroutes: [{ when: { format: json }, to: compacted }, { to: small }]`,
      });
      const { code, stderr } = bauta(["run", file, "--log-format", "lines"]);
      // The account's technique must keep keys apart, whatever they are.
      expect([code, stderr.includes("BAUTA-1520")]).toEqual([2, true]);
      const model = write(
        join(at, "apart.yaml"),
        `bauta: 1\nname: apart\nextends: ${DEMO_MODEL}\nnamespaces:\n  apart: { technique: fpe, kind: iban, otherwise: error }\n`,
      );
      write(file, readFileSync(file, "utf8").replace(DEMO_MODEL, model).replace("key: { use: account }", "key: { use: apart }"));
      const worker = work(file);
      const got = await topics.read([small, compacted, refused], 5);
      expectMasked(got, await stop(worker));
      const codes = got.filter(({ topic }) => topic === refused).map((one) => [sourceOf(one), one.headers["bauta.code"]]);
      expect(codes.toSorted()).toEqual(
        [
          [`${raw}/0/0`, "BAUTA-2502"],
          [`${unruled}/0/0`, "BAUTA-2501"],
          [`${plain}/0/0`, "BAUTA-2504"],
        ].toSorted(),
      );
    },
    SLOW,
  );
});

describe("what stands in the way", () => {
  const simple = (raw: string, masked: string, kafka = "", more = ""): string =>
    pipeline({ sources: `{ topics: ${raw}${more} }`, sinks: `{ out: { topic: ${masked} } }`, kafka });

  test(
    "a topic that is not there, an offset that is gone, a broker that does not answer",
    async () => {
      const [raw, masked] = [await topics.make("raw"), await topics.make("masked")];
      const missing = bauta(["run", simple(raw, unique("absent")), "--log-format", "lines"]);
      expect([missing.code, missing.stderr.includes("BAUTA-1515")]).toEqual([2, true]);
      const gone = bauta(["run", simple(raw, masked, `, from: { offsets: { ${raw}: { 0: 99 } } }`), "--log-format", "lines"]);
      expect([gone.code, gone.stderr.includes("BAUTA-1517")]).toEqual([2, true]);
      const down = simple(raw, masked);
      write(down, readFileSync(down, "utf8").replace(/bootstrap: "[^"]*"/, 'bootstrap: "127.0.0.1:9"'));
      const waiting = work(down);
      await until(() => waiting.told().includes("BAUTA-1511"), "it tells that it waits", 60_000);
      waiting.child.kill("SIGTERM");
      expect((await ended(waiting.child)).code).toBe(143);
      // It waits, and does not shout: one line in ten seconds.
      expect(waiting.told().match(/BAUTA-1511/g)?.length).toBeLessThan(3);
    },
    SLOW,
  );

  test(
    "BAUTA-1516: whoever is taken over is fenced, and nothing of its transaction is seen",
    async () => {
      const copy = await topics.make("copy");
      const { connection } = topics;
      const id = unique("fenced");
      const [old, young] = [0, 1].map(
        () => new TopicWriter({ connection, transactionalId: id, messageBytesMax: 1_000_000, batchBytesMax: 1_000_000 }),
      ) as [TopicWriter, TopicWriter];
      await old.init(30_000);
      const one = new Outgoing();
      one.add(old.topic(copy), 0, 0, 1, 0, 1);
      await old.stage(new Uint8Array([65]), one);
      await young.init(30_000);
      const failed = await old.commit(undefined, [], new Uint32Array(0)).then(
        () => undefined,
        (error: unknown) => kafkaError(error),
      );
      expect(String(failed)).toContain("BAUTA-1516");
      expect(await topics.read([copy], 0)).toEqual([]);
      await Promise.all([old.close(), young.close()]);
    },
    SLOW,
  );
});

/** A batch that is not empty, with the offsets behind it. */
async function polled(reader: TopicReader): Promise<{ readonly batch: RecordBatch; readonly rows: CommitRows }> {
  const batch = new RecordBatch(1_000_000, 500);
  const until = performance.now() + 60_000;
  while (batch.count === 0) {
    if (performance.now() > until) throw new Error("no record came");
    await reader.poll(batch, 500);
  }
  const rows = new CommitRows();
  rows.add(batch);
  return { batch, rows };
}

/** The records of a batch for another topic, over the same bytes. */
function copyOf({ records, count }: RecordBatch, topic: number): Outgoing {
  const out = new Outgoing();
  for (let row = 0; row < count; row++) {
    const [key, keyLength, value, length] = records.subarray(row * 14 + 7) as unknown as [number, number, number, number];
    out.add(topic, 0, key, keyLength, value, length);
  }
  return out;
}
