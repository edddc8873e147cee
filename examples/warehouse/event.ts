/**
 * Events of an instant payments warehouse, 160 fields each: what examples/models/warehouse-160.yaml is for. Everything in them is
 * invented; check digits are right. The same seed makes the same events.
 */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** An event; those of one seed share customers, merchants and accounts, as those of one bank do. */
export function warehouseEvent(seed: number, index: number): { readonly [name: string]: Json } {
  const draw = new Draw(seed * 1_000_003 + index);
  const debtor = person(new Draw(seed * 7919 + draw.below(5000)));
  const creditor = merchant(new Draw(seed * 104_729 + draw.below(400)));
  const moment = Date.UTC(2026, 10, 1) + draw.below(20 * 86_400) * 1000 + draw.below(1000);
  const at = (milliseconds: number): string => new Date(moment + milliseconds).toISOString();
  const amount = draw.amount(5000);
  const agents = { debtor: bank(draw), creditor: bank(draw) };
  return {
    event: {
      id: draw.hex(32),
      type: draw.pick(["INST_SETTLED", "INST_REJECTED", "INST_RETURNED"]),
      version: 3,
      occurred_at: at(0),
      ingested_at: at(40 + draw.below(400)),
      sequence: draw.below(9_000_000),
      partition_key: `${debtor.customer}:${draw.below(64)}`,
      correlation_id: draw.hex(32),
      trace_id: draw.hex(32),
      span_id: draw.hex(16),
      producer: draw.pick(["CORE-A", "CORE-B", "GATEWAY"]),
      host: `pay-${draw.below(40)}.core.example`,
      environment: "PROD",
      replayed: draw.below(20) === 0,
    },
    payment: {
      id: `P${draw.digits(11)}`,
      end_to_end_id: `E2E/2026/${draw.digits(8)}`,
      instruction_id: `II${draw.digits(12)}`,
      transaction_id: `TX${draw.text(CAPITALS + DIGITS, 14)}`,
      message_id: `MSG-${draw.digits(10)}`,
      uetr: draw.uuid(),
      order_id: `OR-${draw.digits(9)}`,
      mandate_id: `MNDT${draw.digits(9)}`,
      invoice_number: `RE-2026-${draw.digits(6)}`,
      creditor_reference: creditorReference(draw),
      status: draw.pick(["ACSC", "RJCT", "PDNG"]),
      status_reason: draw.pick(["AC03", "AM04", "MS03", "NONE"]),
      status_text: draw.pick(["settled at once", "account of the payee is closed", "returned on request of the payer"]),
      service_level: "INST",
      local_instrument: "INST",
      category_purpose: draw.pick(["CASH", "SUPP", "SALA"]),
      purpose: draw.pick(["GDDS", "SCVE", "RENT"]),
      charge_bearer: "SLEV",
      priority: draw.pick(["HIGH", "NORM"]),
      amount,
      currency: "EUR",
      instructed_amount: amount,
      instructed_currency: "EUR",
      exchange_rate: 1.0,
      fee_amount: draw.amount(2),
      fee_currency: "EUR",
      requested_date: at(0).slice(0, 10),
      accepted_at: at(12),
      settled_at: at(1400 + draw.below(6000)),
      value_date: at(0).slice(0, 10),
      remittance: [`Rechnung ${draw.digits(6)} ${debtor.name}`, `/INV/${draw.digits(7)}`].slice(0, 1 + draw.below(2)),
      note_to_payee: `thank you, ${debtor.given}`,
      note_to_bank: `call ${debtor.given} on ${debtor.mobile} before noon`,
      attempt: 1 + draw.below(3),
      returned: draw.below(30) === 0,
      tags: ["B2C", draw.pick(["SHOP", "RENT", "UTIL"])],
    },
    debtor: {
      customer_id: debtor.customer,
      kind: "PERSON",
      name: debtor.name,
      given_name: debtor.given,
      family_name: debtor.family,
      birth_date: debtor.born,
      birth_town: debtor.birthTown,
      nationality: debtor.country,
      national_id: debtor.nationalId,
      tax_id: debtor.taxId,
      passport_number: debtor.passport,
      email: debtor.email,
      phone: debtor.phone,
      mobile: debtor.mobile,
      address: {
        street: debtor.street,
        building: debtor.building,
        floor: `${draw.below(9)}. OG`,
        postcode: debtor.postcode,
        town: debtor.town,
        subdivision: debtor.subdivision,
        country: debtor.country,
        lines: [`${debtor.street} ${debtor.building}`, `${debtor.postcode} ${debtor.town}`],
      },
      account: {
        iban: debtor.iban,
        number: debtor.iban.slice(-10),
        currency: "EUR",
        type: "CACC",
        opened_on: `20${String(10 + draw.below(15))}-0${1 + draw.below(9)}-1${draw.below(10)}`,
        balance_after: draw.amount(90_000),
      },
      agent: agents.debtor,
      segment: draw.pick(["RETAIL", "PRIVATE", "STUDENT"]),
      relationship_manager: `rm.${draw.pick(FAMILIES).toLowerCase()}`,
      language: draw.pick(["de", "en", "fr-LU"]),
    },
    creditor: {
      ...creditor,
      account: { ...creditor.account, currency: "EUR" },
      agent: { bic: agents.creditor.bic, name: agents.creditor.name },
      terminal_id: `T${draw.digits(7)}`,
      verified_payee: draw.pick(["MTCH", "CMTC", "NMTC"]),
    },
    card: {
      pan: debtor.pan,
      number_shown: debtor.pan.replaceAll(/(?<=^(?:\d{4})+)(?=\d)/g, " "),
      token: `tok_${draw.hex(24)}`,
      token_requestor: draw.digits(11),
      account_reference: draw.text(CAPITALS + DIGITS, 29),
      holder_name: debtor.name.toUpperCase(),
      expires: `${10 + draw.below(3)}/${27 + draw.below(5)}`,
      scheme: draw.pick(["SCHEME-A", "SCHEME-B"]),
      funding: draw.pick(["DEBIT", "CREDIT"]),
      issuer_country: debtor.country,
      entry_mode: draw.pick(["ECOM", "CTLS", "ICCD"]),
      authentication: draw.pick(["3DS2", "NONE"]),
      authorisation_code: draw.text(CAPITALS + DIGITS, 6),
      retrieval_reference: draw.digits(12),
    },
    channel: {
      device_id: `dev_${draw.hex(6)}`,
      device_fingerprint: draw.hex(64),
      session_id: draw.uuid(),
      login_id: `${debtor.given}.${debtor.family}`.toLowerCase(),
      ip_address: `203.0.113.${draw.below(256)}`,
      proxy_address: `2001:db8::${draw.hex(4)}`,
      user_agent: `Lagoon/${draw.below(9)}.${draw.below(30)} (phone; build ${draw.digits(5)})`,
      screen: `${draw.pick([1080, 1170, 1440])}x${draw.pick([2340, 2532, 3120])}`,
      application: draw.pick(["MOBILE", "WEB", "BRANCH"]),
      release: `${4 + draw.below(3)}.${draw.below(20)}.${draw.below(9)}`,
      platform: draw.pick(["IOS", "ANDROID", "WEB"]),
      network_type: draw.pick(["WIFI", "CELL"]),
      carrier: draw.pick(["CARRIER-A", "CARRIER-B"]),
      latitude: 47 + draw.below(70_000) / 10_000,
      longitude: 6 + draw.below(80_000) / 10_000,
      rooted: draw.below(50) === 0,
      consented: true,
      latency_ms: 20 + draw.below(900),
    },
    risk: {
      score: draw.below(1000),
      decision: draw.pick(["ALLOW", "REVIEW", "BLOCK"]),
      model: "RISK-7",
      reasons: ["R101", "R205", "R317"].slice(0, 1 + draw.below(3)),
      case_id: `CASE_${draw.digits(6)}`,
      analyst: `${draw.pick(GIVEN).toLowerCase()}.${draw.pick(FAMILIES).toLowerCase()}`,
      analyst_note: `spoke to ${debtor.name}, knows the payee`,
      sanctions_hit: false,
      sanctions_name: `${draw.pick(FAMILIES)}, ${draw.pick(GIVEN)}`,
      pep: false,
      payee_known_days: draw.below(900),
      velocity_day: draw.below(12),
      amount_day: draw.amount(12_000),
      linked_account: iban(draw),
      linked_customer: `CUST_${draw.digits(5)}`,
      screened_at: at(9),
    },
  };
}

