/** Rules between the values of SWIFT MT messages, over several statements too, and that masking changes nothing about them. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import type { Verdict } from "../../runtime/formats/api.ts";
import { Series } from "../../runtime/formats/rules.ts";
import { swiftMtRules } from "../../runtime/formats/swift-mt/rules.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { generatedMessages } from "../corpus/mt/generated.ts";
import { bauta, folder, write } from "../e2e/cli.ts";
import { ENGINES, run } from "../harness.ts";
import { filesBelow, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";
import { valuesIn } from "../values.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const message = (type: string, ...fields: readonly string[]): string =>
  `{1:F01BANKDEFFAXXX0000000000}{2:I${type}BANKFRPPXXXXN}{4:\r\n${fields.map((field) => `:${field}\r\n`).join("")}-}`;

/** What does not hold, of messages that are looked at together. */
function found(...messages: readonly string[]): readonly string[] {
  const series = new Series();
  const verdicts = messages.map((each) => swiftMtRules.verify(bytes(each), series));
  series.close();
  return verdicts.flatMap((verdict, i) => {
    if (verdict === undefined) throw new Error(`message ${i} is none`);
    return verdict.findings.map(({ issue, path }) => `${i} ${issue} ${path}`);
  });
}

const statement = (number: string, opening: string, closing: string, ...entries: readonly string[]): string =>
  message("940", "20:S1", "25:DE89370400440532013000", `28C:${number}`, `60F:${opening}`, ...entries, `62F:${closing}`);

describe("statements", () => {
  const entries = [
    "61:2604170417C100,NTRFNONREF",
    "61:260417D40,5NTRFNONREF",
    "61:260417RC10,NTRFA",
    "61:260417RD2,5NTRFB",
    "61:260417EC7,NTRFC",
  ];

  test("opening balance and entries make the closing balance: reversals count the other way, expected entries not yet", () => {
    expect(found(statement("1/1", "D260416EUR5,", "C260417EUR47,", ...entries))).toEqual([]);
    expect(found(statement("1/1", "D260416EUR5,", "C260417EUR47,01", ...entries))).toEqual(["0 8603 62F/amount"]);
    expect(found(statement("1/1", "D260416EUR5,", "D260417EUR47,", ...entries))).toEqual(["0 8603 62F/amount"]);
    expect(found(statement("1/1", "C260416EUR5,", "C260417EUR5,"))).toEqual([]);
  });

  test("a balance report has the sums of its entries only", () => {
    const report = (closing: string): string =>
      message("941", "20:R1", "25:1234567890", "28:7/1", "60F:C260416EUR100,", "90D:2EUR30,5", "90C:1EUR10,", `62F:${closing}`);
    expect(found(report("C260417EUR79,5"))).toEqual([]);
    expect(found(report("C260417EUR79,"))).toEqual(["0 8603 62F/amount"]);
  });

  test("an interim report counts and sums its entries", () => {
    const report = (debits: string, credits: string): string =>
      message(
        "942",
        "20:R1",
        "25:1234567890",
        "28C:7/1",
        "34F:EUR0,",
        "13D:2604171200+0000",
        ...entries,
        `90D:${debits}`,
        `90C:${credits}`,
      );
    expect(found(report("1EUR40,5", "1EUR100,"))).toEqual([]);
    expect(found(report("2EUR50,5", "3EUR109,5"))).toEqual([]);
    expect(found(report("9EUR40,5", "1EUR100,01"))).toEqual(["0 8601 90D/count", "0 8602 90C/amount"]);
  });

  test("each goes on from the one before, in whatever order they come", () => {
    const first = statement("7/1", "C260414EUR1,", "C260415EUR1,");
    const second = statement("8/1", "C260415EUR1,", "C260416EUR3,", "61:260416C2,NTRFNONREF");
    const third = statement("9/1", "C260416EUR3,", "C260417EUR3,");
    expect(found(first, second, third)).toEqual([]);
    expect(found(third, first, second)).toEqual([]);
    expect(found(first, third)).toEqual(["1 8607 28C/statement"]);
    expect(found(first, statement("8/1", "C260415EUR2,", "C260416EUR2,"))).toEqual(["1 8607 60F/amount"]);
    // Another account, a bank that does not count, the turn of the year.
    expect(found(first, third.replace("DE89370400440532013000", "DE02120300000000202051"))).toEqual([]);
    expect(found(statement("0", "C260414EUR1,", "C260415EUR1,"), statement("0", "C260415EUR2,", "C260416EUR2,"))).toEqual([]);
    expect(found(first, statement("1/1", "C270101EUR2,", "C270102EUR2,"))).toEqual([]);
  });

  test("so do the pages of one", () => {
    const page = (sheet: number, opening: string, closing: string): string =>
      statement(`7/${sheet}`, opening, closing).replaceAll(/:6([02])F/g, ":6$1M");
    const pages = [page(1, "C260414EUR1,", "C260414EUR1,"), page(2, "C260414EUR1,", "C260414EUR1,")];
    expect(found(...pages, statement("7/3", "C260414EUR1,", "C260414EUR1,"))).toEqual([]);
    expect(found(pages[0] as string, statement("7/3", "C260414EUR9,", "C260414EUR9,"))).toEqual(["1 8607 28C/statement"]);
    expect(found(pages[0] as string, page(2, "C260414EUR9,", "C260414EUR9,"))).toEqual(["1 8607 60M/amount"]);
  });
});

