/** Attacks on the reading of ISO 20022: what stands around values, and readers that disagree. */
import { describe, expect, test } from "bun:test";
import type { Ruleset } from "../../runtime/formats/api.ts";
import { iso20022 } from "../../runtime/formats/iso20022/index.ts";
import { ENVELOPE_PATHS_MAX, VALUES_MAX } from "../../runtime/kit/limits.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { Batch, RECORD_MESSAGE, RECORD_STRIDE } from "../../runtime/record/tables.ts";
import { ENGINES, run } from "../harness.ts";
import { attack, codesOf, DEBTOR, HEAD, PACS008, pacs008 } from "./support.ts";

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const XSI = "http://www.w3.org/2001/XMLSchema-instance";

describe("declarations", () => {
  for (const space of ["\t", "\n", "\r\n", " "]) {
    test(`of a second document, with ${JSON.stringify(space)} behind its name, are its own`, async () => {
      const declaration = `<?xml${space}version="1.0" encoding="ISO-8859-1"?>`;
      const second = pacs008("<Dbtr><Nm>J\u00fcrgen</Nm></Dbtr>", "", declaration);
      const result = await attack(latin1(`${pacs008(DEBTOR)}\n${second}`));
      expect(codesOf(result)).toEqual([]);
      expect(result.counts.out).toBe(2);
      expect(result.text).toContain(declaration);
      const alone = await attack(latin1(second));
      expect(result.text.endsWith(alone.text)).toBe(true);
    });

    test(`inside a message, with ${JSON.stringify(space)} behind its name, refuse it`, async () => {
      expect(codesOf(await attack(pacs008(`<?xml${space}version="1.0"?>${DEBTOR}`)))).toEqual([3002]);
    });
  }

  test("behind a refused document begin the next one", async () => {
    const result = await attack(`${pacs008("<Foo/>")}\n${pacs008(DEBTOR, "", '<?xml\tversion="1.0"?>')}`);
    expect(codesOf(result)).toEqual([3103]);
    expect(result.text).toStartWith('<?xml\tversion="1.0"?><Document');
  });

  test("that contradict a byte order mark refuse", async () => {
    expect(codesOf(await attack(pacs008(DEBTOR, "", '\ufeff<?xml version="1.0" encoding="ISO-8859-1"?>')))).toEqual([3003]);
    expect(codesOf(await attack(pacs008(DEBTOR, "", '\ufeff<?xml version="1.0" encoding="UTF-8"?>')))).toEqual([]);
  });
});

describe("namespaces", () => {
  test("declared on a leaf end with it", async () => {
    const leaf = `<Nm xmlns:x="${XSI}">Ottilie</Nm><CtryOfRes xmlns:x="http://www.w3.org/2001/XMLSchema">DE</CtryOfRes>`;
    expect(codesOf(await attack(pacs008(`<Dbtr>${leaf}</Dbtr>`)))).toEqual([]);
    const outside = `<Nm xmlns:x="${XSI}">Ottilie</Nm><CtryOfRes x:schemaLocation="${PACS008} a.xsd">DE</CtryOfRes>`;
    expect(codesOf(await attack(pacs008(`<Dbtr>${outside}</Dbtr>`)))).toEqual([2201]);
  });

  test("declared on an empty or a dropped element end with it", async () => {
    const empty = `<PmtTpInf xmlns:x="${XSI}"/><Dbtr><Nm x:schemaLocation="${PACS008} a.xsd">Ottilie</Nm></Dbtr>`;
    expect(codesOf(await attack(pacs008(empty)))).toEqual([2201]);
    const dropped = `<SplmtryData xmlns:x="${XSI}"><Envlp/></SplmtryData><SplmtryData x:schemaLocation="${PACS008} a.xsd"/>`;
    expect(codesOf(await attack(pacs008(dropped)))).toEqual([2201]);
  });

  test("declared twice in one tag refuse", async () => {
    expect(codesOf(await attack(`<Document xmlns="${PACS008}" xmlns="${PACS008}"/>`))).toEqual([3002]);
    expect(codesOf(await attack(`<Document xmlns="${PACS008}" xmlns:a="urn:a" xmlns:a="urn:a"/>`))).toEqual([3002]);
  });

  test("taken away from or given to another prefix refuse", async () => {
    expect(codesOf(await attack(pacs008('<Dbtr xmlns=""><Nm>Ottilie</Nm></Dbtr>')))).toEqual([3102]);
    expect(codesOf(await attack(`<a:Document xmlns:a="${PACS008}" xmlns:b="${PACS008}"><b:FIToFICstmrCdtTrf/></a:Document>`))).toEqual([
      3103,
    ]);
    expect(codesOf(await attack(`<a:Document xmlns:a="${PACS008}"><a:FIToFICstmrCdtTrf xmlns:a="urn:b"/></a:Document>`))).toEqual([3102]);
  });
});

