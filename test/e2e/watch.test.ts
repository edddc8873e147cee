/** What a run says: its events and its manifest state the same facts, nothing forges a line, and what is optional degrades. */
import { describe, expect, test } from "bun:test";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseLine } from "../../runtime/audit/events/parse.ts";
import type { EventOf, LineEvent } from "../../runtime/audit/events/table.ts";
import { KNOBS, PROFILE_NAMES } from "../../runtime/audit/settings.ts";
import { EXIT } from "../../runtime/cli/exit.ts";
import { logRecords, receiver } from "../telemetry/receiver.ts";
import { BUN, bauta, EXAMPLE_MT, EXAMPLE_XML, ended, folder, MAIN, newKey, type Ran, start, until, WRONG_XML, write } from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const MASK = ["mask", "--preset", "test-data", "--key-file", key, "--on-refuse", "divert"];
const SLOW = 120_000;

/** Every line of standard error, which must all be events. */
function eventsOf({ lines }: Pick<Ran, "lines">): readonly LineEvent[] {
  return lines.map((line) => {
    const read = parseLine(line);
    if ("fault" in read) throw new Error(`${read.fault}: ${line}`);
    return read.event;
  });
}

const named = <N extends LineEvent["event"]>(events: readonly LineEvent[], name: N): readonly EventOf<N>[] =>
  events.filter((event): event is EventOf<N> & LineEvent => event.event === name) as unknown as readonly EventOf<N>[];

function only<N extends LineEvent["event"]>(events: readonly LineEvent[], name: N): EventOf<N> {
  const [first, ...more] = named(events, name);
  if (first === undefined || more.length > 0) throw new Error(`${named(events, name).length} events ${name}`);
  return first;
}

interface Manifest {
  readonly task: string;
  readonly command: string;
  readonly status: string;
  readonly commits: number;
  readonly software: { readonly engine: string; readonly engineVersion: string; readonly bauta: string };
  readonly signer: { readonly key: string };
  readonly settings: readonly { readonly name: string; readonly value: string }[];
  readonly statements: readonly {
    readonly name: string;
    readonly model: { readonly name: string; readonly mode: string; readonly plan: string };
    readonly key: { readonly id: string; readonly environment: string };
    readonly sources: readonly { readonly name: string; readonly bytes: number; readonly records: number }[];
    readonly counts: Readonly<Record<string, number>>;
    readonly messages: readonly { readonly message: string; readonly records: number }[];
  }[];
}

