/** Catalogues of the user's own: made of an XSD, named by a model, and as strict as Bauta's. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { type Catalogue, catalogueOf, fieldsOf } from "../../runtime/formats/iso20022/catalogue.ts";
import { encodeCatalogue, parseCatalogue } from "../../runtime/formats/iso20022/own.ts";
import { Classes, ownRules, parseRules, plainName } from "../../runtime/formats/iso20022/xsd/classes.ts";
import { constantOf, matches } from "../../runtime/formats/iso20022/xsd/constant.ts";
import { deriveCatalogue } from "../../runtime/formats/iso20022/xsd/derive.ts";
import { BautaError } from "../../runtime/kit/errors.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { lockOf } from "../../runtime/model/lock.ts";
import { cataloguesOf } from "../../runtime/registry.ts";
import { bauta, folder, newKey, write } from "../e2e/cli.ts";
import { modelOf, problemsOf } from "./tools.ts";

/** A message as a market practice would write it: ISO's names with its own around them, restrictions of restrictions, inline types. */
const XSD = `<?xml version="1.0" encoding="UTF-8"?>
<!-- made up -->
<xs:schema xmlns="urn:example:payments:pacs.008.001.08.xx.01" xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"
  targetNamespace="urn:example:payments:pacs.008.001.08.xx.01">
 <xs:element name="Document" type="Document"/>
 <xs:complexType name="Document"><xs:sequence><xs:element name="FIToFICstmrCdtTrf" type="FIToFICustomerCreditTransferV08__1"/></xs:sequence></xs:complexType>
 <xs:complexType name="FIToFICustomerCreditTransferV08__1">
  <xs:annotation><xs:documentation>One payment.</xs:documentation></xs:annotation>
  <xs:sequence>
   <xs:element name="GrpHdr" type="GroupHeader93__1"/>
   <xs:element name="CdtTrfTxInf" type="CreditTransferTransaction39__1" maxOccurs="unbounded"/>
   <xs:element name="SplmtryData" type="SupplementaryData1" minOccurs="0" maxOccurs="unbounded"/>
  </xs:sequence>
 </xs:complexType>
 <xs:complexType name="GroupHeader93__1"><xs:sequence>
   <xs:element name="MsgId" type="XX_RestrictedFINXMax35Text"/>
   <xs:element name="CreDtTm" type="XX_DateTime"/>
 </xs:sequence></xs:complexType>
 <xs:complexType name="CreditTransferTransaction39__1"><xs:sequence>
   <xs:element name="IntrBkSttlmAmt" type="XX_CurrencyAndAmount"/>
   <xs:element name="Dbtr" type="PartyIdentification135__1"/>
   <xs:element name="DbtrAcct"><xs:complexType><xs:choice><xs:element name="IBAN" type="IBAN2007Identifier"/><xs:element name="Othr" type="GenericAccountIdentification1__1"/></xs:choice></xs:complexType></xs:element>
   <xs:choice minOccurs="0"><xs:element name="Ustrd" type="RestrictedFINXMax140Text_Extended"/><xs:element name="Tier"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="T[1-9]{2}|NONE"/></xs:restriction></xs:simpleType></xs:element></xs:choice>
 </xs:sequence></xs:complexType>
 <xs:complexType name="PartyIdentification135__1"><xs:sequence><xs:element name="Nm" type="XX_RestrictedFINXMax140Text"/></xs:sequence></xs:complexType>
 <xs:complexType name="GenericAccountIdentification1__1"><xs:sequence><xs:element name="Id" type="Text34"/></xs:sequence></xs:complexType>
 <xs:complexType name="SupplementaryData1"><xs:sequence><xs:element name="Envlp"><xs:complexType><xs:sequence><xs:any/></xs:sequence></xs:complexType></xs:element></xs:sequence></xs:complexType>
 <xs:complexType name="XX_CurrencyAndAmount"><xs:simpleContent><xs:extension base="XX_Amount"><xs:attribute name="Ccy" type="CurrencyCode" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
 <xs:simpleType name="XX_Amount"><xs:restriction base="xs:decimal"><xs:totalDigits value="14"/><xs:fractionDigits value="5"/><xs:minInclusive value="0"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="CurrencyCode"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{3,3}"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="XX_DateTime"><xs:restriction base="xs:dateTime"/></xs:simpleType>
 <xs:simpleType name="IBAN2007Identifier"><xs:restriction base="xs:string"><xs:pattern value="[A-Z]{2,2}[0-9]{2,2}[a-zA-Z0-9]{1,30}"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="Base"><xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="70"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="Text34"><xs:restriction base="Base"><xs:maxLength value="34"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="XX_RestrictedFINXMax35Text"><xs:restriction base="xs:string"><xs:minLength value="1"/><xs:maxLength value="35"/><xs:pattern value="[0-9a-zA-Z/\\-\\?:\\(\\)\\.,'\\+ ]+"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="XX_RestrictedFINXMax140Text"><xs:restriction base="xs:string"><xs:pattern value="[0-9a-zA-Z/\\-\\?:\\(\\)\\.,'\\+ ]{1,140}"/></xs:restriction></xs:simpleType>
 <xs:simpleType name="RestrictedFINXMax140Text_Extended"><xs:restriction base="xs:string"><xs:pattern value="[0-9a-zA-Z/\\-\\?:\\(\\)\\.,'\\+ !#$%&amp;\\*=\\^_\`\\{\\|\\}~&quot;;&lt;&gt;@\\[\\\\\\]]{1,140}"/></xs:restriction></xs:simpleType>
</xs:schema>
`;
/** Leaves that no rule of Bauta's knows. */
const CLASSES = JSON.stringify({
  rules: [{ within: "CreditTransferTransaction39", element: "Tier", class: "technical", reason: "a tier of the scheme" }],
});
const MESSAGE = `<Document xmlns="urn:example:payments:pacs.008.001.08.xx.01"><FIToFICstmrCdtTrf><GrpHdr><MsgId>PAYMENT-2024-77</MsgId><CreDtTm>2024-05-06T07:08:09</CreDtTm></GrpHdr><CdtTrfTxInf><IntrBkSttlmAmt Ccy="EUR">12.50</IntrBkSttlmAmt><Dbtr><Nm>Ottilie Brandhorst</Nm></Dbtr><DbtrAcct><Othr><Id>4711-0815-XY</Id></Othr></DbtrAcct><Ustrd>rent of Brandhorst</Ustrd></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;

const derive = (xsd: string, rules = CLASSES): Catalogue =>
  deriveCatalogue(xsd, new Classes([...parseRules(rules), ...ownRules()])).catalogue;
const codeOf = (action: () => unknown): string => {
  try {
    action();
  } catch (error) {
    if (error instanceof BautaError) return error.code;
    throw error;
  }
  return "none";
};

describe("an XSD of one's own", () => {
  test("becomes a catalogue: classes by names without what a practice puts around them, shapes by facets", () => {
    const fields = new Map(fieldsOf(derive(XSD)).map((field) => [field.path.split("/").slice(2).join("/"), field]));
    const seen = [...fields].map(([path, { dataClass, fit }]) => [path, dataClass, fit.shape, fit.max]);
    expect(seen).toEqual([
      ["MsgId", "reference", "swift-x", 35],
      ["CreDtTm", "date", "date-time", 0],
      ["IntrBkSttlmAmt", "amount", "decimal", 14],
      ["IntrBkSttlmAmt/@Ccy", "currency", "currency", 3],
      ["Dbtr/Nm", "person", "swift-x", 140],
      ["DbtrAcct/IBAN", "account", "iban", 34],
      ["DbtrAcct/Othr/Id", "account", "text", 34],
      ["Ustrd", "free-text", "text", 140],
      ["Tier", "technical", "unknown", 3],
      ["Envlp", "free-text", "unknown", 0],
    ]);
    expect(fields.get("Tier")?.fit.values).toEqual(["T11"]);
  });

  test("ISO's own names stay as they are, others lose what is around them", () => {
    for (const name of ["PartyIdentification135", "Max35Text", "RestrictedProprietaryChoice", "ExternalPurpose1Code"])
      expect(plainName(name)).toBe(name);
    expect(["CBPR_RestrictedFINXMax35Text_Extended", "CashAccount38__1", "PartyIdentification32-CH"].map(plainName)).toEqual([
      "Max35Text",
      "CashAccount38",
      "PartyIdentification32",
    ]);
  });

  test("with leaves that no rule classes is refused (1232), and so is what is no such schema (1231)", () => {
    const none = JSON.stringify({ rules: [] });
    expect(deriveCatalogue(XSD, new Classes([...parseRules(none), ...ownRules()])).unclassed).toContain(
      "CreditTransferTransaction39__1 Tier CreditTransferTransaction39__1_Tier",
    );
    for (const broken of [
      "",
      "<a/>",
      XSD.replace("<xs:schema", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xs:schema'),
      XSD.slice(0, 900),
      XSD.replace('<xs:element name="Document" type="Document"/>', '<xs:import namespace="urn:x" schemaLocation="x.xsd"/>'),
      XSD.replace("pacs.008.001.08.xx.01", "payments").replace("pacs.008.001.08.xx.01", "payments"),
      XSD.replace('type="Text34"', 'type="Nowhere"'),
      XSD.replace("<xs:any/>", '<xs:group ref="g"/>'),
    ]) {
      expect(codeOf(() => derive(broken))).toBe("BAUTA-1231");
    }
  });

  test("a file of classes that is none is refused (1233)", () => {
    for (const text of [
      "",
      "[]",
      '{"rules":[{}]}',
      '{"rules":[{"element":"A","class":"nobody","reason":"x"}]}',
      '{"rules":[{"element":"(","class":"person","reason":"x"}]}',
    ]) {
      expect(codeOf(() => parseRules(text))).toBe("BAUTA-1233");
    }
  });
});

describe("a constant of a pattern", () => {
  test.each([
    ["[A-Z]{2,2}[0-9]{3}", "XX000"],
    ["(AB|CD)[x-z]?", "AB"],
    ["\\+[0-9]{1,3}-\\d+", "+0-0"],
    ["[\\-\\]a]{2}", "--"],
  ])("%s", (pattern, constant) => {
    expect([constantOf(pattern), matches(pattern, constant)]).toEqual([constant, true]);
  });
  test("of what is not understood there is none", () => {
    for (const pattern of ["[^a]", "\\p{Lu}+", "[a-z-[aeiou]]", "(", "a{9999}", "x*?("]) expect(constantOf(pattern)).toBeUndefined();
  });
});

describe("a catalogue's file", () => {
  const text = encodeCatalogue(derive(XSD));

  test("reads back as it was, for Bauta's own too", () => {
    for (const catalogue of [derive(XSD), catalogueOf("camt.053.001.08") as Catalogue]) {
      expect(fieldsOf(parseCatalogue(encodeCatalogue(catalogue)))).toEqual(fieldsOf(catalogue) as never);
    }
  });

  test("is refused where anything in it is not as it must be (1233)", () => {
    const file = JSON.parse(text) as Record<string, unknown> & { types: Record<string, unknown>[] };
    const debtor = (copy: typeof file): unknown[] => {
      const type = copy.types.find(({ name }) => name === "PartyIdentification135__1") as { children: unknown[][] };
      return type.children[0] as unknown[];
    };
    const changes: readonly ((copy: typeof file) => unknown)[] = [
      (copy) => Object.assign(copy, { "bauta-catalogue": 2 }),
      (copy) => Object.assign(copy, { message: "payment" }),
      (copy) => Object.assign(copy, { namespace: "a b" }),
      (copy) => Object.assign(copy, { rootType: "Nothing" }),
      (copy) => copy.types.pop(),
      (copy) => copy.types.push(copy.types[0] as Record<string, unknown>),
      (copy) => Object.assign(copy.types[0] as object, { fit: { shape: "anything", min: 0, max: 0 } }),
      (copy) => debtor(copy).splice(4, 1, "nobody"),
      (copy) => debtor(copy).pop(),
    ];
    for (const change of changes) {
      const copy = structuredClone(file);
      change(copy);
      expect(codeOf(() => parseCatalogue(JSON.stringify(copy)))).toBe("BAUTA-1233");
    }
    expect(codeOf(() => parseCatalogue("{"))).toBe("BAUTA-1233");
  });
});

describe("a model that names one", () => {
  const text = encodeCatalogue(derive(XSD));
  const own = "bauta: 1\nname: m\nextends: test-data\ncatalogues: [./own.json]\n";
  const catalogue = (reference: string): string | undefined => (reference === "./own.json" ? text : undefined);

  test("is checked against it, and its lock pins it", () => {
    const model = modelOf(`${own}rules: [{path: "pacs.008:**/Tier", technique: redact}]\n`, { catalogue });
    expect(checkModel(model, cataloguesOf(model)).problems).toEqual([]);
    expect(Object.keys(lockOf(model).catalogues)).toContain("./own.json");
  });

  test("and none that can be read has a problem in its line", () => {
    expect(problemsOf(own, { catalogue: () => undefined }).map(({ issue, path, line }) => [issue, path, line])).toEqual([
      [1002, "catalogues[0]", 4],
    ]);
    expect(problemsOf(own, { catalogue: () => XSD }).map(({ issue }) => issue)).toEqual([1233]);
    expect(problemsOf(own.replace("[./own.json]", "[./own.json, ./own.json]"), { catalogue }).map(({ issue }) => issue)).toEqual([1210]);
  });

  test("masks its documents by both engines alike, from the command line", () => {
    const here = folder();
    write(join(here, "own.xsd"), XSD);
    write(join(here, "classes.json"), CLASSES);
    const unclassed = bauta(["catalogue", "add", "own.xsd"], { cwd: here });
    expect([unclassed.code, unclassed.stderr]).toEqual([EXIT.usage, expect.stringContaining("BAUTA-1232")]);
    expect(bauta(["catalogue", "add", "own.xsd", "--classes", "classes.json", "--out", "own.json"], { cwd: here }).code).toBe(EXIT.done);
    expect(readFileSync(join(here, "own.json"), "utf8")).toBe(text);
    write(join(here, "m.yaml"), own);
    const key = newKey(join(here, "test.key"));
    const mask = (engine: string): { readonly code: number | null; readonly stdout: string } =>
      bauta(["mask", "--model", "m.yaml", "--key-file", key, "--engine", engine, "--manifest", "none", "-q"], {
        cwd: here,
        input: MESSAGE,
      });
    const native = mask("native");
    expect(native.code).toBe(EXIT.done);
    expect(native.stdout).not.toMatch(/Ottilie|Brandhorst|4711|PAYMENT-2024/);
    expect(native.stdout).toContain('<IntrBkSttlmAmt Ccy="EUR">12.50</IntrBkSttlmAmt>');
    expect(mask("portable").stdout).toBe(native.stdout);
    const without = bauta(["mask", "--preset", "test-data", "--key-file", key, "--manifest", "none"], { cwd: here, input: MESSAGE });
    expect([without.code, without.stdout]).toEqual([EXIT.refused, ""]);
  }, 30_000);

  test("list and show say what is there", () => {
    expect(JSON.parse(bauta(["catalogue", "list", "--json"]).stdout)).toContainEqual({ format: "iso20022", message: "camt.053.001.08" });
    const shown = JSON.parse(bauta(["catalogue", "show", "pacs.008.001.08", "--json"]).stdout);
    expect([shown.leaves, shown.attributes, shown.anyContents]).toEqual([1626, 28, 2]);
    expect(bauta(["catalogue", "show", "pacs.008.001.80"]).stderr).toContain("did you mean pacs.008.001.08?");
  });
});
