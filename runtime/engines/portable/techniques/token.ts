/** Tokens and hashes: the keyed digest of a canonical form, spelled in the alphabet of the field (docs/internals/engine.md). */
import { Hash, Kind, type Operation, Shape, Technique } from "../../generated/plan_pb.ts";
import { type FitCheck, hasReferenceSlashes, isOfAlphabet, pointsOf } from "../text/fit.ts";
import type { Points } from "./points.ts";

const TOKEN_WIDTH_DEFAULT = 20;
const TOKEN_WIDTH_MAX = 48;
const TOO_WIDE = "token wider than 48";
const DIGITS_WIDTH_DEFAULT = 28;
const HASH_WIDTH_DEFAULT = 32;
const PHONE_DIGITS = 12;
/** `00`, which no IBAN has for check digits, and 20 characters behind the country. */
const IBAN_TOKEN_LENGTH = 24;

const CROCKFORD = codesOf("0123456789ABCDEFGHJKMNPQRSTVWXYZ");
const CROCKFORD_SMALL = codesOf("0123456789abcdefghjkmnpqrstvwxyz");
const DECIMAL = codesOf("0123456789");
const HEXADECIMAL = codesOf("0123456789abcdef");

/** How a token is spelled: fixed text around `width` characters of an alphabet. */
export interface TokenSpec {
  readonly alphabet: Uint8Array;
  readonly width: number;
  readonly before: readonly number[];
  readonly after: readonly number[];
  /** The country of the value stands in front. */
  readonly iban: boolean;
}

export const IBAN_TOKEN: TokenSpec = { alphabet: CROCKFORD, width: 20, before: pointsOf("00"), after: [], iban: true };

/** The token of a field for TOKEN (and PSEUDONYM of a text kind), or what it breaks. */
export function tokenSpec(operation: Operation, fit: FitCheck): TokenSpec | string {
  const { width } = operation;
  if (width > TOKEN_WIDTH_MAX) return TOO_WIDE;
  if (operation.kind === Kind.EMAIL) return emailSpec(width, fit);
  const prefix = pointsOf(operation.prefix);
  const before = [...fit.prefix, ...prefix];
  switch (fit.shape) {
    case Shape.TEXT:
    case Shape.SWIFT_X:
    case Shape.CODE:
    case Shape.ALPHANUMERIC:
    case Shape.UPPER_ALPHANUMERIC:
    case Shape.REFERENCE_16X:
      return checked(spec(CROCKFORD, width === 0 ? TOKEN_WIDTH_DEFAULT : width, before), prefix, fit);
    case Shape.HEX:
      return checked(spec(HEXADECIMAL, width === 0 ? TOKEN_WIDTH_DEFAULT : width, before), prefix, fit);
    case Shape.DIGITS:
      return checked(spec(DECIMAL, width === 0 ? digitsWidth(fit.max, before.length) : width, before), prefix, fit);
    case Shape.IBAN:
      return lengthFault(IBAN_TOKEN_LENGTH, fit) ?? IBAN_TOKEN;
    case Shape.PHONE:
      return phoneSpec(fit);
    default:
      return "the shape takes no token";
  }
}

/** The token of `otherwise`, or undefined where it is a redaction. */
export function otherwiseTokenSpec(operation: Operation, fit: FitCheck): TokenSpec | undefined {
  if (fit.max > 0 && fit.max < TOKEN_WIDTH_DEFAULT) return undefined;
  const found = tokenSpec({ ...operation, width: 0, prefix: "" }, fit);
  return typeof found === "string" ? undefined : found;
}

/** Whether `otherwise` writes the IBAN token for a value of IBAN form. */
export function takesIbanToken(kind: Kind, fit: FitCheck): boolean {
  if (kind !== Kind.ACCOUNT && kind !== Kind.IBAN) return false;
  if (lengthFault(IBAN_TOKEN_LENGTH, fit) !== undefined) return false;
  return (
    fit.shape === Shape.TEXT ||
    fit.shape === Shape.SWIFT_X ||
    fit.shape === Shape.CODE ||
    fit.shape === Shape.ALPHANUMERIC ||
    fit.shape === Shape.UPPER_ALPHANUMERIC ||
    fit.shape === Shape.IBAN
  );
}

/** The hash of a field, or what it breaks. */
export function hashSpec(operation: Operation, fit: FitCheck): TokenSpec | string {
  const digestWidth = operation.hash === Hash.HMAC_SHA512 ? 128 : 64;
  if (operation.width > digestWidth) return "hash wider than its digest";
  switch (fit.shape) {
    case Shape.TEXT:
    case Shape.SWIFT_X:
    case Shape.CODE:
    case Shape.ALPHANUMERIC:
    case Shape.REFERENCE_16X:
    case Shape.HEX: {
      const prefix = pointsOf(operation.prefix);
      const width = operation.width === 0 ? HASH_WIDTH_DEFAULT : operation.width;
      return checked(spec(HEXADECIMAL, width, [...fit.prefix, ...prefix]), prefix, fit);
    }
    default:
      return "the shape takes no hash";
  }
}

/** The token that stands behind something else, or what it breaks. */
export function plainTokenSpec({ width }: Operation): TokenSpec | string {
  if (width > TOKEN_WIDTH_MAX) return TOO_WIDE;
  return spec(CROCKFORD, width === 0 ? TOKEN_WIDTH_DEFAULT : width, []);
}

