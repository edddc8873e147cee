/** Runs a generator of schemas/ in the Python that `npm test` has set up; a missing interpreter or package is a failure, never a skip. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { projectRoot } from "../shared.ts";

const prepared = `${projectRoot}.cache/python/bin/python`;
const interpreter = process.env["BAUTA_PYTHON"] ?? (existsSync(prepared) ? prepared : "python3");

export interface PythonRun {
  readonly status: number | null;
  /** Standard output and standard error, for the message of a failed expectation. */
  readonly output: string;
}

/** @param script path below the project root; it needs the packages of schemas/requirements.txt */
export function runPython(script: string, ...args: readonly string[]): PythonRun {
  const run = spawnSync(interpreter, [projectRoot + script, ...args], { encoding: "utf8", maxBuffer: 1 << 26 });
  return { status: run.status, output: run.error === undefined ? `${run.stdout}${run.stderr}` : run.error.message };
}
