/**
 * A message type compiled for one ruleset: the tree of elements that the scanner walks, with an operation at each leaf.
 *
 * The tree is unfolded from the catalogue's type graph only where messages go: a version of pacs.008 has some 1,600 leaves and a
 * message uses 40 of them.
 */
import { type DataClass, type Field, type Ruleset, UNCOVERED } from "../api.ts";
import { fieldBelow, isOpenable } from "../opened.ts";
import { isSensitiveElement } from "../sensitive.ts";
import { anyField, type Catalogue, type Child, join, leafField, textTypeOf } from "./catalogue.ts";

export const COMPLEX = 0;
export const LEAF = 1;
/** What goes with its element: content that no catalogue describes, signatures. Dropped if the model says so, else the record is refused. */
export const ANY = 2;
/** A wrapper around a message: no catalogue, children are met as they come. */
export const ENVELOPE = 3;
/** Any content that rules open, and elements in it that hold others: children are those that rules name, of any namespace. */
export const OPENED = 4;

export interface AttributeNode {
  readonly name: string;
  readonly operation: number;
  readonly field: number;
  readonly required: boolean;
}

export class Node {
  readonly kind: number;
  readonly name: Uint8Array;
  /** The type that the schema has there, which `xsi:type` may name; empty for wrappers and what goes. */
  readonly type: string;
  /** As faults tell it: of wrappers, names that nobody listed are `?`. */
  readonly path: string;
  /** The same with all names. */
  readonly fullPath: string;
  /** Operation of the text (LEAF), or of the whole element (ANY); UNCOVERED refuses. */
  readonly operation: number;
  readonly field: number;
  readonly attributes: readonly AttributeNode[];
  /** Begins a new scope (a transaction). */
  readonly scope: boolean;
  /** Below any content: known by its local name, for no schema says of which namespace it is. */
  readonly isBelow: boolean;
  readonly unfold: (() => Node[]) | undefined;
  children: Node[] | undefined = undefined;
  /** The child that came first the last time, and the sibling that came next: nearly always right again. */
  first: Node | undefined = undefined;
  next: Node | undefined = undefined;

  constructor(init: {
    kind: number;
    name: string;
    type?: string;
    path: string;
    fullPath?: string;
    operation?: number;
    field?: number;
    attributes?: readonly AttributeNode[];
    scope?: boolean;
    isBelow?: boolean;
    unfold?: () => Node[];
  }) {
    this.kind = init.kind;
    this.name = ascii(init.name);
    this.type = init.type ?? "";
    this.path = init.path;
    this.fullPath = init.fullPath ?? init.path;
    this.operation = init.operation ?? UNCOVERED;
    this.field = init.field ?? 0;
    this.attributes = init.attributes ?? [];
    this.scope = init.scope ?? false;
    this.isBelow = init.isBelow ?? false;
    this.unfold = init.unfold;
  }

  childrenOf(): Node[] {
    this.children ??= this.unfold === undefined ? [] : this.unfold();
    return this.children;
  }
}

/** Fields met so far over all message types: VALUE_FIELD is an index into it. */
export class FieldTable {
  readonly fields: { readonly message: string; readonly field: Field; readonly asked: Field }[] = [];

  /** @param asked the field as rules saw it, where reports may not have its whole path */
  add(message: string, field: Field, asked: Field = field): number {
    this.fields.push({ message, field, asked });
    return this.fields.length - 1;
  }
}

