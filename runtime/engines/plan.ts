/**
 * The plan's bytes: what a model compiles to and what both engines read (`bauta.plan.v1.Plan`, schemas/proto/plan.proto).
 *
 * The words here are those of the model language; the numbers are the generated enums'. Encoding is deterministic: equal plans
 * give equal bytes (proto3, fields in order, defaults left out), so a plan can be addressed by its hash. It is written field by field,
 * and the portable engine reads it back by its descriptors (plan-message.ts).
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { BautaError } from "../kit/errors.ts";
import type { Bin, Cipher, EmailDomain, Entity, Hash, Kind, Otherwise, Shape, Technique } from "./generated/plan_pb.ts";

/** The one version of the plan that this Bauta writes and runs. */
export const PLAN_VERSION = 1;

// Numbers and not the enums: descriptors of messages take longer to load than a short run has.
const TECHNIQUES = {
  keep: 1 satisfies typeof Technique.KEEP,
  redact: 2 satisfies typeof Technique.REDACT,
  drop: 3 satisfies typeof Technique.DROP,
  mask: 4 satisfies typeof Technique.MASK,
  hash: 5 satisfies typeof Technique.HASH,
  token: 6 satisfies typeof Technique.TOKEN,
  fpe: 7 satisfies typeof Technique.FPE,
  pseudonym: 8 satisfies typeof Technique.PSEUDONYM,
  constant: 9 satisfies typeof Technique.CONSTANT,
  bucket: 10 satisfies typeof Technique.BUCKET,
  month: 11 satisfies typeof Technique.MONTH,
  round: 12 satisfies typeof Technique.ROUND,
  noise: 13 satisfies typeof Technique.NOISE,
  scale: 14 satisfies typeof Technique.SCALE,
  "date-shift": 15 satisfies typeof Technique.DATE_SHIFT,
  encrypt: 16 satisfies typeof Technique.ENCRYPT,
  generate: 17 satisfies typeof Technique.GENERATE,
} as const;

const KINDS = {
  text: 0 satisfies typeof Kind.TEXT,
  pan: 1 satisfies typeof Kind.PAN,
  iban: 2 satisfies typeof Kind.IBAN,
  bic: 3 satisfies typeof Kind.BIC,
  lei: 4 satisfies typeof Kind.LEI,
  uetr: 5 satisfies typeof Kind.UETR,
  digits: 6 satisfies typeof Kind.DIGITS,
  alphanumeric: 7 satisfies typeof Kind.ALPHANUMERIC,
  mixed: 8 satisfies typeof Kind.MIXED,
  reference: 9 satisfies typeof Kind.REFERENCE,
  date: 10 satisfies typeof Kind.DATE,
  amount: 11 satisfies typeof Kind.AMOUNT,
  phone: 12 satisfies typeof Kind.PHONE,
  email: 13 satisfies typeof Kind.EMAIL,
  account: 14 satisfies typeof Kind.ACCOUNT,
  "party-name": 15 satisfies typeof Kind.PARTY_NAME,
  "given-name": 16 satisfies typeof Kind.GIVEN_NAME,
  "family-name": 17 satisfies typeof Kind.FAMILY_NAME,
  organisation: 18 satisfies typeof Kind.ORGANISATION,
  street: 19 satisfies typeof Kind.STREET,
  "building-number": 20 satisfies typeof Kind.BUILDING_NUMBER,
  postcode: 21 satisfies typeof Kind.POSTCODE,
  town: 22 satisfies typeof Kind.TOWN,
  subdivision: 23 satisfies typeof Kind.SUBDIVISION,
  "address-line": 24 satisfies typeof Kind.ADDRESS_LINE,
  "birth-date": 25 satisfies typeof Kind.BIRTH_DATE,
  "national-id": 26 satisfies typeof Kind.NATIONAL_ID,
  "creditor-id": 27 satisfies typeof Kind.CREDITOR_ID,
  "rf-reference": 28 satisfies typeof Kind.RF_REFERENCE,
  identifier: 29 satisfies typeof Kind.IDENTIFIER,
  "prefixed-id": 30 satisfies typeof Kind.PREFIXED_ID,
  "free-text": 31 satisfies typeof Kind.FREE_TEXT,
} as const;

