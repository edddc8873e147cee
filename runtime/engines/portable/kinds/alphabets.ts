/** The alphabets that a position of a class can have, with the rank of each character (docs/internals/engine.md, "Kinds"). */

export const DIGIT = 0;
export const UPPER = 1;
export const LOWER = 2;
/** Digits, then A–Z. */
export const ALNUM36 = 3;
/** Digits, then A–Z, then a–z. */
export const ALNUM62 = 4;
/** Seventh character of a BIC, letters first. */
export const BIC_LOCATION_1 = 5;
/** Eighth character of a BIC, letters first. */
export const BIC_LOCATION_2 = 6;
export const HEX = 7;
/** First digit of the variant field of a UUID (RFC 9562, section 4.1): its two free bits. */
export const UUID_VARIANT = 8;
/** Month of birth in an Italian tax code. */
export const MONTH_LETTER = 9;
/** First letter of a Spanish number of a foreigner. */
export const FOREIGNER_LETTER = 10;
/** Last letter of a British national insurance number. */
export const SUFFIX_LETTER = 11;
/** From here on a character of the alphabet is a number of two digits. */
export const FIRST_PAIR = 12;
/** Months, 01 to 12. */
export const MONTH_PAIR = 12;
/** Days in an Italian tax code: 01 to 31, and 40 more for women. */
export const BIRTH_DAY_PAIR = 13;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const SPELLED: readonly string[] = [
  "0123456789",
  LETTERS,
  "abcdefghijklmnopqrstuvwxyz",
  `0123456789${LETTERS}`,
  `0123456789${LETTERS}abcdefghijklmnopqrstuvwxyz`,
  `${LETTERS}23456789`,
  "ABCDEFGHIJKLMNPQRSTUVWXYZ0123456789",
  "0123456789abcdef",
  "89ab",
  "ABCDEHLMPRST",
  "XYZ",
  "ABCD",
  numbers(1, 12),
  numbers(1, 31) + numbers(41, 71),
];

/** Number of characters of each alphabet. */
export const RADIX: Uint8Array = Uint8Array.from(SPELLED, (letters) => letters.length);

/** `CHARACTER[64 · alphabet + rank]` is the ASCII code, or the number of a pair. */
export const CHARACTER: Uint8Array = new Uint8Array(64 * SPELLED.length);
/** `RANK[128 · alphabet + code]`; 255 where the character is not of the alphabet. */
export const RANK: Uint8Array = new Uint8Array(128 * SPELLED.length).fill(255);

SPELLED.forEach((letters, alphabet) => {
  for (let rank = 0; rank < letters.length; rank++) {
    const code = letters.charCodeAt(rank);
    CHARACTER[64 * alphabet + rank] = code;
    RANK[128 * alphabet + code] = rank;
  }
});

/** The numbers as characters of their own. */
function numbers(first: number, last: number): string {
  let characters = "";
  for (let number = first; number <= last; number++) characters += String.fromCharCode(number);
  return characters;
}

/** Whether the ASCII code is of the alphabet. */
export function isOf(alphabet: number, code: number): boolean {
  return RANK[128 * alphabet + code] !== 255;
}
