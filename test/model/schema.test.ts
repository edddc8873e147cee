/** The JSON Schema for editors says what the loader says: the same words, the same keys, the same refusals. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { Ajv } from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import { DATA_CLASSES, SHAPES } from "../../runtime/formats/api.ts";
import type { ModelDocument } from "../../runtime/model/document.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { DEFAULT_KEYS, ENVELOPE_KEYS, MODEL_KEYS } from "../../runtime/model/read.ts";
import { NAMESPACE_KEYS } from "../../runtime/model/read-namespaces.ts";
import { AS_KEYS, RULE_KEYS } from "../../runtime/model/read-rules.ts";
import { EXPECT_KEYS, EXPECTED_WORDS, GIVEN_KEYS, LAWS, REFUSED, TEST_KEYS } from "../../runtime/model/read-tests.ts";
import * as vocabulary from "../../runtime/model/vocabulary.ts";
import schema from "../../schemas/model.schema.json" with { type: "json" };
import { DEPTH, seeded } from "../seed.ts";
import { projectRoot } from "../shared.ts";

const validate = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true, strictRequired: false }).compile(schema);
const valid = (document: unknown): boolean => validate(document) === true;
const loads = (document: unknown): boolean => loadModel({ name: "m", document: document as ModelDocument }).problems.length === 0;

const { definitions } = schema;
const keysOf = (map: object): readonly string[] => Object.keys(map).sort();

describe("the schema", () => {
  test("has the loader's keys", () => {
    expect(keysOf(schema.properties)).toEqual([...MODEL_KEYS].sort());
    expect(keysOf(definitions.namespace.properties)).toEqual([...NAMESPACE_KEYS].sort());
    expect(keysOf(definitions.rule.properties)).toEqual([...RULE_KEYS].sort());
    expect(keysOf(schema.properties.envelope.properties)).toEqual([...ENVELOPE_KEYS].sort());
    expect(keysOf(schema.properties.default.oneOf[1]?.properties ?? {})).toEqual([...DEFAULT_KEYS].sort());
    expect(keysOf(definitions.rule.properties.as.anyOf[1]?.properties ?? {})).toEqual([...AS_KEYS].sort());
  });

  test("has the loader's keys and words of tests", () => {
    const { properties } = definitions.test;
    expect(keysOf(properties)).toEqual([...TEST_KEYS].sort());
    expect(keysOf(properties.given.oneOf[1]?.properties ?? {})).toEqual([...GIVEN_KEYS]);
    expect(keysOf(properties.expect.properties)).toEqual([REFUSED]);
    expect(definitions.law.enum).toEqual([...LAWS]);
    expect(definitions.expected.oneOf[0]?.enum).toEqual([...EXPECTED_WORDS]);
    expect(keysOf(definitions.expected.oneOf[1]?.properties ?? {})).toEqual([...EXPECT_KEYS].sort());
  });

  test("has the loader's words", () => {
    expect(definitions.shape.enum).toEqual([...SHAPES]);
    expect(definitions.declaredShape.enum).toEqual(SHAPES.filter((shape) => shape !== "enum" && shape !== "unknown"));
    expect(definitions.dataClass.enum).toEqual([...DATA_CLASSES]);
    expect(definitions.namespace.properties.technique.enum).toEqual([...vocabulary.IDENTITY_TECHNIQUES]);
    expect(definitions.namespace.properties.kind.enum).toEqual([...vocabulary.KINDS]);
    expect(definitions.namespace.properties.bin.enum).toEqual([...vocabulary.BINS]);
    expect(definitions.namespace.properties.hash.enum).toEqual([...vocabulary.HASHES]);
    expect(definitions.otherwise.enum).toEqual([...vocabulary.OTHERWISES]);
    expect(definitions.rule.properties.technique.enum).toEqual([...vocabulary.PLAIN_TECHNIQUES]);
    expect(definitions.rule.properties.unfit.enum).toEqual([...vocabulary.UNFITS]);
    expect(schema.properties.mode.enum).toEqual([...vocabulary.MODES]);
    expect(schema.properties.scope.enum).toEqual([...vocabulary.SCOPES]);
  });

  test("admits the presets and the example models, and the loader does", () => {
    const folders = ["schemas/presets", "examples/models"].map((folder) => projectRoot + folder).filter((folder) => existsSync(folder));
    const files = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => /\.ya?ml$/.test(name))
        .map((name) => `${folder}/${name}`),
    );
    expect(files.length).toBeGreaterThanOrEqual(4);
    for (const path of files) {
      const text = readFileSync(path, "utf8");
      expect({ path, errors: valid(parse(text)) ? [] : validate.errors }).toEqual({ path, errors: [] });
      expect({ path, problems: loadModel({ name: path, text }).problems }).toEqual({ path, problems: [] });
    }
  });
});

const BASE = {
  bauta: 1,
  name: "m",
  mode: "deterministic",
  default: { "danger-keep-uncovered": true, because: "only made up data" },
  namespaces: { a: { technique: "fpe", kind: "iban" } },
  rules: [
    { path: "json:$.a", use: "a", as: { shape: "text" } },
    { class: "person", technique: "redact" },
  ],
  envelope: { open: true, elements: ["A"], namespaces: ["urn:a"] },
  tests: [{ name: "t", given: "a.json", format: "json", expect: { "json:$.a": { equals: "x" } }, laws: ["valid"] }],
};
/** Every map of the document, with a way to put another in its place. */
const PLACES: readonly (readonly (string | number)[])[] = [
  [],
  ["default"],
  ["namespaces", "a"],
  ["rules", 0],
  ["rules", 0, "as"],
  ["rules", 1],
  ["envelope"],
  ["tests", 0],
  ["tests", 0, "expect", "json:$.a"],
];

