/**
 * kill -9 at seeded random moments of file runs, then `--resume`, until the run ends: every record is there exactly once, and journal
 * and disk agree after every kill. The short version is a part of `npm test`; `npm run faults` kills at least 200 times.
 */
import { expect, test } from "bun:test";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { type JournalState, parseJournal } from "../../runtime/pipeline/journal-file.ts";
import { bauta, DEMO_MODEL, EXAMPLE_MT, EXAMPLE_XML, ended, folder, newKey, start, WRONG_XML, write } from "../e2e/cli.ts";

const KILLS = Number(process.env["BAUTA_FAULT_KILLS"] ?? 8);
const SEED = Number(process.env["BAUTA_FAULT_SEED"] ?? Date.now() % 1_000_000);

/** A kill comes at most so many commits, and then so long, after a run has begun: commits are a few tens of milliseconds apart. */
const COMMITS = 6;
const MOMENT_MS = 60;
const WAIT_MS = 5000;

/** Numbers from a seed: mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const numbered = (message: string, count: number, name: string): string =>
  Array.from({ length: count }, (_, i) => message.replace(/(<MsgId>)[^<]*/, `$1${name}${i}`)).join("");

/** Segments of a file behind one another; their ranges must follow each other without a gap. */
function joinedSegments(path: string): { readonly bytes: Buffer; readonly records: number } {
  const [, folderPath, stem, ending] = /^(.*)\/([^/]*)(\.[^./]*)$/.exec(path) ?? [];
  const names = readdirSync(folderPath ?? "")
    .filter((name) => name.startsWith(`${stem}.`) && name.endsWith(ending ?? ""))
    .sort();
  let next = 0;
  for (const name of names) {
    const [from, to] = (/\.(\d+)-(\d+)\./.exec(name) ?? []).slice(1).map(Number);
    expect({ name, from }).toEqual({ name, from: next });
    next = to ?? 0;
  }
  return { bytes: Buffer.concat(names.map((name) => readFileSync(join(folderPath ?? "", name)))), records: next };
}

/** What a journal claims is there: under its final name or, if the kill came before that, under the private one. */
function checkClaims(journal: string): JournalState | undefined {
  if (!existsSync(journal)) return undefined;
  const state = parseJournal(readFileSync(journal, "utf8"), journal);
  for (const { name, privateName, bytes } of state.segments) {
    const size = statSync(name, { throwIfNoEntry: false })?.size ?? statSync(privateName, { throwIfNoEntry: false })?.size;
    expect({ name, size }).toEqual({ name, size: bytes });
  }
  for (const { counts } of state.statements) expect(counts.in).toBe(counts.out + counts.refused);
  return state;
}

test(`${KILLS} kills: every record exactly once`, async () => {
  process.stdout.write(`seed = ${SEED} (BAUTA_FAULT_SEED), ${KILLS} kills (BAUTA_FAULT_KILLS)\n`);
  const random = randomOf(SEED);
  const base = folder();
  const key = newKey(join(base, "qa.key"));
  let kills = 0;
  let rounds = 0;
  let advanced = 0;
  while (kills < KILLS) {
    rounds++;
    const place = join(base, `round-${rounds}`);
    const input = join(place, "in");
    mkdirSync(input, { recursive: true });
    const count = 600 + Math.floor(random() * 600);
    write(join(input, "a.xml"), numbered(`${EXAMPLE_XML}\n`, count, "A") + WRONG_XML + numbered(EXAMPLE_XML, count, "B"));
    write(join(input, "b.mt"), `${EXAMPLE_MT.trimEnd()}\r\n`.repeat(count * 3));
    write(join(input, "c.xml"), numbered(`${EXAMPLE_XML}\n`, count, "C"));
    const file = pipelineFile(place, key, "files: in", random() < 0.3 ? 2 : 1);
    const journal = join(place, "out", "faults.journal");
    let reached = -1;
    for (;;) {
      const { code, killed } = await runAndKill(file, journal, kills < KILLS ? random : undefined);
      if (killed) kills++;
      const state = checkClaims(journal);
      const sequence = state?.sequence ?? -1;
      if (killed && sequence >= 0) checkJournal(journal, state?.statements[0]?.counts.in ?? 0);
      if (killed && sequence > reached) advanced++;
      reached = sequence;
      if (!killed) {
        expect(code).toBe(0);
        break;
      }
    }
    checkOutput(place, key, ["a.xml", "b.mt", "c.xml"]);
  }
  process.stdout.write(
    `${kills} kills, ${advanced} of them behind a commit of the run that was killed; ${rounds} runs came to their end\n`,
  );
  // Kills that only ever come before the first commit would prove nothing.
  expect(advanced).toBeGreaterThan(kills / 5);
}, 3_600_000);