describe("names", () => {
  const CARRIERS: Readonly<Record<string, string>> = {
    "a wrapper": `<E4111-1111-1111-1111>${pacs008(DEBTOR)}</E4111-1111-1111-1111>`,
    "a wrapper, an IBAN in groups": `<NL91.ABNA.0417.1643.00>${pacs008(DEBTOR)}</NL91.ABNA.0417.1643.00>`,
    "a wrapper's attribute": `<E A4111-1111-1111-1111="">${pacs008(DEBTOR)}</E>`,
    "a prefix": `<_4111.1111.1111:Document xmlns:_4111.1111.1111="${PACS008}"/>`,
    "a namespace": `<E xmlns="urn:4111-1111-1111-1111">${pacs008(DEBTOR)}</E>`,
    "a namespace, one digit at a time": `<E xmlns="urn:4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1">${pacs008(DEBTOR)}</E>`,
  };
  for (const [carrier, input] of Object.entries(CARRIERS)) {
    test(`${carrier} cannot hold a number in groups`, async () => {
      expect(codesOf(await attack(input))).toEqual([3006]);
    });
  }

  test("of schemas that hold one are dropped with their attribute", async () => {
    const attributes = ` xmlns:xsi="${XSI}" xsi:schemaLocation="${PACS008} DE89-3704-0044-0532-0130-00.xsd"`;
    const result = await attack(pacs008(DEBTOR, attributes));
    expect([result.text.includes("DE89"), result.text.includes("schemaLocation"), codesOf(result).length]).toEqual([false, false, 0]);
  });

  test("of schemas and namespaces with versions and dates stay", async () => {
    const attributes = ` xmlns:xsi="${XSI}" xsi:schemaLocation="${PACS008} pacs.008.001.08-2020.xsd"`;
    expect((await attack(pacs008(DEBTOR, attributes))).text).toContain("pacs.008.001.08-2020.xsd");
    expect(codesOf(await attack(`<E xmlns="http://example.com/2020-12-01/v1.2">${pacs008(DEBTOR)}</E>`))).toEqual([]);
  });

  test("that are in no catalogue are not told", async () => {
    const result = await attack(`<OttilieBrandhorst><Env>${pacs008("<Foo/>")}</Env><x>a</x>b</OttilieBrandhorst>`);
    expect(JSON.stringify(result.refusals)).not.toContain("Brandhorst");
    const engine = await attack(`<DataPDU><Brandhorst><Service>4111111111111111</Service></Brandhorst>${pacs008(DEBTOR)}</DataPDU>`);
    expect(engine.refusals.map(({ code, path }) => [code, path])).toEqual([[6004, "DataPDU/?/?"]]);
  });
});

