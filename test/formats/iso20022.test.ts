/** The ISO 20022 scanner against hand-written documents, cut documents and mutated ones. The ruleset is a small fake: operations are classes. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import {
  DATA_CLASSES,
  type EnvelopeRules,
  type Field,
  type OpenFormat,
  type Ruleset,
  SCAN_FRAME_ERROR,
  SCAN_MORE,
  UNCOVERED,
} from "../../runtime/formats/api.ts";
import { iso20022 } from "../../runtime/formats/iso20022/index.ts";
import {
  Batch,
  RECORD_FLAGS,
  RECORD_MESSAGE,
  RECORD_STATUS,
  SEGMENT_END,
  SEGMENT_START,
  SEGMENT_STRIDE,
  VALUE_FIELD,
  VALUE_FIRST_SEGMENT,
  VALUE_OPERATION,
  VALUE_SEGMENT_COUNT,
  VALUE_STRIDE,
} from "../../runtime/record/tables.ts";
import { documentsIn, schemaOf, validate } from "../oracles/xmllint.ts";
import { DEPTH, seeded } from "../seed.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists } from "../shared.ts";

const DROP = 99;
/** A whole payment, without its wrapper. */
const EXAMPLE: string =
  documentsIn(readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`, "utf8")).find(
    ({ message }) => message === "pacs.008.001.08",
  )?.xml ?? "";
const fakeRules = (envelope: Partial<EnvelopeRules> = {}, uncovered: (field: Field) => boolean = () => false): Ruleset => ({
  operationFor: (_format, _message, field) =>
    uncovered(field) ? UNCOVERED : field.type === "any" ? DROP : DATA_CLASSES.indexOf(field.dataClass),
  dropOperation: DROP,
  jsonRules: [],
  envelope: { open: true, elements: [], namespaces: [], ...envelope },
});

interface Scanned {
  readonly end: number;
  readonly status: number;
  readonly message: string;
  readonly values: { readonly path: string; readonly text: string; readonly operation: number }[];
  readonly faultPath: string;
}

const latin1 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("latin1");

function scan(
  document: string | Uint8Array,
  rules: Ruleset = fakeRules(),
  last = true,
  limit?: number,
): Scanned & { batch: Batch; open: OpenFormat } {
  const open = iso20022.open(rules, { input: "strict", names: "all" });
  const batch = new Batch();
  batch.input = typeof document === "string" ? new TextEncoder().encode(document) : document;
  const end = open.scan(batch, 0, limit ?? batch.input.length, last);
  const message = batch.records[RECORD_MESSAGE] as number;
  const values = Array.from({ length: batch.valueCount }, (_, value) => {
    const at = value * VALUE_STRIDE;
    const first = batch.values[at + VALUE_FIRST_SEGMENT] as number;
    const count = batch.values[at + VALUE_SEGMENT_COUNT] as number;
    const text = Array.from({ length: count }, (_, i) => {
      const segment = (first + i) * SEGMENT_STRIDE;
      return latin1(batch.input.subarray(batch.segments[segment + SEGMENT_START], batch.segments[segment + SEGMENT_END]));
    }).join("|");
    return {
      path: open.fieldPath(message, batch.values[at + VALUE_FIELD] as number),
      text,
      operation: batch.values[at + VALUE_OPERATION] as number,
    };
  });
  const status = batch.recordCount > 0 ? (batch.records[RECORD_STATUS] as number) : -1;
  return { end, status, message: open.messageName(message), values, faultPath: batch.faults[0]?.path ?? "", batch, open };
}

const URN = "urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08";
const document = (inside: string, attributes = `xmlns="${URN}"`): string => `<Document ${attributes}>${inside}</Document>`;
const payment = (debtor: string): string => `<FIToFICstmrCdtTrf><CdtTrfTxInf><Dbtr>${debtor}</Dbtr></CdtTrfTxInf></FIToFICstmrCdtTrf>`;
const named = (name: string): string => document(payment(`<Nm>${name}</Nm>`));
const bundled = new Uint8Array(readFileSync(`${projectRoot}examples/messages/payment.pacs.008.xml`));

describe("what is found", () => {
  test("a leaf, its path and its bytes", () => {
    const { end, status, message, values } = scan(named("Ottilie"));
    expect([status, message, end]).toEqual([0, "pacs.008.001.08", named("Ottilie").length]);
    expect(values).toEqual([{ path: "FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm", text: "Ottilie", operation: DATA_CLASSES.indexOf("person") }]);
  });

  test("any prefix, bound anywhere outside the message", () => {
    for (const prefix of ["p", "pacs008", "Doc", "n1"]) {
      const prefixed = named("X")
        .replaceAll("<", `<${prefix}:`)
        .replaceAll(`<${prefix}:/`, `</${prefix}:`)
        .replace("xmlns=", `xmlns:${prefix}=`);
      expect(scan(prefixed).values.map((value) => value.text)).toEqual(["X"]);
      const outside = `<Envelope xmlns:${prefix}="${URN}">${prefixed.replace(` xmlns:${prefix}="${URN}"`, "")}</Envelope>`;
      expect(scan(outside).values.map((value) => value.text)).toEqual(["X"]);
    }
  });

  test("two prefixes of one namespace are two spellings of it only where both are bound to it", () => {
    const text = named("X")
      .replace("<FIToFICstmrCdtTrf>", '<q:FIToFICstmrCdtTrf xmlns:q="urn:other">')
      .replace("</FIToFICstmrCdtTrf>", "</q:FIToFICstmrCdtTrf>");
    expect(scan(text).status).toBe(3102);
  });

  test("text in pieces is one value", () => {
    expect(scan(named("a<![CDATA[b<c]]>d&amp;e")).values[0]?.text).toBe("a|b<c|d&amp;e");
    expect(scan(named("&#52;1&#x31;")).values[0]?.text).toBe("&#52;1&#x31;");
    expect(scan(named("a\r\nb")).values[0]?.text).toBe("a\r\nb");
  });

  test("an attribute, in either quotes, and white space in tags", () => {
    const amount = (attribute: string): string =>
      document(`<FIToFICstmrCdtTrf><CdtTrfTxInf><IntrBkSttlmAmt ${attribute}>1.00</IntrBkSttlmAmt ></CdtTrfTxInf></FIToFICstmrCdtTrf>`);
    for (const attribute of ['Ccy="EUR"', "Ccy='EUR'", ' Ccy = "EUR" ', '\r\n\tCcy="EUR"']) {
      expect(scan(amount(attribute)).values.map((value) => value.text)).toEqual(["EUR", "1.00"]);
    }
    expect(scan(amount("")).status).toBe(3104);
    expect(scan(amount('Ccy="EUR" Ccy="USD"')).status).toBe(3002);
    expect(scan(amount('Ccy="E<R"')).status).toBe(3002);
  });

  test("empty elements hold no value", () => {
    expect(scan(document(payment("<Nm/>"))).values).toEqual([]);
    expect(scan(document(payment("<Nm></Nm>"))).values).toEqual([]);
    expect(scan(document(payment("<PstlAdr/><Nm>X</Nm>"))).values.map((value) => value.text)).toEqual(["X"]);
  });

  test("each wrapper and its own text", () => {
    const wrapped = `<?xml version='1.0'?><VendorBox xmlns="urn:vendor:box"><Route>ABC</Route><Data kind="x">${named("X")}</Data></VendorBox>`;
    const { status, values, message } = scan(wrapped);
    expect([status, message]).toEqual([0, "pacs.008.001.08"]);
    expect(values.map((value) => [value.path, value.text])).toEqual([
      ["VendorBox/Route", "ABC"],
      ["VendorBox/Data/@kind", "x"],
      ["FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm", "X"],
    ]);
  });

  test("the bundled message: header and payload in one record", () => {
    const { status, message, values } = scan(bundled);
    expect([status, message]).toEqual([0, "pacs.008.001.08"]);
    expect(values.some((value) => value.path === "Fr/FIId/FinInstnId/BICFI")).toBe(true);
    expect(values.filter((value) => value.text.startsWith("DE82"))).toHaveLength(1);
  });

  test("several transactions open several scopes", () => {
    const text = document(`<FIToFICstmrCdtTrf>${"<CdtTrfTxInf><Dbtr><Nm>X</Nm></Dbtr></CdtTrfTxInf>".repeat(3)}</FIToFICstmrCdtTrf>`);
    const { batch } = scan(text);
    expect([0, 1, 2].map((value) => batch.values[value * VALUE_STRIDE + 4])).toEqual([1, 2, 3]);
  });

  test("a declared ISO-8859-1 is flagged, UTF-8 is checked", () => {
    const text = `<?xml version="1.0" encoding="ISO-8859-1"?>${named("J\u00fcrgen")}`;
    const bytes = Uint8Array.from(text, (c) => c.charCodeAt(0));
    expect(scan(bytes).batch.records[RECORD_FLAGS]).toBe(1);
    expect(scan(bytes.slice(text.indexOf("<Doc"))).status).toBe(3003);
    expect(scan(`\ufeff${named("X")}`).status).toBe(0);
  });
});

describe("what is dropped", () => {
  test("comments and processing instructions outside values", () => {
    const text = `<!-- 4111111111111111 --><?note x?>${document(`<!--a-->${payment("<Nm>X</Nm>")}`)}<!-- end -->`;
    const { status, values, end } = scan(text);
    expect([status, end]).toEqual([0, text.length]);
    expect(values.map((value) => [value.text, value.operation])).toEqual([
      ["<!-- 4111111111111111 -->", DROP],
      ["<?note x?>", DROP],
      ["<!--a-->", DROP],
      ["X", DATA_CLASSES.indexOf("person")],
      ["<!-- end -->", DROP],
    ]);
  });

  test("a signature, whole", () => {
    const header = `<AppHdr xmlns="urn:iso:std:iso:20022:tech:xsd:head.001.001.02"><Sgntr><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><a/>b</ds:Signature></Sgntr></AppHdr>`;
    const { status, values } = scan(header);
    expect([status, values.length]).toEqual([0, 1]);
    expect(values[0]?.text.startsWith("<Sgntr>") && values[0].text.endsWith("</Sgntr>")).toBe(true);
  });

  test("a schema location that names anything but schemas", () => {
    const at = (location: string): string =>
      named("X").replace("<Document", `<Document xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${location}"`);
    expect(scan(at(`${URN} pacs.008.001.08.xsd`)).values).toHaveLength(1);
    for (const location of ["http://127.0.0.1:9/x x.xsd", `${URN} Erika.xml`, `${URN} 4111111111111111.xsd`]) {
      expect(scan(at(location)).values[0]?.operation).toBe(DROP);
    }
  });
});