const SHAPES = {
  text: 0 satisfies typeof Shape.TEXT,
  "swift-x": 1 satisfies typeof Shape.SWIFT_X,
  "reference-16x": 2 satisfies typeof Shape.REFERENCE_16X,
  alphanumeric: 3 satisfies typeof Shape.ALPHANUMERIC,
  "upper-alphanumeric": 4 satisfies typeof Shape.UPPER_ALPHANUMERIC,
  digits: 5 satisfies typeof Shape.DIGITS,
  iban: 6 satisfies typeof Shape.IBAN,
  bic: 7 satisfies typeof Shape.BIC,
  "lt-address": 8 satisfies typeof Shape.LT_ADDRESS,
  lei: 9 satisfies typeof Shape.LEI,
  uuid4: 10 satisfies typeof Shape.UUID4,
  code: 11 satisfies typeof Shape.CODE,
  country: 12 satisfies typeof Shape.COUNTRY,
  currency: 13 satisfies typeof Shape.CURRENCY,
  date: 14 satisfies typeof Shape.DATE,
  "date-time": 15 satisfies typeof Shape.DATE_TIME,
  time: 16 satisfies typeof Shape.TIME,
  year: 17 satisfies typeof Shape.YEAR,
  decimal: 18 satisfies typeof Shape.DECIMAL,
  boolean: 19 satisfies typeof Shape.BOOLEAN,
  phone: 20 satisfies typeof Shape.PHONE,
  hex: 21 satisfies typeof Shape.HEX,
  base64: 22 satisfies typeof Shape.BASE64,
  "swift-amount": 23 satisfies typeof Shape.SWIFT_AMOUNT,
  "swift-date": 24 satisfies typeof Shape.SWIFT_DATE,
  number: 25 satisfies typeof Shape.NUMBER,
  enum: 26 satisfies typeof Shape.ENUM,
  unknown: 27 satisfies typeof Shape.UNKNOWN,
  "swift-date-time": 28 satisfies typeof Shape.SWIFT_DATE_TIME,
} as const;

const OTHERWISES = {
  error: 0 satisfies typeof Otherwise.ERROR,
  token: 1 satisfies typeof Otherwise.TOKEN,
  redact: 2 satisfies typeof Otherwise.REDACT,
} as const;
const BINS = { none: 0 satisfies typeof Bin.BIN_NONE, 6: 1 satisfies typeof Bin.BIN_6, 8: 2 satisfies typeof Bin.BIN_8 } as const;
const HASHES = {
  "hmac-sha256": 0 satisfies typeof Hash.HMAC_SHA256,
  "hmac-sha512": 1 satisfies typeof Hash.HMAC_SHA512,
  blake3: 2 satisfies typeof Hash.BLAKE3_KEYED,
} as const;

const CIPHERS = { "aes-siv": 0 satisfies typeof Cipher.AES_SIV, "aes-gcm": 1 satisfies typeof Cipher.AES_GCM } as const;

const DOMAINS = {
  example: 0 satisfies typeof EmailDomain.EMAIL_EXAMPLE,
  mapped: 1 satisfies typeof EmailDomain.EMAIL_MAPPED,
  kept: 2 satisfies typeof EmailDomain.EMAIL_KEPT,
} as const;

const ENTITIES = {
  card: 1 satisfies typeof Entity.CARD,
  account: 2 satisfies typeof Entity.ACCOUNT,
  bic: 3 satisfies typeof Entity.BIC,
  phone: 4 satisfies typeof Entity.PHONE,
  email: 5 satisfies typeof Entity.EMAIL,
  identifier: 6 satisfies typeof Entity.IDENTIFIER,
  reference: 7 satisfies typeof Entity.REFERENCE,
  name: 8 satisfies typeof Entity.NAME,
} as const;

export type PlanEntity = keyof typeof ENTITIES;
/** What texts are searched for because a field of their message holds it. */
export type PlanFeed = "account" | "identifier" | "reference" | "name";
export type PlanTechnique = keyof typeof TECHNIQUES;
export type PlanKind = keyof typeof KINDS;
export type PlanShape = keyof typeof SHAPES;
export type PlanOtherwise = keyof typeof OTHERWISES;
export type PlanBin = keyof typeof BINS;
export type PlanHash = keyof typeof HASHES;
export type PlanCipher = keyof typeof CIPHERS;
export type PlanDomain = keyof typeof DOMAINS;

/** What the field's own type admits; the same members as `Fit` of runtime/formats/api.ts. */
export interface PlanFit {
  readonly shape: PlanShape;
  /** Code points of the whole value, `prefix` included. */
  readonly min: number;
  /** Code points (digits of a decimal); 0 = no limit. */
  readonly max: number;
  readonly fraction?: number;
  readonly values?: readonly string[];
  readonly prefix?: string;
}

