/** Rules of statements, reports and notifications: their summaries, their balances, and what goes on from one to the next. */

import type { StatementSeries } from "../../api.ts";
import { decimalOf, sumOf } from "../../decimal.ts";
import { absolute } from "../../exchange.ts";
import { BALANCE, COUNT, type Collected, SERIES, SUM } from "../../rules.ts";
import { at, child, childrenOf, textAt } from "./elements.ts";
import type { Element } from "./tree.ts";

interface Entry {
  readonly amount: bigint;
  readonly isCredit: boolean;
  readonly currency: string;
  readonly booked: boolean;
}

export function verifyStatement(statement: Element, path: string, out: Collected): void {
  const entries = childrenOf(statement, "Ntry").map(entryOf);
  if (entries.some((entry) => entry === undefined)) return;
  if (entries.length > 0) verifySummary(statement, path, entries as readonly Entry[], out);
  verifyBalances(statement, path, entries as readonly Entry[], out);
}

/** Credits are positive. */
function entryOf(entry: Element): Entry | undefined {
  const amount = signedAmount(entry, "Amt");
  const currency = child(entry, "Amt")?.attribute("Ccy") ?? "";
  return amount === undefined ? undefined : { amount, isCredit: isCredit(entry), currency, booked: isBooked(entry) };
}

/** By what it says: of nought there are both. */
export const isCredit = (entry: Element): boolean => textAt(entry, "CdtDbtInd")?.trim() === "CRDT";

/** Whether an entry changes the booked balance: one that says nothing of its status does. */
export function isBooked(entry: Element): boolean {
  const status = textAt(entry, "Sts/Cd") ?? textAt(entry, "Sts");
  return status === undefined || status.trim() === "BOOK";
}

/** `OPBD`, `CLBD`, …; empty for none. */
export const balanceType = (balance: Element): string => (textAt(balance, "Tp/CdOrPrtry/Cd") ?? textAt(balance, "Tp/Cd") ?? "").trim();

function signedAmount(element: Element, at: string): bigint | undefined {
  const amount = decimalOf(textAt(element, at));
  const indicator = textAt(element, "CdtDbtInd")?.trim();
  if (amount === undefined || (indicator !== "CRDT" && indicator !== "DBIT")) return undefined;
  return indicator === "DBIT" ? -amount : amount;
}

/** Totals of the summary: over all entries, or over the booked ones, whichever the bank counts. */
function verifySummary(statement: Element, path: string, entries: readonly Entry[], out: Collected): void {
  const kinds = [
    ["TtlNtries", () => true],
    ["TtlCdtNtries", (entry: Entry) => entry.isCredit],
    ["TtlDbtNtries", (entry: Entry) => !entry.isCredit],
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
function signedNet(totals: Element): bigint | undefined {
  const net = child(totals, "TtlNetNtry");
  return net === undefined ? signedAmount(totals, "TtlNetNtryAmt") : signedAmount(net, "Amt");
}

interface Balance {
  readonly type: string;
  readonly amount: bigint | undefined;
  readonly currency: string;
  readonly date: string;
}

/** Opening and closing booked balance, where the statement says one of each. */
function endsOf(statement: Element): { readonly opening: Balance | undefined; readonly closing: Balance | undefined } {
  const balances = childrenOf(statement, "Bal").map((balance) => ({
    type: balanceType(balance),
    amount: signedAmount(balance, "Amt"),
    currency: child(balance, "Amt")?.attribute("Ccy") ?? "",
    date: (textAt(balance, "Dt/Dt") ?? textAt(balance, "Dt/DtTm") ?? "").trim().slice(0, 10),
  }));
  const only = (code: string): Balance | undefined => {
    const found = balances.filter(({ type }) => type === code);
    return found.length === 1 ? found[0] : undefined;
  };
  return { opening: only("OPBD") ?? only("PRCD"), closing: only("CLBD") };
}

/** Opening balance and booked entries make the closing balance, in a statement that is whole. */
function verifyBalances(statement: Element, path: string, entries: readonly Entry[], out: Collected): void {
  const { opening, closing } = endsOf(statement);
  if (opening?.amount === undefined || closing?.amount === undefined || opening.currency !== closing.currency) return;
  const booked = entries.filter((entry) => entry.booked);
  if (booked.some(({ currency }) => currency !== opening.currency)) return;
  out.rule(BALANCE, `${path}/Bal`, opening.amount + sumOf(booked.map(({ amount }) => amount)) === closing.amount);
}

/** A statement opens with what the one before it closed with. Copies and pages that are not the last stand for nothing. */
export function verifySeries(statement: Element, path: string, series: StatementSeries, out: Collected): void {
  const account = textAt(statement, "Acct/Id/IBAN") ?? textAt(statement, "Acct/Id/Othr/Id");
  const { opening, closing } = endsOf(statement);
  const numbered = ["ElctrncSeqNb", "LglSeqNb"].find((name) => textAt(statement, name) !== undefined);
  const isPart = textAt(statement, "StmtPgntn/LastPgInd")?.trim() === "false" || textAt(statement, "CpyDplctInd") !== undefined;
  if (account === undefined || opening === undefined || numbered === undefined || isPart) return;
  const place = {
    date: closing?.date ?? "",
    number: decimalOf(textAt(statement, numbered)),
    sheet: undefined,
    opening: opening.amount,
    closing: closing?.currency === opening.currency ? closing.amount : undefined,
  };
  series.add(`${account.trim()} ${opening.currency}`, place, (follows) =>
    out.rule(SERIES, `${path}/${follows === "number" ? numbered : "Bal"}`, follows === "continues"),
  );
}
