/** Lock files: what they pin, and that a change of it is noticed. */
import { describe, expect, test } from "bun:test";
import { compareLocks, encodeLock, type Lock, lockOf, parseLock, verifyLock } from "../../runtime/model/lock.ts";
import { type LockFacts, schemaFacts } from "../../runtime/model/lock-facts.ts";
import { HEAD, modelOf } from "./tools.ts";

const facts: LockFacts = {
  digest: (path) => `digest of ${path}`,
  catalogues: () => ["catalogues/iso20022/a.json", "catalogues/swift-mt/b.json"],
};
const TEXT = `${HEAD}namespaces:
  a: {technique: fpe, kind: account, otherwise: token}
  p: {technique: token, kind: party-name}
rules:
  - {class: account, use: a}
  - {class: person, use: p, unfit: redact}
  - {path: "json:$.a", use: p}
`;

describe("a lock", () => {
  test("names what decides the model's output, sorted", () => {
    const lock = lockOf(modelOf(TEXT), facts);
    expect(Object.keys(lock.techniques)).toEqual(["fpe", "redact", "token"]);
    expect(Object.keys(lock.kinds)).toEqual(["account", "party-name"]);
    expect(lock.data).toEqual({
      "kinds/iban.json": "digest of kinds/iban.json",
      "people/forms.txt": "digest of people/forms.txt",
      "people/lists.txt": "digest of people/lists.txt",
      "unicode/tables.bin": "digest of unicode/tables.bin",
    });
    expect(Object.keys(lock.catalogues)).toEqual(["catalogues/iso20022/a.json", "catalogues/swift-mt/b.json"]);
    expect(lock.techniques.fpe).toMatch(/^version 1 [0-9a-f]{64}$/);
    expect(lock.extends).toEqual({});
  });

  test("pins the catalogues only for models that use them", () => {
    expect(lockOf(modelOf(`${HEAD}rules: [{path: "json:$.a", technique: redact}]\n`), facts).catalogues).toEqual({});
  });

  test("pins what is extended by what it says, not by how it is written or where it lies", () => {
    const base = (text: string): string =>
      JSON.stringify(
        lockOf(modelOf("bauta: 1\nname: m\nextends: ./b.yaml\n", { base: () => ({ name: "/somewhere/b.yaml", text }) }), facts).extends,
      );
    const one = base(`${HEAD}rules: [{class: person, technique: redact}]\n`);
    expect(one).toMatch(/^\{"\.\/b\.yaml":"[0-9a-f]{64}"\}$/);
    expect(base(`# a comment\nname: m\nbauta: 1\nmode: "deterministic"\nrules:\n  - technique: redact\n    class: person\n`)).toBe(one);
    expect(base(`${HEAD}rules: [{class: agent, technique: redact}]\n`)).not.toBe(one);
  });

  test("reads what it writes, of the real data too", () => {
    const lock = lockOf(modelOf("bauta: 1\nname: m\nextends: test-data\n"), schemaFacts);
    expect(parseLock(encodeLock(lock))).toEqual(lock);
    expect(Object.keys(lock.catalogues)).toContain("catalogues/iso20022/types.ndjson");
    expect(lock.data["kinds/calling-codes.json"]).toMatch(/^[0-9a-f]{64}$/);
    verifyLock(modelOf("bauta: 1\nname: m\nextends: test-data\n"), encodeLock(lock));
  });
});

describe("a difference", () => {
  const before = lockOf(modelOf(TEXT), facts);

  test("is told entry by entry", () => {
    const after: Lock = {
      ...before,
      techniques: { ...before.techniques, fpe: `version 2 ${"0".repeat(64)}` },
      kinds: { "party-name": before.kinds["party-name"] ?? "" },
      data: { ...before.data, "kinds/iban.json": "another" },
      catalogues: { ...before.catalogues, "catalogues/iso20022/c.json": "c" },
    };
    expect(compareLocks(before, after)).toEqual([
      "techniques fpe: version 1 becomes 2",
      "kinds account: is gone",
      "data kinds/iban.json: has changed",
      "catalogues catalogues/iso20022/c.json: is new",
    ]);
    expect(compareLocks(before, before)).toEqual([]);
  });

  test("refuses, and says what", () => {
    const other: LockFacts = { ...facts, digest: (path) => (path === "kinds/iban.json" ? "another" : facts.digest(path)) };
    expect(() => verifyLock(modelOf(TEXT), encodeLock(before), other)).toThrow(
      expect.objectContaining({ code: "BAUTA-1215", message: expect.stringContaining("data kinds/iban.json: has changed") }),
    );
    verifyLock(modelOf(TEXT), encodeLock(before), facts);
  });

  test("of a rule's own technique counts", () => {
    const more = modelOf(`${TEXT}  - {class: code, technique: keep}\n`);
    expect(compareLocks(before, lockOf(more, facts))).toEqual(["techniques keep: is new"]);
  });

  test("cannot hide in a file that is none", () => {
    for (const text of [
      "",
      "{",
      "null",
      "[]",
      '{"bauta-lock": 2}',
      encodeLock(before).replace('"kinds"', '"kindz"'),
      encodeLock(before).replace(/"digest of [^"]*"/, "1"),
    ]) {
      expect(() => parseLock(text)).toThrow(expect.objectContaining({ code: "BAUTA-1215" }));
    }
  });
});
