/** ISO 20022 for the fuzzer: messages of every family, and mutations of tags, texts, attributes, namespaces and encodings. */
import type { Field } from "../../runtime/formats/api.ts";
import { type Catalogue, catalogueOf, messageNames } from "../../runtime/formats/iso20022/catalogue.ts";
import { smallDocuments } from "../generators/documents.ts";
import { writeDocument } from "../generators/markup.ts";
import type { Random } from "../generators/random.ts";
import { CANARY_LENGTH, Canaries, type FuzzFormat, mutateBytes, type Planted } from "./api.ts";

const DOCUMENTS_PER_MESSAGE = 2;
const IDENTIFYING = new Set(["person", "organisation", "agent", "account", "identifier", "contact", "reference", "free-text"]);

export const xml: FuzzFormat = {
  name: "xml",
  model: "test-data",
  seeds(random) {
    // The newest and the oldest version of each message.
    const byFamily = new Map<string, string[]>();
    for (const name of messageNames()) byFamily.set(name.slice(0, 8), [...(byFamily.get(name.slice(0, 8)) ?? []), name]);
    const names = [...byFamily.values()].flatMap((versions) => [versions[0] as string, versions.at(-1) as string]);
    return [...new Set(names)].flatMap((name) => plantedOf(catalogueOf(name) as Catalogue, random));
  },
  mutate(bytes, random) {
    if (random.chance(0.15)) return mutateBytes(bytes, random);
    const tokens = tokensOf(Buffer.from(bytes).toString("latin1"));
    if (tokens.length < 3) return mutateBytes(bytes, random);
    random.pick(MUTATIONS)(tokens, random);
    return Uint8Array.from(Buffer.from(tokens.join(""), "latin1"));
  },
};

function plantedOf(catalogue: Catalogue, random: Random): readonly Planted[] {
  return Array.from({ length: DOCUMENTS_PER_MESSAGE }, () => {
    const canaries = new Canaries(random);
    const text = ({ dataClass, fit }: Field): string | undefined => {
      const holds = fit.shape === "text" && IDENTIFYING.has(dataClass) && (fit.max === 0 || fit.max >= CANARY_LENGTH);
      return holds ? canaries.next() : undefined;
    };
    const lexical = () => ({ ascii: true, searched: true });
    const [document] = smallDocuments(catalogue, { random, text, lexical }, 1);
    if (document === undefined) throw new Error("a document that was not made");
    const style = {
      prefix: random.pick(["", "", "p:"]),
      lineEnd: random.pick(["", "\n", "\r\n"] as const),
      indent: random.pick(["", " "]),
      quote: '"',
      declaration: random.pick(["", '<?xml version="1.0" encoding="UTF-8"?>']),
      encoding: "utf-8",
      byteOrderMark: false,
      miscellany: 0,
      spelling: 0,
    } as const;
    return { bytes: writeDocument(document, catalogue.namespace, style, random).bytes, canaries: canaries.all };
  });
}

/** Tags, texts between them, CDATA sections, comments, instructions. */
const tokensOf = (text: string): string[] => text.match(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<[^>]*>|[^<]+|</g) ?? [];

type Mutation = (tokens: string[], random: Random) => void;

const isText = (token: string): boolean => !token.startsWith("<") && token.trim() !== "";
const isOpening = (token: string): boolean => /^<[A-Za-z_]/.test(token) && !token.endsWith("/>");

function indexOf(tokens: readonly string[], random: Random, wanted: (token: string) => boolean): number {
  const found = tokens.flatMap((token, i) => (wanted(token) ? [i] : []));
  return found.length === 0 ? -1 : random.pick(found);
}

/** The token behind the end of the element that opens at `at`; the end of all if it has none. */
function endOf(tokens: readonly string[], at: number): number {
  let depth = 0;
  for (let i = at; i < tokens.length; i++) {
    const token = tokens[i] as string;
    if (isOpening(token)) depth++;
    else if (token.startsWith("</") && --depth <= 0) return i + 1;
  }
  return tokens.length;
}

/** Texts that are right in some place, at a bound, or in no place. */
const TEXTS: readonly string[] = [
  "",
  " ",
  "0",
  "-1",
  "1e9",
  "true",
  "EUR",
  "DE",
  "2024-02-30",
  "2024-05-06",
  "999999999999999999999",
  "0.000000000000000001",
  "CODE",
  "&amp;&lt;&#x41;&#66;",
  "&#0;",
  "&#x110000;",
  "&nosuch;",
  "]]>",
  "\u0000",
  "\u00ff\u00fe",
  "A".repeat(70_000),
  "\r\r\n\t ",
];

