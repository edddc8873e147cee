/**
 * Which rule wins. A rule's rank is a row of numbers compared from the left; the larger is the more specific. At equal ranks the
 * rules of the extending model win over those of the base, and what is equal still is ambiguous.
 */
import type { Rule } from "./model.ts";

/**
 * The row, in this order:
 *  0  2 a path without wildcards, 1 a path with, 0 no path
 *  1  literal segments
 *  2  segments with a star inside (`50*`)
 *  3  segments that are one star: a fixed depth says more than `**`
 *  4  3 one version, 2 a message, 1 a format, 0 any: the path's prefix
 *  5  2 a literal type, 1 a type with a star, 0 none
 *  6  1 a class
 *  7  1 a shape
 *  8  1 a format as a criterion of its own
 *  9  level: own rules over those of the extended model
 */
export type Rank = readonly number[];

export function rankOf(rule: Rule): Rank {
  const segments = rule.pattern?.segments ?? [];
  const count = (kind: string): number => segments.filter((segment) => segment.kind === kind).length;
  const literal = count("literal");
  const types = rule.types?.some((type) => type.kind === "partial") === true ? 1 : 2;
  return [
    rule.pattern === undefined ? 0 : literal === segments.length ? 2 : 1,
    literal,
    count("partial"),
    count("one"),
    rule.pattern?.scope.rank ?? 0,
    rule.types === undefined ? 0 : types,
    rule.classes === undefined ? 0 : 1,
    rule.shapes === undefined ? 0 : 1,
    rule.format === undefined ? 0 : 1,
    rule.level,
  ];
}

/** Below 0 if `a` is less specific than `b`, above 0 if more, 0 if neither. */
export function compareRanks(a: Rank, b: Rank): number {
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}
