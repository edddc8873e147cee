/** What a model says of encryption and of generated values. */
import { expect, test } from "bun:test";
import { compileModel } from "../../runtime/model/compile.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { placesOf } from "../../runtime/model/pattern.ts";
import { KINDS } from "../../runtime/model/vocabulary.ts";
import { ENGINE_NAMES } from "../engines.ts";
import { Masking } from "../property/masking.ts";

const problemsOf = (text: string): readonly string[] =>
  loadModel({ name: "m.yaml", text: `bauta: 1\nname: m\nextends: test-data\n${text}` }).problems.map(
    ({ issue, path }) => `${issue} ${path}`,
  );
const ofNamespace = (namespace: string): readonly string[] => problemsOf(`namespaces: {a: {${namespace}}}\n`);

test("what the techniques need and do not take is told", () => {
  expect(ofNamespace("technique: encrypt, kind: text, cipher: aes-gcm, otherwise: redact")).toEqual([]);
  expect(ofNamespace("technique: encrypt, kind: iban")).toContain("1210 namespaces.a.kind");
  expect(ofNamespace("technique: encrypt, kind: text, cipher: aes-cbc")).toContain("1210 namespaces.a.cipher");
  expect(ofNamespace("technique: encrypt, kind: text, width: 20")).toContain("1210 namespaces.a.width");
  expect(ofNamespace("technique: fpe, kind: iban, cipher: aes-siv")).toContain("1210 namespaces.a.cipher");
  expect(ofNamespace("technique: generate, kind: iban")).toEqual([]);
  expect(ofNamespace('technique: generate, kind: amount, from: "1.00", to: "9.99"')).toEqual([]);
  expect(ofNamespace("technique: generate, kind: date, from: 2024-01-01, to: 2024-12-31")).toEqual([]);
  expect(ofNamespace("technique: generate, kind: amount")).toEqual(["1210 namespaces.a.from", "1210 namespaces.a.to"]);
  expect(ofNamespace("technique: generate, kind: date, from: yesterday, to: 2024-12-31")).toContain("1210 namespaces.a.from");
  expect(ofNamespace("technique: generate, kind: text")).toContain("1210 namespaces.a.pattern");
  expect(ofNamespace('technique: generate, kind: text, pattern: "a+"')).toContain("1210 namespaces.a.pattern");
  expect(ofNamespace("technique: generate, kind: national-id")).toContain("1210 namespaces.a.like");
  expect(ofNamespace("technique: generate, kind: prefixed-id, like: CUST_1")).toContain("1210 namespaces.a.kind");
  expect(ofNamespace("technique: generate, kind: iban, otherwise: redact")).toContain("1210 namespaces.a.otherwise");
  expect(ofNamespace("technique: generate, kind: iban, pattern: ABC")).toContain("1210 namespaces.a.pattern");
});

test("what is not of one value cannot be what a subject or a text is told by", () => {
  const own = "own: {technique: generate, kind: party-name}";
  expect(problemsOf(`namespaces: {${own}, a: {technique: date-shift, kind: date, days: 9, subject: own}}\n`)).toEqual([
    "1210 namespaces.a.subject",
  ]);
  expect(problemsOf(`namespaces: {${own}}\ntext: {mode: detect, name: own}\n`)).toEqual(["1210 text.name"]);
});

test("mode random does not encrypt, for nobody could open it", () => {
  const text =
    'bauta: 1\nname: m\nmode: random\nscope: run\nnamespaces: {a: {technique: encrypt, kind: text}}\nrules: [{path: "json:$.a", use: a}]\n';
  expect(loadModel({ name: "m.yaml", text }).problems.map(({ issue }) => issue)).toEqual([1214]);
});