function changed(place: readonly (string | number)[], change: (map: Record<string, unknown>) => void): unknown {
  const copy = structuredClone(BASE) as Record<string, unknown>;
  change(place.reduce((map: unknown, key) => (map as Record<string | number, unknown>)[key], copy) as Record<string, unknown>);
  return copy;
}

describe("schema and loader", () => {
  test("agree that the base is right", () => {
    expect([valid(BASE), loads(BASE)]).toEqual([true, true]);
  });

  test("refuse an unknown key in every map", () => {
    for (const place of PLACES) {
      for (const key of ["x", "Name", "techniques", "__proto__x"]) {
        const document = changed(place, (map) => {
          map[key] = "x";
        });
        expect({ place, key, valid: valid(document), loads: loads(document) }).toEqual({ place, key, valid: false, loads: false });
      }
    }
  });

  test("refuse a value of the wrong type at every key", () => {
    for (const place of PLACES) {
      for (const key of Object.keys(
        place.reduce((map: unknown, step) => (map as Record<string | number, unknown>)[step], BASE) as object,
      )) {
        for (const value of [null, 1.5, [], [[]], "", "\u0000"]) {
          if ((key === "rules" || key === "tests") && Array.isArray(value) && value.length === 0) continue;
          if ((key === "elements" || key === "namespaces") && Array.isArray(value) && value.length === 0) continue;
          const document = changed(place, (map) => {
            map[key] = value;
          });
          expect({ place, key, value, loads: loads(document) }).toEqual({ place, key, value, loads: false });
          // Control characters in texts, and names that nothing declares, are the loader's to refuse.
          if (value !== "\u0000") expect({ place, key, value, valid: valid(document) }).toEqual({ place, key, value, valid: false });
        }
      }
    }
  });

  test("the loader admits nothing that the schema refuses", () => {
    const scalar = fc.constantFrom<unknown>(
      true,
      false,
      0,
      1,
      6,
      20,
      35,
      "none",
      "text",
      "person",
      "redact",
      "keep",
      "mask",
      "X",
      "iban",
      "iso20022",
      "json:$.a",
      "**",
      "a",
      "1_000",
      "refuse",
      "just two words",
    );
    const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 2 }));
    const keys = [
      ...MODEL_KEYS,
      ...NAMESPACE_KEYS,
      ...RULE_KEYS,
      ...AS_KEYS,
      ...ENVELOPE_KEYS,
      ...DEFAULT_KEYS,
      ...TEST_KEYS,
      ...EXPECT_KEYS,
    ];
    const edits = fc.array(fc.record({ place: fc.constantFrom(...PLACES), key: fc.constantFrom(...keys), value, drop: fc.boolean() }), {
      minLength: 1,
      maxLength: 3,
    });
    let loaded = 0;
    const property = fc.property(edits, (list) => {
      const copy = structuredClone(BASE) as Record<string, unknown>;
      for (const edit of list) {
        const map = edit.place.reduce(
          (found: unknown, key) =>
            typeof found === "object" && found !== null ? (found as Record<string | number, unknown>)[key] : undefined,
          copy,
        );
        if (typeof map !== "object" || map === null || Array.isArray(map)) continue;
        if (edit.drop) delete (map as Record<string, unknown>)[edit.key];
        else (map as Record<string, unknown>)[edit.key] = edit.value;
      }
      if (!loads(copy)) return;
      loaded++;
      expect({ copy, errors: valid(copy) ? [] : validate.errors }).toEqual({ copy, errors: [] });
    });
    fc.assert(property, { seed: seeded("schema"), numRuns: 3000 * DEPTH });
    // The comparison means something only if many of the documents load.
    expect(loaded).toBeGreaterThan(100);
  });
});
