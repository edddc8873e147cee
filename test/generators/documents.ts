/**
 * Random valid documents of one message type, until every leaf and attribute of its catalogue has occurred.
 *
 * The catalogue's type graph is unfolded to places, one for each path. At a choice the branch with most leaves that did not occur yet
 * is taken, and optional elements that hold such leaves come more often than others: a few large documents cover everything.
 */
import type { Field } from "../../runtime/formats/api.ts";
import { anyField, type Catalogue, type Child, join, leafField, textTypeOf } from "../../runtime/formats/iso20022/catalogue.ts";
import { readMarkup } from "../../runtime/formats/iso20022/xsd/markup.ts";
import { type LexicalOptions, lexicalOf } from "./lexical.ts";
import type { Random } from "./random.ts";

export interface Element {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly value: string }[];
  /** Absent for elements that hold elements. */
  readonly text?: string;
  readonly children: readonly Element[];
  /** Content that the schema does not describe stands here. */
  readonly any?: "signature" | "supplementary";
}

export interface Generated {
  readonly documents: readonly Element[];
  /** Paths of leaves, attributes and any-content, as `fieldsOf` has them. */
  readonly covered: ReadonlySet<string>;
}

export interface GeneratorOptions {
  readonly random: Random;
  /** Documents beyond those that coverage needs: small ones, with few of the optional elements. */
  readonly extra: number;
  readonly lexical: (field: Field) => LexicalOptions;
  /** The text of a leaf in place of a random one; undefined leaves it to the generator. */
  readonly text?: (field: Field) => string | undefined;
  /**
   * Elements of which exactly one stands among others, by type. The catalogue has each of them as optional (schemas/iso20022/README.md,
   * "Catalogue"); the XSD does not. `choicesIn` reads them.
   */
  readonly choices?: ReadonlyMap<string, readonly string[]>;
}

/** The choices among other elements in an XSD, by type: 2006 messages have some. */
export function choicesIn(xsd: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const type of readMarkup(xsd).children.filter(({ name }) => name === "complexType")) {
    const [body] = type.children.filter(({ name }) => name === "sequence");
    const choice = body?.children.find(({ name }) => name === "choice");
    if (choice === undefined || body?.children.length === 1) continue;
    found.set(
      type.attributes.get("name") ?? "",
      choice.children.map(({ attributes }) => attributes.get("name") ?? ""),
    );
  }
  return found;
}

/** Leaves of one document, beyond which optional elements are left out. */
const LEAVES_MAX = 400;
/** Leaves so few that they are looked for in a document of any size. */
const FEW_MISSING = 40;
/** Documents after which missing coverage is a mistake of the generator. */
const DOCUMENTS_MAX = 600;
/** Repetitions of an element whose number has no bound. */
const REPEATS_MAX = 3;

/** Documents that together hold every leaf. Throws when that cannot be reached. */
export function generateDocuments(catalogue: Catalogue, options: GeneratorOptions): Generated {
  const root = unfold(catalogue);
  const documents: Element[] = [];
  const covered = new Set<string>();
  while (root.missing > 0) {
    if (documents.length === DOCUMENTS_MAX) throw new Error(`${catalogue.message}: ${root.missing} leaves occur in no document`);
    documents.push(new Writer(catalogue, options, covered, 0.2, LEAVES_MAX, root).element(root));
  }
  for (let i = 0; i < options.extra; i++) documents.push(new Writer(catalogue, options, covered, 0.15, LEAVES_MAX, root).element(root));
  return { documents, covered };
}

/** Small documents of a message, whatever they cover: for runs that need many. */
export function smallDocuments(catalogue: Catalogue, options: Omit<GeneratorOptions, "extra">, count: number): readonly Element[] {
  const covered = new Set<string>();
  return Array.from({ length: count }, () => {
    // Nothing is missing, so nothing is looked for.
    const root = unfold(catalogue);
    settle(root);
    return new Writer(catalogue, { ...options, extra: 0 }, covered, 0.12, 40, root).element(root);
  });
}

function settle(place: Place): void {
  place.missing = 0;
  for (const leaf of [place.text, place.any, ...place.attributes.map(({ leaf: each }) => each)])
    if (leaf !== undefined) leaf.occurred = true;
  for (const child of place.children) settle(child);
}

/** One leaf: text of an element, an attribute, or any-content. */
interface Leaf {
  readonly field: Field;
  occurred: boolean;
}

interface Place {
  readonly name: string;
  readonly typeName: string;
  readonly min: number;
  readonly max: number;
  readonly parent: Place | undefined;
  readonly text: Leaf | undefined;
  readonly any: Leaf | undefined;
  readonly attributes: readonly { readonly name: string; readonly required: boolean; readonly leaf: Leaf }[];
  children: readonly Place[];
  /** Leaves at and below the place that have not occurred. */
  missing: number;
}