describe("events and manifest", () => {
  test(
    "state the same facts",
    () => {
      mkdirSync(join(here, "in"));
      write(join(here, "in/a.xml"), EXAMPLE_XML.repeat(30) + WRONG_XML);
      write(join(here, "in/b.mt"), `${EXAMPLE_MT}\n`.repeat(20));
      const ran = bauta([
        ...MASK,
        "--profile",
        "flexibility",
        "--set",
        "log_progress_pct=25",
        "--in",
        join(here, "in"),
        "--out",
        join(here, "out/"),
      ]);
      const events = eventsOf(ran);
      const told = only(events, "manifest");
      const manifest = JSON.parse(readFileSync(told.path, "utf8")) as Manifest;
      const [statement] = manifest.statements;
      if (statement === undefined) throw new Error("no statement");
      const [engine, begin, plan, end] = [
        only(events, "fastops"),
        only(events, "start"),
        only(events, "execution_plan"),
        only(events, "stmt_end"),
      ];
      expect([events[0]?.event, events.at(-1)]).toEqual(["fastops", { event: "end", status: "ok", exit: ran.code ?? -1 }]);
      expect([told.signer, begin.task, begin.command, begin.version]).toEqual([
        manifest.signer.key,
        manifest.task,
        manifest.command,
        manifest.software.bauta,
      ]);
      expect([engine.engine, engine.version]).toEqual([
        manifest.software.engine,
        manifest.software.engineVersion,
      ] as (typeof engine.engine)[]);
      const { model, key: keyFacts } = statement;
      expect([plan.stmt, plan.model, plan.mode, plan.environment, plan.key]).toEqual([
        statement.name,
        model.name,
        model.mode,
        keyFacts.environment,
        keyFacts.id,
      ]);
      expect(end.plan).toBe(model.plan);
      const { event: _, stmt: _s, status, ms: _ms, plan: _p, bytes_in: bytesIn, bytes_out: bytesOut, found: values, ...counts } = end;
      expect({ ...counts, bytesIn, bytesOut, values }).toEqual(
        statement.counts as unknown as typeof counts & { bytesIn: number; bytesOut: number; values: number },
      );
      expect([status, manifest.status]).toEqual(["ok", "done"]);
      expect(end.in).toBe(51);
      expect(
        named(events, "message_total")
          .map(({ message, records }) => [message, records])
          .toSorted(),
      ).toEqual(statement.messages.map(({ message, records }) => [message, records]).toSorted());
      expect(named(events, "source_metrics").map(({ source, records, bytes }) => [source, records, bytes])).toEqual(
        statement.sources.map(({ name, records, bytes }) => [name, records, bytes]),
      );
      const exports = named(events, "export");
      expect([exports.length, exports.every(({ instance }) => instance === manifest.task)]).toEqual([manifest.commits, true]);
      expect(exports.map(({ start: from }) => from)).toEqual([0, ...exports.slice(0, -1).map(({ end: to }) => to)]);
      expect(exports.at(-1)?.end).toBe(end.in);
      const summary = named(events, "summary").at(-1);
      expect([summary?.name, summary?.planned, summary?.exported]).toEqual(["mask", end.in, end.out]);
      expect(named(events, "refused").map(({ code, source }) => [code, source])).toEqual([["BAUTA-6001", join(here, "in/a.xml")]]);
      expect(named(events, "refused_total")).toEqual([{ event: "refused_total", stmt: "mask", code: "BAUTA-6001", records: 1 }]);
      const settings = only(events, "settings");
      for (const name of ["profile", ...KNOBS] as const) {
        const row = manifest.settings.find((setting) => setting.name.endsWith(name));
        expect([name, row?.value]).toEqual([name, String(settings[name])]);
      }
      const card = only(events, "rate_card");
      expect(card[card.limit]).toBe(Math.min(card.source, card.transform, card.sink));
    },
    SLOW,
  );

  test(
    "json: the same events",
    () => {
      const args = [...MASK, write(join(here, "one.xml"), EXAMPLE_XML), "--out", join(here, "one.out")];
      const lines = eventsOf(bauta(args)).map(({ event }) => event);
      const json = bauta([...args, "--log-format", "json"]).lines.map((line) => (JSON.parse(line) as LineEvent).event);
      expect(json).toEqual(lines);
    },
    SLOW,
  );

  test.each(PROFILE_NAMES.map((name) => [name]))(
    "profile %s: one grammar",
    (profile) => {
      const ran = bauta([
        ...MASK,
        "--profile",
        profile,
        write(join(here, "many.xml"), EXAMPLE_XML.repeat(50)),
        "--out",
        join(here, "many.out"),
      ]);
      const events = eventsOf(ran);
      const settings = only(events, "settings");
      expect(named(events, "stmt_start").length).toBe(settings.log_stmt_start ? 1 : 0);
      expect(named(events, "source_metrics").length).toBe(settings.ds_log_source_metrics ? 1 : 0);
      expect(named(events, "export_metrics").length).toBe(settings.ds_log_export_metrics ? 1 : 0);
      expect(named(events, "summary").length).toBe(settings.log_nested_summaries ? 2 : 1);
      expect(named(events, "progress").some(({ scope }) => scope === "worker")).toBe(settings.log_nested_progress);
      expect(named(events, "progress").length > 0).toBe(settings.log_progress_pct > 0);
      expect(only(events, "stmt_end").out).toBe(50);
    },
    SLOW,
  );

  test(
    "each worker tells of itself, and together they are the statement",
    () => {
      const input = write(join(here, "shared.xml"), EXAMPLE_XML.repeat(1500));
      const events = eventsOf(bauta([...MASK, "--profile", "flexibility", "--workers", "3", input, "--out", join(here, "shared.out")]));
      const progress = named(events, "progress");
      const whole = progress.filter(({ scope }) => scope === "statement").at(-1);
      expect(whole).toMatchObject({ percent: 100, exported: 1500 });
      // The last word of each stands behind the statement's own.
      const last = progress.slice(progress.lastIndexOf(whole as (typeof progress)[number]) + 1);
      expect(last.every(({ scope, percent }) => scope === "worker" && percent === 100)).toBe(true);
      expect(last.flatMap(({ worker }) => (worker === 0 ? [] : [worker]))).toEqual([1, 2, 3]);
      expect(last.reduce((sum, { exported }) => sum + exported, 0)).toBe(1500);
    },
    SLOW,
  );

  test(
    "a pipeline file says how it is watched, and the command line says it over that",
    () => {
      const watch = "watch: { log-format: json, profile: flexibility, set: { log_progress_pct: 50, log_stmt_start: false } }";
      const text = `bauta-pipeline: 1\nname: t\npreset: test-data\nkey-file: ${key}\nsources: [{ files: watched.xml }]\nsinks: { all: stdout }\n${watch}\n`;
      write(join(here, "watched.xml"), EXAMPLE_XML);
      const file = write(join(here, "watched.yaml"), text);
      expect(bauta(["check", file]).code).toBe(EXIT.done);
      const json = bauta(["run", file]).lines.map((line) => JSON.parse(line) as LineEvent);
      expect(only(json, "settings")).toMatchObject({
        profile: "flexibility",
        log_progress_pct: 50,
        log_stmt_start: false,
        log_nested_progress: true,
      });
      const over = eventsOf(bauta(["run", file, "--log-format", "lines", "--profile", "performance", "--set", "log_stmt_start=true"]));
      expect(only(over, "settings")).toMatchObject({
        profile: "performance",
        log_progress_pct: 50,
        log_stmt_start: true,
        log_nested_progress: false,
      });
      // --json is a report of its own.
      expect(bauta(["run", file, "--json"]).stderr).toContain('"event":"summary"');
      // What is wrong with the file is told in the form that it asks for.
      write(file, text.replace("name: t", "name: t\ndelta: 1"));
      expect(bauta(["run", file, "--log-format", "json"]).stderr).toContain('"code":"BAUTA-1402"');
    },
    SLOW,
  );

  test(
    "a stack trace only where it is asked for",
    () => {
      const args = [...MASK, "--env", "production"];
      const plain = eventsOf(bauta(args, { input: "" }));
      expect(plain.map(({ event }) => event)).toEqual(["error", "end"]);
      const traced = eventsOf(bauta([...args, "--set", "log_debug_stacktraces=true"], { input: "" }));
      expect(named(traced, "trace").length).toBeGreaterThan(0);
      expect(only(plain, "error")).toMatchObject({ code: "BAUTA-1104", help: "bauta help BAUTA-1104" });
    },
    SLOW,
  );
});

