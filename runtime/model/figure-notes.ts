/** What techniques of amounts give away: no mistake, and worth knowing before anybody relies on them (docs/model.md, "Amounts and dates"). */
import type { Note } from "./lenient-only.ts";
import type { Model } from "./model.ts";

/** A note for each technique by which rules of a model change amounts. */
export function figureNotes(model: Model, source: string): readonly Note[] {
  const messages = model.rules.flatMap(({ action }) => {
    if (action.kind === "round") return [`round: amounts are told to within ${action.unit}; what added up adds up`];
    if (action.kind === "bucket") return ["bucket: ranges of amounts are told; what added up adds up"];
    if (action.kind !== "use") return [];
    const { technique, figure } = action.namespace;
    if (technique === "noise")
      return [`noise: sizes are told to within ${figure?.within ?? 0} %, and equal amounts stay equal; what added up adds up`];
    if (technique === "scale") return ["scale: whoever sees many amounts of one subject can guess their factor; what added up adds up"];
    return [];
  });
  return [...new Set(messages)].map((message) => ({ source, line: 0, column: 0, path: "", message }));
}
