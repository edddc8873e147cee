/** ENCRYPT: a whole value under AES-SIV or AES-GCM, in letters and digits that its field takes (docs/internals/engine.md, "ENCRYPT"). */
import { Cipher, Kind, type Operation, Shape } from "../../generated/plan_pb.ts";
import { NONCE_BYTES, TAG_BYTES } from "../crypto/seal.ts";
import type { FitCheck } from "../text/fit.ts";

/** How bytes are spelled (RFC 4648): characters, and how many bits each holds. */
interface Code {
  readonly alphabet: string;
  readonly bits: number;
  readonly padded?: boolean;
}

const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LETTERS_AND_DIGITS = `${CAPITALS}abcdefghijklmnopqrstuvwxyz0123456789`;
const BASE16: Code = { alphabet: "0123456789abcdef", bits: 4 };
const BASE32: Code = { alphabet: `${CAPITALS}234567`, bits: 5 };
const BASE64_URL: Code = { alphabet: `${LETTERS_AND_DIGITS}-_`, bits: 6 };
const BASE64: Code = { alphabet: `${LETTERS_AND_DIGITS}+/`, bits: 6, padded: true };

const CODES: ReadonlyMap<Shape, Code> = new Map([
  [Shape.TEXT, BASE64_URL],
  [Shape.CODE, BASE64_URL],
  [Shape.SWIFT_X, BASE32],
  [Shape.ALPHANUMERIC, BASE32],
  [Shape.UPPER_ALPHANUMERIC, BASE32],
  [Shape.HEX, BASE16],
  [Shape.BASE64, BASE64],
]);

export interface Sealing {
  readonly cipher: Cipher;
  readonly code: Code;
}

/** How a field's values are encrypted, or what is wrong with it. */
export function sealingOf({ kind, cipher }: Operation, fit: FitCheck): Sealing | string {
  if (kind !== Kind.TEXT) return "only texts are encrypted";
  const code = CODES.get(fit.shape);
  if (code === undefined) return "the shape takes no ciphertext";
  if (fit.prefix.length > 0) return "a field with a fixed prefix";
  const sealing = { cipher: cipher as Cipher, code };
  const shortest = sealedLength(sealing, 1);
  if (fit.max > 0 && shortest > fit.max) return "longer than the field's maximum";
  return shortest < fit.min ? "shorter than the field's minimum" : sealing;
}

/** Characters of the output for so many bytes. */
export function sealedLength({ cipher, code: { bits, padded } }: Sealing, bytes: number): number {
  const sealed = bytes + TAG_BYTES + (cipher === Cipher.AES_GCM ? NONCE_BYTES : 0);
  return padded === true ? 4 * quotientUp(sealed, 3) : quotientUp(8 * sealed, bits);
}

const quotientUp = (number: number, divisor: number): number => (number + divisor - 1 - ((number + divisor - 1) % divisor)) / divisor;

/** What stands for sealed bytes. */
export function spellSealed({ code: { alphabet, bits, padded } }: Sealing, sealed: Uint8Array): string {
  let text = "";
  let held = 0;
  let count = 0;
  for (const byte of sealed) {
    held = ((held << 8) | byte) & 0xffff;
    count += 8;
    while (count >= bits) {
      count -= bits;
      text += alphabet.charAt((held >> count) & (alphabet.length - 1));
    }
  }
  if (count > 0) text += alphabet.charAt((held << (bits - count)) & (alphabet.length - 1));
  while (padded === true && text.length % 4 !== 0) text += "=";
  return text;
}

/** The bytes that a text stands for; undefined if `spellSealed` would not write it. */
export function readSealed(sealing: Sealing, text: string): Uint8Array | undefined {
  const { alphabet, bits, padded } = sealing.code;
  const own = padded === true ? text.replace(/=+$/, "") : text;
  const sealed = new Uint8Array(own.length);
  let length = 0;
  let held = 0;
  let count = 0;
  for (const character of own) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) return undefined;
    held = ((held << bits) | digit) & 0xffff;
    count += bits;
    if (count < 8) continue;
    count -= 8;
    sealed[length++] = (held >> count) & 0xff;
  }
  const bytes = sealed.subarray(0, length);
  return length > 0 && spellSealed(sealing, bytes) === text ? bytes : undefined;
}
