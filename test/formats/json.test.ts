/** The JSON scanner, case by case: RFC 8259, default deny, names, framing, faults. */
import { describe, expect, test } from "bun:test";
import { SCAN_FRAME_ERROR, SCAN_MORE } from "../../runtime/formats/api.ts";
import { json } from "../../runtime/formats/json/index.ts";
import { DEPTH_MAX, VALUES_MAX } from "../../runtime/kit/limits.ts";
import { Batch, ENCODING_JSON_NUMBER, ENCODING_JSON_STRING } from "../../runtime/record/tables.ts";
import { brief, bytesOf, DROP, openJson, rulesetOf, rulesetOfRules, see, structureOf } from "./json-support.ts";

const all = openJson(rulesetOf("$.**"));

describe("values", () => {
  test("a string is the text inside its quotes, a number and a boolean are the token", () => {
    const seen = see(all, '{"a":"x\\u00e9","b":-12.50e+3,"c":true,"d":false,"e":4111111111111111}');
    expect(seen.values.map(({ text, encoding }) => [text, encoding])).toEqual([
      ["x\\u00e9", ENCODING_JSON_STRING],
      ["-12.50e+3", ENCODING_JSON_NUMBER],
      ["true", ENCODING_JSON_NUMBER],
      ["false", ENCODING_JSON_NUMBER],
      ["4111111111111111", ENCODING_JSON_NUMBER],
    ]);
  });

  test("null and empty containers are structure", () => {
    const seen = see(openJson(rulesetOf()), '{"a":null,"b":{},"c":[],"d":[null,[ ]]}');
    expect(seen.status).toBe(0);
    expect(seen.values).toEqual([]);
  });

  test("an empty string is a value", () => {
    expect(see(all, '{"a":""}').values.map(({ start, end }) => [start, end])).toEqual([[6, 6]]);
    expect(see(openJson(rulesetOf()), '{"a":""}').status).toBe(2201);
  });

  test("digits beyond 2^53 and long fractions are segments as they stand", () => {
    const number = `${"9".repeat(400)}.${"1".repeat(400)}E-0`;
    expect(see(all, `[${number}]`).values[0]?.text).toBe(number);
  });

  test("values ascend, and what is outside of them is punctuation, names and white space", () => {
    const input = ' {"b" : [ "x" , 1 , { "c" :\t"y" } ] ,\r\n"a" : true }'.slice(1);
    expect(structureOf(input, see(all, input))).toBe('{"b" : [ "" ,  , { "c" :\t"" } ] ,\r\n"a" :  }');
  });

  test("the scope of a value is its innermost object", () => {
    const seen = see(all, '{"a":1,"b":{"c":2,"d":[3,{"e":4}]},"f":5,"g":[{"h":6}]}');
    expect(seen.values.map(({ text, scope }) => [text, scope])).toEqual([
      ["1", 0],
      ["2", 1],
      ["3", 1],
      ["4", 2],
      ["5", 0],
      ["6", 3],
    ]);
  });
});

