/** Looks for clear values in an output: those that were to be hidden, anywhere in it. */
import { type InspectedRecord, type InspectedValue, textOf } from "../pipeline/inspect.ts";

/** Characters of a value that is looked for among the values of the output: a shorter one stands in any text. */
const VALUE_LENGTH_MIN = 4;
/** The same for what lies between the values, where the words of the format itself stand. */
const BETWEEN_LENGTH_MIN = 8;

/**
 * Values that were not kept and whose clear text still stands in the output, by itself or inside another value.
 * @param isConstant of a value that becomes a constant, which it may have been before
 */
export function clearLeaks(record: InspectedRecord, isConstant: (value: InspectedValue) => boolean): readonly InspectedValue[] {
  const written = record.values.flatMap(({ masked }) => (masked === undefined ? [] : [plain(masked)]));
  const all = plain(record.after === undefined ? "" : textOf(record.after, record.latin1));
  return record.values.filter((value) => {
    const { outcome, masked } = value;
    const clear = plain(value.clear);
    if (outcome === "kept" || clear.length < VALUE_LENGTH_MIN) return false;
    if (isConstant(value) && masked === value.clear) return false;
    if (written.some((text) => holds(text, clear))) return true;
    return clear.length >= BETWEEN_LENGTH_MIN && /\P{L}/u.test(clear) && holds(all, clear);
  });
}

const plain = (text: string): string => text.normalize("NFC").replace(/\s+/g, " ").trim().toUpperCase();

/** Whether a text stands in another one as words of its own. */
function holds(text: string, part: string): boolean {
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + 1)) {
    const isWhole = !isWordAt(text, at - 1) && !isWordAt(text, at + part.length);
    if (isWhole || part.length >= BETWEEN_LENGTH_MIN) return true;
  }
  return false;
}

const isWordAt = (text: string, at: number): boolean => /[\p{L}\p{N}]/u.test(text[at] ?? "");
