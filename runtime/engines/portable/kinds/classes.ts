/**
 * From a value to its class: the table of docs/internals/engine.md, "Kinds", row by row.
 *
 * One `Classes` belongs to one namespace, because a class keeps what FF1 precomputes under the namespace's key. Classes are made
 * when they first occur; the cache is emptied when hostile input has filled it, which costs time but changes no output.
 */
import { Kind, Shape } from "../../generated/plan_pb.ts";
import { ALNUM36, ALNUM62, BIC_LOCATION_1, BIC_LOCATION_2, DIGIT, HEX, isOf, UPPER, UUID_VARIANT } from "./alphabets.ts";
import { callingCodeLength } from "./calling-codes.ts";
import { hasCheck97, luhnDigit, luhnValid, mod97, writeCheck97 } from "./checks.ts";
import { creditorSpec, hasCreditorCheck, hasRfCheck, isCreditorForm, isCreditorId, isRf, isRfForm, rfSpec } from "./creditor.ts";
import { type Complete, Domain, type DomainSpec, tooWide } from "./domain.ts";
import { BBAN, type Country, countryOf, ibanRemainder, structureValid } from "./iban-table.ts";
import { type NationalLayout, nationalLayoutOf, nationalRowOf, nationalSpec } from "./national.ts";
import { ascii, bySort, run, sequence, textOf } from "./spec.ts";
import type { Subject } from "./subject.ts";

const CACHE_MAX = 8192;
const ZERO = 0x30;
const LETTER_A = 0x41;
const LETTER_X = 0x58;
const NINE = 0x39;

/** How the letters and digits of the output are spelled where the canonical form folded their case. */
export const SPELL_AS_IS = 0;
export const SPELL_SMALL = 1;
export const SPELL_CAPITAL = 2;
export type Spelling = 0 | 1 | 2;

/** Families of classes, the high part of a cache key. */
const FAMILY_PAN = 1;
const FAMILY_IBAN = 2;
const FAMILY_IBAN_FREE = 3;
const FAMILY_IBAN_UNLISTED = 4;
const FAMILY_BIC = 5;
const FAMILY_BIC_WIDE = 6;
const FAMILY_DIGITS = 7;
const FAMILY_ALNUM = 8;
const FAMILY_ALNUM62 = 9;
const FAMILY_PHONE = 10;
const FAMILY_REFERENCE = 11;
const FAMILY_ACCOUNT = 14;
const FAMILY_LEI = 17;
const FAMILY_UETR = 18;
const FAMILY_IDENTIFIER = 19;

/** The three classes of REFERENCE and of ACCOUNT's and IDENTIFIER's own, in the order of their families. */
const SORT_DIGITS = 0;
const SORT_CAPITALS = 1;
const SORT_MIXED = 2;
const SORT_LETTERS: readonly string[] = ["d", "u", "m"];
const SORT_ALPHABETS: readonly number[] = [DIGIT, ALNUM36, ALNUM62];

/** What the first of several digits is: a number stays one, with no zero in front that was not there. */
const LEAD_FREE = 0;
const LEAD_ZERO = 1;
const LEAD_OTHER = 2;
type Lead = 0 | 1 | 2;

export class Classes {
  readonly #byNumber = new Map<number, Domain>();
  readonly #byText = new Map<string, Domain>();
  /** Issue of the last value that was outside all classes. */
  issue = 0;
  spelling: Spelling = SPELL_AS_IS;
  /** Letters and digits of the last value that its class covers; any further ones (a BIC's XXX) stay. */
  covered = 0;
  /** Index of a letter or digit that is layout (the terminal letter of a logical terminal address), or −1. */
  skipped = -1;

