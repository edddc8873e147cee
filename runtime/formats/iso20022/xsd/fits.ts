/** From the facets of a simple type to its shape: schemas/iso20022/README.md, "Shapes". */
import type { Fit } from "../../api.ts";
import { constantOf, matches } from "./constant.ts";

/** A simple type with what its restrictions say, from the built-in type up. */
export interface Facets {
  /** Built-in type at the root, such as `string`. */
  readonly base: string;
  /** Facets but enumeration and pattern, by name; of a chain of restrictions the last word. */
  readonly facets: ReadonlyMap<string, string>;
  readonly values: readonly string[];
  /** All must match; more than one only where a restriction restricts another. */
  readonly patterns: readonly string[];
}

type Counted = readonly [shape: Fit["shape"], min: number, max: number];

/** Patterns whose language is that of a shape, or smaller in a way that every output of the shape still keeps. */
const PATTERN_SHAPES: ReadonlyMap<string, Counted> = new Map([
  ["[A-Z]{2,2}", ["country", 2, 2]],
  ["[A-Z]{3,3}", ["currency", 3, 3]],
  ["[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}", ["iban", 5, 34]],
  ["[a-zA-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}", ["iban", 5, 34]],
  ["[A-Z]{6,6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3,3}){0,1}", ["bic", 8, 11]],
  ["[A-Z0-9]{4,4}[A-Z]{2,2}[A-Z0-9]{2,2}([A-Z0-9]{3,3}){0,1}", ["bic", 8, 11]],
  ["[A-Z0-9]{18,18}[0-9]{2,2}", ["lei", 20, 20]],
  ["[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}", ["uuid4", 36, 36]],
  ["\\+[0-9]{1,3}-[0-9()+\\-]{1,30}", ["phone", 4, 35]],
  ["[0-9a-fA-F]+", ["hex", 1, 0]],
  ["([0-9A-F][0-9A-F]){32}", ["hex", 64, 64]],
]);

/** One character class, counted; digits may follow a fixed prefix of letters. The counts include the prefix. */
const COUNTED = /^([A-Z]*)\[((?:[^\]\\]|\\.)+)\](?:\{(\d+)(?:,(\d+))?\}|([+*]))?$/;
const COUNTED_SHAPES: ReadonlyMap<string, Fit["shape"]> = new Map([
  ["0-9", "digits"],
  ["a-zA-Z0-9", "alphanumeric"],
  ["A-Z0-9", "upper-alphanumeric"],
]);
const PLAIN_SHAPES: ReadonlyMap<string, Fit["shape"]> = new Map([
  ["boolean", "boolean"],
  ["date", "date"],
  ["dateTime", "date-time"],
  ["time", "time"],
  ["gYear", "year"],
]);
/** Neutral values of built-in types that no shape describes. */
const PLAIN_CONSTANTS: ReadonlyMap<string, string> = new Map([
  ["gYearMonth", "1900-01"],
  ["gMonth", "--01"],
  ["gDay", "---01"],
  ["gMonthDay", "--01-01"],
  ["anyURI", "urn:redacted"],
  ["language", "zz"],
  ["integer", "0"],
  ["nonNegativeInteger", "0"],
  ["positiveInteger", "1"],
  ["int", "0"],
  ["long", "0"],
  ["short", "0"],
]);

const UNKNOWN: Fit = { shape: "unknown", min: 0, max: 0 };
/** Characters of SWIFT's set X on one line: what every text of ours is written in. */
const SWIFT_X = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-?:().,'+ ";

/** @param name of the type: of a text without items `…Code` says that it is a code */
export function fitOf(name: string, { base, facets, values, patterns }: Facets): Fit {
  if (base === "string" || base === "normalizedString" || base === "token") {
    if (values.length > 0) return enumFit(values, facets, patterns);
    if (patterns.length > 0) return patternFit(facets, patterns);
    if (only(facets, ["minLength", "maxLength"])) {
      // A code list without its items, kept outside the schema, has at least a length; without one it is any text.
      const shape = /Code(?:_\w+)?$/.test(name) && facets.has("maxLength") ? "code" : "text";
      return { shape, min: numberOf(facets, "minLength"), max: numberOf(facets, "maxLength") };
    }
    return UNKNOWN;
  }
  if (values.length > 0) return { ...UNKNOWN, values: [values[0] as string] };
  const isDecimal = base === "decimal" && patterns.length === 0;
  if (isDecimal && only(facets, ["totalDigits", "fractionDigits", "minInclusive"]) && Number(facets.get("minInclusive") ?? "0") === 0) {
    return { shape: "decimal", min: 0, max: numberOf(facets, "totalDigits"), fraction: numberOf(facets, "fractionDigits") };
  }
  if (base === "base64Binary" && patterns.length === 0 && only(facets, ["minLength", "maxLength"])) {
    // The facets count octets, a fit counts characters: four for every three octets begun.
    return { shape: "base64", min: base64Length(facets, "minLength"), max: base64Length(facets, "maxLength") };
  }
  const plain = PLAIN_SHAPES.get(base);
  const admitsConstant = patterns.length === 0 || (base === "dateTime" && patterns.every((pattern) => pattern === ".*Z"));
  if (plain !== undefined && facets.size === 0 && admitsConstant) return { shape: plain, min: 0, max: 0 };
  return unknownOf(constantOfBase(base, facets, patterns));
}

