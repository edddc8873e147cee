/** What of the Kafka room needs no broker: tables, errors, the connection, and what a pipeline file says of topics. */
import { describe, expect, test } from "bun:test";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { rulesOf } from "../../runtime/cli/topic-maskers.ts";
import { loadKafka } from "../../runtime/kafka/addon.ts";
import type { TopicAdmin } from "../../runtime/kafka/admin.ts";
import { CommitRows, RecordBatch } from "../../runtime/kafka/batch.ts";
import { clientConfig } from "../../runtime/kafka/connection.ts";
import { errorOfFailure, failureOf, isFinal, kafkaError } from "../../runtime/kafka/failure.ts";
import { HEADER_STRIDE, NONE, putWhole, RECORD_STRIDE, wholeAt } from "../../runtime/kafka/layout.ts";
import { Outgoing } from "../../runtime/kafka/outgoing.ts";
import { KAFKA_RESERVED, KAFKA_SETTINGS } from "../../runtime/kafka/settings.ts";
import { ShadowTopics, shadowName } from "../../runtime/kafka/shadow-topics.ts";
import { tokenOf } from "../../runtime/kafka/token.ts";
import { openPlan } from "../../runtime/open.ts";
import { readPipeline } from "../../runtime/pipeline/definition/read.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import schema from "../../schemas/pipeline.schema.json" with { type: "json" };
import { bauta, folder, newKey, write } from "../e2e/cli.ts";
import { projectRoot } from "../shared.ts";

const at = folder();
const GOOD = `bauta-pipeline: 1
name: t
preset: test-data
kafka: { bootstrap: "broker:9092" }
sources: { topics: raw }
sinks: { a: { topic: masked } }
`;
const read = (text: string) => readPipeline(text, join(at, "t.yaml"), CATALOGUES);
const found = (text: string): readonly string[] =>
  read(text).problems.map(({ issue, path, suggestion }) => `${issue} ${path}${suggestion === undefined ? "" : ` ${suggestion}`}`);

test("BAUTA-1527: a key that would be another one in each record", () => {
  const model = write(
    join(at, "apart.yaml"),
    `bauta: 1
name: apart
mode: deterministic
namespaces:
  joined: { technique: encrypt, kind: text }
  sealed: { technique: encrypt, kind: text, cipher: aes-gcm }
  made: { technique: generate, kind: uetr }
rules: []
`,
  );
  const plan = openPlan({ model, keyFile: newKey(join(at, "apart.key")), direction: "mask", input: "strict" });
  const rules = (namespace: string) => {
    const { definition } = read(GOOD.replace("topics: raw", `topics: raw, key: { use: ${namespace} }`));
    return rulesOf(definition as NonNullable<typeof definition>, plan);
  };
  for (const namespace of ["sealed", "made"]) expect(() => rules(namespace)).toThrow("BAUTA-1527");
  // Whatever fits opens to one key alone: a compacted topic takes it.
  const compacted = { index: 0, name: "masked", isCompacted: true, bytesMax: 1000 };
  expect(rules("joined").planOf("raw", [[compacted as never]]).key?.kind).toBe("mask");
  plan.close();
});

