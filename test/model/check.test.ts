/** The check against catalogues: rules that match nothing, that never come to their turn, that do not fit; each with a way out. */
import { describe, expect, test } from "bun:test";
import { checkModel, checkNames } from "../../runtime/model/check.ts";
import { lenientOnly } from "../../runtime/model/lenient-only.ts";
import { loadModel } from "../../runtime/model/load.ts";
import type { Problem } from "../../runtime/model/problem.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import { catalogue, field, HEAD, modelOf } from "./tools.ts";

const SMALL = [
  catalogue("iso20022", {
    "pacs.008.001.08": [
      field("GrpHdr/MsgId", "Max35Text", "reference", "text"),
      field("CdtTrfTxInf/Dbtr/Nm", "Max140Text", "person", "text", 1, 140),
      field("CdtTrfTxInf/DbtrAcct/Id/IBAN", "IBAN2007Identifier", "account", "iban", 5, 34),
      field("CdtTrfTxInf/InstdAmt", "Amount", "amount", "decimal", 0, 18),
    ],
  }),
  catalogue("swift-mt", {
    MT103: [field("50K/name", "35x", "person", "swift-x", 1, 35), field("20/reference", "16x", "reference", "reference-16x", 1, 16)],
  }),
];

function check(rules: string, namespaces = "", catalogues = SMALL): readonly (readonly [number, string, string | undefined])[] {
  const model = modelOf(`${HEAD}namespaces:\n  party: {technique: token, kind: party-name}\n${namespaces}rules:\n${rules}`);
  return checkModel(model, catalogues).problems.map(({ issue, path, suggestion }) => [issue, path, suggestion]);
}

describe("a rule that can match nothing", () => {
  test("names an unknown path", () => {
    expect(check("  - {path: 'pacs.008:**/Dbtrr/Nm', use: party}\n")).toEqual([[1205, "rules[0]", "pacs.008:**/Dbtr/Nm"]]);
    expect(check("  - {path: 'pacs.008:CdtTrfTxInf/Debtor/Nm', use: party}\n")).toEqual([
      [1205, "rules[0]", "pacs.008:CdtTrfTxInf/Dbtr/Nm"],
    ]);
    expect(check("  - {path: 'mt103:50K/nam', use: party}\n")).toEqual([[1205, "rules[0]", "mt103:50K/name"]]);
    expect(check("  - {path: '**/Zzzzzz', use: party}\n")).toEqual([[1205, "rules[0]", undefined]]);
  });

  test("names a path in the wrong place", () => {
    expect(check("  - {path: 'pacs.008:GrpHdr/Dbtr/Nm', use: party}\n")).toEqual([[1205, "rules[0]", "pacs.008:CdtTrfTxInf/Dbtr/Nm"]]);
  });

  test("ends at a group", () => {
    expect(check("  - {path: 'pacs.008:**/Dbtr', use: party}\n")).toEqual([[1205, "rules[0]", "pacs.008:**/Dbtr/**"]]);
  });

  test("names a message that is not there", () => {
    expect(check("  - {path: 'pacs.080:**/Nm', use: party}\n")).toEqual([[1205, "rules[0]", "pacs.008"]]);
    expect(check("  - {path: 'pacs.008.001.09:**/Nm', use: party}\n")).toEqual([[1205, "rules[0]", "pacs.008.001.08"]]);
    expect(check("  - {path: 'mt130:**/name', use: party}\n")).toEqual([[1205, "rules[0]", "mt103"]]);
  });

  test("names an unknown type", () => {
    expect(check("  - {type: IBAN2007Identifer, technique: redact}\n")).toEqual([[1217, "rules[0]", "IBAN2007Identifier"]]);
    expect(check("  - {type: 'Foo*', technique: redact}\n")).toEqual([[1217, "rules[0]", undefined]]);
  });

  test("has criteria that no field meets together", () => {
    expect(check("  - {class: person, type: IBAN2007Identifier, technique: redact}\n")).toEqual([[1218, "rules[0]", undefined]]);
    expect(check("  - {class: country, technique: redact}\n")).toEqual([[1218, "rules[0]", undefined]]);
  });

  test("is no mistake of a preset, which speaks of messages to come", () => {
    const model = modelOf("bauta: 1\nname: m\nextends: strict\n");
    expect(checkModel(model, SMALL).problems).toEqual([]);
  });

  test("of JSON or an envelope cannot be told", () => {
    expect(check("  - {path: 'json:$.a', use: party}\n  - {path: 'envelope:**/Foo', technique: redact}\n")).toEqual([]);
  });
});

