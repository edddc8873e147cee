/**
 * Rules for what stands inside of any content: `pacs.008:…/SplmtryData/Envlp/Ext/AcctId`.
 *
 * A rule speaks of it if its path names the place of the content and, written out, each element from there on. Names of elements are
 * copied, and so a wildcard opens nothing; of values that another rule names it may say what becomes of them.
 */
import type { Field, FormatName } from "../formats/api.ts";
import { fieldBelow, isOpenable } from "../formats/opened.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Rule } from "./model.ts";
import { messageKey, type PathPattern, scopeCovers } from "./path.ts";
import { type Segment, segmentsMatch, segmentText } from "./segments.ts";

/**
 * Paths below a field of any content that rules name, in the order of the rules: of elements with text, and of attributes.
 * @param key the message in the form of `messageKey`
 */
export function namedBelow(rules: readonly Rule[], format: FormatName, key: string, { path }: Field): readonly string[] {
  const place = path.split("/");
  const found = new Set<string>();
  for (const { pattern } of rules) {
    if (pattern === undefined || !scopeCovers(pattern.scope, format, key)) continue;
    for (const names of namesBehind(pattern, place)) found.add(names);
  }
  const named = [...found];
  // An element holds text or elements: what a longer path goes through is no value.
  return named.filter((name) => !named.some((other) => other.startsWith(`${name}/`) && other[name.length + 1] !== "@"));
}

/** What a path says behind the place of any content. A name may stand in it twice, and so there may be several. */
function namesBehind({ segments }: PathPattern, place: readonly string[]): readonly string[] {
  return splits(segments).flatMap(([above, below]) => {
    const isNamed = below.every(({ kind }) => kind === "literal") && segmentsMatch(above, place);
    const names = below.map(segmentText);
    // An attribute stands on an element, and nothing stands on an attribute.
    const isPath = names.length > 1 || !names[0]?.startsWith("@");
    return isNamed && isPath && !names.slice(0, -1).some((name) => name.startsWith("@")) ? [names.join("/")] : [];
  });
}

/** A path cut in two behind each name: what may be the place of any content, and what is below it. */
export function splits(segments: readonly Segment[]): readonly (readonly [readonly Segment[], readonly Segment[]])[] {
  return segments.flatMap(({ kind }, i) =>
    kind === "literal" && i + 1 < segments.length ? [[segments.slice(0, i + 1), segments.slice(i + 1)] as const] : [],
  );
}

/** The place of any content that a field is, or is below of; undefined of all others. */
export function placeOf(field: Field): string | undefined {
  if (isOpenable(field)) return field.path;
  return field.below === undefined ? undefined : field.path.split("/").slice(0, -field.below).join("/");
}

/** The catalogue with what rules name in place of any content that they open. */
export function withNamed(catalogue: Catalogue, rules: readonly Rule[]): Catalogue {
  const naming = rules.filter(({ pattern }) => pattern !== undefined && mayName(pattern));
  if (naming.length === 0 || catalogue.format !== "iso20022") return catalogue;
  const known = new Map<string, Iterable<Field>>();
  return {
    format: catalogue.format,
    messages: () => catalogue.messages(),
    fieldsOf(message) {
      const fields = known.get(message) ?? opened(catalogue, message, naming);
      known.set(message, fields);
      return fields;
    },
  };
}

function opened(catalogue: Catalogue, message: string, rules: readonly Rule[]): Iterable<Field> {
  const fields = catalogue.fieldsOf(message);
  const key = messageKey(message);
  const below = new Map<Field, readonly Field[]>();
  for (const field of fields) {
    const names = isOpenable(field) ? namedBelow(rules, catalogue.format, key, field) : [];
    if (names.length > 0)
      below.set(
        field,
        names.map((name) => fieldBelow(`${field.path}/${name}`, name.split("/").length)),
      );
  }
  return below.size === 0 ? fields : [...fields].flatMap((field) => below.get(field) ?? field);
}

/** Whether a path can name something below any content: it ends in two names. */
export const mayName = ({ scope, segments }: PathPattern): boolean =>
  (scope.format ?? "iso20022") === "iso20022" && segments.slice(-2).filter(({ kind }) => kind === "literal").length === 2;
