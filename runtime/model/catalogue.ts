/** What a model needs to know of a format: the fields of its messages. Formats implement it; JSON has none. */
import type { Field, FormatName } from "../formats/api.ts";

export interface Catalogue {
  readonly format: FormatName;
  /** Names as scanners give them to a ruleset: `pacs.008.001.08`, `MT103`. */
  messages(): readonly string[];
  /** Every leaf of a message, attributes included, each once. */
  fieldsOf(message: string): Iterable<Field>;
}
