/** Statements of accounts that add up, over pages and from one to the next: the same ledger as camt.052/053/054 and as MT940/942/950. */
import { Random } from "./random.ts";

export const STATEMENT_FORMS = [
  "camt.053.001.02",
  "camt.053.001.08",
  "camt.052.001.08",
  "camt.054.001.08",
  "MT940",
  "MT942",
  "MT950",
] as const;
export type StatementForm = (typeof STATEMENT_FORMS)[number];

/** Statements of one account in one form, in their order, and their pages one behind the other. */
export interface StatementSeries {
  readonly form: StatementForm;
  readonly records: readonly string[];
  readonly statements: number;
}

/** A part of an entry, in minor units; debits are negative. */
interface Part {
  readonly amount: number;
  /** Taken from it, of the same currency. */
  readonly charge: number;
}

interface Entry {
  readonly parts: readonly Part[];
  readonly amount: number;
  readonly isReversal: boolean;
  readonly isBooked: boolean;
  readonly rate: number;
}

interface Page {
  readonly number: number;
  readonly sheet: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly opening: number;
  readonly closing: number;
  readonly entries: readonly Entry[];
}

interface Account {
  readonly iban: string;
  readonly currency: string;
  readonly decimals: number;
}

const ACCOUNTS = ["DE89370400440532013000", "FR1420041010050500013M02606", "GB82WEST12345698765432", "NL91ABNA0417164300"];
const CURRENCIES: readonly (readonly [string, number])[] = [
  ["EUR", 2],
  ["USD", 2],
  ["JPY", 0],
  ["KWD", 3],
];
/** Places of its rate. */
const RATE_DECIMALS = 4;

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

export function statementSeries(seed: number, form: StatementForm): StatementSeries {
  const random = new Random(seed);
  const [currency, decimals] = random.pick(CURRENCIES);
  const account: Account = { iban: random.pick(ACCOUNTS), currency, decimals };
  const statements = random.between(1, 4);
  const records: string[] = [];
  let opening = random.between(-2_000_000, 20_000_000);
  for (let i = 0; i < statements; i++) {
    const pages = random.chance(0.3) ? random.between(2, 3) : 1;
    for (let sheet = 1; sheet <= pages; sheet++) {
      const entries = Array.from({ length: random.between(0, 9) }, () => entryOf(random));
      const closing = opening + sumOf(entries.filter(({ isBooked }) => isBooked).map(({ amount }) => amount));
      const page = { number: i + 1, sheet, isFirst: sheet === 1, isLast: sheet === pages, opening, closing, entries };
      records.push(form.startsWith("MT") ? mt(form, account, page, random) : mx(form, account, page, random));
      opening = closing;
    }
  }
  return { form, records, statements };
}

function entryOf(random: Random): Entry {
  const sign = random.chance(0.5) ? 1 : -1;
  const parts = Array.from({ length: random.chance(0.2) ? random.between(2, 5) : 1 }, (): Part => {
    const size = random.chance(0.1) ? random.between(1, 99) : random.between(100, 9_999_999);
    return { amount: sign * size, charge: random.chance(0.2) ? random.between(1, 500) : 0 };
  });
  return {
    parts,
    amount: sumOf(parts.map(({ amount }) => amount)),
    isReversal: random.chance(0.1),
    isBooked: random.chance(0.9),
    rate: random.chance(0.2) ? random.between(5_000, 19_999) : 0,
  };
}

/** A count of minor units as a decimal with that mark. */
function decimal(units: number, decimals: number, mark: string): string {
  const digits = String(Math.abs(units)).padStart(decimals + 1, "0");
  const whole = decimals === 0 ? digits : digits.slice(0, -decimals);
  return decimals === 0 ? `${whole}${mark === "," ? "," : ""}` : `${whole}${mark}${digits.slice(-decimals)}`;
}

const day = (page: Page): string => `2026-04-${String(10 + page.number).padStart(2, "0")}`;
const reference = (random: Random): string => random.text("ABCDEFGHJKLMNPQRSTUVWXYZ23456789", 10);

// ── ISO 20022 ───────────────────────────────────────────────────────────────────────────────────────────────────────────

