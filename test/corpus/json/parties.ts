/**
 * Who pays whom in the corpus. All parties, banks and numbers are invented: names are ours, bank codes are not assigned, BICs are of
 * the test kind (eighth character 0); check digits are right throughout.
 */

export interface Bank {
  readonly name: string;
  readonly bic: string;
}

export interface Party {
  readonly name: string;
  readonly kind: "person" | "organisation";
  readonly street: string;
  readonly building: string;
  readonly postCode: string;
  readonly town: string;
  readonly country: string;
  readonly iban: string;
  readonly bank: Bank;
  readonly phone: string;
  readonly email: string;
  /** Persons: date of birth. Organisations: LEI. */
  readonly born?: string;
  readonly lei?: string;
}

type Row = readonly [
  name: string,
  street: string,
  building: string,
  postCode: string,
  town: string,
  iban: string,
  bank: string,
  bic: string,
  phone: string,
  email: string,
  bornOrLei: string,
];

const PERSONS: readonly Row[] = [
  ["Ottilie Brandhorst", "Lindengracht", "12a", "20457", "Hamburg", "DE13999400010048213377", "Lagunenbank", "LGUNDEH0XXX", "+49 40 5550 1421", "ottilie.brandhorst@example.org", "1971-03-18"],
  ["Jürgen Mühlfeld", "Große Straße", "7", "49074", "Osnabrück", "DE06999500020900417765", "Deichbank", "DEICDEH0", "+49 541 555 0198", "j.muehlfeld@example.net", "1964-11-02"],
  ["Marit Fjellvåg", "Øvre Torggate", "31", "5014", "Bergen", "NO4524401508283", "Fjellbanken", "FJELNOK0", "+47 55 50 14 82", "marit@example.com", "1988-07-29"],
  ["Sanne van der Drossel", "Prinsenkade", "104", "1013 AB", "Amsterdam", "NL27VLGT0417164300", "Vlietbank", "VLGTNL20", "+31 20 555 0147", "sanne.vdd@example.org", "1993-01-15"],
  ["Ιωάννα Παπαδάκη", "Οδός Πελαγίας", "5", "117 43", "Αθήνα", "GR4099901250000000012300695", "Pelagos Bank", "PELAGRA0", "+30 21 0555 0163", "ioanna@example.com", "1979-05-21"],
  ["Zbigniew Łąkowski", "ul. Bursztynowa", "44/3", "80-958", "Gdańsk", "PL83180151429634960842808055", "Bank Bałtycki", "BALTPLP0", "+48 58 555 01 77", "z.lakowski@example.net", "1957-09-09"],
  ["Aoife Ní Thuama", "Quay Lane", "9", "T12 K8AF", "Cork", "IE70TIDE99021234977810", "Tidewater Bank", "TIDEIE20", "+353 21 555 0112", "aoife.nt@example.org", "1990-12-24"],
  ["Inês Ribeiro d'Água", "Rua das Marés", "210", "4150-001", "Porto", "PT50040377841517390339707", "Banco da Ribeira", "RIBEPTP0", "+351 22 555 0139", "ines@example.com", "1985-04-30"],
  ["Eero Saimaanranta", "Rantakatu", "3 B 12", "53100", "Lappeenranta", "FI8871049058436875", "Saimaan Pankki", "SAIMFIH0", "+358 5 555 0101", "eero.s@example.net", "1969-08-08"],
  ["Lucía Albufera Ríos", "Calle del Faro", "18", "46024", "València", "ES2364117456798697895036", "Banco Albufera", "ALBUESM0", "+34 96 555 01 90", "lucia.albufera@example.org", "1996-02-11"],
  ["Karl-Heinz Gipfler", "Seestrasse", "77", "8002", "Zürich", "CH8899762011623852957", "Gipfelbank", "GIPFCHZ0", "+41 44 555 01 23", "kh.gipfler@example.com", "1950-06-17"],
  ["Élodie Meunier-Brac", "quai des Brumes", "2 bis", "76600", "Le Havre", "FR467807731118VXZTCO559JI08", "Banque Meunier", "MEUNFRP0", "+33 2 55 50 01 75", "elodie.mb@example.net", "1982-10-05"],
];

