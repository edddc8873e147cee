/** Random values for the engines: valid ones of each kind, the same in other spellings, and hostile texts. */
import fc from "fast-check";
import type { PlanKind } from "../../runtime/engines/plan.ts";
import examples from "../../schemas/kinds/iban-examples.json" with { type: "json" };
import { PEOPLE_VALUES } from "./people-values.ts";

const DIGITS = [..."0123456789"];
const CAPITALS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const SMALLS = [..."abcdefghijklmnopqrstuvwxyz"];
const HEX = [..."0123456789abcdef"];

function textOf(letters: readonly string[], min: number, max: number): fc.Arbitrary<string> {
  return fc.array(fc.constantFrom(...letters), { minLength: min, maxLength: max }).map((parts) => parts.join(""));
}

export const panOf: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom("4", "51", "34", "62", "9", "0"), textOf(DIGITS, 9, 17))
      .map(([lead, rest]) => withLuhn((lead + rest).slice(0, 18))),
  },
  { weight: 1, arbitrary: textOf(DIGITS, 10, 20) },
);
export const ibanOf: fc.Arbitrary<string> = fc.constantFrom(...examples.examples.map((example) => example.iban));
export const bicOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf(CAPITALS, 4, 4),
    textOf(CAPITALS, 2, 2),
    textOf([...CAPITALS, ...DIGITS], 2, 2),
    fc.constantFrom("", "", "XXX", "500", "A1B"),
  )
  .map((parts) => parts.join(""));
export const wideBicOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf([...CAPITALS, ...DIGITS], 4, 4),
    textOf(CAPITALS, 2, 2),
    textOf([...CAPITALS, ...DIGITS], 2, 2),
    fc.constantFrom("", "XXX", "5O0"),
  )
  .map((parts) => parts.join(""));
export const leiOf: fc.Arbitrary<string> = textOf([...CAPITALS, ...DIGITS], 18, 18).map(withLeiCheck);
export const uetrOf: fc.Arbitrary<string> = fc
  .tuple(
    textOf(HEX, 8, 8),
    textOf(HEX, 4, 4),
    textOf(HEX, 3, 3),
    fc.constantFrom("8", "9", "a", "b"),
    textOf(HEX, 3, 3),
    textOf(HEX, 12, 12),
  )
  .map(([a, b, c, variant, d, e]) => `${a}-${b}-4${c}-${variant}${d}-${e}`);
export const phoneOf: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom("1", "44", "49", "353", "999", "2"), textOf(DIGITS, 4, 14))
  .map(([code, rest]) => `+${code}${rest}`);
export const referenceOf: fc.Arbitrary<string> = fc.oneof(
  textOf(DIGITS, 1, 20),
  textOf([...CAPITALS, ...DIGITS], 1, 35),
  textOf([...CAPITALS, ...SMALLS, ...DIGITS], 1, 45),
  textOf([...CAPITALS, ...SMALLS, ...DIGITS, "-", "/", ".", " "], 1, 35),
  textOf(DIGITS, 60, 90),
  fc.tuple(textOf(CAPITALS, 2, 2), textOf(DIGITS, 2, 2), textOf([...CAPITALS, ...DIGITS], 10, 31)).map((parts) => parts.join("")),
);

/** Numbers with point or comma, signs, many digits, white space now and then. */
const amountOf = fc
  .tuple(
    fc.constantFrom("", "", "", "", "-", "+", " "),
    fc.oneof(textOf(DIGITS, 0, 8), textOf(DIGITS, 15, 20)),
    fc.constantFrom(".", ".", ",", ",", ""),
    fc.oneof(textOf(DIGITS, 0, 3), textOf(DIGITS, 8, 10)),
    fc.constantFrom("", "", "", "", "", "e3", "\n"),
  )
  .map((parts) => parts.join(""));

/** Days of all years in the forms of all fields, real ones mostly. */
const dateOf = fc
  .record({
    year: fc.oneof(fc.integer({ min: 1970, max: 2080 }), fc.constantFrom(0, 1, 1900, 2000, 2024, 9999)),
    month: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.constantFrom(2, 13)),
    day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 28, max: 32 })),
    form: fc.nat(8),
    zone: fc.constantFrom("", "Z", "+14:00", "-03:30", "+15:00"),
  })
  .map(({ year, month, day, form, zone }) => {
    const pad = (number: number, width: number): string => String(number).padStart(width, "0");
    const [yyyy, mm, dd] = [pad(year, 4), pad(month, 2), pad(day, 2)];
    const forms = [`${yyyy}-${mm}-${dd}`, `${yyyy}-${mm}-${dd}${zone}`, `${yyyy}-${mm}-${dd}T23:59:59.5${zone}`];
    return [...forms, `${yyyy}${mm}${dd}`, yyyy.slice(2) + mm + dd, mm + dd, `${yyyy}-${mm}${zone}`, yyyy + zone, ` ${yyyy}-${mm}-${dd}\n`][
      form
    ] as string;
  });

/** Valid values in canonical spelling, by the kind that takes them. */
export const CANONICAL_VALUES: readonly (readonly [PlanKind, fc.Arbitrary<string>])[] = [
  ["pan", panOf],
  ["iban", ibanOf],
  ["bic", bicOf],
  ["bic", wideBicOf],
  ["lei", leiOf],
  ["uetr", uetrOf],
  ["digits", textOf(DIGITS, 6, 70)],
  ["alphanumeric", textOf([...CAPITALS, ...SMALLS, ...DIGITS], 4, 40)],
  ["mixed", textOf([...CAPITALS, ...SMALLS, ...DIGITS], 4, 40)],
  ["reference", referenceOf],
  ["account", fc.oneof(referenceOf, panOf, ibanOf)],
  ["phone", phoneOf],
];

