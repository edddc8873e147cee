/** Amounts of a message, and what they are made of. */
import { decimalOf } from "../../decimal.ts";
import { type Amount, decimalsIn, type TermTable } from "../../terms.ts";
import { at } from "./elements.ts";
import type { Element } from "./tree.ts";

/** Amounts of a message by their elements. */
export class Amounts {
  readonly terms: TermTable;
  readonly #values: ReadonlyMap<number, number>;

  /** @param values rows of the batch by where their text begins */
  constructor(terms: TermTable, values: ReadonlyMap<number, number>) {
    this.terms = terms;
    this.#values = values;
  }

  /** The amount of an element; one without a currency of its own (a total) has an empty one. */
  of(element: Element | undefined): Amount | undefined {
    const text = element?.isLeaf === true ? element.text : undefined;
    const amount = decimalOf(text);
    if (element === undefined || text === undefined || amount === undefined) return undefined;
    const currency = element.attribute("Ccy") ?? "";
    return { amount, currency, decimals: decimalsIn(currency, text), value: this.#values.get(element.contentAt) };
  }

  at(element: Element, path: string): Amount | undefined {
    return this.of(at(element, path));
  }
}
