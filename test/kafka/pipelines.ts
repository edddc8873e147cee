/** Pipelines over topics as files, and their workers as processes. */
import { afterAll, expect } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";
import { DEMO_MODEL, ended, folder, hasEnded, newKey, start, write } from "../e2e/cli.ts";
import { stacksOf } from "./stacks.ts";
import { unique } from "./topics.ts";

/** A worker ends within seconds; so much is left to a machine that has other things to do. */
const END_MS_MAX = 60_000;

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

  /**
   * To be made where tests are described.
   * @param bootstrap `host:port`, more of them separated by commas
   */
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
kafka: { bootstrap: [${this.#bootstrap()}]${kafka} }
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
export async function stop(worker: Worker): Promise<string> {
  const { child, told } = worker;
  if (hasEnded(child)) throw new Error(`it ended (${child.exitCode ?? child.signalCode}): ${told()}`);
  child.kill("SIGTERM");
  const { code, signal } = await endOf(worker);
  expect([code, signal, told().includes("BAUTA-9001")]).toEqual([143, null, false]);
  return told();
}

export async function kill({ child }: Worker): Promise<void> {
  child.kill("SIGKILL");
  await ended(child);
}

/** How a worker that was told to end has ended. One that does not in good time is an error that says what it does instead. */
export async function endOf({ child, told }: Worker): ReturnType<typeof ended> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const tooLate = new Promise<never>((_, fail) => {
    late = setTimeout(() => fail(new Error(`it does not end:\n${told().slice(-3000)}\n${stacksOf(child.pid)}`)), END_MS_MAX);
  });
  try {
    return await Promise.race([ended(child), tooLate]);
  } finally {
    clearTimeout(late);
  }
}
