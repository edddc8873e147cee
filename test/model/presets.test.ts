/** The presets: every field of every catalogue is covered, nothing that identifies anybody is kept, and both formats link. */
import { describe, expect, test } from "bun:test";
import type { PlanOperation } from "../../runtime/engines/plan.ts";
import type { DataClass } from "../../runtime/formats/api.ts";
import { checkModel } from "../../runtime/model/check.ts";
import { type CompiledModel, compileModel } from "../../runtime/model/compile.ts";
import { loadModel } from "../../runtime/model/load.ts";
import type { Model } from "../../runtime/model/model.ts";
import { describeProblem } from "../../runtime/model/problem.ts";
import { presetSource } from "../../runtime/model/sources.ts";
import { ENVELOPE_FIELD } from "../../runtime/model/uncatalogued.ts";
import { PRESETS, type PresetName } from "../../runtime/model/vocabulary.ts";
import { CATALOGUES } from "../../runtime/registry.ts";
import { distinctFields, FEW_CATALOGUES, type FieldCase } from "../catalogues.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";

/** One of all fields that no rule of a preset tells apart. */
const FIELDS: readonly FieldCase[] = distinctFields();

function load(name: PresetName): { readonly model: Model; readonly compiled: CompiledModel } {
  const { model, problems } = loadModel(presetSource(name));
  if (model === undefined) throw new Error(problems.map(describeProblem).join("\n"));
  return { model, compiled: compileModel(model, { catalogues: FEW_CATALOGUES }) };
}
const LOADED = new Map(PRESETS.map((name) => [name, load(name)]));
const presetOf = (name: PresetName): ReturnType<typeof load> => LOADED.get(name) as ReturnType<typeof load>;

function operationOf(compiled: CompiledModel, { format, message, field }: FieldCase): PlanOperation | undefined {
  return compiled.operations[compiled.operationFor(format, message, field)];
}

/** What the fields of a message that end in `path` become; all alike. */
function outcome(name: PresetName, message: string, path: string): string {
  const { compiled } = presetOf(name);
  const catalogue = CATALOGUES.find(({ messages }) => messages().includes(message));
  const fields = [...(catalogue?.fieldsOf(message) ?? [])]
    .filter((field) => field.path === path || field.path.endsWith(`/${path}`))
    .map((field): FieldCase => ({ format: catalogue?.format ?? "iso20022", message, field }));
  const outcomes = new Set(fields.map((one) => operationOf(compiled, one)).map((op) => `${op?.technique} ${op?.namespace ?? ""}`.trim()));
  return [...outcomes].join(" | ");
}

const IDENTIFYING: readonly DataClass[] = [
  "person",
  "organisation",
  "agent",
  "account",
  "identifier",
  "contact",
  "reference",
  "free-text",
  "signature",
];
const REVERSIBLE = new Set(["fpe"]);

