/** Sensitive authentication data is removed from JSON under every model, and what is left is JSON. */
import { describe, expect, test } from "bun:test";
import { holdsTrackData, isSensitiveName } from "../../runtime/formats/sensitive.ts";
import { ENCODING_RAW } from "../../runtime/record/tables.ts";
import table from "../../schemas/sensitive-authentication.json" with { type: "json" };
import { brief, bytesOf, DROP, openJson, rulesetOf, see, withoutDropped } from "./json-support.ts";

test("the list of names holds each once, as names are compared, and each is recognised", () => {
  for (const group of [table.names, table.endings]) {
    const names = Object.entries(group).flatMap(([kind, list]) => (kind === "$comment" ? [] : list));
    expect(new Set(names).size).toBe(names.length);
    expect(names.filter((name) => !/^[a-z0-9]+$/.test(name) || !sensitive(name))).toEqual([]);
  }
});

const keepAll = openJson(rulesetOf("$.**"));
const nothing = openJson(rulesetOf());

const sensitive = (name: string): boolean => isSensitiveName(bytesOf(name), 0, bytesOf(name).length);
const track = (text: string): boolean => holdsTrackData(bytesOf(text), 0, bytesOf(text).length);

describe("names", () => {
  test.each([
    "cvv",
    "CVV2",
    "cvc",
    "CVC2",
    "cid",
    "cav2",
    "csc",
    "cardVerificationValue",
    "card_verification_code",
    "CardVerificationNumber",
    "securityCode",
    "card-security-code",
    "card security code",
    "cardCvv",
    "issuer.cvc2",
    "myCVV2Code",
    "iCVV",
    "dCVV2",
    "pin",
    "PIN",
    "pin_block",
    "PINBlock",
    "encryptedPinBlock",
    "encrypted-pin-block",
    "customerPin",
    "card.pin",
    "newPin",
    "DE52",
    "track",
    "track1",
    "TRACK_2",
    "track 3",
    "trackData",
    "track2Data",
    "track2EquivalentData",
    "cardTrack2",
    "raw-track1-data",
    "magneticStripe",
    "magneticStripeData",
    "magstripe",
    "magStripeData",
    "DE35",
    "de45",
    "iccData",
    "ICCData",
    "chipData",
    "emvData",
    "emv_data",
    "ICCSystemRelatedData",
    "EncrptdPINBlck",
    "CSCVal",
    "c\u200bvv",
  ])("%s announces it", (name) => expect(sensitive(name)).toBe(true));

  test.each([
    "shipping",
    "pinned",
    "opinion",
    "spin",
    "pinEntryMode",
    "pinVerified",
    "pinLength",
    "spinBlock",
    "pinpoint",
    "mapping",
    "PINStatus",
    "cvvResult",
    "cvvResponseCode",
    "cvc_check",
    "cvv2Present",
    "discvv",
    "trackingNumber",
    "trackId",
    "soundtrack",
    "racetrack1",
    "incident",
    "decide",
    "acid",
    "placid",
    "account",
    "pan",
    "securityCodes",
    "isinSecurityType",
    "chip",
    "microchip",
    "icc",
    "emv",
    "description",
    "discscription",
    "code",
    "data",
    "",
    "dataElement",
    "DE2",
  ])("%s does not", (name) => expect(sensitive(name)).toBe(false));

  test("a name of 300 bytes that spells one with separators is no plain name, so it is refused", () => {
    expect(see(keepAll, `{"c${"-".repeat(300)}vv":"123"}`).status).toBe(2201);
    expect(withoutDropped(`{"c${"-".repeat(30)}vv":"123"}`, see(keepAll, `{"c${"-".repeat(30)}vv":"123"}`))).toBe("{}");
  });
});

describe("shapes", () => {
  test.each([
    "%B4111111111111111^DOE/JOHN^29121010000000000000?",
    "B4111111111111111^DOE/JOHN^2912101",
    "%B4111 1111 1111 1111^DOE/JOHN              ^2912101?",
    "%B4111111111111111^MÜLLER/ERIKA^2912101",
    ";4111111111111111=29121010000012345678?",
    "4111111111111111=2912101",
    "4111111111111111=2912",
    "4111111111111111==101123456",
    "4111111111111111D29121010000012345678F",
    "4111111111111111d2912101",
    "57134111111111111111D2912101000001234567",
    "swiped ;4111111111111111=29121010000012345678? at the desk",
    "%B4111111111111111^A/B^2912?;4111111111111111=2912101?",
    "1234567890123456=2912101",
  ])("%s is a track", (text) => expect(track(text)).toBe(true));

  test.each([
    "4111111111111111",
    "4111-1111-1111-1111",
    "4111111111111111 = 2912",
    "41111111111=2912101",
    "4111111111111111=2913101",
    "4111111111111111=291",
    "4111111111111111D2912",
    "4111111111111111D2999101",
    "4111111111111111^DOE",
    "ORDER 2024^A^B",
    "123456789012DE89",
    "a=b&c=d",
    "",
    "=",
    "^",
    "4111111111111111=",
    "4111111111111111^",
    "INV123456789012D",
    "x^2^y",
  ])("%j is not", (text) => expect(track(text)).toBe(false));

  test("escapes do not hide it", () => {
    const escaped = '{"a":"x","note":"\\u003b4111\\u0031111111111111\\u003D2912101?","b":"y"}';
    expect(withoutDropped(escaped, see(keepAll, escaped))).toBe('{"a":"x","b":"y"}');
    const slashes = '["%B4111111111111111^DOE\\/JOHN^2912101"]';
    expect(withoutDropped(slashes, see(keepAll, slashes))).toBe("[]");
    const long = `["${"\\/".repeat(5000)}4111111111111111=2912101"]`;
    expect(withoutDropped(long, see(keepAll, long))).toBe("[]");
  });
});

