/**
 * What the amounts of a statement, report or notification are to each other: its entries are the steps from balance to balance, the
 * transactions of an entry are steps within it, and its summary adds them up (docs/internals/sums.md).
 */
import { decimalOf, sumOf } from "../../decimal.ts";
import { exchangeOf } from "../../exchange.ts";
import { type Amount, balance, factorOf, negative, reciprocalOf, step, sum, type Terms, times } from "../../terms.ts";
import type { Amounts } from "./amounts.ts";
import { at, child, childrenOf, textAt } from "./elements.ts";
import { DETAILS } from "./everywhere.ts";
import { balanceType, isBooked, isCredit } from "./statements.ts";
import type { Element } from "./tree.ts";

/** An amount with the sign that its element says. */
interface Signed {
  readonly element: Element;
  readonly own: Amount;
  /** Credits are positive. */
  readonly amount: bigint;
}

interface Entry extends Signed {
  readonly booked: boolean;
}

export function planStatement(statement: Element, amounts: Amounts): void {
  const balances = childrenOf(statement, "Bal").flatMap((element) => signedOf(element, "Amt", amounts) ?? []);
  const entries = childrenOf(statement, "Ntry").flatMap((element) => {
    const signed = signedOf(element, "Amt", amounts);
    return signed === undefined ? [] : [{ ...signed, booked: isBooked(element) }];
  });
  const currency = (balances[0] ?? entries[0])?.own.currency;
  const ofAccount = ({ own }: Signed): boolean => own.currency === currency;
  const decimals = Math.max(0, ...[...balances, ...entries].filter(ofAccount).map(({ own }) => own.decimals));
  for (const { own, amount } of balances.filter(ofAccount)) amounts.terms.give(own.value, balance(amount, decimals));
  const isOnLine = (entry: Entry): boolean => entry.booked && ofAccount(entry);
  let from = openingOf(statement, balances.filter(ofAccount), entries.filter(isOnLine));
  for (const entry of entries) {
    const before = isOnLine(entry) ? from : undefined;
    planEntry(entry, before, decimals, amounts);
    if (before !== undefined) from = before + entry.amount;
  }
  summary(statement, entries, amounts);
}

function signedOf(element: Element, path: string, amounts: Amounts, otherwise?: boolean): Signed | undefined {
  const own = amounts.at(element, path);
  const indicator = textAt(element, "CdtDbtInd")?.trim() ?? (otherwise === undefined ? "" : otherwise ? "CRDT" : "DBIT");
  if (own === undefined || (indicator !== "CRDT" && indicator !== "DBIT")) return undefined;
  return { element, own, amount: indicator === "DBIT" ? -own.amount : own.amount };
}

// ── balances ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Balances that a statement, or a page of one, may begin and end with. Of the interim ones the first and the last. */
const OPENINGS = ["OPBD", "PRCD", "ITBD"];
const CLOSINGS = ["CLBD", "ITBD"];

/** Where the line of balances begins: where the entries lead from one balance to another, else what it says that it opens with. */
function openingOf(statement: Element, balances: readonly Signed[], line: readonly Entry[]): bigint | undefined {
  const change = sumOf(line.map(({ amount }) => amount));
  const ofTypes = (types: readonly string[], place: 0 | -1): readonly Signed[] =>
    types.flatMap((type) => balances.filter(({ element }) => balanceType(element) === type).at(place) ?? []);
  const [openings, closings] = [ofTypes(OPENINGS, 0), ofTypes(CLOSINGS, -1)];
  const whole = openings.find((opening) => closings.some((closing) => closing !== opening && opening.amount + change === closing.amount));
  const [first] = whole === undefined ? openings : [whole];
  if (first !== undefined) return first.amount;
  const [last] = closings;
  if (last !== undefined) return last.amount - change;
  // Without balances entries are what they are elsewhere, but where their net is said, whose sign must stay what it was.
  return at(statement, "TxsSummry/TtlNtries/TtlNetNtry") !== undefined || at(statement, "TxsSummry/TtlNtries/TtlNetNtryAmt") !== undefined
    ? 0n
    : undefined;
}

