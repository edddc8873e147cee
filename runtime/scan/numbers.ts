/** Card numbers and IBANs in bytes of any format, told by their check digits: what masked output is looked through for. */
import { hasCheck97, luhnValid } from "../engines/portable/kinds/checks.ts";
import { countryOf, ibanRemainder, structureValid } from "../engines/portable/kinds/iban-table.ts";
import { isCardLength, PAN_MAX } from "./cards.ts";

export type NumberKind = "pan" | "iban";

/** Shorter ones are rarely cards, and one in ten of all numbers has right check digits. */
const PAN_MIN = 13;
const IBAN_MIN = 15;
const SPACE = 0x20;
const HYPHEN = 0x2d;

/**
 * All of them in bytes [start, end), each as it is without separators.
 *
 * Bytes are read as they are: a number that is spelled with escapes or broken by a line end is none here. Digits may stand in groups, with
 * one space or hyphen between two; letters and digits around a number make it none.
 */
export function* numbersIn(bytes: Uint8Array, start: number, end: number): Generator<readonly [kind: NumberKind, number: string]> {
  for (let at = start; at < end; ) {
    const first = bytes[at] as number;
    if (!isAlnum(first)) {
      at++;
      continue;
    }
    let size = isDigit(first) ? readCard(bytes, at, end) : readIban(bytes, at, end);
    if (size > 0) yield [isDigit(first) ? "pan" : "iban", String.fromCharCode(...CODES.subarray(0, size))];
    // What stands in groups is read at its first one only.
    size = size > 0 ? READ.end - at : 0;
    at += Math.max(1, size);
    while (at < end && isAlnum(bytes[at] as number)) at++;
  }
}

/** The number at hand, and where it ends: one generator is at work at a time, and takes what it yields before it goes on. */
const CODES = new Uint8Array(64);
const READ = { end: 0 };

function readCard(bytes: Uint8Array, at: number, end: number): number {
  let size = 0;
  let i = at;
  for (; i < end; i++) {
    const byte = bytes[i] as number;
    if (isDigit(byte)) {
      if (size > PAN_MAX) return 0;
      CODES[size++] = byte;
    } else if (!isGap(byte) || i + 1 >= end || !isDigit(bytes[i + 1] as number)) break;
  }
  if (i < end && isAlnum(bytes[i] as number)) return 0;
  READ.end = i;
  return size >= PAN_MIN && size <= PAN_MAX && isCardLength(CODES, size) && luhnValid(CODES, 0, size) ? size : 0;
}

function readIban(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < IBAN_MIN || !isDigit(bytes[at + 2] as number) || !isDigit(bytes[at + 3] as number)) return 0;
  const country = countryOf((bytes[at] as number) & UPPER, (bytes[at + 1] as number) & UPPER);
  if (country === undefined) return 0;
  let size = 0;
  let i = at;
  for (; i < end && size < country.length; i++) {
    const byte = bytes[i] as number;
    if (isDigit(byte)) CODES[size++] = byte;
    else if (isAlnum(byte)) CODES[size++] = byte & UPPER;
    else if (!isGap(byte) || !isAlnum(bytes[i - 1] as number)) return 0;
  }
  if (size < country.length || (i < end && isAlnum(bytes[i] as number))) return 0;
  READ.end = i;
  return structureValid(country, CODES, 0, size) && hasCheck97(ibanRemainder(CODES, 0, size), CODES, 2) ? size : 0;
}

/** Makes a letter of ASCII a capital. */
const UPPER = 0xdf;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;
/** 1 for letters and digits of ASCII: most of what is read is asked for this. */
const ALNUM: Uint8Array = new Uint8Array(256).map((_, byte) =>
  isDigit(byte) || ((byte & UPPER) >= 0x41 && (byte & UPPER) <= 0x5a) ? 1 : 0,
);
const isAlnum = (byte: number): boolean => ALNUM[byte] === 1;
const isGap = (byte: number): boolean => byte === SPACE || byte === HYPHEN;
