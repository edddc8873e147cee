/** The compiled model: what formats ask it, and the plan that engines get. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodePlan } from "../../runtime/engines/plan-message.ts";
import { DATA_CLASSES, type Field, SHAPES, UNCOVERED } from "../../runtime/formats/api.ts";
import { compileModel } from "../../runtime/model/compile.ts";
import { DEPTH, seeded } from "../seed.ts";
import { catalogue, field, HEAD, modelOf } from "./tools.ts";

const MODEL = `${HEAD}namespaces:
  z: {technique: token, kind: text}
  a: {technique: fpe, kind: iban, otherwise: token}
  m: {technique: fpe, kind: pan, bin: 6, otherwise: error}
rules:
  - {class: person, use: z}
  - {class: account, use: a}
  - {class: account, path: '**/Other', use: a, otherwise: redact}
  - {class: [amount, code], technique: keep}
  - {path: "json:$.card.pan", use: m}
  - {path: "json:$.**.note", technique: redact}
  - {path: ["json:$.day", "json:$.days[*]"], technique: redact, as: date}
  - {path: "json:$.gone", technique: drop}
`;
const name = field("Nm", "Max35Text", "person", "text");
const account = field("Id", "IBAN2007Identifier", "account", "iban", 5, 34);

describe("operations", () => {
  test("are shared by content, and only ever appended", () => {
    const compiled = compileModel(modelOf(MODEL));
    const before = compiled.operations.length;
    const first = compiled.operationFor("iso20022", "pacs.008.001.08", name);
    expect(compiled.operationFor("iso20022", "pacs.009.001.08", { ...name, path: "Other/Nm" })).toBe(first);
    expect(compiled.operations.length).toBe(before + 1);
    const longer = compiled.operationFor("iso20022", "pacs.008.001.08", { ...name, fit: { ...name.fit, max: 140 } });
    expect(longer).toBe(first + 1);
    expect(compiled.operations[first]).toEqual({
      technique: "token",
      kind: "text",
      namespace: "z",
      prefix: "",
      width: 20,
      strict: true,
      fit: name.fit,
    });
  });

  test("carry what rule and namespace say", () => {
    const compiled = compileModel(modelOf(MODEL));
    const of = (one: Field): unknown => compiled.operations[compiled.operationFor("iso20022", "pacs.008.001.08", one)];
    expect(of(account)).toEqual({
      technique: "fpe",
      kind: "iban",
      namespace: "a",
      otherwise: "token",
      bin: "none",
      strict: true,
      fit: account.fit,
    });
    expect(of({ ...account, path: "Other" })).toMatchObject({ namespace: "a", otherwise: "redact" });
    expect(of(field("Amt", "Amount", "amount", "decimal", 0, 18, { fraction: 5 }))).toMatchObject({
      technique: "keep",
      detect: true,
      strict: true,
    });
  });

  test("check XSD types in strict reading; SWIFT MT's scanner checks its own", () => {
    const strictOf = (input: "strict" | "lenient", format: "iso20022" | "swift-mt"): boolean | undefined => {
      const compiled = compileModel(modelOf(MODEL), { input });
      return compiled.operations[compiled.operationFor(format, "x", name)]?.strict;
    };
    expect([strictOf("strict", "iso20022"), strictOf("lenient", "iso20022"), strictOf("strict", "swift-mt")]).toEqual([
      true,
      undefined,
      undefined,
    ]);
  });

  test("of catalogues are there from the start, in one order", () => {
    const messages = { "pacs.008.001.08": [name, account] };
    const compiled = compileModel(modelOf(MODEL), { catalogues: [catalogue("iso20022", messages)] });
    const plan = Buffer.from(compiled.plan()).toString("hex");
    compiled.operationFor("iso20022", "pacs.008.001.08", account);
    compiled.operationFor("iso20022", "pacs.008.001.08", name);
    expect(Buffer.from(compiled.plan()).toString("hex")).toBe(plan);
    expect(Buffer.from(compileModel(modelOf(MODEL), { catalogues: [catalogue("iso20022", messages)] }).plan()).toString("hex")).toBe(plan);
  });

  test("what no rule names is uncovered, and kept only in words", () => {
    const other = field("X", "Max35Text", "contact", "text");
    expect(compileModel(modelOf(MODEL)).operationFor("iso20022", "pacs.008.001.08", other)).toBe(UNCOVERED);
    const kept = compileModel(modelOf(`${MODEL}default: {danger-keep-uncovered: true, because: only made up data}\n`));
    expect(kept.operations[kept.operationFor("iso20022", "pacs.008.001.08", other)]).toMatchObject({
      technique: "keep",
      detect: true,
      strict: true,
    });
    expect(kept.operationFor("iso20022", "pacs.008.001.08", { ...other, fit: { shape: "unknown", min: 0, max: 0 } })).toBe(UNCOVERED);
    const rest = kept.jsonRules.find((rule) => rule.rank === 0);
    expect(rest?.segments).toEqual(["**"]);
    expect(kept.operations[rest?.operation ?? 0]).toMatchObject({ technique: "keep", detect: true, strict: false });
    expect(kept.jsonRules.filter((rule) => rule.rank === 0)).toHaveLength(1);
  });

  test("a field whose operation does not fit is uncovered", () => {
    const date = field("Dt", "ISODate", "person", "date", 0, 0);
    expect(compileModel(modelOf(MODEL)).operationFor("iso20022", "pacs.008.001.08", date)).toBe(UNCOVERED);
  });

  test("there is one that removes", () => {
    const compiled = compileModel(modelOf(MODEL));
    expect(compiled.operations[compiled.dropOperation]?.technique).toBe("drop");
    const gone = compiled.jsonRules.find((rule) => rule.segments.join() === "gone");
    expect(gone?.operation).toBe(compiled.dropOperation);
    compiled.operationFor("iso20022", "x", field("S", "x", "signature", "hex"));
    expect(compiled.operations.filter(({ technique }) => technique === "drop")).toHaveLength(1);
  });
});

describe("JSON rules", () => {
  test("have segments, an operation, and ranks in the order of specificity", () => {
    const compiled = compileModel(modelOf(MODEL));
    const rules = compiled.jsonRules.map(({ segments, rank, operation, label }) => [
      segments.join("/"),
      rank,
      compiled.operations[operation]?.technique,
      label,
    ]);
    expect(rules).toEqual([
      ["**/note", 1, "redact", "json:$.**.note"],
      ["days/*", 2, "redact", "json:$.days[*]"],
      ["gone", 3, "drop", "json:$.gone"],
      ["day", 3, "redact", "json:$.day"],
      ["card/pan", 4, "fpe", "json:$.card.pan"],
    ]);
    const day = compiled.jsonRules.find((rule) => rule.segments[0] === "day");
    expect(compiled.operations[day?.operation ?? 0]?.fit.shape).toBe("date");
  });
});

describe("the plan", () => {
  test("names namespaces by name, with the key's version", () => {
    const compiled = compileModel(modelOf(MODEL), { keyVersion: 3 });
    expect(compiled.namespaces).toEqual([
      { name: "a", keyVersion: 3 },
      { name: "m", keyVersion: 3 },
      { name: "z", keyVersion: 3 },
    ]);
    const plan = decodePlan(compiled.plan());
    expect(plan.model).toBe("m");
    expect(plan.namespaces.map((namespace) => namespace.name)).toEqual(["a", "m", "z"]);
    expect(plan.operations).toHaveLength(compiled.operations.length);
  });

  test("is a prefix of what it becomes", () => {
    const compiled = compileModel(modelOf(MODEL));
    const before = compiled.operations.slice();
    compiled.operationFor("iso20022", "pacs.008.001.08", account);
    expect(compiled.operations.slice(0, before.length)).toEqual(before);
  });
});

describe("any field", () => {
  const fields = fc.record({
    path: fc.array(fc.constantFrom("A", "Nm", "Other", "@Ccy", "50K"), { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
    type: fc.constantFrom("Max35Text", "any", "35x"),
    dataClass: fc.constantFrom(...DATA_CLASSES),
    fit: fc.record({ shape: fc.constantFrom(...SHAPES), min: fc.nat(40), max: fc.nat(70) }),
  });

  test("gets one operation or none, the same each time, and nothing is thrown", () => {
    const texts = ["test-data", "one-way", "tokens", "strict"].map((preset) => `bauta: 1\nname: m\nextends: ${preset}\n`);
    const models = texts.map((text) => modelOf(text));
    const property = fc.property(
      fields,
      fc.constantFrom(...models),
      fc.constantFrom("iso20022" as const, "swift-mt" as const),
      (one, model, format) => {
        const [a, b] = [compileModel(model), compileModel(model)];
        const [first, second] = [a, b].map((compiled) => compiled.operations[compiled.operationFor(format, "x", one)]);
        expect(first).toEqual(second as NonNullable<typeof second>);
        if (first !== undefined) expect(decodePlan(a.plan()).operations.length).toBe(a.operations.length);
      },
    );
    fc.assert(property, { seed: seeded("fields"), numRuns: 500 * DEPTH });
  });
});