describe("tables", () => {
  test("strides and columns are those of the addon", () => {
    const source = readFileSync(`${projectRoot}bindings/kafka/src/layout.rs`, "utf8");
    const constant = (name: string): number => Number(new RegExp(`const ${name}: usize = (\\d+);`).exec(source)?.[1]);
    const own = readFileSync(`${projectRoot}runtime/kafka/layout.ts`, "utf8");
    const here = (name: string): number => Number(new RegExp(`const ${name} = (\\d+);`).exec(own)?.[1]);
    for (const name of ["RECORD_STRIDE", "HEADER_STRIDE", "COMMIT_STRIDE"]) expect([name, here(name)]).toEqual([name, constant(name)]);
    for (const name of ["TOPIC", "PARTITION", "OFFSET", "TIMESTAMP", "TIMESTAMP_TYPE", "KEY", "KEY_LENGTH", "VALUE", "VALUE_LENGTH"])
      expect([name, here(`RECORD_${name}`)]).toEqual([name, constant(name)]);
    for (const name of ["FIRST_HEADER", "HEADER_COUNT", "LEADER_EPOCH"])
      expect([name, here(`RECORD_${name}`)]).toEqual([name, constant(name)]);
  });

  test("whole numbers of two columns", () => {
    const table = new Uint32Array(2);
    for (const number of [0, 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -1, -2]) {
      putWhole(table, 0, number);
      expect(wholeAt(table, 0)).toBe(number);
      expect(new BigInt64Array(table.buffer)[0]).toBe(BigInt(number));
    }
  });

  test("offsets to commit: behind the last record of each partition", () => {
    const batch = new RecordBatch(10, 3);
    for (const [row, [partition, offset]] of [
      [0, 7],
      [1, 2 ** 33],
      [0, 8],
    ].entries()) {
      batch.records[row * RECORD_STRIDE + 1] = partition as number;
      putWhole(batch.records, row * RECORD_STRIDE + 2, offset as number);
      batch.records[row * RECORD_STRIDE + 13] = 5;
    }
    batch.count = 3;
    const rows = new CommitRows();
    rows.add(batch);
    expect([...rows.rows()]).toEqual([0, 0, 9, 0, 5, 0, 1, 1, 2, 5]);
    rows.put(1, 0, 3);
    expect([...rows.rows()].slice(10)).toEqual([1, 0, 3, 0, NONE]);
  });

  test("outgoing records: headers are their record's, tables grow", () => {
    const out = new Outgoing();
    for (let i = 0; i < 3000; i++) {
      out.add(1, 2 ** 41, i, 1, i, 2);
      out.header(i, 1, i, NONE);
      out.repeat(2);
    }
    const at2999 = 2 * 2999 * RECORD_STRIDE;
    expect([...out.records.subarray(at2999, at2999 + RECORD_STRIDE)]).toEqual([1, NONE, 0, 0, 0, 512, 0, 2999, 1, 2999, 2, 2999, 1, NONE]);
    expect(out.records[at2999 + RECORD_STRIDE]).toBe(2);
    expect([...out.headers.subarray(2999 * HEADER_STRIDE, 3000 * HEADER_STRIDE)]).toEqual([2999, 1, 2999, NONE]);
  });
});

describe("errors", () => {
  const said = (name: string, text = "x", more = "") =>
    new Error(`{"name":"${name}","retriable":false,"fatal":false,"abort":true,"text":"${text}"${more}}`);

  test("the addon's errors are read, others are left alone", () => {
    expect(failureOf(said("MSG_SIZE_TOO_LARGE", "ROW:17 too large"))).toEqual({
      name: "MSG_SIZE_TOO_LARGE",
      retriable: false,
      fatal: false,
      abort: true,
      text: "too large",
      row: 17,
    });
    for (const other of [new Error("{no json"), new Error("x"), "x", undefined]) {
      expect(failureOf(other)).toBeUndefined();
      expect(kafkaError(other)).toBe(other);
    }
  });

  test.each([
    ["_ALL_BROKERS_DOWN", "BAUTA-1511", false],
    ["_SSL", "BAUTA-1512", true],
    ["_AUTHENTICATION", "BAUTA-1513", true],
    ["GROUP_AUTHORIZATION_FAILED", "BAUTA-1514", true],
    ["UNKNOWN_TOPIC_OR_PART", "BAUTA-1515", false],
    ["_FENCED", "BAUTA-1516", true],
    ["_AUTO_OFFSET_RESET", "BAUTA-1517", true],
    ["KAFKA_STORAGE_ERROR", "BAUTA-1519", false],
    ["ANY_OTHER", "BAUTA-1521", false],
  ])("%s is %s", (name, code, final) => {
    expect(errorOfFailure({ name, text: "what librdkafka says" }).message).toStartWith(code);
    expect(isFinal({ name, fatal: false })).toBe(final);
  });

  test("BAUTA-1501: the addon is not there, or is none", () => {
    expect(() => loadKafka(join(at, "absent.node"))).toThrow("BAUTA-1501");
    expect(() => loadKafka(write(join(at, "none.node"), "x"))).toThrow("BAUTA-1501");
  });
});

