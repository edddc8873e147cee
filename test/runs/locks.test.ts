/** Two runs at a time that write to one place: the second refuses; what a killed one left is in nobody's way. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { machineFacts, processStart } from "../../runtime/platform/process.ts";
import { isLockOf, lockPlaces } from "../../runtime/sinks/lock.ts";
import { bauta, DEMO_MODEL, EXAMPLE_XML, ended, folder, newKey, start, until, write } from "../e2e/cli.ts";

setDefaultTimeout(120_000);

const base = folder();
const key = newKey(join(base, "qa.key"));

const pipeline = (name: string, more: string): string =>
  write(
    join(base, `${name}.yaml`),
    `bauta-pipeline: 1\nname: ${name}\nmodel: ${DEMO_MODEL}\nkey-file: ${key}\nengine: portable\nsources: [{ watch: in }]\n${more}`,
  );
mkdirSync(join(base, "in"));
write(join(base, "in", "a.xml"), EXAMPLE_XML);

const locksIn = (path: string): readonly string[] => readdirSync(path).filter((name) => name.endsWith(".lock"));

describe("two runs at a time", () => {
  test("of one pipeline, of one sink, and of one manifest: the second refuses until the first was killed", async () => {
    const out = join(base, "out");
    const first = pipeline("first", "sinks: { all: { file: out/all.xml } }\ncommit: { seconds: 1 }\n");
    const second = pipeline("second", "sinks: { all: { file: out/all.xml } }\njournal: second.journal\n");
    const child = start(["run", first, "-q"], { stdio: "ignore" });
    await until(() => readdirSync(base).includes("out") && readdirSync(out).some((name) => name.startsWith("all.")), "a commit", 60_000);
    const before = readdirSync(out).sort();
    for (const args of [
      ["run", first],
      ["run", first, "--resume"],
      ["run", second],
      ["mask", "--model", DEMO_MODEL, "--key-file", key, "--manifest", join(out, "first.manifest.json")],
    ]) {
      const refused = bauta(args, { input: EXAMPLE_XML });
      expect([args, refused.code, refused.stdout, refused.stderr]).toEqual([
        args,
        EXIT.usage,
        "",
        expect.stringMatching(new RegExp(`BAUTA-1426 [^\\n]*-${child.pid}-`)),
      ]);
    }
    expect(readdirSync(out).sort()).toEqual(before);
    // Nothing is written by one that only looks.
    expect(bauta(["run", first, "--dry-run", "-q"]).code).toBe(EXIT.done);

    child.kill("SIGKILL");
    await ended(child);
    expect(locksIn(out).length).toBe(3);
    const again = start(["run", first, "-q", "--resume"], { stdio: "ignore" });
    await until(() => locksIn(out).length === 3 && locksIn(out).every((name) => name.includes(`-${again.pid}-`)), "its own locks", 60_000);
    await until(() => readFileSync(join(out, "first.journal"), "utf8").includes('"first"'), "the journal");
    again.kill("SIGTERM");
    expect((await ended(again)).code).toBe(143);
    expect(locksIn(out)).toEqual([]);
  });
});

describe("a lock", () => {
  const at = join(base, "place");
  mkdirSync(at);
  const place = join(at, "t.journal");
  const name = (host: string, boot: string, pid: number, began: string): string => {
    const short = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 8);
    return write(join(at, `.t.journal.${short(host)}-${short(boot)}-${pid}-${began}.lock`), "");
  };
  const { host, boot } = machineFacts();

  test("is there once in a process, and goes with its release", () => {
    const lock = lockPlaces([place, join(at, "other")]);
    expect(locksIn(at).length).toBe(2);
    expect(() => lockPlaces([place])).toThrow("BAUTA-1426");
    lock.release();
    lock.release();
    expect(locksIn(at)).toEqual([]);
    lockPlaces([place]).release();
  });

  test("of a process that is no more, of another of its number, and of a time before a restart does not count", () => {
    name(host, boot, 2 ** 22 + 1, "1");
    name(host, boot, process.ppid, "1");
    name(host, "another boot", process.ppid, processStart(process.ppid) ?? "");
    name(host, boot, process.pid, "1");
    lockPlaces([place]).release();
    expect(locksIn(at)).toEqual([]);
  });

  test("of a process that is alive, and of another machine, counts; one that cannot be had leaves none of the others", () => {
    for (const [machine, pid, began] of [
      [host, process.ppid, processStart(process.ppid) ?? ""],
      ["another host", 1, "1"],
    ] as const) {
      const held = name(machine, boot, pid, began);
      expect(isLockOf(held, place)).toBe(true);
      expect(() => lockPlaces([join(at, "first"), place])).toThrow(held);
      expect(locksIn(at).map((one) => join(at, one))).toEqual([held]);
      Bun.spawnSync(["rm", held]);
    }
  });

  test("is told from files that only look like one", () => {
    for (const other of [".t.journal.lock", "t.journal", ".t.journal.new", ".t.journal.00000000-00000000-1-1.lock.xml"])
      expect(isLockOf(join(at, other), place)).toBe(false);
  });
});
