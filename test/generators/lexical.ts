/**
 * Valid values of the simple types of a catalogue, at both ends of their lengths and in all the spellings that XSD admits.
 *
 * The catalogue's patterns decide between the forms of a shape (BIC of 2009 or 2014, hexadecimal in capitals); xmllint has the last
 * word on every document, so that a form that is wrong here fails the suite.
 */
import type { Field } from "../../runtime/formats/api.ts";
import { accountOf, bicOf, ibanOf, leiOf, looksLikeCard, phoneOf, punctuated, referenceOf, uetrOf } from "./identifiers.ts";
import { CAPITALS, DIGITS, type Random, SMALLS } from "./random.ts";

export interface LexicalOptions {
  /** The field's own values are identifiers to some preset: a letter beyond ASCII in one is refused (6001), by design. */
  readonly ascii: boolean;
  /** Some preset keeps the field: a card number or an IBAN in it is refused (6004), by design. */
  readonly searched: boolean;
}

/** Longest text where the type sets no limit, and the usual bound where it sets a very wide one. */
const LONG = 300;

/** A random valid value of the field's type; `pattern` is the XSD's own. */
export function lexicalOf(random: Random, field: Field, pattern: string | undefined, options: LexicalOptions): string {
  const { fit } = field;
  switch (fit.shape) {
    case "text":
    case "code":
      return textOf(random, field, options);
    case "digits":
      return digitsOf(random, field, options);
    case "alphanumeric":
      return random.text(random.pick([DIGITS + CAPITALS + SMALLS, CAPITALS, DIGITS]), lengthOf(random, fit.min, fit.max));
    case "upper-alphanumeric":
      return random.text(random.pick([DIGITS + CAPITALS, CAPITALS, DIGITS]), lengthOf(random, fit.min, fit.max));
    case "iban":
      return ibanTextOf(random, pattern);
    case "bic":
      return bicOf(random, pattern?.startsWith("[A-Z0-9]") === true);
    case "lei":
      return leiOf(random);
    case "uuid4":
      return uetrOf(random);
    case "country":
      return random.pick(["DE", "FR", "GB", "US", "NO", "CH", "JP", "ZZ"]);
    case "currency":
      return random.pick(["EUR", "USD", "JPY", "BHD", "XAU", "ZZZ"]);
    case "date":
      return dateOf(random) + zoneOf(random);
    case "date-time":
      return `${dateOf(random)}T${timeOf(random)}${pattern === ".*Z" ? "Z" : zoneOf(random)}`;
    case "time":
      return timeOf(random) + zoneOf(random);
    case "year":
      return random.pick(["0001", "1999", "2024", "9999"]) + zoneOf(random);
    case "decimal":
      return decimalOf(random, field);
    case "boolean":
      return random.pick(["true", "false", "1", "0", " true "]);
    case "phone":
      return phoneOf(random);
    case "hex":
      return random.text(
        pattern?.includes("a-f") === true ? "0123456789abcdefABCDEF" : "0123456789ABCDEF",
        lengthOf(random, fit.min, fit.max === 0 ? 64 : fit.max),
      );
    case "base64":
      return base64Of(random, fit.max);
    case "enum":
      return random.pick(fit.values ?? []);
    case "unknown":
      return unknownOf(random, field, pattern);
    default:
      throw new Error(`no values for shape ${fit.shape} of ${field.type}`);
  }
}

/** The ends of the range as often as everything between them. */
function lengthOf(random: Random, min: number, max: number): number {
  return random.pick([() => min, () => max, () => random.between(min, max), () => random.between(min, max)])();
}

function digitsOf(random: Random, { fit }: Field, options: LexicalOptions): string {
  const prefix = fit.prefix ?? "";
  for (;;) {
    const digits = random.text(random.pick([DIGITS, DIGITS, "0", "9"]), lengthOf(random, fit.min, fit.max) - prefix.length);
    // Zeros behind a fixed prefix are what redaction writes there.
    const isConstant = prefix !== "" && /^0+$/.test(digits);
    if (!isConstant && !(options.searched && looksLikeCard(digits))) return prefix + digits;
  }
}