/** Whether the operation is spelled as a token: TOKEN, and PSEUDONYM of a kind that is neither drawn nor has classes. */
export function isTokenLike(operation: Operation): boolean {
  const textual = operation.kind === Kind.TEXT || operation.kind === Kind.PREFIXED_ID;
  return operation.technique === Technique.TOKEN || (operation.technique === Technique.PSEUDONYM && textual);
}

/** Appends the token of a digest of 32 bytes. @param country two capital letters in front of an IBAN token */
export function pushToken(spec: TokenSpec, mac: Uint8Array, country: readonly [number, number], out: Points): void {
  out.reserve(spec.before.length + spec.width + spec.after.length + 2);
  const { data } = out;
  let at = out.length;
  if (spec.iban) {
    data[at++] = country[0];
    data[at++] = country[1];
  }
  for (const code of spec.before) data[at++] = code;
  writeDigits(spec.alphabet, spec.width, mac, data, at);
  at += spec.width;
  for (const code of spec.after) data[at++] = code;
  out.length = at;
}

/** Appends the first characters of a digest in hexadecimal. */
export function pushHash(spec: TokenSpec, digest: Uint8Array, out: Points): void {
  out.reserve(spec.before.length + spec.width);
  const { data } = out;
  let at = out.length;
  for (const code of spec.before) data[at++] = code;
  for (let i = 0; i < spec.width; i++) {
    const byte = digest[i >> 1] as number;
    data[at++] = HEXADECIMAL[i % 2 === 0 ? byte >> 4 : byte & 15] as number;
  }
  out.length = at;
}

const limbs = new Uint16Array(16);

/** The `width` least significant digits of the digest as a big-endian number, most significant first. */
function writeDigits(alphabet: Uint8Array, width: number, mac: Uint8Array, out: Uint32Array, at: number): void {
  const radix = alphabet.length;
  if (radix === 32) {
    writeBits(alphabet, 5, width, mac, out, at);
  } else if (radix === 16) {
    writeBits(alphabet, 4, width, mac, out, at);
  } else {
    for (let i = 0; i < 16; i++) limbs[i] = ((mac[2 * i] as number) << 8) | (mac[2 * i + 1] as number);
    for (let place = width - 1; place >= 0; place--) {
      let rest = 0;
      for (let i = 0; i < 16; i++) {
        const dividend = rest * 65_536 + (limbs[i] as number);
        const quotient = Math.floor(dividend / radix);
        limbs[i] = quotient;
        rest = dividend - quotient * radix;
      }
      out[at + place] = alphabet[rest] as number;
    }
  }
}

/** Where the radix is a power of two the digits are groups of bits, taken from the last byte on. */
function writeBits(alphabet: Uint8Array, size: number, width: number, mac: Uint8Array, out: Uint32Array, at: number): void {
  const mask = (1 << size) - 1;
  let bits = 0;
  let held = 0;
  let byte = mac.length;
  for (let place = width - 1; place >= 0; place--) {
    if (held < size) {
      bits |= (mac[--byte] as number) << held;
      held += 8;
    }
    out[at + place] = alphabet[bits & mask] as number;
    bits >>>= size;
    held -= size;
  }
}

function spec(alphabet: Uint8Array, width: number, before: readonly number[]): TokenSpec {
  return { alphabet, width, before, after: [], iban: false };
}

function emailSpec(width: number, fit: FitCheck): TokenSpec | string {
  if (fit.shape !== Shape.TEXT || fit.prefix.length > 0) return "an e-mail token is text";
  const after = pointsOf("@example.com");
  const characters = width === 0 ? TOKEN_WIDTH_DEFAULT : width;
  const found: TokenSpec = { alphabet: CROCKFORD_SMALL, width: characters, before: [], after, iban: false };
  return lengthFault(characters + after.length, fit) ?? found;
}

function phoneSpec(fit: FitCheck): TokenSpec | string {
  const before = pointsOf("+999-");
  return lengthFault(before.length + PHONE_DIGITS, fit) ?? spec(DECIMAL, PHONE_DIGITS, before);
}

function digitsWidth(max: number, before: number): number {
  const room = (max === 0 || max > DIGITS_WIDTH_DEFAULT ? DIGITS_WIDTH_DEFAULT : max) - before;
  return room < 0 ? 0 : room;
}

function checked(found: TokenSpec, prefix: readonly number[], fit: FitCheck): TokenSpec | string {
  if (found.width === 0) return "no room for a token";
  if (!isPrefixOf(fit.shape, prefix)) return "the prefix has characters that the shape does not admit";
  return lengthFault(found.before.length + found.width, fit) ?? found;
}

/** A text shape admits controls in a value, but a fixed prefix has no use for them. */
function isPrefixOf(shape: Shape, prefix: readonly number[]): boolean {
  if (!isOfAlphabet(shape, prefix, 0, prefix.length)) return false;
  if (prefix.some((code) => code < 0x20)) return false;
  // The characters behind it are no slash, so only its start and its inside can break the rule.
  return shape !== Shape.REFERENCE_16X || hasReferenceSlashes([...prefix, 0x41], 0, prefix.length + 1);
}

function lengthFault(length: number, fit: FitCheck): string | undefined {
  if (length < fit.min) return "shorter than the field's minimum";
  return fit.max > 0 && length > fit.max ? "longer than the field's maximum" : undefined;
}

function codesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
