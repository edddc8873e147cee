/**
 * The one rule that keeps a line a line. In a value stand printable ASCII characters as they are, except `|`, `=` and `\`; every other
 * UTF-16 code unit, and a space at either end, is `\u` and four lower-case hex digits. So nothing in a value can end it, begin another
 * key, end the line, or move a terminal's cursor, and every text has exactly one spelling, lone surrogates included.
 */

import { LOG_VALUE_CHARACTERS_MAX } from "../../kit/limits.ts";

/** What ends a value that was too long for a line. */
const CUT = "...";

/**
 * A longer text than a line has room for is cut, and ends in `...`.
 * @param also one more character to escape, where it separates
 * @param max characters, escapes included
 */
export function escapeValue(text: string, also = "", max: number = LOG_VALUE_CHARACTERS_MAX): string {
  let out = "";
  let fits = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const char = text[i] as string;
    const plain = unit > 0x20 && unit < 0x7f && char !== "|" && char !== "=" && char !== "\\" && char !== also;
    const inner = unit === 0x20 && i > 0 && i < text.length - 1;
    out += plain || inner ? char : `\\u${unit.toString(16).padStart(4, "0")}`;
    if (out.length > max) return out.slice(0, fits) + CUT;
    if (out.length <= max - CUT.length) fits = out.length;
  }
  return out;
}

/** The text that was escaped, or undefined where this is not how a value is written. */
export function unescapeValue(value: string): string | undefined {
  if (!/^(?:[\x20-\x5b\x5d-\x7e]|\\u[0-9a-f]{4})*$/.test(value)) return undefined;
  return value.replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
