/**
 * The one rule that keeps a line a line, for line events and for records that are written as such. In a value stand printable ASCII
 * characters as they are, except `|`, `=` and `\`; every other UTF-16 code unit, and a space at either end, is `\u` and four lower-case
 * hex digits. So nothing in a value can end it, begin another key, end the line, or move a terminal's cursor, and every text has exactly
 * one spelling, lone surrogates included.
 */

import { LOG_VALUE_CHARACTERS_MAX } from "./limits.ts";

/** What ends a value that was too long for a line. */
const CUT = "...";
/** Characters of an escape. */
const ESCAPE_LENGTH = "\\u0000".length;

/** The whole text, however long. */
export const escapeText = (text: string): string => text.replaceAll(/[^\x20-\x7e]|[|=\\]|^ | $/g, escapeUnits);

/**
 * A longer text than a line has room for is cut, and ends in `...`.
 * @param also one more character to escape, where it separates
 * @param max characters, escapes included
 */
export function escapeValue(text: string, also = "", max: number = LOG_VALUE_CHARACTERS_MAX): string {
  const told = escapeText(text);
  const whole = also === "" ? told : told.replaceAll(also, escapeUnits);
  if (whole.length <= max) return whole;
  const room = max - CUT.length;
  // A `\` begins an escape wherever it stands; half of one would be another value.
  const last = whole.lastIndexOf("\\", room - 1);
  return whole.slice(0, last >= 0 && last + ESCAPE_LENGTH > room ? last : room) + CUT;
}

/** The text that was escaped, or undefined where this is not how a value is written. */
export function unescapeValue(value: string): string | undefined {
  if (!/^(?:[\x20-\x5b\x5d-\x7e]|\\u[0-9a-f]{4})*$/.test(value)) return undefined;
  return value.replaceAll(/\\u([0-9a-f]{4})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function escapeUnits(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) out += `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`;
  return out;
}
