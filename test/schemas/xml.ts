/**
 * The elements of XML text, for tests that walk well-formed samples. A tokenizer of a few lines that shares nothing with the
 * scanner under test; it does not judge well-formedness, and reads only the five predefined entities.
 */
export interface XmlElement {
  readonly name: string;
  /** URI of the element's namespace, empty for none. */
  readonly namespace: string;
  /** Names of attributes that are neither declarations nor of another namespace. */
  readonly attributes: readonly string[];
  readonly parent: XmlElement | undefined;
  readonly children: XmlElement[];
  /** Character data directly inside the element. */
  text: string;
}

const TOKEN =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([^\s/>]+)((?:\s+[^\s=>]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)>|[^<]+/g;
const ATTRIBUTE = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&" };

/** All elements in document order, roots and their descendants alike. */
export function elementsOf(text: string): XmlElement[] {
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  const scopes: ReadonlyMap<string, string>[] = [new Map([["", ""]])];
  for (const [token, cdata, slash, qualified, rawAttributes = "", empty] of text.matchAll(TOKEN)) {
    const current = open[open.length - 1];
    if (qualified === undefined) {
      if (current !== undefined && !token.startsWith("<!--") && !token.startsWith("<?")) current.text += cdata ?? decodeEntities(token);
      continue;
    }
    if (slash === "/") {
      open.pop();
      scopes.pop();
      continue;
    }
    const scope = new Map(scopes[scopes.length - 1]);
    const attributes: string[] = [];
    for (const [, name = "", double, single] of rawAttributes.matchAll(ATTRIBUTE)) {
      if (name === "xmlns" || name.startsWith("xmlns:")) scope.set(name.slice(6), double ?? single ?? "");
      else if (!name.includes(":")) attributes.push(name);
    }
    const colon = qualified.indexOf(":");
    const namespace = scope.get(qualified.slice(0, Math.max(colon, 0))) ?? "";
    const element: XmlElement = { name: qualified.slice(colon + 1), namespace, attributes, parent: current, children: [], text: "" };
    current?.children.push(element);
    elements.push(element);
    if (empty !== "/") {
      open.push(element);
      scopes.push(scope);
    }
  }
  return elements;
}

const decodeEntities = (text: string): string => text.replace(/&(?:lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity] as string);
