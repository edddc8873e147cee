/** Ways to the elements of a tree, for rules between their values. */
import { decimalOf } from "../../decimal.ts";
import type { Money } from "../../exchange.ts";
import type { XmlElement } from "../xsd/markup.ts";

export function child(element: XmlElement, name: string): XmlElement | undefined {
  for (const each of element.children) if (each.name === name) return each;
  return undefined;
}
export const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] =>
  element.children.filter((each) => each.name === name);

/** Rules ask for few paths, again and again. */
const paths = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const names = path.split("/");
  paths.set(path, names);
  return names;
}

export function at(element: XmlElement, path: string): XmlElement | undefined {
  if (element.children.length === 0) return undefined;
  let found: XmlElement | undefined = element;
  for (const name of namesOf(path)) found = found === undefined ? undefined : child(found, name);
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
