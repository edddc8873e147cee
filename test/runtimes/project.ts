/** The built package in an empty project: packed, installed by npm, and the test programs beside it as plain JavaScript. */
import { afterAll } from "bun:test";
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { RUNTIMES, runtimePath } from "../../scripts/runtimes.mjs";
import { projectRoot } from "../shared.ts";
import { localRegistry, type Offered } from "./registry.ts";

export interface Runtime {
  readonly name: string;
  /** Command to run a file with. */
  readonly command: readonly string[];
}

/** Bun, the oldest Node, the newest one, Deno: those that are here. */
export const runtimes: readonly Runtime[] = [
  { name: "bun", command: [process.execPath] },
  ...RUNTIMES.flatMap((runtime): Runtime[] => {
    const path = runtimePath(runtime);
    if (path === undefined) return [];
    return [{ name: runtime.name, command: runtime.name === "deno" ? [path, "run", "--quiet", "--allow-all"] : [path] }];
  }),
];

export const missing: readonly string[] = RUNTIMES.filter((runtime) => runtimePath(runtime) === undefined).map(({ name }) => name);

export interface Project {
  readonly folder: string;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporary(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), name));
  folders.push(folder);
  return folder;
}

/** Builds and packs, once for a run of tests. Throws with npm's own words when it fails. */
export function packed(): string {
  must("node", ["scripts/package/build.mjs"], projectRoot);
  return join(projectRoot, "dist/tarballs");
}

/**
 * A project with nothing but the package in it.
 * @param options of `npm install`
 */
export async function install(tarballs: string, ...options: readonly string[]): Promise<Project> {
  const folder = temporary("bauta-project-");
  const registry = await localRegistry(offered(tarballs));
  try {
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "project", private: true, type: "module" }));
    writeFileSync(join(folder, ".npmrc"), `@bauta:registry=${registry.url}\n`);
    const [main = ""] = readdirSync(tarballs).filter((name) => /^bauta-\d/.test(name));
    // Not spawnSync: the registry answers from this process.
    await done("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...options, join(tarballs, main)], folder);
    return { folder };
  } finally {
    registry.close();
  }
}

/** The platforms' packages as the release publishes them; a tarball is there for what was built here. */
function offered(tarballs: string): readonly Offered[] {
  const { optionalDependencies } = JSON.parse(readFileSync(join(projectRoot, "dist/package/package.json"), "utf8")) as {
    readonly optionalDependencies: Readonly<Record<string, string>>;
  };
  return Object.entries(optionalDependencies).map(([name, version]) => {
    const [os = "", cpu = "", libc] = name.replace(/^@bauta\/(?:engine|kafka)-/, "").split("-");
    const platform = { os: [os], cpu: [cpu], ...(os === "linux" ? { libc: [libc === "gnu" ? "glibc" : "musl"] } : {}) };
    return { manifest: { name, version, ...platform }, tarball: join(tarballs, `${name.slice(1).replace("/", "-")}-${version}.tgz`) };
  });
}

/** What the tests run in a project; `bun:test` and the sources that the package has exports for are replaced by what is there. */
export async function bundleInto(folder: string, program: string): Promise<string> {
  const exported: readonly (readonly [RegExp, string])[] = [
    [/runtime\/kit\/errors\.ts$/, "bauta"],
    [/runtime\/engines\/plan\.ts$/, "bauta/engine"],
    [/runtime\/record\/tables\.ts$/, "bauta/engine"],
  ];
  const result = await Bun.build({
    entrypoints: [join(projectRoot, "test/runtimes/inside", program)],
    target: "node",
    format: "esm",
    packages: "external",
    plugins: [
      {
        name: "inside a project",
        setup(build) {
          build.onResolve({ filter: /^bun:test$/ }, () => ({ path: join(projectRoot, "test/runtimes/inside/expect.ts") }));
          build.onResolve({ filter: /^bauta(\/|$)/ }, ({ path }) => ({ path, external: true }));
          build.onResolve({ filter: /\/shared\.ts$/ }, () => ({ path: join(projectRoot, "test/runtimes/inside/shared.ts") }));
          build.onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer }) => {
            const entry = exported.find(([form]) => form.test(join(dirname(importer), path)));
            return entry === undefined ? undefined : { path: entry[1], external: true };
          });
        },
      },
    ],
  });
  const [output] = result.outputs;
  if (!result.success || output === undefined) throw new Error(`cannot bundle ${program}: ${result.logs.join("\n")}`);
  const file = join(folder, basename(program).replace(/\.ts$/, ".mjs"));
  mkdirSync(folder, { recursive: true });
  writeFileSync(file, await output.text());
  return file;
}

/** Runs a program to its end and returns what it printed. Throws with all of it when it fails. */
export function runIn(folder: string, { command }: Runtime, file: string, ...args: readonly string[]): string {
  return must(command[0] as string, [...command.slice(1), file, ...args], folder);
}

function must(command: string, args: readonly string[], cwd: string): string {
  const result = spawnSync(command, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28, env: clean() });
  if (result.error !== undefined) throw result.error;
  if (result.status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${result.status}\n${result.stdout}${result.stderr}`);
  return result.stdout;
}

function done(command: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: clean(), stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    child.on("error", reject);
    child.on("close", (code) => (code === 0 ? resolve() : reject(new Error(`${command} ${args.join(" ")} ended with ${code}\n${output}`))));
  });
}

/** The environment without what npm and Bun add for their own scripts. */
function clean(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^npm_(?!config_(?:registry|cache))|^(?:BUN|NODE)_/i.test(name)),
  );
}
