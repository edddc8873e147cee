/** `bauta compare`: what differs between two runs, and what of it could be why. */
import { type Comparison, compareManifests, type Difference } from "../audit/compare.ts";
import { readManifest } from "../audit/manifest-file.ts";
import { describeIssue, issueOf, printable } from "../kit/errors.ts";
import { EXIT } from "./exit.ts";
import { withEntry } from "./list-entry.ts";
import { type Colors, colorsFor, print } from "./terminal.ts";

export interface CompareOptions {
  /** Circumstances, too. */
  readonly all?: boolean;
  readonly json?: boolean;
}

export function compare(before: string, after: string, options: CompareOptions): number {
  const compared = compareManifests(readManifest(before).manifest, readManifest(after).manifest);
  const comparison = { ...compared, differences: compared.differences.map(withEntry) };
  const exit = comparison.same && comparison.sharedKeys.length === 0 ? EXIT.done : EXIT.evidence;
  if (options.json) print(JSON.stringify({ exit, ...comparison }));
  else printComparison(comparison, options.all === true, colorsFor(process.stdout));
  return exit;
}

/** Differences of a kind that are told one by one. */
const SHOWN = 20;

export function printComparison(comparison: Comparison, all: boolean, colors: Colors): void {
  const { differences, same, sharedKeys, inputsComparable } = comparison;
  const of = (kind: Difference["kind"]): Difference[] => differences.filter((difference) => difference.kind === kind);
  const causes = of("cause");
  print(same ? colors.green("same results") : colors.red("other results"));
  printRows("result", of("result"));
  if (!same && causes.length === 0) print(`${colors.red("nothing that decides differs")}: ${describeIssue(issueOf(8509))}`);
  if (causes.length > 0) print(same ? "these differ, and gave the same:" : "what could be why:");
  printRows("cause", causes);
  if (!inputsComparable) print(colors.yellow("whether the inputs were the same cannot be told: their roots are under different keys"));
  for (const [one, other] of sharedKeys) print(colors.red(describeIssue(issueOf(8511), { detail: `${one}; ${other}` })));
  if (all) printRows("circumstance", of("circumstance"));
}

function printRows(kind: string, rows: readonly Difference[]): void {
  for (const { what, before, after } of rows.slice(0, SHOWN)) print(`${kind.padEnd(12)} ${printable(what)}: ${changeOf(before, after)}`);
  if (rows.length > SHOWN) print(`${kind.padEnd(12)} and ${rows.length - SHOWN} more (--json tells all)`);
}

function changeOf(before: string, after: string): string {
  const [was, is] = [before, after].map((text) =>
    printable(text.replaceAll(/\b([0-9a-f]{16})[0-9a-f]{16,}\b/g, "$1…")).replaceAll("\\u2026", "…"),
  );
  if (before === "") return `only in the second: ${is}`;
  if (after === "") return `only in the first: ${was}`;
  return `${was} → ${is}`;
}
