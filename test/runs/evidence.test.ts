/**
 * The evidence of pipelines: what one run did, any engine does again with any number of workers, in another place and on another day; what
 * was changed is named; and the journal of a run that was killed tells as much as it had committed.
 */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { decodeManifest, encodeManifest, type Manifest } from "../../runtime/audit/manifest.ts";
import { EXIT } from "../../runtime/cli/exit.ts";
import { parseJournal } from "../../runtime/pipeline/journal-file.ts";
import {
  BUN,
  bauta,
  DEMO_MODEL,
  EXAMPLE_JSON,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  folder,
  MAIN,
  newKey,
  start,
  until,
  WRONG_XML,
  write,
} from "../e2e/cli.ts";
import { ENGINES } from "../harness.ts";

setDefaultTimeout(240_000);

const base = folder();
const key = newKey(join(base, "qa.key"), "qa");
/** A preload that makes the clock run in another year. */
const later = write(join(base, "later.ts"), "const now = Date.now; Date.now = () => now() + 400 * 86_400_000;\n");

interface Place {
  readonly path: string;
  readonly file: string;
  readonly manifest: string;
}

/** Each message another one, so that one of them can be told from the rest. */
const numbered = (count: number): string =>
  Array.from({ length: count }, (_, i) => EXAMPLE_XML.replace(/(<MsgId>)[^<]*/, `$1N${i}`)).join("\n");

function place(name: string, change: (text: string) => string = (text) => text): Place {
  const path = join(base, name);
  mkdirSync(join(path, "in"), { recursive: true });
  write(join(path, "in", "a.xml"), `${numbered(450)}\n${WRONG_XML}\n${numbered(50)}`);
  write(join(path, "in", "b.mt"), `${EXAMPLE_MT.trimEnd()}\r\n`.repeat(600));
  write(join(path, "in", "c.json"), EXAMPLE_JSON);
  const text = `bauta-pipeline: 1
name: t
model: ${DEMO_MODEL}
key-file: ${key}
on-refuse: divert
sources: [{ files: in }]
sinks:
  xml: { file: out/xml.xml }
  events: { log: out/events.log }
routes:
  - { name: euro, when: { currency: EUR, amount: { from: 1 } }, to: [xml, events] }
  - { name: mt, when: { format: swift-mt }, to: events }
commit: { records: 7 }
refused: out/refused.jsonl
`;
  return { path, file: write(join(path, "p.yaml"), change(text)), manifest: join(path, "out", "t.manifest.json") };
}

function ran(name: string, change?: (text: string) => string): Place {
  const made = place(name, change);
  const { code, stderr } = bauta(["run", made.file, "-q"]);
  if (code !== EXIT.done) throw new Error(stderr);
  return made;
}

interface Told {
  readonly status: number | null;
  readonly same: boolean;
  readonly differences: readonly { readonly kind: string; readonly what: string }[];
}

