/**
 * What engines should answer, worked out another way: BigInt, strings and node:crypto, from the words of docs/internals/engine.md.
 * Slow, and shares no code with either engine but FF1 itself, which the vectors prove.
 */
import { createHmac } from "node:crypto";
import { ff1Encrypt } from "../../../runtime/engines/portable/crypto/ff1.ts";

export const DIGITS = "0123456789";
export const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
export const SMALLS = "abcdefghijklmnopqrstuvwxyz";
const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** HMAC of a text's UTF-8, in hexadecimal. */
export function hmac(key: Uint8Array, text: string, algorithm = "sha256"): string {
  return createHmac(algorithm, key).update(text, "utf8").digest("hex");
}

/** The token's characters: the digest as a number, written in the alphabet, its last `width` digits. */
export function tokenOf(key: Uint8Array, canonical: string, width = 20, alphabet = CROCKFORD): string {
  let number = BigInt(`0x${hmac(key, canonical)}`);
  let token = "";
  for (let i = 0; i < width; i++) {
    token = (alphabet[Number(number % BigInt(alphabet.length))] as string) + token;
    number /= BigInt(alphabet.length);
  }
  return token;
}

/** FF1 over the rank of `text`, one alphabet for each character, walking on while `member` says no. */
export function encryptText(
  key: Uint8Array,
  tweak: string,
  alphabets: readonly string[],
  text: string,
  member: (text: string) => boolean = () => true,
): string {
  const size = alphabets.reduce((product, alphabet) => product * BigInt(alphabet.length), 1n);
  const bits = Math.max(20, (size - 1n).toString(2).length);
  let rank = rankOf(alphabets, text);
  for (;;) {
    const digits = Uint16Array.from(rank.toString(2).padStart(bits, "0"), Number);
    rank = BigInt(`0b${ff1Encrypt(key, new TextEncoder().encode(tweak), 2, digits).join("")}`);
    if (rank >= size) continue;
    const result = unrank(alphabets, rank);
    if (member(result)) return result;
  }
}

/** The first draw from the class. */
export function drawText(key: Uint8Array, canonical: string, alphabets: readonly string[]): string {
  const size = alphabets.reduce((product, alphabet) => product * BigInt(alphabet.length), 1n);
  return unrank(alphabets, BigInt(`0x${hmac(key, canonical)}${hmac(key, `${canonical}\u0001`)}`) % size);
}

/** The digits with their Luhn digit behind them. */
export function withLuhn(digits: string): string {
  const sum = Array.from(digits)
    .reverse()
    .reduce(
      (total, digit, i) => total + (i % 2 === 1 ? Number(digit) : Math.floor((Number(digit) * 2) / 10) + ((Number(digit) * 2) % 10)),
      0,
    );
  return digits + String((10 - (sum % 10)) % 10);
}

/** 98 minus the remainder, in two digits: ISO 7064 MOD 97-10 over digits and letters. */
export function check97(text: string): string {
  const number = BigInt(Array.from(`${text}00`, (letter) => Number.parseInt(letter, 36)).join(""));
  return String(98n - (number % 97n)).padStart(2, "0");
}

/** A–Z to a–z, nothing else. */
export function asSmall(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32));
}

function rankOf(alphabets: readonly string[], text: string): bigint {
  return alphabets.reduce((rank, alphabet, i) => rank * BigInt(alphabet.length) + BigInt(alphabet.indexOf(text[i] as string)), 0n);
}

function unrank(alphabets: readonly string[], number: bigint): string {
  let rest = number;
  let text = "";
  for (const alphabet of [...alphabets].reverse()) {
    text = (alphabet[Number(rest % BigInt(alphabet.length))] as string) + text;
    rest /= BigInt(alphabet.length);
  }
  return text;
}
