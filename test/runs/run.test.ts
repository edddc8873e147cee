/** `bauta run` as a process: what it writes, what it goes on from, and when it refuses to. */
import { describe, expect, test } from "bun:test";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { WATCH_FILES_MAX } from "../../runtime/kit/limits.ts";
import { type JournalState, parseJournal } from "../../runtime/pipeline/journal-file.ts";
import { segmentSink } from "../../runtime/sinks/segments.ts";
import { watchedFiles } from "../../runtime/sources/watch.ts";
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
  smallDisk,
  start,
  until,
  WRONG_XML,
  write,
} from "../e2e/cli.ts";

const base = folder();
const key = newKey(join(base, "qa.key"));
let count = 0;

interface Place {
  readonly path: string;
  readonly file: string;
  readonly out: string;
  run(...more: string[]): ReturnType<typeof bauta>;
}

/** A folder with three messages, and a pipeline over it. */
function place(change: (text: string) => string = (text) => text, out?: string): Place {
  const path = join(base, `place-${count++}`);
  mkdirSync(join(path, "in"), { recursive: true });
  write(join(path, "in", "a.xml"), EXAMPLE_XML);
  write(join(path, "in", "b.mt"), EXAMPLE_MT);
  write(join(path, "in", "c.json"), EXAMPLE_JSON);
  const target = out ?? join(path, "out");
  const text = `bauta-pipeline: 1
name: t
model: ${DEMO_MODEL}
key-file: ${key}
engine: portable
on-refuse: divert
sources:
  - files: in
sinks:
  xml: { file: ${target}/xml.xml }
  events: { log: ${target}/events.log }
routes:
  - { when: { format: iso20022 }, to: [xml, events] }
  - { when: { format: swift-mt }, to: events }
refused: ${target}/refused.jsonl
`;
  const file = write(join(path, "p.yaml"), change(text));
  return { path, file, out: target, run: (...more) => bauta(["run", file, "--log-format", "text", ...more]) };
}

const read = (path: string, name: string): string => readFileSync(join(path, name), "utf8");
const journalIn = (path: string): JournalState => parseJournal(read(path, "t.journal"), path);
const FIRST = "000000000000-000000000001";

