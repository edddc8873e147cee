/** The report of `bauta coverage` as text, and what its forms share. */
import { printable } from "../kit/errors.ts";
import { type Change, type Coverage, type CoveredLeaf, countOutcomes, unexplained } from "../model/coverage.ts";
import { grouped } from "./terminal.ts";

export interface CoverageOptions {
  readonly model?: string;
  readonly preset?: string;
  readonly policy?: string;
  readonly view?: string;
  readonly schema?: string;
  readonly against?: string;
  readonly in?: readonly string[];
  readonly format: "text" | "json" | "html";
  readonly out: string;
}

export const reportOf = (
  model: string,
  covered: Coverage,
  other: Coverage | undefined,
  changes: readonly Change[] | undefined,
): object => ({
  model,
  message: covered.message,
  counts: { ...kindsOf(covered), ...countOutcomes(covered.leaves) },
  unexplained: unexplained(covered).map(({ path }) => path),
  leaves: covered.leaves,
  ...(other === undefined ? {} : { against: other.message, changes }),
});

function kindsOf({ leaves }: Coverage): { readonly text: number; readonly attribute: number; readonly any: number; readonly open: number } {
  const count = (kind: string): number => leaves.filter((leaf) => leaf.kind === kind).length;
  return { text: count("text"), attribute: count("attribute"), any: count("any"), open: leaves.filter(({ closed }) => !closed).length };
}

export function coverageText(
  model: string,
  covered: Coverage,
  other: Coverage | undefined,
  changes: readonly Change[] | undefined,
): string {
  if (changes !== undefined) return changesText(covered, other, changes);
  const columns = covered.leaves.map((leaf) => [leaf.outcome, leaf.technique, leaf.rule, leaf.path, remarkOf(leaf)] as const);
  const width = (i: 0 | 1 | 2): number => Math.max(0, ...columns.map((row) => row[i].length));
  const lines = columns.map(([outcome, technique, rule, path, reason]) =>
    `${outcome.padEnd(width(0))}  ${technique.padEnd(width(1))}  ${printable(rule).padEnd(width(2))}  ${printable(path)}${reason === "" ? "" : `  (${reason})`}`.trimEnd(),
  );
  return `${[...lines, ...summaryOf(model, covered)].join("\n")}\n`;
}

/** What is to be said of a leaf besides what becomes of it. */
export const remarkOf = ({ reason, lenient }: CoveredLeaf): string =>
  [reason, ...(lenient ? ["lenient reading only"] : [])].filter((text) => text !== "").join("; ");

export function summaryOf(model: string, covered: Coverage): readonly string[] {
  const { text, attribute, any, open } = kindsOf(covered);
  const counts = Object.entries(countOutcomes(covered.leaves)).map(([name, count]) => `${name} ${grouped(count)}`);
  const kept = covered.leaves.filter(({ closed, outcome }) => !closed && (outcome === "kept" || outcome === "code"));
  const without = unexplained(covered).length;
  return [
    `${covered.message} under ${model}: ${grouped(text)} elements with text, ${grouped(attribute)} attributes, ${grouped(any)} places for any content`,
    counts.join(", "),
    `${grouped(open)} leaves are no list, number, date or pattern; of these ${grouped(kept.length)} are kept${without === 0 ? ", each with its reason" : `, ${grouped(without)} without a reason on record`}`,
  ];
}

function changesText(covered: Coverage, other: Coverage | undefined, changes: readonly Change[]): string {
  const lines = changes.map(({ change, path, from, before, after }) => {
    const was = before === undefined ? "" : `${before.outcome} ${before.technique}`.trim();
    const is = after === undefined ? "" : `${after.outcome} ${after.technique}`.trim();
    const what = change === "other" || change === "moved" ? (was === is ? is : `${was} becomes ${is}`) : is || was;
    return `${change.padEnd(5)}  ${what.padEnd(28)}  ${printable(path)}${from === "" ? "" : `  (was ${printable(from)})`}`;
  });
  const counts = (["added", "moved", "other", "gone"] as const).map(
    (kind) => `${grouped(changes.filter(({ change }) => change === kind).length)} ${kind}`,
  );
  return `${[...lines, `${covered.message} to ${other?.message ?? ""}: ${counts.join(", ")}`].join("\n")}\n`;
}
