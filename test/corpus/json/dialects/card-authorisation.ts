/** Requests and answers of card authorisations: a gateway's nested style, and ISO 8583 data elements by number. */
import { card, organisation, person } from "../parties.ts";
import { type CorpusFile, document, type Json, lines, token } from "../write.ts";

const ENTRY_MODES = ["chip", "contactless", "ecommerce", "magnetic-stripe", "manual"] as const;
const amount = (index: number): string => `${17 + index * 23}.${index % 10}0`;

/** Gateway style. What stands on a card's track, its verification code and its PIN is there as gateways receive it. */
function authorisation(index: number): Json {
  const holder = person(index);
  const merchant = organisation(index);
  const pan = card(index);
  const mode = ENTRY_MODES[index % ENTRY_MODES.length] as string;
  return {
    messageType: "authorisation.request",
    requestId: `AUTH-2026-${4100 + index}-R${index}`,
    createdAt: `2026-11-${10 + index}T0${index % 10}:41:09Z`,
    amount: { value: token(amount(index)), currency: "EUR" },
    card: {
      pan,
      expiry: { month: 1 + (index % 12), year: 2029 },
      holderName: holder.name,
      ...(mode === "ecommerce" ? { cvv2: `${318 + index}`, cardVerificationIndicator: "provided" } : {}),
      ...(mode === "magnetic-stripe" ? { track2: `;${pan}=29121010000012345678?` } : {}),
      ...(mode === "chip" ? { emvData: `5F2A0209788407A0000000031010${"9F0206000000001700"}` } : {}),
      ...(mode === "manual" ? { securityCode: token(`${201 + index}`) } : {}),
    },
    ...(mode === "chip" || mode === "magnetic-stripe" ? { pinEntryMode: "online", encryptedPinBlock: `9F3A0C7712E4B8${10 + index}` } : {}),
    entry: { mode, terminal: { id: `T${7001 + index}`, attended: index % 2 === 0, capabilities: ["chip", "contactless", "pin-pad"] } },
    merchant: {
      id: `M-${55010 + index}`,
      name: merchant.name,
      category: "5411",
      address: { line1: `${merchant.street} ${merchant.building}`, city: merchant.town, postalCode: merchant.postCode, country: merchant.country },
    },
    customer: { reference: `CUST-${8800 + index}`, email: holder.email, phone: holder.phone, ipAddress: `192.0.2.${10 + index}` },
    threeDSecure: index % 2 === 0 ? { version: "2.2.0", status: "Y", transactionId: `3ds-${index}f2c-${index}b7e` } : null,
  };
}

/** Data elements of ISO 8583 under their numbers, the card number as a JSON number. */
function dataElements(index: number): Json {
  const pan = card(index);
  const merchant = organisation(index);
  return {
    mti: index % 3 === 0 ? "0420" : "0100",
    de002: token(pan),
    de003: "000000",
    de004: token(`${1700 + index * 2300}`),
    de007: `11${10 + index}094109`,
    de011: `${100201 + index}`,
    de014: "2912",
    de022: "051",
    de032: `${40010 + index}`,
    DE35: `${pan}D29121010000012345678`,
    de037: `63251${index}004711`.slice(0, 12),
    de041: `TERM${1000 + index}`,
    de043: `${merchant.name}>${merchant.town} ${merchant.country}`,
    de049: "978",
    DE52: "A1B2C3D4E5F60718",
    DE55: "9F2608C2B4E5F6A7B8C9D09F270180",
    de090: index % 3 === 0 ? { mti: "0100", stan: `${100200 + index}`, acquirer: `${40010 + index}` } : null,
  };
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

export const cardAuthorisation: readonly CorpusFile[] = [
  ...range(0, 5).map((index) => document(`card-authorisation/request-${index + 1}.json`, authorisation(index), { indent: 2 })),
  lines("card-authorisation/requests.ndjson", range(5, 9).map(authorisation), { escape: "lower" }),
  lines("card-authorisation/data-elements.ndjson", range(0, 6).map(dataElements), {}),
];
