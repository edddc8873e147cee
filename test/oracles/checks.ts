/** python-stdnum and Python's uuid as judges of check digits. The interpreter with the packages: BAUTA_PYTHON, set by `npm test`. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { projectRoot } from "../shared.ts";

export interface CheckRequest {
  readonly kind: "pan" | "iban" | "bic" | "lei" | "uetr";
  readonly value: string;
}

/** Verdict for each request, in order. Throws when the oracle cannot be run: a missing judge fails the test. */
export function judge(requests: readonly CheckRequest[]): boolean[] {
  if (requests.length === 0) return [];
  const input = requests.map((request) => JSON.stringify(request)).join("\n");
  const result = spawnSync(python(), [`${projectRoot}test/oracles/checks.py`], { input, encoding: "utf8", maxBuffer: 1 << 28 });
  if (result.status !== 0) throw new Error(`the python-stdnum oracle failed: ${result.stderr}`);
  const answers = result.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { valid: boolean }).valid);
  if (answers.length !== requests.length) throw new Error("the python-stdnum oracle lost an answer");
  return answers;
}

/** The interpreter that has the packages. */
export function python(): string {
  const own = `${projectRoot}.cache/python/bin/python`;
  return process.env["BAUTA_PYTHON"] ?? (existsSync(own) ? own : "python3");
}
