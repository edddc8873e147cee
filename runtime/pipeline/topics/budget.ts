/** How many of the last records were refused: a pipeline that refuses too much is not one to go on with. */
import { BautaError } from "../../kit/errors.ts";
import type { RefusalBudget } from "../definition/definition.ts";

interface Block {
  readonly read: number;
  readonly refused: number;
}

export class Budget {
  readonly #limit: RefusalBudget;
  /** Batches, the last ones first to be counted: as many as hold `of` records. */
  readonly #blocks: Block[] = [];
  #read = 0;
  #refused = 0;

  constructor(limit: RefusalBudget) {
    this.#limit = limit;
  }

  /**
   * Counts a batch. Batches count as a whole: of those that the last `of` records are in, all records count.
   * @throws BautaError 1524
   */
  take(read: number, refused: number): void {
    if (read === 0) return;
    this.#blocks.push({ read, refused });
    this.#read += read;
    this.#refused += refused;
    for (let first = this.#blocks[0]; first !== undefined && this.#read - first.read >= this.#limit.of; first = this.#blocks[0]) {
      this.#blocks.shift();
      this.#read -= first.read;
      this.#refused -= first.refused;
    }
    // Of more records than the budget is for, as many more may be refused.
    const allowed = this.#limit.records * Math.max(1, this.#read / this.#limit.of);
    if (this.#refused > allowed) throw new BautaError(1524, { detail: `${this.#refused} of ${this.#read} records` });
  }
}