describe("rules", () => {
  test("names, one level, any depth; array levels count as one", () => {
    const format = openJson(rulesetOf("$.a.b", "$.a.*", "$.list.*.x", "$.**.deep", "$.top.**"));
    const seen = see(format, '{"a":{"b":1,"c":2},"list":[{"x":3},{"x":4}],"top":{"p":5,"q":[6,{"deep":7}]},"m":[[{"deep":8}]],"deep":9}');
    // `$.top.**` and `$.**.deep` spell out one name each: rank 1, met below as an ambiguity of its own.
    expect(seen.status).toBe(1208);
    const ranked = openJson(
      rulesetOfRules([
        { segments: ["a", "b"], rank: 5, operation: 10, label: "" },
        { segments: ["a", "*"], rank: 4, operation: 11, label: "" },
        { segments: ["list", "*", "x"], rank: 5, operation: 12, label: "" },
        { segments: ["**", "deep"], rank: 3, operation: 13, label: "" },
        { segments: ["top", "**"], rank: 2, operation: 14, label: "" },
      ]),
    );
    const input = '{"a":{"b":1,"c":2},"list":[{"x":3},{"x":4}],"top":{"p":5,"q":[6,{"deep":7}]},"m":[[{"deep":8}]],"deep":9}';
    expect(brief(see(ranked, input))).toEqual([
      [10, "1"],
      [11, "2"],
      [12, "3"],
      [12, "4"],
      [14, "5"],
      [14, "6"],
      [13, "7"],
      [13, "8"],
      [13, "9"],
    ]);
  });

  test("the highest rank wins, whatever the order of the rules", () => {
    const low = { segments: ["**"], rank: 1, operation: 1, label: "low" };
    const high = { segments: ["**", "pan"], rank: 2, operation: 2, label: "high" };
    for (const rules of [
      [low, high],
      [high, low],
    ]) {
      expect(brief(see(openJson(rulesetOfRules(rules)), '{"x":"a","y":{"pan":"b"}}'))).toEqual([
        [1, "a"],
        [2, "b"],
      ]);
    }
  });

  test("rules of one rank with different operations refuse, with the same operation they do not", () => {
    const one = { segments: ["a", "*"], rank: 1, operation: 1, label: "one" };
    const other = { segments: ["*", "b"], rank: 1, operation: 2, label: "other" };
    expect(see(openJson(rulesetOfRules([one, other])), '{"a":{"b":1}}').fault).toMatchObject({ issue: 1208, path: "$.a.b" });
    expect(brief(see(openJson(rulesetOfRules([one, { ...other, operation: 1 }])), '{"a":{"b":1}}'))).toEqual([[1, "1"]]);
  });

  test("a rule that names a container applies to nothing inside", () => {
    const format = openJson(rulesetOf("$.card"));
    expect(see(format, '{"card":{"pan":"4111111111111111"}}').fault).toMatchObject({ issue: 2201, path: "$.card.pan" });
    expect(see(format, '{"card":["4111111111111111"]}').fault).toMatchObject({ issue: 2201, path: "$.card[0]" });
    expect(see(format, '{"card":"4111111111111111"}').status).toBe(0);
  });

  test("names are compared after unescaping, and in UTF-8", () => {
    const format = openJson(rulesetOf("$.pan", "$.größe", "$.😀"));
    expect(brief(see(format, '{"\\u0070a\\u006e":"x","gr\\u00f6\\u00DFe":"y","\\ud83d\\ude00":"z"}'))).toEqual([
      [0, "x"],
      [1, "y"],
      [2, "z"],
    ]);
    expect(see(format, '{"größe":"y","😀":"z"}').status).toBe(0);
    // NFD is another name: rules and names are compared as they are.
    expect(see(format, '{"gro\\u0308\\u00DFe":"y"}').status).toBe(2201);
  });

  test("fields are named by their rule", () => {
    const format = openJson(rulesetOfRules([{ segments: ["a", "**", "b c", "*"], rank: 1, operation: 0, label: "" }]));
    expect(format.fieldPath(0, 0)).toBe('$.a.**["b c"].*');
    expect(format.messageName(0)).toBe("json");
  });

  test("more states than are remembered give the same answers", () => {
    // 2^14 sets of places can be met; each forgets others.
    const format = openJson(rulesetOf(`$.**.a${".*".repeat(14)}`, "$.**"));
    const rules = Array.from({ length: 600 }, (_, i) => `$.**.n${i}.*.*.*.*.*.*.*.*.x${i}`);
    const crowded = openJson(rulesetOf(...rules, "$.**"));
    let state = 1;
    for (let round = 0; round < 40; round++) {
      const names = Array.from({ length: 40 }, () => {
        state = (state * 1103515245 + 12345) % 2147483648;
        return state % 3 === 0 ? "a" : `n${state % 600}`;
      });
      const input = `${names.map((name) => `{"${name}":`).join("")}1${"}".repeat(40)}`;
      expect(see(format, input).values[0]?.operation).toBe(names[25] === "a" ? 0 : 1);
      expect(see(crowded, input).values[0]?.operation).toBe(600);
    }
  });
});

describe("default deny", () => {
  const format = openJson(rulesetOf("$.pan"));

  test("a leaf without a rule refuses with its path, place and length", () => {
    const seen = see(format, '{"pan":"1","items":[{},{"blob":"NDExMTEx"}]}');
    expect(seen.status).toBe(2201);
    expect(seen.values).toEqual([]);
    expect(seen.fault).toEqual({ record: 0, issue: 2201, offset: 32, length: 8, path: "$.items[1].blob" });
  });

  test.each([
    ["a card number", "4111111111111111"],
    ["a card number in groups behind a letter", "a4111-1111-1111-1111"],
    ["an account", "DE89370400440532013000"],
    ["an e-mail address", "erika@example.com"],
    ["a name with a space", "Erika Mustermann"],
    ["a name with an umlaut", "Müller"],
    ["a UETR", "a0b1c2d3-e4f5-4a6b-8c7d-9e0f1a2b3c4d"],
    ["a date of birth", "born-1964-08-12"],
    ["the empty name", ""],
    ["65 letters", "a".repeat(65)],
    ["a control character", "a\\u0007"],
  ])("a name that is %s is refused, and not shown", (_, name) => {
    const seen = see(openJson(rulesetOf("$.**")), `{"ok":{"${name}":"x"}}`);
    expect(seen.fault).toMatchObject({ issue: 2201, path: "$.ok.?" });
  });

  test.each(["pan", "@_Ccy", "#text", "$ref", "_id", "xs:date", "odata.type", "a-b", "line5", "a".repeat(64)])(
    "the name %s is plain",
    (name) => {
      expect(see(openJson(rulesetOf("$.**")), `{"${name}":"x"}`).status).toBe(0);
    },
  );

  test("a rule that spells the name out for that very level makes it structure", () => {
    const spelled = openJson(rulesetOf("$.a.0", "$.b.*"));
    expect(see(spelled, '{"a":{"0":"x"}}').status).toBe(0);
    expect(see(spelled, '{"b":{"0":"x"}}').fault).toMatchObject({ issue: 2201, path: "$.b.0" });
  });

  test("a refused name refuses whatever stands under it", () => {
    for (const value of ["null", "{}", "[]", "true"]) expect(see(all, `{"411111":${value}}`).status).toBe(2201);
  });

  test("__proto__ is a name like others", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    expect(see(format, '{"__proto__":{"rule":"keep"},"pan":"4111111111111111"}').fault).toMatchObject({
      issue: 2201,
      path: "$.__proto__.rule",
    });
    expect(see(format, '{"constructor":"x"}').status).toBe(2201);
    expect(see(openJson(rulesetOf("$.__proto__.rule")), '{"__proto__":{"rule":"keep"}}').status).toBe(0);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>).rule).toBeUndefined();
  });
});

