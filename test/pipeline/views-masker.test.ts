/** One scan for several readers: when it is one, when it is not, and that each gets what it would get alone. */
import { describe, expect, test } from "bun:test";
import type { Format } from "../../runtime/formats/api.ts";
import { loadModel } from "../../runtime/model/load.ts";
import { MessageNames } from "../../runtime/pipeline/messages-out.ts";
import { PolicyActivator } from "../../runtime/policies.ts";
import type { Answer } from "../../runtime/policy/answer.ts";
import type { FieldFacts } from "../../runtime/policy/api.ts";
import { FORMATS } from "../../runtime/registry.ts";
import { EXAMPLE_MT, EXAMPLE_XML } from "../e2e/cli.ts";
import { policiesOf, SideBySide } from "./views.ts";

const RULES = [
  { path: "json:$.id", use: "reference" },
  { path: ["json:$.name", "json:$.note"], technique: "redact" },
  { path: "json:$.**", technique: "keep" },
] as const;
/** Rules that open any content. */
const OPENING = [
  { path: "pacs.008:**/SplmtryData/Envlp/Ext/AcctId", use: "account" },
  { path: "pacs.008:**/SplmtryData/Envlp/Ext/Note", technique: "redact" },
] as const;
const { model } = loadModel({
  name: "test model",
  document: { bauta: 1, name: "views", extends: "test-data", rules: [...RULES, ...OPENING] },
});
if (model === undefined) throw new Error("no model");
const activator = new PolicyActivator(model);

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const MODEL: Answer = { action: "model" };
const KEEP: Answer = { action: "keep", detect: false, codeMax: 0 };
const HIDE: Answer = { action: "mask", keepFirst: 0, keepLast: 2, character: undefined, kind: undefined };

/** Views by name, each with what it gets of fields; undefined: what the model says. */
type Views = Readonly<Record<string, (facts: FieldFacts) => Answer | undefined>>;

async function open(engine: "native" | "portable", views: Views, formats?: readonly Format[], names?: MessageNames): Promise<SideBySide> {
  const readers = Object.keys(views);
  const reads = ["class", "name"] as const;
  const policies = await policiesOf(activator, readers, reads, (view, facts) => views[view]?.(facts) ?? MODEL);
  return SideBySide.open(engine, model as NonNullable<typeof model>, policies, {
    ...(formats && { formats }),
    ...(names && { names }),
  });
}

/** Formats that count how often a record is walked. */
function counting(): { readonly formats: readonly Format[]; walked: number } {
  const counter = { formats: [] as Format[], walked: 0 };
  for (const format of FORMATS) {
    counter.formats.push({
      ...format,
      open(rules, options) {
        const inner = format.open(rules, options);
        const scan: typeof inner.scan = (batch, start, limit, last) => {
          counter.walked++;
          return inner.scan(batch, start, limit, last);
        };
        return Object.assign(Object.create(inner), { scan, ...bound(inner) });
      },
    });
  }
  return counter;
}

/** Methods that need their own `this`. */
const bound = (inner: ReturnType<Format["open"]>) => ({
  messageName: (index: number) => inner.messageName(index),
  fieldPath: (message: number, field: number) => inner.fieldPath(message, field),
  fieldClass: (message: number, field: number) => inner.fieldClass(message, field),
  fieldOf: (message: number, field: number) => inner.fieldOf(message, field),
});

const ofClass = (name: string, answer: Answer) => (facts: FieldFacts) => (facts.class === name ? answer : undefined);
/** A member of JSON. */
const ofMember = (name: string, answer: Answer) => (facts: FieldFacts) =>
  facts.format === "json" && facts.name === name ? answer : undefined;

