/**
 * Looks for personal and card data in one value and notes at its place what it holds. Nothing of a value is kept.
 *
 * A value is read once for what it is made of; what that rules out is not looked for.
 */

import { BIC_ALIKE, loadWords, WORD_MAX } from "../engines/portable/detect/words.ts";
import { callingCodeLength } from "../engines/portable/kinds/calling-codes.ts";
import { hasCheck97, luhnValid, mod97 } from "../engines/portable/kinds/checks.ts";
import { countryOf, ibanRemainder, structureValid } from "../engines/portable/kinds/iban-table.ts";
import { LAYOUT_NONE, LAYOUT_SSN, nationalRowOf } from "../engines/portable/kinds/national.ts";
import { isCardLength, PAN_MAX, PAN_MIN } from "./cards.ts";
import {
  BIC,
  EMAIL,
  HIGH,
  HINT_BIC,
  HINT_ID,
  HINT_NAME,
  HINT_PHONE,
  IBAN,
  KINDS,
  LEI,
  LOW,
  MEDIUM,
  NAME,
  NATIONAL,
  ORGANISATION,
  PAN,
  PHONE,
} from "./kinds.ts";
import { loadNames, type Word } from "./names.ts";
import type { Place } from "./place.ts";

// What a byte is.
const OTHER = 0;
const DIGIT = 1;
const UPPER = 2;
const LOWER = 3;
/** Not ASCII: a letter of a name, for all that is asked here. */
const BEYOND = 4;

const CLASS: Uint8Array = new Uint8Array(256).map((_, byte) => {
  if (byte >= 0x30 && byte <= 0x39) return DIGIT;
  if (byte >= 0x41 && byte <= 0x5a) return UPPER;
  if (byte >= 0x61 && byte <= 0x7a) return LOWER;
  return byte >= 0x80 ? BEYOND : OTHER;
});

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const PLUS = 0x2b;
const COMMA = 0x2c;
const HYPHEN = 0x2d;
const DOT = 0x2e;
const SLASH = 0x2f;
const ZERO = 0x30;
const AT = 0x40;
const UNDERSCORE = 0x5f;
const APOSTROPHE = 0x27;
const AMPERSAND = 0x26;
const PAREN_OPEN = 0x28;
const PAREN_CLOSE = 0x29;
const X = 0x58;

const IBAN_MIN = 15;
const IBAN_MAX = 34;
const LEI_SIZE = 20;
const NATIONAL_MIN = 9;
const NATIONAL_MAX = 16;
const PHONE_MIN = 8;
const PHONE_MAX = 15;
/** Kinds that are told by check digits or a sign also where two lines were made one. */
const JOINED: readonly number[] = [PAN, IBAN, LEI, EMAIL];
/** Words of a name that is a value of its own. */
const NAME_WORDS_MAX = 6;

export class Detector {
  /** Confidence of each kind in the value at hand, two bits each, and whether it is the whole of it, one bit. */
  #found = 0;
  #whole = 0;
  /** Whether the value has the digits of a number, or an at sign. */
  #isNumeric = false;
  /** Whether the value has several lines. */
  #isWrapped = false;
  #joined: Uint8Array = new Uint8Array(1024);
  readonly #names = loadNames();
  readonly #words = loadWords();
  readonly #codes = new Uint8Array(64);
  readonly #word: Word = { given: 0, family: 0, isLegal: false };
  /** Ends of what was found last, by the function that says that it found something. */
  #end = 0;
  #hints = 0;
  #place: Place | undefined;
  #first = 0;
  #last = 0;

