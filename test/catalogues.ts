/** The catalogues in sizes that a test can afford: there are 400,000 fields in all of them. */
import type { Field, FormatName } from "../runtime/formats/api.ts";
import type { Catalogue } from "../runtime/model/catalogue.ts";
import { CATALOGUES } from "../runtime/registry.ts";

export interface FieldCase {
  readonly format: FormatName;
  readonly message: string;
  readonly field: Field;
}

/**
 * One of all fields that the rules of presets cannot tell apart: they ask for the last two names of a path, the class and the type.
 * Which message it is of they ask only by format.
 */
export function distinctFields(): readonly FieldCase[] {
  const found = new Map<string, FieldCase>();
  const seen = new Set<Field>();
  for (const { format, messages, fieldsOf } of CATALOGUES) {
    for (const message of messages()) {
      for (const field of fieldsOf(message)) {
        // Versions of a message share the objects of what they have in common.
        if (seen.has(field)) continue;
        seen.add(field);
        const names = field.path
          .split("/")
          .slice(format === "iso20022" ? -2 : 0)
          .join("/");
        const key = `${format} ${names} ${field.dataClass} ${field.type} ${JSON.stringify(field.fit)}`;
        if (!found.has(key)) found.set(key, { format, message, field });
      }
    }
  }
  return [...found.values()];
}

/** The catalogues with one version of some ISO 20022 messages, which say as much about a path as all of them. */
export const FEW_CATALOGUES: readonly Catalogue[] = CATALOGUES.map((catalogue) => {
  const few = ["pacs.008.001.01", "pacs.008.001.08", "head.001.001.02", "camt.053.001.08", "pain.001.001.09"];
  const names = catalogue.messages().filter((name) => catalogue.format !== "iso20022" || few.includes(name));
  return { ...catalogue, messages: () => names, fieldsOf: (message) => catalogue.fieldsOf(message) };
});
