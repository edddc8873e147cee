/** What a code looks like (docs/internals/engine.md, "KEEP"): all that is kept of fields which could hold anything. */

/** Most digits of a word in capitals: codes have few, numbers of persons and accounts have more. */
const DIGITS_MAX = 5;
/** Most characters of one, whatever a rule allows: texts in capitals are longer. */
const CAPITALS_MAX = 12;

/** Whether `points[start, start + count)` is a code word of at most `max` code points. */
export function isCodeWord(points: Uint32Array, start: number, count: number, max: number): boolean {
  if (count > max) return false;
  return isWordInCapitals(points, start, start + count) || isVersionedName(points, start, start + count);
}

/** `CTRC`, `B2B`, `ISO11649`, `UTF-8`: capitals, digits and `_ . / + -`, at least one of the former two, five digits and twelve characters at most. */
function isWordInCapitals(points: Uint32Array, start: number, end: number): boolean {
  if (end - start > CAPITALS_MAX) return false;
  let digits = 0;
  let capitals = 0;
  for (let i = start; i < end; i++) {
    const code = points[i] as number;
    if (isDigit(code)) digits++;
    else if (code >= 0x41 && code <= 0x5a) capitals++;
    else if (code !== 0x5f && code !== 0x2e && code !== 0x2f && code !== 0x2b && code !== 0x2d) return false;
  }
  return digits + capitals > 0 && digits <= DIGITS_MAX;
}

/**
 * `pacs.008.001.08`, `swift.cbprplus.02`: two parts or more, joined by points, each of which is two or three digits, or letters and
 * digits behind a letter; the first begins with a letter, the last is of digits. Letters are small.
 */
function isVersionedName(points: Uint32Array, start: number, end: number): boolean {
  let isNumber = false;
  for (let from = start; ; ) {
    let to = from;
    let digits = 0;
    while (to < end && points[to] !== 0x2e) {
      const code = points[to] as number;
      if (isDigit(code)) digits++;
      else if (code < 0x61 || code > 0x7a) return false;
      to++;
    }
    const length = to - from;
    isNumber = length > 0 && digits === length;
    if (isNumber ? from === start || length < 2 || length > 3 : length === 0 || isDigit(points[from] as number)) return false;
    if (to === end) return isNumber;
    from = to + 1;
  }
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;
