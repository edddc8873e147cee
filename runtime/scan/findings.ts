/** What a scan found, one row for each place and kind. */
import { CONFIDENCES, type Confidence, HIGH, HINT_CARD, HINT_ID, KINDS, type Kind, LOW, MEDIUM, NATIONAL, PAN } from "./kinds.ts";
import { type Place, pathOf, placesBelow } from "./place.ts";

export interface Finding {
  readonly path: string;
  readonly kind: Kind;
  readonly confidence: Confidence;
  /** Values that hold the kind, and of these those that are nothing else. */
  readonly count: number;
  readonly whole: number;
  /** Values at the place. */
  readonly values: number;
}

/** Values of a form with check digits from which chance can be told. */
const TRIES_MIN = 4;

/** Rows by place in the order in which places were met, by kind within one. */
export function findingsOf(root: Place): readonly Finding[] {
  return [...placesBelow(root)].flatMap((place) =>
    KINDS.flatMap((kind, index) => {
      const counts = [0, LOW, MEDIUM, HIGH].map((confidence) => place.count(index, confidence));
      const count = counts.reduce((a, b) => a + b, 0);
      if (count === 0) return [];
      const confidence = CONFIDENCES[judge(place, index, counts, count) - 1] as Confidence;
      return [{ path: pathOf(place), kind, confidence, count, whole: place.whole?.[index] ?? 0, values: place.values }];
    }),
  );
}

/**
 * The confidence that most of a place's findings have. A number has right check digits by chance: one in ten by Luhn. Where most numbers of
 * a place have wrong ones, those that have right ones mean little; where all have right ones, weak digits mean much.
 */
function judge(place: Place, kind: number, counts: readonly number[], count: number): number {
  const own = [HIGH, MEDIUM, LOW].reduce((best, level) => ((counts[level] as number) > (counts[best] as number) ? level : best), HIGH);
  if (kind !== PAN && kind !== NATIONAL) return own;
  const tries = kind === PAN ? place.panTries : place.nationalTries;
  const isHinted = (place.hints & (kind === PAN ? HINT_CARD : HINT_ID)) !== 0;
  if (tries >= TRIES_MIN && 2 * count < tries && !isHinted) return LOW;
  if (kind === NATIONAL && own === LOW && tries >= 2 * TRIES_MIN && count === tries) return MEDIUM;
  return own;
}
