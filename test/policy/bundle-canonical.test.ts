/** Data of any kind: what OPA signs is what is verified here, number by number and character by character. */
import { expect, test } from "bun:test";
import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { BautaError } from "../../runtime/kit/errors.ts";
import { readBundle } from "../../runtime/policy/bundle/bundle.ts";
import { canonicalText, parseJson, plainValue } from "../../runtime/policy/bundle/json.ts";
import { verifyBundle } from "../../runtime/policy/bundle/verify.ts";
import { DEPTH, seeded } from "../seed.ts";
import { KEY_ID, keyFile, newFolder, packed, signedBy, trustIn, write } from "./bundles.ts";
import { OPA_THERE, opa, tryOpa } from "./opa.ts";

const seed = seeded("bundles' JSON");
const here = newFolder();
const key = keyFile(here, "ec", generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey);
const trust = trustIn(key.publicPem, "ES256");

/** Numbers as people and programs write them. */
const numberText = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1.0",
    "1.50",
    "1e3",
    "1E+3",
    "1e-7",
    "-0.0",
    "1e400",
    "123456789012345678901234567890",
    "0.1000000000000000055511151231257827",
  ),
  fc
    .tuple(fc.boolean(), fc.stringMatching(/^(0|[1-9]\d{0,25})(\.\d{1,25})?([eE][+-]?\d{1,2})?$/))
    .map(([minus, text]) => `${minus ? "-" : ""}${text}`),
);
const odd = [
  "\u2028",
  "\u2029",
  "\u007f",
  "<>&",
  "\u0001\b\f",
  "\ue000",
  "\u{10ffff}",
  "\u{1f600}",
  "\ufffd",
  "e\u0301",
  "__proto__",
  "\\",
  '"',
  "/",
];
const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 8 }),
  fc.constantFrom(...odd),
  fc.array(fc.constantFrom(...odd)).map((parts) => parts.join("")),
);
/** The same text in the ways that JSON can write it. */
const textJson = fc.tuple(text, fc.infiniteStream(fc.nat(3))).map(([value, ways]) => {
  const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i));
  const written = units.map((unit) => {
    const { value: way } = ways.next();
    const escaped = `\\u${unit.toString(16).padStart(4, "0")}`;
    return way === 0 || (unit >= 0xd800 && unit < 0xe000)
      ? escaped
      : way === 1
        ? escaped.toUpperCase().replace("U", "u")
        : JSON.stringify(String.fromCharCode(unit)).slice(1, -1);
  });
  return `"${written.join("")}"`;
});
const space = fc.constantFrom("", " ", "\n\t", "\r\n");

/** JSON texts: no key twice in an object, whatever it is written like. */
const { value: jsonText } = fc.letrec<{ value: string; object: string }>((tie) => ({
  object: fc
    .tuple(fc.uniqueArray(fc.tuple(textJson, tie("value")), { maxLength: 4, selector: ([name]) => JSON.parse(name) as string }), space)
    .map(([members, gap]) => `{${gap}${members.map(([name, value]) => `${name}${gap}:${value}${gap}`).join(",")}}`),
  value: fc.oneof(
    { maxDepth: 4 },
    fc.oneof(numberText, textJson, fc.constantFrom("true", "false", "null")),
    fc.array(tie("value"), { maxLength: 4 }).map((values) => `[${values.join(",")}]`),
    tie("object"),
  ),
}));

test.skipIf(!OPA_THERE)("what OPA hashed is what is hashed here", () => {
  fc.assert(
    // Each run signs many of them: one call of OPA is dear, one more member is not.
    fc.property(fc.array(jsonText, { minLength: 20, maxLength: 60 }), (values) => {
      const data = `{${values.map((value, i) => `"m${i}": ${value}`).join(",\n")}}`;
      const folder = newFolder();
      write(join(folder, "policy", "data.json"), data);
      write(join(folder, "policy", "a.rego"), "package bauta.masking\n");
      write(
        join(folder, "policy", ".manifest"),
        `{"metadata": {"bauta": {"serial": 1}, "more": {${values.map((value, i) => `"m${i}": ${value}`).join(",")}}}}`,
      );
      const signing = ["--signing-alg", "ES256", "--signing-key", key.path];
      opa(["build", "--bundle", "policy", ...signing, "--verification-key-id", KEY_ID, "--output", "bundle.tar.gz"], folder);
      const bytes = readFileSync(join(folder, "bundle.tar.gz"));
      const { bundle } = verifyBundle(readBundle(bytes), trust);
      // And the texts as they were, which OPA wrote anew, hash alike.
      const written = readBundle(packed(new Map([...bundle.files, ["data.json", Buffer.from(data)]])));
      expect(written.digest).toBe(bundle.digest);
      expect(Buffer.from(written.dataJson).equals(Buffer.from(bundle.dataJson))).toBe(true);
      verifyBundle(written, trust);
      // A folder is hashed by `opa sign` as it stands.
      opa(["sign", "--bundle", ".", ...signing, "--output-file-path", "."], join(folder, "policy"));
      verifyBundle(readBundle(join(folder, "policy")), trustIn(key.publicPem, "ES256", { key: KEY_ID }));
    }),
    { seed, numRuns: 12 * DEPTH, endOnFailure: true },
  );
});

