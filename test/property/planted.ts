/** Messages with canaries in every place that can hold something, whole ones and spoiled ones. */
import type { Fit } from "../../runtime/formats/api.ts";
import type { Aviary, CanaryKind } from "./canaries.ts";
import { documentOf, HEADERS, type Leaf, PACS008 } from "./pacs008.ts";
import { type Tape, tapeOf } from "./tape.ts";
import { writeXml, type XmlStyle } from "./xml.ts";

export interface Planted {
  /** Name of a file; its extension is the format's. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whole and spoiled messages of all formats. */
export function plantedMessages(aviary: Aviary, tape: Tape): Planted[] {
  return [
    ...plantedXml(aviary, tape),
    ...spoiledXml(aviary, tape),
    ...plantedMt(aviary),
    ...spoiledMt(aviary),
    ...plantedJson(aviary),
    ...spoiledJson(aviary),
    ...nothingKnown(aviary),
  ];
}

// ── ISO 20022 ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Classes that presets keep and whose types admit no canary. */
const KEPT = new Set(["amount", "currency", "rate", "number", "date", "country"]);
/** Classes that presets keep as far as they look like codes. */
const CODES = new Set(["code", "technical"]);

/** A canary that the leaf's type admits; undefined where it admits none of ten characters, or where the value is kept. */
function canaryFor({ path, dataClass, fit }: Leaf, aviary: Aviary, tape: Tape): string | undefined {
  if (KEPT.has(dataClass)) return undefined;
  const shaped: Partial<Record<Fit["shape"], CanaryKind>> = { iban: "iban", bic: "bic", lei: "lei", uuid4: "uetr", phone: "phone" };
  const kind = shaped[fit.shape];
  if (kind !== undefined) return aviary.plant(kind);
  const most = fit.max === 0 ? 14 : fit.max;
  if (CODES.has(dataClass))
    return (fit.shape === "text" || fit.shape === "code") && (fit.max === 0 || fit.max >= 14) ? aviary.plant("words") : undefined;
  if (fit.shape === "digits" && (fit.prefix ?? "") === "" && most >= 12) return aviary.plant("digits", most);
  if (fit.shape === "hex" && most >= 12) return aviary.plant("hex", most);
  if (fit.shape !== "text" || most < 10) return undefined;
  // An identifier beyond ASCII is refused, and this one is to be masked.
  const wide =
    dataClass === "person" || dataClass === "organisation" || dataClass === "contact" || dataClass === "free-text" || path.endsWith("/Nm");
  const kinds: CanaryKind[] = [
    "letters",
    "digits",
    ...(wide ? (["umlauts"] as const) : []),
    ...(most >= 22 ? (["card", "iban"] as const) : []),
  ];
  return aviary.plant(tape.pick(kinds), most);
}

const PLAIN: XmlStyle = {
  lineEnd: "\n",
  declaration: "none",
  byteOrderMark: false,
  wrappers: [],
  prefixes: ["", ""],
  quote: '"',
  comments: false,
  spellings: false,
};

function xmlText(message: string, aviary: Aviary, tape: Tape, style: XmlStyle): string {
  const leafText = (leaf: Leaf): string | undefined => canaryFor(leaf, aviary, tape);
  const documents = [documentOf(tape.pick(HEADERS), tape, leafText), documentOf(message, tape, leafText)];
  const any = aviary.plant("letters");
  return Buffer.from(writeXml(documents, style, tape))
    .toString()
    .replaceAll(/(<vendor:Note [^>]*>)[^<]*/g, `$1${any}`);
}

/** Every version, in several spellings, with comments, instructions, wrapper attributes and texts, and content of any kind. */
function* plantedXml(aviary: Aviary, tape: Tape): Generator<Planted> {
  for (const [i, message] of PACS008.entries()) {
    for (const spellings of [false, true]) {
      const style: XmlStyle = {
        ...PLAIN,
        lineEnd: i % 2 === 0 ? "\r\n" : "",
        declaration: spellings ? "utf-8" : "none",
        wrappers: ["BusMsg"],
        prefixes: [i % 3 === 0 ? "h" : "", i % 3 === 1 ? "d" : ""],
        spellings,
      };
      // A document of its own size, so that rare elements come too.
      const text = xmlText(message, aviary, tapeOf(tape.next(), 6000), style);
      const aside = `<!--${aviary.plant("card")}--><?note ${aviary.plant("letters")}?>`;
      const located = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${aviary.plant("letters")} ${aviary.plant("digits")}.xsd"`;
      const wrapped = text
        .replace("<BusMsg>", `<BusMsg${located} note="${aviary.plant("umlauts")}"><Sender>${aviary.plant("iban")}</Sender>${aside}`)
        .replace("</BusMsg>", `${aside}</BusMsg>${aside}`);
      yield { name: `${message}-${spellings ? "spelled" : "plain"}.xml`, bytes: bytesOf(wrapped) };
    }
  }
}

/** One plain document after another, each with another mistake. */
function* spoiledXml(aviary: Aviary, tape: Tape): Generator<Planted> {
  const mistakes: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
    ["doctype", (text) => `<!DOCTYPE BusMsg [<!ENTITY hidden "${aviary.plant("letters")}">]>${text}`],
    ["entity", (text) => text.replace("</MsgId>", "&hidden;</MsgId>")],
    ["unclosed", (text) => text.replace("</EndToEndId>", "")],
    ["cut", (text) => text.slice(0, Math.floor(text.length * 0.7))],
    ["cut-in-value", (text) => text.slice(0, text.lastIndexOf("</EndToEndId>") - 3)],
    ["utf-16", (text) => `<?xml version="1.0" encoding="UTF-16"?>${text}`],
    ["utf-16-bytes", (text) => new Uint8Array(Buffer.from(`\ufeff${text}`, "utf16le"))],
    ["ebcdic", (text) => `<?xml version="1.0" encoding="${aviary.plant("letters")}"?>${text}`],
    ["not-utf-8", (text) => new Uint8Array(Buffer.from(text.replace("</MsgId>", "\u00ff</MsgId>"), "latin1"))],
    ["control", (text) => text.replace("</MsgId>", "\u0001</MsgId>")],
    ["reference-to-nothing", (text) => text.replace("</MsgId>", "&#0;</MsgId>")],
    ["text-behind", (text) => `${text} ${aviary.plant("digits")}`],
    ["unknown-element", (text) => text.replace("<CdtTrfTxInf>", `<Unheard>${aviary.plant("umlauts")}</Unheard><CdtTrfTxInf>`)],
    ["unknown-attribute", (text) => text.replace("<EndToEndId>", `<EndToEndId kind="${aviary.plant("letters")}">`)],
    ["namespace-with-number", (text) => text.replace("<BusMsg>", `<BusMsg xmlns:x="urn:of:${aviary.plant("card")}">`)],
    ["prefix-with-number", (text) => text.replaceAll(/<(\/?)BusMsg/g, "<$1p4929102938475610:BusMsg")],
    ["wrapper-with-number", (text) => text.replaceAll("BusMsg", `Msg${aviary.plant("digits")}`)],
    ["comment-in-value", (text) => text.replace(/<EndToEndId>(.{4})/, "<EndToEndId>$1<!-- -->")],
    ["mixed-content", (text) => text.replace("<CdtTrfTxInf>", `${aviary.plant("letters")}<CdtTrfTxInf>`)],
    ["mixed-wrapper", (text) => text.replace("<BusMsg>", `<BusMsg>${aviary.plant("letters")}`)],
    ["unknown-version", (text) => text.replaceAll("pacs.008.001.08", "pacs.008.001.99")],
    ["other-namespace", (text) => text.replace("<CdtTrfTxInf>", `<o:X xmlns:o="urn:other">${aviary.plant("letters")}</o:X><CdtTrfTxInf>`)],
    ["deep", (text) => `${"<Envelope>".repeat(70)}${text}${"</Envelope>".repeat(70)}`],
    [
      "many-attributes",
      (text) =>
        text.replace("<BusMsg>", `<BusMsg ${Array.from({ length: 70 }, (_, i) => `a${i}="${aviary.plant("letters")}"`).join(" ")}>`),
    ],
    ["no-date", (text) => text.replace(/<CreDtTm>[^<]*/, `<CreDtTm>${aviary.plant("letters")}`)],
    ["no-amount", (text) => text.replace(/(<IntrBkSttlmAmt [^>]*>)[^<]*/, `$1${aviary.plant("umlauts")}`)],
    ["no-currency", (text) => text.replace(/<IntrBkSttlmAmt Ccy="[^"]*"/, `<IntrBkSttlmAmt Ccy="${aviary.plant("letters")}"`)],
    ["no-code", (text) => text.replace(/<ChrgBr>[^<]*/, `<ChrgBr>${aviary.plant("letters")}`)],
    ["not-of-ascii", (text) => text.replace(/<EndToEndId>[^<]*/, `<EndToEndId>${aviary.plant("umlauts")}`)],
    ["too-long", (text) => text.replace(/<EndToEndId>[^<]*/, `<EndToEndId>${aviary.plant("letters").repeat(4)}`)],
    [
      "card-in-kept-text",
      (text) =>
        text.replace("<CdtTrfTxInf>", `<CdtTrfTxInf><PmtTpInf><LclInstrm><Prtry>${aviary.plant("card")}</Prtry></LclInstrm></PmtTpInf>`),
    ],
    ["unassigned", (text) => text.replace(/<Dbtr>/, `<Dbtr><Nm>${aviary.plant("letters")}\u0378</Nm>`)],
    ["nothing-in-it", () => `<BusMsg><Note>${aviary.plant("letters")}</Note></BusMsg>`],
  ];
  for (const [name, spoil] of mistakes) {
    const text = xmlText("pacs.008.001.08", aviary, tapeOf(tape.next(), 60), { ...PLAIN, wrappers: ["BusMsg"] });
    const spoiled = spoil(text);
    if (spoiled === text) throw new Error(`${name} changes nothing`);
    yield { name: `spoiled-${name}.xml`, bytes: typeof spoiled === "string" ? bytesOf(spoiled) : spoiled };
  }
}

// ── SWIFT MT ───────────────────────────────────────────────────────────────────────────────────────────────────────────────

interface MtParts {
  readonly type?: "103" | "202" | "940";
  readonly block3?: string;
  readonly fields: readonly string[];
  readonly behind?: string;
  readonly before?: string;
  readonly lineEnd?: string;
}

function mtText(aviary: Aviary, { type = "103", block3, fields, behind = "", before = "", lineEnd = "\r\n" }: MtParts): string {
  const terminal = (): string => {
    const bic = aviary.plant("bic");
    return `${bic.slice(0, 8)}A${bic.slice(8)}`;
  };
  const text = fields.map((field) => `${field.replaceAll("\n", lineEnd)}${lineEnd}`).join("");
  return `${before}{1:F01${terminal()}4312008815}{2:I${type}${terminal()}N}${block3 ?? `{3:{108:${aviary.plant("letters")}}{121:${aviary.plant("uetr")}}}`}{4:${lineEnd}${text}-}${behind}`;
}

/** Fields of an MT103 with a canary in each that may hold one. */
function mtFields(aviary: Aviary): string[] {
  const words = (): string => aviary.plant("letters");
  return [
    `:20:${aviary.plant("digits")}`,
    ":23B:CRED",
    `:23E:PHOB/${words()}`,
    ":32A:261120EUR1845,50",
    `:50K:/${aviary.plant("iban")}\n${words()} ${words()}\n${words()} 14\n${aviary.plant("digits")}`,
    `:52A:/${aviary.plant("iban")}\n${aviary.plant("bic")}`,
    `:53B:/${aviary.plant("card")}\n${words()}`,
    `:57D:/${aviary.plant("card")}\n${words()}\n${words()}`,
    `:59:/${aviary.plant("digits")}\n${words()}\n${words()}`,
    `:70:/INV/${words()}\n${words()} ${aviary.plant("card")}`,
    ":71A:SHA",
    `:72:/INS/${aviary.plant("bic")}\n/ACC/${words()}\n//${words()}`,
    `:77B:/ORDERRES/DE//${words()}\n//${words()}`,
  ];
}

function* plantedMt(aviary: Aviary): Generator<Planted> {
  const words = (): string => aviary.plant("letters");
  const party = (tag: string): string => `:${tag}F:/${aviary.plant("iban")}\n1/${words()}\n2/${words()}\n3/DE/${words()}`;
  const structured = mtFields(aviary).map((field) =>
    field.startsWith(":50K") ? party("50") : field.startsWith(":59:") ? party("59") : field,
  );
  const identified = mtFields(aviary).map((field) =>
    field.startsWith(":50K") ? `:50F:NIDN/DE/${words()}\n1/${words()}\n4/19810417\n5/DE/${words()}\n7/DE/${aviary.plant("digits")}` : field,
  );
  const message: readonly (readonly [string, MtParts])[] = [
    ["plain", { fields: mtFields(aviary) }],
    ["line-feeds", { fields: mtFields(aviary), lineEnd: "\n" }],
    ["structured", { fields: structured }],
    ["identified", { fields: identified }],
    [
      "trailers",
      {
        fields: mtFields(aviary),
        behind: `{5:{MAC:${aviary.plant("hex", 8).slice(0, 8)}}{CHK:${aviary.plant("hex", 12)}}}{S:{SAC:}{MAN:${words()}}}`,
      },
    ],
    [
      "acknowledged",
      {
        fields: mtFields(aviary),
        before: `{1:F21${aviary.plant("bic").replace(/^(.{8})/, "$1A")}4312008815}{4:{177:2611201131}{451:0}{108:${words()}}}`,
      },
    ],
    [
      "header",
      { fields: mtFields(aviary), block3: `{3:{113:URGT}{108:${words()}}{111:001}{121:${aviary.plant("uetr")}}{115:${words()}}}` },
    ],
    [
      "bank-transfer",
      {
        type: "202",
        fields: [
          `:20:${words()}`,
          `:21:${words()}`,
          ":32A:261120EUR1845,50",
          `:52D:${words()}\n${words()}`,
          `:58A:/${aviary.plant("iban")}\n${aviary.plant("bic")}`,
          `:72:/BNF/${words()}`,
        ],
      },
    ],
    [
      "cover",
      {
        type: "202",
        block3: `{3:{108:${words()}}{119:COV}{121:${aviary.plant("uetr")}}}`,
        fields: [
          `:20:${words()}`,
          `:21:${words()}`,
          ":32A:261120EUR1845,50",
          `:58A:${aviary.plant("bic")}`,
          `:50K:/${aviary.plant("iban")}\n${words()}`,
          `:59:/${aviary.plant("iban")}\n${words()}`,
          `:70:${words()}`,
        ],
      },
    ],
  ];
  for (const [name, parts] of [...message, statement(aviary)]) yield { name: `${name}.mt`, bytes: bytesOf(mtText(aviary, parts)) };
  const nobody = mtText(aviary, { fields: mtFields(aviary) }).replace(/\{1:F01.{12}/, `{1:F01${words().slice(0, 12)}`);
  yield { name: "terminal-of-nobody.mt", bytes: bytesOf(nobody) };
}

/** A statement with canaries in 25, 61 and every form of 86, some of them cut by lines and subfields. */
function statement(aviary: Aviary): readonly [string, MtParts] {
  const words = (): string => aviary.plant("letters");
  const cut = (value: string, at: string): string => `${value.slice(0, 5)}${at}${value.slice(5)}`;
  const entry = (): string => `:61:2611201120D1845,50NTRF${words().slice(0, 16)}//${aviary.plant("digits").slice(0, 16)}\n${words()}`;
  return [
    "statement",
    {
      type: "940",
      fields: [
        `:20:${words().slice(0, 16)}`,
        `:25:${aviary.plant("iban")}`,
        ":28C:17/1",
        ":60F:C261120EUR1845,50",
        entry(),
        `:86:166?00${words()}?20EREF+${words()}\n?21SVWZ+${cut(words(), "?22")}?30${aviary.plant("bic")}?31\n${cut(aviary.plant("iban"), "\n")}?32${cut(words(), "?33")}`,
        entry(),
        `:86:/TRTP/SEPA/IBAN/${cut(aviary.plant("iban"), "\n")}/NAME/${words()}\n/REMI/${words()} ${aviary.plant("card")}/EREF/\n${words()}`,
        entry(),
        `:86:EREF+${words()} IBAN+${aviary.plant("iban")}\nSVWZ+${words()} ${aviary.plant("card")}`,
        ":62F:D261120EUR3691,",
        `:86:${words()} ${aviary.plant("iban")}\n${words()}`,
      ],
    },
  ];
}

function* spoiledMt(aviary: Aviary): Generator<Planted> {
  const words = (): string => aviary.plant("letters");
  const mistakes: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
    ["block", (text) => text.replace("{4:", "{4;")],
    ["unknown-block", (text) => text.replace("{4:", `{6:${words()}}{4:`)],
    ["type", (text) => text.replace("{2:I103", "{2:I999")],
    ["field", (text) => text.replace(":71A:", `:99X:${words()}\r\n:71A:`)],
    ["option", (text) => text.replace(":71A:", `:59X:${words()}\r\n:71A:`)],
    ["twice", (text) => text.replace(":71A:", `:20:${words()}\r\n:71A:`)],
    ["behind", (text) => `${text}${words()}`],
    ["charset", (text) => text.replace(":70:", `:70:_${words()}\r\n`)],
    ["umlaut", (text) => text.replace(":70:", `:70:${aviary.plant("umlauts")}\r\n`)],
    ["latin1", (text) => new Uint8Array(Buffer.from(text.replace(":70:", ":70:\u00c4\u00d6\u00dc\r\n"), "latin1"))],
    ["long-line", (text) => text.replace(":70:", `:70:${words()}${words()}${words()}\r\n`)],
    ["line-ends", (text) => text.replace(":70:", `:70:${words()}\r`)],
    ["format", (text) => text.replace(":32A:261120EUR1845,50", `:32A:${words()}`)],
    ["amount", (text) => text.replace("EUR1845,50", `EUR${aviary.plant("digits")}`)],
    ["missing", (text) => text.replace(/:59:[^:]*(?=:70)/, "")],
    ["lines", (text) => text.replace(":71A:", `:26T:K90\r\n${words()}\r\n:71A:`)],
    ["many-lines", (text) => text.replace(":71A:", `${Array.from({ length: 6 }, () => `${words()}\r\n`).join("")}:71A:`)],
    ["empty-line", (text) => text.replace(":71A:", "\r\n:71A:")],
    ["order", (text) => text.replace(":23B:CRED\r\n", "").replace("-}", ":23B:CRED\r\n-}")],
    ["cut", (text) => text.slice(0, Math.floor(text.length * 0.8))],
    ["trailer", (text) => `${text}{5:{${words()}:${words()}}}`],
    ["header-tag", (text) => text.replace("{3:", `{3:{199:${words()}}`)],
  ];
  for (const [name, spoil] of mistakes) {
    const text = mtText(aviary, { fields: mtFields(aviary) });
    const spoiled = spoil(text);
    if (spoiled === text) throw new Error(`${name} changes nothing`);
    yield { name: `spoiled-${name}.mt`, bytes: typeof spoiled === "string" ? bytesOf(spoiled) : spoiled };
  }
}

// ── JSON ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Members that `paymentModel` has rules for, each with a canary, and sensitive authentication data. */
function jsonText(aviary: Aviary): string {
  const escaped = (text: string): string =>
    Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
  const party = (): string =>
    `{"name":"${aviary.plant("umlauts")}","iban":"${aviary.plant("iban")}","bic":"${aviary.plant("bic")}","lei":"${aviary.plant("lei")}","email":"${aviary.plant("letters")}@${aviary.plant("letters")}.example","phone":"${aviary.plant("phone")}"}`;
  return `{"event":"payment.settled","id":"${aviary.plant("letters")}","uetr":"${aviary.plant("uetr")}","bookedAt":"2026-11-20T09:31:09Z","amount":1845.50,"currency":"EUR","debtor":${party()},"creditor":${party()},"card":{"pan":"${aviary.plant("card")}","cvv":"${aviary.plant("digits")}","expires":"${aviary.plant("letters")}","pinBlock":"${aviary.plant("hex", 16)}","track2":["${aviary.plant("card")}=2912"],"PIN":${aviary.plant("digits")}},"legs":[{"iban":"${escaped(aviary.plant("iban"))}","note":"${escaped(aviary.plant("umlauts"))} ${aviary.plant("card")}","booked":true}],"note":"${aviary.plant("letters")} %B${aviary.plant("card")}^X/Y^2912101?"}`;
}

function* plantedJson(aviary: Aviary): Generator<Planted> {
  yield { name: "line.json", bytes: bytesOf(jsonText(aviary)) };
  yield { name: "laid-out.json", bytes: bytesOf(JSON.stringify(JSON.parse(jsonText(aviary)), null, "\t").replaceAll("\n", "\r\n")) };
  yield { name: "number.json", bytes: bytesOf(jsonText(aviary).replace(/"pan":"(\d+)"/, '"pan":$1')) };
}

function* spoiledJson(aviary: Aviary): Generator<Planted> {
  const mistakes: readonly (readonly [string, (text: string) => string | Uint8Array])[] = [
    ["syntax", (text) => text.replace('"currency":', '"currency"')],
    ["literal", (text) => text.replace("true", "treu")],
    ["twice", (text) => text.replace('"uetr":', '"id":')],
    ["surrogate", (text) => text.replace('"note":"', '"note":"\\ud800')],
    ["not-utf-8", (text) => new Uint8Array(Buffer.from(text, "latin1"))],
    ["exponent", (text) => text.replace(/"pan":"(\d+)"/, '"pan":$1e3')],
    [
      "check-digit",
      (text) => text.replace(/"pan":"(\d{15})(\d)"/, (_, digits: string, check: string) => `"pan":"${digits}${(Number(check) + 1) % 10}"`),
    ],
    ["uncovered", (text) => text.replace('"note":', `"surprise":"${aviary.plant("letters")}","note":`)],
    ["name-with-number", (text) => text.replace('"note":', `"${aviary.plant("card")}":null,"note":`)],
    ["name-with-iban", (text) => text.replace('"note":', `"${aviary.plant("iban")}":{"name":"x"},"note":`)],
    ["name-with-umlauts", (text) => text.replace('"note":', `"${aviary.plant("umlauts")}":{"name":"x"},"note":`)],
    ["name-with-spaces", (text) => text.replace('"note":', `"${aviary.plant("letters")} ${aviary.plant("letters")}":{"name":"x"},"note":`)],
    ["escaped-name", (text) => text.replace('"note":', `"\\u0031${aviary.plant("digits")}":{"name":"x"},"note":`)],
    ["date", (text) => text.replace("2026-11-20T09:31:09Z", aviary.plant("letters"))],
    ["amount", (text) => text.replace("1845.50", `"${aviary.plant("letters")}"`)],
    ["kept-card", (text) => text.replace("payment.settled", aviary.plant("card"))],
    ["type", (text) => text.replace('"amount":1845.50', `"amount":{"of":"${aviary.plant("letters")}"}`)],
    ["cut", (text) => text.slice(0, -30)],
    ["behind", (text) => `${text} "${aviary.plant("letters")}"`],
    ["deep", (text) => `${'{"a":'.repeat(80)}${text}${"}".repeat(80)}`],
    ["unassigned", (text) => text.replace('"name":"', '"name":"\\u0378')],
  ];
  for (const [name, spoil] of mistakes) {
    const text = jsonText(aviary);
    const spoiled = spoil(text);
    if (spoiled === text) throw new Error(`${name} changes nothing`);
    yield { name: `spoiled-${name}.json`, bytes: typeof spoiled === "string" ? bytesOf(spoiled) : spoiled };
  }
}

// ── none of them ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function* nothingKnown(aviary: Aviary): Generator<Planted> {
  yield {
    name: "letter.txt",
    bytes: bytesOf(`Dear ${aviary.plant("letters")}, your card ${aviary.plant("card")} and account ${aviary.plant("iban")}`),
  };
  yield { name: "table.csv", bytes: bytesOf(`name;iban\n"${aviary.plant("umlauts")}";${aviary.plant("iban")}\n`) };
  yield { name: "interchange.edi", bytes: bytesOf(`UNA:+.? 'UNB+UNOC:3+${aviary.plant("letters")}+${aviary.plant("digits")}'`) };
  yield {
    name: "noise.bin",
    bytes: new Uint8Array(Buffer.concat([Buffer.from([0x00, 0xff, 0x81]), Buffer.from(aviary.plant("letters"))])),
  };
}
