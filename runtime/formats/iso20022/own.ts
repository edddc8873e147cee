/** Catalogue files of the user's own: what `bauta catalogue add` writes, and a model names under `catalogues`. */
import { BautaError } from "../../kit/errors.ts";
import { DATA_CLASSES, type Fit, SHAPES } from "../api.ts";
import type { Catalogue, ComplexType, SimpleType } from "./catalogue.ts";

/** Version of the file's form. */
const VERSION = 1;
const MESSAGE = /^[a-z]{4}\.\d{3}\.\d{3}\.\d{2}$/;
const NAMESPACE = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#@!$&()*+,;=%-]{1,255}$/;
const ELEMENT = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;

/** The file's text: a line for each type, so that a review of a new release reads it like code. */
export function encodeCatalogue({ message, namespace, root, rootType, simple, complex }: Catalogue): string {
  const rows = [...Object.entries(simple), ...Object.entries(complex)].map(([name, type]) => JSON.stringify({ ...type, name }));
  const head = [`"bauta-catalogue":${VERSION}`, ...Object.entries({ message, namespace, root, rootType }).map(pair)];
  return `{${head.join(",\n ")},\n "types":[\n  ${rows.join(",\n  ")}\n ]\n}\n`;
}

const pair = ([name, value]: readonly [string, string]): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`;

/**
 * The catalogue of a file. It decides what is masked, so nothing in it is taken on trust: names, classes and shapes are those there
 * are, and every type that is named is there.
 * @throws BautaError 1233
 */
export function parseCatalogue(text: string): Catalogue {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong("it is not JSON");
  }
  if (!isObject(value) || value["bauta-catalogue"] !== VERSION) throw wrong("it is no catalogue of this version");
  const { message, namespace, root, rootType, types } = value;
  if (!isMatch(message, MESSAGE)) throw wrong("`message` is not the name of a message");
  if (!isMatch(namespace, NAMESPACE)) throw wrong("`namespace` is not the URI of a namespace");
  if (!isMatch(root, ELEMENT) || typeof rootType !== "string" || !Array.isArray(types))
    throw wrong("`root`, `rootType` or `types` is missing");
  const simple: Record<string, SimpleType> = {};
  const complex: Record<string, ComplexType> = {};
  for (const [i, type] of types.entries()) {
    if (!isObject(type) || typeof type["name"] !== "string" || type["name"] in simple || type["name"] in complex) {
      throw wrong(`type ${i + 1} has no name of its own`);
    }
    if (isSimple(type)) simple[type["name"]] = type;
    else if (isComplex(type)) complex[type["name"]] = type;
    else throw wrong(`type ${i + 1} is neither simple nor complex`);
  }
  const catalogue = { message, namespace, root, rootType, simple, complex };
  checkLinks(catalogue);
  return catalogue;
}

const wrong = (detail: string): BautaError => new BautaError(1233, { detail });

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null && !Array.isArray(value);
const isMatch = (value: unknown, form: RegExp): value is string => typeof value === "string" && form.test(value);
const isCount = (value: unknown): value is number => typeof value === "number" && Number.isInteger(value) && value >= 0;
const isClass = (value: unknown): boolean => DATA_CLASSES.some((known) => known === value);

function isSimple(type: Record<string, unknown>): type is Record<string, unknown> & SimpleType {
  return isFit(type["fit"]) && (type["pattern"] === undefined || typeof type["pattern"] === "string");
}

function isFit(value: unknown): value is Fit {
  if (!isObject(value) || !SHAPES.some((known) => known === value["shape"]) || !isCount(value["min"]) || !isCount(value["max"]))
    return false;
  const { values, fraction, prefix } = value;
  const isList = values === undefined || (Array.isArray(values) && values.every((each) => typeof each === "string"));
  return isList && (fraction === undefined || isCount(fraction)) && (prefix === undefined || typeof prefix === "string");
}

function isComplex(type: Record<string, unknown>): type is Record<string, unknown> & ComplexType {
  const { content, text, attributes = [], children = [], any } = type;
  if (content !== "sequence" && content !== "choice" && content !== "simple") return false;
  if ((content === "simple") !== (typeof text === "string") || (any !== undefined && any !== true)) return false;
  return Array.isArray(attributes) && attributes.every(isAttribute) && Array.isArray(children) && children.every(isChild);
}

const isAttribute = (row: unknown): boolean =>
  Array.isArray(row) && isMatch(row[0], ELEMENT) && typeof row[1] === "string" && typeof row[2] === "boolean" && isClass(row[3]);

function isChild(row: unknown): boolean {
  if (!Array.isArray(row)) return false;
  const [name, type, min, max, dataClass] = row as readonly unknown[];
  return (
    isMatch(name, ELEMENT) &&
    typeof type === "string" &&
    isCount(min) &&
    (isCount(max) || max === -1) &&
    (row.length === 4 || isClass(dataClass))
  );
}

function checkLinks({ rootType, simple, complex }: Catalogue): void {
  if (complex[rootType] === undefined) throw wrong("the root's type is missing");
  for (const { text, attributes = [], children = [] } of Object.values(complex)) {
    const texts = [...(text === undefined ? [] : [text]), ...attributes.map(([, type]) => type)];
    if (texts.some((type) => simple[type] === undefined)) throw wrong("a simple type that is named is missing");
    for (const [, type, , , dataClass] of children) {
      const hasText = simple[type] !== undefined || complex[type]?.text !== undefined;
      if (!hasText && complex[type] === undefined) throw wrong("a type that is named is missing");
      if (hasText !== (dataClass !== undefined)) throw wrong("a leaf has no class of data, or what is no leaf has one");
    }
  }
}
