/** The npm package as its users get it: packed, installed into an empty project, run on every runtime. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { openMasker } from "../../runtime/index.ts";
import { pageAt, snippetsOf } from "../docs/pages.ts";
import { newKey } from "../keys/new-key.ts";
import { type Cluster, startCluster } from "../services/kafka/cluster.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { masksTopics } from "./over-topics.ts";
import { bundleInto, install, missing, type Project, packed, type Runtime, runIn, runtimes } from "./project.ts";

const MESSAGES = `${projectRoot}examples/messages`;
let tarballs: string;
let project: Project;
let key: string;

beforeAll(async () => {
  tarballs = packed();
  project = await install(tarballs);
  key = join(project.folder, "qa.key");
  newKey(key, "qa");
  for (const program of ["smoke.ts", "engine-suite.ts", "samples.ts"]) await bundleInto(project.folder, program);
}, 300_000);

describe("the packed package", () => {
  test("npm takes the addons of this machine, and no others", () => {
    const names = readdirSync(join(project.folder, "node_modules/@bauta")).sort();
    const ofMachine = (name: string) => expect.stringContaining(`${name}-${process.platform}-${process.arch}`);
    expect(names).toEqual([ofMachine("engine"), ofMachine("kafka")]);
  });

  test("holds what it needs, and nothing of the checkout besides", () => {
    const folder = join(project.folder, "node_modules/bauta");
    expect(readdirSync(folder).sort()).toEqual([
      ...[
        "CHANGELOG.md",
        "LICENSE",
        "README.md",
        "THIRD-PARTY-NOTICES.md",
        "bindings",
        "dist",
        "docs",
        "examples",
        "package.json",
        "schemas",
      ],
    ]);
    const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
    expect(names.filter((name) => /(?<!\.d)\.ts$|\.node$|\.py$|\.mjs$|\.test\./.test(name))).toEqual([]);
  });
});

/** The programs of docs/api.md. */
const snippets = snippetsOf(pageAt("docs/api.md")).filter(({ language }) => language === "ts");

test("docs/api.md has programs", () => {
  expect(snippets.length).toBeGreaterThan(5);
});

const samples = sharedExists ? test : test.skip;

