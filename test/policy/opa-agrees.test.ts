/** The engine in this process answers as the OPA binary does, over generated policies, views and fields. */
import { describe, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { Turns } from "../../runtime/platform/turns.ts";
import { answerOf, type WrittenAnswer } from "../../runtime/policy/answer.ts";
import type { FieldFacts } from "../../runtime/policy/api.ts";
import { openWasm } from "../../runtime/policy/opa/wasm.ts";
import { type View, viewsOf } from "../../runtime/policy/views.ts";
import { DEPTH, seeded } from "../seed.ts";
import { OPA_THERE, opa } from "./opa.ts";
import { compilePolicy, policyFolder, VIEWS } from "./policies.ts";

const SLOW = 120_000;
const TITLE = "is what OPA answers";

const words = (...of: string[]): fc.Arbitrary<string> => fc.constantFrom(...of);
/** A condition, and texts that Rego has a mind of its own about. */
const condition = fc.oneof(
  words("person", "account", "free-text", "", "ünï", "a\\nb", '"', "\\\\").map((word) => `input.field.class == ${JSON.stringify(word)}`),
  words("Nm", "Id", "", "*").map((name) => `input.field.name == ${JSON.stringify(name)}`),
  words("pacs.", "MT", "").map((start) => `startswith(input.message, ${JSON.stringify(start)})`),
  words("fraud", "analyst", "nobody").map((role) => `${JSON.stringify(role)} in input.view.roles`),
  words("fraud", "analyst").map((role) => `not ${JSON.stringify(role)} in input.view.roles`),
  words("pii", "pci").map((tag) => `${JSON.stringify(tag)} in input.field.tags`),
  words("statistics", "").map((purpose) => `input.view.purpose != ${JSON.stringify(purpose)}`),
  words("iban", "pan").map((kind) => `input.field.kind in {${JSON.stringify(kind)}, "bic"}`),
  words("^.*/Dbtr/", "[A-Z]{2}", "N.$").map((pattern) => `regex.match(${JSON.stringify(pattern)}, input.field.path)`),
  words("account", "missing").map((key) => `data.lists[${JSON.stringify(key)}][_] == input.field.namespace`),
  fc.constant("count(input.field.tags) > 1"),
  fc.constant(`concat("/", [input.format, input.field.shape]) == "iso20022/text"`),
  fc.constant("input.field.nothing.here"),
  fc.constant(`lower(input.field.name) == "nm"`),
);
const answer = fc.oneof(
  words("model", "keep", "redact", "hash", "refuse", "drop").map((action) => JSON.stringify(action)),
  fc.nat(15).map((last) => JSON.stringify({ action: "mask", "keep-last": last })),
  fc.constant(`{"action": "use", "namespace": input.field.namespace}`),
);
/** Rules that exclude one another, by a chain of `else`, and denials. */
const policy = fc.record({
  rules: fc.array(fc.record({ answer, conditions: fc.array(condition, { minLength: 1, maxLength: 3 }) }), { minLength: 1, maxLength: 6 }),
  denials: fc.array(fc.array(condition, { minLength: 2, maxLength: 3 }), { maxLength: 2 }),
  hasDefault: fc.boolean(),
});
const text = (...often: string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 4, arbitrary: words(...often) }, fc.string({ unit: "grapheme", maxLength: 6 }));
const facts: fc.Arbitrary<FieldFacts> = fc.record({
  format: words("iso20022", "swift-mt", "json", "kafka"),
  message: text("pacs.008.001.08", "MT103", ""),
  path: text("A/Dbtr/Nm", "A/Cdtr/Id", ""),
  name: text("Nm", "Id", "*"),
  class: text("person", "account", "free-text", "ünï", "a\nb", '"', "\\"),
  type: text("Max140Text"),
  shape: text("text", "iban"),
  technique: words("fpe", "keep", ""),
  namespace: words("account", "party"),
  kind: words("iban", "pan", "text"),
  tags: fc.subarray(["gdpr", "pci", "pii"]),
});

const written = ({ rules, denials, hasDefault }: typeof policy extends fc.Arbitrary<infer T> ? T : never): string =>
  [
    ...(hasDefault ? [`default plan := "model"`] : []),
    rules.map((rule, i) => `${i === 0 ? "plan" : "else"} := ${rule.answer} if {\n\t${rule.conditions.join("\n\t")}\n}`).join(" "),
    ...denials.map((conditions, i) => `deny contains "reason ${i}" if {\n\t${conditions.join("\n\t")}\n}`),
  ].join("\n\n");

describe.skipIf(!OPA_THERE)("what the engine answers", () => {
  let decisions = 0;

  test(
    TITLE,
    async () => {
      await fc.assert(
        fc.asyncProperty(policy, fc.array(facts, { minLength: 40, maxLength: 40 }), async (rules, fields) => {
          const data = { bauta: { views: VIEWS }, lists: { account: ["account", "card"] } };
          const folder = policyFolder(written(rules), data);
          const views = [...viewsOf(data).values()];
          const asked = views.flatMap((view) => fields.map((field) => ({ view, field })));
          const expected = answersOfOpa(folder, asked, rules.denials.length > 0);
          const engine = await openWasm(await compilePolicy(folder));
          const found = (await Promise.all(views.map((view) => engine.decide(view, fields, new Turns())))).flat();
          expect(found).toEqual(expected);
          decisions += found.length;
        }),
        { seed: seeded(TITLE), numRuns: 30 * DEPTH },
      );
      expect(decisions).toBeGreaterThanOrEqual(3000);
      console.log(`answers of the engine and of OPA: ${decisions} decisions, all the same`);
    },
    SLOW * DEPTH,
  );
});

function answersOfOpa(
  folder: string,
  asked: readonly { readonly view: View; readonly field: FieldFacts }[],
  hasDeny: boolean,
): WrittenAnswer[] {
  const inputs = asked.map(({ view, field: { format, message, ...field } }) => ({ format, message, field, view }));
  writeFileSync(join(folder, "inputs.json"), JSON.stringify({ inputs }));
  const each = (rule: string): string =>
    `{format_int(i, 10): x | some i, one in data.inputs; x := data.bauta.masking.${rule} with input as one}`;
  const query = `{"plan": ${each("plan")}${hasDeny ? `, "deny": ${each("deny")}` : ""}}`;
  const { result } = JSON.parse(opa(["eval", "--format", "json", "--data", folder, query], folder)) as {
    result: [{ expressions: [{ value: { plan: Record<string, unknown>; deny?: Record<string, string[]> } }] }];
  };
  const { plan, deny = {} } = result[0].expressions[0].value;
  return asked.map((_, i) => {
    const reasons = [...(deny[i] ?? [])].sort();
    if (reasons.length > 0) return { action: "refuse", reason: reasons.join("; ") };
    return plan[i] === undefined ? { action: "model" } : answerOf(plan[i], "");
  });
}
