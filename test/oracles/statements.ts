/** mt-940 as the judge of statements. It is not strict: what it reads, banks send. */
import { spawnSync } from "node:child_process";
import { projectRoot } from "../shared.ts";
import { python } from "./checks.ts";

export interface StatementVerdict {
  readonly read: boolean;
  /** A reference, and a balance or an entry: a message and not a field alone, which mt-940 reads too. */
  readonly whole: boolean;
  /** Entries with an amount, and their sum. */
  readonly entries: number;
  readonly sum: string;
}

/** Verdict for each file, in order. Throws when the oracle cannot be run: a missing judge fails the test. */
export function judgeStatements(files: readonly string[]): StatementVerdict[] {
  const result = spawnSync(python(), [`${projectRoot}test/oracles/statements.py`], { input: files.join("\n"), encoding: "utf8" });
  if (result.status !== 0) throw new Error(`the mt-940 oracle failed: ${result.stderr}`);
  const verdicts = result.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as StatementVerdict);
  if (verdicts.length !== files.length) throw new Error("the mt-940 oracle lost an answer");
  return verdicts;
}
