/** "Did you mean": the known word that is the fewest edits away. */

/** Words are this long at most before the distance is computed: the cost is quadratic. */
const WORD_LENGTH_MAX = 200;

/**
 * The candidate nearest to `word`, or undefined if none is near: at most a third of the word's characters (and at least one) may
 * differ. Letter case does not count. Of equally near ones the first is taken.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > WORD_LENGTH_MAX) return undefined;
  const wanted = asciiLower(word);
  let best: string | undefined;
  let bestDistance = Math.floor(word.length / 3) || 1;
  for (const candidate of candidates) {
    if (candidate === word || candidate.length > WORD_LENGTH_MAX) continue;
    const distance = editDistance(wanted, asciiLower(candidate));
    if (distance < bestDistance || (distance === bestDistance && best === undefined)) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Insertions, deletions, replacements and swaps of neighbours between two sequences (optimal string alignment). */
export function editDistance(a: ArrayLike<string>, b: ArrayLike<string>): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (last[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let cost = Math.min(replaced, (last[j] as number) + 1, (row[j - 1] as number) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) cost = Math.min(cost, (beforeLast[j - 2] as number) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] as number;
}

/** ASCII letters in lower case, everything else as it is: the same on every runtime and locale. */
export function asciiLower(text: string): string {
  let out = "";
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    out += unit >= 0x41 && unit <= 0x5a ? String.fromCharCode(unit + 32) : (text[i] as string);
  }
  return out;
}