/** Replays in a Turkish locale, at the other end of the world and in another year. */
function replayed(manifest: string, ...more: readonly string[]): Told {
  const env = { ...process.env, LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Kiritimati" };
  const words = ["--preload", later, MAIN, "replay", manifest, "--key-file", key, "--json", ...more];
  const { status, stdout, stderr } = spawnSync(BUN, words, { env, encoding: "utf8", maxBuffer: 1 << 28 });
  if (stdout === "") throw new Error(stderr);
  return { status, ...(JSON.parse(stdout) as Omit<Told, "status">) };
}

const causes = ({ differences }: Told): readonly string[] => differences.filter(({ kind }) => kind === "cause").map(({ what }) => what);
const compared = (a: Place, b: Place): readonly string[] => {
  const { stdout } = bauta(["compare", a.manifest, b.manifest, "--json"]);
  return causes({ status: 0, ...(JSON.parse(stdout) as Omit<Told, "status">) }).map((what) =>
    what.replaceAll(b.path, "").replaceAll(a.path, ""),
  );
};
const manifestAt = (path: string): Manifest => decodeManifest(new Uint8Array(readFileSync(path)));

const first = ran("first");

describe("replay of a pipeline", () => {
  for (const engine of ENGINES)
    for (const workers of ["1", "4"]) {
      test(`${engine}, ${workers} workers, another locale, time zone and day: equal roots`, () => {
        const told = replayed(first.manifest, "--engine", engine, "--workers", workers);
        expect([told.status, told.same, causes(told)]).toEqual([EXIT.done, true, engine === "native" ? [] : ["engine"]]);
      });
    }

  test("is not content with what anything would pass", () => {
    const { statements } = manifestAt(first.manifest);
    expect(statements[0]?.counts).toMatchObject({ in: 1102n, out: 1100n, refused: 2n });
    expect(statements[0]?.sinks.map(({ name, exported, segments }) => [name, exported, segments.length])).toEqual([
      ["xml", 1100n, 8],
      ["events", 1100n, 8],
      ["(refused)", 0n, 2],
    ]);
    // A root that is another is seen.
    const forged = write(
      join(first.path, "forged.json"),
      readFileSync(first.manifest, "utf8").replace(/("outputs": \{"records": 1100, "root": ")./, "$1x"),
    );
    expect(replayed(forged).same).toBe(false);
  });

  test("a run that was stopped by a refusal and resumed, one that was only stopped, and one of standard input", () => {
    const stopped = place("stopped", (text) => text.replace("divert", "stop"));
    expect(bauta(["run", stopped.file, "-q"]).code).toBe(EXIT.refused);
    expect(manifestAt(stopped.manifest).statements[0]?.sources.map(({ complete }) => complete)).toEqual([false, false, false]);
    const once = replayed(stopped.manifest, "--engine", "portable");
    expect([once.status, causes(once)]).toEqual([EXIT.done, ["engine"]]);
    // The JSON record has no route: that is another refusal.
    expect([1, 2].map(() => bauta(["run", stopped.file, "-q", "--resume"]).code)).toEqual([EXIT.refused, EXIT.done]);
    const { statements, resumed } = manifestAt(stopped.manifest);
    // Each source is one, however often a run went on in it.
    expect([resumed, statements[0]?.sources.map(({ complete, records }) => [complete, records])]).toEqual([
      true,
      [
        [true, 501n],
        [true, 600n],
        [true, 1n],
      ],
    ]);
    expect(bauta(["verify", stopped.manifest, "--outputs", "--inputs", join(stopped.path, "in"), "--key-file", key]).code).toBe(EXIT.done);
    const again = replayed(stopped.manifest, "--workers", "4");
    expect([again.status, again.same, causes(again)]).toEqual([EXIT.done, true, []]);

    const piped = place("piped", (text) => text.replace("{ files: in }", "stdin"));
    expect(bauta(["run", piped.file, "-q"], { input: numbered(5) }).code).toBe(EXIT.done);
    expect(bauta(["replay", piped.manifest, "--key-file", key]).stderr).toContain("BAUTA-8513");
    expect(replayed(piped.manifest, "--inputs", write(join(piped.path, "was.xml"), numbered(5))).same).toBe(true);
  }, 60_000);

  test("a watched folder, from whose run a signal took the rest", async () => {
    const watching = place("watching", (text) => text.replace("files: in", "watch: in").replace("records: 7", "seconds: 1"));
    const child = start(["run", watching.file, "-q"], { stdio: "ignore" });
    const journal = join(watching.path, "out", "t.journal");
    await until(() => existsSync(journal) && parseJournal(readFileSync(journal, "utf8"), journal).sequence >= 0, "a commit", 60_000);
    child.kill("SIGTERM");
    await ended(child);
    expect(manifestAt(watching.manifest).status).toBe("stopped");
    const told = replayed(watching.manifest, "--engine", "portable");
    expect([told.status, causes(told)]).toEqual([EXIT.done, ["engine"]]);
  }, 90_000);
});

describe("compare names what changed", () => {
  test("one byte of the input: file and record", () => {
    const other = place("byte");
    const text = readFileSync(join(other.path, "in", "a.xml"), "utf8");
    write(join(other.path, "in", "a.xml"), text.replace("<MsgId>N17<", "<MsgId>M17<"));
    expect(bauta(["run", other.file, "-q"]).code).toBe(EXIT.done);
    expect(compared(first, other)).toEqual(["input /in/a.xml, record 17"]);
    const { stdout } = bauta(["compare", first.manifest, other.manifest]);
    expect(stdout).toContain("output 17 of");
    // And a replay of other inputs says the same.
    const told = replayed(first.manifest, "--inputs", join(other.path, "in"));
    expect([told.status, causes(told)]).toEqual([EXIT.evidence, [`input ${join(first.path, "in", "a.xml")}, record 17`]]);
  });

  test("a route, and no word of it stands in either manifest", () => {
    const other = ran("route", (text) => text.replace("currency: EUR", "currency: [EUR, SEK]"));
    expect(compared(first, other)).toEqual(["route euro"]);
    expect(readFileSync(other.manifest, "utf8")).not.toContain("SEK");
    const told = replayed(first.manifest, "--pipeline", other.file);
    expect([told.status, causes(told)]).toEqual([EXIT.done, ["route euro"]]);
  });

  test("a rule: its path and field", () => {
    const other = place("rule");
    const model = write(join(other.path, "demo.yaml"), readFileSync(DEMO_MODEL, "utf8"));
    const rule = /^ {2}- .*json:(\$[\w.]+).*technique: \w+/m.exec(readFileSync(model, "utf8"));
    expect(rule?.[1]).toBeDefined();
    const changed = (rule?.[0] ?? "").replace(/technique: \w+/, "technique: drop");
    write(model, readFileSync(model, "utf8").replace(rule?.[0] ?? "", changed));
    write(other.file, readFileSync(other.file, "utf8").replace(DEMO_MODEL, model));
    bauta(["run", other.file, "-q"]);
    const rules = compared(first, other).filter((cause) => cause.startsWith("rule"));
    expect(rules.length).toBe(1);
    expect(rules[0]).toMatch(/^rule demo\.yaml rules\[\d+\]\S* json:\$/);
    expect(rules[0]).toEndWith(`json:${rule?.[1]}`);
  });

  test("a key: its id", () => {
    const other = newKey(join(base, "other.key"), "qa");
    const under = ran("key", (text) => text.replace(key, other));
    const { stdout } = bauta(["compare", first.manifest, under.manifest]);
    const id = (file: string): string => /"id": "([0-9a-f]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "none";
    expect(stdout).toMatch(new RegExp(`key of t: ${id(key).slice(0, 16)}.* → ${id(other).slice(0, 16)}`));
  });

  test("an entry of a list: which one of which list", () => {
    // What an upgrade of Bauta would bring: a checkout whose list has one other entry.
    const checkout = join(base, "checkout");
    for (const part of ["runtime", "schemas", "package.json", "examples"])
      cpSync(join(MAIN, "../../..", part), join(checkout, part), { recursive: true });
    for (const part of ["node_modules", "bindings"]) spawnSync("ln", ["-s", join(MAIN, "../../..", part), join(checkout, part)]);
    const lists = join(checkout, "schemas/people/lists.txt");
    const lines = readFileSync(lists, "utf8").split("\n");
    const at = lines.indexOf("@female de_DE") + 5;
    const was = lines[at] ?? "";
    writeFileSync(lists, lines.with(at, "Zzyzx").join("\n"));
    const upgraded = place("upgraded", (text) =>
      text.replace(/^model:.*$/m, "preset: test-data").replace("on-refuse", "engine: portable\non-refuse"),
    );
    const before = ran("before", (text) =>
      text.replace(/^model:.*$/m, "preset: test-data").replace("on-refuse", "engine: portable\non-refuse"),
    );
    const made = bauta(["run", upgraded.file, "-q"], { main: join(checkout, "runtime/cli/main.ts") });
    expect([made.code, made.stderr]).toEqual([EXIT.done, expect.stringContaining("portable")]);
    const data = compared(before, upgraded).filter((cause) => cause.startsWith("data"));
    expect(data).toEqual([`data people/lists.txt, line ${at + 1} (female de_DE: ${was}, in the first)`]);
  }, 60_000);
});

describe("the journal of a run that was killed", () => {
  test("verifies, from its last commit on, and becomes a manifest that is signed", () => {
    // As a kill leaves it: the last lines of the journal never came to be, the segments of the last commit are not visible yet.
    const { path, manifest, file } = ran("killed");
    const journal = join(path, "out", "t.journal");
    const lines = readFileSync(journal, "utf8").trimEnd().split("\n");
    expect(lines.length).toBeGreaterThan(8);
    const cut = `${lines.slice(0, 8).join("\n")}\n${(lines[8] ?? "").slice(0, 100)}`;
    write(journal, cut);
    const state = parseJournal(cut, journal);
    expect([state.sequence, state.ended]).toEqual([6, undefined]);
    for (const { name, privateName } of state.segments) renameSync(name, privateName);
    const verify = (...more: string[]): ReturnType<typeof bauta> => bauta(["verify", journal, ...more]);
    const records = state.statements[0]?.counts.in ?? 0;
    expect(records).toBeGreaterThan(40);
    const checked = verify("--outputs", "--inputs", join(path, "in"), "--key-file", key);
    expect([checked.code, checked.stdout]).toEqual([EXIT.done, expect.stringContaining(`in ${records} = out`)]);
    expect(checked.stdout).toContain("killed");
    expect(checked.stdout).toContain("unchecked signature");

    const written = join(path, "killed.json");
    expect(verify("--key-file", key, "--manifest", written).code).toBe(EXIT.done);
    expect(bauta(["verify", written, "--key-file", key]).code).toBe(EXIT.done);
    const { status, statements, commits } = manifestAt(written);
    expect([status, statements[0]?.status, Number(statements[0]?.counts?.in), commits]).toEqual(["killed", "killed", records, 7n]);
    // What was committed can be masked again, as far as it was.
    const told = replayed(written, "--engine", "portable");
    expect([told.status, causes(told)]).toEqual([EXIT.done, ["engine"]]);

    // A byte of a segment that nobody has seen yet.
    const hidden = state.segments.find(({ sink }) => sink === "xml")?.privateName ?? "";
    const bytes = readFileSync(hidden);
    bytes[100] = (bytes[100] as number) ^ 1;
    writeFileSync(hidden, bytes);
    expect([verify("--outputs").code, verify("--outputs").stdout]).toEqual([EXIT.evidence, expect.stringContaining("BAUTA-8507")]);
    expect(bauta(["verify", manifest, "--manifest", written]).stderr).toContain("BAUTA-1001");
    expect(file).toEndWith("p.yaml");
  }, 60_000);

  test("before its first commit there is nothing to tell", () => {
    const { path } = place("early");
    const state = {
      task: "t",
      identity: {},
      sequence: -1,
      positions: [],
      marks: {},
      segments: [],
      records: {},
      statements: [],
      entries: [],
    };
    const journal = write(join(path, "t.journal"), `${JSON.stringify({ "bauta-journal": 2, ...state })}\n`);
    expect(bauta(["verify", journal]).code).toBe(EXIT.done);
    expect(bauta(["verify", journal, "--manifest", join(path, "m.json")]).stderr).toContain("BAUTA-8501");
    expect(bauta(["verify", write(join(path, "old.journal"), '{"bauta-journal":1,"task":"t"}\n')]).stderr).toContain("BAUTA-1425");
  });

  test("manifests without sums are read as before: they name the file", () => {
    const said = manifestAt(first.manifest);
    for (const { inputs, outputs } of said.statements[0]?.sources ?? [])
      for (const tree of [inputs, outputs]) if (tree !== undefined) tree.sums = "";
    const older = write(join(first.path, "older.json"), encodeManifest(said));
    expect(compared(first, { ...first, manifest: older })).toEqual([]);
  });
});
