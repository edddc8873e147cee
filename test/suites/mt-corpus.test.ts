/**
 * Every message type of SWIFT MT that is read, by a seeded generator (test/corpus/mt/generated.ts), and all MT samples: what their judges
 * accept before (pw-swift-core with lenient off; mt-940 for statements) is masked, and accepted after. Both engines give the same bytes
 * under every preset, no identifying value is in the output, no line is longer than it may be.
 */
import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { generatedMessages } from "../corpus/mt/generated.ts";
import { isStructure, scanAll, structureText } from "../formats/swift-mt-support.ts";
import { ENGINES, run } from "../harness.ts";
import { isClean, type ProwideMessage, prowide, structureOf } from "../oracles/prowide.ts";
import { judgeStatements } from "../oracles/statements.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { valuesIn } from "../values.ts";

const SEED = 417;
const VARIANTS = 5;
const messages = generatedMessages(SEED, VARIANTS);
const IDENTIFYING = new Set(["person", "organisation", "account", "identifier", "contact", "reference", "free-text", "agent"]);
const SLOW = 300_000;

const folder = mkdtempSync(join(tmpdir(), "bauta-mt-corpus-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Files of samples that a judge accepts and that do not come out accepted: the code, and why. */
const EXCEPTIONS: Readonly<Record<string, readonly [verdict: string, reason: string]>> = {
  "mt940__cmxl__account_balance_credit.sta": ["refused 2001", "one field and no message: nothing says where a record begins"],
  "mt940__cmxl__account_balance_debit.sta": ["refused 2001", "one field and no message"],
  "mt940__cmxl__account_identification_iban.sta": ["refused 2001", "one field and no message"],
  "mt940__cmxl__account_identification_legacy.sta": ["refused 2001", "one field and no message"],
  "mt940__cmxl__available_balance.sta": ["refused 2001", "one field and no message"],
  "mt940__cmxl__closing_balance.sta": ["refused 2001", "one field and no message"],
  "mt940__cmxl__reference.sta": ["refused 4002", "one field and no message"],
  "mt940__cmxl__statement_details.sta": ["refused 2001", "one entry and no message"],
  "mt940__cmxl__statement_line.sta": ["refused 2001", "one entry and no message"],
  "mt940__cmxl__statement_number.sta": ["refused 2001", "one field and no message"],
  "mt940__self-provided__account_identification.sta": ["refused 4002", "two fields and no balance: no type that has them"],
  "mt940__self-provided__empty_non_swift.sta": ["refused 2001", "one empty field that is none of SWIFT's"],
  "mt940__self-provided__invalid_statement.sta": [
    "refused 2001",
    "lines of digits and no message; the judge reads anything without tags as nothing",
  ],
  "mt940__self-provided__multiline.sta": ["refused 4005", "entries without a message behind the end of the message"],
  "mt940__self-provided__sparkassen.sta": ["refused 2001", "one entry, cut in its tag, and no message"],
};

async function mask(bytes: Uint8Array, input: "strict" | "lenient", preset = "test-data") {
  const results = await Promise.all(ENGINES.map((engine) => run(bytes, { preset, engine, input })));
  const [first, second] = results as [(typeof results)[0], (typeof results)[0]];
  expect(Buffer.compare(first.output, second.output)).toBe(0);
  expect(second.refusals.map(({ code, path }) => [code, path])).toEqual(first.refusals.map(({ code, path }) => [code, path]));
  return first;
}

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

describe("generated messages", () => {
  test("at least 200 of every type, all of them read strictly", () => {
    expect(messages.length).toBeGreaterThanOrEqual(200);
    for (const { name, message, text } of messages) {
      const records = scanAll(text);
      expect(
        records.map((record) => [record.message, record.status, record.faultPath]),
        name,
      ).toEqual([[message, 0, ""]]);
      expect(isStructure(structureText(text, records[0] as (typeof records)[0])), name).toBe(true);
    }
  });

  for (const preset of PRESETS) {
    test(
      `${preset}: nothing is refused, both engines agree, no identifying value comes out, and no line is too long`,
      async () => {
        const input = bytesOf(messages.map(({ text }) => text).join("\r\n"));
        const result = await mask(input, "strict", preset);
        expect(result.refusals.map(({ code, path }) => [code, path])).toEqual([]);
        expect(result.counts.out).toBe(messages.length);
        const [before, after] = [valuesIn(input, "strict"), valuesIn(result.output, "strict")];
        expect(after.records.map(({ status }) => status).filter((status) => status !== 0)).toEqual([]);
        const texts = after.records.map(({ start, end }) => Buffer.from(result.output.subarray(start, end)).toString("latin1"));
        const leaks = before.values.filter(
          ({ record, dataClass, text }) =>
            IDENTIFYING.has(dataClass) && text.split("\n").some((line) => line.length >= 8 && texts[record]?.includes(line) === true),
        );
        expect(leaks.map(({ path, message, dataClass }) => `${message} ${path} ${dataClass}`)).toEqual([]);
      },
      SLOW,
    );
  }

  test(
    "pw-swift-core objects to none of them, before and after, and reads the same fields",
    async () => {
      const before: string[] = [];
      const after: string[] = [];
      for (const { name, text } of messages) {
        before.push(join(folder, `${name}.fin`));
        after.push(join(folder, `${name}.masked.fin`));
        writeFileSync(before.at(-1) as string, text, "latin1");
        writeFileSync(after.at(-1) as string, (await mask(bytesOf(text), "strict")).output);
      }
      const [was, is] = [prowide(before), prowide(after)];
      expect(was.length).toBe(messages.length);
      expect(was.filter((message) => !isClean(message)).map(complaint)).toEqual([]);
      expect(is.filter((message) => !isClean(message)).map(complaint)).toEqual([]);
      expect(is.map(structureOf)).toEqual(was.map(structureOf));
    },
    SLOW,
  );

  test(
    "mt-940 finds the same entries with the same amounts",
    async () => {
      const statements = messages.filter(({ message }) => /^MT94[02]$/.test(message));
      const files = statements.map(({ name, text }) => [join(folder, `${name}.sta`), text] as const);
      for (const [path, text] of files) writeFileSync(path, text, "latin1");
      const masked = await Promise.all(
        files.map(async ([path, text]) => {
          writeFileSync(`${path}.masked`, (await mask(bytesOf(text), "strict")).output);
          return `${path}.masked`;
        }),
      );
      const was = judgeStatements(files.map(([path]) => path));
      expect(was.filter(({ read }) => read).length).toBe(files.length);
      expect(was.some(({ entries }) => entries > 2)).toBe(true);
      expect(judgeStatements(masked)).toEqual(was);
    },
    SLOW,
  );

  test(
    "mt-940 finds the same entries in statements that begin with lines of their bank",
    async () => {
      const statement =
        ":20:ABN AMRO BANK NV\r\n:25:NL91ABNA0417164300\r\n:28:19321/1\r\n:60F:C190716EUR3885,24\r\n:61:1907170716D15,NTRFNONREF//1\r\n:86:/TRTP/SEPA OVERBOEKING/IBAN/NL02RABO0123456789/NAME/E QUENNFELD/REMI/RENT\r\n:62F:C190717EUR3870,24\r\n-\r\n";
      const texts = [
        "ABNANL2A\r\n940\r\nABNANL2A\r\n",
        ":940:\r\n",
        "0000 01INGBNL2AXXXX00001\r\n0000 01INGBNL2AXXXX00001\r\n940 00\r\n",
      ].map((lines) => (lines + statement).repeat(2));
      const files = texts.map((text, i) => {
        const path = join(folder, `bank-lines-${i}.sta`);
        writeFileSync(path, text);
        return path;
      });
      const was = judgeStatements(files);
      expect(was.map(({ whole, entries }) => [whole, entries])).toEqual(texts.map(() => [true, 2]));
      for (const [i, path] of files.entries()) {
        const result = await mask(bytesOf(texts[i] as string), "lenient");
        expect(result.refusals).toEqual([]);
        expect(result.text).not.toMatch(/ABNA(?!NL)|INGB|QUENNFELD|0417164300|ABNANL2A/);
        writeFileSync(`${path}.masked`, result.output);
      }
      expect(judgeStatements(files.map((path) => `${path}.masked`))).toEqual(was);
    },
    SLOW,
  );

  test("the judges can object: a canary", () => {
    const path = join(folder, "canary.sta");
    writeFileSync(path, ":20:A\n:25:1\n:61:3454543545CY1234,NTRFNONREF\n");
    expect(judgeStatements([path])[0]?.read).toBe(false);
  });
});

const complaint = (message: ProwideMessage): unknown => [
  message.file.split("/").at(-1),
  message.exception,
  message.errors.length,
  message.unparsed,
  (message.tags ?? []).filter(({ known, whole }) => !known || whole !== true).map(({ tag }) => tag),
];

describe(sharedExists ? "samples" : `samples (${SHARED_SKIP_REASON})`, () => {
  const SAMPLES = ["mt940", "mt940/malformed", "mt-other", "mt-other/malformed"];
  const files = sharedExists
    ? SAMPLES.flatMap((name) =>
        readdirSync(`${sharedRoot}samples/${name}`, { withFileTypes: true })
          .filter((entry) => entry.isFile() && (entry.name.startsWith("mt940__") || /JPchar|MT101/.test(entry.name)))
          .map((entry) => `${sharedRoot}samples/${name}/${entry.name}`),
      )
    : [];

  test.skipIf(!sharedExists)(
    "what mt-940 reads before it reads after, with the same entries; the rest is listed",
    async () => {
      const was = judgeStatements(files);
      const found: Record<string, string> = {};
      let accepted = 0;
      let kept = 0;
      const whole = files.filter((_, i) => was[i]?.whole);
      for (const [i, path] of files.entries()) {
        if (was[i]?.read !== true) continue;
        accepted++;
        const name = path.split("/").at(-1) as string;
        const result = await mask(new Uint8Array(readFileSync(path)), "lenient");
        const masked = join(folder, name);
        writeFileSync(masked, result.output);
        const codes = [...new Set(result.refusals.map(({ code }) => code))].sort();
        if (codes.length > 0) found[name] = `refused ${codes.join(" ")}`;
        else if (JSON.stringify(judgeStatements([masked])[0]) !== JSON.stringify(was[i])) found[name] = "read otherwise";
        else kept++;
      }
      console.log(
        `MT samples: ${files.length} files, ${accepted} read by mt-940, ${whole.length} of them whole statements; ${kept} masked and read alike`,
      );
      expect(found).toEqual(Object.fromEntries(Object.entries(EXCEPTIONS).map(([name, [verdict]]) => [name, verdict])));
      const failed = whole.filter((path) => Object.hasOwn(found, path.split("/").at(-1) as string));
      const all = messages.length + whole.length;
      expect((all - failed.length) / all).toBeGreaterThanOrEqual(0.95);
      expect(failed.length).toBeLessThanOrEqual(1);
    },
    SLOW,
  );
});
