/** Rules between the values of ISO 20022 messages, `bauta verify-message`, and that masking changes nothing about them. */
import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { EXIT } from "../../runtime/cli/exit.ts";
import { decimalOf, fractionDigitsOf } from "../../runtime/formats/decimal.ts";
import { iso20022Rules } from "../../runtime/formats/iso20022/rules/index.ts";
import { PRESETS } from "../../runtime/model/vocabulary.ts";
import { bauta, EXAMPLE_XML, folder, write } from "../e2e/cli.ts";
import { run } from "../harness.ts";
import { filesBelow, SHARED_SKIP_REASON, sharedExists, sharedRoot } from "../shared.ts";

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

describe("rates", () => {
  const settled = (amount: string, rate: string, charges = ""): string =>
    document(
      "pacs.008.001.08",
      `<FIToFICstmrCdtTrf><CdtTrfTxInf><IntrBkSttlmAmt Ccy="EUR">${amount}</IntrBkSttlmAmt><InstdAmt Ccy="USD">1000.00</InstdAmt><XchgRate>${rate}</XchgRate>${charges}</CdtTrfTxInf></FIToFICstmrCdtTrf>`,
    );
  const charge = (currency: string): string => `<ChrgsInf><Amt Ccy="${currency}">15.00</Amt></ChrgsInf>`;

  test("make the settled amount, in either direction, charges aside", () => {
    expect(found(settled("919.73", "0.91973"))).toEqual([]);
    expect(found(settled("919.73", "1.08728"))).toEqual([]);
    expect(found(settled("904.73", "0.91973", charge("EUR")))).toEqual([]);
    for (const wrong of [settled("919.75", "0.91973"), settled("904.73", "0.91973"), settled("904.73", "0.91973", charge("USD"))]) {
      expect(found(wrong)).toEqual([[8606, "FIToFICstmrCdtTrf/CdtTrfTxInf/IntrBkSttlmAmt"]]);
    }
  });

  test("of an entry stand between two of its amounts", () => {
    const entry = (amount: string): string =>
      STATEMENT(
        `<Ntry><Amt Ccy="EUR">${amount}</Amt><AmtDtls><InstdAmt><Amt Ccy="CHF">100.00</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">${amount}</Amt><CcyXchg><SrcCcy>CHF</SrcCcy><TrgtCcy>EUR</TrgtCcy><XchgRate>1.0417</XchgRate></CcyXchg></TxAmt></AmtDtls></Ntry>`,
      );
    expect(found(entry("104.17"))).toEqual([]);
    expect(found(entry("104.71"))).toEqual([[8606, "BkToCstmrStmt/Stmt/Ntry/AmtDtls/TxAmt/CcyXchg/XchgRate"]]);
  });
});

test("a statement opens with what the one before closed with", () => {
  const statement = (number: number, opening: string, closing: string, more = ""): string =>
    `<Stmt><ElctrncSeqNb>${number}</ElctrncSeqNb>${more}<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>${BALANCE("OPBD", opening)}${BALANCE("CLBD", closing)}</Stmt>`;
  const series = (...statements: readonly string[]) =>
    found(document("camt.053.001.08", `<BkToCstmrStmt>${statements.join("")}</BkToCstmrStmt>`)).filter(([issue]) => issue === 8607);
  expect(series(statement(7, "1", "2"), statement(8, "2", "3"), statement(9, "3.00", "4"))).toEqual([]);
  expect(series(statement(9, "3", "4"), statement(7, "1", "2"), statement(8, "2", "3"))).toEqual([]);
  expect(series(statement(7, "1", "2"), statement(8, "2.01", "3"))).toEqual([[8607, "BkToCstmrStmt/Stmt[2]/Bal"]]);
  expect(series(statement(7, "1", "2"), statement(9, "5", "6"))).toEqual([[8607, "BkToCstmrStmt/Stmt[2]/ElctrncSeqNb"]]);
  // A bank that does not count, and a copy.
  expect(series(statement(7, "1", "2"), statement(7, "5", "6"))).toEqual([]);
  expect(series(statement(7, "1", "2"), statement(8, "5", "6", "<CpyDplctInd>DUPL</CpyDplctInd>"))).toEqual([]);
});

test("one account or LEI has one name, in whatever spelling", () => {
  const named = (name: string, account = "DE89370400440532013000"): string =>
    `<CdtTrfTxInf><Cdtr><Nm>${name}</Nm></Cdtr><CdtrAcct><Id><IBAN>${account}</IBAN></Id></CdtrAcct></CdtTrfTxInf>`;
  const names = (...parties: readonly string[]) => found(INITIATION("", ...parties));
  expect(names(named("Ottilie Brandhorst"), named("BRANDHORST, OTTILIE"))).toEqual([]);
  expect(names(named("Vereinigte Mühlenwerke Sankt Goar am Rhein"), named("Vereinigte Mühlenwerke Sankt Go"))).toEqual([]);
  expect(names(named("Ottilie Brandhorst"), named("Ottilie Brandhorst", "FR7630006000011234567890189"))).toEqual([]);
  expect(names(named("Ottilie Brandhorst"), named("Oskar Brandhorst"))).toEqual([[8608, "CstmrCdtTrfInitn/PmtInf[2]/CdtTrfTxInf/Cdtr/Nm"]]);
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
    for (const path of filesBelow(join(sharedRoot, "samples"))) {
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
