/** Why a rule matches no field of any catalogue, and what its author may have meant. */
import type { Field, FormatName } from "../formats/api.ts";
import { editDistance, nearest } from "../kit/suggest.ts";
import { placeOf, splits } from "./below.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Rule } from "./model.ts";
import { messageKey, type PathPattern, scopeCovers } from "./path.ts";
import { typeMatches } from "./rule-index.ts";
import { type Segment, segmentMatches, segmentsMatch, segmentText } from "./segments.ts";

/** Every name in the catalogues. */
export interface FieldNames {
  readonly messages: readonly MessageNames[];
}
interface MessageNames {
  readonly format: FormatName;
  /** As the catalogue spells it, and in the form of `messageKey`. */
  readonly name: string;
  readonly key: string;
  /** Paths of the leaves. */
  readonly paths: () => readonly string[];
  /** Paths of any content that rules may open. */
  readonly places: () => readonly string[];
  readonly types: () => ReadonlySet<string>;
}

export interface NoMatch {
  readonly issue: number;
  readonly message: string;
  readonly suggestion?: string;
}

/** Paths that are compared segment by segment at most: a suggestion is a courtesy, not a search engine. */
const CANDIDATES_MAX = 2_000;

export function namesOf(catalogues: readonly Catalogue[]): FieldNames {
  const messages = catalogues.flatMap((catalogue) =>
    catalogue.messages().map((name) => {
      const fields = (): readonly Field[] => [...catalogue.fieldsOf(name)];
      const paths = (): readonly string[] => fields().map((field) => field.path);
      const places = (): readonly string[] => [...new Set(fields().flatMap((field) => placeOf(field) ?? []))];
      const types = (): ReadonlySet<string> => new Set(fields().map((field) => field.type));
      return { format: catalogue.format, name, key: messageKey(name), paths, places, types };
    }),
  );
  return { messages };
}

export function explainNoMatch(rule: Rule, names: FieldNames): NoMatch {
  const inFormat = names.messages.filter((message) => rule.format === undefined || message.format === rule.format);
  const { pattern } = rule;
  const spoken = pattern === undefined ? inFormat : inFormat.filter(({ format, key }) => scopeCovers(pattern.scope, format, key));
  if (spoken.length === 0) return noMessage(pattern, inFormat);
  if (rule.types !== undefined && !spoken.some(({ types }) => [...types()].some((type) => typeMatches(rule.types ?? [], type)))) {
    return noType(rule, spoken);
  }
  if (pattern !== undefined && !spoken.some(({ paths }) => paths().some((path) => pathMatches(pattern, path)))) {
    return noPath(pattern, newest(spoken));
  }
  return { issue: 1218, message: "fields meet each criterion of this rule, but none meets all of them" };
}

/** Whether a pattern takes in a path: most are told by their last names. */
function pathMatches({ segments }: PathPattern, path: string): boolean {
  const last = segments.at(-1);
  if (last !== undefined && !segmentMatches(last, path.slice(path.lastIndexOf("/") + 1))) return false;
  return segmentsMatch(segments, path.split("/"));
}

/** One version of each message, the last: its names are enough to find what was meant. */
function newest(messages: readonly MessageNames[]): readonly MessageNames[] {
  return [...new Map(messages.map((message) => [`${message.format} ${message.key.split(".").slice(0, 2).join(".")}`, message])).values()];
}

function noMessage(pattern: PathPattern | undefined, messages: readonly MessageNames[]): NoMatch {
  const message = pattern?.scope.message;
  if (message === undefined) return { issue: 1205, message: "there is no message of this format" };
  // `pacs.008` beside `pacs.008.001.08`: a family is known by any of its members.
  const known = new Set(messages.flatMap(({ key }) => [key, key.split(".").slice(0, 2).join(".")]));
  return { issue: 1205, message: "no catalogue has this message", ...suggest(nearest(message, known)) };
}

function noType(rule: Rule, messages: readonly MessageNames[]): NoMatch {
  const types = new Set(messages.flatMap((message) => [...message.types()]));
  const near = (rule.types ?? []).map((type) => nearest(type.text, types)).find((type) => type !== undefined);
  return { issue: 1217, message: "no field has this type", ...suggest(near) };
}

function noPath(pattern: PathPattern, messages: readonly MessageNames[]): NoMatch {
  const paths = [...new Set(messages.flatMap((message) => message.paths()))].map((path) => path.split("/"));
  const prefix = pattern.text.slice(0, pattern.text.indexOf(":") + 1);
  const below: readonly Segment[] = [...pattern.segments, { kind: "one" }, { kind: "any" }];
  if (paths.some((path) => segmentsMatch(below, path))) {
    const suggestion = `${prefix}${[...pattern.segments, { kind: "any" } as const].map(segmentText).join("/")}`;
    return { issue: 1205, message: "the path ends at a group of fields, not at a field", suggestion };
  }
  const { segments } = pattern;
  const places = [...new Set(messages.flatMap((message) => message.places()))].map((path) => path.split("/"));
  const spelt = respelt(segments, paths);
  if (spelt === undefined && splits(segments).some(([above]) => places.some((place) => segmentsMatch(above, place)))) {
    return { issue: 1205, message: "below any content each element is written out: a wildcard opens nothing" };
  }
  const message = "no message has this path";
  const corrected = spelt ?? respeltAbove(segments, places) ?? closest(segments, paths);
  return { issue: 1205, message, ...suggest(corrected === undefined ? undefined : `${prefix}${corrected}`) };
}

/** The path with each unknown name replaced by the nearest known one, if that names something. */
function respelt(segments: readonly Segment[], paths: readonly (readonly string[])[]): string | undefined {
  const known = new Set(paths.flat());
  const spelt = segments.map((segment): Segment => {
    if (segment.kind !== "literal" || known.has(segment.text)) return segment;
    const near = nearest(segment.text, known);
    return near === undefined ? segment : { kind: "literal", text: near };
  });
  return paths.some((path) => segmentsMatch(spelt, path)) ? spelt.map(segmentText).join("/") : undefined;
}

/** The path of something below any content, of which the names above are known. */
function respeltAbove(segments: readonly Segment[], places: readonly (readonly string[])[]): string | undefined {
  for (const [above, below] of splits(segments)) {
    const spelt = respelt(above, places);
    if (spelt !== undefined) return [spelt, ...below.map(segmentText)].join("/");
  }
  return undefined;
}

/** The field with the same last name whose path is the fewest levels away. */
function closest(segments: readonly Segment[], paths: readonly (readonly string[])[]): string | undefined {
  const last = segments.at(-1);
  if (last === undefined || last.kind === "any" || last.kind === "one") return undefined;
  const wanted = segments.filter((segment) => segment.kind === "literal").map((segment) => segment.text);
  let best: string | undefined;
  let bestDistance = Number.MAX_SAFE_INTEGER;
  for (const path of paths.filter((candidate) => segmentMatches(last, candidate.at(-1) ?? "")).slice(0, CANDIDATES_MAX)) {
    const distance = editDistance(wanted, path);
    if (distance < bestDistance) {
      best = path.join("/");
      bestDistance = distance;
    }
  }
  return best;
}

const suggest = (suggestion: string | undefined): { readonly suggestion?: string } => (suggestion === undefined ? {} : { suggestion });
