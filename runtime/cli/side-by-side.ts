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

/** What names a line: up to the value. */
const label = (line: string): string => /^\s*(?:<[^>]+>|"[^"]*":?|:\w+:|\S+)/.exec(line)?.[0] ?? line;

function row(left: string | undefined, right: string | undefined, column: number, colors: Colors): string {
  const mark = left === right ? " " : right === undefined ? "−" : "●";
  const [leftText, rightText] = highlight(fit(left ?? "", column), fit(right ?? "", column), left, right, colors);
  return `  ${left === right ? " " : colors.yellow(mark)} ${leftText} ${colors.dim("│")} ${rightText}`;
}

/** Paints the differing middle of two lines; returns both padded or cut to the column. */
function highlight(
  left: { text: string; pad: string },
  right: { text: string; pad: string },
  wholeLeft: string | undefined,
  wholeRight: string | undefined,
  colors: Colors,
): [string, string] {
  if (wholeLeft === wholeRight) return [colors.dim(left.text) + left.pad, colors.dim(right.text)];
  if (wholeRight === undefined) return [colors.red(left.text) + left.pad, colors.dim("(removed)")];
  let head = 0;
  while (head < left.text.length && head < right.text.length && left.text[head] === right.text[head]) head++;
  let tail = 0;
  while (tail < left.text.length - head && tail < right.text.length - head && left.text.at(-1 - tail) === right.text.at(-1 - tail)) tail++;
  const paint = (text: string, color: (part: string) => string): string =>
    text.slice(0, head) + color(text.slice(head, text.length - tail)) + text.slice(text.length - tail);
  return [paint(left.text, colors.red) + left.pad, paint(right.text, (part) => colors.bold(colors.green(part)))];
}

function fit(text: string, column: number): { text: string; pad: string } {
  const cut = text.length > column ? `${text.slice(0, column - 1)}…` : text;
  return { text: cut, pad: " ".repeat(column - cut.length) };
}
