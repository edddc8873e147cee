/**
 * Writes documents in every style that XML leaves to the writer: prefixes, line ends, quotes, declarations, encodings, CDATA sections,
 * references, comments. Two spellings of one document say the same; a scanner that minds the difference is wrong.
 */
import type { Element } from "./documents.ts";
import { CAPITALS, DIGITS, type Random } from "./random.ts";

export interface Style {
  /** Of the message's elements; empty: the default namespace. */
  readonly prefix: string;
  readonly lineEnd: "" | "\n" | "\r\n";
  readonly indent: string;
  readonly quote: '"' | "'";
  readonly declaration: string;
  readonly encoding: "utf-8" | "iso-8859-1";
  readonly byteOrderMark: boolean;
  /** Probability of a comment or processing instruction between two elements. */
  readonly miscellany: number;
  /** Probability of CDATA and of references in a text. */
  readonly spelling: number;
}

export interface Written {
  readonly bytes: Uint8Array;
  /** Texts that must not come out: what comments, instructions, signatures and supplementary data hold. */
  readonly dropped: readonly string[];
}

const XMLDSIG = "http://www.w3.org/2000/09/xmldsig#";
const XSI = "http://www.w3.org/2001/XMLSchema-instance";

export function styleOf(random: Random): Style {
  const encoding = random.chance(0.15) ? "iso-8859-1" : "utf-8";
  const lineEnd = random.pick(["", "\n", "\n", "\r\n"] as const);
  const quote = random.pick(['"', "'"] as const);
  const declarations = [
    `<?xml version=${quote}1.0${quote} encoding=${quote}UTF-8${quote}?>`,
    `<?xml version="1.0" encoding="utf-8" standalone="yes" ?>`,
    `<?xml version='1.0'?>`,
    "",
  ];
  return {
    prefix: random.pick(["", "", "", "doc:", "ns0:", "p.8-a_b:"]),
    lineEnd,
    indent: lineEnd === "" ? "" : random.pick(["", "  ", "\t"]),
    quote,
    declaration: encoding === "utf-8" ? random.pick(declarations) : `<?xml version="1.0" encoding="ISO-8859-1"?>`,
    encoding,
    byteOrderMark: encoding === "utf-8" && random.chance(0.1),
    miscellany: random.pick([0, 0, 0.05]),
    spelling: random.pick([0, 0.1, 0.5]),
  };
}

/** The document whose root element is of the namespace. */
export function writeDocument(root: Element, namespace: string, style: Style, random: Random): Written {
  const writer = new MarkupWriter(style, random);
  const text = writer.document(root, namespace);
  const bytes = style.encoding === "utf-8" ? new TextEncoder().encode(text) : Uint8Array.from(text, (character) => character.charCodeAt(0));
  return { bytes, dropped: writer.dropped };
}

class MarkupWriter {
  readonly dropped: string[] = [];
  readonly #style: Style;
  readonly #random: Random;

  constructor(style: Style, random: Random) {
    this.#style = style;
    this.#random = random;
  }