describe("the connection", () => {
  const of = (kafka: string) => {
    const { definition, problems } = read(GOOD.replace('{ bootstrap: "broker:9092" }', kafka));
    expect(problems).toEqual([]);
    return clientConfig((definition as NonNullable<typeof definition>).kafka?.connection as never, "consumer");
  };

  test("TLS, SASL and settings, as librdkafka calls them", () => {
    const password = write(join(at, "password"), "s3cret\n");
    chmodSync(password, 0o600);
    const ca = write(join(at, "ca.pem"), "pem");
    const config = of(
      `{ bootstrap: ["a:1", "b:2"], tls: { ca: ca.pem }, sasl: { mechanism: scram-sha-512, user: u, password: { file: password } }, settings: { fetch.min.bytes: 5, linger.ms: 9 } }`,
    );
    expect(config).toEqual([
      ["bootstrap.servers", "a:1,b:2"],
      ["security.protocol", "sasl_ssl"],
      ["ssl.endpoint.identification.algorithm", "https"],
      ["ssl.ca.location", ca],
      ["sasl.mechanism", "SCRAM-SHA-512"],
      ["sasl.username", "u"],
      ["sasl.password", "s3cret"],
      ["reconnect.backoff.ms", "100"],
      ["reconnect.backoff.max.ms", "1000"],
      ["fetch.min.bytes", "5"],
    ]);
  });

  test("BAUTA-1503: a secret that is not there, that others can read, or a command that prints none", async () => {
    const open = write(join(at, "open"), "s3cret");
    chmodSync(open, 0o644);
    const sasl = (secret: string): string => `{ bootstrap: "a:1", sasl: { mechanism: plain, user: u, password: ${secret} } }`;
    expect(() => of(sasl("{ file: open }"))).toThrow("BAUTA-1503");
    expect(() => of(sasl("{ file: absent }"))).toThrow("BAUTA-1503");
    expect(() => of(sasl("{ env: BAUTA_NO_SUCH_VARIABLE }"))).toThrow("BAUTA-1503");
    for (const script of ["echo secret-token", "exit 1", "echo '{\"token\":1}'"]) {
      const error = await tokenOf(["sh", "-c", script]).catch((thrown: unknown) => thrown as Error);
      expect(String(error)).toContain("BAUTA-1503");
      expect(String(error)).not.toContain("secret-token");
    }
    const claims = Buffer.from(JSON.stringify({ exp: 2_000_000_000, sub: "bauta" })).toString("base64url");
    expect(await tokenOf(["echo", `h.${claims}.s`])).toEqual({ token: `h.${claims}.s`, expiresMs: 2_000_000_000_000, principal: "bauta" });
    expect(await tokenOf(["echo", '{"token":"t","expires-ms":5,"principal":"p"}'])).toEqual({ token: "t", expiresMs: 5, principal: "p" });
  });
});