describe("bauta run", () => {
  test("segments, line events, refusals without a route; a second time there is nothing to do", () => {
    const { out, run } = place();
    const first = run();
    expect(first.code).toBe(EXIT.done);
    expect(first.stderr).toContain("BAUTA-2301 ROUTE_NONE");
    expect(readdirSync(out).sort()).toEqual([
      "events.000000000000-000000000002.log",
      `refused.${FIRST}.jsonl`,
      "t.journal",
      "t.manifest.json",
      "t.manifest.json.sig",
      `xml.${FIRST}.xml`,
    ]);
    const masked = bauta(["mask", "--model", DEMO_MODEL, "--key-file", key, "--engine", "portable"], { input: EXAMPLE_XML }).stdout;
    expect(read(out, `xml.${FIRST}.xml`)).toBe(masked);
    const [refused] = read(out, `refused.${FIRST}.jsonl`).trim().split("\n");
    expect(JSON.parse(refused ?? "")).toMatchObject({ event: "refused", code: "BAUTA-2301", format: "json" });
    expect(Object.keys(JSON.parse(refused ?? ""))).not.toContain("raw");
    const again = run("--resume", "--json");
    expect([again.code, events(again)]).toEqual([EXIT.done, [{ event: "finished", pipeline: "t" }]]);
  });

  test("a record is one line of the log whatever it holds, and comes back from it", () => {
    const forged = EXAMPLE_XML.replace("</BizSvc>", "</BizSvc>").replace("<?xml", "<?xml").replaceAll("\n", "\r\n");
    const { path, out, run } = place();
    write(join(path, "in", "a.xml"), forged);
    expect(run().code).toBe(EXIT.done);
    const lines = read(out, "events.000000000000-000000000002.log").trimEnd().split("\n");
    expect(lines.length).toBe(2);
    for (const line of lines) {
      expect(line).toMatch(/^EXPORT \| record \| stmt=t \| source=[^|=]+ \| number=0 \| message=[^|=]+ \| bytes=\d+ \| body=[\x20-\x7e]+$/);
      expect(line.split("|").length).toBe(8);
    }
    const body = (lines[0] ?? "").split("body=")[1] ?? "";
    const text = body.replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    expect(text).toBe(read(out, `xml.${FIRST}.xml`).trimEnd());
  });

  test("a kill behind the last entry: its segments become visible and the manifest is written all the same", () => {
    const { out, run } = place();
    expect(run().code).toBe(EXIT.done);
    const { segments } = journalIn(out);
    const whole = readdirSync(out).sort();
    for (const { name, privateName } of segments) renameSync(name, privateName);
    rmSync(join(out, "t.manifest.json"));
    rmSync(join(out, "t.manifest.json.sig"));
    expect(run().stderr).toContain("BAUTA-1421");
    expect(run("--resume").code).toBe(EXIT.done);
    expect(readdirSync(out).sort()).toEqual(whole);
    const verified = bauta(["verify", join(out, "t.manifest.json"), "--outputs", "--no-signature"]);
    expect([verified.code, verified.stdout]).toEqual([EXIT.done, expect.stringContaining("in 3 = out 2 + refused 1")]);
    expect(run("--resume", "--json").stderr).toContain('"event":"finished"');
  });

  test("workers: the same records in the same order in each sink", () => {
    const outputs = [1, 3].map((workers) => {
      const { path, out, run } = place((text) => `${text}workers: ${workers}\n`);
      write(join(path, "in", "a.xml"), EXAMPLE_XML.repeat(400) + WRONG_XML + EXAMPLE_XML.repeat(400));
      write(join(path, "in", "b.mt"), `${EXAMPLE_MT.trimEnd()}\r\n`.repeat(3000));
      expect(run().code).toBe(EXIT.done);
      const joined = (name: string): string =>
        readdirSync(out)
          .filter((file) => file.startsWith(name))
          .sort()
          .map((file) => read(out, file))
          .join("");
      return { xml: joined("xml."), events: joined("events.").replaceAll(path, ""), refused: joined("refused.").replaceAll(path, "") };
    });
    expect(outputs[0]?.xml.length).toBeGreaterThan(1_000_000);
    expect(outputs[1]).toEqual(outputs[0] as (typeof outputs)[number]);
  }, 120_000);

  test("--dry-run writes nothing and says what each sink would have got", () => {
    const { out, run } = place();
    const ran = run("--dry-run", "--json");
    expect(ran.code).toBe(EXIT.done);
    expect(events(ran).at(-1)).toMatchObject({ event: "summary", in: 3, out: 2, refused: 1, sinks: { xml: 1, events: 2 } });
    expect(existsSync(out)).toBe(false);
  });

  test("on-refuse stop ends the run after a commit, and going on begins behind the refused record", () => {
    const { path, out, run } = place((text) => text.replace("divert", "stop"));
    write(join(path, "in", "a.xml"), `${EXAMPLE_XML}${WRONG_XML}${EXAMPLE_XML}`);
    rmSync(join(path, "in", "c.json"));
    expect(run().code).toBe(EXIT.refused);
    expect(readdirSync(out)).toContain(`xml.${FIRST}.xml`);
    expect(run("--resume").code).toBe(EXIT.done);
    expect(read(out, "xml.000000000001-000000000002.xml")).toBe(read(out, `xml.${FIRST}.xml`));
    expect(journalIn(out).statements[0]?.counts).toMatchObject({ in: 4, out: 3, refused: 1 });
  });

  test("1421: what is not finished is not begun anew; 1422: nor gone on with as another run", () => {
    const { path, file, out, run } = place((text) => text.replace("divert", "stop"));
    write(join(path, "in", "a.xml"), `${EXAMPLE_XML}${WRONG_XML}`);
    expect(run().code).toBe(EXIT.refused);
    const before = readdirSync(out);
    const anew = run();
    expect([anew.code, anew.stderr]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1421")]);
    const text = readFileSync(file, "utf8");
    const other = newKey(join(path, "other.key"));
    const model = write(join(path, "m.yaml"), readFileSync(DEMO_MODEL, "utf8").replace(/^name: .*/m, "name: another"));
    for (const [changed, what] of [
      [text.replace(key, other), "key"],
      [text.replace(DEMO_MODEL, model), "model"],
      [text.replace("to: events", "to: xml"), "pipeline"],
    ] as const) {
      writeFileSync(file, changed);
      const ran = run("--resume");
      expect([ran.code, ran.stderr]).toEqual([EXIT.usage, expect.stringMatching(new RegExp(`BAUTA-1422 [^\\n]*${what}`))]);
    }
    expect(readdirSync(out)).toEqual(before);
  });

  test("1423: with standard input or output no run can go on", () => {
    const stdin = place((text) => text.replace("- files: in", "- stdin"));
    expect(stdin.run("--resume").stderr).toContain("BAUTA-1423");
    const stdout = place((text) => text.replace(/xml: \{.*\}/, "xml: stdout"));
    expect(stdout.run("--resume").stderr).toContain("BAUTA-1423");
    expect(stdout.run().stdout).toStartWith("<?xml");
  });

  test("1424: a file that has changed is not read on", () => {
    const { path, run } = place((text) => text.replace("divert", "stop"));
    write(join(path, "in", "a.xml"), `${EXAMPLE_XML}${WRONG_XML}${EXAMPLE_XML}`);
    expect(run().code).toBe(EXIT.refused);
    appendFileSync(join(path, "in", "a.xml"), EXAMPLE_XML);
    const ran = run("--resume");
    expect([ran.code, ran.stderr]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1424")]);
  });

  test("1425: what is no journal stays as it is", () => {
    const { path, run } = place((text) => `${text}journal: notes.txt\n`);
    write(join(path, "notes.txt"), "mine");
    const ran = run();
    expect([ran.code, ran.stderr, read(path, "notes.txt")]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1425"), "mine"]);
  });

  test("1003: nothing is written where it would be read", () => {
    const { path, run } = place((text) => text.replace(/xml: \{.*\}/, "xml: { file: in/out.xml }"));
    const ran = run();
    expect([ran.code, ran.stderr, readdirSync(join(path, "in")).length]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1003"), 3]);
  });

  test("7006: nothing that is there is overwritten; 7007: a segment that is gone is not passed over", () => {
    const { out, run } = place((text) => text.replace("divert", "stop"));
    expect(run().code).toBe(EXIT.refused);
    renameSync(join(out, "t.journal"), join(out, "kept"));
    const anew = run();
    expect([anew.code, anew.stderr]).toEqual([EXIT.io, expect.stringContaining("BAUTA-7006")]);
    renameSync(join(out, "kept"), join(out, "t.journal"));
    rmSync(join(out, `refused.${FIRST}.jsonl`));
    const ran = run("--resume");
    expect([ran.code, ran.stderr]).toEqual([EXIT.io, expect.stringContaining("BAUTA-7007")]);
  });

  test("7008: a watched folder of too many files", async () => {
    const path = join(base, "many");
    mkdirSync(path);
    for (let i = 0; i <= WATCH_FILES_MAX; i++) writeFileSync(join(path, `f${i}`), "");
    const files = watchedFiles({ path, pollMs: 1000, isDone: () => false });
    expect(files.next()).rejects.toThrow("BAUTA-7008");
    rmSync(path, { recursive: true });
  }, 60_000);

  test("a signal ends a watching run after a commit", async () => {
    const { path, file, out } = place((text) => text.replace("- files: in", "- watch: in"));
    const child = start(["run", file], { stdio: ["ignore", "ignore", "ignore"] });
    const end = ended(child);
    const state = (): string => (existsSync(join(out, "t.journal")) ? read(out, "t.journal") : "");
    await until(() => state() !== "", "the run has begun", 60_000);
    write(join(path, "d.xml"), EXAMPLE_XML);
    renameSync(join(path, "d.xml"), join(path, "in", "d.xml"));
    await new Promise((resume) => setTimeout(resume, 1500));
    child.kill("SIGTERM");
    expect(await end).toEqual({ code: 143, signal: null });
    expect(journalIn(out)).toMatchObject({ ended: "stopped", records: { xml: 2, events: 3 } });
  }, 90_000);
});

describe("disks", () => {
  test("a full disk: no segment that is not whole, and after there is room every record once", () => {
    const disk = smallDisk();
    if (disk === undefined) return void process.stdout.write("skipped: full disk, needs root to mount one\n");
    const { path, run } = place((text) => `${text}journal: t.journal\nmanifest: none\n`, disk);
    const wanted = 60;
    write(join(path, "in", "a.xml"), EXAMPLE_XML.repeat(wanted));
    const ran = run();
    expect([ran.code, ran.stderr]).toEqual([EXIT.full, expect.stringContaining("BAUTA-7002")]);
    expect(readdirSync(disk)).toEqual([]);
    expect(bauta(["run", join(path, "p.yaml"), "--resume", "--quiet"]).code).toBe(EXIT.full);
    // Nothing of the input was committed, so another one may take its place.
    write(join(path, "in", "a.xml"), EXAMPLE_XML.repeat(5));
    expect(run("--resume").code).toBe(EXIT.done);
    expect(readdirSync(disk).sort()).toContain("xml.000000000000-000000000005.xml");
  }, 60_000);

  test("a folder that cannot be written to: refused before anything is read", () => {
    if (process.getuid?.() === 0) {
      const disk = smallDisk();
      if (disk === undefined) return void process.stdout.write("skipped: read-only folder, needs a user other than root, or a mount\n");
      const remount = Bun.spawnSync(["mount", "-o", "remount,ro", disk]);
      expect(remount.exitCode).toBe(0);
      const { run } = place((text) => text, disk);
      const ran = run();
      expect([ran.code, ran.stderr]).toEqual([EXIT.io, expect.stringContaining("BAUTA-7003")]);
      return;
    }
    const { out, run } = place();
    mkdirSync(out);
    chmodSync(out, 0o500);
    const ran = run();
    chmodSync(out, 0o700);
    expect([ran.code, ran.stderr]).toEqual([EXIT.io, expect.stringContaining("BAUTA-7003")]);
  });

  test("a sink leaves nothing of what no commit took", () => {
    const path = join(base, "sink");
    const sink = segmentSink({ path: join(path, "x.txt"), task: "t" });
    sink.write(new TextEncoder().encode("abc"), 1);
    sink.close();
    sink.close();
    expect(readdirSync(path)).toEqual([]);
  });
});

describe("bauta check of a pipeline", () => {
  test("the file, its model, and what is not there", () => {
    const { file } = place();
    expect(bauta(["check", file]).code).toBe(EXIT.done);
    const bad = place((text) => `${text.replace("to: events", "to: evnts")}`);
    const ran = bauta(["check", bad.file, "--json"]);
    expect(ran.code).toBe(EXIT.usage);
    expect(JSON.parse(ran.stdout)).toMatchObject({ problems: [{ code: "BAUTA-1404", suggestion: "events" }] });
    const fields = place((text) => `${text}fields: { sender: $.nobody.names.it }\n`);
    expect(bauta(["check", fields.file]).stdout).toContain("BAUTA-1406");
    expect(bauta(["run", fields.file]).stderr).toContain("BAUTA-1406");
  });
});
