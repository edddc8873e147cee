/** Amounts as whole numbers of 10^-18: sums of them are exact. */

const SCALE = 18;
/** The amount 1. */
export const ONE: bigint = 10n ** 18n;
const FORM = /^\s*([+-]?)(\d*)(?:\.(\d*))?\s*$/;

/** The amount a text says; undefined if it says none. */
export function decimalOf(text: string | undefined): bigint | undefined {
  const found = text === undefined ? null : FORM.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = "", fraction = ""] = found;
  if ((whole === "" && fraction === "") || fraction.length > SCALE) return undefined;
  const units = BigInt(whole + fraction.padEnd(SCALE, "0"));
  return sign === "-" ? -units : units;
}

/** Decimals that an amount has, zeros at its end left out. */
export function fractionDigitsOf(text: string): number {
  const [, , , fraction = ""] = FORM.exec(text) ?? [];
  return fraction.replace(/0+$/, "").length;
}

export const sumOf = (amounts: readonly bigint[]): bigint => amounts.reduce((sum, amount) => sum + amount, 0n);
