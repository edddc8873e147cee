/** Accounts and the banks that keep them. */

/** Countries of one banking system: an account of one may stand at a bank of another. */
const TOGETHER: readonly (readonly string[])[] = [
  ["GB", "GG", "IM", "JE"],
  ["FR", "BL", "GF", "GP", "MC", "MF", "MQ", "NC", "PF", "PM", "RE", "TF", "WF", "YT"],
  ["FI", "AX"],
  ["CH", "LI"],
  ["IT", "SM", "VA"],
];
const IBAN = /^([A-Z]{2})\d{2}[A-Z0-9]{11,30}$/;
const BIC = /^[A-Z0-9]{4}([A-Z]{2})[A-Z0-9]{2}(?:[A-Z0-9]{3})?$/;

/** Whether an IBAN is of the country of a BIC, or of one of its territories; undefined if either is none. */
export function isOfCountry(account: string | undefined, bank: string | undefined): boolean | undefined {
  const one = IBAN.exec(account?.replaceAll(" ", "") ?? "")?.[1];
  const other = BIC.exec(bank?.trim() ?? "")?.[1];
  if (one === undefined || other === undefined) return undefined;
  return one === other || TOGETHER.some((countries) => countries.includes(one) && countries.includes(other));
}