describe("regions", () => {
  test.each([
    ['{"cvv":"1"}', "{}"],
    ['{"cvv":"1","a":2}', '{"a":2}'],
    ['{"a":2,"cvv":"1"}', '{"a":2}'],
    ['{"a":2,"cvv":"1","b":3}', '{"a":2,"b":3}'],
    ['{"cvv":"1","pin":"2","a":3}', '{"a":3}'],
    ['{"a":3,"cvv":"1","pin":"2"}', '{"a":3}'],
    ['{"a":3,"cvv":"1","pin":"2","b":4}', '{"a":3,"b":4}'],
    ['{"cvv":"1","a":3,"pin":"2"}', '{"a":3}'],
    ['{"cvv":"1","pin":"2","track1":null}', "{}"],
    ['{ "cvv" : "1" , "a" : 2 }', '{ "a" : 2 }'],
    ['{ "a" : 2 , "cvv" : "1" }', '{ "a" : 2  }'],
    ['{\n  "cvv": "1",\n  "a": 2\n}', '{\n  "a": 2\n}'],
    ['{\n  "a": 2,\n  "cvv": "1"\n}', '{\n  "a": 2\n}'],
    ['{"cvv":{"value":"1","list":[1,{"cvv":2}]},"a":[1,{"b":2}]}', '{"a":[1,{"b":2}]}'],
    ['{"a":{"x":1,"y":2},"pin":[[1,2],3],"b":{"z":3}}', '{"a":{"x":1,"y":2},"b":{"z":3}}'],
    ['{"card":{"cvv":"1"},"a":2}', '{"card":{},"a":2}'],
    ['[";4111111111111111=2912101?",1]', "[1]"],
    ['[1,";4111111111111111=2912101?"]', "[1]"],
    ['[ ";4111111111111111=2912101?" , {"cvv":1} , 2 ]', "[ {} , 2 ]"],
    ['[";4111111111111111=2912101?",";4111111111111111=2912101?"]', "[]"],
    ['[[";4111111111111111=2912101?"],[1]]', "[[],[1]]"],
    ['{"a":null,"cvv":true,"b":[],"pin":1.5e3}', '{"a":null,"b":[]}'],
    ['{"c\\u0076v":"1","a":2}', '{"a":2}'],
    ['{"cvv":"\\u0031\\ud83d\\ude00","a":2}', '{"a":2}'],
  ])("%s becomes %s", (input, expected) => {
    const seen = see(keepAll, input);
    expect(seen.status).toBe(0);
    expect(withoutDropped(input, seen)).toBe(expected);
    expect(() => JSON.parse(withoutDropped(input, seen))).not.toThrow();
    for (const value of seen.values) if (value.operation === DROP) expect(value.encoding).toBe(ENCODING_RAW);
  });

  test("a removed member needs no rule, is counted as a value, and says why it went", () => {
    const seen = see(nothing, '{"card":{"cvv2":"123","data":"4111111111111111=2912101"}}');
    expect(seen.status).toBe(0);
    expect(brief(seen)).toEqual([
      [DROP, '"cvv2":"123",'],
      [DROP, '"data":"4111111111111111=2912101"'],
    ]);
    expect(seen.values.map(({ path }) => path)).toEqual([
      "sensitive authentication data, by name",
      "sensitive authentication data, by shape",
    ]);
    expect(seen.values.map(({ field }) => nothing.fieldClass(0, field))).toEqual(["signature", "signature"]);
  });

  test("a rule that names it changes nothing", () => {
    expect(brief(see(openJson(rulesetOf("$.cvv", "$.cvv.*")), '{"cvv":"123"}'))).toEqual([[DROP, '"cvv":"123"']]);
  });

  test("inside a removed member no rule is needed, but the grammar, the encoding and the depth are checked", () => {
    expect(see(nothing, '{"track":{"any name":["4111111111111111"],"any name":1}}').status).toBe(0);
    expect(see(nothing, '{"track":{"a":}}').status).toBe(5001);
    expect(see(nothing, '{"track":["\\ud800"]}').fault).toMatchObject({ issue: 5003, path: "$.track" });
    expect(see(nothing, `{"track":${"[".repeat(70)}${"]".repeat(70)}}`).fault).toMatchObject({ issue: 2102, path: "$.track" });
  });

  test("a refused record has no values, removed ones included", () => {
    const seen = see(nothing, '{"cvv":"123","a":1}');
    expect(seen.status).toBe(2201);
    expect(seen.values).toEqual([]);
  });
});
