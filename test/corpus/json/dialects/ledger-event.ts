/** Events of a core banking ledger: postings of double entry, balances, holds; one on each line. */
import { organisation, person } from "../parties.ts";
import { type CorpusFile, type Json, lines, token } from "../write.ts";

const KINDS = ["posting.created", "posting.reversed", "hold.placed", "balance.changed"] as const;

function event(index: number): Json {
  const kind = KINDS[index % KINDS.length] as string;
  const from = person(index + 4);
  const to = organisation(index + 2);
  const cents = 125_00 + index * 317;
  return {
    specversion: "1.0",
    id: `evt_${(index + 7).toString(36)}k3m${index}q`,
    source: "/ledger/eu-central/shard-3",
    type: `ledger.${kind}.v2`,
    subject: `acct:${from.iban}`,
    time: `2026-11-20T08:00:${10 + index}.${100 + index}Z`,
    sequence: 884_120 + index,
    data: {
      transaction: { ref: `LT${20261120}-${index}`, valueDate: "2026-11-20", narrative: `${from.name} -> ${to.name}`, reversal: kind === "posting.reversed" },
      entries: [
        { account: { number: from.iban, holder: from.name, product: "current" }, side: "debit", minor: cents, ccy: "EUR", balanceAfter: token(`${90_000 - cents}`) },
        { account: { number: to.iban, holder: to.name, product: "merchant" }, side: "credit", minor: cents - 20, ccy: "EUR", balanceAfter: null },
        { account: { number: "GL-4711-FEES", holder: null, product: "internal" }, side: "credit", minor: 20, ccy: "EUR", balanceAfter: token("-0.0") },
      ],
      tags: ["sepa", index % 2 === 0 ? "retail" : "wholesale"],
      trace: { parent: null, baggage: {} },
    },
  };
}

export const ledgerEvent: readonly CorpusFile[] = [
  lines("ledger-event/events.ndjson", Array.from({ length: 7 }, (_, index) => event(index)), {}),
  lines("ledger-event/events-crlf.ndjson", Array.from({ length: 3 }, (_, index) => event(index + 7)), { lineEnd: "\r\n", airy: true }),
];
