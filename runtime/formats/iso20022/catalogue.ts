/**
 * Message catalogues: the type graphs that schemas/iso20022/ derives from the XSDs, read from schemas/catalogues/iso20022.
 */
import { assetJson, assetNames } from "../../kit/assets.ts";
import type { DataClass, Field, Fit } from "../api.ts";

/** Element name, type, minOccurs, maxOccurs (-1: unbounded), class of data when the type is simple or has simple content. */
export type Child = readonly [name: string, type: string, min: number, max: number, dataClass?: DataClass];
/** Attribute name, simple type, required, class of data. */
export type Attribute = readonly [name: string, type: string, required: boolean, dataClass: DataClass];

export interface ComplexType {
  readonly content: "sequence" | "choice" | "simple";
  readonly text?: string;
  readonly attributes?: readonly Attribute[];
  readonly children?: readonly Child[];
  readonly any?: boolean;
}

export interface Catalogue {
  /** `pacs.008.001.08` */
  readonly message: string;
  readonly namespace: string;
  readonly root: string;
  readonly rootType: string;
  readonly simple: Readonly<Record<string, { readonly fit: Fit; readonly pattern?: string }>>;
  readonly complex: Readonly<Record<string, ComplexType>>;
}

export const NAMESPACE_PREFIX = "urn:iso:std:iso:20022:tech:xsd:";

const FOLDER = "schemas/catalogues/iso20022";
const loaded = new Map<string, Catalogue>();
let known: ReadonlySet<string> | undefined;

/** The catalogue of a message name such as `pacs.008.001.08`, or undefined when there is none. */
export function catalogueOf(message: string): Catalogue | undefined {
  // The name may come from a message: what is not in the folder gets no further, and is not remembered, for there is no end of names.
  known ??= new Set(messageNames());
  if (!known.has(message)) return undefined;
  let catalogue = loaded.get(message);
  if (catalogue === undefined) {
    catalogue = assetJson<Catalogue>(`${FOLDER}/${message}.json`);
    loaded.set(message, catalogue);
  }
  return catalogue;
}

/** Names of all messages that have a catalogue, in byte order. */
export function messageNames(): string[] {
  return assetNames(FOLDER);
}

const fields = new WeakMap<Catalogue, readonly Field[]>();

/** All typed leaves of a message, attributes included, in document order; paths begin below the root element. */
export function fieldsOf(catalogue: Catalogue): readonly Field[] {
  let found = fields.get(catalogue);
  if (found === undefined) {
    const leaves: Field[] = [];
    addFieldsBelow(catalogue, catalogue.rootType, "", [], leaves);
    fields.set(catalogue, leaves);
    found = leaves;
  }
  return found;
}

/** @param open types that are being looked into, from the root on: one inside itself ends there */
function addFieldsBelow(catalogue: Catalogue, typeName: string, path: string, open: string[], out: Field[]): void {
  const type = catalogue.complex[typeName];
  if (type === undefined || open.includes(typeName)) return;
  for (const [name, attributeType, , dataClass] of type.attributes ?? []) {
    out.push(leafField(catalogue, join(path, `@${name}`), attributeType, dataClass));
  }
  if (type.any) out.push(anyField(path));
  open.push(typeName);
  for (const [name, childType, , , dataClass] of type.children ?? []) {
    const childPath = join(path, name);
    const text = textTypeOf(catalogue, childType);
    if (text !== undefined) out.push(leafField(catalogue, childPath, text, dataClass ?? "technical"));
    addFieldsBelow(catalogue, childType, childPath, open, out);
  }
  open.pop();
}

/** The simple type of an element's text: its own type, or that of its simple content; undefined when it has only elements. */
export function textTypeOf(catalogue: Catalogue, typeName: string): string | undefined {
  const complex = catalogue.complex[typeName];
  return complex === undefined ? typeName : complex.text;
}

export function leafField(catalogue: Catalogue, path: string, type: string, dataClass: DataClass): Field {
  const fit = catalogue.simple[type]?.fit ?? { shape: "unknown", min: 0, max: 0 };
  return { path, type, dataClass, fit };
}

/** Any-content: what stands inside is described by no catalogue. */
export function anyField(path: string): Field {
  const dataClass = path.endsWith("Sgntr") ? "signature" : "free-text";
  return { path, type: "any", dataClass, fit: { shape: "unknown", min: 0, max: 0 } };
}

export const join = (path: string, name: string): string => (path === "" ? name : `${path}/${name}`);
