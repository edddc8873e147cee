/** Notifications of a payment service provider: envelopes with snake_case names, Unix times, a card or a bank debit inside. */
import { card, organisation, person } from "../parties.ts";
import { type CorpusFile, document, type Json, lines } from "../write.ts";

function object(index: number): Json {
  const payer = person(index + 1);
  const pan = card(index + 2);
  const method: Json =
    index % 3 === 2
      ? { type: "sepa_debit", sepa_debit: { iban: payer.iban, bank_code: payer.bank.bic, mandate_reference: `MR${9100 + index}X` } }
      : {
          type: "card",
          card: { brand: "visa", number: index % 3 === 0 ? pan : pan.match(/.{1,4}/g)?.join(" ") ?? "", exp_month: 4, exp_year: 2030, cvc: `${400 + index}`, checks: { cvc_check: "pass", address_postal_code_check: null } },
        };
  return {
    id: `pay_${(index + 41).toString(36)}Zq${index}`,
    object: "payment",
    amount: 129_00 + index * 1_01,
    amount_refunded: index % 4 === 3 ? 500 : 0,
    currency: "eur",
    captured: index % 4 !== 3,
    created: 1_795_171_200 + index * 60,
    description: `Bestellung №${8000 + index} · ${payer.name} ✓`,
    statement_descriptor: "BAUTA SHOP",
    receipt_email: payer.email,
    billing_details: {
      name: payer.name,
      email: payer.email,
      phone: payer.phone,
      address: { line1: `${payer.street} ${payer.building}`, line2: null, city: payer.town, postal_code: payer.postCode, country: payer.country },
    },
    payment_method_details: method,
    transfer_data: { destination: organisation(index).iban, destination_name: organisation(index).name },
    metadata: { order_id: `O-${8000 + index}`, customer_note: "Bitte \"diskret\" liefern\n\tDanke \\o/", loyalty: `L${index}-${5500 + index}` },
    refunds: { object: "list", data: index % 4 === 3 ? [{ id: `re_${index}b2`, amount: 500, reason: "requested_by_customer" }] : [] },
  };
}

const notification = (index: number): Json => ({
  id: `evt_${(index + 77).toString(36)}Tn${index}`,
  object: "event",
  api_version: "2026-10-01",
  created: 1_795_171_203 + index * 60,
  type: ["payment.succeeded", "payment.pending", "payment.failed", "payment.refunded"][index % 4] as string,
  livemode: false,
  pending_webhooks: index % 3,
  data: { object: object(index) },
  request: { id: null, idempotency_key: `ik-${index}e5c-${index}a1b` },
});

export const paymentWebhook: readonly CorpusFile[] = [
  ...[0, 1, 2, 3].map((index) => document(`payment-webhook/event-${index + 1}.json`, notification(index), { indent: 2 })),
  lines("payment-webhook/events.ndjson", [4, 5, 6, 7, 8, 9].map(notification), { escape: "upper", solidus: true }),
];
