/** The same job on each engine and runtime. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { RUNTIMES as INSTALLED, runtimePath } from "../../scripts/runtimes.mjs";
import type { AnyRow, BenchCase, Context } from "../harness/case.ts";
import { messageSet } from "../harness/messages.ts";
import { startPeer } from "../harness/peer.ts";
import { TWELVE_LEAVES } from "../harness/pipeline.ts";
import { rowBeside } from "../harness/rows.ts";
import { masking } from "./in-process.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const RUNTIMES = [
  { name: "Node", installed: "node-20", command: "node", options: [] },
  { name: "Deno", installed: "deno", command: "deno", options: ["run", "--allow-all"] },
] as const;

/** The executable of `node scripts/runtimes.mjs`, else the one on the path. */
function executableOf({ installed, command }: (typeof RUNTIMES)[number]): string {
  const known = INSTALLED.find(({ name }) => name === installed);
  return (known === undefined ? undefined : runtimePath(known)) ?? command;
}

export const runtimes: BenchCase = {
  name: "runtimes",
  group: "own",
  job: "The pacs.008 job of twelve leaves on each engine under each other runtime that is installed, beside the native engine under Bun. Output is compared: the same bytes everywhere.",
  goal: "Any runtime gives the same bytes; it is known at which price.",
  async run(context: Context): Promise<AnyRow[]> {
    const messages = messageSet("pacs008");
    const inside = await masking(context, "pacs008");
    const folder = join(context.cache, "runtimes");
    const rows: AnyRow[] = [];
    try {
      const program = transpiled(folder);
      const outputs = new Set<string>();
      for (const runtime of RUNTIMES) {
        for (const engine of ["native", "portable"] as const) {
          const id = `runtimes/${runtime.name.toLowerCase()}-${engine}`;
          const name = `pacs.008 on ${runtime.name}, ${engine}`;
          const command = executableOf(runtime);
          if (spawnSync(command, ["--version"]).error !== undefined) {
            rows.push({ id, name, failed: `${command} is not installed: node scripts/runtimes.mjs does it` });
            continue;
          }
          context.tell(name);
          const peer = { folder: ".", setUp: [], run: [command, ...runtime.options, program, engine, TWELVE_LEAVES] };
          try {
            const running = await startPeer(peer, context.cache, context.scratch, messages);
            try {
              outputs.add(running.outputs.join());
              if (outputs.size > 1) throw new Error("its output is not the output of the others");
              const against = "Bun, native";
              const row = await rowBeside(context, { id, name, figure: "", unit: "µs", against }, running, inside);
              rows.push({ ...row, figure: `${runtime.name} ${running.facts.version}, ${inside.text}` });
            } finally {
              running.close();
            }
          } catch (error) {
            rows.push({ id, name, failed: error instanceof Error ? error.message : String(error) });
          }
        }
      }
      return rows;
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/**
 * The sources without their types, laid out as they are, with the files that they look for: other runtimes take them as they take any
 * module. Returns the program's path.
 */
function transpiled(folder: string): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const name of ["schemas", "bindings", "node_modules", "package.json"]) symlinkSync(join(ROOT, name), join(folder, name));
  const transpiler = new Bun.Transpiler({ loader: "ts", target: "node" });
  for (const path of new Bun.Glob("{runtime,bench}/**/*.ts").scanSync({ cwd: ROOT })) {
    if (path.includes("node_modules")) continue;
    const target = join(folder, path.replace(/\.ts$/, ".js"));
    mkdirSync(dirname(target), { recursive: true });
    const code = transpiler.transformSync(readFileSync(join(ROOT, path), "utf8"));
    writeFileSync(target, code.replaceAll(/(from\s*|import\s*\(?\s*)"(\.[^"]*)\.ts"/g, '$1"$2.js"'));
  }
  return join(folder, "bench/runtimes.js");
}