function enumFit(values: readonly string[], facets: ReadonlyMap<string, string>, patterns: readonly string[]): Fit {
  const admitted = values.filter((value) => patterns.every((pattern) => matches(pattern, value)));
  if (!only(facets, ["minLength", "maxLength", "length"]) || admitted.length === 0) return unknownOf(values[0]);
  const lengths = admitted.map((value) => Array.from(value).length);
  return { shape: "enum", min: Math.min(...lengths), max: Math.max(...lengths), values: admitted };
}

function patternFit(facets: ReadonlyMap<string, string>, patterns: readonly string[]): Fit {
  const [pattern = "", ...more] = patterns;
  if (!only(facets, ["minLength", "maxLength"])) return UNKNOWN;
  const whole = more.length === 0 ? wholePattern(pattern, facets) : undefined;
  if (whole !== undefined) return whole;
  const constant = constantOf(pattern);
  const bounded = constant !== undefined && withinLengths(constant, facets) && more.every((each) => matches(each, constant));
  return unknownOf(bounded ? constant : undefined);
}

/** The shape of one pattern, where there is one. */
function wholePattern(pattern: string, facets: ReadonlyMap<string, string>): Fit | undefined {
  const named = PATTERN_SHAPES.get(pattern);
  if (named !== undefined) {
    const [shape, min, max] = named;
    return facets.size === 0 ? { shape, min, max } : undefined;
  }
  const counted = COUNTED.exec(pattern);
  if (counted === null) return undefined;
  const [, prefix = "", characters = "", least, most, endless] = counted;
  const low = Number(least ?? (endless === "*" ? 0 : 1));
  const min = Math.max(prefix.length + low, numberOf(facets, "minLength"));
  const high = endless === undefined ? prefix.length + Number(most ?? low) : Number.POSITIVE_INFINITY;
  const bound = Math.min(high, facets.has("maxLength") ? numberOf(facets, "maxLength") : Number.POSITIVE_INFINITY);
  const max = Number.isFinite(bound) ? bound : 0;
  const shape = COUNTED_SHAPES.get(characters) ?? textShape(characters);
  // Only digits have prefixes in these schemas.
  if (shape === undefined || min > bound || (prefix !== "" && shape !== "digits")) return undefined;
  return { shape, min, max, ...(prefix === "" ? {} : { prefix }) };
}

/** A class of characters that holds all of SWIFT's set X takes whatever is written into a text; nothing else may be in `swift-x`. */
function textShape(characters: string): Fit["shape"] | undefined {
  const admits = (character: string): boolean => matches(`[${characters}]`, character);
  if (!Array.from(SWIFT_X).every(admits)) return undefined;
  const others = Array.from({ length: 0x7e - 0x20 }, (_, i) => String.fromCharCode(0x21 + i)).filter((each) => !SWIFT_X.includes(each));
  return others.some(admits) ? "text" : "swift-x";
}

function constantOfBase(base: string, facets: ReadonlyMap<string, string>, patterns: readonly string[]): string | undefined {
  const least = facets.get("minInclusive");
  const known = PLAIN_CONSTANTS.get(base) ?? (base === "decimal" ? "0" : undefined);
  const candidates = [known, least, ...patterns.map(constantOf)].filter((each) => each !== undefined);
  const inRange = (value: string): boolean =>
    (least === undefined || Number(value) >= Number(least)) &&
    !facets.has("minExclusive") &&
    !facets.has("maxExclusive") &&
    (!facets.has("maxInclusive") || Number(value) <= Number(facets.get("maxInclusive")));
  return candidates.find((value) => inRange(value) && patterns.every((pattern) => matches(pattern, value)));
}

const unknownOf = (constant: string | undefined): Fit =>
  constant === undefined ? UNKNOWN : { shape: "unknown", min: constant.length, max: constant.length, values: [constant] };

const withinLengths = (text: string, facets: ReadonlyMap<string, string>): boolean =>
  text.length >= numberOf(facets, "minLength") && (!facets.has("maxLength") || text.length <= numberOf(facets, "maxLength"));

const only = (facets: ReadonlyMap<string, string>, names: readonly string[]): boolean =>
  [...facets.keys()].every((name) => names.includes(name) || name === "whiteSpace");

const numberOf = (facets: ReadonlyMap<string, string>, name: string): number => Number(facets.get(name) ?? 0);

const base64Length = (facets: ReadonlyMap<string, string>, name: string): number => Math.ceil(numberOf(facets, name) / 3) * 4;