describe("payments", () => {
  test("sums of transactions stand in 19, or in what settles them", () => {
    const transfers = (...head: readonly string[]): string =>
      message("203", ...head, "30:260417", "20:T1", "21:R1", "32B:EUR10,5", "58A:BANKITMM", "20:T2", "21:R2", "32B:EUR20,", "58A:BANKITMM");
    expect(found(transfers("19:30,5"))).toEqual([]);
    expect(found(transfers("19:30,50"))).toEqual([]);
    expect(found(transfers("19:30,"))).toEqual(["0 8602 19/amount"]);
    const bulk = (...tail: readonly string[]): string =>
      message("102", "20:B1", "23:CREDIT", "50K:A B", "71A:SHA", "21:1", "32B:EUR1,", "59:C D", "21:2", "32B:EUR2,", "59:E F", ...tail);
    expect(found(bulk("32A:260417EUR3,"))).toEqual([]);
    expect(found(bulk("32A:260417EUR2,9", "19:3,"))).toEqual([]);
    expect(found(bulk("32A:260417EUR2,9"))).toEqual(["0 8602 sequenceC/32A/amount"]);
  });

  const transfer = (...fields: readonly string[]): string => message("103", "20:T1", "23B:CRED", ...fields, "71A:SHA");
  const customers = ["50K:/DE89370400440532013000\r\nOTTILIE BRANDHORST", "59:/FR7630006000011234567890189\r\nLUC MARTEL"];

  test("the ordered amount at its rate makes the one that is paid, charges aside", () => {
    const rated = (paid: string, rate: string, ...charges: readonly string[]): string =>
      message("103", "20:T1", "23B:CRED", `32A:260417${paid}`, "33B:USD1000,", `36:${rate}`, ...customers, "71A:BEN", ...charges);
    expect(found(rated("EUR919,73", "0,91973"))).toEqual([]);
    expect(found(rated("EUR904,73", "0,91973", "71F:EUR10,", "71F:EUR5,"))).toEqual([]);
    expect(found(rated("EUR904,73", "0,91973"))).toEqual(["0 8606 32A/amount"]);
    expect(found(rated("JPY150123", "150,123").replace("JPY150123", "JPY150123,"))).toEqual([]);
  });

  test("amounts have the decimals of their currency", () => {
    expect(found(transfer("32A:260417JPY150,", ...customers))).toEqual([]);
    expect(found(transfer("32A:260417JPY150,5", ...customers))).toEqual(["0 8604 32A/amount"]);
    expect(found(transfer("32A:260417BHD1,505", ...customers))).toEqual([]);
    expect(found(statement("1", "C260417JPY1,", "C260417JPY3,", "61:260417C1,5NTRFA", "61:260417C0,5NTRFB"))).toEqual([
      "0 8604 61/amount",
      "0 8604 61[2]/amount",
    ]);
  });

  test("an account is of the country of its bank", () => {
    expect(found(transfer("32A:260417EUR1,", customers[0] as string, "52A:COBADEFF", "57A:BNPAFRPP", customers[1] as string))).toEqual([]);
    expect(found(transfer("32A:260417EUR1,", customers[0] as string, "52A:BNPAFRPP", "57A:NWBKGB2L", customers[1] as string))).toEqual([
      "0 8605 50K/account",
      "0 8605 59/account",
    ]);
  });

  test("one account has one name", () => {
    const twice = (name: string): string =>
      message(
        "101",
        "20:R1",
        "28D:1/1",
        `50H:${customers[0]?.slice(4)}`,
        "30:260417",
        "21:T1",
        "32B:EUR1,",
        "59:/FR7630006000011234567890189\r\nLUC MARTEL",
        "71A:SHA",
        "21:T2",
        "32B:EUR1,",
        `59F:/FR7630006000011234567890189\r\n1/${name}`,
        "71A:SHA",
      );
    expect(found(twice("MARTEL, LUC"))).toEqual([]);
    expect(found(twice("LUCIE MARTEL"))).toEqual(["0 8608 sequenceB/59F/1"]);
  });
});

