/**
 * A record before and after masking as rows of lines side by side. What stands between values is the same on both sides, so the rows
 * are in step by themselves, whatever became longer, shorter or went.
 *
 * Messages on one line (JSON, XML) are laid out for reading, SWIFT blocks get a line each, and the indentation of XML is halved.
 */
import { type InspectedRecord, type Outcome, textOf } from "../pipeline/inspect.ts";

export interface Piece {
  readonly text: string;
  /** undefined: structure. */
  readonly outcome: Outcome | undefined;
}

export type Line = readonly Piece[];

export interface Row {
  /** undefined: there is nothing on this side. */
  readonly left: Line | undefined;
  readonly right: Line | undefined;
  readonly changed: boolean;
}

/** What is shown for values that are not: clear ones and those that stay, and what is written instead of them. */
const HIDDEN = "•••";
const HIDDEN_AFTER = "***";

/** @param shows values; false hides both sides of them */
export function rowsOf(record: InspectedRecord, shows: boolean): readonly Row[] {
  const { before, latin1, values } = record;
  const layout = new Layout(styleOf(record));
  let at = 0;
  for (const { segments, outcome } of values) {
    for (const { start, end, after } of segments) {
      layout.structure(textOf(before.subarray(at, start), latin1));
      const left = shows ? textOf(before.subarray(start, end), latin1) : HIDDEN;
      if (outcome === "removed") layout.removed(left);
      else layout.value(left, shows ? textOf(after ?? new Uint8Array(0), latin1) : outcome === "kept" ? HIDDEN : HIDDEN_AFTER, outcome);
      at = end;
    }
  }
  layout.structure(textOf(before.subarray(at), latin1));
  return layout.end();
}

type Style = "as-is" | "halved" | "blocks" | "json" | "xml";

function styleOf({ format, before }: InspectedRecord): Style {
  const isOneLine = !before.includes(0x0a);
  switch (format) {
    case "swift-mt":
      return "blocks";
    case "json":
      return isOneLine ? "json" : "as-is";
    case "iso20022":
      return isOneLine ? "xml" : "halved";
    case "unknown":
      return "as-is";
  }
}

class Layout {
  readonly #style: Style;
  readonly #rows: Row[] = [];
  /** Lines under way: a value of several lines has more than one. */
  #left: Piece[][] = [[]];
  #right: Piece[][] = [[]];
  /** What goes stands below the line under way. */
  #removed: string[] = [];
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** Last character of structure that is no white space. */
  #last = "";
  /** The line under way ends before whatever comes next. */
  #pending = false;

  constructor(style: Style) {
    this.#style = style;
  }

