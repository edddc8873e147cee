/**
 * The evidence of runs, through the command line: manifests are written however a run ends, verify finds every changed byte, replay gives
 * the same on the other engine, in another place and on another day, and compare names what was changed.
 */
import { afterAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Manifest } from "../../runtime/audit/manifest.ts";
import { decodeManifest } from "../../runtime/audit/manifest.ts";
import { EXIT } from "../../runtime/cli/exit.ts";
import { Random } from "../generators/random.ts";
import { ENGINES } from "../harness.ts";
import { Aviary, Search } from "../property/canaries.ts";
import { paymentModel } from "../property/payments.ts";
import { plantedMessages } from "../property/planted.ts";
import { tapeOf } from "../property/tape.ts";
import { seeded } from "../seed.ts";
import {
  BUN,
  bauta,
  EXAMPLE_MT,
  EXAMPLE_XML,
  ended,
  folder,
  MAIN,
  newKey,
  type Ran,
  smallDisk,
  start,
  until,
  WRONG_XML,
  write,
} from "./cli.ts";

setDefaultTimeout(240_000);

const seed = seeded("evidence");
const random = new Random(seed);

const here = folder();
const key = newKey(join(here, "qa.key"), "qa");
const trust = join(here, "trust.json");
bauta(["keys", "trust", key, "--out", trust]);
const model = write(join(here, "model.yaml"), JSON.stringify(paymentModel("test-data")));
const withKey = ["--model", model, "--key-file", key];

/** Messages of all formats, whole ones and ones that are refused for every reason. */
const aviary = new Aviary(tapeOf(seed, 400_000));
const planted = plantedMessages(aviary, tapeOf(seed + 1, 4096));
const inputs = join(here, "in");
mkdirSync(inputs);
for (const [i, { name, bytes }] of planted.entries()) writeFileSync(join(inputs, `${String(i).padStart(3, "0")}-${name}`), bytes);

const manifestAt = (path: string): Manifest => decodeManifest(new Uint8Array(readFileSync(path)));
const verify = (manifest: string, ...more: string[]): Ran => bauta(["verify", manifest, "--trust", trust, ...more]);

interface VerifyRow {
  readonly check: string;
  readonly name: string;
  readonly outcome: string;
  readonly code: string | null;
}
const failures = (manifest: string, ...more: string[]): readonly VerifyRow[] => {
  const { stdout } = verify(manifest, "--json", ...more);
  return (JSON.parse(stdout) as { checks: VerifyRow[] }).checks.filter(({ outcome }) => outcome !== "ok");
};
const roots = ({ statements }: Manifest): unknown =>
  statements.map(({ inputs: one, outputs }) => [one?.root, one?.records, outputs?.root, outputs?.records]);