describe("xsi:type", () => {
  const XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  const at = (type: string, more = ""): string => document(payment(`<Nm ${XSI} ${more} xsi:type="${type}">X</Nm>`));

  test("is kept where it names the type that the schema has there", () => {
    for (const text of [
      at("Max140Text"),
      at("m:Max140Text", `xmlns:m="${URN}"`),
      named("X").replace("<Dbtr>", `<Dbtr ${XSI} xsi:type="PartyIdentification135">`),
      named("X").replace("<Document", `<Document ${XSI} xsi:type="Document"`),
    ]) {
      const { status, values } = scan(text);
      expect([status, values.map((value) => value.text)]).toEqual([0, ["X"]]);
    }
  });

  test("is refused where it names anything else: another type, one of another namespace, one that nobody declared", () => {
    for (const text of [at("Max35Text"), at("m:Max140Text", 'xmlns:m="urn:other"'), at("m:Max140Text"), at("Ottilie"), at("")]) {
      expect(scan(text).status).toBe(2201);
    }
    expect(scan(document(payment(`<Nm ${XSI} xsi:nil="false">X</Nm>`))).status).toBe(2201);
  });

  test.skipIf(!sharedExists)(`libxml2 says the same${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
    const types = (type: string): Uint8Array =>
      new TextEncoder().encode(
        EXAMPLE.replace("<Dbtr>", `<Dbtr ${XSI} xsi:type="${type}">`).replace(
          "<IntrBkSttlmDt>",
          `<IntrBkSttlmDt ${XSI} xsi:type="ISODate">`,
        ),
      );
    const nil = new TextEncoder().encode(EXAMPLE.replace("<IntrBkSttlmDt>", `<IntrBkSttlmDt ${XSI} xsi:nil="false">`));
    const xsd = schemaOf("pacs.008.001.08") ?? "";
    expect(validate(xsd, [types("PartyIdentification135"), types("PartyIdentification272"), nil])).toEqual([true, false, false]);
  });
});

describe("what is refused", () => {
  const cases: [name: string, text: string, issue: number][] = [
    ["an unknown element", document(payment("<Nmm>X</Nmm>")), 3103],
    ["text between elements", document(payment("x<Nm>X</Nm>")), 3008],
    ["text after an element", document(payment("<Nm>X</Nm>x")), 3008],
    ["an element in a leaf", document(payment("<Nm>X<b/></Nm>")), 3103],
    ["mismatched tags", named("X").replace("</Nm>", "</NM>"), 3002],
    ["an unknown attribute", document(payment('<Nm id="4111111111111111">X</Nm>')), 2201],
    ["another version", named("X").replace("001.08", "001.99"), 3101],
    ["another message without a catalogue", named("X").replace("pacs.008.001.08", "zzzz.001.001.01"), 3101],
    ["no message at all", "<a><b>x</b></a>", 3101],
    ["an unbound prefix", named("X").replace("<Document", "<p:Document").replace("</Document", "</p:Document"), 3002],
    ["a namespace that is none", `<a xmlns="Erika Mustermann">${named("X")}</a>`, 3006],
    ["a namespace with a card number", `<a xmlns="urn:4111111111111111">${named("X")}</a>`, 3006],
    ["a prefix with a card number", named("X").replace("xmlns=", 'xmlns:c4111111111111111="urn:x" xmlns='), 3006],
    ["a wrapper with a card number for a name", `<c4111111111111111>${named("X")}</c4111111111111111>`, 3006],
    ["XML 1.1", `<?xml version="1.1"?>${named("X")}`, 3003],
    ["an undefined entity", named("&x;"), 3007],
    ["a reference to a control character", named("&#27;"), 3004],
    ["a control character", named("a\u0001b"), 3004],
    ["]]> in text", named("a]]>b"), 3002],
    ["a comment in a value", named("a<!-- -->b"), 3009],
    ["-- in a comment", `<!-- a -- b -->${named("X")}`, 3002],
    ["a non-character", named("a\uffffb"), 3004],
  ];
  for (const [name, text, issue] of cases) {
    test(name, () => {
      const { status, batch } = scan(text);
      expect([status, batch.valueCount]).toEqual([issue, 0]);
    });
  }

  test("a field without a rule, by path and never by value", () => {
    const { status, faultPath } = scan(
      named("Ottilie"),
      fakeRules({}, (field) => field.path.endsWith("Dbtr/Nm")),
    );
    expect([status, faultPath]).toEqual([2201, "FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm"]);
  });

  test("unknown wrappers where the model closes the envelope", () => {
    const closed = { open: false, elements: ["Known"], namespaces: ["urn:known"] };
    expect(scan(`<VendorBox>${named("X")}</VendorBox>`, fakeRules(closed)).status).toBe(3006);
    expect(scan(`<Known xmlns="urn:known">${named("X")}</Known>`, fakeRules(closed)).status).toBe(0);
    expect(scan(`<Known xmlns="urn:unknown">${named("X")}</Known>`, fakeRules(closed)).status).toBe(3006);
  });

  test("the record after a refused one begins where that one ends", () => {
    const text = `${document(payment("<Nmm>X</Nmm>"))}${named("Y")}`;
    const first = scan(text);
    expect([first.status, first.end]).toEqual([3103, document(payment("<Nmm>X</Nmm>")).length]);
  });

  test("a DOCTYPE stops the stream", () => {
    expect(scan(`<!DOCTYPE Document>${named("X")}`).end).toBe(SCAN_FRAME_ERROR);
  });
});

describe("laws", () => {
  test("every prefix of a document asks for more and adds nothing, the whole one too until it is known what follows", () => {
    const open = iso20022.open(fakeRules(), { input: "strict" });
    const batch = new Batch();
    batch.input = bundled;
    const whole = bundled.length - 1;
    for (let limit = 1; limit <= whole; limit++) {
      const end = open.scan(batch, 0, limit, false);
      if (end !== SCAN_MORE || batch.recordCount !== 0 || batch.valueCount !== 0 || batch.segmentCount !== 0)
        throw new Error(`limit ${limit}: ${end}`);
    }
    expect(open.scan(batch, 0, whole, true)).toBe(whole);
  });

  test("mutated documents are scanned or refused, never thrown at, and segments stay inside and ascend", () => {
    const seed = seeded("iso20022 mutations");
    const interesting = [..."<>/&;!?-[]=\"' \n\u0000\u00ff:Aa0"].map((c) => c.charCodeAt(0));
    const edit = fc.record({
      at: fc.nat(bundled.length - 1),
      kind: fc.constantFrom("set", "delete", "insert", "repeat"),
      byte: fc.oneof(fc.constantFrom(...interesting), fc.nat(255)),
      length: fc.nat(40),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let bytes = [...bundled];
        for (const { at, kind, byte, length } of edits) {
          const where = at % bytes.length;
          if (kind === "set") bytes[where] = byte;
          if (kind === "insert") bytes.splice(where, 0, byte);
          if (kind === "delete") bytes.splice(where, length);
          if (kind === "repeat") bytes = [...bytes.slice(0, where + length), ...bytes.slice(where)];
          if (bytes.length === 0) return;
        }
        const { batch } = scan(Uint8Array.from(bytes));
        let previous = 0;
        for (let segment = 0; segment < batch.segmentCount; segment++) {
          const start = batch.segments[segment * SEGMENT_STRIDE + SEGMENT_START] as number;
          const end = batch.segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
          expect(start).toBeGreaterThanOrEqual(previous);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(batch.input.length);
          previous = end;
        }
      }),
      { seed, numRuns: 3000 * DEPTH },
    );
  });

  test("tiling: with segments and dropped regions taken out, only markup from closed sets is left", () => {
    const leftOver = (bytes: Uint8Array): string => {
      const { batch } = scan(bytes);
      let text = "";
      let at = 0;
      for (let segment = 0; segment < batch.segmentCount; segment++) {
        text += latin1(batch.input.subarray(at, batch.segments[segment * SEGMENT_STRIDE + SEGMENT_START]));
        at = batch.segments[segment * SEGMENT_STRIDE + SEGMENT_END] as number;
      }
      return text + latin1(batch.input.subarray(at));
    };
    const structure =
      /^(?:\u00ef\u00bb\u00bf)?(?:<\?xml version="1\.0"(?: encoding="[\w-]+")?\?>)?(?:\s|<!\[CDATA\[\]\]>|<\/?(?:\w{1,16}:)?\w{2,35}(?:\s+(?:xmlns(?::\w{1,16})?="[\w:./#-]*"|Ccy=""))*\s*\/?>)*$/;
    expect(leftOver(bundled)).toMatch(structure);
    expect(leftOver(new TextEncoder().encode(`<!--x-->${named("a<![CDATA[b]]>c&amp;")}<?p q?>`))).toMatch(structure);
  });
});
