/** Finds the rules that name a field, the most specific first. */
import type { Field, FormatName } from "../formats/api.ts";
import type { Rule, TypePattern } from "./model.ts";
import { scopeCovers } from "./path.ts";
import { compareRanks, type Rank, rankOf } from "./rank.ts";
import { segmentMatches, segmentsMatch } from "./segments.ts";

export interface RankedRule {
  readonly rule: Rule;
  readonly rank: Rank;
}

export class RuleIndex {
  /** The most specific first; of equal ranks in source order. */
  readonly ranked: readonly RankedRule[];

  constructor(rules: readonly Rule[]) {
    const ranked = rules.map((rule) => ({ rule, rank: rankOf(rule) }));
    this.ranked = ranked.sort((a, b) => compareRanks(b.rank, a.rank) || a.rule.index - b.rule.index);
  }

  /**
   * All rules that name the field.
   * @param message in the form of `messageKey`
   */
  matching(format: FormatName, message: string, field: Field): readonly RankedRule[] {
    const segments = field.path.split("/");
    return this.ranked.filter(({ rule }) => matches(rule, format, message, field, segments));
  }

  /** The rules of the highest rank among those that name the field: one, if nothing is ambiguous. */
  best(format: FormatName, message: string, field: Field): readonly RankedRule[] {
    const segments = field.path.split("/");
    const best: RankedRule[] = [];
    for (const candidate of this.ranked) {
      const first = best[0];
      if (first !== undefined && compareRanks(candidate.rank, first.rank) !== 0) break;
      if (matches(candidate.rule, format, message, field, segments)) best.push(candidate);
    }
    return best;
  }
}

/** Whether all criteria of the rule hold for the field; the cheap ones are tried first. */
export function matches(rule: Rule, format: FormatName, message: string, field: Field, segments: readonly string[]): boolean {
  if (rule.format !== undefined && rule.format !== format) return false;
  if (rule.classes !== undefined && !rule.classes.has(field.dataClass)) return false;
  if (rule.shapes !== undefined && !rule.shapes.has(field.fit.shape)) return false;
  if (rule.types !== undefined && !typeMatches(rule.types, field.type)) return false;
  if (rule.pattern === undefined) return true;
  return scopeCovers(rule.pattern.scope, format, message) && segmentsMatch(rule.pattern.segments, segments);
}

export const typeMatches = (types: readonly TypePattern[], type: string): boolean => types.some((one) => segmentMatches(one, type));
