/** The check algorithms that kinds are made of, over ASCII codes in place. All arithmetic on small non-negative integers. */

const ZERO = 0x30;

/** Luhn check digit (ISO/IEC 7812-1, Annex B) of the digits `codes[start, end)`, as a number. */
export function luhnDigit(codes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  let double = true;
  for (let i = end - 1; i >= start; i--) {
    const digit = (codes[i] as number) - ZERO;
    sum += double ? (digit > 4 ? 2 * digit - 9 : 2 * digit) : digit;
    double = !double;
  }
  return (10 - (sum % 10)) % 10;
}

/** Whether the digits `codes[start, end)` end in their Luhn digit. */
export function luhnValid(codes: Uint8Array, start: number, end: number): boolean {
  return luhnDigit(codes, start, end - 1) === (codes[end - 1] as number) - ZERO;
}

/**
 * Continues `remainder` modulo 97 over digits and capital letters, a letter being 10 (A) to 35 (Z) in two digits
 * (ISO 7064, MOD 97-10).
 */
export function mod97(remainder: number, codes: Uint8Array, start: number, end: number): number {
  let value = remainder;
  for (let i = start; i < end; i++) {
    const code = codes[i] as number;
    value = code < 0x40 ? (value * 10 + code - ZERO) % 97 : (value * 100 + code - 55) % 97;
  }
  return value;
}

/** Writes 98 − (100 · V mod 97) in two digits, V being a number whose remainder by 97 is `remainder`: 02 to 98. */
export function writeCheck97(remainder: number, codes: Uint8Array, at: number): void {
  const check = 98 - ((remainder * 100) % 97);
  codes[at] = ZERO + Math.floor(check / 10);
  codes[at + 1] = ZERO + (check % 10);
}

/** Whether `codes[at], codes[at + 1]` are what `writeCheck97` would write. */
export function hasCheck97(remainder: number, codes: Uint8Array, at: number): boolean {
  const check = 98 - ((remainder * 100) % 97);
  return codes[at] === ZERO + Math.floor(check / 10) && codes[at + 1] === ZERO + (check % 10);
}

/** Sum of the digits from `at` on, each times its weight. */
export function weighted(codes: Uint8Array, at: number, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += (weights[i] as number) * ((codes[at + i] as number) - ZERO);
  return sum;
}

/** Check digit of ISO 7064, MOD 11,10, as an ASCII code. */
export function mod1110Digit(codes: Uint8Array, from: number, count: number): number {
  let product = 10;
  for (let i = from; i < from + count; i++) {
    const sum = (product + (codes[i] as number) - ZERO) % 10;
    product = (2 * (sum === 0 ? 10 : sum)) % 11;
  }
  return ZERO + ((11 - product) % 10);
}
