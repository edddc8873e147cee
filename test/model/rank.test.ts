/** Which rule wins, and when none may. */
import { describe, expect, test } from "bun:test";
import type { Field } from "../../runtime/formats/api.ts";
import { UNCOVERED } from "../../runtime/formats/api.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { compileModel } from "../../runtime/model/compile.ts";
import { explainField } from "../../runtime/model/explain.ts";
import { catalogue, field, HEAD, modelOf } from "./tools.ts";

const name = field("A/Dbtr/Nm", "Max35Text", "person", "text");

/** Of two rules, the one whose mask begins to keep: `1` the first, `2` the second, `-` neither. */
function winner(first: string, second: string, of: Field = name, message = "pacs.008.001.08"): string {
  const rules = [first, second].map((criteria, i) => `  - {${criteria}, technique: mask, keep-first: ${i + 1}}\n`).join("");
  const compiled = compileModel(modelOf(`${HEAD}rules:\n${rules}`));
  const index = compiled.operationFor("iso20022", message, of);
  return index === UNCOVERED ? "-" : String(compiled.operations[index]?.keepFirst);
}

describe("specificity", () => {
  /** Each beats all that follow. */
  const LADDER: readonly string[] = [
    'path: "pacs.008.001.08:A/Dbtr/Nm", class: person',
    'path: "pacs.008.001.08:A/Dbtr/Nm"',
    'path: "pacs.008:A/Dbtr/Nm"',
    'path: "iso20022:A/Dbtr/Nm"',
    "path: A/Dbtr/Nm",
    'path: "pacs.008.001.08:**/Dbtr/Nm"',
    'path: "pacs.008:**/Dbtr/Nm"',
    'path: "iso20022:**/Dbtr/Nm"',
    "path: '**/Dbtr/Nm', type: Max35Text",
    "path: '**/Dbtr/Nm', class: person",
    "path: '**/Dbtr/Nm', shape: text",
    "path: '**/Dbtr/Nm', format: iso20022",
    "path: '**/Dbtr/Nm'",
    "path: '*/D*/Nm'",
    "path: '*/*/Nm'",
    "path: '**/Nm'",
    "path: '**/*/N*'",
    "path: '**/N*'",
    "path: '*/*/*'",
    "path: '**'",
    "type: Max35Text, class: person, shape: text",
    "type: Max35Text, class: person",
    "type: Max35Text, shape: text",
    "type: Max35Text, format: iso20022",
    "type: Max35Text",
    "type: Max*Text, class: person",
    "type: Max*Text",
    "class: person, shape: text",
    "class: person, format: iso20022",
    "class: person",
    "shape: text",
    "format: iso20022",
  ];

  test("goes down the ladder, whatever the order of the rules", () => {
    for (const [i, high] of LADDER.entries()) {
      for (const low of LADDER.slice(i + 1)) {
        expect({ high, low, winner: winner(high, low) }).toEqual({ high, low, winner: "1" });
        expect({ low, high, winner: winner(low, high) }).toEqual({ low, high, winner: "2" });
      }
    }
  });

  test("of a literal path is above every wildcard, however many names that has", () => {
    const short = field("Nm", "Max35Text", "person", "text");
    expect(winner("path: Nm", "path: 'pacs.008.001.08:**/Nm', type: Max35Text, class: person", short)).toBe("1");
  });

  test("decides only among rules that name the field", () => {
    expect(winner("path: '**/Cdtr/Nm'", "class: person")).toBe("2");
    expect(winner("path: '**/Cdtr/Nm'", "class: agent")).toBe("-");
    expect(winner('path: "pacs.009:**/Nm"', "class: person")).toBe("2");
    expect(winner("class: person, shape: bic", "class: person")).toBe("2");
    expect(winner("class: [agent, person], type: [X, Max35Text]", "class: person")).toBe("1");
    expect(winner("format: swift-mt, class: person", "shape: text")).toBe("2");
  });
});

describe("equal ranks", () => {
  test("are ambiguous if they want different operations: the field is uncovered, and the check says so", () => {
    expect(winner("class: person", "class: [person, agent]")).toBe("-");
    const model = modelOf(`${HEAD}rules:\n  - {class: person, technique: redact}\n  - {class: [person, agent], technique: mask}\n`);
    const agents = field("B", "Max35Text", "agent", "text");
    const { problems, uncovered } = checkModel(model, [catalogue("iso20022", { "a.001.001.01": [name, agents], "a.001.001.02": [name] })]);
    expect(problems.map(({ issue, path, line, message }) => [issue, path, line, message])).toEqual([
      [
        1208,
        "rules[1]",
        6,
        "m.yaml rules[0] on line 5 is as specific, names the same field, and wants another operation: a.001.001.01 A/Dbtr/Nm",
      ],
    ]);
    expect(uncovered.size).toBe(0);
  });

  test("are no matter if they want the same", () => {
    const rules = "  - {class: person, technique: redact}\n  - {class: [person, agent], technique: redact}\n";
    const compiled = compileModel(modelOf(`${HEAD}rules:\n${rules}`));
    expect(compiled.operations[compiled.operationFor("iso20022", "a.001.001.01", name)]?.technique).toBe("redact");
  });

  test("go to the extending model", () => {
    const base = { name: "base.yaml", text: `${HEAD}rules: [{class: person, technique: redact}, {path: "json:$.a", technique: redact}]\n` };
    const text =
      'bauta: 1\nname: m\nextends: ./base.yaml\nrules: [{class: person, technique: mask}, {path: "json:$.a", technique: mask}]\n';
    const model = modelOf(text, { base: () => base });
    const compiled = compileModel(model);
    expect(compiled.operations[compiled.operationFor("iso20022", "a.001.001.01", name)]?.technique).toBe("mask");
    const best = [...compiled.jsonRules].sort((a, b) => b.rank - a.rank)[0];
    expect(compiled.operations[best?.operation ?? 0]?.technique).toBe("mask");
    expect(new Set(compiled.jsonRules.map(({ rank }) => rank)).size).toBe(2);
  });

  test("but a base's more specific rule stays above", () => {
    const base = { name: "base.yaml", text: `${HEAD}rules: [{class: person, shape: text, technique: redact}]\n` };
    const model = modelOf("bauta: 1\nname: m\nextends: ./base.yaml\nrules: [{class: person, technique: mask}]\n", { base: () => base });
    const compiled = compileModel(model);
    expect(compiled.operations[compiled.operationFor("iso20022", "a.001.001.01", name)]?.technique).toBe("redact");
  });
});

describe("an explanation", () => {
  test("lists the rules that name the field, the winner first", () => {
    const rules = "  - {class: person, technique: redact}\n  - {path: '**/Nm', technique: mask}\n  - {class: agent, technique: keep}\n";
    const { outcome, operation, rules: named } = explainField(modelOf(`${HEAD}rules:\n${rules}`), "iso20022", "a.001.001.01", name);
    expect(outcome).toBe("operation");
    expect(operation?.technique).toBe("mask");
    expect(named.map(({ rule, wins }) => [rule.label, wins])).toEqual([
      ["m.yaml rules[1]", true],
      ["m.yaml rules[0]", false],
    ]);
  });

  test("says that nothing names it", () => {
    expect(explainField(modelOf(HEAD), "iso20022", "a.001.001.01", name)).toEqual({
      outcome: "uncovered",
      operation: undefined,
      rules: [],
    });
  });
});
