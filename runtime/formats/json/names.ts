/**
 * Names of members: which are the same, which a rule names, which may be copied, which announce sensitive authentication data.
 *
 * A name is structure and is copied, so it must not be able to carry a value. The table remembers what was found out about a name,
 * so that the hot path hashes bytes and makes no string. What it remembers is bounded, and never changes an outcome.
 */

import { isSensitiveName } from "../sensitive.ts";
import { isDigit } from "./bytes.ts";

/** The name may be copied without a rule that spells it out. */
export const NAME_PLAIN = 1;
/** What stands under the name is removed. */
export const NAME_SENSITIVE = 2;

/** The table does not know the name, and will not. */
export const NAME_UNKNOWN = -1;

/** Names remembered besides those of the rules. */
const LEARNED_MAX = 4096;
/** Slots a learned name may lie behind its hash; names that collide further are not learned, so that colliding on purpose costs nothing. */
const PROBES_MAX = 8;
const PLAIN_BYTES_MAX = 64;
/** Digits in a plain name. Dates, accounts, cards and phones have six and more. */
const PLAIN_DIGITS_MAX = 5;

export class NameTable {
  /** Number of the rules' name (1…), or 0: by index of a name. */
  readonly literals: number[] = [];
  /** NAME_PLAIN | NAME_SENSITIVE: by index of a name. */
  readonly flags: number[] = [];
  readonly #hashes: number[] = [];
  readonly #texts: Uint8Array[] = [];
  readonly #slots: Int32Array;
  readonly #learnedMax: number;
  #probesMax = PROBES_MAX;

  /** @param literals the names that rules spell out; the number of `literals[i]` is i + 1. */
  constructor(literals: readonly string[]) {
    this.#learnedMax = literals.length + LEARNED_MAX;
    let size = 1024;
    while (size < this.#learnedMax * 4) size *= 2;
    this.#slots = new Int32Array(size);
    const encoder = new TextEncoder();
    for (const [index, literal] of literals.entries()) {
      const text = encoder.encode(literal);
      this.#add(text, hashOf(text, 0, text.length), index + 1, Number.MAX_SAFE_INTEGER);
    }
  }

  /** Index of the name `bytes[start, end)` (UTF-8, escapes resolved), learned if need be; or NAME_UNKNOWN. */
  indexOf(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const mask = this.#slots.length - 1;
    for (let probe = 0; probe < this.#probesMax; probe++) {
      const index = (this.#slots[(hash + probe) & mask] as number) - 1;
      if (index < 0) break;
      if (this.#hashes[index] === hash && equal(this.#texts[index] as Uint8Array, bytes, start, end)) return index;
    }
    if (this.#texts.length >= this.#learnedMax || nameFlags(bytes, start, end) === 0) return NAME_UNKNOWN;
    return this.#add(bytes.slice(start, end), hash, 0, PROBES_MAX);
  }

  #add(text: Uint8Array, hash: number, literal: number, probesMax: number): number {
    const mask = this.#slots.length - 1;
    let probe = 0;
    while (probe < probesMax && this.#slots[(hash + probe) & mask] !== 0) probe++;
    if (probe >= probesMax) return NAME_UNKNOWN;
    if (probe >= this.#probesMax) this.#probesMax = probe + 1;
    const index = this.#texts.length;
    this.#slots[(hash + probe) & mask] = index + 1;
    this.#hashes.push(hash);
    this.#texts.push(text);
    this.literals.push(literal);
    this.flags.push(nameFlags(text, 0, text.length));
    return index;
  }
}

/** NAME_PLAIN and NAME_SENSITIVE of a name, without a table. */
export function nameFlags(name: Uint8Array, start: number, end: number): number {
  return (isPlainName(name, start, end) ? NAME_PLAIN : 0) | (isSensitiveName(name, start, end) ? NAME_SENSITIVE : 0);
}

/**
 * Whether a name may be copied though no rule spells it out: `[A-Za-z_$@#][A-Za-z0-9_.$#:-]{0,63}` with five digits at most.
 * An account number, a date of birth, an e-mail address (`@` stands in front or not at all) or a sentence is not plain.
 */
export function isPlainName(name: Uint8Array, start: number, end: number): boolean {
  if (end - start < 1 || end - start > PLAIN_BYTES_MAX) return false;
  let digits = 0;
  for (let at = start; at < end; at++) {
    const byte = name[at] as number;
    if (isDigit(byte)) digits++;
    if (!(at === start ? FIRST : LATER)[byte]) return false;
  }
  return digits <= PLAIN_DIGITS_MAX;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FIRST: Uint8Array = setOf(`${LETTERS}_$@#`);
const LATER: Uint8Array = setOf(`${LETTERS}0123456789_.$#:-`);

function setOf(characters: string): Uint8Array {
  const set = new Uint8Array(256);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

/** FNV-1a, 32 bit. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function equal(text: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) if (text[i] !== bytes[start + i]) return false;
  return true;
}