const INSERTS: readonly string[] = [
  "<!-- aside -->",
  "<!-- a -- b -->",
  "<?bank x?>",
  "<![CDATA[]]>",
  "<![CDATA[x]]>",
  '<!DOCTYPE Document [<!ENTITY a "b">]>',
  "<Nm/>",
  "<SplmtryData><Envlp><x/></Envlp></SplmtryData>",
  '<x:y xmlns:x="urn:x:y"/>',
  "</Document>",
  "<",
  "stray",
  '<?xml version="1.0" encoding="ISO-8859-1"?>',
  '<?xml version="1.0" encoding="UTF-16"?>',
  "\u00ef\u00bb\u00bf",
];

const ATTRIBUTES: readonly string[] = [
  ' Ccy="EUR"',
  ' Ccy="eur"',
  ' x="1"',
  ' xml:lang="de"',
  ' xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"',
  ' xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.99"',
  ' xmlns:p="urn:other:thing"',
  ' xmlns=""',
  ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b"',
  " broken",
  ' a="1" a="2"',
];

const MUTATIONS: readonly Mutation[] = [
  // Tokens lost, doubled, exchanged.
  (tokens, random) => void tokens.splice(random.below(tokens.length), 1),
  (tokens, random) => {
    const at = random.below(tokens.length);
    tokens.splice(at, 0, tokens[at] as string);
  },
  (tokens, random) => {
    const [a, b] = [random.below(tokens.length), random.below(tokens.length)];
    [tokens[a], tokens[b]] = [tokens[b] as string, tokens[a] as string];
  },
  // Elements lost, moved, repeated, nested in themselves.
  (tokens, random) => {
    const at = indexOf(tokens, random, isOpening);
    if (at >= 0) tokens.splice(at, endOf(tokens, at) - at);
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, isOpening);
    if (at < 0) return;
    const element = tokens.slice(at, endOf(tokens, at));
    tokens.splice(random.below(tokens.length + 1), 0, ...element);
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, isOpening);
    if (at < 0) return;
    const element = tokens.slice(at, Math.min(endOf(tokens, at), at + 60));
    for (let i = random.below(70); i > 0; i--) tokens.splice(at + 1, 0, ...element.slice(0, 1));
  },
  // Texts exchanged, replaced, spelled otherwise.
  (tokens, random) => {
    const [a, b] = [indexOf(tokens, random, isText), indexOf(tokens, random, isText)];
    if (a >= 0) [tokens[a], tokens[b]] = [tokens[b] as string, tokens[a] as string];
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, isText);
    if (at >= 0) tokens[at] = random.pick(TEXTS);
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, isText);
    const text = tokens[at];
    if (text === undefined) return;
    const cut = random.below(text.length + 1);
    tokens[at] = random.pick([
      `<![CDATA[${text}]]>`,
      `${text.slice(0, cut)}<![CDATA[${text.slice(cut)}]]>`,
      `${text.slice(0, cut)}<!-- -->${text.slice(cut)}`,
      `${text.slice(0, cut)}<?x?>${text.slice(cut)}`,
      text.replaceAll(/[a-z]/g, (letter) => `&#${letter.charCodeAt(0)};`),
      `${text.slice(0, cut)}\r\n${text.slice(cut)}`,
      text + text,
    ]);
  },
  // Something put in between, an attribute added, a tag's name changed.
  (tokens, random) => void tokens.splice(random.below(tokens.length + 1), 0, random.pick(INSERTS)),
  (tokens, random) => {
    const at = indexOf(tokens, random, isOpening);
    if (at >= 0) tokens[at] = (tokens[at] as string).replace(/\s*>$/, `${random.pick(ATTRIBUTES)}>`);
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, (token) => /^<\/?[A-Za-z_]/.test(token));
    if (at >= 0)
      tokens[at] = (tokens[at] as string).replace(/[A-Za-z]+/, () => random.pick(["Nm", "Dbtr", "Document", "x", "AppHdr", "Id", "Amt"]));
  },
  (tokens, random) => {
    const at = indexOf(tokens, random, (token) => token.includes("xmlns"));
    if (at >= 0) tokens[at] = (tokens[at] as string).replace(/\d(?=["'])/, () => String(random.below(10)));
  },
  // Two documents behind each other, or one inside a wrapper.
  (tokens, random) => void tokens.push(...random.pick([["\n"], [""], ["$"], ["{"]]), ...tokens.slice()),
  (tokens, random) => {
    tokens.unshift(random.pick(["<Envelope>", "<DataPDU>", '<w:Body xmlns:w="urn:swift:xsd:envelope">', "<Any>"]));
    tokens.push(random.pick(["</Envelope>", "</DataPDU>", "</w:Body>", "</Any>", ""]));
  },
  (tokens, random) => void tokens.splice(random.below(tokens.length)),
];