describe.each(runtimes.map((runtime) => [runtime.name, runtime] as const))("on %s", (_, runtime: Runtime) => {
  test("every export works", () => {
    const own = join(project.folder, `${runtime.name}.key`);
    copyFileSync(key, own);
    chmodSync(own, 0o600);
    expect(runIn(project.folder, runtime, "smoke.mjs", own, MESSAGES)).toBe("ok\n");
  }, 120_000);

  test("the engine suite passes on both engines", () => {
    const printed = runIn(project.folder, runtime, "engine-suite.mjs");
    const { passed, failed } = JSON.parse(printed.trimEnd().split("\n").at(-1) as string) as { passed: number; failed: number };
    expect({ failed: printed.match(/^\(fail\) .*$/gm), count: failed }).toEqual({ failed: ["(fail) canary: this one fails"], count: 1 });
    expect(passed).toBeGreaterThan(500);
  }, 300_000);

  samples(
    `every sample is masked as the sources mask it${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
    async () => {
      const found = JSON.parse(runIn(project.folder, runtime, "samples.mjs", `${sharedRoot}samples/`, key)) as Record<string, string>;
      const expected = await sourceDigests();
      expect(Object.keys(found).length).toBeGreaterThan(1000);
      expect(Object.entries(found).filter(([name, digest]) => expected[name] !== digest)).toEqual([]);
      expect(Object.keys(found)).toEqual(Object.keys(expected));
    },
    300_000,
  );

  test.each(snippets.map(({ place, text }) => [place, text] as const))("%s runs", (place, text) => {
    const folder = join(project.folder, `${runtime.name}-${place.replaceAll(/[^a-z0-9]/g, "-")}`);
    mkdirSync(folder);
    copyFileSync(key, join(folder, "qa.key"));
    copyFileSync(`${MESSAGES}/payment.mt103`, join(folder, "payment.mt103"));
    writeFileSync(join(folder, "snippet.mjs"), new Bun.Transpiler({ loader: "ts" }).transformSync(text));
    runIn(folder, runtime, "snippet.mjs");
  });

  test("the command masks, and says which engine runs", () => {
    const main = join(project.folder, "node_modules/bauta/dist/cli/main.js");
    const [command, ...args] = [...runtime.command, main, "mask", "--preset", "test-data", "--key-file", key, `${MESSAGES}/payment.mt103`];
    const { status, stdout, stderr } = spawnSync(command as string, args, { cwd: project.folder, encoding: "utf8" });
    expect({ status, stderr: stderr.split(" ")[0] }).toEqual({ status: 0, stderr: "FASTOPS" });
    expect(stderr).toContain("rust=enabled | engine=native");
    expect(stdout).toStartWith("{1:");
    expect(stdout).not.toContain("BRANDHORST");
  }, 60_000);
});

describe("over topics of a real broker", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);
  afterAll(() => cluster?.stop());

  test.each(runtimes.map((runtime) => [runtime.name, runtime] as const))(
    "a worker on %s masks",
    (_, { command }) => {
      const main = join(project.folder, "node_modules/bauta/dist/cli/main.js");
      return masksTopics({ cluster, folder: project.folder, key, command: [...command, main], env: process.env });
    },
    120_000,
  );
});

if (missing.length > 0) test.skip(`on ${missing.join(", ")} (skipped: not installed, node scripts/runtimes.mjs does it)`, () => undefined);

describe("types, as TypeScript resolves them without Node's or Bun's own, nothing skipped", () => {
  test.each([
    ["NodeNext", "NodeNext"],
    ["ESNext", "Bundler"],
    ["Node20", "Node16"],
  ])("module %s, resolution %s", (module, moduleResolution) => {
    const { folder } = project;
    copyFileSync(`${projectRoot}test/runtimes/types/consumer.ts`, join(folder, "consumer.ts"));
    const strict = { strict: true, skipLibCheck: false, noEmit: true };
    const compilerOptions = {
      target: "ES2023",
      module,
      moduleResolution,
      lib: ["ES2023", "DOM", "DOM.AsyncIterable"],
      types: [],
      ...strict,
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
    const { status, stdout } = spawnSync(join(projectRoot, "node_modules/.bin/tsc"), ["-p", folder], { encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });

  test("publint and Are The Types Wrong find nothing", () => {
    const { status, stdout } = spawnSync("node", ["scripts/package/check.mjs"], { cwd: projectRoot, encoding: "utf8" });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "package: publint and attw found nothing\n" });
  });
});

describe("without the addons' packages", () => {
  test("the native engine and topics are refused with the remedy, and portable runs", async () => {
    const { folder } = await install(tarballs, "--omit=optional");
    const main = join(folder, "node_modules/bauta/dist/cli/main.js");
    const mask = (engine: string) =>
      spawnSync("node", [main, "mask", "--preset", "test-data", "--key-file", key, "--engine", engine, `${MESSAGES}/payment.mt103`], {
        cwd: folder,
        encoding: "utf8",
      });
    const refused = mask("native");
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 5, stdout: "" });
    expect(refused.stderr).toMatch(/BAUTA-1310 .*@bauta\/engine-.*--include/);
    expect(mask("portable").status).toBe(0);
    const { stdout } = spawnSync("node", [main, "doctor"], { cwd: folder, encoding: "utf8" });
    expect(stdout).toMatch(/BAUTA-1501 .*@bauta\/kafka-.*--include=optional/);
  }, 120_000);
});

let digests: Promise<Readonly<Record<string, string>>> | undefined;

/** What the sources, on this Bun, make of every sample; the form is that of inside/samples.ts. */
function sourceDigests(): Promise<Readonly<Record<string, string>>> {
  digests ??= maskSamples();
  return digests;
}

async function maskSamples(): Promise<Readonly<Record<string, string>>> {
  const folder = `${sharedRoot}samples/`;
  const found: Record<string, string> = {};
  const paths = readdirSync(folder, { recursive: true, encoding: "utf8", withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  for (const engine of ["native", "portable"] as const) {
    const masker = await openMasker({ model: "test-data", keys: { file: key }, engine, input: "lenient" });
    for (const path of paths) {
      const { output, refusals, unreadFrom } = masker.mask(new Uint8Array(readFileSync(path)));
      const told = refusals.map(({ code, path: field, offset, length, faultOffset, hash }) => [
        code,
        field,
        offset,
        length,
        faultOffset,
        hash,
      ]);
      const digest = createHash("sha256")
        .update(output)
        .update(JSON.stringify([told, unreadFrom]))
        .digest("hex");
      found[`${engine} ${relative(folder, path)}`] = digest;
    }
    masker.close();
  }
  return found;
}