describe.each([...PRESETS])("%s", (name) => {
  const { model, compiled } = presetOf(name);

  test("is checked without a problem, and covers every field", () => {
    const { problems, uncovered, fieldCount } = checkModel(model, CATALOGUES);
    expect(problems.map(describeProblem)).toEqual([]);
    expect([...uncovered]).toEqual([]);
    expect(fieldCount).toBeGreaterThan(400_000);
    expect(FIELDS.length).toBeGreaterThan(1_500);
  });

  test("asks for no more of a path than its last two names", () => {
    const deep = model.rules.filter(({ pattern, format }) => {
      const segments = pattern?.segments ?? [];
      if (pattern === undefined || pattern.scope.message === "envelope" || pattern.scope.format !== "iso20022") return false;
      return format !== undefined || pattern.scope.rank > 1 || segments[0]?.kind !== "any" || segments.length > 3;
    });
    expect(deep.map(({ label }) => label)).toEqual([]);
  });

  test("keeps nothing that identifies anybody", () => {
    const kept = FIELDS.filter((one) => IDENTIFYING.includes(one.field.dataClass) && operationOf(compiled, one)?.technique === "keep");
    expect(kept).toEqual([]);
  });

  test("checks and searches what it keeps", () => {
    for (const operation of compiled.operations.filter(({ technique }) => technique === "keep")) {
      expect(operation).toMatchObject({ detect: true, strict: true });
    }
    expect(compiled.operations.some(({ technique }) => technique === "keep")).toBe(true);
  });

  test("masks UETR, EndToEndId and MsgId, and their like in SWIFT MT", () => {
    for (const message of ["pacs.008.001.08", "pacs.008.001.13"]) {
      for (const path of ["PmtId/UETR", "PmtId/EndToEndId", "PmtId/InstrId", "PmtId/TxId", "GrpHdr/MsgId"]) {
        expect({ path, outcome: outcome(name, message, path) }).toEqual({
          path,
          outcome: expect.stringMatching(/^(fpe|token|pseudonym) (reference|uetr)$/),
        });
      }
    }
    expect(outcome(name, "MT103", "20/reference")).toMatch(/^(fpe|token|pseudonym) reference$/);
    expect(outcome(name, "MT103", "block3/121")).toMatch(/^(fpe|pseudonym) uetr$/);
    expect(outcome(name, "MT202COV", "21/reference")).toMatch(/^(fpe|token|pseudonym) reference$/);
  });

  test("gives MX and MT the same namespace and technique, so that equal values link", () => {
    const pairs: readonly (readonly [string, string])[] = [
      ["Dbtr/Nm", "50K/name"],
      ["DbtrAgt/FinInstnId/Nm", "52D/name"],
      ["DbtrAcct/Id/Othr/Id", "50K/account"],
      ["DbtrAgt/FinInstnId/BICFI", "52A/bic"],
      ["PmtId/EndToEndId", "20/reference"],
      ["PmtId/UETR", "block3/121"],
      ["DbtrAgt/FinInstnId/BICFI", "block1/lt-address"],
      ["DbtrAgt/FinInstnId/ClrSysMmbId/MmbId", "52A/clearing-id"],
      ["Dbtr/Id/OrgId/AnyBIC", "50A/bic"],
    ];
    for (const [mx, mt] of pairs) {
      const found = outcome(name, "pacs.008.001.08", mx);
      expect({ mx, mt, found }).toEqual({ mx, mt, found: expect.stringMatching(/^(fpe|token|pseudonym) [a-z]+$/) });
      expect({ mx, mt, found: outcome(name, "MT103", mt) }).toEqual({ mx, mt, found });
    }
    // One account has one canonical form, whether its field is IBAN-shaped or not.
    expect(outcome(name, "pacs.008.001.08", "DbtrAcct/Id/IBAN")).toBe(outcome(name, "MT103", "59/account"));
    const widths = new Set(
      compiled.operations.filter((op) => op.technique === "token" && op.namespace === "reference").map((op) => op.width),
    );
    expect(widths.size).toBeLessThanOrEqual(1);
  });

  test("draws persons' data that is no name and free text anew, or redacts it", () => {
    const draws = name === "test-data" || name === "one-way";
    const becomes = (namespace: string): string => (draws && namespace !== "" ? `pseudonym ${namespace}` : "redact");
    for (const [path, namespace] of [
      ["BirthDt", "birth"],
      ["CtryOfBirth", ""],
      ["CityOfBirth", "town"],
      ["PrvcOfBirth", "subdivision"],
      ["Ustrd", "text"],
      ["AddtlRmtInf", "text"],
      ["PstlAdr/AdrLine", "address"],
      ["PstlAdr/TwnNm", "town"],
      ["PstlAdr/TwnLctnNm", "town"],
      ["PstlAdr/DstrctNm", "town"],
      ["PstlAdr/PstCd", "postcode"],
      ["PstlAdr/StrtNm", "street"],
      ["PstlAdr/BldgNb", "building"],
      ["PstlAdr/CtrySubDvsn", "subdivision"],
      ["PstlAdr/Dept", "text"],
    ] as const) {
      expect({ path, outcome: outcome(name, "pacs.008.001.08", path) }).toEqual({ path, outcome: becomes(namespace) });
    }
    for (const [path, namespace] of [
      ["70/text", "text"],
      ["72/text", "text"],
      ["77B/text", "text"],
      ["50K/address", "address"],
      ["50F/2", "address"],
      ["50F/3/town", "town"],
      ["50F/4", "birth"],
      ["50F/5/place", "town"],
      ["53B/location", "town"],
      ["70/unparsed", "text"],
    ] as const) {
      expect({ path, outcome: outcome(name, "MT103", path) }).toEqual({ path, outcome: becomes(namespace) });
    }
    expect(outcome(name, "pacs.008.001.08", "SplmtryData/Envlp")).toBe("drop");
    expect(outcome(name, "head.001.001.03", "Sgntr")).toBe("drop");
    expect(outcome(name, "MT103", "block5/CHK")).toBe("drop");
  });

  test("takes what wrappers hold for redaction", () => {
    const index = compiled.operationFor("iso20022", "envelope", { ...ENVELOPE_FIELD, path: "Envelope/Sender/Name" });
    expect(compiled.operations[index]?.technique).toBe("redact");
  });

  test("makes a plan that both engines run", async () => {
    const plan = compiled.plan();
    for (const engine of ENGINE_NAMES) {
      (await loadEngine(engine)).open(plan, new Uint8Array(model.namespaces.length * 32).fill(1), "mask").close();
    }
  });

  test(name === "test-data" ? "can be undone where identity matters" : "cannot be undone", () => {
    const reversible = model.namespaces.filter(({ technique }) => REVERSIBLE.has(technique)).map((namespace) => namespace.name);
    const expected = ["account", "bic", "card", "clearing", "identifier", "lei", "number", "phone", "reference", "uetr"];
    expect(reversible).toEqual(name === "test-data" ? expected : []);
  });
});

describe("strict", () => {
  test("keeps amounts, currencies, dates and codes alone", () => {
    const { compiled } = presetOf("strict");
    const kept = FIELDS.filter((one) => operationOf(compiled, one)?.technique === "keep");
    const classes = new Set(kept.map(({ field }) => field.dataClass));
    expect([...classes].sort()).toEqual(["amount", "code", "currency", "date", "number", "technical"]);
    const counts = kept.filter(({ field }) => field.dataClass === "number").map(({ field }) => field.path.split("/").at(-1));
    expect(new Set(counts)).toEqual(new Set(["NbOfTxs", "NbOfNtries", "count"]));
    const free = kept.filter(({ field }) => field.fit.shape === "text").map(({ field }) => field.path.split("/").at(-1));
    expect(new Set(free)).toEqual(new Set(["MsgDefIdr"]));
  });
});
