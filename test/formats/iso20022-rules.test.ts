/** Rules between the values of ISO 20022 messages, `bauta verify-message`, and that masking changes nothing about them. */
import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { decimalOf, fractionDigitsOf } from "../../runtime/formats/decimal.ts";
import { iso20022Rules } from "../../runtime/formats/iso20022/rules.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { bauta, EXAMPLE_XML, folder, write } from "../e2e/cli.ts";
import { run } from "../harness.ts";
import { SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const found = (text: string | Uint8Array): readonly (readonly [number, string])[] => {
  const verdict = iso20022Rules.verify(typeof text === "string" ? bytes(text) : text);
  if (verdict === undefined) throw new Error("no message");
  return verdict.findings.map(({ issue, path }) => [issue, path] as const);
};
const document = (message: string, body: string): string =>
  `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:${message}">${body}</Document>`;

const TRANSFER = (amount: string, iban = "DE89370400440532013000", bic = "COBADEFFXXX"): string =>
  `<CdtTrfTxInf><Amt><InstdAmt Ccy="EUR">${amount}</InstdAmt></Amt><CdtrAgt><FinInstnId><BICFI>${bic}</BICFI></FinInstnId></CdtrAgt><CdtrAcct><Id><IBAN>${iban}</IBAN></Id></CdtrAcct></CdtTrfTxInf>`;
const INITIATION = (header: string, ...blocks: readonly string[]): string =>
  document(
    "pain.001.001.09",
    `<CstmrCdtTrfInitn><GrpHdr>${header}</GrpHdr>${blocks.map((block) => `<PmtInf>${block}</PmtInf>`).join("")}</CstmrCdtTrfInitn>`,
  );

const ENTRY = (amount: string, indicator: string, status = "<Sts><Cd>BOOK</Cd></Sts>"): string =>
  `<Ntry><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd>${status}</Ntry>`;
const BALANCE = (type: string, amount: string, indicator = "CRDT"): string =>
  `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">${amount}</Amt><CdtDbtInd>${indicator}</CdtDbtInd></Bal>`;
const STATEMENT = (content: string): string => document("camt.053.001.08", `<BkToCstmrStmt><Stmt>${content}</Stmt></BkToCstmrStmt>`);
const SUMMARY = (total: number, sum: string, net: string): string =>
  `<TxsSummry><TtlNtries><NbOfNtries>${total}</NbOfNtries><Sum>${sum}</Sum><TtlNetNtry><Amt>${net}</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries></TxsSummry>`;

describe("counts and sums", () => {
  const totals = (count: number, sum: string): string => `<NbOfTxs>${count}</NbOfTxs><CtrlSum>${sum}</CtrlSum>`;
  const blocks = [totals(2, "30.30") + TRANSFER("10.10") + TRANSFER("20.20"), totals(1, "0.05") + TRANSFER("0.05")];

  test("of a group and its blocks hold, as exact decimals", () => {
    expect(found(INITIATION(totals(3, "30.35"), ...blocks))).toEqual([]);
    expect(found(INITIATION(totals(3, "30.3500"), ...blocks))).toEqual([]);
  });

  test("that are wrong are told where they stand", () => {
    expect(found(INITIATION(totals(4, "30.36"), ...blocks))).toEqual([
      [8601, "CstmrCdtTrfInitn/GrpHdr/NbOfTxs"],
      [8602, "CstmrCdtTrfInitn/GrpHdr/CtrlSum"],
    ]);
    expect(found(INITIATION(totals(3, "30.35"), blocks[0] as string, totals(1, "0.06") + TRANSFER("0.05")))).toEqual([
      [8602, "CstmrCdtTrfInitn/PmtInf[2]/CtrlSum"],
    ]);
  });

  test("say nothing where there is nothing to add up", () => {
    expect(found(INITIATION(totals(3, "30.35")))).toEqual([]);
  });
});

describe("statements", () => {
  const entries = ENTRY("100.00", "CRDT") + ENTRY("40.50", "DBIT") + ENTRY("7.00", "DBIT", "<Sts>PDNG</Sts>");

  test("add up: opening balance and booked entries make the closing one, pending entries do not count", () => {
    expect(found(STATEMENT(BALANCE("OPBD", "5.00", "DBIT") + BALANCE("CLBD", "54.50") + entries))).toEqual([]);
    expect(found(STATEMENT(BALANCE("PRCD", "5.00", "DBIT") + BALANCE("CLBD", "54.51") + entries))).toEqual([
      [8603, "BkToCstmrStmt/Stmt[1]/Bal"],
    ]);
  });

  test("have summaries over all entries or over the booked ones", () => {
    expect(found(STATEMENT(SUMMARY(3, "147.5", "52.5") + entries))).toEqual([]);
    expect(found(STATEMENT(SUMMARY(2, "140.5", "59.5") + entries))).toEqual([]);
    expect(found(STATEMENT(SUMMARY(4, "140.6", "59.6") + entries)).map(([issue]) => issue)).toEqual([8601, 8602, 8602]);
  });
});

test("decimals of an amount are those of its currency", () => {
  const amount = (currency: string, text: string): string => STATEMENT(`<Ntry><Amt Ccy="${currency}">${text}</Amt></Ntry>`);
  for (const [currency, text] of [
    ["EUR", "1.50"],
    ["EUR", "1.500"],
    ["JPY", "150"],
    ["JPY", "150.00"],
    ["BHD", "1.505"],
    ["XAU", "0.000125"],
  ] as const) {
    expect(found(amount(currency, text))).toEqual([]);
  }
  for (const [currency, text] of [
    ["EUR", "1.505"],
    ["JPY", "150.5"],
    ["BHD", "1.5055"],
  ] as const) {
    expect(found(amount(currency, text))).toEqual([[8604, "BkToCstmrStmt/Stmt/Ntry/Amt"]]);
  }
  expect([decimalOf(" -0.10 "), decimalOf("1e3"), decimalOf("."), fractionDigitsOf("2.5000")]).toEqual([
    -(10n ** 17n),
    undefined,
    undefined,
    1,
  ]);
});

test("an account is of its bank's country, or of one of its territories", () => {
  const one = (iban: string, bic: string): readonly (readonly [number, string])[] => found(INITIATION("", TRANSFER("1", iban, bic)));
  expect(one("DE89370400440532013000", "COBADEFFXXX")).toEqual([]);
  expect(one("GB29NWBK60161331926819", "NWBKJESX")).toEqual([]);
  expect(one("DE89370400440532013000", "BNPAFRPP")).toEqual([[8605, "CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/CdtrAcct/Id/IBAN"]]);
});

test("what adds up before masking adds up after it, under every preset", async () => {
  for (const input of [EXAMPLE_XML, INITIATION("<NbOfTxs>1</NbOfTxs><CtrlSum>1.5</CtrlSum>", TRANSFER("1.5"))]) {
    for (const preset of PRESETS) {
      const { output, refusals } = await run(input, { preset, engine: "native", input: "lenient" });
      expect([preset, refusals, found(output)]).toEqual([preset, [], []]);
    }
  }
});

test.skipIf(!sharedExists)(
  `of the samples none that held is broken by masking${sharedExists ? "" : ` (${SHARED_SKIP_REASON})`}`,
  async () => {
    let messages = 0;
    let rules = 0;
    for (const path of samples(join(sharedRoot, "samples"))) {
      const input = new Uint8Array(readFileSync(path));
      const before = iso20022Rules.verify(input);
      if (before === undefined) continue;
      const { output, refusals } = await run(input, { preset: "test-data", engine: "native", input: "lenient" });
      if (refusals.length > 0) continue;
      messages++;
      rules += before.checked;
      expect([path, iso20022Rules.verify(output)]).toEqual([path, before]);
    }
    console.log(`samples: ${rules} rules of ${messages} messages hold or do not as they did`);
    expect(messages).toBeGreaterThan(140);
  },
  120_000,
);

function samples(path: string): readonly string[] {
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .flatMap((entry) => (statSync(entry).isDirectory() ? (entry.endsWith("/xsd") ? [] : samples(entry)) : [entry]));
}

test("bauta verify-message names messages and places, never a value", () => {
  const here = folder();
  const wrong = write(join(here, "wrong.xml"), EXAMPLE_XML + INITIATION("<NbOfTxs>4711</NbOfTxs>", TRANSFER("17.171")));
  const text = bauta(["verify-message", wrong]);
  expect([text.code, text.stdout.match(/BAUTA-86\d\d/g)]).toEqual([EXIT.evidence, ["BAUTA-8601", "BAUTA-8604"]]);
  expect(text.stdout).not.toMatch(/4711|17\.171/);
  const rows = bauta(["verify-message", wrong, "--json"]).stdout.trimEnd().split("\n");
  expect(rows.map((row) => JSON.parse(row).findings.length)).toEqual([0, 2]);
  const right = bauta(["verify-message", write(join(here, "right.xml"), EXAMPLE_XML), "--json"]);
  expect(right.code).toBe(EXIT.done);
  expect(JSON.parse(right.stdout)).toMatchObject({ record: 0, message: "pacs.008.001.08", findings: [] });
}, 30_000);
