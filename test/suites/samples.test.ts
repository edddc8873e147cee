/** Real messages of other people's making (../shared/samples), through both engines, judged by libxml2 and python-stdnum. */
import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { run } from "../harness.ts";
import { type CheckRequest, judge } from "../oracles/checks.ts";
import { documentsIn, schemaOf, validate } from "../oracles/xmllint.ts";
import { projectRoot, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { type FoundValue, valuesIn } from "../values.ts";

const SAMPLES = `${sharedRoot}samples/`;
const VERDICTS = `${projectRoot}test/golden/sample-verdicts.json`;
const IDENTIFYING = new Set(["person", "organisation", "account", "identifier", "contact", "reference", "free-text", "agent"]);

/**
 * Values that occur in the output of their record all the same, each looked at by hand: short words that markup or a kept code holds as
 * well, never a value that was passed through.
 */
const FALSE_ALARMS: ReadonlyMap<string, string> = new Map([
  ["UNKNOWN", "an original message's id, and the code that its name is, which is kept"],
  ["PLN0", "a floor limit without a decimal comma; a currency and an amount begin alike"],
  ["0000000000", "a reference of zeros; session and sequence number of the header are zeros too"],
]);

/** Documents that their XSD takes and that are not masked to valid ones: code and place, and the reason. */
const EXCEPTIONS: readonly (readonly [document: string, verdict: string, reason: string])[] = [
  ...["-SplmtryData_CDATA.xml", "-SplmtryData_empty.xml", "-SplmtryData_none.xml", "-SplmtryData_simple.xml", ".txt"].map(
    (ending) =>
      [
        `other-xml/prowide-iso20022__issues__8__ABC_CANO.CA.ID.111111111${ending} head.001.001.01`,
        "refused BAUTA-3006",
        "a valid header in a wrapper whose namespace is no URI, of a securities message without an XSD here",
      ] as const,
  ),
  [
    "other-xml/prowide-iso20022__seev.031.002.09.xml head.001.001.01",
    "refused BAUTA-3101 Envelope",
    "a valid header of a securities message without an XSD here: the record is both",
  ],
  [
    "pacs-other/prowide-iso20022__pacs.002-CDATA.xml head.001.001.01",
    "refused BAUTA-6001 FIToFIPmtStsRpt/OrgnlGrpInfAndSts/StsRsnInf/AddtlInf",
    "a valid header of a document that its own XSD refuses: a text of more than 105 characters",
  ],
];
/** Documents and headers of the samples that their XSD takes: a change of the corpus shows. */
const VALID_SAMPLES = 155;

function* filesBelow(folder: string): Generator<string> {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) {
      if (name !== "xsd") yield* filesBelow(path);
    } else if (name !== "SOURCES.md") yield path;
  }
}

const bytesOf = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const suite = sharedExists ? describe : describe.skip;

