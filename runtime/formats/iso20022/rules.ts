/**
 * Rules between the values of an ISO 20022 message: numbers and sums of transactions, entries and their balances, minor units of
 * currencies, and the country of an account beside that of its bank.
 *
 * A rule speaks only where the message has all that it needs: a total without its transactions proves nothing.
 */
import { assetJson } from "../../kit/assets.ts";
import { decimalOf, fractionDigitsOf } from "../decimal.ts";
import type { Finding, MessageRules, Verdict } from "../rules.ts";
import { messageOfNamespace } from "./catalogue.ts";
import { MarkupError, readMarkup, type XmlElement } from "./xsd/markup.ts";

const COUNT = 8601;
const SUM = 8602;
const BALANCE = 8603;
const MINOR_UNITS = 8604;
const COUNTRY = 8605;

export const iso20022Rules: MessageRules = {
  format: "iso20022",
  verify(record) {
    const root = treeOf(record);
    const documents = root === undefined ? [] : documentsIn(root);
    const [first] = documents;
    if (first === undefined) return undefined;
    const collected = new Collected();
    for (const { element } of documents) {
      for (const body of element.children) verifyBody(body, body.name, collected);
      everywhere(element, "", collected);
    }
    const named = documents.find(({ message }) => !message.startsWith("head.")) ?? first;
    return { message: named.message, checked: collected.checked, findings: collected.findings } satisfies Verdict;
  },
};

/** Findings, and how many rules had something to look at. */
class Collected {
  checked = 0;
  readonly findings: Finding[] = [];

  rule(issue: number, path: string, holds: boolean): void {
    this.checked++;
    if (!holds) this.findings.push({ issue, path });
  }
}

function treeOf(record: Uint8Array): XmlElement | undefined {
  const head = new TextDecoder("latin1").decode(record.subarray(0, 128));
  const isLatin1 = /^\s*<\?xml[^>]*encoding\s*=\s*["'](?:iso-8859-1|latin1)["']/i.test(head);
  try {
    return readMarkup(new TextDecoder(isLatin1 ? "latin1" : "utf-8").decode(record));
  } catch (error) {
    if (error instanceof MarkupError) return undefined;
    throw error;
  }
}

/** Root elements of messages in a tree, wrappers passed over. */
function documentsIn(element: XmlElement): readonly { readonly element: XmlElement; readonly message: string }[] {
  const message = messageOfNamespace(element.namespace);
  if (message !== undefined) return [{ element, message }];
  return element.children.flatMap(documentsIn);
}

// ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Elements that are one transaction each. */
const TRANSACTIONS = ["CdtTrfTxInf", "CdtTrfTx", "DrctDbtTxInf", "TxInf"];
/** Blocks of transactions with totals of their own, and where each says them. */
const BLOCKS = ["PmtInf", "OrgnlPmtInfAndRvsl", "CdtInstr"];
/** The amount of a transaction, the first there is. */
const AMOUNTS = ["IntrBkSttlmAmt", "RtrdIntrBkSttlmAmt", "RvsdIntrBkSttlmAmt", "Amt/InstdAmt", "Amt/EqvtAmt/Amt", "InstdAmt"];
const TOTALS = ["TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt", "TtlRvsdIntrBkSttlmAmt"];

function verifyBody(body: XmlElement, path: string, out: Collected): void {
  const blocks = body.children.filter(({ name }) => BLOCKS.includes(name));
  const own = transactionsOf(body);
  verifyTotals(child(body, "GrpHdr"), `${path}/GrpHdr`, [...own, ...blocks.flatMap(transactionsOf)], out);
  for (const [i, block] of blocks.entries()) verifyTotals(block, `${path}/${block.name}[${i + 1}]`, transactionsOf(block), out);
  for (const name of ["Stmt", "Rpt", "Ntfctn"]) {
    for (const [i, statement] of childrenOf(body, name).entries()) verifyStatement(statement, `${path}/${name}[${i + 1}]`, out);
  }
}

const transactionsOf = (element: XmlElement): readonly XmlElement[] => element.children.filter(({ name }) => TRANSACTIONS.includes(name));

function verifyTotals(header: XmlElement | undefined, path: string, transactions: readonly XmlElement[], out: Collected): void {
  if (header === undefined || transactions.length === 0) return;
  const said = decimalOf(textAt(header, "NbOfTxs"));
  if (said !== undefined) out.rule(COUNT, `${path}/NbOfTxs`, said === decimalOf(String(transactions.length)));
  const amounts = transactions.map((transaction) =>
    decimalOf(AMOUNTS.map((at) => textAt(transaction, at)).find((text) => text !== undefined)),
  );
  if (amounts.some((amount) => amount === undefined)) return;
  const sum = sumOf(amounts as readonly bigint[]);
  const control = decimalOf(textAt(header, "CtrlSum"));
  if (control !== undefined) out.rule(SUM, `${path}/CtrlSum`, control === sum);
  for (const total of TOTALS) {
    const amount = decimalOf(textAt(header, total));
    if (amount !== undefined) out.rule(SUM, `${path}/${total}`, amount === sum);
  }
}

// ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface Entry {
  readonly amount: bigint;
  readonly currency: string;
  readonly booked: boolean;
}