  /**
   * The class of a loaded value (ASCII, not empty), with `subject.alnum` in canonical spelling; undefined, and `issue` set, when
   * it is outside. Sets `spelling`, `covered` and `skipped`.
   * @param bin digits of a card number that stay: 0, 6 or 8
   */
  classify(kind: Kind, shape: Shape, bin: number, subject: Subject): Domain | undefined {
    this.spelling = SPELL_AS_IS;
    this.skipped = -1;
    this.covered = subject.length;
    if (subject.tooLong || subject.length === 0) return this.#outside(6001);
    switch (kind) {
      case Kind.PAN:
        return subject.isGroupedDigits() ? this.#pan(subject, bin) : this.#outside(6001);
      case Kind.IBAN:
        return this.#iban(subject);
      case Kind.BIC:
        return this.#bic(subject, shape);
      case Kind.LEI:
        return this.#lei(subject);
      case Kind.UETR:
        return this.#uetr(subject);
      case Kind.DIGITS:
        return subject.isGroupedDigits() ? this.#digits(subject) : this.#outside(6001);
      case Kind.ALPHANUMERIC:
        return subject.smalls === 0
          ? this.#uniform(FAMILY_ALNUM, "alnum/", ALNUM36, subject)
          : this.#uniform(FAMILY_ALNUM62, "alnum62/", ALNUM62, subject, hasSmall(subject.length));
      case Kind.MIXED:
        return this.#mixed(subject);
      case Kind.REFERENCE:
        return this.#reference(subject);
      case Kind.ACCOUNT:
        return this.#account(subject, shape, bin);
      case Kind.PHONE:
        return this.#phone(subject);
      case Kind.RF_REFERENCE:
        return this.#rf(subject);
      case Kind.CREDITOR_ID:
        return this.#creditor(subject);
      case Kind.NATIONAL_ID:
        return this.#national(subject, false) ?? this.#outside(6001);
      case Kind.IDENTIFIER:
        return this.#identifier(subject);
      default:
        return this.#outside(6001);
    }
  }