const indicator = (amount: number): string => `<CdtDbtInd>${amount < 0 ? "DBIT" : "CRDT"}</CdtDbtInd>`;

function mx(form: StatementForm, account: Account, page: Page, random: Random): string {
  const money = (units: number): string => `<Amt Ccy="${account.currency}">${decimal(units, account.decimals, ".")}</Amt>`;
  const balance = (type: string, units: number): string =>
    `<Bal><Tp><CdOrPrtry><Cd>${type}</Cd></CdOrPrtry></Tp>${money(units)}${indicator(units)}<Dt><Dt>${day(page)}</Dt></Dt></Bal>`;
  const isNotice = form.startsWith("camt.054");
  const isOld = form.endsWith(".02");
  const balances = isNotice
    ? ""
    : balance(page.isFirst ? "OPBD" : "ITBD", page.opening) +
      balance(page.isLast ? "CLBD" : "ITBD", page.closing) +
      (page.isLast ? balance("CLAV", page.closing) : "");
  const name = isNotice ? "Ntfctn" : form.startsWith("camt.052") ? "Rpt" : "Stmt";
  const root = { Ntfctn: "BkToCstmrDbtCdtNtfctn", Rpt: "BkToCstmrAcctRpt", Stmt: "BkToCstmrStmt" }[name];
  const at = `${day(page)}T18:00:00`;
  const pagination = isOld ? "" : `<${name}Pgntn><PgNb>${page.sheet}</PgNb><LastPgInd>${page.isLast}</LastPgInd></${name}Pgntn>`;
  const body = `<Id>${reference(random)}</Id>${pagination}<ElctrncSeqNb>${page.number}</ElctrncSeqNb><CreDtTm>${at}</CreDtTm><Acct><Id><IBAN>${account.iban}</IBAN></Id><Ccy>${account.currency}</Ccy></Acct>${balances}${summary(page, account, isOld, random)}${page.entries.map((entry) => entryText(entry, account, isOld, random)).join("")}`;
  return `<?xml version="1.0" encoding="UTF-8"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:${form}"><${root}><GrpHdr><MsgId>${reference(random)}</MsgId><CreDtTm>${at}</CreDtTm></GrpHdr><${name}>${body}</${name}></${root}></Document>\n`;
}

function summary({ entries }: Page, { decimals }: Account, isOld: boolean, random: Random): string {
  if (entries.length === 0 || random.chance(0.3)) return "";
  const total = (name: string, chosen: readonly Entry[], net = ""): string => {
    const sum = sumOf(chosen.map(({ amount }) => Math.abs(amount)));
    return `<${name}><NbOfNtries>${chosen.length}</NbOfNtries><Sum>${decimal(sum, decimals, ".")}</Sum>${net}</${name}>`;
  };
  const counted = random.chance(0.5) ? entries : entries.filter(({ isBooked }) => isBooked);
  const net = sumOf(counted.map(({ amount }) => amount));
  const text = decimal(net, decimals, ".");
  const netText = isOld
    ? `<TtlNetNtryAmt>${text}</TtlNetNtryAmt>${indicator(net)}`
    : `<TtlNetNtry><Amt>${text}</Amt>${indicator(net)}</TtlNetNtry>`;
  const hasNet = counted.every(({ isBooked }) => isBooked) && random.chance(0.5);
  return `<TxsSummry>${total("TtlNtries", counted, hasNet ? netText : "")}${total(
    "TtlCdtNtries",
    counted.filter(({ amount }) => amount >= 0),
  )}${total(
    "TtlDbtNtries",
    counted.filter(({ amount }) => amount < 0),
  )}</TxsSummry>`;
}

