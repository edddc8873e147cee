/**
 * The closed vocabulary of the model language: techniques, kinds and their options, each with the version and the definition
 * that a lock file pins.
 *
 * A change of what a technique or kind *does* to a value is a new version of its row here; the engines' contract
 * (docs/internals/engine.md) says how each is carried out.
 */

/** A word of the language whose meaning decides output bytes. */
export interface Definition {
  readonly name: string;
  readonly version: number;
  /** What it stands on, in one line; part of what the lock file hashes. */
  readonly definition: string;
  /** Data lists it reads, as paths below schemas/. */
  readonly data: readonly string[];
}

/** Techniques that a rule names by itself: they have no identity, so they need no namespace. */
export const PLAIN_TECHNIQUES = ["keep", "redact", "drop", "mask"] as const;
/** Techniques that a namespace names: equal canonical values give equal outputs under one sub-key. */
export const IDENTITY_TECHNIQUES = ["hash", "token", "fpe", "pseudonym"] as const;
export type PlainTechnique = (typeof PLAIN_TECHNIQUES)[number];
export type IdentityTechnique = (typeof IDENTITY_TECHNIQUES)[number];
export type TechniqueName = PlainTechnique | IdentityTechnique;

export const TECHNIQUES: Readonly<Record<TechniqueName, Definition>> = {
  keep: define("keep", "the bytes as they are; detector of card numbers and IBANs over the decoded text; code words alone up to code-max"),
  redact: define("redact", "the constant of the field's shape"),
  drop: define("drop", "the bytes are removed"),
  mask: define("mask", "hidden characters replaced by one character; total below the limits; PCI limits for pan"),
  hash: define("hash", "keyed digest of the canonical form in lower-case hex, cut to the width"),
  token: define("token", "HMAC-SHA-256 of the canonical form, 32-character alphabet, cut to the width"),
  fpe: define("fpe", "FF1 of SP 800-38G Rev. 1, AES-256, radix 2, over the rank of the variable part, cycle-walking"),
  pseudonym: define("pseudonym", "HMAC-SHA-256 of the canonical form, 512 bits reduced into the class; not reversible"),
};

/** Names of bauta.plan.v1.Kind in lower case, in its order. */
export const KINDS = [
  "text",
  "pan",
  "iban",
  "bic",
  "lei",
  "uetr",
  "digits",
  "alphanumeric",
  "mixed",
  "reference",
  "date",
  "amount",
  "phone",
  "email",
  "account",
  "party-name",
] as const;
export type KindName = (typeof KINDS)[number];

const UNICODE = ["unicode/tables.bin"] as const;

export const KIND_DEFINITIONS: Readonly<Record<KindName, Definition>> = {
  text: define("text", "canonical decomposition, white space runs to one space, trimmed", UNICODE),
  pan: define("pan", "12 to 19 digits, Luhn; separators are layout"),
  iban: define("iban", "country's structure, national check, mod 97; groups and case are layout", ["kinds/iban.json"]),
  bic: define("bic", "ISO 9362, branch XXX and case are layout"),
  lei: define("lei", "ISO 17442, mod 97; case is layout"),
  uetr: define("uetr", "version 4 UUID; case and hyphens are layout"),
  digits: define("digits", "digits; separators are layout"),
  alphanumeric: define("alphanumeric", "letters and digits; everything else is layout"),
  mixed: define("mixed", "class by position: digit, upper, lower"),
  reference: define("reference", "letters and digits in three classes; everything else is layout"),
  date: define("date", "as written"),
  amount: define("amount", "as written"),
  phone: define("phone", "calling code kept; separators are layout", ["kinds/calling-codes.json"]),
  email: define("email", "as text, with full case folding", UNICODE),
  account: define("account", "IBAN, else card number, else reference", ["kinds/iban.json"]),
  "party-name": define("party-name", "name form: case, marks, order, titles and legal forms are layout; pseudonyms are drawn from lists", [
    ...UNICODE,
    "people/lists.txt",
    "people/forms.txt",
  ]),
};

/** Kinds that format-preserving encryption can rank, docs/internals/engine.md "Kinds". */
export const FPE_KINDS: readonly KindName[] = [
  "pan",
  "iban",
  "bic",
  "lei",
  "uetr",
  "digits",
  "alphanumeric",
  "mixed",
  "reference",
  "phone",
  "account",
];
/** Kinds whose pseudonym is a token: they have no class to draw from. */
export const TOKEN_KINDS: readonly KindName[] = ["text", "email"];
/** Kinds whose pseudonym is drawn from lists, docs/internals/people.md. */
export const NAME_KINDS: readonly KindName[] = ["party-name"];

export const OTHERWISES = ["error", "token", "redact"] as const;
export type Otherwise = (typeof OTHERWISES)[number];

export const HASHES = ["hmac-sha256", "hmac-sha512", "blake3"] as const;
export type HashName = (typeof HASHES)[number];
/** Characters of each digest in hex: the widest that a hash can be. */
export const HASH_HEX_LENGTHS: Readonly<Record<HashName, number>> = { "hmac-sha256": 64, "hmac-sha512": 128, blake3: 64 };

/** Leading digits of a card number that stay: none, 6 or 8. */
export const BINS = ["none", 6, 8] as const;
export type Bin = (typeof BINS)[number];

export const MODES = ["deterministic", "random"] as const;
export type Mode = (typeof MODES)[number];
export const SCOPES = ["record", "run"] as const;
export type Scope = (typeof SCOPES)[number];

/** What happens where a field's type cannot hold the operation's output. */
export const UNFITS = ["error", "redact"] as const;
export type Unfit = (typeof UNFITS)[number];

export const PRESETS = ["test-data", "one-way", "tokens", "strict"] as const;
export type PresetName = (typeof PRESETS)[number];

/** Tokens: characters after the prefix unless the namespace says otherwise (100 bits), and the most there can be. */
export const TOKEN_WIDTH_DEFAULT = 20;
export const TOKEN_WIDTH_MAX = 48;
/** Hashes: hex digits after the prefix unless the namespace says otherwise (128 bits). */
export const HASH_WIDTH_DEFAULT = 32;
/** Distinct values of one namespace that collision risks are computed for unless the model declares another number. */
export const CARDINALITY_DEFAULT = 1_000_000_000n;

function define(name: string, definition: string, data: readonly string[] = []): Definition {
  return { name, version: 1, definition, data };
}
