/** `bauta/model`: the model language for programs that load, check, explain or pin models themselves. docs/model.md is its reference. */
export type { DataClass, Field, Fit, FormatName, Shape } from "../formats/api.ts";
export type { Catalogue } from "../model/catalogue.ts";
export { type Check, checkModel } from "../model/check.ts";
export { defineModel, type EnvelopeDocument, type ModelDocument, type NamespaceDocument, type RuleDocument } from "../model/document.ts";
export { type BaseLookup, type LoadOptions, type LoadResult, loadModel } from "../model/load.ts";
export { compareLocks, encodeLock, type Lock, lockOf, parseLock, verifyLock } from "../model/lock.ts";
export type { Model, Namespace, Origin, Rule } from "../model/model.ts";
export { describeProblem, type Place, type Problem } from "../model/problem.ts";
export { fileSource, type ModelSource, presetSource } from "../model/sources.ts";
export {
  type Definition,
  KIND_DEFINITIONS,
  KINDS,
  type KindName,
  PRESETS,
  type PresetName,
  TECHNIQUES,
  type TechniqueName,
} from "../model/vocabulary.ts";
/** The message types that `checkModel` knows; pass them as its second argument. */
export { CATALOGUES } from "../registry.ts";
