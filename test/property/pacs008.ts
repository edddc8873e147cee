/**
 * Random valid pacs.008 documents of every version, straight from the type graphs of the catalogues: elements in order, one of each
 * choice, every leaf inside its type. What a tape leaves out is left out, so a short tape gives the shortest valid document. (Version
 * 01 has choices inside of sequences, which its catalogue lists side by side: there a document may hold both.)
 */
import type { DataClass, Fit } from "../../runtime/formats/api.ts";
import { type Catalogue, catalogueOf, join, messageNames, textTypeOf } from "../../runtime/formats/iso20022/catalogue.ts";
import { identityOf } from "./identities.ts";
import type { Tape } from "./tape.ts";

export interface Leaf {
  /** As scanners name it: below the root element, `…/@Ccy` for attributes. */
  readonly path: string;
  readonly type: string;
  readonly dataClass: DataClass;
  readonly fit: Fit;
  readonly text: string;
}

export interface Element {
  readonly name: string;
  readonly attributes: readonly { readonly name: string; readonly leaf: Leaf }[];
  /** Text, elements, or content that no schema describes, as markup. */
  readonly content: { readonly leaf: Leaf } | { readonly children: readonly Element[] } | { readonly any: string };
}

export interface Document {
  readonly message: string;
  readonly namespace: string;
  readonly root: Element;
}

export const PACS008: readonly string[] = messageNames().filter((name) => name.startsWith("pacs.008."));
export const HEADERS: readonly string[] = messageNames().filter((name) => name.startsWith("head.001."));

/** Most elements of a list. */
const REPEATS_MAX = 3;
/** Identities there are, so that the same one comes again in one document and in others. */
const IDENTITIES = 64;

/**
 * A document of that message.
 * @param leafText replaces the text of a leaf; undefined keeps what the generator wrote
 */
export function documentOf(message: string, tape: Tape, leafText: (leaf: Leaf) => string | undefined = () => undefined): Document {
  const catalogue = catalogueOf(message);
  if (catalogue === undefined) throw new Error(`no catalogue of ${message}`);
  const root = elementOf({ catalogue, tape, leafText }, catalogue.root, catalogue.rootType, "technical", "", 0);
  return { message, namespace: catalogue.namespace, root };
}

/** Elements that go with the content that no schema describes: signatures, supplementary data. */
const DROPPED = new Set(["SplmtryData", "Sgntr"]);

/** Leaves in document order, attributes before content, without those that are dropped with what no schema describes. */
export function* leavesOf(element: Element): Generator<Leaf> {
  if (DROPPED.has(element.name) && !("leaf" in element.content)) return;
  for (const { leaf } of element.attributes) yield leaf;
  if ("leaf" in element.content) yield element.content.leaf;
  if ("children" in element.content) for (const child of element.content.children) yield* leavesOf(child);
}

interface Context {
  readonly catalogue: Catalogue;
  readonly tape: Tape;
  readonly leafText: (leaf: Leaf) => string | undefined;
}

function elementOf(context: Context, name: string, typeName: string, dataClass: DataClass, path: string, depth: number): Element {
  const type = context.catalogue.complex[typeName];
  const attributes = (type?.attributes ?? [])
    .filter(([, , required]) => required || context.tape.chance(1, 2))
    .map(([attribute, attributeType, , attributeClass]) => ({
      name: attribute,
      leaf: leafOf(context, join(path, `@${attribute}`), attributeType, attributeClass),
    }));
  const text = textTypeOf(context.catalogue, typeName);
  if (text !== undefined) return { name, attributes, content: { leaf: leafOf(context, path, text, dataClass) } };
  if (type?.any)
    return { name, attributes, content: { any: `<vendor:Note xmlns:vendor="urn:vendor:note">${wordsOf(context.tape, 12)}</vendor:Note>` } };
  return { name, attributes, content: { children: childrenOf(context, typeName, path, depth) } };
}

function childrenOf(context: Context, typeName: string, path: string, depth: number): Element[] {
  const { catalogue, tape } = context;
  const type = catalogue.complex[typeName];
  const children = type?.children ?? [];
  const chosen = type?.content === "choice" ? [tape.pick(children)] : children;
  return chosen.flatMap(([name, childType, min, max, dataClass]) => {
    const count = type?.content === "choice" ? Math.max(min, 1) : countOf(tape, min, max, depth);
    return Array.from({ length: count }, () => elementOf(context, name, childType, dataClass ?? "technical", join(path, name), depth + 1));
  });
}

/** Deeper elements are rarer, or a document would never end. */
function countOf(tape: Tape, min: number, max: number, depth: number): number {
  const most = max < 0 ? REPEATS_MAX : Math.min(max, REPEATS_MAX);
  let count = min;
  while (count < most && tape.chance(1, count > 0 ? 4 : Math.max(2, depth))) count++;
  return count;
}

