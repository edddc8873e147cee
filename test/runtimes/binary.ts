/** The executable, alone in an empty folder, with the checkout out of sight. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type Ran, ranOf } from "../e2e/cli.ts";
import { projectRoot } from "../shared.ts";

const built = join(projectRoot, "dist/bin/bauta");

/** Builds the executable and copies it, and nothing else, into the folder. */
export function executableIn(folder: string): string {
  script("scripts/package/binary.mjs");
  const path = join(folder, "bauta");
  copyFileSync(built, path);
  return path;
}

/** Builds an executable by the same recipe whose program is the engine suite, with the lists that the suite compares with beside it. */
export async function suiteExecutableIn(folder: string): Promise<string> {
  const inside = join(projectRoot, "test/runtimes/inside");
  const result = await Bun.build({
    entrypoints: [join(inside, "binary-suite.ts")],
    target: "node",
    format: "esm",
    packages: "external",
    plugins: [
      {
        name: "inside an executable",
        setup(build) {
          build.onResolve({ filter: /^bun:test$/ }, () => ({ path: join(inside, "expect.ts") }));
          build.onResolve({ filter: /\/shared\.ts$/ }, () => ({ path: join(inside, "shared-binary.ts") }));
          // The sources stay sources: they are bundled with the executable's own, once.
          build.onResolve({ filter: /^\..*\.ts$/ }, ({ path, importer }) => {
            const target = join(dirname(importer), path);
            return target.startsWith(join(projectRoot, "runtime/")) ? { path: target, external: true } : undefined;
          });
        },
      },
    ],
  });
  const [output] = result.outputs;
  if (!result.success || output === undefined) throw new Error(`cannot bundle the suite: ${result.logs.join("\n")}`);
  const program = join(projectRoot, "dist/binary/suite.mjs");
  mkdirSync(dirname(program), { recursive: true });
  writeFileSync(program, await output.text());
  const path = join(folder, "suite");
  script("scripts/package/binary.mjs", "--program", program, "--out", path);
  mkdirSync(join(folder, "schemas/people"), { recursive: true });
  copyFileSync(join(projectRoot, "schemas/people/lists.txt"), join(folder, "schemas/people/lists.txt"));
  return path;
}

export interface AloneOptions {
  readonly cwd: string;
  readonly input?: Uint8Array | string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Whether mounts can be made that only a child sees: then the checkout is hidden below an empty one. */
export const canHide: boolean = spawnSync("unshare", ["-m", "true"], { stdio: "ignore" }).status === 0;
export const CANNOT_HIDE = "skipped: no mounts can be made here";

/** Runs an executable with an empty environment, and the checkout hidden where that can be done. */
export function alone(executable: string, args: readonly string[], { cwd, input = "", env = {} }: AloneOptions): Ran {
  const hidden = canHide ? ["unshare", "-m", "sh", "-c", `mount -t tmpfs tmpfs '${projectRoot}' && cd '${cwd}' && exec "$@"`, "sh"] : [];
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const [command = "", ...words] = [...hidden, "env", "-i", ...variables, executable, ...args];
  const result = spawnSync(command, words, { cwd: "/", input, maxBuffer: 1 << 28, ...(canHide ? {} : { cwd }) });
  if (result.error !== undefined) throw result.error;
  return ranOf(result.status, result.signal, result.stdout, result.stderr);
}

function script(path: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync("node", [path, ...args], { cwd: projectRoot, encoding: "utf8" });
  if (status !== 0) throw new Error(`${path} ended with ${status}\n${stderr}`);
}