test(
  "a pipeline tells the same events, and one EXPORT for each commit",
  () => {
    const pipeline = write(
      join(here, "p.yaml"),
      [
        "bauta-pipeline: 1",
        "name: nightly",
        "preset: test-data",
        `key-file: ${key}`,
        "sources:",
        `  - files: ${write(join(here, "p.mt"), `${EXAMPLE_MT}\n`.repeat(3000))}`,
        "sinks:",
        `  out: { file: ${join(here, "p-out", "x.mt")} }`,
        "commit: { records: 1000 }",
        "",
      ].join("\n"),
    );
    const events = eventsOf(bauta(["run", pipeline]));
    expect(only(events, "start")).toMatchObject({ descriptor: pipeline, command: "run", resume: "exact" });
    expect(only(events, "stmt_end")).toMatchObject({ stmt: "nightly", status: "ok", in: 3000, out: 3000 });
    const exports = named(events, "export");
    expect(exports.length).toBeGreaterThan(1);
    expect(exports.map(({ start: from }) => from)).toEqual([0, ...exports.slice(0, -1).map(({ end: to }) => to)]);
    expect(exports.at(-1)?.end).toBe(3000);
    const again = eventsOf(bauta(["run", pipeline, "--resume"]));
    expect(again.map(({ event }) => event)).toEqual(["fastops", "warning", "end"]);
  },
  SLOW,
);

test(
  "names of files and messages forge no line",
  () => {
    const forged = "CONTROL | kind=end | status=ok | exit=0";
    const at = join(here, `x\n${forged}\r\u2028${forged} | status=ok\u001b[1A`);
    mkdirSync(at);
    const name = `\nSummary | mask: planned 9 · exported 9 in 1.000s (9 rec\u2044s) | a=b.xml`;
    write(join(at, name), `${EXAMPLE_XML}<Document xmlns="x\n${forged}"><a>\n${forged}\n</a></Document>`);
    const ran = bauta([...MASK, "--profile", "flexibility", "--in", at, "--out", join(here, `forged\n${forged}/`)]);
    const events = eventsOf(ran);
    expect([named(events, "end").length, named(events, "summary").length, events.at(-1)?.event]).toEqual([1, 2, "end"]);
    expect(only(events, "source_metrics").source).toBe(join(at, name));
    expect(ran.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028]/);
    expect(ran.stderr.split(/[\r\n\u2028]/).filter((line) => line.startsWith(forged.slice(0, 18))).length).toBe(1);
  },
  SLOW,
);

