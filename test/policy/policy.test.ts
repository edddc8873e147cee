/** Policies over a model: what they answer, what is made of it, and what is refused. */
import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { compileModel } from "../../runtime/model/compile.ts";
import { decideRule } from "../../runtime/model/decide.ts";
import { jsonFacts } from "../../runtime/model/decider.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model, Rule } from "../../runtime/model/model.ts";
import { underPolicy } from "../../runtime/model/policed.ts";
import { JSON_FIELD } from "../../runtime/model/uncatalogued.ts";
import { activatePolicy } from "../../runtime/policies.ts";
import { answerOf } from "../../runtime/policy/answer.ts";
import type { FieldFacts } from "../../runtime/policy/api.ts";
import { viewNamed } from "../../runtime/policy/views.ts";
import { OPA_THERE } from "./opa.ts";
import { compilePolicy, openRules, policyFolder, presetModel } from "./policies.ts";

setDefaultTimeout(60_000);

/** A model of these rules upon the preset. */
function modelOf(name: string, rules: ModelDocument["rules"]): Model {
  const { model } = loadModel({ name: `${name}.yaml`, document: { bauta: 1, name, extends: "test-data", ...(rules && { rules }) } });
  if (model === undefined) throw new Error("the model does not load");
  return model;
}
const code = (number: number): object => expect.objectContaining({ code: `BAUTA-${number}` });

const FIELD: FieldFacts = {
  format: "iso20022",
  message: "pacs.008.001.08",
  path: "FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/Nm",
  name: "Nm",
  class: "person",
  type: "Max140Text",
  shape: "text",
  technique: "pseudonym",
  namespace: "party",
  kind: "party-name",
  tags: [],
};

/** The operation of a field under a policy of these rules. */
async function operationUnder(
  rules: string,
  view: string,
  field: { path: string; class: string; shape?: string; type?: string; message?: string },
) {
  const engine = await openRules(rules);
  const model = presetModel();
  const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, view)]);
  const policy = views.get(view);
  if (policy === undefined) throw new Error("no view");
  const compiled = compileModel(underPolicy(model, policy));
  const { path, class: dataClass, shape = "text", type = "Max140Text", message = "pacs.008.001.08" } = field;
  const fit = { shape, min: 1, max: 140 } as const;
  const index = compiled.operationFor("iso20022", message, { path, type, dataClass, fit } as Parameters<typeof compiled.operationFor>[2]);
  return compiled.operations[index];
}

