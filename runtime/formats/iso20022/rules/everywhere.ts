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

export function everywhere(document: Element, out: Collected): void {
  visit(document, new Trail(document), out);
}

function visit(element: Element, trail: Trail, out: Collected): void {
  for (const row of KEPT_BY) verifyAccount(element, row, trail, out);
  const lei = textAt(element, "Id/OrgId/LEI");
  if (lei !== undefined) out.party(lei, textAt(element, "Nm"), () => `${trail.path()}/Nm`);
  verifySettled(element, trail, out);
  verifyExchanged(element, trail, out);
  for (const each of element.children) {
    if (each.isLeaf) {
      const currency = each.attribute("Ccy");
      const text = currency === undefined ? "" : each.text;
      if (currency !== undefined && decimalOf(text) !== undefined)
        out.rule(MINOR_UNITS, () => trail.path(each), hasMinorUnits(text, currency));
      continue;
    }
    trail.enter(each);
    visit(each, trail, out);
    trail.leave();
  }
}

/** The way from a document to the element that is looked at. Its path is written where a rule does not hold, and not for every element. */
class Trail {
  readonly #elements: Element[];
  /** By their parents: places of elements among those of the same name, once one of them was asked for. */
  readonly #places = new Map<number, ReadonlyMap<number, number>>();

  constructor(document: Element) {
    this.#elements = [document];
  }

  enter(element: Element): void {
    this.#elements.push(element);
  }

  leave(): void {
    this.#elements.pop();
  }

  /** Names below the document, with their places from the second one of a name on. */
  path(leaf?: Element): string {
    const way = leaf === undefined ? this.#elements : [...this.#elements, leaf];
    return way
      .slice(1)
      .map((element, i) => {
        const place = this.#placesIn(way[i] as Element).get(element.index) ?? 1;
        return `${element.name}${place > 1 ? `[${place}]` : ""}`;
      })
      .join("/");
  }

  #placesIn(parent: Element): ReadonlyMap<number, number> {
    const known = this.#places.get(parent.index);
    if (known !== undefined) return known;
    const counts = new Map<string, number>();
    const places = new Map<number, number>();
    for (const { name, index } of parent.children) {
      const place = (counts.get(name) ?? 0) + 1;
      counts.set(name, place);
      places.set(index, place);
    }
    this.#places.set(parent.index, places);
    return places;
  }
}

function verifyAccount(element: Element, [account, owner, agent]: (typeof KEPT_BY)[number], trail: Trail, out: Collected): void {
  if (at(element, account) === undefined) return;
  const below = (names: string) => (): string => [trail.path(), names].filter((part) => part !== "").join("/");
  const iban = textAt(element, `${account}/Id/IBAN`);
  const bic = textAt(element, `${agent}/FinInstnId/BICFI`) ?? textAt(element, `${agent}/FinInstnId/BIC`);
  out.rule(COUNTRY, below(`${account}/Id/IBAN`), isOfCountry(iban, bic));
  // Parties of an entry are one level deeper since camt.053.001.08.
  const name = [`${owner}/Nm`, `${owner}/Pty/Nm`].find((at) => textAt(element, at) !== undefined);
  if (name !== undefined) out.party(iban ?? textAt(element, `${account}/Id/Othr/Id`), textAt(element, name), below(name));
}

function verifySettled(element: Element, trail: Trail, out: Collected): void {
  const rate = textAt(element, "XchgRate");
  if (rate === undefined) return;
  for (const [ordered, settled] of SETTLED) {
    const [one, other] = [moneyAt(element, ordered), moneyAt(element, settled)];
    if (one === undefined || other === undefined) continue;
    const charges = childrenOf(element, "ChrgsInf").map((charge) => moneyAt(charge, "Amt"));
    const own = charges.filter((charge): charge is Money => charge?.currency === other.currency);
    out.rule(RATE, () => `${trail.path()}/${settled}`, isExchanged(one, other, rate.trim(), sumOf(own.map(({ amount }) => amount))));
  }
}

export const DETAILS: readonly string[] = ["InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt"];

/** Amounts of an entry or transaction, and the rate between two of their currencies. */
function verifyExchanged(element: Element, trail: Trail, out: Collected): void {
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
    out.rule(RATE, () => `${trail.path()}/AmtDtls/${name}/CcyXchg/XchgRate`, isExchanged(one, other, rate.trim(), 0n));
  }
}
