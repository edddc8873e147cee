// Node: FF1 of @noble/ciphers for IBANs, BICs, UETR and reference; names, addresses and text as in hmac-lists.mjs.
import { readFileSync } from "node:fs";
import { FF1 } from "@noble/ciphers/ff1.js";
import * as draws from "./draws.mjs";
import { masked } from "./payment.mjs";
import { serve } from "./serve.mjs";

const KEY = new Uint8Array(32).fill(0x2b);
const DECIMAL = FF1(10, KEY);
const HEX = FF1(16, KEY);
const ALPHANUMERIC = FF1(36, KEY);

const encrypted = (cipher, radix, text) =>
  cipher
    .encrypt(Array.from(text, (character) => Number.parseInt(character, radix)))
    .reduce((out, digit) => out + digit.toString(radix), "");

/** Remainder by 97 of a number of any length, digit by digit; letters count as two digits. */
function remainder(text) {
  let rest = 0;
  for (const character of text) {
    const digit = Number.parseInt(character, 36);
    rest = (rest * (digit > 9 ? 100 : 10) + digit) % 97;
  }
  return rest;
}

function iban(value) {
  const country = value.slice(0, 2);
  const account = encrypted(DECIMAL, 10, value.slice(4));
  return country + String(98 - remainder(`${account}${country}00`)).padStart(2, "0") + account;
}

function bic(value) {
  const open = encrypted(ALPHANUMERIC, 36, value.slice(0, 4) + value.slice(6, 8)).toUpperCase();
  return open.slice(0, 4) + value.slice(4, 6) + open.slice(4) + value.slice(8);
}

/** The version and the variant stay: 30 of 32 digits. */
function uetr(value) {
  const digits = value.replaceAll("-", "");
  const open = encrypted(HEX, 16, digits.slice(0, 12) + digits.slice(13, 16) + digits.slice(17));
  return `${open.slice(0, 8)}-${open.slice(8, 12)}-4${open.slice(12, 15)}-${digits[16]}${open.slice(15, 18)}-${open.slice(18)}`;
}

/** Letters and digits are encrypted as one number of radix 36; what stands between them stays. */
function reference(value) {
  const open = encrypted(ALPHANUMERIC, 36, value.replaceAll(/[^A-Z0-9]/g, "")).toUpperCase();
  let at = 0;
  return value.replaceAll(/[A-Z0-9]/g, () => open[at++]);
}

const { version } = JSON.parse(readFileSync(new URL("node_modules/@noble/ciphers/package.json", import.meta.url), "utf8"));
await serve(
  {
    peer: "Node + @noble/ciphers FF1",
    version,
    leaves: 12,
    less: "FPE for IBANs, BICs, UETR and reference; national check digits of a French account become wrong; digits of a reference become letters; names from lists of 16; no check of what it keeps; 1845.50 becomes 1845.5",
  },
  (message) => masked(message, { ...draws, iban, bic, uetr, reference }),
);
