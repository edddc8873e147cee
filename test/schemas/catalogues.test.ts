/**
 * schemas/catalogues/iso20022: complete (every leaf has a class and a shape whose constants the type admits), fresh (the generator
 * writes the same from the XSDs), general (it takes every XSD of ../shared), and true (the samples walk through it).
 */
import { describe, expect, test } from "bun:test";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DATA_CLASSES, type DataClass, type Fit, SHAPES } from "../../runtime/formats/api.ts";
import { type Catalogue, catalogueOf, messageNames } from "../../runtime/formats/iso20022/catalogue.ts";
import { matches } from "../../runtime/formats/iso20022/xsd/constant.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { elementsOf } from "./xml.ts";

interface Leaf {
  readonly path: string;
  readonly kind: "text" | "attribute" | "any";
  readonly dataClass: string | undefined;
}

const catalogues: readonly Catalogue[] = messageNames().map((name) => catalogueOf(name) as Catalogue);
const byNamespace = new Map(catalogues.map((catalogue) => [catalogue.namespace, catalogue]));
const named = (message: string): Catalogue => catalogueOf(message) as Catalogue;
/** Types that no shape describes, and the constants that redaction writes there. */
const UNKNOWN_SHAPES = {
  EntryTypeIdentifier: "B00",
  IBEIIdentifier: "XX00000000",
  ISINOct2015Identifier: "XX0000000000",
  ISO2ALanguageCode: "aa",
  ISOYearMonth: "1900-01",
  Max15PlusSignedNumericText: "0",
  PositiveNumber: "1",
};
/** Versions of each message that there are XSDs of. */
const VERSIONS: Readonly<Record<string, number>> = {
  "admi.002": 1,
  "admi.004": 1,
  "admi.006": 1,
  "admi.007": 1,
  "admi.009": 1,
  "admi.010": 1,
  "admi.011": 1,
  "admi.017": 1,
  "camt.025": 1,
  "camt.026": 9,
  "camt.028": 11,
  "camt.029": 12,
  "camt.050": 1,
  "camt.052": 12,
  "camt.053": 12,
  "camt.054": 12,
  "camt.055": 12,
  "camt.056": 11,
  "camt.060": 5,
  "camt.110": 1,
  "camt.111": 1,
  "head.001": 4,
  "pacs.002": 14,
  "pacs.003": 10,
  "pacs.004": 12,
  "pacs.007": 12,
  "pacs.008": 13,
  "pacs.009": 12,
  "pacs.010": 3,
  "pacs.028": 6,
  "pacs.029": 2,
  "pain.001": 12,
  "pain.002": 14,
  "pain.007": 10,
  "pain.008": 9,
  "pain.013": 11,
  "pain.014": 11,
};

/** Every leaf of a message, the graph expanded to a tree. */
function leavesOf(catalogue: Catalogue): Leaf[] {
  const leaves: Leaf[] = [];
  const visit = (typeName: string, path: string): void => {
    const type = catalogue.complex[typeName];
    for (const [name, , , dataClass] of type?.attributes ?? []) leaves.push({ path: `${path}/@${name}`, kind: "attribute", dataClass });
    if (type?.any) leaves.push({ path, kind: "any", dataClass: undefined });
    for (const [name, childType, , , dataClass] of type?.children ?? []) {
      const childPath = `${path}/${name}`;
      if (textTypeOf(catalogue, childType) !== undefined) leaves.push({ path: childPath, kind: "text", dataClass });
      visit(childType, childPath);
    }
  };
  visit(catalogue.rootType, "");
  return leaves;
}

const textTypeOf = (catalogue: Catalogue, typeName: string): string | undefined =>
  typeName in catalogue.simple ? typeName : catalogue.complex[typeName]?.text;

const count = (leaves: readonly Leaf[], kind: Leaf["kind"]): number => leaves.filter((leaf) => leaf.kind === kind).length;