const GIVEN = ["Ottilie", "Jonas", "Marit", "Sanne", "Zoran", "Aoife", "Lucia", "Eero", "Elodie", "Karim", "Ines", "Tomasz"] as const;
const FAMILIES = [
  "Brandhorst",
  "Muehlfeld",
  "Fjellvang",
  "Drossel",
  "Lakowski",
  "Thuama",
  "Ribeiro",
  "Saimaa",
  "Meunier",
  "Gipfler",
] as const;
const STREETS = ["Lindengracht", "Seestrasse", "Kaiweg", "Prinzenallee", "Am Rain", "Hafenstrasse"] as const;
const TOWNS = [
  ["20457", "Hamburg", "Hamburg"],
  ["49074", "Osnabrück", "Niedersachsen"],
  ["28195", "Bremen", "Bremen"],
  ["80331", "München", "Bayern"],
] as const;
const FIRMS = [
  "Hafenlicht Logistik",
  "Wellenbau",
  "Dolomitwerk Holzbau",
  "Salzwiesen Handel",
  "Deichgraf Energie",
  "Kaimauer Moden",
] as const;
const BANKS = ["Lagunenbank", "Deichbank", "Hafenbank", "Gipfelbank"] as const;

function person(draw: Draw) {
  const given = draw.pick(GIVEN);
  const family = draw.pick(FAMILIES);
  const [postcode, town, subdivision] = draw.pick(TOWNS);
  const number = draw.digits(8);
  return {
    customer: `CUST_${draw.digits(5)}`,
    given,
    family,
    name: `${given} ${family}`,
    born: `19${50 + draw.below(49)}-${String(1 + draw.below(12)).padStart(2, "0")}-${String(1 + draw.below(28)).padStart(2, "0")}`,
    birthTown: draw.pick(TOWNS)[1],
    nationalId: number + "TRWAGMYFPDXBNJZSQVHLCKE"[Number(number) % 23],
    taxId: `${draw.digits(3)}/${draw.digits(4)}/${draw.digits(4)}`,
    passport: `C0${draw.text("FGHJKLMNPRTVWXYZ", 3)}${draw.digits(4)}`,
    email: `${given}.${family}${draw.below(100)}@example.org`.toLowerCase(),
    phone: `+49 40 555 ${draw.digits(4)}`,
    mobile: `+49 1511 ${draw.digits(7)}`,
    street: draw.pick(STREETS),
    building: `${1 + draw.below(180)}${draw.pick(["", "", "a", "b"])}`,
    postcode,
    town,
    subdivision,
    country: "DE",
    iban: iban(draw),
    pan: pan(draw),
  };
}

