/**
 * Rules between the values of a SWIFT MT message: sums of transactions, entries and their balances, amounts at their rate, minor units of
 * currencies, the country of an account beside that of its bank, one name for one account, and what continues from statement to statement.
 */

import { VALUE_OPERATION, VALUE_STRIDE } from "../../record/tables.ts";
import type { MessageRules, StatementSeries } from "../api.ts";
import { isOfCountry } from "../countries.ts";
import { hasMinorUnits } from "../currencies.ts";
import { decimalOf, sumOf } from "../decimal.ts";
import { isExchanged, type Money } from "../exchange.ts";
import { BALANCE, COUNT, COUNTRY, Collected, MINOR_UNITS, RATE, SERIES, SUM } from "../rules.ts";
import { TermTable } from "../terms.ts";
import { amountOf, amountsOf, decimalText, find, moneyOf, TOTALLED, textOf } from "./amounts.ts";
import { type BodyField, fieldsIn, groupsOf, readFields } from "./fields.ts";
import { balanceOf, CLOSING, COUNTED, changeOf, OPENING, reportedChange } from "./statements.ts";
import { planFields } from "./terms.ts";

export const swiftMtRules: MessageRules = {
  format: "swift-mt",
  verify(record, series) {
    const read = readFields(record);
    if (read === undefined) return undefined;
    const { message, fields } = read;
    const out = new Collected(message);
    for (const group of groupsOf(fields)) {
      verifyRate(group, fields, out);
      verifyAccounts(group, out);
    }
    verifySums(message, fields, out);
    const currency = textOf(find(fields, OPENING) ?? find(fields, CLOSING), "currency");
    for (const field of fields) verifyMinorUnits(field, currency, out);
    verifyStatement(fields, out);
    verifyEntries(fields, out);
    if (SERIAL.includes(message) && series !== undefined) verifySeries(message, fields, series, out);
    return out;
  },
  addTerms({ batch, record, open, isAmount }) {
    const terms = new TermTable();
    planFields(fieldsIn(batch, record, open), terms, (value) => isAmount(batch.values[value * VALUE_STRIDE + VALUE_OPERATION] as number));
    terms.writeTo(batch);
  },
};

// ── payments ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** 19, or what settles the transactions where 19 need not say another sum. */
function verifySums(message: string, fields: readonly BodyField[], out: Collected): void {
  const settled = TOTALLED[message];
  if (settled === undefined) return;
  const amounts = amountsOf(fields.filter(({ sequence, tag }) => sequence === "B" && tag === "32B"));
  const total = find(fields, ["19"]) ?? fields.find(({ sequence, tag }) => sequence === "C" && settled.includes(tag));
  const said = amountOf(total);
  if (amounts === undefined || said === undefined || total === undefined) return;
  out.rule(SUM, `${total.path}/amount`, said === sumOf(amounts));
}

/** The amount that was ordered (33B) at its rate (36) makes the one that is paid. */
function verifyRate(group: readonly BodyField[], fields: readonly BodyField[], out: Collected): void {
  const paid = find(group, ["32A", "32B"]);
  const [ordered, money] = [moneyOf(find(group, ["33B"])), moneyOf(paid)];
  const rate = textOf(find(group, ["36"]) ?? fields.find(({ sequence, tag }) => sequence === "" && tag === "36"), "rate");
  if (ordered === undefined || money === undefined || rate === undefined || paid === undefined) return;
  const charges = group
    .filter(({ tag }) => tag === "71F" || tag === "71G")
    .map(moneyOf)
    .filter((charge): charge is Money => charge !== undefined && charge.currency === money.currency);
  const total = sumOf(charges.map(({ amount }) => amount));
  out.rule(RATE, `${paid.path}/amount`, isExchanged(ordered, money, decimalText(rate), total));
}

/** Customers, and the institutions that keep their accounts. */
const KEPT_BY: readonly (readonly [customers: readonly string[], bank: string])[] = [
  [["50A", "50F", "50G", "50H", "50K"], "52A"],
  [["59", "59A", "59F"], "57A"],
];