test("a watched folder: files that come while the run is killed are read once each", async () => {
  const random = randomOf(SEED + 1);
  const base = folder();
  const key = newKey(join(base, "qa.key"));
  const place = join(base, "watch");
  const input = join(place, "in");
  mkdirSync(input, { recursive: true });
  const file = pipelineFile(place, key, "watch: in");
  const journal = join(place, "out", "faults.journal");
  const names = Array.from({ length: 6 }, (_, i) => `${String.fromCharCode(97 + i)}.xml`);
  for (const name of names) {
    write(join(place, name), numbered(`${EXAMPLE_XML}\n`, 60, name));
    renameSync(join(place, name), join(input, name));
    await runAndKill(file, journal, random);
    checkClaims(journal);
  }
  const before = statSync(journal, { bigint: true }).mtimeNs;
  const child = start(["run", file, "--resume", "--quiet"], { stdio: ["ignore", "ignore", "pipe"] });
  const end = ended(child);
  const from = performance.now();
  // It has begun when it writes its journal: before, a signal ends it where it stands.
  const isRead = (): boolean =>
    statSync(journal, { bigint: true }).mtimeNs !== before && (checkClaims(journal)?.records["all"] ?? 0) === 60 * names.length;
  while (!isRead() && performance.now() - from < 60_000) await new Promise((resume) => setTimeout(resume, 20));
  child.kill("SIGTERM");
  expect(await end).toEqual({ code: 143, signal: null });
  checkOutput(place, key, names);
}, 600_000);

/** What can be said of a run that was killed, by who has no more than its journal. */
function checkJournal(journal: string, records: number): void {
  const verified = bauta(["verify", journal, "--outputs"]);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(`in ${records} = out`)]);
}

/** Small commits, so that a run has many. */
function pipelineFile(place: string, key: string, source: string, workers = 1): string {
  const text = `bauta-pipeline: 1
name: faults
model: ${DEMO_MODEL}
key-file: ${key}
on-refuse: divert
workers: ${workers}
sources:
  - { ${source} }
sinks:
  xml: { file: out/xml.xml, records: 10 }
  all: { file: out/all.txt }
  events: { log: out/events.log }
routes:
  - name: xml
    when: { format: iso20022 }
    to: [xml, all, events]
otherwise: all
commit: { seconds: 1 }
refused: out/refused.jsonl
`;
  return write(join(place, "pipeline.yaml"), text);
}

/** Runs until its end, or until a kill at a random moment after it has begun. */
async function runAndKill(
  file: string,
  journal: string,
  random: (() => number) | undefined,
): Promise<{ readonly code: number | null; readonly killed: boolean }> {
  const changed = (): bigint => statSync(journal, { throwIfNoEntry: false, bigint: true })?.mtimeNs ?? 0n;
  let last = changed();
  const child = start(["run", file, "--resume", "--quiet"], { stdio: ["ignore", "ignore", "inherit"] });
  let over = false;
  const end = ended(child).then((how) => {
    over = true;
    return how;
  });
  if (random !== undefined) {
    const wait = random() * MOMENT_MS;
    // The time that a start takes is not worth killing at; from its first journal on every moment is.
    const began = performance.now();
    // A folder that is watched makes no more commits than there is to read.
    for (let commits = 1 + Math.floor(random() * COMMITS); commits > 0 && !over && performance.now() - began < WAIT_MS; ) {
      await new Promise((resume) => setTimeout(resume, 1));
      const now = changed();
      if (now !== last) commits--;
      last = now;
    }
    await Promise.race([end, new Promise((resume) => setTimeout(resume, wait))]);
    if (!over) child.kill("SIGKILL");
  }
  const { code, signal } = await end;
  return { code, killed: signal === "SIGKILL" };
}

/** The output of all runs together is that of one run of `bauta mask` over the same files. */
function checkOutput(place: string, key: string, names: readonly string[]): void {
  const common = ["mask", "--model", DEMO_MODEL, "--key-file", key, "--on-refuse", "divert", "--quiet"];
  const of = (wanted: readonly string[]): Buffer =>
    Buffer.concat(wanted.map((name) => Buffer.from(bauta([...common, "--in", join(place, "in", name)]).bytes)));
  const records = (bytes: Buffer): readonly string[] =>
    bytes
      .toString("latin1")
      .split(/(?=<\?xml|\{1:F01)/)
      .map((text) => text.trim());
  const xml = joinedSegments(join(place, "out", "xml.xml"));
  const all = joinedSegments(join(place, "out", "all.txt"));
  const expectedXml = records(of(names.filter((name) => name.endsWith(".xml"))));
  const expectedAll = records(of(names));
  expect(xml.records).toBe(expectedXml.length);
  expect(records(xml.bytes)).toEqual(expectedXml);
  expect(all.records).toBe(expectedAll.length);
  expect(records(all.bytes)).toEqual(expectedAll);
  const events = joinedSegments(join(place, "out", "events.log"));
  expect(events.bytes.toString().split("\n").length - 1).toBe(expectedXml.length);
  const refused =
    joinedSegments(join(place, "out", "refused.jsonl"))
      .bytes.toString()
      .split("\n").length - 1;
  const state = checkClaims(join(place, "out", "faults.journal"));
  expect(state?.statements.map(({ counts }) => [counts.in, counts.out, counts.refused])).toEqual([
    [expectedAll.length + refused, expectedAll.length, refused],
  ]);
  expect(refused).toBe(names.includes("b.mt") ? 1 : 0);
  expect(readdirSync(join(place, "out")).filter((name) => name.startsWith("."))).toEqual([]);
  // The manifest of the whole run, over all its resumptions, and the files agree.
  const manifest = join(place, "out", "faults.manifest.json");
  const verified = bauta(["verify", manifest, "--outputs", "--no-signature"]);
  expect([verified.code, verified.stdout]).toEqual([
    0,
    expect.stringContaining(`in ${expectedAll.length + refused} = out ${expectedAll.length}`),
  ]);
}