  #outside(issue: number): undefined {
    this.issue = issue;
    return undefined;
  }

  #pan(subject: Subject, bin: number): Domain | undefined {
    const { alnum, length } = subject;
    if (length < 12 || length > 19) return this.#outside(6001);
    if (!luhnValid(alnum, 0, length)) return this.#outside(6002);
    let kept = 0;
    for (let i = 0; i < bin; i++) kept = kept * 10 + (alnum[i] as number) - ZERO;
    const lead = bin === 0 ? leadOf(subject) : LEAD_FREE;
    return this.#numbered(FAMILY_PAN, (kept * 3 + lead) * 1024 + length * 16 + bin, () => ({
      tweak: ascii(`pan/${length}/${textOf(alnum, 0, bin)}`),
      ...run(DIGIT, bin, length - 1),
      complete: (codes, start) => {
        codes[start + length - 1] = ZERO + luhnDigit(codes, start, start + length - 1);
        return leads(lead, codes, start);
      },
      ...(bin === 0 && {
        markDraw: (codes: Uint8Array, start: number) => {
          codes.fill(NINE, start, start + 6);
          if (lead === LEAD_ZERO) codes[start] = ZERO;
        },
      }),
    }));
  }

  #iban(subject: Subject): Domain | undefined {
    if (!subject.isGroupedAlnum()) return this.#outside(6001);
    if (subject.allSmall) this.spelling = SPELL_SMALL;
    subject.upperCase();
    return this.#ibanJoined(subject);
  }

  /** Of an IBAN in canonical form. */
  #ibanJoined(subject: Subject): Domain | undefined {
    const { alnum, length } = subject;
    if (length < 5 || !isOf(UPPER, alnum[0] as number) || !isOf(UPPER, alnum[1] as number)) return this.#outside(6001);
    const country = countryOf(alnum[0] as number, alnum[1] as number);
    if (country === undefined || !structureValid(country, alnum, 0, length)) return this.#outside(6001);
    if (!hasCheck97(ibanRemainder(alnum, 0, length), alnum, 2)) return this.#outside(6002);
    const index = ((alnum[0] as number) - LETTER_A) * 26 + (alnum[1] as number) - LETTER_A;
    if (!country.checksValid(alnum, 0)) return this.#numbered(FAMILY_IBAN_FREE, index, () => ibanFree(country));
    const unlisted = country.hasBankCodes && !country.isListed(alnum, 0);
    return this.#numbered(unlisted ? FAMILY_IBAN_UNLISTED : FAMILY_IBAN, index, () => ibanChecked(country, unlisted));
  }

  #bic(subject: Subject, shape: Shape): Domain | undefined {
    if (subject.layout > 0) return this.#outside(6001);
    subject.upperCase();
    this.spelling = SPELL_CAPITAL;
    const { alnum } = subject;
    let length = subject.length;
    if (shape === Shape.LT_ADDRESS && length === 12) {
      this.skipped = 8;
      alnum.copyWithin(8, 9, 12);
      length = 11;
    }
    if (length !== 8 && length !== 11) return this.#outside(6001);
    if (!isOf(UPPER, alnum[4] as number) || !isOf(UPPER, alnum[5] as number)) return this.#outside(6001);
    if (length === 11 && isBranchXxx(alnum, 0)) length = 8;
    this.covered = length;
    const index = ((alnum[4] as number) - LETTER_A) * 26 + (alnum[5] as number) - LETTER_A;
    const strict = isStrictBic(alnum, 0);
    const withBranch = length === 11;
    return this.#numbered(strict ? FAMILY_BIC : FAMILY_BIC_WIDE, index * 2 + (withBranch ? 1 : 0), () =>
      bicSpec(strict, withBranch, textOf(alnum, 4, 6)),
    );
  }

  #lei(subject: Subject): Domain | undefined {
    const { alnum, length } = subject;
    if (subject.layout > 0 || length !== 20) return this.#outside(6001);
    if (subject.allSmall) this.spelling = SPELL_SMALL;
    subject.upperCase();
    if (!isOf(DIGIT, alnum[18] as number) || !isOf(DIGIT, alnum[19] as number)) return this.#outside(6001);
    if (!hasCheck97(mod97(0, alnum, 0, 18), alnum, 18)) return this.#outside(6002);
    return this.#numbered(FAMILY_LEI, 0, () => ({
      tweak: ascii("lei"),
      ...run(ALNUM36, 0, 18),
      complete: (codes, start) => {
        writeCheck97(mod97(0, codes, start, start + 18), codes, start + 18);
        return true;
      },
    }));
  }

  #uetr(subject: Subject): Domain | undefined {
    if (!isUuidForm(subject)) return this.#outside(6001);
    if (subject.allCapital) this.spelling = SPELL_CAPITAL;
    subject.lowerCase();
    // RFC 9562: version 4 in the 13th digit, variant 10xx in the 17th.
    if (subject.alnum[12] !== 0x34 || !isOf(UUID_VARIANT, subject.alnum[16] as number)) return this.#outside(6001);
    return this.#numbered(FAMILY_UETR, 0, () => {
      const positions = sequence(0, 32).filter((i) => i !== 12);
      return { tweak: ascii("uetr"), positions, alphabets: positions.map((i) => (i === 16 ? UUID_VARIANT : HEX)) };
    });
  }

  #phone(subject: Subject): Domain | undefined {
    if (!isPhoneForm(subject)) return this.#outside(6001);
    const { alnum, length } = subject;
    const codeLength = callingCodeLength(alnum, length);
    if (codeLength === 0 || codeLength === length) return this.#outside(6001);
    if (isTooWide(DIGIT, length - codeLength)) return this.#outside(6001);
    let code = 0;
    for (let i = 0; i < codeLength; i++) code = code * 10 + (alnum[i] as number) - ZERO;
    return this.#numbered(FAMILY_PHONE, code * 512 + length, () => ({
      tweak: ascii(`phone/${code}/${length - codeLength}`),
      ...run(DIGIT, codeLength, length),
    }));
  }

  #digits(subject: Subject): Domain | undefined {
    const { length } = subject;
    if (isTooWide(DIGIT, length)) return this.#outside(6001);
    const lead = leadOf(subject);
    return this.#numbered(FAMILY_DIGITS, 3 * length + lead, () => ({
      tweak: ascii(`digits/${length}`),
      ...run(DIGIT, 0, length),
      ...ledBy(lead),
    }));
  }

  #mixed(subject: Subject): Domain | undefined {
    const { pattern, positions, alphabets } = bySort(subject.alnum, 0, subject.length);
    if (tooWide(alphabets)) return this.#outside(6001);
    const tweak = `mixed/${pattern}`;
    const lead = leadOf(subject);
    return this.#named(`${tweak}${lead}`, () => ({ tweak: ascii(tweak), positions, alphabets, ...ledBy(lead) }));
  }

  #reference(subject: Subject): Domain | undefined {
    const isSpaced = subject.isSpacedAlnum();
    if (isSpaced && isRfLike(subject)) {
      const found = this.#folded(subject, () => (isRf(subject.alnum, 0, subject.length) ? this.#rf(subject) : undefined));
      if (found !== undefined) return found;
    }
    return this.#sorted(FAMILY_REFERENCE, "ref-", subject, isSpaced ? isRf : undefined);
  }

  #rf(subject: Subject): Domain | undefined {
    const { alnum, length } = subject;
    if (!subject.isSpacedAlnum()) return this.#outside(6001);
    subject.upperCase();
    if (!isRfForm(alnum, 0, length)) return this.#outside(6001);
    if (!hasRfCheck(alnum, 0, length)) return this.#outside(6002);
    return this.#spelled(subject, rfSpec(alnum, length));
  }

  #creditor(subject: Subject): Domain | undefined {
    const { alnum, length } = subject;
    if (!subject.isSpacedAlnum()) return this.#outside(6001);
    subject.upperCase();
    if (!isCreditorForm(alnum, 0, length)) return this.#outside(6001);
    if (!hasCreditorCheck(alnum, 0, length)) return this.#outside(6002);
    return this.#spelled(subject, creditorSpec(alnum, length));
  }

  /** @param besides members are no creditor identifiers, since such a value is of another class */
  #national(subject: Subject, besides: boolean): Domain | undefined {
    const layout = nationalLayoutOf(subject);
    if (layout === undefined) return undefined;
    subject.upperCase();
    const { alnum, length } = subject;
    const index = nationalRowOf(alnum, 0, length, layout);
    if (index < 0) return undefined;
    if (subject.allSmall) this.spelling = SPELL_SMALL;
    const lead = leadOf(subject);
    const isCreditor = besides && subject.isSpacedAlnum();
    return this.#named(`id/${index}/${layout}/${lead}/${isCreditor}`, () => {
      const spec = nationalSpec(index, layout);
      const complete: Complete = (codes, start) =>
        spec.complete(codes, start) && leads(lead, codes, start) && !(isCreditor && isCreditorId(codes, start, length));
      return { ...spec, ...ledBy(lead), complete };
    });
  }

  #identifier(subject: Subject): Domain | undefined {
    const isSpaced = subject.isSpacedAlnum();
    const layout = nationalLayoutOf(subject);
    const found = this.#folded(subject, () => {
      const { alnum, length } = subject;
      if (isSpaced && isCreditorId(alnum, 0, length)) return this.#spelled(subject, creditorSpec(alnum, length));
      return this.#national(subject, true);
    });
    if (found !== undefined) return found;
    return this.#sorted(FAMILY_IDENTIFIER, "idn-", subject, earlierThanIdentifier(isSpaced, layout));
  }

  /** What `classify` finds for the subject in capitals; where that is nothing the subject is as it was. */
  #folded(subject: Subject, classify: () => Domain | undefined): Domain | undefined {
    const raw = subject.smalls === 0 ? undefined : subject.alnum.slice(0, subject.length);
    subject.upperCase();
    const found = classify();
    if (found === undefined && raw !== undefined) subject.alnum.set(raw);
    return found;
  }

  /** A class whose name is its tweak, of a value in capitals. */
  #spelled(subject: Subject, spec: DomainSpec): Domain {
    if (subject.allSmall) this.spelling = SPELL_SMALL;
    return this.#named(`${subject.length}/${String.fromCharCode(...spec.tweak)}`, () => spec);
  }

  #account(subject: Subject, shape: Shape, bin: number): Domain | undefined {
    const { length } = subject;
    if (isCardNumber(subject)) return this.#pan(subject, bin);
    const raw = subject.smalls === 0 ? undefined : subject.alnum.slice(0, length);
    subject.upperCase();
    const ibanLike = isIbanForm(subject.alnum, 0, length);
    if (ibanLike || shape === Shape.IBAN) {
      const domain = this.#ibanJoined(subject);
      if (domain === undefined) return this.#outside(6002);
      if (subject.allSmall) this.spelling = SPELL_SMALL;
      else if (subject.smalls > 0) this.spelling = SPELL_CAPITAL;
      return domain;
    }
    if (raw !== undefined) subject.alnum.set(raw);
    return this.#sorted(FAMILY_ACCOUNT, "acc-", subject, isIbanOrCard);
  }

  /** REFERENCE's three classes, under the name of a kind. @param earlier what is of another class of the kind, in capitals */
  #sorted(family: number, name: string, subject: Subject, earlier: Membership | undefined): Domain | undefined {
    const { length } = subject;
    let sort = SORT_CAPITALS;
    if (subject.smalls > 0) sort = SORT_MIXED;
    else if (subject.digits === length && length >= 6) sort = SORT_DIGITS;
    const lead = sort === SORT_DIGITS ? leadOf(subject) : LEAD_FREE;
    const make = (): DomainSpec => ({
      tweak: ascii(`${name}${SORT_LETTERS[sort] as string}/${subject.layoutText()}`),
      ...run(SORT_ALPHABETS[sort] as number, 0, length),
      ...ledBy(lead),
      complete: sortedMember(sort, lead, length, earlier),
    });
    if (isTooWide(SORT_ALPHABETS[sort] as number, length)) return this.#outside(6001);
    if (subject.layout === 0) return this.#numbered(family + sort, 3 * length + lead, make);
    return this.#named(`${name}${sort}${lead}${subject.layoutText()}`, make);
  }

  #uniform(family: number, name: string, alphabet: number, subject: Subject, complete?: Complete): Domain | undefined {
    const { length } = subject;
    if (isTooWide(alphabet, length)) return this.#outside(6001);
    return this.#numbered(family, length, () => ({
      tweak: ascii(`${name}${length}`),
      ...run(alphabet, 0, length),
      ...(complete !== undefined && { complete }),
    }));
  }

  #numbered(family: number, parameter: number, make: () => DomainSpec): Domain {
    const key = parameter * 32 + family;
    let domain = this.#byNumber.get(key);
    if (domain === undefined) {
      if (this.#byNumber.size >= CACHE_MAX) this.#byNumber.clear();
      domain = new Domain(make());
      this.#byNumber.set(key, domain);
    }
    return domain;
  }

  #named(name: string, make: () => DomainSpec): Domain {
    let domain = this.#byText.get(name);
    if (domain === undefined) {
      if (this.#byText.size >= CACHE_MAX) this.#byText.clear();
      domain = new Domain(make());
      this.#byText.set(name, domain);
    }
    return domain;
  }
}

