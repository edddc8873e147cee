/** The check algorithms that kinds are made of, over text. They know no engine: both are proven against the same vectors. */
import { hasCheck97, luhnDigit as luhnDigitOf, luhnValid, mod97, mod1110Digit, writeCheck97 } from "../engines/portable/kinds/checks.ts";
import { BautaError } from "../kit/errors.ts";

/** Issue of a text that a check cannot be made over. */
const NOT_CHECKABLE = 6021;

/**
 * The digit that makes digits valid by Luhn (ISO/IEC 7812-1, Annex B).
 * @throws BautaError 6021 if there is anything but digits, or nothing
 * @example luhnDigit("411111111111111") === "1"
 */
export function luhnDigit(digits: string): string {
  return String(luhnDigitOf(codesOf(digits, DIGITS), 0, digits.length));
}

/** Whether digits end in their Luhn digit; false for anything else. */
export function isLuhnValid(digits: string): boolean {
  return DIGITS.test(digits) && digits.length > 1 && luhnValid(codesOf(digits, DIGITS), 0, digits.length);
}

/**
 * The two check digits of ISO 7064, MOD 97-10, over digits and capital letters: what follows them in an RF reference, or stands
 * behind them with the country moved to its end in an IBAN.
 * @throws BautaError 6021 if there is anything but digits and capital letters, or nothing
 * @example mod97Digits("539007547034RF") === "18"
 */
export function mod97Digits(text: string): string {
  const codes = codesOf(text, DIGITS_AND_CAPITALS);
  const digits = new Uint8Array(2);
  writeCheck97(mod97(0, codes, 0, codes.length), digits, 0);
  return String.fromCharCode(...digits);
}

/** Whether digits and capital letters end in their check digits of ISO 7064, MOD 97-10 (an LEI as it is); false for anything else. */
export function isMod97Valid(text: string): boolean {
  if (!DIGITS_AND_CAPITALS.test(text) || text.length < 3) return false;
  const codes = codesOf(text, DIGITS_AND_CAPITALS);
  const at = codes.length - 2;
  return hasCheck97(mod97(0, codes, 0, at), codes, at);
}

/**
 * The check digit of ISO 7064, MOD 11,10.
 * @throws BautaError 6021 if there is anything but digits, or nothing
 * @example mod1110Digit("0794") === "5"
 */
export function mod11And10Digit(digits: string): string {
  return String.fromCharCode(mod1110Digit(codesOf(digits, DIGITS), 0, digits.length));
}

const DIGITS = /^[0-9]+$/;
const DIGITS_AND_CAPITALS = /^[0-9A-Z]+$/;

function codesOf(text: string, form: RegExp): Uint8Array {
  if (!form.test(text)) throw new BautaError(NOT_CHECKABLE);
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
