/** Random names, addresses, contacts, dates, identifiers and texts as messages hold them, for laws of the engines. */
import fc from "fast-check";
import type { PlanKind } from "../../runtime/engines/plan.ts";
import { LOCALES, sectionOf } from "../people/spellings.ts";

const from = (list: string): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...LOCALES), fc.nat(100_000)).map(([locale, n]) => {
    const entries = sectionOf(`${list} ${locale}`);
    return entries[n % entries.length] as string;
  });
const given = fc.oneof(from("female"), from("male"));
const family = fc.oneof(from("family"), fc.constantFrom("Brandhörst", "MÜLLER", "O'Brien", "Żółć", "de Sá", "Петров", "王"));
const legal = fc.constantFrom("GmbH", "S.A.R.L.", "Ltd.", "SA", "GmbH & Co. KG", "Sp. z o.o.", "Inc");
const number = fc.nat(400).map(String);
const joined = (separator: string, ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((texts) => texts.join(separator));

const person = fc.oneof(
  joined(" ", given, family),
  joined(" ", given, given, family),
  joined(", ", family, given),
  joined(" ", fc.constantFrom("Dr.", "Frau", "Mr", "Prof. Dr."), given, family),
  joined(" ", fc.constantFrom("O.", "A", "Ä."), family),
);
const company = fc.oneof(
  joined(" ", family, legal),
  joined(" ", family, fc.constantFrom("&", "+", "und"), family, legal),
  joined(" ", family, fc.constant("Bank")),
);
const street = fc.oneof(
  from("street"),
  joined(" ", from("street"), number),
  joined(" ", number, from("street")),
  fc.constantFrom("Lindenweg 14a", "8, rue du Lac", "12 Main St"),
);
const town = fc.oneof(from("town"), fc.constantFrom("Köln", "Zürich", "Nowhere", "St. Gallen"));
const postcode = fc.constantFrom("50667", "01067", "SW1A 2AE", "1016 GV", "4150-001", "K1A 0B1", "T12 K8AF", "0", "AB", "12345678901234");
const line = fc.oneof(
  street,
  town,
  joined(" ", postcode, town),
  joined(" ", town, postcode),
  joined("/", fc.constantFrom("DE", "GB"), town),
  person,
);
const lines = fc.oneof(line, joined("\n", line, line), joined("\n", line, line, line));

/** Real ones, by python-stdnum's documentation, and numbers made valid by hand; a few are wrong. */
const nationalId = fc.constantFrom(
  "RCCMNL83S18D969H",
  "2 95 10 99 126 111 93",
  "253072B07300470",
  "54362315-K",
  "X-2482300W",
  "AB123456C",
  "756.9217.0769.85",
  "16.727.230/0001-97",
  "44051401359",
  "85.07.30-033.28",
  "36 574 261 809",
  "390.533.447-05",
  "526-104-08-28",
  "943-476-5870",
  "1955839661",
  "536-90-4399",
  "111222333",
  "536904399",
  "36574261890",
  "000000000",
);
const creditorId = fc.constantFrom(
  "DE98ZZZ09999999999",
  "FR72ZZZ123456",
  "NL08ZZZ502057730000",
  "DE99ZZZ09999999999",
  "de98 zzz0 9999 9999 99",
);
const rf = fc.constantFrom("RF18539007547034", "RF18 5390 0754 7034", "rf18539007547034", "RF19539007547034", "RF712348231");
const words = fc.constantFrom(
  "Invoice",
  "Zahlung",
  "fuer",
  "O.",
  "Brandhorst",
  "4711",
  "RG-2026-08815",
  "DE82500990010073211884",
  "é",
  "€ 12,50",
  "?20",
  "//",
  "/INV/",
  "/ROC/",
  "EREF+",
  "SVWZ+",
  "/XYZ/",
  "-",
  ":",
);
const text = fc
  .array(words, { minLength: 0, maxLength: 14 })
  .chain((parts) => fc.constantFrom("", " ", "  ", "\n").map((gap) => parts.join(gap)));

export const PEOPLE_VALUES: readonly (readonly [PlanKind, fc.Arbitrary<string>])[] = [
  ["party-name", fc.oneof(person, company)],
  ["given-name", fc.oneof(given, joined(" ", given, given), person)],
  ["family-name", family],
  ["organisation", fc.oneof(company, person)],
  ["street", street],
  ["building-number", fc.constantFrom("14", "7", "14a", "12-14 B", "0", "007", "1/2", "abcd1", "Hof", "12345678901")],
  ["postcode", postcode],
  ["town", town],
  ["subdivision", fc.oneof(from("subdivision"), fc.constantFrom("NY", "by", "NSW", "Hessen", "N Y"))],
  ["address-line", lines],
  [
    "birth-date",
    fc.constantFrom(
      "1972-08-30",
      "19720830",
      "30.08.1972",
      "8/30/1972",
      "30/8/1972",
      "2021-03-04Z",
      "1999-12-31+02:00",
      "0001-01-01",
      "1972-02-30",
      "29.02.2000",
    ),
  ],
  ["national-id", nationalId],
  ["creditor-id", creditorId],
  ["rf-reference", rf],
  ["identifier", fc.oneof(nationalId, creditorId, fc.constantFrom("KD-4711/08", "98765432", "abC123xyz9", "12345"))],
  ["reference", rf],
  ["prefixed-id", fc.constantFrom("CUST_98421", "M-7841", "dev_aab12c", "_1", "CUST_", "ABCDEFGHIJKL_1", "a_é")],
  ["free-text", text],
  [
    "email",
    fc.constantFrom("Ottilie.Brandhorst@Firma.example", "o@f.io", "a@b@c", "@x", "ö@firma.example", "k@firma-.example", "k@firma.example "),
  ],
];
