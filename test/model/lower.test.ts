/** From rules to operations: what fits a type, and that both engines agree that it does. */
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Engine } from "../../runtime/engines/api.ts";
import { encodePlan } from "../../runtime/engines/plan.ts";
import { type Field, SHAPES } from "../../runtime/formats/api.ts";
import { lower } from "../../runtime/model/lower.ts";
import type { Action, Namespace } from "../../runtime/model/model.ts";
import { collides, tokenSpace } from "../../runtime/model/token-width.ts";
import {
  DOMAINS,
  DRAWN_KINDS,
  FPE_KINDS,
  HASHES,
  KINDS,
  type KindName,
  MASK_FORMS,
  MERGES,
  OTHERWISES,
  PARTY_KINDS,
  TOKEN_KINDS,
} from "../../runtime/model/vocabulary.ts";
import { ENGINE_NAMES, loadEngine } from "../engines.ts";
import { DEPTH, seeded } from "../seed.ts";
import { field, HEAD, modelOf } from "./tools.ts";

/** The namespace `n` with these options. */
function namespace(options: string): Namespace {
  return modelOf(`${HEAD}namespaces: {n: {${options}}}\n`).namespaces[0] as Namespace;
}
const use = (options: string): Action => ({ kind: "use", namespace: namespace(options), otherwise: namespace(options).otherwise });
const text = (max: number, min = 1): Field => field("A", "T", "person", "text", min, max);

/** Technique and width of the operation, or the issue's number. */
function outcome(action: Action, of: Field): string | number {
  const lowered = lower(action, "iso20022", of);
  return "issue" in lowered ? lowered.issue : `${lowered.operation.technique} ${lowered.operation.width ?? ""}`.trim();
}

describe("a token", () => {
  test("needs room for prefix and width", () => {
    const token = use("technique: token, kind: party-name, prefix: NM, width: 20");
    expect(outcome(token, text(22))).toBe("token 20");
    expect(outcome(token, text(21))).toBe(1212);
    expect(outcome(token, text(0))).toBe("token 20");
    expect(outcome(token, text(100, 23))).toBe(1212);
    expect(outcome(token, field("A", "4*33x", "person", "swift-x", 1, 132, { lineMax: 33 }))).toBe("token 20");
    expect(outcome(token, field("A", "4*20x", "person", "swift-x", 1, 80, { lineMax: 20 }))).toBe(1212);
  });

  test("keeps to the shape's characters", () => {
    const lower = use("technique: token, kind: text, prefix: a.b");
    expect(outcome(lower, field("A", "T", "person", "alphanumeric", 1, 35))).toBe(1212);
    expect(outcome(lower, field("A", "T", "person", "swift-x", 1, 35))).toBe("token 20");
    const plain = use("technique: token, kind: text");
    expect(outcome(plain, field("A", "T", "person", "upper-alphanumeric", 1, 35))).toBe("token 20");
    for (const shape of ["date", "decimal", "bic", "lei", "uuid4", "country", "enum", "unknown", "boolean"] as const) {
      expect({ shape, outcome: outcome(plain, field("A", "T", "person", shape, 0, 0)) }).toEqual({ shape, outcome: 1212 });
    }
  });

  test("of digits is as wide as the field, and refused where that collides", () => {
    const token = use("technique: token, kind: text");
    expect(outcome(token, field("A", "T", "account", "digits", 1, 17))).toBe(1211);
    expect(outcome(token, field("A", "T", "account", "digits", 1, 30))).toBe("token 28");
    expect(outcome(use("technique: token, kind: text, cardinality: 100"), field("A", "T", "account", "digits", 12, 12))).toBe("token 12");
    expect(outcome(token, field("A", "T", "contact", "phone", 4, 35))).toBe(1211);
  });

  test("of an IBAN's shape has its own form", () => {
    expect(outcome(use("technique: token, kind: account, prefix: XX"), field("A", "T", "account", "iban", 5, 34))).toBe("token");
    expect(outcome(use("technique: token, kind: account"), field("A", "T", "account", "iban", 5, 22))).toBe(1212);
  });

  test("stands in for a pseudonym of texts", () => {
    expect(outcome(use("technique: pseudonym, kind: text"), text(35))).toBe("token 20");
    expect(outcome(use("technique: pseudonym, kind: prefixed-id, width: 18"), text(256))).toBe("token 18");
  });

  test("of an e-mail address needs room for its domain", () => {
    expect(outcome(use("technique: token, kind: email"), text(32))).toBe("token 20");
    expect(outcome(use("technique: token, kind: email"), text(31))).toBe(1212);
    expect(outcome(use("technique: token, kind: email"), field("A", "T", "contact", "swift-x", 1, 35))).toBe(1212);
  });
});

