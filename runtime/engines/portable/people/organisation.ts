/** Persons and organisations, told from a name form: no path says which of them stands there (docs/internals/people.md). */
import type { Forms, Legal } from "./lists.ts";
import { hasDigit } from "./words.ts";

/** Words of the longest legal form, an `&` among them. */
const LEGAL_WORDS = 6;
/** Letters of a legal form that is one wherever it stands. */
const LEGAL_INSIDE = 3;

/** Whether the words of a name form are those of an organisation, `legal` being the legal form among them. */
export function isOrganisation(words: readonly string[], legal: Legal | undefined, { roles }: Forms): boolean {
  return legal !== undefined || words.some((word) => word === "&" || hasDigit(word) || roles.organisation.has(word));
}

/**
 * The legal form that stands last in a name, not at its beginning. One of two letters counts at the very end alone, and none behind a
 * particle, where it is part of a family name (de Sa).
 */
export function legalOf(words: readonly string[], forms: Forms): Legal | undefined {
  for (let end = words.length; end >= 2; end--) {
    for (let count = LEGAL_WORDS < end - 1 ? LEGAL_WORDS : end - 1; count > 0; count--) {
      const start = end - count;
      if (forms.roles.particle.has(words[start - 1] as string)) continue;
      const form = words
        .slice(start, end)
        .filter((word) => word !== "&")
        .join(" ");
      if (end < words.length && form.length < LEGAL_INSIDE) continue;
      const legal = forms.legal.get(form);
      if (legal !== undefined) return legal;
    }
  }
  return undefined;
}
