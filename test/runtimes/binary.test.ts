/** The executable as its users get it: one file, an empty environment, no checkout in sight. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { unpackPrivately } from "../../runtime/platform/unpack.ts";
import { addonPath, kafkaAddonPath } from "../../scripts/setup.mjs";
import { bauta, EXAMPLE_JSON, EXAMPLE_MT, EXAMPLE_XML, newKey, type Ran } from "../e2e/cli.ts";
import { startCluster } from "../services/kafka/cluster.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { alone, CANNOT_HIDE, canHide, executableIn, suiteExecutableIn } from "./binary.ts";
import { masksTopics } from "./over-topics.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-binary-"));
const mounted: string[] = [];
afterAll(() => {
  for (const path of mounted) spawnSync("umount", [path]);
  rmSync(folder, { recursive: true, force: true });
});
const key = join(folder, "qa.key");
let executable: string;

beforeAll(() => {
  executable = executableIn(folder);
  newKey(key, "qa");
}, 120_000);

const run = (args: readonly string[], options: Partial<Parameters<typeof alone>[2]> = {}): Ran =>
  alone(executable, args, { cwd: folder, ...options });

/** The line that ends a statement: counts and the plan's digest, without its time. */
const countsOf = ({ lines }: Ran): string | undefined => lines.find((line) => line.includes("kind=stmt_end"))?.replace(/ \| ms=\d+/, "");

