/** The tree in columns that rules between values read, against the tree of objects that schemas are read by. */
import { describe, expect, test } from "bun:test";
import { messageOfNamespace } from "../../runtime/formats/iso20022/catalogue.ts";
import { type Element, Tree } from "../../runtime/formats/iso20022/rules/tree.ts";
import { MarkupError, readMarkup, type XmlElement } from "../../runtime/formats/iso20022/xsd/markup.ts";
import { xmlPayment } from "../property/payments.ts";
import { effort, tapeOf } from "../property/tape.ts";

const tree = new Tree();
const utf8 = new TextEncoder();
const isLatin1 = (text: string): boolean => /encoding\s*=\s*["']iso-8859-1/i.test(text.slice(0, 128));

const ATTRIBUTES = ["Ccy", "scheme", "version", "id", "SchmeNm", "n"];
type Told = readonly [
  name: string,
  text: string,
  attributes: readonly (string | undefined)[],
  contentAt: number,
  children: readonly Told[],
];

const toldOf = (element: Element): Told => [
  element.name,
  element.isLeaf ? element.text : "",
  ATTRIBUTES.map((name) => element.attribute(name)),
  element.contentAt,
  element.children.map(toldOf),
];

const documentsIn = (element: XmlElement): readonly XmlElement[] =>
  messageOfNamespace(element.namespace) !== undefined ? [element] : element.children.flatMap(documentsIn);

function oracle(bytes: Uint8Array, latin1: boolean): readonly Told[] | undefined {
  const text = new TextDecoder(latin1 ? "latin1" : "utf-8", { ignoreBOM: true }).decode(bytes);
  const offsets = latin1 ? undefined : byteOffsets(text);
  const told = (element: XmlElement): Told => [
    element.name,
    element.children.length === 0 ? element.text : "",
    ATTRIBUTES.map((name) => element.attributes.get(name)),
    offsets?.[element.contentAt] ?? element.contentAt,
    element.children.map(told),
  ];
  // Of end tags schemas are read with, more is taken than XML has: `</a/>`, `</a b="c">`.
  if (/<\/[\w.:-]+(?![\w.:-])\s*[^\s>]/.test(text.replaceAll(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, "")))
    return undefined;
  try {
    return documentsIn(readMarkup(text)).map(told);
  } catch (error) {
    if (error instanceof MarkupError) return undefined;
    throw error;
  }
}

/** For each place of a text its place in UTF-8. */
function byteOffsets(text: string): readonly number[] {
  const offsets: number[] = [];
  let at = 0;
  for (const character of text) {
    for (let i = 0; i < character.length; i++) offsets.push(at);
    at += utf8.encode(character).length;
  }
  offsets.push(at);
  return offsets;
}

const read = (bytes: Uint8Array, latin1: boolean): readonly Told[] | undefined =>
  tree.read(bytes, latin1)?.map(({ element }) => toldOf(element));

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

describe("payments in any spelling", () => {
  const { seed, numRuns } = effort("trees of payments")(150);
  const latin1Of = (bytes: Uint8Array): boolean => isLatin1(Buffer.from(bytes.subarray(0, 256)).toString("latin1"));

  test("are the same tree", () => {
    let documents = 0;
    for (let i = 0; i < numRuns; i++) {
      const { bytes } = xmlPayment(tapeOf(seed + i));
      const latin1 = latin1Of(bytes);
      const found = read(bytes, latin1);
      expect(isSame(found, oracle(bytes, latin1)) ? "" : new TextDecoder().decode(bytes)).toBe("");
      documents += found?.length ?? 0;
    }
    expect(documents).toBeGreaterThan(numRuns / 2);
  });

  test("with a byte or two changed they are the same tree, or none in either", () => {
    let whole = 0;
    let none = 0;
    for (let i = 0; i < 4 * numRuns; i++) {
      const tape = tapeOf(seed - i);
      const bytes = xmlPayment(tape).bytes.slice();
      const latin1 = latin1Of(bytes);
      const hits = Array.from(
        { length: 1 + (i % 2) },
        (_, hit) => [Math.imul(i + hit + 1, 7919) >>> 0, "<>/&;\"'= a!?-:]"[(i + hit) % 15]] as const,
      );
      // Half a character of UTF-8 is another length in every reading of it.
      for (const [place, character] of hits) {
        if ((bytes[place % bytes.length] as number) < 0x80) bytes[place % bytes.length] = (character as string).charCodeAt(0);
      }
      const found = read(bytes, latin1);
      const places = hits.map(([place]) => place % bytes.length);
      expect(
        isSame(found, oracle(bytes, latin1))
          ? ""
          : places.map((at) => new TextDecoder().decode(bytes.subarray(at - 30, at + 30))).join("|"),
      ).toBe("");
      if (found === undefined) none++;
      else whole++;
    }
    expect(Math.min(whole, none)).toBeGreaterThan(10);
  });
});

describe("what is none", () => {
  const PACS = 'xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"';
  const TEXTS: readonly string[] = [
    "",
    " ",
    "<",
    "<a",
    "<a>",
    "</a>",
    "<a></b>",
    "<a/><a/>",
    "x<a/>",
    "<a/>x",
    "<a>&b;</a>",
    "<a>&#0;</a>",
    "<a b='1' b='2'/>",
    "<a b=1/>",
    "<a b='<'/>",
    "<p:a/>",
    "<!DOCTYPE a><a/>",
    "<a><!-- </a>",
    "<a><![CDATA[</a>",
    `${"<a>".repeat(65)}${"</a>".repeat(65)}`,
  ];
  test.each(TEXTS.map((text) => [text]))("%s", (text) => {
    expect(tree.read(utf8.encode(text), false)).toBeUndefined();
  });

  test("elements and texts of any dress", () => {
    const text = `\ufeff<?xml version="1.0"?><!-- a --><w xmlns:q='urn:q'><Document ${PACS}><A n = "&lt;&#65;"/><B>a<!-- b -->&#x42;<![CDATA[<c>&amp;]]></B><q:C q:n='1' n="2" ></q:C ></Document></w>\n`;
    const bytes = utf8.encode(text);
    expect(read(bytes, false)).toEqual(oracle(bytes, false) as readonly Told[]);
    expect(tree.read(bytes, false)?.map(({ message }) => message)).toEqual(["pacs.008.001.08"]);
  });
});