  /** Notes what a value holds: the bytes [start, end), escapes resolved, in ASCII, UTF-8 or Latin-1. */
  look(bytes: Uint8Array, start: number, end: number, place: Place): void {
    place.values++;
    if (this.#read(bytes, start, end, place)) hit(place, this.#found, this.#whole);
  }

  /** As `look`, of a value of several lines, in which a number may be broken by a line end. */
  lookWrapped(bytes: Uint8Array, start: number, end: number, place: Place): void {
    place.values++;
    this.#isWrapped = true;
    this.#read(bytes, start, end, place);
    this.#isWrapped = false;
    let found = this.#found;
    const whole = this.#whole;
    if (this.#isNumeric) {
      if (this.#joined.length < end - start) this.#joined = new Uint8Array(2 * (end - start));
      let size = 0;
      for (let i = start; i < end; i++) {
        const byte = bytes[i] as number;
        if (byte !== LF && byte !== CR) this.#joined[size++] = byte;
      }
      this.#read(this.#joined, 0, size, undefined);
      for (const kind of JOINED) if (((found >> (2 * kind)) & 3) === 0) found |= this.#found & (3 << (2 * kind));
    }
    if (found !== 0) hit(place, found, whole);
  }

  /** Whether a text is one that may not be shown: it holds one of the kinds, or is a name. */
  isTelling(bytes: Uint8Array): boolean {
    this.#read(bytes, 0, bytes.length, undefined);
    return [PAN, IBAN, LEI, NATIONAL, EMAIL, PHONE, NAME].some((kind) => ((this.#found >> (2 * kind)) & 3) !== 0);
  }

  /** Whether letters are a given name or a family name of the lists. */
  isNameWord(bytes: Uint8Array): boolean {
    this.#names.look(bytes, 0, bytes.length, this.#word);
    return this.#word.given !== 0 || this.#word.family !== 0;
  }

  /** Fills `#found`; false if there is nothing. */
  #read(bytes: Uint8Array, from: number, to: number, place: Place | undefined): boolean {
    let start = from;
    let end = to;
    while (start < end && (bytes[start] as number) <= SPACE) start++;
    while (end > start && (bytes[end - 1] as number) <= SPACE) end--;
    let digits = 0;
    let capitals = 0;
    let letters = 0;
    let ats = 0;
    for (let i = start; i < end; i++) {
      const byte = bytes[i] as number;
      const kind = CLASS[byte] as number;
      if (kind === DIGIT) digits++;
      else if (kind === UPPER) capitals++;
      else if (kind !== OTHER) letters++;
      else if (byte === AT) ats++;
    }
    letters += capitals;
    const mayNumber = digits >= 6;
    const mayBic = capitals >= 6 && letters + digits >= 8;
    const mayName = capitals > 0 && letters >= 4;
    this.#found = 0;
    this.#whole = 0;
    this.#isNumeric = mayNumber || ats > 0;
    if (!mayNumber && !mayBic && !mayName && ats === 0) return false;
    this.#hints = place?.hints ?? 0;
    this.#place = place;
    this.#first = start;
    this.#last = end;
    if (ats > 0) this.#emails(bytes, start, end);
    if (mayNumber || mayBic) this.#tokens(bytes, start, end, mayNumber, mayBic, digits);
    if (mayName && this.#isWrapped) this.#people(bytes, start, end);
    else if (mayName) this.#person(bytes, start, end);
    return this.#found !== 0;
  }

  #note(kind: number, confidence: number, start: number, end: number): void {
    const known = (this.#found >> (2 * kind)) & 3;
    if (confidence > known) this.#found = (this.#found & ~(3 << (2 * kind))) | (confidence << (2 * kind));
    if (start <= this.#first && end >= this.#last) this.#whole |= 1 << kind;
  }

  // Numbers and codes: at the beginning of each run of letters and digits.

  #tokens(bytes: Uint8Array, start: number, end: number, mayNumber: boolean, mayBic: boolean, digits: number): void {
    for (let at = start; at < end; ) {
      const kind = CLASS[bytes[at] as number] as number;
      if (kind === OTHER || kind === BEYOND) {
        at++;
        continue;
      }
      let stop = at + 1;
      let isMixed = false;
      while (stop < end) {
        const next = CLASS[bytes[stop] as number] as number;
        if (next === OTHER || next === BEYOND) break;
        if ((next === DIGIT) !== (kind === DIGIT)) isMixed = true;
        stop++;
      }
      this.#end = stop;
      if (mayNumber && kind !== DIGIT && (this.#iban(bytes, at, end) || (isIbanWord(bytes, at) && this.#iban(bytes, at + 4, end)))) {
        at = this.#end;
        continue;
      }
      if (mayBic && kind !== DIGIT && this.#bic(bytes, at, stop)) {
        at = stop;
        continue;
      }
      if (mayNumber) {
        if (stop - at === LEI_SIZE && this.#lei(bytes, at, stop)) {
          at = stop;
          continue;
        }
        if (kind === DIGIT && !isMixed && this.#number(bytes, at, stop, end, digits)) {
          at = Math.max(this.#end, stop);
          continue;
        }
        if (isMixed) this.#mixed(bytes, at, stop);
      }
      at = stop;
    }
  }

  /** A run of digits, or groups of them. */
  #number(bytes: Uint8Array, at: number, stop: number, end: number, digits: number): boolean {
    if (this.#card(bytes, at, end)) return true;
    if (this.#phone(bytes, at, end)) return true;
    if (digits < 9) return false;
    return this.#national(bytes, at, stop, end);
  }

  /** A run of letters and digits: a national number with a letter, or a card number beside letters. */
  #mixed(bytes: Uint8Array, at: number, stop: number): void {
    if (stop - at >= NATIONAL_MIN && stop - at <= NATIONAL_MAX && this.#national(bytes, at, stop, stop)) return;
    for (let i = at; i < stop; ) {
      if (CLASS[bytes[i] as number] !== DIGIT) {
        i++;
        continue;
      }
      let to = i + 1;
      while (to < stop && CLASS[bytes[to] as number] === DIGIT) to++;
      if (to - i >= PAN_MIN && this.#card(bytes, i, to, LOW)) return;
      i = to;
    }
  }

  /** The card number that begins at a digit, all of it up to the end of its groups. */
  #card(bytes: Uint8Array, at: number, end: number, confidence = HIGH): boolean {
    const codes = this.#codes;
    let size = 0;
    let separator = 0;
    let group = 0;
    // Sizes of the groups, one hexadecimal digit each.
    let groups = 0;
    let found = 0;
    let isTried = false;
    for (let i = at; i <= end; i++) {
      const byte = i < end ? (bytes[i] as number) : 0;
      if (CLASS[byte] === DIGIT) {
        if (size === PAN_MAX) return false;
        codes[size++] = byte;
        group++;
        continue;
      }
      // A number ends here, or a group of it.
      const isWhole = groups === 0 || isGrouping(groups * 16 + group);
      if (size >= PAN_MIN && isWhole && isCardLength(codes, size)) {
        isTried = true;
        if (luhnValid(codes, 0, size)) found = i;
      }
      if (group === 0 || i >= end || (byte !== SPACE && byte !== HYPHEN && byte !== DOT) || (separator !== 0 && byte !== separator)) break;
      if (CLASS[bytes[i + 1] as number] !== DIGIT || i + 1 >= end) break;
      separator = byte;
      groups = groups * 16 + group;
      if (groups > 0xffff || group > 6) break;
      group = 0;
    }
    if (isTried && this.#place !== undefined) this.#place.panTries++;
    if (found === 0) return false;
    this.#note(PAN, confidence, at, found);
    this.#end = found;
    return true;
  }

  #iban(bytes: Uint8Array, at: number, end: number): boolean {
    if (end - at < IBAN_MIN) return false;
    const first = (bytes[at] as number) & 0xdf;
    const second = (bytes[at + 1] as number) & 0xdf;
    if (CLASS[bytes[at + 2] as number] !== DIGIT || CLASS[bytes[at + 3] as number] !== DIGIT) return false;
    if (first < 0x41 || first > 0x5a || second < 0x41 || second > 0x5a) return false;
    const country = countryOf(first, second);
    if (country === undefined) return false;
    const codes = this.#codes;
    let size = 0;
    let i = at;
    for (; i < end && size < country.length && size < IBAN_MAX; i++) {
      const byte = bytes[i] as number;
      const kind = CLASS[byte] as number;
      if (kind === DIGIT || kind === UPPER) codes[size++] = byte;
      else if (kind === LOWER) codes[size++] = byte - 0x20;
      else if ((byte !== SPACE && byte !== HYPHEN) || CLASS[bytes[i - 1] as number] === OTHER) return false;
    }
    if (size < country.length || (i < end && isAlnum(bytes[i] as number))) return false;
    if (!structureValid(country, codes, 0, size) || !hasCheck97(ibanRemainder(codes, 0, size), codes, 2)) return false;
    this.#note(IBAN, HIGH, at, i);
    this.#end = i;
    return true;
  }

  #lei(bytes: Uint8Array, at: number, stop: number): boolean {
    if (CLASS[bytes[stop - 1] as number] !== DIGIT || CLASS[bytes[stop - 2] as number] !== DIGIT) return false;
    const codes = this.#codes;
    let letters = 0;
    for (let i = 0; i < LEI_SIZE; i++) {
      const byte = bytes[at + i] as number;
      codes[i] = byte >= 0x61 ? byte - 0x20 : byte;
      if (byte > 0x39) letters++;
    }
    if (mod97(0, codes, 0, LEI_SIZE) !== 1) return false;
    this.#note(LEI, letters > 0 ? HIGH : LOW, at, stop);
    return true;
  }

  /** ISO 9362: a BIC among other words must have a digit or the branch XXX, for many words have its form. */
  #bic(bytes: Uint8Array, at: number, stop: number): boolean {
    const size = stop - at;
    if (size !== 8 && size !== 11) return false;
    let digits = 0;
    for (let i = at; i < stop; i++) {
      const kind = CLASS[bytes[i] as number] as number;
      if (kind === DIGIT && i - at >= 6) digits++;
      else if (kind !== UPPER) return false;
    }
    const row = ((bytes[at + 4] as number) - 0x41) * 26 + (bytes[at + 5] as number) - 0x41;
    if (this.#words.countries[row] !== 1) return false;
    const location = bytes[at + 6] as number;
    if (location === ZERO || location === ZERO + 1 || bytes[at + 7] === 0x4f) return false;
    const isHead = size === 11 && bytes[stop - 1] === X && bytes[stop - 2] === X && bytes[stop - 3] === X;
    const isHinted = (this.#hints & HINT_BIC) !== 0;
    const isWhole = at <= this.#first && stop >= this.#last;
    if (!isHinted && !isHead && digits === 0 && (!isWhole || this.#isWord(bytes, at, stop))) return false;
    this.#note(BIC, isHinted || isHead ? HIGH : isWhole ? MEDIUM : LOW, at, stop);
    return true;
  }

  /** Whether letters of the form of a BIC are a word. */
  #isWord(bytes: Uint8Array, at: number, stop: number): boolean {
    let word = "";
    for (let i = at; i < stop && i - at < WORD_MAX; i++) word += String.fromCharCode((bytes[i] as number) + 0x20);
    return ((this.#words.bits.get(word) ?? 0) & BIC_ALIKE) !== 0;
  }

  /**
   * National identifiers that the engine knows. With letters in it, a number is told by its form; of digits alone one has the check
   * digits by chance too often, so that its place's name, or all of a place's values, must say it.
   */
  #national(bytes: Uint8Array, at: number, stop: number, end: number): boolean {
    const codes = this.#codes;
    let size = 0;
    let i = at;
    let hyphens = 0;
    let separators = 0;
    let letters = 0;
    // Groups only where the whole value is one number.
    const limit = at <= this.#first ? end : stop;
    for (; i < limit; i++) {
      const byte = bytes[i] as number;
      const kind = CLASS[byte] as number;
      if (kind === OTHER && i > at && isAlnum(bytes[i - 1] as number) && i + 1 < limit && isSeparator(byte)) {
        separators++;
        if (byte === HYPHEN) hyphens |= 1 << size;
        continue;
      }
      if (kind === OTHER || kind === BEYOND || size === NATIONAL_MAX) break;
      codes[size++] = kind === LOWER ? byte - 0x20 : byte;
      if (kind !== DIGIT) letters++;
    }
    if (size === NATIONAL_MAX && i < limit && isAlnum(bytes[i] as number)) return false;
    if (size < NATIONAL_MIN || size - letters < 6 || (separators > 0 && i < end)) return false;
    const isSsn = size === 9 && letters === 0 && separators === 2 && hyphens === ((1 << 3) | (1 << 5));
    if (!mayBeNational(size, letters)) return false;
    const isHinted = (this.#hints & HINT_ID) !== 0;
    // A day: 2026-11-20, 20.11.2026 10:15
    if (letters === 0 && separators > 0 && !isSsn && !isHinted && isDayLike(bytes, at)) return false;
    if (this.#place !== undefined) this.#place.nationalTries++;
    if (nationalRowOf(codes, 0, size, isSsn ? LAYOUT_SSN : LAYOUT_NONE) < 0) return false;
    // Nine digits without hyphens are anything: there is no check digit in an SSN.
    const isTold = letters > 0 || size === 15 || (size === 13 && codes[0] === 0x37) || isSsn;
    if (!isTold && !isHinted && size === 9) return false;
    this.#note(NATIONAL, isTold ? (isHinted || letters > 0 ? HIGH : MEDIUM) : isHinted ? MEDIUM : LOW, at, i);
    this.#end = i;
    return true;
  }

  /** With a calling code; without one only where the place's name says that it is a phone number. */
  #phone(bytes: Uint8Array, at: number, end: number): boolean {
    const codes = this.#codes;
    const isPlus = at > this.#first && bytes[at - 1] === PLUS && (at - 1 === this.#first || !isAlnum(bytes[at - 2] as number));
    const isHinted = (this.#hints & HINT_PHONE) !== 0;
    const isDouble = !isPlus && bytes[at] === ZERO && bytes[at + 1] === ZERO;
    if (!isPlus && !isDouble && !isHinted) return false;
    let size = 0;
    let i = at;
    let last = at;
    for (; i < end && size <= PHONE_MAX + 2; i++) {
      const byte = bytes[i] as number;
      if (CLASS[byte] === DIGIT) {
        codes[size++] = byte;
        last = i + 1;
      } else if (!isPhoneGap(byte) || (i > at && !isPhoneGap2(bytes[i - 1] as number, byte))) break;
    }
    if (last < end && isAlnum(bytes[last] as number)) return false;
    const skip = isDouble ? 2 : 0;
    const start = isPlus ? at - 1 : at;
    const count = size - skip;
    const isWhole = (start <= this.#first || isOnlyParens(bytes, this.#first, start)) && last >= this.#last;
    if (count < PHONE_MIN - 1 || count > PHONE_MAX) return false;
    if (isPlus || isDouble) {
      if (count < PHONE_MIN || callingCodeLength(codes.subarray(skip), count) === 0)
        return isHinted && this.#notePhone(MEDIUM, start, last);
      if (isDouble && !isHinted && !(isWhole && last - at > size)) return false;
      return this.#notePhone(isPlus || isHinted ? HIGH : MEDIUM, start, last);
    }
    return isWhole && this.#notePhone(MEDIUM, this.#first, last);
  }

  #notePhone(confidence: number, start: number, end: number): true {
    this.#note(PHONE, confidence, start, end);
    this.#end = end;
    return true;
  }

  #emails(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      if (bytes[at] !== AT) continue;
      let from = at;
      while (from > start && isLocal(bytes[from - 1] as number)) from--;
      let to = at + 1;
      let label = 0;
      let labels = 1;
      let isLetters = true;
      for (; to < end; to++) {
        const byte = bytes[to] as number;
        if (byte === DOT) {
          if (label === 0 || to + 1 >= end || !isAlnum(bytes[to + 1] as number)) break;
          labels++;
          label = 0;
          isLetters = true;
          continue;
        }
        const kind = CLASS[byte] as number;
        if (kind === OTHER && byte !== HYPHEN) break;
        if (kind === DIGIT) isLetters = false;
        label++;
      }
      if (from < at && labels > 1 && label >= 2 && isLetters) this.#note(EMAIL, HIGH, from, to);
    }
  }

  /** Line by line: a name ends with its line. */
  #people(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; ) {
      let stop = at;
      while (stop < end && bytes[stop] !== LF) stop++;
      this.#person(bytes, at, bytes[stop - 1] === CR && stop > at ? stop - 1 : stop);
      at = stop + 1;
    }
  }

  /** A given name beside a family name of one country; at a place for names one of the two; a legal form at the end. */
  #person(bytes: Uint8Array, start: number, end: number): void {
    const word = this.#word;
    const isHinted = (this.#hints & HINT_NAME) !== 0;
    let words = 0;
    let named = 0;
    // What the word in front is, and where it begins; 0 where none stands right in front.
    let given = 0;
    let family = 0;
    let before = start;
    let isPlain = true;
    let isLegal = false;
    for (let at = start; at < end; ) {
      const kind = CLASS[bytes[at] as number] as number;
      if (kind === OTHER || kind === DIGIT) {
        const byte = bytes[at] as number;
        if (kind === DIGIT || !isNameSign(byte)) {
          given = 0;
          family = 0;
          isPlain = false;
        }
        at++;
        continue;
      }
      let stop = at + 1;
      while (stop < end && (CLASS[bytes[stop] as number] as number) >= UPPER) stop++;
      words++;
      isLegal = false;
      const isCapital = kind === UPPER || kind === BEYOND;
      if (isCapital && stop - at > 1) {
        this.#names.look(bytes, at, stop, word);
        isLegal = word.isLegal;
        if (word.given !== 0 || word.family !== 0) named++;
        if ((given & word.family) !== 0 || (family & word.given) !== 0) {
          this.#note(NAME, MEDIUM, before, stop);
          if (isHinted) this.#note(NAME, HIGH, before, stop);
        }
        if (given === 0 && family === 0) before = at;
        given = word.given;
        family = word.family;
      } else if (stop - at > 1) {
        given = 0;
        family = 0;
      }
      at = stop;
    }
    if (isPlain && words <= NAME_WORDS_MAX) {
      // A middle name, an initial or a particle: the whole value is the name.
      if (((this.#found >> (2 * NAME)) & 3) !== 0) this.#note(NAME, LOW, start, end);
      else if (isHinted && named > 0 && !(isLegal && words > 1)) this.#note(NAME, words > 1 ? MEDIUM : LOW, start, end);
    }
    if (isLegal && isPlain && words > 1 && words <= 2 * NAME_WORDS_MAX) this.#note(ORGANISATION, isHinted ? HIGH : MEDIUM, start, end);
  }
}

/** Notes at a place what a value holds. */
function hit(place: Place, found: number, whole: number): void {
  for (let kind = 0; kind < KINDS.length; kind++) {
    const confidence = (found >> (2 * kind)) & 3;
    if (confidence !== 0) place.hit(kind, confidence, ((whole >> kind) & 1) === 1);
  }
}

/** Four digits each but for the last group; 4-6-5 and 4-6-4. */
function isGrouping(groups: number): boolean {
  if (groups === 0x465 || groups === 0x464) return true;
  const last = groups & 15;
  const head = groups >> 4;
  return (head === 0x444 && last >= 1 && last <= 4) || (head === 0x4444 && last <= 3);
}

/** The word itself right in front of one. */
const isIbanWord = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0x49 && bytes[at + 1] === 0x42 && bytes[at + 2] === 0x41 && bytes[at + 3] === 0x4e;

const isAlnum = (byte: number): boolean => {
  const kind = CLASS[byte] as number;
  return kind !== OTHER && kind !== BEYOND;
};

const isSeparator = (byte: number): boolean => byte === SPACE || byte === HYPHEN || byte === DOT || byte === SLASH;

/** What stands between words of a name. */
const isNameSign = (byte: number): boolean =>
  byte === SPACE || byte === COMMA || byte === DOT || byte === HYPHEN || byte === APOSTROPHE || byte === AMPERSAND;

/** Whether some national number has so many characters, and so many letters among them: asking each for its form takes longer. */
function mayBeNational(size: number, letters: number): boolean {
  if (letters === 0) return size !== 12 && size !== 16;
  if (size === 9) return letters <= 3;
  return size === 15 ? letters === 1 : size === 16 && letters === 9;
}

/** Four digits or two, and a separator. */
function isDayLike(bytes: Uint8Array, at: number): boolean {
  const isDigit = (i: number): boolean => CLASS[bytes[i] as number] === DIGIT;
  if (!isDigit(at) || !isDigit(at + 1)) return false;
  if (!isDigit(at + 2)) return isSeparator(bytes[at + 2] as number) && isDigit(at + 4) && !isDigit(at + 5);
  return isDigit(at + 3) && isSeparator(bytes[at + 4] as number) && isDigit(at + 6) && bytes[at + 7] === bytes[at + 4];
}

const isPhoneGap = (byte: number): boolean =>
  byte === SPACE || byte === HYPHEN || byte === DOT || byte === SLASH || byte === PAREN_OPEN || byte === PAREN_CLOSE;

/** Two signs beside each other only around brackets. */
const isPhoneGap2 = (before: number, byte: number): boolean =>
  !isPhoneGap(before) || before === PAREN_CLOSE || byte === PAREN_OPEN || (before === SPACE && byte === PAREN_OPEN);

function isOnlyParens(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (bytes[i] !== PAREN_OPEN) return false;
  return true;
}

const LOCAL: ReadonlySet<number> = new Set(Array.from("!#$%&'*+/=?^_`{|}~.-", (sign) => sign.charCodeAt(0)));

/** Characters of the part in front of the at sign (RFC 5322, atext and full stops). */
const isLocal = (byte: number): boolean => CLASS[byte] !== OTHER || byte === UNDERSCORE || LOCAL.has(byte);