/** The root node of a message type. */
export function compileTree(catalogue: Catalogue, rules: Ruleset, fields: FieldTable): Node {
  const attributesOf = (typeName: string, path: string): AttributeNode[] =>
    (catalogue.complex[typeName]?.attributes ?? []).map(([name, type, required, dataClass]) => {
      const field = leafField(catalogue, join(path, `@${name}`), type, dataClass);
      return { name, required, ...operationOf(field) };
    });

  const operationOf = (field: Field): Outcome => ({
    operation: rules.operationFor("iso20022", catalogue.message, field),
    field: fields.add(catalogue.message, field),
  });

  const complexNode = (name: string, typeName: string, path: string, scope: boolean): Node =>
    new Node({
      kind: COMPLEX,
      name,
      type: typeName,
      path,
      scope,
      attributes: attributesOf(typeName, path),
      unfold: () => (catalogue.complex[typeName]?.children ?? []).map((child) => childNode(child, path)),
    });

  const childNode = (child: Child, parentPath: string): Node => {
    const [name, typeName, min, max, dataClass] = child;
    const path = join(parentPath, name);
    const text = textTypeOf(catalogue, typeName);
    const gone = goes(typeName, path, name, dataClass);
    if (gone !== undefined && min === 0) return new Node({ kind: ANY, name, path, ...gone });
    if (text !== undefined) {
      // What has to go and has to stay: its parent would have gone, if that could.
      if (gone !== undefined) return new Node({ kind: LEAF, name, path, operation: UNCOVERED, field: gone.field });
      const field = leafField(catalogue, path, text, dataClass ?? "technical");
      return new Node({ kind: LEAF, name, type: typeName, path, attributes: attributesOf(typeName, path), ...operationOf(field) });
    }
    if (catalogue.complex[typeName]?.any === true) {
      const names = namedIn(typeName, path);
      if (names.length > 0) return openedNode(name, typeName, path, names);
      return new Node({ kind: ANY, name, path, operation: UNCOVERED, field: operationOf(anyField(path)).field });
    }
    return complexNode(name, typeName, path, max !== 1 && dataClass === undefined && isTransaction(name));
  };

  /**
   * The removal that an element cannot do without, if there is one: any-content and signatures that a rule drops, and sensitive
   * authentication data whatever rules say. An element that must stay takes the nearest optional one around it along.
   */
  const goes = (typeName: string, path: string, name: string, dataClass: DataClass | undefined): Outcome | undefined => {
    const type = catalogue.complex[typeName];
    const text = textTypeOf(catalogue, typeName);
    if (isSensitiveElement(name)) {
      const fit = { shape: "unknown", min: 0, max: 0 } as const;
      const field = { path, type: text ?? typeName, dataClass: "signature", fit } as const;
      return { operation: rules.dropOperation, field: fields.add(catalogue.message, field) };
    }
    if (text !== undefined) {
      const field = leafField(catalogue, path, text, dataClass ?? "technical");
      // A text that may be empty stays so, and its element with it.
      if (dataClass !== "signature" || (field.fit.shape === "text" && field.fit.min === 0)) return undefined;
      return dropped(field);
    }
    if (type?.any === true) return namedIn(typeName, path).length > 0 ? undefined : dropped(anyField(path));
    if (type?.content !== "sequence") return undefined;
    for (const [childName, childType, min, , childClass] of type.children ?? []) {
      const below = min > 0 ? goes(childType, join(path, childName), childName, childClass) : undefined;
      if (below !== undefined) return below;
    }
    return undefined;
  };

  /** What rules name below any content, as paths below it. Where a schema has elements of its own beside it, it stays closed. */
  const namedIn = (typeName: string, path: string): readonly string[] => {
    const field = anyField(path);
    const isAll = (catalogue.complex[typeName]?.children ?? []).length === 0;
    return isAll && isOpenable(field) ? (rules.namedBelow?.("iso20022", catalogue.message, field) ?? []) : [];
  };

  const openedNode = (name: string, typeName: string, path: string, names: readonly string[]): Node =>
    new Node({
      kind: OPENED,
      name,
      type: typeName,
      path,
      attributes: attributesOf(typeName, path),
      unfold: () => nodesBelow(path, 1, names),
    });

  const nodesBelow = (parentPath: string, below: number, names: readonly string[]): Node[] =>
    [...new Set(names.filter(isElement).map(headOf))].map((name) => nodeBelow(parentPath, name, below, names));

  const nodeBelow = (parentPath: string, name: string, below: number, names: readonly string[]): Node => {
    const path = join(parentPath, name);
    const inside = names.filter((each) => each.startsWith(`${name}/`)).map((each) => each.slice(name.length + 1));
    const field = fieldBelow(path, below);
    const own = names.includes(name) ? operationOf(field) : { operation: UNCOVERED, field: fields.add(catalogue.message, field) };
    // The only element of the content cannot go without it.
    if (isSensitiveElement(name)) {
      return new Node({ kind: ANY, name, path, isBelow: true, ...own, operation: below > 1 ? rules.dropOperation : UNCOVERED });
    }
    if (own.operation === rules.dropOperation) return new Node({ kind: ANY, name, path, isBelow: true, ...own });
    const attributes = inside.filter((each) => !isElement(each)).map((each) => attributeBelow(path, each.slice(1), below));
    if (!inside.some(isElement)) return new Node({ kind: LEAF, name, path, isBelow: true, attributes, ...own });
    return new Node({ kind: OPENED, name, path, isBelow: true, attributes, unfold: () => nodesBelow(path, below + 1, inside) });
  };

  const attributeBelow = (path: string, name: string, below: number): AttributeNode => ({
    name,
    required: false,
    ...operationOf(fieldBelow(join(path, `@${name}`), below + 1)),
  });

  const dropped = (field: Field): Outcome | undefined =>
    rules.operationFor("iso20022", catalogue.message, field) === rules.dropOperation ? operationOf(field) : undefined;

  return complexNode(catalogue.root, catalogue.rootType, "", false);
}

const headOf = (path: string): string => path.split("/", 1)[0] as string;
const isElement = (path: string): boolean => !path.startsWith("@");

interface Outcome {
  readonly operation: number;
  readonly field: number;
}

/** The repeated blocks that stand for one payment each: CdtTrfTxInf, DrctDbtTxInf, TxInf, TxInfAndSts, … */
const isTransaction = (name: string): boolean => name.includes("Tx") || name.startsWith("PmtInf") || name === "Ntry";

function ascii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
