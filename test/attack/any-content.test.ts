/**
 * Any content that rules open (`SplmtryData/Envlp`): what they name is masked, all else refuses, wherever it stands and however it is
 * written, in both engines alike.
 */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { checkModel } from "../../runtime/model/check.ts";
import { coverageOf } from "../../runtime/model/coverage.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { Explainer } from "../../runtime/model/explain.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { cataloguesOf } from "../../runtime/registry.ts";
import { schemaOf, validate } from "../oracles/xmllint.ts";
import { Aviary, Search } from "../property/canaries.ts";
import { effort, type Tape, tapes } from "../property/tape.ts";
import { SHARED_SKIP_REASON, sharedExists } from "../shared.ts";
import { attack, codesOf, PACS008, pacs008 } from "./support.ts";

const URI = "urn:bank:extension:1";
const BELOW = "iso20022:**/SplmtryData/Envlp";

/** What each named place of the extension becomes. */
const NAMED: NonNullable<ModelDocument["rules"]> = [
  { path: `${BELOW}/Ext/AcctId`, use: "account" },
  { path: `${BELOW}/Ext/AcctId/@scheme`, technique: "redact" },
  { path: `${BELOW}/Ext/Pty/Nm`, use: "party" },
  { path: `${BELOW}/Ext/Pty/Envlp/Nm`, use: "party" },
  { path: `${BELOW}/Ext/Pty/Cvv`, technique: "keep" },
  { path: `${BELOW}/Ext/Kind`, technique: "keep" },
  { path: `${BELOW}/Ext/Day`, technique: "redact", as: "date" },
  { path: `${BELOW}/Ext/Junk`, technique: "drop" },
];
const MODEL: ModelDocument = {
  bauta: 1,
  name: "opened",
  extends: "test-data",
  envelope: { open: false, namespaces: [URI] },
  rules: NAMED,
};
const model = (rules: ModelDocument["rules"]): ModelDocument => ({ ...MODEL, rules: rules ?? [] });

const envelope = (inside: string): string => pacs008(`<SplmtryData><Envlp>${inside}</Envlp></SplmtryData>`);
const ext = (inside: string): string => envelope(`<Ext>${inside}</Ext>`);
const opened = (document: string, rules = MODEL): ReturnType<typeof attack> => attack(document, { model: rules });

