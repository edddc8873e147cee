/** Ranges of issuers' numbers and the lengths of their cards (ISO/IEC 7812-1; ranges as the schemes publish them). */

/** First number, last number, digits that are compared, lengths. */
type Range = readonly [number, number, number, readonly number[]];

const LONG: readonly number[] = [16, 17, 18, 19];
const RANGES: readonly Range[] = [
  [4, 4, 1, [13, 16, 19]], // Visa
  [51, 55, 2, [16]], // Mastercard
  [2221, 2720, 4, [16]],
  [34, 34, 2, [15]], // American Express
  [37, 37, 2, [15]],
  [300, 305, 3, [14, 16, 19]], // Diners Club
  [3095, 3095, 4, [14, 16, 19]],
  [36, 36, 2, [14, 16, 19]],
  [38, 39, 2, [14, 16, 19]],
  [6011, 6011, 4, LONG], // Discover
  [644, 649, 3, LONG],
  [65, 65, 2, LONG],
  [3528, 3589, 4, LONG], // JCB
  [62, 62, 2, LONG], // UnionPay
  [81, 81, 2, LONG],
  [2200, 2204, 4, LONG], // Mir
  [9792, 9792, 4, [16]], // Troy
  [60, 60, 2, [16]], // RuPay
  [82, 82, 2, [16]],
  [508, 508, 3, [16]],
  [50, 50, 2, [12, 13, 14, 15, ...LONG]], // Maestro
  [56, 58, 2, [12, 13, 14, 15, ...LONG]],
  [63, 63, 2, [12, 13, 14, 15, ...LONG]],
  [67, 69, 2, [12, 13, 14, 15, ...LONG]],
  [1, 1, 1, [15]], // UATP
];

export const PAN_MIN = 12;
export const PAN_MAX = 19;

/** Lengths by the first four digits, one bit each. */
const LENGTHS: Uint32Array = new Uint32Array(10_000).map((_, head) => {
  let bits = 0;
  for (const [first, last, digits, lengths] of RANGES) {
    const own = Math.floor(head / 10 ** (4 - digits));
    if (own >= first && own <= last) for (const length of lengths) bits |= 1 << length;
  }
  return bits;
});

/** Whether cards whose number begins with these digits have so many. */
export function isCardLength(digits: Uint8Array, count: number): boolean {
  let head = 0;
  for (let i = 0; i < 4; i++) head = head * 10 + (digits[i] as number) - 0x30;
  return ((LENGTHS[head] as number) & (1 << count)) !== 0;
}