describe("what a reader could see otherwise", () => {
  const REFUSED: Readonly<Record<string, readonly [transaction: string, issue: number]>> = {
    "a comment within a value": ["<Dbtr><Nm>Otti<!-- -->lie</Nm></Dbtr>", 3009],
    "an instruction within a value": ["<Dbtr><Nm>Otti<?a?>lie</Nm></Dbtr>", 3009],
    "]]> within a value": ["<Dbtr><Nm>a]]>b</Nm></Dbtr>", 3002],
    "text between elements": ["Ottilie<Dbtr/>", 3008],
    "a section between elements": ["<![CDATA[Ottilie]]><Dbtr/>", 3002],
    "an entity between elements": ["&#65;<Dbtr/>", 3008],
    "an element in a value": ["<Dbtr><Nm>a<b/></Nm></Dbtr>", 3103],
    "a message in a message": [pacs008(DEBTOR), 3103],
    "an attribute twice": ['<InstdAmt Ccy="EUR" Ccy="EUR">1</InstdAmt>', 3002],
    "attributes without space between": ['<InstdAmt Ccy="EUR"Foo="x">1</InstdAmt>', 3002],
    "xml:space": ['<Dbtr><Nm xml:space="preserve">Ottilie</Nm></Dbtr>', 2201],
    "xsi:type": [`<Dbtr xmlns:i="${XSI}"><Nm i:type="Ottilie">a</Nm></Dbtr>`, 2201],
    "xsi:nil": [`<Dbtr xmlns:i="${XSI}"><Nm i:nil="true"/></Dbtr>`, 2201],
    "an end tag of another name": ["<Dbtr><Nm>Ottilie</Mn></Dbtr>", 3002],
    "-- in a comment": ["<!-- a -- b --><Dbtr/>", 3002],
  };
  for (const [name, [transaction, issue]] of Object.entries(REFUSED)) {
    test(`${name} refuses with ${issue}`, async () => {
      expect(codesOf(await attack(pacs008(transaction)))).toEqual([issue]);
    });
  }

  const MASKED: Readonly<Record<string, string>> = {
    "white space in tags": "<Dbtr\t><Nm\n>Ottilie Brandhorst</Nm\r\n></Dbtr >",
    "markup as references": "<Dbtr><Nm>&#60;Nm&#62;Ottilie Brandhorst&lt;/Nm></Nm></Dbtr>",
    "]]> over two sections": "<Dbtr><Nm><![CDATA[Ottilie]]]]><![CDATA[>Brandhorst]]></Nm></Dbtr>",
    "a letter at a time in sections": `<Dbtr><Nm>${[..."Brandhorst"].map((letter) => `<![CDATA[${letter}]]>`).join("")}</Nm></Dbtr>`,
    "comments and instructions beside values": "<!-- Brandhorst --><?Brandhorst Ottilie?><Dbtr><!--Ottilie--><Nm>a</Nm></Dbtr>",
    "content without a schema": '<SplmtryData><Envlp><x a="Brandhorst">Ottilie<![CDATA[</SplmtryData>]]></x></Envlp></SplmtryData>',
  };
  for (const [name, transaction] of Object.entries(MASKED)) {
    test(`${name}: nothing of it is left`, async () => {
      const result = await attack(pacs008(transaction));
      expect(codesOf(result)).toEqual([]);
      expect(result.text.replaceAll(/<!\[CDATA\[|\]\]>/g, "")).not.toMatch(/Ottilie|Brandhorst/);
    });
  }

  test("two messages in one wrapper, and what stands between them", async () => {
    const result = await attack(`<Env>${pacs008(DEBTOR)}<Note>Ottilie</Note>${pacs008(DEBTOR)}<!-- Ottilie --></Env>`);
    expect([codesOf(result), result.counts.out, result.text.includes("Ottilie")]).toEqual([[], 1, false]);
    expect(result.text).toContain("<Note>REDACTED</Note>");
  });

  test("a header inside a document refuses", async () => {
    expect(codesOf(await attack(`<Document xmlns="${PACS008}"><AppHdr xmlns="${HEAD}"/></Document>`))).toEqual([3103]);
  });
});