describe("catalogues", () => {
  test("every message and version with an XSD, each under its namespace", () => {
    const versions: Record<string, number> = {};
    for (const { message, namespace, root } of catalogues) {
      const family = message.slice(0, 8);
      versions[family] = (versions[family] ?? 0) + 1;
      const tech = ["pain.001.001.01", "pain.002.001.01"].includes(message) ? "" : "tech:";
      expect(namespace).toBe(`urn:iso:std:iso:20022:${tech}xsd:${message}`);
      expect(root).toBe(message.startsWith("head") ? "AppHdr" : "Document");
    }
    expect(versions).toEqual(VERSIONS);
    expect(catalogues).toHaveLength(263);
  });

  test("all of them together take less than a megabyte of the package", () => {
    const folder = `${projectRoot}schemas/catalogues/iso20022/`;
    const bytes = readdirSync(folder).map((name) => statSync(folder + name).size);
    expect(bytes.reduce((a, b) => a + b, 0)).toBeLessThan(1 << 20);
  });

  test("lines are sorted by their names, as the search needs them", () => {
    for (const file of ["types", "messages"]) {
      const lines = readFileSync(`${projectRoot}schemas/catalogues/iso20022/${file}.ndjson`, "utf8").trimEnd().split("\n");
      const names = lines.map((line) => /^\{"name":"([\x21\x23-\x7e]+)"/.exec(line)?.[1] ?? "");
      expect(names).toEqual([...new Set(names)].sort((a, b) => (a < b ? -1 : 1)));
    }
  });

  test("pacs.008.001.08 has 1,626 elements with text, 28 attributes (currencies) and 2 places for any content", () => {
    const leaves = leavesOf(named("pacs.008.001.08"));
    expect([count(leaves, "text"), count(leaves, "attribute"), count(leaves, "any")]).toEqual([1626, 28, 2]);
    expect(new Set(leaves.map(({ path }) => path)).size).toBe(leaves.length);
  });

  test("every type that is named is there, and every one that is there is used", () => {
    for (const { message, rootType, simple, complex } of catalogues) {
      const named = new Set([rootType]);
      for (const { text, attributes = [], children = [] } of Object.values(complex)) {
        if (text !== undefined) named.add(text);
        for (const [, type] of [...attributes, ...children]) named.add(type);
      }
      expect([message, [...named].sort()]).toEqual([message, [...Object.keys(simple), ...Object.keys(complex)].sort()]);
    }
  });

  test("every leaf has a class, and no other edge has", () => {
    const known = new Set<string | undefined>(DATA_CLASSES);
    for (const catalogue of catalogues) {
      expect(leavesOf(catalogue).filter(({ kind, dataClass }) => kind !== "any" && !known.has(dataClass))).toEqual([]);
      const inner = Object.values(catalogue.complex).flatMap(({ children = [] }) =>
        children.filter(([, type, , , dataClass]) => dataClass !== undefined && textTypeOf(catalogue, type) === undefined),
      );
      expect(inner).toEqual([]);
    }
  });

  test("the table of classes names those of runtime/formats/api.ts", () => {
    const table = JSON.parse(readFileSync(`${projectRoot}schemas/iso20022/classes.json`, "utf8")) as { classes: string[] };
    expect(table.classes).toEqual([...DATA_CLASSES]);
  });

  test("what must not be mistaken is not: names, agents, accounts, references, birth, remittance", () => {
    const leaves = new Map(leavesOf(named("pacs.008.001.13")).map((leaf) => [leaf.path, leaf.dataClass]));
    const transaction = "/FIToFICstmrCdtTrf/CdtTrfTxInf/";
    const expected: Record<string, DataClass> = {
      "Dbtr/Nm": "person",
      "Dbtr/PstlAdr/TwnNm": "contact",
      "Dbtr/PstlAdr/Ctry": "country",
      "Dbtr/Id/PrvtId/DtAndPlcOfBirth/BirthDt": "person",
      "Dbtr/Id/PrvtId/DtAndPlcOfBirth/CtryOfBirth": "person",
      "Dbtr/Id/PrvtId/Othr/Id": "identifier",
      "Dbtr/Id/PrvtId/Othr/SchmeNm/Prtry": "code",
      "Dbtr/Id/PrvtId/Othr/Issr": "identifier",
      "Dbtr/Id/OrgId/LEI": "identifier",
      "Dbtr/Id/OrgId/AnyBIC": "identifier",
      "Dbtr/CtctDtls/EmailAdr": "contact",
      "DbtrAcct/Id/IBAN": "account",
      "DbtrAcct/Id/Othr/Id": "account",
      "DbtrAcct/Prxy/Id": "account",
      "DbtrAcct/Nm": "person",
      "DbtrAcct/Ccy": "currency",
      "DbtrAgt/FinInstnId/BICFI": "agent",
      "DbtrAgt/FinInstnId/LEI": "agent",
      "DbtrAgt/FinInstnId/Nm": "agent",
      "DbtrAgt/FinInstnId/ClrSysMmbId/MmbId": "agent",
      "DbtrAgt/FinInstnId/Othr/Id": "agent",
      "PmtId/EndToEndId": "reference",
      "PmtId/UETR": "reference",
      "PmtTpInf/LclInstrm/Prtry": "code",
      "PmtTpInf/SvcLvl/Cd": "code",
      IntrBkSttlmAmt: "amount",
      "IntrBkSttlmAmt/@Ccy": "currency",
      IntrBkSttlmDt: "date",
      XchgRate: "rate",
      "InstrForCdtrAgt/InstrInf": "free-text",
      "RmtInf/Ustrd": "free-text",
      "RmtInf/Strd/AddtlRmtInf": "free-text",
      "RmtInf/Strd/RfrdDocInf/Nb": "reference",
      "RmtInf/Strd/CdtrRefInf/Ref": "reference",
    };
    expect(Object.fromEntries(Object.keys(expected).map((path) => [path, leaves.get(transaction + path)]))).toEqual(expected);
    expect(leaves.get("/FIToFICstmrCdtTrf/GrpHdr/MsgId")).toBe("reference");
    expect(leaves.get("/FIToFICstmrCdtTrf/GrpHdr/NbOfTxs")).toBe("number");
    const header = new Map(leavesOf(named("head.001.001.02")).map((leaf) => [leaf.path, leaf.dataClass]));
    expect(["/BizMsgIdr", "/MsgDefIdr", "/Fr/FIId/FinInstnId/BICFI"].map((path) => header.get(path))).toEqual([
      "reference",
      "technical",
      "agent",
    ]);
  });
});

describe("shapes", () => {
  /** The constants that REDACT writes (docs/internals/engine.md), before they are cut and filled to the type's lengths. */
  const CONSTANTS: Partial<Record<Fit["shape"], string>> = {
    iban: "XX00REDACTED",
    bic: "ZZZZZZ22",
    lei: "00000000000000000000",
    uuid4: "00000000-0000-4000-8000-000000000000",
    country: "XX",
    currency: "XXX",
    "date-time": "1900-01-01T00:00:00Z",
    phone: "+999-000000",
    alphanumeric: "REDACTED",
    "upper-alphanumeric": "REDACTED",
    digits: "",
    hex: "00",
  };

  test("every simple type has a known shape with sane bounds; those that no shape describes are listed here", () => {
    const unknown: Record<string, string | undefined> = {};
    for (const { simple } of catalogues) {
      for (const [name, { fit }] of Object.entries(simple)) {
        expect(SHAPES).toContain(fit.shape);
        expect(fit.max === 0 || fit.min <= fit.max).toBe(true);
        // A type that no shape describes names the constant that redaction writes.
        expect(fit.values === undefined).toBe(fit.shape !== "enum" && fit.shape !== "unknown");
        expect(fit.fraction === undefined).toBe(fit.shape !== "decimal");
        if (fit.shape === "unknown") unknown[name] = fit.values?.[0];
      }
    }
    expect(unknown).toEqual(UNKNOWN_SHAPES);
    expect(new Set(catalogues.flatMap(({ simple }) => Object.values(simple)).map(({ fit }) => fit.shape)).size).toBeGreaterThan(15);
  });

  test("the constant of a shape, cut and filled to the lengths, matches the type's own pattern", () => {
    let compared = 0;
    for (const { message, simple } of catalogues) {
      for (const [name, { fit, pattern }] of Object.entries(simple)) {
        if (pattern === undefined) continue;
        if (fit.shape === "unknown") {
          expect([name, matches(pattern, fit.values?.[0] ?? "")]).toEqual([name, true]);
          continue;
        }
        const filler = fit.shape === "digits" || fit.shape === "hex" ? "0" : "X";
        const body = CONSTANTS[fit.shape];
        expect([message, name, body === undefined]).toEqual([message, name, false]);
        const whole = `${fit.prefix ?? ""}${body}`.padEnd(fit.min, filler);
        const constant = fit.max === 0 ? whole : whole.slice(0, fit.max);
        expect([name, constant, new RegExp(`^(?:${pattern})$`).test(constant)]).toEqual([name, constant, true]);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(150);
  });
});

const withShared = test.skipIf(!sharedExists);
const note = sharedExists ? "" : ` (${SHARED_SKIP_REASON})`;

const generate = (...options: string[]): { readonly status: number | null; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["schemas/iso20022/generate.ts", ...options], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  return { status, output: stdout + stderr };
};

describe("generator", () => {
  withShared(
    `writes the committed catalogues and table of leaves from ../shared/samples/xsd${note}`,
    () => {
      const run = generate("--check");
      expect(run, run.output).toMatchObject({ status: 0 });
      expect(run.output).toContain("263 catalogues compared");
    },
    60_000,
  );

  withShared(
    `refuses a leaf that no rule classes, and two XSDs of one message${note}`,
    () => {
      const folder = mkdtempSync(join(tmpdir(), "bauta-catalogues-"));
      try {
        const xsd = readFileSync(join(sharedRoot, "samples/xsd", xsdOf("pacs.008.001.08")), "utf8");
        writeFileSync(join(folder, "a.xsd"), xsd.replace('name="MsgId"', 'name="Zodiac"'));
        expect(generate("--check", folder)).toMatchObject({ status: 1, output: expect.stringContaining("GroupHeader93 Zodiac Max35Text") });
        writeFileSync(join(folder, "a.xsd"), xsd);
        writeFileSync(join(folder, "b.xsd"), xsd);
        expect(generate("--check", folder)).toMatchObject({
          status: 1,
          output: expect.stringContaining("two XSDs define pacs.008.001.08"),
        });
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
    60_000,
  );
});

const xsdOf = (message: string): string =>
  readdirSync(join(sharedRoot, "samples/xsd")).find((name) => name.endsWith(`__${message}.xsd`)) ?? "none";

/** Headers of samples that their own XSD refuses: head.001.001.01 wants the time of creation with a Z. */
const STRANGE_SAMPLES = ["SplmtryData_no_prefix.xml", "SplmtryData_removed.xml", "SplmtryData_with_namespace.xml", ""].map(
  (ending) =>
    `samples/pacs-other/prowide-iso20022__issues__11__samplemsg.002.001.08${ending === "" ? ".txt" : `-${ending}`}: AppHdr/CreDt does not match ISONormalisedDateTime`,
);

describe("samples", () => {
  withShared(`every pacs.008 and every business header walks its catalogue, and its values keep to the types${note}`, () => {
    const strange: string[] = [];
    const walked = new Map<string, number>();
    for (const path of sampleFiles()) {
      // What other samples hold is judged by their XSDs in test/suites/samples.test.ts: few of them keep to them.
      const judged = (problem: string): boolean => /^(?:AppHdr|Document\/FIToFICstmrCdtTrf)\b/.test(problem);
      const report = (problem: string): void => void (judged(problem) && strange.push(`${path.slice(sharedRoot.length)}: ${problem}`));
      for (const message of walk(readFileSync(path, "utf8"), report)) walked.set(message, (walked.get(message) ?? 0) + 1);
    }
    expect(strange).toEqual(STRANGE_SAMPLES);
    expect([walked.get("pacs.008.001.08"), walked.get("pacs.008.001.07")]).toEqual([27, 1]);
    expect([walked.get("head.001.001.01"), walked.get("head.001.001.02")]).toEqual([15, 1]);
  });

  test("the walk finds what is wrong", () => {
    const problems: string[] = [];
    const text = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08"><FIToFICstmrCdtTrf><GrpHdr><MsgId>${"M".repeat(36)}</MsgId><Nme/></GrpHdr><CdtTrfTxInf><IntrBkSttlmAmt Cur="EUR">1</IntrBkSttlmAmt><ChrgBr>ALL</ChrgBr></CdtTrfTxInf></FIToFICstmrCdtTrf></Document>`;
    expect(walk(text, (problem) => problems.push(problem))).toEqual(["pacs.008.001.08"]);
    expect(problems).toEqual([
      "Document/FIToFICstmrCdtTrf/GrpHdr/MsgId is longer than Max35Text",
      "Document/FIToFICstmrCdtTrf/GrpHdr/Nme is no element of GroupHeader93",
      "Document/FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt has no attribute Cur",
      "Document/FIToFICstmrCdtTrf/CdtTrfTxInf/ChrgBr is not in ChargeBearerType1Code",
    ]);
  });
});

/** Sample files that are said to be well-formed and name one of our namespaces. */
function sampleFiles(): string[] {
  const files: string[] = [];
  const visit = (path: string): void => {
    for (const name of readdirSync(path).sort()) {
      const entry = join(path, name);
      if (!statSync(entry).isDirectory()) files.push(entry);
      else if (name !== "xsd" && name !== "malformed") visit(entry);
    }
  };
  visit(join(sharedRoot, "samples"));
  return files.filter((path) => [...byNamespace.keys()].some((namespace) => readFileSync(path, "latin1").includes(namespace)));
}

/** Walks every message of the text that has a catalogue; returns their names in order of their ends. */
function walk(text: string, report: (problem: string) => void): string[] {
  const found: string[] = [];
  for (const root of elementsOf(text)) {
    const catalogue = byNamespace.get(root.namespace);
    if (catalogue === undefined || root.name !== catalogue.root || root.parent?.namespace === root.namespace) continue;
    found.push(catalogue.message);
    const visit = (element: typeof root, typeName: string, path: string): void => {
      const type = catalogue.complex[typeName];
      const textType = textTypeOf(catalogue, typeName);
      if (textType !== undefined) checkText(catalogue, textType, element.text, path, report);
      const attributes = new Set(type?.attributes?.map(([name]) => name));
      for (const name of element.attributes) if (!attributes.has(name)) report(`${path} has no attribute ${name}`);
      if (type?.any) return;
      for (const child of element.children) {
        const edge = type?.children?.find(([name]) => name === child.name && child.namespace === root.namespace);
        if (edge === undefined) report(`${path}/${child.name} is no element of ${typeName}`);
        else visit(child, edge[1], `${path}/${child.name}`);
      }
    };
    visit(root, catalogue.rootType, root.name);
  }
  return found;
}

function checkText(catalogue: Catalogue, typeName: string, text: string, path: string, report: (problem: string) => void): void {
  const { fit, pattern } = catalogue.simple[typeName] as { fit: Fit; pattern?: string };
  const isText = fit.shape === "text" || fit.shape === "code";
  if (isText && fit.max > 0 && Array.from(text).length > fit.max) report(`${path} is longer than ${typeName}`);
  if (fit.values !== undefined && !fit.values.includes(text)) report(`${path} is not in ${typeName}`);
  if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(text)) report(`${path} does not match ${typeName}`);
}