/** One operation. What is left out is proto3's zero: kind text, otherwise error, bin none, hash hmac-sha256, width default. */
export interface PlanOperation {
  /**
   * Under a policy: what a record becomes of for which a guard holds. No engine sees it: it keeps such an operation apart from others that do
   * the same, so that a record's values can be told.
   */
  readonly guard?: string;
  readonly technique: PlanTechnique;
  readonly kind?: PlanKind;
  /** Name of a namespace of the plan; all but those that rules name by themselves need one. */
  readonly namespace?: string;
  readonly otherwise?: PlanOtherwise;
  readonly fit: PlanFit;
  readonly prefix?: string;
  readonly width?: number;
  readonly hash?: PlanHash;
  readonly bin?: PlanBin;
  readonly keepFirst?: number;
  readonly keepLast?: number;
  readonly maskCharacter?: string;
  readonly detect?: boolean;
  readonly strict?: boolean;
  /** Keep: only code words of at most so many characters; 0: any value. */
  readonly codeMax?: number;
  /** Names: a code behind the drawn name keeps equal names apart. */
  readonly distinct?: boolean;
  /** Names: one with what 35 characters show of them. */
  readonly truncated?: boolean;
  /** Names: one with their initials. */
  readonly initials?: boolean;
  /** Pseudonym of an e-mail address: what becomes of its domain; example.com if left out. */
  readonly domain?: PlanDomain;
  /** Pseudonym of free text: the text is kept but for what is found in it. */
  readonly searches?: boolean;
  /** Indexes of the operations that replace what is found, by what it is. */
  readonly detects?: Readonly<Partial<Record<PlanEntity, number>>>;
  /** Texts of the same message are searched for the values. */
  readonly feeds?: PlanFeed;
  /** Characters of a line of MT in which a text is searched; 0: no limit. */
  readonly lineMax?: number;
  /** Constant: the value. */
  readonly constant?: string;
  /** Bucket: decimal numbers, ascending. */
  readonly bounds?: readonly string[];
  /** Round: a decimal number above 0. */
  readonly unit?: string;
  /** Noise: how much an amount changes at most, millionths of it. */
  readonly withinPpm?: number;
  /** Scale: the least and the largest factor. */
  readonly factorMin?: number;
  readonly factorMax?: number;
  /** Date shift: days back or forth at most. */
  readonly days?: number;
  /** Scale, date shift: what has a factor or shift of its own, the record or its first value of a namespace; left out: all have one. */
  readonly subject?: PlanSubject;
  /** Month, date shift: the value is MMDD. */
  readonly monthDay?: boolean;
  /** Encrypt: aes-siv if left out. */
  readonly cipher?: PlanCipher;
  /** Generate, of every kind but text, amount and date: what is drawn has the form of this value. */
  readonly like?: string;
  /** Generate of text: for each place the characters that may stand there. */
  readonly places?: readonly string[];
  /** Generate of an amount or date: the least and the greatest, decimal numbers or `YYYY-MM-DD`. */
  readonly from?: string;
  readonly to?: string;
}

export type PlanSubject = "record" | { readonly namespace: string };

export interface PlanNamespace {
  readonly name: string;
  readonly keyVersion: number;
}

export interface PlanSource {
  /** Name of the model, for the log. */
  readonly model: string;
  /** In the order of the key table that `Engine.open` gets. */
  readonly namespaces: readonly PlanNamespace[];
  /** In the order of the value table's operation column. */
  readonly operations: readonly PlanOperation[];
  /** SHA-256 of the model's seed, hex: changes what is generated, and nothing else. */
  readonly seed?: string | undefined;
}

/**
 * Bytes of the plan.
 * @throws BautaError 1207 when an operation names a namespace that the plan does not have
 * @example
 * encodePlan({
 *   model: "cards",
 *   namespaces: [{ name: "card", keyVersion: 1 }],
 *   operations: [{ technique: "fpe", kind: "pan", namespace: "card", bin: 6, fit: { shape: "text", min: 0, max: 0 } }],
 * });
 */
