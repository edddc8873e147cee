/** The hostile JSON files of ../shared/evil at the scanner, under a model that names only `$.pan` (EXPECT.md). */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { ENCODING_JSON_NUMBER, ENCODING_JSON_STRING } from "../../runtime/record/tables.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { openJson, rulesetOf, type Seen, see } from "./json-support.ts";

const format = openJson(rulesetOf("$.pan"));
const name = (file: string): string => (sharedExists ? file : `${file} (${SHARED_SKIP_REASON})`);
const seen = (file: string): Seen => see(format, readFileSync(`${sharedRoot}evil/${file}`));

describe.skipIf(!sharedExists)("hostile JSON", () => {
  test.each([
    ["j01_duplicate_key.json", 5002],
    ["j05_proto.json", 2201],
    ["j06_deep.json", 2102],
    ["j07_base64_payload.json", 2201],
  ])(name("%s is refused"), (file, issue) => {
    const properties = Object.getOwnPropertyNames(Object.prototype);
    const verdict = seen(file);
    expect(verdict.status).toBe(issue);
    expect(verdict.values).toEqual([]);
    // A place and a length, and a path of names: nothing of the value.
    expect(JSON.stringify(verdict.fault)).not.toMatch(/4111|NDEx|keep/);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(properties);
  });

  test.each([
    ["j02_escaped_key.json", "4111111111111111", ENCODING_JSON_STRING],
    ["j03_number_pan.json", "4111111111111111", ENCODING_JSON_NUMBER],
    ["j04_big_number_19.json", "6212345678901234567", ENCODING_JSON_NUMBER],
  ])(name("%s gives its card number to the engine, digit by digit"), (file, digits, encoding) => {
    const verdict = seen(file);
    expect(verdict.status).toBe(0);
    expect(verdict.values.map((value) => [value.path, value.text, value.encoding])).toEqual([["$.pan", digits, encoding]]);
  });
});