const ORGANISATIONS: readonly Row[] = [
  ["Hafenlicht Logistik GmbH", "Kai der Winde", "40", "28195", "Bremen", "DE60999600030000817254", "Hafenbank", "HAFNDEH0XXX", "+49 421 555 0160", "kasse@hafenlicht.example", "254900HAFENLICHT0081"],
  ["Salt Marsh Supplies Ltd", "Samphire Row", "3", "NR30 9ZZ", "Great Yarmouth", "GB90LGNB99404133817204", "Lagoon Bank", "LGNBGB20", "+44 1493 555018", "accounts@saltmarsh.example", "549300SALTMARSH0UK89"],
  ["Wellenbau S.à r.l.", "rue du Barrage", "61", "L-1331", "Luxembourg", "LU049990047812345678", "Wellenbank", "WELLLUL0", "+352 2755 5014", "office@wellenbau.example", "529900WELLENBAU00K64"],
  ["Vento & Laguna S.p.A.", "Fondamenta Nove", "5012", "30121", "Venezia", "IT28T6053154665XJXC5Q9PRT7M", "Banca Vento", "VENTITM0", "+39 041 555 0188", "fatture@vento.example", "815600VENTO0LAGUNA61"],
  ["Dijkmeester Kaas B.V.", "Polderweg", "88", "8934 XX", "Leeuwarden", "NL40DRSB0883120457", "Drost Bank", "DRSBNL20", "+31 58 555 0121", "facturen@dijkmeester.example", "724500DIJKEN000NLX52"],
  ["Kanaal & Zonen NV", "Kanaalkaai", "17", "9000", "Gent", "BE44853742516945", "Kanaalbank", "KANABEB0", "+32 9 555 01 64", "boekhouding@kanaal.example", "969500BRANDUNG00LG57"],
  ["Tidewater Traders DAC", "North Wall", "101", "D01 X9Y9", "Dublin", "IE60TIDE99025566120043", "Tidewater Bank", "TIDEIE20", "+353 1 555 0155", "ap@tidewater.example", "213800TIDEWATER0IE20"],
  ["Dolomitwerk Holzbau OG", "Am Rain", "6", "6020", "Innsbruck", "AT759998800004187723", "Dolomitenbank", "DOLOATW0", "+43 512 555014", "buero@dolomitwerk.example", "529900DOLOMIT0WERK61"],
  ["Norrsken Möbler AB", "Skeppsgatan", "23", "903 30", "Umeå", "SE3799900000058398257466", "Norrbanken", "NORRSES0", "+46 90 555 01 41", "ekonomi@norrsken.example", "254900NORRSKEN0SE113"],
  ["Skybridge Air Cargo SIA", "Jūras iela", "14", "LV-1013", "Rīga", "LV39SKYB0000435195001", "Skybanka", "SKYBLV20", "+371 6755 5019", "billing@skybridge.example", "549300SKYBRIDGE0LV63"],
  ["Øresund Byg A/S", "Kastrupvej", "250", "2770", "Kastrup", "DK6699400440116243", "Øresundsbanken", "OERSDKK0", "+45 32 55 50 17", "faktura@oeresundbyg.example", "815600ORESUND0BYG124"],
  ["Gintaro Kelias UAB", "Jūros g.", "8", "LT-91248", "Klaipėda", "LT569990000111010010", "Gintaro Bankas", "GINTLT20", "+370 46 555 013", "saskaitos@gintaras.example", "724500GINTARO0KELI62"],
];

const partyOf =
  (kind: Party["kind"]) =>
  ([name, street, building, postCode, town, iban, bank, bic, phone, email, last]: Row): Party => ({
    name,
    kind,
    street,
    building,
    postCode,
    town,
    country: iban.slice(0, 2),
    iban,
    bank: { name: bank, bic },
    phone,
    email,
    ...(kind === "person" ? { born: last } : { lei: last }),
  });

const persons: readonly Party[] = PERSONS.map(partyOf("person"));
const organisations: readonly Party[] = ORGANISATIONS.map(partyOf("organisation"));
export const PARTIES: readonly Party[] = [...persons, ...organisations];

/** Card numbers of 13, 15, 16 and 19 digits, Luhn valid. */
export const CARDS = [
  "4000001234567899", "5555554309182776", "2223004812907748", "370000552100887", "6011009988712332", "6200007711005528778",
  "4919990022448710", "3566005512983403", "5893007712097", "4117700033182657", "5432100199773040",
] as const;

export const UETRS = [
  "6513270e-269e-4d37-b2a7-4de452e6b438", "d23f0824-128b-4f33-8c5c-7fd0a6a3a450", "9531985d-5d9d-49f8-9818-e811892f902b",
  "36f675cc-81e7-4ef5-a8e2-5d940ed90475", "6b0d549b-6f03-475a-9600-a35a099950d8", "8d116ece-1738-47d9-bd9c-172411e20b8f",
  "90c192cf-d3ac-44af-8f21-ddb66cad4a26", "a170b338-3926-4059-b28c-105d1fb17c23", "0fd630f1-f29d-4da9-953f-48f1a09f76b5",
  "0cb1e29c-658c-4a14-95e6-0af593bd04cf", "8e81973e-0bec-47b0-b898-d190f9ebdacc", "6b4cb242-4a23-4596-a217-beaddbc496cb",
] as const;

/** Each takes any index and begins anew behind the last. */
export const person = (index: number): Party => persons[index % persons.length] as Party;
export const organisation = (index: number): Party => organisations[index % organisations.length] as Party;
export const card = (index: number): string => CARDS[index % CARDS.length] as string;
export const uetr = (index: number): string => UETRS[index % UETRS.length] as string;

/** An IBAN in groups of four, as people write it. */
export const inGroups = (iban: string): string => (iban.match(/.{1,4}/g) ?? []).join(" ");
