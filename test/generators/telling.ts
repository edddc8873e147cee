/** Whether a value that came out again says something, or could have come by chance. */

/** Own bits of a text: what its letters and digits could have been besides. Layout says nothing, and neither does one character repeated. */
export function bitsOf(text: string): number {
  if (new Set(text).size < 3) return 0;
  let bits = 0;
  for (const point of text) {
    if (/[0-9]/.test(point)) bits += 3.3;
    else if (/[A-Za-z]/.test(point)) bits += 4.7;
    else if (point > "\u00bf") bits += 5;
  }
  return bits;
}

/** Fewer bits than this are met in a large document by chance: no search for them in the whole of it. */
export const BITS_ANYWHERE = 40;
/** Fewer bits than this can be drawn again by chance in the value's own place; it is also the least that is encrypted, 10^6 values. */
export const BITS_IN_PLACE = 19.9;

/** A word of a code list by its looks; what else stands in a field for codes may be anything. The engines' own definition is apart from this. */
export function isCodeWord(text: string, max: number): boolean {
  const inCapitals = /^[A-Z0-9_./+-]+$/.test(text) && /[A-Z0-9]/.test(text) && text.replaceAll(/[^0-9]/g, "").length <= 5;
  const isVersioned = /^[a-z0-9]+(\.[a-z0-9]+)*\.[0-9]{2,3}$/.test(text) && /[a-z]/.test(text);
  return text.length <= max && (inCapitals || isVersioned);
}