// ── entries ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** @param from the balance before it; undefined: it stands on no line of balances, and is what its transactions are, or by itself */
function planEntry(entry: Entry, from: bigint | undefined, decimals: number, amounts: Amounts): void {
  const { element, own, amount } = entry;
  const parts = partsOf(entry, amounts);
  if (from !== undefined) {
    amounts.terms.give(own.value, step(from, from + amount, decimals));
    let before = from;
    for (const part of parts) {
      amounts.terms.give(part.own.value, step(before, before + part.amount, decimals));
      before += part.amount;
    }
  } else if (parts.length > 1) amounts.terms.give(own.value, sizeOf(parts, amounts));
  const transactions = transactionsOf(element);
  for (const [i, transaction] of transactions.entries()) {
    // There is one for each, or none at all.
    const part = parts[i];
    const isOnly = transactions.length === 1;
    const anchor = part ?? (isOnly ? entry : undefined);
    if (anchor !== undefined) within(transaction, anchor, amounts);
  }
  for (const each of element.children) if (each.name !== "NtryDtls") equal(each, entry, amounts);
  for (const details of childrenOf(element, "NtryDtls")) for (const batch of childrenOf(details, "Btch")) equal(batch, entry, amounts);
  exchanged(element, own, amounts);
}

const transactionsOf = (entry: Element): readonly Element[] =>
  childrenOf(entry, "NtryDtls").flatMap((details) => childrenOf(details, "TxDtls"));

/** Where a transaction says its amount: since the eighth version beside its indicator. */
const OWN_AMOUNTS = ["Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt"];

/** The transactions of an entry, if they add up to it. */
function partsOf({ element, own, amount }: Entry, amounts: Amounts): readonly Signed[] {
  const parts = transactionsOf(element).map((transaction) =>
    OWN_AMOUNTS.map((path) => signedOf(transaction, path, amounts, amount >= 0n)).find((part) => part?.own.currency === own.currency),
  );
  if (parts.includes(undefined)) return [];
  return sumOf((parts as Signed[]).map((part) => part.amount)) === amount ? (parts as Signed[]) : [];
}

/** The sum of signed amounts, of which the sizes are known. */
function sizeOf(parts: readonly Signed[], amounts: Amounts): Terms | undefined {
  const total = sumOf(parts.map(({ amount }) => amount));
  const terms = parts.map(({ own, amount }) => {
    const size = amounts.terms.of(own.value);
    return size === undefined ? undefined : amount < 0n === total < 0n ? size : negative(size);
  });
  return terms.includes(undefined) ? undefined : sum(terms as Terms[]);
}

/** All that a transaction says of its amount, beside the charges that were taken from it. */
function within(transaction: Element, anchor: Signed, amounts: Amounts): void {
  const { own } = anchor;
  const charges = chargesOf(transaction, own, amounts);
  const taken = sumOf(charges.map(({ amount }) => amount));
  const fee = sum(charges.map((charge) => amounts.terms.madeOf(charge)));
  equal(transaction, anchor, amounts);
  for (const path of taken === 0n ? [] : DETAILS.map((name) => `AmtDtls/${name}/Amt`)) {
    const gross = amounts.at(transaction, path);
    if (gross?.currency !== own.currency) continue;
    if (gross.amount === own.amount + taken) amounts.terms.give(gross.value, sum([amounts.terms.madeOf(own), fee]));
    else if (gross.amount === own.amount - taken) amounts.terms.give(gross.value, sum([amounts.terms.madeOf(own), negative(fee)]));
  }
  exchanged(transaction, own, amounts);
}

function chargesOf(transaction: Element, { currency }: Amount, amounts: Amounts): readonly Amount[] {
  // Each has an amount of its own in older versions, and records of them since the fourth.
  const all = childrenOf(transaction, "Chrgs").flatMap((charges) => {
    const whole = amounts.at(charges, "TtlChrgsAndTaxAmt") ?? amounts.at(charges, "Amt");
    return whole === undefined ? childrenOf(charges, "Rcrd").map((record) => amounts.at(record, "Amt")) : [whole];
  });
  return all.filter((charge): charge is Amount => charge?.currency === currency && charge.amount > 0n);
}

/** Whatever says the same amount below an element becomes the same. */
function equal(element: Element, { own }: Signed, amounts: Amounts): void {
  const terms = amounts.terms.of(own.value);
  // An amount says its currency, as an attribute; what has none is a total, and none of those stands below an entry.
  for (const each of element.attributed()) {
    const amount = amounts.of(each);
    if (amount?.currency === own.currency && amount.amount === own.amount) amounts.terms.give(amount.value, terms);
  }
}

