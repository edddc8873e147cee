// The twelve leaves of a JSON payment, each through one of the functions given.

export function masked(message, by) {
  const payment = JSON.parse(message);
  const { debtor, creditor } = payment;
  payment.endToEndId = by.reference(payment.endToEndId);
  payment.uetr = by.uetr(payment.uetr);
  debtor.name = by.name(debtor.name);
  debtor.account.iban = by.iban(debtor.account.iban);
  debtor.agent.bic = by.bic(debtor.agent.bic);
  debtor.address.street = by.street(debtor.address.street);
  debtor.address.postcode = by.postcode(debtor.address.postcode);
  debtor.address.town = by.town(debtor.address.town);
  creditor.name = by.name(creditor.name);
  creditor.account.iban = by.iban(creditor.account.iban);
  creditor.agent.bic = by.bic(creditor.agent.bic);
  payment.remittance = by.text(payment.remittance);
  return JSON.stringify(payment);
}