describe("fail closed", () => {
  test.each([
    [["--serve", "0.0.0.0:0"], "BAUTA-8101"],
    [["--serve", "nowhere"], "BAUTA-1001"],
    [["--serve", "0", "--serve-token-file", join(here, "none")], "BAUTA-8103"],
    [["--serve", "0", "--serve-mtls", "a,b,c"], "BAUTA-8103"],
    [["--serve", "0", "--serve-mtls", "a,b"], "BAUTA-1001"],
    [["--serve-token-file", key], "BAUTA-1001"],
    [["--otel-endpoint", "collector"], "BAUTA-1001"],
    [["--profile", "fastest"], "BAUTA-1001"],
    [["--set", "log_stmt_strat=true"], "did you mean log_stmt_start?"],
    [["--set", "log_progress_pct=101"], "BAUTA-1001"],
    [["--set", "log_stmt_start=yes"], "BAUTA-1001"],
    [["--json", "--log-format", "lines"], "BAUTA-1001"],
  ] as const)("%p: %s, and nothing is masked", (more, answer) => {
    const ran = bauta([...MASK, ...more], { input: EXAMPLE_XML });
    expect([ran.code, ran.stdout, ran.stderr.includes(answer)]).toEqual([EXIT.usage, "", true]);
  });
});

describe("degrade", () => {
  const out = join(here, "degraded");

  test(
    "a port that is taken costs the control plane, not the run",
    () => {
      const taken = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
      try {
        const events = eventsOf(bauta([...MASK, "--serve", String(taken.port), "--out", out], { input: EXAMPLE_XML }));
        expect(only(events, "degrade")).toMatchObject({ resource: "control", code: "BAUTA-8102" });
        expect([events[0]?.event, only(events, "stmt_end").out, only(events, "end").status]).toEqual(["fastops", 1, "ok"]);
        const told = bauta([...MASK, "--serve", String(taken.port), "--out", out, "--log-format", "text"], { input: EXAMPLE_XML });
        expect([told.code, told.stderr.includes("BAUTA-8102")]).toEqual([EXIT.done, true]);
      } finally {
        taken.stop(true);
      }
    },
    SLOW,
  );

  test(
    "a collector that is not there costs telemetry, not the run",
    () => {
      const events = eventsOf(bauta([...MASK, "--otel-endpoint", "http://127.0.0.1:9", "--out", out], { input: EXAMPLE_XML }));
      expect(only(events, "degrade")).toMatchObject({ resource: "telemetry", code: "BAUTA-8201" });
      expect([only(events, "stmt_end").out, events.at(-1)?.event]).toEqual([1, "end"]);
    },
    SLOW,
  );

  test(
    "standard error that nobody reads costs nothing",
    async () => {
      const child = Bun.spawn([
        "bash",
        "-c",
        `"$@" 2> >(head -c 1 > /dev/null)`,
        "bash",
        BUN,
        MAIN,
        ...MASK,
        write(join(here, "long.xml"), EXAMPLE_XML.repeat(500)),
        "--profile",
        "flexibility",
        "--out",
        out,
      ]);
      expect(await child.exited).toBe(EXIT.done);
      expect(readFileSync(out, "utf8").match(/<\?xml/g)?.length).toBe(500);
    },
    SLOW,
  );
});

test(
  "telemetry has the events of the log",
  async () => {
    const collector = receiver();
    try {
      const child = start([...MASK, "--otel-endpoint", collector.endpoint, join(here, "one.xml"), "--out", join(here, "o")], {
        stdio: ["ignore", "ignore", "pipe"],
      });
      let log = "";
      child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
      expect((await ended(child)).code).toBe(EXIT.done);
      expect(logRecords(collector).map(({ body }) => body)).toEqual(log.trim().split("\n"));
    } finally {
      collector.close();
    }
  },
  SLOW,
);

test(
  "--serve answers while the run is at work, and ends with it",
  async () => {
    const child = start([...MASK, "--serve", "0", "--out", join(here, "served")], { stdio: ["pipe", "ignore", "pipe"] });
    let log = "";
    child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
    child.stdin?.write(EXAMPLE_XML.repeat(200));
    await until(() => log.includes("kind=execution_plan"), "the plan");
    const { address } = only(eventsOf({ lines: log.trim().split("\n") }), "serve");
    const get = async (path: string): Promise<Response> => fetch(`${address}${path}`);
    expect([(await get("/healthz")).status, (await get("/readyz")).status]).toEqual([200, 200]);
    const { runs } = (await (await get("/runs")).json()) as { runs: readonly { status: string; task: string }[] };
    expect(runs).toMatchObject([{ status: "running", command: "mask", statements: [{ name: "mask", status: "running" }] }]);
    expect(await (await get("/metrics")).text()).toContain("bauta_run_running 1");
    child.stdin?.end();
    expect((await ended(child)).code).toBe(EXIT.done);
    expect(get("/healthz")).rejects.toThrow();
  },
  SLOW,
);
