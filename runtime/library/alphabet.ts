/** FF1 over text in an alphabet of one's own. */
import type { Primitives } from "../engines/api.ts";
import { BautaError } from "../kit/errors.ts";

export interface TextCipherOptions {
  /** AES key of 16, 24 or 32 bytes. */
  readonly key: Uint8Array;
  /** Public, and not fixed by the key: what keeps equal texts in different places apart. Default: none. */
  readonly tweak?: Uint8Array;
  /** The characters of the texts, each once, in the order of their digits: 2 to 65,536. */
  readonly alphabet: string;
}

/** Encrypts and decrypts texts; each keeps its length and its alphabet. */
export interface TextCipher {
  /** @throws BautaError 6020 for a character outside of the alphabet or too many of them, 6003 if so short a text has too few values */
  encrypt(text: string): string;
  decrypt(text: string): string;
}

const NO_TWEAK = new Uint8Array(0);

/** A text cipher over an engine's FF1. It keeps the key as it is given, and reads it at each call. */
export function textCipher(primitives: Primitives, { key, tweak = NO_TWEAK, alphabet }: TextCipherOptions): TextCipher {
  const characters = [...alphabet];
  const digitOf = new Map(characters.map((character, digit) => [character, digit]));
  if (digitOf.size !== characters.length) throw new BautaError(6020, { detail: "a character is in the alphabet twice" });
  if (characters.length < 2 || characters.length > 65_536) throw new BautaError(6020, { detail: `radix ${characters.length}` });
  const digitsOf = (text: string): Uint16Array =>
    Uint16Array.from([...text], (character) => {
      const digit = digitOf.get(character);
      if (digit === undefined) throw new BautaError(6020, { detail: "a character is not in the alphabet" });
      return digit;
    });
  const textOf = (digits: Uint16Array): string => Array.from(digits, (digit) => characters[digit]).join("");
  return {
    encrypt: (text) => textOf(primitives.ff1Encrypt(key, tweak, characters.length, digitsOf(text))),
    decrypt: (text) => textOf(primitives.ff1Decrypt(key, tweak, characters.length, digitsOf(text))),
  };
}