/** Of its letters and digits: 13 to 19 digits that pass Luhn. */
export function isCardNumber({ alnum, digits, length }: Subject): boolean {
  return digits === length && length >= 13 && length <= 19 && luhnValid(alnum, 0, length);
}

/** `[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}` over upper-cased letters and digits. */
export function isIbanForm(codes: Uint8Array, start: number, length: number): boolean {
  if (length < 15 || length > 34) return false;
  return (
    isOf(UPPER, codes[start] as number) &&
    isOf(UPPER, codes[start + 1] as number) &&
    isOf(DIGIT, codes[start + 2] as number) &&
    isOf(DIGIT, codes[start + 3] as number)
  );
}

/** 32 hexadecimal digits, with hyphens at 8, 13, 18 and 23 or without any. */
export function isUuidForm(subject: Subject): boolean {
  if (subject.length !== 32) return false;
  for (let i = 0; i < 32; i++) if (!isOf(HEX, (subject.alnum[i] as number) | 0x20)) return false;
  if (subject.layout === 0) return true;
  const { points, start } = subject;
  return subject.layout === 4 && [8, 13, 18, 23].every((at) => points[start + at] === 0x2d);
}

/** `+` in front of at least one digit; `(` `)` `-` `.` `/` and space anywhere. */
export function isPhoneForm(subject: Subject): boolean {
  if (subject.length === 0 || subject.digits !== subject.length) return false;
  const { points, start, count } = subject;
  let plus = false;
  for (let i = start; i < start + count; i++) {
    const code = points[i] as number;
    if (code >= ZERO && code <= NINE) {
      if (!plus) return false;
    } else if (code === 0x2b) {
      if (plus) return false;
      plus = true;
    } else if (code !== 0x28 && code !== 0x29 && code !== 0x2d && code !== 0x2e && code !== 0x2f && code !== 0x20) return false;
  }
  return true;
}

