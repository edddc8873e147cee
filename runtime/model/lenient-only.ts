/**
 * Rules for what the standard does not have: `mt103:50/name` is no mistake, since a lenient reading takes option 50 of an MT103 and masks it,
 * but a strict one never meets it, and whoever wrote it most likely meant another option.
 */
import type { Field } from "../formats/api.ts";
import type { Catalogue } from "./catalogue.ts";
import type { Model, Rule } from "./model.ts";
import { messageKey, scopeCovers } from "./path.ts";
import type { Place } from "./problem.ts";
import { type Segment, segmentsMatch } from "./segments.ts";

/** What is worth knowing of a rule, and no mistake. */
export interface Note extends Place {
  readonly source: string;
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string;
}

/** A note for each rule of the model's own whose fields are met by a lenient reading only. */
export function lenientOnly(model: Model, catalogues: readonly Catalogue[]): readonly Note[] {
  return model.rules.flatMap((rule) => {
    const note = rule.preset || rule.pattern === undefined ? undefined : noteOf(rule, catalogues);
    return note === undefined ? [] : [note];
  });
}

function noteOf(rule: Rule, catalogues: readonly Catalogue[]): Note | undefined {
  const { pattern } = rule;
  if (pattern === undefined) return undefined;
  const spoken = catalogues.flatMap(({ format, messages, fieldsOf }) =>
    messages()
      .filter((message) => scopeCovers(pattern.scope, format, messageKey(message)))
      .map((message) => [...fieldsOf(message)]),
  );
  const named = spoken.flatMap((fields) => fields.filter(({ path }) => segmentsMatch(pattern.segments, path.split("/"))));
  // `unparsed` is named by those who mean a lenient reading.
  if (named.length === 0 || !named.every(({ isLenient, path }) => isLenient === true && !path.endsWith("/unparsed"))) return undefined;
  const prefix = pattern.text.slice(0, pattern.text.indexOf(":") + 1);
  const meant = spoken.flat().find((field) => isOtherOption(field, pattern.segments));
  const message = "only a lenient reading has values there: the standard has no such field in the message";
  const place = { source: rule.source, line: rule.at.line, column: rule.at.column, path: rule.path };
  return { ...place, message, ...(meant === undefined ? {} : { suggestion: `${prefix}${meant.path}` }) };
}

/** `50K/name` beside `50/name`. */
function isOtherOption({ isLenient, path }: Field, segments: readonly Segment[]): boolean {
  const names = path.split("/");
  return (
    isLenient !== true &&
    names.length === segments.length &&
    segments.every((segment, i) => {
      const name = names[i] as string;
      if (segment.kind !== "literal") return segmentsMatch([segment], [name]);
      return (
        segment.text === name ||
        (/^\d\d[A-Z]?$/.test(segment.text) && /^\d\d[A-Z]?$/.test(name) && segment.text.slice(0, 2) === name.slice(0, 2))
      );
    })
  );
}
