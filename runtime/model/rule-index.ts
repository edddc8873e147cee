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
  readonly #speaking = new Map<string, Speaking>();
  readonly #bySpeakers = new Map<string, Speaking>();

  constructor(rules: readonly Rule[]) {
    const ranked = rules.map((rule) => ({ rule, rank: rankOf(rule) }));
    this.ranked = ranked.sort((a, b) => compareRanks(b.rank, a.rank) || a.rule.index - b.rule.index);
  }

  /**
   * All rules that name the field.
   * @param message in the form of `messageKey`
   */
  matching(format: FormatName, message: string, field: Field): readonly RankedRule[] {
    return this.#speakingOf(format, message).matching(field);
  }

  /** Whether those rules name every field of the same last name, class, shape and type: then the answer, one list, is the same for all. */
  isByKind(format: FormatName, message: string, field: Field): boolean {
    return this.#speakingOf(format, message).kindOf(field).anywhere;
  }

  /** The rules of the highest rank among those that name the field: one, if nothing is ambiguous. */
  best(format: FormatName, message: string, field: Field): readonly RankedRule[] {
    const named = this.matching(format, message, field);
    const first = named[0];
    if (first === undefined) return named;
    const others = named.findIndex(({ rank }) => compareRanks(rank, first.rank) !== 0);
    return others < 0 ? named : named.slice(0, others);
  }

  #speakingOf(format: FormatName, message: string): Speaking {
    const key = `${format} ${message}`;
    let speaking = this.#speaking.get(key);
    if (speaking === undefined) {
      const rules = this.ranked.filter(({ rule }) => speaksOf(rule, format, message));
      // Most messages are spoken of by the same rules, so what was found out about those serves them all.
      const same = rules.map(({ rule }) => rule.index).join(" ");
      speaking = this.#bySpeakers.get(same) ?? new Speaking(rules);
      this.#bySpeakers.set(same, speaking);
      // Names of messages come from catalogues, but of wrappers from anywhere.
      if (this.#speaking.size < MESSAGES_MAX) this.#speaking.set(key, speaking);
    }
    return speaking;
  }
}

/** Messages whose rules are remembered. */
const MESSAGES_MAX = 1024;
/** Kinds of fields whose rules are remembered: names of wrappers and their attributes have no end. */
const KINDS_MAX = 16_384;

/** The rules that speak of some messages. A model is asked about thousands of fields, of a few hundred kinds. */
class Speaking {
  readonly #rules: readonly RankedRule[];
  /** By all of a field that is not its place: the rules that can name it, as far as that and the last name of a path decide. */
  readonly #byKind = new Map<string, Kind>();

  constructor(rules: readonly RankedRule[]) {
    this.#rules = rules;
  }

  matching(field: Field): readonly RankedRule[] {
    const { anywhere, rules } = this.kindOf(field);
    if (anywhere) return rules;
    const segments = field.path.split("/");
    return rules.filter(({ rule }) => rule.pattern === undefined || segmentsMatch(rule.pattern.segments, segments));
  }

  kindOf(field: Field): Kind {
    const last = field.path.slice(field.path.lastIndexOf("/") + 1);
    const key = `${last} ${field.dataClass} ${field.fit.shape} ${field.type}`;
    let kind = this.#byKind.get(key);
    if (kind === undefined) {
      const rules = this.#rules.filter(({ rule }) => canName(rule, field, last));
      kind = { rules, anywhere: rules.every(({ rule }) => isAnywhere(rule)) };
      if (this.#byKind.size < KINDS_MAX) this.#byKind.set(key, kind);
    }
    return kind;
  }
}

interface Kind {
  /** Rules that can name a field of the kind. */
  readonly rules: readonly RankedRule[];
  /** They do, at any place. */
  readonly anywhere: boolean;
}

const speaksOf = (rule: Rule, format: FormatName, message: string): boolean =>
  (rule.format === undefined || rule.format === format) && (rule.pattern === undefined || scopeCovers(rule.pattern.scope, format, message));

/** Whether a rule's criteria hold for the field, its path as far as the last name goes. */
function canName(rule: Rule, field: Field, last: string): boolean {
  if (rule.classes !== undefined && !rule.classes.has(field.dataClass)) return false;
  if (rule.shapes !== undefined && !rule.shapes.has(field.fit.shape)) return false;
  if (rule.types !== undefined && !typeMatches(rule.types, field.type)) return false;
  const end = rule.pattern?.segments.at(-1);
  return end === undefined || segmentMatches(end, last);
}

/** Whether a rule that can name a field names it at any place: it has no path, or `**` and one name. */
const isAnywhere = ({ pattern }: Rule): boolean =>
  pattern === undefined || (pattern.segments.length === 2 && pattern.segments[0]?.kind === "any" && pattern.segments[1]?.kind !== "any");

export const typeMatches = (types: readonly TypePattern[], type: string): boolean => types.some((one) => segmentMatches(one, type));
