/** What a scan finds, how sure it is, and what the name of a place says about it. */

export const KINDS = ["pan", "iban", "bic", "lei", "national-id", "email", "phone", "name", "organisation"] as const;
export type Kind = (typeof KINDS)[number];
/** Their places in tables. */
export const PAN = 0;
export const IBAN = 1;
export const BIC = 2;
export const LEI = 3;
export const NATIONAL = 4;
export const EMAIL = 5;
export const PHONE = 6;
export const NAME = 7;
export const ORGANISATION = 8;

/** `high`: check digits, or a form that nothing else has; `medium`: a form, or a word of the place's name; `low`: may be another number. */
export const CONFIDENCES = ["low", "medium", "high"] as const;
export type Confidence = (typeof CONFIDENCES)[number];
export const LOW = 1;
export const MEDIUM = 2;
export const HIGH = 3;

/** What the name of a place (an element, member, column) says of its values, one bit each. */
export const HINT_CARD = 1;
export const HINT_BIC = 2;
export const HINT_ID = 4;
export const HINT_PHONE = 8;
export const HINT_NAME = 16;

const HINTS: readonly (readonly [number, RegExp])[] = [
  [HINT_CARD, /(?:^|_)(?:pan|card|cardno|cardnumber|primary_?account_?number)(?:_|$)/],
  [HINT_BIC, /(?:^|_)(?:bic|bicfi|anybic|bicorbei|swift|lt_address|5[2-8]_a)(?:_|$)/],
  [
    HINT_ID,
    /(?:^|_)(?:tax|vat|fiscal|ssn|nino|nhs|utr|pesel|nip|bsn|cpf|cnpj|dni|nie|nif|nir|ahv|avs|cf|steuer|idnr|national|personal|passport|insurance|social|citizen)(?:_|$)/,
  ],
  [HINT_PHONE, /(?:^|_)(?:phone|telephone|tel|mobile|cell|fax|msisdn|handy|phne|mob|phone_?number)(?:_|$)/],
  [
    HINT_NAME,
    /(?:^|_)(?:name|nm|holder|owner|surname|forename|firstname|lastname|fullname|contact|person|payee|payer|50|50_[a-z]|59|59_[a-z])(?:_|$)/,
  ],
];

/** Names of what is nobody. */
const NAMES_OF_THINGS =
  /(?:strt|twn|dstrct|lctn|street|town|city|country|currency|file|event|product|scheme|field|host|user)_(?:nm|name)(?:_|$)/;

/** @param name of a place, as the sample writes it */
export function hintsOf(name: string): number {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "_");
  const hints = HINTS.reduce((bits, [bit, pattern]) => (pattern.test(words) ? bits | bit : bits), 0);
  return NAMES_OF_THINGS.test(words) ? hints & ~HINT_NAME : hints;
}
