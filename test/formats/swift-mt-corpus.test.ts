/**
 * Our own corpus of MT messages, and pw-swift-core as the judge: valid before, and of the same structure after every value was
 * replaced. The replacement here is the plainest there is (each character by one of its kind), so that it is the scanner that is tested.
 */
import { describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DataClass } from "../../runtime/formats/api.ts";
import { corpusFiles } from "../corpus/mt/files.ts";
import { cases } from "../corpus/mt/messages.ts";
import { isClean, prowide, structureOf } from "../oracles/prowide.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { bytesOf, DROP, isStructure, type ScannedRecord, scanAll, structureText } from "./swift-mt-support.ts";

const folder = `${projectRoot}test/corpus/mt/messages/`;
const files = corpusFiles();
/** Building the oracle takes its time the first time. */
const ORACLE_MILLISECONDS_MAX = 300_000;

describe("corpus", () => {
  test("the files are what the generator writes", () => {
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { name, text } of files) expect(readFileSync(folder + name, "latin1"), name).toBe(text);
  });

  test("at least 80 messages, each of them its own", () => {
    expect(cases.length).toBeGreaterThanOrEqual(80);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });

  test("every option of 50, 52 to 59, 70, 72 occurs", () => {
    const wanted =
      "50A 50F 50K 51A 52A 52D 53A 53B 53D 54A 54B 54D 55A 55B 55D 56A 56C 56D 57A 57B 57C 57D 58A 58D 59 59A 59F 70 72 77B 77T 13C 23B 23E 26T 32A 33B 36 71A 71F 71G 20 21";
    const text = files.map((file) => file.text).join("\n");
    expect(wanted.split(" ").filter((tag) => !text.includes(`\n:${tag}:`) && !text.startsWith(`:${tag}:`))).toEqual([]);
  });

  test("every message is read strictly, and what is not a value is structure", () => {
    const seen = new Map<string, number>();
    for (const { name, text, messages } of files) {
      const records = scanAll(text);
      expect(records.length, name).toBe(messages);
      for (const record of records) {
        expect([record.status, record.faultPath], name).toEqual([0, ""]);
        expect(isStructure(structureText(text, record)), name).toBe(true);
        seen.set(record.message, (seen.get(record.message) ?? 0) + 1);
      }
    }
    expect([...seen.keys()].sort()).toEqual(["MT103", "MT202", "MT202COV"]);
  });

  test("strict and lenient readings of a valid message are the same", () => {
    for (const { name, text } of files) expect(scanAll(text, "lenient"), name).toEqual(scanAll(text, "strict"));
  });

  test("segments ascend, lie inside their record and do not overlap", () => {
    for (const { name, text } of files) {
      let before = 0;
      for (const record of scanAll(text)) {
        before = Math.max(before, record.start);
        for (const { start, end } of record.values.flatMap(({ segments }) => segments)) {
          expect(start >= before && end > start && end <= record.end, name).toBe(true);
          before = end;
        }
      }
    }
  });
});

describe("pw-swift-core", () => {
  test(
    "has nothing to object to in the corpus, and reads as many messages",
    () => {
      const messages = prowide(files.map(({ name }) => folder + name));
      expect(messages.filter((message) => !isClean(message))).toEqual([]);
      expect(messages.length).toBe(files.reduce((sum, file) => sum + file.messages, 0));
    },
    ORACLE_MILLISECONDS_MAX,
  );

  test(
    "reads type, tags and filled components the same after every value was replaced",
    () => sameAfterReplacing(files.map(({ name }) => folder + name)),
    ORACLE_MILLISECONDS_MAX,
  );

  test.skipIf(!sharedExists)(
    `so with the samples${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
    () => sameAfterReplacing(readdirSync(`${sharedRoot}samples/mt103`).map((name) => `${sharedRoot}samples/mt103/${name}`)),
    ORACLE_MILLISECONDS_MAX,
  );

  test(
    "can object: a canary",
    () => {
      const temporary = mkdtempSync(join(tmpdir(), "bauta-mt-"));
      try {
        const canary = join(temporary, "canary.fin");
        writeFileSync(canary, "{1:F01QUELDEFF}{2:X103}{4:\r\n:20:A\r\n-}LEFT OVER{9}");
        expect(prowide([canary]).some(isClean)).toBe(false);
      } finally {
        rmSync(temporary, { recursive: true });
      }
    },
    ORACLE_MILLISECONDS_MAX,
  );
});

function sameAfterReplacing(paths: readonly string[]): void {
  const temporary = mkdtempSync(join(tmpdir(), "bauta-mt-"));
  try {
    const replaced = paths.map((path, index) => {
      const text = readFileSync(path, "latin1");
      const target = join(temporary, `${String(index).padStart(4, "0")}.fin`);
      writeFileSync(target, replaceValues(text, scanAll(text)), "latin1");
      return target;
    });
    const before = prowide(paths);
    const after = prowide(replaced);
    expect(after.map(structureOf)).toEqual(before.map(structureOf));
    expect(after.filter((message) => !isClean(message))).toEqual([]);
  } finally {
    rmSync(temporary, { recursive: true });
  }
}

/** Classes whose values stay: what is masked here is whatever names or describes somebody. */
const KEPT: ReadonlySet<DataClass> = new Set(["amount", "currency", "rate", "date", "country", "code", "technical"]);

/** Letters become X, digits 9, in BICs and LT addresses both become Z; the rest of a text stays; dropped regions go. */
function replaceValues(text: string, records: readonly ScannedRecord[]): string {
  let out = "";
  let at = 0;
  for (const value of records.flatMap((record) => record.values)) {
    for (const [index, { start, end }] of value.segments.entries()) {
      const original = value.texts[index] as string;
      out +=
        text.slice(at, start) + (value.operation === DROP ? "" : KEPT.has(value.dataClass) ? original : replacement(value.path, original));
      at = end;
    }
  }
  return out + text.slice(at);
}

function replacement(path: string, text: string): string {
  if (path === "block3/121") return "00000000-0000-4000-8000-000000000000";
  if (path.endsWith("lt-address")) return "ZZZZZZ22AXXX";
  if (path.endsWith("/bic")) return text.length === 8 ? "ZZZZZZ22" : "ZZZZZZ22ZZZ";
  const replaced = text.replaceAll(/[A-Za-z]/g, "X").replaceAll(/[0-9]/g, "9");
  // Everything of a narrative is text, slashes too: none may be taken for a code word of another kind.
  return path.endsWith("/text") ? "X".repeat(text.length) : replaced;
}

test("replacing is replacing", () => {
  const text = files.find(({ name }) => name === "mt103-50f-account.fin")?.text ?? "";
  const replaced = replaceValues(text, scanAll(bytesOf(text)));
  expect(replaced).not.toContain("QUENNFELD");
  expect(replaced).toContain(":32A:");
});