function unfold(catalogue: Catalogue): Place {
  return place(catalogue, [catalogue.root, catalogue.rootType, 1, 1], "", undefined, []);
}

function place(catalogue: Catalogue, child: Child, path: string, parent: Place | undefined, open: readonly string[]): Place {
  const [name, typeName, min, max, dataClass] = child;
  const type = catalogue.complex[typeName];
  const text = textTypeOf(catalogue, typeName);
  const attributes = (type?.attributes ?? []).map(([attribute, attributeType, required, attributeClass]) => ({
    name: attribute,
    required,
    leaf: { field: leafField(catalogue, join(path, `@${attribute}`), attributeType, attributeClass), occurred: false },
  }));
  const made: Place = {
    name,
    typeName,
    min,
    max,
    parent,
    text: text === undefined ? undefined : { field: leafField(catalogue, path, text, dataClass ?? "technical"), occurred: false },
    any: type?.any === true ? { field: anyField(path), occurred: false } : undefined,
    attributes,
    children: [],
    missing: 0,
  };
  if (type !== undefined && !open.includes(typeName)) {
    made.children = (type.children ?? []).map((each) => place(catalogue, each, join(path, each[0]), made, [...open, typeName]));
  }
  made.missing =
    [made.text, made.any, ...attributes].filter((leaf) => leaf !== undefined).length +
    made.children.reduce((sum, each) => sum + each.missing, 0);
  return made;
}

/** Writes one document. */
class Writer {
  readonly #catalogue: Catalogue;
  readonly #options: GeneratorOptions;
  readonly #covered: Set<string>;
  readonly #density: number;
  readonly #most: number;
  readonly #root: Place;
  #leaves = 0;

  /**
   * @param density probability of an optional element that holds nothing new
   * @param most leaves, beyond which optional elements are left out
   */
  constructor(catalogue: Catalogue, options: GeneratorOptions, covered: Set<string>, density: number, most: number, root: Place) {
    this.#catalogue = catalogue;
    this.#options = options;
    this.#covered = covered;
    this.#density = density;
    this.#most = most;
    this.#root = root;
  }

  element(at: Place): Element {
    const { random } = this.#options;
    const attributes = at.attributes
      .filter(({ required }) => required || random.chance(0.5))
      .map(({ name, leaf }) => ({ name, value: this.#value(at, leaf) }));
    if (at.text !== undefined) return { name: at.name, attributes, text: this.#value(at, at.text), children: [] };
    if (at.any !== undefined) {
      this.#occurs(at, at.any);
      return { name: at.name, attributes, children: [], any: at.any.field.dataClass === "signature" ? "signature" : "supplementary" };
    }
    return { name: at.name, attributes, children: this.#children(at) };
  }

  #children(at: Place): Element[] {
    const content = this.#catalogue.complex[at.typeName]?.content;
    if (content === "choice") return this.#repeated(this.#chosen(at.children), 1);
    const alternatives = this.#options.choices?.get(at.typeName);
    const chosen = alternatives === undefined ? undefined : this.#chosen(at.children.filter(({ name }) => alternatives.includes(name)));
    return at.children.flatMap((child) => {
      if (alternatives?.includes(child.name) === true) return child === chosen ? this.#repeated(child, 1) : [];
      return this.#repeated(child, child.min);
    });
  }

  /** The branch with most leaves that have not occurred; any, when all have. */
  #chosen(branches: readonly Place[]): Place {
    const most = Math.max(...branches.map(({ missing }) => missing));
    return this.#options.random.pick(branches.filter(({ missing }) => missing === most));
  }

  #repeated(at: Place, min: number): Element[] {
    const { random } = this.#options;
    // The last ones may stand behind more than a document should hold.
    const isOpen = this.#leaves < this.#most || (at.missing > 0 && this.#root.missing <= FEW_MISSING);
    const made: Element[] = [];
    while (made.length < min) made.push(this.element(at));
    const max = at.max < 0 ? Math.max(min, REPEATS_MAX) : Math.min(at.max, Math.max(min, 7));
    while (made.length < max) {
      // Behind the first, one more only if that shows something new, or now and then for its own sake.
      const probability = at.missing > 0 && isOpen ? 0.7 : made.length === 0 && isOpen ? this.#density : 0.05;
      if (!random.chance(probability)) break;
      made.push(this.element(at));
    }
    return made;
  }

  #value(at: Place, leaf: Leaf): string {
    const { random, lexical, text } = this.#options;
    this.#occurs(at, leaf);
    const own = text?.(leaf.field);
    return own ?? lexicalOf(random, leaf.field, this.#catalogue.simple[leaf.field.type]?.pattern, lexical(leaf.field));
  }

  #occurs(at: Place, leaf: Leaf): void {
    this.#leaves++;
    this.#covered.add(leaf.field.path);
    if (leaf.occurred) return;
    leaf.occurred = true;
    for (let each: Place | undefined = at; each !== undefined; each = each.parent) each.missing--;
  }
}