describe("names that come twice", () => {
  test.each([
    ["side by side", '{"pan":"1","pan":"2"}', "$.pan"],
    ["one of them escaped", '{"pan":"1","p\\u0061n":"2"}', "$.pan"],
    ["around another object", '{"a":{"pan":"1"},"pan":"2","b":{"pan":"3"},"pan":null}', "$.pan"],
    ["deep down", '{"x":[{"y":{"z":1,"q":2,"z":3}}]}', "$.x[0].y.z"],
    ["null under both", '{"a":null,"a":null}', "$.a"],
    ["sensitive ones", '{"cvv":"1","cvv":"2"}', "$.cvv"],
  ])("%s: refused", (_, input, path) => {
    expect(see(all, input).fault).toMatchObject({ issue: 5002, path });
  });

  test("among many names, known to the table or not", () => {
    for (const count of [9, 100, 5000, 9000]) {
      const members = Array.from({ length: count }, (_, i) => `"n${i.toString(36)}x":1`);
      expect(see(all, `{${members.join()}}`).status).toBe(count > 0 ? 0 : -1);
      const again = [...members, members[count - 2]];
      expect(see(all, `{${again.join()}}`).status).toBe(5002);
    }
  });

  test("new names are told apart when the table has no room for more", () => {
    const format = openJson(rulesetOf("$.**"));
    const full = Array.from({ length: 5000 }, (_, i) => `"n${i.toString(36)}y":1`);
    expect(see(format, `{${full.join()}}`).status).toBe(0);
    expect(see(format, '{"later":1,"laterStill":2,"last":3}').status).toBe(0);
    expect(see(format, '{"later":1,"laterStill":2,"l\\u0061ter":3}').fault).toMatchObject({ issue: 5002, path: "$.later" });
    expect(see(format, `{"later":1,${full.join()},"laterStill":2}`).status).toBe(0);
  });

  test("the same name in different objects is no repetition", () => {
    expect(see(all, '[{"a":{"a":{"a":1}}},{"a":1,"b":{"a":2}}]').status).toBe(0);
  });
});

