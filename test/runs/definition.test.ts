/** What a pipeline file may say, and every code that a wrong one gets; the JSON Schema says the same. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { isPipeline, readPipeline } from "../../runtime/pipeline/definition/read.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import schema from "../../schemas/pipeline.schema.json" with { type: "json" };
import { projectRoot } from "../shared.ts";

const valid = new Ajv({ strict: false }).compile(schema);
const GOOD = "bauta-pipeline: 1\nname: t\npreset: test-data\nsources: stdin\nsinks: { a: stdout, b: { file: out/b.xml } }\n";
const read = (text: string) => readPipeline(text, "/work/t.yaml", CATALOGUES);
const found = (text: string): readonly string[] =>
  read(text).problems.map(({ issue, path, suggestion }) => `${issue} ${path}${suggestion === undefined ? "" : ` ${suggestion}`}`);

describe("pipeline files", () => {
  test("defaults", () => {
    const { definition, problems } = read(GOOD);
    expect(problems).toEqual([]);
    expect(definition).toMatchObject({ engine: "native", frame: "auto", onRefuse: "stop", input: "strict", otherwise: 0 });
    expect(definition?.routes).toMatchObject([{ name: "all", sinks: [0, 1] }]);
    expect(definition?.sinks[1]).toEqual({ kind: "file", name: "b", path: "/work/out/b.xml" });
    expect(isPipeline(GOOD)).toBe(true);
    expect(isPipeline("bauta: 1\nname: x\n")).toBe(false);
  });

  test("limits of sinks and of commit: the least counts", () => {
    const { definition } = read(`${GOOD.replace("out/b.xml", "out/b.xml, records: 7, seconds: 9")}commit: { records: 8, seconds: 3 }\n`);
    expect(definition?.commit).toEqual({ records: 7, bytes: 268_435_456, milliseconds: 3000 });
  });

  test.each([
    ["1401 ", "a: [\n"],
    ["1401 sinks.a", GOOD.replace("b: {", "a: {")],
    ["1402 souces sources", `${GOOD}souces: stdin\n`],
    ["1402 sinks.b.records-max", GOOD.replace("out/b.xml", "out/b.xml, records-max: 1")],
    ["1403 ", GOOD.replace("preset", "model: m.yaml\npreset")],
    ["1403 sources", GOOD.replace("sources: stdin\n", "")],
    ["1403 sources[0]", GOOD.replace("sources: stdin", "sources: [kafka]")],
    ["1403 sources", GOOD.replace("sources: stdin", "sources: [watch: in, stdin]")],
    ["1403 sources", GOOD.replace("sources: stdin", "sources: [stdin, stdin]")],
    ["1403 sinks", GOOD.replace("{ file: out/b.xml }", "log")],
    ["1403 engine", `${GOOD}engine: rust\n`],
    ["1403 otherwise", `${GOOD}otherwise: a\n`],
    ["1403 routes[0].to", `${GOOD}routes: [{ when: { format: json } }]\n`],
    ["1403 routes[0].when", `${GOOD}routes: [{ when: {}, to: a }]\n`],
    ["1403 routes[0].when.sender", `${GOOD}routes: [{ when: { sender: deutdeff }, to: a }]\n`],
    ["1403 routes[0].when.amount.from", `${GOOD}routes: [{ when: { amount: { from: 1.5 } }, to: a }]\n`],
    ["1403 routes[0].when.currency[1]", `${GOOD}routes: [{ when: { currency: [EUR, eur] }, to: a }]\n`],
    ["1403 fields.sender", `${GOOD}fields: { sender: from.bic }\n`],
    ["1402 watch.profil profile", `${GOOD}watch: { profil: balanced }\n`],
    ["1402 watch.set.log_stmt_strat log_stmt_start", `${GOOD}watch: { set: { log_stmt_strat: true } }\n`],
    ["1403 watch.profile balanced", `${GOOD}watch: { profile: balaced }\n`],
    ["1403 watch.set.log_progress_pct", `${GOOD}watch: { set: { log_progress_pct: 101 } }\n`],
    ["1403 watch.set.log_stmt_start", `${GOOD}watch: { set: { log_stmt_start: 1 } }\n`],
    ["1403 watch.serve", `${GOOD}watch: { serve: 65536 }\n`],
    ["1403 watch.serve-token-file", `${GOOD}watch: { serve-token-file: t }\n`],
    ["1403 watch.serve-mtls.key", `${GOOD}watch: { serve: 1, serve-mtls: { certificate: c, client-authority: a } }\n`],
    ["1403 name", GOOD.replace("name: t", "name: a b")],
    ["1404 routes[0].to[1] b", `${GOOD}routes: [{ when: { format: json }, to: [a, bb] }]\n`],
    ["1403 policy.trust", `${GOOD}policy: { path: p }\nview: v\n`],
    ["1403 policy", `${GOOD}policy: { danger-unsigned: true }\nview: v\n`],
    ["1403 policy.ca", `${GOOD}policy: { path: p, danger-unsigned: true, ca: c }\nview: v\n`],
    ["1402 policy.max-aeg max-age", `${GOOD}policy: { path: p, danger-unsigned: true, max-aeg: 1 }\nview: v\n`],
    ["1403 policy.trust.keys.k", `${GOOD}policy: { path: p, trust: { keys: { k: { key: a.pem } } } }\nview: v\n`],
    ["1002 policy.trust.keys.k.key", `${GOOD}policy: { path: p, trust: { keys: { k: { key: no.pem, algorithm: ES256 } } } }\nview: v\n`],
    [
      "1403 policy.loosening-signatures",
      `${GOOD}policy: { path: p, danger-unsigned: true, state: s, archive: a, loosening-signatures: 2 }\nview: v\n`,
    ],
    ["1403 view", `${GOOD}view: v\n`],
    ["1403 sinks.b.view", GOOD.replace("out/b.xml", "out/b.xml, view: v")],
    ["1403 sinks.a", `${GOOD}policy: { path: p, danger-unsigned: true }\n`],
    ["1403 sinks", `${GOOD.replace("out/b.xml", "out/b.xml, view: w")}policy: { path: p, danger-unsigned: true }\nview: v\n`],
    ["1405 routes[1]", `${GOOD}routes: [{ to: a }, { when: { format: json }, to: a }]\n`],
    ["1406 routes[0].when.message pacs.008", `${GOOD}routes: [{ when: { message: pacs.080 }, to: a }]\n`],
  ])("%s", (problem, text) => {
    expect(found(text)).toContain(problem);
  });

  test("a policy: each sink has its own view, or the pipeline's", () => {
    const topics = "bauta-pipeline: 1\nname: t\npreset: test-data\nkafka: { bootstrap: h:1 }\nsources: [topics: raw]\n";
    const sinks = "sinks: { a: { topic: a, view: fraud }, b: { topic: b } }\n";
    const policy = "policy: { path: policies, danger-unsigned: true, max-age: 60, poll-milliseconds: 100, state: s }\nview: qa\n";
    const { definition, problems } = read(`${topics}${sinks}${policy}`);
    expect(problems).toEqual([]);
    expect(definition?.sinks.map(({ view }) => view)).toEqual(["fraud", "qa"]);
    expect(definition?.policy).toMatchObject({
      source: { from: { kind: "file", path: "/work/policies", everyMs: 100 }, trust: { keys: {}, dangerUnsigned: true }, state: "/work/s" },
      maxAgeMs: 60_000,
    });
    expect(valid(parse(`${topics}${sinks}${policy}`))).toBe(true);
    expect(valid(parse(`${topics}${sinks}policy: { path: p }\n`))).toBe(false);
  });

  test("how it is watched: paths are from the folder of the file, a port may be a number", () => {
    const { definition, problems } = read(
      `${GOOD}watch: { log-format: json, profile: performance, set: { log_progress_pct: 5, log_stmt_start: true }, serve: 9464, serve-token-file: t, serve-mtls: { certificate: c, key: k, client-authority: a }, otel-endpoint: "http://127.0.0.1:4318" }\n`,
    );
    expect(problems).toEqual([]);
    expect(definition?.watch).toEqual({
      logFormat: "json",
      profile: "performance",
      knobs: { log_progress_pct: 5, log_stmt_start: true },
      serve: "9464",
      serveTokenFile: "/work/t",
      serveMtls: { certificate: "/work/c", key: "/work/k", clientAuthority: "/work/a" },
      otelEndpoint: "http://127.0.0.1:4318",
    });
    expect(read(GOOD).definition?.watch).toEqual({ knobs: {} });
  });

  test("all problems at once, each with its place, and never more than the place is told", () => {
    const { problems } = read(`${GOOD}engine: rust\nfrme: line\nroutes: [{ to: c }]\n`);
    expect(problems.map(({ issue, line }) => [issue, line])).toEqual([
      [1402, 7],
      [1404, 8],
      [1403, 6],
    ]);
  });

  test("the schema takes what the reader takes, and refuses what it refuses by its form", () => {
    for (const text of [GOOD, readFileSync(`${projectRoot}examples/pipelines/payments.yaml`, "utf8"), ...documented()]) {
      expect(read(text).problems).toEqual([]);
      expect([valid(parse(text)), valid.errors]).toEqual([true, null]);
    }
    for (const wrong of [
      `${GOOD}souces: stdin\n`,
      `${GOOD}engine: rust\n`,
      `${GOOD}watch: { profile: fastest }\n`,
      `${GOOD}watch: { set: { log_progress_pct: true } }\n`,
      `${GOOD}watch: { serve: 1, serve-mtls: { key: k } }\n`,
      GOOD.replace("sources: stdin\n", ""),
      GOOD.replace("preset", "model: m\npreset"),
    ])
      expect([wrong, valid(parse(wrong))]).toEqual([wrong, false]);
  });
});

/** The examples of docs/pipeline.md. */
function documented(): readonly string[] {
  const page = readFileSync(`${projectRoot}docs/pipeline.md`, "utf8");
  return [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map((match) => match[1] ?? "");
}
