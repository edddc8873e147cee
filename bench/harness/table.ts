/** Rows as a table: the same text for a terminal and for Markdown. */
import { type AnyRow, type BenchRow, isFailed, met, type Unit } from "./case.ts";

/** Markdown with padded columns. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows];
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width)).join(" | ")} |`;
  return [line(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...rows.map(line)].join("\n");
}

/** Three significant digits, thousands grouped. */
export function figure(value: number, unit?: Unit): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  const [whole = "", fraction] = value.toFixed(digits).split(".");
  const grouped = whole.replaceAll(/\B(?=(\d{3})+(?!\d))/g, ",");
  return `${grouped}${fraction === undefined ? "" : `.${fraction}`}${unit === undefined ? "" : ` ${unit}`}`;
}

export const times = (ratio: number): string => `${figure(ratio)} ×`;

/** What a goal asks for, and whether it was met. */
export function goalText(row: BenchRow): string {
  const { goal } = row;
  if (goal === undefined) return "";
  const value = goal.of === "ratio" ? times(goal.value) : figure(goal.value, row.unit);
  return `${goal.sense} ${value}: ${met(row) === true ? "met" : "missed"}`;
}

/** Figures of our own cases. */
export const ownTable = (rows: readonly AnyRow[]): string =>
  table(
    ["case", "figure", "ours", "beside it", "ratio", "goal"],
    rows.map((row) =>
      isFailed(row)
        ? [row.name, "–", "–", "–", "–", `failed: ${row.failed}`]
        : [
            row.name,
            row.figure,
            figure(row.ours, row.unit),
            row.peer === undefined ? "–" : `${figure(row.peer, row.unit)}${row.against === undefined ? "" : ` (${row.against})`}`,
            row.ratio === undefined ? "–" : times(row.ratio),
            goalText(row),
          ],
    ),
  );

/** Costs so far, and what each step adds. */
export const stepTable = (rows: readonly AnyRow[]): string =>
  table(
    ["step", "what is done", "so far", "added"],
    rows.map((row) =>
      isFailed(row)
        ? [row.name, `failed: ${row.failed}`, "–", "–"]
        : [row.name, row.figure, figure(row.ours, row.unit), row.added === undefined ? "–" : figure(row.added, row.unit)],
    ),
  );

/** Figures beside peers; a peer that could not be measured stands there with its reason. `brief`: without what was checked. */
export function peerTable(rows: readonly AnyRow[], detail: "brief" | "full" = "full"): string {
  const head = ["job", "peer", "peer's", "ours", "peer / ours", "goal", "what the peer does not do"];
  const cells = rows.map((row) =>
    isFailed(row)
      ? [row.id.split("/")[0] ?? "", row.name, "–", "–", "–", "", "", `not measured: ${row.failed}`]
      : [
          row.figure,
          `${row.name} ${row.against ?? ""}`.trim(),
          row.peer === undefined ? "–" : figure(row.peer, row.unit),
          figure(row.ours, row.unit),
          row.ratio === undefined ? "–" : times(row.ratio),
          goalText(row),
          row.less ?? "",
          row.checked ?? "",
        ],
  );
  return detail === "brief" ? table(head, cells) : table([...head, "its output"], cells);
}