function textOf(random: Random, field: Field, options: LexicalOptions): string {
  const { fit, dataClass } = field;
  const max = fit.max === 0 ? LONG : fit.max;
  // Very long texts are rare, or they would be most of the suite's bytes.
  const bound = max > LONG && !random.chance(0.05) ? LONG : max;
  const length = lengthOf(random, fit.min, bound);
  if (dataClass === "code" || dataClass === "technical") return codeOf(random, length, options);
  if (dataClass === "account") return options.ascii || random.chance(0.7) ? accountOf(random, fit.max) : proseOf(random, length);
  if (options.ascii) return referenceOf(random, length);
  if (dataClass === "contact" && random.chance(0.2)) return `${random.text(SMALLS, 5)}@${random.text(SMALLS, 6)}.com`.slice(0, length);
  return random.chance(0.6) ? proseOf(random, length) : random.chance(0.5) ? referenceOf(random, length) : punctuated(random, length);
}

const WORDS: readonly string[] = [
  "Müller",
  "Ørsted",
  "Łódź",
  "Ζωή",
  "Жуков",
  "山田太郎",
  "김철수",
  "عبد",
  "דוד",
  "Ñandú",
  "Ame\u0301lie",
  "O'Neill",
  "Smith & Sons",
  "<b>",
  "İstanbul",
  "straße",
  "ﬁnance",
  "😀",
  "𝒜",
  "A/B",
  "12",
  "Nr. 7",
  "\u00a0",
  "\u0085",
  "\u2028",
  "soft\u00adhyphen",
  "\ufeff",
  "\u2019s",
  "]]",
  ">",
  '"quoted"',
  "payment",
  "of",
  "rent",
  "für",
  "März",
];

/** Words in many scripts, of exactly `length` code points; now and then with line ends, tabs and spaces at its ends. */
function proseOf(random: Random, length: number): string {
  let text = "";
  while (Array.from(text).length < length) text += random.pick(WORDS) + random.pick([" ", " ", "  ", "\t", "\n", ", ", ""]);
  return Array.from(text).slice(0, length).join("");
}

/** What stands in fields for codes: codes, and also words and names, since XSD admits any text in most of them. */
function codeOf(random: Random, length: number, options: LexicalOptions): string {
  if (length === 0) return "";
  for (;;) {
    const text = random.pick([
      () => random.text(CAPITALS + DIGITS, length),
      () => random.text(CAPITALS, length),
      () =>
        random
          .pick(["CTRC", "SEPA", "B2B", "INST", "G001", "swift.cbprplus.02", "pacs.008.001.08", "UTF-8", "HIGH", "N/A", "Sepa"])
          .slice(0, length),
      () => random.text(DIGITS, length < 12 ? length : 12),
      () => random.text(SMALLS, length),
      () => random.text(`${CAPITALS}${SMALLS}${DIGITS}_./+ -`, length),
      () => (options.ascii ? punctuated(random, length) : proseOf(random, length)),
      () => "John A. Smith, London".slice(0, length),
    ])();
    if (!(options.searched && looksLikeCard(text))) return text;
  }
}

function ibanTextOf(random: Random, pattern: string | undefined): string {
  const anyCase = pattern?.startsWith("[a-zA-Z]") === true;
  const account = random.pick([
    () => ibanOf(random),
    () => ibanOf(random),
    () => random.text(CAPITALS, 2) + random.text(DIGITS, 2) + random.text(DIGITS + CAPITALS + SMALLS, lengthOf(random, 1, 30)),
    () => `${random.pick(["DE", "GB", "FR"])}${random.text(DIGITS, 2)}${random.text(DIGITS, lengthOf(random, 1, 30))}`,
    () =>
      ibanOf(random).slice(0, 4) +
      ibanOf(random)
        .slice(4)
        .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()),
  ])();
  return anyCase && random.chance(0.3) ? account.toLowerCase() : account;
}