describe.skipIf(!OPA_THERE)("a policy", () => {
  describe("an answer", () => {
    test("is a word, or an object with what belongs to its action", () => {
      expect(answerOf("redact", "")).toEqual({ action: "redact" });
      expect(answerOf({ action: "mask", "keep-last": 4 }, "")).toEqual({
        action: "mask",
        keepFirst: 0,
        keepLast: 4,
        character: undefined,
        kind: undefined,
      });
      expect(answerOf({ action: "mask", kind: "email" }, "")).toMatchObject({ kind: "email" });
      expect(answerOf({ action: "use", namespace: "account" }, "")).toEqual({ action: "use", namespace: "account" });
      expect(answerOf({ action: "keep", when: "small", else: "redact" }, "")).toMatchObject({ action: "guarded", guard: "small" });
    });

    test.each(
      [
        "maks",
        "",
        7,
        null,
        [],
        true,
        {},
        { action: "mask", "keep-last": 16 },
        { action: "mask", "keep-last": -1 },
        { action: "mask", "keep-last": "4" },
        { action: "mask", "keep-lsat": 4 },
        { action: "mask", character: "**" },
        { action: "mask", kind: "iban" },
        { action: "use" },
        { action: "redact", namespace: "x" },
        { action: "keep", "danger-no-detect": "yes" },
        { action: "keep", else: "redact" },
        { action: "keep", when: 1 },
        { action: "keep", when: "a", else: { action: "keep", when: "b" } },
      ].map((written) => ({ written })),
    )("is refused if it is none: $written", ({ written }) => {
      expect(() => answerOf(written, "somewhere")).toThrow(code(1604));
    });

    test("that is misspelt gets the nearest word", () => {
      expect(() => answerOf("maks", "pacs.008 Nm")).toThrow("did you mean mask?");
      expect(() => answerOf({ action: "mask", "keep-lsat": 4 }, "")).toThrow("did you mean keep-last?");
    });
  });

  describe("what a policy answers", () => {
    test("takes the place of the model's rule, for the view that it is for", async () => {
      const rules = `default plan := "model"\nplan := "redact" if { input.field.class == "person"; input.view.purpose == "statistics" }`;
      expect(await operationUnder(rules, "analytics", { path: FIELD.path, class: "person" })).toMatchObject({ technique: "redact" });
      expect(await operationUnder(rules, "fraud", { path: FIELD.path, class: "person" })).toMatchObject({ technique: "pseudonym" });
    });

    test("leaves to the model what it does not mention", async () => {
      const rules = `plan := "redact" if input.field.class == "contact"`;
      expect(await operationUnder(rules, "fraud", { path: FIELD.path, class: "person" })).toMatchObject({ technique: "pseudonym" });
    });

    test("hash is a digest under a key of its own, in a namespace that is the model's once more", async () => {
      const rules = `plan := "hash" if input.field.namespace == "party"`;
      const operation = await operationUnder(rules, "fraud", { path: FIELD.path, class: "person" });
      expect(operation).toMatchObject({ technique: "hash", namespace: "party.hash" });
    });

    test("a namespace of the model is used by its name", async () => {
      const rules = `plan := {"action": "use", "namespace": "reference"} if input.field.class == "person"`;
      expect(await operationUnder(rules, "fraud", { path: FIELD.path, class: "person" })).toMatchObject({ namespace: "reference" });
    });

    test("deny beats everything", async () => {
      const rules = `default plan := "keep"\ndeny contains "not for partners" if input.view.recipient == "partner-bank"`;
      expect(await operationUnder(rules, "partner", { path: FIELD.path, class: "person" })).toBeUndefined();
      expect(await operationUnder(rules, "fraud", { path: FIELD.path, class: "person" })).toMatchObject({ technique: "keep" });
    });

    test("where a type cannot hold it, the type's own constant stands", async () => {
      const rules = `plan := "mask" if input.field.class == "date"`;
      const date = { path: "FIToFICstmrCdtTrf/GrpHdr/IntrBkSttlmDt", class: "date", shape: "date", type: "ISODate" };
      expect(await operationUnder(rules, "fraud", date)).toMatchObject({ technique: "redact" });
    });

    test("tags of the model's rules are seen", async () => {
      const model = modelOf("tagged", [{ path: "json:$.customer.name", use: "party", tags: ["pii", "gdpr"] }]);
      const engine = await openRules(`plan := "redact" if "gdpr" in input.field.tags`);
      const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, "fraud")]);
      const compiled = compileModel(underPolicy(model, views.get("fraud") as NonNullable<ReturnType<typeof views.get>>));
      const rule = compiled.jsonRules.find(({ label }) => label === "json:$.customer.name");
      expect(compiled.operations[rule?.operation ?? -1]).toMatchObject({ technique: "redact" });
    });

    test("fields of JSON have the class of their kind, or the one that a tag names", async () => {
      const model = modelOf("classes", [
        { path: "json:$.name", use: "party" },
        { path: "json:$.iban", use: "account" },
        { path: "json:$.amount", technique: "keep", as: "number", tags: ["ours", "amount"] },
        { path: "json:$.nickname", use: "account", tags: ["person"] },
        { path: "json:$.unsaid", technique: "redact" },
      ]);
      const ruleOf = (name: string) => model.rules.find(({ pattern }) => pattern?.text.endsWith(`$.${name}`)) as Rule;
      const classOf = (name: string): string => jsonFacts(ruleOf(name), decideRule(ruleOf(name), "json", JSON_FIELD)).class;
      expect(["name", "iban", "amount", "nickname", "unsaid"].map(classOf)).toEqual(["person", "account", "amount", "person", ""]);
      const engine = await openRules(`default plan := "model"\nplan := "redact" if input.field.class == "person"`);
      const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, "fraud")]);
      const compiled = compileModel(underPolicy(model, views.get("fraud") as NonNullable<ReturnType<typeof views.get>>));
      const techniqueOf = (name: string) => {
        const rule = compiled.jsonRules.find(({ label }) => label === `json:$.${name}`);
        return compiled.operations[rule?.operation ?? -1]?.technique;
      };
      expect(["name", "iban", "amount", "nickname"].map(techniqueOf)).toEqual(["redact", "fpe", "keep", "redact"]);
    });

    test("a JSON rule that is denied refuses its values, and does not leave them to another rule", async () => {
      const model = modelOf("json", [
        { path: "json:$.**", technique: "redact" },
        { path: "json:$.iban", use: "account" },
      ]);
      const engine = await openRules(`default plan := "model"\ndeny contains "no accounts" if input.field.namespace == "account"`);
      const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, "fraud")]);
      const compiled = compileModel(underPolicy(model, views.get("fraud") as NonNullable<ReturnType<typeof views.get>>));
      expect(compiled.jsonRules.find(({ label }) => label === "json:$.iban")).toMatchObject({ operation: -1, protects: true });
    });

    test("keys of records are asked about by their namespace, and can be denied", async () => {
      const engine = await openRules(`default plan := "model"\ndeny contains "no keys" if input.format == "kafka"`);
      const model = presetModel();
      const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, "fraud")]);
      const compiled = compileModel(underPolicy(model, views.get("fraud") as NonNullable<ReturnType<typeof views.get>>));
      expect(() => compiled.operationOfNamespace("account")).toThrow(code(1609));
    });

    test("a field that was not asked about is refused", async () => {
      const engine = await openRules(`plan := "keep" if input.field.path == "somewhere/else"`);
      const model = presetModel();
      const { views } = await activatePolicy(engine, model, [viewNamed(engine.views, "fraud")]);
      const compiled = compileModel(underPolicy(model, views.get("fraud") as NonNullable<ReturnType<typeof views.get>>));
      const fit = { shape: "text", min: 1, max: 140 } as const;
      const field = { path: "No/Such/Path/Nm", type: "Max140Text", dataClass: "person", fit } as const;
      expect(compiled.operationFor("iso20022", "pacs.008.001.08", field)).toBe(-1);
    });
  });

  describe("what a policy reads", () => {
    test("decides how many kinds of fields it is asked about", async () => {
      const [none, some, all] = await Promise.all(
        [
          `default plan := "model"`,
          `plan := "redact" if input.field.class == "contact"`,
          `plan := "redact" if startswith(input.message, "pain.")`,
        ].map((rules) => openRules(rules)),
      );
      expect([...(none?.reads ?? [])]).toEqual([]);
      expect([...(some?.reads ?? [])]).toEqual(["class"]);
      expect([...(all?.reads ?? [])]).toEqual(["message"]);
      const whole = await openRules(`plan := "redact" if "person" in input.field`);
      expect([...whole.reads]).toContain("path");
    });

    test("is found behind functions and other packages", async () => {
      const helper = 'package helpers\n\nis_contact(field) if field.class == "contact"\n';
      const folder = policyFolder(`import data.helpers\n\nplan := "redact" if helpers.is_contact(input.field)`, undefined, {
        "lib/helpers.rego": helper,
      });
      expect((await compilePolicy(folder)).reads).toContain("class");
    });
  });

  describe("a policy is refused", () => {
    test.each([
      [1602, "what does not parse", `plan = "redact" { input.x }`],
      [1602, "what has no plan", `plans := "redact"`],
      [1602, "a built-in function that OPA does not know", `plan := nothing.here(1)`],
      [1608, "a clock", `plan := "redact" if time.now_ns() > 0`],
      [1608, "patterns that are the host's", `plan := "redact" if regex.split("/", input.field.path)[0] == "a"`],
      [1608, "the network", `plan := http.send({"method": "GET", "url": "http://127.0.0.1:1/"}).body`],
      [1606, "views of another form", `default plan := "model"`, { bauta: { views: { fraud: { rolls: ["fraud"] } } } }],
      [1606, "roles that are no list", `default plan := "model"`, { bauta: { views: { fraud: { roles: "fraud" } } } }],
    ] as const)("with %i: %s", async (...[number, , rules, data]) => {
      await expect(openRules(rules, typeof data === "object" ? data : undefined)).rejects.toThrow(code(number));
    });

    test.each([
      [1603, "two answers at once", `plan := "redact" if input.field.class == "person"\nplan := "keep" if input.format == "iso20022"`],
      [1604, "a word that is none", `plan := "no_mask"`],
      [1604, "deny that is no set of texts", `default plan := "model"\ndeny := true`],
      [
        1605,
        "a namespace that the model does not have",
        `plan := {"action": "use", "namespace": "acount"} if input.field.class == "account"`,
      ],
      [
        1605,
        "a guard that it does not have",
        `plan := {"action": "keep", "when": "smal"} if input.field.class == "amount"\nguards.small if input.amount < 5`,
      ],
    ] as const)("with %i when it is asked: %s", async (number, _name, rules) => {
      const engine = await openRules(rules);
      await expect(activatePolicy(engine, presetModel(), [...engine.views.values()])).rejects.toThrow(code(number));
    });

    test("with 1607 for a view that it does not have, with the nearest", async () => {
      const engine = await openRules(`default plan := "model"`);
      expect(() => viewNamed(engine.views, "frud")).toThrow("did you mean fraud?");
    });
  });
});
