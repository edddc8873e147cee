/** Pipelines over topics as files, and their workers as processes. */
import { afterAll, expect } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { DEMO_MODEL, ended, folder, newKey, start, write } from "../e2e/cli.ts";
import { unique } from "./topics.ts";

export interface PipelineText {
  readonly name?: string;
  readonly sources: string;
  readonly sinks: string;
  readonly rest?: string;
  /** More of the cluster: `, group: x`. */
  readonly kafka?: string;
}

export interface Worker {
  readonly child: ChildProcess;
  readonly told: () => string;
}

export class Pipelines {
  readonly folder: string;
  readonly key: string;
  readonly #bootstrap: () => string;
  /** All that were started: none outlives a test that failed. */
  readonly #started: Worker[] = [];

  /** To be made where tests are described. */
  constructor(bootstrap: () => string) {
    this.folder = folder();
    this.key = newKey(join(this.folder, "test.key"));
    this.#bootstrap = bootstrap;
    afterAll(() => {
      for (const { child } of this.#started) child.kill("SIGKILL");
    });
  }

  /** Writes a pipeline file; returns its path. */
  file({ name = unique("p"), sources, sinks, rest = "", kafka = "" }: PipelineText): string {
    return write(
      join(this.folder, `${name}.yaml`),
      `bauta-pipeline: 1
name: ${name}
model: ${DEMO_MODEL}
key-file: ${this.key}
kafka: { bootstrap: "${this.#bootstrap()}"${kafka} }
sources: ${sources}
sinks: ${sinks}
${rest}
`,
    );
  }

  /** @param env for the process */
  work(file: string, options: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Worker {
    const child = start(["run", file, "--log-format", "lines", ...options], { env: { ...process.env, ...env } });
    let told = "";
    child.stderr?.on("data", (data) => {
      told += String(data);
    });
    const worker = { child, told: () => told };
    this.#started.push(worker);
    return worker;
  }
}

/** Tells a worker to end, and expects that it does. Returns what it told. */
export async function stop({ child, told }: Worker): Promise<string> {
  if (child.exitCode !== null) throw new Error(`it ended: ${told()}`);
  child.kill("SIGTERM");
  const { code } = await ended(child);
  expect([code, told().includes("BAUTA-9001")]).toEqual([143, false]);
  return told();
}

export async function kill({ child }: Worker): Promise<void> {
  child.kill("SIGKILL");
  await ended(child);
}
