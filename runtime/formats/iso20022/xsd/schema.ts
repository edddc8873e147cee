/**
 * An XSD of the kind that ISO 20022 uses, read: its root element and its types, as they are written. Market practices restrict such
 * schemas (CBPR+, HVPS+, national variants); what they add to ISO's own way of writing is understood too: restrictions of restrictions,
 * types without a name, groups of elements inside each other. Types of other files are not: a catalogue is one file's.
 */
import type { Facets } from "./fits.ts";
import { MarkupError, readMarkup, type XmlElement } from "./markup.ts";

export interface ElementEdge {
  readonly name: string;
  readonly type: string;
  readonly min: number;
  /** −1: unbounded. */
  readonly max: number;
}

export interface AttributeEdge {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

export type SchemaType =
  | { readonly content: "simple"; readonly text: string; readonly attributes: readonly AttributeEdge[] }
  | { readonly content: "sequence" | "choice"; readonly children: readonly ElementEdge[]; readonly any: boolean };

export interface Schema {
  readonly namespace: string;
  readonly root: string;
  readonly rootType: string;
  readonly simple: ReadonlyMap<string, Facets>;
  readonly complex: ReadonlyMap<string, SchemaType>;
}

/** Why a text is no schema that a catalogue can be made of. */
export class SchemaError extends Error {}

const XSD = "http://www.w3.org/2001/XMLSchema";
/** Root elements of messages, which are taken where a schema has several global elements. */
const MESSAGE_ROOTS = ["Document", "AppHdr"];
const UNBOUNDED = -1;
/** In front of the names of XSD's own types. */
const BUILT_IN = "xs:";
/** Restrictions of restrictions. */
const CHAIN_MAX = 16;

/** @throws SchemaError where the text is no such schema, or uses what a catalogue cannot express */
export function readSchema(text: string): Schema {
  let root: XmlElement;
  try {
    root = readMarkup(text);
  } catch (error) {
    if (error instanceof MarkupError) throw new SchemaError(`not well-formed XML: ${error.message}`);
    throw error;
  }
  if (root.name !== "schema" || root.namespace !== XSD) throw new SchemaError("the root element is no xs:schema");
  const namespace = root.attributes.get("targetNamespace");
  if (namespace === undefined || namespace === "") throw new SchemaError("the schema has no target namespace");
  return new Reader(root, namespace).schema();
}

class Reader {
  readonly #namespace: string;
  readonly #elements: XmlElement[] = [];
  readonly #rawSimple = new Map<string, XmlElement>();
  readonly #rawComplex = new Map<string, XmlElement>();
  readonly #simple = new Map<string, Facets>();
  readonly #complex = new Map<string, SchemaType>();
  readonly #reached = new Set<string>();

  constructor(root: XmlElement, namespace: string) {
    this.#namespace = namespace;
    for (const node of partsOf(root)) {
      const name = node.attributes.get("name") ?? "";
      if (node.name === "simpleType") this.#rawSimple.set(name, node);
      else if (node.name === "complexType") this.#rawComplex.set(name, node);
      else if (node.name === "element") this.#elements.push(node);
      else refuse(node);
    }
  }

