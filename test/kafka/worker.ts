/** Workers of pipelines over topics, as processes: started from a pipeline file of the moment, and stopped as an operator stops them. */
import { afterAll, expect } from "bun:test";
import type { ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DEMO_MODEL, ended, folder, hasEnded, newKey, start, write } from "../e2e/cli.ts";
import { noteTold } from "../issues/record.ts";
import { unique } from "./topics.ts";

export interface PipelineText {
  readonly name?: string;
  /** Inside of `kafka: { … }`. */
  readonly kafka: string;
  readonly sources: string;
  readonly sinks: string;
  /** Other members, each on a line. */
  readonly rest?: string;
}

export interface Worker {
  readonly child: ChildProcess;
  /** Standard error so far. */
  readonly told: () => string;
}

/** Pipeline files and workers of one test file: none outlives it. */
export class Workers {
  readonly folder: string = folder();
  readonly key: string = newKey(join(this.folder, "test.key"));
  readonly #started: ChildProcess[] = [];

  constructor() {
    afterAll(() => {
      for (const child of this.#started) child.kill("SIGKILL");
    });
  }

  /** Writes a pipeline file, and returns its path. */
  pipeline({ name = unique("p"), kafka, sources, sinks, rest = "" }: PipelineText): string {
    return write(
      join(this.folder, `${name}.yaml`),
      `bauta-pipeline: 1
name: ${name}
model: ${DEMO_MODEL}
key-file: ${this.key}
kafka: { ${kafka} }
sources: ${sources}
sinks: ${sinks}
${rest}
`,
    );
  }

  start(file: string, ...options: string[]): Worker {
    return this.command("run", file, "--log-format", "lines", ...options);
  }

  /** Any command of Bauta's, beside which the test goes on. */
  command(...words: string[]): Worker {
    const child = start(words);
    let told = "";
    child.stderr?.on("data", (data) => {
      told += String(data);
    });
    this.#started.push(child);
    child.once("exit", () => noteTold([], told));
    return { child, told: () => told };
  }

  /** Stops it by SIGTERM, and returns what it said. */
  async stop({ child, told }: Worker): Promise<string> {
    if (hasEnded(child)) throw new Error(`it ended: ${told()}`);
    const end = ended(child);
    child.kill("SIGTERM");
    const { code } = await end;
    if (code !== 143) throw new Error(`it ended with ${code}: ${told()}`);
    expect(told()).not.toContain("BAUTA-9001");
    return told();
  }
}

/** Milliseconds of processor time that a process has had (proc(5): fields 14 and 15, in hundredths of a second). */
export function processorMs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
