/** A page of ours (headings, paragraphs, lists, a table, code) as lines for a terminal. Not a reader of Markdown at large. */
import type { Colors } from "./terminal.ts";

const INDENT = "  ";

export function pageLines(markdown: string, width: number, colors: Colors): readonly string[] {
  const out: string[] = [];
  let paragraph: string[] = [];
  let isCode = false;
  const settle = (): void => {
    if (paragraph.length > 0) out.push(...paragraphLines(paragraph, width, colors));
    paragraph = [];
  };
  for (const line of markdown.trimEnd().split("\n")) {
    if (line.startsWith("```")) {
      settle();
      isCode = !isCode;
    } else if (isCode) out.push(colors.cyan(`${INDENT}${line}`));
    else if (/^#+ /.test(line)) {
      settle();
      out.push(colors.bold(line.replace(/^#+ /, "")));
    } else if (line.startsWith("|")) {
      settle();
      // The one table says in its head what its row holds.
      if (!/^\|[-|]+\|$/.test(line)) out.push(colors.dim(cellsOf(line).join("  ")));
    } else if (line === "") {
      settle();
      out.push("");
    } else {
      if (/^(?:\* |> )/.test(line)) settle();
      paragraph.push(line);
    }
  }
  settle();
  return out;
}

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split("|")
    .map((cell) => cell.trim().padEnd(10));

function paragraphLines(lines: readonly string[], width: number, colors: Colors): string[] {
  const [first = "", ...more] = lines;
  const mark = first.startsWith("* ") ? "* " : "";
  const text = [first.replace(/^(?:\* |> )/, ""), ...more.map((line) => line.trim())].join(" ");
  const wrapped = wrap(plain(text), width - mark.length);
  const shown = wrapped.map((line, i) => `${i === 0 ? mark : " ".repeat(mark.length)}${line}`);
  return first.startsWith("> ") ? shown.map((line) => colors.yellow(line)) : shown;
}

/** Links as their text, code without its ticks. */
const plain = (text: string): string => text.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").replaceAll(/\*\*([^*]+)\*\*/g, "$1");

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