suite(`samples${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`, () => {
  const files = sharedExists ? [...filesBelow(SAMPLES)] : [];

  test("every file is masked by both engines alike, or refused by both with the code on record", async () => {
    const found: Record<string, string> = {};
    for (const path of files) {
      const input = bytesOf(path);
      const native = await run(input, { preset: "test-data", engine: "native", input: "lenient" });
      const portable = await run(input, { preset: "test-data", engine: "portable", input: "lenient" });
      expect({ path, same: Buffer.compare(native.output, portable.output) }).toEqual({ path, same: 0 });
      expect(portable.refusals.map((refusal) => [refusal.code, refusal.path, refusal.offset])).toEqual(
        native.refusals.map((refusal) => [refusal.code, refusal.path, refusal.offset]),
      );
      const codes = [...new Set(native.refusals.map((refusal) => refusal.issue.code))].sort();
      found[relative(SAMPLES, path)] =
        codes.length === 0
          ? `masked ${native.counts.out}`
          : `refused ${codes.join(" ")}${native.counts.out > 0 ? `, masked ${native.counts.out}` : ""}`;
    }
    const text = `${JSON.stringify(found, null, 1)}\n`;
    if (!existsSync(VERDICTS) || process.env["BAUTA_UPDATE_GOLDEN"] !== undefined) writeFileSync(VERDICTS, text);
    expect(found).toEqual(JSON.parse(readFileSync(VERDICTS, "utf8")));
  }, 300_000);

  test("of the XSD-valid documents at least 95 % are masked in strict reading and stay valid; the others are on record", async () => {
    const pairs = new Map<string, { readonly path: string; readonly before: string; readonly after: string; readonly verdict: string }[]>();
    let documents = 0;
    for (const path of files) {
      const before = documentsIn(readFileSync(path, "latin1")).filter(({ message }) => schemaOf(message) !== undefined);
      if (before.length === 0) continue;
      const result = await run(bytesOf(path), { preset: "test-data", engine: "native" });
      const after = documentsIn(Buffer.from(result.output).toString("latin1"));
      const codes = [...new Set(result.refusals.map(({ issue, path: at }) => `refused ${issue.code} ${at}`.trim()))].join(", ");
      for (const [i, { message, xml }] of before.entries()) {
        documents++;
        const row = { path: relative(SAMPLES, path), before: xml, after: after[i]?.xml ?? "", verdict: codes };
        pairs.set(message, [...(pairs.get(message) ?? []), row]);
      }
    }
    const bytes = (texts: readonly string[]): Uint8Array[] => texts.map((text) => Buffer.from(text, "latin1"));
    const exceptions: Record<string, string> = {};
    let valid = 0;
    let masked = 0;
    for (const [message, rows] of pairs) {
      const xsd = schemaOf(message) ?? "no schema";
      const was = validate(xsd, bytes(rows.map(({ before }) => before)));
      const is = validate(xsd, bytes(rows.map(({ after }) => after)));
      for (const [i, { path, verdict }] of rows.entries()) {
        if (!was[i]) continue;
        valid++;
        if (is[i]) masked++;
        else exceptions[`${path} ${message}`] = verdict === "" ? "masked, and no longer valid" : verdict;
      }
    }
    console.log(
      `samples: ${files.length} files, ${documents} documents with an XSD, ${valid} valid before, ${masked} masked and valid after`,
    );
    expect(exceptions).toEqual(Object.fromEntries(EXCEPTIONS.map(([document, verdict]) => [document, verdict])));
    expect(valid).toBeGreaterThanOrEqual(VALID_SAMPLES);
    expect(masked / valid).toBeGreaterThanOrEqual(0.95);
  }, 300_000);

  test("no identifying value is in its record's output, values that had check digits have them, accounts stay distinct", async () => {
    const alarms: string[] = [];
    const requests: { before: CheckRequest; after: CheckRequest }[] = [];
    const accounts = new Map<string, string>();
    for (const path of files) {
      const input = bytesOf(path);
      const result = await run(input, { preset: "test-data", engine: "native", input: "lenient" });
      if (result.counts.out === 0 || result.refusals.length > 0) continue;
      const before = valuesIn(input);
      const after = valuesIn(result.output);
      expect({ path, paths: after.values.map((value) => value.path) }).toEqual({ path, paths: before.values.map((value) => value.path) });
      const records = after.records.map((record) => Buffer.from(result.output.subarray(record.start, record.end)).toString("latin1"));
      for (const [i, value] of before.values.entries()) {
        const masked = after.values[i] as FoundValue;
        for (const line of value.text.split("\n")) {
          if (!IDENTIFYING.has(value.dataClass) || line.trim().length < 4) continue;
          if (records[value.record]?.includes(Buffer.from(line).toString("latin1")) && !FALSE_ALARMS.has(line))
            alarms.push(`${relative(SAMPLES, path)} ${value.path} (${value.dataClass})`);
        }
        for (const kind of kindsOf(value)) requests.push({ before: { kind, value: value.text }, after: { kind, value: masked.text } });
        if (value.dataClass === "account") {
          const canonical = value.text.replaceAll(/[ -]/g, "");
          const known = accounts.get(masked.text.replaceAll(/[ -]/g, ""));
          expect(known ?? canonical).toBe(canonical);
          accounts.set(masked.text.replaceAll(/[ -]/g, ""), canonical);
        }
      }
    }
    expect([...new Set(alarms)]).toEqual([]);
    const valid = judge(requests.map((request) => request.before));
    const kept = requests.filter((_, i) => valid[i]);
    const still = judge(kept.map((request) => request.after));
    console.log(`accounts distinct: ${accounts.size}; values with valid checks: ${kept.length} of ${requests.length}`);
    expect(kept.filter((_, i) => !still[i]).map((request) => request.before.kind)).toEqual([]);
  }, 300_000);
});

function kindsOf(value: FoundValue): CheckRequest["kind"][] {
  if (value.shape === "iban") return ["iban"];
  if (value.shape === "bic") return ["bic"];
  if (value.shape === "lei") return ["lei"];
  if (value.shape === "uuid4") return ["uetr"];
  if (value.dataClass !== "account") return [];
  return /^\d{13,19}$/.test(value.text) ? ["pan"] : ["iban"];
}
