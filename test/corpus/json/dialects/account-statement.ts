/** Exports of account statements: one large document, transactions in nested arrays, amounts as text with signs. */
import { card, organisation, person } from "../parties.ts";
import { type CorpusFile, document, type Json, token } from "../write.ts";

function transaction(index: number): Json {
  const other = index % 2 === 0 ? organisation(index) : person(index);
  return {
    "booking-date": `2026-10-${10 + (index % 20)}`,
    "value-date": `2026-10-${11 + (index % 18)}`,
    amount: index % 2 === 0 ? `-${10 + index}.40` : `+${1000 + index}.00`,
    currency: "EUR",
    kind: ["card", "transfer", "direct-debit", "fee"][index % 4] as string,
    counterparty: index % 4 === 3 ? null : { name: other.name, iban: other.iban, bic: other.bank.bic },
    ...(index % 4 === 0 ? { card: { number: `${card(index).slice(0, 6)}******${card(index).slice(-4)}`, location: `${other.town}, ${other.country}` } } : {}),
    ...(index % 4 === 2 ? { mandate: { id: `MND-${4400 + index}`, creditorId: `DE98ZZZ0999999${9000 + index}`, sequence: "RCUR" } } : {}),
    purpose: [`Order ${60_000 + index}`, `for ${other.name}`, ""],
    "running-balance": token(`${4_000 - index * 11}.${10 + (index % 80)}`),
  };
}

function statement(index: number): Json {
  const owner = person(index + 6);
  return {
    $schema: "https://bank.example/schemas/statement-3.json",
    statement: {
      id: `ST-2026-10-${index}`,
      number: 10 + index,
      period: { from: "2026-10-01", to: "2026-10-31" },
      account: {
        iban: owner.iban,
        bic: owner.bank.bic,
        "owner name": owner.name,
        "owner address": [`${owner.street} ${owner.building}`, `${owner.postCode} ${owner.town}`],
        contact: { phone: owner.phone, "e-mail": owner.email },
      },
      balances: { opening: token("4011.10"), closing: token("3897.55"), "01": token("0"), overdraft: null },
      pages: [0, 1, 2].map((page) => ({ page: page + 1, transactions: [0, 1, 2, 3].map((row) => transaction(index * 12 + page * 4 + row)) })),
      signature: { algorithm: "ES256", value: `MEUCIQD${"qZ8x".repeat(12)}==` },
    },
  };
}

export const accountStatement: readonly CorpusFile[] = [
  ...[0, 1, 2].map((index) => document(`account-statement/statement-${index + 1}.json`, statement(index), { indent: 2 })),
  document("account-statement/statement-4.json", statement(3), { indent: 0, escape: "upper" }),
  { path: "account-statement/statement-with-mark.json", text: `\ufeff${document("", statement(4), { indent: 1 }).text}`, records: 1 },
];
