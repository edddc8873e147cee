/** Ways to the elements of a tree, for rules between their values. */
import { decimalOf } from "../../decimal.ts";
import type { Money } from "../../exchange.ts";
import type { XmlElement } from "../xsd/markup.ts";

export const child = (element: XmlElement, name: string): XmlElement | undefined => element.children.find((each) => each.name === name);
export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((each) => each.name === name);

export function at(element: XmlElement, path: string): XmlElement | undefined {
  let found: XmlElement | undefined = element;
  for (const name of path.split("/")) found = found === undefined ? undefined : child(found, name);
  return found;
}

/** Text of a leaf; undefined for what holds elements. */
export function textAt(element: XmlElement, path: string): string | undefined {
  const found = at(element, path);
  return found === undefined || found.children.length > 0 ? undefined : found.text;
}

/** An amount with its currency. */
export function moneyAt(element: XmlElement, path: string): Money | undefined {
  const found = at(element, path);
  const [amount, currency] = [decimalOf(textAt(element, path)), found?.attributes.get("Ccy")];
  return amount === undefined || currency === undefined ? undefined : { amount, currency };
}
