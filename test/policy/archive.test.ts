/** What policies decided, kept by its digest. */
import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { sortedInTurns, Turns } from "../../runtime/platform/turns.ts";
import type { ViewPolicy } from "../../runtime/policy/api.ts";
import { decisionsDigest, digestInTurns, encodeDecisions, encodeInTurns } from "../../runtime/policy/decisions.ts";
import { archive, archived, archivedAt, archiveInTurns } from "../../runtime/policy-archive.ts";
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

const IN_TURNS = "what is made so that others have their turn is the same to the byte, whatever order answers came in";
test(IN_TURNS, async () => {
  const answers = fc.dictionary(
    fc.string(),
    fc.constantFrom({ action: "redact" }, { action: "hash" }, { action: "refuse", reason: '"' } as const),
    {
      maxKeys: 2000,
      size: "max",
    },
  );
  await fc.assert(
    fc.asyncProperty(answers, async (made) => {
      const policy: ViewPolicy = { ...POLICY, answers: made as ViewPolicy["answers"] };
      const bytes = encodeDecisions(policy);
      expect(Buffer.concat(await encodeInTurns(policy, new Turns()))).toEqual(Buffer.from(bytes));
      const digest = new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
      const copy = { ...policy };
      await digestInTurns(copy, Object.keys(made).sort(), new Turns());
      expect([decisionsDigest(policy), decisionsDigest(copy)]).toEqual([digest, digest]);
      expect(JSON.parse(Buffer.from(bytes).toString())).toEqual({ "bauta-decisions": 1, ...policy });
      expect(await sortedInTurns(Object.keys(made), new Turns())).toEqual(Object.keys(made).sort());
    }),
    { seed: seeded(IN_TURNS), numRuns: 20 * DEPTH },
  );
  await archiveInTurns(folder, { ...POLICY, view: "later" }, new Turns());
  expect(archived(folder, decisionsDigest({ ...POLICY, view: "later" })).view).toBe("later");
  await expect(archiveInTurns("/dev/null/archive", { ...POLICY }, new Turns())).rejects.toThrow(code(1643));
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