export function encodePlan({ model, namespaces, operations, seed }: PlanSource): Uint8Array {
  const indexes = new Map(namespaces.map((namespace, index) => [namespace.name, index]));
  const fields = new Fields();
  fields.number(1, PLAN_VERSION);
  fields.text(2, model);
  for (const { name, keyVersion } of namespaces) {
    fields.message(3, () => {
      fields.text(1, name);
      fields.number(2, keyVersion);
    });
  }
  for (const operation of operations) fields.message(4, () => writeOperation(fields, operation, indexes));
  fields.text(5, seed);
  return fields.finish();
}

function writeOperation(fields: Fields, operation: PlanOperation, indexes: ReadonlyMap<string, number>): void {
  const namespace = operation.namespace === undefined ? 0 : indexes.get(operation.namespace);
  if (namespace === undefined) throw new BautaError(1207, { path: operation.namespace ?? "" });
  fields.number(1, TECHNIQUES[operation.technique]);
  fields.number(2, KINDS[operation.kind ?? "text"]);
  fields.number(3, namespace);
  fields.number(4, OTHERWISES[operation.otherwise ?? "error"]);
  fields.message(5, () => writeFit(fields, operation.fit));
  fields.text(6, operation.prefix);
  fields.number(7, operation.width);
  fields.number(8, HASHES[operation.hash ?? "hmac-sha256"]);
  fields.number(9, BINS[operation.bin ?? "none"]);
  fields.number(10, operation.keepFirst);
  fields.number(11, operation.keepLast);
  fields.text(12, operation.maskCharacter);
  fields.flag(13, operation.detect);
  fields.flag(14, operation.strict);
  fields.number(15, operation.codeMax);
  fields.flag(16, operation.distinct);
  fields.flag(17, operation.truncated);
  fields.flag(18, operation.initials);
  fields.number(19, DOMAINS[operation.domain ?? "example"]);
  fields.flag(20, operation.searches);
  for (const entity of Object.keys(ENTITIES) as PlanEntity[]) {
    const index = operation.detects?.[entity];
    if (index === undefined) continue;
    fields.message(21, () => {
      fields.number(1, ENTITIES[entity]);
      fields.number(2, index);
    });
  }
  fields.number(22, operation.feeds === undefined ? 0 : ENTITIES[operation.feeds]);
  fields.number(23, operation.lineMax);
  fields.text(24, operation.constant);
  for (const bound of operation.bounds ?? []) fields.texts(25, bound);
  fields.text(26, operation.unit);
  fields.number(27, operation.withinPpm);
  fields.number(28, operation.factorMin);
  fields.number(29, operation.factorMax);
  fields.number(30, operation.days);
  fields.number(31, subjectNumber(operation.subject, indexes));
  fields.flag(32, operation.monthDay);
  fields.number(33, CIPHERS[operation.cipher ?? "aes-siv"]);
  fields.text(34, operation.like);
  for (const place of operation.places ?? []) fields.texts(35, place);
  fields.text(36, operation.from);
  fields.text(37, operation.to);
}

function subjectNumber(subject: PlanSubject | undefined, indexes: ReadonlyMap<string, number>): number {
  if (subject === undefined) return 0;
  if (subject === "record") return 1;
  const index = indexes.get(subject.namespace);
  if (index === undefined) throw new BautaError(1207, { path: subject.namespace });
  return index + 2;
}

function writeFit(fields: Fields, { shape, min, max, fraction, values = [], prefix }: PlanFit): void {
  fields.number(1, SHAPES[shape]);
  fields.number(2, min);
  fields.number(3, max);
  fields.number(4, fraction);
  for (const value of values) fields.texts(5, value);
  fields.text(6, prefix);
}

/** Fields of proto3: what is zero, empty or false is left out. */
class Fields {
  readonly #writer = new BinaryWriter();

  number(field: number, value: number | undefined): void {
    if (value !== undefined && value !== 0) this.#writer.tag(field, WireType.Varint).uint32(value);
  }

  flag(field: number, value: boolean | undefined): void {
    if (value === true) this.#writer.tag(field, WireType.Varint).bool(true);
  }

  text(field: number, value: string | undefined): void {
    if (value !== undefined && value !== "") this.texts(field, value);
  }

  /** One of a repeated field: an empty one counts, too. */
  texts(field: number, value: string): void {
    this.#writer.tag(field, WireType.LengthDelimited).string(value);
  }

  message(field: number, write: () => void): void {
    this.#writer.tag(field, WireType.LengthDelimited).fork();
    write();
    this.#writer.join();
  }

  finish(): Uint8Array {
    return this.#writer.finish();
  }
}