test("reading and writing changes nothing that is said", () => {
  fc.assert(
    fc.property(jsonText, (written) => {
      const read = parseJson(Buffer.from(written), "data.json");
      expect(plainValue(read)).toEqual(JSON.parse(written));
      const canonical = canonicalText(read);
      expect(JSON.parse(canonical)).toEqual(JSON.parse(written));
      expect(canonicalText(parseJson(Buffer.from(canonical), "data.json"))).toBe(canonical);
    }),
    { seed, numRuns: 500 * DEPTH },
  );
});

test.skipIf(!OPA_THERE)("a change of one character that is part of a value is told, by OPA and here", () => {
  const folder = newFolder();
  write(join(folder, "policy", "data.json"), '{"a": {"limit": 1.0}, "b": ["\u2028", 10]}');
  write(join(folder, "policy", ".manifest"), '{"metadata": {"bauta": {"serial": 1}}}');
  opa(
    [
      "build",
      "--bundle",
      "policy",
      "--signing-alg",
      "ES256",
      "--signing-key",
      key.path,
      "--verification-key-id",
      KEY_ID,
      "--output",
      "b.tar.gz",
    ],
    folder,
  );
  const { files } = readBundle(readFileSync(join(folder, "b.tar.gz")));
  const publicKey = write(join(folder, "public.pem"), key.publicPem);
  const verdicts = (data: string): readonly boolean[] => {
    const bytes = packed(new Map([...files, ["data.json", Buffer.from(data)]]));
    write(join(folder, "t.tar.gz"), bytes);
    const args = ["--verification-key", publicKey, "--verification-key-id", KEY_ID, "--signing-alg", "ES256"];
    const theirs = tryOpa(["build", "--bundle", "t.tar.gz", ...args, "--output", "again.tar.gz"], folder).status === 0;
    let ours = true;
    try {
      verifyBundle(readBundle(bytes), trust);
    } catch {
      ours = false;
    }
    return [theirs, ours];
  };
  const said = '{"a":{"limit":1.0},"b":["\\u2028",10]}';
  expect(verdicts(said)).toEqual([true, true]);
  expect(verdicts('{ "b": ["\u2028", 10], "a": {"\\u006cimit": 1.0} }')).toEqual([true, true]);
  for (const [from, to] of [
    ["1.0", "1"],
    ["1.0", "1.00"],
    ["10", "1e1"],
    ["10", "100"],
    ["u2028", "u2029"],
    ["limit", "Limit"],
  ] as const)
    expect([to, ...verdicts(said.replace(from, to))]).toEqual([to, false, false]);
});

/** What becomes of an archive on its way: bytes changed, cut out, put in, blocks moved. */
const harm = fc.oneof(
  fc.record({
    kind: fc.constant("change" as const),
    at: fc.nat(),
    length: fc.integer({ min: 1, max: 4 }),
    bytes: fc.uint8Array({ minLength: 4, maxLength: 4 }),
  }),
  fc.record({
    kind: fc.constant("cut" as const),
    at: fc.nat(),
    length: fc.constantFrom(1, 3, 512, 1024),
    bytes: fc.constant(new Uint8Array()),
  }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: fc.nat(),
    length: fc.constant(0),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 600 }),
  }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at: fc.nat(),
    length: fc.constantFrom(512, 1024, 1536),
    bytes: fc.constant(new Uint8Array()),
  }),
);

test("an archive that was harmed on its way is refused with a code, or says what it said", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const files = new Map([
    ["data.json", Buffer.from('{"limits": {"eur": 1.0}, "words": ["a", "b"]}')],
    ["policy/masking.rego", Buffer.from('package bauta.masking\n\nplan := "redact"\n')],
    [".manifest", Buffer.from('{"revision": "r1", "metadata": {"bauta": {"serial": 1}}}')],
  ]);
  const tar = gunzipSync(packed(signedBy(privateKey, "EdDSA", files)));
  const byKey = trustIn(createPublicKey(privateKey).export({ format: "pem", type: "spki" }).toString(), "EdDSA");
  const whole = verifyBundle(readBundle(gzipSync(tar)), byKey).bundle;
  const outcomes = new Map<number, number>();
  fc.assert(
    fc.property(fc.array(harm, { minLength: 1, maxLength: 3 }), (harms) => {
      let bytes: Buffer = tar;
      for (const { kind, at, length, bytes: put } of harms) {
        const start = at % bytes.length;
        const part = bytes.subarray(start, start + length);
        const inserted = kind === "change" ? put.subarray(0, part.length) : kind === "repeat" ? Buffer.concat([part, part]) : put;
        bytes = Buffer.concat([bytes.subarray(0, start), inserted, bytes.subarray(start + length)]);
      }
      let outcome = 0;
      try {
        const { bundle } = verifyBundle(readBundle(gzipSync(bytes, { level: 1 })), byKey);
        expect([bundle.digest, bundle.serial]).toEqual([whole.digest, whole.serial]);
      } catch (error) {
        if (!(error instanceof BautaError)) throw error;
        outcome = error.issue.number;
        expect(outcome).toBeWithin(1621, 1636);
      }
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }),
    { seed, numRuns: 3000 * DEPTH },
  );
  // Most of it must have been harm.
  expect(outcomes.get(0) ?? 0).toBeLessThan(1500 * DEPTH);
  for (const issue of [1621, 1622, 1631]) expect([issue, (outcomes.get(issue) ?? 0) > 0]).toEqual([issue, true]);
});