const hostileLetters = [
  " ",
  " ",
  "\t",
  "\n",
  "\r",
  "-",
  ".",
  "/",
  ":",
  "&",
  "<",
  ">",
  '"',
  "'",
  "\\",
  "]",
  "]]>",
  "{",
  "}",
  "\u0000",
  "\u001f",
  "\u007f",
  "\u0080",
  "\u00a0",
  "é",
  "É",
  "e\u0301",
  "ß",
  "ẞ",
  "İ",
  "Å",
  "\u212b",
  "ﬁ",
  "각",
  "\u1100\u1161\u11a8",
  "\u0327\u0301",
  "\u0301\u0327",
  "\ufffe",
  "\uffff",
  "\u0378",
  "\u{1f60a}",
  "\u{1e900}",
  "\u{10ffff}",
  "\u{e000}",
  "１",
  "Α",
  "ſ",
  "K",
  "0",
  "1",
  "A",
  "b",
  "Z",
  "+",
  "@",
  "_",
  ",",
  "(",
  ")",
];

/** Date-like, number-like and other texts near the edges of a fit. */
const edgeTexts = [
  "",
  "0",
  "-0",
  "00",
  "1.0",
  "+1.50",
  ".5",
  "5.",
  "1e5",
  "-1.25E-3",
  "01",
  "123,45",
  ",5",
  "5,",
  "2024-02-29",
  "2023-02-29",
  "1900-02-29Z",
  "0000-01-01",
  "2024-01-01+14:59",
  "2024-01-01+15:00",
  "2024-01-01T23:59:59.123Z",
  "2024-01-01T24:00:00",
  "10:00:00",
  " 10:00:00 ",
  "2024",
  "2024Z",
  "240229",
  "230229",
  "231301",
  "true",
  "false",
  "1",
  "TRUE",
  "+49-123",
  "+1234-1",
  "+1-()",
  "00ff",
  "AAAA",
  "AA==",
  "A===",
  "AA=A",
  "A A A A",
  "CRED",
  "CREDX",
  "ISO11649",
  "A-123456",
  "pacs.008.001.08",
  "t2s..02",
  "a.02.1",
  "24:00:00.00",
  "4111111111111111.00",
  "US",
  "us",
  "EUR",
  "REF//1",
  "/REF",
  "REF/",
  "a_b./+ -",
  "ZZZZZZ22AXXX",
  "DEUTDEFFA500",
  "deutdeffaxxx",
  "4111 1111 1111 1111",
  "4111-1111-1111-1111",
  "4111  111111111111",
  "Pay 4111111111111111 now",
  "5555 5555 5555 4444 12",
  "DE89 3704 0044 0532 0130 00",
  "xDE89370400440532013000",
  "DE89370400440532013000x",
  "gb82-west-1234-5698-7654-32.",
  "CHABCDEF",
  "CH123456",
  "0123456789012345678901234567890123456789",
];

const anyText: fc.Arbitrary<string> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...edgeTexts) },
  { weight: 3, arbitrary: textOf(hostileLetters, 0, 40) },
  { weight: 2, arbitrary: textOf([...CAPITALS, ...SMALLS, ...DIGITS, " "], 0, 60) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 1, arbitrary: textOf([...DIGITS, ...SMALLS, "-"], 250, 262) },
);

/** The same identity in another spelling: grouped, in small letters, or with one character changed. */
function respelled(value: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(value, fc.nat(7), fc.nat(1000)).map(([text, how, where]) => {
    const at = text.length === 0 ? 0 : where % text.length;
    switch (how) {
      case 1:
        return text.replace(/(.{4})(?=.)/g, "$1 ");
      case 2:
        return text.replace(/(.{4})(?=.)/g, "$1-");
      case 3:
        return asciiSmall(text);
      case 4:
        return asciiCapital(text);
      case 5:
        return `${text.slice(0, at)}${"0Aa -é&".charAt(where % 7)}${text.slice(at + 1)}`;
      case 6:
        return text.slice(0, at);
      default:
        return text;
    }
  });
}

const anyIdentifier: fc.Arbitrary<string> = respelled(fc.oneof(panOf, ibanOf, bicOf, wideBicOf, leiOf, uetrOf, phoneOf, referenceOf));

/** Values that mostly are of the kind. */
export function textFor(kind: PlanKind): fc.Arbitrary<string> {
  if (kind === "amount") return fc.oneof({ weight: 8, arbitrary: amountOf }, { weight: 1, arbitrary: anyText });
  if (kind === "date") return fc.oneof({ weight: 8, arbitrary: dateOf }, { weight: 1, arbitrary: anyText });
  const own = [...CANONICAL_VALUES, ...PEOPLE_VALUES].filter(([name]) => name === kind).map(([, values]) => respelled(values));
  return fc.oneof(
    { weight: 6, arbitrary: own.length > 0 ? fc.oneof(...own) : anyText },
    { weight: 1, arbitrary: anyIdentifier },
    { weight: 2, arbitrary: anyText },
  );
}

function asciiSmall(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function asciiCapital(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) - 32));
}

/** Appends the Luhn digit. */
function withLuhn(digits: string): string {
  let sum = 0;
  Array.from(digits)
    .reverse()
    .forEach((digit, i) => {
      const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    });
  return digits + ((10 - (sum % 10)) % 10);
}

/** Appends the two check digits of ISO 17442. */
function withLeiCheck(text: string): string {
  const number = BigInt(Array.from(text, (letter) => Number.parseInt(letter, 36)).join(""));
  return text + (98n - ((number * 100n) % 97n)).toString().padStart(2, "0");
}