test("patterns are lists of characters by place", () => {
  expect(placesOf("I-[A-C]{2}[0-2x]\\{")).toEqual(["I", "-", "ABC", "ABC", "012x", "{"]);
  expect(placesOf("[a\\]-]")).toEqual(["a]-"]);
  for (const wrong of ["", "{2}", "a{0}", "a{999}", "[", "[]", "[^a]", "[z-a]", "(a)", "a|b", "a*", "\\", "a{2", "]", ".".repeat(257)])
    expect(placesOf(wrong), wrong).toBeUndefined();
});

test("a field for which a ciphertext is too long is found by the check", () => {
  const model = (cipher: string): string =>
    `namespaces: {a: {technique: encrypt, kind: text, cipher: ${cipher}}}\nrules: [{path: "pacs.008:**/UltmtDbtr/Nm", use: a}, {path: "pacs.008:**/TwnNm", use: a}]\n`;
  const loaded = loadModel({ name: "m.yaml", text: `bauta: 1\nname: m\nextends: test-data\n${model("aes-gcm")}` });
  expect(loaded.problems).toEqual([]);
  const compiled = compileModel(loaded.model as NonNullable<typeof loaded.model>);
  const field = (path: string, max: number) => ({
    path,
    type: `Max${max}Text`,
    dataClass: "person" as const,
    fit: { shape: "text" as const, min: 1, max },
  });
  const fits = (path: string, max: number): boolean => compiled.operationFor("iso20022", "pacs.008.001.08", field(path, max)) >= 0;
  expect(fits("FIToFICstmrCdtTrf/CdtTrfTxInf/UltmtDbtr/Nm", 140)).toBe(true);
  expect(fits("FIToFICstmrCdtTrf/CdtTrfTxInf/Dbtr/PstlAdr/TwnNm", 35)).toBe(false);
});

/** A model of JSON in which every generated kind has a field of its own. */
const GENERATED = {
  bauta: 1,
  name: "m",
  extends: "test-data",
  seed: "one",
  namespaces: Object.fromEntries(
    KINDS.filter((kind) => kind !== "prefixed-id").map((kind) => [
      `g-${kind}`,
      {
        technique: "generate",
        kind,
        ...(kind === "amount" ? { from: "10.00", to: "99.99" } : {}),
        ...(kind === "date" ? { from: "2020-01-01", to: "2024-12-31" } : {}),
        ...(kind === "text" ? { pattern: "INV-[A-Z]{2}[0-9]{6}" } : {}),
        ...(kind === "national-id" || kind === "identifier" ? { like: "12345678Z" } : {}),
      },
    ]),
  ),
  rules: KINDS.filter((kind) => kind !== "prefixed-id").map((kind) => ({ path: `json:$['${kind}']`, use: `g-${kind}` })),
} as const;

for (const engine of ENGINE_NAMES) {
  test(`every kind is generated by its own example, ${engine}`, async () => {
    const masking = await Masking.open({ engine, model: GENERATED as never });
    const record = Object.fromEntries(KINDS.filter((kind) => kind !== "prefixed-id").map((kind) => [kind, `clear ${kind}`]));
    const text = JSON.stringify(record);
    const once = new TextDecoder().decode(masking.maskWhole(new TextEncoder().encode(text)));
    const masked = JSON.parse(once) as Record<string, string>;
    for (const [kind, value] of Object.entries(masked)) {
      expect(value, kind).not.toContain("clear");
      expect(value.length, kind).toBeGreaterThan(0);
    }
    expect(masked["text"]).toMatch(/^INV-[A-Z]{2}[0-9]{6}$/);
    expect(masked["date"]).toMatch(/^202[0-4]-[0-9]{2}-[0-9]{2}$/);
    expect(Number(masked["amount"])).toBeGreaterThanOrEqual(10);
    // A second run over the same bytes is a replay.
    expect(new TextDecoder().decode(masking.maskWhole(new TextEncoder().encode(text)))).toBe(once);
    masking.close();
    const other = await Masking.open({ engine, model: { ...GENERATED, seed: "two" } as never });
    expect(new TextDecoder().decode(other.maskWhole(new TextEncoder().encode(text)))).not.toBe(once);
    other.close();
  });
}