test("what is no message is none", () => {
  expect(swiftMtRules.verify(bytes("{1:F01BANKDEFFAXXX0000000000}"))).toBeUndefined();
  expect(swiftMtRules.verify(bytes(message("998", "20:A")))).toBeUndefined();
});

/** Verdicts of the records in some bytes, statements of all of them together. */
function verdicts(input: Uint8Array): readonly (Verdict | undefined)[] {
  const series = new Series();
  const all = valuesIn(input).records.map(({ start, end }) => swiftMtRules.verify(input.subarray(start, end), series));
  series.close();
  return all;
}

/** What holds no longer, of messages whose verdicts these were. */
const broken = (before: readonly (Verdict | undefined)[], after: readonly (Verdict | undefined)[]): readonly string[] =>
  after.flatMap((verdict, i) => {
    const was = new Set(before[i]?.findings.map(({ issue, path }) => `${issue} ${path}`));
    return (verdict?.findings ?? []).map(({ issue, path }) => `${issue} ${path}`).filter((finding) => !was.has(finding));
  });

describe("masking", () => {
  const corpus = generatedMessages(2604, 4)
    .map(({ text }) => text)
    .join("\r\n");

  test.each(PRESETS.flatMap((preset) => ENGINES.map((engine) => [preset, engine] as const)))(
    "%s (%s): what added up in generated messages adds up",
    async (preset, engine) => {
      const before = verdicts(bytes(corpus));
      const { output, refusals } = await run(corpus, { preset, engine });
      expect(refusals).toEqual([]);
      const after = verdicts(output);
      expect([after.length, broken(before, after)]).toEqual([before.length, []]);
      expect(before.reduce((sum, verdict) => sum + (verdict?.checked ?? 0), 0)).toBeGreaterThan(300);
    },
    60_000,
  );

  test.skipIf(!sharedExists)(
    `of the samples none that held is broken${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
    async () => {
      let messages = 0;
      let rules = 0;
      for (const path of ["mt940", "mt103", "mt-other"].flatMap((name) => filesBelow(join(sharedRoot, "samples", name)))) {
        const input = new Uint8Array(readFileSync(path));
        const before = verdicts(input);
        const { output, refusals } = await run(input, { preset: "test-data", engine: "native", input: "lenient" });
        if (refusals.length > 0 || before.length === 0) continue;
        messages += before.length;
        rules += before.reduce((sum, verdict) => sum + (verdict?.checked ?? 0), 0);
        expect([path, broken(before, verdicts(output))]).toEqual([path, []]);
      }
      console.log(`samples: ${rules} rules of ${messages} messages, and what held holds`);
      expect(messages).toBeGreaterThan(60);
    },
    120_000,
  );
});

test("bauta verify-message looks at statements of several files together, and tells no value", () => {
  const here = folder();
  write(join(here, "b.fin"), statement("7/1", "C260414EUR1,", "C260415EUR1,"));
  write(join(here, "a.fin"), statement("8/1", "C260415EUR4711,", "C260416EUR4711,"));
  const text = bauta(["verify-message", here]);
  expect([text.code, text.stdout.match(/[^\s/]+ record \d+ MT\d+: BAUTA-\d+ \w+ \S+/g)]).toEqual([
    EXIT.evidence,
    ["a.fin record 0 MT940: BAUTA-8607 MESSAGE_SERIES 60F/amount:"],
  ]);
  expect(text.stdout).not.toContain("4711");
  const rows = bauta(["verify-message", here, "--json"]).stdout.trimEnd().split("\n");
  expect(rows.map((row) => JSON.parse(row).findings)).toEqual([[{ code: "BAUTA-8607", name: "MESSAGE_SERIES", path: "60F/amount" }], []]);
}, 30_000);