describe("grammar (RFC 8259)", () => {
  test.each([
    "{,}",
    "{a:1}",
    "{'a':1}",
    '{"a"}',
    '{"a" 1}',
    '{"a":}',
    '{"a":1,}',
    '{"a":1 "b":2}',
    '{"a":1]',
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1}",
    "[01]",
    "[-]",
    "[-01]",
    "[+1]",
    "[.5]",
    "[1.]",
    "[1.e3]",
    "[1e]",
    "[1e+]",
    "[0x10]",
    "[1_000]",
    "[NaN]",
    "[Infinity]",
    "[True]",
    "[nul]",
    "[nulll]",
    "[truefalse]",
    '["\\x41"]',
    '["\\u12g4"]',
    '["\\u{41}"]',
    '["\\ud800\\uZZZZ"]',
    '["a\tb"]',
    '["a\nb"]',
    '["a\u0000b"]',
    '["a\u001fb"]',
    "[\f1]",
    "[\u00a01]",
    "[/* c */1]",
    "[1#]",
  ])("%j breaks it", (input) => {
    for (const last of [true, false]) {
      expect(see(all, input, 0, -1, last)).toMatchObject({ result: SCAN_FRAME_ERROR, status: 5001 });
    }
    expect(() => JSON.parse(input)).toThrow();
  });

  test.each([
    "{}",
    "[]",
    "[[],[{}]]",
    "[0,-0,0.0,1e5,1E+5,1e-5,10,-1.5E05]",
    '["\\"\\\\\\/\\b\\f\\n\\r\\t"]',
    '["\\u0000\\u001F\\uFFFF\\u2028"]',
    '["\u007f\u2028\u2029\ufeff"]',
    '{"e":null}',
    "{ \t\r\n}",
    '["\\ud83d\\ude00😀"]',
  ])("%j keeps it", (input) => {
    expect(see(all, input).status).toBe(0);
    JSON.parse(input);
  });

  test.each([
    ["a high half alone", '["\\ud83d"]'],
    ["a high half before a letter", '["\\ud83dx"]'],
    ["a high half before another escape", '["\\ud83d\\n"]'],
    ["two high halves", '["\\ud83d\\ud83d\\ude00"]'],
    ["two high halves and no low one", '["\\ud83d\\ud83d"]'],
    ["a low half alone", '["\\ude00"]'],
    ["in a name", '{"\\ud83d":1}'],
  ])("surrogates: %s is refused, and the record ends where it ends", (_, input) => {
    const seen = see(all, `${input}[1]`);
    expect(seen.status).toBe(5003);
    expect(seen.end).toBe(input.length);
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an overlong digit in three bytes", [0xe0, 0x80, 0xb4]],
    ["an overlong digit in four bytes", [0xf0, 0x80, 0x80, 0xb4]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point above U+10FFFF", [0xf4, 0x90, 0x80, 0x80]],
    ["a byte that UTF-8 never has", [0xff]],
    ["a sequence cut by the quote", [0xe2, 0x82]],
  ])("UTF-8: %s is refused with its place", (_, invalid) => {
    const input = Uint8Array.from([...bytesOf('{"a":"'), ...invalid, ...bytesOf('"}{"b":1}')]);
    const seen = see(all, input);
    expect(seen.fault).toMatchObject({ issue: 5003, offset: 6, path: "$.a" });
    expect(seen.end).toBe(8 + invalid.length);
  });

  test("UTF-8 outside of strings breaks the grammar", () => {
    expect(see(all, Uint8Array.from([0x5b, 0xc3, 0xa9, 0x5d])).status).toBe(5001);
  });
});

