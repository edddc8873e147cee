/** The plan, open in an engine; opened anew when message types were compiled since, or for each record's own key. */
import type { Direction, Engine, EngineHandle } from "../engines/api.ts";
import type { Ruleset } from "../formats/api.ts";

/** What the masker needs of a compiled model; its operations grow while message types are met. */
export interface PlanSource extends Ruleset {
  readonly operationCount: number;
  /** bauta.plan.v1.Plan with the operations so far. */
  planBytes(): Uint8Array;
  /** 32 bytes for each namespace of the plan, in its order. */
  keyBytes(): Uint8Array;
  /** What an operation changes by a function of it: what adds up before has to add up after it. undefined: nothing of that sort. */
  figureOf(operation: number): "amount" | "date" | undefined;
  /** Whether what an operation writes depends on the place where the value stands (generated values, ciphertexts that differ). */
  isPlaced(operation: number): boolean;
  /** Each record has a key of its own: `keyBytes` gives another one at every call. */
  readonly perRecord: boolean;
}

export class PlanHandle {
  readonly #engine: Engine;
  readonly #plan: PlanSource;
  readonly #direction: Direction;
  #handle: EngineHandle | undefined;
  #operations = -1;

  constructor({ engine, plan, direction }: { readonly engine: Engine; readonly plan: PlanSource; readonly direction: Direction }) {
    this.#engine = engine;
    this.#plan = plan;
    this.#direction = direction;
  }

  open(): EngineHandle {
    const plan = this.#plan;
    if (this.#handle === undefined || plan.perRecord || this.#operations !== plan.operationCount) {
      this.#handle?.close();
      this.#operations = plan.operationCount;
      this.#handle = this.#engine.open(plan.planBytes(), plan.keyBytes(), this.#direction);
    }
    return this.#handle;
  }

  close(): void {
    this.#handle?.close();
    this.#handle = undefined;
    this.#operations = -1;
  }
}
