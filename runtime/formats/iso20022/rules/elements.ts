/** Ways to the elements of a tree, for rules between their values. */
import { decimalOf } from "../../decimal.ts";
import type { Money } from "../../exchange.ts";
import { Element } from "./tree.ts";

export function child(element: Element, name: string): Element | undefined {
  return elementOf(element, element.tree.childOf(element.index, name));
}
export const childrenOf = ({ tree, index }: Element, name: string): readonly Element[] => tree.childrenOf(index, name);

const elementOf = ({ tree }: Element, index: number | undefined): Element | undefined =>
  index === undefined ? undefined : new Element(tree, index);

/** Rules ask for few paths, again and again. */
const paths = new Map<string, readonly string[]>();

function namesOf(path: string): readonly string[] {
  const known = paths.get(path);
  if (known !== undefined) return known;
  const names = path.split("/");
  paths.set(path, names);
  return names;
}

export function at(element: Element, path: string): Element | undefined {
  return elementOf(element, element.tree.find(element.index, namesOf(path)));
}

/** Text of a leaf; undefined for what holds elements. */
export function textAt(element: Element, path: string): string | undefined {
  const { tree, index } = element;
  const found = tree.find(index, namesOf(path));
  return found === undefined || tree.endOf(found) > found + 1 ? undefined : tree.textOf(found);
}

/** An amount with its currency. */
export function moneyAt(element: Element, path: string): Money | undefined {
  const found = at(element, path);
  const [amount, currency] = [decimalOf(textAt(element, path)), found?.attribute("Ccy")];
  return amount === undefined || currency === undefined ? undefined : { amount, currency };
}
