/** Batches of payouts: an array at the top, payments to cards and accounts in nested arrays, one inside the other. */
import { card, organisation, person } from "../parties.ts";
import { type CorpusFile, document, type Json, token } from "../write.ts";

const payee = (index: number): Json => {
  const of = person(index);
  const toCard = index % 2 === 0;
  return {
    payeeRef: `P${index}-${3000 + index}`,
    to: toCard ? { scheme: "CARD", id: token(card(index)) } : { scheme: "IBAN", id: of.iban.toLowerCase() },
    holder: of.name.toUpperCase(),
    sum: [token(`${50 + index}.00`), "EUR"],
    memo: `payout ${index} / ${of.email}`,
  };
};

const batch = (index: number): Json => [
  { batch: `B-${index}-2026`, payer: { name: organisation(index).name, account: organisation(index).iban, lei: organisation(index).lei as string }, count: 6 },
  [0, 1, 2].map((group) => [payee(index + group * 2), payee(index + group * 2 + 1)]),
  [],
  null,
];

export const payoutBatch: readonly CorpusFile[] = [0, 1, 2, 3].map((index) =>
  document(`payout-batch/batch-${index + 1}.json`, batch(index), { indent: index % 2 === 0 ? 0 : 3 }),
);