function merchant(draw: Draw) {
  const firm = draw.pick(FIRMS);
  const [postcode, town] = draw.pick(TOWNS);
  const mail = firm.split(" ")[0]?.toLowerCase() ?? "firm";
  return {
    merchant_id: `M-${draw.digits(4)}`,
    kind: "FIRM",
    name: `${firm} GmbH`,
    trading_name: firm,
    lei: lei(draw),
    vat_number: `DE${draw.digits(9)}`,
    creditor_id: creditorIdentifier(draw),
    contact_name: `${draw.pick(GIVEN)} ${draw.pick(FAMILIES)}`,
    email: `kasse@${mail}.example`,
    phone: `+49 421 555 ${draw.digits(4)}`,
    website: `https://${mail}.example`,
    address: { street: draw.pick(STREETS), building: String(1 + draw.below(90)), postcode, town, country: "DE" },
    account: { iban: iban(draw), alias: `pay.${mail}${draw.below(50)}`, alias_type: "HANDLE" },
    category_code: draw.digits(4),
    store_id: `S${draw.digits(5)}`,
    onboarded_on: `20${15 + draw.below(10)}-05-1${draw.below(10)}`,
    ultimate_name: `${draw.pick(FIRMS)} Holding SE`,
  };
}

function bank(draw: Draw) {
  const name = draw.pick(BANKS);
  return { bic: `${name.slice(0, 4).toUpperCase()}DE${draw.digits(1)}0XXX`, name, clearing_id: `DEBLZ${draw.digits(8)}` };
}

/** ISO 13616, bank code 9994…, which no bank has. */
function iban(draw: Draw): string {
  const account = `9994${draw.digits(14)}`;
  return `DE${checkDigits(`${account}DE`)}${account}`;
}

/** SEPA creditor identifier: the business code is no part of the check. */
function creditorIdentifier(draw: Draw): string {
  const national = `0${draw.digits(10)}`;
  return `DE${checkDigits(`${national}DE`)}ZZZ${national}`;
}

/** ISO 17442. */
function lei(draw: Draw): string {
  const text = `5299${draw.text(CAPITALS + DIGITS, 14)}`;
  return text + checkDigits(text);
}

/** ISO 11649. */
function creditorReference(draw: Draw): string {
  const reference = draw.digits(10);
  return `RF${checkDigits(`${reference}RF`)}${reference}`;
}

/** ISO 7064, MOD 97-10: of the text with `00` behind it. */
function checkDigits(text: string): string {
  let rest = 0;
  for (const character of `${text}00`) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return String(98 - rest).padStart(2, "0");
}

/** A card number of 16 digits in a test range, ISO/IEC 7812 check digit. */
function pan(draw: Draw): string {
  const digits = `400000${draw.digits(9)}`;
  const sum = Array.from(digits, Number).reduce(
    (total, digit, i) => total + (i % 2 === 0 ? (digit < 5 ? digit * 2 : digit * 2 - 9) : digit),
    0,
  );
  return digits + String((10 - (sum % 10)) % 10);
}

const DIGITS = "0123456789";
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A seeded source of choices (Mulberry32); not for anything that must not be guessed. */
class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 to `count` − 1. */
  below(count: number): number {
    this.#state = (this.#state + 0x6d2b_79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  text(alphabet: string, length: number): string {
    return Array.from({ length }, () => alphabet[this.below(alphabet.length)]).join("");
  }

  /** Digits; the first is none of 0. */
  digits(length: number): string {
    return this.text("123456789", 1) + this.text(DIGITS, length - 1);
  }

  hex(length: number): string {
    return this.text("0123456789abcdef", length);
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-${this.pick(["8", "9", "a", "b"])}${this.hex(3)}-${this.hex(12)}`;
  }

  /** Two decimals, below `limit`. */
  amount(limit: number): number {
    return (1 + this.below(limit * 100)) / 100;
  }
}
