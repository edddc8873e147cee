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
  /** Those that speak of a message, by format and message: a model is asked about thousands of fields of a few messages. */
  readonly #speaking = new Map<string, readonly RankedRule[]>();

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
    return this.#speakingOf(format, message).filter(({ rule }) => names(rule, field, segments));
  }

  /** The rules of the highest rank among those that name the field: one, if nothing is ambiguous. */
  best(format: FormatName, message: string, field: Field): readonly RankedRule[] {
    const segments = field.path.split("/");
    const best: RankedRule[] = [];
    for (const candidate of this.#speakingOf(format, message)) {
      const first = best[0];
      if (first !== undefined && compareRanks(candidate.rank, first.rank) !== 0) break;
      if (names(candidate.rule, field, segments)) best.push(candidate);
    }
    return best;
  }

  #speakingOf(format: FormatName, message: string): readonly RankedRule[] {
    const key = `${format} ${message}`;
    let rules = this.#speaking.get(key);
    if (rules === undefined) {
      rules = this.ranked.filter(({ rule }) => speaksOf(rule, format, message));
      // Names of messages come from catalogues, but of wrappers from anywhere.
      if (this.#speaking.size < MESSAGES_MAX) this.#speaking.set(key, rules);
    }
    return rules;
  }
}

/** Messages whose rules are remembered. */
const MESSAGES_MAX = 256;

const speaksOf = (rule: Rule, format: FormatName, message: string): boolean =>
  (rule.format === undefined || rule.format === format) && (rule.pattern === undefined || scopeCovers(rule.pattern.scope, format, message));

/** Whether the rule's criteria besides the message hold for the field; the cheap ones are tried first. */
function names(rule: Rule, field: Field, segments: readonly string[]): boolean {
  if (rule.classes !== undefined && !rule.classes.has(field.dataClass)) return false;
  if (rule.shapes !== undefined && !rule.shapes.has(field.fit.shape)) return false;
  if (rule.types !== undefined && !typeMatches(rule.types, field.type)) return false;
  return rule.pattern === undefined || segmentsMatch(rule.pattern.segments, segments);
}

export const typeMatches = (types: readonly TypePattern[], type: string): boolean => types.some((one) => segmentMatches(one, type));