describe("a rule that never comes to its turn", () => {
  test("is reported, with the one that takes its fields", () => {
    const rules = "  - {class: person, technique: redact}\n  - {path: '**/Nm', use: party}\n  - {path: '**/name', use: party}\n";
    const model = modelOf(`${HEAD}namespaces: {party: {technique: token, kind: party-name}}\nrules:\n${rules}`);
    const { problems } = checkModel(model, SMALL);
    expect(problems.map(({ issue, path, message }) => [issue, path, message])).toEqual([
      [1209, "rules[0]", "more specific rules take every field that this names, such as m.yaml rules[1] on line 7"],
    ]);
  });

  test("is reported if it says what another says", () => {
    expect(check("  - {class: person, technique: redact}\n  - {class: person, technique: redact}\n")).toEqual([
      [1209, "rules[1]", undefined],
    ]);
  });

  test("is reported under rules of the base that are more specific", () => {
    const base = { name: "base.yaml", text: `${HEAD}rules: [{path: '**/Nm', technique: redact}, {path: '**/name', technique: redact}]\n` };
    const model = modelOf("bauta: 1\nname: m\nextends: ./b.yaml\nrules: [{class: person, technique: mask}]\n", { base: () => base });
    expect(checkModel(model, SMALL).problems.map(({ issue, source, path }) => [issue, source, path])).toEqual([
      [1209, "m.yaml", "rules[0]"],
    ]);
  });

  test("is no mistake of a base that is extended", () => {
    const base = { name: "base.yaml", text: `${HEAD}rules: [{class: person, technique: redact}]\n` };
    const model = modelOf("bauta: 1\nname: m\nextends: ./b.yaml\nrules: [{class: person, technique: mask}]\n", { base: () => base });
    expect(checkModel(model, SMALL).problems).toEqual([]);
  });
});

describe("an operation that does not fit", () => {
  const fit = (rules: string, namespaces: string): readonly Problem[] =>
    checkModel(modelOf(`${HEAD}namespaces:\n${namespaces}rules:\n${rules}`), SMALL).problems;

  test("is reported once for its rule, with an example and a count", () => {
    const problems = fit("  - {class: [amount, account], use: party}\n", "  party: {technique: token, kind: party-name}\n");
    expect(problems.map(({ issue, message }) => [issue, message])).toEqual([
      [1212, "a token is not of shape decimal: pacs.008.001.08 CdtTrfTxInf/InstdAmt, type Amount"],
    ]);
    const both = fit("  - {class: reference, use: r}\n", "  r: {technique: token, kind: reference, width: 40}\n");
    expect(both.map(({ message }) => message)).toEqual([
      "40 characters do not fit the type: pacs.008.001.08 GrpHdr/MsgId, type Max35Text, and 1 more kinds of fields",
    ]);
  });

  test("is redacted if the rule says so", () => {
    expect(fit("  - {class: [amount, account], use: party, unfit: redact}\n", "  party: {technique: token, kind: party-name}\n")).toEqual(
      [],
    );
  });
});