describe("verify", () => {
  for (const engine of ENGINES) {
    test(`${engine}: a tree of files and a stream of all formats, refused records among them, agree with their manifests`, () => {
      const tree = join(here, `tree-${engine}`);
      const masked = bauta(["mask", "-q", ...withKey, "--engine", engine, "--on-refuse", "divert", "--in", inputs, "--out", tree]);
      expect(masked.code).toBe(EXIT.framing);
      const manifest = `${tree}.manifest.json`;
      expect(failures(manifest, "--outputs", tree, "--inputs", inputs, "--key-file", key)).toEqual([]);
      expect(verify(manifest, "--outputs", tree, "--inputs", inputs, "--key-file", key).code).toBe(EXIT.done);
      const said = manifestAt(manifest);
      expect(said.statements[0]?.refused.length).toBeGreaterThan(20);
      expect(said.statements[0]?.sources.length).toBe(planted.length);
      expect(said.statements[0]?.counts?.in).toBe((said.statements[0]?.counts?.out ?? 0n) + (said.statements[0]?.counts?.refused ?? 0n));
    });
  }

  const stream = [EXAMPLE_XML, EXAMPLE_MT, EXAMPLE_XML, WRONG_XML, EXAMPLE_MT].join("\n");
  const lines = `${Array.from({ length: 40 }, (_, i) => JSON.stringify({ note: `n${i}`, other: "o" })).join("\n\n")}\n`;
  const framed = Buffer.concat(
    [EXAMPLE_XML, EXAMPLE_MT].map((record) => {
      const head = Buffer.alloc(4);
      head.writeUInt32BE(Buffer.byteLength(record));
      return Buffer.concat([head, Buffer.from(record)]);
    }),
  );
  const jsonModel = write(
    join(here, "json.yaml"),
    "bauta: 1\nname: json\nmode: deterministic\nrules:\n  - {path: ['json:$.note', 'json:$.other'], technique: redact}\n",
  );
  const cases = [
    ["auto", stream, "\n"],
    ["nul", [EXAMPLE_XML, EXAMPLE_MT, WRONG_XML].join("\0"), ""],
    ["line", [EXAMPLE_XML, EXAMPLE_XML].map((xml) => xml.replaceAll("\n", " ")).join("\n"), "\n"],
    ["length", framed, ""],
  ] as const;
  for (const [frame, bytes, behind] of cases) {
    test(`finds any changed byte of an output, frame ${frame}`, () => {
      const at = folder();
      const input = write(join(at, "in"), bytes);
      // Twice the same file: what is put between two sources counts, too.
      const out = join(at, "out");
      const args = ["mask", "-q", "--preset", "test-data", "--key-file", key, "--frame", frame, "--on-refuse", "divert"];
      expect(bauta([...args, "--in", input, "--in", input, "--out", out]).code).toBe(EXIT.done);
      const manifest = `${out}.manifest.json`;
      expect(failures(manifest, "--outputs", out, "--inputs", input, input, "--key-file", key)).toEqual([]);
      const whole = readFileSync(out);
      expect(whole.length).toBeGreaterThan(500 + behind.length);
      for (let i = 0; i < 6; i++) {
        const changed = Uint8Array.from(whole);
        const place = random.below(changed.length);
        changed[place] = (changed[place] as number) ^ (1 << random.below(8));
        writeFileSync(out, changed);
        expect([place, failures(manifest, "--outputs", out).map(({ check, code }) => [check, code])]).toEqual([
          place,
          [["outputs", "BAUTA-8507"]],
        ]);
      }
      // A byte between two records, one record twice, one record less.
      for (const other of [
        whole.subarray(0, -1),
        Buffer.concat([whole, whole]),
        Buffer.concat([whole, Buffer.from(" ")]),
        Buffer.alloc(0),
      ]) {
        writeFileSync(out, other);
        expect(failures(manifest, "--outputs", out).map(({ code }) => code)).toEqual(["BAUTA-8507"]);
      }
      writeFileSync(out, whole);
      expect(failures(manifest, "--outputs")).toEqual([]);
      // Inputs: one byte of a value.
      const changed = Buffer.from(bytes);
      const place = changed.indexOf("<MsgId>") + "<MsgId>".length;
      changed[place] = (changed[place] as number) ^ 1;
      writeFileSync(input, changed);
      expect(failures(manifest, "--inputs", input, input, "--key-file", key).map(({ code }) => code)).toEqual(["BAUTA-8508", "BAUTA-8508"]);
    });
  }

  test("how the source was cut into chunks leaves no trace in the roots", () => {
    const at = folder();
    const input = write(join(at, "in.json"), lines);
    const args = ["mask", "-q", "--model", jsonModel, "--key-file", key];
    const manifests = ["--in", "|"].map((way, i) => {
      const manifest = join(at, `${i}.json`);
      if (way === "--in") expect(bauta([...args, "--in", input, "--out", join(at, "out"), "--manifest", manifest]).code).toBe(EXIT.done);
      else {
        // Byte by byte through a pipe: separators come later than their records.
        const drip = `const s = require("fs").readFileSync(${JSON.stringify(input)}); (async () => { for (const b of s) { process.stdout.write(Buffer.of(b)); if (b === 125) await new Promise((r) => setTimeout(r, 3)); } })()`;
        const script = `"${BUN}" -e '${drip}' | "${BUN}" ${MAIN} ${args.join(" ")} --manifest ${manifest} > ${join(at, "piped")}`;
        expect(spawnSync("bash", ["-c", script]).status).toBe(0);
      }
      return manifestAt(manifest);
    });
    expect(roots(manifests[1] as Manifest)).toEqual(roots(manifests[0] as Manifest));
    expect(failures(join(at, "1.json"), "--outputs", join(at, "piped"))).toEqual([]);
    expect(readFileSync(join(at, "piped"), "utf8")).toBe(readFileSync(join(at, "out"), "utf8"));
  });

  test("tells who signed: nobody, somebody unknown, somebody else, too late, in another environment", () => {
    const at = folder();
    const out = join(at, "out");
    bauta(["mask", "-q", ...withKey, "--out", out], { input: EXAMPLE_XML });
    const manifest = `${out}.manifest.json`;
    const codes = (trustFile: string): unknown => {
      const { stdout } = bauta(["verify", manifest, "--trust", trustFile, "--json"]);
      return (JSON.parse(stdout) as { checks: VerifyRow[] }).checks.map(({ code }) => code).filter((code) => code !== null);
    };
    expect(codes(trust)).toEqual([]);
    expect(bauta(["verify", manifest]).code).toBe(EXIT.evidence);
    expect(bauta(["verify", manifest, "--no-signature"]).code).toBe(EXIT.done);
    expect(bauta(["verify", manifest, "--key-file", key]).code).toBe(EXIT.done);
    const other = newKey(join(at, "other.key"), "qa");
    bauta(["keys", "trust", other, "--out", join(at, "other.json")]);
    expect(codes(join(at, "other.json"))).toEqual(["BAUTA-8504"]);
    const edited = (change: (text: string) => string): string => write(join(at, "edited.json"), change(readFileSync(trust, "utf8")));
    expect(codes(edited((text) => text.replace('"qa"', '"prod"')))).toEqual(["BAUTA-8506"]);
    expect(
      codes(edited((text) => text.replace('"to": null', '"to": "2026-01-01T00:00:00Z"').replace(/"from": "\d+/, '"from": "2020'))),
    ).toEqual(["BAUTA-8505"]);
    expect(bauta(["verify", manifest, "--trust", write(join(at, "no.json"), "{}")]).stderr).toContain("BAUTA-8512");
    const rotated = join(at, "rotated.key");
    expect(bauta(["keys", "rotate-signing", key, rotated]).code).toBe(EXIT.done);
    bauta(["mask", "-q", "--model", model, "--key-file", rotated, "--out", join(at, "later")], { input: EXAMPLE_XML });
    expect(bauta(["verify", join(at, "later.manifest.json"), "--trust", trust]).stdout).toContain("BAUTA-8504");
    bauta(["keys", "trust", rotated, "--out", join(at, "both.json")]);
    expect(codes(join(at, "both.json"))).toEqual([]);
    const said = readFileSync(manifest, "utf8");
    writeFileSync(manifest, said.replace('"status": "done"', '"status": "dome"'));
    expect(codes(trust)).toEqual(["BAUTA-8503"]);
    writeFileSync(manifest, said);
    rmSync(`${manifest}.sig`);
    expect(codes(trust)).toEqual(["BAUTA-8502"]);
    expect(bauta(["verify", out]).stderr).toContain("BAUTA-8501");
    // The wrong key cannot look at inputs.
    expect(bauta(["verify", manifest, "--no-signature", "--inputs", out, "--key-file", other]).stdout).toContain("BAUTA-8510");
    expect(bauta(["verify", manifest, "--inputs", out]).stderr).toContain("BAUTA-1001");
  });

  test("a folder that lacks a file, or has one more, is not the run's", () => {
    const at = folder();
    cpSync(join(here, "in"), join(at, "in"), { recursive: true, filter: (path) => !/spoiled/.test(path) });
    bauta(["mask", "-q", ...withKey, "--on-refuse", "divert", "--in", join(at, "in"), "--out", join(at, "out")]);
    const manifest = join(at, "out.manifest.json");
    const [one = ""] = readdirSync(join(at, "out"));
    writeFileSync(join(at, "out", "more.xml"), EXAMPLE_XML);
    expect(failures(manifest, "--outputs", join(at, "out")).map(({ name }) => name)).toEqual([join(at, "out", "more.xml")]);
    rmSync(join(at, "out", "more.xml"));
    rmSync(join(at, "out", one));
    expect(failures(manifest, "--outputs", join(at, "out")).map(({ code }) => code)).toEqual(["BAUTA-8507"]);
  });
});

describe("replay", () => {
  const at = folder();
  const out = join(at, "out");
  const manifest = `${out}.manifest.json`;
  /** A preload that makes the clock run in another year. */
  const later = write(join(at, "later.ts"), "const now = Date.now; Date.now = () => now() + 400 * 86_400_000;\n");
  bauta(["mask", "-q", ...withKey, "--on-refuse", "divert", "--in", inputs, "--out", out]);

  for (const engine of ENGINES) {
    test(`${engine}: another locale, time zone and day give the same`, () => {
      const env = { ...process.env, LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8", TZ: "Pacific/Kiritimati" };
      const words = ["--preload", later, MAIN, "replay", manifest, "--key-file", key, "--engine", engine, "--json"];
      const { status, stdout } = spawnSync(BUN, words, { env, encoding: "utf8", maxBuffer: 1 << 28 });
      const { same, differences } = JSON.parse(stdout) as { same: boolean; differences: { kind: string; what: string }[] };
      const told = differences.filter(({ kind }) => kind !== "circumstance").map(({ what }) => what);
      expect([status, same, told]).toEqual([0, true, engine === "native" ? [] : ["engine"]]);
    });
  }

  test("of other inputs, another model or key tells which", () => {
    const changed = join(at, "changed");
    cpSync(inputs, changed, { recursive: true });
    const [file] = readdirSync(changed).filter((name) => name.endsWith(".mt"));
    const text = readFileSync(join(changed, file as string), "latin1");
    writeFileSync(
      join(changed, file as string),
      text.replace(/(:20:)(.)/, (_, tag: string, c: string) => `${tag}${c === "A" ? "B" : "A"}`),
      "latin1",
    );
    const causes = (...more: string[]): readonly string[] => {
      const { stdout, stderr } = bauta(["replay", manifest, "--json", ...more]);
      if (stdout === "") throw new Error(stderr);
      return (JSON.parse(stdout) as { differences: { kind: string; what: string }[] }).differences
        .filter(({ kind }) => kind === "cause")
        .map(({ what }) => what);
    };
    expect(causes("--key-file", key, "--inputs", changed)).toEqual([`input ${join(inputs, file as string)}, record 0`]);
    const other = newKey(join(at, "other.key"), "qa");
    expect(causes("--key-file", other)).toContain("key of mask");
    expect(causes("--key-file", key, "--model", write(join(at, "other.yaml"), JSON.stringify(paymentModel("tokens"))))).toContain(
      "model of mask",
    );
    expect(bauta(["replay", manifest, "--key-file", other]).code).toBe(EXIT.evidence);
  });

  test("of what cannot be replayed is refused", () => {
    const random = write(join(at, "random.yaml"), "bauta: 1\nname: random\nextends: one-way\nmode: random\nscope: run\n");
    expect(bauta(["mask", "-q", "--model", random, "--out", join(at, "r")], { input: EXAMPLE_XML }).code).toBe(EXIT.done);
    expect(bauta(["replay", join(at, "r.manifest.json")]).stderr).toContain("BAUTA-8513");
    // Nobody could know the key that would have signed.
    expect(existsSync(join(at, "r.manifest.json.sig"))).toBe(false);
    expect(verify(join(at, "r.manifest.json")).stdout).toContain("BAUTA-8502");
    expect(verify(join(at, "r.manifest.json"), "--no-signature", "--outputs", join(at, "r")).code).toBe(EXIT.done);
  });
});

describe("compare", () => {
  const at = folder();
  const base = (rules: string): string =>
    `bauta: 1\nname: m\nextends: test-data\nmode: deterministic\nrules:\n  - {path: "json:$.note", technique: redact}\n${rules}`;
  const json = `${JSON.stringify({ note: "n", other: "o" })}\n`;
  let runs = 0;
  const run = (rules: string, input: string, ...more: string[]): string => {
    const name = join(at, String(runs++));
    mkdirSync(name);
    const file = write(join(name, "m.yaml"), base(rules));
    const source = write(join(name, "in"), input);
    const ran = bauta([
      "mask",
      "-q",
      "--model",
      file,
      "--in",
      source,
      "--out",
      join(name, "out"),
      ...(more.length > 0 ? more : ["--key-file", key]),
    ]);
    if (ran.code !== 0) throw new Error(ran.stderr);
    return join(name, "out.manifest.json");
  };
  const told = (a: string, b: string): { readonly exit: number; readonly causes: readonly string[] } => {
    const { stdout } = bauta(["compare", a, b, "--json"]);
    const { exit, differences } = JSON.parse(stdout) as { exit: number; differences: { kind: string; what: string }[] };
    return { exit, causes: differences.filter(({ kind }) => kind === "cause").map(({ what }) => what.replaceAll(at, "")) };
  };
  const other = '  - {path: "json:$.other", technique: keep}\n';
  const first = run(other, json);

  test("two runs of the same are the same", () => {
    expect(told(first, run(other, json))).toEqual({ exit: EXIT.done, causes: [] });
  });

  test("one changed rule is named, and one that moved is not", () => {
    const { exit, causes } = told(first, run('  - {path: "json:$.other", technique: redact}\n', json));
    expect([exit, causes.filter((cause) => cause.startsWith("rule"))]).toEqual([EXIT.evidence, ["rule m.yaml rules[1] json:$.other"]]);
    const moved = run(`  - {path: "json:$.unused", technique: keep}\n${other}`, json);
    expect(told(first, moved).causes.filter((cause) => cause.startsWith("rule"))).toEqual(["rule m.yaml rules[1] json:$.unused"]);
  });

  test("one changed byte of the input is named by its file and record", () => {
    const { exit, causes } = told(first, run(other, json.replace('"o"', '"p"')));
    expect([exit, causes]).toEqual([EXIT.evidence, ["input /0/in, record 0"]]);
  });

  test("another key is named, and inputs under another key are not compared", () => {
    const [one, two] = ["a", "b"].map((name) => newKey(join(at, `${name}.key`), "qa")) as [string, string];
    const xml = EXAMPLE_XML;
    const [a, b] = [one, two].map((file) => run(other, xml, "--key-file", file)) as [string, string];
    expect(told(a, b)).toEqual({ exit: EXIT.evidence, causes: ["key of mask", "plan"].filter((cause) => cause !== "plan") });
    expect(bauta(["compare", a, b]).stdout).toContain("cannot be told");
  });

  test("one changed list entry is named by its file", () => {
    // A checkout with another list: what an upgrade of Bauta would bring.
    const said = readFileSync(first, "utf8");
    const changed = write(
      join(at, "list.json"),
      said.replace(/("data people\/lists.txt", "value": ")./, (_, head: string) => `${head}x`),
    );
    expect(told(first, changed)).toEqual({ exit: EXIT.done, causes: ["data people/lists.txt"] });
  });

  test("a key that two environments share is reported, by compare and by doctor", () => {
    // What a copy of a secret under another name looks like: the same root, sealed for another environment.
    const shared = join(at, "prod.key");
    const make = `
      import { newKeyFile } from ${JSON.stringify(join(MAIN, "../../keys/key-file.ts"))};
      const random = (length) => new Uint8Array(length).fill(9);
      newKeyFile(${JSON.stringify(join(at, "test.key"))}, { environment: "test", random });
      newKeyFile(${JSON.stringify(shared)}, { environment: "prod", random });`;
    expect(spawnSync(BUN, ["-e", make]).status).toBe(0);
    const [a, b] = [join(at, "test.key"), shared].map((file) => run(other, json, "--key-file", file)) as [string, string];
    const compared = bauta(["compare", a, b]);
    expect([compared.code, compared.stdout.includes("BAUTA-8511")]).toEqual([EXIT.evidence, true]);
    const doctor = (...files: string[]): Ran => bauta(["doctor", "--against", ...files]);
    expect([doctor(join(at, "test.key"), shared).code, doctor(join(at, "test.key"), shared).stdout.includes("BAUTA-8511")]).toEqual([
      EXIT.evidence,
      true,
    ]);
    expect(doctor(join(at, "test.key"), b).code).toBe(EXIT.evidence);
    expect(doctor(join(at, "test.key"), key).code).toBe(EXIT.done);
    expect(doctor(key, key).stdout).toContain("one key, in one environment");
    expect(bauta(["doctor", "--against", shared, "--key-file", join(at, "test.key"), "--json"]).stdout).toContain('"verdict": "shared"');
    expect(doctor(key).stderr).toContain("BAUTA-1001");
    expect(bauta(["doctor", "--key-file", key]).stderr).toContain("BAUTA-1001");
  });
});

describe("a manifest is written", () => {
  test("when a refused record stops the run", () => {
    const at = folder();
    const out = join(at, "out");
    const ran = bauta(["mask", "-q", "--preset", "test-data", "--key-file", key, "--out", out, "--task", "t-1"], {
      input: `${EXAMPLE_XML}\n${WRONG_XML}\n${EXAMPLE_XML}`,
    });
    expect(ran.code).toBe(EXIT.refused);
    const { status, task, statements } = manifestAt(`${out}.manifest.json`);
    expect([status, task, statements[0]?.refused.map(({ code }) => code), statements[0]?.sources[0]?.complete]).toEqual([
      "refused",
      "t-1",
      ["BAUTA-6001"],
      false,
    ]);
    expect(failures(`${out}.manifest.json`, "--outputs")).toEqual([]);
  });

  test("when the run is told to end", async () => {
    const at = folder();
    const out = join(at, "out");
    const child = start(["mask", "--preset", "test-data", "--key-file", key, "--out", out], { stdio: ["pipe", "ignore", "ignore"] });
    child.stdin?.write(`${EXAMPLE_XML}\n${EXAMPLE_XML}\n${EXAMPLE_XML}`);
    await until(() => readdirSync(at).some((name) => statSync(join(at, name)).size > 0), "output");
    child.kill("SIGTERM");
    expect((await ended(child)).code).toBe(128 + 15);
    const { status, statements } = manifestAt(`${out}.manifest.json`);
    expect([status, statements[0]?.sinks[0]?.exported]).toEqual(["stopped", 0n]);
    expect(statements[0]?.sinks[0]?.planned).toBeGreaterThan(0n);
    expect(failures(`${out}.manifest.json`, "--outputs")).toEqual([]);
    expect(readdirSync(at).sort()).toEqual(["out.manifest.json", "out.manifest.json.sig"]);
  });

  const disk = smallDisk();
  const title = "when the disk is full, and the run has failed";
  test.skipIf(disk === undefined)(disk === undefined ? `${title} (skipped: no file system can be mounted)` : title, () => {
    const out = join(disk as string, "out");
    const ran = bauta(["mask", "-q", "--preset", "test-data", "--key-file", key, "--out", out], { input: `${EXAMPLE_XML}\n`.repeat(60) });
    expect(ran.code).toBe(EXIT.full);
    const { status, issue, statements } = manifestAt(`${out}.manifest.json`);
    expect([status, issue, statements[0]?.sinks[0]?.exported]).toEqual(["failed", "BAUTA-7002", 0n]);
    expect(readdirSync(disk as string).sort()).toEqual(["out.manifest.json", "out.manifest.json.sig"]);
    rmSync(`${out}.manifest.json`);
    // And where even the manifest has no room, the run has failed and says so.
    const filler = join(disk as string, "filler");
    spawnSync("bash", ["-c", `head -c 100000 /dev/zero > ${filler}`]);
    const full = bauta(["mask", "-q", "--preset", "test-data", "--key-file", key, "--manifest", `${out}.manifest.json`], {
      input: EXAMPLE_XML,
    });
    expect([full.code, full.stderr.includes("BAUTA-7002")]).toEqual([EXIT.full, true]);
    expect(existsSync(`${out}.manifest.json`)).toBe(false);
  });

  test("where it is named, nowhere for `none`, and nowhere over an input or output", () => {
    const at = folder();
    const input = write(join(at, "in"), EXAMPLE_XML);
    const mask = (...more: string[]): Ran => bauta(["mask", "-q", "--preset", "test-data", "--key-file", key, "--in", input, ...more]);
    expect(mask("--manifest", join(at, "m.json")).code).toBe(EXIT.done);
    expect(mask("--out", join(at, "out"), "--manifest", "none").code).toBe(EXIT.done);
    expect(readdirSync(at).sort()).toEqual(["in", "m.json", "m.json.sig", "out"]);
    expect(mask("--out", join(at, "out"), "--manifest", join(at, "out")).stderr).toContain("BAUTA-1001");
    expect(mask("--manifest", input).stderr).toContain("BAUTA-1003");
    expect(readFileSync(input, "utf8")).toBe(EXAMPLE_XML);
  });
});

describe("leaks", () => {
  test("no clear value and no key is in manifest, signature, trust file or any report", () => {
    const at = folder();
    bauta(["mask", ...withKey, "--on-refuse", "divert", "--in", inputs, "--out", join(at, "out")]);
    const manifest = join(at, "out.manifest.json");
    const reports = [
      verify(manifest, "--outputs", join(at, "out"), "--inputs", inputs, "--key-file", key),
      bauta(["replay", manifest, "--key-file", key, "--all"]),
      bauta(["compare", manifest, manifest, "--all", "--json"]),
      bauta(["doctor", "--against", key, manifest]),
      // What differs is told by names and digests.
      verify(manifest, "--outputs", inputs, "--inputs", join(at, "out"), "--key-file", key),
    ];
    const written: (readonly [string, Uint8Array])[] = [
      ...[manifest, `${manifest}.sig`, trust].map((path) => [path, new Uint8Array(readFileSync(path))] as const),
      ...reports.flatMap(({ stdout, stderr }, i) =>
        [`report ${i}`, `errors ${i}`].map((name, j) => [name, new TextEncoder().encode(j === 0 ? stdout : stderr)] as const),
      ),
    ];
    const search = new Search(aviary.all);
    expect(written.filter(([, bytes]) => search.in(bytes).length > 0).map(([name]) => name)).toEqual([]);
    // The search would find one.
    expect(planted.some(({ bytes }) => search.in(bytes).length > 0)).toBe(true);
    const root = /"root": "([0-9a-f]{64})"/.exec(readFileSync(key, "utf8"))?.[1] ?? "none";
    const secrets = [root, Buffer.from(root, "hex").toString("base64"), Buffer.from(root, "hex").toString("latin1")];
    for (const [name, bytes] of written) {
      const text = Buffer.from(bytes).toString("latin1");
      for (const secret of secrets) expect([name, text.includes(secret.slice(0, 16))]).toEqual([name, false]);
    }
  });
});

afterAll(() => rmSync(here, { recursive: true, force: true }));
