/** What exists, in one place: a plug-in that is listed here is tested, documented and selectable. */
import type { Format, MessageRules, OwnCatalogue } from "./formats/api.ts";
import { iso20022, iso20022Catalogue, withOwnCatalogues } from "./formats/iso20022/index.ts";
import { json } from "./formats/json/index.ts";
import { swiftMt, swiftMtCatalogue } from "./formats/swift-mt/index.ts";
import { withNamed } from "./model/below.ts";
import type { Catalogue } from "./model/catalogue.ts";
import type { Rule } from "./model/model.ts";

/** In the order in which they are asked whether a record is theirs; their `detect` functions are disjoint. */
export const FORMATS: readonly Format[] = [iso20022, swiftMt, json];

/** What a model is checked against. JSON has no catalogue: its fields are what the model names. */
export const CATALOGUES: readonly Catalogue[] = [iso20022Catalogue, swiftMtCatalogue];

/** The same for a model, which may name catalogues of the user's own, and what is inside of any content. */
export function cataloguesOf({
  catalogues,
  rules,
}: {
  readonly catalogues: readonly OwnCatalogue[];
  readonly rules: readonly Rule[];
}): readonly Catalogue[] {
  const known = catalogues.length === 0 ? iso20022Catalogue : withOwnCatalogues(catalogues);
  return [withNamed(known, rules), swiftMtCatalogue];
}

/** What holds between the values of a message, for `bauta verify-message`. */
export const MESSAGE_RULES: readonly MessageRules[] = FORMATS.flatMap(({ rules }) => rules ?? []);