/** Whether the branch code of the 11 characters at `start` is XXX, the head office (ISO 9362). */
export function isBranchXxx(codes: Uint8Array, start: number): boolean {
  return codes[start + 8] === LETTER_X && codes[start + 9] === LETTER_X && codes[start + 10] === LETTER_X;
}

function isStrictBic(codes: Uint8Array, start: number): boolean {
  for (let i = 0; i < 4; i++) if (!isOf(UPPER, codes[start + i] as number)) return false;
  return isOf(BIC_LOCATION_1, codes[start + 6] as number) && isOf(BIC_LOCATION_2, codes[start + 7] as number);
}

function bicSpec(strict: boolean, withBranch: boolean, country: string): DomainSpec {
  const positions = [0, 1, 2, 3, 6, 7, ...(withBranch ? [8, 9, 10] : [])];
  const first = strict ? [UPPER, UPPER, UPPER, UPPER, BIC_LOCATION_1, BIC_LOCATION_2] : new Array<number>(6).fill(ALNUM36);
  const alphabets = [...first, ...(withBranch ? [ALNUM36, ALNUM36, ALNUM36] : [])];
  return {
    tweak: ascii(`${strict ? "bic" : "bic-wide"}/${country}${withBranch ? "/branch" : ""}`),
    positions,
    alphabets,
    complete: (codes, start) => !(withBranch && isBranchXxx(codes, start)) && (strict || !isStrictBic(codes, start)),
    markDraw: (codes, start) => {
      codes[start + 7] = ZERO;
    },
  };
}