function entryText({ parts, amount, isReversal, isBooked, rate }: Entry, account: Account, isOld: boolean, random: Random): string {
  const { currency, decimals } = account;
  const money = (units: number): string => `<Amt Ccy="${currency}">${decimal(units, decimals, ".")}</Amt>`;
  const status = isBooked ? "BOOK" : "PDNG";
  // The entry times its rate is what was paid in another currency.
  const foreign = currency === "EUR" ? "USD" : "EUR";
  const ordered = (units: number): string => {
    const paid = Math.round((Math.abs(units) * rate * 10 ** (2 - decimals)) / 10 ** RATE_DECIMALS);
    return `<InstdAmt><Amt Ccy="${foreign}">${decimal(paid, 2, ".")}</Amt><CcyXchg><SrcCcy>${currency}</SrcCcy><TrgtCcy>${foreign}</TrgtCcy><XchgRate>${decimal(rate, RATE_DECIMALS, ".")}</XchgRate></CcyXchg></InstdAmt>`;
  };
  const charged = ({ amount: units, charge }: Part): string => `<InstdAmt>${money(Math.abs(units) + charge)}</InstdAmt>`;
  const details = (part: Part): string => {
    const said = rate > 0 ? ordered(part.amount) : part.charge > 0 ? charged(part) : "";
    const charges =
      part.charge === 0 || rate > 0
        ? ""
        : isOld
          ? `<Chrgs>${money(part.charge)}</Chrgs>`
          : `<Chrgs><Rcrd>${money(part.charge)}<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>`;
    const own = isOld ? "" : `${money(part.amount)}${indicator(part.amount)}`;
    return `<TxDtls><Refs><EndToEndId>${reference(random)}</EndToEndId></Refs>${own}<AmtDtls>${said}<TxAmt>${money(part.amount)}</TxAmt></AmtDtls>${charges}</TxDtls>`;
  };
  return `<Ntry><NtryRef>${reference(random)}</NtryRef>${money(amount)}${indicator(amount)}${isReversal ? "<RvslInd>true</RvslInd>" : ""}<Sts>${isOld ? status : `<Cd>${status}</Cd>`}</Sts><BookgDt><Dt>2026-04-11</Dt></BookgDt><BkTxCd><Prtry><Cd>NTRF</Cd></Prtry></BkTxCd><NtryDtls>${parts.map(details).join("")}</NtryDtls></Ntry>`;
}

// ── SWIFT MT ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function mt(form: StatementForm, account: Account, page: Page, random: Random): string {
  const { currency, decimals } = account;
  const date = day(page).replaceAll("-", "").slice(2);
  const amount = (units: number): string => decimal(units, decimals, ",");
  const balance = (units: number): string => `${units < 0 ? "D" : "C"}${date}${currency}${amount(units)}`;
  const isReport = form === "MT942";
  const marks = page.entries.map(({ amount: units, isReversal, isBooked }) => {
    if (!isBooked) return units < 0 ? "ED" : "EC";
    return isReversal ? (units < 0 ? "RC" : "RD") : units < 0 ? "D" : "C";
  });
  const entries = page.entries.flatMap(({ amount: units }, i) => [
    `61:${date}${date.slice(2)}${marks[i]}${amount(units)}NTRF${reference(random)}`,
    ...(form === "MT950" || random.chance(0.3) ? [] : ["86:GENERATED"]),
  ]);
  const totals = (tag: string, wanted: readonly string[]): readonly string[] => {
    const chosen = page.entries.filter((_, i) => wanted.includes(marks[i] as string));
    return chosen.length === 0
      ? []
      : [`${tag}:${chosen.length}${currency}${amount(sumOf(chosen.map(({ amount: units }) => Math.abs(units))))}`];
  };
  const lines = [
    `20:${reference(random)}`,
    `25:${account.iban}`,
    `28C:${page.number}/${page.sheet}`,
    ...(isReport ? [`34F:${currency}${amount(0)}`, `13D:${date}1800+0200`] : [`${page.isFirst ? "60F" : "60M"}:${balance(page.opening)}`]),
    ...entries,
    ...(isReport ? [...totals("90D", ["D", "RC", "ED"]), ...totals("90C", ["C", "RD", "EC"])] : []),
    ...(isReport ? [] : [`${page.isLast ? "62F" : "62M"}:${balance(page.closing)}`]),
    ...(isReport || !page.isLast ? [] : [`64:${balance(page.closing)}`]),
  ];
  return `{1:F01BANKDEFFAXXX0000000000}{2:O${form.slice(2)}1200260417BANKFRPPAXXX00000000002604171200N}{4:\r\n${lines.map((line) => `:${line}\r\n`).join("")}-}\r\n`;
}
