/** What policies decided, kept by its digest. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import type { ViewPolicy } from "../../runtime/policy/api.ts";
import { decisionsDigest } from "../../runtime/policy/decisions.ts";
import { archive, archived, archivedAt } from "../../runtime/policy-archive.ts";
import { DEPTH, seeded } from "../seed.ts";

const folder = mkdtempSync(join(tmpdir(), "bauta-archive-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const code = (number: number): object => expect.objectContaining({ code: `BAUTA-${number}` });

const POLICY: ViewPolicy = {
  view: "partner",
  recipient: "partner-bank",
  revision: "r7",
  policy: "ab".repeat(32),
  reads: ["class"],
  answers: { "contact\n": { action: "redact" }, "account\n": { action: "use", namespace: "account" } },
  guards: { small: [[{ input: "amount", is: "below", than: "1000" }]] },
};

test("what was kept comes back, and is one for the same decisions in any order", () => {
  const digest = archive(folder, POLICY);
  expect(archived(folder, digest)).toEqual(POLICY);
  const turned = Object.fromEntries(Object.entries(POLICY).reverse()) as unknown as ViewPolicy;
  expect(archive(folder, { ...turned, answers: Object.fromEntries(Object.entries(POLICY.answers).reverse()) })).toBe(digest);
  expect(readdirSync(folder)).toEqual([`${digest}.json.gz`]);
});

const TITLE = "another decision is another digest";
test(TITLE, () => {
  const answers = fc.dictionary(fc.string(), fc.constantFrom({ action: "redact" }, { action: "hash" }, { action: "model" } as const));
  fc.assert(
    fc.property(answers, answers, (one, other) => {
      const [a, b] = [one, other].map((each) => decisionsDigest({ ...POLICY, answers: each as ViewPolicy["answers"] }));
      expect(a === b).toBe(Bun.deepEquals(one, other));
    }),
    { seed: seeded(TITLE), numRuns: 200 * DEPTH },
  );
});

test("what is missing, changed or of another version is refused with 1643", () => {
  const digest = archive(folder, POLICY);
  const path = archivedAt(folder, digest);
  const text = gunzipSync(readFileSync(path)).toString();
  expect(() => archived(folder, "0".repeat(64))).toThrow(code(1643));
  writeFileSync(path, gzipSync(text.replace("redact", "model.")));
  expect(() => archived(folder, digest)).toThrow(code(1643));
  writeFileSync(path, text);
  expect(() => archived(folder, digest)).toThrow(code(1643));
  const newer = text.replace('"bauta-decisions":1', '"bauta-decisions":2');
  const name = new Bun.CryptoHasher("sha256").update(newer).digest("hex");
  writeFileSync(archivedAt(folder, name), gzipSync(newer));
  expect(() => archived(folder, name)).toThrow(code(1643));
  expect(() => archive("/dev/null/archive", { ...POLICY })).toThrow(code(1643));
});
