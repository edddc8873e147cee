/** Rows of a message before and after masking, beside each other; plain marks instead of colour when there is none. */
import type { Line, Row } from "./layout.ts";
import { columnsOf, cutTo, onOneLine } from "./shown.ts";
import type { Colors } from "./terminal.ts";

const COLUMN_MIN = 30;
/** Two spaces, mark, space; space, bar, space. */
const FRAME_COLUMNS = 7;
/** Characters of unchanged text that are left before a change in a line that is too long to show whole. */
const LEAD = 16;

/**
 * @param width columns of the terminal
 * @param folds rows in which nothing changed are counted, not shown
 */
export function renderSideBySide(rows: readonly Row[], width: number, colors: Colors, folds: boolean): string[] {
  const column = Math.max(COLUMN_MIN, Math.floor((width - FRAME_COLUMNS) / 2));
  const lines: string[] = [];
  let folded = 0;
  const unfold = (): void => {
    if (folded > 0) lines.push(colors.dim(`    ⋮ ${folded} ${folded === 1 ? "line" : "lines"} as they were`));
    folded = 0;
  };
  for (const row of rows) {
    if (!row.changed && folds) {
      folded++;
      continue;
    }
    unfold();
    lines.push(rendered(row, column, colors));
  }
  unfold();
  return lines;
}

function rendered({ left, right, changed }: Row, column: number, colors: Colors): string {
  const mark = !changed ? " " : right === undefined ? "−" : "●";
  const before = cellsOf(left);
  const after = cellsOf(right);
  const longest = Math.max(before.length, after.length);
  const change = Math.min(firstChange(left, before.length), firstChange(right, after.length));
  const start = !changed || longest <= column ? 0 : Math.max(0, Math.min(change - LEAD, longest - column));
  const goes = (text: string): string => colors.red(text);
  const comes = (text: string): string => colors.bold(colors.green(text));
  const leftText = painted(before, start, column, changed, right === undefined ? goes : undefined, goes, colors);
  const rightText = right === undefined ? colors.dim("(removed)") : painted(after, start, column, changed, undefined, comes, colors);
  const padding = " ".repeat(Math.max(0, column - columnsOf(shownText(before, start, column))));
  return `  ${colors.yellow(mark)} ${leftText}${padding} ${colors.dim("│")} ${rightText}`.trimEnd();
}

interface Cell {
  readonly character: string;
  readonly isChange: boolean;
}

const cellsOf = (line: Line | undefined): readonly Cell[] =>
  (line ?? []).flatMap(({ text, outcome }) => {
    const isChange = outcome !== undefined && outcome !== "kept";
    return [...onOneLine(text)].map((character) => ({ character, isChange }));
  });

function firstChange(line: Line | undefined, otherwise: number): number {
  const at = cellsOf(line).findIndex(({ isChange }) => isChange);
  return at < 0 ? otherwise : at;
}

/** `column` columns of a line from `start` on, with an ellipsis at each side that was cut. */
function shownText(cells: readonly Cell[], start: number, column: number): string {
  const shown = cells.slice(start).map(({ character }) => character);
  if (start > 0 && shown.length > 0) shown[0] = "…";
  return cutTo(shown.join(""), column);
}

function painted(
  cells: readonly Cell[],
  start: number,
  column: number,
  changed: boolean,
  whole: ((text: string) => string) | undefined,
  paint: (text: string) => string,
  colors: Colors,
): string {
  const text = shownText(cells, start, column);
  if (whole !== undefined) return whole(text);
  if (!changed) return colors.dim(text);
  let out = "";
  let run = "";
  let isChange = false;
  const end = (): void => {
    out += isChange ? paint(run) : run;
    run = "";
  };
  for (const [i, character] of [...text].entries()) {
    const now: boolean = cells[start + i]?.isChange ?? isChange;
    if (now !== isChange) end();
    isChange = now;
    run += character;
  }
  if (run !== "") end();
  return out;
}
