/** Rows of the harness, as a table for people and as JSON for machines. */

export interface BenchRow {
  readonly name: string;
  /** What the figure is of, with its unit. */
  readonly figure: string;
  readonly ours: number;
  readonly peer: number | undefined;
  /** CPU time of ours in the same unit, where it was measured apart from wall time. */
  readonly cpu?: number;
  /** ours against peer such that more is better; or the measured quantity itself where there is no peer. */
  readonly ratio: number;
  readonly goal: number;
  /** Whether the ratio must be at least or at most the goal. */
  readonly sense: "at least" | "at most";
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
};

export const met = (row: BenchRow): boolean => (row.sense === "at least" ? row.ratio >= row.goal : row.ratio <= row.goal);

export function printRows(rows: readonly BenchRow[], machine: Record<string, string | boolean>, json: boolean): void {
  if (json)
    return void process.stdout.write(`${JSON.stringify({ machine, rows: rows.map((row) => ({ ...row, met: met(row) })) }, null, 1)}\n`);
  const number = (value: number | undefined): string => (value === undefined ? "–" : value >= 100 ? value.toFixed(0) : value.toFixed(2));
  const table = [
    ["case", "figure", "ours", "ours (cpu)", "peer", "ratio", "goal", ""],
    ...rows.map((row) => [
      row.name,
      row.figure,
      number(row.ours),
      number(row.cpu),
      number(row.peer),
      number(row.ratio),
      `${row.sense} ${row.goal}`,
      met(row) ? "met" : "MISSED",
    ]),
  ];
  const widths = (table[0] as string[]).map((_, column) => Math.max(...table.map((line) => (line[column] as string).length)));
  process.stdout.write(
    `${Object.entries(machine)
      .map(([name, value]) => `${name} ${value}`)
      .join(" · ")}\n\n`,
  );
  for (const line of table)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join("  ")
        .trimEnd()}\n`,
    );
}
