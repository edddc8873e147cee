/** `bauta/engine`: the engines by themselves, for programs with a scanner of their own. docs/internals/engine.md is the contract. */

export { engineLine } from "../audit/events/engine.ts";
export type { Direction, Engine, EngineHandle, EngineName, Primitives } from "../engines/api.ts";
export { compareOnCanary } from "../engines/canary.ts";
export {
  encodePlan,
  type PlanBin,
  type PlanDomain,
  type PlanFit,
  type PlanHash,
  type PlanKind,
  type PlanNamespace,
  type PlanOperation,
  type PlanOtherwise,
  type PlanShape,
  type PlanSource,
  type PlanTechnique,
} from "../engines/plan.ts";
export { selectEngine } from "../engines/select.ts";
export * from "../record/tables.ts";
