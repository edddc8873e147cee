/**
 * From a rule's action and a field's type to the operation that an engine carries out, or to the reason why there is none: an
 * output that the type does not admit is found here, before the first message, and not by whoever reads the message next.
 *
 * What each technique writes into each shape: docs/internals/engine.md.
 */
import type { PlanOperation, PlanSubject } from "../engines/plan.ts";
import type { Field, Fit, FormatName, Shape } from "../formats/api.ts";
import type { Action, Namespace } from "./model.ts";
import { collides, tokenSpace } from "./token-width.ts";
import { isFigureTechnique, type KindName } from "./vocabulary.ts";

export type Lowered =
  | { readonly operation: PlanOperation }
  /** `issue` 1211 or 1212, and why in words that name types, never values. */
  | { readonly issue: number; readonly reason: string };

/** The type of a value that no catalogue describes: any text. */
export const ANY_TEXT: Fit = { shape: "text", min: 0, max: 0 };

/** There is exactly one operation that removes, whatever the field, so that a scanner can tell it by its index. */
export const DROP: PlanOperation = { technique: "drop", fit: ANY_TEXT };

/** Characters that `@example.com` adds to an e-mail token. */
const EMAIL_SUFFIX_LENGTH = 12;
/** Digits of the token that a phone number's type gets, and the length with `+999-` in front. */
const PHONE_TOKEN_DIGITS = 12;
const PHONE_TOKEN_LENGTH = 17;
/** Country letters, `00`, 20 characters. */
const IBAN_TOKEN_LENGTH = 24;

export function lower(action: Action, format: FormatName, field: Field): Lowered {
  switch (action.kind) {
    case "keep":
      return lowerKeep(action, format, field.fit);
    case "redact":
      return lowerRedact(field.fit);
    case "drop":
      return lowerDrop(format, field);
    case "constant":
      return { operation: { technique: "constant", constant: action.value, fit: field.fit } };
    case "bucket":
      return lowerNumber({ technique: "bucket", bounds: action.bounds }, field.fit);
    case "round":
      return lowerNumber({ technique: "round", unit: action.unit }, field.fit);
    case "month":
      return lowerDate({ technique: "month", otherwise: action.otherwise }, field);
    case "mask":
      return lowerMask(action, field.fit);
    case "use":
      return lowerUse(action.namespace, action.otherwise, field);
  }
}

function lowerKeep(action: Extract<Action, { kind: "keep" }>, format: FormatName, fit: Fit): Lowered {
  if (fit.shape === "unknown") return unfit("what the type admits is not known, so nothing of it can be kept");
  const { codeMax, detect, otherwise } = action;
  // A JSON value has a type only if its rule declares one; then it is checked like any other.
  const strict = action.strict ?? (format !== "json" || fit !== ANY_TEXT);
  if (codeMax === 0) return { operation: { technique: "keep", fit, detect, strict } };
  if (otherwise === "redact") {
    const redacted = lowerRedact(fit);
    if ("issue" in redacted) return redacted;
  }
  // The XSD of a code kept outside of it says no more than how long it is: `code` would refuse what is to be redacted.
  const typed: Fit = format === "iso20022" && fit.shape === "code" ? { ...fit, shape: "text" } : fit;
  return { operation: { technique: "keep", fit: typed, detect, strict, codeMax, otherwise } };
}

function lowerRedact(fit: Fit): Lowered {
  if (fit.shape === "enum") return unfit("an enumerated type has no neutral value");
  // The constant has one length, and a filler of letters would not be of the shape; zeros are hexadecimal in any number.
  const length = fit.shape === "base64" ? 4 : fit.shape === "hex" && fit.min <= 2 ? 2 : undefined;
  if (length !== undefined && !admitsLength(fit, length)) return unfit(`no constant of this length for shape ${fit.shape}`);
  return { operation: { technique: "redact", fit } };
}

