/** What the commands over manifests share: checks and their report, and how a statement was read. */
import type { Statement } from "../audit/generated/run_pb.ts";
import { BautaError, describeIssue, issueOf, printable } from "../kit/errors.ts";
import { FRAME_MODES, type FrameMode } from "../pipeline/frame.ts";
import { EXIT } from "./exit.ts";
import { type Colors, print } from "./terminal.ts";

export interface Check {
  readonly check: "signature" | "counts" | "policy" | "outputs" | "inputs";
  /** A file, a key, a statement. */
  readonly name: string;
  readonly outcome: "ok" | "failed" | "unchecked";
  readonly issue?: number;
  readonly detail: string;
}

export const exitOf = (checks: readonly Check[]): number =>
  checks.some(({ outcome }) => outcome === "failed") ? EXIT.evidence : EXIT.done;

/** A line for each check. */
export function printChecks(checks: readonly Check[], colors: Colors): void {
  const paint = { ok: colors.green, failed: colors.red, unchecked: colors.yellow };
  for (const { check, name, outcome, issue, detail } of checks) {
    const told = issue === undefined ? detail : describeIssue(issueOf(issue), { detail });
    print(`${paint[outcome](outcome.padEnd(9))} ${check.padEnd(9)} ${printable(name)}: ${told}`);
  }
}

export const checkRow = ({ check, name, outcome, issue, detail }: Check): object => ({
  check,
  name,
  outcome,
  code: issue === undefined ? null : issueOf(issue).code,
  detail,
});

export interface Reading {
  readonly frame: FrameMode;
  readonly input: "strict" | "lenient";
}

/** How the records of a statement were told apart. Throws BautaError 8501 where its settings do not say. */
export function readingOf(statement: Statement): Reading {
  const of = (name: string): string | undefined => statement.settings.find((setting) => setting.name === name)?.value;
  const frame = FRAME_MODES.find((mode) => mode === of("frame"));
  const input = (["strict", "lenient"] as const).find((mode) => mode === of("input"));
  if (frame === undefined || input === undefined) throw new BautaError(8501, { detail: "frame or input" });
  return { frame, input };
}