describe("a model that does not load", () => {
  test("has its names checked all the same", () => {
    const text = `${HEAD}namespaces:
  party: {technique: tokn, kind: party-name}
rules:
  - {path: 'pacs.008:**/Dbtrr/Nm', use: party}
  - {path: 'mt103:50K/nam', use: nobody}
  - {type: Max140Txt, technique: redct}
  - {class: persn, type: Max140Text, technique: redact}
  - {class: person, technique: redact}
  - {class: person, technique: mask}
`;
    const loaded = loadModel({ name: "m.yaml", text });
    expect(loaded.problems.map(({ issue, path, suggestion }) => [issue, path, suggestion])).toEqual([
      [1203, "namespaces.party.technique", "token"],
      [1203, "rules[2].technique", "redact"],
      [1210, "rules[3].class", "person"],
      // A namespace that is declared, if wrongly, is not unknown as well.
      [1207, "rules[1].use", undefined],
    ]);
    const draft = loaded.model === undefined ? loaded.draft : undefined;
    expect(draft === undefined ? [] : checkNames(draft, SMALL).map(({ issue, path, suggestion }) => [issue, path, suggestion])).toEqual([
      [1205, "rules[0]", "pacs.008:**/Dbtr/Nm"],
      [1205, "rules[1]", "mt103:50K/name"],
      [1217, "rules[2]", "Max140Text"],
    ]);
  });

  test("has none that could be checked if it could not be read", () => {
    const loaded = loadModel({ name: "m.yaml", text: "a: [" });
    expect(loaded.model === undefined && loaded.draft === undefined).toBe(true);
  });
});

describe("the catalogues", () => {
  test("are wide enough to make suggestions in them", () => {
    const model = modelOf(`${HEAD}rules:
  - {path: "pacs.008:FIToFICstmrCdtTrf/GrpHdr/MsgID", technique: redact}
  - {path: "pacs.008:FIToFICstmrCdtTrf/CdtTrfTxInf/Debtor/Nm", technique: redact}
  - {path: "pacs.008.001.80:**", technique: redact}
  - {path: "mt103:50k/name", technique: redact}
  - {path: "mt103:32A/ammount", technique: redact}
  - {type: BICFIDec2014Identifer, technique: redact}
`);
    expect(checkModel(model, CATALOGUES).problems.map(({ issue, suggestion }) => [issue, suggestion])).toEqual([
      [1205, "pacs.008:FIToFICstmrCdtTrf/GrpHdr/MsgId"],
      [1205, "pacs.008:FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm"],
      [1205, "pacs.008.001.08"],
      [1205, "mt103:50K/name"],
      [1205, "mt103:32A/amount"],
      [1217, "BICFIDec2014Identifier"],
    ]);
  });

  test("show which fields no rule names", () => {
    const model = modelOf(`${HEAD}rules: [{class: person, technique: redact}]\n`);
    const { uncovered, fieldCount } = checkModel(model, SMALL);
    expect(fieldCount).toBe(6);
    expect([...uncovered].map(([message, fields]) => [message, fields.map(({ path }) => path)])).toEqual([
      ["pacs.008.001.08", ["GrpHdr/MsgId", "CdtTrfTxInf/DbtrAcct/Id/IBAN", "CdtTrfTxInf/InstdAmt"]],
      ["MT103", ["20/reference"]],
    ]);
  });
});

describe("rules for what the standard does not have in a message", () => {
  const notesOf = (...paths: readonly string[]) => {
    const { model } = loadModel({
      name: "notes",
      document: { bauta: 1, name: "notes", extends: "test-data", rules: paths.map((path) => ({ path, technique: "redact" as const })) },
    });
    return model === undefined ? undefined : lenientOnly(model, CATALOGUES).map(({ path, suggestion }) => [path, suggestion]);
  };

  test("are told, with the option that may have been meant", () => {
    expect(notesOf("mt103:50/name")).toEqual([["rules[0]", "mt103:50K/name"]]);
    expect(notesOf("mt101:sequenceB/50K/name", "mt940:61/details")).toEqual([["rules[0]", "mt101:sequenceB/50H/name"]]);
  });

  test("are those alone that a strict reading never meets", () => {
    expect(notesOf("mt103:50K/name", "swift-mt:50*/name", "swift-mt:**/50/name", "mt103:**/unparsed", "pacs.008:**/Dbtr/Nm")).toEqual([]);
  });
});