describe.each(["native", "portable"] as const)("%s", (engine) => {
  test("a record is walked once for readers that see it otherwise", async () => {
    const counter = counting();
    const different: Views = {
      clear: ofClass("person", KEEP),
      hidden: ofClass("person", HIDE),
      hashed: ofClass("account", { action: "hash" }),
      constant: ofClass("contact", { action: "redact" }),
      partner: () => undefined,
    };
    const views = await open(engine, different, counter.formats);
    const values = [EXAMPLE_XML, EXAMPLE_MT, '{"id":"A1","name":"Ada","a":{"b":1}}'].map(bytes);
    const out = views.mask(values);
    expect(counter.walked).toBe(values.length);
    expect(views.masker.scans).toBe(1);
    for (let value = 0; value < values.length; value++) expect(new Set(out.map((own) => own[value])).size).toBeGreaterThan(1);
    views.close();
  });

  test("one that a policy denies a field to is parted from the others, which go on together", async () => {
    const counter = counting();
    const views = await open(
      engine,
      { a: () => undefined, denied: ofClass("account", { action: "refuse", reason: "no accounts" }), b: ofClass("person", HIDE) },
      counter.formats,
    );
    const [a, denied, b] = views.mask([bytes(EXAMPLE_XML)]);
    expect([a?.[0] === undefined, denied?.[0], b?.[0] === undefined]).toEqual([false, undefined, false]);
    expect(views.masker.scans).toBe(2);
    counter.walked = 0;
    views.mask([bytes(EXAMPLE_XML)]);
    expect(counter.walked).toBeLessThanOrEqual(2);
    views.close();
  });

  test("what goes with what stands around it goes for those alone that it is removed for", async () => {
    const key = "0123456789ABCDEF".repeat(4);
    const signed = `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.002.001.15"><FIToFIPmtStsRpt><TxInfAndSts><OrgnlInstrId>ABC-1</OrgnlInstrId><CdtSttlmKey>${key}</CdtSttlmKey></TxInfAndSts></FIToFIPmtStsRpt></Document>`;
    const views = await open(engine, {
      without: ofClass("signature", { action: "drop" }),
      hidden: ofClass("signature", { action: "redact" }),
      other: ofClass("signature", { action: "redact" }),
    });
    const json = '{"id":"A1","note":"x","name":"Ada"}';
    for (let call = 0; call < 2; call++) {
      const [without, hidden] = views.mask([bytes(signed), bytes(json)]);
      expect([without?.[0]?.includes("CdtSttlmKey"), hidden?.[0]?.includes("CdtSttlmKey")]).toEqual([false, true]);
      expect(`${without}${hidden}`).not.toContain(key);
    }
    expect(views.masker.scans).toBe(2);
    views.close();
    const members = await open(engine, { without: ofMember("note", { action: "drop" }), with: () => undefined });
    for (let call = 0; call < 2; call++) {
      const [without, hidden] = members.mask([bytes(json)]);
      expect([without?.[0]?.includes("note"), hidden?.[0]?.includes('"note":"')]).toEqual([false, true]);
    }
    expect(members.masker.scans).toBe(2);
    members.close();
  });

  test("any content that the model opens is open for all of them, and what goes of it goes for one alone", async () => {
    const inside = "<SplmtryData><Envlp><Ext><AcctId>DE82500990010073211884</AcctId><Note>Hello</Note></Ext></Envlp></SplmtryData>";
    const record = EXAMPLE_XML.replace("</CdtTrfTxInf>", `${inside}</CdtTrfTxInf>`);
    const named = (name: string, answer: Answer) => (facts: FieldFacts) => (facts.name === name ? answer : undefined);
    const views = await open(engine, { model: () => undefined, hidden: named("AcctId", HIDE), without: named("Note", { action: "drop" }) });
    for (let call = 0; call < 2; call++) {
      const [as, hidden, without] = views.mask([bytes(record)]).map((own) => /<Ext>.*<\/Ext>/.exec(own[0] ?? "")?.[0]);
      expect([as, hidden].map((one) => one?.includes("<Note>REDACTED</Note>"))).toEqual([true, true]);
      expect(hidden).toContain("<AcctId>********************84</AcctId>");
      expect(without).not.toContain("Note");
      expect(`${as}${hidden}${without}`).not.toContain("DE82500990010073211884");
    }
    expect(views.masker.scans).toBe(2);
    views.close();
  });

  test("a container where some readers want a text hidden is nothing that the rest of the rules may keep, for those", async () => {
    const views = await open(engine, { clear: ofMember("name", KEEP), hidden: () => undefined, also: ofMember("id", HIDE) });
    const drifted = '{"id":"A1","name":{"first":"Ada","last":"Quast"}}';
    // It is given up after so many that nobody can say the reason of.
    for (let call = 0; call < 5; call++) {
      const [clear, hidden, also] = views.mask(Array.from({ length: 20 }, () => bytes(drifted)));
      expect(clear?.every((one) => one?.includes("Ada"))).toBe(true);
      expect([...(hidden ?? []), ...(also ?? [])].every((one) => one === undefined)).toBe(true);
    }
    views.close();
    // The rest of the rules hides what it finds for one reader, and would keep it for the other.
    const rest = await open(engine, { hidden: ofMember("", { action: "redact" }), clear: () => undefined });
    const [hidden, clear] = rest.mask([bytes(drifted)]);
    expect([hidden?.[0] !== undefined, clear?.[0]]).toEqual([true, undefined]);
    expect(hidden?.[0]).not.toContain("Ada");
    rest.close();
  });

  test("what is wrong for all of them is refused for all, and they stay together", async () => {
    const views = await open(engine, { a: () => undefined, b: ofClass("person", HIDE) });
    for (let call = 0; call < 3; call++) {
      const [a, b] = views.mask([bytes(EXAMPLE_XML), bytes(EXAMPLE_XML.slice(0, -20)), bytes("{"), bytes(""), bytes(EXAMPLE_MT)]);
      for (const own of [a, b]) expect(own?.map((one) => one === undefined)).toEqual([false, true, true, true, false]);
    }
    expect(views.masker.scans).toBe(1);
    views.close();
  });

  test("records count that went to any reader, whichever that is", async () => {
    const views = await open(engine, {
      denied: ofClass("account", { action: "refuse", reason: "no accounts" }),
      others: ofMember("id", { action: "refuse", reason: "no ids" }),
    });
    const [denied, others] = views.mask([EXAMPLE_XML, '{"id":"A1"}', EXAMPLE_MT, '{"note":"x"}', "{"].map(bytes));
    const isOut = (own: readonly (string | undefined)[] = []): readonly boolean[] => own.map((one) => one !== undefined);
    expect(isOut(denied)).toEqual([false, true, false, true, false]);
    expect(isOut(others)).toEqual([true, false, true, true, false]);
    expect([...(views.recordsByMessage ?? [])].sort()).toEqual([
      ["MT103", 1],
      ["json", 2],
      ["pacs.008.001.08", 1],
    ]);
    views.close();
  });

  test("message types have one number, whatever masks: what comes behind another policy is not told by the names of the one before", async () => {
    const names = new MessageNames();
    const first = await open(engine, { a: () => undefined, b: ofClass("person", HIDE) }, undefined, names);
    const second = await open(engine, { a: () => undefined, b: ofClass("person", KEEP) }, undefined, names);
    const told: (readonly string[])[] = [];
    for (const [views, values] of [
      [first, [EXAMPLE_XML, EXAMPLE_MT]],
      [second, [EXAMPLE_MT, '{"id":"A1"}']],
      [first, ['{"id":"A1"}']],
    ] as const) {
      views.mask(values.map(bytes));
      told.push(views.names(1));
    }
    expect(told).toEqual([["pacs.008.001.08", "MT103"], ["MT103", "json"], ["json"]]);
    for (const one of [first, second]) one.close();
  });
});