describe("alone", () => {
  if (!canHide) test.skip(`the checkout is hidden (${CANNOT_HIDE})`, () => undefined);

  test("doctor finds both engines and the Kafka client, what is native by the hash that was compiled in", () => {
    const { code, stdout } = run(["doctor"]);
    expect({ code, usable: stdout.match(/usable/g) }).toEqual({ code: 0, usable: ["usable", "usable", "usable"] });
    for (const path of [addonPath(), kafkaAddonPath()])
      expect(stdout).toContain(createHash("sha256").update(readFileSync(path)).digest("hex"));
  });

  test.each(["test-data", "one-way", "tokens", "strict"])("masks as the sources do, preset %s, both engines", (preset) => {
    for (const engine of ["native", "portable"]) {
      const args = ["mask", "--preset", preset, "--key-file", key, "--engine", engine, "--log-format", "lines"];
      const input = EXAMPLE_MT + EXAMPLE_XML;
      const [here, there] = [run(args, { input }), bauta(args, { input })];
      expect([here.code, here.stdout]).toEqual([0, there.stdout]);
      expect(countsOf(here)).toContain("in=2 | out=2 | refused=0");
      expect(countsOf(here)).toBe(countsOf(there));
    }
  });

  test("has every command", () => {
    const demo = join(folder, "demo");
    expect(run(["demo"])).toMatchObject({ code: 0 });
    expect(run(["demo", demo])).toMatchObject({ code: 0 });
    const model = join(demo, readdirSync(demo).find((name) => name.endsWith(".yaml")) ?? "");
    expect(run(["check", model])).toMatchObject({ code: 0 });
    expect(run(["check", "--preset", "strict"])).toMatchObject({ code: 0 });
    expect(run(["check", model, "--update-lock"])).toMatchObject({ code: 0 });
    const message = join(folder, "payment.xml");
    writeFileSync(message, EXAMPLE_XML);
    for (const command of ["explain", "diff"])
      expect(run([command, "--preset", "test-data", "--format", "html", message]).stdout).toContain("</html>");
    expect(run(["mask", "--model", model, "--key-file", key], { input: EXAMPLE_JSON })).toMatchObject({ code: 0 });
    const mask = ["mask", "--preset", "test-data", "--key-file", key];
    const masked = run(mask, { input: EXAMPLE_MT }).stdout;
    expect(run(["unmask", "--preset", "test-data", "--key-file", key], { input: masked }).stdout).toContain("DE82500990010073211884");
    expect(run(["keys", "new", join(folder, "new.key"), "--env", "x"])).toMatchObject({ code: 0 });
    expect(run(["help", "2104"]).stdout).toContain("LIMIT_VALUES");
    // What is loaded late is inside as well: the control plane listens, and telemetry finds nobody there.
    const watched = run([...mask, "--serve", "0", "--otel-endpoint", "http://127.0.0.1:9"], { input: EXAMPLE_MT });
    expect([watched.code, watched.stderr.includes("kind=serve"), watched.stderr.includes("code=BAUTA-8201")]).toEqual([0, true, true]);
    expect(run(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  }, 120_000);

  test("masks with worker threads, each with the assets and the engine inside", () => {
    const input = (EXAMPLE_MT + EXAMPLE_XML).repeat(200);
    for (const engine of ["native", "portable"]) {
      const args = ["mask", "--preset", "test-data", "--key-file", key, "--engine", engine];
      const [one, three] = [run(args, { input }), run([...args, "--workers", "3"], { input })];
      expect([three.code, three.stdout === one.stdout]).toEqual([0, true]);
    }
    const place = join(folder, "tmp-workers");
    mkdirSync(place);
    expect(
      run(["mask", "--preset", "test-data", "--key-file", key, "--workers", "2"], { input: EXAMPLE_MT, env: { TMPDIR: place } }).code,
    ).toBe(0);
    expect(readdirSync(place)).toEqual([]);
  }, 60_000);

  test("prints the page of every error", () => {
    expect(run(["help", "1313"]).stdout).toContain("ENGINE_TAMPERED");
    expect(run(["help", "BAUTA-2201"]).code).toBe(0);
  });

  const samples = sharedExists ? test : test.skip;
  samples(
    `masks every sample as the sources do${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
    () => {
      const inputs = join(folder, "samples");
      spawnSync("cp", ["-r", join(sharedRoot, "samples"), inputs]);
      for (const engine of ["native", "portable"]) {
        const [here, there] = [join(folder, `here-${engine}`), join(folder, `there-${engine}`)];
        const args = (out: string) => [
          ...[
            "mask",
            "--preset",
            "test-data",
            "--key-file",
            key,
            "--engine",
            engine,
            "--input",
            "lenient",
            "--on-refuse",
            "divert",
            "--json",
          ],
          ...["--refused", `${out}.refused`, "--out", out, inputs],
        ];
        const [ours, theirs] = [run(args(here)), bauta(args(there))];
        expect(ours.code).toBe(theirs.code);
        const digests = digestsBelow(here);
        expect(Object.keys(digests).length).toBeGreaterThan(500);
        expect(digests).toEqual(digestsBelow(there));
        expect(readFileSync(`${here}.refused`, "utf8")).toBe(readFileSync(`${there}.refused`, "utf8"));
      }
    },
    300_000,
  );

  test("passes the engine suite", async () => {
    const place = join(folder, "suite-alone");
    mkdirSync(place);
    const suite = await suiteExecutableIn(place);
    const { stdout } = alone(suite, [], { cwd: place });
    const { passed, failed } = JSON.parse(stdout.trimEnd().split("\n").at(-1) as string) as { passed: number; failed: number };
    expect({ failed: stdout.match(/^\(fail\) .*$/gm), count: failed }).toEqual({ failed: ["(fail) canary: this one fails"], count: 1 });
    expect(passed).toBeGreaterThan(500);
  }, 300_000);

  test("does not do what files in its working folder say", () => {
    const place = join(folder, "hostile");
    mkdirSync(place);
    writeFileSync(join(place, "bunfig.toml"), 'preload = ["./evil.ts"]\n[run]\nsilent = true\n');
    writeFileSync(join(place, "evil.ts"), 'require("node:fs").writeFileSync("evil-ran", "");\n');
    writeFileSync(join(place, ".env"), "FORCE_COLOR=1\nTMPDIR=/nowhere\n");
    writeFileSync(join(place, "package.json"), '{"name": "bauta", "version": "6.6.6"}');
    const { code, stdout, stderr } = run(["doctor"], { cwd: place });
    expect({ code, colours: `${stdout}${stderr}`.includes("\u001b[") }).toEqual({ code: 0, colours: false });
    expect(stdout).not.toContain("6.6.6");
    expect(existsSync(join(place, "evil-ran"))).toBe(false);
  });
});

test("masks topics of a real broker", async () => {
  const cluster = await startCluster();
  try {
    await masksTopics({ cluster, folder, key, command: [executable], env: {} });
  } finally {
    await cluster.stop();
  }
}, 180_000);

describe("its addon", () => {
  const mask = (env: Readonly<Record<string, string>>): Ran =>
    run(["mask", "--preset", "test-data", "--key-file", key], { input: EXAMPLE_MT, env });

  test("is unpacked for the moment of loading, and nothing stays", () => {
    const place = join(folder, "tmp");
    mkdirSync(place);
    expect(mask({ TMPDIR: place }).code).toBe(0);
    expect(readdirSync(place)).toEqual([]);
  });

  test("one changed byte of it is 1313, and nothing is read", () => {
    const bytes = readFileSync(executable);
    const addon = readFileSync(addonPath());
    const middle = Math.floor(addon.length / 2);
    const at = bytes.indexOf(addon.subarray(middle, middle + 256));
    expect(at).toBeGreaterThan(0);
    bytes[at] = (bytes[at] as number) ^ 1;
    const tampered = join(folder, "tampered");
    writeFileSync(tampered, bytes);
    chmodSync(tampered, 0o755);
    const { code, stdout, stderr } = alone(tampered, ["mask", "--preset", "test-data", "--key-file", key], {
      cwd: folder,
      input: EXAMPLE_MT,
    });
    expect({ code, stdout, told: stderr.includes("BAUTA-1313 ENGINE_TAMPERED") }).toEqual({ code: 5, stdout: "", told: true });
    rmSync(tampered);
  });

  test("without a folder for temporary files it is 1311, with the remedy; portable needs none", () => {
    const { code, stdout, stderr } = mask({ TMPDIR: join(folder, "nowhere") });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(/BAUTA-1311 ENGINE_UNPACK at \S+nowhere: .*\(ENOENT\).*TMPDIR.*--engine portable/);
    const portable = ["mask", "--preset", "test-data", "--key-file", key, "--engine", "portable"];
    expect(run(portable, { input: EXAMPLE_MT, env: { TMPDIR: join(folder, "nowhere") } }).code).toBe(0);
  });

  test("on a read-only file system it is 1311", () => {
    const place = disk("ro");
    if (place === undefined) return console.warn(CANNOT_HIDE);
    const { code, stderr } = mask({ TMPDIR: place });
    expect({ code, told: /BAUTA-1311 .*\(EROFS\)/.test(stderr) }).toEqual({ code: 5, told: true });
  });

  test("on a file system without execution it is 1312, and nothing stays", () => {
    const place = disk("noexec");
    if (place === undefined) return console.warn(CANNOT_HIDE);
    const { code, stdout, stderr } = mask({ TMPDIR: place });
    expect({ code, stdout }).toEqual({ code: 5, stdout: "" });
    expect(stderr).toMatch(/BAUTA-1312 ENGINE_NOEXEC at \S+: .*TMPDIR/);
    expect(readdirSync(place)).toEqual([]);
  });

  test("on a full file system it is 1311, and nothing stays", () => {
    const place = disk("size=64k");
    if (place === undefined) return console.warn(CANNOT_HIDE);
    const { code, stderr } = mask({ TMPDIR: place });
    expect({ code, told: /BAUTA-1311 .*\(ENOSPC\)/.test(stderr) }).toEqual({ code: 5, told: true });
    expect(readdirSync(place)).toEqual([]);
  });

  /** A file system of its own, mounted so. */
  function disk(options: string): string | undefined {
    const path = join(folder, `disk-${options.replace("=", "-")}`);
    mkdirSync(path);
    if (spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path], { stdio: "ignore" }).status !== 0) return undefined;
    mounted.push(path);
    return path;
  }
});

describe("unpacking", () => {
  const bytes = new TextEncoder().encode("an addon");
  const sha256 = createHash("sha256").update(bytes).digest("hex");

  test("goes to a new folder that only its owner can enter, under another name each time", () => {
    const [one, two] = [unpackPrivately(bytes, sha256, "x.node"), unpackPrivately(bytes, sha256, "x.node")];
    expect(readFileSync(one.path)).toEqual(Buffer.from(bytes));
    expect(statSync(join(one.path, "..")).mode & 0o777).toBe(0o700);
    expect(statSync(one.path).mode & 0o777).toBe(0o500);
    expect(one.path).toMatch(/\/bauta-[0-9a-f]{32}\/x\.node$/);
    expect(one.path).not.toBe(two.path);
    for (const { path, remove } of [one, two]) {
      remove();
      remove();
      expect(existsSync(join(path, ".."))).toBe(false);
    }
  });

  test("writes nothing whose hash is another", () => {
    const before = readdirSync(tmpdir()).filter((name) => /^bauta-[0-9a-f]{32}$/.test(name));
    expect(() =>
      unpackPrivately(
        bytes,
        sha256.replace(/^./, (digit) => (digit === "0" ? "1" : "0")),
        "x.node",
      ),
    ).toThrow("BAUTA-1313");
    expect(readdirSync(tmpdir()).filter((name) => /^bauta-[0-9a-f]{32}$/.test(name))).toEqual(before);
  });
});

function digestsBelow(root: string): Readonly<Record<string, string>> {
  const entries = readdirSync(root, { recursive: true, encoding: "utf8", withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Object.fromEntries(paths.map((path) => [relative(root, path), createHash("sha256").update(readFileSync(path)).digest("hex")]));
}