describe("a drawn name", () => {
  const name = use("technique: pseudonym, kind: party-name");
  test.each([
    ["party-name", "text", 9, 0, 33],
    ["organisation", "swift-x", 9, 20, 33],
    ["given-name", "text", 2, 20, 21],
    ["family-name", "text", 2, 20, 11],
    ["street", "text", 2, 20, 30],
    ["town", "text", 2, 20, 24],
    ["subdivision", "text", 2, 20, 24],
    ["address-line", "swift-x", 2, 20, 33],
    ["free-text", "swift-x", 1, 1, 1],
    ["postcode", "alphanumeric", 16, 16, 1],
    ["building-number", "text", 16, 16, 1],
    ["birth-date", "date", 0, 0, 0],
    ["birth-date", "swift-date", 8, 8, 0],
    ["email", "text", 20, 30, 0],
  ] as const)("of kind %s fits shape %s of %d to %d, on lines of %d", (kind, shape, min, max, lineMax) => {
    const of = (rest: { min?: number; max?: number; lineMax?: number }): string | number => {
      const all = { min, max, lineMax, ...rest };
      return outcome(
        use(`technique: pseudonym, kind: ${kind}`),
        field("A", "T", "person", shape, all.min, all.max, { lineMax: all.lineMax }),
      );
    };
    const isBounded = kind !== "free-text" && kind !== "postcode" && kind !== "building-number";
    expect(of({})).toMatch(/^pseudonym/);
    if (isBounded && max > 0) expect(of({ min: 0, max: max - 1 })).toBe(1212);
    if (isBounded && lineMax > 0) expect(of({ lineMax: lineMax - 1 })).toBe(1212);
    if (isBounded && min > 0) expect(of({ min: min + 1, max: 0 })).toBe(1212);
  });

  test("needs room to tell people apart", () => {
    expect(outcome(name, text(140))).toMatch(/^pseudonym/);
    expect(outcome(name, text(20))).toMatch(/^pseudonym/);
    expect(outcome(name, text(19))).toBe(1212);
    expect(outcome(name, field("A", "T", "person", "digits", 1, 35))).toBe(1212);
  });
});

describe("a hash", () => {
  test("is lower-case hex", () => {
    expect(outcome(use("technique: hash, kind: text"), text(32))).toBe("hash 32");
    expect(outcome(use("technique: hash, kind: text"), text(31))).toBe(1212);
    expect(outcome(use("technique: hash, kind: text"), field("A", "T", "person", "upper-alphanumeric", 1, 64))).toBe(1212);
    expect(outcome(use("technique: hash, kind: text, width: 64"), field("A", "T", "signature", "hex", 64, 64))).toBe("hash 64");
    expect(outcome(use("technique: hash, kind: text, prefix: H"), field("A", "T", "signature", "hex", 1, 64))).toBe(1212);
    expect(outcome(use("technique: hash, kind: text, hash: hmac-sha512, width: 128"), text(0))).toBe("hash 128");
  });
});

describe("an identifier's kind", () => {
  const of = (kind: KindName, shape: Field["fit"]["shape"]): string | number =>
    outcome(use(`technique: fpe, kind: ${kind}`), field("A", "T", "account", shape, 1, 35));

  test("goes where its values are of the shape", () => {
    expect(of("account", "iban")).toBe("fpe");
    expect(of("reference", "iban")).toBe(1212);
    expect(of("account", "text")).toBe("fpe");
    expect(of("bic", "bic")).toBe("fpe");
    expect(of("bic", "lt-address")).toBe("fpe");
    expect(of("reference", "reference-16x")).toBe("fpe");
    expect(of("reference", "digits")).toBe(1212);
    expect(of("digits", "digits")).toBe("fpe");
    expect(of("uetr", "uuid4")).toBe("fpe");
    expect(of("lei", "bic")).toBe(1212);
    expect(of("phone", "phone")).toBe("fpe");
    expect(of("digits", "date")).toBe(1212);
  });

  test("does not go where the type demands a beginning", () => {
    const fixed = field("A", "T", "identifier", "digits", 8, 8, { prefix: "CH" });
    expect(outcome(use("technique: fpe, kind: digits"), fixed)).toBe(1212);
    expect(outcome({ kind: "mask", form: "text", keepFirst: 0, keepLast: 0, character: undefined }, fixed)).toBe(1212);
    expect(outcome({ kind: "redact" }, fixed)).toBe("redact");
  });
});

