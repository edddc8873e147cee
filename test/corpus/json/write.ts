/** Writes JSON as different producers do. */

/** Text that goes into the file as it is: amounts with trailing zeros, card numbers beyond 2^53. */
export class Token {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

export const token = (text: string): Token => new Token(text);

export type Json = null | boolean | number | string | Token | readonly Json[] | { readonly [name: string]: Json | undefined };

export interface Style {
  /** Spaces of one level; 0 writes one line. */
  readonly indent: number;
  /** Everything outside of ASCII as an escape, in capitals or not. */
  readonly escape?: "lower" | "upper";
  /** `\/` for `/`. */
  readonly solidus?: boolean;
  /** A space behind colons and commas of one-line JSON. */
  readonly airy?: boolean;
  /** Line end; default LF. */
  readonly lineEnd?: string;
}

export function write(value: Json, style: Style, depth = 0): string {
  if (value instanceof Token) return value.text;
  if (typeof value === "string") return quote(value, style);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const brackets = Array.isArray(value) ? "[]" : "{}";
  const colon = style.indent > 0 || style.airy === true ? ": " : ":";
  const items = Array.isArray(value)
    ? value.map((item: Json) => write(item, style, depth + 1))
    : Object.entries(value).flatMap(([name, item]) => (item === undefined ? [] : [quote(name, style) + colon + write(item, style, depth + 1)]));
  return join(items, brackets, style, depth);
}

function join(items: readonly string[], brackets: string, style: Style, depth: number): string {
  const [open, close] = brackets;
  if (items.length === 0) return brackets;
  if (style.indent === 0) return open + items.join(style.airy === true ? ", " : ",") + close;
  const lineEnd = style.lineEnd ?? "\n";
  const line = (level: number): string => lineEnd + " ".repeat(level * style.indent);
  return open + line(depth + 1) + items.join(`,${line(depth + 1)}`) + line(depth) + close;
}

function quote(text: string, style: Style): string {
  let out = JSON.stringify(text);
  if (style.solidus === true) out = out.replaceAll("/", "\\/");
  if (style.escape === undefined) return out;
  return out.replace(/[^\x00-\x7f]/g, (unit) => {
    const hex = unit.charCodeAt(0).toString(16).padStart(4, "0");
    return `\\u${style.escape === "upper" ? hex.toUpperCase() : hex}`;
  });
}

/** One file of the corpus. */
export interface CorpusFile {
  readonly path: string;
  readonly text: string;
  /** Messages in it. */
  readonly records: number;
}

export const document = (path: string, value: Json, style: Style): CorpusFile => ({ path, text: `${write(value, style)}${style.lineEnd ?? "\n"}`, records: 1 });

/** One record on each line. */
export function lines(path: string, values: readonly Json[], style: Omit<Style, "indent">): CorpusFile {
  const text = values.map((value) => `${write(value, { ...style, indent: 0 })}${style.lineEnd ?? "\n"}`).join("");
  return { path, text, records: values.length };
}
