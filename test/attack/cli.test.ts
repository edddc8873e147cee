/** Attacks through the command line: names of files, outputs that destroy, streams that run together, reports that tell. */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { BUN, bauta, EXAMPLE_MT, EXAMPLE_XML, folder, MAIN, newKey, shell, write } from "../e2e/cli.ts";
import { mt103Text } from "./support.ts";

const home = folder();
const key = newKey(join(home, "test.key"));
const MASK = ["mask", "--preset", "test-data", "--key-file", key, "--engine", "portable", "--log-format", "text"];
const SLOW = 120_000;

let places = 0;
function place(): string {
  const path = join(home, `place-${places++}`);
  mkdirSync(path);
  return path;
}

describe("sources behind one another", () => {
  test(
    "whose last lines have no end stay apart",
    () => {
      const at = place();
      const text = mt103Text().trimEnd();
      const files = ["1", "2", "3"].map((name) => write(join(at, name), text));
      const masked = bauta([...MASK, ...files]);
      expect([masked.code, masked.stdout.match(/^:20:/gm)?.length, masked.stdout.match(/^:71A:SHA\r?$/gm)?.length]).toEqual([0, 3, 3]);
      const again = bauta([...MASK], { input: masked.bytes });
      expect([again.code, again.stderr.includes("in 3 = out 3")]).toEqual([0, true]);
    },
    SLOW,
  );

  test(
    "by line and by NUL: a separator where one is missing, and none where there is one",
    () => {
      const at = place();
      const model = write(
        join(at, "model.yaml"),
        'bauta: 1\nname: lines\nmode: deterministic\nrules: [{path: "json:$.a", technique: redact}]\n',
      );
      const mask = ["mask", "--model", model, "--key-file", key, "--engine", "portable", "-q"];
      const open = write(join(at, "open"), '{"a":"b"}');
      const line = write(join(at, "line"), '{"a":"b"}\n');
      const nul = write(join(at, "nul"), '{"a":"b"}\0');
      const one = '{"a":"REDACTED"}';
      expect(bauta([...mask, "--frame", "line", open, line, open]).stdout).toBe(`${one}\n${one}\n${one}`);
      expect(bauta([...mask, "--frame", "nul", open, nul, open]).stdout).toBe(`${one}\0${one}\0${one}`);
      expect(bauta([...mask, line, line]).stdout).toBe(`${one}\n${one}\n`);
    },
    SLOW,
  );
});