function leafOf(context: Context, path: string, type: string, dataClass: DataClass): Leaf {
  const { catalogue, tape, leafText } = context;
  const simple = catalogue.simple[type];
  if (simple === undefined) throw new Error(`no simple type ${type}`);
  const leaf = { path, type, dataClass, fit: simple.fit, text: "" };
  return { ...leaf, text: leafText(leaf) ?? textOf(leaf, tape) };
}

/** A text that the type admits. */
function textOf({ path, dataClass, fit }: Leaf, tape: Tape): string {
  const identity = identityOf(tape.below(IDENTITIES));
  const digits = (count: number): string =>
    String(tape.next() + 1_000_000_000)
      .padStart(count, "7")
      .slice(0, count);
  switch (fit.shape) {
    case "text":
    case "swift-x":
      return fitted(freeText(path, dataClass, identity, tape), fit);
    case "code":
      return tape.pick(["SALA", "CASH", "OTHR", "GBDSC"]).slice(0, fit.max || 4);
    case "enum":
      return tape.pick(fit.values ?? []);
    case "iban":
      return identity.iban;
    case "bic":
      return identity.bic + (tape.chance(1, 3) ? tape.pick(["XXX", "QZ7"]) : "");
    case "lei":
      return identity.lei;
    case "uuid4":
      return identity.uetr;
    case "digits":
      return (fit.prefix ?? "") + digits(clamp(tape.below(12), fit.min - (fit.prefix ?? "").length, fit.max - (fit.prefix ?? "").length));
    case "alphanumeric":
    case "upper-alphanumeric":
      return `AB${digits(40)}`.slice(0, clamp(8, fit.min, fit.max));
    case "hex":
      return "0A1B2C3D".repeat(8).slice(0, fit.min > 0 ? fit.min : 64);
    case "base64":
      return "QmF1dGE=";
    case "country":
      return tape.pick(["DE", "FR", "NL"]);
    case "currency":
      return tape.pick(["EUR", "USD", "CHF"]);
    case "date":
      return tape.pick(["2026-11-20", "2024-02-29", "1999-12-31Z"]);
    case "date-time":
      return tape.pick(["2026-11-20T09:31:07+01:00", "2026-11-20T09:31:07", "2024-02-29T23:59:59.999Z"]);
    case "time":
      return tape.pick(["09:31:07", "23:59:59.5Z"]);
    case "year":
      return "2026";
    case "decimal":
      return fit.fraction === 0
        ? String(1 + tape.below(9))
        : `${1 + tape.below(99_999)}.${tape.pick(["5", "25", "7"])}`.slice(0, Math.max(1, fit.max));
    case "boolean":
      return tape.pick(["true", "false", "1", "0"]);
    case "phone":
      return identity.phone;
    case "unknown":
      // An IBEI, which no technique but redaction takes: the constant that it writes, so that a reversible plan has nothing to bring back.
      return "XX00000000";
    default:
      throw new Error(`no text for shape ${fit.shape}`);
  }
}

function freeText(path: string, dataClass: DataClass, identity: ReturnType<typeof identityOf>, tape: Tape): string {
  switch (dataClass) {
    case "person":
    case "organisation":
      return identity.name;
    case "agent":
      return path.endsWith("/Nm") ? `Bank ${identity.name}` : identity.reference;
    case "account":
      return tape.pick([identity.reference, identity.pan, "0041-720519 98", identity.iban]);
    case "identifier":
      return tape.pick([identity.reference, "DE/998100417", "a1B2"]);
    case "reference":
      return tape.pick([identity.reference, "RG-2026-08815", "4711471147", "NOTPROVIDED"]);
    case "contact":
      return path.endsWith("EmailAdr") ? identity.email : wordsOf(tape, 3);
    case "free-text":
      return `${wordsOf(tape, 6)} ${identity.name}`;
    default:
      return wordsOf(tape, 2);
  }
}

const WORDS = ["rent", "Straße", "7", "für", "März", "& Co", "<b>", "O'Hara", "–", "invoice", "Ω", "12/3", '"q"'];
const wordsOf = (tape: Tape, most: number): string =>
  Array.from({ length: 1 + tape.below(most) }, () => tape.pick(WORDS))
    .join(" ")
    .replaceAll(/[<&]/g, "+");

const clamp = (value: number, low: number, high: number): number => Math.max(low, high > 0 ? Math.min(value, high) : value);

/** Cut to the longest and filled to the shortest that the type admits, by code points, without a space at an end. */
function fitted(text: string, fit: Fit): string {
  const points = [...text].slice(0, fit.max > 0 ? fit.max : undefined);
  while (points.length < fit.min) points.push("x");
  return points.join("").replaceAll(/^ | $/g, "x");
}
