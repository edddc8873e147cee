/** Amounts of a message, and what they are made of. */
import { decimalOf } from "../../decimal.ts";
import { type Amount, decimalsIn, type TermTable } from "../../terms.ts";
import type { XmlElement } from "../xsd/markup.ts";
import { at } from "./elements.ts";

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
  of(element: XmlElement | undefined): Amount | undefined {
    const amount = element === undefined || element.children.length > 0 ? undefined : decimalOf(element.text);
    if (element === undefined || amount === undefined) return undefined;
    const currency = element.attributes.get("Ccy") ?? "";
    return { amount, currency, decimals: decimalsIn(currency, element.text), value: this.#values.get(element.contentAt) };
  }

  at(element: XmlElement, path: string): Amount | undefined {
    return this.of(at(element, path));
  }
}