describe("what rules name", () => {
  test("is masked as the same value is elsewhere, and nothing around it changes", async () => {
    const document = pacs008(
      `<Dbtr><Nm>Ottilie Brandhorst</Nm></Dbtr><SplmtryData><Envlp><Ext>\n <AcctId scheme="Brandhorst">DE89370400440532013000</AcctId>` +
        "<Pty><Nm>Ottilie Brandhorst</Nm><Envlp><Nm>Ottilie Brandhorst</Nm></Envlp></Pty><Kind>RCUR</Kind><Day>1999-12-31</Day></Ext></Envlp></SplmtryData>",
    );
    const { text, refusals } = await opened(document);
    expect(refusals).toEqual([]);
    const names = [...text.matchAll(/<Nm>([^<]*)<\/Nm>/g)].map(([, name]) => name);
    expect([names.length, new Set(names).size, names[0] === "Ottilie Brandhorst"]).toEqual([3, 1, false]);
    expect(text).not.toMatch(/Brandhorst|DE89370400440532013000/);
    expect(text).toContain("<Kind>RCUR</Kind><Day>1900-01-01</Day></Ext>");
    const bare = (xml: string): string => xml.replaceAll(/>[^<]+</g, "><").replaceAll(/scheme="[^"]*"/g, "");
    expect(bare(text)).toBe(bare(document));
  });

  const WRITTEN: Readonly<Record<string, string>> = {
    "a namespace of its own, by default": `<Ext xmlns="${URI}"><AcctId>Ottilie</AcctId></Ext>`,
    "a prefix": `<x:Ext xmlns:x="${URI}"><x:AcctId x:scheme="Ottilie">Ottilie</x:AcctId></x:Ext>`,
    "another prefix further in": `<Ext xmlns="${URI}"><y:AcctId xmlns:y="${URI}">Ottilie</y:AcctId><Pty xmlns=""><Nm>Ottilie</Nm></Pty></Ext>`,
    "no namespace": `<Ext xmlns=""><AcctId>Ottilie</AcctId></Ext>`,
    "CDATA and references": "<Ext><AcctId>Ott<![CDATA[ili]]>e</AcctId><Pty><Nm>&#79;ttilie</Nm></Pty></Ext>",
    "comments and instructions between elements": "<!--Ottilie--><Ext><?Ottilie Ottilie?><AcctId>Ottilie</AcctId><!--Ottilie--></Ext>",
    "what is dropped, whatever is in it":
      '<Ext><AcctId>A</AcctId><Junk a="Ottilie">Ottilie<Deep><![CDATA[</Junk>Ottilie]]></Deep><!-- Ottilie --></Junk></Ext>',
    "card verification data, which no rule keeps": "<Ext><Pty><Nm>Ottilie</Nm><Cvv>Ottilie</Cvv></Pty></Ext>",
    "empty elements": `<Ext><AcctId scheme="Ottilie"/><Pty/><Junk/></Ext>`,
  };
  for (const [name, inside] of Object.entries(WRITTEN)) {
    test(`${name}: masked`, async () => {
      // The message goes on behind it: what was declared inside holds no longer.
      const document = pacs008(`<SplmtryData><Envlp>${inside}</Envlp></SplmtryData><SplmtryData><Envlp><Ext/></Envlp></SplmtryData>`);
      const result = await opened(document);
      expect([codesOf(result), result.counts.out]).toEqual([[], 1]);
      expect(result.text.replaceAll(/<!\[CDATA\[|\]\]>/g, "")).not.toMatch(/Ottilie|&#79;ttilie/);
      expect(result.text).toContain("<Envlp><Ext/></Envlp>");
    });
  }

  test("in a message whose elements have a prefix", async () => {
    const document = `<p:Document xmlns:p="${PACS008}"><p:FIToFICstmrCdtTrf><p:CdtTrfTxInf><p:SplmtryData><p:Envlp><Ext xmlns="${URI}" xmlns:p="${URI}"><p:AcctId>Ottilie</p:AcctId></Ext></p:Envlp></p:SplmtryData><p:Dbtr><p:Nm>Ottilie</p:Nm></p:Dbtr></p:CdtTrfTxInf></p:FIToFICstmrCdtTrf></p:Document>`;
    const result = await opened(document);
    expect([codesOf(result), result.text.includes("Ottilie")]).toEqual([[], false]);
  });
});

describe("what no rule names is refused", () => {
  const REFUSED: Readonly<Record<string, readonly [inside: string, issue: number]>> = {
    "another element in place of the extension": ["<Other>Ottilie</Other>", 3105],
    "an element beside named ones": ["<Ext><AcctId>A</AcctId><Ottilie>x</Ottilie></Ext>", 3105],
    "an empty one": ["<Ext><Ottilie/></Ext>", 3105],
    "a named one in another place": ["<Ext><Nm>Ottilie</Nm></Ext>", 3105],
    "the extension once more inside": ["<Ext><Ext><AcctId>Ottilie</AcctId></Ext></Ext>", 3105],
    "an envelope in the envelope": ["<Envlp><Ext><AcctId>Ottilie</AcctId></Ext></Envlp>", 3105],
    "an element of the message": ["<Dbtr><Nm>Ottilie</Nm></Dbtr>", 3105],
    "a whole message": [`<Document xmlns="${PACS008}"><FIToFICstmrCdtTrf/></Document>`, 3105],
    "an element in another case": ["<Ext><acctId>Ottilie</acctId></Ext>", 3105],
    "a longer name": ["<Ext><AcctIdOttilie>A</AcctIdOttilie></Ext>", 3105],
    "a name beyond ASCII": ["<Ext><AcctIdÖ>Ottilie</AcctIdÖ></Ext>", 3105],
    "an element in a text": ["<Ext><AcctId>A<b>Ottilie</b></AcctId></Ext>", 3105],
    "text between elements": ["<Ext>Ottilie<AcctId>A</AcctId></Ext>", 3008],
    "text in front of the extension": ["Ottilie<Ext/>", 3008],
    "a section between elements": ["<Ext><![CDATA[Ottilie]]></Ext>", 3002],
    "a reference between elements": ["<Ext>&#79;</Ext>", 3008],
    "a comment in a text": ["<Ext><AcctId>A<!--Ottilie--></AcctId></Ext>", 3009],
    "an attribute": ['<Ext><Kind Ottilie="Ottilie">A</Kind></Ext>', 2201],
    "an attribute of an element that holds others": ['<Ext id="Ottilie"/>', 2201],
    "an attribute in another place": ['<Ext><Kind scheme="Ottilie">A</Kind></Ext>', 2201],
    "an attribute of XML itself": ['<Ext><AcctId xml:scheme="Ottilie">A</AcctId></Ext>', 2201],
    "an attribute of no namespace that is known": ['<Ext><AcctId x:scheme="Ottilie">A</AcctId></Ext>', 2201],
    "a type": [`<Ext xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Ottilie"/>`, 2201],
    "a namespace that the model does not name": ['<Ext xmlns="urn:bank:Ottilie"/>', 3006],
    "the same with a prefix": ['<Ext xmlns:x="urn:bank:Ottilie"/>', 3006],
    "a prefix of no namespace": ["<x:Ext/>", 3002],
    "a prefix that may be a number": [`<x12345678:Ext xmlns:x12345678="${URI}"/>`, 3105],
    "two colons": [`<x:x:Ext xmlns:x="${URI}"/>`, 3002],
    "an end tag of another name": ["<Ext><AcctId>A</Ext></AcctId>", 3002],
    "a value that is not of the declared type": ["<Ext><Day>Ottilie</Day></Ext>", 6001],
  };
  for (const [name, [inside, issue]] of Object.entries(REFUSED)) {
    test(`${name}: ${issue}`, async () => {
      const result = await opened(envelope(inside));
      expect([codesOf(result), result.counts.out, result.output.length]).toEqual([[issue], 0, 0]);
      // The path names no more than the model does.
      expect(result.refusals[0]?.path).not.toContain("Ottilie");
    });
  }

  test("told with the place", async () => {
    const { refusals } = await opened(ext("<Pty><Ottilie/></Pty>"));
    expect(refusals[0]?.path).toEndWith("CdtTrfTxInf/SplmtryData/Envlp/Ext/Pty/?");
  });

  test("in other places of any content than those that are named", async () => {
    const elsewhere = model([{ path: "pacs.008:FIToFICstmrCdtTrf/SplmtryData/Envlp/Ext/AcctId", use: "account" }, ...NAMED.slice(0, 0)]);
    const whole = await opened(ext("<AcctId>Ottilie</AcctId>"), elsewhere);
    // There the content goes as the preset has it.
    expect([codesOf(whole), whole.text.includes("SplmtryData")]).toEqual([[], false]);
  });
});

/** A tree of elements as random as it gets, that the model may or may not know. */
function treeOf(tape: Tape, aviary: Aviary, at: string): { readonly xml: string; readonly isNamed: boolean } {
  const names = ["Ext", "AcctId", "Pty", "Nm", "Envlp", "Kind", "Junk", "Other"];
  const known = new Set(["Ext", "Ext/AcctId", "Ext/Pty", "Ext/Pty/Nm", "Ext/Pty/Envlp", "Ext/Pty/Envlp/Nm", "Ext/Junk"]);
  const texts = new Set(["Ext/AcctId", "Ext/Pty/Nm", "Ext/Pty/Envlp/Nm"]);
  const name = at === "" ? (tape.chance(1, 8) ? "Other" : "Ext") : tape.pick(names);
  const path = at === "" ? name : `${at}/${name}`;
  const isInJunk = path.startsWith("Ext/Junk");
  const attribute = tape.chance(1, 8) ? ` scheme="${aviary.plant("letters")}"` : "";
  const isAttributeNamed = attribute === "" || path === "Ext/AcctId" || isInJunk;
  const isText = texts.has(path) || tape.chance(1, 4);
  const children = isText || path.split("/").length > 4 ? [] : Array.from({ length: tape.below(4) }, () => treeOf(tape, aviary, path));
  const canary = isText ? aviary.plant(tape.pick(["letters", "iban", "card", "digits"])) : "";
  const text = tape.chance(1, 3) && canary !== "" ? `<![CDATA[${canary}]]>` : canary;
  const isNamed =
    isInJunk || (known.has(path) && isAttributeNamed && (canary === "" || texts.has(path)) && children.every((child) => child.isNamed));
  return { xml: `<${name}${attribute}>${text}${children.map(({ xml }) => xml).join("")}</${name}>`, isNamed };
}

describe("trees of any form", () => {
  const { seed, numRuns } = effort("any content")(60);
  test("nothing of them leaves that no rule names, and what rules name leaves masked", async () => {
    let masked = 0;
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(tapes(60), async (tape) => {
        const aviary = new Aviary(tape);
        const { xml, isNamed } = treeOf(tape, aviary, "");
        const result = await opened(envelope(xml));
        expect(result.counts.out).toBe(isNamed ? 1 : 0);
        if (aviary.all.length > 0) expect(new Search(aviary.all).in(result.output).length).toBe(0);
        if (isNamed) masked++;
        else refused++;
      }),
      { seed, numRuns },
    );
    expect(Math.min(masked, refused)).toBeGreaterThan(5);
  }, 60_000);

  test("the search finds what a rule keeps", async () => {
    const aviary = new Aviary({ pick: (items: readonly string[]) => items[3], below: () => 0 } as unknown as Tape);
    const { output } = await opened(ext(`<Kind>${aviary.plant("letters")}</Kind>`));
    expect(new Search(aviary.all).in(output)).toHaveLength(1);
  });
});

