/**
 * XML as a tree of elements: what a schema needs, and a validator that looks at whole messages; masking never does. A document type declaration is refused, so nothing is expanded
 * and nothing fetched; names are resolved to their namespaces; comments and processing instructions are passed over.
 */

export interface XmlElement {
  /** Local name. */
  readonly name: string;
  /** URI of the element's namespace, empty for none. */
  readonly namespace: string;
  /** Attributes without a prefix, by name; declarations of namespaces are not among them. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly XmlElement[];
  /** Character data directly inside the element. */
  readonly text: string;
  /** Where its content begins in the text, behind its start tag; of one without content, behind its tag. */
  readonly contentAt: number;
  /** Byte order of the file's declarations: the URI of a prefix at this element. */
  readonly prefixes: ReadonlyMap<string, string>;
}

/** Why a text is no XML that is read here; the message names a place, never content. */
export class MarkupError extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(`${reason} at character ${offset}`);
    this.offset = offset;
  }
}

/** Levels of elements: a schema has about ten. */
const DEPTH_MAX = 64;

const TOKEN = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[[\s\S]*?\]\]>|<[^<>"']*(?:"[^"<]*"[^<>"']*|'[^'<]*'[^<>"']*)*>|[^<]+/y;
const TAG = /^<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)((?:\s+[A-Za-z_][\w.:-]*\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>$/;
/** Nearly every tag: one without attributes. */
const PLAIN_TAG = /<(\/?)([A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?)(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const LESS_THAN = 0x3c;
const NONE: ReadonlyMap<string, string> = new Map();
const NAMED: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

interface Writable extends XmlElement {
  readonly children: XmlElement[];
  text: string;
}

interface Open {
  readonly qualified: string;
  readonly children: XmlElement[];
  readonly element: Writable | undefined;
  readonly prefixes: ReadonlyMap<string, string>;
}

/**
 * The root element of a document.
 * @throws MarkupError where the text is not well-formed as far as it is read, or has a document type declaration
 */
export function readMarkup(text: string): XmlElement {
  const roots: XmlElement[] = [];
  const open: Open[] = [{ qualified: "", children: roots, element: undefined, prefixes: new Map([["", ""]]) }];
  let at = text.startsWith("\ufeff") ? 1 : 0;
  while (at < text.length) {
    if (text.charCodeAt(at) !== LESS_THAN) {
      const end = text.indexOf("<", at);
      const behind = end < 0 ? text.length : end;
      readText(text.slice(at, behind), at, open);
      at = behind;
      continue;
    }
    PLAIN_TAG.lastIndex = at;
    const plain = PLAIN_TAG.exec(text);
    if (plain !== null) {
      const [tag, slash, qualified = "", empty] = plain;
      readTag(slash === "/", qualified, "", empty === "/", at, at + tag.length, open);
      at += tag.length;
      continue;
    }
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0];
    if (token === undefined) throw new MarkupError("markup that has no end", at);
    readToken(token, at, open);
    at += token.length;
  }
  if (open.length > 1) throw new MarkupError("an element that is not closed", text.length);
  const [root, ...more] = roots;
  if (root === undefined || more.length > 0) throw new MarkupError("one root element is wanted", text.length);
  return root;
}

function readText(text: string, at: number, open: readonly Open[]): void {
  const { element: around } = open[open.length - 1] as Open;
  if (around === undefined && text.trim() !== "") throw new MarkupError("text outside of the root element", at);
  if (around !== undefined) around.text += decoded(text, at);
}

/** Markup that is no plain tag. */
function readToken(token: string, at: number, open: Open[]): void {
  const { element: around } = open[open.length - 1] as Open;
  if (token.startsWith("<!--") || token.startsWith("<?")) return;
  if (token.startsWith("<![CDATA[")) {
    if (around !== undefined) around.text += token.slice("<![CDATA[".length, -"]]>".length);
    return;
  }
  const tag = TAG.exec(token);
  if (tag === null) throw new MarkupError(token.startsWith("<!") ? "a declaration such as DOCTYPE" : "a tag that is not well-formed", at);
  const [, slash, qualified = "", rawAttributes = "", empty] = tag;
  readTag(slash === "/", qualified, rawAttributes, empty === "/", at, at + token.length, open);
}

function readTag(
  isEnd: boolean,
  qualified: string,
  rawAttributes: string,
  isEmpty: boolean,
  at: number,
  contentAt: number,
  open: Open[],
): void {
  const parent = open[open.length - 1] as Open;
  if (isEnd) {
    if (open.length === 1 || parent.qualified !== qualified) throw new MarkupError("an end tag without its start tag", at);
    open.pop();
    return;
  }
  if (open.length > DEPTH_MAX) throw new MarkupError(`more than ${DEPTH_MAX} levels of elements`, at);
  const element = elementOf(qualified, rawAttributes, parent.prefixes, at, contentAt);
  parent.children.push(element);
  if (!isEmpty) open.push({ qualified, children: element.children, element, prefixes: element.prefixes });
}

function elementOf(
  qualified: string,
  rawAttributes: string,
  inherited: ReadonlyMap<string, string>,
  at: number,
  contentAt: number,
): Writable {
  const prefixes = rawAttributes.includes("xmlns") ? new Map(inherited) : (inherited as Map<string, string>);
  const attributes = rawAttributes === "" ? NONE : attributesOf(rawAttributes, prefixes, at);
  const colon = qualified.indexOf(":");
  const namespace = prefixes.get(qualified.slice(0, Math.max(colon, 0)));
  if (namespace === undefined) throw new MarkupError("a prefix that is not declared", at);
  return { name: qualified.slice(colon + 1), namespace, attributes, children: [], text: "", contentAt, prefixes };
}

/** Declarations of namespaces go to the prefixes. */
function attributesOf(rawAttributes: string, prefixes: Map<string, string>, at: number): ReadonlyMap<string, string> {
  const attributes = new Map<string, string>();
  for (const [, name = "", double, single] of rawAttributes.matchAll(ATTRIBUTE)) {
    const value = decoded(double ?? single ?? "", at);
    if (attributes.has(name)) throw new MarkupError("an attribute twice", at);
    if (name === "xmlns") prefixes.set("", value);
    else if (name.startsWith("xmlns:")) prefixes.set(name.slice(6), value);
    else if (!name.includes(":")) attributes.set(name, value);
  }
  return attributes;
}

function decoded(value: string, at: number): string {
  if (!value.includes("&")) return value;
  return value.replaceAll(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w+)?;?/g, (whole, name: string | undefined) => {
    const point = name?.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : name?.startsWith("#") ? Number(name.slice(1)) : undefined;
    if (point !== undefined && point <= 0x10ffff && whole.endsWith(";")) return String.fromCodePoint(point);
    const character = name === undefined || !whole.endsWith(";") ? undefined : NAMED[name];
    if (character === undefined) throw new MarkupError("a reference that is not known", at);
    return character;
  });
}
