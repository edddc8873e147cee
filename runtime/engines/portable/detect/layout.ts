/** Writes what was found as something else, in the layout of the text (docs/internals/detect.md, "Writing"). */
import { inCase, type LetterCase } from "../people/case.ts";
import type { Dictionary } from "./dictionary.ts";
import { Variant } from "./dictionary.ts";
import type { Finding } from "./finder.ts";
import { COMMA, DOT, type Stream, WRAP } from "./stream.ts";

/** Code points [start, end) of the text are replaced by `codes`; `finding` tells pieces of one finding apart from others. */
export interface Piece {
  readonly start: number;
  readonly end: number;
  codes: readonly number[];
}

const X = 0x58;
const SPACE = 0x20;

/** One letter or digit for each of the text's, from `codes`, of which there are as many, or X; what stands between them stays. */
export function mapped({ start, end }: Finding, codes: readonly number[] | undefined, stream: Stream, out: Piece[]): void {
  let from = start;
  for (let i = start + 1; i <= end; i++) {
    if (i < end && !isWrapped(stream, i)) continue;
    const piece: number[] = [];
    for (let j = from; j < i; j++) {
      // One X for a letter that is read as two.
      if (codes !== undefined) piece.push(codes[j - start] as number);
      else if (j === from || stream.starts[j] !== stream.starts[j - 1]) piece.push(X);
      if (j + 1 < i)
        for (let p = stream.ends[j] as number; p < (stream.starts[j + 1] as number); p++) piece.push(stream.points[p] as number);
    }
    out.push({ start: stream.starts[from] as number, end: stream.ends[i - 1] as number, codes: piece });
    from = i;
  }
}

/** `X` for each letter and digit. */
export function hidden(finding: Finding, stream: Stream, out: Piece[]): void {
  mapped(finding, undefined, stream, out);
}

/** A text of its own length over the parts of the finding: each gets as many characters as it has letters and digits, the last the rest. */
export function spread(finding: Finding, text: readonly number[], stream: Stream, out: Piece[]): void {
  const parts = partsOf(finding, stream);
  let at = 0;
  parts.forEach(([from, to], index) => {
    const behind = parts.length - 1 - index;
    const left = text.length - at;
    let count = left;
    if (behind > 0) {
      count = left - behind;
      if (count > to - from) count = to - from;
      if (count < 1) count = left > 0 ? 1 : 0;
    }
    const codes = text.slice(at, at + count);
    at += count;
    out.push({ start: stream.starts[from] as number, end: stream.ends[to - 1] as number, codes: codes.length > 0 ? codes : [X] });
  });
}

/** Words over the parts of the finding, as evenly as whole words allow; where there are fewer words than parts, as any text. */
export function spreadWords(finding: Finding, words: readonly string[], stream: Stream, out: Piece[]): void {
  const parts = partsOf(finding, stream);
  if (words.length < parts.length) {
    spread(finding, codesOf(words.join(" ")), stream, out);
    return;
  }
  let at = 0;
  parts.forEach(([from, to], index) => {
    const count = Math.ceil((words.length - at) / (parts.length - index));
    const codes = codesOf(words.slice(at, at + count).join(" "));
    at += count;
    out.push({ start: stream.starts[from] as number, end: stream.ends[to - 1] as number, codes });
  });
}

/** The drawn name in the spelling that was found. */
export function spelledAs(
  name: string,
  { start, end, variant }: Finding,
  hasCode: boolean,
  turn: LetterCase,
  stream: Stream,
  dictionary: Dictionary,
): readonly string[] {
  const words = inCase(name, turn).split(" ");
  const code = hasCode && words.length > 1 ? [words.pop() as string] : [];
  const family = words.at(-1) as string;
  const given = words.slice(0, -1);
  let comma = "";
  for (let i = start + 1; i < end; i++) if (((stream.gaps[i] as number) & COMMA) !== 0) comma = ",";
  const dot = ((stream.gaps[start + 1] as number) & DOT) !== 0 ? "." : "";
  const initial = (given[0] ?? family).charAt(0);
  switch (variant) {
    case Variant.short:
      return dictionary.withoutLegal(words);
    case Variant.family:
      return [family];
    case Variant.reversed:
      return given.length === 0 ? [family] : [family + comma, ...given];
    case Variant.initialsFirst:
      return [initial + dot, family];
    case Variant.initialsLast:
      return [family + comma, initial];
    default:
      return [...words, ...code];
  }
}

/** Runs of elements between wraps. */
function partsOf({ start, end }: Finding, stream: Stream): readonly (readonly [number, number])[] {
  const parts: [number, number][] = [];
  let from = start;
  for (let i = start + 1; i <= end; i++) {
    if (i < end && !isWrapped(stream, i)) continue;
    parts.push([from, i]);
    from = i;
  }
  return parts;
}

function isWrapped(stream: Stream, at: number): boolean {
  return ((stream.gaps[at] as number) & WRAP) !== 0;
}

export const codesOf = (text: string): readonly number[] => Array.from(text, (character) => character.codePointAt(0) as number);

/** Without spaces at the end; one character at least. */
export function cutPiece(piece: Piece, size: number): void {
  let length = size < 1 ? 1 : size;
  while (length > 1 && piece.codes[length - 1] === SPACE) length--;
  piece.codes = piece.codes.slice(0, length);
}
