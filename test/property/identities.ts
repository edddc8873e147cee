/** Identities that generators plant into messages: valid in form and check digits, drawn from a number, the same in every format. */
import { iban, lei, pan } from "../corpus/mt/check-digits.ts";
import { tapeOf } from "./tape.ts";

/** One party as every system writes it. */
export interface Identity {
  readonly name: string;
  readonly iban: string;
  /** Eight characters; of the form that every version of the schemas takes. */
  readonly bic: string;
  readonly lei: string;
  readonly pan: string;
  readonly uetr: string;
  /** Twelve characters of a SWIFT reference. */
  readonly reference: string;
  /** As ISO 20022 writes it. */
  readonly phone: string;
  readonly email: string;
}

const FIRST_NAMES = ["Ottilie", "Jürgen", "Solène", "Władysław", "Iñaki", "Zoë", "Marlow", "Ysolde", "Åse", "Þóra"];
const LAST_NAMES = [
  "Brandhorst",
  "Müßig",
  "Lefèvre",
  "Vantreek",
  "Żółtowska",
  "O'Quennfeld",
  "Tennyshaw",
  "Ångström",
  "Íñiguez",
  "Hartwicke",
];
const COUNTRIES = ["DE", "AT", "GB", "LU", "CH", "NL"] as const;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const DIGITS = "0123456789";

/** The identity of that number. */
export function identityOf(number: number): Identity {
  const tape = tapeOf(number, 256);
  const characters = (alphabet: string, count: number): string => Array.from({ length: count }, () => tape.pick([...alphabet])).join("");
  const country = tape.pick(COUNTRIES);
  const first = tape.pick(FIRST_NAMES);
  const last = tape.pick(LAST_NAMES);
  const hex = characters("0123456789abcdef", 32);
  return {
    name: `${first} ${last} ${characters(LETTERS, 1)}${characters("aeiou", 1)}${characters("nrst", 1)}`,
    iban: iban(
      country,
      bban(country, (alphabet, count) => characters(alphabet, count)),
    ),
    bic: `${characters(LETTERS, 4)}${country}${characters("ABCDEFGH", 1)}${characters("FGHKLMNP", 1)}`,
    lei: lei(characters(DIGITS + LETTERS, 18)),
    pan: pan(`4${characters(DIGITS, 14)}`),
    uetr: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${tape.pick([..."89ab"])}${hex.slice(17, 20)}-${hex.slice(20)}`,
    reference: `RF${characters(DIGITS, 8)}${characters(LETTERS, 2)}`,
    phone: `+49-15${characters(DIGITS, 9)}`,
    email: `${characters("abcdefghijklmnop", 8)}@example.org`,
  };
}

/** BBANs of countries whose structure is letters and digits at known places; Dutch accounts take the check over ten digits. */
function bban(country: (typeof COUNTRIES)[number], characters: (alphabet: string, count: number) => string): string {
  switch (country) {
    case "DE":
      return characters(DIGITS, 18);
    case "AT":
      return characters(DIGITS, 16);
    case "GB":
      return characters(LETTERS, 4) + characters(DIGITS, 14);
    case "LU":
      return characters(DIGITS, 16);
    case "CH":
      return characters(DIGITS, 5) + characters(DIGITS + LETTERS, 12);
    case "NL":
      return characters(LETTERS, 4) + characters(DIGITS, 10);
    default:
      return country satisfies never;
  }
}

/** How a party's name is written where only SWIFT's character set X is there. */
export function swiftName(name: string): string {
  const letters: Readonly<Record<string, string>> = {
    ü: "ue",
    è: "e",
    ł: "l",
    ñ: "n",
    ë: "e",
    Å: "A",
    Þ: "Th",
    ó: "o",
    ß: "ss",
    Ż: "Z",
    ö: "o",
    Í: "I",
    å: "a",
  };
  return [...name]
    .map((letter) => letters[letter] ?? letter)
    .join("")
    .toUpperCase();
}