describe("names of files", () => {
  test(
    "with controls of a terminal in them do not reach it",
    () => {
      const at = place();
      mkdirSync(join(at, "in"));
      const name = "x\u001b]0;owned\u0007\u001b[31m\u009b31m\r.xml";
      write(join(at, "in", name), `${EXAMPLE_XML}garbage that is no record`);
      for (const args of [
        [...MASK, join(at, "in"), "--out", join(at, "out")],
        [...MASK, join(at, "in", name)],
        ["check", "--preset", "test-data", "--sample", join(at, "in")],
        [...MASK, join(at, "missing", name)],
      ]) {
        const ran = bauta(args);
        expect(`${ran.stderr}${args[0] === "check" ? ran.stdout : ""}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
      }
      const files = readdirSync(join(at, "in"));
      expect(files).toEqual([name]);
    },
    SLOW,
  );

  test(
    "as long as names may be are written",
    () => {
      const at = place();
      mkdirSync(join(at, "in"));
      const name = `${"x".repeat(251)}.mt`;
      write(join(at, "in", name), EXAMPLE_MT);
      expect(bauta([...MASK, join(at, "in"), "--out", join(at, "out")]).code).toBe(0);
      expect(readdirSync(join(at, "out"))).toEqual([name]);
    },
    SLOW,
  );

  test(
    "links that lead in circles end",
    () => {
      const at = place();
      mkdirSync(join(at, "in/a"), { recursive: true });
      write(join(at, "in/a/x.mt"), EXAMPLE_MT);
      symlinkSync("..", join(at, "in/a/up"));
      symlinkSync(".", join(at, "in/here"));
      const ran = bauta([...MASK, join(at, "in")]);
      expect([ran.code, ran.stderr.includes("in 1 = out 1")]).toEqual([0, true]);
    },
    SLOW,
  );
});

describe("outputs", () => {
  test(
    "that would write over what is read are refused, and all of it is as it was",
    () => {
      const at = place();
      mkdirSync(join(at, "in"));
      mkdirSync(join(at, "other"));
      const file = write(join(at, "in/x.mt"), EXAMPLE_MT);
      const other = write(join(at, "other/x.mt"), EXAMPLE_MT.replace("OTTILIE", "WALBURG"));
      const copy = write(join(at, "copy.key"), readFileSync(key));
      spawnSync("chmod", ["600", copy]);
      symlinkSync("in", join(at, "link"));
      for (const args of [
        ["--key-file", key, join(at, "in"), "--out", join(at, "link")],
        ["--key-file", key, file, "--out", join(at, "link")],
        ["--key-file", key, file, other, "--out", join(at, "both/")],
        ["--key-file", copy, file, "--out", copy],
        ["--key-file", copy, file, "--refused", copy],
        ["--key-file", key, file, "--refused", file],
        ["--key-file", key, file, "--out", join(at, "new"), "--refused", join(at, "new")],
      ]) {
        expect([args, bauta(["mask", "--preset", "test-data", "--engine", "portable", ...args]).code]).toEqual([args, 2]);
      }
      expect([readFileSync(file, "utf8"), readFileSync(copy, "utf8")]).toEqual([EXAMPLE_MT, readFileSync(key, "utf8")]);
      expect(readdirSync(at).sort()).toEqual(["copy.key", "in", "link", "other"]);
    },
    SLOW,
  );

  test(
    "that are pipes stay pipes, and are written to",
    () => {
      const at = place();
      write(join(at, "in.mt"), EXAMPLE_MT);
      const ran = shell(`mkfifo pipe; (cat pipe > seen) & $BAUTA ${MASK.join(" ")} --out pipe in.mt; wait`, { cwd: at });
      expect([ran.code, statSync(join(at, "pipe")).isFIFO()]).toEqual([0, true]);
      expect(readFileSync(join(at, "seen"), "utf8")).toStartWith("{1:F01");
    },
    SLOW,
  );
});

test(
  "an error of the runtime's own shows nothing of its message, and a stack trace only where it happened",
  () => {
    const at = place();
    const broken = write(
      join(at, "broken.ts"),
      'performance.now = () => { throw new TypeError("Ottilie\\n    at Brandhorst (a@b.de:1:2)\\nottilie@brandhorst.de:1:2"); };\n',
    );
    const input = write(join(at, "in.mt"), EXAMPLE_MT);
    for (const stack of ["", "stack"]) {
      const ran = spawnSync(BUN, ["--preload", broken, MAIN, ...MASK, input], { env: { ...process.env, BAUTA_DEBUG: stack } });
      const stderr = ran.stderr.toString();
      expect([ran.status, stderr.includes("BAUTA-9001"), /^\s+at .*mask\.ts:\d+:\d+/m.test(stderr)]).toEqual([1, true, stack === "stack"]);
      expect(`${stderr}${ran.stdout.toString()}`).not.toMatch(/Ottilie|Brandhorst/i);
    }
  },
  SLOW,
);

describe("the report of refused records", () => {
  test(
    "with --refused-raw leaves out card messages that name what must not be kept",
    () => {
      const at = place();
      const card = (inner: string): string =>
        `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:caaa.001.001.05"><AccptrAuthstnReq>${inner}</AccptrAuthstnReq></Document>`;
      const hidden = [
        card("<PlainCardData><CardSctyCd><CSCVal>123</CSCVal></CardSctyCd></PlainCardData>"),
        card("<OnLinePIN><EncrptdPINBlck>0123456789ABCDEF</EncrptdPINBlck></OnLinePIN>"),
        card("<Trck2Data><p:TrckVal xmlns:p='urn:p'>x</p:TrckVal></Trck2Data>"),
        card('<Card cvv2="123"/>'),
      ];
      const shown = card("<Envt><Crdhldr><Nm>Ottilie</Nm></Crdhldr></Envt>");
      const report = join(at, "refused.jsonl");
      bauta([...MASK, "--on-refuse", "divert", "--refused", report, "--refused-raw"], { input: [...hidden, shown].join("\n") });
      const rows = readFileSync(report, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as { code: string; raw?: string });
      expect(rows.map(({ code, raw }) => [code, raw !== undefined])).toEqual([
        ...hidden.map(() => ["BAUTA-3101", false]),
        ["BAUTA-3101", true],
      ]);
    },
    SLOW,
  );

  test(
    "tells no name of the sender's, and check --sample does",
    () => {
      const at = place();
      const model = write(
        join(at, "model.yaml"),
        'bauta: 1\nname: names\nmode: deterministic\nrules: [{path: "json:$.card.pan", technique: redact}]\nenvelope: {open: true}\n',
      );
      const input = write(join(at, "in"), `{"card":{"Ottilie":1}}\n<Brandhorst><Ottilie>a</Ottilie></Brandhorst>`);
      const report = join(at, "refused.jsonl");
      const ran = bauta([
        "mask",
        "--model",
        model,
        "--key-file",
        key,
        "--engine",
        "portable",
        "--on-refuse",
        "divert",
        "--refused",
        report,
        "--json",
        input,
      ]);
      expect(readFileSync(report, "utf8").split("\n").length).toBe(3);
      expect(`${readFileSync(report, "utf8")}${ran.stderr}`).not.toMatch(/Ottilie|Brandhorst/);
      const sampled = bauta(["check", model, "--sample", input]);
      expect(sampled.stdout).toContain("$.card.Ottilie");
      expect(sampled.stdout).toContain("Brandhorst/Ottilie");
    },
    SLOW,
  );
});
