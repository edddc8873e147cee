/** Tokens behind the prefix that an identifier has of its own: `cust_7f3a` becomes `cust_PS_…` (docs/internals/engine.md, PREFIXED_ID). */
import { type Operation, Shape } from "../../generated/plan_pb.ts";
import { CLASS_OF } from "../kinds/subject.ts";
import type { FitCheck } from "../text/fit.ts";
import { plainTokenSpec, type TokenSpec } from "./token.ts";

/** Letters of the longest prefix. */
const PREFIX_MAX = 11;
/** What stands in front of the token at most: prefix, separator, mark, separator; and at least. */
const HEAD_MAX = 15;
const HEAD_MIN = 5;
const MARK: readonly number[] = [0x50, 0x53];
const HYPHEN = 0x2d;
const UNDERSCORE = 0x5f;

/** The token of a field, or what it breaks. */
export function prefixedTokenSpec(operation: Operation, fit: FitCheck): TokenSpec | string {
  if (fit.shape !== Shape.TEXT && fit.shape !== Shape.SWIFT_X && fit.shape !== Shape.CODE) return "the shape takes no prefixed token";
  if (operation.prefix !== "" || fit.prefix.length > 0) return "the token has the prefix of its value";
  const spec = plainTokenSpec(operation);
  if (typeof spec === "string") return spec;
  if (fit.min > HEAD_MIN + spec.width) return "shorter than the field's minimum";
  return fit.max > 0 && fit.max < HEAD_MAX + spec.width ? "longer than the field's maximum" : spec;
}

/** What stands in front of the token of a value; undefined where the value has no prefix, or none that the shape admits behind it. */
export function prefixedHead(shape: Shape, points: Uint32Array, start: number, count: number): readonly number[] | undefined {
  const end = start + count;
  let at = start;
  while (at < end && at - start <= PREFIX_MAX && isLetter(points[at] as number)) at++;
  const separator = points[at] as number;
  if (at === start || at - start > PREFIX_MAX || at + 1 >= end || !isSeparator(separator)) return undefined;
  for (let i = at; i < end; i++) {
    const code = points[i] as number;
    const isAdmitted = isSeparator(code) || (code < 0x80 && CLASS_OF[code] !== 0);
    // An underscore is not of SWIFT's set X, wherever it stands.
    if (!isAdmitted || (code === UNDERSCORE && shape === Shape.SWIFT_X)) return undefined;
  }
  return [...points.subarray(start, at + 1), ...MARK, separator];
}

const isLetter = (code: number): boolean => code < 0x80 && (CLASS_OF[code] as number) > 1;
const isSeparator = (code: number): boolean => code === HYPHEN || code === UNDERSCORE;