describe("plain techniques", () => {
  const keep: Extract<Action, { kind: "keep" }> = { kind: "keep", strict: undefined, detect: true, codeMax: 0, otherwise: "error" };

  test("keep checks types where there are some", () => {
    const strictOf = (action: Action, format: "iso20022" | "json", of: Field): boolean | undefined => {
      const lowered = lower(action, format, of);
      return "operation" in lowered ? lowered.operation.strict : undefined;
    };
    const json = modelOf(`${HEAD}rules: [{path: "json:$.a", technique: keep}, {path: "json:$.b", technique: keep, as: date}]\n`);
    expect(json.rules[0]?.declared).toBeUndefined();
    expect(strictOf(keep, "iso20022", text(35))).toBe(true);
    expect(strictOf({ ...keep, strict: false }, "iso20022", text(35))).toBe(false);
    expect(outcome(keep, field("A", "any", "free-text", "unknown", 0, 0))).toBe(1212);
  });

  test("keep of codes alone leaves it to them what a code is, and needs a constant for the rest", () => {
    const codes = { ...keep, codeMax: 4, otherwise: "redact" } as const;
    const fitOf = (of: Field): unknown => {
      const lowered = lower(codes, "iso20022", of);
      return "operation" in lowered ? lowered.operation : lowered.issue;
    };
    const listed = field("A", "ExternalPurpose1Code", "code", "code", 1, 4);
    expect(fitOf(listed)).toMatchObject({
      technique: "keep",
      codeMax: 4,
      otherwise: "redact",
      strict: true,
      fit: { shape: "text", min: 1, max: 4 },
    });
    expect(lower(codes, "swift-mt", listed)).toMatchObject({ operation: { fit: { shape: "code" } } });
    expect(fitOf(field("A", "T", "code", "enum", 4, 4, { values: ["ABCD"] }))).toBe(1212);
  });

  test("redact has no neutral item of a list", () => {
    expect(outcome({ kind: "redact" }, field("A", "T", "code", "enum", 4, 4, { values: ["ABCD"] }))).toBe(1212);
    expect(outcome({ kind: "redact" }, field("A", "T", "signature", "hex", 64, 64))).toBe("redact");
    expect(outcome({ kind: "redact" }, field("A", "T", "signature", "hex", 1, 1))).toBe(1212);
    expect(outcome({ kind: "redact" }, field("A", "T", "signature", "hex", 1, 0))).toBe("redact");
  });

  test("drop leaves nothing where something must stand", () => {
    expect(outcome({ kind: "drop" }, text(35))).toBe(1212);
    expect(outcome({ kind: "drop" }, text(35, 0))).toBe("drop");
    expect(outcome({ kind: "drop" }, field("A", "any", "free-text", "unknown", 0, 0))).toBe("drop");
    expect(outcome({ kind: "drop" }, field("A", "T", "signature", "hex", 64, 64))).toBe("drop");
    expect("operation" in lower({ kind: "drop" }, "json", text(35))).toBe(true);
  });

  test("mask hides with a character that the shape admits", () => {
    const mask = (character?: string): Action => ({ kind: "mask", form: "text", keepFirst: 2, keepLast: 2, character });
    const characterOf = (of: Field): string | undefined => {
      const lowered = lower(mask(), "iso20022", of);
      return "operation" in lowered ? lowered.operation.maskCharacter : undefined;
    };
    expect(
      ["text", "swift-x", "code", "digits", "alphanumeric"].map((shape) => characterOf(field("A", "T", "code", shape as "text", 1, 9))),
    ).toEqual(["*", "X", "X", "0", "X"]);
    expect(outcome(mask("*"), field("A", "T", "code", "swift-x", 1, 9))).toBe(1212);
    expect(outcome(mask("-"), field("A", "T", "code", "swift-x", 1, 9))).toBe(1212);
    expect(outcome(mask(), field("A", "T", "account", "iban", 5, 34))).toBe(1212);
    expect(outcome(mask(), field("A", "T", "date", "date", 0, 0))).toBe(1212);
  });
});

describe("collisions", () => {
  test("are refused above one in a million, by the birthday bound", () => {
    const risky = (width: number, cardinality: string): boolean => {
      const options = `technique: token, kind: text, width: ${width}, cardinality: ${cardinality}, accept-collisions: for the test`;
      const one = { ...namespace(options), acceptCollisions: false };
      return collides(one, tokenSpace(one) ?? { alphabet: 1, width: 1 });
    };
    // n² / 2·32^w at n = 10^9: 32^15 gives 1.3·10^-5, 32^16 gives 4.1·10^-7.
    expect([risky(15, "1_000_000_000"), risky(16, "1_000_000_000")]).toEqual([true, false]);
    // FINDINGS of everyday life: eight characters of 32 hold a thousand values, and not a million.
    expect([risky(8, "1_000"), risky(8, "1_000_000")]).toEqual([false, true]);
    // Exactly one in a million is accepted: n = 2^10, 2^20·10^6 ≤ 2·32^w at w = 8 (2^41).
    expect([risky(8, "1024"), risky(7, "1024")]).toEqual([false, true]);
  });
});

