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
export const PLAIN_TECHNIQUES = ["keep", "redact", "drop", "mask", "constant", "bucket", "month", "round"] as const;
/** Techniques that a namespace names: what they do they do under one sub-key, most of them equally to equal canonical values. */
export const IDENTITY_TECHNIQUES = ["hash", "token", "fpe", "pseudonym", "noise", "scale", "date-shift", "encrypt", "generate"] as const;
export type PlainTechnique = (typeof PLAIN_TECHNIQUES)[number];
export type IdentityTechnique = (typeof IDENTITY_TECHNIQUES)[number];
/** Techniques of namespaces that change amounts or days: nothing is drawn from a class of values. */
export const FIGURE_TECHNIQUES = ["noise", "scale", "date-shift"] as const;
export type FigureTechnique = (typeof FIGURE_TECHNIQUES)[number];
export const isFigureTechnique = (word: string): word is FigureTechnique => FIGURE_TECHNIQUES.some((technique) => technique === word);
/** Techniques that key holders undo. */
export const isReversible = (technique: string): boolean => technique === "fpe" || technique === "encrypt";
export type TechniqueName = PlainTechnique | IdentityTechnique;

export const TECHNIQUES: Readonly<Record<TechniqueName, Definition>> = {
  keep: define("keep", "the bytes as they are; detector of card numbers and IBANs over the decoded text; code words alone up to code-max"),
  redact: define("redact", "the constant of the field's shape"),
  drop: define("drop", "the bytes are removed"),
  mask: define("mask", "hidden characters replaced by one character; total below the limits; PCI limits for pan"),
  constant: define("constant", "the model's text"),
  bucket: define("bucket", "the greatest bound that is not above the number, the least one below all"),
  month: define("month", "the first day of the month, midnight"),
  round: define("round", "the nearest multiple of the unit, halves away from nought"),
  noise: define("noise", "HMAC-SHA-256 of the amount, 32 bits as a part of the widest change"),
  scale: define("scale", "HMAC-SHA-256 of the subject, reduced into the whole factors"),
  "date-shift": define("date-shift", "HMAC-SHA-256 of the subject, reduced into the days of the range but none"),
  hash: define("hash", "keyed digest of the canonical form in lower-case hex, cut to the width"),
  token: define("token", "HMAC-SHA-256 of the canonical form, 32-character alphabet, cut to the width"),
  encrypt: define("encrypt", "AES-SIV of RFC 5297 or AES-GCM of SP 800-38D, AES-256; nonces by HMAC of record, place and value"),
  generate: define("generate", "ChaCha20 keyed by HMAC-SHA-256 of record, seed, source, offset and place; nothing of the value"),
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
  "given-name",
  "family-name",
  "organisation",
  "street",
  "building-number",
  "postcode",
  "town",
  "subdivision",
  "address-line",
  "birth-date",
  "national-id",
  "creditor-id",
  "rf-reference",
  "identifier",
  "prefixed-id",
  "free-text",
] as const;
export type KindName = (typeof KINDS)[number];

/** What the values of a mask may be taken for: of a card number and of digits the separators stay, of an e-mail address the domain. */
export const MASK_FORMS = ["pan", "digits", "email", "text"] as const satisfies readonly KindName[];
export type MaskForm = (typeof MASK_FORMS)[number];

