/** Small things that the tests of the model language share. */
import type { DataClass, Field, Fit, FormatName, Shape } from "../../runtime/formats/api.ts";
import type { Catalogue } from "../../runtime/model/catalogue.ts";
import { type LoadOptions, loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import { describeProblem, type Problem } from "../../runtime/model/problem.ts";

/** The problems of a YAML text. */
export function problemsOf(text: string, options?: LoadOptions): readonly Problem[] {
  return loadModel({ name: "m.yaml", text }, options).problems;
}

/** The model of a YAML text that has no problem. */
export function modelOf(text: string, options?: LoadOptions): Model {
  const { model, problems } = loadModel({ name: "m.yaml", text }, options);
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  return model;
}

/** The head that every model needs. */
export const HEAD = "bauta: 1\nname: m\nmode: deterministic\n";

export function field(path: string, type: string, dataClass: DataClass, shape: Shape, min = 1, max = 35, more: Partial<Fit> = {}): Field {
  return { path, type, dataClass, fit: { shape, min, max, ...more } };
}

export function catalogue(format: FormatName, messages: Readonly<Record<string, readonly Field[]>>): Catalogue {
  return { format, messages: () => Object.keys(messages), fieldsOf: (message) => messages[message] ?? [] };
}