/** Where nothing may stand in a field, dropping its text would leave what the schema forbids. */
function lowerDrop(format: FormatName, field: Field): Lowered {
  if (field.below === 1) return unfit("any content is one element, which cannot be removed alone: drop the element around it");
  if (field.below !== undefined && field.path.includes("@")) return unfit("an attribute below any content has no type that may be empty");
  const removable = field.dataClass === "signature" || field.dataClass === "envelope" || field.type === "any";
  if (format === "json" || removable || (field.fit.min === 0 && field.fit.shape === "text")) return { operation: DROP };
  return unfit("the type does not admit an empty value");
}

/** Shapes that a mask can be written in, and what hides a character unless the rule says otherwise. */
const MASK_CHARACTERS: Readonly<Partial<Record<Shape, string>>> = {
  text: "*",
  "swift-x": "X",
  "reference-16x": "X",
  code: "X",
  alphanumeric: "X",
  "upper-alphanumeric": "X",
  digits: "0",
};
/** What may hide a character: no shape gets one that it does not admit, and no MT line could begin with a mark. */
const MASK_CHARACTERS_ADMITTED: Readonly<Partial<Record<Shape, RegExp>>> = {
  text: /^[!-~]$/,
  "swift-x": /^[A-Za-z0-9/?().,'+]$/,
  "reference-16x": /^[A-Za-z0-9.?]$/,
  code: /^[A-Za-z0-9_.]$/,
  alphanumeric: /^[A-Za-z0-9]$/,
  "upper-alphanumeric": /^[A-Z0-9]$/,
  digits: /^[0-9]$/,
};

function lowerMask(action: Extract<Action, { kind: "mask" }>, fit: Fit): Lowered {
  const usual = MASK_CHARACTERS[fit.shape];
  if (usual === undefined || hasPrefix(fit)) return unfit(`a mask is not of shape ${fit.shape}`);
  const maskCharacter = action.character ?? usual;
  if (MASK_CHARACTERS_ADMITTED[fit.shape]?.test(maskCharacter) !== true)
    return unfit(`shape ${fit.shape} does not admit the mask character`);
  const { keepFirst, keepLast } = action;
  return { operation: { technique: "mask", kind: action.form, keepFirst, keepLast, maskCharacter, fit } };
}

function lowerUse(namespace: Namespace, otherwise: PlanOperation["otherwise"], field: Field): Lowered {
  const { fit } = field;
  if (isFigureTechnique(namespace.technique)) return lowerFigure(namespace, otherwise, field);
  // The two digits that a date of birth begins with are those of its neutral constant: any century may stand there.
  if (hasPrefix(fit) && fit.shape !== "swift-date") return unfit("the type demands a fixed beginning, which only redaction keeps");
  if (namespace.technique === "hash") return lowerHash(namespace, fit);
  if (namespace.technique === "encrypt") return lowerEncrypt(namespace, otherwise, fit);
  if (namespace.technique === "generate") return lowerGenerate(namespace, field);
  if (tokenSpace(namespace) !== undefined) return lowerToken(namespace, otherwise, fit);
  const { technique, kind, bin } = namespace;
  const drawn = DRAWN[kind];
  if (drawn !== undefined) {
    if (!drawn.shapes.includes(fit.shape)) return unfit(`kind ${kind} is not of shape ${fit.shape}`);
    if (!admitsDrawn(drawn, fit)) return unfit(`what is drawn for kind ${kind} does not fit the type`);
  } else if (!rankedKindFits(namespace, fit)) return unfit(`kind ${kind} is not of shape ${fit.shape}`);
  const options = { bin, ...drawOptions(namespace), ...mergeOptions(namespace) };
  return { operation: { technique, kind, namespace: namespace.name, otherwise: otherwise ?? "error", ...options, fit } };
}

/** How many bits a character of a ciphertext holds, by what the type takes. */
const CIPHERTEXT_BITS: Readonly<Partial<Record<Shape, number>>> = {
  text: 6,
  code: 6,
  base64: 6,
  "swift-x": 5,
  alphanumeric: 5,
  "upper-alphanumeric": 5,
  hex: 4,
};
/** Bytes that are longer than the value. */
const SIV_BYTES = 16;
const GCM_BYTES = 28;

/** A ciphertext is longer than its value: fields for which that is too long take short values only, and none if they are shorter still. */
function lowerEncrypt({ name, kind, cipher }: Namespace, otherwise: PlanOperation["otherwise"], fit: Fit): Lowered {
  const bits = CIPHERTEXT_BITS[fit.shape];
  if (bits === undefined) return unfit(`no ciphertext is of shape ${fit.shape}`);
  const shortest = ((1 + (cipher === "aes-gcm" ? GCM_BYTES : SIV_BYTES)) * 8 + bits - 1) / bits;
  if (!admitsLength(fit, shortest - (shortest % 1))) return unfit("not even the ciphertext of one character fits the type");
  // A value may have one line only, and all of it has to stand there.
  const line = fit.lineMax ?? 0;
  const room: Fit = line > 0 && (fit.max === 0 || fit.max > line) ? { ...fit, max: line } : fit;
  return {
    operation: {
      technique: "encrypt",
      kind,
      namespace: name,
      otherwise: otherwise ?? "error",
      ...(cipher === undefined ? {} : { cipher }),
      fit: room,
    },
  };
}

const WRITTEN: readonly Shape[] = ["text", "swift-x", "code", "reference-16x", "alphanumeric", "upper-alphanumeric", "digits", "hex"];
const DAYS: readonly Shape[] = ["date", "date-time", "year", "swift-date", "text"];

function lowerGenerate(namespace: Namespace, { fit, type, path }: Field): Lowered {
  const { name, kind, generated = {} } = namespace;
  const { from = "", to = "", places = [] } = generated;
  const operation = { technique: "generate", kind, namespace: name, ...drawOptions(namespace), fit } as const;
  if (kind === "amount") return lowerNumber({ ...operation, from, to }, fit);
  if (kind === "date")
    return DAYS.includes(fit.shape)
      ? { operation: { ...operation, from, to } }
      : unfit(`no date of shape ${fit.shape} is generated (${type} ${path})`);
  if (kind === "text") {
    if (!WRITTEN.includes(fit.shape)) return unfit(`no generated text is of shape ${fit.shape}`);
    return admitsLength(fit, places.length)
      ? { operation: { ...operation, places } }
      : unfit(`${places.length} characters do not fit the type`);
  }
  const drawn = DRAWN[kind];
  const like = generated.like ?? likeOf(kind, fit);
  if (drawn !== undefined) {
    if (!drawn.shapes.includes(fit.shape)) return unfit(`kind ${kind} is not of shape ${fit.shape}`);
    if (!admitsDrawn(drawn, fit)) return unfit(`what is drawn for kind ${kind} does not fit the type`);
    if (drawn.min === Number.POSITIVE_INFINITY && !admitsLength(fit, like.length))
      return unfit(`${like.length} characters do not fit the type`);
    return { operation: { ...operation, like } };
  }
  if (!rankedKindFits(namespace, fit)) return unfit(`kind ${kind} is not of shape ${fit.shape}`);
  return admitsLength(fit, like.length) ? { operation: { ...operation, like } } : unfit(`${like.length} characters do not fit the type`);
}

/** Made-up values, of which only the form counts. */
const LIKES: Readonly<Partial<Record<KindName, string>>> = {
  pan: "4000000000000002",
  iban: "DE89370400440532013000",
  account: "DE89370400440532013000",
  bic: "BANKDEFFXXX",
  lei: "529900T8BM49AURSDO55",
  uetr: "eb6305c9-1f7f-49de-aed0-16487c27b42d",
  phone: "+49 30 1000000",
  "creditor-id": "DE98ZZZ09999999999",
  "rf-reference": "RF18539007547034",
  "party-name": "Ottilie Brandhorst",
  "given-name": "Ottilie",
  "family-name": "Brandhorst",
  organisation: "Brandhorst GmbH",
  street: "Lindenweg 12",
  "building-number": "12",
  postcode: "10115",
  town: "Berlin",
  subdivision: "Bayern",
  "address-line": "10115 Berlin",
  email: "name@example.com",
  "free-text": "Payment for services",
};
/** Characters of what has no length of its own. */
const LENGTH_USUAL = 12;

function likeOf(kind: KindName, fit: Fit): string {
  if (kind === "bic" && fit.shape === "lt-address") return "BANKDEFFAXXX";
  if (kind === "phone" && fit.shape === "phone") return "+49-301000000";
  if (kind === "birth-date") {
    const isPlain = fit.shape === "swift-date" || fit.shape === "digits" || (fit.max > 0 && fit.max < 10);
    return isPlain ? "19700101" : "1970-01-01";
  }
  const known = LIKES[kind];
  if (known !== undefined) return known;
  const most = fit.lineMax ?? 0;
  const max = most > 0 && (fit.max === 0 || fit.max > most) ? most : fit.max;
  const length = max > 0 && max < LENGTH_USUAL ? max : fit.min > LENGTH_USUAL ? fit.min : LENGTH_USUAL;
  const isOfDigits = kind === "digits" || fit.shape === "digits" || fit.shape === "number";
  return (isOfDigits ? "1" : "A").padEnd(length, "0");
}

const NUMERIC: readonly Shape[] = ["decimal", "number", "swift-amount", "text"];
const DATED: readonly Shape[] = ["date", "date-time", "year", "swift-date", "swift-date-time", "unknown", "text"];

/** Techniques of numbers. */
function lowerNumber(technique: Pick<PlanOperation, "technique"> & Partial<PlanOperation>, fit: Fit): Lowered {
  if (!NUMERIC.includes(fit.shape) || hasPrefix(fit)) return unfit(`no number is of shape ${fit.shape}`);
  return { operation: { kind: "amount", ...technique, fit } };
}

/** Techniques of days. Times of day stay under a shift of whole days, and are a constant where a month is all that is told. */
function lowerDate(technique: Pick<PlanOperation, "technique"> & Partial<PlanOperation>, { fit, type, path }: Field): Lowered {
  const isMonthDay = fit.shape === "swift-date-time" && path.endsWith("/entry-date");
  const isTime = fit.shape === "time" || (fit.shape === "swift-date-time" && type === "4!n" && !isMonthDay);
  if (isTime)
    return technique.technique === "month" ? lowerRedact(fit) : { operation: { technique: "keep", fit, detect: false, strict: true } };
  if (!DATED.includes(fit.shape) || (hasPrefix(fit) && fit.shape !== "swift-date")) return unfit(`no day is of shape ${fit.shape}`);
  return { operation: { kind: "date", ...technique, ...(isMonthDay ? { monthDay: true } : {}), fit } };
}

const PPM_OF_PERCENT = 10_000;

function lowerFigure({ name, technique, figure = {} }: Namespace, otherwise: PlanOperation["otherwise"], field: Field): Lowered {
  const { within = 0, from = 0, to = 0, days = 0, subject } = figure;
  const own: PlanSubject | undefined = subject === undefined || subject === "record" ? subject : { namespace: subject };
  const shared = { namespace: name, otherwise: otherwise ?? "error", ...(own === undefined ? {} : { subject: own }) };
  if (technique === "date-shift") return lowerDate({ technique, ...shared, days }, field);
  if (technique === "noise") return lowerNumber({ technique, ...shared, withinPpm: within * PPM_OF_PERCENT }, field.fit);
  return lowerNumber({ technique: "scale", ...shared, factorMin: from, factorMax: to }, field.fit);
}

/** Options are in the operation where they say something, so that operations without them stay what they were. */
function drawOptions({ kind, distinct, domain }: Namespace): Partial<PlanOperation> {
  return { ...(distinct ? { distinct } : {}), ...(kind === "email" ? { domain } : {}) };
}

function mergeOptions({ truncated, initials }: Namespace): Partial<PlanOperation> {
  return { ...(truncated ? { truncated } : {}), ...(initials ? { initials } : {}) };
}

/** What a drawn kind needs of a field: a shape, and room. */
interface DrawnKind {
  readonly shapes: readonly Shape[];
  /** The shortest output: a field that demands more has no room for it. */
  readonly min: number;
  /** The least a field must hold: what is longer is cut there. */
  readonly max: number;
  /** The longest output: on a line nothing is cut. */
  readonly line: number;
}

const WORDED: readonly Shape[] = ["text", "swift-x"];
const PATTERNED: readonly Shape[] = [...WORDED, "code", "reference-16x", "alphanumeric", "upper-alphanumeric", "digits"];
/** docs/internals/people.md, "Fit"; what has the length of its value fits wherever that does. */
const DRAWN: Readonly<Partial<Record<KindName, DrawnKind>>> = {
  "party-name": { shapes: WORDED, min: 9, max: 20, line: 33 },
  organisation: { shapes: WORDED, min: 9, max: 20, line: 33 },
  "given-name": { shapes: WORDED, min: 2, max: 20, line: 21 },
  "family-name": { shapes: WORDED, min: 2, max: 20, line: 11 },
  street: { shapes: WORDED, min: 2, max: 20, line: 30 },
  town: { shapes: WORDED, min: 2, max: 20, line: 24 },
  subdivision: { shapes: WORDED, min: 2, max: 20, line: 24 },
  "address-line": { shapes: WORDED, min: 2, max: 20, line: 33 },
  "building-number": { shapes: PATTERNED, min: Number.POSITIVE_INFINITY, max: 0, line: 0 },
  postcode: { shapes: PATTERNED, min: Number.POSITIVE_INFINITY, max: 0, line: 0 },
  "birth-date": { shapes: [...PATTERNED, "date", "swift-date"], min: 8, max: 8, line: 16 },
  email: { shapes: ["text"], min: 20, max: 30, line: 0 },
  "free-text": { shapes: WORDED, min: 1, max: 0, line: 0 },
};

function admitsDrawn({ min, max, line }: DrawnKind, fit: Fit): boolean {
  return fit.min <= min && (fit.max === 0 || fit.max >= max) && ((fit.lineMax ?? 0) === 0 || (fit.lineMax as number) >= line);
}

const TEXT_SHAPES: readonly Shape[] = ["text", "swift-x", "code", "reference-16x", "alphanumeric"];

function lowerHash(namespace: Namespace, fit: Fit): Lowered {
  const { kind, prefix, width, hash } = namespace;
  // Hex is lower-case: a field of capitals cannot hold it.
  const admitted = fit.shape === "hex" ? prefix === "" : TEXT_SHAPES.includes(fit.shape) && prefixFits(prefix, fit.shape);
  if (!admitted) return unfit(`a hash is not of shape ${fit.shape}`);
  if (!admitsLength(fit, prefix.length + width)) return unfit(`${prefix.length + width} characters do not fit the type`);
  return { operation: { technique: "hash", kind, namespace: namespace.name, prefix, width, hash, ...mergeOptions(namespace), fit } };
}

function lowerToken(namespace: Namespace, otherwise: PlanOperation["otherwise"], fit: Fit): Lowered {
  const { name, kind, prefix, width } = namespace;
  // A pseudonym of a kind without classes is a token (docs/internals/engine.md), and is written as one.
  const token = { technique: "token", kind, namespace: name, ...mergeOptions(namespace), fit } as const;
  if (kind === "prefixed-id") return lowerPrefixed(namespace, otherwise, fit);
  if (kind === "email") {
    if (fit.shape !== "text") return unfit(`an e-mail address is not of shape ${fit.shape}`);
    if (!admitsLength(fit, width + EMAIL_SUFFIX_LENGTH)) return unfit(`${width + EMAIL_SUFFIX_LENGTH} characters do not fit the type`);
    return { operation: { ...token, width } };
  }
  if (fit.shape === "iban") {
    return admitsLength(fit, IBAN_TOKEN_LENGTH) ? { operation: token } : unfit(`${IBAN_TOKEN_LENGTH} characters do not fit the type`);
  }
  if (fit.shape === "phone") {
    if (!admitsLength(fit, PHONE_TOKEN_LENGTH)) return unfit(`${PHONE_TOKEN_LENGTH} characters do not fit the type`);
    return collides(namespace, { alphabet: 10, width: PHONE_TOKEN_DIGITS }) ? narrow(PHONE_TOKEN_DIGITS, 10) : { operation: token };
  }
  if (fit.shape === "digits") return lowerDigitToken(namespace, fit);
  if (fit.shape === "hex") {
    if (collides(namespace, { alphabet: 16, width })) return narrow(width, 16);
    return prefix === "" && admitsLength(fit, width) ? { operation: { ...token, width } } : unfit("the token is not of shape hex");
  }
  if (![...TEXT_SHAPES, "upper-alphanumeric"].includes(fit.shape) || !prefixFits(prefix, fit.shape)) {
    return unfit(`a token is not of shape ${fit.shape}`);
  }
  if (!admitsLength(fit, prefix.length + width)) return unfit(`${prefix.length + width} characters do not fit the type`);
  return { operation: { ...token, prefix, width } };
}

/** Letters kept, `PS` and two separators in front of a prefixed identifier's token: at least, and at most. */
const PREFIXED_MIN = 5;
const PREFIXED_MAX = 15;

function lowerPrefixed({ name, kind, width }: Namespace, otherwise: PlanOperation["otherwise"], fit: Fit): Lowered {
  if (!["text", "swift-x", "code"].includes(fit.shape)) return unfit(`a prefixed identifier is not of shape ${fit.shape}`);
  const [shortest, longest] = [PREFIXED_MIN + width, PREFIXED_MAX + width];
  if (!admitsLength(fit, shortest) || !admitsLength(fit, longest)) return unfit(`${shortest} to ${longest} characters do not fit the type`);
  return { operation: { technique: "token", kind, namespace: name, otherwise: otherwise ?? "error", width, fit } };
}

/** Digits hold less than letters: the token takes the whole field, up to 28 of them, and may still be too narrow. */
function lowerDigitToken(namespace: Namespace, fit: Fit): Lowered {
  const width = fit.max === 0 || fit.max > 28 ? 28 : fit.max;
  if (!admitsLength(fit, width)) return unfit(`${width} digits do not fit the type`);
  if (collides(namespace, { alphabet: 10, width })) return narrow(width, 10);
  return { operation: { technique: "token", kind: namespace.kind, namespace: namespace.name, width, fit } };
}

/** Whether the permuted or drawn value of a kind is of the shape again, for every value that is. */
function rankedKindFits({ kind }: Namespace, fit: Fit): boolean {
  switch (fit.shape) {
    case "text":
    case "swift-x":
    case "code":
      return true;
    case "reference-16x":
    case "alphanumeric":
      return kind !== "phone";
    case "upper-alphanumeric":
      return kind !== "phone" && kind !== "uetr";
    case "digits":
      // A short reference of digits may become one with letters.
      return kind === "pan" || kind === "digits" || kind === "mixed";
    case "iban":
      return kind === "iban" || kind === "account";
    case "bic":
    case "lt-address":
      return kind === "bic";
    case "lei":
      return kind === "lei";
    case "uuid4":
      return kind === "uetr";
    case "phone":
      return kind === "phone";
    case "number":
      return kind === "pan" || kind === "digits";
    default:
      return false;
  }
}

/** Whether a namespace's prefix may stand at the beginning of a value of the shape. */
function prefixFits(prefix: string, shape: Shape): boolean {
  if (shape === "upper-alphanumeric") return /^[A-Z0-9]*$/.test(prefix);
  return shape === "alphanumeric" ? /^[A-Za-z0-9]*$/.test(prefix) : true;
}

const hasPrefix = (fit: Fit): boolean => fit.prefix !== undefined && fit.prefix !== "";
/** Whether the type admits an output of this length; over several lines it must fit the first, for the value may have only one. */
function admitsLength(fit: Fit, length: number): boolean {
  const lineMax = fit.lineMax ?? 0;
  return length >= fit.min && (fit.max === 0 || length <= fit.max) && (lineMax === 0 || length <= lineMax);
}

const unfit = (reason: string): Lowered => ({ issue: 1212, reason });
const narrow = (width: number, alphabet: number): Lowered => ({
  issue: 1211,
  reason: `${width} characters of ${alphabet} are too few for the declared cardinality`,
});