/** Amounts of another currency, beside a rate: made of the one whose place is known. */
function exchanged(element: Element, own: Amount, amounts: Amounts): void {
  const details = child(element, "AmtDtls");
  if (details === undefined) return;
  const all = [own, ...DETAILS.map((name) => amounts.at(details, `${name}/Amt`))].filter((amount) => amount !== undefined);
  const only = (currency: string | undefined): readonly Amount[] => {
    const found = all.filter((amount) => amount.currency === currency);
    return found.every(({ amount }) => amount === found[0]?.amount) ? found : [];
  };
  for (const name of DETAILS) {
    const between = at(details, `${name}/CcyXchg`);
    const rateText = between === undefined ? undefined : textAt(between, "XchgRate")?.trim();
    const rate = decimalOf(rateText);
    if (between === undefined || rateText === undefined || rate === undefined || rate <= 0n) continue;
    const [sources, targets] = [only(textAt(between, "SrcCcy")?.trim()), only(textAt(between, "TrgtCcy")?.trim())];
    const [source, target] = [sources[0], targets[0]];
    if (source === undefined || target === undefined || source.currency === target.currency) continue;
    const found = exchangeOf(source, target, rateText, 0n);
    if (found === undefined) continue;
    const isFromTarget = target.currency === own.currency;
    const [known, others] = isFromTarget ? [target, sources] : [source, targets];
    const decimals = others[0]?.decimals ?? 0;
    const terms = times(
      amounts.terms.madeOf(known),
      isFromTarget === found.isForward ? reciprocalOf(rate, decimals) : factorOf(rate, decimals),
    );
    for (const other of others) amounts.terms.give(other.value, terms);
  }
}

// ── summary ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

function summary(statement: Element, entries: readonly Entry[], amounts: Amounts): void {
  const summaries = child(statement, "TxsSummry");
  if (summaries === undefined) return;
  const totals = (element: Element | undefined, among: readonly Entry[], belongs: (entry: Entry) => boolean): void => {
    if (element === undefined) return;
    const all = among.filter(belongs);
    const chosen = [all, all.filter(({ booked }) => booked)];
    const said = amounts.at(element, "Sum");
    const added = chosen.find((each) => sumOf(each.map(({ own }) => own.amount)) === said?.amount);
    if (added !== undefined) amounts.terms.give(said?.value, amounts.terms.sumOf(added.map(({ own }) => own.value)));
    const net = netOf(element, amounts);
    const netted = chosen.find((each) => sumOf(each.map(({ amount }) => amount)) === net?.amount);
    if (netted !== undefined && netted.length > 0) amounts.terms.give(net?.own.value, sizeOf(netted, amounts));
  };
  const ofCredit = ({ element }: Entry): boolean => isCredit(element);
  const ofDebit = ({ element }: Entry): boolean => !isCredit(element);
  totals(child(summaries, "TtlNtries"), entries, () => true);
  totals(child(summaries, "TtlCdtNtries"), entries, ofCredit);
  totals(child(summaries, "TtlDbtNtries"), entries, ofDebit);
  const coded = childrenOf(summaries, "TtlNtriesPerBkTxCd");
  const byCode = coded.length === 0 ? new Map<string, readonly Entry[]>() : entriesByCode(entries);
  for (const each of coded) {
    const own = byCode.get(codeOf(each)) ?? [];
    totals(each, own, () => true);
    totals(child(each, "CdtNtries"), own, ofCredit);
    totals(child(each, "DbtNtries"), own, ofDebit);
  }
}

/** `TtlNetNtry/Amt` with its indicator, or `TtlNetNtryAmt` of older versions. */
function netOf(totals: Element, amounts: Amounts): Signed | undefined {
  const net = child(totals, "TtlNetNtry");
  return net === undefined ? signedOf(totals, "TtlNetNtryAmt", amounts) : signedOf(net, "Amt", amounts);
}

function entriesByCode(entries: readonly Entry[]): ReadonlyMap<string, readonly Entry[]> {
  const found = new Map<string, Entry[]>();
  for (const entry of entries) {
    const code = codeOf(entry.element);
    const known = found.get(code);
    if (known === undefined) found.set(code, [entry]);
    else known.push(entry);
  }
  return found;
}

/** A bank transaction code as one text. */
function codeOf(element: Element): string {
  const text = (each: Element): string => (each.isLeaf ? each.text.trim() : `(${each.children.map(text).join(" ")})`);
  const code = child(element, "BkTxCd");
  return code === undefined ? "" : text(code);
}
