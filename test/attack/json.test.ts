/** Attacks on the reading of JSON: rules that look right and miss, names that hide or tell, data at the end of a stream. */
import { describe, expect, test } from "bun:test";
import type { ModelDocument, RuleDocument } from "../../runtime/model/document.ts";
import { ENGINES, run } from "../harness.ts";
import { attack, codesOf } from "./support.ts";

const modelOf = (...rules: readonly RuleDocument[]): ModelDocument => ({
  bauta: 1,
  name: "attack-json",
  mode: "deterministic",
  namespaces: {
    card: { technique: "fpe", kind: "pan", bin: "none", otherwise: "redact" },
    party: { technique: "token", kind: "party-name", prefix: "NM" },
  },
  rules,
});
/** Keeps what no other rule names: the model that forgives least. */
const KEEP: RuleDocument = { path: "json:$.**", technique: "keep" };
const lax = modelOf(
  KEEP,
  { path: "json:$.name", use: "party" },
  { path: "json:$.note", technique: "redact" },
  { path: "json:$.gone", technique: "drop" },
);

describe("a rule that protects a member protects it in whatever form it comes", () => {
  const INPUTS: Readonly<Record<string, string>> = {
    "an object where a name was": '{"name":{"first":"Ottilie","last":"Brandhorst"}}',
    "a list where a name was": '{"name":["Ottilie","Brandhorst"]}',
    "a list of lists": '{"name":[[["Ottilie"]]]}',
    "an object where a text was": '{"note":{"by":{"who":"Ottilie"}}}',
    "an object that is to be dropped": '{"gone":{"who":"Ottilie"}}',
    "behind other members": '{"a":1,"b":{"c":[]},"name":{"x":1,"first":"Ottilie"},"d":2}',
  };
  for (const [name, input] of Object.entries(INPUTS)) {
    test(`${name} refuses, where all that is left is a rule that keeps`, async () => {
      expect(codesOf(await attack(input, { model: lax }))).toEqual([2201]);
    });
  }

  test("default: keep is such a rule", async () => {
    const model: ModelDocument = {
      ...modelOf({ path: "json:$.name", use: "party" }),
      default: { "danger-keep-uncovered": true, because: "what forgives least is what is attacked" },
    };
    expect((await attack('{"name":"Ottilie","a":"b"}', { model })).text).toMatch(/^\{"name":"NM\w{20}","a":"b"\}$/);
    expect(codesOf(await attack('{"name":{"first":"Ottilie"}}', { model }))).toEqual([2201]);
  });

  test("rules that go on where that one ends decide what is inside", async () => {
    const redacted = modelOf(KEEP, { path: "json:$.name", use: "party" }, { path: "json:$.name.**", technique: "redact" });
    expect((await attack('{"name":{"first":"Ottilie","of":["Brandhorst"]}}', { model: redacted })).text).toBe(
      '{"name":{"first":"REDACTED","of":["REDACTED"]}}',
    );
    const kept = modelOf(KEEP, { path: "json:$.name", use: "party" }, { path: "json:$.name.*", technique: "keep" });
    expect((await attack('{"name":{"title":"Dr"}}', { model: kept })).text).toBe('{"name":{"title":"Dr"}}');
    expect(codesOf(await attack('{"name":{"titles":["Dr"]}}', { model: kept }))).toEqual([2201]);
    const exact = modelOf(
      { path: "json:$.**", technique: "redact" },
      { path: "json:$.card.brand", technique: "keep" },
      { path: "json:$.card", technique: "redact" },
    );
    expect((await attack('{"card":{"brand":"V","x":"y"}}', { model: exact })).text).toBe('{"card":{"brand":"V","x":"REDACTED"}}');
  });

  test("rules that spell out a name inside may keep it", async () => {
    const named = modelOf(
      { path: "json:$.**.class", technique: "keep" },
      { path: "json:$.**.tags[*]", technique: "keep" },
      { path: "json:$.entries[*]", technique: "redact" },
    );
    expect((await attack('{"entries":["text",{"class":"x","tags":["y"]}]}', { model: named })).text).toBe(
      '{"entries":["REDACTED",{"class":"x","tags":["y"]}]}',
    );
    const outside = modelOf({ path: "json:$.entries.**", technique: "keep" }, { path: "json:$.entries.name", technique: "redact" });
    expect(codesOf(await attack('{"entries":{"name":{"class":"x"}}}', { model: outside }))).toEqual([2201]);
    const level = modelOf({ path: "json:$.entries.*.*", technique: "keep" }, { path: "json:$.entries.name", technique: "redact" });
    expect(codesOf(await attack('{"entries":{"name":{"class":"x"}}}', { model: level }))).toEqual([2201]);
  });

  test("a container beside it, empty ones and null are as ever", async () => {
    expect((await attack('{"a":{"name":{"b":1}},"name":null,"note":{},"gone":[[]]}', { model: lax })).text).toBe(
      '{"a":{"name":{"b":1}},"name":null,"note":{},"gone":[[]]}',
    );
  });
});

