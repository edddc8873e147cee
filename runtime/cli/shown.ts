/** Texts of messages on a terminal: one line, no control characters, cut to columns. */

/** Line ends as a sign, and whatever could steer a terminal or change the order of what is read as escapes. */
export function onOneLine(text: string): string {
  return text
    .replaceAll(/\r\n|\r|\n/g, "⏎")
    .replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u${(character.codePointAt(0) as number).toString(16).padStart(4, "0")}`);
}

/** Columns that a text takes; it holds no control characters. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/** The text in so many columns at most, with an ellipsis where it was cut. */
export function cutTo(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  let out = "";
  let left = columns - 1;
  for (const character of text) {
    left -= widthOf(character);
    if (left < 0) break;
    out += character;
  }
  return `${out}…`;
}

/** As `cutTo`, losing the front: the end of a path says more. */
export function cutFront(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  return `…${[...text].slice(-(columns - 1)).join("")}`;
}

export const padTo = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - columnsOf(text)));

/** Cut and padded: a cell. */
export const cell = (text: string, columns: number): string => padTo(cutTo(text, columns), columns);

/** 2 for the characters of East Asian scripts and pictures, 0 for marks that stand on others. */
function widthOf(character: string): number {
  const code = character.codePointAt(0) as number;
  if (code < 0x300) return 1;
  if (/\p{M}/u.test(character)) return 0;
  const wide =
    (code >= 0x1100 && code <= 0x115f) ||
    (code >= 0x2e80 && code <= 0xa4cf) ||
    (code >= 0xac00 && code <= 0xd7a3) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xfe30 && code <= 0xfe6f) ||
    (code >= 0xff00 && code <= 0xff60) ||
    (code >= 0xffe0 && code <= 0xffe6) ||
    (code >= 0x1_f300 && code <= 0x1_faff) ||
    (code >= 0x2_0000 && code <= 0x3_fffd);
  return wide ? 2 : 1;
}
