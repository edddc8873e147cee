/** Parties of the pairs: those of the MT corpus, with their names as an MX writes them, and some whose names set X has no letters for. */
import { iban } from "../mt/check-digits.ts";
import { type Bank, banks, companies, type Customer, people } from "../mt/parties.ts";

export interface Party {
  /** As MT writes it: capitals of set X. */
  readonly swiftName: string;
  /** As MX writes it. */
  readonly name: string;
  readonly street: string;
  readonly town: string;
  readonly country: string;
  readonly account: string;
}

const titled = (text: string): string => text.replaceAll(/[A-Z]+/g, (word) => (word.length < 3 ? word : word[0] + word.slice(1).toLowerCase()));
const partyOf = ({ name, street, town, country, account }: Customer): Party => ({
  swiftName: name.slice(0, 33),
  name: titled(name.slice(0, 33)),
  street,
  town: titled(town),
  country,
  account,
});

const marked: readonly Party[] = [
  { swiftName: "JOERG MUEHLENKAMPER", name: "Jörg Mühlenkamper", street: "Hafengasse 3", town: "Kesselbruck", country: "DE", account: iban("DE", "990517310000077712") },
  { swiftName: "HELENE CARRE-DUBOIS", name: "Hélène Carré-Dubois", street: "Rue Haute 9", town: "Valdrome", country: "CH", account: iban("CH", "09981000077712345") },
  { swiftName: "SJOFARTSHUSET BRONNSTAD AS", name: "Sjöfartshuset Bronnstad AS", street: "Kaiveien 7", town: "Fjordvika", country: "SE", account: iban("SE", "99800000077712345678") },
];

export const parties: readonly Party[] = [...people.map(partyOf), ...companies.map(partyOf), ...marked];
export const agents: readonly Bank[] = banks;

/** A bank of the party's country, or any. */
export const bankOf = (party: Party, ordinal: number): Bank => agents.find(({ country }) => country === party.country) ?? (agents[ordinal % agents.length] as Bank);
