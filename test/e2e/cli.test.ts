/** Exit codes, standard streams and help, as docs/cli.md has them. */
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { ENGINES } from "../harness.ts";
import {
  bauta,
  DEMO_MODEL,
  EXAMPLE_JSON,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  events,
  folder,
  newKey,
  shell,
  start,
  WRONG_XML,
  write,
} from "./cli.ts";

const here = folder();
const key = newKey(join(here, "test.key"));
const MASK = ["mask", "--preset", "test-data", "--key-file", key, "--log-format", "text"];
const SLOW = 120_000;

for (const engine of ENGINES) {
  describe(engine, () => {
    const mask = [...MASK, "--engine", engine];

    test(
      "a mixed stream through a pipe: masked records on stdout and nothing else, the engine first on stderr",
      () => {
        const stream = `${EXAMPLE_XML}\n${EXAMPLE_MT}\n${EXAMPLE_JSON}${EXAMPLE_XML}`;
        const ran = bauta(["mask", "--model", DEMO_MODEL, "--key-file", key, "--engine", engine, "--log-format", "text"], {
          input: stream,
        });
        expect([ran.code, ran.lines[0]?.split(" ").slice(0, 3)]).toEqual([
          EXIT.done,
          ["FASTOPS", "|", engine === "native" ? "rust=enabled" : "rust=disabled"],
        ]);
        expect(ran.stdout.match(/<\?xml/g)?.length).toBe(2);
        expect(ran.stdout).toMatch(/^<\?xml[\s\S]*\n\{1:F01[\s\S]*-\}\{5:[\s\S]*\n\{"event"[\s\S]*<\?xml[\s\S]*$|^<\?xml/);
        expect(ran.stdout).not.toContain("Brandhorst");
        expect(ran.stderr).toContain("in 4 = out 4 + refused 0");
      },
      SLOW,
    );

    test("--json: events that reconcile, one object a line", () => {
      const stream = `${EXAMPLE_XML}\n${WRONG_XML}\n${EXAMPLE_MT}`;
      const ran = bauta([...mask, "--json", "--on-refuse", "divert"], { input: stream });
      const [started, refused, summary, ...more] = events(ran);
      expect([ran.code, more]).toEqual([EXIT.done, []]);
      expect(String(started?.["engine"])).toStartWith(`FASTOPS | ${engine === "native" ? "rust=enabled" : "rust=disabled"}`);
      expect(started).toMatchObject({ event: "start", model: "test-data", mode: "deterministic", environment: "test" });
      expect(refused).toMatchObject({
        event: "refused",
        source: "stdin",
        record: 1,
        offset: EXAMPLE_XML.length + 1,
        length: WRONG_XML.trimEnd().length,
        format: "iso20022",
        code: "BAUTA-6001",
        path: "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmDt",
        faultLength: 10,
      });
      const counts = summary as Record<string, number> & { refusedByCode: Record<string, number>; messages: Record<string, number> };
      expect(counts).toMatchObject({
        event: "summary",
        exit: 0,
        engine,
        in: 3,
        out: 2,
        refused: 1,
        bytesIn: Buffer.byteLength(stream),
        bytesOut: ran.bytes.length,
      });
      expect(counts["in"]).toBe((counts["out"] as number) + (counts["refused"] as number));
      expect(counts["found"]).toBe((counts["masked"] as number) + (counts["kept"] as number) + (counts["removed"] as number));
      expect(counts.refusedByCode).toEqual({ "BAUTA-6001": 1 });
      expect(counts.messages).toEqual({ "pacs.008.001.08": 1, MT103: 1 });
    });
  });
}

describe("exit codes", () => {
  const code = (args: readonly string[], input = ""): number | null => bauta(args, { input }).code;

  test("0: done, with records and without", () => {
    expect(code(MASK, EXAMPLE_XML)).toBe(EXIT.done);
    expect(code(MASK, "")).toBe(EXIT.done);
    expect(code(MASK, "\n \n")).toBe(EXIT.done);
  });

  test(
    "2: command line, model, key, files",
    () => {
      for (const args of [
        [],
        ["keys"],
        ["polish"],
        ["mask", "--colour"],
        ["mask", "--engine", "steam"],
        ["mask", "--key-file", key],
        ["mask", "--preset", "test-data"],
        ["mask", "--preset", "test-dara", "--key-file", key],
        ["mask", "--model", join(here, "none.yaml"), "--key-file", key],
        ["mask", "--preset", "test-data", "--model", DEMO_MODEL, "--key-file", key],
        [...MASK, join(here, "none.xml")],
        [...MASK, "--refused-raw"],
        [...MASK, "--env", "production"],
      ]) {
        const ran = bauta(args);
        expect({ args, code: ran.code, stdout: ran.stdout }).toEqual({ args, code: EXIT.usage, stdout: "" });
        expect(ran.stderr.length).toBeGreaterThan(10);
      }
    },
    SLOW,
  );

  test("3: a refused record; 4: no next record; with what stood before on stdout", () => {
    const refused = bauta(MASK, { input: `${EXAMPLE_XML}\n${WRONG_XML}${EXAMPLE_XML}` });
    expect([refused.code, refused.stdout.match(/<\?xml/g)?.length, refused.stdout.endsWith("</BusMsg>\n\n")]).toEqual([
      EXIT.refused,
      1,
      true,
    ]);
    const framing = bauta(MASK, { input: `${EXAMPLE_XML}\nEOF\n` });
    expect([framing.code, framing.stdout]).toEqual([EXIT.refused, ""]);
    expect(framing.stderr).toContain("BAUTA-3005");
    const unknown = bauta([...MASK, "--on-refuse", "divert"], { input: `${EXAMPLE_MT}\n{"a":1}\nEOF` });
    expect([unknown.code, unknown.stdout.slice(0, 6)]).toEqual([EXIT.framing, "{1:F01"]);
    const cut = bauta(MASK, { input: `${EXAMPLE_MT}\n${EXAMPLE_MT.slice(0, 200)}` });
    expect([cut.code, cut.stderr.includes("BAUTA-2002")]).toEqual([EXIT.framing, true]);
  });

  test(
    "7: the reader of the output goes away",
    () => {
      write(join(here, "long.xml"), EXAMPLE_XML.repeat(2000));
      const { stdout } = shell(
        `$BAUTA ${MASK.join(" ")} long.xml 2> closed.err | head -c 100 > head; echo \${PIPESTATUS[0]}; grep -c 7001 closed.err`,
        { cwd: here },
      );
      expect(stdout).toBe(`${EXIT.closed}\n1\n`);
      // A report that nobody reads to its end is no error to talk about.
      const list = shell(`$BAUTA check --list 2> closed.err | true; echo \${PIPESTATUS[0]}; cat closed.err`, { cwd: here });
      expect(["0\n", `${EXIT.closed}\n`]).toContain(list.stdout);
    },
    SLOW,
  );

  test("8: the disk is full", () => {
    const ran = shell(`$BAUTA ${MASK.join(" ")} long.xml > /dev/full`, { cwd: here });
    expect([ran.code, ran.stderr.includes("BAUTA-7002")]).toEqual([EXIT.full, true]);
    const out = bauta([...MASK, "--out", "/dev/full"], { input: EXAMPLE_XML });
    expect([out.code, out.stderr.includes("BAUTA-7002")]).toEqual([EXIT.full, true]);
  });

  test("6: input and output fail", () => {
    const folderOut = bauta([...MASK, "--refused", here], { input: EXAMPLE_XML });
    expect([folderOut.code, folderOut.stderr.includes("BAUTA-7003")]).toEqual([EXIT.io, true]);
    const folderIn = shell(`$BAUTA ${MASK.join(" ")} < .`, { cwd: here });
    expect([folderIn.code, folderIn.stderr.includes("BAUTA-7004"), folderIn.stdout]).toEqual([EXIT.io, true, ""]);
  });

  test("an error is an event under --json", () => {
    const ran = bauta([...MASK, "--json", "--env", "production"]);
    expect(events(ran)).toMatchObject([{ event: "error", exit: EXIT.usage }]);
    expect(ran.stderr).toContain("BAUTA-1104");
  });

  test(
    "a stream that goes on after the run has ended does not hold it up",
    async () => {
      const child = start(MASK, { stdio: ["pipe", "ignore", "ignore"] });
      child.stdin?.write("nonsense ".repeat(20));
      expect(await ended(child)).toEqual({ code: EXIT.framing, signal: null });
      child.stdin?.destroy();
    },
    SLOW,
  );
});

describe("help", () => {
  for (const words of [
    [],
    ["mask"],
    ["unmask"],
    ["check"],
    ["keys"],
    ["keys", "new"],
    ["keys", "mask-only"],
    ["keys", "show"],
    ["keys", "rotate-signing"],
    ["keys", "trust"],
    ["verify"],
    ["replay"],
    ["compare"],
    ["doctor"],
    ["demo"],
  ]) {
    test(`of ${words.join(" ") || "bauta"} is one screen of 24 lines and 80 columns, on stdout, also on a wide terminal`, () => {
      const { code, stdout, stderr } = bauta([...words, "--help"], { env: { COLUMNS: "200" } });
      const lines = stdout.trimEnd().split("\n");
      expect([code, stderr, lines.length <= 24]).toEqual([0, "", true]);
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    });
  }

  test("a mistyped word is answered with the likely one", () => {
    expect(bauta(["maks"]).stderr).toContain("mask");
    expect(bauta(["mask", "--pre-set", "x"]).stderr).toContain("--preset");
  });
});

test("check says everything at once", () => {
  const model = write(
    join(here, "wrong.yaml"),
    [
      "bauta: 1",
      "name: wrong",
      "extends: test-data",
      "colour: red",
      "namespaces:",
      "  mine: {technique: fppe, kind: pan}",
      "rules:",
      '  - {path: "iso20022:**/Dbtr/Nmm", technique: redact}',
      '  - {path: "json:$.a", use: nobody}',
      "  - {class: persona, technique: redact}",
    ].join("\n"),
  );
  const ran = bauta(["check", model, "--json"]);
  const { problems } = JSON.parse(ran.stdout) as { problems: { code: string }[] };
  expect(ran.code).toBe(EXIT.usage);
  const codes = new Set(problems.map((problem) => problem.code));
  for (const expected of ["BAUTA-1202", "BAUTA-1203", "BAUTA-1205", "BAUTA-1207", "BAUTA-1210"]) expect([...codes]).toContain(expected);
  expect(bauta(["check", DEMO_MODEL]).code).toBe(EXIT.done);
});

test("check --sample lists every JSON value that no rule names, and where reading stopped", () => {
  const model = write(
    join(here, "uncovered.yaml"),
    "bauta: 1\nname: m\nextends: test-data\nrules:\n  - {path: 'json:$.a', technique: keep, as: number}\n",
  );
  const sample = write(
    join(here, "uncovered.json"),
    '{"a":1,"b":"x","c":{"d":true,"e":[1,{"f":"Ottilie"}]}}\n{"b":"y"}\n{broken\n{"z":1}\n',
  );
  const ran = bauta(["check", model, "--json", "--sample", sample]);
  const { refused, unread } = (JSON.parse(ran.stdout) as { samples: { refused: { path: string }[]; unread: unknown[] } }).samples;
  expect(refused.map(({ path }) => path)).toEqual(["$.b", "$.c.d", "$.c.e[0]", "$.c.e[1].f", ""]);
  expect(unread).toEqual([{ place: sample, offset: 65 }]);
  expect([ran.code, ran.stdout.includes("Ottilie")]).toEqual([EXIT.usage, false]);
});

test("what was not read behind a refusal is told", () => {
  const input = write(join(here, "unread.xml"), `${EXAMPLE_XML}<!DOCTYPE a>${EXAMPLE_XML}`);
  const ran = bauta([...MASK, "--on-refuse", "divert", "--json", input]);
  const summary = JSON.parse(ran.stderr.trim().split("\n").at(-1) as string) as {
    in: number;
    unread: { source: string; offset: number }[];
  };
  expect([ran.code, summary.in, summary.unread.length, summary.unread[0]?.source]).toEqual([EXIT.framing, 2, 1, input]);
  expect(summary.unread[0]?.offset as number).toBeLessThan(EXAMPLE_XML.length + 20);
  expect(bauta([...MASK, "--on-refuse", "divert", input]).stderr).toContain("nothing behind it was read");
  const stopped = bauta([...MASK, "--json", input, input]);
  expect((JSON.parse(stopped.stderr.trim().split("\n").at(-1) as string) as { unread: unknown[] }).unread).toHaveLength(2);
});

test("check --sample masks into nothing and lists what would be refused", () => {
  const good = bauta(["check", DEMO_MODEL, "--sample", write(join(here, "good.xml"), EXAMPLE_XML)]);
  expect([good.code, good.stdout.includes("1 sample messages")]).toEqual([EXIT.done, true]);
  const bad = bauta(["check", DEMO_MODEL, "--json", "--sample", write(join(here, "bad.xml"), WRONG_XML)]);
  expect(bad.code).toBe(EXIT.usage);
  expect((JSON.parse(bad.stdout) as { samples: { refused: unknown[] } }).samples.refused).toMatchObject([{ code: "BAUTA-6001", count: 1 }]);
  expect(bad.stdout + bad.stderr).not.toContain("2026-13-20");
});