function verifyStatement(statement: XmlElement, path: string, out: Collected): void {
  const entries = childrenOf(statement, "Ntry").map(entryOf);
  if (entries.some((entry) => entry === undefined)) return;
  if (entries.length > 0) verifySummary(statement, path, entries as readonly Entry[], out);
  verifyBalances(statement, path, entries as readonly Entry[], out);
}

/** Credits are positive. */
function entryOf(entry: XmlElement): Entry | undefined {
  const amount = signedAmount(entry, "Amt");
  const status = textAt(entry, "Sts/Cd") ?? textAt(entry, "Sts");
  const currency = child(entry, "Amt")?.attributes.get("Ccy") ?? "";
  return amount === undefined ? undefined : { amount, currency, booked: status === undefined || status.trim() === "BOOK" };
}

function signedAmount(element: XmlElement, at: string): bigint | undefined {
  const amount = decimalOf(textAt(element, at));
  const indicator = textAt(element, "CdtDbtInd")?.trim();
  if (amount === undefined || (indicator !== "CRDT" && indicator !== "DBIT")) return undefined;
  return indicator === "DBIT" ? -amount : amount;
}

const absolute = (amount: bigint): bigint => (amount < 0n ? -amount : amount);

/** Totals of the summary: over all entries, or over the booked ones, whichever the bank counts. */
function verifySummary(statement: XmlElement, path: string, entries: readonly Entry[], out: Collected): void {
  const kinds = [
    ["TtlNtries", () => true],
    ["TtlCdtNtries", ({ amount }: Entry) => amount >= 0n],
    ["TtlDbtNtries", ({ amount }: Entry) => amount < 0n],
  ] as const;
  const counted = [entries, entries.filter(({ booked }) => booked)];
  for (const [name, belongs] of kinds) {
    const totals = at(statement, `TxsSummry/${name}`);
    if (totals === undefined) continue;
    const [count, sum] = [decimalOf(textAt(totals, "NbOfNtries")), decimalOf(textAt(totals, "Sum"))];
    const chosen = counted.map((each) => each.filter(belongs));
    const where = `${path}/TxsSummry/${name}`;
    if (count !== undefined)
      out.rule(
        COUNT,
        `${where}/NbOfNtries`,
        chosen.some((each) => decimalOf(String(each.length)) === count),
      );
    if (sum !== undefined)
      out.rule(
        SUM,
        `${where}/Sum`,
        chosen.some((each) => sumOf(each.map(({ amount }) => absolute(amount))) === sum),
      );
    const net = signedNet(totals);
    if (net !== undefined)
      out.rule(
        SUM,
        `${where}/TtlNetNtry`,
        chosen.some((each) => sumOf(each.map(({ amount }) => amount)) === net),
      );
  }
}

/** `TtlNetNtry/Amt` with its indicator, or `TtlNetNtryAmt` of older versions. */
function signedNet(totals: XmlElement): bigint | undefined {
  const net = child(totals, "TtlNetNtry");
  return net === undefined ? signedAmount(totals, "TtlNetNtryAmt") : signedAmount(net, "Amt");
}