describe("pipeline files", () => {
  const kafka = (text: string): string => GOOD.replace('9092" }', `9092", ${text} }`);

  test("defaults", () => {
    const { definition, problems } = read(GOOD);
    expect(problems).toEqual([]);
    expect(definition).toMatchObject({
      commit: { records: 2000, milliseconds: 0 },
      kafka: { group: "t", protocol: "classic", from: { kind: "earliest" }, refused: undefined },
      sources: [{ kind: "topics", topics: ["raw"], rules: { key: undefined, headers: [], timestamp: "keep", sourceHeader: true } }],
      sinks: [{ kind: "topic", name: "a", topic: "masked", create: false }],
    });
  });

  test("files and logs beside topics: a transaction takes some seconds", () => {
    const { definition, problems } = read(
      `${GOOD.replace("masked }", "masked }, b: { file: b.xml }, c: { log: c.log }")}journal: p.journal\n`,
    );
    expect(problems).toEqual([]);
    expect(definition?.commit).toMatchObject({ records: 100_000, milliseconds: 5000 });
  });

  test("a source in another cluster is reached in its own way", () => {
    const text = kafka('settings: { linger.ms: 1 }, source: { bootstrap: ["a:1", "b:2"], tls: true, settings: { fetch.min.bytes: 5 } }');
    const { definition, problems } = read(text);
    expect(problems).toEqual([]);
    const { connection, source } = definition?.kafka ?? {};
    expect([connection?.bootstrap, connection?.tls, connection?.settings]).toEqual([["broker:9092"], undefined, [["linger.ms", "1"]]]);
    expect([source?.bootstrap, source?.tls === undefined, source?.settings]).toEqual([["a:1", "b:2"], false, [["fetch.min.bytes", "5"]]]);
    expect(read(GOOD).definition?.kafka?.source).toBeUndefined();
  });

  test("names of shadow topics fit, and stay apart", () => {
    expect(shadowName("payments", "raw.a")).toBe("bauta-shadow.payments.raw.a");
    const long = ["x", "y"].map((end) => shadowName("g".repeat(200), `${"t".repeat(200)}${end}`));
    expect([new Set(long).size, ...long.map((name) => name.length)]).toEqual([2, 249, 249]);
  });

  test("beginnings", () => {
    const from = (text: string): unknown => read(GOOD.replace('9092"', `9092", from: ${text}`)).definition?.kafka?.from;
    expect(from("latest")).toEqual({ kind: "latest" });
    expect(from('{ timestamp: "2026-11-28T09:00:00Z" }')).toEqual({ kind: "timestamp", at: 1_795_856_400_000 });
    expect(from("{ offsets: { raw: { 0: 12, 3: 0 } } }")).toEqual({
      kind: "offsets",
      positions: [
        { topic: "raw", partition: 0, offset: 12 },
        { topic: "raw", partition: 3, offset: 0 },
      ],
    });
  });

  test.each([
    ["1403 kafka", GOOD.replace(/kafka:.*\n/, "")],
    ["1403 kafka.bootstrap", GOOD.replace('"broker:9092"', "broker")],
    ["1502 kafka.settings.liner.ms linger.ms", kafka("settings: { liner.ms: 1 }")],
    ["1502 kafka.settings.isolation.level", kafka("settings: { isolation.level: read_uncommitted }")],
    ["1502 kafka.settings.sasl.password", kafka("settings: { sasl.password: x }")],
    ["1403 kafka.sasl.password", kafka("sasl: { mechanism: plain, user: u, password: clear }")],
    ["1403 kafka.sasl", kafka("sasl: { mechanism: plain, user: u }")],
    ["1403 kafka.sasl.mechanism scram-sha-512", kafka("sasl: { mechanism: scram-sha512 }")],
    ["1402 kafka.grop group", kafka("grop: x")],
    ["1402 kafka.sorce source", kafka('sorce: { bootstrap: "a:1" }')],
    ["1402 kafka.source.group", kafka('source: { bootstrap: "a:1", group: x }')],
    ["1402 kafka.source.setings settings", kafka('source: { bootstrap: "a:1", setings: {} }')],
    ["1403 kafka.source.bootstrap", kafka("source: { tls: true }")],
    ["1403 kafka.source.sasl.password", kafka('source: { bootstrap: "a:1", sasl: { mechanism: plain, user: u, password: clear } }')],
    ["1502 kafka.source.settings.fetch.min.byte fetch.min.bytes", kafka('source: { bootstrap: "a:1", settings: { fetch.min.byte: 1 } }')],
    ["1403 kafka.from", kafka("from: newest")],
    ["1403 kafka.from.timestamp", kafka("from: { timestamp: yesterday }")],
    ["1403 sources", GOOD.replace("{ topics: raw }", "[{ topics: raw }, stdin]")],
    ["1403 sinks.b", GOOD.replace("masked }", "masked }, b: stdout")],
    ["1403 sinks.b", GOOD.replace("masked }", "masked }, b: log")],
    ["1403 audit.topic", `${GOOD}audit: { manifest-seconds: 5 }\n`],
    ["1402 audit.tpic topic", `${GOOD}audit: { tpic: a }\n`],
    ["1403 audit.manifest-seconds", `${GOOD}audit: { topic: a, manifest-seconds: 0 }\n`],
    ["1403 journal", `${GOOD}journal: p.journal\n`],
    ["1403 commit.seconds", `${GOOD}commit: { seconds: 41 }\n`],
    ["1403 sources.topics", GOOD.replace("raw", '"^("')],
    ["1403 sources.key", GOOD.replace("raw", "raw, key: mask")],
    ["1403 sources.headers.bauta.source", GOOD.replace("raw", "raw, headers: { bauta.source: keep }")],
    ["1403 sinks.a.topic", GOOD.replace("masked", '"a b"')],
    ["1403 workers", `${GOOD}workers: 2\n`],
    ["1403 frame", `${GOOD}frame: length\n`],
    ["1403 refused", `${GOOD}refused: refused.jsonl\n`],
    ["1403 manifest", `${GOOD}manifest: none\n`],
  ])("%s", (problem, text) => {
    expect(found(text)).toContain(problem);
  });

  test("the schema takes what the reader takes, and knows the same settings", () => {
    const valid = new Ajv({ strict: false }).compile(schema);
    const page = readFileSync(`${projectRoot}docs/kafka.md`, "utf8");
    for (const text of [
      GOOD,
      readFileSync(`${projectRoot}examples/pipelines/topics.yaml`, "utf8"),
      /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? "",
    ]) {
      expect(read(text).problems).toEqual([]);
      expect([valid(parse(text)), valid.errors]).toEqual([true, null]);
    }
    expect(valid(parse(kafka("settings: { acks: 1 }")))).toBe(false);
    expect(valid(parse(kafka('source: { bootstrap: "a:1", tls: true, settings: { fetch.min.bytes: 5 } }')))).toBe(true);
    expect(valid(parse(kafka('source: { bootstrap: "a:1", group: x }')))).toBe(false);
    for (const name of KAFKA_SETTINGS) {
      expect(found(kafka(`settings: { ${name}: 1 }`))).toEqual([]);
      expect([name, valid(parse(kafka(`settings: { ${name}: 1 }`))), page.includes(`\`${name}\``)]).toEqual([name, true, true]);
    }
    for (const name of Object.keys(KAFKA_RESERVED))
      expect(found(kafka(`settings: { ${name}: 1 }`))).toEqual([`1502 kafka.settings.${name}`]);
  });

  test("bauta check: namespaces of keys and headers", () => {
    const file = write(join(at, "check.yaml"), GOOD.replace("raw", "raw, key: { use: acount }"));
    const wrong = bauta(["check", file]);
    expect([wrong.code, wrong.stdout.includes("BAUTA-1207"), wrong.stdout.includes("account")]).toEqual([2, true, true]);
    write(file, GOOD.replace("raw", "raw, key: { use: account }"));
    expect(bauta(["check", file]).code).toBe(0);
  });
});

test("BAUTA-1526: a source topic that was made anew is not read on; one whose cluster knows no identities is", async () => {
  let id: string | undefined = "first";
  const facts = async (name: string) => ({ name, partitions: 1, replication: 1 });
  const source = { facts, ids: async () => new Map(id === undefined ? [] : [["raw", id]]) };
  const shadows = new ShadowTopics({
    source: source as unknown as TopicAdmin,
    target: source as unknown as TopicAdmin,
    group: "g",
    topics: ["raw"],
  });
  await shadows.refresh();
  expect(shadows.noteOf("raw")).toBe("first");
  for (const note of [undefined, "", "first"]) shadows.expectSame("raw", note);
  expect(() => shadows.expectSame("raw", "another")).toThrow("BAUTA-1526");
  id = undefined;
  await shadows.refresh();
  id = "second";
  expect(String(await shadows.refresh().catch((error: unknown) => error))).toContain("BAUTA-1526");
});