  schema(): Schema {
    const element = this.#root();
    const root = element.attributes.get("name") as string;
    const rootType = this.#typeOf(element, root);
    this.#reach(rootType);
    const simple = new Map([...this.#simple].filter(([name]) => name.startsWith(BUILT_IN) || this.#reached.has(name)));
    return { namespace: this.#namespace, root, rootType, simple, complex: this.#complex };
  }

  /** Reads a type and those that it names; what the root does not lead to is no part of the message. */
  #reach(name: string): void {
    if (this.#reached.has(name)) return;
    this.#reached.add(name);
    if (this.#rawSimple.has(name)) this.#simpleType(name);
    const raw = this.#rawComplex.get(name);
    if (raw !== undefined && !this.#complex.has(name)) this.#addComplex(name, raw);
    const type = this.#complex.get(name);
    if (type?.content === "simple")
      for (const each of [type.text, ...type.attributes.map((attribute) => attribute.type)]) this.#reach(each);
    else for (const child of type?.children ?? []) this.#reach(child.type);
  }

  #root(): XmlElement {
    const roots = this.#elements.filter((element) => MESSAGE_ROOTS.includes(element.attributes.get("name") ?? ""));
    const [only, ...more] = this.#elements.length === 1 ? this.#elements : roots;
    if (only === undefined || more.length > 0) throw new SchemaError("the schema has not one global element that a message begins with");
    return only;
  }

  /** Name of the type of an element or attribute; one without a name gets that of its place. */
  #typeOf(node: XmlElement, place: string): string {
    const named = node.attributes.get("type");
    if (named !== undefined) return this.#reference(node, named);
    const inner = partsOf(node).find((part) => part.name === "complexType" || part.name === "simpleType");
    if (inner === undefined || node.attributes.has("ref")) return refuse(node);
    const name = this.#freeName(place);
    if (inner.name === "simpleType") {
      this.#rawSimple.set(name, inner);
      this.#simpleType(name);
    } else this.#addComplex(name, inner);
    return name;
  }

  #freeName(place: string): string {
    let name = place;
    for (let i = 2; this.#rawSimple.has(name) || this.#rawComplex.has(name) || this.#complex.has(name); i++) name = `${place}__${i}`;
    return name;
  }

  /** A type's name as it is known here; a built-in one gets a row of its own. */
  #reference(node: XmlElement, qualified: string): string {
    const name = this.#resolved(node, qualified);
    if (name.startsWith(BUILT_IN))
      this.#simple.set(name, { base: name.slice(BUILT_IN.length), facets: new Map(), values: [], patterns: [] });
    return name;
  }

  #resolved(node: XmlElement, qualified: string): string {
    const colon = qualified.indexOf(":");
    const local = qualified.slice(colon + 1);
    const uri = node.prefixes.get(qualified.slice(0, Math.max(colon, 0)));
    if (uri === XSD) return BUILT_IN + local;
    if (uri !== this.#namespace && uri !== "") throw new SchemaError("a type of another schema: only types of the file itself are read");
    if (!this.#rawSimple.has(local) && !this.#rawComplex.has(local)) throw new SchemaError(`type ${nameOf(local)} is not in the schema`);
    return local;
  }

  #simpleType(name: string, depth = 0): Facets {
    const known = this.#simple.get(name);
    if (known !== undefined) return known;
    const node = this.#rawSimple.get(name) as XmlElement;
    const [restriction, ...more] = partsOf(node);
    if (restriction === undefined || more.length > 0 || restriction.name !== "restriction" || depth > CHAIN_MAX) return refuse(node);
    const qualified = restriction.attributes.get("base");
    if (qualified === undefined) return refuse(restriction);
    const base = this.#resolved(restriction, qualified);
    const facets = restricted(base.startsWith(BUILT_IN) ? undefined : this.#simpleType(base, depth + 1), base, restriction);
    this.#simple.set(name, facets);
    return facets;
  }

  #addComplex(name: string, node: XmlElement): void {
    const parts = partsOf(node);
    const [body, ...more] = parts;
    if (node.attributes.get("mixed") === "true" || more.length > 0) return refuse(node);
    // An element that is there or not, and holds nothing.
    if (body === undefined) this.#complex.set(name, { content: "sequence", children: [], any: false });
    else if (body.name === "simpleContent") this.#complex.set(name, this.#simpleContent(name, body));
    else this.#complex.set(name, this.#particles(name, body));
  }

  #simpleContent(name: string, body: XmlElement): SchemaType {
    const [extension, ...more] = partsOf(body);
    if (extension === undefined || more.length > 0 || (extension.name !== "extension" && extension.name !== "restriction"))
      return refuse(body);
    const base = this.#reference(extension, extension.attributes.get("base") ?? "");
    const attributes = partsOf(extension).map((attribute) => {
      const attributeName = attribute.attributes.get("name");
      if (attribute.name !== "attribute" || attributeName === undefined) return refuse(attribute);
      const type = this.#typeOf(attribute, `${name}_${attributeName}`);
      return { name: attributeName, type, required: attribute.attributes.get("use") === "required" };
    });
    if (!this.#rawComplex.has(base)) return { content: "simple", text: base, attributes };
    // Another type with attributes, restricted: its text, and those of its attributes that are not said anew.
    if (!this.#complex.has(base)) this.#addComplex(base, this.#rawComplex.get(base) as XmlElement);
    const inherited = this.#complex.get(base);
    if (inherited?.content !== "simple") return refuse(extension);
    const said = new Set(attributes.map((attribute) => attribute.name));
    const kept = inherited.attributes.filter((attribute) => !said.has(attribute.name));
    return { content: "simple", text: inherited.text, attributes: [...kept, ...attributes] };
  }

  #particles(name: string, top: XmlElement): SchemaType {
    let body = top;
    if (body.name !== "sequence" && body.name !== "choice") return refuse(body);
    // The 2006 and 2009 schemas write a choice type as a sequence of one choice.
    const [first, ...more] = partsOf(body);
    if (first?.name === "choice" && more.length === 0 && isOnce(body)) body = first;
    const children: ElementEdge[] = [];
    const any = this.#gather(name, body, { min: 1, max: 1 }, children);
    const isPlainChoice = body.name === "choice" && isOnce(body) && partsOf(body).every((part) => part.name === "element");
    if (isPlainChoice) return { content: "choice", children, any };
    return { content: "sequence", children: body.name === "choice" ? children.map((child) => ({ ...child, min: 0 })) : children, any };
  }

  /** Elements of a group and of the groups in it, in order, with how often each may come; whether anything may stand among them. */
  #gather(owner: string, group: XmlElement, outer: Occurs, out: ElementEdge[]): boolean {
    let any = false;
    const own = occursOf(group);
    const around = { min: outer.min * own.min, max: times(outer.max, own.max) };
    for (const part of partsOf(group)) {
      if (part.name === "any") any = true;
      else if (part.name === "sequence") any = this.#gather(owner, part, around, out) || any;
      // A choice among other elements: each of its elements may be missing.
      else if (part.name === "choice") any = this.#gather(owner, part, { min: 0, max: around.max }, out) || any;
      else if (part.name === "element") add(out, this.#edge(owner, part, around));
      else refuse(part);
    }
    return any;
  }

  #edge(owner: string, element: XmlElement, around: Occurs): ElementEdge {
    const name = element.attributes.get("name");
    if (name === undefined || !/^[A-Za-z_][\w.-]*$/.test(name)) return refuse(element);
    const type = this.#typeOf(element, `${owner}_${name}`);
    const { min, max } = occursOf(element);
    return { name, type, min: min * around.min, max: times(max, around.max) };
  }
}

interface Occurs {
  readonly min: number;
  readonly max: number;
}

/** An element that two branches have: once, and it may be missing. Of two types the masked one could not be told. */
function add(out: ElementEdge[], edge: ElementEdge): void {
  const at = out.findIndex(({ name }) => name === edge.name);
  const known = out[at];
  if (known === undefined) out.push(edge);
  else if (known.type !== edge.type) throw new SchemaError(`element ${nameOf(edge.name)} has two types in one place`);
  else out[at] = { ...known, min: Math.min(known.min, edge.min), max: UNBOUNDED };
}

function occursOf(node: XmlElement): Occurs {
  const max = node.attributes.get("maxOccurs") ?? "1";
  return { min: Number(node.attributes.get("minOccurs") ?? "1"), max: max === "unbounded" ? UNBOUNDED : Number(max) };
}

const times = (a: number, b: number): number => (a === UNBOUNDED || b === UNBOUNDED ? UNBOUNDED : a * b);

const isOnce = (node: XmlElement): boolean => {
  const { min, max } = occursOf(node);
  return min === 1 && max === 1;
};

/** Facets of a restriction over those of its base; a pattern of each level must match, items and all else are the last level's. */
function restricted(base: Facets | undefined, baseName: string, restriction: XmlElement): Facets {
  const facets = new Map(base?.facets ?? []);
  const values: string[] = [];
  const patterns: string[] = [];
  for (const facet of partsOf(restriction)) {
    const value = facet.attributes.get("value") ?? "";
    if (facet.name === "enumeration") values.push(value);
    else if (facet.name === "pattern") patterns.push(value);
    else if (facet.name === "length") {
      facets.set("minLength", value);
      facets.set("maxLength", value);
    } else if (FACETS.includes(facet.name)) facets.set(facet.name, value);
    else refuse(facet);
  }
  // Several patterns of one restriction are alternatives.
  const own =
    patterns.length === 0 ? [] : [patterns.length === 1 ? (patterns[0] as string) : patterns.map((each) => `(${each})`).join("|")];
  return {
    base: base?.base ?? baseName.slice(BUILT_IN.length),
    facets,
    values: values.length > 0 ? values : (base?.values ?? []),
    patterns: [...(base?.patterns ?? []), ...own],
  };
}

const FACETS = [
  "minLength",
  "maxLength",
  "totalDigits",
  "fractionDigits",
  "minInclusive",
  "maxInclusive",
  "minExclusive",
  "maxExclusive",
  "whiteSpace",
];

/** Children without annotations. */
const partsOf = (node: XmlElement): readonly XmlElement[] =>
  node.children.filter((child) => child.namespace === XSD && child.name !== "annotation");

function refuse(node: XmlElement): never {
  const name = node.attributes.get("name");
  throw new SchemaError(`a construct that a catalogue cannot express: xs:${node.name}${name === undefined ? "" : ` ${nameOf(name)}`}`);
}

/** A name as messages may say it. */
const nameOf = (name: string): string => (/^[\w.-]{1,128}$/.test(name) ? name : "(of another form)");
