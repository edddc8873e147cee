/**
 * Message catalogues: the type graphs that schemas/iso20022/ derives from the XSDs, read from schemas/catalogues/iso20022.
 *
 * Versions of a message, and messages of one release, have most of their types in common, so there is one pool of types, a line each,
 * and a line for each message that says where it begins. Of the pool only those lines are parsed that a message leads to, when it is
 * first met: what is in the folder costs a run nothing until then.
 */
import { assetBytes } from "../../kit/assets.ts";
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

export interface SimpleType {
  readonly fit: Fit;
  /** The XSD's own, where it has one. */
  readonly pattern?: string;
}

export interface Catalogue {
  /** `pacs.008.001.08` */
  readonly message: string;
  readonly namespace: string;
  readonly root: string;
  readonly rootType: string;
  readonly simple: Readonly<Record<string, SimpleType>>;
  readonly complex: Readonly<Record<string, ComplexType>>;
}

/** A line of the pool. */
export type PooledType = { readonly name: string } & (SimpleType | ComplexType);

/** A line of the messages. Types of whose name the pool has another content are its own. */
export interface MessageRow {
  readonly name: string;
  readonly root: string;
  readonly type: string;
  /** Where it is not `NAMESPACE_PREFIX` and the name: messages of 2005. */
  readonly namespace?: string;
  readonly own?: readonly PooledType[];
}

export const NAMESPACE_PREFIX = "urn:iso:std:iso:20022:tech:xsd:";
/** A namespace of an ISO 20022 message; those of 2005 lack a word. */
const MESSAGE_NAMESPACE = /^urn:iso:std:iso:20022:(?:tech:)?xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})$/;

const FOLDER = "schemas/catalogues/iso20022";
export const TYPES_FILE: string = `${FOLDER}/types.ndjson`;
export const MESSAGES_FILE: string = `${FOLDER}/messages.ndjson`;

/** Lines of a file, sorted by the name each begins with; found by halving, and parsed when they are asked for. */
class Lines<Row extends { readonly name: string }> {
  readonly #bytes: Uint8Array;
  readonly #rows = new Map<string, Row>();

  constructor(path: string) {
    this.#bytes = assetBytes(path);
  }

