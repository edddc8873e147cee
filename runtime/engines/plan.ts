/**
 * The plan's bytes: what a model compiles to and what both engines read (`bauta.plan.v1.Plan`, schemas/proto/plan.proto).
 *
 * The words here are those of the model language; the numbers are the generated enums'. Encoding is deterministic: equal plans
 * give equal bytes (proto3, fields in order, defaults left out), so a plan can be addressed by its hash.
 */
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BautaError } from "../kit/errors.ts";
import { Bin, EmailDomain, Entity, Hash, Kind, Otherwise, type Plan, PlanSchema, Shape, Technique } from "./generated/plan_pb.ts";

/** The one version of the plan that this Bauta writes and runs. */
export const PLAN_VERSION = 1;

const TECHNIQUES = {
  keep: Technique.KEEP,
  redact: Technique.REDACT,
  drop: Technique.DROP,
  mask: Technique.MASK,
  hash: Technique.HASH,
  token: Technique.TOKEN,
  fpe: Technique.FPE,
  pseudonym: Technique.PSEUDONYM,
} as const;

const KINDS = {
  text: Kind.TEXT,
  pan: Kind.PAN,
  iban: Kind.IBAN,
  bic: Kind.BIC,
  lei: Kind.LEI,
  uetr: Kind.UETR,
  digits: Kind.DIGITS,
  alphanumeric: Kind.ALPHANUMERIC,
  mixed: Kind.MIXED,
  reference: Kind.REFERENCE,
  date: Kind.DATE,
  amount: Kind.AMOUNT,
  phone: Kind.PHONE,
  email: Kind.EMAIL,
  account: Kind.ACCOUNT,
  "party-name": Kind.PARTY_NAME,
  "given-name": Kind.GIVEN_NAME,
  "family-name": Kind.FAMILY_NAME,
  organisation: Kind.ORGANISATION,
  street: Kind.STREET,
  "building-number": Kind.BUILDING_NUMBER,
  postcode: Kind.POSTCODE,
  town: Kind.TOWN,
  subdivision: Kind.SUBDIVISION,
  "address-line": Kind.ADDRESS_LINE,
  "birth-date": Kind.BIRTH_DATE,
  "national-id": Kind.NATIONAL_ID,
  "creditor-id": Kind.CREDITOR_ID,
  "rf-reference": Kind.RF_REFERENCE,
  identifier: Kind.IDENTIFIER,
  "prefixed-id": Kind.PREFIXED_ID,
  "free-text": Kind.FREE_TEXT,
} as const;

const SHAPES = {
  text: Shape.TEXT,
  "swift-x": Shape.SWIFT_X,
  "reference-16x": Shape.REFERENCE_16X,
  alphanumeric: Shape.ALPHANUMERIC,
  "upper-alphanumeric": Shape.UPPER_ALPHANUMERIC,
  digits: Shape.DIGITS,
  iban: Shape.IBAN,
  bic: Shape.BIC,
  "lt-address": Shape.LT_ADDRESS,
  lei: Shape.LEI,
  uuid4: Shape.UUID4,
  code: Shape.CODE,
  country: Shape.COUNTRY,
  currency: Shape.CURRENCY,
  date: Shape.DATE,
  "date-time": Shape.DATE_TIME,
  time: Shape.TIME,
  year: Shape.YEAR,
  decimal: Shape.DECIMAL,
  boolean: Shape.BOOLEAN,
  phone: Shape.PHONE,
  hex: Shape.HEX,
  base64: Shape.BASE64,
  "swift-amount": Shape.SWIFT_AMOUNT,
  "swift-date": Shape.SWIFT_DATE,
  number: Shape.NUMBER,
  enum: Shape.ENUM,
  unknown: Shape.UNKNOWN,
  "swift-date-time": Shape.SWIFT_DATE_TIME,
} as const;

