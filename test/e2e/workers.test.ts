/** `--workers` through the command line: the same as one thread, in whatever way a run ends. */
import { describe, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
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
  type Ran,
  shell,
  start,
  until,
  WRONG_XML,
  write,
} from "./cli.ts";

const at = folder();
const key = newKey(join(at, "test.key"));
const SLOW = 180_000;

const stream = (count: number, of: (i: number) => string): string => Array.from({ length: count }, (_, i) => of(i)).join("\n");
const GOOD = stream(900, (i) => (i % 7 === 3 ? EXAMPLE_MT : EXAMPLE_XML));
/** Some are refused, in the middle and near the end. */
const SOME_WRONG = stream(900, (i) => (i % 97 === 50 ? WRONG_XML : i % 7 === 3 ? EXAMPLE_MT : EXAMPLE_XML));
const CUT_OFF = `${GOOD}\n${EXAMPLE_XML.slice(0, 700)}`;
const NOT_READABLE = `${GOOD}\n<!DOCTYPE x [<!ENTITY e "e">]>${"x".repeat(100)}\n${EXAMPLE_XML}`;

/** What a run told, without its duration. */
function toldBy({ code, bytes, stderr }: Ran): unknown {
  const events = stderr
    .trim()
    .split("\n")
    .map((line) => ({ ...(JSON.parse(line) as object), milliseconds: 0 }));
  return { code, output: Bun.hash(bytes), events };
}

describe.each(["native", "portable"])("%s", (engine) => {
  test.each([
    ["all go through", GOOD, { stop: 0, divert: 0 }],
    ["some are refused", SOME_WRONG, { stop: 3, divert: 0 }],
    ["the last one is cut off", CUT_OFF, { stop: 3, divert: 4 }],
    ["reading stops", NOT_READABLE, { stop: 3, divert: 4 }],
  ])(
    "%s: 1, 2 and 4 workers tell the same",
    (_, input, codes) => {
      for (const onRefuse of ["stop", "divert"] as const) {
        const runs = ["1", "2", "4"].map((workers) => {
          const report = join(at, `refused-${workers}`);
          const words = ["mask", "--preset", "test-data", "--key-file", key, "--engine", engine, "--json", "--on-refuse", onRefuse];
          const ran = bauta([...words, "--refused", report, "--refused-raw", "--workers", workers], { input });
          return { ...(toldBy(ran) as { code: number }), report: readFileSync(report, "utf8") };
        });
        const [one, ...more] = runs;
        expect({ onRefuse, code: one?.code }).toEqual({ onRefuse, code: codes[onRefuse] });
        for (const other of more) expect<unknown>(other).toEqual(one);
      }
    },
    SLOW,
  );
});

/** Statements of a manifest, without what is of the run and not of its messages. */
function recordedIn(path: string): unknown {
  const { statements } = JSON.parse(readFileSync(path, "utf8")) as { statements: { timings: unknown; sinks: object[] }[] };
  return statements.map(({ timings: _, sinks, ...statement }) => ({
    ...statement,
    sinks: sinks.map((sink) => JSON.parse(JSON.stringify(sink).replaceAll(/out-\d/g, "out"))),
  }));
}

test(
  "several files into one stream, and folders into folders",
  () => {
    const inputs = join(at, "in");
    shell(`mkdir -p ${inputs}`);
    for (const [name, content] of [
      ["a.xml", GOOD],
      ["b.xml", EXAMPLE_XML],
      ["c.xml", SOME_WRONG],
    ] as const)
      write(join(inputs, name), content);
    const words = ["mask", "--preset", "test-data", "--key-file", key, "--on-refuse", "divert", "--in", inputs];
    const [one, three] = ["1", "3"].map((workers) => bauta([...words, "--workers", workers]));
    expect(three?.code).toBe(0);
    expect(Bun.hash(three?.bytes as Uint8Array)).toBe(Bun.hash(one?.bytes as Uint8Array));
    for (const workers of ["1", "3"]) expect(bauta([...words, "--out", `${at}/out-${workers}/`, "--workers", workers]).code).toBe(0);
    expect(shell(`diff -r ${at}/out-1 ${at}/out-3`).stdout).toBe("");
    // Leaves are made in the workers: what is recorded of the run is the same all the same, and is what a verification finds.
    expect(recordedIn(`${at}/out-3.manifest.json`)).toEqual(recordedIn(`${at}/out-1.manifest.json`));
    const checks = ["verify", `${at}/out-3.manifest.json`, "--outputs", "--no-signature", "--key-file", key];
    expect(bauta([...checks, "--inputs", inputs]).stdout).toMatch(/ok +outputs[\s\S]*ok +inputs/);
  },
  SLOW,
);