  structure(text: string): void {
    const lines = text.replaceAll("\r\n", "\n").replaceAll("\r", "\n");
    if (this.#style === "json") this.#json(lines);
    else if (this.#style === "xml") this.#xml(lines);
    else this.#asIs(lines);
  }

  value(left: string, right: string, outcome: Outcome): void {
    this.#settle();
    append(this.#left, left, outcome);
    append(this.#right, right, outcome);
    this.#last = "";
  }

  removed(text: string): void {
    if (this.#style === "json") {
      const bare = text.replace(/^\s*,\s*/, "").replace(/\s*,\s*$/, "");
      this.#removed.push(
        bare === text ? bare.replace(/^("(?:[^"\\]|\\.)*"):/, "$1: ") : `${bare.replace(/^("(?:[^"\\]|\\.)*"):/, "$1: ")},`,
      );
      return;
    }
    if (this.#style === "xml") {
      this.#removed.push(text);
      return;
    }
    if (this.#style === "blocks" && this.#last === "}" && text.startsWith("{")) this.#flush();
    append(this.#left, text, "removed");
  }

  end(): readonly Row[] {
    this.#flush();
    const { length } = this.#rows;
    let end = length;
    while (end > 0 && isBlank(this.#rows[end - 1] as Row)) end--;
    return this.#rows.slice(0, end);
  }

  #asIs(text: string): void {
    for (const [i, part] of text.split(/(?<=\n)/).entries()) {
      const line = part.endsWith("\n") ? part.slice(0, -1) : part;
      const blocks = this.#style === "blocks" ? line.split(/(?<=\})(?=\{)/) : [line];
      if (i === 0 && this.#style === "blocks" && this.#last === "}" && line.startsWith("{")) this.#flush();
      for (const [j, block] of blocks.entries()) {
        if (j > 0) this.#flush();
        this.#put(block);
      }
      if (part.endsWith("\n")) this.#flush();
    }
  }

  /** RFC 8259 on one line: an element of a container on each. */
  #json(text: string): void {
    for (const character of text) {
      if (this.#inString) {
        this.#put(character);
        if (this.#escaped) this.#escaped = false;
        else if (character === "\\") this.#escaped = true;
        else if (character === '"') this.#inString = false;
        continue;
      }
      if (/\s/.test(character)) continue;
      const closes = character === "}" || character === "]";
      if (closes) {
        this.#depth--;
        if (this.#last === "{" || this.#last === "[") this.#pending = this.#removed.length > 0;
        else this.#pending = true;
      }
      if (!closes || this.#pending) this.#settle();
      this.#put(character === ":" ? ": " : character);
      this.#last = character;
      if (character === '"') this.#inString = true;
      else if (character === "{" || character === "[") {
        this.#depth++;
        this.#pending = true;
      } else if (character === ",") this.#pending = true;
    }
  }

  /** XML on one line: an element on each, one with a text whole. */
  #xml(text: string): void {
    for (const part of text.split(/(?=<)|(?<=>)/)) {
      if (part.startsWith("</")) this.#depth = Math.max(0, this.#depth - 1);
      if (part.startsWith("<") && this.#last === ">") this.#pending = true;
      if (part.startsWith("<")) this.#settle();
      this.#put(part);
      if (/^<[^/?!]/.test(part)) this.#depth++;
      if (part.endsWith("/>")) this.#depth--;
      if (part.trim() !== "") this.#last = part.endsWith(">") ? ">" : "";
    }
  }

  /** Ends the line under way if what comes now begins another one. */
  #settle(): void {
    if (!this.#pending) return;
    this.#pending = false;
    this.#flush();
    this.#put(this.#indent());
  }

  #indent(): string {
    return (this.#style === "xml" ? " " : "  ").repeat(Math.max(0, this.#depth));
  }

  #put(text: string): void {
    if (text === "") return;
    append(this.#left, text, undefined);
    append(this.#right, text, undefined);
    this.#last = text.at(-1) ?? "";
  }

  #flush(): void {
    const [left, right] = [this.#left, this.#right];
    if (left.some(isWritten) || right.some(isWritten) || this.#style === "as-is" || this.#style === "halved") this.#pushRows(left, right);
    this.#left = [[]];
    this.#right = [[]];
    for (const text of this.#removed.splice(0)) {
      this.#pushRows(
        [
          [
            { text: this.#indent(), outcome: undefined },
            { text, outcome: "removed" },
          ],
        ],
        [[]],
      );
    }
  }

  #pushRows(left: readonly Piece[][], right: readonly Piece[][]): void {
    for (let i = 0; i < Math.max(left.length, right.length); i++) {
      const [before, after] = [left[i], right[i]].map((line) => this.#indented(line)) as [Line | undefined, Line | undefined];
      const changed = lineText(before) !== lineText(after);
      // A line of which only white space is left has gone.
      const gone = changed && after !== undefined && lineText(after).trim() === "" && lineText(before).trim() !== "";
      this.#rows.push({ left: before, right: gone ? undefined : after, changed });
    }
  }

  #indented(line: readonly Piece[] | undefined): Line | undefined {
    const first = line?.[0];
    if (this.#style !== "halved" || line === undefined || first === undefined || first.outcome !== undefined) return line;
    const text = first.text.replace(/^ +/, (spaces) => " ".repeat(spaces.length / 2));
    return [{ ...first, text }, ...line.slice(1)];
  }
}

/** Adds a text to the last of the lines, and a line for each line end in it. */
function append(lines: Piece[][], text: string, outcome: Outcome | undefined): void {
  for (const [i, part] of text.replaceAll("\r\n", "\n").split("\n").entries()) {
    if (i > 0) lines.push([]);
    const line = lines.at(-1) as Piece[];
    const last = line.at(-1);
    if (last !== undefined && last.outcome === undefined && outcome === undefined)
      line[line.length - 1] = { ...last, text: last.text + part };
    else if (part !== "") line.push({ text: part, outcome });
  }
}

export const lineText = (line: Line | undefined): string => (line ?? []).map(({ text }) => text).join("");

const isWritten = (line: readonly Piece[]): boolean => line.length > 0;

const isBlank = ({ left, right }: Row): boolean => lineText(left).trim() === "" && lineText(right).trim() === "";