const OTHERWISES = { error: Otherwise.ERROR, token: Otherwise.TOKEN, redact: Otherwise.REDACT } as const;
const BINS = { none: Bin.BIN_NONE, 6: Bin.BIN_6, 8: Bin.BIN_8 } as const;
const HASHES = { "hmac-sha256": Hash.HMAC_SHA256, "hmac-sha512": Hash.HMAC_SHA512, blake3: Hash.BLAKE3_KEYED } as const;

const DOMAINS = { example: EmailDomain.EMAIL_EXAMPLE, mapped: EmailDomain.EMAIL_MAPPED, kept: EmailDomain.EMAIL_KEPT } as const;

const ENTITIES = {
  card: Entity.CARD,
  account: Entity.ACCOUNT,
  bic: Entity.BIC,
  phone: Entity.PHONE,
  email: Entity.EMAIL,
  identifier: Entity.IDENTIFIER,
  reference: Entity.REFERENCE,
  name: Entity.NAME,
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
  readonly technique: PlanTechnique;
  readonly kind?: PlanKind;
  /** Name of a namespace of the plan; techniques hash, token, fpe and pseudonym need one. */
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
}

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
export function encodePlan(source: PlanSource): Uint8Array {
  const indexes = new Map(source.namespaces.map((namespace, index) => [namespace.name, index]));
  return toBinary(
    PlanSchema,
    create(PlanSchema, {
      version: PLAN_VERSION,
      model: source.model,
      namespaces: source.namespaces.map(({ name, keyVersion }) => ({ name, keyVersion })),
      operations: source.operations.map((operation) => operationMessage(operation, indexes)),
    }),
  );
}

/**
 * The message in the bytes; enums keep numbers that this version does not know, for the engine to refuse.
 * @throws BautaError 9001 when the bytes are no plan
 */
export function decodePlan(bytes: Uint8Array): Plan {
  try {
    return fromBinary(PlanSchema, bytes);
  } catch {
    // The parser's own message could quote the bytes; where it stopped does not help anybody.
    throw new BautaError(9001, { detail: "plan bytes are not a bauta.plan.v1.Plan" });
  }
}

function operationMessage(operation: PlanOperation, indexes: ReadonlyMap<string, number>) {
  const namespace = operation.namespace === undefined ? 0 : indexes.get(operation.namespace);
  if (namespace === undefined) throw new BautaError(1207, { path: operation.namespace ?? "" });
  const { fit } = operation;
  return {
    technique: TECHNIQUES[operation.technique],
    kind: KINDS[operation.kind ?? "text"],
    namespace,
    otherwise: OTHERWISES[operation.otherwise ?? "error"],
    fit: {
      shape: SHAPES[fit.shape],
      min: fit.min,
      max: fit.max,
      fraction: fit.fraction ?? 0,
      values: [...(fit.values ?? [])],
      prefix: fit.prefix ?? "",
    },
    prefix: operation.prefix ?? "",
    width: operation.width ?? 0,
    hash: HASHES[operation.hash ?? "hmac-sha256"],
    bin: BINS[operation.bin ?? "none"],
    keepFirst: operation.keepFirst ?? 0,
    keepLast: operation.keepLast ?? 0,
    maskCharacter: operation.maskCharacter ?? "",
    detect: operation.detect ?? false,
    strict: operation.strict ?? false,
    codeMax: operation.codeMax ?? 0,
    distinct: operation.distinct ?? false,
    truncated: operation.truncated ?? false,
    initials: operation.initials ?? false,
    domain: DOMAINS[operation.domain ?? "example"],
    searches: operation.searches ?? false,
    detects: (Object.keys(ENTITIES) as PlanEntity[]).flatMap((entity) => {
      const index = operation.detects?.[entity];
      return index === undefined ? [] : [{ entity: ENTITIES[entity], operation: index }];
    }),
    feeds: operation.feeds === undefined ? Entity.NONE : ENTITIES[operation.feeds],
    lineMax: operation.lineMax ?? 0,
  };
}
