/** From an XSD to a catalogue: shapes for its simple types, classes of data for its leaves, and what is to be said of both. */
import { BautaError } from "../../../kit/errors.ts";
import type { DataClass, Shape } from "../../api.ts";
import type { Attribute, Catalogue, Child, ComplexType } from "../catalogue.ts";
import type { Classed, Classes } from "./classes.ts";
import { fitOf } from "./fits.ts";
import { readSchema, type Schema, SchemaError, type SchemaType } from "./schema.ts";

/** A leaf and why it has its class. */
export interface ClassedEdge extends Classed {
  readonly within: string;
  /** With `@` for an attribute. */
  readonly element: string;
  readonly type: string;
}

export interface Derived {
  readonly catalogue: Catalogue;
  readonly classed: readonly ClassedEdge[];
  /** `owner element type` of leaves that no rule classes. */
  readonly unclassed: readonly string[];
  /** Simple types that no shape describes: redaction writes their constant; those without one can only be refused. */
  readonly unshaped: readonly { readonly type: string; readonly constant: string | undefined }[];
}

const MESSAGE = /[a-z]{4}\.\d{3}\.\d{3}\.\d{2}/;

/**
 * The catalogue of an XSD.
 * @param message its name (`pacs.008.001.08`); by default the one in the target namespace
 * @throws BautaError 1231 where the text is no schema that a catalogue can be made of
 */
export function deriveCatalogue(text: string, classes: Classes, message?: string): Derived {
  const schema = readOrRefuse(text);
  const name = message ?? MESSAGE.exec(schema.namespace)?.[0];
  if (name === undefined || !new RegExp(`^${MESSAGE.source}$`).test(name)) {
    throw new BautaError(1231, { detail: "the target namespace names no message such as pacs.008.001.08; name it with --message" });
  }
  const classed: ClassedEdge[] = [];
  const unclassed = new Set<string>();
  const simple = simpleTypes(schema);
  const classOf = (within: string, element: string, type: string): DataClass | undefined => {
    const found = classes.of(within, element, type, aliasOf(schema, simple, type));
    if (found === undefined) unclassed.add(`${within} ${element} ${type}`);
    else classed.push({ within, element, type, ...found });
    return found?.dataClass;
  };
  const complex: Record<string, ComplexType> = {};
  for (const typeName of [...schema.complex.keys()].sort()) {
    complex[typeName] = complexType(schema, typeName, schema.complex.get(typeName) as SchemaType, classOf);
  }
  const { namespace, root, rootType } = schema;
  const catalogue = { message: name, namespace, root, rootType, simple, complex };
  const unshaped = Object.entries(simple)
    .filter(([, { fit }]) => fit.shape === "unknown")
    .map(([type, { fit }]) => ({ type, constant: fit.values?.[0] }));
  return { catalogue, classed, unclassed: [...unclassed].sort(), unshaped };
}

function readOrRefuse(text: string): Schema {
  try {
    return readSchema(text);
  } catch (error) {
    if (error instanceof SchemaError) throw new BautaError(1231, { detail: error.message });
    throw error;
  }
}

function simpleTypes(schema: Schema): Catalogue["simple"] {
  const simple: Record<string, Catalogue["simple"][string]> = {};
  for (const name of [...schema.simple.keys()].sort()) {
    const facets = schema.simple.get(name);
    if (facets === undefined) continue;
    const pattern = facets.patterns.length === 1 ? facets.patterns[0] : undefined;
    simple[name] = { fit: fitOf(name, facets), ...(pattern === undefined ? {} : { pattern }) };
  }
  return simple;
}

/** The name that ISO's schemas give a type of these facets, for types that are named otherwise. */
function aliasOf(schema: Schema, simple: Catalogue["simple"], type: string): string | undefined {
  const complex = schema.complex.get(type);
  const { fit } = simple[complex?.content === "simple" ? complex.text : type] ?? {};
  if (fit === undefined) return undefined;
  const isText = (fit.shape === "text" || fit.shape === "swift-x") && fit.max > 0;
  return isText ? `Max${fit.max}Text` : ALIASES[fit.shape];
}

/** Types whose facets say what they are, whatever their name. */
const ALIASES: Readonly<Partial<Record<Shape, string>>> = {
  boolean: "TrueFalseIndicator",
  country: "CountryCode",
  currency: "ActiveCurrencyCode",
  date: "ISODate",
  "date-time": "ISODateTime",
  enum: "ListedCode",
  iban: "IBAN2007Identifier",
  time: "ISOTime",
  uuid4: "UUIDv4Identifier",
  year: "ISOYear",
};

type ClassOf = (within: string, element: string, type: string) => DataClass | undefined;

function complexType(schema: Schema, name: string, type: SchemaType, classOf: ClassOf): ComplexType {
  if (type.content === "simple") {
    const attributes = type.attributes.map((attribute): Attribute => {
      // Without a class the whole catalogue is refused, so what stands here then is never read.
      const dataClass = classOf(name, `@${attribute.name}`, attribute.type) ?? "signature";
      return [attribute.name, attribute.type, attribute.required, dataClass];
    });
    return { content: "simple", text: type.text, attributes };
  }
  const children = type.children.map(({ name: element, type: childType, min, max }): Child => {
    const hasText = schema.simple.has(childType) || schema.complex.get(childType)?.content === "simple";
    const dataClass = hasText ? classOf(name, element, childType) : undefined;
    return dataClass === undefined ? [element, childType, min, max] : [element, childType, min, max, dataClass];
  });
  return { content: type.content, ...(children.length > 0 ? { children } : {}), ...(type.any ? { any: true } : {}) };
}