describe("size", () => {
  test("more values than a record may have refuse it", async () => {
    const document = `<!-- -->${"<!---->".repeat(VALUES_MAX)}${pacs008(DEBTOR)}`;
    expect((await run(document, { preset: "test-data", engine: "portable" })).refusals.map(({ code }) => code)).toEqual([2104]);
  });

  for (const engine of ENGINES) {
    test(`wrapper paths without end refuse nothing: those past the limit are masked like the first ones, ${engine}`, async () => {
      const last = ENVELOPE_PATHS_MAX + 40;
      const wrapped = (i: number): string => `<W${i} id="Ottilie"><Note>Ottilie</Note>${pacs008(DEBTOR)}</W${i}>`;
      const input = Array.from({ length: last + 1 }, (_, i) => wrapped(i)).join("\n");
      const { refusals, counts, text } = await run(input, { preset: "test-data", engine });
      expect([refusals, counts.out]).toEqual([[], last + 1]);
      expect(text).not.toContain("Ottilie");
      const lines = text.split("\n");
      expect(lines[last]?.replaceAll(`W${last}`, "W0")).toBe(lines[0] as string);
    });
  }

  test("namespaces without end do not make the messages behind them dear", () => {
    const scanner = iso20022.open(RULES, { input: "strict" });
    const strangers = Array.from(
      { length: 5000 },
      (_, i) => `<a xmlns="urn:iso:std:iso:20022:tech:xsd:abcd.${100 + (i % 900)}.001.${10 + Math.floor(i / 900)}"/>`,
    );
    const batch = new Batch();
    batch.input = new TextEncoder().encode([...strangers, ...new Array<string>(3).fill(pacs008(DEBTOR))].join(""));
    for (let at = 0; at < batch.input.length; ) at = scanner.scan(batch, at, batch.input.length, true);
    const own = [5000, 5001, 5002].map((record) => batch.records[record * RECORD_STRIDE + RECORD_MESSAGE]);
    // One message type, compiled once: its index is the first one for each of them.
    expect([batch.recordCount, batch.faults.length, ...own]).toEqual([5003, 5000, 0, 0, 0]);
  });
});

describe("an element that goes", () => {
  const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

  // Found by the fuzzer: the attribute and the element around it were both to be removed, which ended the run.
  test("takes attributes along that would go by themselves", async () => {
    const data = `<SplmtryData ${XSI} xsi:schemaLocation="Ottilie Brandhorst"><Envlp><a/></Envlp></SplmtryData>`;
    const { text, refusals } = await attack(pacs008(DEBTOR + data + DEBTOR));
    expect([refusals, text.match(/SplmtryData|Ottilie|Brandhorst/g)]).toEqual([[], null]);
    expect(text).toEndWith("</Dbtr></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>");
  });

  test("has a refused attribute refused, all the same", async () => {
    const outcome = await attack(pacs008(`${DEBTOR}<SplmtryData note="Ottilie"><Envlp><a/></Envlp></SplmtryData>`));
    expect([codesOf(outcome), outcome.text]).toEqual([[2201], ""]);
  });

  test("of card authentication goes under a model that keeps everything", async () => {
    const model: ModelDocument = {
      bauta: 1,
      name: "keeps",
      mode: "deterministic",
      default: { "danger-keep-uncovered": true, because: "made up data only" },
    };
    const card = (data: string): string =>
      `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.12"><BkToCstmrStmt><Stmt><Ntry><CardTx><Card><PlainCardData><PAN>12345678</PAN>${data}</PlainCardData></Card></CardTx></Ntry></Stmt></BkToCstmrStmt></Document>`;
    const data =
      "<TrckData><TrckNb>1</TrckNb><TrckVal>B4111^OTTILIE^2512</TrckVal></TrckData><CardSctyCd><CSCMgmt>PRST</CSCMgmt><CSCVal>737</CSCVal></CardSctyCd>";
    const { text, refusals, counts } = await attack(card(data), { model });
    expect([refusals, text]).toEqual([[], card("<CardSctyCd><CSCMgmt>PRST</CSCMgmt></CardSctyCd>")]);
    expect(counts.removed).toBe(2);
  });
});

/** Every field is dropped. */
const RULES: Ruleset = { operationFor: () => 0, dropOperation: 0, jsonRules: [], envelope: { open: false, elements: [], namespaces: [] } };