describe("depth", () => {
  test(`${DEPTH_MAX} levels are scanned, one more is refused`, () => {
    const nested = (depth: number): string => `${"[".repeat(depth)}1${"]".repeat(depth)}`;
    expect(see(all, nested(DEPTH_MAX)).values.length).toBe(1);
    const seen = see(all, `${nested(DEPTH_MAX + 1)}[]`);
    expect(seen.fault).toMatchObject({ issue: 2102, offset: DEPTH_MAX });
    expect(seen.end).toBe(nested(DEPTH_MAX + 1).length);
  });

  test("200,000 levels cost no stack, and mixed kinds are still checked", () => {
    const deep = "[".repeat(100_000) + "]".repeat(100_000);
    expect(see(all, deep)).toMatchObject({ status: 2102, end: 200_000 });
    expect(see(all, "[".repeat(200_000)).status).toBe(2102);
    expect(see(all, `${'{"a":['.repeat(50_000)}${"]}".repeat(50_000)}[1]`)).toMatchObject({ status: 2102, end: 400_000 });
    expect(see(all, `${'{"a":['.repeat(50_000)}${"}]".repeat(50_000)}`, 0, -1, false).result).toBe(SCAN_FRAME_ERROR);
  });
});

test("more values than the limit refuse", () => {
  const list = (count: number): string => `[${"1,".repeat(count - 1)}1]`;
  expect(see(all, list(VALUES_MAX + 1))).toMatchObject({ status: 2104, end: 2 * VALUES_MAX + 3 });
  expect(see(all, list(1000)).values.length).toBe(1000);
});

