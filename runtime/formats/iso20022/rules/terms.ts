/**
 * What the amounts of an ISO 20022 message are to each other, for techniques that change them: totals are sums of their transactions,
 * what is settled is what was ordered at its rate, and the amounts of a statement are told by statement-terms.ts.
 *
 * Whatever does not add up before is left to stand alone: nobody has to keep it.
 */
import { sumOf } from "../../decimal.ts";
import { type Amount, alone, exchange } from "../../terms.ts";
import type { Amounts } from "./amounts.ts";
import { child, childrenOf, textAt } from "./elements.ts";
import { AMOUNTS, blocksOf, SETTLED, TOTALS, transactionsOf } from "./payments.ts";
import { planStatement } from "./statement-terms.ts";
import type { Element } from "./tree.ts";

/** Tells the terms of all amounts of a message. */
export function planMessage(document: Element, amounts: Amounts): void {
  everyAmount(document, amounts);
  settled(document, amounts);
  for (const body of document.children) {
    totals(body, amounts);
    for (const name of ["Stmt", "Rpt", "Ntfctn"]) for (const statement of childrenOf(body, name)) planStatement(statement, amounts);
  }
}

/** Each amount alone, with the decimals of its currency: the same payment may be written with others elsewhere. */
function everyAmount(element: Element, amounts: Amounts): void {
  for (const each of element.attributed()) {
    if (each.attribute("Ccy") === undefined) continue;
    const amount = amounts.of(each);
    if (amount !== undefined) amounts.terms.give(amount.value, alone(amount.amount, amount.decimals));
  }
}

/** What was ordered and what is settled for it: at a rate, less or with charges. */
function settled(element: Element, amounts: Amounts): void {
  const said = SETTLED.filter((names) => names.every((name) => element.tree.has(name)));
  if (said.length === 0) return;
  for (const each of element.groups()) {
    for (const [ordered, paid] of said) {
      const [one, other] = [amounts.at(each, ordered), amounts.at(each, paid)];
      if (one === undefined || other === undefined) continue;
      const charges = childrenOf(each, "ChrgsInf").map((charge) => amounts.at(charge, "Amt"));
      const own = charges.filter((charge): charge is Amount => charge?.currency === other.currency);
      exchange(one, other, textAt(each, "XchgRate")?.trim(), own, amounts.terms);
    }
  }
}

/** Totals of the group and of its blocks. */
function totals(body: Element, amounts: Amounts): void {
  const blocks = blocksOf(body);
  total(child(body, "GrpHdr"), [...transactionsOf(body), ...blocks.flatMap(transactionsOf)], amounts);
  for (const block of blocks) total(block, transactionsOf(block), amounts);
}

function total(header: Element | undefined, transactions: readonly Element[], amounts: Amounts): void {
  if (header === undefined || transactions.length === 0) return;
  const parts = transactions.map((transaction) =>
    AMOUNTS.map((path) => amounts.at(transaction, path)).find((amount) => amount !== undefined),
  );
  if (parts.includes(undefined)) return;
  const whole = sumOf((parts as Amount[]).map(({ amount }) => amount));
  for (const name of ["CtrlSum", ...TOTALS]) {
    const said = amounts.of(child(header, name));
    if (said?.amount === whole) amounts.terms.give(said.value, amounts.terms.sumOf(parts.map((part) => part?.value)));
  }
}