  names(): string[] {
    return utf8
      .decode(this.#bytes)
      .split("\n")
      .slice(0, -1)
      .map((line) => line.slice(NAME_AT, line.indexOf('"', NAME_AT)));
  }

  row(name: string): Row | undefined {
    const known = this.#rows.get(name);
    if (known !== undefined) return known;
    const bytes = this.#bytes;
    for (let low = 0, high = bytes.length; low < high; ) {
      const start = bytes.lastIndexOf(LINE_FEED, (low + high) >>> 1) + 1;
      // The line that holds the middle may begin in front of the half that is left: then it was looked at, and the rest is one line on.
      const line = start < low ? low : start;
      const end = bytes.indexOf(LINE_FEED, line);
      const order = compareAt(bytes, line + NAME_AT, name);
      if (order === 0) {
        const row = JSON.parse(utf8.decode(bytes.subarray(line, end))) as Row;
        this.#rows.set(name, row);
        return row;
      }
      if (order < 0) low = end + 1;
      else high = line;
    }
    return undefined;
  }
}

const utf8 = new TextDecoder();
const LINE_FEED = 0x0a;
const QUOTE = 0x22;
/** Where a line's name stands. */
const NAME_AT = '{"name":"'.length;

/** Order of the name that stands at an offset and another one, by code units; names are ASCII. */
function compareAt(bytes: Uint8Array, at: number, name: string): number {
  for (let i = 0; ; i++) {
    const byte = bytes[at + i] as number;
    if (byte === QUOTE) return i === name.length ? 0 : -1;
    if (i === name.length) return 1;
    const difference = byte - name.charCodeAt(i);
    if (difference !== 0) return difference;
  }
}

let messages: Lines<MessageRow> | undefined;
let pool: Lines<PooledType> | undefined;
const loaded = new Map<string, Catalogue>();

/** The catalogue of a message name such as `pacs.008.001.08`, or undefined when there is none. */
export function catalogueOf(message: string): Catalogue | undefined {
  const known = loaded.get(message);
  if (known !== undefined) return known;
  // The name may come from a message: what has no line gets no further, and is not remembered, for there is no end of names.
  messages ??= new Lines(MESSAGES_FILE);
  const row = messages.row(message);
  if (row === undefined) return undefined;
  const catalogue = assembled(row);
  loaded.set(message, catalogue);
  return catalogue;
}

/** The message that a namespace is of, whether or not there is a catalogue; undefined for other namespaces. */
export const messageOfNamespace = (uri: string): string | undefined => MESSAGE_NAMESPACE.exec(uri)?.[1];

/** The catalogue of a namespace, or undefined when there is none. */
export function catalogueOfNamespace(uri: string): Catalogue | undefined {
  const message = messageOfNamespace(uri);
  const catalogue = message === undefined ? undefined : catalogueOf(message);
  return catalogue?.namespace === uri ? catalogue : undefined;
}

/** Names of all messages that have a catalogue, in byte order. */
export function messageNames(): string[] {
  messages ??= new Lines(MESSAGES_FILE);
  return messages.names();
}

/** The catalogue of a row: its own types, and those of the pool that it leads to. */
function assembled({ name: message, root, type: rootType, namespace = NAMESPACE_PREFIX + message, own = [] }: MessageRow): Catalogue {
  pool ??= new Lines(TYPES_FILE);
  const simple: Record<string, SimpleType> = {};
  const complex: Record<string, ComplexType> = {};
  const open = [rootType];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (name in simple || name in complex) continue;
    const type = own.find((each) => each.name === name) ?? pool.row(name);
    if (type === undefined) throw new Error(`${message}: type ${name} is in no file`);
    if ("fit" in type) simple[name] = type;
    else {
      complex[name] = type;
      if (type.text !== undefined) open.push(type.text);
      for (const [, attributeType] of type.attributes ?? []) open.push(attributeType);
      for (const [, childType] of type.children ?? []) open.push(childType);
    }
  }
  return { message, namespace, root, rootType, simple, complex };
}

const fields = new WeakMap<Catalogue, readonly Field[]>();

/** All typed leaves of a message, attributes included, in document order; paths begin below the root element. */
export function fieldsOf(catalogue: Catalogue): readonly Field[] {
  let found = fields.get(catalogue);
  if (found === undefined) {
    found = fieldsBelow(catalogue, catalogue.rootType, "", []).fields;
    fields.set(catalogue, found);
  }
  return found;
}

interface Below {
  readonly fields: readonly Field[];
  /** Something was left out because a type stood inside itself: what is below depends on what is above. */
  readonly cut: boolean;
}

const NOTHING: Below = { fields: [], cut: false };
/** What is below a type of the pool at a path: the same fields in every version that has it there. */
const belowPooled = new WeakMap<ComplexType, Map<string, Below>>();

/** @param open types that are being looked into, from the root on: one inside itself ends there */
function fieldsBelow(catalogue: Catalogue, typeName: string, path: string, open: string[]): Below {
  const type = catalogue.complex[typeName];
  if (type === undefined) return NOTHING;
  if (open.includes(typeName)) return { fields: [], cut: true };
  let known = belowPooled.get(type);
  if (known === undefined) {
    known = new Map();
    belowPooled.set(type, known);
  }
  const before = known.get(path);
  if (before !== undefined) return before;
  const out: Field[] = [];
  let cut = false;
  for (const [name, attributeType, , dataClass] of type.attributes ?? []) {
    out.push(leafField(catalogue, join(path, `@${name}`), attributeType, dataClass));
  }
  if (type.any) out.push(anyField(path));
  open.push(typeName);
  for (const [name, childType, , , dataClass] of type.children ?? []) {
    const childPath = join(path, name);
    const text = textTypeOf(catalogue, childType);
    if (text !== undefined) out.push(leafField(catalogue, childPath, text, dataClass ?? "technical"));
    const below = fieldsBelow(catalogue, childType, childPath, open);
    for (const field of below.fields) out.push(field);
    cut ||= below.cut;
  }
  open.pop();
  const found = { fields: out, cut };
  if (!cut) known.set(path, found);
  return found;
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
