/** Identifiers as payments have them: with valid check digits and without, grouped, short, long. */
import examples from "../../schemas/kinds/iban-examples.json" with { type: "json" };
import { CAPITALS, DIGITS, type Random, SMALLS } from "./random.ts";

const IBANS: readonly string[] = examples.examples.map((example) => example.iban);

/** An account of any sort, of at most `max` characters, ASCII only. */
export function accountOf(random: Random, max: number): string {
  const sorts: readonly (() => string)[] = [
    () => ibanOf(random),
    () => grouped(ibanOf(random), " "),
    () => small(ibanOf(random)),
    () => spoilt(ibanOf(random), random),
    () => panOf(random),
    () => grouped(panOf(random), random.pick([" ", "-"])),
    () => spoilt(panOf(random), random),
    () => random.text(DIGITS, random.between(1, 5)),
    () => random.text(DIGITS, random.between(6, 12)),
    () => random.text(DIGITS + CAPITALS, random.between(1, 34)),
    () => random.text(DIGITS + CAPITALS + SMALLS, random.between(1, 34)),
    () => `${random.text(DIGITS, 2)}-${random.text(DIGITS, 2)}-${random.text(DIGITS, 2)} ${random.text(DIGITS, 8)}`,
    () => `${random.text(DIGITS, 4)}/${random.text(DIGITS, 6)}.${random.text(DIGITS, 3)}`,
    () => `//${random.text(CAPITALS, 2)}${random.text(DIGITS, 9)}`,
    () => random.text(DIGITS, 34),
    () => random.text(`${DIGITS}${CAPITALS}`, 34),
    () => punctuated(random, 34),
  ];
  for (;;) {
    const account = random.pick(sorts)();
    if (max === 0 || account.length <= max) return account;
  }
}

/** A reference of exactly `length` characters, ASCII only. */
export function referenceOf(random: Random, length: number): string {
  const alphabet = random.pick([DIGITS, DIGITS + CAPITALS, DIGITS + CAPITALS + SMALLS, CAPITALS, SMALLS, "0", ""]);
  if (alphabet === "") return punctuated(random, length);
  return random.text(alphabet, length);
}

/** Letters, digits and whatever ASCII has besides, XML's own characters among them, of exactly `length` characters. */
export function punctuated(random: Random, length: number): string {
  return random.text(`${DIGITS}${CAPITALS}${SMALLS}${DIGITS}${CAPITALS}  /-?:().,'+#_*=@&<>";!$%[]{}|~^\`\\\t\n`, length);
}

/** An IBAN of a random country with check digits that are right; its national check digits may be wrong. */
export function ibanOf(random: Random): string {
  const example = random.pick(IBANS);
  if (random.chance(0.3)) return example;
  const bban = Array.from(example.slice(4), (letter) => (/\d/.test(letter) && random.chance(0.5) ? random.text(DIGITS, 1) : letter)).join(
    "",
  );
  return example.slice(0, 2) + isoCheck(bban + example.slice(0, 2)) + bban;
}

/** A card number of 13 to 19 digits that passes Luhn. */
export function panOf(random: Random): string {
  const lead = random.pick(["4", "51", "22", "34", "62", "36"]);
  const digits = lead + random.text(DIGITS, random.between(12, 18) - lead.length);
  return digits + luhnDigit(digits);
}

export function leiOf(random: Random): string {
  const text = random.text(DIGITS + CAPITALS, 18);
  return random.chance(0.6) ? text + isoCheck(text) : text + random.text(DIGITS, 2);
}

export function uetrOf(random: Random): string {
  const hex = (length: number): string => random.text("0123456789abcdef", length);
  return `${hex(8)}-${hex(4)}-4${hex(3)}-${random.pick(["8", "9", "a", "b"])}${hex(3)}-${hex(12)}`;
}

/** A BIC of 8 or 11 characters; `wide`: ISO 9362:2014, which admits digits in the first four places, else 2009. */
export function bicOf(random: Random, wide: boolean): string {
  const country = random.pick(["DE", "FR", "GB", "US", "NO", "CH", "JP", "BR"]);
  const loose = wide && random.chance(0.4);
  const prefix = random.text(loose ? CAPITALS + DIGITS : CAPITALS, 4);
  const place = loose
    ? random.text(CAPITALS + DIGITS, 2)
    : random.text(`${CAPITALS}23456789`, 1) + random.text("ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789", 1);
  return prefix + country + place + random.pick(["", "", "XXX", random.text(CAPITALS + DIGITS, 3)]);
}

/** ISO 20022's phone number: `\+[0-9]{1,3}-[0-9()+\-]{1,30}`. */
export function phoneOf(random: Random): string {
  const code = random.pick(["1", "7", "44", "49", "353", "999", "0", random.text(DIGITS, random.between(1, 3))]);
  const number = random.pick([
    () => random.text(DIGITS, random.between(6, 12)),
    () => random.text(DIGITS, 1),
    () => random.text(DIGITS, 30),
    () => `(${random.text(DIGITS, 3)})${random.text(DIGITS, 3)}-${random.text(DIGITS, 4)}`,
    () => random.text(`${DIGITS}()+-`, random.between(1, 30)),
  ])();
  return `+${code}-${number}`;
}

/** Whether kept text is refused because the digits in it could be a card number's: 13 to 19 of them that pass Luhn. */
export function looksLikeCard(text: string): boolean {
  // Whatever the detector passes over, and more: a text too many is only drawn again.
  const digits = text.replaceAll(/[^0-9A-Za-z]/g, "");
  for (let start = 0; start < digits.length; start++) {
    for (let end = start + 13; end <= Math.min(start + 19, digits.length); end++) {
      const window = digits.slice(start, end);
      if (/^\d+$/.test(window) && luhnDigit(window.slice(0, -1)) === window.slice(-1)) return true;
    }
  }
  return false;
}

const small = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
const grouped = (text: string, separator: string): string => text.replaceAll(/(.{4})(?=.)/g, `$1${separator}`);

/** With one digit changed, so that check digits are wrong. */
function spoilt(text: string, random: Random): string {
  const at = text.length - 1 - random.below(3);
  return text.slice(0, at) + ((Number.parseInt(text[at] as string, 36) + 1) % 10) + text.slice(at + 1);
}

function luhnDigit(digits: string): string {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits[digits.length - 1 - i]) * (i % 2 === 0 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return String((10 - (sum % 10)) % 10);
}

/** ISO 7064 MOD 97-10 over letters and digits: the two check digits that belong behind the text. */
function isoCheck(text: string): string {
  let rest = 0;
  for (const letter of `${text}00`) {
    for (const digit of String(Number.parseInt(letter, 36))) rest = (rest * 10 + Number(digit)) % 97;
  }
  return String(98 - rest).padStart(2, "0");
}
