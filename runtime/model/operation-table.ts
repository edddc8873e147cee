/** The one operation table of a plan: equal operations share a row, and rows are only ever appended. */
import type { PlanOperation } from "../engines/plan.ts";

export class OperationTable {
  readonly #operations: PlanOperation[] = [];
  readonly #indexes = new Map<string, number>();

  get operations(): readonly PlanOperation[] {
    return this.#operations;
  }

  /** Index of the operation, appended if it is new. */
  indexOf(operation: PlanOperation): number {
    const key = operationKey(operation);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.#operations.length;
    this.#operations.push(operation);
    this.#indexes.set(key, index);
    return index;
  }
}

/** In an order of their own, whatever order they were met in. */
export const inOwnOrder = (operations: readonly PlanOperation[]): readonly PlanOperation[] =>
  operations
    .map((operation) => [operationKey(operation), operation] as const)
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, operation]) => operation);

/** Equal for operations that are the same to an engine: what is left out is the default. */
export function operationKey(operation: PlanOperation): string {
  const { fit } = operation;
  return JSON.stringify([
    operation.technique,
    operation.kind ?? "text",
    operation.namespace ?? "",
    operation.otherwise ?? "error",
    operation.prefix ?? "",
    operation.width ?? 0,
    operation.hash ?? "hmac-sha256",
    operation.bin ?? "none",
    operation.keepFirst ?? 0,
    operation.keepLast ?? 0,
    operation.maskCharacter ?? "",
    operation.detect ?? false,
    operation.strict ?? false,
    operation.codeMax ?? 0,
    operation.distinct ?? false,
    operation.truncated ?? false,
    operation.initials ?? false,
    operation.domain ?? "example",
    operation.searches ?? false,
    Object.entries(operation.detects ?? {}).sort(),
    operation.feeds ?? "",
    operation.lineMax ?? 0,
    operation.constant ?? "",
    operation.bounds ?? [],
    operation.unit ?? "",
    operation.withinPpm ?? 0,
    operation.factorMin ?? 0,
    operation.factorMax ?? 0,
    operation.days ?? 0,
    operation.subject ?? "",
    operation.monthDay ?? false,
    operation.cipher ?? "aes-siv",
    operation.like ?? "",
    operation.places ?? [],
    operation.from ?? "",
    operation.to ?? "",
    fit.shape,
    fit.min,
    fit.max,
    fit.fraction ?? 0,
    fit.values ?? [],
    fit.prefix ?? "",
    operation.guard ?? "",
  ]);
}