(sharedExists ? describe : describe.skip)(`valid by its XSD${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  test("before and after, with the extension in its own namespace", async () => {
    const payment = `<Document xmlns="${PACS008}"><FIToFICstmrCdtTrf><GrpHdr><MsgId>M</MsgId><CreDtTm>2026-11-29T12:00:00</CreDtTm><NbOfTxs>1</NbOfTxs><SttlmInf><SttlmMtd>CLRG</SttlmMtd></SttlmInf></GrpHdr><CdtTrfTxInf><PmtId><EndToEndId>E</EndToEndId></PmtId><IntrBkSttlmAmt Ccy="EUR">1.00</IntrBkSttlmAmt><IntrBkSttlmDt>2026-11-29</IntrBkSttlmDt><ChrgBr>SLEV</ChrgBr><Dbtr><Nm>Ottilie</Nm></Dbtr><DbtrAgt><FinInstnId><BICFI>GLDTDEFFXXX</BICFI></FinInstnId></DbtrAgt><CdtrAgt><FinInstnId><BICFI>GLDTDEFFXXX</BICFI></FinInstnId></CdtrAgt><Cdtr><Nm>B</Nm></Cdtr></CdtTrfTxInf><SplmtryData><PlcAndNm>/Document</PlcAndNm><Envlp><e:Ext xmlns:e="${URI}"><e:AcctId scheme="S">DE89370400440532013000</e:AcctId><e:Junk><e:X/></e:Junk></e:Ext></Envlp></SplmtryData></FIToFICstmrCdtTrf></Document>`;
    const { output, refusals } = await opened(payment);
    expect(refusals).toEqual([]);
    expect(validate(schemaOf("pacs.008.001.08") ?? "", [new TextEncoder().encode(payment), output])).toEqual([true, true]);
  });
});

describe("what a model says of itself", () => {
  const problemsOf = (rules: ModelDocument["rules"]): readonly (readonly [number, string | undefined])[] => {
    const loaded = loadModel({ name: "opened", document: model(rules) });
    const found = loaded.model === undefined ? loaded.problems : checkModel(loaded.model, cataloguesOf(loaded.model)).problems;
    return found.map(({ issue, suggestion }) => [issue, suggestion]);
  };
  const loadedModel = (): NonNullable<ReturnType<typeof loadModel>["model"]> => {
    const loaded = loadModel({ name: "opened", document: MODEL });
    if (loaded.model === undefined) throw new Error("no model");
    return loaded.model;
  };

  test("check: its rules are none that match nothing", () => {
    expect(problemsOf(NAMED)).toEqual([]);
  });

  test("check: mistakes, with what was meant where that can be known", () => {
    const use = { use: "account" } as const;
    expect(problemsOf([{ path: "iso20022:**/SplmtryData/Envlpe/Ext/AcctId", ...use }])).toEqual([[1205, `${BELOW}/Ext/AcctId`]]);
    expect(problemsOf([...NAMED, { path: "iso20022:**/SplmtryDta/Envlp/Ext/AcctId", ...use }])).toEqual([[1205, `${BELOW}/Ext/AcctId`]]);
    expect(problemsOf([...NAMED, { path: `iso20022:**/Envlp/Ext/Pti/*`, ...use }])).toEqual([[1205, "iso20022:**/Envlp/Ext/Pty/*"]]);
    // Wildcards open nothing.
    expect(problemsOf([{ path: `${BELOW}/Ext/*`, ...use }])).toEqual([[1205, undefined]]);
    expect(problemsOf([{ path: `${BELOW}/Ext/**/Nm`, ...use }])).toEqual([[1205, undefined]]);
    // An element holds text or elements.
    expect(problemsOf([...NAMED, { path: `${BELOW}/Ext/Pty`, ...use }])).toEqual([[1205, `${BELOW}/Ext/Pty/**`]]);
    // The schema wants one element, and says what type other fields have.
    expect(problemsOf([{ path: `${BELOW}/Ext`, technique: "drop" }]).map(([issue]) => issue)).toEqual([1212]);
    expect(problemsOf([{ path: "iso20022:**/DbtrAcct/Id/IBAN", ...use, as: "text" }]).map(([issue]) => issue)).toEqual([1210]);
    // A signature stays closed.
    expect(problemsOf([{ path: "head.001:**/Sgntr/Signature", technique: "keep" }]).map(([issue]) => issue)).toEqual([1205]);
  });

  test("coverage: each named place has its outcome, and the envelope is no leaf of its own", () => {
    const opened = loadedModel();
    const [iso] = cataloguesOf(opened);
    if (iso === undefined) throw new Error("no catalogue");
    const leaves = coverageOf(opened, iso, "pacs.008.001.08").leaves.filter(({ path }) => path.includes("CdtTrfTxInf/SplmtryData/Envlp"));
    expect(leaves.map(({ path, kind, outcome }) => [path.split("/Envlp/").slice(1).join("/Envlp/"), kind, outcome])).toEqual([
      ["Ext/AcctId", "text", "masked"],
      ["Ext/AcctId/@scheme", "attribute", "redacted"],
      ["Ext/Pty/Nm", "text", "masked"],
      ["Ext/Pty/Envlp/Nm", "text", "masked"],
      ["Ext/Pty/Cvv", "text", "removed"],
      ["Ext/Kind", "text", "kept"],
      ["Ext/Day", "text", "redacted"],
      ["Ext/Junk", "text", "removed"],
    ]);
  });

  test("explain: the rule that names it wins over those of classes", () => {
    const opened = loadedModel();
    const [iso] = cataloguesOf(opened);
    const field = [...(iso?.fieldsOf("pacs.008.001.08") ?? [])].find(({ path }) => path.endsWith("Envlp/Ext/AcctId"));
    if (field === undefined) throw new Error("no field");
    const { operation, rules } = new Explainer(opened).field("iso20022", "pacs.008.001.08", field);
    expect([operation?.namespace, rules.filter(({ wins }) => wins).map(({ rule }) => rule.label)]).toEqual([
      "account",
      ["opened rules[0]"],
    ]);
  });

  test("a policy that was not asked about it refuses", () => {
    const opened = loadedModel();
    const [iso] = cataloguesOf(opened);
    const policed = underPolicy(opened, { view: "v", revision: "1", reads: ["path"], answers: {}, guards: {} } as unknown as Parameters<
      typeof underPolicy
    >[1]);
    const field = [...(iso?.fieldsOf("pacs.008.001.08") ?? [])].find(({ path }) => path.endsWith("Envlp/Ext/AcctId"));
    if (field === undefined) throw new Error("no field");
    expect(new Explainer(policed).field("iso20022", "pacs.008.001.08", field).outcome).toBe("denied");
  });
});
