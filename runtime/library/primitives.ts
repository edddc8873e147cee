/** `bauta/primitives`: FF1, keyed hashes, tokens and checks of a named engine, for those who build on them. */
export type { EngineName, Primitives } from "../engines/api.ts";
export type { TextCipher, TextCipherOptions } from "./alphabet.ts";
export { isLuhnValid, isMod97Valid, luhnDigit, mod11And10Digit, mod97Digits } from "./checks.ts";
export { type CheckedKind, type OpenPrimitives, openPrimitives, type Tokenizer, type TokenOptions } from "./open-primitives.ts";
