/** Rules that hold wherever the values stand: decimals of amounts, countries of accounts, rates, and one name for one account. */
import { isOfCountry } from "../../countries.ts";
import { hasMinorUnits } from "../../currencies.ts";
import { decimalOf, sumOf } from "../../decimal.ts";
import { isExchanged, type Money } from "../../exchange.ts";
import { COUNTRY, type Collected, MINOR_UNITS, RATE } from "../../rules.ts";
import { at, childrenOf, moneyAt, textAt } from "./elements.ts";
import { SETTLED } from "./payments.ts";
import type { Element } from "./tree.ts";

/** Accounts, the parties that own them and the agents that keep them, beside each other. */
const KEPT_BY: readonly (readonly [account: string, owner: string, agent: string])[] = [
  ["DbtrAcct", "Dbtr", "DbtrAgt"],
  ["CdtrAcct", "Cdtr", "CdtrAgt"],
  ["Acct", "Acct/Ownr", "Acct/Svcr"],
];

export function everywhere(element: Element, path: string, out: Collected): void {
  const counts = new Map<string, number>();
  for (const row of KEPT_BY) verifyAccount(element, row, path, out);
  out.party(textAt(element, "Id/OrgId/LEI"), textAt(element, "Nm"), `${path}/Nm`);
  verifySettled(element, path, out);
  verifyExchanged(element, path, out);
  for (const each of element.children) {
    const place = (counts.get(each.name) ?? 0) + 1;
    counts.set(each.name, place);
    const where = `${path === "" ? "" : `${path}/`}${each.name}${place > 1 ? `[${place}]` : ""}`;
    const currency = each.attribute("Ccy");
    if (currency !== undefined && decimalOf(each.text) !== undefined) out.rule(MINOR_UNITS, where, hasMinorUnits(each.text, currency));
    if (!each.isLeaf) everywhere(each, where, out);
  }
}

function verifyAccount(element: Element, [account, owner, agent]: (typeof KEPT_BY)[number], path: string, out: Collected): void {
  if (at(element, account) === undefined) return;
  const front = path === "" ? "" : `${path}/`;
  const iban = textAt(element, `${account}/Id/IBAN`);
  const bic = textAt(element, `${agent}/FinInstnId/BICFI`) ?? textAt(element, `${agent}/FinInstnId/BIC`);
  out.rule(COUNTRY, `${front}${account}/Id/IBAN`, isOfCountry(iban, bic));
  // Parties of an entry are one level deeper since camt.053.001.08.
  const name = [`${owner}/Nm`, `${owner}/Pty/Nm`].find((at) => textAt(element, at) !== undefined);
  if (name !== undefined) out.party(iban ?? textAt(element, `${account}/Id/Othr/Id`), textAt(element, name), `${front}${name}`);
}

function verifySettled(element: Element, path: string, out: Collected): void {
  const rate = textAt(element, "XchgRate");
  if (rate === undefined) return;
  for (const [ordered, settled] of SETTLED) {
    const [one, other] = [moneyAt(element, ordered), moneyAt(element, settled)];
    if (one === undefined || other === undefined) continue;
    const charges = childrenOf(element, "ChrgsInf").map((charge) => moneyAt(charge, "Amt"));
    const own = charges.filter((charge): charge is Money => charge?.currency === other.currency);
    out.rule(RATE, `${path}/${settled}`, isExchanged(one, other, rate.trim(), sumOf(own.map(({ amount }) => amount))));
  }
}

export const DETAILS: readonly string[] = ["InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt"];

/** Amounts of an entry or transaction, and the rate between two of their currencies. */
function verifyExchanged(element: Element, path: string, out: Collected): void {
  const details = at(element, "AmtDtls");
  if (details === undefined) return;
  const amounts = [moneyAt(element, "Amt"), ...DETAILS.map((name) => moneyAt(details, `${name}/Amt`))];
  const only = (currency: string | undefined): Money | undefined => {
    const found = amounts.filter((money) => money !== undefined && money.currency === currency);
    return found.every((money) => money?.amount === found[0]?.amount) ? found[0] : undefined;
  };
  for (const name of DETAILS) {
    const exchange = at(details, `${name}/CcyXchg`);
    const rate = exchange === undefined ? undefined : textAt(exchange, "XchgRate");
    if (exchange === undefined || rate === undefined) continue;
    const [one, other] = [only(textAt(exchange, "SrcCcy")?.trim()), only(textAt(exchange, "TrgtCcy")?.trim())];
    if (one === undefined || other === undefined || one.currency === other.currency) continue;
    out.rule(RATE, `${path}/AmtDtls/${name}/CcyXchg/XchgRate`, isExchanged(one, other, rate.trim(), 0n));
  }
}
