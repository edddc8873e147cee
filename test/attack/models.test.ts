/** Attacks on models: what presets keep, and rules that look right and protect nothing. */
import { describe, expect, test } from "bun:test";
import { DATA_CLASSES } from "../../runtime/formats/api.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { compileModel } from "../../runtime/model/compile.ts";
import type { ModelDocument, RuleDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import { distinctFields } from "../catalogues.ts";
import { attack, codesOf, DEBTOR, HEAD, mt103, pacs008 } from "./support.ts";

/** Characters of a text that is kept as it stands, at most: no name, number or address has fewer. */
const RAW_MAX = 4;
/** Shapes that leave no room for words. */
const CLOSED: ReadonlySet<string> = new Set([
  ...["enum", "boolean", "date", "date-time", "time", "year", "decimal", "currency", "country"],
  ...["swift-amount", "swift-date", "swift-date-time"],
]);

describe("what a preset keeps has no room for what it hides", () => {
  for (const preset of PRESETS) {
    test(preset, () => {
      const { model } = loadModel(presetSource(preset));
      if (model === undefined) throw new Error("a preset that does not load");
      const compiled = compileModel(model);
      const open = new Set<string>();
      let kept = 0;
      for (const { format, message, field } of distinctFields()) {
        const operation = compiled.operations[compiled.operationFor(format, message, field)];
        if (operation?.technique !== "keep") continue;
        kept++;
        const { shape, max } = operation.fit;
        const isShort = max > 0 && max <= (shape === "digits" ? 15 : shape === "upper-alphanumeric" ? 6 : RAW_MAX);
        const isCode = (operation.codeMax ?? 0) > 0 && operation.otherwise === "redact";
        if (!CLOSED.has(shape) && !isShort && !isCode) open.add(`${field.dataClass} ${shape} ${field.type} ${field.path}`);
        expect([field.path, operation.detect, operation.strict]).toEqual([field.path, true, true]);
      }
      expect(kept).toBeGreaterThan(100);
      expect([...open]).toEqual([]);
    });
  }

  const HIDDEN: Readonly<Record<string, string>> = {
    "a header": `<AppHdr xmlns="${HEAD}"><CharSet>Ottilie Brandhorst</CharSet><BizSvc>OTTILIE.BRANDHORST</BizSvc><MktPrctc><Regy>Ottilie Brandhorst</Regy><Id>BRANDHORST/OTTILIE</Id></MktPrctc><Prty>Ottilie Brandhorst</Prty></AppHdr>`,
    "proprietary codes": pacs008(
      "<PmtTpInf><SvcLvl><Prtry>Ottilie Brandhorst</Prtry></SvcLvl><LclInstrm><Cd>OTTILIE BRANDHORST</Cd></LclInstrm><CtgyPurp><Prtry>Gehalt Brandhorst</Prtry></CtgyPurp></PmtTpInf><Purp><Prtry>Brandhorst, Ottilie</Prtry></Purp>",
    ),
    "a wrapper's text": `<Box><Service>Ottilie Brandhorst</Service><Format>Brandhorst</Format><DataPDU><Header><Revision>Brandhorst</Revision></Header>${pacs008(DEBTOR)}</DataPDU></Box>`,
  };
  for (const [name, input] of Object.entries(HIDDEN)) {
    test(`${name}, under test-data, one-way and tokens`, async () => {
      for (const preset of ["test-data", "one-way", "tokens"]) {
        const result = await attack(input, { preset, input: "lenient" });
        expect([preset, codesOf(result), /Ottilie|Brandhorst/i.test(result.text)]).toEqual([preset, [], false]);
      }
    });
  }

  test("and codes are kept, as long as they look like codes", async () => {
    const { text } = await attack(
      pacs008(
        "<PmtTpInf><SvcLvl><Prtry>URGP</Prtry></SvcLvl><LclInstrm><Cd>INST</Cd></LclInstrm><CtgyPurp><Cd>SALA</Cd></CtgyPurp></PmtTpInf>",
      ),
    );
    expect(text.match(/URGP|INST|SALA/g)).toEqual(["URGP", "INST", "SALA"]);
  });
});

describe("rules that look right", () => {
  const issues = (...rules: readonly RuleDocument[]): readonly number[] => {
    const document: ModelDocument = { bauta: 1, name: "attack", extends: "test-data", rules };
    const { model, problems } = loadModel({ name: "attack", document });
    return [...problems, ...(model === undefined ? [] : checkModel(model, CATALOGUES).problems)].map(({ issue }) => issue);
  };
  const CASES: readonly (readonly [what: string, issue: number, rule: RuleDocument])[] = [
    ["a name in another case", 1205, { path: "pacs.008:**/dbtr/nm", technique: "redact" }],
    ["a path that is not anchored", 1205, { path: "pacs.008:Dbtr/Nm", technique: "redact" }],
    ["a path from the root element", 1205, { path: "pacs.008:Document/FIToFICstmrCdtTrf/**/Nm", technique: "redact" }],
    ["a path that ends at a group", 1205, { path: "pacs.008:**/Dbtr", technique: "redact" }],
    ["a tag with its colons", 1210, { path: "mt103::50K:/name", technique: "redact" }],
    ["a tag without its option", 1205, { path: "mt103:52/name", technique: "redact" }],
    ["a message that there is not", 1205, { path: "pacs.800:**/Nm", technique: "redact" }],
    ["a class that no such shape has", 1218, { class: "person", shape: "iban", technique: "redact" }],
    ["a format that others outrank everywhere", 1209, { format: "swift-mt", technique: "redact" }],
    ["a type that there is not", 1217, { type: "Max140text", technique: "redact" }],
    ["a JSON path without its format", 1210, { path: "$.name", technique: "redact" }],
    ["a JSON path with an index", 1210, { path: "json:$.names[0]", technique: "redact" }],
    ["a JSON class", 1210, { path: "json:$.name", class: "person", technique: "redact" }],
    ["a star inside a JSON name", 1210, { path: "json:$.na*", technique: "redact" }],
  ];
  for (const [what, issue, rule] of CASES) {
    test(`${what}: ${issue}`, () => {
      expect(issues(rule)).toEqual([issue]);
    });
  }

  test("one of several paths that matches nothing is told, too", () => {
    expect(issues({ path: ["pacs.008:**/Dbtr/Nm", "pacs.008:**/Dbtr/Name"], technique: "redact" })).toEqual([1205]);
  });

  test("a JSON rule that a wider one takes everything from is told", () => {
    expect(issues({ path: "json:$.a.b", technique: "keep" }, { path: "json:$.a.b", technique: "redact" })).toContain(1208);
  });

  test("every class of data that there is has its rule in every preset", () => {
    for (const preset of PRESETS) {
      const { model } = loadModel(presetSource(preset));
      if (model === undefined) throw new Error("a preset that does not load");
      const classes = new Set(model.rules.flatMap(({ classes: named }) => [...(named ?? [])]));
      expect([preset, DATA_CLASSES.filter((one) => !classes.has(one))]).toEqual([preset, []]);
    }
  });
});

test("dangers of an extended model are not inherited", async () => {
  const base: ModelDocument = {
    bauta: 1,
    name: "base",
    mode: "deterministic",
    default: { "danger-keep-uncovered": true, because: "the base says so for itself and for nobody else" },
    rules: [{ path: "json:$.a", technique: "redact" }],
  };
  const own: ModelDocument = { bauta: 1, name: "own", extends: "./base.yaml" };
  const { model } = loadModel({ name: "own", document: own }, { base: () => ({ name: "base", document: base }) });
  expect([model?.keepUncovered, model?.rules.length]).toEqual([undefined, 1]);
});

test("codes of SWIFT MT that hold words are redacted, or refused", async () => {
  const result = await attack(
    mt103(":72:/OTTILIE/BRANDHORST\r\n", "{3:{113:OTTI}{115:OTTILIE BRANDHORST}}")
      .replace(":71A:SHA\r\n", "")
      .replace(":72:", ":71A:SHA\r\n:72:"),
  );
  expect(codesOf(result)).toEqual([]);
  expect(result.text).not.toMatch(/OTTILIE|BRANDHORST/);
});