describe("framing", () => {
  test("a record ends behind its last bracket; the next one is scanned from there", () => {
    const input = bytesOf('{"a":1}{"b":2}\n[3]\n');
    const batch = new Batch();
    batch.input = input;
    expect(all.scan(batch, 0, input.length, false)).toBe(7);
    expect(all.scan(batch, 7, input.length, false)).toBe(14);
    expect(all.scan(batch, 15, input.length, false)).toBe(18);
    expect([batch.recordCount, batch.valueCount, batch.segmentCount]).toEqual([3, 3, 3]);
  });

  test("every refused record leaves the next one its place", () => {
    const input = bytesOf('{"a":1,"a":2}{"411111":{"x":[1]}}["\\ud800"]{"ok":1}');
    const batch = new Batch();
    batch.input = input;
    let at = 0;
    while (at < input.length) at = all.scan(batch, at, input.length, true);
    expect(batch.faults.map(({ record, issue }) => [record, issue])).toEqual([
      [0, 5002],
      [1, 2201],
      [2, 5003],
    ]);
    expect([batch.recordCount, batch.valueCount]).toEqual([4, 1]);
  });

  test("too few bytes add nothing to the batch, values and faults included", () => {
    const input = bytesOf('{"a":{"x":1},"411111":2,"b":"');
    const batch = new Batch();
    batch.input = input;
    expect(all.scan(batch, 0, input.length, false)).toBe(SCAN_MORE);
    expect([batch.recordCount, batch.valueCount, batch.segmentCount, batch.faults.length]).toEqual([0, 0, 0, 0]);
  });

  test("an input that ends inside the record refuses it", () => {
    expect(see(all, '{"a":1,"b":"x')).toMatchObject({ status: 2002, end: 13 });
    expect(see(all, '{"a":{"x":1},"b":{').fault).toEqual({ record: 0, issue: 2002, offset: 18, length: 0, path: "$.b" });
    // The first fault stays the reason.
    expect(see(all, '{"411111":1,"b":"x')).toMatchObject({ status: 2201, end: 18 });
  });

  test("a broken record stops the stream, alone or not: how many bytes are at hand must not decide", () => {
    expect(see(all, '{"a":}')).toMatchObject({ result: SCAN_FRAME_ERROR, fault: { issue: 5001, offset: 5 } });
    expect(see(all, '\n {"a":}\n', 2)).toMatchObject({ result: SCAN_FRAME_ERROR, fault: { issue: 5001, offset: 7 } });
    const stream = see(all, '{"a":}\n{"b":1}\n');
    expect(stream.result).toBe(SCAN_FRAME_ERROR);
    expect(stream.fault).toEqual({ record: 0, issue: 5001, offset: 5, length: 0, path: "$.a" });
    const input = bytesOf('{"a":1}{"b":}');
    const batch = new Batch();
    batch.input = input;
    expect(all.scan(batch, 0, input.length, true)).toBe(7);
    expect(all.scan(batch, 7, input.length, true)).toBe(SCAN_FRAME_ERROR);
    expect(batch.recordCount).toBe(1);
    expect(batch.faults).toEqual([{ record: 1, issue: 5001, offset: 12, length: 0, path: "$.b" }]);
  });

  test("bytes behind the limit are not looked at", () => {
    expect(see(all, '{"a":1}', 0, 6, false).result).toBe(SCAN_MORE);
    expect(see(all, "[1]", 0, 2, false).result).toBe(SCAN_MORE);
    expect(see(all, '["\\ud83d\\ude00"]', 0, 9, false).result).toBe(SCAN_MORE);
  });

  test("a byte order mark in front is structure", () => {
    const input = '\ufeff{"a":1}';
    expect(see(all, input)).toMatchObject({ status: 0, start: 0, end: 10 });
    expect(see(all, "\ufeff\ufeff[]").fault).toMatchObject({ issue: 5001 });
  });

  test("a record that is refused late has no values, and the batch none of them", () => {
    const input = bytesOf('{"a":1,"b":2}{"a":1,"b":{"c":3},"411111":4}');
    const batch = new Batch(1, 1, 1);
    batch.input = input;
    const next = all.scan(batch, 0, input.length, true);
    all.scan(batch, next, input.length, true);
    expect([batch.recordCount, batch.valueCount, batch.segmentCount]).toEqual([2, 2, 2]);
  });
});

describe("detection", () => {
  const detects = (text: string): boolean => json.detect(bytesOf(text), 0, bytesOf(text).length);

  test.each(["{}", '{"a"', "[", "[1", "{ ", '{\n"', "\ufeff{}", '\ufeff {"'])("%j begins JSON", (text) => expect(detects(text)).toBe(true));
  test.each(["", "{", "{1:F01", "{4:", "<", "1", '"a"', "true", ":20:", "\ufeff<", "\ufeff", "{a"])("%j does not, or not yet", (text) =>
    expect(detects(text)).toBe(false),
  );
  test("the limit is kept", () => expect(json.detect(bytesOf("[]"), 0, 0)).toBe(false));
});

test("a rule that drops takes the whole member along", () => {
  const format = openJson(
    rulesetOfRules([
      { segments: ["**", "secret"], rank: 2, operation: DROP, label: "" },
      { segments: ["**"], rank: 1, operation: 0, label: "" },
    ]),
  );
  expect(brief(see(format, '{"a":1,"secret":"x","b":{"secret":2}}'))).toEqual([
    [0, "1"],
    [DROP, ',"secret":"x"'],
    [DROP, '"secret":2'],
  ]);
});