describe("sensitive authentication data", () => {
  const NAMES = [
    ...["cvv_2", "card-cvc", "CVV2", "cardCVV2", "CARDCVV", "c\\u0076v", "cv\\u200bv", "CV V", "cvv.value"],
    ...["card_cvv_value", "cvv2_val", "cvvNo", "cardCvvNum", "cvv2Hash", "cvvEncrypted", "paymentCardSecurityCode", "cvx2"],
    ...["cardVerificationValue2", "payment_card_verification_code", "cardPinData", "user_pin_number", "PINBlck", "encPinBlockData"],
    ...["trackTwoData", "raw_track_one", "Track-II", "trk2", "trackIIData"],
  ];
  for (const name of NAMES) {
    test(`under the name ${name} is removed`, async () => {
      const result = await run(`{"a":1,"${name}":"123","b":{"${name}":{"x":["123"]}}}`, { model: modelOf(KEEP), engine: "portable" });
      expect([codesOf(result), result.text]).toEqual([[], '{"a":1,"b":{}}']);
      expect(result.counts.removed).toBe(2);
    });
  }

  test("names that only look like it stay", async () => {
    const input = '{"shipping":1,"pinEntryMode":2,"cvvResult":3,"soundtrack2":4,"spin":5,"opinion":6,"tracking":7,"trackId":8}';
    expect((await attack(input, { model: modelOf(KEEP) })).text).toBe(input);
  });
});

describe("names of members", () => {
  test("that no rule names are not told when a record is refused", async () => {
    const model = modelOf({ path: "json:$.card.pan", use: "card" });
    for (const [input, path] of [
      ['{"Brandhorst":{"Ottilie":1}}', "$.?.?"],
      ['{"card":{"Ottilie":"x"}}', "$.card.?"],
      ['{"card":{"pan":{"Ottilie":[1]}}}', "$.card.pan.?[0]"],
      ['{"Brandhorst":[{"Ottilie":tru}]}', "$.?[0].?"],
    ] as const) {
      const result = await attack(input, { model });
      expect(result.refusals.map((refusal) => refusal.path)).toEqual([path]);
      expect(JSON.stringify(result.refusals)).not.toMatch(/Ottilie|Brandhorst/);
    }
  });
});

describe("the end of a stream", () => {
  test("a record that breaks the grammar has one verdict, wherever the buffer was cut", async () => {
    const good = `{"a":"${"x".repeat(1000)}"}\n`;
    const many = good.repeat(Math.floor((1024 * 1024) / good.length));
    const input = `${many}{"a":nil}`;
    const outcomes = new Set<string>();
    for (const engine of ENGINES) {
      for (const chunks of [[input.length], [many.length, 9], [1], [65_536]]) {
        const { refusals, counts, stopped } = await run(input, { model: modelOf(KEEP), engine, chunks });
        outcomes.add(JSON.stringify({ refusals, in: counts.in, out: counts.out, stopped }));
      }
    }
    expect(outcomes.size).toBe(1);
  });
});