function verifyAccounts(group: readonly BodyField[], out: Collected): void {
  for (const [customers, bank] of KEPT_BY) {
    const customer = find(group, customers);
    if (customer !== undefined)
      out.rule(COUNTRY, `${customer.path}/account`, isOfCountry(textOf(customer, "account"), textOf(find(group, [bank]), "bic")));
  }
  for (const { tag, path, parts } of group) {
    const [account, name] = [parts.get("account"), parts.get("name") ?? (tag.endsWith("F") ? parts.get("1") : undefined)];
    out.party(account, name, `${path}/${parts.has("name") ? "name" : "1"}`);
    if (["25", "25P", "86"].includes(tag)) out.rule(COUNTRY, `${path}/account`, isOfCountry(account, parts.get("bic")));
  }
}

/** @param currency of the account, which its entries do not say */
function verifyMinorUnits(field: BodyField, currency: string | undefined, out: Collected): void {
  const [amount, own] = [textOf(field, "amount"), textOf(field, "currency") ?? (field.tag === "61" ? currency : undefined)];
  if (amount !== undefined && own !== undefined) out.rule(MINOR_UNITS, `${field.path}/amount`, hasMinorUnits(decimalText(amount), own));
}

// ── statements ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Messages whose numbers (28C) count the statements of an account. */
const SERIAL: readonly string[] = ["MT940", "MT950"];

/** Opening balance and entries (or what a report says of them: 90C and 90D) make the closing balance. */
function verifyStatement(fields: readonly BodyField[], out: Collected): void {
  const [opening, closing] = [find(fields, OPENING), find(fields, CLOSING)];
  const [from, to] = [balanceOf(opening), balanceOf(closing)];
  if (closing === undefined || from === undefined || to === undefined) return;
  if (textOf(opening, "currency") !== textOf(closing, "currency")) return;
  const reported = fields.filter(({ tag }) => tag === "90C" || tag === "90D");
  const entries = fields.filter(({ tag }) => tag === "61");
  const changes = entries.length === 0 && reported.length > 0 ? reported.map(reportedChange) : entries.map(changeOf);
  if (changes.includes(undefined)) return;
  out.rule(BALANCE, `${closing.path}/amount`, from + sumOf(changes as bigint[]) === to);
}

/** Number and sum of a report's entries. */
function verifyEntries(fields: readonly BodyField[], out: Collected): void {
  const entries = fields.filter(({ tag }) => tag === "61");
  if (entries.length === 0) return;
  for (const field of fields) {
    const [count, sum] = [textOf(field, "count"), amountOf(field)];
    const choices = COUNTED[field.tag]?.map((marks) => entries.filter((entry) => marks.includes(textOf(entry, "mark") ?? "")));
    if (choices === undefined || count === undefined || sum === undefined) continue;
    out.rule(
      COUNT,
      `${field.path}/count`,
      choices.some((chosen) => chosen.length === Number(count)),
    );
    const sums = choices.map((chosen) => (chosen.length === 0 ? [] : amountsOf(chosen)));
    if (!sums.includes(undefined))
      out.rule(
        SUM,
        `${field.path}/amount`,
        sums.some((amounts) => sumOf(amounts ?? []) === sum),
      );
  }
}

function verifySeries(message: string, fields: readonly BodyField[], series: StatementSeries, out: Collected): void {
  const [account, number, opening] = [find(fields, ["25", "25P"]), find(fields, ["28", "28C"]), find(fields, OPENING)];
  if (account === undefined || number === undefined || opening === undefined) return;
  const closing = find(fields, CLOSING);
  const place = {
    date: textOf(closing, "date") ?? "",
    number: decimalOf(textOf(number, "statement")),
    sheet: decimalOf(textOf(number, "sheet")),
    opening: balanceOf(opening),
    closing: balanceOf(closing),
  };
  series.add(`${message} ${textOf(account, "account")} ${textOf(opening, "currency")}`, place, (follows) =>
    out.rule(SERIES, follows === "number" ? `${number.path}/statement` : `${opening.path}/amount`, follows === "continues"),
  );
}