const UNICODE = ["unicode/tables.bin"] as const;
/** What names, places and texts are read by and drawn from. */
const PEOPLE = [...UNICODE, "people/lists.txt", "people/forms.txt"] as const;

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
  reference: define("reference", "RF creditor reference, else letters and digits in three classes; everything else is layout"),
  date: define("date", "as written"),
  amount: define("amount", "as written"),
  phone: define("phone", "calling code kept; separators are layout", ["kinds/calling-codes.json"]),
  email: define("email", "as text, with full case folding; pseudonyms are a drawn name and eight characters at a reserved domain", PEOPLE),
  account: define("account", "IBAN, else card number, else reference", ["kinds/iban.json"]),
  "party-name": define(
    "party-name",
    "name form: case, marks, order and titles are layout; a person or an organisation by its words",
    PEOPLE,
  ),
  "given-name": define("given-name", "word form: case and marks are layout; sex and language of the value", PEOPLE),
  "family-name": define("family-name", "word form; language of the value", PEOPLE),
  organisation: define("organisation", "name form; the legal form is kept", PEOPLE),
  street: define("street", "word form, a number with it; language of the street's own word", PEOPLE),
  "building-number": define("building-number", "digits and letters by position; everything else is layout"),
  postcode: define("postcode", "digits and letters by position; everything else is layout"),
  town: define("town", "word form; country of a town that is listed", PEOPLE),
  subdivision: define("subdivision", "word form, or a code of two or three letters", PEOPLE),
  "address-line": define("address-line", "word form, line by line: postcode and town, street and number, or town", PEOPLE),
  "birth-date": define("birth-date", "a day in five spellings; another day of the decade"),
  "national-id": define(
    "national-id",
    "national identifiers of eleven countries, by form and check digits; separators and case are layout",
  ),
  "creditor-id": define("creditor-id", "SEPA creditor identifier, EPC262-08; country and business code kept"),
  "rf-reference": define("rf-reference", "creditor reference, ISO 11649"),
  identifier: define("identifier", "creditor-id, else national-id, else as reference"),
  "prefixed-id": define("prefixed-id", "letters and a separator kept, PS put in, the rest a token"),
  "free-text": define("free-text", "as text; structure words kept, other words for the rest, at most as long", PEOPLE),
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
  "national-id",
  "creditor-id",
  "rf-reference",
  "identifier",
];
/** Kinds whose pseudonym is a token: they have no class to draw from. */
export const TOKEN_KINDS: readonly KindName[] = ["text", "prefixed-id"];
/** Kinds whose pseudonym is drawn, docs/internals/people.md: no class ranks their values. */
export const DRAWN_KINDS: readonly KindName[] = [
  "party-name",
  "given-name",
  "family-name",
  "organisation",
  "street",
  "building-number",
  "postcode",
  "town",
  "subdivision",
  "address-line",
  "birth-date",
  "email",
  "free-text",
];
/** Kinds of whole names: what else may be merged, and a code that keeps them apart. */
export const PARTY_KINDS: readonly KindName[] = ["party-name", "organisation"];

/** Spellings of a name that are one with it besides those of the table of merges. */
export const MERGES = ["truncated", "initials"] as const;
export type Merge = (typeof MERGES)[number];
/** What becomes of the domain of an e-mail address that is drawn. */
export const DOMAINS = ["example", "mapped", "kept"] as const;
export type DomainRule = (typeof DOMAINS)[number];

/** What becomes of free text: other words for all of it, or itself but for what is found in it. */
export const TEXT_MODES = ["replace", "detect"] as const;
export type TextMode = (typeof TEXT_MODES)[number];
/** What is found in free text, each replaced by a namespace of its own. */
export const ENTITIES = ["card", "account", "bic", "phone", "email", "identifier", "reference", "name"] as const;
export type Entity = (typeof ENTITIES)[number];
/** Kinds that a namespace for an entity may have. */
export const ENTITY_KINDS: Readonly<Record<Entity, readonly KindName[]>> = {
  card: ["pan", "account"],
  account: ["account", "iban"],
  bic: ["bic"],
  phone: ["phone"],
  email: ["email"],
  identifier: ["identifier", "national-id", "reference"],
  reference: ["reference"],
  name: ["party-name"],
};

export const OTHERWISES = ["error", "token", "redact"] as const;
export type Otherwise = (typeof OTHERWISES)[number];

export const HASHES = ["hmac-sha256", "hmac-sha512", "blake3"] as const;
export type HashName = (typeof HASHES)[number];
/** Characters of each digest in hex: the widest that a hash can be. */
export const HASH_HEX_LENGTHS: Readonly<Record<HashName, number>> = { "hmac-sha256": 64, "hmac-sha512": 128, blake3: 64 };

/** Leading digits of a card number that stay: none, 6 or 8. */
export const BINS = ["none", 6, 8] as const;
export type Bin = (typeof BINS)[number];

/** How values are encrypted: equal ones equally, or each differently. */
export const CIPHERS = ["aes-siv", "aes-gcm"] as const;
export type CipherName = (typeof CIPHERS)[number];

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
