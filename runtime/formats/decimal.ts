/** Amounts as whole numbers of 10^-18: sums of them are exact. */

const SCALE = 18;
/** The amount 1. */
export const ONE: bigint = 10n ** 18n;
const FORM = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/;

/** Digits that a number holds exactly. */
const EXACT_MAX = 15;
const POWERS: readonly bigint[] = Array.from({ length: SCALE + 1 }, (_, i) => 10n ** BigInt(i));
const ZERO = 0x30;
const POINT = 0x2e;

/** The amount a text says; undefined if it says none. */
export function decimalOf(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : (plainDecimal(text) ?? anyDecimal(text));
}

/** Of digits with a point at most, which nearly all amounts are: without the objects that a pattern makes. */
function plainDecimal(text: string): bigint | undefined {
  const { length } = text;
  if (length === 0 || length > EXACT_MAX) return undefined;
  let digits = 0;
  let point = -1;
  for (let i = 0; i < length; i++) {
    const c = text.charCodeAt(i);
    if (c === POINT && point < 0) point = i;
    else if (c >= ZERO && c <= ZERO + 9) digits = digits * 10 + c - ZERO;
    else return undefined;
  }
  if (length === 1 && point === 0) return undefined;
  return BigInt(digits) * (POWERS[SCALE - (point < 0 ? 0 : length - 1 - point)] as bigint);
}

function anyDecimal(text: string): bigint | undefined {
  const found = FORM.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = "", fraction = ""] = found;
  if ((whole === "" && fraction === "") || fraction.length > SCALE) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return sign === "-" ? -units : units;
}

/** Decimals that an amount has, zeros at its end left out. */
export function fractionDigitsOf(text: string): number {
  // A whole number has none, whatever stands around it.
  if (!text.includes(".")) return 0;
  const [, , , fraction = ""] = FORM.exec(text) ?? [];
  return fraction.replace(/0+$/, "").length;
}

export const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