test(
  "what a slow sender sent is masked while it is silent",
  async () => {
    const child = start(["mask", "--model", DEMO_MODEL, "--key-file", key, "--workers", "2", "--quiet"]);
    const record = JSON.stringify(JSON.parse(EXAMPLE_JSON));
    let out = 0;
    child.stdout?.on("data", (bytes: Buffer) => {
      for (const byte of bytes) if (byte === 0x0a) out++;
    });
    child.stdin?.write(`${record}\n`);
    await until(() => out === 1, "the first message", 20_000);
    child.stdin?.write(`${stream(6000, () => record)}\n${record.slice(0, 20)}`);
    await until(() => out === 6001, "all of a burst", 20_000);
    child.stdin?.write(`${record.slice(20)}\n`);
    await until(() => out === 6002, "the one that came in two", 20_000);
    child.stdin?.end();
    expect(await ended(child)).toEqual({ code: 0, signal: null });
    expect(out).toBe(6002);
  },
  SLOW,
);

test(
  "a refused record ends the run though the sender is still there",
  async () => {
    const child = start(["mask", "--preset", "test-data", "--key-file", key, "--workers", "2", "--quiet"]);
    child.stdout?.resume();
    child.stdin?.on("error", () => undefined);
    child.stdin?.write(`${SOME_WRONG}\n`);
    expect(await ended(child)).toEqual({ code: 3, signal: null });
  },
  SLOW,
);

test(
  "a signal ends it, and leaves nothing behind",
  async () => {
    const place = join(at, "signalled");
    shell(`mkdir -p ${place}`);
    for (const [signal, code] of [
      ["SIGTERM", 143],
      ["SIGINT", 130],
    ] as const) {
      const child = start(["mask", "--preset", "test-data", "--key-file", key, "--workers", "2", "--out", join(place, "out.xml")]);
      child.stdin?.on("error", () => undefined);
      child.stdin?.write(GOOD);
      await until(() => readdirSync(place).length > 0, "a temporary file", 60_000);
      await new Promise((resume) => setTimeout(resume, 500));
      child.kill(signal);
      expect(await ended(child)).toEqual({ code, signal: null });
      // What a run has to say of itself stays; nothing of its output does.
      for (const name of readdirSync(place)) {
        expect(name).toMatch(/\.manifest\.json(\.sig)?$/);
        rmSync(join(place, name));
      }
    }
  },
  SLOW,
);

test(
  "the reader of the output goes away",
  () => {
    const input = write(
      join(at, "large.xml"),
      stream(6000, () => EXAMPLE_XML),
    );
    const { stdout } = shell(
      `$BAUTA mask --preset test-data --key-file ${key} --workers 2 ${input} 2>/dev/null | head -c 100 >/dev/null; echo "\${PIPESTATUS[0]}"`,
    );
    expect(stdout.trim()).toBe("7");
  },
  SLOW,
);

test(
  "mode random: one key for the run is one for all its workers, one for a record is one for each",
  () => {
    const record = `{"iban":"DE13999400010048213377"}`;
    const input = `${Array.from({ length: 60_000 }, () => record).join("\n")}\n`;
    const masked = (scope: string): readonly string[] => {
      const model = write(
        join(at, `${scope}.yaml`),
        `bauta: 1\nname: moment\nmode: random\nscope: ${scope}\nnamespaces:\n  account: {technique: pseudonym, kind: iban}\nrules:\n  - {path: "json:$.iban", use: account}\n`,
      );
      const { stdout, code, stderr } = bauta(["mask", "--model", model, "--workers", "2"], { input });
      expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
      return stdout.trim().split("\n");
    };
    const run = masked("run");
    expect({ lines: run.length, distinct: new Set(run).size, clear: run.includes(record) }).toEqual({
      lines: 60_000,
      distinct: 1,
      clear: false,
    });
  },
  SLOW,
);

test("a number that is none is refused", () => {
  for (const workers of ["0", "65", "-1", "two", "1.5", ""]) {
    const { code, stderr } = bauta(["mask", "--preset", "test-data", "--key-file", key, "--workers", workers]);
    expect({ workers, code }).toEqual({ workers, code: 2 });
    expect(stderr).toContain("BAUTA-1001");
  }
});

test(
  "no key stands in the process's command line or environment",
  async () => {
    const root = readFileSync(key, "utf8").match(/[0-9a-fA-F]{64}|[A-Za-z0-9+/]{43}=/)?.[0] ?? "no root";
    const child = spawn(BUN, [MAIN, "mask", "--preset", "test-data", "--key-file", key, "--workers", "2", "--quiet"], { cwd: at });
    let out = 0;
    child.stdout.on("data", (bytes: Buffer) => {
      out += bytes.length;
    });
    child.stdin.write(`${GOOD}\n`);
    await until(() => out > 100_000, "some output", 60_000);
    const told = ["cmdline", "environ"].map((name) => readFileSync(`/proc/${child.pid}/${name}`, "latin1")).join("\0");
    expect(told.includes(root)).toBe(false);
    child.stdin.end();
    expect(await ended(child)).toEqual({ code: 0, signal: null });
  },
  SLOW,
);