/** Namespaces of every technique and kind that a model can declare. */
const namespaces = fc
  .record({
    technique: fc.constantFrom("token", "hash", "fpe", "pseudonym"),
    kind: fc.constantFrom(...KINDS),
    prefix: fc.constantFrom("", "NM", "A1", "x.y-z", "q"),
    width: fc.integer({ min: 1, max: 48 }),
    hash: fc.constantFrom(...HASHES),
    bin: fc.constantFrom("none", "6", "8"),
    otherwise: fc.constantFrom(...OTHERWISES),
    distinct: fc.boolean(),
    merge: fc.subarray([...MERGES]),
    domain: fc.constantFrom(...DOMAINS),
  })
  .map((all) => {
    const isDrawn = all.technique === "fpe" || (all.technique === "pseudonym" && !TOKEN_KINDS.includes(all.kind));
    const admitted = all.technique === "fpe" ? FPE_KINDS : [...FPE_KINDS, ...DRAWN_KINDS];
    const kind = isDrawn && !admitted.includes(all.kind) ? "reference" : all.kind;
    const merge = PARTY_KINDS.includes(kind) && all.merge.length > 0 ? `, merge: [${all.merge.join(", ")}]` : "";
    if (isDrawn) {
      const bin = kind === "pan" || kind === "account" ? `, bin: ${all.bin}` : "";
      const distinct = PARTY_KINDS.includes(kind) ? `, distinct: ${all.distinct}` : "";
      const domain = kind === "email" ? `, domain: ${all.domain}` : "";
      return `technique: ${all.technique}, kind: ${kind}, otherwise: ${all.otherwise}${bin}${distinct}${domain}${merge}`;
    }
    const hasPrefix = all.prefix !== "" && (all.technique === "hash" || (kind !== "email" && kind !== "prefixed-id"));
    const prefix = hasPrefix ? `, prefix: ${all.prefix}` : "";
    const hash = all.technique === "hash" ? `, hash: ${all.hash}` : "";
    return `technique: ${all.technique}, kind: ${kind}, width: ${all.width}, accept-collisions: in the test${prefix}${hash}${merge}`;
  });

const actions: fc.Arbitrary<Action> = fc.oneof(
  namespaces.map(use),
  fc.constantFrom<Action>({ kind: "redact" }, { kind: "drop" }),
  fc
    .record({ codeMax: fc.constantFrom(0, 4), otherwise: fc.constantFrom("error" as const, "redact" as const) })
    .map((codes): Action => ({ kind: "keep", strict: undefined, detect: true, ...codes })),
  fc
    .record({
      keepFirst: fc.nat(8),
      keepLast: fc.nat(8),
      form: fc.constantFrom(...MASK_FORMS),
      character: fc.constantFrom(undefined, "*", "X", "x", "0", "-", "_"),
    })
    .map((mask): Action => ({ kind: "mask", ...mask })),
);

const fits = fc.record({
  shape: fc.constantFrom(...SHAPES),
  min: fc.oneof(fc.constant(0), fc.constant(1), fc.nat(40)),
  max: fc.oneof(fc.constant(0), fc.constant(35), fc.nat(70)),
  values: fc.constant(["ABCD"]),
  prefix: fc.constantFrom("", "", "", "CH"),
});

for (const name of ENGINE_NAMES) {
  describe(`engine ${name}`, () => {
    test(
      "runs every operation that a model can ask for",
      async () => {
        const engine: Engine = await loadEngine(name);
        const keys = new Uint8Array(32).fill(7);
        const property = fc.property(actions, fits, (action, fit) => {
          if (fit.max !== 0 && fit.max < fit.min) return;
          const lowered = lower(action, "iso20022", { path: "A", type: "T", dataClass: "signature", fit });
          if ("issue" in lowered) return;
          const plan = encodePlan({ model: "m", namespaces: [{ name: "n", keyVersion: 1 }], operations: [lowered.operation] });
          engine.open(plan, keys, "mask").close();
        });
        fc.assert(property, { seed: seeded(`operations of ${name}`), numRuns: 3000 * DEPTH });
      },
      120_000 * DEPTH,
    );
  });
}
