/** Writes documents the many ways that XML admits: every way is the same message. */
import type { Document, Element, Leaf } from "./pacs008.ts";
import type { Tape } from "./tape.ts";

export interface XmlStyle {
  /** Between elements: nothing, or a line end and indentation. */
  readonly lineEnd: "" | "\n" | "\r\n";
  readonly declaration: "none" | "utf-8" | "iso-8859-1";
  readonly byteOrderMark: boolean;
  /** Elements around the documents, outermost first. */
  readonly wrappers: readonly string[];
  /** Prefix of all elements of a document, in the order of the documents. */
  readonly prefixes: readonly string[];
  readonly quote: '"' | "'";
  readonly comments: boolean;
  /** Texts in other spellings than the plainest: references, CDATA sections, parts of both. */
  readonly spellings: boolean;
}

export interface WrittenXml {
  readonly bytes: Uint8Array;
  readonly style: XmlStyle;
}

const WRAPPERS: readonly (readonly string[])[] = [
  ["BusMsg"],
  ["DataPDU", "Body"],
  ["RequestPayload"],
  ["Envelope"],
  ["v:VendorFrame", "v:Part"],
];
const PREFIXES = ["", "pacs", "p", "Doc-1", "ns0"];

/** A style for that many documents; the plainest on an exhausted tape. Several documents need a wrapper. */
export function xmlStyle(tape: Tape, documents: number): XmlStyle {
  return {
    lineEnd: tape.pick(["", "\n", "\r\n"] as const),
    declaration: tape.pick(["none", "utf-8", "iso-8859-1"] as const),
    byteOrderMark: tape.chance(1, 8),
    wrappers: documents > 1 || tape.chance(1, 2) ? tape.pick(WRAPPERS) : [],
    prefixes: Array.from({ length: documents }, () => tape.pick(PREFIXES)),
    quote: tape.pick(['"', "'"] as const),
    comments: tape.chance(1, 2),
    spellings: tape.chance(1, 2),
  };
}

/** The bytes of one record: the documents, in their wrappers if there are any. */
export function writeXml(documents: readonly Document[], style: XmlStyle, tape: Tape): Uint8Array {
  const text = new Writer(style, tape).record(documents);
  const mark = style.byteOrderMark && style.declaration !== "iso-8859-1" ? "\ufeff" : "";
  if (style.declaration !== "iso-8859-1") return new TextEncoder().encode(mark + text);
  return new Uint8Array(Buffer.from(text, "latin1"));
}

class Writer {
  readonly #style: XmlStyle;
  readonly #tape: Tape;

  constructor(style: XmlStyle, tape: Tape) {
    this.#style = style;
    this.#tape = tape;
  }

  record(documents: readonly Document[]): string {
    const { declaration, wrappers, quote } = this.#style;
    const head =
      declaration === "none"
        ? ""
        : `<?xml version=${quote}1.0${quote} encoding=${quote}${declaration.toUpperCase()}${quote}?>${this.#style.lineEnd}${this.#aside()}`;
    const inside = documents.map((document, i) => this.#document(document, this.#style.prefixes[i] ?? "", wrappers.length)).join("");
    const around = wrappers.reduceRight((content, name, depth) => {
      const declared = name.includes(":") && depth === 0 ? ` xmlns:${name.split(":")[0]}=${quote}urn:vendor:frame${quote}` : "";
      return `${this.#line(depth)}<${name}${declared}>${content}${this.#line(depth)}</${name}>`;
    }, inside);
    return `${head}${around.trimStart()}${this.#aside()}`;
  }

  #document(document: Document, prefix: string, depth: number): string {
    const { quote } = this.#style;
    const declaration = ` xmlns${prefix === "" ? "" : `:${prefix}`}=${quote}${document.namespace}${quote}`;
    return this.#element(document.root, prefix === "" ? "" : `${prefix}:`, depth, declaration);
  }

  #element(element: Element, prefix: string, depth: number, declaration = ""): string {
    const name = prefix + element.name;
    const attributes = element.attributes
      .map((attribute) => ` ${attribute.name}=${this.#style.quote}${this.#attribute(attribute.leaf)}${this.#style.quote}`)
      .join("");
    const open = `${this.#line(depth)}<${name}${declaration}${attributes}${this.#tape.chance(1, 16) ? " " : ""}>`;
    const close = `</${name}${this.#tape.chance(1, 16) ? "\n" : ""}>`;
    const { content } = element;
    if ("leaf" in content) return open + this.#text(content.leaf) + close;
    if ("any" in content) return open + content.any + close;
    return (
      open + content.children.map((child) => this.#aside() + this.#element(child, prefix, depth + 1)).join("") + this.#line(depth) + close
    );
  }

  #line(depth: number): string {
    return this.#style.lineEnd === "" ? "" : this.#style.lineEnd + "  ".repeat(depth);
  }

  /** Something that is dropped wherever it stands between elements. */
  #aside(): string {
    if (!this.#style.comments || !this.#tape.chance(1, 6)) return "";
    return this.#tape.pick(["<!-- checked by desk 17 -->", "<?workflow step=4?>", "<!--<Nm>nobody</Nm>-->"]);
  }

  #attribute({ text }: Leaf): string {
    return this.#style.spellings && this.#tape.chance(1, 3)
      ? references(text, this.#tape)
      : this.#plain(text).replaceAll('"', "&quot;").replaceAll("'", "&apos;");
  }

  #text({ text }: Leaf): string {
    if (!this.#style.spellings) return this.#plain(text);
    switch (this.#tape.below(6)) {
      case 1:
        return references(text, this.#tape);
      case 2:
        return this.#section(text) ?? this.#plain(text);
      case 3: {
        const points = [...text];
        const cut = this.#tape.below(points.length + 1);
        const [head, tail] = [points.slice(0, cut).join(""), points.slice(cut).join("")];
        return this.#plain(head) + (this.#section(tail) ?? this.#plain(tail));
      }
      default:
        return this.#plain(text);
    }
  }

  #plain(text: string): string {
    const escaped = text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
    return this.#style.declaration === "iso-8859-1"
      ? [...escaped].map((point) => (point > "\u00ff" ? reference(point, true) : point)).join("")
      : escaped;
  }

  /** A CDATA section; undefined where the encoding cannot hold the text, since there are no references in one. */
  #section(text: string): string | undefined {
    if (text.includes("]]>") || (this.#style.declaration === "iso-8859-1" && /[^\u0000-\u00ff]/.test(text))) return undefined;
    return `<![CDATA[${text}]]>`;
  }
}

const reference = (point: string, decimal: boolean): string =>
  decimal ? `&#${point.codePointAt(0)};` : `&#x${point.codePointAt(0)?.toString(16)};`;
const references = (text: string, tape: Tape): string => [...text].map((point) => reference(point, tape.chance(1, 2))).join("");