function ibanChecked(country: Country, unlisted: boolean): DomainSpec {
  const bban = sequence(0, country.length - BBAN).filter((i) => !country.checkPlaces.has(i));
  const { length } = country;
  return {
    tweak: ascii(`${unlisted ? "iban-unlisted" : "iban"}/${country.code}`),
    positions: bban.map((i) => i + BBAN),
    alphabets: bban.map((i) => country.alphabets[i] as number),
    complete: (codes, start) => {
      if (country.hasBankCodes && country.isListed(codes, start) === unlisted) return false;
      if (!country.writeChecks(codes, start)) return false;
      writeCheck97(ibanRemainder(codes, start, length), codes, start + 2);
      return true;
    },
    // No bank code that begins with 0 is off Belgium's list, so a draw among the others could not end.
    ...(!unlisted && { markDraw: markIban(country, bban[0] as number) }),
  };
}

function ibanFree(country: Country): DomainSpec {
  const bban = sequence(0, country.length - BBAN);
  const { length } = country;
  return {
    tweak: ascii(`iban-free/${country.code}`),
    positions: bban.map((i) => i + BBAN),
    alphabets: bban.map((i) => country.alphabets[i] as number),
    complete: (codes, start) => {
      if (country.checksValid(codes, start)) return false;
      writeCheck97(ibanRemainder(codes, start, length), codes, start + 2);
      return true;
    },
    markDraw: markIban(country, 0),
  };
}