/** Never 1900-01-01, which is what a redacted date becomes. */
function dateOf(random: Random): string {
  const year = random.pick(["0001", "1901", "1999", "2000", "2024", "2025", "9999"]);
  const leapDay = year === "2000" || year === "2024" ? "02-29" : "02-28";
  return `${year}-${random.pick(["01-01", "12-31", leapDay, `0${random.between(3, 9)}-${random.between(10, 30)}`])}`;
}

function timeOf(random: Random): string {
  return random.pick(["00:00:00", "23:59:59", "12:34:56.789", "09:00:00.0", "11:11:11.123456", "24:00:00", "24:00:00.00"]);
}

function zoneOf(random: Random): string {
  return random.pick(["", "", "Z", "+01:00", "-05:30", "+14:00", "-14:00", "+00:00"]);
}

/** Types that admit what is below zero; amounts have a lower bound. */
const SIGNED = new Set(["BaseOneRate", "PercentageRate", "DecimalNumber", "Number"]);

function decimalOf(random: Random, field: Field): string {
  const { max, fraction = 0 } = field.fit;
  const behind = random.pick([0, fraction, random.between(0, fraction), Math.min(fraction, 2)]);
  const whole = random.pick([1, max - behind, random.between(1, max - behind)]);
  for (;;) {
    const digits = random.pick(["", "1"]) + random.text(DIGITS, whole);
    const integer = digits.slice(0, whole);
    const point = behind === 0 ? random.pick(["", "", "", ".", ".00"]) : `.${random.text(DIGITS, behind)}`;
    const sign = random.pick(["", "", "", "+", SIGNED.has(field.type) ? "-" : ""]);
    const spelled = random.pick([
      () => integer + point,
      () => sign + integer + point,
      () => `${sign}000${integer}${point}`,
      () => (behind === 0 ? integer : point),
      () => `${integer}${behind === 0 ? "" : `${point}00`}`,
      () => ` ${integer}${point}\n`,
    ])();
    // A whole number of 13 digits and more can be a card number, and is then refused where it is kept (6004), by design.
    if (spelled.includes(".") || !looksLikeCard(spelled.trim())) return spelled;
  }
}

const BASE64_OCTETS = 15_000;

/** Base64 of 1 to `max` / 4 × 3 octets, with white space in it now and then. */
function base64Of(random: Random, max: number): string {
  // Types admit attachments of a hundred megabytes; a document of them would test libxml2.
  const most = max === 0 ? 300 : Math.min(Math.floor(max / 4) * 3, BASE64_OCTETS);
  const count = random.pick([1, 2, 3, random.between(1, Math.min(most, 200)), random.chance(0.1) ? most - 2 : 48]);
  const text = Buffer.from(Array.from({ length: count }, () => random.below(256))).toString("base64");
  return random.chance(0.3) ? text.replaceAll(/(.{76})/g, "$1\n") : text;
}

/** The types that no shape describes. */
function unknownOf(random: Random, { type }: Field, pattern: string | undefined): string {
  switch (type) {
    case "IBEIIdentifier":
      return random.text(CAPITALS, 2) + random.text(`BCDFGHJKLMNPQRSTVWXZ${DIGITS}`, 7) + random.text(DIGITS, 1);
    case "ISINOct2015Identifier":
      return random.text(CAPITALS, 2) + random.text(CAPITALS + DIGITS, 9) + random.text(DIGITS, 1);
    case "EntryTypeIdentifier":
      return random.chance(0.2) ? "DUM" : random.text("BEOVW", 1) + random.text(DIGITS, 2);
    case "ISO2ALanguageCode":
      return random.text(SMALLS, 2);
    case "ISOYearMonth":
      return `${random.pick(["0001", "1999", "2024", "9999"])}-${random.pick(["01", "06", "12"])}${zoneOf(random)}`;
    case "Max15PlusSignedNumericText":
      return random.pick(["", "+"]) + random.text(DIGITS, random.between(1, 15));
    case "PositiveNumber":
      return random.pick(["1", "07", "+12", random.text("123456789", 1) + random.text(DIGITS, random.between(0, 10))]);
    default:
      throw new Error(`no values for ${type} with pattern ${pattern}`);
  }
}