/** Opening balance and booked entries make the closing balance, in a statement that is whole. */
function verifyBalances(statement: XmlElement, path: string, entries: readonly Entry[], out: Collected): void {
  const balances = childrenOf(statement, "Bal").map((balance) => ({
    type: (textAt(balance, "Tp/CdOrPrtry/Cd") ?? textAt(balance, "Tp/Cd") ?? "").trim(),
    amount: signedAmount(balance, "Amt"),
    currency: child(balance, "Amt")?.attributes.get("Ccy") ?? "",
  }));
  const only = (types: readonly string[]): (typeof balances)[number] | undefined => {
    const found = balances.filter(({ type }) => types.includes(type));
    return found.length === 1 ? found[0] : undefined;
  };
  const opening = only(["OPBD"]) ?? only(["PRCD"]);
  const closing = only(["CLBD"]);
  if (opening?.amount === undefined || closing?.amount === undefined || opening.currency !== closing.currency) return;
  const booked = entries.filter((entry) => entry.booked);
  if (booked.some(({ currency }) => currency !== opening.currency)) return;
  out.rule(BALANCE, `${path}/Bal`, opening.amount + sumOf(booked.map(({ amount }) => amount)) === closing.amount);
}

// ── everywhere ──────────────────────────────────────────────────────────────────────────────────────────────────────────

interface MinorUnits {
  readonly "0": readonly string[];
  readonly "3": readonly string[];
  readonly "4": readonly string[];
  readonly none: readonly string[];
}
let minorUnits: MinorUnits | undefined;

function decimalsOf(currency: string): number {
  minorUnits ??= assetJson<MinorUnits>("schemas/currencies.json");
  if (minorUnits.none.includes(currency)) return Number.POSITIVE_INFINITY;
  const row = (["0", "3", "4"] as const).find((digits) => minorUnits?.[digits].includes(currency));
  return row === undefined ? 2 : Number(row);
}

/** Accounts and the agents that keep them, beside each other. */
const KEPT_BY: readonly (readonly [account: string, agent: string])[] = [
  ["DbtrAcct", "DbtrAgt"],
  ["CdtrAcct", "CdtrAgt"],
  ["Acct", "Svcr"],
];
/** Countries of one banking system: an account of the second may stand at a bank of the first. */
const TOGETHER: readonly (readonly string[])[] = [
  ["GB", "GG", "IM", "JE"],
  ["FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"],
  ["FI", "AX"],
  ["CH", "LI"],
  ["IT", "SM", "VA"],
];

function everywhere(element: XmlElement, path: string, out: Collected): void {
  const counts = new Map<string, number>();
  for (const [account, agent] of KEPT_BY) verifyCountry(element, account, agent, path, out);
  for (const each of element.children) {
    const place = (counts.get(each.name) ?? 0) + 1;
    counts.set(each.name, place);
    const where = `${path === "" ? "" : `${path}/`}${each.name}${place > 1 ? `[${place}]` : ""}`;
    const currency = each.attributes.get("Ccy");
    if (currency !== undefined && decimalOf(each.text) !== undefined) {
      out.rule(MINOR_UNITS, where, fractionDigitsOf(each.text) <= decimalsOf(currency));
    }
    everywhere(each, where, out);
  }
}

function verifyCountry(element: XmlElement, account: string, agent: string, path: string, out: Collected): void {
  const iban = textAt(element, `${account}/Id/IBAN`)?.trim();
  const bank = at(element, agent === "Svcr" ? `${account}/Svcr` : agent);
  const bic = bank === undefined ? undefined : (textAt(bank, "FinInstnId/BICFI") ?? textAt(bank, "FinInstnId/BIC"))?.trim();
  if (iban === undefined || bic === undefined || iban.length < 4 || bic.length < 8) return;
  const [one, other] = [iban.slice(0, 2), bic.slice(4, 6)];
  const holds = one === other || TOGETHER.some((countries) => countries.includes(one) && countries.includes(other));
  out.rule(COUNTRY, `${path === "" ? "" : `${path}/`}${account}/Id/IBAN`, holds);
}

// ── the tree ────────────────────────────────────────────────────────────────────────────────────────────────────────────

const child = (element: XmlElement, name: string): XmlElement | undefined => element.children.find((each) => each.name === name);
const childrenOf = (element: XmlElement, name: string): readonly XmlElement[] => element.children.filter((each) => each.name === name);

function at(element: XmlElement, path: string): XmlElement | undefined {
  let found: XmlElement | undefined = element;
  for (const name of path.split("/")) found = found === undefined ? undefined : child(found, name);
  return found;
}

/** Text of a leaf; undefined for what holds elements. */
function textAt(element: XmlElement, path: string): string | undefined {
  const found = at(element, path);
  return found === undefined || found.children.length > 0 ? undefined : found.text;
}

const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