function markIban(country: Country, bbanPlace: number): (codes: Uint8Array, start: number) => void {
  const mark = country.alphabets[bbanPlace] === UPPER ? LETTER_X : ZERO;
  return (codes, start) => {
    codes[start + BBAN + bbanPlace] = mark;
  };
}

/** Whether `length` capitals and digits are of a class. */
type Membership = (codes: Uint8Array, start: number, length: number) => boolean;

/** Membership of REFERENCE's classes, which leave out what an earlier class of the kind would take. */
function sortedMember(sort: number, lead: Lead, length: number, earlier: Membership | undefined): Complete {
  const small = hasSmall(length);
  const upper = new Uint8Array(length);
  return (codes, start) => {
    if (sort === SORT_DIGITS) {
      if (!leads(lead, codes, start)) return false;
    } else if (sort === SORT_MIXED) {
      if (!small(codes, start)) return false;
    } else if (length >= 6 && isAllDigits(codes, start, length)) return false;
    if (earlier === undefined) return true;
    for (let i = 0; i < length; i++) {
      const code = codes[start + i] as number;
      upper[i] = code >= 0x61 ? code - 0x20 : code;
    }
    return !earlier(upper, 0, length);
  };
}

function isIbanOrCard(codes: Uint8Array, start: number, length: number): boolean {
  if (isIbanForm(codes, start, length)) return true;
  return length >= 13 && length <= 19 && isAllDigits(codes, start, length) && luhnValid(codes, start, start + length);
}

/** What is no identifier's own: creditor and national identifiers of a layout. */
function earlierThanIdentifier(isSpaced: boolean, layout: NationalLayout | undefined): Membership | undefined {
  if (layout === undefined) return undefined;
  return (codes, start, length) => (isSpaced && isCreditorId(codes, start, length)) || nationalRowOf(codes, start, length, layout) >= 0;
}

/** A quick look at the first letters, in any case. */
function isRfLike({ alnum }: Subject): boolean {
  return ((alnum[0] as number) | 0x20) === 0x72 && ((alnum[1] as number) | 0x20) === 0x66;
}

/** Whether `count` characters of one alphabet make a class of more than CLASS_BITS_MAX bits; 42 are not enough in any. */
function isTooWide(alphabet: number, count: number): boolean {
  return count > 42 && tooWide(new Array<number>(count).fill(alphabet));
}

function leadOf({ alnum, digits, length }: Subject): Lead {
  if (length < 2 || digits !== length) return LEAD_FREE;
  return alnum[0] === ZERO ? LEAD_ZERO : LEAD_OTHER;
}

function leads(lead: Lead, codes: Uint8Array, start: number): boolean {
  return lead === LEAD_FREE || (codes[start] === ZERO) === (lead === LEAD_ZERO);
}

/** One draw in ten would begin with a zero by chance; those that must are given theirs. */
function ledBy(lead: Lead): Pick<DomainSpec, "complete" | "markDraw"> {
  if (lead === LEAD_FREE) return {};
  const complete: Complete = (codes, start) => leads(lead, codes, start);
  if (lead === LEAD_OTHER) return { complete };
  return {
    complete,
    markDraw: (codes, start) => {
      codes[start] = ZERO;
    },
  };
}

function hasSmall(length: number): Complete {
  return (codes, start) => {
    for (let i = start; i < start + length; i++) if ((codes[i] as number) >= 0x61) return true;
    return false;
  };
}

function isAllDigits(codes: Uint8Array, start: number, length: number): boolean {
  for (let i = start; i < start + length; i++) if ((codes[i] as number) > NINE) return false;
  return true;
}