  document(root: Element, namespace: string): string {
    const { byteOrderMark, declaration, lineEnd, prefix } = this.#style;
    const declared = [this.#attribute(prefix === "" ? "xmlns" : `xmlns:${prefix.slice(0, -1)}`, namespace)];
    if (this.#random.chance(0.2)) {
      declared.push(
        this.#attribute("xmlns:xsi", XSI),
        this.#attribute("xsi:schemaLocation", `${namespace} ${namespace.split(":").at(-1)}.xsd`),
      );
    }
    const head = `${byteOrderMark ? "\ufeff" : ""}${declaration}${declaration === "" ? "" : lineEnd}${this.#miscellany()}`;
    return head + this.#element(root, 0, declared) + this.#miscellany() + lineEnd;
  }

  #element(element: Element, depth: number, declared: readonly string[] = []): string {
    const { indent, lineEnd, prefix } = this.#style;
    const name = prefix + element.name;
    const space = this.#random.chance(0.02) ? this.#random.pick([" ", "\n", "\t"]) : "";
    const attributes = [...declared, ...element.attributes.map((each) => this.#attribute(each.name, each.value))].join("");
    const close = `</${name}${this.#random.chance(0.02) ? " " : ""}>`;
    if (element.text === "" && this.#random.chance(0.5)) return `<${name}${attributes}${space}/>`;
    const open = `<${name}${attributes}${space}>`;
    if (element.text !== undefined) return open + this.#text(element.text) + close;
    const between = (level: number): string => lineEnd + (lineEnd === "" ? "" : indent.repeat(level));
    const inner =
      element.any === undefined ? element.children.map((child) => this.#element(child, depth + 1)) : [this.#undescribed(element.any)];
    return open + inner.map((text) => between(depth + 1) + this.#miscellany() + text).join("") + between(depth) + close;
  }

  #attribute(name: string, value: string): string {
    const { quote, spelling } = this.#style;
    const gap = this.#random.chance(0.02) ? "\n  " : " ";
    const equals = this.#random.chance(0.02) ? " = " : "=";
    // Names of namespaces are known by their bytes.
    const isSpelled = !name.startsWith("xmlns") && !name.includes(":") && this.#random.chance(spelling);
    const text = isSpelled ? Array.from(value, (point) => reference(point, this.#random)).join("") : referenced(value, /[&<"']/g);
    return `${gap}${name}${equals}${quote}${text}${quote}`;
  }

  /** Content of other namespaces, none of which may come out. */
  #undescribed(kind: NonNullable<Element["any"]>): string {
    const secret = this.#secret();
    if (kind === "supplementary")
      return `<x:Cust xmlns:x="urn:example:bank"><x:Name vip="${secret}">${secret} Müller</x:Name><!-- ${secret} --><x:N/></x:Cust>`.replace(
        "ü",
        "&#252;",
      );
    return `<ds:Signature xmlns:ds="${XMLDSIG}"><ds:SignedInfo/><ds:SignatureValue>${secret}</ds:SignatureValue></ds:Signature>`;
  }

  #miscellany(): string {
    if (!this.#random.chance(this.#style.miscellany)) return "";
    const secret = this.#secret();
    return this.#random.pick([`<!-- ${secret} -->`, `<!--${secret}<Nm>&-->`, `<?bank ${secret}?>`]);
  }

  /** A text that occurs nowhere else. */
  #secret(): string {
    const secret = `Canary${this.#random.text(CAPITALS + DIGITS, 14)}`;
    this.dropped.push(secret);
    return secret;
  }

  #text(text: string): string {
    const { encoding, lineEnd, spelling } = this.#style;
    // XML's own characters, what a line end would swallow, and what the encoding does not have.
    const plain = (part: string): string =>
      referenced(part, encoding === "utf-8" ? /[&<\r]|\]\]>/g : /[&<\r\u0100-\u{10ffff}]|\]\]>/gu).replaceAll(
        "\n",
        lineEnd === "\r\n" ? lineEnd : "\n",
      );
    if (!this.#random.chance(spelling)) return plain(text);
    const fitsSection = !/\r/.test(text) && (encoding === "utf-8" || /^[\u0000-\u00ff]*$/.test(text));
    const points = Array.from(text);
    const cut = this.#random.below(points.length + 1);
    const [head, tail] = [points.slice(0, cut).join(""), points.slice(cut).join("")];
    const spellings = [
      () =>
        points
          .map((point) => (this.#random.chance(0.3) ? reference(point, this.#random) : plain(point)))
          .join("")
          .replaceAll("]]>", "]]&gt;"),
      () => points.map((point) => reference(point, this.#random)).join(""),
      ...(fitsSection
        ? [() => section(text), () => section(head) + section(tail), () => plain(head) + section(tail), () => section(head) + plain(tail)]
        : []),
    ];
    return this.#random.pick(spellings)();
  }
}

const NAMED: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;", "]]>": "]]&gt;" };

const referenced = (text: string, what: RegExp): string => text.replaceAll(what, (found) => NAMED[found] ?? `&#${found.codePointAt(0)};`);

function reference(point: string, random: Random): string {
  const named = NAMED[point];
  if (named !== undefined && random.chance(0.5)) return named;
  const code = point.codePointAt(0) as number;
  return random.pick([`&#${code};`, `&#x${code.toString(16)};`, `&#x00${code.toString(16).toUpperCase()};`]);
}

/** A CDATA section, or two where the text holds what would end one. */
const section = (text: string): string => `<![CDATA[${text.replaceAll("]]>", "]]]]><![CDATA[>")}]]>`;
