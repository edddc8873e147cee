/** References and identifiers of creditors: RF references (ISO 11649) and SEPA's creditor identifier (EPC262-08). Both have check digits by mod 97. */
import { DIGIT, isOf, UPPER } from "./alphabets.ts";
import { hasCheck97, mod97, writeCheck97 } from "./checks.ts";
import type { DomainSpec } from "./domain.ts";
import { ascii, bySort, textOf } from "./spec.ts";
import type { Subject } from "./subject.ts";

const LETTER_R = 0x52;
const LETTER_F = 0x46;
/** Where the check digits stand. */
const CHECK = 2;
/** Where an RF reference's own characters begin, and a creditor identifier's national part: behind its business code. */
const RF_BODY = 4;
const CREDITOR_BODY = 7;
const RF_MAX = 25;
const CREDITOR_MAX = 35;

/** Whether capitals and digits are `RF`, two digits and 1 to 21 more. */
export function isRfForm(codes: Uint8Array, start: number, length: number): boolean {
  if (codes[start] !== LETTER_R || codes[start + 1] !== LETTER_F) return false;
  return length > RF_BODY && length <= RF_MAX && hasTwoDigits(codes, start + CHECK);
}

/** Whether the check digits of what is of an RF reference's form are right. */
export function hasRfCheck(codes: Uint8Array, start: number, length: number): boolean {
  return hasCheck97(remainder(codes, start, length, RF_BODY), codes, start + CHECK);
}

/** Whether capitals and digits are an RF reference. */
export function isRf(codes: Uint8Array, start: number, length: number): boolean {
  return isRfForm(codes, start, length) && hasRfCheck(codes, start, length);
}

/** The class of an RF reference: what follows the check digits varies. */
export function rfSpec(codes: Uint8Array, length: number): DomainSpec {
  const { pattern, positions, alphabets } = bySort(codes, RF_BODY, length);
  return { tweak: ascii(`rf/${pattern}`), positions, alphabets, complete: checkWriter(length, RF_BODY) };
}

/** Whether capitals and digits are two letters, two digits, a business code of three characters and 1 to 28 more. */
export function isCreditorForm(codes: Uint8Array, start: number, length: number): boolean {
  if (length <= CREDITOR_BODY || length > CREDITOR_MAX) return false;
  return isOf(UPPER, codes[start] as number) && isOf(UPPER, codes[start + 1] as number) && hasTwoDigits(codes, start + CHECK);
}

/** Whether the check digits of what is of a creditor identifier's form are right; the business code is not part of them. */
export function hasCreditorCheck(codes: Uint8Array, start: number, length: number): boolean {
  return hasCheck97(remainder(codes, start, length, CREDITOR_BODY), codes, start + CHECK);
}

/** Whether capitals and digits are a creditor identifier. */
export function isCreditorId(codes: Uint8Array, start: number, length: number): boolean {
  return isCreditorForm(codes, start, length) && hasCreditorCheck(codes, start, length);
}

/** The class of a creditor identifier: the national part varies. */
export function creditorSpec(codes: Uint8Array, length: number): DomainSpec {
  const { pattern, positions, alphabets } = bySort(codes, CREDITOR_BODY, length);
  const tweak = ascii(`ci/${textOf(codes, 0, 2)}${pattern}`);
  return { tweak, positions, alphabets, complete: checkWriter(length, CREDITOR_BODY) };
}

/** Whether the value, in capitals, is a creditor identifier. */
export function isCreditorIdentifier(subject: Subject): boolean {
  return isCreditorId(subject.alnum, 0, subject.length) && subject.isSpacedAlnum();
}

/** V mod 97 of the body followed by the first two letters. */
function remainder(codes: Uint8Array, start: number, length: number, body: number): number {
  return mod97(mod97(0, codes, start + body, start + length), codes, start, start + CHECK);
}

function checkWriter(length: number, body: number): (codes: Uint8Array, start: number) => boolean {
  return (codes, start) => {
    writeCheck97(remainder(codes, start, length, body), codes, start + CHECK);
    return true;
  };
}

function hasTwoDigits(codes: Uint8Array, at: number): boolean {
  return isOf(DIGIT, codes[at] as number) && isOf(DIGIT, codes[at + 1] as number);
}
