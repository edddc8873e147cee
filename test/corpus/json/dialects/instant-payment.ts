/** An instant payment scheme's API: orders, confirmations, rejections, recalls. */
import { inGroups, organisation, type Party, person, uetr } from "../parties.ts";
import { type CorpusFile, document, type Json, lines, token } from "../write.ts";

const party = (of: Party): Json => ({
  name: of.name,
  postalAddress: { street: of.street, buildingNumber: of.building, postCode: of.postCode, town: of.town, country: of.country },
  ...(of.born === undefined ? {} : { privateIdentification: { dateOfBirth: of.born, other: [{ id: `ID${of.iban.slice(-8)}`, scheme: "NIDN" }] } }),
  ...(of.lei === undefined ? {} : { organisationIdentification: { lei: of.lei, taxNumber: `${of.country}${of.iban.slice(-9)}` } }),
});

function order(index: number): Json {
  const [debtor, creditor] = index % 2 === 0 ? [person(index), organisation(index + 3)] : [organisation(index), person(index + 5)];
  return {
    instantPayment: {
      uetr: uetr(index),
      instructionId: `II${20261120 + index}A${index}`,
      endToEndId: index % 4 === 3 ? "NOTPROVIDED" : `E2E/2026/${9900 + index}`,
      transactionId: `TX-${index}-7F3C${index}`,
      serviceLevel: "INST",
      instructedAmount: { amount: `${240 + index * 111}.05`, currency: index % 3 === 0 ? "SEK" : "EUR" },
      acceptanceDateTime: `2026-11-20T11:${10 + index}:03.219Z`,
      debtor: party(debtor),
      debtorAccount: { iban: index % 3 === 1 ? inGroups(debtor.iban) : debtor.iban },
      debtorAgent: { bicfi: debtor.bank.bic },
      creditor: party(creditor),
      creditorAccount: index % 5 === 4 ? { proxy: { type: "TELE", id: creditor.phone.replaceAll(" ", "") } } : { iban: creditor.iban },
      creditorAgent: { bicfi: creditor.bank.bic, name: creditor.bank.name },
      remittanceInformation: {
        unstructured: [`Invoice ${7300 + index} for ${debtor.name}`, "thank you 🙏"],
        structured: index % 2 === 0 ? [{ creditorReference: `RF18${5390 + index}0075${index}`, type: "SCOR" }] : [],
      },
      purpose: "GDDS",
    },
  };
}

function answer(index: number): Json {
  const rejected = index % 2 === 1;
  return {
    paymentStatus: {
      originalUetr: uetr(index),
      originalEndToEndId: `E2E/2026/${9900 + index}`,
      status: rejected ? "RJCT" : "ACSC",
      reason: rejected ? { code: "AC03", additionalInformation: [`account ${organisation(index + 3).iban} is not known`] } : null,
      settled: !rejected,
      settlementDateTime: rejected ? null : `2026-11-20T11:${10 + index}:04.001Z`,
      statusAgent: { bicfi: organisation(index).bank.bic },
      charges: [{ amount: token("0.20"), currency: "EUR", bearer: "SLEV" }],
    },
  };
}

export const instantPayment: readonly CorpusFile[] = [
  ...[0, 1, 2, 3].map((index) => document(`instant-payment/order-${index + 1}.json`, order(index), { indent: 4 })),
  document("instant-payment/order-crlf.json", order(4), { indent: 2, lineEnd: "\r\n" }),
  lines("instant-payment/orders.ndjson", [5, 6, 7].map(order), { airy: true }),
  lines("instant-payment/answers.ndjson", [0, 1, 2, 3].map(answer), {}),
];
