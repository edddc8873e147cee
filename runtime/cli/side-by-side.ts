/** Two texts beside each other, with what changed highlighted; plain marks instead of colour when there is none. */
import type { Colors } from "./terminal.ts";

export interface SideBySide {
  readonly before: string;
  readonly after: string;
}

/** Lines of unchanged text around a change that are shown; longer runs are folded. */
const CONTEXT = 0;

/**
 * Renders two texts line by line. Both must have the same number of lines, or lines that only one side has at its end: masking keeps
 * the lines of a message.
 * @param width columns of the terminal
 */
export function renderSideBySide(texts: SideBySide, width: number, colors: Colors): string[] {
  const before = texts.before.split("\n");
  const after = texts.after.split("\n");
  const column = Math.max(30, Math.floor((width - 7) / 2));
  const rows: string[] = [];
  let folded = 0;
  const pairs = align(before, after);
  const show = pairs.map((_, i) => pairs.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(([left, right]) => left !== right));
  for (const [i, [left, right]] of pairs.entries()) {
    if (!show[i]) {
      folded++;
      continue;
    }
    if (folded > 0) rows.push(colors.dim(`    ⋮ ${folded} ${folded === 1 ? "line" : "lines"} as they were`));
    folded = 0;
    rows.push(row(left, right, column, colors));
  }
  if (folded > 0) rows.push(colors.dim(`    ⋮ ${folded} ${folded === 1 ? "line" : "lines"} as they were`));
  return rows;
}

type Pair = readonly [left: string | undefined, right: string | undefined];

/** Pairs lines by their label, so that a line that was dropped stands alone. */
function align(before: readonly string[], after: readonly string[]): Pair[] {
  if (before.length === after.length) return before.map((line, i) => [line, after[i]] as const);
  const pairs: Pair[] = [];
  let j = 0;
  for (const line of before) {
    const next = after[j];
    if (next !== undefined && label(next) === label(line)) {
      pairs.push([line, next]);
      j++;
    } else pairs.push([line, undefined]);
  }
  for (; j < after.length; j++) pairs.push([undefined, after[j]]);
  return pairs;
}

/** What names a line: a tag, a key, a block; empty for a line that is only text. */
const label = (line: string): string => /^\s*(?:<[^>]+>|"[^"]*":|:\w+:|\{\w+:)/.exec(line)?.[0] ?? "";

function row(left: string | undefined, right: string | undefined, column: number, colors: Colors): string {
  const mark = left === right ? " " : right === undefined ? "−" : "●";
  const [leftText, rightText] = highlight(left ?? "", right, column, colors);
  return `  ${colors.yellow(mark)} ${leftText} ${colors.dim("│")} ${rightText}`;
}

/** Characters of unchanged text that are left before a change in a line that is too long to show whole. */
const LEAD = 16;

/** Paints the differing middle of two lines; both are cut alike, such that the change can be seen, and the left one is padded. */
function highlight(left: string, right: string | undefined, column: number, colors: Colors): [string, string] {
  if (left === right) return [colors.dim(cut(left, 0, column).padEnd(column)), colors.dim(cut(left, 0, column))];
  if (right === undefined) return [colors.red(cut(left, 0, column)) + padding(cut(left, 0, column), column), colors.dim("(removed)")];
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  while (tail < left.length - head && tail < right.length - head && left.at(-1 - tail) === right.at(-1 - tail)) tail++;
  const longest = Math.max(left.length, right.length);
  const start = longest <= column ? 0 : Math.max(0, Math.min(head - LEAD, longest - column));
  const paint = (text: string, color: (part: string) => string): string => {
    const shown = cut(text, start, column);
    const from = Math.max(0, head - start);
    const to = Math.min(shown.length, Math.max(from, text.length - tail - start));
    return shown.slice(0, from) + color(shown.slice(from, to)) + shown.slice(to);
  };
  return [paint(left, colors.red) + padding(cut(left, start, column), column), paint(right, (part) => colors.bold(colors.green(part)))];
}

/** `column` characters of a text from `start` on, with an ellipsis at each side that was cut. */
function cut(text: string, start: number, column: number): string {
  const shown = start === 0 ? text : `…${text.slice(start + 1)}`;
  return shown.length > column ? `${shown.slice(0, column - 1)}…` : shown;
}

const padding = (text: string, column: number): string => " ".repeat(Math.max(0, column - text.length));
